//! An agent's own decisions: what the keys ask for, and what takes them back.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::desk::*;

use switchboard::{
    app::{Effect, Focus, Loaded, Msg, Query, Settings, dialog::Dialog},
    domain::{Command, ConversationId, Deferred, Operation, Outcome, Span, Triage, Until, View},
};

fn desk() -> Desk {
    Desk::new((120, 40))
}

fn id(row: &str) -> ConversationId {
    ConversationId::new(row)
}

/// What was decided, by conversation.
fn decided(effects: &[Effect]) -> Vec<(String, Triage)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Engine(Command::Triage(rows)) => Some(rows),
            _ => None,
        })
        .flatten()
        .map(|(id, _, triage)| (id.to_string(), triage.clone()))
        .collect()
}

fn until(effects: &[Effect]) -> Option<Until> {
    decided(effects)
        .first()?
        .1
        .deferred
        .map(|deferred| deferred.until)
}

fn next(desk: &mut Desk, from: &str, to: Option<&str>) -> Vec<Effect> {
    desk.send(Msg::Loaded(Loaded::Next(Some(id(from)), to.map(id))))
}

#[test]
fn put_off_in_the_list_changes_only_that_row() {
    for (keys, expected) in [
        ("w", Until::CustomerWrites),
        ("x", Until::NoReplyNeeded),
        ("sh<Enter>", Until::Moment(NOW.plus(Span::hours(1)))),
        // Saturday, 21 November 2026, 09:00 UTC.
        ("st<Enter>", Until::Moment(NOW.plus(Span::seconds(67_950)))),
        ("s20m<Enter>", Until::Moment(NOW.plus(Span::minutes(20)))),
        (
            "stomorrow 9am<Enter>",
            Until::Moment(NOW.plus(Span::seconds(67_950))),
        ),
        ("s<Down><Enter>", Until::Moment(NOW.plus(Span::hours(1)))),
    ] {
        let mut desk = desk();
        desk.keys("jj");
        let effects = desk.keys(keys);
        let through = Some(ago(0, 1));
        let deferred = Some(Deferred {
            until: expected,
            through,
        });
        assert_eq!(
            effects,
            [Effect::Engine(Command::Triage(vec![(
                id("3"),
                switchboard::domain::Psid::new("703"),
                Triage {
                    deferred,
                    ..Triage::default()
                }
            )]))],
            "{keys}"
        );
    }
}

#[test]
fn a_moment_that_means_nothing_is_not_taken_and_esc_takes_nothing() {
    let mut desk = desk();
    for words in ["99x", "z", "soon"] {
        assert_eq!(desk.keys(&format!("s{words}<Enter>")), [], "{words}");
        assert!(matches!(desk.model.dialogs.last(), Some(Dialog::Snooze(_))));
        assert!(desk.picture().contains("Not a time"), "{words}");
        assert_eq!(desk.keys("<Esc>"), []);
        assert!(desk.model.dialogs.is_empty());
    }
}

/// The words' field has the keys: nothing of "tomorrow" is a command, and the
/// customer sees nothing of it.
#[test]
fn tomorrow_is_a_word_and_no_row_of_keys() {
    let mut desk = desk();
    let effects = desk.keys("jjstomorrow<Enter>");
    assert_eq!(decided(&effects).len(), 1, "{effects:?}");
    assert_eq!(effects.len(), 1, "and nothing else: {effects:?}");
    assert_eq!(
        until(&effects),
        Some(Until::Moment(NOW.plus(Span::seconds(67_950))))
    );
}

#[test]
fn a_decision_in_the_thread_opens_the_next_and_u_comes_back_and_takes_it_back() {
    for wait in [Span::seconds(2), Span::seconds(20)] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        let effects = desk.keys("x");
        assert_eq!(until(&effects), Some(Until::NoReplyNeeded));
        assert!(effects.contains(&Effect::Query(Query::TopWaiting(id("3")))));
        next(&mut desk, "3", Some("1"));
        assert_eq!(desk.model.subject().map(|c| c.id.clone()), Some(id("1")));
        desk.pass(wait);
        let effects = desk.keys("u");
        assert_eq!(decided(&effects), [("3".into(), Triage::default())]);
        assert!(
            effects.contains(&Effect::Engine(Command::Open(id("3")))),
            "{effects:?}"
        );
    }
}

