//! The composer, and the life of a reply.

use super::*;

#[test]
fn composer_with_a_reply_that_wraps() {
    scene("composer_response", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("r");
        desk.send(Msg::Paste(
            "Good news: the bank confirmed it.\nThe money is with you by Monday, ".repeat(3),
        ));
    });
}

#[test]
fn composer_after_26_hours_goes_out_as_human_agent() {
    scene("composer_human_agent", |desk| {
        desk.open("Kemi Adeyemi");
        desk.keys("rI am so sorry!");
    });
}

#[test]
fn window_closed_says_why_and_keeps_the_draft() {
    scene("thread_window_closed", |desk| {
        desk.open("Nils Berg");
        let mut page = thread_page(rows().swap_remove(8), items());
        page.draft = Some(Draft {
            cursor: (0, 9),
            ..Draft::of("kept text")
        });
        page.conversation.can_reply = Some(false);
        desk.answer_thread(page);
        desk.keys("r");
    });
}

#[test]
fn refusals_stand_where_they_happened() {
    scene("refused_reply", |desk| {
        desk.open("Ana Ruiz");
        let mut page = thread_page(rows().swap_remove(2), items());
        let why = "Another app controls this thread now, so Meta refused. Press t to take control, then try again. (Meta error 10/2018300)";
        page.items.push(outgoing(
            "The refund is on its way.",
            SendAs::Response,
            SendState::Refused {
                why: why.into(),
                given_back: true,
            },
        ));
        page.draft = Some(Draft {
            cursor: (0, 25),
            ..Draft::of("The refund is on its way.")
        });
        desk.answer_thread(page);
    });
    scene("refused_take", |desk| {
        desk.open("Sam Iqbal");
        let why = "Meta does not permit this to our app. (Meta error 10)".to_owned();
        desk.send(Msg::Changed(vec![Change::Failed {
            conversation: ConversationId::new("7"),
            operation: OperationKind::Take,
            why,
        }]));
    });
}

/// Kemi's thread with a reply of that state, a while after Enter.
fn with_reply(state: SendState, looks: u32, after: Span) -> Desk {
    let mut desk = Desk::new((100, 30));
    desk.open("Kemi Adeyemi");
    let mut page = thread_page(rows().swap_remove(3), items());
    let mut reply = outgoing("It goes back to you today.", SendAs::HumanAgent, state);
    if let Item::Outgoing(reply) = &mut reply {
        reply.looks = looks;
    }
    page.items.push(reply);
    desk.answer_thread(page);
    desk.pass(after);
    desk
}

#[test]
fn the_life_of_a_reply() {
    let refused = SendState::Refused {
        why: "This person is not available on Messenger right now. (Meta error 551)".into(),
        given_back: false,
    };
    let later = Span::seconds(61);
    for (name, state, looks, after) in [
        ("reply_queued", SendState::Queued, 0, Span::ZERO),
        ("reply_sending", SendState::Sending, 0, Span::ZERO),
        ("reply_unsure", SendState::Unsure, 0, Span::seconds(5)),
        ("reply_unsure_after_a_minute", SendState::Unsure, 2, later),
        ("reply_probably_not_sent", SendState::Unsure, 4, later),
        (
            "reply_held",
            SendState::Held(HoldReason::CustomerWrote),
            0,
            later,
        ),
        ("reply_refused_and_kept", refused, 0, later),
    ] {
        snap(name, &with_reply(state, looks, after));
    }
    let mut desk = with_reply(SendState::Queued, 0, Span::ZERO);
    let offline = "Cannot reach graph.facebook.com: connection refused or no route.";
    desk.send(Msg::Changed(vec![Change::Link(Link::Offline(
        offline.into(),
    ))]));
    snap("reply_queued_without_a_network", &desk);
}

#[test]
fn what_shall_become_of_a_reply() {
    for (name, state) in [
        ("decide_unsure", SendState::Unsure),
        ("decide_held", SendState::Held(HoldReason::WindowOver)),
        ("decide_queued", SendState::Queued),
    ] {
        let mut desk = with_reply(state, 0, Span::seconds(90));
        desk.keys("<Enter>");
        snap(name, &desk);
    }
}

#[test]
fn what_has_happened_meanwhile_is_shown_before_a_reply_goes_out() {
    scene("freshness", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("rIt went out on the 3rd.");
        let mut page = thread_page(rows().swap_remove(2), items());
        page.conversation.customer_at = Some(NOW);
        page.items.push(message(
            "m10",
            NOW,
            Author::Customer,
            "oh, it is here now!",
            vec![],
        ));
        desk.answer_thread(page);
        desk.keys("<Enter>");
    });
}

