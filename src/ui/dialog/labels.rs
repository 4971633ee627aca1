//! Labels of ours: those in use, and which are set.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::{
    super::{Theme, span, theme::Role},
    boxed, input_line, rows,
};
use crate::{
    app::{Model, dialog::Labels},
    text::Clean,
};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    labels: &Labels,
    screen: Rect,
    buffer: &mut Buffer,
) -> Position {
    let title = "labels: Enter sets or takes off, Tab completes";
    let inner = boxed(title, (54, 14), screen, theme, buffer);
    let cursor = input_line("label ", &labels.input, theme, inner, buffer);
    let list = Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(1),
        ..inner
    };
    let lines: Vec<_> = labels
        .fitting(model)
        .into_iter()
        .map(|(label, on)| {
            let new = !on && !labels.known.contains(&label);
            vec![
                span(if on { " [x] " } else { " [ ] " }, theme.style(Role::Key)),
                span(Clean::one_line(&label), theme.style(Role::Text)),
                span(if new { "  (new)" } else { "" }, theme.style(Role::Dim)),
            ]
        })
        .collect();
    if lines.is_empty() {
        let line = vec![span(" no label yet: type one", theme.style(Role::Dim))];
        rows(vec![line], usize::MAX, theme, list, buffer);
    } else {
        rows(lines, labels.cursor, theme, list, buffer);
    }
    cursor
}
