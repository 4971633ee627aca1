//! The queue of one conversation: what waits, what is under way, and which of
//! its messages are told apart already.

use std::collections::VecDeque;

use super::rules::{
    LATER_LOOKS, LOOK_FOR, LOOKS, NOT_AFTER_ATTEMPT, NOT_BEFORE_ATTEMPT, TOLD_APART, plain, tried,
};
use crate::{
    domain::{
        Author, Content, ConversationId, HoldReason, LocalId, MessageSeen, Mid, Operation,
        Outgoing, Part, Psid, SendState, Span, Timestamp,
    },
    sync::outbox::{MediaIds, SendStep},
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
            media: None,
        }))
    }
}

/// A reply, and when to look for it if it is in doubt.
#[derive(Debug)]
pub(super) struct QueuedReply {
    pub(super) row: Outgoing,
    pub(super) look_at: Timestamp,
    pub(super) looked: usize,
    /// Meta's ids of its files, once it has them.
    pub(super) media: Option<MediaIds>,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) jobs: VecDeque<Job>,
    pub(super) under_way: UnderWay,
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

/// What is on its way from a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum UnderWay {
    /// Nothing: the next may go.
    #[default]
    Nothing,
    /// A call that is no reply.
    Operation,
    /// The files of a reply, which are there by a certain moment (our clock) or not at
    /// all.
    Upload(LocalId, Timestamp),
    /// This attempt at a reply, which is over by a certain moment (our clock)
    /// whatever becomes of the call.
    Attempt(LocalId, u32, Timestamp),
}

impl Queue {
    /// What could go next: an operation, or a queued reply. `None` when something is
    /// under way, or the head waits for an answer or for a person.
    pub(super) fn next(&self) -> Option<&Job> {
        self.jobs
            .front()
            .filter(|_| !self.is_busy() && !self.reading)
            .filter(|job| match job {
                Job::Operate(..) => true,
                Job::Reply(reply) => reply.row.state == SendState::Queued,
            })
    }

    pub(super) fn is_busy(&self) -> bool {
        self.under_way != UnderWay::Nothing
    }

    /// By when the attempt that is under way is over.
    pub(super) fn over_by(&self) -> Option<Timestamp> {
        match self.under_way {
            UnderWay::Attempt(_, _, at) | UnderWay::Upload(_, at) => Some(at),
            UnderWay::Nothing | UnderWay::Operation => None,
        }
    }

    /// An attempt is over, if it is this one.
    pub(super) fn attempt_over(&mut self, local: &LocalId, attempt: u32) {
        if matches!(&self.under_way, UnderWay::Attempt(l, a, _) if l == local && *a == attempt) {
            self.under_way = UnderWay::Nothing;
        }
    }

    /// The files of a reply are with Meta, or did not get there. Whether they were
    /// waited for.
    pub(super) fn upload_over(&mut self, local: &LocalId) -> bool {
        let waited = matches!(&self.under_way, UnderWay::Upload(l, _) if l == local);
        if waited {
            self.under_way = UnderWay::Nothing;
        }
        waited
    }

    /// Nobody knows what became of the attempt at the reply at `at`: it is in
    /// doubt, and looked for soon.
    pub(super) fn doubt(&mut self, at: usize, now: Timestamp) -> Option<SendStep> {
        let Some(Job::Reply(reply)) = self.jobs.get_mut(at) else {
            return None;
        };
        reply.row.state = SendState::Unsure;
        (reply.look_at, reply.looked) = (now.plus(Span::seconds(LOOKS[0])), 1);
        Some(SendStep::Record(reply.row.clone()))
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
                self.under_way = UnderWay::Operation;
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
        let Some(Job::Reply(reply)) = self.jobs.remove(at) else {
            return Vec::new();
        };
        let mut steps = self.unbind(&mid, when);
        steps.push(self.settle(reply.row, mid, when));
        steps
    }

