//! The life of a reply, and the queue of operations that it stands in.
//!
//! ```text
//!            Enter                 claimed on disk          Meta named it
//!   draft ─────────► queued ───────────────────► sending ────────────────► sent
//!                     │  ▲                        │ │ │                      ▲
//!          too old,   │  │ no connection, asked   │ │ │ answer lost          │ echo, or
//!          not fresh  │  └─ to slow down, token ──┘ │ └───────────► unsure ──┘ found in
//!                     ▼                             │ clear refusal   │        the thread
//!                    held                           ▼                 │
//!                     └──── only by a person ──── refused             └─ only by a person:
//!                                                                        again · as sent
//! ```
//!
//! Each conversation has one queue: what is asked for later never overtakes what
//! was asked for earlier. A reply that is held or in doubt holds its queue;
//! courtesies and *take* may pass it, *pass* and further replies may not.
//!
//! | file | |
//! |---|---|
//! | `mod` | all queues |
//! | `queue` | the queue of one conversation |
//! | `step` | what goes in, and what comes out |
//! | `rules` | the figures and questions |
//!
//! This is a pure state machine: what happened goes in with the time, what has
//! to be done comes out as [`SendStep`]s, to be done in their order. A
//! [`SendStep::Record`] must be on the disk before what follows it is begun; then no
//! crash loses a reply and no reply is sent twice by the machine. It must not
//! know HTTP, SQL or the clock.

mod queue;
mod rules;
mod step;

use std::collections::{HashMap, VecDeque};

pub(super) use self::rules::{ATTEMPT_LIMIT, TOLD_APART, TRY_DISK, back_off, upload_limit};
pub(super) use self::step::{Facts, MediaIds, SendOutcome, SendStep};

use self::{
    queue::{Job, Queue, UnderWay},
    rules::{
        LATER_LOOKS, LOOKS, NOT_BEFORE_ATTEMPT, dropped, is_fresh, passed, renewed, tried, why_hold,
    },
};
use crate::domain::{
    ConversationId, Decision, HoldReason, LocalId, MessageSeen, Mid, Operation, Outgoing, Psid,
    Random, STALE_AFTER, SendState, Span, Timestamp,
};

/// All queues.
#[derive(Debug)]
pub(super) struct Outbox {
    queues: HashMap<ConversationId, Queue>,
    closed_until: Option<Timestamp>,
    without_token: bool,
    random: Random,
}

