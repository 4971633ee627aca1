//! Labels of ours: those in use, and which are set.

use ratatui::{buffer::Buffer, layout::Position};

use crate::{
    app::dialog::{Labels, geometry::Geometry},
    text::Clean,
    ui::{
        dialog::frame::{boxed, input_line, nothing, rows},
        draw::span,
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    theme: &Theme,
    labels: &Labels,
    place: &Geometry,
    buffer: &mut Buffer,
) -> Position {
    let title = "labels: Enter to add or remove, Tab to complete";
    let inner = boxed(title, place.frame, theme, buffer);
    let cursor = input_line("label ", &labels.input, theme, inner, buffer);
    let lines: Vec<_> = labels
        .fitting()
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
        nothing(" no labels yet: type one", theme, place, buffer);
    } else {
        rows(lines, place, theme, buffer);
    }
    cursor
}
