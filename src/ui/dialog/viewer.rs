//! Text to read: profile, ownership and clocks, JSON.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    app::{
        Model,
        dialog::{HandOvers, Viewer, ViewerContent, geometry},
        report,
        thread::ownership_history,
    },
    domain::{Conversation, DeliveredWebhook, Profile, ThreadOwner, Timestamp},
    text::{self, Clean},
    ui::{
        customer,
        dialog::{chapter, frame::boxed},
        draw::{self, span},
        theme::{Role, Theme},
        thread,
    },
};

/// The most lines that a page takes of a large screen, so that the desk stays in sight.
const TALLEST: u16 = 44;
/// So many of the newest webhooks are told.
const DELIVERIES: usize = 40;

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    viewer: &Viewer,
    screen: Rect,
    buffer: &mut Buffer,
) {
    let wide = matches!(
        viewer.content,
        ViewerContent::Raw(..)
            | ViewerContent::HandOvers(..)
            | ViewerContent::Chapter(_)
            | ViewerContent::Report(_)
    );
    let width = (screen.width - 4).min(if wide { 120 } else { 72 });
    let title = match viewer.content {
        ViewerContent::Profile => "profile",
        ViewerContent::Tour => "tour",
        ViewerContent::Report(Some((ref report, _))) => {
            let span = model.session.now.since(report.since);
            match (span.as_secs() + 43_200) / 86_400 {
                0 | 1 => "report: last 24 hours",
                7 => "report: last 7 days",
                30 => "report: last 30 days",
                _ => "report",
            }
        }
        ViewerContent::Report(None) => "report",
        ViewerContent::Chapter(chapter) => chapter.name,
        ViewerContent::Ownership => "who holds this thread, and the clocks",
        ViewerContent::HandOvers(..) => "owner explained",
        ViewerContent::Raw(..) => {
            "JSON as Meta sent it, newest first: yp copies a path, yj the message"
        }
    };
    let asked = viewer.find.input.text();
    let mut title = text::cut(title, usize::from(width).saturating_sub(4));
    let room = usize::from(width.saturating_sub(4)).max(2);
    let (mut lines, marked) = match &viewer.content {
        ViewerContent::Raw(_, Some(json)) if !json.is_empty() => {
            json_lines(json, viewer.line, theme, room)
        }
        kind => (lines(model, theme, kind, room), None),
    };
    let height = u16::try_from(lines.len() + 2)
        .unwrap_or(u16::MAX)
        .min(screen.height - 2)
        .min(TALLEST);
    let frame = geometry::centred((width, height), screen);
    let found = found_in(&lines, asked);
    if viewer.find.typing || !asked.is_empty() {
        let place = match found.len() {
            0 if asked.is_empty() => String::new(),
            0 => ": no match".to_owned(),
            count => format!(": {} of {count}", nth(viewer.find.at, count) + 1),
        };
        title = format!("{title} /{asked}{place}");
    }
    let inner = boxed(&title, frame, theme, buffer);
    let last = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .saturating_sub(inner.height);
    let scroll = match marked {
        // The marked line stays in the middle.
        Some(at) => u16::try_from(at)
            .unwrap_or(u16::MAX)
            .saturating_sub(inner.height / 2),
        None => match found.get(nth(viewer.find.at, found.len())) {
            Some(at) => u16::try_from(*at)
                .unwrap_or(u16::MAX)
                .saturating_sub(inner.height / 3)
                .saturating_add_signed(viewer.find.nudge),
            None => viewer.scroll,
        },
    };
    let from = usize::from(scroll.min(last));
    let mut shown = lines.split_off(from.min(lines.len()));
    if !asked.is_empty() {
        for line in shown.iter_mut().take(usize::from(inner.height)) {
            let spans = std::mem::take(&mut line.spans);
            let marked = |span: Span<'static>| draw::marked(&span.content, span.style, asked);
            line.spans = spans.into_iter().flat_map(marked).collect();
        }
    }
    draw::lines(shown, inner, buffer);
}

/// A place counted on and on, or back, among so many.
fn nth(at: isize, count: usize) -> usize {
    let count = isize::try_from(count).unwrap_or(isize::MAX).max(1);
    usize::try_from(at.rem_euclid(count)).unwrap_or(0)
}

/// The lines in which these words stand.
fn found_in(lines: &[Line<'static>], asked: &str) -> Vec<usize> {
    if asked.trim().is_empty() {
        return Vec::new();
    }
    let holds = |line: &Line<'static>| {
        let words: String = line.spans.iter().map(|span| &*span.content).collect();
        asked
            .split_whitespace()
            .all(|word| !text::matches(&words, word).is_empty())
    };
    let lines = lines.iter().enumerate().filter(|(_, line)| holds(line));
    lines.map(|(at, _)| at).collect()
}

