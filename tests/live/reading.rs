//! Lists, threads and backfill.

use super::*;

#[test]
fn the_whole_list_fills_the_cache_without_a_call_a_row() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let page = wing
            .until("all rows", |reader| {
                let ask = InboxQuery {
                    view: View::All,
                    ..InboxQuery::default()
                };
                let page = reader.inbox(&ask, 200).expect("a cache");
                (page.total == 47).then_some(page)
            })
            .await;
        assert_eq!(
            page.counts.by_view[View::NeedsMe.index()],
            11,
            "held by us and not closed"
        );
        assert_eq!(
            page.rows[0].name.as_deref(),
            Some("Jo Park"),
            "the deadline that hurts next"
        );
        let log = std::fs::read_to_string(wing.folder.path().join("server.log")).expect("a log");
        let lists = log
            .lines()
            .filter(|line| line.contains("/conversations\""))
            .count();
        assert!(
            (3..=6).contains(&lists),
            "{lists} calls for 47 rows of two platforms"
        );
        wing.end().await;
    });
}

#[test]
fn a_customers_answer_arrives_by_itself() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        wing.ask(&ana, send("one", "I have found your order.", None))
            .await;
        let id = ana.0.clone();
        wing.until("the answer", move |reader| {
            let thread = reader
                .thread(&id, &ThreadRange::Newest, 50)
                .expect("a cache")?;
            thread
                .items
                .iter()
                .any(
                    |i| matches!(i, Item::Message(m) if m.text == "ok thank you!! pls let me know"),
                )
                .then_some(())
        })
        .await;
        wing.end().await;
    });
}

#[test]
fn a_thread_held_in_the_page_inbox_is_known_by_its_messages_and_may_be_taken() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let sam = wing.person("Sam Iqbal").await;
        assert_eq!(
            wing.thread(&sam.0).conversation.owner,
            ThreadOwner::NotUs,
            "the list says no more"
        );
        wing.commands
            .send(Command::Open(sam.0.clone()))
            .await
            .expect("taken");
        let id = sam.0.clone();
        wing.until("the holder", move |reader| {
            (reader.conversation(&id).expect("a cache")?.owner == ThreadOwner::Other).then_some(())
        })
        .await;
        assert!(
            wing.thread(&sam.0)
                .items
                .iter()
                .any(|i| matches!(i, Item::Message(m) if m.author == Author::Inbox))
        );
        wing.ask(&sam, Operation::Take).await;
        wing.done(OperationKind::Take).await;
        assert_eq!(wing.thread(&sam.0).conversation.owner, ThreadOwner::Us);
        wing.end().await;
    });
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_there() {
    runtime().block_on(async {
        let list = serde_json::json!({"data": [
            {"id": "t_1", "updated_time": "2026-11-20T09:14:02+0000",
             "participants": {"data": [{"id": "7", "name": "Ana"}, {"id": PAGE, "name": "Lamp"}]}},
            {"id": ["odd"]},
        ]});
        let (address, _) = canned(200, &[], &list.to_string()).await;
        let folder = tempfile::tempdir().expect("a folder");
        let (_, simulator) = simulator(Options::default(), quick()).await;
        let mut wing = Wing::attach(folder, address, simulator);
        wing.news("what is odd", |c| *c == Change::Unreadable(1))
            .await;
        let id = ConversationId::new("t_1");
        wing.until("the other row", move |reader| {
            reader.conversation(&id).expect("a cache")
        })
        .await;
        wing.end().await;
    });
}

