//! What the desk asks for when keys are pressed: `update` by its effects.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::desk::*;

use switchboard::{
    app::{Anchor, Effect, Focus, Loaded, Msg, Query, Settings, TerminalEffect, wake_at},
    domain::{
        AppId, Author, Change, Command, Conversation, ConversationId, Decision, HandBack,
        HandBackNote, Hit, HoldReason, InboxQuery, InboxSlice, LocalId, Mid, Operation,
        OperationKind, Outcome, Psid, ReplyAs, Routing, SendAs, SendState, Span, ThreadOwner,
        ThreadRange, Timestamp, View,
    },
};

fn id(row: &str) -> ConversationId {
    ConversationId::new(row)
}

fn ask(row: &str, operation: Operation) -> Effect {
    Effect::Engine(Command::Operate {
        conversation: id(row),
        psid: Psid::new(format!("70{row}")),
        operation,
    })
}

fn asks(effects: &[Effect]) -> Vec<&Operation> {
    effects
        .iter()
        .filter_map(|e| match e {
            Effect::Engine(Command::Operate { operation, .. }) => Some(operation),
            _ => None,
        })
        .collect()
}

/// The id of the one reply that is sent.
fn sent(effects: &[Effect]) -> LocalId {
    let locals: Vec<&LocalId> = asks(effects)
        .into_iter()
        .filter_map(|ask| match ask {
            Operation::Reply { local, .. } => Some(local),
            _ => None,
        })
        .collect();
    assert_eq!(locals.len(), 1, "{effects:?}");
    locals[0].clone()
}

/// Ana's reply is refused.
fn refused(local: LocalId) -> Change {
    Change::ReplyNotSent {
        conversation: id("3"),
        local,
        why: "no".into(),
        text: None,
    }
}

fn desk() -> Desk {
    Desk::new((120, 40))
}

fn note(outcome: Outcome) -> HandBack {
    HandBack {
        to: Some(AppId::new(BOT)),
        note: HandBackNote {
            outcome,
            summary: String::new(),
            next: String::new(),
            idle: false,
            agent: "kim".into(),
            answered_through: Some((Mid::new("m9"), ago(0, 1))),
        },
    }
}

#[test]
fn opening_never_marks_seen_and_asks_the_cache_only() {
    let mut desk = desk();
    let effects = desk.keys("jj<Enter>");
    assert_eq!(
        effects,
        [
            Effect::Query(Query::Thread {
                id: id("3"),
                range: ThreadRange::Newest
            }),
            Effect::Engine(Command::Open(id("3")))
        ]
    );
    let effects = desk.answer_thread(thread_page(rows().swap_remove(2), items()));
    assert_eq!(
        effects,
        [Effect::Engine(Command::LookedAt(id("3")))],
        "local only"
    );
}

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
                Operation::Reply {
                    local,
                    text,
                    send_as,
                    hand_back,
                    ..
                },
            ..
        }),
    ] = effects.as_slice()
    else {
        panic!("one send: {effects:?}");
    };
    assert_eq!(
        (text.as_str(), *send_as),
        ("The money is on its way.", SendAs::HumanAgent)
    );
    assert_eq!(hand_back.as_ref(), Some(&note(Outcome::Resolved)));
    // No "typing off": Meta takes the bubble away with the message.
    let sent = Change::ReplySent {
        conversation: id("4"),
        local: local.clone(),
    };
    let effects = desk.send(Msg::Changed(vec![sent]));
    assert_eq!(
        effects,
        [Effect::Query(Query::NextWaiting {
            from: Some(id("4")),
            back: false
        })],
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
            [Operation::Reply {
                send_as: SendAs::Response,
                hand_back: None,
                ..
            }]
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
        Some(Operation::Reply {
            send_as: SendAs::HumanAgent,
            ..
        })
    ));
    let effects = first.keys("again<Enter>");
    assert!(
        matches!(
            asks(&effects).last(),
            Some(Operation::Reply {
                send_as: SendAs::Response,
                ..
            })
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
        Some(Operation::Reply {
            send_as: SendAs::HumanAgent,
            ..
        })
    ));
}

#[test]
fn what_cannot_go_out_stays_in_the_composer_and_says_why() {
    for (name, text, says) in [
        (
            "Ana Ruiz",
            "about {order}".to_owned(),
            "{order} is not filled in",
        ),
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
                .any(|a| matches!(a, Operation::Reply { .. })),
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
            .any(|a| matches!(a, Operation::Reply { .. }))
    );
    assert_eq!(
        desk.model.thread.as_ref().map(|t| t.composer.text()),
        Some("line one\nline two\n".into())
    );
}

