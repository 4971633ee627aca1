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
        let (address, simulator) = simulator(options, quick()).await;
        let options = sync::Options {
            agent: "kim".into(),
            idle_lease: Some(at_once()),
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

/// A desk that has Grace answered, and ends.
async fn grace_is_answered() -> (TempDir, std::net::SocketAddr, sim::Simulator) {
    let mut wing = Wing::start(None).await;
    let grace = wing.person("Grace Okafor").await;
    wing.ask(&grace, Operation::Take).await;
    wing.send(&grace, "one", "Hi Grace!").await;
    wing.sent_as("one").await;
    let (address, simulator) = (wing.address, wing.simulator.clone());
    (wing.end().await, address, simulator)
}

/// Every quiet thread goes back at the first look.
fn at_once() -> sync::Lease {
    sync::Lease {
        quiet: Span::millis(1),
        warning: Span::ZERO,
    }
}

/// While nothing is heard nobody knows whether the customer has written since.
#[test]
fn a_quiet_thread_waits_for_the_link_before_it_goes_back() {
    runtime().block_on(async {
        let (folder, address, simulator) = grace_is_answered().await;
        let options = sync::Options {
            idle_lease: Some(sync::Lease {
                quiet: Span::minutes(30),
                warning: Span::ZERO,
            }),
            ..sync::Options::default()
        };
        let clock = Clock::manual(quick().now());
        let mut wing = Wing::attach_by(clock.clone(), folder, address, simulator, options);
        wing.linked(Link::Polling).await;
        let here = |c: &Change| matches!(c, Change::ListRead { .. });
        wing.news("a list", here).await;
        wing.news("the other list", here).await;
        for _ in 0..100 {
            wing.simulator.fail_next("/", error(190, 463));
        }
        wing.commands.send(Command::Refresh).await.expect("taken");
        let refused = |c: &Change| matches!(c, Change::Link(Link::TokenRefused(_)));
        wing.news("the refusal", refused).await;
        clock.advance(Span::hours(1));
        wing.heal().await;
        wing.commands.send(Command::Refresh).await.expect("taken");
        let warned = std::cell::Cell::new(false);
        wing.news("the link", |change| {
            warned.set(warned.get() || matches!(change, Change::IdleWarning { .. }));
            *change == Change::Link(Link::Polling)
        })
        .await;
        assert!(!warned.get(), "nothing was heard yet");
        let warned = |c: &Change| matches!(c, Change::IdleWarning { .. });
        wing.news("the warning", warned).await;
        wing.end().await;
    });
}

#[test]
fn a_read_only_desk_sends_nothing_of_what_another_has_left() {
    runtime().block_on(async {
        let (folder, address, simulator) = grace_is_answered().await;
        let (writer, reader) = cache(&folder.path().join("cache"));
        let now = quick().now();
        let hour = Span::hours(1);
        let sent = reader
            .outbox(now.plus(hour.negated()), hour)
            .expect("a cache");
        let reply = |local: &str| Outgoing {
            local: LocalId::new(local),
            at: now,
            state: SendState::Queued,
            ..sent[0].clone()
        };
        let mut owed = Outgoing {
            hand_back: Some(back()),
            ..reply("owed")
        };
        for row in [owed.clone(), reply("waits")] {
            writer.enter(vec![row]).await.expect("entered");
        }
        for state in [SendState::Sending, SendState::Sent(Mid::new("m_owed"))] {
            owed.state = state;
            let recorded = writer.record(owed.clone(), Some(now)).await;
            assert!(recorded.expect("recorded"));
        }
        assert_eq!(reader.hand_backs().expect("a cache").len(), 1);
        drop((writer, reader));
        let options = sync::Options {
            idle_lease: Some(at_once()),
            read_only: true,
            ..sync::Options::default()
        };
        let mut wing = Wing::attach_with(folder, address, simulator, options);
        let before = wing.posts().len();
        wing.linked(Link::Polling).await;
        let grace = wing.person("Grace Okafor").await;
        let says = json!({"person": "Grace Okafor", "do": "writes", "text": "still there?"});
        wing.deed(says).await;
        wing.commands.send(Command::Refresh).await.expect("taken");
        wing.until("what she wrote", |reader| {
            let row = reader.conversation(&grace.0).expect("a cache").expect("it");
            row.snippet.contains("still there?").then_some(())
        })
        .await;
        assert_eq!(wing.posts().len(), before);
        let now = quick().now();
        let left = wing.reader.outbox(now, Span::ZERO).expect("a cache");
        assert_eq!(left.len(), 1, "it waits for a desk that sends");
        assert_eq!(left[0].state, SendState::Queued);
        assert_eq!(wing.reader.hand_backs().expect("a cache").len(), 1);
        wing.end().await;
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
        let (address, simulator) = simulator(options, quick()).await;
        let mut wing = Wing::attach(folder, address, simulator);
        let ana = wing.open("Ana Ruiz").await;
        wing.send(&ana, "one", "first").await;
        let told = |c: &Change| matches!(c, Change::Notice(_, why) if why.contains("Cannot write the activity log"));
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
