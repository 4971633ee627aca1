//! A reply against a server that keeps the truth, a disk that keeps what was
//! recorded, a network that does its worst, people who decide, and crashes
//! between any two jobs.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::{Part, Template, Tree};

/// One job of the world.
#[derive(Clone, Debug)]
enum Happening {
    /// One message.
    Enter(u8),
    /// A long text in so many parts.
    EnterParts(u8),
    /// Text and a file behind it.
    EnterFile(u8),
    /// A card, which has no words.
    EnterCard,
    /// What becomes of the oldest upload.
    Upload(u8),
    /// One that can be taken back for some seconds.
    EnterDelayed(u8, u8),
    /// What becomes of the oldest attempt on its way: whether it arrives, and what
    /// is answered. An attempt may have been given up by then.
    Network(bool, u8),
    /// The newest attempt arrives, and its answer stalls.
    Stall,
    /// Meta's own word of one of its messages, as late as can be.
    Echo(u8),
    Read,
    Pass(u16),
    Crash(bool),
    Decide(u8),
    LinkUp,
    DiskFull,
}

fn jobs() -> impl Strategy<Value = Vec<Happening>> {
    let job = prop_oneof![
        4 => (0..3u8).prop_map(Happening::Enter),
        2 => (2..4u8).prop_map(Happening::EnterParts),
        1 => (0..3u8).prop_map(Happening::EnterFile),
        1 => Just(Happening::EnterCard),
        3 => (0..6u8).prop_map(Happening::Upload),
        1 => (0..3u8, 1..10u8).prop_map(|(text, delay)| Happening::EnterDelayed(text, delay)),
        6 => (any::<bool>(), 0..8u8).prop_map(|(arrives, kind)| Happening::Network(arrives, kind)),
        1 => Just(Happening::Stall),
        3 => any::<u8>().prop_map(Happening::Echo),
        3 => Just(Happening::Read),
        4 => (0..400u16).prop_map(Happening::Pass),
        1 => any::<bool>().prop_map(Happening::Crash),
        2 => (0..6u8).prop_map(Happening::Decide),
        1 => Just(Happening::LinkUp),
        1 => Just(Happening::DiskFull),
    ];
    proptest::collection::vec(job, 1..60)
}

const TEXTS: [&str; 3] = ["ok", "on its way", "ok"];

/// What Meta has.
#[derive(Clone, Debug)]
struct Arrived {
    mid: Mid,
    at: Timestamp,
    text: String,
    local: LocalId,
    attempt: u32,
}

impl Arrived {
    /// This very attempt: another one of the same reply is another message.
    fn is(&self, row: &Outgoing) -> bool {
        self.local == row.local && self.attempt == row.attempt
    }
}

/// The outbox with everything around it.
struct World {
    outbox: Outbox,
    disk: BTreeMap<LocalId, Outgoing>,
    server: Vec<Arrived>,
    /// Calls that are not answered, oldest first; all but the last were given up.
    on_its_way: Vec<Outgoing>,
    /// Uploads that are not over, oldest first.
    uploads: Vec<Outgoing>,
    now: Timestamp,
    entered: Vec<LocalId>,
    /// Rows that a person dropped or took back.
    let_go: Vec<LocalId>,
    /// Attempts that left, by row, since it was last queued by a person.
    attempts: BTreeMap<LocalId, u32>,
    disk_full: bool,
    /// Refused, and delivered all the same: only an echo tells.
    lied_about: Vec<LocalId>,
}

impl World {
    fn new() -> Self {
        Self {
            outbox: Outbox::new(1),
            disk: BTreeMap::new(),
            server: Vec::new(),
            on_its_way: Vec::new(),
            uploads: Vec::new(),
            now: START,
            entered: Vec::new(),
            let_go: Vec::new(),
            attempts: BTreeMap::new(),
            disk_full: false,
            lied_about: Vec::new(),
        }
    }

    fn facts(&self) -> Facts {
        facts(self.now)
    }

