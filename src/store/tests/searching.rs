//! Who looks for somebody finds them, however either of them writes it.

use super::*;
use crate::domain::{Part, Person, Profile};

fn everybody(filter: &str) -> InboxQuery {
    InboxQuery {
        view: View::All,
        filter: filter.into(),
        narrow: Default::default(),
        offset: 0,
    }
}

fn jump(reader: &Reader, words: &str) -> usize {
    let mut found = 0;
    let people = reader.people(words, |_, _| {
        found += 1;
        true
    });
    people.expect("a cache");
    found
}

#[test]
fn a_word_is_found_in_either_spelling_and_in_any_case() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    for (number, (text, asked)) in (0..).zip([
        ("Die STRASSE heißt Öl", "straße heisst oel"),
        ("Viele Gruesse Joerg", "GRÜSSE Jörg"),
        ("DIYARBAKIR ışıkları", "dıyarbakır IŞIKLARI"),
        ("ΟΔΟΣ ΕΡΜΟΥ", "οδός ερμού"),
        ("Før påske", "foer paaske"),
    ]) {
        let written = message(number, 0, Author::Customer, text);
        let events = vec![
            Event::Conversation(seen(number)),
            messages(number, vec![written]),
        ];
        wait(writer.ingest(events, NOW)).expect("taken");
        let hits = reader.find(asked, 9).expect("hits");
        assert_eq!(hits.len(), 1, "{asked}");
        assert_eq!(hits[0].conversation, seen(number).id, "{asked}");
        let id = &seen(number).id;
        let found = reader.find_in_thread(id, asked, NOW, None, true);
        assert!(found.expect("a thread").is_some(), "{asked}");
        let rows = reader.inbox(&everybody(asked), 9).expect("rows");
        assert_eq!(rows.total, 1, "{asked}");
    }
    // What only looks like another spelling is another word.
    assert!(reader.find("isikler", 9).expect("hits").is_empty());
    assert!(reader.find("pske", 9).expect("hits").is_empty());
}

/// SQL takes some hundred conditions, and patterns of 50,000 bytes.
#[test]
fn a_letter_that_is_pasted_into_a_search_finds_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    let events = vec![
        Event::Conversation(seen(1)),
        messages(
            1,
            vec![message(1, 0, Author::Customer, "Wo bleibt R2 D2? Ja")],
        ),
    ];
    wait(writer.ingest(events, NOW)).expect("taken");
    for asked in ["bleibt R2 ja ".repeat(6_000), "bleibt ".repeat(20_000)] {
        assert_eq!(reader.find(&asked, 9).expect("hits").len(), 1);
        assert_eq!(reader.inbox(&everybody(&asked), 9).expect("rows").total, 1);
        let id = &seen(1).id;
        let found = reader.find_in_thread(id, &asked, NOW, None, true);
        found.expect("an answer");
        jump(&reader, &asked);
    }
}

#[test]
fn somebody_is_found_by_every_name_that_they_go_by() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    let listed = ConversationSeen {
        name: Some("Jürgen Maßmann".into()),
        username: Some("jm_1971".into()),
        ..seen(0)
    };
    let profile = |name: &str| Event::Profile {
        psid: seen(0).psid,
        profile: Profile::Known(Person {
            name: Some(name.into()),
            username: Some("el.capitán".into()),
            ..Person::default()
        }),
    };
    let events = vec![
        Event::Conversation(listed),
        profile("Ostrowski"),
        profile("J. Ostrowska"),
        Event::Conversation(seen(1)),
    ];
    wait(writer.ingest(events, NOW)).expect("taken");
    for name in [
        "JUERGEN",
        "jurgen massmann",
        "maßmann",
        "jm_1971",
        "ostrowski",
        "ostrowska",
        "capitan",
    ] {
        assert_eq!(jump(&reader, name), 1, "{name}");
        let rows = reader.inbox(&everybody(name), 9).expect("rows");
        assert_eq!(rows.total, 1, "{name}");
    }
    assert_eq!(jump(&reader, "zzz"), 0);
}

