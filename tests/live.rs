//! The outside wing without a terminal: engine, store and simulator over real
//! HTTP. What is waited for is news, never time.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::{Arc, Mutex};

use support::{http::*, wing::*};
use tempfile::TempDir;

use switchboard::{
    clock::{Clock, within},
    domain::{
        AppId, Attachment, AuditDetails, Author, Change, Command, ConversationId, Decision,
        HoldReason, InboxQuery, Item, Known, Link, LocalId, Operation, OperationKind, Outgoing,
        PageId, Part, Psid, SendAs, SendState, Span, ThreadOwner, ThreadRange, ThreadSlice, View,
    },
    sim::{Fault, Options},
    store::{self, Draft, Reader},
    sync,
};

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
                (page.total == 41).then_some(page)
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
            "{lists} calls for 41 rows of two platforms"
        );
        wing.end().await;
    });
}

#[test]
fn the_agents_flow_makes_exactly_the_calls_expected() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let grace = wing.person("Grace Okafor").await;
        for ask in [
            Operation::Take,
            Operation::MarkSeen,
            Operation::Typing(true),
            send("one", "Hi Grace!", None),
            send("two", "Bye!", Some(back())),
        ] {
            wing.ask(&grace, ask).await;
        }
        let two = LocalId::new("two");
        wing.news(
            "the second reply",
            |c| matches!(c, Change::ReplySent { local, .. } if *local == two),
        )
        .await;
        let posts = wing.posts();
        assert_eq!(
            words(&posts),
            [
                "take_thread_control",
                "mark_seen",
                "typing_on",
                "messages",
                "messages"
            ]
        );
        assert_eq!(posts[3]["body"]["messaging_type"], "RESPONSE");
        assert!(
            posts[3]["body"]["message"]["metadata"]
                .as_str()
                .expect("an id")
                .starts_with("sb1:one:")
        );
        assert_eq!(
            posts[4]["body"]["thread_control"]["app_id"],
            "200000000000001"
        );
        assert!(
            posts[4]["body"]["message"]["metadata"]
                .as_str()
                .expect("a note")
                .contains("\"outcome\":\"resolved\"")
        );
        assert!(posts.iter().all(|post| post["app"] == "switchboard"));
        let thread = wing.thread(&grace.0);
        assert_eq!(
            thread.conversation.owner,
            ThreadOwner::App(AppId::new("200000000000001"))
        );
        let mine: Vec<_> = thread
            .items
            .iter()
            .filter(|i| matches!(i, Item::Message(m) if m.author == Author::Me))
            .collect();
        assert_eq!(mine.len(), 2, "each once");
        wing.end().await;
    });
}

#[test]
fn without_routing_the_hand_back_is_a_call_of_its_own_with_the_note() {
    let scenario = include_str!("../assets/demo/lamp.toml")
        .lines()
        .filter(|line| !line.contains("default_app"))
        .collect::<Vec<_>>()
        .join("\n");
    runtime().block_on(async {
        let mut wing = Wing::start(Some(&scenario)).await;
        wing.news("the page", |c| *c == Change::Page).await;
        let ana = wing.person("Ana Ruiz").await;
        wing.ask(&ana, send("one", "Bye!", Some(back()))).await;
        wing.news("the pass", |c| {
            matches!(
                c,
                Change::Done {
                    operation: OperationKind::Pass,
                    ..
                }
            )
        })
        .await;
        let posts = wing.posts();
        assert_eq!(words(&posts), ["messages", "pass_thread_control"]);
        assert!(posts[0]["body"].get("thread_control").is_none());
        assert_eq!(posts[1]["body"]["target_app_id"], "200000000000001");
        assert!(
            posts[1]["body"]["metadata"]
                .as_str()
                .expect("a note")
                .contains("resolved")
        );
        wing.end().await;
    });
}

