//! What an agent decides moves rows between the views, survives the cache, and
//! gives way to the customer's next words.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::*;
use crate::{
    domain::{
        AuditDetails, AuditEntry, Deferred, OperationKind, PrivateNote, Timestamp, Triage, Until,
    },
    store::EscalationRules,
};

const LATER: Timestamp = NOW.plus(Span::hours(2));

fn ids(reader: &Reader, view: View) -> Vec<String> {
    let ask = InboxQuery {
        view,
        ..InboxQuery::default()
    };
    let page = reader.inbox(&ask, 100).expect("a page");
    page.rows.into_iter().map(|c| c.id.to_string()).collect()
}

fn aside(until: Until, reader: &Reader) -> Triage {
    let row = reader.conversation(&ConversationId::new("t_1"));
    Triage {
        deferred: Some(Deferred {
            until,
            through: row.expect("reads").expect("a row").customer_at,
        }),
        ..Triage::default()
    }
}

fn decide(writer: &Writer, triage: Triage) {
    let row = (ConversationId::new("t_1"), Psid::new("70000001"), triage);
    wait(writer.triage(vec![row], NOW)).expect("kept");
}

fn writes(writer: &Writer, line: i64, author: Author, text: &str) {
    let heard = messages(1, vec![message(1, line, author, text)]);
    wait(writer.ingest(vec![heard], NOW)).expect("ingested");
}

/// One person who waits for us.
fn one(folder: &Path) -> (Writer, Reader) {
    let (writer, reader) = open(folder, &page(), NOW)
        .and_then(|opened| opened.alone(folder))
        .expect("a cache");
    wait(writer.ingest(vec![Event::Conversation(seen(1))], NOW)).expect("ingested");
    writes(&writer, 1, Author::Customer, "hello?");
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"]);
    (writer, reader)
}

#[test]
fn what_is_put_off_comes_back_at_its_moment_or_when_they_write() {
    for (until, comes_back) in [
        (Until::Moment(LATER), true),
        (Until::CustomerWrites, false),
        (Until::NoReplyNeeded, false),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let (writer, reader) = one(folder.path());
        let triage = aside(until, &reader);
        decide(&writer, triage.clone());
        assert!(ids(&reader, View::NeedsMe).is_empty(), "{until:?}");
        assert_eq!(ids(&reader, View::All), ["t_1"], "{until:?}");
        let next = reader.next_waiting(None, false).expect("reads");
        assert_eq!(next, None, "{until:?}");
        wait(writer.turn(LATER.plus(Span::millis(-1)))).expect("turns");
        assert!(ids(&reader, View::NeedsMe).is_empty(), "{until:?}");
        wait(writer.turn(LATER)).expect("turns");
        assert_eq!(
            !ids(&reader, View::NeedsMe).is_empty(),
            comes_back,
            "{until:?}"
        );
        decide(&writer, triage);
        writes(&writer, 2, Author::Customer, "and another thing");
        assert_eq!(ids(&reader, View::NeedsMe), ["t_1"], "{until:?}");
    }
}

#[test]
fn what_needs_no_reply_does_not_wait() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    let row = |reader: &Reader| reader.conversation(&ConversationId::new("t_1"));
    assert!(row(&reader).expect("reads").expect("a row").waiting());
    decide(&writer, aside(Until::NoReplyNeeded, &reader));
    let row = row(&reader).expect("reads").expect("a row");
    assert!(!row.waiting() && row.needs_no_reply());
    assert_eq!(row.deferred(NOW), Some(Until::NoReplyNeeded));
}

#[test]
fn kept_unread_needs_me_until_it_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    writes(&writer, 2, Author::Me, "here you are");
    let id = ConversationId::new("t_1");
    let owned = Event::Owner {
        conversation: id.clone(),
        owner: ThreadOwner::App(AppId::new("5")),
        until: None,
        at: NOW,
    };
    wait(writer.ingest(vec![owned], NOW)).expect("ingested");
    assert!(ids(&reader, View::NeedsMe).is_empty());
    let unread = Triage {
        unread: true,
        ..Triage::default()
    };
    decide(&writer, unread);
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"]);
    assert_eq!(
        wait(writer.no_longer_unread(id.clone(), NOW)).ok(),
        Some(true)
    );
    assert!(ids(&reader, View::NeedsMe).is_empty());
    assert_eq!(wait(writer.no_longer_unread(id, NOW)).ok(), Some(false));
}

