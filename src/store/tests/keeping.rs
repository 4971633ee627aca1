//! What is left of the files: after a clean end, on a disk that takes no
//! writing, and of somebody who is forgotten.

use super::*;
use crate::{
    domain::{AuditDetails, AuditEntry, Content, Persona},
    store::SavedMedia,
};

/// Copies the files of the Page whose names end so.
fn copy(from: &Path, to: &Path, ends: &[&str]) {
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if ends.iter().any(|end| name.ends_with(end)) {
            fs::copy(entry.path(), to.join(&name)).expect("copied");
        }
    }
}

#[test]
fn after_a_clean_end_the_two_files_alone_are_whole() {
    let (folder, moved) = (tempfile::tempdir(), tempfile::tempdir());
    let (folder, moved) = (folder.expect("a folder"), moved.expect("a folder"));
    let opened = open(folder.path(), &page()).expect("opens");
    let (writer, reader) = opened.alone(folder.path()).expect("a writer");
    wait(writer.ingest(vec![Event::Conversation(seen(0))], NOW)).expect("ingested");
    save(&writer, 0, "a draft").expect("saved");
    // Questions may still be open when the desk is left.
    assert!(draft(&reader).is_some());
    drop(writer);
    copy(folder.path(), moved.path(), &[".db"]);
    let paths = Paths::new(moved.path(), &page());
    let opened = look(&paths, Notice::ReadOnly).expect("opens");
    assert_eq!(opened.notices, [Notice::ReadOnly]);
    assert_eq!(draft(&opened.reader).as_deref(), Some("a draft"));
    let all = InboxQuery {
        view: View::All,
        ..InboxQuery::default()
    };
    let rows = opened.reader.inbox(&all, 10);
    assert_eq!(rows.expect("reads").total, 1);
    drop(reader);
}

#[test]
fn a_journal_that_cannot_be_read_is_named() {
    let (folder, moved) = (tempfile::tempdir(), tempfile::tempdir());
    let (folder, moved) = (folder.expect("a folder"), moved.expect("a folder"));
    drop(open(folder.path(), &page()).expect("opens"));
    let opened = open(folder.path(), &page()).expect("opens");
    let (writer, _reader) = opened.alone(folder.path()).expect("a writer");
    save(&writer, 0, "not folded in").expect("saved");
    // As after a crash: the desk has not ended.
    copy(folder.path(), moved.path(), &[".db", "-wal"]);
    let paths = Paths::new(moved.path(), &page());
    let opened = look(&paths, Notice::ReadOnly).expect("opens");
    let journal = moved.path().join("1.outbox.db-wal");
    assert!(
        opened
            .notices
            .contains(&Notice::JournalUnread(journal.clone())),
        "{:?}",
        opened.notices
    );
    assert_eq!(opened.notices.last(), Some(&Notice::ReadOnly));
    // Where even the tables are in the journal, nothing can be shown.
    fs::write(moved.path().join("1.outbox.db"), b"").expect("emptied");
    let refused = look(&paths, Notice::ReadOnly).map(drop);
    assert!(
        matches!(&refused, Err(Error::InJournal(path)) if *path == journal),
        "{refused:?}"
    );
    fs::remove_file(&journal).expect("gone");
    let refused = look(&paths, Notice::ReadOnly).map(drop);
    assert!(matches!(refused, Err(Error::Older { .. })), "{refused:?}");
}

#[test]
fn forgetting_reaches_the_record_and_the_files_of_somebody_whose_conversation_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = open(folder.path(), &page()).expect("opens");
    let (writer, reader) = opened.alone(folder.path()).expect("a writer");
    let forget =
        |psid: &str| wait(writer.forget(Psid::new(psid), folder.path().to_owned())).expect("looks");
    let did = |psid: &str, operation| AuditEntry {
        at: NOW,
        agent: "kim".into(),
        conversation: ConversationId::new(format!("t_{psid}")),
        psid: Psid::new(psid),
        reply: None,
        operation,
        details: AuditDetails::None,
    };
    assert_eq!(forget("70000001"), None, "never seen");
    // One line in the file, one that still waits for room; no conversation.
    wait(writer.enter_audit(did("70000001", OperationKind::Take))).expect("recorded");
    wait(writer.enter_audit(did("70000002", OperationKind::Take))).expect("recorded");
    wait(writer.write_audit()).expect("written");
    wait(writer.enter_audit(did("70000001", OperationKind::Release))).expect("recorded");
    let copied = folder.path().join("a copy of a picture");
    fs::write(&copied, b"picture").expect("written");
    let drafted = Draft {
        attached: vec![Content::Files(vec![Attachment::new(copied.clone(), 7)])],
        ..Draft::default()
    };
    let id = ConversationId::new("t_1");
    wait(writer.save_draft(id, Psid::new("70000001"), drafted, true, NOW)).expect("saved");
    // The name of a file may say whose it is.
    let invoice = |kind: &'static str, id: &str| SavedMedia {
        id: id.into(),
        platform: Platform::Messenger,
        digest: "0f".into(),
        kind,
        name: "invoice-ana-silva.pdf".into(),
        bytes: 9,
        at: NOW,
    };
    wait(writer.keep_media(vec![invoice("file", "1"), invoice("image", "2")], NOW)).expect("kept");
    let media = |kind: &str| {
        let found = reader.saved_media(Platform::Messenger, kind, "0f", NOW);
        found.expect("reads")
    };
    let ids = ["file", "image", "video"].map(media);
    assert_eq!(
        ids,
        [Some("1".into()), Some("2".into()), None],
        "as what it was given"
    );
    let forgotten = forget("70000001").expect("known");
    assert_eq!(media("file"), None, "and what Meta keeps of files");
    assert_eq!((forgotten.record, forgotten.left_in), (2, Vec::new()));
    assert!(!copied.exists(), "and the file of a draft");
    wait(writer.write_audit()).expect("written");
    let (entries, unreadable) = audit_entries(folder.path(), &page()).expect("the record");
    let who: Vec<&str> = entries.iter().map(|entry| entry.psid.as_str()).collect();
    assert_eq!((who, unreadable), (vec!["-", "70000002", "-"], 0));
    assert_eq!(forget("70000001"), None, "nothing is left to forget");
}

/// Without these the desk would make a second persona at Meta, and start counting its
/// calls from zero.
#[test]
fn the_persona_and_the_calls_for_the_profile_outlive_the_cache() {
    let (first, second) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let kim = Persona {
        name: "Kim".into(),
        picture: "https://lamp.example/kim.jpg".into(),
    };
    let opened = open(first.path(), &page()).expect("opens");
    let (writer, reader) = opened.alone(first.path()).expect("a writer");
    wait(writer.keep_persona(kim.clone(), "5".into())).expect("kept");
    wait(writer.keep_profile_calls(vec![NOW])).expect("kept");
    drop((writer, reader));
    copy(
        first.path(),
        second.path(),
        &[".outbox.db", ".outbox.db-wal"],
    );
    let opened = open(second.path(), &page()).expect("opens");
    let (_writer, reader) = opened.alone(second.path()).expect("a writer");
    assert_eq!(reader.persona(&kim).expect("reads"), Some("5".into()));
    assert_eq!(reader.profile_calls().expect("reads"), [NOW]);
}
