//! The life of a reply, case by case; `model` puts it through everything at once.

mod model;

use super::*;
use crate::domain::{
    Author, Content, HandBack, HandBackNote, Known, Message, OperationKind, Outcome, SendAs,
};

const START: Timestamp = Timestamp::from_millis(1_795_183_650_000);

fn id() -> ConversationId {
    ConversationId::new("t_1")
}

fn row(local: &str, text: &str, at: Timestamp) -> Outgoing {
    Outgoing {
        local: LocalId::new(local),
        conversation: id(),
        psid: Psid::new("7"),
        at,
        content: Content::Text(text.into()),
        quote: None,
        silent: false,
        send_as: SendAs::Response,
        hand_back: None,
        known: Known {
            customer_at: Some(START),
            page_at: None,
        },
        follows: None,
        not_before: None,
        attempt: 0,
        tried_at: None,
        looks: 0,
        state: SendState::Queued,
    }
}

fn seen(mid: &str, at: Timestamp, text: &str) -> MessageSeen {
    MessageSeen {
        message: Message {
            mid: Mid::new(mid),
            at,
            author: Author::Page,
            text: text.into(),
            parts: Vec::new(),
            gone: false,
            annotations: crate::domain::Annotations::default(),
        },
        raw: String::new(),
        from_webhook: false,
    }
}

fn facts(now: Timestamp) -> Facts {
    Facts {
        now,
        server_now: now,
        known: Known {
            customer_at: Some(START),
            page_at: None,
        },
        ..Facts::default()
    }
}

fn after(seconds: i64) -> Timestamp {
    START.plus(Span::seconds(seconds))
}

/// A queue with one reply, read just now.
fn entered(at: Timestamp) -> Outbox {
    let mut outbox = Outbox::new(1);
    outbox.enter(row("a", "hello", at));
    outbox.read(&id(), &[], true, at);
    outbox
}

fn states(outbox: &Outbox) -> Vec<SendState> {
    let jobs = outbox
        .queues
        .get(&id())
        .into_iter()
        .flat_map(|queue| &queue.jobs);
    jobs.filter_map(|job| match job {
        Job::Reply(reply) => Some(reply.row.state.clone()),
        Job::Operate(..) => None,
    })
    .collect()
}

fn answer(outbox: &mut Outbox, local: &str, answer: SendOutcome, now: Timestamp) -> Vec<SendStep> {
    outbox.answered(&id(), &LocalId::new(local), 1, answer, now, now)
}

#[test]
fn a_reply_is_claimed_on_the_disk_before_it_is_posted() {
    let mut outbox = entered(START);
    let steps = outbox.go(&id(), &facts(START));
    let [SendStep::Record(claimed), SendStep::Post(posted, _)] = steps.as_slice() else {
        panic!("{steps:?}");
    };
    assert_eq!(claimed, posted);
    assert_eq!((claimed.attempt, &claimed.state), (1, &SendState::Sending));
    assert_eq!(outbox.go(&id(), &facts(START)), [], "one at a time");
}

#[test]
fn a_reply_that_can_be_taken_back_waits_for_its_moment_and_then_goes() {
    let mut outbox = Outbox::new(1);
    let mut waits = row("a", "hello", START);
    waits.not_before = Some(after(5));
    outbox.enter(waits);
    outbox.read(&id(), &[], true, START);
    assert_eq!(outbox.go(&id(), &facts(after(4))), []);
    assert_eq!(outbox.due(after(4)), Some(after(5)));
    assert_eq!(outbox.tick(after(4)).0, []);
    assert_eq!(outbox.tick(after(5)).0, [id()]);
    let mut taken_back = Outbox::new(1);
    let mut waits = row("a", "hello", START);
    waits.not_before = Some(after(5));
    taken_back.enter(waits.clone());
    let steps = taken_back.decide(
        &id(),
        &LocalId::new("a"),
        Decision::TakeBack,
        &facts(after(4)),
    );
    assert_eq!(steps, [SendStep::GiveBack(waits)]);
    assert_eq!(outbox.go(&id(), &facts(after(5))).len(), 2);
}

