//! Handing back: with words for the bot, all at once, at the end of the day; and
//! losing control while one writes.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::desk::*;

use switchboard::{
    app::{Effect, Focus, Loaded, Msg, Query, TerminalEffect},
    domain::{
        AppId, Change, Command, ConversationId, HandBack, HandBackNote, Mid, Operation, Outcome,
        Span, ThreadOwner,
    },
};

fn desk() -> Desk {
    Desk::new((120, 40))
}

/// Whose thread went where, with which note.
fn passed(effects: &[Effect]) -> Vec<(String, HandBack)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Engine(Command::Operate {
                conversation,
                operation: Operation::Pass(back),
                ..
            }) => Some((conversation.to_string(), back.clone())),
            _ => None,
        })
        .collect()
}

fn note(outcome: Outcome, summary: &str, next: &str) -> HandBackNote {
    HandBackNote {
        outcome,
        summary: summary.into(),
        next: next.into(),
        idle: false,
        agent: "kim".into(),
        answered_through: Some((Mid::new("m9"), ago(0, 1))),
    }
}

#[test]
fn the_outcome_is_one_key_and_words_for_the_bot_are_optional() {
    for (keys, expected) in [
        ("b1", note(Outcome::Resolved, "", "")),
        ("b2", note(Outcome::FollowUp, "", "")),
        ("bj<Enter>", note(Outcome::Resolved, "", "")),
        ("bk<Enter>", note(Outcome::Other, "", "")),
        ("b3", note(Outcome::BotFailed, "", "")),
        ("b4", note(Outcome::Other, "", "")),
        (
            "b<Tab>refund sent<Enter>1",
            note(Outcome::Resolved, "refund sent", ""),
        ),
        (
            "b<Tab>refund 1 of 2<Tab>ask on Monday<Enter>2",
            note(Outcome::FollowUp, "refund 1 of 2", "ask on Monday"),
        ),
    ] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        let passed = passed(&desk.keys(keys));
        assert_eq!(passed.len(), 1, "{keys}");
        assert_eq!(passed[0].1.note, expected, "{keys}");
        assert_eq!(passed[0].1.to, Some(AppId::new(BOT)), "{keys}");
    }
    let mut desk = desk();
    desk.open("Ana Ruiz");
    assert_eq!(desk.keys("b<Esc>"), []);
    assert_eq!(desk.keys("b<Enter>"), [], "Enter alone hands nothing back");
    assert_eq!(desk.keys("b<Tab>words<Esc><Esc>"), []);
}

#[test]
fn a_hand_back_is_never_carried_out_on_another_than_it_was_about() {
    let mut desk = desk();
    desk.keys("jjb");
    desk.model.inbox.cursor = 0;
    assert_eq!(passed(&desk.keys("1")), []);
}

#[test]
fn what_we_hold_is_listed_when_the_desk_is_left() {
    let mut desk = desk();
    assert_eq!(desk.keys("q"), [Effect::Query(Query::Held)]);
    let held = rows().into_iter().take(4).collect();
    desk.send(Msg::Loaded(Loaded::HeldThreads(held)));
    let picture = desk.picture();
    for words in [
        "You still hold 7 threads",
        "Jo Park",
        "Kemi Adeyemi",
        "keep",
    ] {
        assert!(picture.contains(words), "{words} in\n{picture}");
    }
    // Jo back to the bot, Rahul kept, Ana to the helpdesk, Kemi kept.
    desk.keys("bka");
    let effects = desk.keys("y");
    let passed = passed(&effects);
    let whom: Vec<(&str, &str)> = passed
        .iter()
        .map(|(id, back)| (id.as_str(), back.to.as_ref().map_or("", |app| app.as_str())))
        .collect();
    assert_eq!(whom, [("1", BOT), ("3", "555")]);
    assert_eq!(
        passed[0].1.note.outcome,
        Outcome::FollowUp,
        "somebody still waits there"
    );
    assert_eq!(
        effects.last(),
        Some(&Effect::Terminal(TerminalEffect::Quit))
    );
    let mut other = self::desk();
    other.keys("q");
    other.send(Msg::Loaded(Loaded::HeldThreads(
        rows().into_iter().take(3).collect(),
    )));
    assert_eq!(other.keys("B<Esc>"), [], "Esc stays, and nothing is done");
    other.keys("q");
    other.send(Msg::Loaded(Loaded::HeldThreads(
        rows().into_iter().take(3).collect(),
    )));
    assert_eq!(other.keys("B<Enter>"), [], "and so does Enter");
    other.keys("q");
    other.send(Msg::Loaded(Loaded::HeldThreads(
        rows().into_iter().take(3).collect(),
    )));
    assert_eq!(self::passed(&other.keys("By")).len(), 3);
}

#[test]
fn losing_control_while_writing_is_seen_at_once_and_the_text_stays() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rhello");
    let mut page = thread_page(rows().swap_remove(2), items());
    page.conversation.owner = ThreadOwner::App(AppId::new(BOT));
    desk.answer_thread(page);
    let thread = desk.model.thread.as_ref().expect("a thread");
    let notice = thread.notice().unwrap_or_default();
    assert!(notice.contains("Control moved to shopbot"), "{notice}");
    assert_eq!(thread.composer.text(), "hello");
    assert_eq!(desk.model.focus, Focus::Composer);
    let sends = |effects: &[Effect]| {
        effects.iter().any(|e| {
            matches!(
                e,
                Effect::Engine(Command::Operate {
                    operation: Operation::Reply(_),
                    ..
                })
            )
        })
    };
    assert!(!sends(&desk.keys("<Enter>")), "it is asked first");
}

#[test]
fn a_thread_that_goes_back_by_itself_is_told_before() {
    let mut desk = desk();
    let effects = desk.send(Msg::Changed(vec![Change::IdleWarning {
        conversation: ConversationId::new("5"),
        name: "Tomasz Wiśniewski".into(),
        within: Span::seconds(60),
    }]));
    assert_eq!(effects, [Effect::Terminal(TerminalEffect::Bell)]);
    let told = |words: &str| desk.model.toasts.iter().any(|t| t.text.contains(words));
    assert!(told("goes back to shopbot in 60 s"));
}
