//! The record, and threads that go back by themselves.

use super::*;

#[test]
fn what_is_done_is_on_the_record_and_a_quiet_thread_goes_back_by_itself() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("server.log");
        let options = Options {
            seed: 1,
            log: Some(log),
            ..Options::default()
        };
        let (address, simulator) = simulator(options, Clock::system()).await;
        let lease = sync::Lease {
            quiet: Span::millis(1),
            warning: Span::ZERO,
        };
        let options = sync::Options {
            agent: "kim".into(),
            idle_lease: Some(lease),
            ..sync::Options::default()
        };
        let mut wing = Wing::attach_with(folder, address, simulator, options);
        let grace = wing.person("Grace Okafor").await;
        wing.ask(&grace, Operation::Take).await;
        wing.send(&grace, "one", "Hi Grace!").await;
        let goes = |change: &Change| {
            matches!(change, Change::IdleWarning { conversation, .. } if *conversation == grace.0)
        };
        wing.news("the warning", goes).await;
        let back = |change: &Change| {
            matches!(change, Change::Done { conversation, operation: OperationKind::Pass } if *conversation == grace.0)
        };
        wing.news("the hand-back", back).await;
        let posts = wing.posts();
        let note = posts.last().expect("a call")["body"]["metadata"].as_str();
        let note = note.expect("a note");
        assert!(note.contains("\"reason\":\"agent_idle\""), "{note}");
        let cache = wing.folder.path().join("cache");
        wing.stop.cancel();
        let Wing { task, folder, .. } = wing;
        task.await.expect("ends").expect("well");
        let (entries, unreadable) =
            store::audit_entries(&cache, &PageId::new(PAGE)).expect("the record");
        assert_eq!(unreadable, 0);
        let done: Vec<_> = entries
            .iter()
            .map(|entry| (entry.operation, &entry.details))
            .collect();
        assert!(
            matches!(
                done[..],
                [
                    (OperationKind::Take, _),
                    (
                        OperationKind::Reply,
                        AuditDetails::Reply {
                            send_as: SendAs::Response,
                            ..
                        }
                    ),
                    (OperationKind::Pass, AuditDetails::Pass { idle: true, .. })
                ]
            ),
            "{done:?}"
        );
        assert!(entries.iter().all(|entry| entry.agent == "kim" && entry.psid == grace.1));
        let text = std::fs::read_to_string(cache.join(format!("{PAGE}.audit.ndjson")));
        assert!(!text.expect("the file").contains("Hi Grace"), "never what was said");
        drop(folder);
    });
}

#[test]
fn a_record_that_cannot_be_written_stops_no_reply_and_catches_up_later() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = folder.path().join("cache");
        std::fs::create_dir(&cache).expect("made");
        // A device without room: whatever is written fails.
        let record = cache.join(format!("{PAGE}.audit.ndjson"));
        std::os::unix::fs::symlink("/dev/full", &record).expect("linked");
        let log = folder.path().join("server.log");
        let options = Options {
            seed: 1,
            log: Some(log),
            ..Options::default()
        };
        let (address, simulator) = simulator(options, Clock::system()).await;
        let mut wing = Wing::attach(folder, address, simulator);
        let ana = wing.open("Ana Ruiz").await;
        wing.send(&ana, "one", "first").await;
        let told = |c: &Change| matches!(c, Change::Notice(_, why) if why.contains("record of what was done cannot be written"));
        wing.sent_as("one").await;
        wing.news("the gap", told).await;
        wing.send(&ana, "two", "second").await;
        wing.sent_as("two").await;
        let (address, simulator) = (wing.address, wing.simulator.clone());
        let folder = wing.end().await;
        std::fs::remove_file(&record).expect("removed");
        // Room again: it is whole after the next start, each line once.
        let mut next = Wing::attach(folder, address, simulator);
        next.news("a start", |c| matches!(c, Change::Link(_))).await;
        let (entries, unreadable) = store::audit_entries(&cache, &PageId::new(PAGE)).expect("it");
        let replies: Vec<&str> = entries
            .iter()
            .filter_map(|entry| entry.reply.as_ref())
            .map(LocalId::as_str)
            .collect();
        assert_eq!((replies, unreadable), (vec!["one", "two"], 0));
        next.end().await;
    });
}
