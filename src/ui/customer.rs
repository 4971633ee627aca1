//! The customer pane: who it is (or why we do not know), the clocks, who holds
//! the thread, and what happened to it.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    app::{Model, action::table::Action, thread::ownership_history},
    domain::{AppId, Conversation, Platform, Profile, Routing, ThreadOwner, Timestamp, Window},
    text::{self, Clean},
    ui::{
        call,
        draw::{frame, framed, lines, span},
        inbox::aside_words,
        theme::{Role, Theme},
        thread,
    },
};

/// From this height and width on there are colleagues and the API log, too.
const TALL: u16 = 50;
const WIDE: u16 = 160;
/// So many lines of the log stand there at least.
const LOG: usize = 10;
/// So many of the newest holds stand in the pane; `i` shows all.
const HOLDS: usize = 3;

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let title = Line::from(span(" customer ", theme.style(Role::Dim)));
    let inner = framed(title, frame(false, theme), area, buffer);
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let Some((conversation, profile)) = subject(model) else {
        return;
    };
    let width = usize::from(inner.width);
    let mut rows = profile_lines(model, theme, conversation, profile, width);
    rows.push(heading("clocks", theme, width));
    rows.extend(clocks(model, theme, conversation));
    rows.push(heading("who holds this thread", theme, width));
    rows.extend(ownership(model, theme, conversation, width));
    rows.extend(history(model, theme, width, HOLDS));
    rows.extend(note(model, theme, width));
    if inner.height >= TALL && model.session.size.0 >= WIDE {
        rows.extend(colleagues(model, theme, width));
        // The log takes what is left, and always some lines.
        let most = usize::from(inner.height).saturating_sub(LOG + 1);
        rows.truncate(most);
        rows.extend(api_log(
            model,
            theme,
            width,
            usize::from(inner.height) - rows.len(),
        ));
    }
    lines(rows, inner, buffer);
}

/// Whom the pane is about: the open thread's person, else the selected row's.
fn subject(model: &Model) -> Option<(&Conversation, &Profile)> {
    static UNASKED: Profile = Profile::Unasked;
    match (&model.thread, model.focus) {
        (Some(thread), _) => Some((&thread.conversation, &thread.profile)),
        (None, _) => Some((model.inbox.selected()?, &UNASKED)),
    }
}

/// The apps on the Page, and who works with them.
fn colleagues(model: &Model, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let mut rows = vec![heading("apps on this Page", theme, width)];
    let ours = |app: &AppId| model.session.account.apps.ours.as_ref() == Some(app);
    for (app, name) in &model.session.account.apps.names {
        let what = if ours(app) {
            "this desk"
        } else if model.session.account.apps.bot.as_ref() == Some(app) {
            "the bot"
        } else if model.session.account.apps.is_colleague(app) {
            "colleagues"
        } else {
            "Meta's inbox"
        };
        let words = format!("{}: {what}", Clean::one_line(name));
        rows.extend(say(&words, Role::Text, theme, width));
    }
    rows
}

/// The newest calls to the Graph API.
fn api_log(model: &Model, theme: &Theme, width: usize, room: usize) -> Vec<Line<'static>> {
    let mut rows = vec![heading("API log", theme, width)];
    if model.session.api_log.is_empty() {
        rows.extend(say("no call yet", Role::Dim, theme, width));
    }
    let newest = model
        .session
        .api_log
        .iter()
        .rev()
        .take(room.saturating_sub(1));
    rows.extend(newest.map(|call| Line::from(call::row(model, theme, call, width))));
    rows
}

fn heading(words: &str, theme: &Theme, width: usize) -> Line<'static> {
    let rule = "─".repeat(width.saturating_sub(text::width(words) + 1));
    Line::from(span(format!("{words} {rule}"), theme.style(Role::Frame)))
}

fn say(words: &str, role: Role, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    text::wrap(&words.into(), width)
        .into_iter()
        .map(|line| Line::from(span(line, theme.style(role))))
        .collect()
}