    fn carry_out(&mut self, steps: Vec<SendStep>) {
        for step in steps {
            match step {
                SendStep::Again { old, new } => {
                    self.disk.insert(old.local.clone(), old);
                    self.entered.push(new.local.clone());
                    self.disk.insert(new.local.clone(), new);
                }
                SendStep::Record(row) => {
                    let sending = row.state == SendState::Sending;
                    if sending && std::mem::take(&mut self.disk_full) {
                        self.outbox.not_recorded(&row, self.now);
                        return;
                    }
                    if row.state == SendState::Dropped {
                        self.drop_row(row);
                    } else {
                        self.disk.insert(row.local.clone(), row);
                    }
                }
                SendStep::GiveBack(row) => self.drop_row(row),
                SendStep::Sent { mut row, mid, .. } => {
                    let has = self
                        .server
                        .iter()
                        .any(|arrived| arrived.mid == mid && arrived.text == row.content.text());
                    assert!(has, "said to be sent, but Meta has it not: {row:?}");
                    row.state = SendState::Sent(mid);
                    // As the store does: one message is one reply.
                    for other in self.disk.values_mut() {
                        if other.state == row.state && other.local != row.local {
                            other.state = SendState::Assumed;
                        }
                    }
                    self.disk.insert(row.local.clone(), row);
                }
                SendStep::Upload(row) => {
                    assert_eq!(self.disk[&row.local].state, SendState::Queued);
                    self.uploads.push(row);
                }
                SendStep::Post(row, media) => {
                    assert_eq!(media.ids.len(), row.content.files().len());
                    assert_eq!(
                        self.disk[&row.local].state,
                        SendState::Sending,
                        "claimed first"
                    );
                    let given_up = |on_its_way: &Outgoing| {
                        let row = self.disk.get(&on_its_way.local);
                        row.is_none_or(|row| {
                            row.state != SendState::Sending || row.attempt != on_its_way.attempt
                        })
                    };
                    assert!(self.on_its_way.iter().all(given_up), "one at a time");
                    self.on_its_way.push(row);
                }
                SendStep::Operate(..) | SendStep::Read(_) => {}
            }
        }
    }

    /// A person let go of it; what was tried is remembered, as the store does.
    fn drop_row(&mut self, mut row: Outgoing) {
        self.let_go.push(row.local.clone());
        self.disk.remove(&row.local);
        if row.attempt > 0 {
            row.state = SendState::Dropped;
            self.disk.insert(row.local.clone(), row);
        }
    }

