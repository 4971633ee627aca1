//! A send that goes wrong.

use futures_util::{StreamExt, stream};

use super::*;

#[test]
fn a_refused_take_stops_what_was_to_follow_and_the_text_is_kept() {
    let scenario = include_str!("../../assets/demo/lamp.toml").replacen(
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
            wing.thread(&grace.0).draft.map(|draft| draft.text),
            Some("kept\n".into())
        );
        wing.end().await;
    });
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
            assert!(thread.conversation.unsettled, "the list marks it");
            assert_eq!(unsent(&thread).len(), n + 1, "nothing is lost");
            // Whoever has the thread open may be typing there.
            assert_eq!(thread.draft, None);
        }
        let next = wing.again().await;
        let draft = next.thread(&ana.0).draft.expect("a draft");
        assert_eq!(
            draft.text, "text 0\ntext 1\ntext 2\ntext 3\n",
            "in their order"
        );
        next.end().await;
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
                wing.sent(&ana).await;
            }
            wing.end().await;
        });
    }
}

#[test]
fn a_lost_answer_is_looked_for_and_the_reply_is_not_sent_twice() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        wing.simulator.fail_next("POST", Fault::LoseAnswer);
        wing.ask(&ana, send("one", "only once", None)).await;
        wing.doubted().await;
        wing.sent(&ana).await;
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
        wing.doubted().await;
        wing.send(&ana, "two", "ok then").await;
        wing.ask(&ana, Operation::MarkSeen).await;
        // Courtesies pass it, replies do not.
        wing.done(OperationKind::MarkSeen).await;
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
            wing.sent_as(local).await;
        }
        assert!(unsent(&wing.thread(&ana.0)).is_empty());
        wing.end().await;
    });
}

/// What goes out in a test of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Text,
    Quoted,
    Card,
    Photo,
}

impl What {
    async fn ask(self, wing: &mut Wing, ana: &(ConversationId, Psid)) {
        let mut operation = send("one", "exactly this", None);
        let Operation::Reply(reply) = &mut operation else {
            panic!("a reply");
        };
        match self {
            Self::Text => {}
            Self::Quoted => {
                let thread = wing.thread(&ana.0);
                let asked = thread.items.iter().find_map(|item| match item {
                    Item::Message(message) => Some(message.mid.clone()),
                    _ => None,
                });
                reply.parts[0].quote = asked;
            }
            Self::Card => {
                let card = templates::button("exactly this");
                reply.parts[0].content = Content::Template(Box::new(card));
            }
            Self::Photo => {
                let photo = wing.folder.path().join("exactly this.png");
                std::fs::write(&photo, b"a picture").expect("written");
                let file = Attachment::new(photo, 9);
                reply.parts[0].content = Content::Files(vec![file]);
            }
        }
        wing.ask(ana, operation).await;
    }

    fn is(self, item: &Item) -> bool {
        let Item::Message(message) = item else {
            return false;
        };
        match self {
            Self::Text => message.text == "exactly this",
            Self::Quoted => {
                message.text == "exactly this" && message.annotations.reply_to.is_some()
            }
            Self::Card => message
                .parts
                .iter()
                .any(|part| matches!(part, Part::Card { title, .. } if title == "exactly this")),
            Self::Photo => message.author.is_page() && message.parts.iter().any(Part::is_picture),
        }
    }
}

/// What becomes of a reply whose call ends like this: whether Meta has it in the
/// end, and where it stands on the desk.
async fn ends_as(what: What, fault: Fault, taken: usize, state: Option<SendState>) {
    let mut wing = Wing::start(None).await;
    let ana = wing.open("Ana Ruiz").await;
    let before = wing
        .thread(&ana.0)
        .items
        .iter()
        .filter(|item| what.is(item))
        .count();
    wing.simulator.fail_next("send", fault.clone());
    what.ask(&mut wing, &ana).await;
    wing.news("an end", |c| match &state {
        None => matches!(c, Change::ReplySent { .. }),
        Some(SendState::Queued) => matches!(c, Change::ReplyWaiting { held: None, .. }),
        Some(_) => matches!(c, Change::ReplyUnconfirmed { .. }),
    })
    .await;
    if state == Some(SendState::Queued) {
        // It may have gone out since: the fault was for one call.
        return drop(wing.end().await);
    }
    if taken == 1 {
        // Also of a card that only its echo could settle, what is read shows it.
        let id = ana.0.clone();
        wing.until("it is read", |reader| {
            let thread = reader.thread(&id, &ThreadRange::Newest, 500).ok()??;
            let here = thread.items.iter().filter(|item| what.is(item)).count();
            (here == before + 1).then_some(())
        })
        .await;
    }
    let thread = wing.thread(&ana.0);
    let states: Vec<_> = unsent(&thread).iter().map(|o| o.state.clone()).collect();
    let expected: Vec<_> = state.into_iter().collect();
    assert_eq!(states, expected, "{what:?} {fault:?}");
    let here = thread.items.iter().filter(|item| what.is(item)).count();
    assert_eq!(here, before + taken, "{what:?} {fault:?}");
    let posts = words(&wing.posts());
    let sends = posts.iter().filter(|word| *word == "messages").count();
    assert_eq!(sends, 1, "{what:?} {fault:?}: asked once");
    wing.end().await;
}

