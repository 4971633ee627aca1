//! The two files on a real disk: modes, lock, damage, newer programs.

mod damage;
mod keeping;
mod searching;
mod triage;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use proptest::prelude::*;
use rusqlite::Connection;

use super::{opening::look, *};
use crate::{
    domain::{
        AppId, Attachment, Author, Content, ConversationId, ConversationSeen, Draft, Event,
        HandBack, HandBackNote, HoldReason, InboxQuery, Item, Known, LocalId, Message, MessageSeen,
        Mid, OperationKind, Outcome, Outgoing, PageId, Part, Platform, Psid, ReactedWith, SendAs,
        SendState, Span, ThreadOwner, ThreadRange, TimelineEvent, Timestamp, View,
    },
    store::{paths::Paths, schema::FileKind},
};

const NOW: Timestamp = Timestamp::from_millis(1_795_183_650_000);

fn page() -> PageId {
    PageId::new("1")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("exists").permissions().mode() & 0o777
}

#[test]
fn the_files_are_private_and_a_second_program_only_reads() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("new");
    let first = open(&inner, &page()).expect("the first opens");
    assert!(first.writer.is_some() && first.notices.is_empty());
    let second = open(&inner, &page()).expect("the second reads");
    assert_eq!(second.notices, [Notice::InUse]);
    assert!(second.reader.inbox(&InboxQuery::default(), 10).is_ok());
    assert!(matches!(second.alone(&inner), Err(Error::InUse(_))));
    assert_eq!(mode(&inner), 0o700);
    for file in fs::read_dir(&inner).expect("a folder") {
        assert_eq!(mode(&file.expect("an entry").path()), 0o600);
    }
    drop(first);
    let third = open(&inner, &page()).expect("opens");
    assert!(third.writer.is_some(), "the lock is free again");
}

/// A glance shows what a program left that ended well; not a file with a journal, of an
/// older shape, under suspicion, or in use.
#[test]
fn a_glance_is_only_had_of_files_that_are_whole_by_themselves() {
    let folder = tempfile::tempdir().expect("a folder");
    let glance = |says: &str| {
        let opening = Opening::begin(folder.path(), &page()).expect("begins");
        let rows = |reader: Reader| {
            reader
                .inbox(&InboxQuery::default(), 10)
                .map(|all| all.total)
        };
        let seen = opening.glance().map(|reader| rows(reader).expect("a list"));
        drop(opening.finish().expect(says));
        seen
    };
    assert_eq!(glance("there is nothing yet"), None);
    assert_eq!(glance("what that made"), Some(0));
    let paths = Paths::new(folder.path(), &page());
    let journal = schema::beside(&paths.cache, "-wal");
    fs::write(&journal, [0; 32]).expect("a journal");
    assert_eq!(glance("a journal"), None);
    assert_eq!(glance("that was folded in"), Some(0));
    fs::write(&paths.suspicion, []).expect("a mark");
    assert_eq!(glance("under suspicion"), None);
    let first = open(folder.path(), &page()).expect("opens");
    assert_eq!(glance("somebody else has it"), None);
    drop(first);
    let db = Connection::open(&paths.outbox).expect("opens");
    db.pragma_update(None, "user_version", 3)
        .expect("another shape");
    drop(db);
    let opening = Opening::begin(folder.path(), &page()).expect("begins");
    assert!(opening.glance().is_none());
}

/// The two doors of what is kept in a folder.
fn doors(folder: &Path) -> (Writer, Reader) {
    open(folder, &page())
        .and_then(|opened| opened.alone(folder))
        .expect("a cache")
}

/// What a test knows of a conversation.
fn seen(number: u32) -> ConversationSeen {
    ConversationSeen {
        id: ConversationId::new(format!("t_{number}")),
        psid: Psid::new(format!("7000000{number}")),
        platform: Platform::Messenger,
        name: Some(format!("Person {number}")),
        username: None,
        snippet: Some("hello".into()),
        updated_at: NOW.plus(Span::minutes(-i64::from(number))),
        unread: Some(1),
        can_reply: None,
        is_owner: None,
        at: NOW,
    }
}