#[test]
fn backfill_goes_on_where_it_stopped_and_one_bad_conversation_does_not_stop_it() {
    let scenario = include_str!("../../assets/demo/lamp.toml").replacen(
        "name = \"Sam Iqbal\"",
        "name = \"Sam Iqbal\"\npoisoned = true",
        1,
    );
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options {
            seed: 1,
            scenario: Some(scenario),
            conversations: 300,
            log: Some(folder.path().join("server.log")),
            ..Options::default()
        };
        let (address, simulator) = simulator(options, quick()).await;
        let all = |reader: &Reader| reader.cached().expect("a cache").0;
        let lists = |folder: &TempDir| {
            let log = std::fs::read_to_string(folder.path().join("server.log")).expect("a log");
            log.lines()
                .filter(|line| line.contains("/conversations\""))
                .count()
        };
        let mut wing = Wing::attach(folder, address, simulator.clone());
        wing.news("a first page of what is older", |c| {
            matches!(c, Change::ListRead { backfill: true, .. })
        })
        .await;
        let so_far = all(&wing.reader);
        assert!((50..299).contains(&so_far), "{so_far}");
        let folder = wing.end().await;
        let before = lists(&folder);
        let options = sync::Options {
            once: true,
            ..sync::Options::default()
        };
        let wing = Wing::attach_with(folder, address, simulator, options);
        let reader = wing.reader.clone();
        within(PATIENCE, wing.task)
            .await
            .expect("it ends")
            .expect("no panic")
            .expect("no error");
        assert_eq!(all(&reader), 299, "all but the one that Meta fails on");
        let calls = lists(&wing.folder) - before;
        assert!(calls < 30, "{calls} calls");
    });
}

/// Fetches everything once from a server; what it asked for, and how it ended.
async fn fetched_once(rule: fn(&str) -> String) -> (Vec<String>, Reader, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let (address, asked) = served(rule).await;
    let (writer, reader) = cache(&folder.path().join("cache"));
    let (changes, _) = tokio::sync::broadcast::channel(64);
    let (_commands, receiver) = tokio::sync::mpsc::channel(1);
    let options = sync::Options {
        once: true,
        ..sync::Options::default()
    };
    let (client, clock) = (client(address, TOKEN), quick());
    let engine = sync::Engine::new(
        options,
        client,
        writer,
        reader.clone(),
        clock,
        receiver,
        changes,
    );
    let stop = tokio_util::sync::CancellationToken::new();
    engine.run(stop).await.expect("ends");
    let asked = asked.lock().expect("unpoisoned").clone();
    let lists = asked
        .into_iter()
        .filter(|path| path.contains("/conversations"));
    (lists.collect(), reader, folder)
}

fn page_of(person: u32, paging: Value) -> String {
    let row = json!({"id": format!("t_{person}"), "updated_time": "2026-11-20T09:14:02+0000",
        "participants": {"data": [{"id": format!("70{person}"), "name": format!("Person {person}")}]}});
    json!({"data": [row], "paging": paging}).to_string()
}

/// Older edges give a link to the next page and no cursors: what its query says is
/// used, its host never.
#[test]
fn a_list_with_a_link_and_no_cursors_is_read_to_its_end() {
    let rule = |path: &str| match path {
        path if !path.contains("/conversations") => "{}".to_owned(),
        path if path.contains("__paging_token=P2") => page_of(2, json!({})),
        _ => page_of(
            1,
            json!({"next": "https://evil.example/v27.0/1/conversations?access_token=x&until=123&__paging_token=P2"}),
        ),
    };
    runtime().block_on(async {
        let (asked, reader, _folder) = fetched_once(rule).await;
        assert_eq!(reader.cached().expect("a cache").0, 2);
        assert_eq!(
            reader.backfill(Platform::Messenger).expect("a cache"),
            Backfill::Done
        );
        assert!(
            asked.iter().any(|path| path.contains("until=123")),
            "{asked:?}"
        );
        assert!(
            asked.iter().all(|path| !path.contains("access_token")),
            "{asked:?}"
        );
    });
}

