//! The list and the thread, asked for in parts.

use super::*;

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
        narrow: Default::default(),
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
        !picture.contains("no match"),
        "the answer to \"ab\" is still to come: {picture}"
    );
    desk.send(Msg::Loaded(Loaded::Found("ab".into(), vec![])));
    assert!(desk.picture().contains("no match"));
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
    // Near the top of what is at hand the part around the screen is asked for, once, and
    // no key waits for it.
    let mut effects = Vec::new();
    while effects.is_empty() {
        effects = desk.keys("<PgUp>");
    }
    let top = (800..1000).find(|n| desk.picture().contains(&format!("line {n}")));
    let top = top.expect("a line on the screen");
    assert!((801..850).contains(&top), "{top}");
    let around = ThreadRange::Around(ago(48, 0).plus(Span::minutes(top)));
    let ahead = Effect::Prefetch(Query::Thread {
        id: id("3"),
        range: around.clone(),
    });
    assert_eq!(effects, [ahead]);
    assert_eq!(desk.keys("<PgUp>"), [], "one question at a time");
    let before = desk.picture();
    desk.answer_thread(part(700, 700, 100));
    assert!(
        desk.picture().contains("line 800"),
        "it stays where it was\n{before}"
    );
    // News does not move it either.
    let effects = desk.send(Msg::Changed(vec![Change::Thread(id("3"))]));
    assert_eq!(effects, [load(around)]);
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
    assert!(desk.picture().contains("No match for"));
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
fn searching_asks_as_one_types_and_opens_the_thread_at_the_message() {
    let mut desk = desk();
    assert_eq!(
        desk.keys("g/re"),
        [
            Effect::Query(search("r", 24)),
            Effect::Query(search("re", 24))
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
    assert_eq!(effects, [Effect::Query(search("where is my", 24))]);
}

fn search(words: &str, limit: u32) -> Query {
    Query::Search {
        words: words.into(),
        limit,
    }
}

#[test]
fn who_goes_down_through_what_was_found_gets_more_of_it() {
    let mut desk = desk();
    desk.keys("g/re");
    let hits = |from: usize, to: usize| -> Vec<Hit> {
        let hit = |n| Hit {
            conversation: id("3"),
            name: "Ana Ruiz".into(),
            mid: Mid::new(format!("hit{n}")),
            at: ago(23, 49),
            author: Author::Page,
            text: format!("re {n}"),
        };
        (from..to).map(hit).collect()
    };
    let answer = |hits| Msg::Loaded(Loaded::Hits("re".into(), hits));
    desk.send(answer(hits(1, 25)));
    assert_eq!(desk.keys(&"<Down>".repeat(11)), []);
    assert_eq!(desk.keys("<Down>"), [Effect::Query(search("re", 48))]);
    assert_eq!(desk.keys("<Down><End>"), [], "it was asked for already");
    // Another one came meanwhile: the marked one stays the marked one.
    desk.send(answer(hits(0, 45)));
    let Some(Dialog::Search(dialog)) = desk.model.dialogs.last() else {
        panic!("the search is open");
    };
    assert_eq!(dialog.hits[dialog.cursor].text, "re 24");
    // These are all.
    assert_eq!(desk.keys("<End><Up><Down>"), []);
    // Where the marked one is not among them any more, what stands in its place is marked.
    desk.send(answer(hits(50, 60)));
    let Some(Dialog::Search(dialog)) = desk.model.dialogs.last() else {
        panic!("the search is open");
    };
    assert_eq!(dialog.hits[dialog.cursor].text, "re 59");
    // Other words begin anew.
    assert_eq!(desk.keys("f"), [Effect::Query(search("ref", 24))]);
}

#[test]
fn a_thread_that_is_not_there_closes_and_asks_nothing() {
    let mut desk = desk();
    desk.keys("<Enter>h");
    assert_eq!(desk.model.focus, Focus::List);
    desk.send(Msg::Loaded(Loaded::Thread(id("1"), None)));
    assert!(desk.model.dialogs.is_empty() && desk.model.thread.is_none());
}

/// `j` and `k` select a message, as a click does; copying is about it, and it stays
/// selected when news comes.
#[test]
fn one_message_is_selected_and_what_is_copied_is_it() {
    let copied = |desk: &mut Desk| match &desk.keys("yy")[..] {
        [Effect::Terminal(TerminalEffect::Copy(text))] => text.clone(),
        other => panic!("{other:?}"),
    };
    let mut desk = desk();
    desk.open("Ana Ruiz");
    assert_eq!(
        copied(&mut desk),
        "ok thank you!! pls let me know",
        "the newest"
    );
    desk.keys("k");
    assert_eq!(copied(&mut desk), "ok thank you!! pls let me know");
    desk.keys("k");
    let reply = "Hi Ana, I have found order #4471. The refund went out on the 3rd.";
    assert_eq!(copied(&mut desk), reply, "events are passed over");
    let marked = |desk: &Desk| {
        let picture = desk.picture();
        let line = picture.lines().find(|line| line.contains('▌'));
        line.map(str::to_owned).unwrap_or_default()
    };
    assert!(
        marked(&desk).contains("Hi Ana, I have found"),
        "{}",
        marked(&desk)
    );
    // The first one, and above it nothing more.
    desk.keys(&"k".repeat(20));
    assert_eq!(copied(&mut desk), "hello");
    assert!(marked(&desk).contains("hello"));
    desk.keys("j");
    assert_eq!(copied(&mut desk), "Hi Ana! What can I do for you?");
    // News does not move it.
    let mut more = items();
    more.insert(0, items()[0].clone());
    desk.answer_thread(thread_page(rows().swap_remove(2), more));
    assert_eq!(copied(&mut desk), "Hi Ana! What can I do for you?");
    // A click selects as well, and scrolling away from it is about what is shown.
    let picture = desk.picture();
    let y = picture.lines().position(|line| line.contains("[sticker]"));
    let y = u16::try_from(y.expect("a row")).expect("small");
    desk.send(Msg::Mouse(Mouse::Down(60, y)));
    desk.send(Msg::Mouse(Mouse::Up(60, y)));
    assert!(marked(&desk).contains("[sticker]"), "{}", marked(&desk));
}

/// Going down selects without moving what can be seen already, and brings up whole what
/// cannot.
#[test]
fn a_selection_scrolls_no_further_than_it_must() {
    let mut desk = Desk::new((80, 24));
    desk.answer_inbox(rows());
    desk.open("Ana Ruiz");
    desk.keys("gg");
    let top = |desk: &Desk| desk.picture().lines().nth(2).map(str::to_owned);
    let marked = |desk: &Desk| {
        let picture = desk.picture();
        picture.lines().filter(|line| line.contains('▌')).count()
    };
    let before = top(&desk);
    desk.keys("kkkkkkkk");
    assert_eq!(top(&desk), before, "the first one is in sight");
    for _ in 0..8 {
        desk.keys("j");
        assert!(marked(&desk) > 0, "{}", desk.picture());
    }
    assert!(
        desk.picture().contains("▌ ok thank you!!"),
        "{}",
        desk.picture()
    );
}