fn message(number: u32, line: i64, author: Author, text: &str) -> MessageSeen {
    MessageSeen {
        message: Message {
            mid: Mid::new(format!("m_{number}_{line}")),
            at: NOW.plus(Span::minutes(line - 1_000)),
            author,
            text: text.into(),
            parts: Vec::new(),
            gone: false,
            annotations: crate::domain::Annotations::default(),
        },
        raw: "{}".into(),
        from_webhook: false,
    }
}

fn messages(number: u32, messages: Vec<MessageSeen>) -> Event {
    Event::Messages {
        conversation: ConversationId::new(format!("t_{number}")),
        messages,
        older: None,
    }
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(work)
}

/// Keeps unsent text of one of them.
fn save(writer: &Writer, number: u32, text: &str) -> Result<(), Error> {
    let draft = Draft {
        cursor: (0, 3),
        ..Draft::of(text)
    };
    let (id, psid) = (seen(number).id, seen(number).psid);
    wait(writer.save_draft(id, psid, draft, true, NOW)).map(drop)
}

/// A reply to the first of them, just entered.
fn reply(local: &str, text: &str) -> Outgoing {
    Outgoing {
        local: LocalId::new(local),
        conversation: seen(0).id,
        psid: seen(0).psid,
        at: NOW,
        content: Content::Text(text.into()),
        quote: None,
        silent: false,
        send_as: SendAs::Response,
        hand_back: None,
        known: Known::default(),
        follows: None,
        not_before: None,
        attempt: 0,
        tried_at: None,
        looks: 0,
        state: SendState::Queued,
    }
}

/// A cache with 200 people and their words, and a draft to the first of them.
fn filled(folder: &Path) {
    let (writer, _) = doors(folder);
    let events = (0..200).flat_map(|n| {
        let words = format!("a text of some length, so that it fills pages: {n}").repeat(4);
        [
            Event::Conversation(seen(n)),
            messages(n, vec![message(n, 0, Author::Customer, &words)]),
        ]
    });
    wait(writer.ingest(events.collect(), NOW)).expect("taken");
    for n in 0..60 {
        let text = format!("draft {n} ").repeat(20);
        save(&writer, n, &text).expect("saved");
    }
}

fn file(folder: &Path, ending: &str) -> PathBuf {
    folder.join(format!("1.{ending}"))
}

fn draft(reader: &Reader) -> Option<String> {
    let thread = reader.thread(&seen(0).id, &ThreadRange::Newest, 9);
    let draft = thread.ok().flatten().and_then(|page| page.draft);
    draft.map(|draft| draft.text.chars().take(7).collect())
}

#[test]
fn old_messages_go_and_what_is_unsent_or_held_by_us_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    let old = |n: u32| ConversationSeen {
        updated_at: NOW.plus(Span::days(-40)),
        ..seen(n)
    };
    let mut events = Vec::new();
    for n in 0..4 {
        events.push(Event::Conversation(old(n)));
        let line = -60 * 24 * 40 + 1_000;
        events.push(messages(
            n,
            vec![message(n, line, Author::Customer, "from long ago")],
        ));
    }
    events.push(Event::Conversation(seen(3)));
    events.push(messages(
        3,
        vec![message(3, 999, Author::Customer, "from today")],
    ));
    events.push(Event::Did {
        conversation: old(1).id,
        at: NOW,
        what: TimelineEvent::ours(OperationKind::Take),
    });
    wait(writer.ingest(events, NOW)).expect("taken");
    save(&writer, 2, "unsent").expect("saved");
    while wait(writer.retain(NOW.plus(Span::days(-30)), 2)).expect("removed") > 0 {}
    let left: Vec<(u32, bool)> = (0..4)
        .map(|n| {
            let thread = reader
                .thread(&old(n).id, &ThreadRange::Newest, 9)
                .expect("a cache");
            (
                n,
                thread.is_some_and(|t| t.items.iter().any(|i| matches!(i, Item::Message(_)))),
            )
        })
        .filter(|(n, _)| reader.conversation(&old(*n).id).expect("a cache").is_some())
        .collect();
    assert_eq!(
        left,
        [(1, false), (2, false), (3, true)],
        "ours, unsent, alive"
    );
    assert_eq!(
        reader.find("long ago", 9).expect("hits"),
        [],
        "nor is it found"
    );
    assert_eq!(reader.find("from today", 9).expect("hits").len(), 1);
}