#[test]
fn a_refused_take_stops_what_was_to_follow_and_the_text_is_kept() {
    let scenario = include_str!("../assets/demo/lamp.toml").replacen(
        "id = \"300000000000002\"",
        "id = \"300000000000002\"\ncan_take = false",
        1,
    );
    runtime().block_on(async {
        let mut wing = Wing::start(Some(&scenario)).await;
        let grace = wing.person("Grace Okafor").await;
        for ask in [
            Operation::Take,
            Operation::MarkSeen,
            Operation::Typing(true),
            send("one", "kept", None),
        ] {
            wing.ask(&grace, ask).await;
        }
        let failed = wing
            .news("the refusal", |c| {
                matches!(
                    c,
                    Change::Failed {
                        operation: OperationKind::Take,
                        ..
                    }
                )
            })
            .await;
        assert!(matches!(failed, Change::Failed { why, .. } if why.contains("Page settings")));
        let posts = words(&wing.posts());
        assert_eq!(
            posts.iter().filter(|w| *w == "messages").count(),
            0,
            "{posts:?}"
        );
        let id = grace.0.clone();
        wing.until("the draft", move |reader| {
            reader
                .thread(&id, &ThreadRange::Newest, 9)
                .expect("a cache")?
                .draft
        })
        .await;
        assert_eq!(
            wing.thread(&grace.0).draft.map(|(text, _)| text),
            Some("kept".into())
        );
        wing.end().await;
    });
}

fn error(code: i64, subcode: i64) -> Fault {
    Fault::Error {
        status: 400,
        code,
        subcode,
    }
}

/// The replies of a thread that are not sent.
fn unsent(thread: &ThreadSlice) -> Vec<&Outgoing> {
    let replies = thread.items.iter().filter_map(|item| match item {
        Item::Outgoing(outgoing) => Some(outgoing),
        _ => None,
    });
    replies.collect()
}

#[test]
fn every_refusal_of_a_reply_is_a_sentence_and_the_text_is_kept() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        for (n, (fault, says)) in [
            (error(10, 2_018_300), "take control"),
            (error(551, 1_545_041), "not available"),
            (error(10, 1_893_063), "restricted"),
            (error(100, 0), "invalid"),
        ]
        .into_iter()
        .enumerate()
        {
            wing.simulator.fail_next("POST", fault);
            wing.send(&ana, &format!("l{n}"), &format!("text {n}"))
                .await;
            let failed = wing
                .news(says, |c| matches!(c, Change::ReplyNotSent { .. }))
                .await;
            assert!(
                matches!(&failed, Change::ReplyNotSent { why, .. } if why.contains(says)),
                "{failed:?}"
            );
            let thread = wing.thread(&ana.0);
            assert_eq!(
                thread.draft.as_ref().map(|(text, _)| text.clone()),
                Some(format!("text {n}"))
            );
            assert!(thread.conversation.unsettled, "the list marks it");
            // The text of the newest is in the composer; the others, whose words
            // are not in it, keep theirs.
            let states: Vec<_> = unsent(&thread)
                .iter()
                .map(|o| {
                    matches!(
                        o.state,
                        SendState::Refused {
                            given_back: true,
                            ..
                        }
                    )
                })
                .collect();
            assert_eq!(states.len(), n + 1, "nothing is lost");
            assert_eq!(states.iter().position(|back| *back), Some(n), "{states:?}");
        }
        wing.end().await;
    });
}

#[test]
fn what_meta_did_not_take_for_now_waits_and_what_a_person_must_see_is_held() {
    for (fault, state) in [
        (error(190, 460), SendState::Queued),
        (error(80_006, 0), SendState::Queued),
        (error(613, 0), SendState::Queued),
        (
            error(10, 2_018_278),
            SendState::Held(HoldReason::WindowOver),
        ),
    ] {
        runtime().block_on(async {
            let mut wing = Wing::start(None).await;
            let ana = wing.open("Ana Ruiz").await;
            wing.simulator.fail_next("POST", fault.clone());
            wing.send(&ana, "one", "not lost").await;
            wing.news("the wait", |c| matches!(c, Change::ReplyWaiting { .. }))
                .await;
            let thread = wing.thread(&ana.0);
            let states: Vec<_> = unsent(&thread).iter().map(|o| o.state.clone()).collect();
            assert_eq!(states, std::slice::from_ref(&state), "{fault:?}");
            if state != SendState::Queued {
                let decide = Command::Decide {
                    conversation: ana.0.clone(),
                    local: LocalId::new("one"),
                    decision: Decision::SendNow,
                };
                wing.commands.send(decide).await.expect("taken");
                wing.news("the reply", |c| matches!(c, Change::ReplySent { .. }))
                    .await;
            }
            wing.end().await;
        });
    }
}