pub(super) fn profile_lines(
    model: &Model,
    theme: &Theme,
    c: &Conversation,
    profile: &Profile,
    width: usize,
) -> Vec<Line<'static>> {
    let mut rows = say(
        &Clean::one_line(&c.display_name()),
        Role::Strong,
        theme,
        width,
    );
    let id = match c.platform {
        Platform::Messenger => "PSID",
        Platform::Instagram => "IGSID",
    };
    match profile {
        Profile::Known(person) => {
            let mut facts: Vec<String> = Vec::new();
            facts.extend(person.username.as_ref().map(|name| format!("@{name}")));
            facts.extend(person.locale.clone());
            if let Some(minutes) = person.utc_offset {
                let there = model
                    .session
                    .now
                    .plus(crate::domain::Span::minutes(i64::from(minutes)));
                facts.push(format!(
                    "{} there",
                    there.local(&jiff::tz::TimeZone::UTC).strftime("%H:%M")
                ));
            }
            facts.extend(person.followers.map(|n| format!("{n} followers")));
            if !facts.is_empty() {
                rows.extend(say(
                    &Clean::one_line(&facts.join("  ")),
                    Role::Text,
                    theme,
                    width,
                ));
            }
        }
        Profile::Missing(why) => {
            let why = model.session.settings.keymap.name_remedies(why);
            rows.extend(say(&format!("No profile: {why}"), Role::Warn, theme, width))
        }
        Profile::Unasked => {}
    }
    rows.extend(say(&format!("{id} {}", c.psid), Role::Dim, theme, width));
    if !c.triage.labels.is_empty() {
        let words = format!("labels {}", c.triage.labels.join(", "));
        rows.extend(say(&Clean::one_line(&words), Role::Note, theme, width));
    }
    if let Some(words) = aside_words(model, c) {
        rows.extend(say(&words, Role::Note, theme, width));
    }
    rows
}

fn clock(
    name: &str,
    until: Option<Timestamp>,
    now: Timestamp,
    theme: &Theme,
    more: &str,
) -> Line<'static> {
    let (words, role) = match until {
        Some(until) if until > now => {
            let left = until.since(now);
            let soon = left <= crate::domain::CLOSING_SOON;
            (left.short(), if soon { Role::Bad } else { Role::Text })
        }
        Some(_) => ("over".to_owned(), Role::Dim),
        None => ("?".to_owned(), Role::Dim),
    };
    let spans: Vec<Span<'static>> = vec![
        span(text::fit(name, 12), theme.style(Role::Dim)),
        span(words, theme.style(role)),
        span(format!(" {more}"), theme.style(Role::Key)),
    ];
    Line::from(spans)
}

pub(super) fn clocks(model: &Model, theme: &Theme, c: &Conversation) -> Vec<Line<'static>> {
    let now = model.server_now();
    let (response, human_agent) = c.deadlines();
    let ours = c.owner == ThreadOwner::Us;
    let more = if ours {
        format!(
            "{} +24h",
            model.session.settings.keymap.key_of(Action::Extend)
        )
    } else {
        String::new()
    };
    let mut rows = vec![
        clock("RESPONSE", response, now, theme, ""),
        clock("HUMAN_AGENT", human_agent, now, theme, ""),
    ];
    if c.can_reply == Some(false) {
        let words = "Meta: no reply possible";
        rows.push(Line::from(span(words, theme.style(Role::Warn))));
    }
    if !matches!(c.owner, ThreadOwner::Idle | ThreadOwner::Unknown) {
        rows.push(clock("control", c.control_until, now, theme, &more));
    }
    rows
}

pub(super) fn ownership(
    model: &Model,
    theme: &Theme,
    c: &Conversation,
    width: usize,
) -> Vec<Line<'static>> {
    let since = c
        .owner_since
        .map(|at| format!(" since {}", thread::moment(model, at)))
        .unwrap_or_default();
    let key = |action| model.session.settings.keymap.key_of(action);
    let bot = model.session.account.apps.bot_name();
    let (who, advice) = match (&c.owner, model.routing(c.platform)) {
        (_, Routing::ZeroConfig) if c.owner == ThreadOwner::Unknown => (
            "nobody owns threads".to_owned(),
            "No default app is set for this Page: everyone may send, and take is refused."
                .to_owned(),
        ),
        _ if c.control_lapsed(model.server_now()) => (
            "nobody: our control lapsed".to_owned(),
            format!("They still wait. {} takes it again.", key(Action::Reply)),
        ),
        (ThreadOwner::Us, _) => (
            format!("us{since}"),
            format!("{} hands back to {bot}", key(Action::HandBack)),
        ),
        (ThreadOwner::App(app), _) => (
            format!("{}{since}", model.session.account.apps.name(app)),
            format!("{} takes it", key(Action::Take)),
        ),
        (ThreadOwner::Other, _) => (
            format!("another app{since}"),
            format!(
                "Meta does not tell bystanders which. {} takes it.",
                key(Action::Take)
            ),
        ),
        (ThreadOwner::NotUs, _) => (
            "another app or nobody".to_owned(),
            format!(
                "Opening the thread asks Meta. {} takes it.",
                key(Action::Take)
            ),
        ),
        (ThreadOwner::Idle, _) => (
            format!("nobody{since}"),
            "The next message goes to the default app.".to_owned(),
        ),
        (ThreadOwner::Unknown, _) => ("not known yet".to_owned(), String::new()),
    };
    let mut rows = say(&who, Role::Text, theme, width);
    if !advice.is_empty() {
        rows.extend(say(&advice, Role::Dim, theme, width));
    }
    rows
}

