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
