//! The calls to the Graph API.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{
        Model,
        dialog::{ApiLog, geometry::Geometry},
    },
    text::{self, Clean},
    ui::{
        call,
        dialog::frame::{boxed, nothing, rows},
        draw::{put, span, wrapped},
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    calls: &ApiLog,
    place: &Geometry,
    buffer: &mut Buffer,
) {
    let title = "API log: Enter to expand, yc to copy as curl";
    let inner = boxed(
        &text::cut(title, usize::from(place.frame.width).saturating_sub(4)),
        place.frame,
        theme,
        buffer,
    );
    if model.session.api_log.is_empty() {
        nothing("No call yet.", theme, place, buffer);
        return;
    }
    let width = usize::from(inner.width);
    let lines = model
        .session
        .api_log
        .iter()
        .rev()
        .map(|call| call::row(model, theme, call, width));
    rows(lines.collect(), place, theme, buffer);
    let Some(call) = model
        .session
        .api_log
        .iter()
        .rev()
        .nth(calls.cursor)
        .filter(|_| calls.open)
    else {
        return;
    };
    let rule = Rect {
        y: place.rows.bottom(),
        height: 1,
        ..inner
    };
    let line = format!("── {} {}", call.method, Clean::one_line(&call.path));
    put(
        vec![span(text::cut(&line, width), theme.style(Role::Dim))],
        rule,
        buffer,
    );
    let below = Rect {
        y: rule.y + 1,
        height: inner.bottom().saturating_sub(rule.y + 1),
        ..inner
    };
    let words = match &call.body {
        _ if model.session.privacy => "(hidden in privacy mode)",
        Some(body) => body,
        None => "no request body",
    };
    wrapped(words, theme.style(Role::Text), below, buffer);
}
