//! The report in words and small charts, for the desk and for the command line.

use jiff::tz::TimeZone;

use crate::{
    domain::{FIRST_REPLIES, HourOfDay, Outcome, Report, Span},
    text::{self, Clean},
};

/// Cells for what a line is about.
const NAME: usize = 24;
/// Cells of the longest bar.
const BAR: usize = 30;

/// Lines of the report.
pub fn lines(report: &Report, zone: &TimeZone, ascii: bool) -> Vec<Clean> {
    let since = report
        .since
        .local(zone)
        .strftime("since %a %-d %b %Y %H:%M");
    let mut lines = vec![since.to_string()];
    let mut row = |name: &str, value: String| lines.push(row(name, &value));
    row("handled", report.handled.to_string());
    row("replies", report.replies.to_string());
    row("  as HUMAN_AGENT", report.as_human_agent.to_string());
    if report.after_refusal > 0 {
        row("  after a refusal", report.after_refusal.to_string());
    }
    let median = report.median_first_reply.map_or("-".into(), Span::short);
    row("median first reply", median);
    row("windows lost", report.windows_lost.to_string());
    row("taken", report.taken.to_string());
    let all: usize = report.hand_backs.iter().sum();
    row("handed back", all.to_string());
    for (outcome, count) in Outcome::ALL.iter().zip(report.hand_backs) {
        row(&format!("  {}", outcome.label()), count.to_string());
    }
    if report.by_idling > 0 {
        row("  automatically (idle)", report.by_idling.to_string());
    }
    for (agent, count) in &report.by_agent {
        row(&format!("replies by {agent}"), count.to_string());
    }
    lines.extend(by_hour(report, ascii));
    lines.extend(first_replies(report, ascii));
    lines.iter().map(|line| Clean::one_line(line)).collect()
}

fn row(name: &str, value: &str) -> String {
    let name = text::fit(&Clean::one_line(name), NAME);
    format!("{name}{value:>8}")
}

/// Three lines of columns over the hours of the day.
fn by_hour(report: &Report, ascii: bool) -> Vec<String> {
    let counts = |of: fn(&HourOfDay) -> u32| report.by_hour.each_ref().map(of);
    let columns = [
        ("  customers wrote", counts(|hour| hour.arrived)),
        ("  replies", counts(|hour| hour.answered)),
        ("  windows lost", counts(|hour| hour.lost)),
    ];
    let mut lines = vec![
        String::new(),
        format!(
            "{}{}",
            text::fit("by hour of the day", NAME),
            "00    03    06    09    12    15    18    21"
        ),
    ];
    for (name, counts) in columns {
        let most = counts.iter().max().copied().unwrap_or(0);
        let cells = counts.iter().map(|count| column(*count, most, ascii));
        let chart: String = cells.map(|cell| format!("{cell}{cell}")).collect();
        let sum: u32 = counts.iter().sum();
        lines.push(format!("{}{chart} {sum:>7}", text::fit(name, NAME)));
    }
    lines
}

/// How high a column is, in eighths of a line; nothing for zero.
fn column(count: u32, most: u32, ascii: bool) -> char {
    let steps: [char; 8] = match ascii {
        true => ['.', '.', ':', ':', '=', '=', '#', '#'],
        false => ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    };
    match count {
        0 => ' ',
        count => {
            steps[(count as usize * 8)
                .div_ceil(most.max(1) as usize)
                .clamp(1, 8)
                - 1]
        }
    }
}

/// A bar for each span within which first replies came.
fn first_replies(report: &Report, ascii: bool) -> Vec<String> {
    let most = report.first_replies.iter().max().copied().unwrap_or(0);
    let mut lines = vec![String::new(), "first replies".to_owned()];
    let within = FIRST_REPLIES.iter().map(|span| match span.as_secs() / 60 {
        minutes @ 0..60 => format!("  within {minutes} min"),
        minutes => format!("  within {} h", minutes / 60),
    });
    let names = within.chain(["  later".to_owned()]);
    let fill = if ascii { "#" } else { "█" };
    for (name, count) in names.zip(report.first_replies) {
        let bar = match count {
            0 => "0".to_owned(),
            count => {
                let bar = fill.repeat((count * BAR).div_ceil(most.max(1)));
                format!("{bar} {count}")
            }
        };
        lines.push(format!("{}{bar}", text::fit(&name, NAME)));
    }
    lines
}