/// JSON with one line of it marked, and where on the page that line begins.
fn json_lines(
    json: &[String],
    marked: usize,
    theme: &Theme,
    width: usize,
) -> (Vec<Line<'static>>, Option<usize>) {
    let mut out: Vec<Line<'static>> = Vec::new();
    let mut begins = None;
    let mut number = 0;
    for message in json {
        for line in message.lines().chain([""]) {
            let role = if number == marked {
                begins = Some(out.len());
                Role::Selected
            } else {
                Role::Text
            };
            let indent = line.len() - line.trim_start().len();
            let pieces = text::wrap(&line.trim_start().into(), width.saturating_sub(indent));
            for piece in pieces {
                let words = format!("{}{piece}", " ".repeat(indent.min(width)));
                out.push(Line::from(span(words, theme.style(role))));
            }
            number += 1;
        }
    }
    (out, begins)
}

fn lines(model: &Model, theme: &Theme, kind: &ViewerContent, width: usize) -> Vec<Line<'static>> {
    let say = |words: &str, role: Role| -> Vec<Line<'static>> {
        text::wrap(&words.into(), width)
            .into_iter()
            .map(|line| Line::from(span(line, theme.style(role))))
            .collect()
    };
    match kind {
        ViewerContent::Tour => return thread::tour_lines(model, theme),
        ViewerContent::Chapter(chapter) => return chapter::lines(chapter, theme, width),
        ViewerContent::Report(None) => return say("Counting…", Role::Dim),
        ViewerContent::Report(Some((report, unreadable))) => {
            let zone = &model.session.settings.zone;
            let lines = report::lines(report, zone, theme.is_ascii()).into_iter();
            let mut rows: Vec<_> = lines
                .map(|line| Line::from(span(line, theme.style(Role::Text))))
                .collect();
            if *unreadable > 0 {
                let words =
                    format!("Not counted: {unreadable} lines of the record cannot be read.");
                rows.extend(say(&words, Role::Warn));
            }
            return rows;
        }
        _ => {}
    }
    let Some(subject) = model.subject() else {
        return Vec::new();
    };
    match kind {
        ViewerContent::Tour | ViewerContent::Report(_) | ViewerContent::Chapter(_) => Vec::new(),
        ViewerContent::Profile => profile(model, theme, subject, width),
        ViewerContent::Ownership => {
            let mut rows = say(&customer::window_words(model, subject), Role::Text);
            rows.push(Line::default());
            rows.extend(customer::clocks(model, theme, subject));
            rows.push(Line::default());
            rows.extend(customer::ownership(model, theme, subject, width));
            rows.push(Line::default());
            let history = customer::history(model, theme, width);
            if history.is_empty() {
                rows.extend(say("No handovers recorded yet.", Role::Dim));
            }
            rows.extend(history);
            rows.push(Line::default());
            rows.extend(customer::note(model, theme, width));
            rows
        }
        ViewerContent::Raw(_, None) => say("Loading…", Role::Dim),
        ViewerContent::Raw(_, Some(json)) if json.is_empty() => {
            say("Nothing loaded yet.", Role::Dim)
        }
        ViewerContent::Raw(_, Some(json)) => json_lines(json, usize::MAX, theme, width).0,
        ViewerContent::HandOvers(_, page) => hand_overs(model, theme, subject, page, width),
    }
}

/// What we conclude, what speaks for it, and what a simulator told which app.
fn hand_overs(
    model: &Model,
    theme: &Theme,
    subject: &Conversation,
    page: &HandOvers,
    width: usize,
) -> Vec<Line<'static>> {
    let mut said = conclusion(model, subject);
    said.push((String::new(), Role::Dim));
    said.push(("Evidence (newest wins)".into(), Role::Dim));
    said.extend(evidence(model, page));
    said.push((String::new(), Role::Dim));
    said.extend(deliveries(model, page));
    let wrapped = said.into_iter().flat_map(|(words, role)| {
        let lines = text::wrap(&words.into(), width).into_iter();
        lines.map(move |line| Line::from(span(line, theme.style(role))))
    });
    wrapped.collect()
}