#[test]
fn the_bot_asks_by_its_words_by_a_request_or_by_a_label_until_we_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    let id = ConversationId::new("t_1");
    let asking = EscalationRules {
        phrases: vec!["Colleague will be".into()],
        labels: vec!["urgent".into()],
    };
    assert_eq!(wait(writer.asking(asking.clone(), NOW)).ok(), Some(true));
    assert_eq!(wait(writer.asking(asking, NOW)).ok(), Some(false), "once");
    let bot = || Author::App(AppId::new("5"));
    let held = Event::Owner {
        conversation: id.clone(),
        owner: ThreadOwner::App(AppId::new("5")),
        until: None,
        at: NOW,
    };
    wait(writer.ingest(vec![held], NOW)).expect("ingested");
    assert!(ids(&reader, View::NeedsMe).is_empty(), "the bot has it");
    writes(&writer, 3, bot(), "A COLLEAGUE will be with you");
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"]);
    writes(&writer, 4, Author::Me, "I am here");
    assert!(ids(&reader, View::NeedsMe).is_empty(), "we answered");
    let asked = Event::Happened {
        conversation: id.clone(),
        at: NOW,
        what: TimelineEvent::AskedFor {
            by: Some(AppId::new("5")),
            note: Vec::new(),
        },
        own: false,
        raw: String::new(),
    };
    wait(writer.ingest(vec![asked], NOW)).expect("ingested");
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"]);
    let back = Event::Did {
        conversation: id,
        at: NOW.plus(Span::seconds(1)),
        what: TimelineEvent::passed_to(Some(AppId::new("5"))),
    };
    wait(writer.ingest(vec![back], NOW)).expect("ingested");
    assert!(ids(&reader, View::NeedsMe).is_empty(), "handed back");
    decide(&writer, Triage::default().labelled("urgent", true));
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"]);
    assert_eq!(reader.labels().expect("labels"), ["urgent"]);
}

#[test]
fn decisions_and_notes_survive_the_loss_of_the_cache_and_go_with_the_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    let id = ConversationId::new("t_1");
    decide(
        &writer,
        aside(Until::NoReplyNeeded, &reader).labelled("vip", true),
    );
    let note = PrivateNote {
        id: LocalId::new("n1"),
        at: NOW,
        agent: "kim".into(),
        text: "wants the brass one, call before noon".into(),
    };
    wait(writer.keep_note(id.clone(), Psid::new("70000001"), note.clone())).expect("kept");
    for psid in ["70000001", "70000002"] {
        let entry = AuditEntry {
            at: NOW,
            agent: "kim".into(),
            conversation: ConversationId::new(format!("t_{psid}")),
            psid: Psid::new(psid),
            reply: None,
            operation: OperationKind::Take,
            details: AuditDetails::None,
        };
        wait(writer.enter_audit(entry)).expect("recorded");
        wait(writer.write_audit()).expect("written");
    }
    drop((writer, reader));
    for file in ["cache.db", "cache.db-wal", "cache.db-shm"] {
        let _ = fs::remove_file(folder.path().join(format!("1.{file}")));
    }
    let (writer, reader) = open(folder.path(), &page(), NOW)
        .and_then(|opened| opened.alone(folder.path()))
        .expect("a cache");
    wait(writer.ingest(vec![Event::Conversation(seen(1))], NOW)).expect("ingested");
    writes(&writer, 1, Author::Customer, "hello?");
    let page = reader.thread(&id, &ThreadRange::Newest, 10);
    let page = page.expect("reads").expect("a thread");
    assert_eq!(page.conversation.triage.labels, ["vip"]);
    assert!(page.conversation.needs_no_reply());
    assert!(page.items.contains(&Item::Note(note)), "{:?}", page.items);
    let inside = folder.path().to_owned();
    let forgotten = wait(writer.forget(Psid::new("70000001"), inside)).expect("forgets");
    assert_eq!(forgotten.expect("known").left_in, Vec::<PathBuf>::new());
    assert_eq!(reader.labels().expect("labels"), Vec::<String>::new());
    let (entries, unreadable) = audit_entries(folder.path(), &super::page()).expect("the record");
    let who: Vec<&str> = entries.iter().map(|entry| entry.psid.as_str()).collect();
    assert_eq!((who, unreadable), (vec!["-", "70000002"], 0));
}