#[test]
fn typing_is_refreshed_before_20_seconds_and_stops_on_pause_and_without_focus() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rh");
    for _ in 0..2 {
        desk.now = desk.now.plus(Span::seconds(7));
        assert_eq!(asks(&desk.keys("e")), [] as [&Operation; 0]);
    }
    assert_eq!(
        asks(&desk.pass(Span::seconds(1))),
        [&Operation::Typing(true)],
        "15 s after it was shown"
    );
    assert_eq!(
        asks(&desk.pass(Span::seconds(10))),
        [&Operation::Typing(false)],
        "10 s without a key"
    );
    assert_eq!(asks(&desk.keys("y")), [&Operation::Typing(true)]);
    assert_eq!(
        asks(&desk.send(Msg::Focus(false))),
        [&Operation::Typing(false)]
    );
    assert_eq!(
        asks(&desk.keys("z")),
        [] as [&Operation; 0],
        "nobody looks at this terminal"
    );
}

#[test]
fn without_focus_nothing_is_marked_seen() {
    let mut desk = desk();
    desk.send(Msg::Focus(false));
    desk.open("Ana Ruiz");
    assert_eq!(asks(&desk.keys("m")), [] as [&Operation; 0]);
    assert_eq!(asks(&desk.keys("r")), [] as [&Operation; 0]);
}

#[test]
fn a_draft_is_saved_soon_after_the_first_key_and_stays_with_its_person() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rhel");
    let due = wake_at(&desk.model).expect("something is due");
    assert!(due.since(desk.now) <= Span::millis(200));
    let save = |text: &str, column| {
        Effect::Engine(Command::SaveDraft {
            conversation: id("3"),
            psid: Psid::new("703"),
            text: text.into(),
            cursor: (0, column),
            over: true,
        })
    };
    assert_eq!(desk.pass(Span::millis(150)), [save("hel", 3)]);
    desk.keys("lo");
    let effects = desk.keys("<Esc>]");
    assert!(effects.contains(&Effect::Query(Query::NextWaiting {
        from: Some(id("3")),
        back: false
    })));
    let effects = desk.send(Msg::Loaded(Loaded::Next(Some(id("3")), Some(id("1")))));
    assert_eq!(
        effects[0],
        save("hello", 5),
        "before the other thread opens"
    );
    assert_eq!(
        desk.model.thread.as_ref().map(|t| t.composer.text()),
        Some(String::new())
    );
}

#[test]
fn a_saved_draft_comes_back_but_never_over_what_is_being_typed_or_sent() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let mut page = thread_page(rows().swap_remove(2), items());
    page.draft = Some(("from the disk".into(), (0, 4)));
    desk.answer_thread(page.clone());
    let text = |desk: &Desk| {
        desk.model
            .thread
            .as_ref()
            .map(|t| t.composer.text())
            .unwrap_or_default()
    };
    assert_eq!(text(&desk), "from the disk");
    let local = sent(&desk.keys("r<Enter>"));
    desk.answer_thread(page.clone());
    assert_eq!(text(&desk), "", "it is the text that is on its way");
    desk.send(Msg::Changed(vec![refused(local)]));
    desk.answer_thread(page);
    assert_eq!(text(&desk), "from the disk", "refused: the text is back");
}

#[test]
fn read_only_asks_for_nothing_that_is_sent() {
    let mut desk = Desk::with(
        (120, 40),
        Settings {
            read_only: true,
            ..Settings::default()
        },
    );
    desk.open("Sam Iqbal");
    for key in ["r", "t", "b", "B", "R", "E", "U", "m", "<^t>"] {
        assert_eq!(asks(&desk.keys(key)), [] as [&Operation; 0], "{key}");
        assert!(desk.model.dialogs.is_empty(), "{key}");
    }
}

#[test]
fn each_control_key_asks_for_its_move_or_says_why_not() {
    let cases: [(&str, &str, Result<Operation, &str>); 11] = [
        ("Sam Iqbal", "t", Ok(Operation::Take)),
        ("Ana Ruiz", "t", Err("already")),
        ("Ana Ruiz", "E", Ok(Operation::Extend(Span::hours(24)))),
        ("Tomasz Wiśniewski", "U", Ok(Operation::Release)),
        ("Ana Ruiz", "Uy", Ok(Operation::Release)),
        ("Sam Iqbal", "U", Err("t takes it first")),
        ("Sam Iqbal", "E", Err("t takes it first")),
        ("Ana Ruiz", "R", Err("no default app")),
        ("Ana Ruiz", "m", Ok(Operation::MarkSeen)),
        ("Nils Berg", "r", Err("7 days")),
        ("Sam Iqbal", "b", Err("t takes it first")),
    ];
    for (name, key, expected) in cases {
        let mut desk = desk();
        desk.open(name);
        let effects = desk.keys(key);
        match expected {
            Ok(ask) => assert_eq!(asks(&effects), [&ask], "{name} {key}"),
            Err(says) => {
                assert_eq!(effects, [], "{name} {key}");
                assert!(
                    desk.model.toasts.iter().any(|t| t.text.contains(says)),
                    "{name} {key}: {:?}",
                    desk.model.toasts
                );
            }
        }
    }
}