#[test]
fn an_advance_after_a_hand_back_is_taken_back_for_five_seconds_only() {
    for (wait, comes_back) in [(Span::seconds(5), true), (Span::millis(5_001), false)] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        desk.keys("b1");
        desk.send(Msg::Changed(vec![switchboard::domain::Change::Done {
            conversation: id("3"),
            operation: switchboard::domain::OperationKind::Pass,
        }]));
        next(&mut desk, "3", Some("1"));
        desk.pass(wait);
        let effects = desk.keys("u");
        assert_eq!(
            effects.contains(&Effect::Engine(Command::Open(id("3")))),
            comes_back
        );
    }
}

#[test]
fn keep_unread_undoes_what_put_it_off_and_can_be_undone() {
    let mut desk = desk();
    desk.keys("x");
    let effects = desk.keys("M");
    let unread = Triage {
        unread: true,
        ..Triage::default()
    };
    assert_eq!(decided(&effects), [("1".into(), unread)]);
    assert_eq!(until(&desk.keys("u")), Some(Until::NoReplyNeeded));
    assert_eq!(decided(&desk.keys("u")), [("1".into(), Triage::default())]);
    assert_eq!(desk.keys("u"), [], "nothing left to undo");
}

#[test]
fn the_last_decision_is_repeated_elsewhere() {
    let mut desk = desk();
    assert_eq!(desk.keys("."), [], "nothing to repeat yet");
    desk.keys("st<Enter>");
    let effects = desk.keys("j.");
    assert_eq!(decided(&effects)[0].0, "2");
    assert!(matches!(until(&effects), Some(Until::Moment(_))));
}

#[test]
fn labels_are_set_and_taken_off_and_completed() {
    let mut desk = desk();
    assert_eq!(desk.keys("L"), [Effect::Query(Query::Labels)]);
    let known = vec!["refund".to_owned(), "vip".to_owned()];
    desk.send(Msg::Loaded(Loaded::Labels(known)));
    let effects = desk.keys("vi<Tab><Enter>");
    assert_eq!(decided(&effects)[0].1.labels, ["vip"]);
    let effects = desk.keys("LVIP<Enter>");
    assert_eq!(decided(&effects)[0].1.labels, Vec::<String>::new());
    let effects = desk.keys("Lbrand new<Enter>");
    assert_eq!(decided(&effects)[0].1.labels, ["brand new"]);
}

#[test]
fn a_private_note_is_kept_with_its_person_never_sent_and_can_be_undone() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let effects = desk.keys("cwants the brass one<^j>call first<Enter>");
    let [
        Effect::Engine(Command::KeepNote {
            conversation, note, ..
        }),
    ] = effects.as_slice()
    else {
        panic!("one note: {effects:?}");
    };
    assert_eq!(*conversation, id("3"));
    assert_eq!(note.text, "wants the brass one\ncall first");
    assert_eq!(note.agent, "kim");
    let dropped = Effect::Engine(Command::DropNote(id("3"), note.id.clone()));
    assert_eq!(desk.keys("u"), [dropped]);
    assert_eq!(desk.keys("c<Enter>"), [], "an empty one is none");
}

#[test]
fn marked_rows_get_the_next_action_and_what_cannot_be_done_is_left_out() {
    let mut desk = desk();
    // Jo (ours), Rahul (ours), and not the third.
    desk.keys("vv");
    assert_eq!(desk.model.marked.len(), 2);
    let effects = desk.keys("x");
    let names: Vec<String> = decided(&effects).into_iter().map(|(id, _)| id).collect();
    assert_eq!(names, ["1", "2"]);
    assert!(desk.model.marked.is_empty());
    assert_eq!(decided(&desk.keys("u")).len(), 2, "both are taken back");
    // Grace is the bot's, Sam somebody else's, Ana is ours already.
    desk.keys("ggjjvjjvv");
    let takes = desk.keys("t");
    let of = |effect: &Effect| match effect {
        Effect::Engine(Command::Operate {
            conversation,
            operation: Operation::Take,
            ..
        }) => conversation.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(takes.iter().map(of).collect::<Vec<_>>(), ["6", "7"]);
    desk.keys("ggvvb");
    let effects = desk.keys("2");
    let outcomes: Vec<Outcome> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Engine(Command::Operate {
                operation: Operation::Pass(back),
                ..
            }) => Some(back.note.outcome),
            _ => None,
        })
        .collect();
    assert_eq!(outcomes, [Outcome::FollowUp; 2]);
    desk.keys("ggv");
    assert_eq!(desk.keys("<Esc>"), [], "Esc takes the marks off first");
    assert!(desk.model.marked.is_empty() && desk.model.focus == Focus::List);
}

