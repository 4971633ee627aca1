//! The mouse, and what leaves the desk by the clipboard or the browser.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::desk::*;

use switchboard::{
    app::{Effect, Focus, Loaded, Mouse, Msg, Query, TerminalEffect, layout, thread::Selection},
    domain::{
        ApiCall, Author, Change, Command, ConversationId, Mid, NewReply, Operation, Psid, View,
    },
};

fn desk() -> Desk {
    Desk::new((120, 40))
}

fn click(desk: &mut Desk, x: u16, y: u16) -> Vec<Effect> {
    let mut effects = desk.send(Msg::Mouse(Mouse::Down(x, y)));
    effects.extend(desk.send(Msg::Mouse(Mouse::Up(x, y))));
    effects
}

/// Where some words stand on the screen.
fn find(desk: &Desk, words: &str) -> (u16, u16) {
    let picture = desk.picture();
    let lines = picture.lines().enumerate();
    let mut found = lines.filter_map(|(y, line)| {
        let at = line.find(words)?;
        let x = switchboard::text::width(&line[..at]);
        Some((u16::try_from(x).ok()?, u16::try_from(y).ok()?))
    });
    found
        .next()
        .unwrap_or_else(|| panic!("{words} in\n{picture}"))
}

#[test]
fn a_click_selects_a_row_and_a_second_one_opens_it() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut desk = Desk::new(size);
        let (x, y) = find(&desk, "Ana Ruiz");
        assert_eq!(click(&mut desk, x, y), []);
        let selected = desk.model.inbox.selected().map(|row| row.id.clone());
        assert_eq!(selected, Some(ConversationId::new("3")));
        let effects = click(&mut desk, x, y);
        assert!(effects.contains(&Effect::Engine(Command::Open(ConversationId::new("3")))));
    }
}

#[test]
fn tabs_rows_and_hints_answer_a_click_and_nothing_is_sent_by_one() {
    let mut desk = desk();
    let (x, y) = find(&desk, "2 Mine 7");
    click(&mut desk, x, y);
    assert_eq!(desk.model.inbox.view, View::Mine);
    let (x, y) = find(&desk, "? help");
    click(&mut desk, x, y);
    assert_eq!(desk.model.dialogs.len(), 1);
    click(&mut desk, 0, 0);
    assert!(desk.model.dialogs.is_empty(), "a click beside it closes it");
    desk.open("Sam Iqbal");
    let layout = layout::layout(&desk.model);
    for y in 0..40 {
        for x in (0..120).step_by(7) {
            let on_hints = layout.hints.contains((x, y).into());
            let effects = desk.send(Msg::Mouse(Mouse::Down(x, y)));
            let asks = effects
                .iter()
                .any(|e| matches!(e, Effect::Engine(Command::Operate { .. })));
            assert!(!asks || on_hints, "{x},{y}: {effects:?}");
            desk.model.dialogs.clear();
            desk.open("Sam Iqbal");
        }
    }
}

#[test]
fn a_line_of_a_dialog_that_sends_is_marked_by_a_click_and_chosen_by_the_next() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rDone.<^d>");
    // The first line is marked from the start, and still takes two.
    for words in ["resolved", "follow-up needed"] {
        let (x, y) = find(&desk, words);
        assert_eq!(desk.send(Msg::Mouse(Mouse::Down(x, y))), [], "{words}");
    }
    let (x, y) = find(&desk, "follow-up needed");
    let effects = desk.send(Msg::Mouse(Mouse::Down(x, y)));
    assert!(
        effects.iter().any(|effect| matches!(
            effect,
            Effect::Engine(Command::Operate {
                operation: Operation::Reply(NewReply {
                    hand_back: Some(_),
                    ..
                }),
                ..
            })
        )),
        "{effects:?}"
    );
}

#[test]
fn the_wheel_moves_what_is_under_it_and_keeps_the_keys_where_they_are() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    assert_eq!(desk.model.focus, Focus::Thread);
    let before = desk.model.inbox.cursor;
    desk.send(Msg::Mouse(Mouse::Wheel(5, 10, true)));
    assert_eq!(desk.model.inbox.cursor, before + 3);
    assert_eq!(desk.model.focus, Focus::Thread);
    let mut small = Desk::new((120, 20));
    small.open("Ana Ruiz");
    let before = small.picture();
    small.send(Msg::Mouse(Mouse::Wheel(60, 10, false)));
    assert_ne!(small.picture(), before, "the thread scrolls");
}