#[test]
fn hand_back_and_pass_name_their_app_and_the_next_who_waits_opens() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    assert_eq!(
        desk.keys("b2"),
        [ask("3", Operation::Pass(note(Outcome::FollowUp)))]
    );
    let done = Change::Done {
        conversation: id("3"),
        operation: OperationKind::Pass,
    };
    assert_eq!(
        desk.send(Msg::Changed(vec![done])),
        [Effect::Query(Query::NextWaiting {
            from: Some(id("3")),
            back: false
        })]
    );
    let effects = desk.keys("B2");
    assert!(
        matches!(asks(&effects)[..], [Operation::Pass(HandBack { to: Some(app), .. })] if app.as_str() == "263902037430900"),
        "{effects:?}"
    );
}

#[test]
fn request_works_where_no_default_app_is_set_and_take_does_not() {
    let mut desk = desk();
    desk.routes(Routing::ZeroConfig);
    desk.open("Sam Iqbal");
    assert_eq!(asks(&desk.keys("R")), [&Operation::Request]);
    assert_eq!(asks(&desk.keys("t")), [] as [&Operation; 0]);
}

#[test]
fn a_refused_take_stops_typing_and_stands_above_the_composer() {
    let mut desk = desk();
    desk.open("Sam Iqbal");
    desk.keys("r");
    let failed = Change::Failed {
        conversation: id("7"),
        operation: OperationKind::Take,
        why: "Not permitted.".into(),
    };
    desk.send(Msg::Changed(vec![failed]));
    let thread = desk.model.thread.as_ref().expect("open");
    assert_eq!(
        thread.notice.as_deref(),
        Some("Could not take control. Not permitted.")
    );
    assert_eq!(thread.composer.typing, None);
}

#[test]
fn answers_to_older_questions_are_dropped() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let other = thread_page(rows().swap_remove(0), vec![]);
    desk.answer_thread(other);
    assert_eq!(
        desk.model.thread.as_ref().map(|t| t.window.items.len()),
        Some(items().len())
    );
    desk.keys("1");
    let stale = InboxQuery {
        view: View::All,
        filter: String::new(),
        offset: 0,
    };
    desk.send(Msg::Loaded(Loaded::Inbox(stale, InboxSlice::default())));
    assert_eq!(desk.model.inbox.rows.len(), rows().len());
    desk.keys("<^p>ab");
    desk.send(Msg::Loaded(Loaded::Found(
        "a".into(),
        vec![(
            id("1"),
            "A".into(),
            switchboard::domain::Platform::Messenger,
        )],
    )));
    let picture = desk.picture();
    assert!(
        !picture.contains("nobody's name fits"),
        "the answer to \"ab\" is still to come: {picture}"
    );
    desk.send(Msg::Loaded(Loaded::Found("ab".into(), vec![])));
    assert!(desk.picture().contains("nobody's name fits"));
}

#[test]
fn who_types_ahead_of_the_answer_jumps_to_whom_they_meant() {
    let mut desk = desk();
    let person = |row: &str| {
        vec![(
            id(row),
            "Somebody".to_owned(),
            switchboard::domain::Platform::Messenger,
        )]
    };
    desk.keys("<^p>");
    desk.send(Msg::Loaded(Loaded::Found(String::new(), person("1"))));
    assert!(
        !desk
            .keys("jo<Enter>")
            .contains(&Effect::Engine(Command::Open(id("1")))),
        "that list was for other words"
    );
    assert_eq!(
        desk.send(Msg::Loaded(Loaded::Found("j".into(), person("2")))),
        []
    );
    let effects = desk.send(Msg::Loaded(Loaded::Found("jo".into(), person("3"))));
    assert!(
        effects.contains(&Effect::Engine(Command::Open(id("3")))),
        "{effects:?}"
    );
    assert!(desk.model.dialogs.is_empty());
}

#[test]
fn the_cursor_stays_on_its_conversation_when_the_order_changes() {
    let mut desk = desk();
    desk.keys("jj");
    let mut turned = rows();
    turned.rotate_left(2);
    desk.answer_inbox(turned);
    assert_eq!(
        desk.model.inbox.selected().and_then(|c| c.name.clone()),
        Some("Ana Ruiz".into())
    );
    assert_eq!(desk.model.inbox.cursor, 0);
}

#[test]
fn until_somebody_moves_it_the_cursor_is_on_the_first_row() {
    let mut desk = desk();
    let mut more = rows();
    more.rotate_right(3);
    let first = more[0].name.clone();
    desk.answer_inbox(more);
    assert_eq!(
        desk.model.inbox.selected().and_then(|c| c.name.clone()),
        first
    );
}

