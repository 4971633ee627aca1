//! Who held a thread, since when, why, and how it ended: read from the events
//! of the thread. What nobody told us is a gap, and it is marked, not guessed.

use std::fmt;

use crate::domain::{
    AppId, Apps, Fields, Item, OperationKind, Span, ThreadOwner, TimelineEvent, Timestamp,
};

/// What we did and what Meta tells of it lie at most this far apart.
const TOLD_AGAIN: Span = Span::minutes(2);

/// Who held a thread for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// We.
    Us,
    /// Nobody: the thread was idle.
    Nobody,
    /// Another app, by its name.
    App(String),
    /// Nobody told us: a gap.
    Unknown,
}

impl Holder {
    fn of(apps: &Apps, app: Option<&AppId>) -> Self {
        match app {
            None => Self::Nobody,
            Some(app) if apps.ours.as_ref() == Some(app) => Self::Us,
            Some(app) => Self::App(apps.name(app)),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Us => "us",
            Self::Nobody => "nobody",
            Self::App(name) => name,
            Self::Unknown => "?",
        })
    }
}

/// A time during which somebody held the thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnershipPeriod {
    /// Who.
    pub holder: Holder,
    /// Since when; `None` for before we looked.
    pub from: Option<Timestamp>,
    /// Until when; `None` for still.
    pub until: Option<Timestamp>,
    /// How it began, in words; may be empty.
    pub why: String,
    /// How it ended, in words; may be empty.
    pub end: String,
    /// What came with it, as fields. Raw.
    pub note: Fields,
}

impl OwnershipPeriod {
    fn new(holder: Holder, from: Timestamp, why: &str) -> Self {
        Self {
            holder,
            from: Some(from),
            until: None,
            why: why.to_owned(),
            end: String::new(),
            note: Fields::new(),
        }
    }

    /// Nobody told us.
    pub fn is_gap(&self) -> bool {
        self.holder == Holder::Unknown
    }
}

/// How a thread stands now, by all we know.
#[derive(Clone, Debug, Default)]
pub struct Present {
    /// Who holds it.
    pub owner: ThreadOwner,
    /// Since when, as far as we saw it.
    pub since: Option<Timestamp>,
    /// When control ends by itself.
    pub lapses: Option<Timestamp>,
    /// The present moment, by Meta's clock.
    pub now: Timestamp,
}

/// The periods of a thread, oldest first.
pub fn of(items: &[Item], apps: &Apps, present: &Present) -> Vec<OwnershipPeriod> {
    let mut periods: Vec<OwnershipPeriod> = Vec::new();
    for item in items {
        let Item::Event { at, what } = item else {
            continue;
        };
        let at = *at;
        match what {
            TimelineEvent::Ours { operation, to } => {
                ours(&mut periods, *operation, to.as_ref(), at, apps)
            }
            TimelineEvent::Moved { .. } => moved(&mut periods, what, at, apps),
            TimelineEvent::CameToUs => begin(
                &mut periods,
                OwnershipPeriod::new(Holder::Us, at, "came to us"),
                "it came to us",
            ),
            TimelineEvent::LeftUs => {
                ended_as(&mut periods, Holder::Us, at);
                begin(
                    &mut periods,
                    OwnershipPeriod::new(Holder::Unknown, at, "new owner unknown"),
                    "it left us",
                );
            }
            _ => {}
        }
    }
    by_now(&mut periods, present);
    periods
}

/// What Meta tells of a hand-over.
fn moved(periods: &mut Vec<OwnershipPeriod>, what: &TimelineEvent, at: Timestamp, apps: &Apps) {
    let TimelineEvent::Moved {
        from,
        to,
        taken,
        note,
    } = what
    else {
        return;
    };
    let before = Holder::of(apps, from.as_ref());
    let after = Holder::of(apps, to.as_ref());
    let had = |period: &OwnershipPeriod| {
        let just_now = period.from.is_some_and(|from| at.since(from) <= TOLD_AGAIN);
        period.holder == after && period.until.is_none() && just_now
    };
    if periods.last().is_some_and(had) {
        // Our own act, told again.
        return;
    }
    if from.is_some() {
        ended_as(periods, before.clone(), at);
    }
    let (why, end) = match (taken, from) {
        (true, _) => ("taken".to_owned(), format!("taken by {after}")),
        (false, None) => ("passed from idle".to_owned(), "passed".to_owned()),
        (false, Some(_)) => (format!("passed by {before}"), format!("passed to {after}")),
    };
    let mut period = OwnershipPeriod::new(after, at, &why);
    period.note.clone_from(note);
    begin(periods, period, &end);
}

