//! The list: two lines a row beside the thread, a table on a narrow screen.

use ratatui::{buffer::Buffer, layout::Rect, style::Style, text::Line};

use crate::{
    app::{
        Focus, Model,
        action::table::Action,
        areas::{self, Layout},
        settings::Column,
        top_bar,
    },
    domain::{
        Conversation, Link, ListOrder, Platform, Span, ThreadOwner, Timestamp, Until, View, Window,
    },
    text::{self, Clean},
    ui::{
        draw::{draw_foot, frame, frame_style, framed, marked, put, span, title_style, wrapped},
        theme::{Role, Theme},
    },
};

pub(super) fn draw(model: &Model, theme: &Theme, layout: &Layout, area: Rect, buffer: &mut Buffer) {
    let focused = model.focus == Focus::List;
    let room = usize::from(area.width.saturating_sub(2));
    let title = text::cut(&title(model, area.width), room);
    let title = Line::from(span(title, title_style(focused, theme)));
    framed(title, frame(focused, theme), area, buffer);
    draw_foot(
        position(model, theme),
        frame_style(focused, theme),
        area,
        buffer,
    );
    let body = areas::list_body(layout);
    if model.inbox.total == 0 {
        empty(model, theme, body, buffer);
        return;
    }
    if layout.explain.is_some() {
        draw_heads(model, theme, body, buffer);
    }
    let first = model.inbox.top;
    let rows = u32::from(body.height / areas::row_height(layout));
    draw_rows(
        model,
        theme,
        layout,
        first..first.saturating_add(rows),
        buffer,
    );
}

/// What is different when the cursor has gone from one row to another: the two of them,
/// and the number at the foot of the frame.
pub(super) fn draw_cursor(
    model: &Model,
    theme: &Theme,
    layout: &Layout,
    rows: [u32; 2],
    buffer: &mut Buffer,
) {
    if let Some(area) = layout.list {
        let style = frame_style(model.focus == Focus::List, theme);
        draw_foot(position(model, theme), style, area, buffer);
    }
    draw_rows(model, theme, layout, rows, buffer);
}

/// Where in the list the cursor stands.
fn position(model: &Model, theme: &Theme) -> Line<'static> {
    let position = match model.inbox.total {
        0 => String::new(),
        total => format!(" {}/{total} ", model.inbox.cursor + 1),
    };
    Line::from(span(position, theme.style(Role::Dim))).right_aligned()
}

/// Rows by their places, and what is told of the selected one.
fn draw_rows(
    model: &Model,
    theme: &Theme,
    layout: &Layout,
    rows: impl IntoIterator<Item = u32>,
    buffer: &mut Buffer,
) {
    let inbox = &model.inbox;
    for place in rows {
        let below = place.checked_sub(inbox.top);
        let area = below.and_then(|below| areas::list_row(layout, below));
        let (Some(row), Some(area)) = (inbox.row(place), area) else {
            continue;
        };
        let selected = place == inbox.cursor;
        if layout.explain.is_some() {
            table_row(model, theme, row, selected, area, buffer);
        } else {
            card_row(model, theme, row, selected, area, buffer);
        }
    }
    if let (Some(area), Some(row)) = (layout.explain, inbox.selected()) {
        wrapped(
            &explanation(model, row),
            theme.style(Role::Dim),
            Rect {
                x: 1,
                width: area.width - 2,
                ..area
            },
            buffer,
        );
    }
}

/// The heads of the columns, above the rows.
fn draw_heads(model: &Model, theme: &Theme, body: Rect, buffer: &mut Buffer) {
    let head = Rect {
        y: body.y - 1,
        height: 1,
        ..body
    };
    let columns = Columns::of(head.width, &model.session.settings.shape.columns);
    let titles = columns.line(|column| match column {
        Column::Channel => "CH".into(),
        Column::Owner => "HOLDER".into(),
        column => column.name().to_uppercase(),
    });
    let titles = span(format!("  {titles}"), theme.style(Role::Dim));
    put(&[titles], head, buffer);
}

/// The view, and in which order or by what its rows stand there.
fn title(model: &Model, width: u16) -> String {
    let inbox = &model.inbox;
    let view = Clean::one_line(top_bar::title(model));
    if !model.marked.is_empty() {
        return format!(" {view} · {} marked ", model.marked.len());
    }
    if !inbox.filter.is_empty() {
        return format!(" {view} · /{} ", inbox.filter);
    }
    let order = match (inbox.narrow.order, inbox.view) {
        // Most of these do not wait for us, and stand behind those who do.
        (ListOrder::Deadline, View::Bot | View::All) => "waiting first",
        (order, _) => order.words(),
    };
    let long = format!(" {view} · {order} ");
    match text::width(&long) + 2 <= usize::from(width) {
        true => long,
        false => format!(" {view} · {} ", order.trim_end_matches(" first")),
    }
}