#[test]
fn news_asks_the_cache_one_question_at_a_time() {
    let mut desk = desk();
    let first = desk.send(Msg::Changed(vec![Change::Inbox]));
    assert!(matches!(first[..], [Effect::Query(Query::Inbox(_))]));
    assert_eq!(
        desk.send(Msg::Changed(vec![Change::Inbox, Change::Inbox])),
        [],
        "the first is still under way"
    );
    let ask = InboxQuery::default();
    let page = InboxSlice {
        rows: rows(),
        total: 13,
        ..InboxSlice::default()
    };
    let again = desk.send(Msg::Loaded(Loaded::Inbox(ask, page)));
    assert!(
        matches!(again[..], [Effect::Query(Query::Inbox(_))]),
        "and once more for what changed meanwhile"
    );
    assert_eq!(
        desk.send(Msg::Changed(vec![Change::Thread(id("9"))])),
        [],
        "another thread is not on the screen"
    );
}

#[test]
fn a_long_list_is_asked_for_in_windows_around_the_cursor() {
    let mut desk = desk();
    let many: Vec<Conversation> = (0..200)
        .map(|n| conversation(&n.to_string(), &format!("Person {n}")))
        .collect();
    desk.send(Msg::Changed(vec![Change::Inbox]));
    desk.send(Msg::Loaded(Loaded::Inbox(
        InboxQuery::default(),
        InboxSlice {
            rows: many,
            total: 10_000,
            ..InboxSlice::default()
        },
    )));
    assert_eq!(desk.keys("<Down>"), []);
    let effects = desk.keys("G");
    let [Effect::Query(Query::Inbox(ask))] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(ask.offset, 9_899);
    let tail: Vec<Conversation> = (9_899..10_000)
        .map(|n| conversation(&n.to_string(), &format!("Person {n}")))
        .collect();
    desk.send(Msg::Loaded(Loaded::Inbox(
        ask.clone(),
        InboxSlice {
            rows: tail,
            total: 10_000,
            ..InboxSlice::default()
        },
    )));
    assert_eq!(
        desk.model.inbox.selected().and_then(|c| c.name.clone()),
        Some("Person 9999".into())
    );
}

#[test]
fn a_long_thread_is_read_in_parts_from_the_cache_then_from_meta() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let load = |range| Effect::Query(Query::Thread { id: id("3"), range });
    let part = |from: i64, older: u32, newer: u32| {
        let items = (from..from + 200)
            .map(|n| {
                let at = ago(48, 0).plus(Span::minutes(n));
                message(
                    &format!("m{n}"),
                    at,
                    Author::Customer,
                    &format!("line {n}"),
                    vec![],
                )
            })
            .collect();
        let mut page = thread_page(rows().swap_remove(2), items);
        (page.older, page.newer) = (older, newer);
        page
    };
    desk.answer_thread(part(800, 800, 0));
    assert!(desk.picture().contains(" 1000/1000 "), "{}", desk.picture());
    // To the top of what is at hand: the part around it is asked for, once.
    let mut effects = Vec::new();
    while effects.is_empty() {
        effects = desk.keys("<PgUp>");
    }
    let first = ago(48, 0).plus(Span::minutes(800));
    assert_eq!(effects, [load(ThreadRange::Around(first))]);
    assert_eq!(desk.keys("<PgUp>"), [], "one question at a time");
    let before = desk.picture();
    desk.answer_thread(part(700, 700, 100));
    assert!(
        desk.picture().contains("line 800"),
        "it stays where it was\n{before}"
    );
    // News does not move it either.
    let effects = desk.send(Msg::Changed(vec![Change::Thread(id("3"))]));
    assert_eq!(effects, [load(ThreadRange::Around(first))]);
    // To both ends.
    assert_eq!(desk.keys("gg"), [load(ThreadRange::Oldest)]);
    let mut oldest = part(0, 0, 800);
    oldest.older_remote = true;
    desk.answer_thread(oldest.clone());
    assert!(desk.picture().contains("line 0"), "{}", desk.picture());
    assert_eq!(desk.keys("gg"), [Effect::Engine(Command::Older(id("3")))]);
    assert_eq!(desk.keys("gg"), [], "one question at a time");
    let done = Change::OlderArrived(id("3"));
    assert_eq!(
        desk.send(Msg::Changed(vec![done])),
        [load(ThreadRange::Around(ago(48, 0)))]
    );
    desk.answer_thread(oldest);
    assert_eq!(desk.keys("G"), [load(ThreadRange::Newest)]);
    desk.answer_thread(part(800, 800, 0));
    assert!(desk.picture().contains("line 999"), "{}", desk.picture());
}