impl Outbox {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            queues: HashMap::new(),
            closed_until: None,
            without_token: false,
            random: Random::seeded(seed),
        }
    }

    /// What a dead program left behind. What was on its way is in doubt; what
    /// was queued goes on.
    pub(super) fn restore(&mut self, rows: Vec<Outgoing>, now: Timestamp) -> Vec<SendStep> {
        let mut steps = Vec::new();
        for mut row in rows {
            let queue = self.queues.entry(row.conversation.clone()).or_default();
            match row.state {
                SendState::Sent(_) | SendState::Assumed => queue.settled.push(row),
                SendState::Refused { .. } => queue.refused.push(row),
                SendState::Dropped => {}
                SendState::Queued | SendState::Sending | SendState::Unsure | SendState::Held(_) => {
                    if row.state == SendState::Sending {
                        row.state = SendState::Unsure;
                        steps.push(SendStep::Record(row.clone()));
                    }
                    queue.jobs.push_back(Job::reply(row, now));
                }
            }
        }
        steps
    }

    /// Something to be done to a thread, after what was asked for before.
    pub(super) fn operate(&mut self, id: &ConversationId, psid: Psid, operation: Operation) {
        let queue = self.queues.entry(id.clone()).or_default();
        // "Typing" is news only as long as it is the last word.
        let typing = |job: &Job| matches!(job, Job::Operate(_, operation) if matches!(**operation, Operation::Typing(_)));
        if matches!(operation, Operation::Typing(_)) && queue.jobs.back().is_some_and(typing) {
            queue.jobs.pop_back();
        }
        queue
            .jobs
            .push_back(Job::Operate(psid, Box::new(operation)));
    }

    /// Something that comes next: the hand-back that belongs to a sent reply.
    pub(super) fn operate_next(&mut self, id: &ConversationId, psid: Psid, operation: Operation) {
        let queue = self.queues.entry(id.clone()).or_default();
        queue
            .jobs
            .push_front(Job::Operate(psid, Box::new(operation)));
    }

    /// A reply that has been written down.
    pub(super) fn enter(&mut self, row: Outgoing) {
        let queue = self.queues.entry(row.conversation.clone()).or_default();
        let look_at = row.at;
        queue.jobs.push_back(Job::reply(row, look_at));
    }

    /// Whether anything is to be done for them, or was not long ago.
    pub(super) fn has_queue(&self, id: &ConversationId) -> bool {
        self.queues.contains_key(id)
    }

    /// The next thing to do in a queue, if it can go on.
    pub(super) fn go(&mut self, id: &ConversationId, facts: &Facts) -> Vec<SendStep> {
        let closed = self.without_token || self.closed_until.is_some_and(|until| facts.now < until);
        let Some(queue) = self.queues.get_mut(id) else {
            return Vec::new();
        };
        if queue.is_busy() {
            return Vec::new();
        }
        match queue.jobs.front_mut() {
            None => {
                queue.prune(facts.server_now);
                if queue.is_empty() {
                    self.queues.remove(id);
                }
                return Vec::new();
            }
            Some(Job::Operate(..)) => return queue.begin(id, 0),
            Some(Job::Reply(reply)) if reply.row.state == SendState::Queued => {
                let row = &mut reply.row;
                let stale = facts.now.since(row.at) > STALE_AFTER;
                let too_early = row.not_before.is_some_and(|at| !passed(at, facts.now));
                if closed || too_early || !passed(queue.not_before, facts.now) {
                    // Its time comes.
                } else if !stale && !is_fresh(queue.read_at, facts.now) {
                    if !std::mem::replace(&mut queue.reading, true) {
                        return vec![SendStep::Read(id.clone())];
                    }
                } else if let Some(why) = why_hold(row, facts) {
                    row.state = SendState::Held(why);
                    return vec![SendStep::Record(row.clone())];
                } else if reply.media.is_none() && !row.content.files().is_empty() {
                    let over_by = facts.now.plus(upload_limit(row));
                    queue.under_way = UnderWay::Upload(row.local.clone(), over_by);
                    return vec![SendStep::Upload(row.clone())];
                } else {
                    row.state = SendState::Sending;
                    row.attempt += 1;
                    row.tried_at = Some(facts.server_now);
                    row.looks = 0;
                    let over_by = facts.now.plus(ATTEMPT_LIMIT);
                    queue.under_way = UnderWay::Attempt(row.local.clone(), row.attempt, over_by);
                    let media = reply.media.clone().unwrap_or_default();
                    return vec![
                        SendStep::Record(row.clone()),
                        SendStep::Post(row.clone(), media),
                    ];
                }
            }
            Some(Job::Reply(_)) => {}
        }
        // The head waits: what is no part of the order may pass it.
        let passes = |job: &Job| match job {
            Job::Operate(_, operation) => !matches!(
                **operation,
                Operation::Pass(_) | Operation::Release | Operation::Reply(_)
            ),
            Job::Reply(_) => false,
        };
        match queue.jobs.iter().position(passes) {
            Some(at) => queue.begin(id, at),
            None => Vec::new(),
        }
    }

    /// What was begun in a queue (and is no reply) is over.
    pub(super) fn operated(&mut self, id: &ConversationId) {
        if let Some(queue) = self.queues.get_mut(id) {
            queue.under_way = UnderWay::Nothing;
        }
    }

    /// Meta has the files of a reply under these ids, which then can go; or it has not,
    /// and surely nothing reached the customer.
    pub(super) fn uploaded(
        &mut self,
        id: &ConversationId,
        local: &LocalId,
        outcome: Result<MediaIds, SendOutcome>,
        now: Timestamp,
    ) -> Vec<SendStep> {
        let jitter = self.random.below(41);
        let Some(queue) = self.queues.get_mut(id) else {
            return Vec::new();
        };
        let waited = queue.upload_over(local);
        let Some(at) = queue.place(local) else {
            return Vec::new();
        };
        let Some(Job::Reply(reply)) = queue.jobs.get_mut(at) else {
            return Vec::new();
        };
        match outcome {
            Ok(media) => {
                queue.failures = 0;
                reply.media = Some(media);
                Vec::new()
            }
            Err(outcome) if waited => self.not_taken(id, at, outcome, now, jitter),
            Err(_) => Vec::new(),
        }
    }

    /// The reply at `at` surely did not reach the customer.
    fn not_taken(
        &mut self,
        id: &ConversationId,
        at: usize,
        outcome: SendOutcome,
        now: Timestamp,
        jitter: u64,
    ) -> Vec<SendStep> {
        let Some(queue) = self.queues.get_mut(id) else {
            return Vec::new();
        };
        let Some(Job::Reply(reply)) = queue.jobs.get_mut(at) else {
            return Vec::new();
        };
        let reply = reply.as_mut();
        let row = &mut reply.row;
        let local = row.local.clone();
        row.state = SendState::Queued;
        match outcome {
            SendOutcome::Throttled(until) => self.closed_until = Some(until),
            SendOutcome::Token => self.without_token = true,
            SendOutcome::WindowOver => row.state = SendState::Held(HoldReason::WindowOver),
            SendOutcome::Refused(why) => {
                row.state = SendState::Refused {
                    why,
                    given_back: false,
                };
                let row = row.clone();
                queue.jobs.remove(at);
                queue.refused.push(row.clone());
                let mut steps = vec![SendStep::Record(row)];
                steps.extend(queue.hold_what_follows(&local));
                return steps;
            }
            SendOutcome::MediaGone
            | SendOutcome::NotConnected
            | SendOutcome::Unknown
            | SendOutcome::Sent(_) => {
                if outcome == SendOutcome::MediaGone {
                    reply.media = None;
                }
                queue.not_before = now.plus(back_off(queue.failures, jitter));
                queue.failures += 1;
            }
        }
        vec![SendStep::Record(row.clone())]
    }

    /// An attempt is over. An echo may have told already, or its time limit.
    pub(super) fn answered(
        &mut self,
        id: &ConversationId,
        local: &LocalId,
        attempt: u32,
        answer: SendOutcome,
        now: Timestamp,
        server_now: Timestamp,
    ) -> Vec<SendStep> {
        let jitter = self.random.below(41);
        let Some(queue) = self.queues.get_mut(id) else {
            return Vec::new();
        };
        queue.attempt_over(local, attempt);
        let Some(at) = queue.place(local) else {
            // Called refused, or let go of: what Meta says last counts.
            return match answer {
                SendOutcome::Sent(mid) => queue.proven(local, mid, server_now),
                _ => Vec::new(),
            };
        };
        let Some(Job::Reply(reply)) = queue.jobs.get_mut(at) else {
            return Vec::new();
        };
        let row = &mut reply.row;
        let late = row.state != SendState::Sending || row.attempt != attempt;
        if late && !matches!(answer, SendOutcome::Sent(_)) {
            return Vec::new();
        }
        match answer {
            SendOutcome::Sent(mid) => {
                queue.failures = 0;
                // Between attempt and answer: what the customer wrote since the
                // attempt came after it.
                let when = row.tried_at.unwrap_or(server_now);
                queue.sent(at, mid, when)
            }
            SendOutcome::Unknown => queue.doubt(at, now).into_iter().collect(),
            outcome => self.not_taken(id, at, outcome, now, jitter),
        }
    }

    /// An echo with our id: Meta has it, whatever became of the answer.
    pub(super) fn echoed(
        &mut self,
        id: &ConversationId,
        local: &LocalId,
        mid: Mid,
        at: Timestamp,
    ) -> Vec<SendStep> {
        let Some(queue) = self.queues.get_mut(id) else {
            return Vec::new();
        };
        queue.proven(local, mid, at)
    }

    /// An echo of a reply that is known to the disk alone: a person let go of it
    /// after it had been tried, or it was settled long ago.
    pub(super) fn recalled(&mut self, row: Outgoing, mid: Mid, at: Timestamp) -> Vec<SendStep> {
        let queue = self.queues.entry(row.conversation.clone()).or_default();
        queue.name(row, mid, at)
    }

    /// The thread was read. Replies in doubt that stand in it are sent. The
    /// absence of the others means something only where the read reaches back
    /// behind their attempt, or shows the `complete` thread.
    pub(super) fn read(
        &mut self,
        id: &ConversationId,
        messages: &[MessageSeen],
        complete: bool,
        now: Timestamp,
    ) -> Vec<SendStep> {
        let Some(queue) = self.queues.get_mut(id) else {
            return Vec::new();
        };
        queue.reading = false;
        queue.read_at = Some(now);
        let mut steps = queue.find(messages);
        let oldest = messages.iter().map(|seen| seen.message.at).min();
        for job in &mut queue.jobs {
            let Job::Reply(reply) = job else { continue };
            if reply.row.state != SendState::Unsure || now < reply.look_at {
                continue;
            }
            let tried_at = tried(&reply.row);
            let reaches_back =
                complete || oldest.is_some_and(|oldest| oldest < tried_at.plus(NOT_BEFORE_ATTEMPT));
            let pause = LOOKS
                .get(reply.looked)
                .map_or(LATER_LOOKS, |seconds| Span::seconds(*seconds));
            reply.looked += 1;
            reply.look_at = now.plus(pause);
            if reaches_back {
                reply.row.looks += 1;
                steps.push(SendStep::Record(reply.row.clone()));
            }
        }
        steps
    }

    /// Messages that arrived by another way than reading their thread.
    pub(super) fn found(&mut self, id: &ConversationId, messages: &[MessageSeen]) -> Vec<SendStep> {
        self.queues
            .get_mut(id)
            .map(|queue| queue.find(messages))
            .unwrap_or_default()
    }

    /// The refused replies of a thread are dropped.
    pub(super) fn drop_refused(&mut self, id: &ConversationId) {
        if let Some(queue) = self.queues.get_mut(id) {
            queue.refused.clear();
        }
    }

    /// The thread could not be read. Where Meta refuses it, replies go out all
    /// the same: nothing fresher is to be had.
    pub(super) fn read_failed(&mut self, id: &ConversationId, refused: bool, now: Timestamp) {
        let jitter = self.random.below(41);
        let Some(queue) = self.queues.get_mut(id) else {
            return;
        };
        queue.reading = false;
        if refused {
            queue.read_at = Some(now);
        }
        let pause = back_off(queue.failures, jitter);
        queue.failures += 1;
        if !refused {
            queue.not_before = now.plus(pause);
        }
        for job in &mut queue.jobs {
            if let Job::Reply(reply) = job {
                reply.look_at = reply.look_at.max(now.plus(pause));
            }
        }
    }

    /// Calls succeed again.
    pub(super) fn link_is_up(&mut self, now: Timestamp) {
        self.without_token = false;
        for queue in self.queues.values_mut() {
            (queue.not_before, queue.failures) = (now, 0);
            queue.look_now(now);
        }
    }

    /// Somebody opens the thread: they want to know now.
    pub(super) fn opened(&mut self, id: &ConversationId, now: Timestamp) {
        if let Some(queue) = self.queues.get_mut(id) {
            queue.look_now(now);
        }
    }

    /// A person has decided about a reply.
    pub(super) fn decide(
        &mut self,
        id: &ConversationId,
        local: &LocalId,
        decision: Decision,
        facts: &Facts,
    ) -> Vec<SendStep> {
        let Some(queue) = self.queues.get_mut(id) else {
            return Vec::new();
        };
        if let Some(at) = queue.refused.iter().position(|row| row.local == *local) {
            let row = queue.refused.remove(at);
            return match decision {
                Decision::SendNow => {
                    let row = renewed(row, facts);
                    self.enter(row.clone());
                    vec![SendStep::Record(row)]
                }
                decision => dropped(row, decision == Decision::TakeBack),
            };
        }
        let Some(at) = queue.place(local) else {
            return Vec::new();
        };
        let Some(Job::Reply(reply)) = queue.jobs.get_mut(at) else {
            return Vec::new();
        };
        match (&reply.row.state, decision) {
            (SendState::Unsure, Decision::Look) => {
                reply.look_at = facts.now;
                Vec::new()
            }
            (SendState::Unsure, Decision::SendAgain(new)) => {
                let again = Outgoing {
                    local: new,
                    attempt: 0,
                    tried_at: None,
                    ..renewed(reply.row.clone(), facts)
                };
                let mut old = std::mem::replace(&mut reply.row, again.clone());
                old.state = SendState::Assumed;
                queue.settled.push(old.clone());
                vec![SendStep::Again { old, new: again }]
            }
            (SendState::Unsure, Decision::Is(mid, when)) => queue.sent(at, mid, when),
            (SendState::Unsure, Decision::TreatAsSent) => match queue.jobs.remove(at) {
                Some(Job::Reply(reply)) => vec![queue.assume(reply.row)],
                _ => Vec::new(),
            },
            (SendState::Held(_), Decision::SendNow) => {
                reply.row = renewed(reply.row.clone(), facts);
                vec![SendStep::Record(reply.row.clone())]
            }
            (
                SendState::Held(_) | SendState::Queued,
                decision @ (Decision::TakeBack | Decision::Drop),
            ) => match queue.jobs.remove(at) {
                Some(Job::Reply(reply)) => {
                    let mut steps = dropped(reply.row, decision == Decision::TakeBack);
                    steps.extend(queue.hold_what_follows(local));
                    steps
                }
                _ => Vec::new(),
            },
            // It has gone on meanwhile.
            _ => Vec::new(),
        }
    }

    /// The disk did not take a row that was to be sent: nothing is sent, and
    /// it is tried again soon.
    pub(super) fn not_recorded(&mut self, row: &Outgoing, now: Timestamp) {
        let Some(queue) = self.queues.get_mut(&row.conversation) else {
            return;
        };
        queue.under_way = UnderWay::Nothing;
        queue.not_before = now.plus(TRY_DISK);
        if let Some(at) = queue.place(&row.local)
            && let Some(Job::Reply(reply)) = queue.jobs.get_mut(at)
            && reply.row.state == SendState::Sending
        {
            reply.row.state = SendState::Queued;
            reply.row.attempt = reply.row.attempt.saturating_sub(1);
        }
    }

    /// A queue cannot go on for a trouble that is not its own: not at once again.
    pub(super) fn hold_off(&mut self, id: &ConversationId, now: Timestamp) {
        if let Some(queue) = self.queues.get_mut(id) {
            queue.not_before = now.plus(TRY_DISK);
        }
    }

    /// After a refused *take*: the replies that were to follow it, up to now
    /// unsent, are refused too, and courtesies go.
    pub(super) fn take_refused(&mut self, id: &ConversationId, why: &str) -> Vec<SendStep> {
        let Some(queue) = self.queues.get_mut(id) else {
            return Vec::new();
        };
        let mut steps = Vec::new();
        let mut rest = VecDeque::new();
        for job in queue.jobs.drain(..) {
            match job {
                Job::Reply(mut reply) if reply.row.state == SendState::Queued => {
                    reply.row.state = SendState::Refused {
                        why: why.to_owned(),
                        given_back: false,
                    };
                    queue.refused.push(reply.row.clone());
                    steps.push(SendStep::Record(reply.row));
                }
                job @ Job::Reply(_) => rest.push_back(job),
                Job::Operate(..) => {}
            }
        }
        queue.jobs = rest;
        steps
    }

    /// When something is due by itself. No later than in five minutes, also
    /// when the clock was set back meanwhile.
    pub(super) fn due(&self, now: Timestamp) -> Option<Timestamp> {
        let closed = match (self.without_token, self.closed_until) {
            (true, _) => None,
            (false, until) => Some(until.unwrap_or(now)),
        };
        let looking = self.queues.values().any(|queue| queue.reading);
        let due = |queue: &Queue| {
            let go = match queue.next() {
                Some(Job::Operate(..)) => Some(now.max(queue.not_before)),
                Some(Job::Reply(reply)) => closed.map(|until| {
                    let own = reply.row.not_before.unwrap_or(queue.not_before);
                    until.max(queue.not_before).max(own)
                }),
                None => None,
            };
            let look = queue.next_look(now).filter(|_| !looking);
            look.into_iter().chain(go).chain(queue.over_by()).min()
        };
        let due = self.queues.values().filter_map(due).min()?;
        Some(due.min(now.plus(LATER_LOOKS)))
    }

    /// Attempts whose time limit is over are in doubt from now on, whatever is
    /// still to be heard of their calls: nothing stays on its way for ever.
    pub(super) fn give_up_waiting(&mut self, now: Timestamp) -> Vec<SendStep> {
        let mut steps = Vec::new();
        for queue in self.queues.values_mut() {
            if queue.over_by().is_none_or(|over_by| !passed(over_by, now)) {
                continue;
            }
            match std::mem::take(&mut queue.under_way) {
                UnderWay::Attempt(local, ..) => {
                    let place = queue.place(&local);
                    steps.extend(place.and_then(|place| queue.doubt(place, now)));
                }
                // It is tried again: nothing has reached the customer.
                UnderWay::Upload(..) | UnderWay::Operation | UnderWay::Nothing => {
                    queue.not_before = now.plus(back_off(queue.failures, 20));
                    queue.failures += 1;
                }
            }
        }
        steps
    }

    /// The queues that can go on by themselves now, and the thread that has
    /// waited longest for a look.
    pub(super) fn tick(&mut self, now: Timestamp) -> (Vec<ConversationId>, Option<SendStep>) {
        let going = self
            .queues
            .iter()
            .filter(|(_, queue)| match queue.next() {
                Some(Job::Reply(reply)) => {
                    let too_early = reply.row.not_before.is_some_and(|at| !passed(at, now));
                    !too_early && passed(queue.not_before, now)
                }
                Some(Job::Operate(..)) => passed(queue.not_before, now),
                None => false,
            })
            .map(|(id, _)| id.clone())
            .collect();
        // One look at a time, so that many doubts do not use up the calls.
        let looking = self.queues.values().any(|queue| queue.reading);
        let look = self
            .queues
            .iter_mut()
            .filter(|_| !looking)
            .filter_map(|(id, queue)| Some((queue.next_look(now)?, id, queue)))
            .filter(|(at, _, _)| *at <= now)
            .min_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let look = look.map(|(_, id, queue)| {
            queue.reading = true;
            SendStep::Read(id.clone())
        });
        (going, look)
    }

    /// The replies of a queue that are queued.
    pub(super) fn queued(&self, id: &ConversationId) -> Vec<LocalId> {
        let replies = self.queues.get(id).into_iter().flat_map(Queue::replies);
        replies
            .filter(|reply| reply.row.state == SendState::Queued)
            .map(|reply| reply.row.local.clone())
            .collect()
    }

    /// Meta shows a conversation that had a name of ours.
    pub(super) fn rename(&mut self, from: &ConversationId, to: &ConversationId) {
        if let Some(mut queue) = self.queues.remove(from) {
            queue.rename(to);
            // After the loss of the cache there may be replies under Meta's id, too.
            self.queues.entry(to.clone()).or_default().join(queue);
        }
    }

    /// Whether something is on its way just now.
    pub(super) fn is_busy(&self) -> bool {
        self.queues.values().any(Queue::is_busy)
    }
}

#[cfg(test)]
mod tests;
