//! Who holds a thread, and who gets it.

use super::*;

#[test]
fn each_control_key_asks_for_its_move_or_says_why_not() {
    let cases: [(&str, &str, Result<Operation, &str>); 11] = [
        ("Sam Iqbal", "t", Ok(Operation::Take)),
        ("Ana Ruiz", "t", Err("already")),
        ("Ana Ruiz", "E", Ok(Operation::Extend(Span::hours(24)))),
        ("Tomasz Wiśniewski", "Uy", Ok(Operation::Release)),
        ("Ana Ruiz", "Uy", Ok(Operation::Release)),
        ("Sam Iqbal", "U", Err("Press t to take it first")),
        ("Sam Iqbal", "E", Err("Press t to take it first")),
        ("Ana Ruiz", "R", Err("no default app")),
        ("Ana Ruiz", "m", Ok(Operation::MarkSeen)),
        ("Nils Berg", "Q", Err("7 days")),
        ("Sam Iqbal", "b", Err("Press t to take it first")),
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
        [Effect::Query(Query::TopWaiting(id("3")))]
    );
    let effects = desk.keys("B2");
    assert!(
        matches!(asks(&effects)[..], [Operation::Pass(HandBack { to: Some(app), .. })] if app.as_str() == "263902037430900"),
        "{effects:?}"
    );
}

/// A hand-back and a reply that hands back may be under way at once; the end of
/// either goes on to the next.
#[test]
fn a_reply_that_hands_back_does_not_forget_the_hand_back_before_it() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("b2");
    desk.keys("rbye<^d>1");
    let done = Change::Done {
        conversation: id("3"),
        operation: OperationKind::Pass,
    };
    let next = Effect::Query(Query::TopWaiting(id("3")));
    assert_eq!(desk.send(Msg::Changed(vec![done])), [next]);
}

#[test]
fn request_works_where_no_default_app_is_set_and_take_does_not() {
    let mut desk = desk();
    desk.routes(Routing::ZeroConfig);
    desk.open("Sam Iqbal");
    assert_eq!(
        asks(&desk.keys("R<Enter>")),
        [] as [&Operation; 0],
        "it asks"
    );
    assert_eq!(asks(&desk.keys("Ry")), [&Operation::Request]);
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
        thread.notice().as_deref(),
        Some("Could not take control. Not permitted.")
    );
    assert_eq!(thread.composer.typing, None);
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