    /// Meta itself names the reply `local` as its message `mid`: that is proof at
    /// any time, also of one that was called refused, or that was taken for another
    /// message.
    pub(super) fn proven(&mut self, local: &LocalId, mid: Mid, when: Timestamp) -> Vec<SendStep> {
        if let Some(at) = self.place(local) {
            return self.sent(at, mid, when);
        }
        let known = SendState::Sent(mid.clone());
        let rows = [&mut self.settled, &mut self.refused];
        let found = rows.into_iter().find_map(|rows| {
            let at = rows.iter().position(|row| row.local == *local)?;
            (rows[at].state != known).then(|| rows.remove(at))
        });
        found.map_or_else(Vec::new, |row| self.name(row, mid, when))
    }

    /// A reply that does not stand here gets its name.
    pub(super) fn name(&mut self, row: Outgoing, mid: Mid, when: Timestamp) -> Vec<SendStep> {
        let mut steps = self.unbind(&mid, when);
        steps.push(self.settle(row, mid, when));
        steps
    }

    /// The message `mid` is another reply than the one that was taken for it by
    /// its looks: that one is in doubt again.
    fn unbind(&mut self, mid: &Mid, when: Timestamp) -> Vec<SendStep> {
        let taken = SendState::Sent(mid.clone());
        let Some(other) = self.settled.iter().position(|row| row.state == taken) else {
            return Vec::new();
        };
        let mut row = self.settled.remove(other);
        row.state = SendState::Unsure;
        let step = SendStep::Record(row.clone());
        self.jobs.push_front(Job::reply(row, when));
        vec![step]
    }

    fn settle(&mut self, mut row: Outgoing, mid: Mid, at: Timestamp) -> SendStep {
        row.state = SendState::Sent(mid.clone());
        self.settled.push(row.clone());
        SendStep::Sent { row, mid, at }
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
            if !row.content.is_found_by_reading() {
                continue;
            }
            let words = plain(row.content.text());
            // A reply of the same words that is on its way just now may be what
            // is seen: then its own answer decides.
            let on_its_way = self.replies().any(|reply| {
                reply.row.state == SendState::Sending && plain(reply.row.content.text()) == words
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
                .filter(|m| came_with(&row.content, &m.parts))
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

    /// All rows belong to this conversation.
    pub(super) fn rename(&mut self, to: &ConversationId) {
        for job in &mut self.jobs {
            if let Job::Reply(reply) = job {
                reply.row.conversation = to.clone();
            }
        }
        for row in self.refused.iter_mut().chain(&mut self.settled) {
            row.conversation = to.clone();
        }
    }

    /// Takes over what another queue of the same conversation holds, behind its own.
    pub(super) fn join(&mut self, other: Self) {
        self.jobs.extend(other.jobs);
        self.refused.extend(other.refused);
        self.settled.extend(other.settled);
        self.reading |= other.reading;
        self.read_at = self.read_at.max(other.read_at);
        self.not_before = self.not_before.max(other.not_before);
        self.failures = self.failures.max(other.failures);
        if self.under_way == UnderWay::Nothing {
            self.under_way = other.under_way;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.settled.is_empty() && self.refused.is_empty() && !self.reading
    }
}

/// What is not text of a message came with it.
fn came_with(content: &Content, parts: &[Part]) -> bool {
    let has = |kind: fn(&Part) -> bool| parts.iter().any(kind);
    match content {
        Content::Text(_) | Content::Template(_) => true,
        Content::Files(_) | Content::Link(_) | Content::Saved(_) => {
            has(|part| matches!(part, Part::File { .. }))
        }
        // Read back, a sticker may be a picture.
        Content::Like => has(|part| matches!(part, Part::Sticker | Part::File { .. })),
    }
}

/// "The Page" may be us; an app that is named, or Meta's inbox, is not.
fn may_be_ours(author: &Author) -> bool {
    matches!(author, Author::Page | Author::Me)
}
