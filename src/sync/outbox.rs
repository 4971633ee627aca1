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
//! This is a pure state machine: what happened goes in with the time, what has
//! to be done comes out as [`Todo`]s, to be done in their order. A
//! [`Todo::Record`] must be on the disk before what follows it is begun; then no
//! crash loses a reply and no reply is sent twice by the machine. It must not
//! know HTTP, SQL or the clock.

use std::collections::{HashMap, VecDeque};

use crate::domain::{
    Ask, ConversationId, Decision, Held, Known, LocalId, MessageSeen, Mid, Outgoing, Psid, Random,
    ReplyAs, STALE_AFTER, SendAs, SendState, Span, Timestamp, Window,
};

/// A thread that was read longer ago is read again before a reply goes out.
const FRESH: Span = Span::seconds(10);
/// Pauses after the first, second … attempt that found no connection.
pub(super) const BACK_OFF: [i64; 6] = [1, 2, 4, 8, 15, 30];
/// Pauses between looks for a reply in doubt: 3, 10, 30 and 60 s after the
/// attempt, then every five minutes.
const LOOKS: [i64; 4] = [3, 7, 20, 30];
const LATER_LOOKS: Span = Span::minutes(5);
/// Replies tried this near to each other may be taken for each other.
pub(super) const TOLD_APART: Span = Span::minutes(5);
/// So long it is looked for.
const LOOK_FOR: Span = Span::hours(24);
/// A message written from here …
const NOT_BEFORE_ATTEMPT: Span = Span::seconds(-5);
/// … to here after the attempt may be the reply: two minutes after the end of
/// the longest call.
const NOT_AFTER_ATTEMPT: Span = Span::seconds(150);
/// After the disk did not take something.
const TRY_DISK: Span = Span::seconds(1);

/// Something to be done, in order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Todo {
    /// Write a new row down.
    Enter(Outgoing),
    /// Write down where a row stands; what follows waits for it.
    Record(Outgoing),
    /// Give the text of a row back to its draft, and drop the row.
    GiveBack(Outgoing),
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
    /// When we last wrote.
    pub(super) agent_at: Option<Timestamp>,
    /// The Page routes, and somebody else or nobody holds the thread.
    pub(super) elsewhere: bool,
}

#[derive(Debug)]
enum Step {
    Act(Psid, Box<Ask>),
    Reply(Box<Doubt>),
}

/// A reply, and when to look for it if it is in doubt.
#[derive(Debug)]
struct Doubt {
    row: Outgoing,
    look_at: Timestamp,
    looked: usize,
}

#[derive(Debug, Default)]
struct Line {
    steps: VecDeque<Step>,
    /// An operation of this line is under way.
    busy: bool,
    /// A read of the thread is under way.
    reading: bool,
    /// When the thread was last read whole-heartedly.
    read_at: Option<Timestamp>,
    not_before: Timestamp,
    failures: usize,
    refused: Vec<Outgoing>,
    /// Sent, or treated as sent: which messages are told apart already.
    settled: Vec<Outgoing>,
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
                    line.steps.push_back(Step::Reply(Box::new(Doubt {
                        row,
                        look_at: now,
                        looked: 0,
                    })));
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
        line.steps.push_back(Step::Reply(Box::new(Doubt {
            look_at: row.at,
            row,
            looked: 0,
        })));
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
                if closed || facts.now < line.not_before {
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
                return line.sent(at, mid, server_now);
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
                return vec![Todo::Record(row)];
            }
            Answer::Unknown => {
                row.state = SendState::Unsure;
                (reply.look_at, reply.looked) = (now.plus(Span::seconds(LOOKS[0])), 1);
            }
        }
        vec![Todo::Record(reply.row.clone())]
    }

    /// An echo with our id: Meta has it, whatever became of the answer.
    #[cfg_attr(not(test), allow(dead_code))] // its door is the webhook's
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
                let old = std::mem::replace(&mut reply.row, again.clone());
                vec![line.assume(old), Todo::Enter(again)]
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
                Some(Step::Reply(reply)) => dropped(reply.row, decision == Decision::TakeBack),
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
        let due = |line: &Line| {
            let queued = matches!(line.steps.front(), Some(Step::Reply(r)) if r.row.state == SendState::Queued);
            let send = closed
                .filter(|_| queued && !line.busy && !line.reading)
                .map(|until| until.max(line.not_before));
            line.next_look(now).into_iter().chain(send).min()
        };
        let due = self.lines.values().filter_map(due).min()?;
        Some(due.min(now.plus(LATER_LOOKS)))
    }

    /// The lines that can go on by themselves now, and the thread that has
    /// waited longest for a look.
    pub(super) fn tick(&mut self, now: Timestamp) -> (Vec<ConversationId>, Option<Todo>) {
        let ready = |line: &Line| {
            !line.busy
                && !line.reading
                && matches!(line.steps.front(), Some(Step::Reply(r)) if r.row.state == SendState::Queued)
                && (line.not_before <= now || line.not_before > now.plus(LATER_LOOKS))
        };
        let going = self
            .lines
            .iter()
            .filter(|(_, line)| ready(line))
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
        let steps = self.lines.get(id).into_iter().flat_map(|line| &line.steps);
        steps
            .filter_map(|step| match step {
                Step::Reply(reply) if reply.row.state == SendState::Queued => {
                    Some(reply.row.local.clone())
                }
                _ => None,
            })
            .collect()
    }

    /// Whether something is on its way just now.
    pub(super) fn is_busy(&self) -> bool {
        self.lines.values().any(|line| line.busy)
    }
}