#[test]
fn any_script_is_found_by_any_part_of_it_and_odd_words_break_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    let texts = [
        "Where is my REFUND for order #4471?",
        "Trần Đức đã mua hàng",
        "返品したいです",
        "أين طلبي؟ من فضلكم",
        "ส่งของเมื่อไหร่",
        "I love it 😀👍🏽 100% \"quoted\" C++ AND (more)",
        "crème brûlée",
    ];
    let lines = texts
        .iter()
        .zip(0..)
        .map(|(text, line)| message(0, line, Author::Customer, text));
    let events = vec![Event::Conversation(seen(0)), messages(0, lines.collect())];
    wait(writer.ingest(events, NOW)).expect("taken");
    for (words, found) in [
        ("refund", &[0][..]),
        ("4471 WHERE", &[0]),
        ("tran duc", &[1]),
        ("返品", &[2]),
        ("し", &[2]),
        ("طلبي", &[3]),
        ("เมื่อ", &[4]),
        ("😀👍", &[5]),
        ("C++", &[5]),
        ("100%", &[5]),
        ("\"quoted\"", &[5]),
        ("AND", &[5]),
        ("(more", &[5]),
        ("creme BRULEE", &[6]),
        ("refund brulee", &[]),
        ("", &[]),
        ("  \0 ", &[]),
        ("* - NEAR OR", &[]),
        ("_____", &[]),
    ] {
        let hits = reader.find(words, 9).expect("no error");
        let lines: Vec<usize> = hits
            .iter()
            .map(|hit| {
                texts
                    .iter()
                    .position(|text| *text == hit.text)
                    .expect("one of them")
            })
            .collect();
        assert_eq!(lines, found, "{words:?}");
        // The filter of the list finds the same person by the same words, but
        // one or two letters of an alphabet only in names and last texts.
        let ask = InboxQuery {
            view: View::All,
            filter: words.into(),
            narrow: Default::default(),
            offset: 0,
        };
        let page = reader.inbox(&ask, 9).expect("no error");
        if !found.is_empty() {
            assert_eq!((page.total, page.rows.len()), (1, 1), "{words:?}");
        }
    }
}

#[test]
fn a_filter_asked_behind_its_last_hit_still_says_how_many_there_are() {
    let folder = tempfile::tempdir().expect("a folder");
    filled(folder.path());
    let opened = open(folder.path(), &page()).expect("opens");
    let ask = InboxQuery {
        view: View::All,
        filter: "person 1".into(),
        narrow: Default::default(),
        offset: 150,
    };
    let page = opened.reader.inbox(&ask, 50).expect("a page");
    assert_eq!((page.rows.len(), page.total), (0, 111));
}