#[test]
fn after_a_part_that_did_not_go_the_parts_behind_it_wait_for_a_person() {
    let parts = || {
        let mut outbox = entered(START);
        for (local, before) in [("b", "a"), ("c", "b")] {
            let mut part = row(local, local, START);
            part.follows = Some(LocalId::new(before));
            outbox.enter(part);
        }
        outbox.enter(row("other", "another reply", START));
        outbox
    };
    let held = SendState::Held(HoldReason::PartBefore);
    let mut refused = parts();
    refused.go(&id(), &facts(START));
    let steps = answer(
        &mut refused,
        "a",
        SendOutcome::Refused("no".into()),
        after(1),
    );
    assert_eq!(steps.len(), 3, "{steps:?}");
    assert_eq!(
        states(&refused),
        [held.clone(), held.clone(), SendState::Queued]
    );
    assert_eq!(refused.go(&id(), &facts(after(1))), [], "nothing overtakes");
    let mut dropped = parts();
    dropped.decide(&id(), &LocalId::new("b"), Decision::Drop, &facts(START));
    assert_eq!(
        states(&dropped),
        [SendState::Queued, held, SendState::Queued]
    );
    let mut sent = parts();
    sent.go(&id(), &facts(START));
    answer(&mut sent, "a", SendOutcome::Sent(Mid::new("m")), after(1));
    assert!(
        states(&sent)
            .iter()
            .all(|state| *state == SendState::Queued)
    );
}

#[test]
fn a_thread_that_was_not_read_lately_is_read_before_a_reply_goes_out() {
    let mut outbox = entered(START);
    assert_eq!(outbox.go(&id(), &facts(after(11))), [SendStep::Read(id())]);
    assert_eq!(outbox.go(&id(), &facts(after(11))), [], "once");
    outbox.read(&id(), &[], true, after(12));
    assert_eq!(outbox.go(&id(), &facts(after(12))).len(), 2);
}

#[test]
fn what_a_person_should_see_first_is_held_and_goes_out_when_they_say_so() {
    let customer = |seconds| Known {
        customer_at: Some(after(seconds)),
        page_at: None,
    };
    let day = 24 * 3600;
    for (at, change, why) in [
        (301, facts(after(301)), HoldReason::Stale),
        (
            5,
            Facts {
                known: customer(3),
                ..facts(after(5))
            },
            HoldReason::CustomerWrote,
        ),
        (
            5,
            Facts {
                known: Known {
                    page_at: Some(after(4)),
                    ..customer(0)
                },
                ..facts(after(5))
            },
            HoldReason::Answered,
        ),
        (
            5,
            Facts {
                elsewhere: true,
                ..facts(after(5))
            },
            HoldReason::ControlLost,
        ),
        (day, facts(after(day)), HoldReason::WindowOver),
        (8 * day, facts(after(8 * day)), HoldReason::WindowClosed),
    ] {
        let entered_at = if why == HoldReason::Stale {
            START
        } else {
            after(at)
        };
        let mut outbox = entered(entered_at);
        outbox.read(&id(), &[], true, after(at));
        let steps = outbox.go(&id(), &change);
        assert!(
            matches!(steps.as_slice(), [SendStep::Record(row)] if row.state == SendState::Held(why)),
            "{why:?}: {steps:?}"
        );
        assert_eq!(outbox.go(&id(), &change), [], "it stays held");
        let steps = outbox.decide(&id(), &LocalId::new("a"), Decision::SendNow, &change);
        let [SendStep::Record(renewed)] = steps.as_slice() else {
            panic!("{steps:?}");
        };
        assert_eq!(renewed.state, SendState::Queued);
        assert_eq!(
            renewed.send_as,
            if why == HoldReason::WindowOver {
                SendAs::HumanAgent
            } else {
                SendAs::Response
            }
        );
        let steps = outbox.go(&id(), &change);
        let goes = !matches!(why, HoldReason::ControlLost | HoldReason::WindowClosed);
        assert_eq!(steps.len(), if goes { 2 } else { 1 }, "{why:?}: {steps:?}");
    }
}

