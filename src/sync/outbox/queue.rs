//! The queue of one conversation: what waits, what is under way, and which of
//! its messages are told apart already.

use std::collections::VecDeque;

use super::rules::{
    LATER_LOOKS, LOOK_FOR, NOT_AFTER_ATTEMPT, NOT_BEFORE_ATTEMPT, TOLD_APART, plain, tried,
};
use crate::{
    domain::{
        Author, ConversationId, HoldReason, LocalId, MessageSeen, Mid, Operation, Outgoing, Part,
        Psid, SendState, Timestamp,
    },
    sync::outbox::SendStep,
};

#[derive(Debug)]
pub(super) enum Job {
    Operate(Psid, Box<Operation>),
    Reply(Box<QueuedReply>),
}

impl Job {
    pub(super) fn reply(row: Outgoing, look_at: Timestamp) -> Self {
        Self::Reply(Box::new(QueuedReply {
            row,
            look_at,
            looked: 0,
        }))
    }
}

/// A reply, and when to look for it if it is in doubt.
#[derive(Debug)]
pub(super) struct QueuedReply {
    pub(super) row: Outgoing,
    pub(super) look_at: Timestamp,
    pub(super) looked: usize,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) jobs: VecDeque<Job>,
    /// An operation of this queue is under way.
    pub(super) busy: bool,
    /// A read of the thread is under way.
    pub(super) reading: bool,
    /// When the thread was last read whole-heartedly.
    pub(super) read_at: Option<Timestamp>,
    pub(super) not_before: Timestamp,
    pub(super) failures: usize,
    pub(super) refused: Vec<Outgoing>,
    /// Sent, or treated as sent: which messages are told apart already.
    pub(super) settled: Vec<Outgoing>,
}

impl Queue {
    /// What could go next: an operation, or a queued reply. `None` when something is
    /// under way, or the head waits for an answer or for a person.
    pub(super) fn next(&self) -> Option<&Job> {
        self.jobs
            .front()
            .filter(|_| !self.busy && !self.reading)
            .filter(|job| match job {
                Job::Operate(..) => true,
                Job::Reply(reply) => reply.row.state == SendState::Queued,
            })
    }

    pub(super) fn replies(&self) -> impl Iterator<Item = &QueuedReply> {
        self.jobs.iter().filter_map(|job| match job {
            Job::Reply(reply) => Some(&**reply),
            Job::Operate(..) => None,
        })
    }