#[test]
fn a_lost_answer_is_looked_for_and_the_reply_is_not_sent_twice() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.person("Ana Ruiz").await;
        wing.commands
            .send(Command::Open(ana.0.clone()))
            .await
            .expect("taken");
        wing.simulator.fail_next("POST", Fault::LoseAnswer);
        wing.ask(&ana, send("one", "only once", None)).await;
        wing.news("the doubt", |c| {
            matches!(c, Change::ReplyUnconfirmed { .. })
        })
        .await;
        wing.news("the find", |c| matches!(c, Change::ReplySent { .. }))
            .await;
        let thread = wing.thread(&ana.0);
        let mine = thread
            .items
            .iter()
            .filter(|i| matches!(i, Item::Message(m) if m.text == "only once"))
            .count();
        assert_eq!(mine, 1);
        assert!(!thread.items.iter().any(|i| matches!(i, Item::Outgoing(_))));
        assert_eq!(words(&wing.posts()), ["messages"], "one attempt");
        wing.end().await;
    });
}

#[test]
fn a_customers_answer_arrives_by_itself() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.person("Ana Ruiz").await;
        wing.commands
            .send(Command::Open(ana.0.clone()))
            .await
            .expect("taken");
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
        wing.news("the take", |c| {
            matches!(
                c,
                Change::Done {
                    operation: OperationKind::Take,
                    ..
                }
            )
        })
        .await;
        assert_eq!(wing.thread(&sam.0).conversation.owner, ThreadOwner::Us);
        wing.end().await;
    });
}

#[test]
fn the_cache_is_there_at_the_next_start_with_drafts_and_interrupted_replies() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.person("Ana Ruiz").await;
        let draft = Command::SaveDraft {
            conversation: ana.0.clone(),
            psid: ana.1.clone(),
            text: "half a".into(),
            cursor: (0, 6),
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
        assert_eq!(thread.draft, Some(("half a".into(), (0, 6))));
        assert!(thread.conversation.draft);
        assert_eq!(reader.page().expect("a page").name, "Lamp & Co");
        drop((_writer, reader));
        Wing::attach(folder, address, simulator).end().await;
    });
}

#[test]
fn links_go_down_and_come_back_and_a_dead_token_says_so() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        wing.news("the link", |c| *c == Change::Link(Link::Polling)).await;
        for _ in 0..4 {
            wing.simulator.fail_next("/conversations", Fault::Html);
        }
        wing.commands.send(Command::Refresh).await.expect("taken");
        let down = wing.news("the loss", |c| matches!(c, Change::Link(Link::Offline(_)))).await;
        assert!(matches!(&down, Change::Link(Link::Offline(why)) if why.contains("not as the Graph API does")), "{down:?}");
        wing.news("the return", |c| *c == Change::Link(Link::Polling)).await;
        for _ in 0..4 {
            wing.simulator.fail_next("/conversations", Fault::Error { status: 400, code: 190, subcode: 463 });
        }
        wing.commands.send(Command::Refresh).await.expect("taken");
        let dead = wing.news("the token", |c| matches!(c, Change::Link(Link::TokenRefused(_)))).await;
        assert!(matches!(&dead, Change::Link(Link::TokenRefused(why)) if why.contains("expired")), "{dead:?}");
        wing.end().await;
    });
}

#[test]
fn a_reply_in_doubt_holds_its_line_until_a_person_decides() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        let lost = Fault::Error {
            status: 500,
            code: 2,
            subcode: 0,
        };
        wing.simulator.fail_next("POST", lost);
        wing.send(&ana, "one", "ok").await;
        wing.news("the doubt", |c| {
            matches!(c, Change::ReplyUnconfirmed { .. })
        })
        .await;
        wing.send(&ana, "two", "ok then").await;
        wing.ask(&ana, Operation::MarkSeen).await;
        // Courtesies pass it, replies do not.
        wing.news("the courtesy", |c| {
            matches!(
                c,
                Change::Done {
                    operation: OperationKind::MarkSeen,
                    ..
                }
            )
        })
        .await;
        let thread = wing.thread(&ana.0);
        let states: Vec<_> = unsent(&thread).iter().map(|o| o.state.clone()).collect();
        assert_eq!(states, [SendState::Unsure, SendState::Queued]);
        let decide = Command::Decide {
            conversation: ana.0.clone(),
            local: LocalId::new("one"),
            decision: Decision::SendAgain(LocalId::new("again")),
        };
        wing.commands.send(decide).await.expect("taken");
        for local in ["again", "two"] {
            let local = LocalId::new(local);
            wing.news(
                "both in their order",
                |c| matches!(c, Change::ReplySent { local: sent, .. } if *sent == local),
            )
            .await;
        }
        assert!(unsent(&wing.thread(&ana.0)).is_empty());
        wing.end().await;
    });
}