#[test]
fn finding_asks_the_whole_cached_thread_and_goes_there() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let find = |from, forward| {
        Effect::Query(Query::FindInThread {
            id: id("3"),
            words: "needle".into(),
            from,
            forward,
        })
    };
    let end = (Timestamp::from_millis(i64::MAX), None);
    assert_eq!(desk.keys("/needle<Enter>"), [find(end, false)]);
    // At hand: shown at once.
    let found =
        |mid: &str, at| Loaded::FoundInThread(id("3"), "needle".into(), Some((Mid::new(mid), at)));
    assert_eq!(desk.send(Msg::Loaded(found("m5", ago(4, 0)))), []);
    assert_eq!(
        desk.keys("N"),
        [find((ago(4, 0), Some(Mid::new("m5"))), false)]
    );
    // Far away: that part of the thread is asked for first.
    let effects = desk.send(Msg::Loaded(found("far", ago(400, 0))));
    let range = ThreadRange::Around(ago(400, 0));
    assert_eq!(
        effects,
        [Effect::Query(Query::Thread { id: id("3"), range })]
    );
    let far = message(
        "far",
        ago(400, 0),
        Author::Customer,
        "a needle in the hay",
        vec![],
    );
    let mut page = thread_page(rows().swap_remove(2), vec![far]);
    page.newer = 11;
    desk.answer_thread(page);
    assert!(desk.picture().contains("a needle in the hay"));
    assert_eq!(
        desk.keys("n"),
        [find((ago(400, 0), Some(Mid::new("far"))), true)]
    );
    desk.send(Msg::Loaded(Loaded::FoundInThread(
        id("3"),
        "needle".into(),
        None,
    )));
    assert!(desk.picture().contains("is not in what is cached"));
}

#[test]
fn quitting_saves_what_is_unsaved_and_stops_typing() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rhi");
    let effects = desk.send(Msg::Terminate);
    let save = Effect::Engine(Command::SaveDraft {
        conversation: id("3"),
        psid: Psid::new("703"),
        text: "hi".into(),
        cursor: (0, 2),
        over: true,
    });
    assert_eq!(
        effects,
        [
            ask("3", Operation::Typing(false)),
            save,
            Effect::Terminal(TerminalEffect::Quit)
        ]
    );
    let mut desk = self::desk();
    assert_eq!(desk.keys("<^c>"), []);
    let held = [Effect::Query(Query::Held)];
    assert_eq!(desk.keys("<^c>"), held, "threads are held, so it asks");
    assert_eq!(desk.keys("y"), [Effect::Terminal(TerminalEffect::Quit)]);
    let mut desk = self::desk();
    assert_eq!(desk.keys("qn"), held);
    assert_eq!(
        desk.keys("qy"),
        [
            Effect::Query(Query::Held),
            Effect::Terminal(TerminalEffect::Quit)
        ]
    );
}

#[test]
fn an_idle_desk_slows_the_polls_and_a_key_speeds_them_up() {
    let mut desk = desk();
    assert!(
        desk.pass(Span::minutes(3))
            .contains(&Effect::Engine(Command::Pace { active: false }))
    );
    assert_eq!(desk.pass(Span::seconds(1)), [], "once");
    assert!(
        desk.keys("j")
            .contains(&Effect::Engine(Command::Pace { active: true }))
    );
}

#[test]
fn commands_run_actions_by_name_and_greyed_ones_say_why() {
    let mut first = desk();
    first.open("Ana Ruiz");
    assert_eq!(
        asks(&first.keys(":mark s<Tab><Enter>")),
        [&Operation::MarkSeen]
    );
    let mut second = desk();
    second.open("Ana Ruiz");
    assert_eq!(second.keys(":take<Enter>"), []);
    assert!(
        second
            .model
            .toasts
            .iter()
            .any(|t| t.text.contains("already"))
    );
    let mut third = desk();
    third.open("Ana Ruiz");
    assert_eq!(
        asks(&third.keys("?tell the<Enter>")),
        [&Operation::MarkSeen],
        "help runs what is marked"
    );
}

#[test]
fn the_same_keys_give_the_same_ids_and_pictures() {
    let play = || {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        let effects = desk.keys("rhello<Enter>world<Enter>");
        (effects, desk.picture())
    };
    let (first, second) = (play(), play());
    assert_eq!(first, second);
    let locals: Vec<&LocalId> = first
        .0
        .iter()
        .filter_map(|e| match e {
            Effect::Engine(Command::Operate {
                operation: Operation::Reply { local, .. },
                ..
            }) => Some(local),
            _ => None,
        })
        .collect();
    assert_eq!(locals.len(), 2);
    assert_ne!(locals[0], locals[1]);
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
fn who_has_begun_something_else_is_not_carried_away_to_the_next() {
    let mut writing = desk();
    writing.open("Ana Ruiz");
    writing.keys("]rso");
    let next = || Msg::Loaded(Loaded::Next(Some(id("3")), Some(id("1"))));
    assert_eq!(writing.send(next()), []);
    assert_eq!(writing.model.focus, Focus::Composer);
    let mut elsewhere = desk();
    elsewhere.open("Kemi Adeyemi");
    assert_eq!(elsewhere.send(next()), []);
    let mut asked = desk();
    asked.open("Ana Ruiz");
    asked.keys("]b");
    assert_eq!(asked.send(next()), []);
    assert_eq!(asks(&asked.keys("1")).len(), 1);
}

#[test]
fn a_choice_is_for_the_conversation_it_was_about_and_no_other() {
    let mut desk = desk();
    desk.keys("jjb");
    let without_ana: Vec<Conversation> =
        rows().into_iter().filter(|row| row.id != id("3")).collect();
    desk.answer_inbox(without_ana);
    assert_eq!(desk.keys("1"), []);
    assert!(
        desk.model
            .toasts
            .iter()
            .any(|t| t.text.contains("nothing was done"))
    );
}

#[test]
fn a_refused_reply_comes_back_before_what_was_typed_since() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let first = sent(&desk.keys("rfirst<Enter>"));
    desk.keys("second");
    desk.send(Msg::Changed(vec![refused(LocalId::new("another"))]));
    assert_eq!(
        desk.model.thread.as_ref().map(|t| t.composer.text()),
        Some("second".into()),
        "another reply's refusal brings back nothing of this one"
    );
    desk.send(Msg::Changed(vec![refused(first)]));
    assert_eq!(
        desk.model.thread.as_ref().map(|t| t.composer.text()),
        Some("first\nsecond".into())
    );
    let saved = desk.pass(Span::millis(150));
    assert!(
        matches!(saved[..], [Effect::Engine(Command::SaveDraft { .. })]),
        "{saved:?}"
    );
    let mut doubt = self::desk();
    doubt.open("Ana Ruiz");
    doubt.keys("rfirst<Enter>");
    doubt.send(Msg::Changed(vec![Change::ReplyUnconfirmed {
        conversation: id("3"),
        why: "lost".into(),
    }]));
    assert_eq!(
        doubt.model.thread.as_ref().map(|t| t.composer.text()),
        Some(String::new()),
        "Meta may have it"
    );
}