/// What an older program kept is found as what is new, once it has been gone
/// through; a death on the way loses only the place.
#[test]
fn an_old_cache_is_found_in_every_spelling_after_a_while() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    let line = |line: i64| message(0, line, Author::Customer, "Straße Müller");
    let events = vec![
        Event::Conversation(seen(0)),
        messages(0, (0..700).map(line).collect()),
    ];
    wait(writer.ingest(events, NOW)).expect("taken");
    assert!(!wait(writer.refold()).expect("nothing is old"));
    drop((writer, reader));
    let cache = rusqlite::Connection::open(folder.path().join("1.cache.db")).expect("opens");
    cache
        .execute_batch(
            "ALTER TABLE conversation DROP COLUMN names; DROP TABLE saved_media; \
             CREATE INDEX conversation_updated ON conversation (updated_at DESC); \
             CREATE TRIGGER message_added AFTER INSERT ON message BEGIN SELECT 1; END; PRAGMA user_version = 6; \
             UPDATE message SET fold = 'straße muller';",
        )
        .expect("as it was");
    drop(cache);
    let found = |reader: &Reader| reader.find("strasse mueller", 900).expect("hits").len();
    let (writer, reader) = doors(folder.path());
    assert_eq!(found(&reader), 0);
    assert!(wait(writer.refold()).expect("some"));
    assert_eq!(found(&reader), 500);
    drop((writer, reader));
    let (writer, reader) = doors(folder.path());
    while wait(writer.refold()).expect("the rest") {}
    assert_eq!(found(&reader), 700);
}

/// Words of two letters are not in the index: the texts with the others are read for them.
#[test]
fn two_letters_beside_a_common_word_are_found_however_long_ago() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    let line = |line: i64| {
        let text = if line == 1_500 {
            "my parcel q7"
        } else {
            "my parcel"
        };
        message(0, line, Author::Customer, text)
    };
    let events = vec![
        Event::Conversation(seen(0)),
        messages(0, (0..3_000).map(line).collect()),
    ];
    wait(writer.ingest(events, NOW)).expect("taken");
    let hits = reader.find("parcel q7", 9).expect("hits");
    assert_eq!(hits.len(), 1);
    let slice = reader.inbox(&everybody("parcel q7"), 9).expect("rows");
    assert_eq!(slice.rows.len(), 1);
}

#[test]
fn a_hit_in_a_card_shows_the_words_of_the_card() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    let mut card = message(0, 0, Author::Inbox, "");
    card.message.parts = vec![Part::Card {
        title: "Winter boots".into(),
        subtitle: "Waterproof, size 42".into(),
        buttons: vec!["Order".into()],
    }];
    let events = vec![Event::Conversation(seen(0)), messages(0, vec![card])];
    wait(writer.ingest(events, NOW)).expect("taken");
    // Also when its text has been edited since.
    for text in [None, Some("The ones from the window")] {
        let edited = Event::Edited {
            conversation: seen(0).id,
            mid: Mid::new("m_0_0"),
            text: text.map(String::from),
            number: None,
        };
        wait(writer.ingest(vec![edited], NOW)).expect("taken");
        let hits = reader.find("waterproof", 9).expect("hits");
        assert!(hits[0].text.contains("Waterproof"), "{hits:?}");
    }
}