#[test]
fn who_is_not_shown_yet_is_still_known_after_a_restart_newest_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    assert_eq!(reader.unshown(9).expect("asked"), []);
    let unshown = |number: u32, psid: &str| {
        let psid = Psid::new(psid);
        Event::Conversation(ConversationSeen {
            id: ConversationId::of_person(&psid),
            psid,
            ..seen(number)
        })
    };
    let events = vec![
        Event::Conversation(seen(0)),
        unshown(3, "70000003"),
        // Whatever an id of Meta's looks like one day.
        unshown(1, "7é~\u{10FFFF}"),
        // A name that Meta might give begins like ours, and is of another person.
        Event::Conversation(ConversationSeen {
            id: ConversationId::new(format!("{}70000009", ConversationId::OF_PERSON)),
            ..seen(2)
        }),
    ];
    wait(writer.ingest(events, NOW)).expect("taken");
    drop((writer, reader));
    let (_, reader) = doors(folder.path());
    let all = ["7é~\u{10FFFF}", "70000003"].map(Psid::new);
    assert_eq!(reader.unshown(9).expect("asked"), all);
    assert_eq!(reader.unshown(1).expect("asked"), all[..1]);
}

#[test]
fn a_thread_is_read_in_parts_that_fit_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    // Two messages share each moment: their order is that of their arrival.
    let lines = (0..100).rev().map(|line| {
        let mut seen = message(0, line, Author::Customer, &format!("line {line}"));
        seen.message.at = NOW.plus(Span::minutes(line / 2 - 1_000));
        seen
    });
    let events = vec![Event::Conversation(seen(0)), messages(0, lines.collect())];
    wait(writer.ingest(events, NOW)).expect("taken");
    let part = |place: &ThreadRange| {
        let page = reader
            .thread(&seen(0).id, place, 10)
            .expect("a cache")
            .expect("it");
        let number = |item: &Item| match item {
            Item::Message(m) => m
                .text
                .trim_start_matches("line ")
                .parse::<u32>()
                .expect("a number"),
            _ => panic!("only messages"),
        };
        let lines: Vec<u32> = page.items.iter().map(number).collect();
        assert!(lines.is_sorted(), "{lines:?}");
        (page.older, lines[0], lines[lines.len() - 1], page.newer)
    };
    assert_eq!(part(&ThreadRange::Newest), (90, 90, 99, 0));
    assert_eq!(part(&ThreadRange::Oldest), (0, 0, 9, 90));
    let at = |line: i64| ThreadRange::Around(NOW.plus(Span::minutes(line / 2 - 1_000)));
    assert_eq!(part(&at(50)), (40, 40, 59, 40));
    assert_eq!(part(&at(4)), (0, 0, 13, 86));
    assert_eq!(part(&at(96)), (86, 86, 99, 0));
    // Finding goes round.
    let find = |from: Option<i64>, forward: bool| {
        let mid = from.map(|line| Mid::new(format!("m_0_{line}")));
        let at = from.map_or(Timestamp::from_millis(i64::MAX), |line| {
            NOW.plus(Span::minutes(line / 2 - 1_000))
        });
        let found = reader
            .find_in_thread(&seen(0).id, "line 7", at, mid.as_ref(), forward)
            .expect("no error");
        found.map(|(mid, _)| mid.to_string())
    };
    assert_eq!(find(None, false).as_deref(), Some("m_0_79"));
    assert_eq!(find(Some(79), false).as_deref(), Some("m_0_78"));
    assert_eq!(find(Some(70), false).as_deref(), Some("m_0_7"));
    assert_eq!(find(Some(7), false).as_deref(), Some("m_0_79"), "round");
    assert_eq!(find(Some(79), true).as_deref(), Some("m_0_7"), "round");
}

/// An open cache that knows of one person, and how it takes and shows news.
struct One {
    _folder: tempfile::TempDir,
    writer: Writer,
    reader: Reader,
}