/// Who should hold the thread by all that was seen, and who does.
fn conclusion(model: &Model, subject: &Conversation) -> Vec<(String, Role)> {
    let thread = model.thread.as_ref();
    let expected = ownership_history::of(
        thread.map_or(&[][..], |thread| &thread.window.items),
        &model.session.account.apps,
        &ownership_history::Present {
            owner: ThreadOwner::Unknown,
            since: None,
            lapses: subject.control_until,
            now: model.server_now(),
        },
    );
    let actual = model.owner_words(&subject.owner);
    let Some(period) = expected.last() else {
        let words = match thread {
            Some(_) => "expected  ? (no handovers seen)",
            None => "expected  ? (no handovers seen; open the thread)",
        };
        return vec![
            (words.into(), Role::Dim),
            (format!("actual    {actual}"), Role::Text),
        ];
    };
    let same = period.holder.to_string() == actual || period.is_gap();
    let since = period
        .from
        .map_or("?".into(), |at| model.session.moment(at));
    let words = format!("expected  {} since {since}: {}", period.holder, period.why);
    let (role, verdict) = match same {
        true => (Role::Good, "as expected"),
        false => (Role::Bad, "NOT as expected"),
    };
    vec![
        (words, Role::Text),
        (format!("actual    {actual}: {verdict}"), role),
    ]
}

fn evidence(model: &Model, page: &HandOvers) -> Vec<(String, Role)> {
    let Some(evidence) = &page.evidence else {
        return vec![("Loading…".into(), Role::Dim)];
    };
    let owner = |fact: &Option<(Timestamp, ThreadOwner)>| match fact {
        Some((at, owner)) => format!(
            "{}  {}",
            model.session.moment(*at),
            model.owner_words(owner)
        ),
        None => "none".into(),
    };
    let channel = match evidence.channel {
        Some((at, true)) => format!(
            "{}  messaging, so we have control",
            model.session.moment(at)
        ),
        Some((at, false)) => format!(
            "{}  standby, so another app has control",
            model.session.moment(at)
        ),
        None => "no webhook to this desk yet".into(),
    };
    [
        format!("our calls      {}", owner(&evidence.base)),
        format!("told to us     {}", owner(&evidence.moved)),
        format!("channel        {channel}"),
    ]
    .map(|words| (words, Role::Text))
    .into()
}

fn deliveries(model: &Model, page: &HandOvers) -> Vec<(String, Role)> {
    let words = match &page.delivered {
        Some(delivered) if delivered.is_empty() => "No deliveries about this person yet.",
        Some(delivered) => {
            let title = "Deliveries (newest first)";
            let newest = || delivered.iter().rev().take(DELIVERIES);
            let when = |told: &DeliveredWebhook| match told.at {
                Some(at) => model.session.moment(at),
                None => String::new(),
            };
            // As wide as what stands in them.
            let widest = |cell: &dyn Fn(&DeliveredWebhook) -> String| {
                let cells = newest().map(|told| text::width(&Clean::one_line(&cell(told))));
                cells.max().unwrap_or(0)
            };
            let columns: [&dyn Fn(&DeliveredWebhook) -> String; 3] =
                [&when, &|told| told.app.clone(), &|told| {
                    told.channel.clone()
                }];
            let widths = columns.map(widest);
            let rows = newest().map(|told| {
                let role = match told.channel == "standby" {
                    true => Role::Dim,
                    false => Role::Text,
                };
                let cells = columns.iter().zip(widths).map(|(cell, width)| {
                    let cell = text::fit(&Clean::one_line(&cell(told)), width);
                    format!("{cell}  ")
                });
                let words = format!("{}{}", cells.collect::<String>(), told.what);
                (Clean::one_line(&words).into_string(), role)
            });
            return std::iter::once((title.into(), Role::Dim))
                .chain(rows)
                .collect();
        }
        None if model.session.settings.simulator => "Asking the simulator…",
        None => "Deliveries to other apps can only be seen on a simulator.",
    };
    vec![(words.into(), Role::Dim)]
}

fn profile(
    model: &Model,
    theme: &Theme,
    subject: &Conversation,
    width: usize,
) -> Vec<Line<'static>> {
    let known = model
        .thread
        .as_ref()
        .filter(|thread| thread.conversation.id == subject.id);
    let profile = known.map_or(Profile::Unasked, |thread| thread.profile.clone());
    let mut rows = customer::profile_lines(model, theme, subject, &profile, width);
    if profile == Profile::Unasked {
        rows.push(Line::from(span(
            "Open the thread to load the profile.",
            theme.style(Role::Dim),
        )));
    }
    let id = text::cut(&format!("conversation {}", subject.id), width);
    rows.push(Line::from(span(id, theme.style(Role::Dim))));
    rows
}