#[test]
fn what_is_dragged_over_is_copied_as_it_stands_without_the_gutter() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let (x, y) = find(&desk, "Hi Ana, I have found");
    desk.send(Msg::Mouse(Mouse::Down(x - 8, y)));
    desk.send(Msg::Mouse(Mouse::Drag(x + 3, y + 1)));
    let selection = Selection {
        from: (x - 8, y),
        to: (x + 3, y + 1),
    };
    assert_eq!(desk.model.mouse.selection, Some(selection));
    let [Effect::Terminal(TerminalEffect::Copy(words))] =
        &desk.send(Msg::Mouse(Mouse::Up(x + 3, y + 1)))[..]
    else {
        panic!("a copy");
    };
    let line = "Hi Ana, I have found order #4471. The";
    assert!(words.starts_with(line), "{words}");
    assert_eq!(words.lines().count(), 2);
    assert!(!words.contains("14:04"), "the gutter is no text: {words}");
    desk.keys("j");
    assert_eq!(desk.model.mouse.selection, None, "a key ends it");
}

#[test]
fn a_click_in_the_composer_puts_the_cursor_there() {
    // Also below the line of what is quoted.
    for begin in ["r", "Q"] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        desk.keys(begin);
        desk.keys("one two three");
        let (x, y) = find(&desk, "one two three");
        click(&mut desk, x + 4, y);
        desk.keys("X");
        let thread = desk.model.thread.as_ref().expect("a thread");
        assert_eq!(thread.composer.text(), "one Xtwo three", "{begin}");
    }
}

#[test]
fn copying_takes_what_is_at_hand_and_says_what() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let copy = |text: &str| [Effect::Terminal(TerminalEffect::Copy(text.into()))];
    assert_eq!(desk.keys("yy"), copy("ok thank you!! pls let me know"));
    assert_eq!(desk.keys("yi"), copy("m9"));
    let raw = Effect::Query(Query::JsonToCopy(
        ConversationId::new("3"),
        Some(Mid::new("m9")),
    ));
    assert_eq!(desk.keys("yj"), [raw]);
    let json = Loaded::ToCopy(Some("{}".into()));
    assert_eq!(desk.send(Msg::Loaded(json)), copy("{}"));
    assert_eq!(desk.keys("yc"), [], "no call yet");
    desk.send(Msg::Changed(vec![Change::ApiCall(ApiCall {
        at: NOW,
        method: "GET".into(),
        host: "https://graph.facebook.com".into(),
        path: "/v27.0/703".into(),
        gist: String::new(),
        body: None,
        status: Some(200),
        answer: None,
        ms: 12,
    })]));
    let curl =
        "curl -g -H \"Authorization: Bearer $PAGE_TOKEN\" 'https://graph.facebook.com/v27.0/703'";
    assert_eq!(desk.keys("yc"), copy(curl));
    assert_eq!(desk.keys("yl"), [], "no link");
    assert_eq!(desk.keys("yp"), [], "only in the JSON");
    let mut list = Desk::new((120, 40));
    assert_eq!(list.keys("yy"), copy("it arrived broken :("));
    assert_eq!(list.keys("yi"), copy("1"));
}

#[test]
fn a_path_is_copied_from_the_json() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("J");
    let json = "{\n  \"from\": {\n    \"id\": \"7\"\n  }\n}".to_owned();
    let raw = Loaded::Raw(ConversationId::new("3"), vec![json.clone(), json.clone()]);
    desk.send(Msg::Loaded(raw));
    assert_eq!(
        desk.keys("jjyp"),
        [Effect::Terminal(TerminalEffect::Copy(".from.id".into()))]
    );
    assert_eq!(
        desk.keys("yj"),
        [Effect::Terminal(TerminalEffect::Copy(json))]
    );
}