#[test]
fn every_answer_ends_in_the_state_that_the_protocol_names() {
    let until = after(60);
    for (given, state) in [
        (SendOutcome::NotConnected, Some(SendState::Queued)),
        (SendOutcome::Throttled(until), Some(SendState::Queued)),
        (SendOutcome::Token, Some(SendState::Queued)),
        (
            SendOutcome::WindowOver,
            Some(SendState::Held(HoldReason::WindowOver)),
        ),
        (SendOutcome::Refused("No.".into()), None),
        (SendOutcome::Unknown, Some(SendState::Unsure)),
        (SendOutcome::Sent(Mid::new("m_1")), None),
    ] {
        let mut outbox = entered(START);
        outbox.go(&id(), &facts(START));
        let steps = answer(&mut outbox, "a", given.clone(), START);
        assert_eq!(
            states(&outbox),
            state.into_iter().collect::<Vec<_>>(),
            "{given:?}"
        );
        assert_eq!(steps.len(), 1, "{given:?}: on the disk, once");
        let late = answer(&mut outbox, "a", SendOutcome::Unknown, START);
        assert!(late.len() <= 1, "{late:?}");
    }
}

#[test]
fn waiting_ends_when_the_link_the_token_or_metas_pause_does() {
    for (given, too_early, then) in [
        (SendOutcome::NotConnected, 0, 2),
        (SendOutcome::Throttled(after(60)), 59, 61),
    ] {
        let mut outbox = entered(START);
        outbox.go(&id(), &facts(START));
        answer(&mut outbox, "a", given.clone(), START);
        for (at, count) in [(too_early, 0), (then, 2)] {
            outbox.read(&id(), &[], true, after(at));
            assert_eq!(
                outbox.go(&id(), &facts(after(at))).len(),
                count,
                "{given:?} at {at} s"
            );
        }
    }
    let mut outbox = entered(START);
    outbox.go(&id(), &facts(START));
    answer(&mut outbox, "a", SendOutcome::Token, START);
    outbox.read(&id(), &[], true, after(1));
    assert_eq!(outbox.go(&id(), &facts(after(1))), []);
    outbox.link_is_up(after(2));
    assert_eq!(outbox.go(&id(), &facts(after(2))).len(), 2);
}

#[test]
fn a_doubt_is_looked_for_after_3_10_30_and_60_seconds_and_then_every_five_minutes() {
    let mut outbox = entered(START);
    outbox.go(&id(), &facts(START));
    answer(&mut outbox, "a", SendOutcome::Unknown, START);
    let mut looks = Vec::new();
    let mut now = START;
    while looks.len() < 6 {
        now = outbox.due(now).expect("a look is due").max(now);
        let (_, look) = outbox.tick(now);
        assert_eq!(look, Some(SendStep::Read(id())));
        looks.push(now.since(START).as_secs());
        outbox.read(&id(), &[], true, now);
    }
    assert_eq!(looks, [3, 10, 30, 60, 360, 660]);
    // A poll between two looks is not counted as one, a short read counts for
    // nothing.
    let looked = |outbox: &Outbox| match &outbox.queues[&id()].jobs[0] {
        Job::Reply(reply) => reply.row.looks,
        Job::Operate(..) => 0,
    };
    assert_eq!(looked(&outbox), 6);
    outbox.read(&id(), &[], true, now.plus(Span::seconds(2)));
    let late = now.plus(Span::seconds(301));
    outbox.read(&id(), &[seen("m", late, "later")], false, late);
    assert_eq!(looked(&outbox), 6);
    assert_eq!(outbox.tick(after(25 * 3600)).1, None, "a day is enough");
}