impl One {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (writer, reader) = doors(folder.path());
        let one = Self {
            _folder: folder,
            writer,
            reader,
        };
        one.takes(Event::Conversation(seen(0)), NOW);
        one
    }

    fn takes(&self, event: Event, now: Timestamp) {
        wait(self.writer.ingest(vec![event], now)).expect("taken");
    }

    fn owner(&self) -> ThreadOwner {
        let thread = self.reader.thread(&seen(0).id, &ThreadRange::Newest, 9);
        thread.ok().flatten().expect("a thread").conversation.owner
    }

    fn parts(&self) -> Vec<Part> {
        let thread = self.reader.thread(&seen(0).id, &ThreadRange::Newest, 9);
        let items = thread.ok().flatten().expect("a thread").items;
        let parts = items.into_iter().filter_map(|item| match item {
            Item::Message(message) => Some(message.parts),
            _ => None,
        });
        parts.flatten().collect()
    }

    fn texts(&self) -> Vec<String> {
        let thread = self.reader.thread(&seen(0).id, &ThreadRange::Newest, 9);
        let items = thread.ok().flatten().expect("a thread").items;
        let texts = items.into_iter().filter_map(|item| match item {
            Item::Message(message) => Some(message.text),
            _ => None,
        });
        texts.collect()
    }
}

#[test]
fn what_meta_shows_heals_an_edit_once_an_answer_on_its_way_cannot_be_older() {
    let cache = One::new();
    let read = || messages(0, vec![message(0, 0, Author::Customer, "first words")]);
    cache.takes(read(), NOW);
    let edit = Event::Edited {
        conversation: seen(0).id,
        mid: Mid::new("m_0_0"),
        text: Some("second words".into()),
        number: Some(1),
    };
    cache.takes(edit.clone(), NOW);
    cache.takes(read(), NOW.plus(Span::seconds(14)));
    assert_eq!(cache.texts(), ["second words"], "it was on its way");
    let third = messages(0, vec![message(0, 0, Author::Customer, "third words")]);
    cache.takes(third, NOW.plus(Span::seconds(16)));
    assert_eq!(cache.texts(), ["third words"], "one edit was missed");
    cache.takes(edit, NOW.plus(Span::seconds(17)));
    assert_eq!(cache.texts(), ["third words"], "and the old one told again");
}

/// What only a webhook tells stays when the message is read; what stood in for words
/// that only Meta has goes when it tells them.
#[test]
fn a_read_takes_away_what_it_tells_better_and_nothing_else() {
    let tapped = || Part::Tapped("REFUND".into());
    let card = || Part::Card {
        title: "repair_ready".into(),
        subtitle: "Friday".into(),
        buttons: vec![],
    };
    // What is known, as it was told, and its text; what is read, and its text; what stands then.
    for (known, from_webhook, before, read, after, stands) in [
        (
            vec![tapped()],
            true,
            "Refund",
            vec![],
            "Refund",
            vec![tapped()],
        ),
        (
            vec![Part::Disappearing],
            true,
            "",
            vec![Part::Unsupported],
            "",
            vec![Part::Disappearing],
        ),
        (
            vec![],
            true,
            "",
            vec![Part::Unsupported],
            "",
            vec![Part::Unsupported],
        ),
        (
            vec![card()],
            false,
            "",
            vec![],
            "Your lamp is ready on Friday.",
            vec![],
        ),
        (vec![card()], false, "", vec![], "", vec![card()]),
    ] {
        let cache = One::new();
        let told = |parts: &[Part], text: &str, raw: &str, from_webhook| {
            let mut told = message(0, 0, Author::Me, text);
            told.message.parts = parts.to_vec();
            (told.raw, told.from_webhook) = (raw.into(), from_webhook);
            messages(0, vec![told])
        };
        // A reply of ours stands there without what Meta says of it.
        let raw = if from_webhook { "{}" } else { "" };
        cache.takes(told(&known, before, raw, from_webhook), NOW);
        cache.takes(told(&read, after, "{}", false), NOW.plus(Span::minutes(1)));
        assert_eq!(cache.parts(), stands, "{known:?}, then {read:?} {after}");
    }
}