fn empty(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let words = if !model.inbox.loaded {
        "Loading…".to_owned()
    } else if !model.inbox.filter.is_empty() {
        format!(
            "No match for {:?}. Esc to clear the filter.",
            model.inbox.filter
        )
    } else if let Some(why) = why_nothing_is_known(model) {
        why
    } else {
        match model.inbox.view {
            View::NeedsMe => {
                "Nobody needs you right now. 3 shows the bot's threads, 5 shows all.".to_owned()
            }
            View::Mine => "You hold no threads.".to_owned(),
            View::Bot => "No thread is held by the bot or another app.".to_owned(),
            View::Closing => "Nothing closes within 4 hours.".to_owned(),
            View::All => "No conversations yet. New ones appear here.".to_owned(),
        }
    };
    wrapped(
        &words,
        theme.style(Role::Dim),
        Rect {
            x: area.x + 1,
            width: area.width.saturating_sub(2),
            ..area
        },
        buffer,
    );
}

/// An empty list says nothing of the customers while nothing of them is known, or
/// nothing new.
fn why_nothing_is_known(model: &Model) -> Option<String> {
    let account = &model.session.account;
    let read_at = account.read_at.map(|at| model.session.moment(at));
    let seen = match &read_at {
        Some(at) => {
            format!("Nothing in this view as of {at}.")
        }
        None => "No conversations loaded yet.".to_owned(),
    };
    let why = match &account.link {
        Link::Polling | Link::Webhook => {
            return read_at
                .is_none()
                .then(|| "Loading conversations…".to_owned());
        }
        Link::Connecting if read_at.is_none() => {
            return Some("Loading conversations…".into());
        }
        Link::Connecting | Link::ReadOnly(_) => return None,
        Link::TokenRefused(_) => "Meta rejected the token".to_owned(),
        Link::Offline(why) | Link::Broken(why) => Clean::one_line(why).into_string(),
        Link::Throttled(until) => {
            format!(
                "Meta asked to slow down until {}",
                model.session.moment(*until)
            )
        }
    };
    let why = why.trim_end_matches('.');
    Some(format!("{why}. {seen}"))
}

/// The mark of a row: the first that fits.
fn mark(model: &Model, row: &Conversation) -> (char, Role) {
    let now = model.server_now();
    if matches!(row.window(now), Window::Closed { .. }) || row.needs_no_reply() {
        ('x', Role::Dim)
    } else if row.triage.unread {
        ('*', Role::Warn)
    } else if row.deferred(now).is_some() && !row.closing(now) {
        ('z', Role::Dim)
    } else if matches!(row.owner, ThreadOwner::App(_) | ThreadOwner::Other) {
        ('~', Role::Dim)
    } else if row.closing(now) {
        ('!', Role::Bad)
    } else if row.unread > 0 && row.waiting() {
        ('*', Role::Warn)
    } else if row.owner == ThreadOwner::Us {
        ('.', Role::Me)
    } else {
        (' ', Role::Text)
    }
}

/// `>` at the cursor, `+` on a row that the next action is for.
fn cursor(model: &Model, row: &Conversation, selected: bool) -> char {
    if model.marked.contains_key(&row.id) {
        '+'
    } else if selected {
        '>'
    } else {
        ' '
    }
}

/// Below this a window is close to its end: amber (our choice).
const SOON: Span = Span::hours(8);

/// `23h59`, or `H 5d22` when only HUMAN_AGENT is left, or `-`.
fn left(model: &Model, row: &Conversation) -> (String, Role) {
    let now = model.server_now();
    let role = |until: Timestamp| match () {
        () if row.closing(now) => Role::Bad,
        () if row.waiting() && until.since(now) <= SOON => Role::Warn,
        () => Role::Text,
    };
    match row.window(now) {
        Window::Response { until, .. } => {
            (format!(" {:>5}", until.since(now).short()), role(until))
        }
        Window::HumanAgent { until } => (format!("H{:>5}", until.since(now).short()), role(until)),
        Window::Closed { .. } => ("  over".into(), Role::Dim),
        Window::Unknown => ("     ?".into(), Role::Dim),
    }
}

fn channel(row: &Conversation) -> &'static str {
    match row.platform {
        Platform::Messenger => "fb",
        Platform::Instagram => "ig",
    }
}

