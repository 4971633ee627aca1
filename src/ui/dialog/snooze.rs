//! Until when? The usual moments, or words and what they mean.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::{
    super::{Theme, put, span, theme::Role, thread::moment},
    boxed, input_line, rows,
};
use crate::{
    app::{Model, dialog::Snooze},
    text::{self, Clean},
};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    snooze: &Snooze,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let name = match model.marked.len() {
        0 => model
            .subject()
            .map(|c| c.display_name())
            .unwrap_or_default(),
        n => format!("{n} conversations"),
    };
    let title = format!("snooze {} until", Clean::one_line(&name));
    let title = text::cut(&title, usize::from(screen.width).saturating_sub(8));
    let height = u16::try_from(snooze.usual.len() + 5).unwrap_or(10);
    let inner = boxed(&title, (58, height), screen, theme, buffer);
    let list = Rect {
        height: inner.height.saturating_sub(3),
        ..inner
    };
    let lines = snooze.usual.iter().map(|(key, words, at)| {
        vec![
            span(format!(" {key}  "), theme.style(Role::Key)),
            span(text::fit(words, 34), theme.style(Role::Text)),
            span(moment(model, *at), theme.style(Role::Dim)),
        ]
    });
    let cursor = if snooze.typing {
        usize::MAX
    } else {
        snooze.cursor
    };
    rows(lines.collect(), cursor, theme, list, buffer);
    let line = |up: u16| Rect {
        y: inner.bottom().saturating_sub(up),
        height: 1,
        ..inner
    };
    if !snooze.typing {
        let words = " or type: 20m, 2h, 14:00 (Tab first for fri, 24 nov …)";
        put(vec![span(words, theme.style(Role::Dim))], line(2), buffer);
        return None;
    }
    let cursor = input_line(" until ", &snooze.input, theme, line(2), buffer);
    let (words, role) = meaning(model, snooze);
    put(vec![span(words, theme.style(role))], line(1), buffer);
    Some(cursor)
}

/// What the typed words mean, and what speaks against it.
fn meaning(model: &Model, snooze: &Snooze) -> (String, Role) {
    let Some(at) = snooze.moment(model) else {
        let words = " such as 2h, tomorrow 14:00, fri, 24 nov 9am";
        return (words.into(), Role::Dim);
    };
    let closes = model
        .subject()
        .and_then(|c| c.window(model.server_now()).until())
        .filter(|closes| *closes < at.plus(model.skew));
    match closes {
        Some(_) => (
            format!(" {}: the window has closed by then!", moment(model, at)),
            Role::Warn,
        ),
        None => (format!(" {}", moment(model, at)), Role::Good),
    }
}
