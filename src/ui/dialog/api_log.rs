//! The calls to the Graph API.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    app::{
        Model,
        dialog::{ApiLog, geometry::Geometry},
    },
    domain::ApiCall,
    text,
    ui::{
        call,
        dialog::frame::{boxed, nothing, rows},
        draw::{self, span},
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
    let title = "API log";
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
    let below = Rect {
        y: place.rows.bottom(),
        height: inner.bottom().saturating_sub(place.rows.bottom()),
        ..inner
    };
    draw::lines(details(model, theme, call, width), below, buffer);
}

/// What was asked and what was answered, each part under its heading.
fn details(model: &Model, theme: &Theme, call: &ApiCall, width: usize) -> Vec<Line<'static>> {
    let heading = |words: &str| {
        let rule = "─".repeat(width.saturating_sub(text::width(words) + 4));
        Line::from(span(format!("── {words} {rule}"), theme.style(Role::Dim)))
    };
    let mut rows = vec![heading(&format!("{} {}", call.method, call.endpoint()))];
    let mut say = |words: &str, role: Role| {
        let wrapped = text::wrap(&words.into(), width).into_iter();
        rows.extend(wrapped.map(|line| Line::from(span(line, theme.style(role)))));
    };
    for (name, value) in call.parameters() {
        say(&format!("{name} = {value}"), Role::Text);
    }
    let hidden = "(hidden in privacy mode)";
    match &call.body {
        Some(_) if model.session.privacy => say(hidden, Role::Dim),
        Some(body) => say(body, Role::Text),
        None => {}
    }
    let status = call
        .status
        .map_or("no answer".to_owned(), |s| s.to_string());
    rows.push(heading(&format!("answer {status}, {} ms", call.ms)));
    let answer = match &call.answer {
        Some(_) if model.session.privacy => hidden,
        Some(answer) => answer,
        None => "",
    };
    let wrapped = text::wrap(&answer.into(), width).into_iter();
    rows.extend(wrapped.map(|line| Line::from(span(line, theme.style(Role::Text)))));
    rows
}