#[test]
fn a_tap_with_an_id_of_ours_gives_way_to_metas_own() {
    let cache = One::new();
    let tap = |mid: &str, ms: i64, heard: bool| {
        let mut tap = message(0, 0, Author::Customer, "Track an order");
        tap.message.mid = Mid::new(mid);
        tap.message.at = tap.message.at.plus(Span::millis(ms));
        tap.from_webhook = heard;
        messages(0, vec![tap])
    };
    cache.takes(tap("postback:7:1", 400, true), NOW);
    cache.takes(tap("postback:7:2", 1_400, true), NOW);
    assert_eq!(cache.texts().len(), 2);
    cache.takes(tap("m_real", 0, false), NOW);
    assert_eq!(cache.texts().len(), 2, "the one of that second is replaced");
}

#[test]
fn who_holds_a_thread_is_what_was_learned_last_in_whatever_order_it_comes() {
    let owner = |owner, at: i64| Event::Owner {
        conversation: seen(0).id,
        owner,
        until: None,
        at: NOW.plus(Span::seconds(at)),
    };
    let handed = |to, at: i64| Event::HandedTo {
        conversation: seen(0).id,
        to,
        at: NOW.plus(Span::seconds(at)),
        until: NOW.plus(Span::hours(24)),
    };
    let (bot, inbox) = (
        ThreadOwner::App(AppId::new("2")),
        ThreadOwner::App(AppId::new("3")),
    );
    for (news, expected) in [
        (
            [owner(ThreadOwner::Us, 10), handed(bot.clone(), 5)],
            ThreadOwner::Us,
        ),
        (
            [owner(ThreadOwner::Us, 10), handed(bot.clone(), 15)],
            bot.clone(),
        ),
        ([handed(bot.clone(), 15), handed(inbox, 5)], bot),
    ] {
        for order in [[0, 1], [1, 0]] {
            let cache = One::new();
            for at in order {
                cache.takes(news[at].clone(), NOW.plus(Span::seconds(20)));
            }
            assert_eq!(cache.owner(), expected, "{:?}", order.map(|at| &news[at]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// News may come late, twice and in any order: the cache is the same.
    #[test]
    fn disorder_and_duplicates_leave_the_same_cache(order in proptest::collection::vec(0usize..24, 24..72)) {
        let mut facts = Vec::new();
        for n in 0..3 {
            facts.push(Event::Conversation(seen(n)));
            for line in 0..7 {
                let author = if line % 3 == 2 { Author::Page } else { Author::Customer };
                facts.push(messages(n, vec![message(n, line, author, &format!("{n} {line}"))]));
            }
        }
        let state = |events: Vec<Event>| {
            let mut cache = schema::in_memory(FileKind::Cache).expect("a cache");
            let outbox = schema::in_memory(FileKind::Outbox).expect("an outbox");
            for event in events {
                let db = cache.transaction().expect("begins");
                let mut ingest = ingest::Ingest::new(&db, &outbox, NOW, 1_000);
                ingest.take(event).expect("taken");
                for id in &ingest.end().0 {
                    ranking::place(&db, id, NOW).expect("placed");
                }
                db.commit().expect("commits");
            }
            // With what stands in the messages, not only with itself.
            let check = "INSERT INTO words (words, rank) VALUES ('integrity-check', 1)";
            cache.execute(check, []).expect("the index says what the messages say");
            let mut lines: Vec<String> = Vec::new();
            for question in [
                "SELECT id || ' ' || messages || ' ' || coalesce(customer_at, 0) || ' ' || coalesce(page_at, 0) || ' ' || ord || ' ' || needs_me FROM conversation ORDER BY id",
                "SELECT mid || ' ' || author || ' ' || text FROM message ORDER BY conversation, at",
                "SELECT needs_me || ' ' || everyone FROM tally",
                "SELECT count(*) || '' FROM words WHERE words MATCH '\"1 4\"'",
            ] {
                let mut statement = cache.prepare(question).expect("a question");
                let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("rows");
                lines.extend(rows.map(|row| row.expect("text")));
            }
            lines
        };
        let mut shuffled: Vec<Event> = order.iter().map(|at| facts[*at].clone()).collect();
        shuffled.extend(facts.iter().rev().cloned());
        prop_assert_eq!(state(shuffled), state(facts));
    }
}
