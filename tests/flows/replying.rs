//! A reply from the first key to Enter, and what it goes out as.

use super::*;

#[test]
fn reply_takes_marks_seen_shows_typing_in_this_order() {
    let mut desk = desk();
    desk.open("Sam Iqbal");
    let effects = desk.keys("r");
    assert_eq!(
        effects,
        [
            ask("7", Operation::Take),
            ask("7", Operation::MarkSeen),
            ask("7", Operation::Typing(true))
        ]
    );
    assert_eq!(desk.model.focus, Focus::Composer);
}

#[test]
fn reply_to_a_thread_of_ours_takes_nothing_and_marks_seen_once() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    assert_eq!(
        desk.keys("r"),
        [
            ask("3", Operation::MarkSeen),
            ask("3", Operation::Typing(true))
        ]
    );
    assert_eq!(desk.keys("<Esc>"), [ask("3", Operation::Typing(false))]);
    assert_eq!(
        desk.keys("r"),
        [ask("3", Operation::Typing(true))],
        "nothing new to have seen"
    );
}

#[test]
fn reply_without_routing_takes_nothing() {
    let mut desk = desk();
    desk.routes(Routing::ZeroConfig);
    desk.open("Sam Iqbal");
    assert_eq!(
        asks(&desk.keys("r")),
        [&Operation::MarkSeen, &Operation::Typing(true)]
    );
}

#[test]
fn the_agents_flow_costs_four_control_keys_and_sends_what_is_expected() {
    let mut desk = desk();
    // Enter, r, (text), ^D, 1.
    desk.open("Kemi Adeyemi");
    desk.keys("r");
    desk.keys("The money is on its way.");
    assert_eq!(desk.keys("<^d>"), []);
    let effects = desk.keys("1");
    let [
        Effect::Engine(Command::Operate {
            operation:
                Operation::Reply(NewReply {
                    parts,
                    send_as,
                    hand_back,
                    ..
                }),
            ..
        }),
    ] = effects.as_slice()
    else {
        panic!("one send: {effects:?}");
    };
    assert_eq!(
        (parts[0].content.text(), *send_as),
        ("The money is on its way.", SendAs::HumanAgent)
    );
    assert_eq!(hand_back.as_ref(), Some(&note(Outcome::Resolved)));
    // No "typing off": Meta takes the bubble away with the message.
    let sent = Change::ReplySent {
        conversation: id("4"),
        local: parts[0].local.clone(),
    };
    let effects = desk.send(Msg::Changed(vec![sent]));
    assert_eq!(
        effects,
        [Effect::Query(Query::TopWaiting(id("4")))],
        "the next one opens by itself"
    );
    let effects = desk.send(Msg::Loaded(Loaded::Next(Some(id("4")), Some(id("1")))));
    assert!(
        effects.contains(&Effect::Engine(Command::Open(id("1")))),
        "{effects:?}"
    );
}

#[test]
fn inside_the_day_a_reply_is_a_response_and_the_composer_stays() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rhello");
    let effects = desk.keys("<Enter>");
    assert!(
        matches!(
            asks(&effects)[..],
            [Operation::Reply(NewReply {
                send_as: SendAs::Response,
                hand_back: None,
                ..
            })]
        ),
        "{effects:?}"
    );
    assert_eq!(desk.model.focus, Focus::Composer);
    assert_eq!(
        asks(&desk.keys("a")),
        [&Operation::Typing(true)],
        "typing shows again with the next word"
    );
}

#[test]
fn the_type_of_one_reply_can_be_changed_and_the_option_tags_all() {
    let mut first = desk();
    first.open("Ana Ruiz");
    let effects = first.keys("rhi<^t><Enter>");
    assert!(matches!(
        asks(&effects).last(),
        Some(Operation::Reply(NewReply {
            send_as: SendAs::HumanAgent,
            ..
        }))
    ));
    let effects = first.keys("again<Enter>");
    assert!(
        matches!(
            asks(&effects).last(),
            Some(Operation::Reply(NewReply {
                send_as: SendAs::Response,
                ..
            }))
        ),
        "for one reply only"
    );
    let mut second = Desk::with(
        (120, 40),
        Settings {
            reply_as: ReplyAs::HumanAgent,
            ..Settings::default()
        },
    );
    second.open("Ana Ruiz");
    let effects = second.keys("rhi<Enter>");
    assert!(matches!(
        asks(&effects).last(),
        Some(Operation::Reply(NewReply {
            send_as: SendAs::HumanAgent,
            ..
        }))
    ));
}