impl Line {
    fn act(&mut self, id: &ConversationId, at: usize) -> Vec<Todo> {
        match self.steps.remove(at) {
            Some(Step::Act(psid, ask)) => {
                self.busy = true;
                vec![Todo::Act(id.clone(), psid, *ask)]
            }
            _ => Vec::new(),
        }
    }

    fn place(&self, local: &LocalId) -> Option<usize> {
        self.steps
            .iter()
            .position(|step| matches!(step, Step::Reply(reply) if reply.row.local == *local))
    }

    /// The reply at `at` is Meta's message `mid`. If another reply was taken for
    /// that message by its looks, that one is in doubt again.
    fn sent(&mut self, at: usize, mid: Mid, when: Timestamp) -> Vec<Todo> {
        let mut todos = Vec::new();
        let Some(Step::Reply(reply)) = self.steps.remove(at) else {
            return todos;
        };
        let taken = SendState::Sent(mid.clone());
        if let Some(other) = self.settled.iter().position(|row| row.state == taken) {
            let mut row = self.settled.remove(other);
            row.state = SendState::Unsure;
            todos.push(Todo::Record(row.clone()));
            self.steps.push_front(Step::Reply(Box::new(Doubt {
                look_at: when,
                row,
                looked: 0,
            })));
        }
        let mut row = reply.row;
        row.state = taken;
        self.settled.push(row.clone());
        todos.push(Todo::Sent { row, mid, at: when });
        todos
    }

