//! The desk itself: pace, commands, the same keys twice, the curtain.

use super::*;

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
                operation: Operation::Reply(reply),
                ..
            }) => Some(&reply.parts[0].local),
            _ => None,
        })
        .collect();
    assert_eq!(locals.len(), 2);
    assert_ne!(locals[0], locals[1]);
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
