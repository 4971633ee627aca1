//! What the customer sees of us: seen and typing.

use super::*;

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
fn marking_seen_on_marked_rows_says_nothing_of_the_thread_that_is_open_beside() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("h");
    // The mark is on the first row; the cursor is where it was.
    desk.keys("ggv");
    let away = |desk: &Desk| desk.model.thread.as_ref().expect("open").marked_seen;
    let place = rows()
        .iter()
        .position(|row| row.id == id("3"))
        .expect("a row");
    desk.keys("gg");
    desk.keys(&"j".repeat(place));
    let effects = desk.keys("m");
    let about: Vec<&ConversationId> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Engine(Command::Operate { conversation, .. }) => Some(conversation),
            _ => None,
        })
        .collect();
    assert_eq!(about, [&rows()[0].id]);
    assert_eq!(away(&desk), None);
}