#[test]
fn replies_of_a_dead_program_are_doubted_or_given_back_and_no_word_is_lost() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let (writer, reader) = cache(folder.path());
        let (id, psid, now) = (
            ConversationId::new("t_1"),
            Psid::new("7"),
            Clock::system().now(),
        );
        let seen = switchboard::domain::ConversationSeen {
            id: id.clone(),
            psid: psid.clone(),
            platform: switchboard::domain::Platform::Messenger,
            name: None,
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
            text: text.into(),
            file: None,
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
            writer.enter(row.clone()).await.expect("queued");
        }
        assert_eq!(
            reader.outbox(now, Span::ZERO).expect("a cache"),
            rows,
            "as they were"
        );
        for (n, row) in rows.iter_mut().enumerate() {
            row.state = SendState::Sending;
            assert!(writer.record(row.clone(), now).await.expect("claimed"));
            assert!(!writer.record(row.clone(), now).await.expect("once"));
            row.state = match n {
                0 => SendState::Unsure,
                _ => SendState::Refused {
                    why: "No.".into(),
                    given_back: false,
                },
            };
            assert!(writer.record(row.clone(), now).await.expect("written"));
        }
        let thread = reader
            .thread(&id, &ThreadRange::Newest, 9)
            .expect("a cache")
            .expect("a thread");
        assert_eq!(
            thread.draft.map(|(text, _)| text),
            Some("first in the queue".into())
        );
        let states: Vec<String> = thread.items.iter().map(|i| format!("{i:?}")).collect();
        assert!(states[0].contains("Unsure"), "{states:?}");
        assert!(
            states[1].contains("given_back: true") && states[2].contains("given_back: false"),
            "{states:?}"
        );
        // Another draft takes the place of the given-back words: they stay with their reply.
        writer
            .save_draft(
                Draft {
                    conversation: id.clone(),
                    psid: psid.clone(),
                    text: "something else".into(),
                    cursor: (0, 0),
                    over: true,
                },
                now,
            )
            .await
            .expect("saved");
        let next = reply("next", "something else");
        writer.enter(next).await.expect("queued");
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
fn a_take_that_is_asked_for_twice_is_made_once_and_drops_nothing() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let grace = wing.person("Grace Okafor").await;
        for ask in [Operation::Take, Operation::Take, send("one", "hello", None)] {
            wing.ask(&grace, ask).await;
        }
        wing.news("the reply", |c| matches!(c, Change::ReplySent { .. }))
            .await;
        assert_eq!(words(&wing.posts()), ["take_thread_control", "messages"]);
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
        let (_, simulator) = simulator(Options::default(), Clock::system()).await;
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