#[test]
fn equal_replies_in_doubt_get_equal_messages_in_their_order() {
    let mut outbox = Outbox::new(1);
    let mut rows = vec![row("a", "ok", START), row("b", "ok", after(1))];
    for row in &mut rows {
        row.state = SendState::Unsure;
        row.tried_at = Some(row.at);
    }
    outbox.restore(rows, START);
    let messages = [
        seen("m_2", after(2), " ok\n"),
        seen("m_1", START, "ok"),
        seen("m_0", after(-6), "ok"),
        seen("m_9", after(160), "ok"),
    ];
    let found: Vec<(String, String)> = outbox
        .read(&id(), &messages, true, after(200))
        .into_iter()
        .filter_map(|step| match step {
            SendStep::Sent { row, mid, .. } => Some((row.local.to_string(), mid.to_string())),
            _ => None,
        })
        .collect();
    assert_eq!(
        found,
        [
            ("a".to_owned(), "m_1".to_owned()),
            ("b".to_owned(), "m_2".to_owned())
        ]
    );
    assert_eq!(outbox.read(&id(), &messages, true, after(210)), [], "once");
}

#[test]
fn an_answer_knows_better_than_looks() {
    let mut outbox = entered(START);
    outbox.go(&id(), &facts(START));
    answer(&mut outbox, "a", SendOutcome::Unknown, START);
    let again = Decision::SendAgain(LocalId::new("b"));
    let steps = outbox.decide(&id(), &LocalId::new("a"), again, &facts(after(5)));
    assert!(
        matches!(steps.as_slice(), [SendStep::Again { old, .. }] if old.state == SendState::Assumed)
    );
    outbox.read(&id(), &[], true, after(5));
    assert_eq!(outbox.go(&id(), &facts(after(5))).len(), 2);
    // While it is on its way, what is seen may be it.
    assert_eq!(outbox.found(&id(), &[seen("m_b", after(5), "hello")]), []);
    answer(
        &mut outbox,
        "b",
        SendOutcome::Sent(Mid::new("m_b")),
        after(6),
    );
    let late = outbox.found(
        &id(),
        &[seen("m_b", after(5), "hello"), seen("m_a", START, "hello")],
    );
    assert!(
        matches!(late.as_slice(), [SendStep::Sent { row, mid, .. }] if row.local == LocalId::new("a") && mid.as_str() == "m_a"),
        "the first one arrived, too: {late:?}"
    );
}

#[test]
fn an_echo_may_come_before_the_answer_and_the_answer_changes_nothing_then() {
    let mut outbox = entered(START);
    outbox.go(&id(), &facts(START));
    let steps = outbox.echoed(&id(), &LocalId::new("a"), Mid::new("m_1"), START);
    assert!(matches!(steps.as_slice(), [SendStep::Sent { .. }]));
    for late in [
        SendOutcome::Unknown,
        SendOutcome::Refused("No.".into()),
        SendOutcome::Sent(Mid::new("m_1")),
    ] {
        assert_eq!(answer(&mut outbox, "a", late, START), []);
    }
    assert_eq!(states(&outbox), []);
}

#[test]
fn a_line_does_one_thing_at_a_time_in_the_order_asked_and_courtesies_may_pass_a_doubt() {
    let mut outbox = Outbox::new(1);
    let psid = Psid::new("7");
    let pass = || {
        let note = HandBackNote {
            outcome: Outcome::Resolved,
            summary: String::new(),
            next: String::new(),
            idle: false,
            agent: String::new(),
            answered_through: None,
        };
        Operation::Pass(HandBack { to: None, note })
    };
    for ask in [
        Operation::Take,
        Operation::Typing(true),
        Operation::Typing(false),
    ] {
        outbox.operate(&id(), psid.clone(), ask);
    }
    outbox.enter(row("a", "hello", START));
    outbox.operate(&id(), psid.clone(), pass());
    outbox.operate(&id(), psid.clone(), Operation::MarkSeen);
    outbox.read(&id(), &[], true, START);
    let mut done = Vec::new();
    let mut run = |outbox: &mut Outbox| {
        while let [SendStep::Operate(_, _, operation)] = outbox.go(&id(), &facts(START)).as_slice()
        {
            done.push(operation.kind());
            outbox.operated(&id());
        }
        done.clone()
    };
    // The reply is posted and its answer lost.
    assert_eq!(
        run(&mut outbox),
        [OperationKind::Take, OperationKind::Typing]
    );
    answer(&mut outbox, "a", SendOutcome::Unknown, START);
    assert_eq!(
        run(&mut outbox),
        [
            OperationKind::Take,
            OperationKind::Typing,
            OperationKind::MarkSeen
        ]
    );
    outbox.decide(
        &id(),
        &LocalId::new("a"),
        Decision::TreatAsSent,
        &facts(START),
    );
    assert_eq!(
        run(&mut outbox),
        [
            OperationKind::Take,
            OperationKind::Typing,
            OperationKind::MarkSeen,
            OperationKind::Pass
        ]
    );
}

