//! The customer pane: who it is (or why we do not know), the clocks, who holds
//! the thread, and what happened to it.

use ratatui::{
    buffer::Buffer,
    layout::{Margin, Rect},
    style::Style,
    text::Line,
};

use crate::{
    app::{
        Model, action::table::Action, areas::has_api_log, pictures::FACE, thread::ownership_history,
    },
    domain::{
        AppId, Conversation, Item, PictureId, Platform, Profile, Routing, ThreadOwner, Timestamp,
        Window,
    },
    text::{self, Clean},
    ui::{
        call,
        draw::{blank, frame, framed, put, span, title_style},
        inbox::aside_words,
        picture,
        theme::{Role, Theme},
    },
};

/// So many lines of the log stand there at least.
const LOG: usize = 10;
/// So many of the newest private notes stand in the pane, and of who held the thread
/// before; `i` shows all.
const NOTES: usize = 2;
const HOLDS: usize = 3;

/// What stands in the pane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerLines {
    lines: Vec<Line<'static>>,
    /// A face stands beside the first of them.
    face: bool,
}

/// Draws the pane; answers what stands in it.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) -> CustomerLines {
    let title = Line::from(span(" customer ", title_style(false, theme)));
    framed(title, frame(false, theme), area, buffer);
    let mut shown = CustomerLines::default();
    draw_lines(model, theme, area, &mut shown, buffer);
    shown
}

/// Draws the lines that are not `shown` yet over those that are; answers where.
pub(super) fn draw_lines(
    model: &Model,
    theme: &Theme,
    area: Rect,
    shown: &mut CustomerLines,
    buffer: &mut Buffer,
) -> Vec<Rect> {
    let inner = area.inner(Margin::new(2, 1));
    let face = subject(model).and_then(|(conversation, _)| {
        let person = PictureId::Person(conversation.psid.clone());
        model.pictures.shown(&person)
    });
    let rows = rows(model, theme, area, face.is_some());
    let whole = shown.face || face.is_some();
    let mut parts: Vec<Rect> = Vec::new();
    let most = rows.len().max(shown.lines.len());
    for (at, y) in (0..most).zip(inner.top()..inner.bottom()) {
        let row = rows.get(at);
        if row == shown.lines.get(at) && !whole {
            continue;
        }
        let line = Rect {
            y,
            height: 1,
            ..inner
        };
        blank(theme.style(Role::Text), line, buffer);
        if let Some(row) = row {
            put(&row.spans, line, buffer);
        }
        match parts.last_mut().filter(|part| part.bottom() == y) {
            Some(part) => part.height += 1,
            None => parts.push(line),
        }
    }
    if let Some(face) = face {
        let by = model.session.settings.pictures;
        picture::whole(face, face.cells, by, inner, buffer);
    }
    *shown = CustomerLines {
        lines: rows,
        face: face.is_some(),
    };
    parts
}

/// What the pane says, line by line; the first ones leave room for a face.
fn rows(model: &Model, theme: &Theme, area: Rect, has_face: bool) -> Vec<Line<'static>> {
    let Some((conversation, profile)) = subject(model) else {
        return Vec::new();
    };
    let inner = area.inner(Margin::new(2, 1));
    let width = usize::from(inner.width);
    let mut rows = match has_face {
        true => {
            let beside = width.saturating_sub(usize::from(FACE.0) + 1);
            beside_face(who(model, theme, conversation, profile, beside))
        }
        false => who(model, theme, conversation, profile, width),
    };
    rows.extend(kept_of(model, theme, conversation, width));
    rows.push(heading(reply_words(model, conversation), theme, width));
    rows.extend(clocks(model, theme, conversation));
    rows.push(heading("Control", theme, width));
    rows.extend(ownership(model, theme, conversation, width));
    rows.extend(note(model, theme, width));
    rows.extend(notes(model, theme, width));
    rows.extend(before(model, theme, width));
    if has_api_log(area, model.session.size.0) {
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
    rows
}

