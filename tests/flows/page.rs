//! What the Page shows before anybody writes.

use super::*;
use switchboard::{
    app::dialog::EditedProfile,
    domain::{PageProfile, Platform, Tree},
    graph,
};

fn greeting(text: &str) -> Tree {
    let json = format!(r#"{{"greeting": [{{"locale": "default", "text": "{text}"}}]}}"#);
    graph::read_json(&json).expect("JSON")
}

fn told(desk: &mut Desk, properties: Result<Tree, String>, calls_left: usize) {
    desk.send(Msg::Changed(vec![Change::PageProfile(PageProfile {
        platform: Platform::Messenger,
        properties,
        calls_left,
        next_at: Some(NOW.plus(Span::minutes(7))),
    })]));
}

fn left_by_the_editor(desk: &mut Desk, text: &str) {
    let edited = EditedProfile {
        text: text.to_owned(),
        properties: graph::read_json(text),
    };
    desk.send(Msg::ProfileEdited(Platform::Messenger, Ok(edited)));
}

#[test]
fn it_is_read_once_edited_as_a_file_and_written_when_a_person_says_so() {
    let mut desk = desk();
    let read = Effect::Engine(Command::ReadProfile(Platform::Messenger));
    assert_eq!(desk.keys("gp"), std::slice::from_ref(&read));
    told(&mut desk, Ok(greeting("Hello")), 9);
    assert!(
        desk.picture().contains("9 of 10 calls left"),
        "{}",
        desk.picture()
    );
    let before = greeting("Hello");
    let edit = Effect::Terminal(TerminalEffect::EditProfile {
        platform: Platform::Messenger,
        text: None,
        properties: before,
    });
    assert_eq!(desk.keys("e"), [edit]);
    let new = r#"{"greeting": [{"locale": "default", "text": "Good evening"}]}"#;
    left_by_the_editor(&mut desk, new);
    let picture = desk.picture();
    for line in [
        "write this to the Page?",
        "- default: Hello",
        "+ default: Good evening",
    ] {
        assert!(picture.contains(line), "{line}: {picture}");
    }
    let [Effect::Engine(Command::WriteProfile(platform, change, after))] = &desk.keys("y")[..]
    else {
        panic!("a write");
    };
    assert_eq!((*platform, change.calls()), (Platform::Messenger, 1));
    assert_eq!(*after, greeting("Good evening"));
    told(&mut desk, Ok(after.clone()), 8);
    assert_eq!(desk.keys("<Esc>gp"), [], "it is known");
    assert!(desk.picture().contains("default: Good evening"));
    assert_eq!(desk.keys("r"), [read]);
}

#[test]
fn what_cannot_be_read_or_does_not_fit_is_said_and_edited_again_as_it_was_left() {
    for (text, says) in [
        ("{\"greeting\": ", "This cannot be read: it is not JSON"),
        (
            r#"{"greetings": []}"#,
            "it has no field greetings; it knows get_started",
        ),
        ("[]", "a profile is an object of properties"),
    ] {
        let mut desk = desk();
        desk.keys("gp");
        told(&mut desk, Ok(greeting("Hello")), 9);
        desk.keys("e");
        left_by_the_editor(&mut desk, text);
        assert!(desk.picture().contains(says), "{says}: {}", desk.picture());
        assert_eq!(desk.keys("y"), [], "nothing is written");
        let again = &desk.keys("e")[..];
        let [
            Effect::Terminal(TerminalEffect::EditProfile {
                text: Some(left), ..
            }),
        ] = again
        else {
            panic!("{again:?}");
        };
        assert_eq!(left, text);
        desk.keys("<Esc>");
        assert!(desk.picture().contains("default: Hello"), "discarded");
    }
}

/// What was written in the editor stays until Meta has it.
#[test]
fn a_change_that_was_not_written_is_still_there() {
    let mut desk = desk();
    desk.keys("gp");
    told(&mut desk, Ok(greeting("Hello")), 1);
    let new = r#"{"greeting": [{"locale": "default", "text": "Good evening"}]}"#;
    left_by_the_editor(&mut desk, new);
    assert_eq!(desk.keys("y").len(), 1);
    assert!(desk.picture().contains("writing…"), "{}", desk.picture());
    assert_eq!(desk.keys("y"), [], "once");
    told(&mut desk, Err("Meta said no.".into()), 0);
    let picture = desk.picture();
    assert!(
        picture.contains("! Meta said no.") && picture.contains("+ default: Good evening"),
        "{picture}"
    );
    assert_eq!(desk.keys("y").len(), 1, "and again");
    told(&mut desk, Ok(greeting("Good evening")), 0);
    assert!(desk.picture().contains("what the Page shows"));
}

/// Meta has more than our rules know; that keeps nobody from changing something else.
#[test]
fn only_what_is_changed_has_to_fit() {
    let menu = r#""persistent_menu": [{"locale": "default", "call_to_actions": [{"type": "nested", "title": "More"}]}]"#;
    let profile = |text: &str| {
        format!(
            r#"{{"get_started": {{"payload": "BEGIN"}}, "greeting": [{{"locale": "default", "text": "{text}"}}], {menu}}}"#
        )
    };
    let mut desk = desk();
    desk.keys("gp");
    let before = graph::read_json(&profile("Hello")).expect("JSON");
    told(&mut desk, Ok(before), 9);
    let long = "x".repeat(161);
    for (text, written) in [("Good evening", 1), (long.as_str(), 0)] {
        desk.keys("e");
        left_by_the_editor(&mut desk, &profile(text));
        assert_eq!(desk.keys("y").len(), written, "{}", desk.picture());
        desk.keys("<Esc>");
    }
}

#[test]
fn a_refusal_stands_above_what_is_known() {
    let mut desk = desk();
    desk.keys("gp");
    told(&mut desk, Ok(greeting("Hello")), 0);
    assert!(
        desk.picture().contains("no calls left for 7m"),
        "{}",
        desk.picture()
    );
    told(&mut desk, Err("Meta said no.".into()), 0);
    let picture = desk.picture();
    assert!(
        picture.contains("! Meta said no.") && picture.contains("default: Hello"),
        "{picture}"
    );
}
