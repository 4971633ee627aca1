//! What a dead program left.

use super::*;

#[test]
fn the_cache_is_there_at_the_next_start_with_drafts_and_interrupted_replies() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.person("Ana Ruiz").await;
        let draft = Command::SaveDraft {
            conversation: ana.0.clone(),
            psid: ana.1.clone(),
            draft: Draft {
                cursor: (0, 6),
                ..Draft::of("half a")
            },
            over: true,
        };
        wing.commands.send(draft).await.expect("taken");
        wing.news("the draft", |c| matches!(c, Change::DraftSaved(_)))
            .await;
        let (address, simulator) = (wing.address, wing.simulator.clone());
        let folder = wing.end().await;
        let (_writer, reader) = cache(&folder.path().join("cache"));
        let thread = reader
            .thread(&ana.0, &ThreadRange::Newest, 9)
            .expect("a cache")
            .expect("a thread");
        let draft = thread.draft.expect("a draft");
        assert_eq!((draft.text.as_str(), draft.cursor), ("half a", (0, 6)));
        assert!(thread.conversation.draft);
        assert_eq!(reader.page().expect("a page").name, "Lamp & Co");
        drop((_writer, reader));
        Wing::attach(folder, address, simulator).end().await;
    });
}

#[test]
fn replies_of_a_dead_program_are_doubted_or_given_back_and_no_word_is_lost() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let (writer, reader) = cache(folder.path());
        let (id, psid, now) = (ConversationId::new("t_1"), Psid::new("7"), quick().now());
        let seen = switchboard::domain::ConversationSeen {
            id: id.clone(),
            psid: psid.clone(),
            platform: switchboard::domain::Platform::Messenger,
            name: None,
            username: None,
            snippet: None,
            updated_at: now,
            unread: None,
            can_reply: None,
            is_owner: None,
            at: now,
        };
        writer
            .ingest(vec![switchboard::domain::Event::Conversation(seen)], now)
            .await
            .expect("taken");
        let reply = |local: &str, text: &str| Outgoing {
            local: LocalId::new(local),
            conversation: id.clone(),
            psid: psid.clone(),
            at: now,
            content: Content::Text(text.into()),
            quote: None,
            silent: false,
            send_as: SendAs::Response,
            hand_back: Some(back()),
            known: Known::default(),
            follows: None,
            not_before: None,
            attempt: 0,
            tried_at: None,
            looks: 0,
            state: SendState::Queued,
        };
        let mut rows = vec![
            reply("l0", "was on its way"),
            reply("l1", "first in the queue"),
            reply("l2", "second in the queue"),
        ];
        for row in &rows {
            writer.enter(vec![row.clone()]).await.expect("queued");
        }
        assert_eq!(
            reader.outbox(now, Span::ZERO).expect("a cache"),
            rows,
            "as they were"
        );
        for (n, row) in rows.iter_mut().enumerate() {
            row.state = SendState::Sending;
            assert!(
                writer
                    .record(row.clone(), Some(now))
                    .await
                    .expect("claimed")
            );
            assert!(!writer.record(row.clone(), Some(now)).await.expect("once"));
            row.state = match n {
                0 => SendState::Unsure,
                _ => SendState::Refused {
                    why: "No.".into(),
                    given_back: false,
                },
            };
            assert!(
                writer
                    .record(row.clone(), Some(now))
                    .await
                    .expect("written")
            );
        }
        let thread = reader
            .thread(&id, &ThreadRange::Newest, 9)
            .expect("a cache")
            .expect("a thread");
        assert_eq!(
            thread.draft.map(|draft| draft.text),
            Some("first in the queue\nsecond in the queue\n".into())
        );
        let states: Vec<String> = thread.items.iter().map(|i| format!("{i:?}")).collect();
        assert!(states[0].contains("Unsure"), "{states:?}");
        assert!(
            states[1].contains("given_back: true") && states[2].contains("given_back: true"),
            "{states:?}"
        );
        // Another draft takes the place of the given-back words: they stay with their reply.
        writer
            .save_draft(
                id.clone(),
                psid.clone(),
                Draft::of("something else"),
                true,
                now,
            )
            .await
            .expect("saved");
        let next = reply("next", "something else");
        writer.enter(vec![next]).await.expect("queued");
        let text = format!(
            "{:?}",
            reader
                .thread(&id, &ThreadRange::Newest, 9)
                .expect("a cache")
                .expect("a thread")
                .items
        );
        assert!(
            text.contains("first in the queue") && text.contains("second in the queue"),
            "{text}"
        );
        writer.drop_refused(id.clone()).await.expect("dropped");
        let text = format!(
            "{:?}",
            reader
                .thread(&id, &ThreadRange::Newest, 9)
                .expect("a cache")
                .expect("a thread")
                .items
        );
        assert!(
            !text.contains("in the queue") && text.contains("was on its way"),
            "{text}"
        );
    });
}

#[test]
fn a_single_run_finds_what_is_in_doubt_and_sends_nothing_that_waits() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.person("Ana Ruiz").await;
        wing.simulator.fail_next("POST", Fault::LoseAnswer);
        wing.send(&ana, "one", "by the desk").await;
        wing.doubted().await;
        wing.send(&ana, "two", "not by a script").await;
        let (address, simulator) = (wing.address, wing.simulator.clone());
        let folder = wing.end().await;
        let options = sync::Options {
            once: true,
            ..sync::Options::default()
        };
        let wing = Wing::attach_with(folder, address, simulator, options);
        let (reader, folder) = (wing.reader.clone(), wing.folder);
        within(PATIENCE, wing.task)
            .await
            .expect("it ends")
            .expect("no panic")
            .expect("no error");
        let now = quick().now();
        let rows = reader.outbox(now, Span::ZERO).expect("a cache");
        let states: Vec<_> = rows.iter().map(|row| row.state.clone()).collect();
        assert!(
            states.contains(&SendState::Queued),
            "the desk sends it: {states:?}"
        );
        assert!(!states.contains(&SendState::Unsure), "found: {states:?}");
        let log = std::fs::read_to_string(folder.path().join("server.log")).expect("a log");
        assert!(!log.contains("not by a script"));
    });
}