#[test]
fn who_types_ahead_of_their_draft_loses_neither() {
    let mut desk = desk();
    desk.keys("jj<Enter>");
    desk.keys("rnew");
    assert_eq!(
        desk.pass(Span::seconds(1)),
        [],
        "not saved over a draft that is not read yet"
    );
    let mut page = thread_page(rows().swap_remove(2), items());
    page.draft = Some(("old".into(), (0, 3)));
    desk.answer_thread(page);
    assert_eq!(
        desk.model.thread.as_ref().map(|t| t.composer.text()),
        Some("old\nnew".into())
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
fn after_a_failed_answer_the_list_can_be_asked_again() {
    let mut desk = desk();
    assert!(matches!(
        desk.send(Msg::Changed(vec![Change::Inbox]))[..],
        [Effect::Query(Query::Inbox(_))]
    ));
    desk.send(Msg::Failed("the cache cannot be used".into()));
    assert!(matches!(
        desk.send(Msg::Changed(vec![Change::Inbox]))[..],
        [Effect::Query(Query::Inbox(_))]
    ));
}

#[test]
fn marking_seen_in_the_list_is_for_that_row() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("hkm");
    desk.keys("l");
    assert_eq!(
        asks(&desk.keys("r")),
        [&Operation::MarkSeen, &Operation::Typing(true)],
        "Ana has not been seen by that"
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
        ("Control has moved to shopbot", &moved),
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
                matches!(asks(&effects).as_slice(), [Operation::Reply { known, .. }] if known.customer_at.is_some()),
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
    assert!(desk.picture().contains("same words"), "{}", desk.picture());
    assert!(matches!(
        asks(&desk.keys("<Enter>")).as_slice(),
        [Operation::Reply { .. }]
    ));
}

#[test]
fn a_person_decides_about_a_reply_that_does_not_go_on() {
    let local = LocalId::new("l1");
    for (state, key, decision) in [
        (SendState::Unsure, "o", Decision::Look),
        (SendState::Unsure, "k", Decision::TreatAsSent),
        (SendState::Held(HoldReason::Stale), "s", Decision::SendNow),
        (SendState::Held(HoldReason::Stale), "d", Decision::Drop),
        (SendState::Held(HoldReason::Stale), "e", Decision::TakeBack),
        (SendState::Queued, "e", Decision::TakeBack),
    ] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        let mut page = thread_page(rows().swap_remove(2), items());
        page.items
            .push(outgoing("to be decided", SendAs::Response, state.clone()));
        desk.answer_thread(page);
        assert_eq!(desk.keys("<Enter>"), [], "nothing happens by one key");
        let effects = desk.keys(key);
        let wanted = Effect::Engine(Command::Decide {
            conversation: id("3"),
            local: local.clone(),
            decision: decision.clone(),
        });
        assert_eq!(effects, [wanted], "{state:?} {key}");
        if decision == Decision::TakeBack {
            // The text comes when the disk has let go of the reply.
            desk.send(Msg::Changed(vec![Change::TextReturned {
                conversation: id("3"),
                text: "to be decided".into(),
            }]));
            assert_eq!(desk.model.focus, Focus::Composer);
            assert!(
                desk.picture().contains("││to be decided"),
                "{}",
                desk.picture()
            );
        }
    }
    // Sending again takes a second key and a new id.
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let mut page = thread_page(rows().swap_remove(2), items());
    page.items.push(outgoing(
        "to be decided",
        SendAs::Response,
        SendState::Unsure,
    ));
    desk.answer_thread(page);
    let effects = desk.keys("<Enter>r");
    assert!(
        matches!(effects.as_slice(), [Effect::Engine(Command::Decide { decision: Decision::SendAgain(new), .. })] if *new != local),
        "{effects:?}"
    );
    // What has gone on while the question stood there is not decided about.
    let mut page = thread_page(rows().swap_remove(2), items());
    page.items.push(outgoing(
        "to be decided",
        SendAs::Response,
        SendState::Queued,
    ));
    desk.answer_thread(page.clone());
    desk.keys("<Enter>");
    page.items.pop();
    page.items.push(outgoing(
        "to be decided",
        SendAs::Response,
        SendState::Sending,
    ));
    desk.answer_thread(page);
    assert_eq!(desk.keys("e"), []);
    // A reply that is on its way, or whose text is in the composer, is not asked
    // about.
    for state in [
        SendState::Sending,
        SendState::Refused {
            why: "No.".into(),
            given_back: true,
        },
    ] {
        let mut page = thread_page(rows().swap_remove(2), items());
        page.items
            .push(outgoing("on its way", SendAs::Response, state));
        desk.answer_thread(page);
        desk.keys("<Enter>");
        assert!(desk.model.dialogs.is_empty());
    }
}

#[test]
fn searching_asks_as_one_types_and_opens_the_thread_at_the_message() {
    let mut desk = desk();
    assert_eq!(
        desk.keys("g/re"),
        [
            Effect::Query(Query::Search("r".into())),
            Effect::Query(Query::Search("re".into()))
        ]
    );
    let hit = Hit {
        conversation: id("3"),
        name: "Ana Ruiz".into(),
        mid: Mid::new("m4"),
        at: ago(23, 49),
        author: Author::Page,
        text: "Which order is it about?".into(),
    };
    desk.send(Msg::Loaded(Loaded::Hits("r".into(), vec![hit.clone()])));
    assert!(!desk.picture().contains("Which order"), "an older question");
    desk.send(Msg::Loaded(Loaded::Hits("re".into(), vec![hit])));
    let effects = desk.keys("<Enter>");
    assert_eq!(
        effects,
        [
            Effect::Query(Query::Thread {
                id: id("3"),
                range: ThreadRange::Around(ago(23, 49))
            }),
            Effect::Engine(Command::Open(id("3")))
        ]
    );
    let mut page = thread_page(rows().swap_remove(2), items());
    page.older = 300;
    desk.answer_thread(page);
    let thread = desk.model.thread.as_ref().expect("open");
    assert!(
        matches!(&thread.anchor, Anchor::Top { key, .. } if key == "m4"),
        "{:?}",
        thread.anchor
    );
    // The same from the line of commands.
    desk.keys("q");
    let effects = desk.keys(":search where is my<Enter>");
    assert_eq!(
        effects,
        [Effect::Query(Query::Search("where is my".into()))]
    );
}

#[test]
fn text_that_could_not_be_saved_is_saved_again_after_a_second() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rhello");
    let saves = |effects: &[Effect]| {
        effects
            .iter()
            .filter(|e| matches!(e, Effect::Engine(Command::SaveDraft { .. })))
            .count()
    };
    assert_eq!(saves(&desk.pass(Span::millis(150))), 1);
    let failed = Change::DraftNotSaved(
        id("3"),
        "the disk is full. The text is only on the screen.".into(),
    );
    desk.send(Msg::Changed(vec![failed]));
    assert!(
        desk.picture().contains("only on the screen"),
        "{}",
        desk.picture()
    );
    assert_eq!(saves(&desk.pass(Span::millis(900))), 0);
    assert_eq!(saves(&desk.pass(Span::millis(101))), 1);
}