/// What does not go on is never whole, and is not asked for in circles.
#[test]
fn a_list_that_comes_to_the_same_place_again_is_left_and_not_called_whole() {
    let same = |path: &str| match path {
        path if !path.contains("/conversations") => "{}".to_owned(),
        _ => page_of(
            1,
            json!({"cursors": {"after": "SAME"}, "next": "https://x.example/?after=SAME"}),
        ),
    };
    let turns = |path: &str| match path {
        path if !path.contains("/conversations") => "{}".to_owned(),
        path if path.contains("after=A") => {
            page_of(2, json!({"cursors": {"after": "B"}, "next": "x"}))
        }
        _ => page_of(1, json!({"cursors": {"after": "A"}, "next": "x"})),
    };
    let nowhere = |path: &str| match path {
        path if !path.contains("/conversations") => "{}".to_owned(),
        _ => page_of(1, json!({"next": true})),
    };
    for rule in [same, turns, nowhere] as [fn(&str) -> String; 3] {
        runtime().block_on(async {
            let (asked, reader, _folder) = fetched_once(rule).await;
            assert!(asked.len() <= 6, "{asked:?}");
            let left = reader.backfill(Platform::Messenger).expect("a cache");
            assert_ne!(left, Backfill::Done);
        });
    }
}

/// Meta tells nobody when control runs out: a list says "not you", and a question
/// "nobody".
#[test]
fn who_has_waited_longer_than_control_lasts_still_needs_us() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let jo = wing.open("Jo Park").await;
        let needs_us = |reader: &Reader| {
            let page = reader.inbox(&InboxQuery::default(), 50).expect("a cache");
            page.rows.iter().any(|row| row.id == jo.0)
        };
        let before = wing
            .until("the owner", |reader| {
                let row = reader.conversation(&jo.0).expect("a cache")?;
                (row.owner == ThreadOwner::Us).then(|| needs_us(reader))
            })
            .await;
        assert!(before);
        wing.order("clock", json!({"by": "+4h"})).await;
        wing.commands.send(Command::Refresh).await.expect("taken");
        let after = wing
            .until("the loss of control", |reader| {
                let row = reader.conversation(&jo.0).expect("a cache")?;
                (row.owner == ThreadOwner::Idle).then(|| needs_us(reader))
            })
            .await;
        assert!(after, "nobody answered her");
        wing.end().await;
    });
}

/// What is written together is a piece of the index of its own, and a search looks into
/// each of them.
#[test]
fn the_index_of_words_is_put_together_in_quiet_minutes() {
    runtime().block_on(async {
        let wing = Wing::start(None).await;
        let (address, simulator) = (wing.address, wing.simulator.clone());
        let folder = wing.end().await;
        let clock = Clock::manual(quick().now());
        let options = sync::Options::default();
        let mut wing = Wing::attach_by(clock.clone(), folder, address, simulator, options);
        let ana = wing.open("Ana Ruiz").await;
        for local in ["one", "two", "three"] {
            wing.send(&ana, local, "it is on its way").await;
            wing.sent_as(local).await;
        }
        let file = wing.folder.path().join(format!("cache/{PAGE}.cache.db"));
        let pieces = || -> u32 {
            let cache = rusqlite::Connection::open(&file).expect("a cache");
            let sql = "SELECT count(DISTINCT segid) FROM words_idx";
            cache.query_row(sql, [], |row| row.get(0)).expect("counted")
        };
        assert!(pieces() > 3, "{}", pieces());
        // The customer may still answer meanwhile.
        for minute in 0..30 {
            if pieces() <= 2 {
                break;
            }
            clock.advance(Span::seconds(80));
            // What is due is done before the next command is taken.
            let draft = Command::SaveDraft {
                conversation: ana.0.clone(),
                psid: ana.1.clone(),
                draft: Draft::of(&format!("draft {minute}")),
                over: true,
            };
            wing.commands.send(draft).await.expect("taken");
            let saved = |c: &Change| matches!(c, Change::DraftSaved(_));
            wing.news("the draft", saved).await;
        }
        assert!(pieces() <= 2, "{}", pieces());
        wing.end().await;
    });
}