    /// Replies in doubt that stand among `messages`: a message of the Page with
    /// the same words, not told apart yet, from 5 s before to 120 s after the
    /// attempt. Equal replies get equal messages in their order.
    fn find(&mut self, messages: &[MessageSeen]) -> Vec<Todo> {
        let mut todos = Vec::new();
        let in_doubt = self.steps.iter().filter_map(|step| match step {
            Step::Reply(reply) if reply.row.state == SendState::Unsure => Some(&reply.row),
            _ => None,
        });
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
            let on_its_way = self.steps.iter().any(|step| {
                matches!(step, Step::Reply(reply)
                    if reply.row.state == SendState::Sending && plain(&reply.row.text) == words)
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
                .filter(|m| m.author.is_page() && near(m.at) && plain(&m.text) == words)
                .filter(|m| !bound(&m.mid))
                .min_by_key(|m| m.at);
            let Some((mid, at)) = found.map(|m| (m.mid.clone(), m.at)) else {
                continue;
            };
            if let Some(place) = self.place(&row.local) {
                todos.extend(self.sent(place, mid, at));
            } else if let Some(row) = self.settled.iter_mut().find(|r| r.local == row.local) {
                row.state = SendState::Sent(mid.clone());
                let row = row.clone();
                todos.push(Todo::Sent { row, mid, at });
            }
        }
        todos
    }

    fn assume(&mut self, mut row: Outgoing) -> Todo {
        row.state = SendState::Assumed;
        self.settled.push(row.clone());
        Todo::Record(row)
    }

    fn look_now(&mut self, now: Timestamp) {
        for step in &mut self.steps {
            if let Step::Reply(reply) = step {
                reply.look_at = reply.look_at.min(now);
            }
        }
    }

    /// When the thread is to be looked at for the sake of a reply in doubt.
    fn next_look(&self, now: Timestamp) -> Option<Timestamp> {
        let looked_for = |reply: &&Doubt| {
            reply.row.state == SendState::Unsure && now.since(reply.row.at) <= LOOK_FOR
        };
        let replies = self.steps.iter().filter_map(|step| match step {
            Step::Reply(reply) => Some(&**reply),
            Step::Act(..) => None,
        });
        let at = replies
            .filter(looked_for)
            .map(|reply| reply.look_at)
            .min()?;
        (!self.reading).then(|| at.min(now.plus(LATER_LOOKS)))
    }

    /// Forgets what was sent long enough ago, unless something in doubt was
    /// tried at about the same time: one message cannot be two replies.
    fn prune(&mut self, server_now: Timestamp) {
        let open: Vec<Timestamp> = self
            .settled
            .iter()
            .filter(|row| row.state == SendState::Assumed)
            .chain(self.steps.iter().filter_map(|step| match step {
                Step::Reply(reply) => Some(&reply.row),
                Step::Act(..) => None,
            }))
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

    fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.settled.is_empty() && self.refused.is_empty() && !self.reading
    }
}

/// When a reply was last tried, by Meta's clock.
fn tried(row: &Outgoing) -> Timestamp {
    row.tried_at.unwrap_or(row.at)
}

/// A row that a person sends anew: what they see now is what they know.
fn renewed(row: Outgoing, facts: &Facts) -> Outgoing {
    let choice = Window::at(facts.server_now, facts.known.customer_at)
        .choose(facts.server_now, ReplyAs::Auto);
    Outgoing {
        at: facts.now,
        known: facts.known,
        send_as: match (row.send_as, choice) {
            (SendAs::Response, Ok(SendAs::HumanAgent)) => SendAs::HumanAgent,
            (send_as, _) => send_as,
        },
        state: SendState::Queued,
        looks: 0,
        ..row
    }
}

fn dropped(mut row: Outgoing, give_back: bool) -> Vec<Todo> {
    if give_back {
        return vec![Todo::GiveBack(row)];
    }
    row.state = SendState::Dropped;
    vec![Todo::Record(row)]
}

fn is_fresh(read_at: Option<Timestamp>, now: Timestamp) -> bool {
    read_at.is_some_and(|read| now.since(read) <= FRESH && read <= now)
}

/// Why a person should look at a reply before it goes out.
fn why_hold(row: &Outgoing, facts: &Facts) -> Option<Held> {
    if facts.now.since(row.at) > STALE_AFTER {
        return Some(Held::Stale);
    }
    if facts.known.customer_at > row.known.customer_at {
        return Some(Held::CustomerWrote);
    }
    if facts.known.page_at > row.known.page_at && facts.known.page_at > facts.agent_at {
        return Some(Held::Answered);
    }
    if facts.elsewhere {
        return Some(Held::ControlLost);
    }
    let window = Window::at(facts.server_now, facts.known.customer_at);
    match (window.choose(facts.server_now, ReplyAs::Auto), row.send_as) {
        (Err(_), _) => Some(Held::WindowClosed),
        (Ok(SendAs::HumanAgent), SendAs::Response) => Some(Held::WindowOver),
        _ => None,
    }
}

/// A pause after `failures`, give or take a fifth; `jitter` is from 0 to 40.
pub(super) fn back_off(failures: usize, jitter: u64) -> Span {
    let seconds = BACK_OFF[failures.min(BACK_OFF.len() - 1)];
    let percent = 80 + i64::try_from(jitter.min(40)).unwrap_or(20);
    Span::millis(seconds * 10 * percent)
}

/// Words without what Meta may change about the space between them.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