#[test]
fn an_idle_desk_wakes_for_the_clock_alone_and_asks_for_nothing() {
    let mut desk = desk();
    desk.pass(Span::minutes(4));
    for _ in 0..60 {
        let wake = wake_at(&desk.model).expect("the minute turns");
        assert_eq!(wake.as_millis() % 60_000, 0, "only the clock on the screen");
        assert_eq!(
            desk.pass(wake.since(desk.now)),
            [],
            "no question to the cache"
        );
    }
}

#[test]
fn text_of_a_thread_that_was_left_is_kept_until_the_disk_has_it() {
    let save = |over| {
        Effect::Engine(Command::SaveDraft {
            conversation: id("3"),
            psid: Psid::new("703"),
            text: "half a thought".into(),
            cursor: (0, 14),
            over,
        })
    };
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rhalf a thought");
    assert!(desk.keys("<Esc>q").contains(&save(true)));
    let failed = || Change::DraftNotSaved(id("3"), "the disk is full".into());
    desk.send(Msg::Changed(vec![failed()]));
    assert_eq!(desk.pass(Span::millis(900)), []);
    assert_eq!(wake_at(&desk.model), Some(desk.now.plus(Span::millis(100))));
    assert_eq!(
        desk.pass(Span::millis(100)),
        [save(true)],
        "again, every second"
    );
    desk.send(Msg::Changed(vec![failed()]));
    // Back before the disk has it: the screen has it still, and what is older on
    // the disk does not come between.
    desk.keys("<Enter>");
    let mut page = thread_page(rows().swap_remove(2), items());
    page.draft = Some(("half".into(), (0, 4)));
    desk.answer_thread(page);
    assert_eq!(
        desk.model.thread.as_ref().map(|t| t.composer.text()),
        Some("half a thought".into())
    );
    assert!(desk.pass(Span::millis(150)).contains(&save(true)));
    desk.send(Msg::Changed(vec![Change::DraftSaved(id("3"))]));
    desk.keys("q");
    assert_eq!(desk.pass(Span::seconds(5)), [], "nothing is left to save");
}