/// What becomes of a reply whose call ends like this: whether Meta has it in the
/// end, and where it stands on the desk.
#[test]
fn every_fault_of_a_send_ends_in_the_state_that_the_protocol_names() {
    let graph = |status, code, subcode| Fault::Error {
        status,
        code,
        subcode,
    };
    // Found in the thread: sent. Not there: in doubt. Surely not taken: queued.
    for (fault, taken, state) in [
        (Fault::LoseAnswer, 1, None),
        (Fault::CutJson, 1, None),
        (Fault::Html, 1, None),
        (Fault::Redirect, 1, None),
        (Fault::UnknownMembers, 1, None),
        (graph(500, 2, 0), 0, Some(SendState::Unsure)),
        (graph(500, 1, 0), 0, Some(SendState::Unsure)),
        (graph(503, 100, 0), 0, Some(SendState::Unsure)),
        (graph(400, 1, 1_357_046), 0, Some(SendState::Unsure)),
        (graph(400, 1200, 0), 0, Some(SendState::Unsure)),
        // Under a server's error no code is a clear refusal.
        (graph(500, 613, 0), 0, Some(SendState::Unsure)),
        (graph(500, 190, 463), 0, Some(SendState::Unsure)),
        (graph(400, 4, 0), 0, Some(SendState::Queued)),
        (graph(400, 32, 0), 0, Some(SendState::Queued)),
        (graph(400, 80_006, 0), 0, Some(SendState::Queued)),
        (graph(401, 190, 463), 0, Some(SendState::Queued)),
    ] {
        runtime().block_on(async {
            let mut wing = Wing::start(None).await;
            let ana = wing.open("Ana Ruiz").await;
            wing.simulator.fail_next("POST", fault.clone());
            wing.send(&ana, "one", "exactly this").await;
            wing.news("an end", |c| match &state {
                None => matches!(c, Change::ReplySent { .. }),
                Some(SendState::Queued) => matches!(c, Change::ReplyWaiting { held: None, .. }),
                Some(_) => matches!(c, Change::ReplyUnconfirmed { .. }),
            })
            .await;
            let thread = wing.thread(&ana.0);
            let states: Vec<_> = unsent(&thread).iter().map(|o| o.state.clone()).collect();
            assert_eq!(
                states,
                state.clone().into_iter().collect::<Vec<_>>(),
                "{fault:?}"
            );
            let here = |item: &&Item| matches!(item, Item::Message(m) if m.text == "exactly this");
            assert_eq!(thread.items.iter().filter(here).count(), taken, "{fault:?}");
            assert_eq!(words(&wing.posts()), ["messages"], "{fault:?}: asked once");
            wing.end().await;
        });
    }
}

#[test]
fn a_reply_queued_for_want_of_a_token_goes_out_with_a_new_one() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        wing.simulator.fail_next("POST", error(190, 463));
        wing.send(&ana, "one", "with the next token").await;
        wing.news("the wait", |c| matches!(c, Change::ReplyWaiting { .. }))
            .await;
        assert_eq!(unsent(&wing.thread(&ana.0))[0].state, SendState::Queued);
        // Somebody has put a new one in its place and does not want to wait.
        wing.commands.send(Command::Refresh).await.expect("taken");
        wing.news("the reply", |c| matches!(c, Change::ReplySent { .. }))
            .await;
        assert_eq!(words(&wing.posts()), ["messages", "messages"]);
        wing.end().await;
    });
}

#[test]
fn a_new_token_in_the_same_place_works_without_a_restart() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options {
            seed: 1,
            log: Some(folder.path().join("server.log")),
            ..Options::default()
        };
        let (address, simulator) = simulator(options, Clock::system()).await;
        let (_, right) = simulator.app("switchboard").expect("the desk's app");
        let place = Arc::new(Mutex::new(None));
        let found = Arc::clone(&place);
        let options = sync::Options {
            token: Some(Arc::new(move || found.lock().expect("unpoisoned").clone())),
            ..sync::Options::default()
        };
        let mut wing = Wing::attach_with(folder, address, simulator, options);
        wing.news("the refusal", |c| {
            matches!(c, Change::Link(Link::TokenRefused(_)))
        })
        .await;
        *place.lock().expect("unpoisoned") = Some(right.into());
        wing.commands.send(Command::Refresh).await.expect("taken");
        wing.news("the link", |c| *c == Change::Link(Link::Polling))
            .await;
        wing.person("Ana Ruiz").await;
        wing.end().await;
    });
}

#[test]
fn what_happened_in_the_thread_since_enter_holds_the_reply() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        // The agent knew nothing of the customer's last words.
        let command = Command::Operate {
            conversation: ana.0.clone(),
            psid: ana.1.clone(),
            operation: send("one", "an answer to something else", None),
        };
        wing.commands.send(command).await.expect("taken");
        let held = wing
            .news("the hold", |c| matches!(c, Change::ReplyWaiting { .. }))
            .await;
        assert!(
            matches!(
                held,
                Change::ReplyWaiting {
                    held: Some(HoldReason::CustomerWrote),
                    ..
                }
            ),
            "{held:?}"
        );
        assert!(wing.posts().is_empty());
        wing.end().await;
    });
}

