//! The open thread.

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier, text::Line};

use crate::{
    app::{
        Focus, Model, Thread,
        action::table::{Action, Context},
        areas::inside,
        thread::{GUTTER, ThreadLine, ThreadPane, Tone},
    },
    domain::{ThreadOwner, Timestamp},
    text::{self, Clean},
    ui::{
        draw::{frame, framed, marked, put, span, wrapped},
        theme::{Role, Theme},
    },
};

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let focused = model.focus == Focus::Thread;
    let Some(thread) = &model.thread else {
        let inner = framed(Line::default(), frame(focused, theme), area, buffer);
        welcome(model, theme, inner, buffer);
        return;
    };
    let Some(pane) = ThreadPane::inside(model, inside(area)) else {
        return;
    };
    let view = pane.viewport();
    let (older, newer) = (thread.window.older as usize, thread.window.newer as usize);
    let last = older + view.lines.last().map_or(0, |(at, _)| at + 1);
    let count = older + thread.window.items.len() + newer;
    let more = if thread.window.older_remote { "+" } else { "" };
    let at_end = view.at_bottom && newer == 0;
    let below = if at_end { "" } else { "↓ " };
    let position = format!(" {below}{last}/{count}{more} ");
    let title = text::cut(
        &title(model, thread),
        usize::from(area.width.saturating_sub(4)),
    );
    let title = Line::from(span(title, theme.style(Role::Strong)));
    let block = frame(focused, theme)
        .title_bottom(Line::from(span(position, theme.style(Role::Dim))).right_aligned());
    let inner = framed(title, block, area, buffer);
    if thread.window.items.is_empty() {
        let words = if thread.window.is_loaded() {
            "No messages yet."
        } else {
            "Reading the cache…"
        };
        wrapped(words, theme.style(Role::Dim), inner, buffer);
        return;
    }
    // What is about to be copied is seen before it is: once its first key is pressed.
    let pending = &model.keys.pending;
    let keymap = &model.session.settings.keymap;
    let copying = !pending.is_empty()
        && keymap
            .continuations(Context::Desk, pending)
            .iter()
            .any(|(_, action)| *action == Action::CopyText);
    let at_hand = (focused && copying).then(|| pane.at_hand()).flatten();
    for (y, at, line) in pane.rows(view) {
        let find = match is_message(thread, at) {
            true => thread.find.as_str(),
            false => "",
        };
        let at_hand = Some(at) == at_hand;
        draw_line(
            theme,
            &line,
            find,
            at_hand,
            Rect {
                y,
                height: 1,
                ..inner
            },
            buffer,
        );
        let columns = model.mouse.selection.and_then(|s| s.columns(y, inner));
        if let Some((from, to)) = columns {
            let selected = Rect {
                x: from,
                y,
                width: to - from + 1,
                height: 1,
            };
            buffer.set_style(selected, theme.style(Role::Selected));
        }
    }
}

fn is_message(thread: &Thread, at: usize) -> bool {
    let item = thread.window.items.get(at);
    matches!(item, Some(crate::domain::Item::Message(_)))
}

fn title(model: &Model, thread: &Thread) -> String {
    let c = &thread.conversation;
    let owner = match &c.owner {
        _ if c.control_lapsed(model.server_now()) => "control lapsed".to_owned(),
        ThreadOwner::Us => "held by US".to_owned(),
        ThreadOwner::Unknown => match model.routing(c.platform) {
            crate::domain::Routing::ZeroConfig => "no routing: everyone may send".into(),
            _ => "holder unknown".into(),
        },
        other => format!("held by {}", model.owner_words(other)),
    };
    format!(
        " {} · {} · {owner} ",
        Clean::one_line(&c.display_name()),
        c.platform.word()
    )
}

/// `find`: what is looked for in its text; `at_hand`: it is about to be copied.
fn draw_line(
    theme: &Theme,
    line: &ThreadLine,
    find: &str,
    at_hand: bool,
    area: Rect,
    buffer: &mut Buffer,
) {
    match line {
        ThreadLine::Rule { words, new } => {
            let style = theme.style(if *new { Role::Warn } else { Role::Dim });
            let words = format!(" {words} ");
            let room = usize::from(area.width).saturating_sub(text::width(&words));
            let rule = format!(
                "{}{words}{}",
                "─".repeat(room / 2),
                "─".repeat(room - room / 2)
            );
            put(vec![span(rule, style)], area, buffer);
        }
        ThreadLine::Text { time, mark, pieces } => {
            let mark_style = theme.style(match mark {
                Some('C') => Role::Customer,
                Some('B') => Role::Bot,
                Some('A') => Role::Me,
                Some('P') => Role::Page,
                Some('#') => Role::Note,
                _ => Role::Event,
            });
            let time = time.as_deref().unwrap_or_default();
            put(
                vec![
                    span(text::fit(time, 6), theme.style(Role::Dim)),
                    span(
                        text::fit(&mark.map(String::from).unwrap_or_default(), 2),
                        mark_style,
                    ),
                ],
                Rect {
                    width: GUTTER.min(area.width),
                    ..area
                },
                buffer,
            );
            let spans = pieces
                .iter()
                .flat_map(|(tone, words)| {
                    let style = theme.style(role(*tone));
                    let style = if at_hand {
                        style.add_modifier(Modifier::UNDERLINED)
                    } else {
                        style
                    };
                    marked(words, style, find)
                })
                .collect();
            let text = Rect {
                x: area.x + GUTTER,
                width: area.width.saturating_sub(GUTTER),
                ..area
            };
            put(spans, text, buffer);
        }
    }
}

pub(super) fn role(tone: Tone) -> Role {
    match tone {
        Tone::Said => Role::Text,
        Tone::Dim => Role::Dim,
        Tone::Part => Role::Part,
        Tone::Event => Role::Event,
        Tone::Note => Role::Note,
        Tone::Bad => Role::Bad,
        Tone::Warn => Role::Warn,
        Tone::Good => Role::Good,
    }
}

/// What stands there while no thread is open.
fn welcome(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let key = |action| model.session.settings.keymap.key_of(action);
    let rows = [
        (key(Action::Open), "open the selected conversation"),
        (key(Action::Reply), "reply: take, mark seen, show typing"),
        (key(Action::NextWaiting), "open the next waiting customer"),
        (key(Action::Jump), "jump to a person by name"),
        (key(Action::Help), "all keys"),
    ];
    let top = area.y + area.height / 3;
    for ((key, words), y) in rows.into_iter().zip(top..area.bottom()) {
        let line = vec![
            span(text::fit_right(&key, 12), theme.style(Role::Key)),
            span(format!("  {words}"), theme.style(Role::Dim)),
        ];
        put(
            line,
            Rect {
                y,
                height: 1,
                ..area
            },
            buffer,
        );
    }
}

/// `14:05`, or with the day when it is another one.
pub(super) fn moment(model: &Model, at: Timestamp) -> String {
    let (then, now) = (
        at.local(&model.session.settings.zone),
        model.session.now.local(&model.session.settings.zone),
    );
    let format = if then.date() == now.date() {
        "%H:%M"
    } else {
        "%-d %b %H:%M"
    };
    then.strftime(format).to_string()
}