    pub(super) fn begin(&mut self, id: &ConversationId, at: usize) -> Vec<SendStep> {
        match self.jobs.remove(at) {
            Some(Job::Operate(psid, operation)) => {
                self.busy = true;
                vec![SendStep::Operate(id.clone(), psid, *operation)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn place(&self, local: &LocalId) -> Option<usize> {
        self.jobs
            .iter()
            .position(|job| matches!(job, Job::Reply(reply) if reply.row.local == *local))
    }

    /// The reply at `at` is Meta's message `mid`. If another reply was taken for
    /// that message by its looks, that one is in doubt again.
    pub(super) fn sent(&mut self, at: usize, mid: Mid, when: Timestamp) -> Vec<SendStep> {
        let mut steps = Vec::new();
        let Some(Job::Reply(reply)) = self.jobs.remove(at) else {
            return steps;
        };
        let taken = SendState::Sent(mid.clone());
        if let Some(other) = self.settled.iter().position(|row| row.state == taken) {
            let mut row = self.settled.remove(other);
            row.state = SendState::Unsure;
            steps.push(SendStep::Record(row.clone()));
            self.jobs.push_front(Job::reply(row, when));
        }
        let mut row = reply.row;
        row.state = taken;
        self.settled.push(row.clone());
        steps.push(SendStep::Sent { row, mid, at: when });
        steps
    }

    /// Replies in doubt that stand among `messages`: a message of the Page with
    /// the same words, not told apart yet, from [`NOT_BEFORE_ATTEMPT`] to
    /// [`NOT_AFTER_ATTEMPT`]. Equal replies get equal messages in their order.
    pub(super) fn find(&mut self, messages: &[MessageSeen]) -> Vec<SendStep> {
        let mut steps = Vec::new();
        let in_doubt = self
            .replies()
            .map(|reply| &reply.row)
            .filter(|row| row.state == SendState::Unsure);
        // What a person has settled already gets what is left.
        let assumed = |row: &&Outgoing| row.state == SendState::Assumed;
        let doubtful: Vec<Outgoing> = in_doubt
            .chain(self.settled.iter().filter(assumed))
            .cloned()
            .collect();
        for row in doubtful {
            let words = plain(&row.text);
            // A reply of the same words that is on its way just now may be what
            // is seen: then its own answer decides.
            let on_its_way = self.replies().any(|reply| {
                reply.row.state == SendState::Sending && plain(&reply.row.text) == words
            });
            if on_its_way {
                continue;
            }
            let tried_at = tried(&row);
            let near = |at: Timestamp| {
                tried_at.plus(NOT_BEFORE_ATTEMPT) <= at && at <= tried_at.plus(NOT_AFTER_ATTEMPT)
            };
            let bound = |mid: &Mid| {
                self.settled
                    .iter()
                    .any(|row| row.state == SendState::Sent(mid.clone()))
            };
            let found = messages
                .iter()
                .map(|seen| &seen.message)
                .filter(|m| may_be_ours(&m.author) && near(m.at) && plain(&m.text) == words)
                .filter(|m| row.file.is_none() || has_file(&m.parts))
                .filter(|m| !bound(&m.mid))
                .min_by_key(|m| m.at);
            let Some((mid, at)) = found.map(|m| (m.mid.clone(), m.at)) else {
                continue;
            };
            if let Some(place) = self.place(&row.local) {
                steps.extend(self.sent(place, mid, at));
            } else if let Some(row) = self.settled.iter_mut().find(|r| r.local == row.local) {
                row.state = SendState::Sent(mid.clone());
                let row = row.clone();
                steps.push(SendStep::Sent { row, mid, at });
            }
        }
        steps
    }

    /// A part of a text did not go: what comes after it waits for a person, or
    /// the customer would read an end without its beginning.
    pub(super) fn hold_what_follows(&mut self, local: &LocalId) -> Vec<SendStep> {
        let mut before = vec![local.clone()];
        let mut steps = Vec::new();
        for job in &mut self.jobs {
            let Job::Reply(reply) = job else { continue };
            let row = &mut reply.row;
            let is_part = row.follows.as_ref().is_some_and(|f| before.contains(f));
            if is_part && row.state == SendState::Queued {
                row.state = SendState::Held(HoldReason::PartBefore);
                before.push(row.local.clone());
                steps.push(SendStep::Record(row.clone()));
            }
        }
        steps
    }

    pub(super) fn assume(&mut self, mut row: Outgoing) -> SendStep {
        row.state = SendState::Assumed;
        self.settled.push(row.clone());
        SendStep::Record(row)
    }

    pub(super) fn look_now(&mut self, now: Timestamp) {
        for job in &mut self.jobs {
            if let Job::Reply(reply) = job {
                reply.look_at = reply.look_at.min(now);
            }
        }
    }

    /// When the thread is to be looked at for the sake of a reply in doubt.
    pub(super) fn next_look(&self, now: Timestamp) -> Option<Timestamp> {
        let looked_for = |reply: &&QueuedReply| {
            reply.row.state == SendState::Unsure && now.since(reply.row.at) <= LOOK_FOR
        };
        let at = self
            .replies()
            .filter(looked_for)
            .map(|reply| reply.look_at)
            .min()?;
        (!self.reading).then(|| at.min(now.plus(LATER_LOOKS)))
    }

    /// Forgets what was sent long enough ago, unless something in doubt was
    /// tried at about the same time: one message cannot be two replies.
    pub(super) fn prune(&mut self, server_now: Timestamp) {
        let open: Vec<Timestamp> = self
            .settled
            .iter()
            .filter(|row| row.state == SendState::Assumed)
            .chain(self.replies().map(|reply| &reply.row))
            .map(tried)
            .collect();
        self.settled.retain(|row| match row.state {
            SendState::Assumed => server_now.since(tried(row)) <= LOOK_FOR,
            _ => {
                let near = |at: &Timestamp| at.since(tried(row)).abs() <= TOLD_APART;
                open.iter().chain([&server_now]).any(near)
            }
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.settled.is_empty() && self.refused.is_empty() && !self.reading
    }
}

fn has_file(parts: &[Part]) -> bool {
    parts.iter().any(|part| matches!(part, Part::File { .. }))
}

/// "The Page" may be us; an app that is named, or Meta's inbox, is not.
fn may_be_ours(author: &Author) -> bool {
    matches!(author, Author::Page | Author::Me)
}
