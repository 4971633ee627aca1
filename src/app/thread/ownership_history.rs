//! Who held a thread, since when, why, and how it ended: read from the events
//! of the thread. What nobody told us is a gap, and it is marked, not guessed.

use crate::domain::{
    AppId, Apps, Fields, Item, OperationKind, Span, ThreadOwner, TimelineEvent, Timestamp,
};

/// What we did and what Meta tells of it lie at most this far apart.
const TOLD_AGAIN: Span = Span::minutes(2);

/// A time during which somebody held the thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Name of the app; "us", "nobody", or "?" for a gap.
    pub who: String,
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
    /// By whom it was passed on to them.
    pub by: Option<String>,
}

impl Hold {
    fn new(who: String, from: Timestamp, why: &str) -> Self {
        Self {
            who,
            from: Some(from),
            until: None,
            why: why.to_owned(),
            end: String::new(),
            note: Fields::new(),
            by: None,
        }
    }

    /// Nobody told us.
    pub fn is_gap(&self) -> bool {
        self.who == "?"
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

/// The holds of a thread, oldest first.
pub fn of(items: &[Item], apps: &Apps, present: &Present) -> Vec<Hold> {
    let mut holds: Vec<Hold> = Vec::new();
    for item in items {
        let Item::Event { at, what } = item else {
            continue;
        };
        let at = *at;
        match what {
            TimelineEvent::Ours { operation, to } => {
                ours(&mut holds, *operation, to.as_ref(), at, apps)
            }
            TimelineEvent::Moved {
                from,
                to,
                taken,
                note,
            } => {
                let (before, after) = (apps.holder(from.as_ref()), apps.holder(to.as_ref()));
                let had = |hold: &Hold| {
                    let just_now = hold.from.is_some_and(|from| at.since(from) <= TOLD_AGAIN);
                    hold.who == after && hold.until.is_none() && just_now
                };
                if holds.last().is_some_and(had) {
                    // Our own act, told again.
                    continue;
                }
                if from.is_some() {
                    ended_as(&mut holds, &before, at);
                }
                let (why, end) = match (taken, from) {
                    (true, _) => ("taken".to_owned(), format!("taken by {after}")),
                    (false, None) => ("passed from idle".to_owned(), "passed".to_owned()),
                    (false, Some(_)) => {
                        (format!("passed by {before}"), format!("passed to {after}"))
                    }
                };
                let mut hold = Hold::new(after, at, &why);
                hold.note.clone_from(note);
                hold.by = from.is_some().then_some(before);
                begin(&mut holds, hold, &end);
            }
            TimelineEvent::CameToUs => begin(
                &mut holds,
                Hold::new("us".into(), at, "came to us"),
                "it came to us",
            ),
            TimelineEvent::LeftUs => {
                ended_as(&mut holds, "us", at);
                begin(
                    &mut holds,
                    Hold::new("?".into(), at, "nobody told us to whom"),
                    "it left us",
                );
            }
            _ => {}
        }
    }
    if let (Some(last), Some(lapses)) = (
        holds.last_mut(),
        present.lapses.filter(|at| *at <= present.now),
    ) && last.who != "nobody"
    {
        (last.until, last.end) = (Some(lapses), "lapsed".into());
    }
    let ours = present.owner == ThreadOwner::Us;
    if let Some(last) = holds.last_mut()
        && last.until.is_none()
        && present.owner != ThreadOwner::Unknown
        && (last.who == "us") != ours
    {
        // The channel has shown it, or a read; no event told when.
        last.end = "unseen".into();
        let who = if ours { "us" } else { "?" };
        let mut gap = Hold::new(who.into(), present.now, "nobody told us how");
        gap.from = present.since;
        holds.push(gap);
    }
    holds
}

/// What we did ourselves.
fn ours(
    holds: &mut Vec<Hold>,
    operation: OperationKind,
    to: Option<&AppId>,
    at: Timestamp,
    apps: &Apps,
) {
    match operation {
        OperationKind::Take => begin(
            holds,
            Hold::new("us".into(), at, "we took it"),
            "taken by us",
        ),
        OperationKind::Pass => {
            let to = to.map_or_else(|| apps.bot_name(), |app| apps.name(app));
            ended_as(holds, "us", at);
            begin(holds, Hold::new(to, at, "passed by us"), "handed over");
        }
        OperationKind::Release => {
            ended_as(holds, "us", at);
            let nobody = Hold::new("nobody".into(), at, "released by us");
            begin(holds, nobody, "released");
        }
        _ => {}
    }
}

/// Somebody is known to have held it until now. If the last hold we know is
/// another's, what lies between is a gap.
fn ended_as(holds: &mut Vec<Hold>, who: &str, at: Timestamp) {
    match holds.last_mut() {
        Some(last) if last.who == who || last.until.is_some() => {}
        Some(last) => {
            last.end = "unseen".into();
            let mut gap = Hold::new("?".into(), at, "nobody told us");
            gap.from = None;
            holds.push(gap);
            let mut known = Hold::new(who.to_owned(), at, "");
            known.from = None;
            holds.push(known);
        }
        None => {
            let mut known = Hold::new(who.to_owned(), at, "");
            known.from = None;
            holds.push(known);
        }
    }
}

/// The present hold ends, and another begins.
fn begin(holds: &mut Vec<Hold>, next: Hold, end: &str) {
    if let Some(last) = holds.last_mut() {
        // The same word twice: from what we did, and from what Meta told.
        if last.who == next.who && last.until.is_none() && next.note.is_empty() {
            return;
        }
        if last.until.is_none() {
            (last.until, last.end) = (next.from, end.to_owned());
        }
    }
    holds.push(next);
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
            .map(|hold| {
                let minute = |t: Option<Timestamp>| {
                    t.map_or("…".into(), |t| (t.as_millis() / 60_000).to_string())
                };
                format!(
                    "{} {}-{} {} / {}",
                    hold.who,
                    minute(hold.from),
                    minute(hold.until),
                    hold.why,
                    hold.end
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
        let holds = of(&items, &apps(), &present(ThreadOwner::Us, None, 40));
        assert!(holds.iter().any(Hold::is_gap), "{holds:?}");
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
        assert!(lost.last().is_some_and(Hold::is_gap), "{lost:?}");
        assert_eq!(note(&items, &apps()), None);
    }
}