#[test]
fn a_refused_take_refuses_the_replies_behind_it() {
    let mut outbox = Outbox::new(1);
    outbox.operate(&id(), Psid::new("7"), Operation::Take);
    outbox.enter(row("a", "hello", START));
    outbox.go(&id(), &facts(START));
    let steps = outbox.take_refused(&id(), "No.");
    assert!(
        matches!(steps.as_slice(), [SendStep::Record(row)] if matches!(row.state, SendState::Refused { .. }))
    );
    outbox.operated(&id());
    assert_eq!(outbox.go(&id(), &facts(START)), []);
}

#[test]
fn a_disk_that_takes_nothing_sends_nothing() {
    let mut outbox = entered(START);
    let steps = outbox.go(&id(), &facts(START));
    let Some(SendStep::Record(row)) = steps.first() else {
        panic!("{steps:?}");
    };
    outbox.not_recorded(row, START);
    assert_eq!(states(&outbox), [SendState::Queued]);
    assert_eq!(outbox.go(&id(), &facts(START)), [], "not at once");
    assert_eq!(outbox.due(START), Some(after(1)));
    let steps = outbox.go(&id(), &facts(after(1)));
    assert!(
        matches!(steps.as_slice(), [SendStep::Record(row), SendStep::Post(..)] if row.attempt == 1)
    );
}

#[test]
fn what_is_due_can_be_done_and_two_doubts_do_not_spin() {
    let mut outbox = Outbox::new(1);
    for (n, id) in ["t_1", "t_2"].into_iter().enumerate() {
        let mut row = row(&format!("r{n}"), "hello", START);
        row.conversation = ConversationId::new(id);
        row.state = SendState::Unsure;
        row.tried_at = Some(START);
        outbox.restore(vec![row], START);
    }
    assert_eq!(outbox.due(START), Some(START));
    assert!(outbox.tick(START).1.is_some());
    assert_eq!(outbox.due(after(1)), None, "the one read must end first");
    assert_eq!(outbox.tick(after(1)), (Vec::new(), None));
    outbox.read(&ConversationId::new("t_1"), &[], true, after(2));
    outbox.read(&ConversationId::new("t_2"), &[], true, after(2));
    // A hand-back at the head of a queue goes on by itself.
    outbox.operate_next(&id(), Psid::new("7"), Operation::Release);
    assert_eq!(outbox.due(after(2)), Some(after(2)));
    assert_eq!(outbox.tick(after(2)).0, [id()]);
}

#[test]
fn a_message_is_as_old_as_its_attempt_so_a_quick_customer_still_waits() {
    let mut outbox = entered(START);
    outbox.go(&id(), &facts(START));
    let steps = answer(
        &mut outbox,
        "a",
        SendOutcome::Sent(Mid::new("m_1")),
        after(3),
    );
    assert!(
        matches!(steps.as_slice(), [SendStep::Sent { at, .. }] if *at == START),
        "{steps:?}"
    );
}

#[test]
fn a_clock_set_back_an_hour_holds_up_nothing() {
    let mut outbox = entered(after(3_600));
    outbox.go(&id(), &facts(after(3_600)));
    answer(&mut outbox, "a", SendOutcome::NotConnected, after(3_600));
    let due = outbox.due(START).expect("something is due");
    assert!(due <= START.plus(LATER_LOOKS));
    outbox.read(&id(), &[], true, START);
    assert_eq!(outbox.go(&id(), &facts(START)).len(), 2);
}