/// Who holds it, where that is not us.
fn holder(model: &Model, row: &Conversation) -> String {
    let apps = &model.session.account.apps;
    match &row.owner {
        _ if row.control_lapsed(model.server_now()) => "lapsed".to_owned(),
        ThreadOwner::Us => String::new(),
        ThreadOwner::App(app) => apps.name(app),
        ThreadOwner::Other => "other".into(),
        ThreadOwner::NotUs => "not us".into(),
        ThreadOwner::Idle => "idle".into(),
        ThreadOwner::Unknown => "?".into(),
    }
}

fn wait(model: &Model, row: &Conversation) -> String {
    row.wait(model.server_now())
        .map_or_else(|| "-".into(), |wait| wait.short())
}

fn last_words(model: &Model, row: &Conversation) -> (String, Option<(String, Role)>) {
    let flag = if row.unsettled {
        Some(("[not sent] ".to_owned(), Role::Bad))
    } else if row.control_lapsed(model.server_now()) {
        Some(("[control lapsed] ".to_owned(), Role::Warn))
    } else if row.draft {
        Some(("[draft] ".to_owned(), Role::Warn))
    } else {
        None
    };
    let labels: String = row
        .triage
        .labels
        .iter()
        .map(|label| format!("[{}] ", Clean::one_line(label)))
        .collect();
    // A reaction of theirs is newer than what the Page wrote, and the words are theirs.
    let reacted = row.opened_at == Some(row.updated_at) && row.opened_at > row.page_at;
    let by = match (
        row.customer_wrote_last() || reacted,
        row.agent_at,
        row.page_at,
    ) {
        (true, _, _) => "",
        (false, Some(agent), Some(page)) if agent >= page => "you: ",
        (false, _, Some(_)) => "Page: ",
        _ => "",
    };
    (
        format!("{labels}{by}{}", Clean::one_line(&row.snippet)),
        flag,
    )
}

/// The style of a row's text: inverted as a whole when it is selected.
fn row_style(theme: &Theme, role: Role, selected: bool) -> Style {
    let style = theme.style(role);
    if selected {
        style.patch(theme.style(Role::Selected))
    } else {
        style
    }
}

fn card_row(
    model: &Model,
    theme: &Theme,
    row: &Conversation,
    selected: bool,
    area: Rect,
    buffer: &mut Buffer,
) {
    let style = |role| row_style(theme, role, selected);
    let width = usize::from(area.width);
    let (mark, mark_role) = mark(model, row);
    let (left, left_role) = left(model, row);
    let waited = row.wait(model.server_now());
    let age = waited.map_or_else(|| "-".into(), Span::age);
    let end = format!(" {}{age:>4}", channel(row));
    let open = model
        .thread
        .as_ref()
        .is_some_and(|thread| thread.conversation.id == row.id);
    let name_role = if row.unread > 0 || open {
        Role::Strong
    } else {
        Role::Text
    };
    let cursor = cursor(model, row, selected);
    let name_width = width.saturating_sub(INDENT + text::width(&end));
    let name = text::fit(&Clean::one_line(&row.display_name()), name_width);
    let mut spans = vec![
        span(format!("{cursor}{mark}"), style(mark_role)),
        span(format!("{left}  "), style(left_role)),
    ];
    spans.extend(marked(&name, style(name_role), &model.inbox.filter));
    spans.push(span(end, style(Role::Dim)));
    put(&spans, area, buffer);
    let (words, flag) = last_words(model, row);
    let flag_width = flag.as_ref().map_or(0, |(words, _)| text::width(words));
    let mut spans = vec![span("    ", style(Role::Dim))];
    if let Some((words, role)) = flag {
        spans.push(span(words, style(role)));
    }
    let holder = text::cut(&Clean::one_line(&holder(model, row)), width / 3);
    let behind = match holder.as_str() {
        "" => String::new(),
        name => format!(" {name}"),
    };
    let room = width.saturating_sub(4 + flag_width + text::width(&behind));
    let words = text::fit(&words, room);
    spans.extend(marked(&words, style(Role::Dim), &model.inbox.filter));
    spans.push(span(behind, style(Role::Bot)));
    put(
        &spans,
        Rect {
            y: area.y + 1,
            height: 1,
            ..area
        },
        buffer,
    );
}

/// Cells before a name: cursor, mark, the time that is left, and a gap.
const INDENT: usize = 10;

/// Widths of the table on a narrow screen.
struct Columns<'a> {
    shown: &'a [Column],
    name: usize,
    last: usize,
}