/// Control may have lapsed, or changed hands unseen.
fn by_now(periods: &mut Vec<OwnershipPeriod>, present: &Present) {
    if let (Some(last), Some(lapses)) = (
        periods.last_mut(),
        present.lapses.filter(|at| *at <= present.now),
    ) && last.holder != Holder::Nobody
    {
        (last.until, last.end) = (Some(lapses), "lapsed".into());
    }
    let ours = present.owner == ThreadOwner::Us;
    if let Some(last) = periods.last_mut()
        && last.until.is_none()
        && present.owner != ThreadOwner::Unknown
        && (last.holder == Holder::Us) != ours
    {
        // The channel has shown it, or a read; no event told when.
        last.end = "unseen".into();
        let holder = match ours {
            true => Holder::Us,
            false => Holder::Unknown,
        };
        let mut gap = OwnershipPeriod::new(holder, present.now, "unknown how");
        gap.from = present.since;
        periods.push(gap);
    }
}

/// What we did ourselves.
fn ours(
    periods: &mut Vec<OwnershipPeriod>,
    operation: OperationKind,
    to: Option<&AppId>,
    at: Timestamp,
    apps: &Apps,
) {
    match operation {
        OperationKind::Take => begin(
            periods,
            OwnershipPeriod::new(Holder::Us, at, "we took it"),
            "taken by us",
        ),
        OperationKind::Pass => {
            let to = match to {
                Some(app) => Holder::of(apps, Some(app)),
                None => Holder::App(apps.bot_name()),
            };
            ended_as(periods, Holder::Us, at);
            begin(
                periods,
                OwnershipPeriod::new(to, at, "passed by us"),
                "handed over",
            );
        }
        OperationKind::Release => {
            ended_as(periods, Holder::Us, at);
            let nobody = OwnershipPeriod::new(Holder::Nobody, at, "released by us");
            begin(periods, nobody, "released");
        }
        _ => {}
    }
}

/// Somebody is known to have held it until now. If the last period we know is
/// another's, what lies between is a gap.
fn ended_as(periods: &mut Vec<OwnershipPeriod>, holder: Holder, at: Timestamp) {
    match periods.last_mut() {
        Some(last) if last.holder == holder || last.until.is_some() => {}
        Some(last) => {
            last.end = "unseen".into();
            let mut gap = OwnershipPeriod::new(Holder::Unknown, at, "nobody told us");
            gap.from = None;
            periods.push(gap);
            let mut known = OwnershipPeriod::new(holder, at, "");
            known.from = None;
            periods.push(known);
        }
        None => {
            let mut known = OwnershipPeriod::new(holder, at, "");
            known.from = None;
            periods.push(known);
        }
    }
}

/// The present period ends, and another begins.
fn begin(periods: &mut Vec<OwnershipPeriod>, next: OwnershipPeriod, end: &str) {
    if let Some(last) = periods.last_mut() {
        // The same word twice: from what we did, and from what Meta told.
        if last.holder == next.holder && last.until.is_none() && next.note.is_empty() {
            return;
        }
        if last.until.is_none() {
            (last.until, last.end) = (next.from, end.to_owned());
        }
    }
    periods.push(next);
}

