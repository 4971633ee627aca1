//! The life of a reply, and the line of operations that it stands in.
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
//! Each conversation has one line: what is asked for later never overtakes what
//! was asked for earlier. A reply that is held or in doubt holds its line;
//! courtesies and *take* may pass it, *pass* and further replies may not.
//!
//! `line` is the line of one conversation, `rules` the figures and questions.
//! This is a pure state machine: what happened goes in with the time, what has
//! to be done comes out as [`Todo`]s, to be done in their order. A
//! [`Todo::Record`] must be on the disk before what follows it is begun; then no
//! crash loses a reply and no reply is sent twice by the machine. It must not
//! know HTTP, SQL or the clock.

mod line;
mod rules;

use std::collections::{HashMap, VecDeque};

pub(super) use self::rules::{TOLD_APART, TRY_DISK, back_off};
use self::{
    line::{Line, Step},
    rules::{
        LATER_LOOKS, LOOKS, NOT_BEFORE_ATTEMPT, dropped, is_fresh, passed, renewed, tried, why_hold,
    },
};
use crate::domain::{
    Ask, ConversationId, Decision, Held, Known, LocalId, MessageSeen, Mid, Outgoing, Psid, Random,
    STALE_AFTER, SendState, Span, Timestamp,
};

/// Something to be done, in order.
#[allow(clippy::large_enum_variant)] // short-lived, and mostly rows
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Todo {
    /// Write down where a row stands; what follows waits for it.
    Record(Outgoing),
    /// Give the text of a row back to its draft, and drop the row.
    GiveBack(Outgoing),
    /// Treat one row as sent and write a new one down in its place, both or
    /// neither.
    Again {
        /// The one in doubt.
        old: Outgoing,
        /// The one to be sent.
        new: Outgoing,
    },
    /// Meta has it under this id: write it down as sent.
    Sent {
        /// The reply.
        row: Outgoing,
        /// Meta's id.
        mid: Mid,
        /// When, by Meta's clock.
        at: Timestamp,
    },
    /// Make the attempt.
    Post(Outgoing),
    /// Do something else to a thread.
    Act(ConversationId, Psid, Ask),
    /// Read the thread now.
    Read(ConversationId),
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// Meta took it and named it.
    Sent(Mid),
    /// No connection came about: nothing left this computer.
    NotConnected,
    /// Meta did not take it and asks to wait until then.
    Throttled(Timestamp),
    /// Meta does not accept the token; it did not take the reply.
    Token,
    /// Meta did not take it, because the 24 hours are over.
    WindowOver,
    /// Meta surely did not take it.
    Refused(String),
    /// Meta may have it.
    Unknown,
}

/// What is known of a thread when its line goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// By our clock.
    pub(super) now: Timestamp,
    /// By Meta's.
    pub(super) server_now: Timestamp,
    /// When customer and Page last wrote.
    pub(super) known: Known,
    /// When the customer last opened the 24 hours without writing.
    pub(super) opened_at: Option<Timestamp>,
    /// When we last wrote.
    pub(super) agent_at: Option<Timestamp>,
    /// The Page routes, and somebody else or nobody holds the thread.
    pub(super) elsewhere: bool,
}

/// All lines.
#[derive(Debug)]
pub(super) struct Outbox {
    lines: HashMap<ConversationId, Line>,
    closed_until: Option<Timestamp>,
    without_token: bool,
    random: Random,
}

