//! `switchboard report`: what was done at this desk since a moment, counted from
//! its record.

use clap::Args;
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde_json::json;

use super::{
    failure::Failure,
    global::Global,
    output::{say, say_json},
    setup,
    terminal::ascii,
};
use crate::{
    app::report,
    clock::{self, Clock},
    domain::{Outcome, Report, Span, Timestamp},
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
    let opened = setup::open(&folder, &page)?;
    let facts = opened.reader.report_facts(since, now);
    let (facts, unreadable) = facts.map_err(Failure::failed)?;
    let waiting = opened.reader.waiting_audit().map_err(Failure::failed)?;
    let zone = clock::zone();
    let report = Report::of(&facts, since, &zone);
    if global.json {
        say_json(&figures(&report));
    } else {
        for line in report::lines(&report, &zone, ascii()) {
            say(format_args!("{line}"));
        }
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

/// The figures as a program reads them.
fn figures(report: &Report) -> serde_json::Value {
    let outcomes = Outcome::ALL.iter().zip(report.hand_backs);
    let outcomes: serde_json::Map<_, _> = outcomes
        .map(|(outcome, count)| (outcome.word().to_owned(), json!(count)))
        .collect();
    json!({"since": clock::iso(report.since), "handled": report.handled, "replies": report.replies,
        "as_human_agent": report.as_human_agent, "delivered_after_refusal": report.after_refusal,
        "taken": report.taken, "median_first_reply_s": report.median_first_reply.map(Span::as_secs),
        "windows_lost": report.windows_lost, "hand_backs": outcomes,
        "handed_back_by_idling": report.by_idling, "replies_by_agent": report.by_agent})
}

#[cfg(test)]
mod tests {
    use super::*;
    const NOW: Timestamp = Timestamp::from_millis(1_795_183_650_000);

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
