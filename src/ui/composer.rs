//! The composer: for whom, as what, until when, how long, who sees what.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Modifier, Style},
    text::Line,
    widgets::Widget,
};

use crate::{
    app::{
        Focus, Model, Thread,
        areas::composer_text,
        composer::Attached,
        thread::{part_words, quote_words, quoted_words},
    },
    domain::{HUMAN_AGENT_WINDOW, Link, SendAs, Timestamp, Window},
    text::{self, Clean},
    ui::{
        draw::{frame, framed, lines, span, title_style},
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
    let focused = model.focus == Focus::Composer;
    let (title, role) = title(model, thread, usize::from(area.width.saturating_sub(4)));
    let (length, limit) = thread.composer.length(thread.conversation.platform);
    let count_role = if length > limit { Role::Bad } else { Role::Dim };
    let block = frame(focused, theme).title_bottom(Line::from(vec![
        span(format!(" {length}/{limit}"), theme.style(count_role)),
        span(attached(thread), theme.style(Role::Part)),
        span(format!("{} ", state(model, thread)), theme.style(Role::Dim)),
    ]));
    let style = match role {
        Role::Strong => title_style(focused, theme),
        role => theme.style(role),
    };
    let title = Line::from(span(title, style));
    let inner = framed(title, block, area, buffer);
    let body = composer_text(area, thread.composer.quote.is_some());
    if let Some(mid) = thread.composer.quote.as_ref().filter(|_| body != inner) {
        let words = quote_words(quoted_words(&thread.window.items, mid));
        let words = text::cut(&Clean::one_line(&words), usize::from(inner.width));
        lines(
            vec![Line::from(span(words, theme.style(Role::Dim)))],
            inner,
            buffer,
        );
    }
    // The widget marks the cursor with a style; without the keys there is none.
    let mut widget = thread.composer.area().clone();
    let marker = Style::new().add_modifier(Modifier::SLOW_BLINK);
    widget.set_cursor_style(if focused { marker } else { Style::default() });
    widget.set_style(theme.style(Role::Text));
    (&widget).render(body, buffer);
    if !focused {
        return None;
    }
    // The hardware cursor goes where the widget put its mark, so that input
    // methods open their window there.
    let at = body.positions().find(|at| {
        buffer
            .cell(*at)
            .is_some_and(|cell| cell.modifier.contains(Modifier::SLOW_BLINK))
    })?;
    if let Some(cell) = buffer.cell_mut(at) {
        cell.modifier.remove(Modifier::SLOW_BLINK);
    }
    Some(at)
}

/// What goes out behind the text.
fn attached(thread: &Thread) -> String {
    let words = |attached: &Attached| {
        let parts = attached.content.parts();
        let words: Vec<String> = parts.iter().map(part_words).collect();
        let copying = if attached.copying {
            ", being copied"
        } else {
            ""
        };
        format!(" · + {}{copying}", Clean::one_line(&words.join(", ")))
    };
    thread.composer.attached.iter().map(words).collect()
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
        Err(_) => ("closed: 7 days are over".to_owned(), Role::Bad),
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