#[test]
fn what_cannot_go_out_stays_in_the_composer_and_says_why() {
    for (name, text, says) in [
        ("Ana Ruiz", "about {order}".to_owned(), "{order} is empty"),
        ("Ana Ruiz", "  ".into(), "Nothing to send"),
    ] {
        let mut desk = desk();
        desk.open(name);
        desk.keys("r");
        desk.send(Msg::Paste(text.clone()));
        let effects = desk.keys("<Enter>");
        assert!(
            !asks(&effects)
                .iter()
                .any(|a| matches!(a, Operation::Reply(_))),
            "{effects:?}"
        );
        assert!(
            desk.model.toasts.iter().any(|t| t.text.contains(says)),
            "{:?}",
            desk.model.toasts
        );
        assert_eq!(
            desk.model.thread.as_ref().map(|t| t.composer.text()),
            Some(text)
        );
    }
}

#[test]
fn pasting_never_sends_and_never_runs_commands() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    assert_eq!(desk.send(Msg::Paste("b1\rq\n".into())), []);
    desk.keys("r");
    let effects = desk.send(Msg::Paste("line one\r\nline two\r".into()));
    assert!(
        !asks(&effects)
            .iter()
            .any(|a| matches!(a, Operation::Reply(_)))
    );
    assert_eq!(
        desk.model.thread.as_ref().map(|t| t.composer.text()),
        Some("line one\nline two\n".into())
    );
}

#[test]
fn an_unknown_owner_is_replied_to_without_a_take() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let mut page = thread_page(rows().swap_remove(2), items());
    page.conversation.owner = ThreadOwner::Unknown;
    desk.answer_thread(page);
    assert_eq!(
        asks(&desk.keys("r")),
        [&Operation::MarkSeen, &Operation::Typing(true)]
    );
}

#[test]
fn a_reply_to_somebody_far_down_the_list_waits_for_their_row() {
    let mut desk = desk();
    desk.keys("<^p>far");
    let far = vec![(
        id("far"),
        "Far".to_owned(),
        switchboard::domain::Platform::Messenger,
    )];
    desk.send(Msg::Loaded(Loaded::Found("far".into(), far)));
    desk.keys("<Enter>");
    assert_eq!(
        asks(&desk.keys("rm")),
        [] as [&Operation; 0],
        "to whom is not known yet"
    );
    let mut row = rows().swap_remove(2);
    row.id = id("far");
    let effects = desk.answer_thread(thread_page(row, items()));
    assert_eq!(
        asks(&effects),
        [&Operation::MarkSeen, &Operation::Typing(true)]
    );
}