/// What we were told when the thread came to us, and by whom: the newest note.
pub fn note(items: &[Item], apps: &Apps) -> Option<(String, Fields)> {
    items.iter().rev().find_map(|item| match item {
        Item::Event {
            what:
                TimelineEvent::Moved {
                    from,
                    to: Some(to),
                    note,
                    ..
                },
            ..
        } if apps.ours.as_ref() == Some(to) && !note.is_empty() => {
            let by = from
                .as_ref()
                .map_or_else(|| "?".into(), |app| apps.name(app));
            Some((by, note.clone()))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apps() -> Apps {
        Apps {
            ours: Some(AppId::new("300")),
            bot: Some(AppId::new("200")),
            names: [(AppId::new("200"), "shopbot".to_owned())].into(),
        }
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_secs(minute * 60)
    }

    fn event(minute: i64, what: TimelineEvent) -> Item {
        Item::Event {
            at: at(minute),
            what,
        }
    }

    fn moved(from: Option<&str>, to: &str, taken: bool, note: &[(&str, &str)]) -> TimelineEvent {
        TimelineEvent::Moved {
            from: from.map(AppId::new),
            to: Some(AppId::new(to)),
            taken,
            note: note
                .iter()
                .map(|(a, b)| ((*a).into(), (*b).into()))
                .collect(),
        }
    }

    fn present(owner: ThreadOwner, lapses: Option<i64>, now: i64) -> Present {
        Present {
            owner,
            since: None,
            lapses: lapses.map(at),
            now: at(now),
        }
    }

    fn told(items: &[Item], lapses: Option<i64>, now: i64) -> Vec<String> {
        of(items, &apps(), &present(ThreadOwner::Unknown, lapses, now))
            .into_iter()
            .map(|period| {
                let minute = |t: Option<Timestamp>| {
                    t.map_or("…".into(), |t| (t.as_millis() / 60_000).to_string())
                };
                format!(
                    "{} {}-{} {} / {}",
                    period.holder,
                    minute(period.from),
                    minute(period.until),
                    period.why,
                    period.end
                )
            })
            .collect()
    }

    #[test]
    fn a_thread_that_went_round_is_told_from_end_to_end() {
        let items = [
            event(
                10,
                moved(Some("200"), "300", false, &[("intent", "refund")]),
            ),
            event(20, TimelineEvent::passed_to(Some(AppId::new("200")))),
            event(30, moved(Some("200"), "263902037430900", true, &[])),
        ];
        assert_eq!(
            told(&items, None, 40),
            [
                "shopbot …-10  / passed to us",
                "us 10-20 passed by shopbot / handed over",
                "shopbot 20-30 passed by us / taken by Page Inbox",
                "Page Inbox 30-… taken / ",
            ]
        );
        let (by, fields) = note(&items, &apps()).expect("a note");
        assert_eq!((by.as_str(), fields[0].1.as_str()), ("shopbot", "refund"));
    }

    #[test]
    fn what_nobody_told_us_is_a_gap_and_control_may_lapse_in_silence() {
        let items = [
            event(10, TimelineEvent::CameToUs),
            event(30, moved(Some("200"), "300", false, &[])),
        ];
        let periods = of(&items, &apps(), &present(ThreadOwner::Us, None, 40));
        assert!(periods.iter().any(OwnershipPeriod::is_gap), "{periods:?}");
        let items = [event(10, TimelineEvent::ours(OperationKind::Take))];
        assert_eq!(told(&items, Some(50), 60), ["us 10-50 we took it / lapsed"]);
        assert_eq!(told(&items, Some(50), 40), ["us 10-… we took it / "]);
    }

    #[test]
    fn our_act_and_its_webhook_are_one_hold() {
        let items = [
            event(10, TimelineEvent::ours(OperationKind::Take)),
            event(10, moved(Some("200"), "300", true, &[])),
            Item::Event {
                at: at(11),
                what: TimelineEvent::ours(OperationKind::MarkSeen),
            },
            event(
                12,
                TimelineEvent::AskedFor {
                    by: None,
                    note: Fields::new(),
                },
            ),
        ];
        assert_eq!(
            of(&items, &apps(), &present(ThreadOwner::Us, None, 20)).len(),
            1
        );
        let lost = of(&items, &apps(), &present(ThreadOwner::NotUs, None, 20));
        assert!(lost.last().is_some_and(OwnershipPeriod::is_gap), "{lost:?}");
        assert_eq!(note(&items, &apps()), None);
    }
}