/// SQLite writes the index out at every savepoint, and whether a statement has one hangs
/// on small things: a trigger, a function, how it fails.
#[test]
fn what_is_told_together_goes_into_the_index_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, _reader) = doors(folder.path());
    let known: Vec<Event> = (0..5).map(|n| Event::Conversation(seen(n))).collect();
    wait(writer.ingest(known, NOW)).expect("taken");
    let told = (0..30).flat_map(|line: i64| {
        let n = u32::try_from(line % 5).expect("small");
        let at = NOW.plus(Span::minutes(line));
        let in_charge = Event::InCharge {
            conversation: seen(n).id,
            us: line % 2 == 0,
            at,
            until: at.plus(Span::hours(24)),
        };
        let mut written = message(n, line, Author::Customer, "where is my parcel?");
        written.from_webhook = true;
        [in_charge, messages(n, vec![written])]
    });
    wait(writer.ingest(told.collect(), NOW)).expect("taken");
    let cache = rusqlite::Connection::open(folder.path().join("1.cache.db")).expect("opens");
    let pieces = "SELECT count(DISTINCT segid) FROM words_idx";
    let pieces: u32 = cache
        .query_row(pieces, [], |row| row.get(0))
        .expect("a count");
    assert_eq!(pieces, 1);
}

/// The index gives hits by number, and of many only some are looked at.
#[test]
fn the_newest_is_found_first_whenever_the_older_ones_were_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    let text = "where is my parcel?";
    // One line an hour, from the past to the future, as `message` counts in minutes.
    let hour = |hour: i64| 1_000 + 60 * hour;
    let lines = |from: i64| {
        let line = |line: i64| message(0, hour(line), Author::Customer, text);
        messages(0, (from..from + 450).rev().map(line).collect())
    };
    let known = |hour: i64| {
        Event::Conversation(ConversationSeen {
            updated_at: NOW.plus(Span::hours(hour)),
            ..seen(0)
        })
    };
    let found = || -> Vec<String> {
        let hits = reader.find("parcel", 100).expect("hits");
        hits.iter().map(|hit| hit.mid.to_string()).collect()
    };
    for (part, newest) in [(-450, -1), (-900, -1), (-1_350, -1), (0, 449)] {
        wait(writer.ingest(vec![known(newest), lines(part)], NOW)).expect("taken");
        let expected: Vec<String> = (0..100)
            .map(|n| format!("m_0_{}", hour(newest - n)))
            .collect();
        assert_eq!(found(), expected);
        if part == -450 {
            renumber_as_an_older_program_did(folder.path());
        }
    }
    // Somebody who wrote on Friday is read on Monday, after those who wrote since.
    let friday = message(1, hour(449 - 60), Author::Customer, text);
    let mid = friday.message.mid.to_string();
    let events = vec![Event::Conversation(seen(1)), messages(1, vec![friday])];
    wait(writer.ingest(events, NOW)).expect("taken");
    assert!(found().contains(&mid));
}

/// From 1 on, so that there is no room before them but below zero.
fn renumber_as_an_older_program_did(folder: &Path) {
    let cache = rusqlite::Connection::open(folder.join("1.cache.db")).expect("opens");
    cache
        .execute_batch(
            "UPDATE message SET n = n - (SELECT min(n) FROM message) + 1; \
             INSERT INTO words (words) VALUES ('rebuild');",
        )
        .expect("numbers");
    let first: i64 = cache
        .query_row("SELECT min(n) FROM message", [], |row| row.get(0))
        .expect("a number");
    assert_eq!(first, 1);
}

/// Three letters here and three there are no word.
#[test]
fn only_whole_words_are_found_and_by_any_of_their_letters() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    let text = "The lamp that was here; 返品したいのですが \"now\"";
    let events = vec![
        Event::Conversation(seen(0)),
        messages(0, vec![message(0, 0, Author::Customer, text)]),
    ];
    wait(writer.ingest(events, NOW)).expect("taken");
    for (words, hits) in [
        ("here lamp", 1),
        ("lam tha", 1),
        ("lamp th re", 1),
        ("したいのです", 1),
        ("\"now\"", 1),
        // Of these, every three letters stand somewhere.
        ("there", 0),
        ("lampthat", 0),
        ("here xy", 0),
        ("nowhere lamp", 0),
    ] {
        assert_eq!(reader.find(words, 9).expect("hits").len(), hits, "{words}");
        let rows = reader.inbox(&everybody(words), 9).expect("rows");
        assert_eq!(rows.total as usize, hits, "{words}");
    }
}
