//! Damaged files, full disks, newer programs: what is kept of them.

use super::*;

#[test]
fn only_a_large_cache_of_an_older_program_is_said_to_take_its_time() {
    const LARGE: u64 = 64 * 1024 * 1024;
    for (version, bytes, updates) in [(9, LARGE, true), (9, 0, false), (99, LARGE, false)] {
        let folder = tempfile::tempdir().expect("a folder");
        filled(folder.path());
        let path = file(folder.path(), "cache.db");
        let cache = rusqlite::Connection::open(&path).expect("opens");
        cache
            .pragma_update(None, "user_version", version)
            .expect("sets");
        drop(cache);
        let file = fs::OpenOptions::new()
            .write(true)
            .open(&path)
            .expect("opens");
        let bytes = bytes.max(file.metadata().expect("a size").len());
        file.set_len(bytes).expect("grows");
        let opening = Opening::begin(folder.path(), &page()).expect("begins");
        let expected = updates.then_some(Notice::Updating);
        assert_eq!(opening.notice(), expected, "{version}, {bytes} bytes");
    }
}

#[test]
fn a_damaged_cache_is_set_aside_as_it_is_and_drafts_are_kept() {
    for how in [
        "not a database",
        "cut in half",
        "garbage inside",
        "garbage in the list",
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        filled(folder.path());
        let path = file(folder.path(), "cache.db");
        let mut bytes = fs::read(&path).expect("readable");
        let half = bytes.len() / 2;
        match how {
            "not a database" => bytes[..64].fill(b'x'),
            "cut in half" => bytes.truncate(half),
            "garbage inside" => bytes[half..half + 8_192].fill(0xA5),
            _ => bytes[4_096..half].fill(0xA5),
        }
        fs::write(&path, &bytes).expect("written");
        let mut opened = open(folder.path(), &page()).expect("opens all the same");
        if opened.notices.is_empty() {
            // Not where every start reads: a question finds it, and the next
            // start acts on it.
            let ask = InboxQuery {
                view: View::All,
                ..InboxQuery::default()
            };
            let whole = (0..200).all(|n| {
                opened
                    .reader
                    .thread(&seen(n).id, &ThreadRange::Newest, 9)
                    .is_ok()
            }) && opened.reader.inbox(&ask, 500).is_ok();
            assert!(!whole, "{how}: found by nobody");
            drop(opened);
            opened = open(folder.path(), &page()).expect("opens");
        }
        let [Notice::CacheSetAside(aside)] = opened.notices.as_slice() else {
            panic!("{how}: {:?}", opened.notices);
        };
        assert_eq!(
            fs::read(aside).expect("kept"),
            bytes,
            "{how}: not a byte is changed"
        );
        assert_eq!(mode(aside), 0o600);
        let reader = &opened.reader;
        assert_eq!(
            reader
                .inbox(&InboxQuery::default(), 9)
                .expect("a new one")
                .total,
            0
        );
        let writer = opened.writer.as_ref().expect("a writer");
        wait(writer.ingest(vec![Event::Conversation(seen(0))], NOW)).expect("taken");
        assert_eq!(draft(reader).as_deref(), Some("draft 0"), "{how}");
    }
}

#[test]
fn a_damaged_outbox_is_set_aside_and_what_is_readable_of_it_is_rescued() {
    for (how, rescues) in [("not a database", false), ("garbage inside", true)] {
        let folder = tempfile::tempdir().expect("a folder");
        filled(folder.path());
        let path = file(folder.path(), "outbox.db");
        let mut bytes = fs::read(&path).expect("readable");
        let last = bytes.len() - 4_096;
        match how {
            "not a database" => bytes[..64].fill(b'x'),
            _ => bytes[last..].fill(0xA5),
        }
        fs::write(&path, &bytes).expect("written");
        let opened = open(folder.path(), &page()).expect("opens all the same");
        let [Notice::OutboxSetAside(aside, rescued)] = opened.notices.as_slice() else {
            panic!("{how}: {:?}", opened.notices);
        };
        assert_eq!(
            fs::read(aside).expect("kept"),
            bytes,
            "{how}: not a byte is changed"
        );
        assert_eq!(rescued.drafts > 10, rescues, "{how}: {rescued:?}");
        assert_eq!(draft(&opened.reader).is_some(), rescues, "{how}");
    }
}