    /// Enter: all rows are on the disk, or none.
    fn enter(&mut self, texts: &[&str], file: bool, delay: u8) {
        let mut follows = None;
        let mut rows = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            let local = LocalId::new(format!("r{}", self.entered.len()));
            let mut row = row(local.as_str(), text, self.now);
            if file && at + 1 == texts.len() {
                let path = std::path::PathBuf::from("lamp.jpg");
                row.content = Content::Files(vec![crate::domain::Attachment::new(path, 9)]);
            }
            if *text == "card" {
                row.content = Content::Template(Box::new(card()));
            }
            row.follows = follows.replace(local.clone());
            row.not_before = (delay > 0).then(|| self.now.plus(Span::seconds(delay.into())));
            self.entered.push(local.clone());
            self.disk.insert(local, row.clone());
            rows.push(row);
        }
        for row in rows {
            self.outbox.enter(row);
        }
    }

    fn arrive(&mut self, row: &Outgoing) -> Mid {
        let mid = Mid::new(format!("m_{}", self.server.len()));
        let latest = row.tried_at.unwrap_or(row.at).plus(Span::seconds(30));
        let at = self.now.min(latest);
        self.server.push(Arrived {
            mid: mid.clone(),
            at,
            text: row.content.text().to_owned(),
            local: row.local.clone(),
            attempt: row.attempt,
        });
        mid
    }

    fn read(&mut self) {
        let mut messages: Vec<MessageSeen> = self
            .server
            .iter()
            .map(|arrived| seen(arrived.mid.as_str(), arrived.at, &arrived.text))
            .collect();
        for seen in &mut messages {
            if seen.message.text.is_empty() {
                let (name, bytes) = (Some("lamp.jpg".into()), None);
                let kind = "photo";
                seen.message.parts.push(Part::File { kind, name, bytes });
            }
        }
        messages.reverse();
        let steps = self.outbox.read(&id(), &messages, true, self.now);
        self.carry_out(steps);
    }

    fn go(&mut self) {
        // As the engine does: a queue goes on until it has to wait.
        for _ in 0..4 {
            let steps = self.outbox.go(&id(), &self.facts());
            let reads = matches!(steps.as_slice(), [SendStep::Read(_)]);
            if steps.is_empty() {
                break;
            }
            self.carry_out(steps);
            if reads {
                self.read();
            }
        }
    }

    fn job(&mut self, job: &Happening) {
        match job {
            Happening::Enter(text) => self.enter(&[TEXTS[usize::from(*text)]], false, 0),
            Happening::EnterParts(parts) => {
                self.enter(
                    &["part one", "part two", "ok"][..usize::from(*parts)],
                    false,
                    0,
                );
            }
            Happening::EnterFile(text) => {
                self.enter(&[TEXTS[usize::from(*text)], ""], true, 0);
            }
            Happening::EnterCard => {
                self.enter(&["card"], false, 0);
            }
            Happening::Upload(kind) => {
                if self.uploads.is_empty() {
                    return;
                }
                let row = self.uploads.remove(0);
                let outcome = match kind {
                    0 => Err(SendOutcome::NotConnected),
                    1 => Err(SendOutcome::Refused("Too large.".into())),
                    2 => Err(SendOutcome::Token),
                    reused => Ok(MediaIds {
                        ids: vec!["687".into()],
                        reused: *reused == 3,
                    }),
                };
                let steps = self.outbox.uploaded(&id(), &row.local, outcome, self.now);
                self.carry_out(steps);
            }
            Happening::EnterDelayed(text, delay) => {
                self.enter(&[TEXTS[usize::from(*text)]], false, *delay);
            }
            Happening::Stall => {
                if let Some(row) = self.on_its_way.last().cloned()
                    && !self.has(&row)
                {
                    self.left(&row);
                }
            }
            Happening::Echo(which) => {
                let count = self.server.len();
                if count > 0 {
                    let Arrived { mid, at, local, .. } =
                        self.server[usize::from(*which) % count].clone();
                    let mut steps = self.outbox.echoed(&id(), &local, mid.clone(), at);
                    let row = self.disk.get(&local).cloned();
                    if let Some(row) = row.filter(|row| row.state != SendState::Sent(mid.clone()))
                        && steps.is_empty()
                    {
                        steps = self.outbox.recalled(row, mid.clone(), at);
                    }
                    self.carry_out(steps);
                    if let Some(row) = self.disk.get(&local) {
                        let sent = matches!(&row.state, SendState::Sent(_));
                        assert!(sent, "an echo is proof at any time: {row:?}");
                    }
                }
            }
            Happening::Network(arrives, kind) => {
                if self.on_its_way.is_empty() {
                    return;
                }
                let row = self.on_its_way.remove(0);
                // Whatever Meta did with it before its answer stalled.
                let had = self.server.iter().find(|arrived| arrived.is(&row));
                let had = had.map(|arrived| arrived.mid.clone());
                let answer = match kind {
                    _ if had.is_some() && *kind != 4 => SendOutcome::Unknown,
                    // A missing connection is never a lie.
                    0 => SendOutcome::NotConnected,
                    1 => SendOutcome::Refused("No.".into()),
                    2 => SendOutcome::Throttled(self.now.plus(Span::seconds(60))),
                    3 => SendOutcome::Token,
                    7 => SendOutcome::MediaGone,
                    4 => SendOutcome::Sent(had.unwrap_or_else(|| self.left(&row))),
                    // A clear refusal was one so far; if ever one is a lie, only an
                    // echo can tell, and nothing may be sent twice by us for it.
                    5 => {
                        if *arrives {
                            self.left(&row);
                            self.lied_about.push(row.local.clone());
                        }
                        SendOutcome::Refused("It lies.".into())
                    }
                    _ => {
                        if *arrives {
                            self.left(&row);
                        }
                        SendOutcome::Unknown
                    }
                };
                let now = self.now;
                let steps = self
                    .outbox
                    .answered(&id(), &row.local, row.attempt, answer, now, now);
                self.carry_out(steps);
            }
            Happening::Read => self.read(),
            Happening::Pass(seconds) => {
                self.now = self.now.plus(Span::seconds(i64::from(*seconds)));
                let steps = self.outbox.give_up_waiting(self.now);
                self.carry_out(steps);
                let (_, look) = self.outbox.tick(self.now);
                if look.is_some() {
                    self.read();
                }
            }
            Happening::Crash(arrives) => {
                if let Some(row) = self.on_its_way.pop()
                    && *arrives
                    && !self.has(&row)
                {
                    self.left(&row);
                }
                self.on_its_way.clear();
                self.uploads.clear();
                self.outbox = Outbox::new(2);
                let rows: Vec<Outgoing> = self
                    .entered
                    .iter()
                    .filter_map(|local| self.disk.get(local).cloned())
                    .collect();
                let steps = self.outbox.restore(rows, self.now);
                self.carry_out(steps);
            }
            Happening::Decide(what) => {
                let Some(local) = self.undecided() else {
                    return;
                };
                let again = LocalId::new(format!("r{}", self.entered.len()));
                let decision = match what {
                    0 => Decision::SendNow,
                    1 => Decision::SendAgain(again),
                    2 => Decision::TreatAsSent,
                    3 => Decision::TakeBack,
                    5 => match self.server.iter().find(|arrived| arrived.local == local) {
                        Some(arrived) => Decision::Is(arrived.mid.clone(), arrived.at),
                        None => Decision::Look,
                    },
                    _ => Decision::Drop,
                };
                let facts = self.facts();
                let steps = self.outbox.decide(&id(), &local, decision, &facts);
                if let Some(SendStep::Record(row)) = steps.first()
                    && row.state == SendState::Queued
                {
                    self.attempts.remove(&row.local);
                }
                self.carry_out(steps);
            }
            Happening::LinkUp => self.outbox.link_is_up(self.now),
            Happening::DiskFull => self.disk_full = true,
        }
        self.go();
        self.check();
    }

    /// Whether this attempt has arrived.
    fn has(&self, row: &Outgoing) -> bool {
        self.server.iter().any(|arrived| arrived.is(row))
    }

    /// A byte left for this row, and it arrived.
    fn left(&mut self, row: &Outgoing) -> Mid {
        *self.attempts.entry(row.local.clone()).or_default() += 1;
        self.arrive(row)
    }

    /// The oldest row that a person may decide about: it does not go on by itself,
    /// or can still be taken back.
    fn undecided(&self) -> Option<LocalId> {
        let waits = |row: &&Outgoing| match row.state {
            SendState::Unsure | SendState::Held(_) | SendState::Refused { .. } => true,
            SendState::Queued => row.not_before.is_some_and(|at| at > self.now),
            _ => false,
        };
        let rows = self.entered.iter().filter_map(|local| self.disk.get(local));
        rows.filter(waits).map(|row| row.local.clone()).next()
    }

    fn check(&self) {
        let mut named: Vec<&Mid> = Vec::new();
        for local in &self.entered {
            let row = self.disk.get(local);
            assert!(
                row.is_some() || self.let_go.contains(local),
                "{local} is lost"
            );
            let attempts = self.attempts.get(local).copied().unwrap_or(0);
            assert!(
                attempts <= 1,
                "{local} was sent {attempts} times by the machine"
            );
            if let Some(row) = row.filter(|row| row.state == SendState::Sending) {
                let since = self.now.since(row.tried_at.unwrap_or(row.at));
                // Time goes in steps of up to 400 s here; after each, what is over is over.
                assert!(since <= ATTEMPT_LIMIT, "stays on its way: {row:?}");
            }
            if let Some(SendState::Sent(mid)) = row.map(|row| &row.state) {
                assert!(!named.contains(&mid), "two replies are one message");
                named.push(mid);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_reply_is_lost_and_none_is_sent_twice_by_the_machine(jobs in jobs()) {
        let mut world = World::new();
        for job in &jobs {
            world.job(job);
        }
        // In the end, with a network that works, everything is settled or waits
        // for a person.
        for _ in 0..8 {
            world.outbox.link_is_up(world.now);
            world.job(&Happening::Upload(5));
            world.job(&Happening::Network(true, 4));
            world.job(&Happening::Pass(61));
            world.job(&Happening::Read);
        }
        for local in &world.entered {
            if let Some(row) = world.disk.get(local) {
                prop_assert!(row.state != SendState::Sending, "{row:?}");
            }
            // What arrived is known as sent, unless a person has let go of it or
            // took it for something else, or a refusal was a lie.
            let arrived = world.server.iter().any(|arrived| arrived.local == *local);
            // A card is told from others by its echo alone.
            let unsure = world.disk.get(local).is_some_and(|row| {
                row.state == SendState::Unsure && row.content.is_found_by_reading()
            });
            let told = !world.lied_about.contains(local);
            prop_assert!(!(arrived && unsure && told) || near_twins(&world, local), "{local} arrived and is not found");
        }
        // And when all echoes have come, nobody is wrong about anything that arrived.
        for which in 0..world.server.len() {
            world.job(&Happening::Echo(u8::try_from(which).expect("few")));
        }
    }
}

/// A card of one button.
fn card() -> Template {
    let payload = Tree::of([("template_type", Tree::words("button"))]);
    let attachment = Tree::of([("type", Tree::words("template")), ("payload", payload)]);
    Template {
        message: Tree::of([("attachment", attachment)]),
        ..Template::default()
    }
}

/// Another reply of the same words was tried within three minutes: which of the
/// two arrived cannot be told by looks.
fn near_twins(world: &World, local: &LocalId) -> bool {
    let row = &world.disk[local];
    world.disk.values().any(|other| {
        let apart = |a: Option<Timestamp>, b: Option<Timestamp>| match (a, b) {
            (Some(a), Some(b)) => a.since(b).as_secs().abs(),
            _ => i64::MAX,
        };
        other.local != *local
            && other.content == row.content
            && apart(other.tried_at, row.tried_at) <= 185
    })
}
