//! Until when? The usual moments, or words and what they mean.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use crate::{
    app::{
        Model,
        dialog::{Snooze, geometry::Geometry},
    },
    domain::Window,
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, input_line, rows},
        draw::{put, span},
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    snooze: &Snooze,
    place: &Geometry,
    buffer: &mut Buffer,
) -> Option<Position> {
    let name = match snooze.about.as_slice() {
        [one] => one.display_name(),
        many => format!("{} conversations", many.len()),
    };
    let title = format!("snooze {} until", Clean::one_line(&name));
    let title = text::cut(&title, usize::from(place.frame.width).saturating_sub(4));
    let inner = boxed(&title, place.frame, theme, buffer);
    let lines = snooze.usual.iter().map(|(key, words, at)| {
        vec![
            span(format!(" {key}  "), theme.style(Role::Key)),
            span(text::fit(words, 34), theme.style(Role::Text)),
            span(model.session.moment(*at), theme.style(Role::Dim)),
        ]
    });
    let mut shown = *place;
    if !snooze.input.text().is_empty() {
        // No line is chosen then.
        shown.cursor = usize::MAX;
    }
    rows(lines.collect(), &shown, theme, buffer);
    let line = |up: u16| Rect {
        y: inner.bottom().saturating_sub(up),
        height: 1,
        ..inner
    };
    let cursor = input_line(" until ", &snooze.input, theme, line(2), buffer);
    let (words, role) = meaning(model, snooze);
    put(&[span(words, theme.style(role))], line(1), buffer);
    Some(cursor)
}

/// What the typed words mean, and what speaks against it.
fn meaning(model: &Model, snooze: &Snooze) -> (String, Role) {
    if snooze.input.text().trim().is_empty() {
        let words = " a letter, or 20m, tomorrow 14:00, fri, 24 nov 9am";
        return (words.into(), Role::Dim);
    }
    let Some(at) = snooze.moment(&model.session) else {
        let role = if snooze.unknown { Role::Bad } else { Role::Dim };
        let words = " Not a time. Try 2h, fri 14:00 or 24 nov 9am";
        return (words.into(), role);
    };
    let then = at.plus(model.session.account.skew());
    let first = snooze.about.first();
    let (now_open, then_open) = match first {
        Some(c) => (c.window(model.server_now()), c.window(then)),
        None => (Window::Unknown, Window::Unknown),
    };
    let moment = model.session.moment(at);
    match (now_open, then_open) {
        (Window::Closed { .. }, _) | (_, Window::Response { .. } | Window::Unknown) => {
            (format!(" {moment}"), Role::Good)
        }
        (_, Window::Closed { .. }) => {
            let words = format!(" {moment}: too late to reply then!");
            (words, Role::Warn)
        }
        (Window::Response { .. }, Window::HumanAgent { .. }) => {
            let words = format!(" {moment}: replies will be HUMAN_AGENT by then");
            (words, Role::Warn)
        }
        (_, Window::HumanAgent { .. }) => (format!(" {moment}"), Role::Good),
    }
}
