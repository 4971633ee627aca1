//! `switchboard report`: what was done at this desk since a moment, counted from
//! its record.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde_json::json;

use super::{
    failure::Failure,
    global::Global,
    output::{say, say_json},
    setup,
};
use crate::{
    clock::{self, Clock},
    domain::{AuditDetails, AuditEntry, OperationKind, Outcome, SendAs, Span, Timestamp},
    store,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Since when: 7d, 12h, today, yesterday, or a day such as 2026-11-01
    #[arg(long, value_name = "WHEN", default_value = "7d")]
    since: String,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Result<(), Failure> {
    let (page, folder) = setup::kept(global)?;
    let now = Clock::system().now();
    let since = since(&arguments.since, now, &clock::zone()).ok_or_else(|| {
        Failure::Usage(format!(
            "{:?} is not a time in the past; write 7d, 12h, 2w, today, yesterday or 2026-11-01",
            arguments.since
        ))
    })?;
    let (entries, unreadable) = store::audit_entries(&folder, &page).map_err(Failure::failed)?;
    let opened = store::open(&folder, &page).map_err(Failure::failed)?;
    let lost = opened.reader.windows_lost(since, now);
    let waiting = opened.reader.waiting_audit().map_err(Failure::failed)?;
    let report = AuditReport::of(&entries, since, lost.map_err(Failure::failed)?);
    if global.json {
        say_json(&report.json(since));
    } else {
        report.print(since, &clock::zone());
    }
    match not_counted(unreadable, waiting) {
        Some(why) => Err(Failure::Failed(why)),
        None => Ok(()),
    }
}

/// What the figures do not hold; a gap is told.
fn not_counted(unreadable: usize, waiting: u32) -> Option<String> {
    let lines = |count: u64| if count == 1 { "line" } else { "lines" };
    let mut gaps = Vec::new();
    if unreadable > 0 {
        let lines = lines(unreadable as u64);
        gaps.push(format!("{unreadable} {lines} of the record cannot be read"));
    }
    if waiting > 0 {
        let lines = lines(u64::from(waiting));
        gaps.push(format!(
            "{waiting} {lines} could not be written to the record yet; the desk tries again while it runs"
        ));
    }
    (!gaps.is_empty()).then(|| format!("Not counted: {}.", gaps.join(", and ")))
}

/// The moment that the words mean; always before `now`.
fn since(words: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let words = words.trim().to_lowercase();
    let today = now.local(zone).date();
    let day = |day: Date| {
        let zoned = day.to_zoned(zone.clone()).ok()?;
        Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
    };
    let moment = match words.as_str() {
        "today" => day(today)?,
        "yesterday" => day(today.checked_sub(1.day()).ok()?)?,
        words => match words.parse::<Date>() {
            Ok(date) => day(date)?,
            Err(_) => {
                let (number, unit) = words.split_at(words.find(|c: char| !c.is_ascii_digit())?);
                let n: i64 = number.parse().ok().filter(|n| (1..=100_000).contains(n))?;
                let span = match unit {
                    "h" => Span::hours(n),
                    "d" => Span::days(n),
                    "w" => Span::days(7 * n),
                    _ => return None,
                };
                now.plus(span.negated())
            }
        },
    };
    (moment < now).then_some(moment)
}

#[derive(Debug, Default, PartialEq, Eq)]
struct AuditReport {
    /// Conversations that were answered or handed back.
    handled: usize,
    replies: usize,
    as_human_agent: usize,
    /// Meta had refused them, and they were delivered all the same.
    after_refusal: usize,
    /// Half of the first replies came within this.
    median_first_reply: Option<Span>,
    windows_lost: u32,
    taken: usize,
    /// By outcome, in their order.
    hand_backs: [usize; Outcome::ALL.len()],
    by_idling: usize,
    by_agent: BTreeMap<String, usize>,
}

impl AuditReport {
    fn of(entries: &[AuditEntry], since: Timestamp, windows_lost: u32) -> Self {
        let mut report = Self {
            windows_lost,
            ..Self::default()
        };
        let mut handled = BTreeSet::new();
        let mut first_replies = Vec::new();
        for (number, entry) in entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.at >= since)
        {
            // Of somebody who was forgotten nobody knows who it was.
            let who = match entry.conversation.as_str() {
                "-" => format!("- {number}"),
                id => id.to_owned(),
            };
            match &entry.details {
                AuditDetails::Reply {
                    send_as,
                    waited,
                    after_refusal,
                    ..
                } => {
                    report.replies += 1;
                    report.after_refusal += usize::from(*after_refusal);
                    report.as_human_agent += usize::from(*send_as == SendAs::HumanAgent);
                    first_replies.extend(waited);
                    *report.by_agent.entry(entry.agent.clone()).or_default() += 1;
                    handled.insert(who);
                }
                AuditDetails::Pass { outcome, idle, .. } => {
                    let place = Outcome::ALL.iter().position(|known| known == outcome);
                    report.hand_backs[place.unwrap_or(0)] += 1;
                    report.by_idling += usize::from(*idle);
                    handled.insert(who);
                }
                AuditDetails::None => {
                    report.taken += usize::from(entry.operation == OperationKind::Take);
                }
            }
        }
        report.handled = handled.len();
        first_replies.sort();
        report.median_first_reply = first_replies.get(first_replies.len() / 2).copied();
        report
    }

    fn json(&self, since: Timestamp) -> serde_json::Value {
        let outcomes = Outcome::ALL.iter().zip(self.hand_backs);
        let outcomes: serde_json::Map<_, _> = outcomes
            .map(|(outcome, count)| (outcome.word().to_owned(), json!(count)))
            .collect();
        json!({"since": clock::iso(since), "handled": self.handled, "replies": self.replies,
            "as_human_agent": self.as_human_agent, "delivered_after_refusal": self.after_refusal, "taken": self.taken,
            "median_first_reply_s": self.median_first_reply.map(Span::as_secs),
            "windows_lost": self.windows_lost, "hand_backs": outcomes,
            "handed_back_by_idling": self.by_idling, "replies_by_agent": self.by_agent})
    }

    fn print(&self, since: Timestamp, zone: &TimeZone) {
        let row = |name: &str, value: String| say(format_args!("{name:<24}{value:>8}"));
        say(format_args!(
            "since {}",
            since.local(zone).strftime("%a %-d %b %Y %H:%M")
        ));
        row("handled", self.handled.to_string());
        row("replies", self.replies.to_string());
        row("  as HUMAN_AGENT", self.as_human_agent.to_string());
        if self.after_refusal > 0 {
            row("  after a refusal", self.after_refusal.to_string());
        }
        let median = self.median_first_reply.map_or("-".into(), Span::short);
        row("median first reply", median);
        row("windows lost", self.windows_lost.to_string());
        row("taken", self.taken.to_string());
        let all: usize = self.hand_backs.iter().sum();
        row("handed back", all.to_string());
        for (outcome, count) in Outcome::ALL.iter().zip(self.hand_backs) {
            row(&format!("  {}", outcome.label()), count.to_string());
        }
        if self.by_idling > 0 {
            row("  automatically (idle)", self.by_idling.to_string());
        }
        for (agent, count) in &self.by_agent {
            let agent = crate::text::Clean::one_line(agent);
            row(&format!("replies by {agent}"), count.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ConversationId, Psid};

    const NOW: Timestamp = Timestamp::from_millis(1_795_183_650_000);

    fn entry(hours: i64, id: &str, details: AuditDetails) -> AuditEntry {
        AuditEntry {
            operation: match details {
                AuditDetails::None => OperationKind::Take,
                AuditDetails::Reply { .. } => OperationKind::Reply,
                AuditDetails::Pass { .. } => OperationKind::Pass,
            },
            at: NOW.plus(Span::hours(-hours)),
            agent: "kim".into(),
            conversation: ConversationId::new(id),
            psid: Psid::new("7"),
            reply: None,
            details,
        }
    }

    fn sent(waited: Option<i64>) -> AuditDetails {
        AuditDetails::Reply {
            send_as: SendAs::HumanAgent,
            chosen: false,
            waited: waited.map(Span::minutes),
            after_refusal: false,
        }
    }

    fn refused_first(waited: Option<i64>) -> AuditDetails {
        match sent(waited) {
            AuditDetails::Reply {
                send_as,
                chosen,
                waited,
                ..
            } => AuditDetails::Reply {
                send_as,
                chosen,
                waited,
                after_refusal: true,
            },
            other => other,
        }
    }

    fn passed(outcome: Outcome, idle: bool) -> AuditDetails {
        AuditDetails::Pass {
            to: "200".into(),
            outcome,
            idle,
        }
    }

    #[test]
    fn the_record_is_counted_from_the_moment_on() {
        let entries = [
            entry(200, "old", sent(Some(600))),
            entry(20, "a", sent(Some(3))),
            entry(19, "a", sent(None)),
            entry(18, "a", passed(Outcome::Resolved, false)),
            entry(17, "b", refused_first(Some(90))),
            entry(16, "c", sent(Some(5))),
            entry(15, "d", passed(Outcome::Other, true)),
            entry(14, "e", AuditDetails::None),
            entry(13, "-", sent(None)),
            entry(12, "-", sent(None)),
        ];
        let report = AuditReport::of(&entries, NOW.plus(Span::days(-1)), 2);
        assert_eq!(report.handled, 6, "a, b, c, d and two who were forgotten");
        assert_eq!((report.replies, report.as_human_agent), (6, 6));
        assert_eq!(report.after_refusal, 1);
        assert_eq!(report.median_first_reply, Some(Span::minutes(5)));
        assert_eq!(report.hand_backs, [1, 0, 0, 1]);
        assert_eq!((report.by_idling, report.taken), (1, 1));
        assert_eq!(report.windows_lost, 2);
        assert_eq!(AuditReport::of(&[], NOW, 0), AuditReport::default());
    }

    #[test]
    fn what_the_figures_do_not_hold_is_said() {
        assert_eq!(not_counted(0, 0), None);
        assert_eq!(
            not_counted(1, 0).as_deref(),
            Some("Not counted: 1 line of the record cannot be read.")
        );
        assert_eq!(
            not_counted(0, 2).as_deref(),
            Some(
                "Not counted: 2 lines could not be written to the record yet; the desk tries again while it runs."
            )
        );
    }

    #[test]
    fn moments_of_the_past_are_read_in_words() {
        let read = |words: &str| {
            since(words, NOW, &TimeZone::UTC)
                .map(|at| at.local(&TimeZone::UTC).strftime("%F %R").to_string())
        };
        for (words, moment) in [
            ("7d", "2026-11-13 14:07"),
            ("12h", "2026-11-20 02:07"),
            ("2w", "2026-11-06 14:07"),
            ("today", "2026-11-20 00:00"),
            ("Yesterday", "2026-11-19 00:00"),
            ("2026-11-01", "2026-11-01 00:00"),
        ] {
            assert_eq!(read(words).as_deref(), Some(moment), "{words}");
        }
        for words in ["", "7", "d", "soon", "2027-01-01", "0d"] {
            assert_eq!(read(words), None, "{words}");
        }
    }
}