#[test]
fn backfill_goes_on_where_it_stopped_and_one_bad_conversation_does_not_stop_it() {
    let scenario = include_str!("../assets/demo/lamp.toml").replacen(
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
        let (address, simulator) = simulator(options, Clock::system()).await;
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

#[test]
fn a_single_run_finds_what_is_in_doubt_and_sends_nothing_that_waits() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.person("Ana Ruiz").await;
        wing.simulator.fail_next("POST", Fault::LoseAnswer);
        wing.send(&ana, "one", "by the desk").await;
        wing.news("the doubt", |c| {
            matches!(c, Change::ReplyUnconfirmed { .. })
        })
        .await;
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
        let now = Clock::system().now();
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

#[test]
fn an_escalation_from_opening_to_hand_back_costs_eight_calls() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        wing.news("the apps", |c| matches!(c, Change::Apps(_)))
            .await;
        let grace = wing.person("Grace Okafor").await;
        let before = wing.calls().len();
        wing.commands
            .send(Command::Open(grace.0.clone()))
            .await
            .expect("taken");
        for ask in [
            Operation::Take,
            Operation::MarkSeen,
            Operation::Typing(true),
            send("one", "Hi Grace, it is on its way.", Some(back())),
        ] {
            wing.ask(&grace, ask).await;
        }
        wing.news("the reply", |c| matches!(c, Change::ReplySent { .. }))
            .await;
        let calls = wing.calls().split_off(before);
        // The polls of list and thread go on at their own pace.
        let thread = format!("GET {}", grace.0);
        let polls = |call: &&String| call.ends_with("conversations") || **call == thread;
        let mut made: Vec<String> = calls.iter().filter(|call| !polls(call)).cloned().collect();
        made.sort();
        assert_eq!(
            made,
            [
                &format!("GET {}", grace.1),
                "GET thread_owner",
                "GET thread_owner",
                "POST mark_seen",
                "POST messages",
                "POST take_thread_control",
                "POST typing_on",
            ]
        );
        assert!(calls.contains(&thread), "and its messages");
        wing.end().await;
    });
}

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
fn a_file_is_uploaded_and_sent_and_our_copy_of_it_goes() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let photo = folder.path().join("lamp.png");
        std::fs::write(&photo, b"a picture").expect("written");
        let log = folder.path().join("server.log");
        let options = Options {
            seed: 1,
            log: Some(log),
            ..Options::default()
        };
        let (address, simulator) = simulator(options, Clock::system()).await;
        let copies = folder.path().join("copies");
        let options = sync::Options {
            files: copies.clone(),
            ..sync::Options::default()
        };
        let mut wing = Wing::attach_with(folder, address, simulator, options);
        let ana = wing.open("Ana Ruiz").await;
        let mut reply = send("one", "", None);
        if let Operation::Reply { file, .. } = &mut reply {
            *file = Some(Box::new(Attachment::new(photo.clone(), 9)));
        }
        wing.ask(&ana, reply).await;
        // What is on its way does not depend on the file any more.
        let one = LocalId::new("one");
        wing.news(
            "the file",
            |c| matches!(c, Change::ReplySent { local, .. } if *local == one),
        )
        .await;
        let posts = wing.posts();
        assert_eq!(words(&posts), ["message_attachments", "messages"]);
        let payload = &posts[1]["body"]["message"]["attachment"];
        assert_eq!(payload["type"], "image");
        assert!(payload["payload"]["attachment_id"].is_string(), "{payload}");
        let thread = wing.thread(&ana.0);
        let shown = thread.items.iter().any(|item| {
            matches!(item, Item::Message(m) if m.author == Author::Me
                && matches!(&m.parts[..], [Part::File { kind: "photo", .. }]))
        });
        assert!(shown, "{:?}", thread.items.last());
        wing.end().await;
        assert!(std::fs::read_dir(copies).map_or(0, Iterator::count) == 0);
    });
}

#[test]
fn a_file_that_is_not_there_is_not_sent_and_it_is_said_why() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        let file = |local: &str, path: &str| {
            let mut reply = send(local, "", None);
            if let Operation::Reply { file, .. } = &mut reply {
                *file = Some(Box::new(Attachment::new(path.into(), 9)));
            }
            reply
        };
        wing.ask(&ana, file("one", "/nowhere/lamp.png")).await;
        let refused = wing
            .news("the refusal", |c| matches!(c, Change::ReplyNotSent { .. }))
            .await;
        let Change::ReplyNotSent { why, .. } = refused else {
            panic!("a refusal");
        };
        assert!(why.contains("cannot be read"), "{why}");
        wing.end().await;
    });
}