#[test]
fn what_happened_since_the_text_was_begun_is_shown_and_a_second_enter_sends() {
    let wrote = |c: &mut Conversation| c.customer_at = Some(NOW);
    let answered = |c: &mut Conversation| c.page_at = Some(NOW);
    let moved = |c: &mut Conversation| c.owner = ThreadOwner::App(AppId::new(BOT));
    type Move<'a> = &'a dyn Fn(&mut Conversation);
    let cases: [(&str, Move<'_>); 3] = [
        ("has written since", &wrote),
        ("has just answered", &answered),
        ("Control moved to shopbot", &moved),
    ];
    for (says, change) in cases {
        for send in ["<Enter>", "<^d>"] {
            let mut desk = desk();
            desk.open("Ana Ruiz");
            desk.keys("rIt went out on the 3rd.");
            let mut page = thread_page(rows().swap_remove(2), items());
            change(&mut page.conversation);
            desk.answer_thread(page);
            assert_eq!(asks(&desk.keys(send)), Vec::<&Operation>::new(), "{says}");
            assert!(desk.picture().contains(says), "{says}\n{}", desk.picture());
            assert!(desk.picture().contains("It went out on the 3rd."));
            let mut effects = desk.keys(send);
            if send == "<^d>" {
                effects = desk.keys("1");
            }
            assert!(
                matches!(asks(&effects).as_slice(), [Operation::Reply(NewReply { known, .. })] if known.customer_at.is_some()),
                "{says}: {effects:?}"
            );
        }
    }
}

#[test]
fn the_same_words_twice_within_two_seconds_are_asked_about() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rok<Enter>");
    let mut page = thread_page(rows().swap_remove(2), items());
    page.items
        .push(outgoing("ok", SendAs::Response, SendState::Sending));
    desk.answer_thread(page);
    desk.keys("ok");
    assert_eq!(desk.keys("<Enter>"), []);
    assert!(desk.picture().contains("same text"), "{}", desk.picture());
    assert!(matches!(
        asks(&desk.keys("<Enter>")).as_slice(),
        [Operation::Reply(_)]
    ));
}

#[test]
fn pasted_words_are_no_keys_of_a_question() {
    for (keys, paste) in [
        ("rDone.<^d>", "order 4471"),
        ("q", "By now"),
        ("B", "1 y"),
        ("@", "cq"),
        ("i", "qJ"),
    ] {
        let mut desk = Desk::new((120, 40));
        if keys != "q" {
            desk.open("Ana Ruiz");
        }
        desk.keys(keys);
        desk.send(Msg::Loaded(Loaded::HeldThreads(rows())));
        let before = desk.picture();
        assert_eq!(desk.send(Msg::Paste(paste.into())), [], "{keys}");
        assert_eq!(desk.picture(), before, "{keys}");
    }
    // Where there is an input it goes there.
    let mut desk = Desk::new((120, 40));
    desk.keys("s");
    desk.send(Msg::Paste("tomorrow".into()));
    assert!(desk.picture().contains("tomorrow") && desk.model.dialogs.len() == 1);
}

/// What went wrong before does not push a question off the screen.
#[test]
fn a_question_about_a_reply_is_read_whole_also_below_old_trouble() {
    for size in [(80, 24), (120, 40), (60, 12)] {
        let mut desk = Desk::new(size);
        desk.answer_inbox(rows());
        desk.open("Blocked Benny");
        desk.keys("r");
        desk.send(Msg::Changed(vec![Change::Failed {
            conversation: id("10"),
            operation: OperationKind::MarkSeen,
            why: "This person is not available right now. ".repeat(9),
        }]));
        desk.keys("my card is 4111 1111 1111 1111<Enter>");
        let picture = desk.picture();
        for words in ["has just answered", "card number", "again to send anyway."] {
            assert!(picture.contains(words), "{words}: {picture}");
        }
    }
}

/// A question stands until it is answered: whoever cannot see it would take Enter
/// for another key.
#[test]
fn a_question_about_a_reply_stays_when_the_link_changes() {
    let long = "a word or two ".repeat(400);
    for (text, question) in [
        (long.as_str(), "will be sent in 3"),
        ("my card is 4111 1111 1111 1111", "card number"),
    ] {
        for link in [
            Link::Webhook,
            Link::Polling,
            Link::Offline("no route".into()),
        ] {
            let mut desk = desk();
            desk.open("Ana Ruiz");
            desk.keys("r");
            desk.send(Msg::Paste(text.into()));
            desk.pass(Span::seconds(1));
            assert!(asks(&desk.keys("<Enter>")).is_empty(), "asked first");
            assert!(desk.picture().contains(question), "{}", desk.picture());
            for link in [Link::Connecting, link.clone()] {
                desk.send(Msg::Changed(vec![Change::Link(link)]));
            }
            assert!(desk.picture().contains(question), "{link:?}: {question}");
            let sent = asks(&desk.keys("<Enter>")).len();
            assert_eq!(sent, 1, "it was asked, and Enter is the answer");
        }
    }
}