/// The first lines stand at the right of a face.
fn beside_face(mut rows: Vec<Line<'static>>) -> Vec<Line<'static>> {
    let tall = usize::from(FACE.1);
    rows.resize_with(rows.len().max(tall), Line::default);
    for row in &mut rows {
        let gap = " ".repeat(usize::from(FACE.0) + 1);
        row.spans.insert(0, span(gap, Style::new()));
    }
    rows
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
    let mut rows = vec![heading("Apps on this Page", theme, width)];
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
    Line::from(vec![
        span(format!("{words} "), theme.style(Role::Dim)),
        span(rule, theme.style(Role::Frame)),
    ])
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
    let mut rows = who(model, theme, c, profile, width);
    rows.extend(kept_of(model, theme, c, width));
    rows
}

/// Name, and what the profile tells.
fn who(
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
                    &Clean::one_line(&facts.join(" · ")),
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
    rows
}

/// The id, first and last contact, labels, what the row is put off for.
fn kept_of(model: &Model, theme: &Theme, c: &Conversation, width: usize) -> Vec<Line<'static>> {
    let id = match c.platform {
        Platform::Messenger => "PSID",
        Platform::Instagram => "IGSID",
    };
    let whose = match model.session.privacy {
        true => "(hidden)",
        false => c.psid.as_str(),
    };
    let mut rows = say(&format!("{id} {whose}"), Role::Dim, theme, width);
    rows.extend(contact(model, theme, c, width));
    if !c.triage.labels.is_empty() {
        let words = c.triage.labels.join(" · ");
        rows.extend(say(&Clean::one_line(&words), Role::Note, theme, width));
    }
    if let Some(words) = aside_words(model, c) {
        rows.extend(say(&words, Role::Note, theme, width));
    }
    rows
}

/// When they first wrote, as far as that is known, and when last.
fn contact(model: &Model, theme: &Theme, c: &Conversation, width: usize) -> Vec<Line<'static>> {
    let session = &model.session;
    let day = |at: Timestamp| {
        let zone = &session.settings.zone;
        let (then, now) = (at.local(zone).date(), session.now.local(zone).date());
        let format = match then.year() == now.year() {
            true => "%-d %b",
            false => "%-d %b %Y",
        };
        then.strftime(format).to_string()
    };
    let open = model.thread.as_ref().filter(|t| t.conversation.id == c.id);
    let whole = open.filter(|t| t.window.older == 0 && !t.window.older_remote);
    let first = whole.and_then(|t| t.window.items.first());
    let first = first.map(|item| format!("first contact {}", day(item.at())));
    let last = c.customer_at;
    let last = last.map(|at| format!("last wrote {}", session.moment(at)));
    let words = first.into_iter().chain(last);
    words
        .flat_map(|words| say(&words, Role::Dim, theme, width))
        .collect()
}

/// Whether a reply may go out, as the heading of its clocks.
fn reply_words(model: &Model, c: &Conversation) -> &'static str {
    match c.window(model.server_now()) {
        _ if c.can_reply == Some(false) => "Meta: no reply possible",
        Window::Response { .. } => "You can reply",
        Window::HumanAgent { .. } => "Only a person may reply",
        Window::Closed { .. } => "Closed until they write",
        Window::Unknown => "Replies",
    }
}

fn clock(name: &str, until: Option<Timestamp>, now: Timestamp, theme: &Theme) -> Line<'static> {
    let (words, role) = left(until, now);
    Line::from(vec![
        span(text::fit(name, 12), theme.style(Role::Dim)),
        span(words, theme.style(role)),
    ])
}

/// The time that is left, and how urgent it is.
fn left(until: Option<Timestamp>, now: Timestamp) -> (String, Role) {
    match until {
        Some(until) if until > now => {
            let left = until.since(now);
            let soon = left <= crate::domain::CLOSING_SOON;
            (left.short(), if soon { Role::Bad } else { Role::Text })
        }
        Some(_) => ("over".to_owned(), Role::Dim),
        None => ("?".to_owned(), Role::Dim),
    }
}

pub(super) fn clocks(model: &Model, theme: &Theme, c: &Conversation) -> Vec<Line<'static>> {
    let now = model.server_now();
    let (response, human_agent) = c.deadlines();
    vec![
        clock("RESPONSE", response, now, theme),
        clock("HUMAN_AGENT", human_agent, now, theme),
    ]
}