#[test]
fn without_a_link_the_customer_sees_no_typing() {
    let mut desk = Desk::new((120, 40));
    desk.open("Ana Ruiz");
    desk.keys("r");
    assert!(desk.picture().contains("customer sees typing"));
    let offline = Link::Offline("Cannot reach graph.facebook.com.".into());
    desk.send(Msg::Changed(vec![Change::Link(offline)]));
    assert!(!desk.picture().contains("customer sees typing"));
}

fn canned() -> Vec<Canned> {
    [
        (
            "greeting",
            "Hi {first_name}, this is {agent} from {page}. I am looking into it.",
        ),
        (
            "refund-sent",
            "The refund for order #{order} is on its way.\n\nAll the best,\n{agent}",
        ),
        ("thanks", "You are very welcome, {first_name}!"),
    ]
    .map(|(name, text)| Canned {
        name: name.into(),
        content: Ok(Content::Text(text.into())),
    })
    .into()
}

#[test]
fn what_helps_to_write_is_seen_before_it_is_used() {
    scene("canned", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("r/");
        desk.send(Msg::Loaded(Loaded::Canned(Ok(canned()))));
        desk.keys("r");
    });
    scene("composer_asks", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("r");
        desk.send(Msg::Paste(
            "Hi Rahul, your card 4111 1111 1111 1111 was charged.".into(),
        ));
        desk.keys("<Enter>");
    });
    scene("attach", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("rhere it is<^f>");
        let entries = vec!["lamp.jpg".to_owned(), "lamps/".into(), "letter.pdf".into()];
        desk.send(Msg::Loaded(Loaded::Path(String::new(), entries, None)));
    });
    scene("composer_with_a_file", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("rhere it is<^f>");
        let file = switchboard::domain::Attachment::new("lamp.jpg".into(), 182_440);
        desk.send(Msg::Loaded(Loaded::Path(
            String::new(),
            Vec::new(),
            Some(file),
        )));
        desk.keys("<Enter>");
    });
}

#[test]
fn an_upload_shows_how_far_it_is_and_is_cancelled() {
    let play = |desk: &mut Desk| {
        desk.open("Ana Ruiz");
        let mut reply = outgoing("", SendAs::Response, SendState::Queued);
        let Item::Outgoing(row) = &mut reply else {
            panic!("a reply");
        };
        row.content = Content::Files(vec![Attachment::new("film.mp4".into(), 24_100_000)]);
        let local = row.local.clone();
        let mut with = items();
        with.push(reply);
        desk.answer_thread(thread_page(conversation("3", "Ana Ruiz"), with));
        desk.send(Msg::Changed(vec![Change::Uploading {
            conversation: ConversationId::new("3"),
            local: local.clone(),
            bytes: 9_700_000,
        }]));
        local
    };
    scene("uploading", |desk| drop(play(desk)));
    let mut desk = Desk::new((120, 40));
    let local = play(&mut desk);
    // The thread is read again meanwhile.
    let thread = desk.model.thread.as_ref().expect("a thread");
    let (row, items) = (thread.conversation.clone(), thread.window.items.clone());
    desk.answer_thread(thread_page(row, items));
    assert!(desk.picture().contains("… uploading"), "{}", desk.picture());
    let effects = desk.keys("<^c>");
    assert_eq!(
        effects,
        [Effect::Engine(Command::CancelUpload(local.clone()))]
    );
    // When all of it has gone out, there is nothing to cancel.
    desk.send(Msg::Changed(vec![Change::Uploading {
        conversation: ConversationId::new("3"),
        local,
        bytes: 24_100_000,
    }]));
    assert!(desk.picture().contains("… sending"));
    assert_eq!(desk.keys("<^c>").len(), 1);
}

#[test]
fn what_a_reply_quotes_stands_above_it_before_and_after_enter() {
    scene("quote", |desk| {
        desk.open("Ana Ruiz");
        let mut reply = outgoing("Yes, today.", SendAs::Response, SendState::Queued);
        let mut items = items();
        if let (Item::Outgoing(reply), Some(Item::Message(last))) = (&mut reply, items.last()) {
            reply.quote = Some(last.mid.clone());
        }
        items.push(reply);
        desk.answer_thread(thread_page(conversation("3", "Ana Ruiz"), items));
        desk.keys("kkQAnd ");
    });
}