/// Who held the open thread, oldest first: since when, why, and how it ended.
/// At most the newest `most` of them.
pub(super) fn history(
    model: &Model,
    theme: &Theme,
    width: usize,
    most: usize,
) -> Vec<Line<'static>> {
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let c = &thread.conversation;
    let present = ownership_history::Present {
        owner: c.owner.clone(),
        since: c.owner_since,
        lapses: c.control_until,
        now: model.server_now(),
    };
    let periods =
        ownership_history::of(&thread.window.items, &model.session.account.apps, &present);
    periods[periods.len().saturating_sub(most)..]
        .iter()
        .flat_map(|period| {
            let moment = |at: Option<Timestamp>| match at {
                Some(at) => thread::moment(model, at),
                None => "…".into(),
            };
            let until = match period.until {
                Some(until) => format!("–{}", thread::moment(model, until)),
                None => String::new(),
            };
            let words: Vec<&str> = [period.why.as_str(), period.end.as_str()]
                .into_iter()
                .filter(|words| !words.is_empty())
                .collect();
            let line = format!("{}{until} {}", moment(period.from), period.holder);
            let role = if period.is_gap() {
                Role::Warn
            } else {
                Role::Event
            };
            let mut rows = say(&Clean::one_line(&line), role, theme, width);
            if !words.is_empty() {
                let words = format!("  {}", words.join(", then "));
                rows.extend(say(&Clean::one_line(&words), Role::Dim, theme, width));
            }
            rows
        })
        .collect()
}

/// What we were told when the thread came to us, field by field.
pub(super) fn note(model: &Model, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let Some((by, fields)) =
        ownership_history::note(&thread.window.items, &model.session.account.apps)
    else {
        return Vec::new();
    };
    let title = text::cut(&format!("note from {}", &*Clean::one_line(&by)), width);
    let mut rows = vec![heading(&title, theme, width)];
    let widest = fields.iter().map(|(name, _)| text::width(name)).max();
    let column = (widest.unwrap_or(0) + 1).min(width / 2);
    for (name, value) in fields {
        let name = text::fit(&Clean::one_line(&name), column);
        let value = Clean::one_line(&value);
        let room = width.saturating_sub(column).max(2);
        for (i, line) in text::wrap(&value, room).into_iter().enumerate() {
            let name = if i == 0 {
                name.clone()
            } else {
                text::fit("", column)
            };
            rows.push(Line::from(vec![
                span(name, theme.style(Role::Dim)),
                span(line, theme.style(Role::Text)),
            ]));
        }
    }
    rows
}

/// The window in words, for the ownership page.
pub(super) fn window_words(model: &Model, c: &Conversation) -> String {
    let now = model.server_now();
    match c.window(now) {
        Window::Response { until, .. } => {
            format!(
                "Replies go out as RESPONSE for {}, then as HUMAN_AGENT.",
                until.since(now).short()
            )
        }
        Window::HumanAgent { until } => {
            format!(
                "Only a person may answer, as HUMAN_AGENT, for {}.",
                until.since(now).short()
            )
        }
        Window::Closed { since } => format!(
            "Closed for {}: more than 7 days since the customer's last message. It opens when they write again.",
            now.since(since).short()
        ),
        Window::Unknown => "We have not seen a message of this person, so Meta decides.".into(),
    }
}
