//! The composer: for whom, as what, until when, how long, who sees what.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect, Size},
    style::Style,
    text::Line,
    widgets::Widget,
};

use crate::{
    app::{
        Focus, Model, Thread,
        action::table::Action,
        areas::composer_text,
        composer::CURSOR,
        thread::{part_words, quote_words, quoted_words},
    },
    domain::{HUMAN_AGENT_WINDOW, Link, Platform, SendAs, Timestamp, Window},
    text::{self, Clean},
    ui::{
        draw::{draw_foot, frame, frame_style, framed, lines, put, span, title_style},
        theme::{Role, Theme},
    },
};

/// Draws it; answers where the cursor is while it has the keys.
pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let thread = model.thread.as_ref()?;
    let (title, role) = title(model, thread, usize::from(area.width.saturating_sub(4)));
    let style = match role {
        Role::Strong => title_style(model.focus == Focus::Composer, theme),
        role => theme.style(role),
    };
    let title = Line::from(span(title, style));
    let block = frame(model.focus == Focus::Composer, theme);
    let inner = framed(title, block, area, buffer);
    draw_count(model, thread, theme, area, buffer);
    let body = composer_text(area, thread.composer.head());
    let above = Rect {
        height: body.y - inner.y,
        ..inner
    };
    lines(head(thread, theme, above), above, buffer);
    put_text(model, thread, body, buffer)
}

/// What is different when a letter has gone behind a line of the text: its cell, and the
/// count at the foot of the frame.
pub(super) fn draw_letter(
    model: &Model,
    theme: &Theme,
    area: Rect,
    letter: char,
    at: Position,
    buffer: &mut Buffer,
) {
    if let Some(thread) = &model.thread {
        draw_count(model, thread, theme, area, buffer);
    }
    let letter = span(letter.to_string(), Style::new());
    put(&[letter], Rect::from((at, Size::new(1, 1))), buffer);
}

/// What is different after a key: the text, and the count at the foot of the frame.
pub(super) fn draw_text(
    model: &Model,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let thread = model.thread.as_ref()?;
    draw_count(model, thread, theme, area, buffer);
    let body = composer_text(area, thread.composer.head());
    put_text(model, thread, body, buffer)
}

fn draw_count(model: &Model, thread: &Thread, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let style = frame_style(model.focus == Focus::Composer, theme);
    draw_foot(count(model, thread, theme), style, area, buffer);
}

/// How long the text is, and how it stands.
fn count(model: &Model, thread: &Thread, theme: &Theme) -> Line<'static> {
    let (length, limit) = thread.composer.length(thread.conversation.platform);
    let count_role = if length > limit { Role::Bad } else { Role::Dim };
    Line::from(vec![
        span(format!(" {length}/{limit}"), theme.style(count_role)),
        span(format!("{} ", state(model, thread)), theme.style(Role::Dim)),
    ])
}

fn put_text(model: &Model, thread: &Thread, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    thread.composer.area().render(body, buffer);
    // The hardware cursor goes where the widget put its mark, so that input
    // methods open their window there.
    let at = body
        .positions()
        .find(|at| buffer[*at].modifier.contains(CURSOR))?;
    buffer[at].modifier.remove(CURSOR);
    (model.focus == Focus::Composer).then_some(at)
}

/// What stands above the text: what it replies to, then what goes out behind it, a line
/// each; where there is not room for all, the last line counts the rest.
fn head(thread: &Thread, theme: &Theme, area: Rect) -> Vec<Line<'static>> {
    let composer = &thread.composer;
    let quote = composer.quote.as_ref().map(|mid| {
        let words = quote_words(quoted_words(&thread.window.items, mid));
        (words, Role::Dim)
    });
    let attached = composer.attached.iter().map(|attached| {
        let words = match attached.content.template() {
            Some(template) => {
                format!(
                    "[{}] {}: {}",
                    template.kind().replace('_', " "),
                    template.name,
                    attached.content.said()
                )
            }
            None => {
                let parts = attached.content.parts();
                parts.iter().map(part_words).collect::<Vec<_>>().join(", ")
            }
        };
        let copying = if attached.copying {
            ", being copied"
        } else {
            ""
        };
        (format!("+ {words}{copying}"), Role::Part)
    });
    let mut rows: Vec<(String, Role)> = quote.into_iter().chain(attached).collect();
    let room = usize::from(area.height);
    if rows.len() > room
        && let Some(last) = room.checked_sub(1)
    {
        let rest = rows.len() - last;
        rows.truncate(last);
        rows.push((format!("+ {rest} more"), Role::Part));
    }
    rows.into_iter()
        .map(|(words, role)| {
            let words = text::cut(&Clean::one_line(&words), usize::from(area.width));
            Line::from(span(words, theme.style(role)))
        })
        .collect()
}

/// For whom and as what. Where it is too long the name gives way, not the
/// clock.
fn title(model: &Model, thread: &Thread, width: usize) -> (String, Role) {
    let name = Clean::one_line(&thread.conversation.display_name());
    let (words, role) = match model.send_as(thread) {
        Ok(_) if thread.conversation.can_reply == Some(false) => (
            "cannot be reached: blocked the Page, or left".to_owned(),
            Role::Bad,
        ),
        Ok(send_as) => (
            format!("{}{}", send_as.word(), until(model, thread, send_as)),
            Role::Strong,
        ),
        Err(_) => {
            let left = match thread.conversation.platform {
                Platform::Messenger => {
                    let canned = model.session.settings.keymap.key_of(Action::Canned);
                    format!("; {canned} for a template")
                }
                Platform::Instagram => ", until they write again".to_owned(),
            };
            (format!("closed: 7 days are over{left}"), Role::Bad)
        }
    };
    let name = text::cut(&name, width.saturating_sub(text::width(&words) + 8).max(4));
    (text::cut(&format!(" To {name} · {words} "), width), role)
}

fn until(model: &Model, thread: &Thread, send_as: SendAs) -> String {
    let now = model.server_now();
    let left = |until: Timestamp| format!(", {} left", until.since(now).short());
    match (
        send_as,
        thread.conversation.window(now),
        thread.conversation.customer_at,
    ) {
        (SendAs::HumanAgent, _, Some(wrote)) => left(wrote.plus(HUMAN_AGENT_WINDOW)),
        (SendAs::Response, Window::Response { until, .. }, _) => left(until),
        (SendAs::Response, Window::HumanAgent { .. }, _) => ", which Meta will refuse".into(),
        (SendAs::Utility, ..) => ", at any time".into(),
        _ => String::new(),
    }
}

fn state(model: &Model, thread: &Thread) -> String {
    let mut words = String::new();
    let down = matches!(
        model.session.account.link,
        Link::Offline(_) | Link::TokenRefused(_)
    );
    let reached = !down && thread.conversation.can_reply != Some(false);
    if thread.composer.typing.is_some() && reached {
        words.push_str(" · customer sees typing");
    }
    if thread.composer.silent {
        words.push_str(" · silent");
    }
    if !model.session.attended {
        words.push_str(" · terminal not in focus");
    }
    if !thread.composer.awaiting.is_empty() {
        words.push_str(" · sending");
    } else if thread.composer.saved && !thread.composer.is_empty() {
        words.push_str(" · saved");
    }
    words
}