impl Outbox {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            lines: HashMap::new(),
            closed_until: None,
            without_token: false,
            random: Random::seeded(seed),
        }
    }

    /// What a dead program left behind. What was on its way is in doubt; what
    /// was queued goes on.
    pub(super) fn restore(&mut self, rows: Vec<Outgoing>, now: Timestamp) -> Vec<Todo> {
        let mut todos = Vec::new();
        for mut row in rows {
            let line = self.lines.entry(row.conversation.clone()).or_default();
            match row.state {
                SendState::Sent(_) | SendState::Assumed => line.settled.push(row),
                SendState::Refused { .. } => line.refused.push(row),
                SendState::Dropped => {}
                SendState::Queued | SendState::Sending | SendState::Unsure | SendState::Held(_) => {
                    if row.state == SendState::Sending {
                        row.state = SendState::Unsure;
                        todos.push(Todo::Record(row.clone()));
                    }
                    line.steps.push_back(Step::reply(row, now));
                }
            }
        }
        todos
    }

    /// Something to be done to a thread, after what was asked for before.
    pub(super) fn ask(&mut self, id: &ConversationId, psid: Psid, ask: Ask) {
        let line = self.lines.entry(id.clone()).or_default();
        // "Typing" is news only as long as it is the last word.
        let typing =
            |step: &Step| matches!(step, Step::Act(_, ask) if matches!(**ask, Ask::Typing(_)));
        if matches!(ask, Ask::Typing(_)) && line.steps.back().is_some_and(typing) {
            line.steps.pop_back();
        }
        line.steps.push_back(Step::Act(psid, Box::new(ask)));
    }

    /// Something that comes next: the hand-back that belongs to a sent reply.
    pub(super) fn ask_next(&mut self, id: &ConversationId, psid: Psid, ask: Ask) {
        let line = self.lines.entry(id.clone()).or_default();
        line.steps.push_front(Step::Act(psid, Box::new(ask)));
    }

    /// A reply that has been written down.
    pub(super) fn enter(&mut self, row: Outgoing) {
        let line = self.lines.entry(row.conversation.clone()).or_default();
        let look_at = row.at;
        line.steps.push_back(Step::reply(row, look_at));
    }

    /// The next thing to do in a line, if it can go on.
    pub(super) fn go(&mut self, id: &ConversationId, facts: &Facts) -> Vec<Todo> {
        let closed = self.without_token || self.closed_until.is_some_and(|until| facts.now < until);
        let Some(line) = self.lines.get_mut(id) else {
            return Vec::new();
        };
        if line.busy {
            return Vec::new();
        }
        match line.steps.front_mut() {
            None => {
                line.prune(facts.server_now);
                if line.is_empty() {
                    self.lines.remove(id);
                }
                return Vec::new();
            }
            Some(Step::Act(..)) => return line.act(id, 0),
            Some(Step::Reply(reply)) if reply.row.state == SendState::Queued => {
                let row = &mut reply.row;
                let stale = facts.now.since(row.at) > STALE_AFTER;
                let too_early = row.not_before.is_some_and(|at| !passed(at, facts.now));
                if closed || too_early || !passed(line.not_before, facts.now) {
                    // Its time comes.
                } else if !stale && !is_fresh(line.read_at, facts.now) {
                    if !std::mem::replace(&mut line.reading, true) {
                        return vec![Todo::Read(id.clone())];
                    }
                } else if let Some(why) = why_hold(row, facts) {
                    row.state = SendState::Held(why);
                    return vec![Todo::Record(row.clone())];
                } else {
                    row.state = SendState::Sending;
                    row.attempt += 1;
                    row.tried_at = Some(facts.server_now);
                    row.looks = 0;
                    line.busy = true;
                    return vec![Todo::Record(row.clone()), Todo::Post(row.clone())];
                }
            }
            Some(Step::Reply(_)) => {}
        }
        // The head waits: what is no part of the order may pass it.
        let passes = |step: &Step| match step {
            Step::Act(_, ask) => !matches!(**ask, Ask::Pass(_) | Ask::Release | Ask::Send { .. }),
            Step::Reply(_) => false,
        };
        match line.steps.iter().position(passes) {
            Some(at) => line.act(id, at),
            None => Vec::new(),
        }
    }

    /// What was begun in a line (and is no reply) is over.
    pub(super) fn acted(&mut self, id: &ConversationId) {
        if let Some(line) = self.lines.get_mut(id) {
            line.busy = false;
        }
    }

    /// An attempt is over. An echo may have told already.
    pub(super) fn answered(
        &mut self,
        id: &ConversationId,
        local: &LocalId,
        answer: Answer,
        (now, server_now): (Timestamp, Timestamp),
    ) -> Vec<Todo> {
        let jitter = self.random.below(41);
        let Some(line) = self.lines.get_mut(id) else {
            return Vec::new();
        };
        line.busy = false;
        let Some(at) = line.place(local) else {
            return Vec::new();
        };
        let Some(Step::Reply(reply)) = line.steps.get_mut(at) else {
            return Vec::new();
        };
        let row = &mut reply.row;
        match answer {
            Answer::Sent(mid) => {
                line.failures = 0;
                // Between attempt and answer: what the customer wrote since the
                // attempt came after it.
                let when = row.tried_at.unwrap_or(server_now);
                return line.sent(at, mid, when);
            }
            Answer::NotConnected => {
                row.state = SendState::Queued;
                line.not_before = now.plus(back_off(line.failures, jitter));
                line.failures += 1;
            }
            Answer::Throttled(until) => {
                row.state = SendState::Queued;
                self.closed_until = Some(until);
            }
            Answer::Token => {
                row.state = SendState::Queued;
                self.without_token = true;
            }
            Answer::WindowOver => row.state = SendState::Held(Held::WindowOver),
            Answer::Refused(why) => {
                row.state = SendState::Refused {
                    why,
                    given_back: false,
                };
                let row = row.clone();
                line.steps.remove(at);
                line.refused.push(row.clone());
                let mut todos = vec![Todo::Record(row)];
                todos.extend(line.hold_what_follows(local));
                return todos;
            }
            Answer::Unknown => {
                row.state = SendState::Unsure;
                (reply.look_at, reply.looked) = (now.plus(Span::seconds(LOOKS[0])), 1);
            }
        }
        vec![Todo::Record(reply.row.clone())]
    }

    /// An echo with our id: Meta has it, whatever became of the answer.
    pub(super) fn echoed(
        &mut self,
        id: &ConversationId,
        local: &LocalId,
        mid: Mid,
        at: Timestamp,
    ) -> Vec<Todo> {
        let Some(line) = self.lines.get_mut(id) else {
            return Vec::new();
        };
        match line.place(local) {
            Some(place) => line.sent(place, mid, at),
            None => Vec::new(),
        }
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
    ) -> Vec<Todo> {
        let Some(line) = self.lines.get_mut(id) else {
            return Vec::new();
        };
        line.reading = false;
        line.read_at = Some(now);
        let mut todos = line.find(messages);
        let oldest = messages.iter().map(|seen| seen.message.at).min();
        for step in &mut line.steps {
            let Step::Reply(reply) = step else { continue };
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
                todos.push(Todo::Record(reply.row.clone()));
            }
        }
        todos
    }

    /// Messages that arrived by another way than reading their thread.
    pub(super) fn found(&mut self, id: &ConversationId, messages: &[MessageSeen]) -> Vec<Todo> {
        self.lines
            .get_mut(id)
            .map(|line| line.find(messages))
            .unwrap_or_default()
    }

    /// The refused replies of a thread are dropped.
    pub(super) fn drop_refused(&mut self, id: &ConversationId) {
        if let Some(line) = self.lines.get_mut(id) {
            line.refused.clear();
        }
    }

    /// The thread could not be read. Where Meta refuses it, replies go out all
    /// the same: nothing fresher is to be had.
    pub(super) fn read_failed(&mut self, id: &ConversationId, refused: bool, now: Timestamp) {
        let jitter = self.random.below(41);
        let Some(line) = self.lines.get_mut(id) else {
            return;
        };
        line.reading = false;
        if refused {
            line.read_at = Some(now);
        }
        let pause = back_off(line.failures, jitter);
        line.failures += 1;
        if !refused {
            line.not_before = now.plus(pause);
        }
        for step in &mut line.steps {
            if let Step::Reply(reply) = step {
                reply.look_at = reply.look_at.max(now.plus(pause));
            }
        }
    }

    /// Calls succeed again.
    pub(super) fn link_is_up(&mut self, now: Timestamp) {
        self.without_token = false;
        for line in self.lines.values_mut() {
            (line.not_before, line.failures) = (now, 0);
            line.look_now(now);
        }
    }

    /// Somebody opens the thread: they want to know now.
    pub(super) fn opened(&mut self, id: &ConversationId, now: Timestamp) {
        if let Some(line) = self.lines.get_mut(id) {
            line.look_now(now);
        }
    }

    /// A person has decided about a reply.
    pub(super) fn decide(
        &mut self,
        id: &ConversationId,
        local: &LocalId,
        decision: Decision,
        facts: &Facts,
    ) -> Vec<Todo> {
        let Some(line) = self.lines.get_mut(id) else {
            return Vec::new();
        };
        if let Some(at) = line.refused.iter().position(|row| row.local == *local) {
            let row = line.refused.remove(at);
            return match decision {
                Decision::SendNow => {
                    let row = renewed(row, facts);
                    self.enter(row.clone());
                    vec![Todo::Record(row)]
                }
                decision => dropped(row, decision == Decision::TakeBack),
            };
        }
        let Some(at) = line.place(local) else {
            return Vec::new();
        };
        let Some(Step::Reply(reply)) = line.steps.get_mut(at) else {
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
                line.settled.push(old.clone());
                vec![Todo::Again { old, new: again }]
            }
            (SendState::Unsure, Decision::TreatAsSent) => match line.steps.remove(at) {
                Some(Step::Reply(reply)) => vec![line.assume(reply.row)],
                _ => Vec::new(),
            },
            (SendState::Held(_), Decision::SendNow) => {
                reply.row = renewed(reply.row.clone(), facts);
                vec![Todo::Record(reply.row.clone())]
            }
            (
                SendState::Held(_) | SendState::Queued,
                decision @ (Decision::TakeBack | Decision::Drop),
            ) => match line.steps.remove(at) {
                Some(Step::Reply(reply)) => {
                    let mut todos = dropped(reply.row, decision == Decision::TakeBack);
                    todos.extend(line.hold_what_follows(local));
                    todos
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
        let Some(line) = self.lines.get_mut(&row.conversation) else {
            return;
        };
        line.busy = false;
        line.not_before = now.plus(TRY_DISK);
        if let Some(at) = line.place(&row.local)
            && let Some(Step::Reply(reply)) = line.steps.get_mut(at)
            && reply.row.state == SendState::Sending
        {
            reply.row.state = SendState::Queued;
            reply.row.attempt = reply.row.attempt.saturating_sub(1);
        }
    }

    /// A line cannot go on for a trouble that is not its own: not at once again.
    pub(super) fn hold_off(&mut self, id: &ConversationId, now: Timestamp) {
        if let Some(line) = self.lines.get_mut(id) {
            line.not_before = now.plus(TRY_DISK);
        }
    }

    /// After a refused *take*: the replies that were to follow it, up to now
    /// unsent, are refused too, and courtesies go.
    pub(super) fn take_refused(&mut self, id: &ConversationId, why: &str) -> Vec<Todo> {
        let Some(line) = self.lines.get_mut(id) else {
            return Vec::new();
        };
        let mut todos = Vec::new();
        let mut rest = VecDeque::new();
        for step in line.steps.drain(..) {
            match step {
                Step::Reply(mut reply) if reply.row.state == SendState::Queued => {
                    reply.row.state = SendState::Refused {
                        why: why.to_owned(),
                        given_back: false,
                    };
                    line.refused.push(reply.row.clone());
                    todos.push(Todo::Record(reply.row));
                }
                step @ Step::Reply(_) => rest.push_back(step),
                Step::Act(..) => {}
            }
        }
        line.steps = rest;
        todos
    }

    /// When something is due by itself. No later than in five minutes, also
    /// when the clock was set back meanwhile.
    pub(super) fn due(&self, now: Timestamp) -> Option<Timestamp> {
        let closed = match (self.without_token, self.closed_until) {
            (true, _) => None,
            (false, until) => Some(until.unwrap_or(now)),
        };
        let looking = self.lines.values().any(|line| line.reading);
        let due = |line: &Line| {
            let go = match line.next() {
                Some(Step::Act(..)) => Some(now.max(line.not_before)),
                Some(Step::Reply(reply)) => closed.map(|until| {
                    let own = reply.row.not_before.unwrap_or(line.not_before);
                    until.max(line.not_before).max(own)
                }),
                None => None,
            };
            let look = line.next_look(now).filter(|_| !looking);
            look.into_iter().chain(go).min()
        };
        let due = self.lines.values().filter_map(due).min()?;
        Some(due.min(now.plus(LATER_LOOKS)))
    }

    /// The lines that can go on by themselves now, and the thread that has
    /// waited longest for a look.
    pub(super) fn tick(&mut self, now: Timestamp) -> (Vec<ConversationId>, Option<Todo>) {
        let going = self
            .lines
            .iter()
            .filter(|(_, line)| match line.next() {
                Some(Step::Reply(reply)) => {
                    let too_early = reply.row.not_before.is_some_and(|at| !passed(at, now));
                    !too_early && passed(line.not_before, now)
                }
                Some(Step::Act(..)) => passed(line.not_before, now),
                None => false,
            })
            .map(|(id, _)| id.clone())
            .collect();
        // One look at a time, so that many doubts do not use up the calls.
        let looking = self.lines.values().any(|line| line.reading);
        let look = self
            .lines
            .iter_mut()
            .filter(|_| !looking)
            .filter_map(|(id, line)| Some((line.next_look(now)?, id, line)))
            .filter(|(at, _, _)| *at <= now)
            .min_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let look = look.map(|(_, id, line)| {
            line.reading = true;
            Todo::Read(id.clone())
        });
        (going, look)
    }

    /// The replies of a line that are queued.
    pub(super) fn queued(&self, id: &ConversationId) -> Vec<LocalId> {
        let replies = self.lines.get(id).into_iter().flat_map(Line::replies);
        replies
            .filter(|reply| reply.row.state == SendState::Queued)
            .map(|reply| reply.row.local.clone())
            .collect()
    }

    /// Whether something is on its way just now.
    pub(super) fn is_busy(&self) -> bool {
        self.lines.values().any(|line| line.busy)
    }
}

#[cfg(test)]
mod tests;
