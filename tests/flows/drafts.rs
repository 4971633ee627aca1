//! Unsent text: it is saved, comes back, and belongs to one person.

use super::*;

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
            draft: Draft {
                cursor: (0, column),
                ..Draft::of(text)
            },
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
    page.draft = Some(Draft {
        cursor: (0, 4),
        ..Draft::of("from the disk")
    });
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
    desk.send(Msg::Changed(vec![refused(local, "from the disk")]));
    desk.answer_thread(page);
    desk.pass(Span::seconds(3));
    assert_eq!(text(&desk), "from the disk\n", "refused: the text is back");
}

#[test]
fn what_was_emptied_stays_empty_while_the_disk_still_has_it() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let mut page = thread_page(rows().swap_remove(2), items());
    page.draft = Some(Draft {
        cursor: (0, 3),
        ..Draft::of("old")
    });
    desk.answer_thread(page.clone());
    desk.keys("r<Backspace><Backspace><Backspace>");
    let is_empty = |desk: &Desk| desk.model.thread.as_ref().map(|t| t.composer.is_empty());
    desk.answer_thread(page.clone());
    assert_eq!(is_empty(&desk), Some(true), "not saved yet");
    let saves = |effect: &Effect| matches!(effect, Effect::Engine(Command::SaveDraft { .. }));
    assert!(desk.pass(Span::seconds(2)).iter().any(saves));
    desk.answer_thread(page);
    assert_eq!(is_empty(&desk), Some(true), "being saved");
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
        draft: Draft {
            cursor: (0, 2),
            ..Draft::of("hi")
        },
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
    page.draft = Some(Draft {
        cursor: (0, 3),
        ..Draft::of("old")
    });
    desk.answer_thread(page);
    assert_eq!(
        desk.model.thread.as_ref().map(|t| t.composer.text()),
        Some("old\nnew".into())
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
fn text_of_a_thread_that_was_left_is_kept_until_the_disk_has_it() {
    let save = |over| {
        Effect::Engine(Command::SaveDraft {
            conversation: id("3"),
            psid: Psid::new("703"),
            draft: Draft {
                cursor: (0, 14),
                ..Draft::of("half a thought")
            },
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
    page.draft = Some(Draft {
        cursor: (0, 4),
        ..Draft::of("half")
    });
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

/// A found message is asked for by a question of its own; until it is answered
/// the thread is as unseen as any other.
#[test]
fn a_thread_that_was_opened_at_a_message_is_not_at_hand_before_the_cache_answers() {
    let mut desk = desk();
    desk.keys("g/re");
    let hit = Hit {
        conversation: id("3"),
        name: "Ana Ruiz".into(),
        mid: Mid::new("m4"),
        at: ago(23, 49),
        author: Author::Page,
        text: "Which order is it about?".into(),
    };
    desk.send(Msg::Loaded(Loaded::Hits("re".into(), vec![hit])));
    desk.keys("<Enter>");
    desk.keys("rahead");
    assert_eq!(asks(&desk.keys("<Enter>")), Vec::<&Operation>::new());
    assert!(desk.picture().contains("Still loading"));
    let effects = desk.keys("<Esc>q");
    let unseen = |e: &Effect| matches!(e, Effect::Engine(Command::SaveDraft { over: false, .. }));
    assert!(effects.iter().any(unseen), "{effects:?}");
}

#[test]
fn text_that_never_reached_the_disk_comes_back_wherever_one_is() {
    let lost = |effects: &[Effect]| {
        let reply = asks(effects).into_iter().find_map(|asked| match asked {
            Operation::Reply(reply) => Some(reply.clone()),
            _ => None,
        });
        Change::ReplyNotKept {
            conversation: id("3"),
            psid: Psid::new("703"),
            reply: Box::new(reply.expect("a reply")),
            why: "Not sent: the disk is full.".into(),
        }
    };
    // In the thread: both of two replies, with the reason.
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let first = lost(&desk.keys("rfirst<Enter>"));
    let second = lost(&desk.keys("second<Enter>"));
    desk.send(Msg::Changed(vec![first]));
    desk.send(Msg::Changed(vec![second]));
    desk.pass(Span::seconds(3));
    let text = desk.model.thread.as_ref().map(|t| t.composer.text());
    assert_eq!(
        text.as_deref(),
        Some("first\nsecond\n"),
        "in the order they were sent"
    );
    assert!(desk.picture().contains("the disk is full"));
    // Elsewhere: it is saved as a draft, before nothing that stands there.
    let mut desk = self::desk();
    desk.open("Ana Ruiz");
    let first = lost(&desk.keys("rfirst<Enter>"));
    desk.keys("<Esc>q");
    // Also when the row is in another view by now.
    view(&mut desk, View::Closing, Vec::new());
    desk.send(Msg::Changed(vec![first]));
    let saved = desk.pass(Span::seconds(1));
    assert!(
        matches!(&saved[..], [Effect::Engine(Command::SaveDraft { draft, over: false, .. })] if draft.text == "first\n"),
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
        desk.picture().contains("Still loading"),
        "{}",
        desk.picture()
    );
}

#[test]
fn a_quote_stays_with_its_reply_until_it_is_sent_or_taken_off() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.answer_thread(thread_page(conversation("3", "Ana Ruiz"), items()));
    let quote = |desk: &Desk| {
        desk.model
            .thread
            .as_ref()
            .and_then(|t| t.composer.quote.clone())
    };
    assert!(
        asks(&desk.keys("kQ")).contains(&&Operation::MarkSeen),
        "as a reply does"
    );
    assert_eq!(desk.model.focus, Focus::Composer);
    let asked = quote(&desk).expect("a quote");
    // The thread is read again: nothing is on the disk yet that could be shown.
    desk.answer_thread(thread_page(conversation("3", "Ana Ruiz"), items()));
    assert_eq!(quote(&desk).as_ref(), Some(&asked));
    desk.keys("yes");
    let saved = desk.pass(Span::millis(150));
    let [Effect::Engine(Command::SaveDraft { draft, .. })] = &saved[..] else {
        panic!("a save: {saved:?}");
    };
    assert_eq!(draft.quote.as_ref(), Some(&asked));
    let sent = |effects: &[Effect]| -> NewReply {
        let reply = asks(effects)
            .into_iter()
            .find_map(|operation| match operation {
                Operation::Reply(reply) => Some(reply),
                _ => None,
            });
        reply.expect("a reply").clone()
    };
    let reply = sent(&desk.keys("<Enter>"));
    assert_eq!(reply.parts[0].quote.as_ref(), Some(&asked));
    assert_eq!(quote(&desk), None, "the next reply quotes nothing");
    let mut refusal = refused(reply.parts[0].local.clone(), "yes");
    if let Change::ReplyNotSent { returned, .. } = &mut refusal {
        returned.quote.clone_from(&reply.parts[0].quote);
    }
    desk.send(Msg::Changed(vec![refusal]));
    desk.pass(Span::seconds(3));
    assert_eq!(quote(&desk).as_ref(), Some(&asked), "as the text is");
    desk.keys("<Esc>Q");
    assert_eq!(quote(&desk), None, "the same message again takes it off");
    let reply = sent(&desk.keys("r<Enter>"));
    assert_eq!(reply.parts[0].quote, None);
}

#[test]
fn a_quote_goes_with_the_text_that_was_sent_after_all() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.answer_thread(thread_page(conversation("3", "Ana Ruiz"), items()));
    let mut refusal = refused(LocalId::new("l1"), "yes");
    if let Change::ReplyNotSent { returned, .. } = &mut refusal {
        returned.quote = Some(Mid::new("m8"));
    }
    desk.send(Msg::Changed(vec![refusal]));
    desk.pass(Span::seconds(3));
    let quote = |desk: &Desk| {
        desk.model
            .thread
            .as_ref()
            .and_then(|t| t.composer.quote.clone())
    };
    assert_eq!(quote(&desk), Some(Mid::new("m8")));
    desk.send(Msg::Changed(vec![Change::RefusedButSent {
        conversation: id("3"),
        text: "yes".into(),
    }]));
    assert_eq!(quote(&desk), None, "the next reply answers something else");
}