#[test]
fn who_leaves_before_their_draft_is_there_does_not_overwrite_it() {
    let mut desk = desk();
    desk.keys("jjr");
    desk.keys("ahead");
    let wake = wake_at(&desk.model).expect("the minute turns");
    assert!(wake > desk.now, "nothing is due that is not done");
    let effects = desk.keys("<Esc>q");
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::Engine(Command::SaveDraft { over: false, .. }))),
        "{effects:?}"
    );
}

#[test]
fn a_thread_that_is_not_there_closes_and_asks_nothing() {
    let mut desk = desk();
    desk.keys("<Enter>h");
    assert_eq!(desk.model.focus, Focus::List);
    desk.send(Msg::Loaded(Loaded::Thread(id("1"), None)));
    assert!(desk.model.dialogs.is_empty() && desk.model.thread.is_none());
}

#[test]
fn text_that_never_reached_the_disk_comes_back_wherever_one_is() {
    let lost = |local: LocalId, text: &str| Change::ReplyNotSent {
        conversation: id("3"),
        local,
        why: "Not sent: the disk is full.".into(),
        text: Some(text.into()),
    };
    // In the thread: both of two replies, with the reason.
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let first = sent(&desk.keys("rfirst<Enter>"));
    let second = sent(&desk.keys("second<Enter>"));
    desk.send(Msg::Changed(vec![lost(first, "first")]));
    desk.send(Msg::Changed(vec![lost(second, "second")]));
    let text = desk.model.thread.as_ref().map(|t| t.composer.text());
    assert_eq!(text.as_deref(), Some("second\nfirst"));
    assert!(desk.picture().contains("the disk is full"));
    // Elsewhere: it is saved as a draft, before nothing that stands there.
    let mut desk = self::desk();
    desk.open("Ana Ruiz");
    let local = sent(&desk.keys("rfirst<Enter>"));
    desk.keys("<Esc>q");
    desk.send(Msg::Changed(vec![lost(local, "first")]));
    let saved = desk.pass(Span::seconds(1));
    assert!(
        matches!(&saved[..], [Effect::Engine(Command::SaveDraft { text, over: false, .. })] if text == "first"),
        "{saved:?}"
    );
}

#[test]
fn nothing_is_sent_before_an_unseen_draft_is_there() {
    let mut desk = desk();
    desk.keys("jjr");
    desk.keys("ahead");
    assert_eq!(asks(&desk.keys("<Enter>")), Vec::<&Operation>::new());
    assert!(
        desk.picture().contains("still being read"),
        "{}",
        desk.picture()
    );
}

#[test]
fn behind_the_curtain_no_news_and_no_question_names_or_quotes_anybody() {
    let gone = |row: &str| {
        rows()
            .into_iter()
            .filter(move |r| r.id.as_str() != row)
            .collect()
    };
    let mut desk = Desk::new((120, 40));
    desk.keys(":privacy<Enter>");
    desk.open("Ana Ruiz");
    desk.keys("yy");
    let picture = desk.picture();
    assert!(picture.contains("Copied the text") && !picture.contains("pls let me know"));
    // She is handed back and on the screen no more, but for the news of it.
    desk.keys("b1");
    desk.send(Msg::Changed(vec![Change::Done {
        conversation: ConversationId::new("3"),
        operation: OperationKind::Pass,
    }]));
    desk.answer_inbox(gone("3"));
    let (from, to) = (ConversationId::new("3"), ConversationId::new("1"));
    desk.send(Msg::Loaded(Loaded::Next(Some(from), Some(to))));
    let picture = desk.picture();
    assert!(
        picture.contains("is handed over") && !picture.contains("Ana Ruiz"),
        "{picture}"
    );
    let files = vec![(
        "IMG_2210.jpg".to_owned(),
        "https://cdn.example/anas.jpg".to_owned(),
    )];
    let id = desk.model.subject().expect("a thread").id.clone();
    desk.send(Msg::Loaded(Loaded::Files(id, files, true)));
    let picture = desk.picture();
    assert!(picture.contains("save which attachment") && !picture.contains("IMG_2210"));
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