impl<'a> Columns<'a> {
    fn of(width: u16, shown: &'a [Column]) -> Self {
        // Cursor and mark, the gaps, and what has a width of its own.
        let fixed: usize = shown.iter().map(|column| Self::fixed(*column)).sum();
        let rest = usize::from(width).saturating_sub(2 + shown.len() + fixed);
        let has = |column| shown.contains(&column);
        let name = match (has(Column::Name), has(Column::Last)) {
            (true, true) => (rest * 2 / 5).clamp(6.min(rest), 24),
            (true, false) => rest,
            (false, _) => 0,
        };
        Self {
            shown,
            name,
            last: rest.saturating_sub(name),
        }
    }

    fn fixed(column: Column) -> usize {
        match column {
            Column::Left => 6,
            Column::Channel => 2,
            Column::Owner => 6,
            Column::Wait => 5,
            Column::Name | Column::Last => 0,
        }
    }

    /// One line of the table; `cell` says what stands in a column.
    fn line(&self, cell: impl Fn(Column) -> String) -> String {
        let cells = self.shown.iter().map(|column| {
            let words = cell(*column);
            match column {
                Column::Left | Column::Wait => text::fit_right(&words, Self::fixed(*column)),
                Column::Channel | Column::Owner => text::fit(&words, Self::fixed(*column)),
                Column::Name => text::fit(&words, self.name),
                Column::Last => text::fit(&words, self.last),
            }
        });
        cells.collect::<Vec<_>>().join(" ")
    }
}

fn table_row(
    model: &Model,
    theme: &Theme,
    row: &Conversation,
    selected: bool,
    area: Rect,
    buffer: &mut Buffer,
) {
    let columns = Columns::of(area.width, &model.session.settings.shape.columns);
    let (mark, mark_role) = mark(model, row);
    let line = columns.line(|column| match column {
        Column::Left => left(model, row).0,
        Column::Channel => channel(row).into(),
        Column::Name => Clean::one_line(&row.display_name()).into_string(),
        Column::Last => {
            let (words, flag) = last_words(model, row);
            flag.map_or(words.clone(), |(flag, _)| format!("{flag}{words}"))
        }
        Column::Owner => match row.owner {
            ThreadOwner::Us if !row.control_lapsed(model.server_now()) => "us".to_owned(),
            _ => holder(model, row),
        },
        Column::Wait => wait(model, row),
    });
    let role = if row.unread > 0 {
        Role::Strong
    } else {
        Role::Text
    };
    let cursor = cursor(model, row, selected);
    let mut spans = vec![span(
        format!("{cursor}{mark}"),
        row_style(theme, mark_role, selected),
    )];
    let style = row_style(theme, role, selected);
    spans.extend(marked(&line, style, &model.inbox.filter));
    put(&spans, area, buffer);
}

/// Why the selected row stands where it stands, and what to do with it.
fn explanation(model: &Model, row: &Conversation) -> String {
    let now = model.server_now();
    let left = |name, until: Timestamp| format!("{name}, {} left", until.since(now).short());
    let window = match row.window(now) {
        Window::Response { until, .. } => left("RESPONSE", until),
        Window::HumanAgent { until } => left("HUMAN_AGENT", until),
        Window::Closed { since } => format!("closed {} ago", now.since(since).short()),
        Window::Unknown => "window unknown".into(),
    };
    let waits = row.wait(now);
    let waits = waits.map_or_else(String::new, |wait| format!(" · waiting {}", wait.short()));
    let key = |action| model.session.settings.keymap.key_of(action);
    let aside = aside_words(model, row).map_or_else(String::new, |words| format!("{words} · "));
    let advice = match (&row.owner, row.window(now)) {
        (_, Window::Closed { .. }) => "no reply until they write again".into(),
        _ if row.control_lapsed(now) => {
            format!(
                "control lapsed: {} takes it and replies",
                key(Action::Reply)
            )
        }
        (ThreadOwner::App(_) | ThreadOwner::Other | ThreadOwner::NotUs, _) => {
            format!("{} takes it and replies", key(Action::Reply))
        }
        _ => format!(
            "{} reply · {} hand back",
            key(Action::Reply),
            key(Action::HandBack)
        ),
    };
    format!(
        "{}: {aside}{window}{waits} · {advice}",
        Clean::one_line(&row.display_name())
    )
}

/// Why it is out of the way, if it is.
pub(super) fn aside_words(model: &Model, row: &Conversation) -> Option<String> {
    if row.triage.unread {
        return Some("kept unread".into());
    }
    Some(match row.deferred(model.server_now())? {
        Until::Moment(at) => {
            let at = at.plus(model.session.account.skew().negated());
            format!("snoozed until {}", model.session.moment(at))
        }
        Until::CustomerWrites => "waiting for their reply".into(),
        Until::NoReplyNeeded => "no reply needed".into(),
    })
}