pub(super) fn ownership(
    model: &Model,
    theme: &Theme,
    c: &Conversation,
    width: usize,
) -> Vec<Line<'static>> {
    let since = c
        .owner_since
        .map(|at| format!(" since {}", model.session.moment(at)))
        .unwrap_or_default();
    let key = |action| model.session.settings.keymap.key_of(action);
    let bot = model.session.account.apps.bot_name();
    let (who, advice) = match (&c.owner, model.routing(c.platform)) {
        (_, Routing::ZeroConfig) if c.owner == ThreadOwner::Unknown => (
            "everyone may reply".to_owned(),
            "No default app is set for this Page, so nobody holds threads.".to_owned(),
        ),
        _ if c.control_lapsed(model.server_now()) => (
            "nobody: control expired".to_owned(),
            format!(
                "Still waiting. Press {} to take it back.",
                key(Action::Reply)
            ),
        ),
        (ThreadOwner::Us, _) => (
            format!("us{since}"),
            format!(
                "{} hand back to {bot}\n{} extend",
                key(Action::HandBack),
                key(Action::Extend)
            ),
        ),
        (ThreadOwner::App(app), _) => (
            format!("{}{since}", model.session.account.apps.name(app)),
            format!("{} takes it", key(Action::Take)),
        ),
        (ThreadOwner::Other, _) => (
            format!("another app{since}"),
            format!("Meta does not say which. {} takes it.", key(Action::Take)),
        ),
        (ThreadOwner::NotUs, _) => (
            "another app or nobody".to_owned(),
            format!(
                "Open the thread to find out. {} takes it.",
                key(Action::Take)
            ),
        ),
        (ThreadOwner::Idle, _) => (
            format!("nobody{since}"),
            "The next message goes to the default app.".to_owned(),
        ),
        (ThreadOwner::Unknown, _) => ("not known yet".to_owned(), String::new()),
    };
    let now = model.server_now();
    let mut rows = say(&who, Role::Text, theme, width);
    if let Some(until) = c.control_until
        && until > now
        && !matches!(c.owner, ThreadOwner::Idle | ThreadOwner::Unknown)
    {
        let (words, role) = left(Some(until), now);
        let words = format!("{words} left");
        let first = rows.first().filter(|_| rows.len() == 1);
        let used = first.map_or(width, Line::width);
        match used + 2 + words.len() <= width {
            true => rows[0].push_span(span(format!(", {words}"), theme.style(role))),
            false => rows.push(Line::from(span(words, theme.style(role)))),
        }
    }
    if !advice.is_empty() {
        rows.extend(say(&advice, Role::Dim, theme, width));
    }
    rows
}

/// Who held the open thread, oldest first: since when, why, and how it ended.
pub(super) fn history(model: &Model, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let periods = periods(model);
    periods
        .iter()
        .flat_map(|period| {
            let moment = |at: Option<Timestamp>| match at {
                Some(at) => model.session.moment(at),
                None => "…".into(),
            };
            let until = match period.until {
                Some(until) => format!("–{}", model.session.moment(until)),
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
    let title = text::cut(&format!("From {}", &*Clean::one_line(&by)), width);
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

/// The newest private notes about them, with who wrote each.
fn notes(model: &Model, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let items = model.thread.as_ref().map_or(&[][..], |t| &t.window.items);
    let notes = items.iter().rev().filter_map(|item| match item {
        Item::Note(note) => Some(note),
        _ => None,
    });
    let mut rows = Vec::new();
    for note in notes.take(NOTES) {
        if rows.is_empty() {
            rows.push(heading("Notes", theme, width));
        }
        let words = format!("{} ({})", note.text, note.agent);
        rows.extend(say(&Clean::one_line(&words), Role::Note, theme, width));
    }
    rows
}

/// Who held the thread before, newest first: when, who, and for how long.
fn before(model: &Model, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let ended = periods(model);
    let ended = ended.iter().rev().filter_map(|period| {
        let (from, until) = (period.from?, period.until?);
        (!period.is_gap()).then_some((period, from, until))
    });
    let mut rows = Vec::new();
    for (period, from, until) in ended.take(HOLDS) {
        if rows.is_empty() {
            rows.push(heading("Before", theme, width));
        }
        let about = ["intent", "reason", "outcome"];
        let about = about.iter().find_map(|name| {
            let field = period.note.iter().find(|(field, _)| field == name);
            field.map(|(_, value)| value.replace('_', " "))
        });
        let what = match about {
            Some(about) => format!("{}: {about}", period.holder),
            None => period.holder.to_string(),
        };
        let day = from.local(&model.session.settings.zone);
        let day = text::fit(&day.strftime("%-d %b").to_string(), 7);
        let long = format!(" {}", until.since(from).short());
        let room = width.saturating_sub(text::width(&day) + text::width(&long));
        let what = text::fit(&Clean::one_line(&what), room);
        rows.push(Line::from(vec![
            span(day, theme.style(Role::Dim)),
            span(what, theme.style(Role::Text)),
            span(long, theme.style(Role::Dim)),
        ]));
    }
    rows
}

/// Who held the open thread, oldest first.
fn periods(model: &Model) -> Vec<ownership_history::OwnershipPeriod> {
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
    ownership_history::of(&thread.window.items, &model.session.account.apps, &present)
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
        Window::Unknown => "No message from this person seen yet, so Meta decides.".into(),
    }
}