#[test]
fn decisions_are_allowed_where_nothing_may_be_sent_but_not_where_nothing_can_be_kept() {
    let settings = switchboard::app::Settings {
        read_only: true,
        ..switchboard::app::Settings::default()
    };
    let mut desk = Desk::with((120, 40), settings);
    assert_eq!(decided(&desk.keys("x")).len(), 1);
    let looking = switchboard::domain::Link::ReadOnly("another desk has it".into());
    desk.send(Msg::Changed(vec![switchboard::domain::Change::Link(
        looking,
    )]));
    assert_eq!(desk.keys("x"), []);
}

#[test]
fn a_row_that_needs_no_reply_does_not_wait_any_more() {
    let mut desk = desk();
    view(&mut desk, View::All, rows());
    assert!(desk.model.inbox.selected().is_some_and(|row| row.waiting()));
    desk.keys("x");
    assert!(!desk.model.inbox.selected().is_some_and(|row| row.waiting()));
}

#[test]
fn with_reduced_motion_nothing_opens_or_goes_away_without_a_key() {
    for (reduced_motion, opens, stays) in [(false, true, false), (true, false, true)] {
        let settings = Settings {
            reduced_motion,
            ..Settings::default()
        };
        let mut desk = Desk::with((120, 40), settings);
        desk.open("Ana Ruiz");
        let effects = desk.keys("x");
        let asks = |e: &Effect| matches!(e, Effect::Query(Query::TopWaiting(_)));
        assert_eq!(effects.iter().any(asks), opens);
        desk.pass(Span::minutes(10));
        desk.send(Msg::Wake);
        assert_eq!(!desk.model.toasts.is_empty(), stays);
        desk.keys("p");
        assert!(desk.model.toasts.is_empty(), "{:?}", desk.model.toasts);
    }
}

#[test]
fn the_cursor_follows_who_was_taken_back_as_soon_as_the_list_has_them() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("x");
    let without = || rows().into_iter().filter(|row| row.id != id("3")).collect();
    desk.answer_inbox(without());
    next(&mut desk, "3", Some("1"));
    desk.keys("u");
    assert_ne!(
        desk.model.inbox.selected().map(|c| c.id.clone()),
        Some(id("3"))
    );
    desk.answer_inbox(rows());
    assert_eq!(
        desk.model.inbox.selected().map(|c| c.id.clone()),
        Some(id("3"))
    );
    // Once it is there the cursor is the agent's own again.
    desk.keys("qk");
    desk.answer_inbox(rows());
    assert_eq!(
        desk.model.inbox.selected().map(|c| c.id.clone()),
        Some(id("2"))
    );
}

#[test]
fn a_question_stays_about_whom_it_was_asked_although_the_list_moves() {
    for keys in ["t<Enter>", "1h<Enter>"] {
        let mut desk = desk();
        desk.keys("jjs");
        let title = desk.picture().contains("snooze Ana Ruiz until");
        assert!(title);
        desk.answer_inbox(rows().into_iter().filter(|r| r.id != id("3")).collect());
        assert!(desk.picture().contains("snooze Ana Ruiz until"));
        let effects = desk.keys(keys);
        assert_eq!(decided(&effects)[0].0, "3", "{keys}");
    }
    let mut desk = desk();
    desk.keys("jjL");
    desk.answer_inbox(rows().into_iter().filter(|r| r.id != id("3")).collect());
    assert_eq!(decided(&desk.keys("vip<Enter>"))[0].0, "3");
}

#[test]
fn marks_are_for_the_list_and_stay_when_something_is_decided_in_a_thread() {
    let mut desk = desk();
    desk.keys("vv");
    desk.open("Ana Ruiz");
    desk.keys("s");
    assert!(desk.picture().contains("snooze Ana Ruiz until"));
    let effects = desk.keys("t<Enter>");
    assert_eq!(decided(&effects).len(), 1);
    assert_eq!(desk.model.marked.len(), 2);
}

#[test]
fn a_moment_that_is_over_is_not_repeated() {
    let mut desk = desk();
    desk.keys("sh<Enter>");
    desk.pass(Span::hours(2));
    assert_eq!(decided(&desk.keys("j.")), []);
    assert!(desk.picture().contains("That time has passed"));
}

/// What was written while the question was open is not put off with it.
#[test]
fn nobody_is_snoozed_who_has_written_meanwhile() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("s");
    let mut page = thread_page(rows().swap_remove(2), items());
    page.conversation.customer_at = Some(NOW);
    desk.answer_thread(page);
    let effects = desk.keys("2h<Enter>");
    assert_eq!(effects, [], "{effects:?}");
    assert!(
        desk.picture().contains("has just written"),
        "{}",
        desk.picture()
    );
}
