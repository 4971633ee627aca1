//! A reply against a server that keeps the truth, a disk that keeps what was
//! recorded, a network that does its worst, people who decide, and crashes
//! between any two jobs.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// One job of the world.
#[derive(Clone, Debug)]
enum Happening {
    Enter(u8),
    /// What becomes of the attempt on its way: whether it arrives, and what is
    /// answered.
    Network(bool, u8),
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
        6 => (any::<bool>(), 0..7u8).prop_map(|(arrives, kind)| Happening::Network(arrives, kind)),
        3 => Just(Happening::Read),
        4 => (0..400u16).prop_map(Happening::Pass),
        1 => any::<bool>().prop_map(Happening::Crash),
        2 => (0..5u8).prop_map(Happening::Decide),
        1 => Just(Happening::LinkUp),
        1 => Just(Happening::DiskFull),
    ];
    proptest::collection::vec(job, 1..60)
}

/// The outbox with everything around it.
struct World {
    outbox: Outbox,
    disk: BTreeMap<LocalId, Outgoing>,
    /// What Meta has: its id, when, the words, and which reply it was.
    server: Vec<(Mid, Timestamp, String, LocalId)>,
    on_its_way: Option<Outgoing>,
    now: Timestamp,
    entered: Vec<LocalId>,
    /// Rows that a person dropped or took back.
    let_go: Vec<LocalId>,
    /// Attempts that left, by row, since it was last queued by a person.
    attempts: BTreeMap<LocalId, u32>,
    disk_full: bool,
}

impl World {
    fn new() -> Self {
        Self {
            outbox: Outbox::new(1),
            disk: BTreeMap::new(),
            server: Vec::new(),
            on_its_way: None,
            now: START,
            entered: Vec::new(),
            let_go: Vec::new(),
            attempts: BTreeMap::new(),
            disk_full: false,
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
                        self.let_go.push(row.local.clone());
                        self.disk.remove(&row.local);
                    } else {
                        self.disk.insert(row.local.clone(), row);
                    }
                }
                SendStep::GiveBack(row) => {
                    self.let_go.push(row.local.clone());
                    self.disk.remove(&row.local);
                }
                SendStep::Sent { mut row, mid, .. } => {
                    let has = self
                        .server
                        .iter()
                        .any(|(m, _, text, _)| *m == mid && *text == row.text);
                    assert!(has, "said to be sent, but Meta has it not: {row:?}");
                    row.state = SendState::Sent(mid);
                    self.disk.insert(row.local.clone(), row);
                }
                SendStep::Post(row) => {
                    assert_eq!(
                        self.disk[&row.local].state,
                        SendState::Sending,
                        "claimed first"
                    );
                    assert!(self.on_its_way.is_none(), "one at a time");
                    self.on_its_way = Some(row);
                }
                SendStep::Operate(..) | SendStep::Read(_) => {}
            }
        }
    }

    fn arrive(&mut self, row: &Outgoing) -> Mid {
        let mid = Mid::new(format!("m_{}", self.server.len()));
        let latest = row.tried_at.unwrap_or(row.at).plus(Span::seconds(30));
        let at = self.now.min(latest);
        self.server
            .push((mid.clone(), at, row.text.clone(), row.local.clone()));
        mid
    }

    fn read(&mut self) {
        let mut messages: Vec<MessageSeen> = self
            .server
            .iter()
            .map(|(mid, at, text, _)| seen(mid.as_str(), *at, text))
            .collect();
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
            Happening::Enter(text) => {
                let local = LocalId::new(format!("r{}", self.entered.len()));
                let row = row(
                    local.as_str(),
                    ["ok", "on its way", "ok"][usize::from(*text)],
                    self.now,
                );
                self.entered.push(local.clone());
                self.disk.insert(local, row.clone());
                self.outbox.enter(row);
            }
            Happening::Network(arrives, kind) => {
                let Some(row) = self.on_its_way.take() else {
                    return;
                };
                let answer = match kind {
                    // A clear refusal and a missing connection are never lies.
                    0 => SendOutcome::NotConnected,
                    1 => SendOutcome::Refused("No.".into()),
                    2 => SendOutcome::Throttled(self.now.plus(Span::seconds(60))),
                    3 => SendOutcome::Token,
                    4 => SendOutcome::Sent(self.left(&row)),
                    _ => {
                        if *arrives {
                            self.left(&row);
                        }
                        SendOutcome::Unknown
                    }
                };
                let now = self.now;
                let steps = self.outbox.answered(&id(), &row.local, answer, now, now);
                self.carry_out(steps);
            }
            Happening::Read => self.read(),
            Happening::Pass(seconds) => {
                self.now = self.now.plus(Span::seconds(i64::from(*seconds)));
                let (_, look) = self.outbox.tick(self.now);
                if look.is_some() {
                    self.read();
                }
            }
            Happening::Crash(arrives) => {
                if let Some(row) = self.on_its_way.take()
                    && *arrives
                {
                    self.left(&row);
                }
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

    /// A byte left for this row, and it arrived.
    fn left(&mut self, row: &Outgoing) -> Mid {
        *self.attempts.entry(row.local.clone()).or_default() += 1;
        self.arrive(row)
    }

    /// The oldest row that does not go on by itself.
    fn undecided(&self) -> Option<LocalId> {
        let waits = |row: &&Outgoing| {
            matches!(
                row.state,
                SendState::Unsure | SendState::Held(_) | SendState::Refused { .. }
            )
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
            let arrived = self
                .server
                .iter()
                .filter(|(_, _, _, whose)| whose == local)
                .count();
            assert!(
                arrived <= 1,
                "{local} was sent {arrived} times by the machine"
            );
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
            world.job(&Happening::Network(true, 4));
            world.job(&Happening::Pass(61));
            world.job(&Happening::Read);
        }
        for local in &world.entered {
            if let Some(row) = world.disk.get(local) {
                prop_assert!(row.state != SendState::Sending, "{row:?}");
            }
            // What arrived is known as sent, unless a person has let go of it or
            // took it for something else.
            let arrived = world.server.iter().any(|(_, _, _, whose)| whose == local);
            let unsure = world.disk.get(local).is_some_and(|row| row.state == SendState::Unsure);
            prop_assert!(!(arrived && unsure) || near_twins(&world, local), "{local} arrived and is not found");
        }
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
            && other.text == row.text
            && apart(other.tried_at, row.tried_at) <= 185
    })
}