#[test]
fn a_link_is_opened_only_after_its_host_was_shown() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let mut with_links = items();
    with_links.push(message(
        "m10",
        ago(0, 0),
        Author::Customer,
        "see https://shop.example/a and javascript:alert(1) and https://good.example@evil.example/",
        vec![],
    ));
    desk.answer_thread(thread_page(rows().swap_remove(2), with_links));
    assert_eq!(
        desk.keys("yl"),
        [Effect::Terminal(TerminalEffect::Copy(
            "https://shop.example/a".into()
        ))]
    );
    let asked = [Effect::Query(Query::Files(ConversationId::new("3"), false))];
    assert_eq!(desk.keys("o"), asked);
    let files = vec![
        (
            "a.jpg".to_owned(),
            "https://scontent.fbcdn.net/a.jpg".to_owned(),
        ),
        ("bad".into(), "file:///etc/passwd".into()),
    ];
    let id = ConversationId::new("3");
    desk.send(Msg::Loaded(Loaded::Files(id.clone(), files.clone(), false)));
    let picture = desk.picture();
    assert!(
        picture.contains("shop.example  https://shop.example/a"),
        "{picture}"
    );
    assert!(!picture.contains("/etc/passwd") && !picture.contains("evil.example  "));
    let photo = Effect::Terminal(TerminalEffect::OpenUrl(
        "https://scontent.fbcdn.net/a.jpg".into(),
    ));
    assert_eq!(desk.keys("2"), [photo]);
    assert_eq!(
        desk.keys("D"),
        [Effect::Query(Query::Files(id.clone(), true))]
    );
    // The only one needs no question.
    let save = Effect::Engine(Command::SaveFile("https://scontent.fbcdn.net/a.jpg".into()));
    let saved = desk.send(Msg::Loaded(Loaded::Files(id, files, true)));
    assert_eq!(saved, [save]);
}

#[test]
fn the_log_shows_the_calls_and_copies_them() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.send(Msg::Changed(vec![Change::ApiCall(ApiCall {
        at: NOW,
        method: "POST".into(),
        host: "http://127.0.0.1:8700".into(),
        path: "/v27.0/1/messages".into(),
        gist: String::new(),
        body: Some("{\"recipient\":{\"id\":\"703\"}}".into()),
        status: None,
        answer: None,
        ms: 30_000,
    })]));
    desk.keys("@<Enter>");
    let picture = desk.picture();
    assert!(picture.contains("POST   1/messages"), "{picture}");
    assert!(picture.contains("{\"recipient\":{\"id\":\"703\"}}"));
    let effects = desk.keys("yc");
    assert!(
        matches!(&effects[..], [Effect::Terminal(TerminalEffect::Copy(curl))] if curl.starts_with("curl -g -X POST"))
    );
    desk.keys("<Esc><Esc>");
    assert!(desk.model.dialogs.is_empty());
}

#[test]
fn the_debugger_asks_for_what_speaks_for_the_owner() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let id = ConversationId::new("3");
    assert_eq!(
        desk.keys("gd"),
        [Effect::Query(Query::Evidence(id.clone()))]
    );
    desk.keys("<Esc>");
    desk.model.session.settings.simulator = true;
    let asked = Effect::Engine(Command::AskDelivered(id, Psid::new("703")));
    assert_eq!(desk.keys("gd")[1], asked);
}

#[test]
fn a_colleague_gets_it_or_one_takes_it_oneself() {
    let mut desk = desk();
    desk.open("Sam Iqbal");
    desk.keys("a");
    assert!(desk.picture().contains("pass it to helpdesk"));
    let effects = desk.keys("m");
    assert!(matches!(
        effects[..],
        [Effect::Engine(Command::Operate {
            operation: Operation::Take,
            ..
        })]
    ));
    desk.open("Ana Ruiz");
    desk.keys("a");
    let effects = desk.keys("1");
    assert!(matches!(
        &effects[..],
        [Effect::Engine(Command::Operate { operation: Operation::Pass(back), .. })] if back.to.as_ref().is_some_and(|app| app.as_str() == "555")
    ));
}

#[test]
fn a_click_in_the_list_of_what_is_held_marks_a_row_and_never_quits() {
    let mut desk = desk();
    desk.keys("q");
    desk.send(Msg::Loaded(Loaded::HeldThreads(rows())));
    desk.keys("B");
    let (x, y) = find(&desk, "Rahul Mehta                             waiting");
    for _ in 0..3 {
        assert_eq!(desk.send(Msg::Mouse(Mouse::Down(x, y))), []);
    }
    assert_eq!(desk.model.dialogs.len(), 1);
}