#[test]
fn a_rescued_reply_keeps_its_file_its_place_and_its_hand_back() {
    let folder = tempfile::tempdir().expect("a folder");
    filled(folder.path());
    let (writer, _) = doors(folder.path());
    let file =
        |name: &str| Content::Files(vec![Attachment::new(format!("/copies/{name}").into(), 9)]);
    let row = Outgoing {
        content: file("lamp.png"),
        quote: Some(Mid::new("m_asked")),
        hand_back: Some(HandBack {
            to: Some(AppId::new("200")),
            note: HandBackNote {
                outcome: Outcome::Resolved,
                summary: "done".into(),
                next: String::new(),
                idle: false,
                agent: "kim".into(),
                answered_through: None,
            },
        }),
        known: Known {
            customer_at: Some(NOW),
            page_at: Some(NOW.plus(Span::minutes(1))),
        },
        follows: Some(LocalId::new("before")),
        not_before: Some(NOW.plus(Span::seconds(5))),
        ..reply("a", "")
    };
    let draft = Draft {
        attached: vec![file("plan.pdf")],
        quote: Some(Mid::new("m_asked")),
        ..Draft::of("see the plan")
    };
    let to = seen(3);
    wait(writer.save_draft(to.id.clone(), to.psid, draft.clone(), true, NOW)).expect("saved");
    wait(writer.enter(vec![row.clone()])).expect("entered");
    drop(writer);
    let path = self::file(folder.path(), "outbox.db");
    let mut bytes = fs::read(&path).expect("readable");
    let other = bytes.windows(9).position(|part| part == b"draft 30 ");
    let start = other.expect("another draft") / 4_096 * 4_096;
    bytes[start..start + 4_096].fill(0xA5);
    fs::write(&path, &bytes).expect("written");
    let opened = open(folder.path(), &page()).expect("opens all the same");
    assert!(matches!(opened.notices[..], [Notice::OutboxSetAside(..)]));
    let rows = opened.reader.outbox(NOW, Span::ZERO).expect("a cache");
    let held = Outgoing {
        state: SendState::Held(HoldReason::Rescued),
        ..row
    };
    assert_eq!(rows, [held]);
    let thread = opened.reader.thread(&to.id, &ThreadRange::Newest, 9);
    assert_eq!(thread.expect("reads").expect("there").draft, Some(draft));
}

#[test]
fn a_newer_cache_is_set_aside_and_a_newer_outbox_stops_with_nothing_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    filled(folder.path());
    let newer = |ending: &str| {
        let path = file(folder.path(), ending);
        let db = Connection::open(&path).expect("opens");
        db.pragma_update(None, "user_version", 99).expect("sets");
        db.pragma_update(None, "journal_mode", "DELETE")
            .expect("sets");
        drop(db);
        (fs::read(&path).expect("readable"), path)
    };
    let (bytes, _) = newer("cache.db");
    let opened = open(folder.path(), &page()).expect("opens");
    let [Notice::NewerCacheSetAside(aside)] = opened.notices.as_slice() else {
        panic!("{:?}", opened.notices);
    };
    assert_eq!(fs::read(aside).expect("kept"), bytes);
    drop(opened);
    let (bytes, path) = newer("outbox.db");
    let refused = open(folder.path(), &page());
    assert!(
        matches!(refused, Err(Error::Newer { found: 99, .. })),
        "{refused:?}"
    );
    assert_eq!(fs::read(path).expect("there"), bytes);
}

#[test]
fn a_full_disk_takes_nothing_half_and_works_again_when_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    wait(writer.ingest(vec![Event::Conversation(seen(0))], NOW)).expect("taken");
    let room = |pages: i64| {
        wait(writer.run(move |files| {
            for db in [&files.cache, &files.outbox] {
                db.pragma_update(None, "max_page_count", pages)?;
            }
            Ok(())
        }))
        .expect("set");
    };
    room(1);
    let id = seen(0).id;
    let long = "x".repeat(50_000);
    let saved = save(&writer, 0, &long);
    assert!(matches!(saved, Err(Error::Full)), "{saved:?}");
    let row = reply("a", &long);
    let entered = wait(writer.enter(vec![row.clone()]));
    assert!(matches!(entered, Err(Error::Full)), "{entered:?}");
    let words = messages(0, vec![message(0, 0, Author::Customer, &long)]);
    let taken = wait(writer.ingest(vec![words.clone()], NOW));
    assert!(matches!(taken, Err(Error::Full)), "{taken:?}");
    assert_eq!(reader.outbox(NOW, Span::ZERO).expect("a cache"), []);
    let thread = reader
        .thread(&id, &ThreadRange::Newest, 9)
        .expect("a cache")
        .expect("it");
    assert_eq!((thread.items.len(), thread.draft), (0, None));
    room(100_000);
    save(&writer, 0, &long).expect("saved");
    wait(writer.enter(vec![row])).expect("entered");
    wait(writer.ingest(vec![words], NOW)).expect("taken");
    assert_eq!(reader.outbox(NOW, Span::ZERO).expect("a cache").len(), 1);
}

#[test]
fn what_is_on_a_disk_that_takes_no_writing_can_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = Paths::new(folder.path(), &page());
    let refused = look(&paths, Notice::ReadOnly);
    assert!(
        matches!(refused, Err(Error::Missing(_))),
        "nothing is there"
    );
    filled(folder.path());
    let opened = look(&paths, Notice::ReadOnly).expect("opens");
    assert!(opened.writer.is_none());
    assert_eq!(draft(&opened.reader).as_deref(), Some("draft 0"));
    assert!(
        !file(folder.path(), "cache.db-wal").exists(),
        "nothing is written"
    );
    assert!(matches!(opened.alone(folder.path()), Err(Error::ReadOnly)));
}