#[test]
fn every_fault_of_a_send_ends_in_the_state_that_the_protocol_names() {
    let graph = |status, code, subcode| Fault::Error {
        status,
        code,
        subcode,
    };
    // Found in the thread: sent. Not there: in doubt. Surely not taken: queued.
    let cases = [
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
    ];
    // Each with a world of its own, so they need not wait for each other.
    let mut ends = Vec::new();
    for what in [What::Text, What::Quoted, What::Card, What::Photo] {
        for (fault, taken, state) in cases.clone() {
            // Meta named it in its answer, or the card has nothing to be found by.
            let named = fault == Fault::UnknownMembers;
            let state = match (what, &state) {
                (What::Card, None) if !named => Some(SendState::Unsure),
                _ => state,
            };
            ends.push(ends_as(what, fault, taken, state));
        }
    }
    runtime().block_on(async {
        let mut ends = stream::iter(ends).buffer_unordered(16);
        while ends.next().await.is_some() {}
    });
}

/// A fault of an upload reaches no customer: it is tried again, waits, or says why.
#[test]
fn a_fault_of_an_upload_never_leaves_a_doubt() {
    let graph = |status, code, subcode| Fault::Error {
        status,
        code,
        subcode,
    };
    for (fault, state) in [
        (Fault::LoseAnswer, None),
        (Fault::CutJson, None),
        (Fault::Html, None),
        (graph(500, 2, 0), None),
        (graph(400, 4, 0), Some("waits")),
        (graph(401, 190, 463), Some("waits")),
        (graph(400, 100, 2_018_047), Some("refused")),
    ] {
        runtime().block_on(async {
            let mut wing = Wing::start(None).await;
            let ana = wing.open("Ana Ruiz").await;
            wing.simulator
                .fail_next("message_attachments", fault.clone());
            What::Photo.ask(&mut wing, &ana).await;
            wing.news("an end", |c| match (state, c) {
                (None, Change::ReplySent { .. }) => true,
                (Some("waits"), Change::ReplyWaiting { held: None, .. }) => true,
                (Some("refused"), Change::ReplyNotSent { .. }) => true,
                (_, Change::ReplyUnconfirmed { .. }) => panic!("{fault:?}: in doubt"),
                _ => false,
            })
            .await;
            let posts = words(&wing.posts());
            let sends = posts.iter().filter(|word| *word == "messages").count();
            assert_eq!(sends, usize::from(state.is_none()), "{fault:?}: {posts:?}");
            wing.end().await;
        });
    }
}

/// A reaction may be said twice: whatever becomes of the first call, it is there once.
#[test]
fn a_fault_of_a_reaction_is_a_reaction_or_a_sentence() {
    for fault in [
        Fault::LoseAnswer,
        Fault::CutJson,
        Fault::Html,
        Fault::Redirect,
    ] {
        runtime().block_on(async {
            let mut wing = Wing::start(None).await;
            let ana = wing.open("Ana Ruiz").await;
            let mid = wing
                .thread(&ana.0)
                .items
                .iter()
                .find_map(|item| match item {
                    Item::Message(message) => Some(message.mid.clone()),
                    _ => None,
                });
            wing.simulator.fail_next("send", fault.clone());
            let emoji = Some("❤".to_owned());
            let mid = mid.expect("a message");
            wing.ask(
                &ana,
                Operation::React {
                    mid: mid.clone(),
                    emoji,
                },
            )
            .await;
            wing.done(OperationKind::React).await;
            let reactions: Vec<Reaction> = wing
                .thread(&ana.0)
                .items
                .into_iter()
                .filter_map(|item| match item {
                    Item::Message(message) if message.mid == mid => Some(message),
                    _ => None,
                })
                .flat_map(|message| message.annotations.reactions)
                .collect();
            assert_eq!(reactions.len(), 1, "{fault:?}: {reactions:?}");
            wing.end().await;
        });
    }
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

/// Whatever becomes of a call, its reply is not on its way for longer than a call
/// may take.
#[test]
fn a_reply_whose_answer_never_comes_is_in_doubt_after_the_calls_time_limit() {
    runtime().block_on(async {
        let wing = Wing::start(None).await;
        let (address, simulator) = (wing.address, wing.simulator.clone());
        let clock = Clock::manual(quick().now());
        let folder = wing.end().await;
        let options = sync::Options::default();
        let mut wing = Wing::attach_by(clock.clone(), folder, address, simulator, options);
        let ana = wing.open("Ana Ruiz").await;
        // Longer than any test.
        wing.simulator.fail_next("send", Fault::Slow(3_600_000));
        wing.send(&ana, "one", "did it arrive?").await;
        let state = |reader: &Reader| {
            let thread = reader.thread(&ana.0, &ThreadRange::Newest, 50);
            let thread = thread.expect("a cache").expect("a thread");
            unsent(&thread).first().map(|reply| reply.state.clone())
        };
        let sending = |reader: &Reader| state(reader).filter(|s| *s == SendState::Sending);
        wing.until("its way", sending).await;
        clock.advance(Span::seconds(39));
        assert_eq!(state(&wing.reader), Some(SendState::Sending));
        clock.advance(Span::seconds(2));
        wing.doubted().await;
        wing.end().await;
    });
}
