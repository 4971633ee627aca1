//! The calls to the Graph API.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    text::Line,
};

use crate::{
    app::{
        Model,
        dialog::{ApiLog, geometry::Geometry},
    },
    domain::ApiCall,
    text,
    ui::{
        call,
        dialog::frame::{boxed, input_line, nothing, rows},
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
) -> Option<Position> {
    let title = "API log";
    let inner = boxed(
        &text::cut(title, usize::from(place.frame.width).saturating_sub(4)),
        place.frame,
        theme,
        buffer,
    );
    let mut at = None;
    if calls.typing || !calls.filter.text().is_empty() {
        let line = Rect { height: 1, ..inner };
        let end = input_line("/", &calls.filter, theme, line, buffer);
        at = calls.typing.then_some(end);
    }
    let shown = calls.calls(&model.session);
    if shown.is_empty() {
        let words = match model.session.api_log.is_empty() {
            true => "No call yet.",
            false => "No call fits the filter.",
        };
        nothing(words, theme, place, buffer);
        return at;
    }
    let width = usize::from(inner.width);
    // Only what is on the screen is laid out.
    let top = place.top();
    let height = usize::from(place.rows.height);
    let blank = std::iter::repeat_n(Vec::new(), top);
    let lines = shown.iter().skip(top).take(height);
    let lines = lines.map(|call| call::row(model, theme, call, width));
    rows(blank.chain(lines).collect(), place, theme, buffer);
    let Some(call) = shown.get(calls.cursor).filter(|_| calls.open) else {
        return at;
    };
    let below = Rect {
        y: place.rows.bottom(),
        height: inner.bottom().saturating_sub(place.rows.bottom()),
        ..inner
    };
    draw::lines(details(model, theme, call, width), below, buffer);
    at
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
    let status = match call.status {
        Some(status) => format!("answer {status}"),
        None => "no answer".to_owned(),
    };
    rows.push(heading(&format!("{status}, {} ms", call.ms)));
    let answer = match &call.answer {
        Some(_) if model.session.privacy => hidden,
        Some(answer) => answer,
        None => "",
    };
    let wrapped = text::wrap(&answer.into(), width).into_iter();
    rows.extend(wrapped.map(|line| Line::from(span(line, theme.style(Role::Text)))));
    rows
}
