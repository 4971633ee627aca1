//! The fuzzy jump to a person.

use ratatui::{buffer::Buffer, layout::Position};

use crate::{
    app::dialog::{Jump, geometry::Geometry},
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, input_line, nothing, rows},
        draw::span,
        theme::{Role, Theme},
    },
};

pub(super) fn draw(theme: &Theme, jump: &Jump, place: &Geometry, buffer: &mut Buffer) -> Position {
    let inner = boxed("jump to a person", place.frame, theme, buffer);
    let cursor = input_line("› ", &jump.input, theme, inner, buffer);
    let width = usize::from(inner.width).saturating_sub(11);
    let lines = jump
        .found
        .iter()
        .map(|(_, name, platform)| {
            vec![
                span(
                    format!(" {}", text::fit(&Clean::one_line(name), width)),
                    theme.style(Role::Text),
                ),
                span(platform.word(), theme.style(Role::Dim)),
            ]
        })
        .collect::<Vec<_>>();
    if lines.is_empty() {
        let waiting = jump.answered.as_deref() != Some(jump.input.text());
        let words = if waiting { " …" } else { " no match" };
        nothing(words, theme, place, buffer);
    } else {
        rows(lines, place, theme, buffer);
    }
    cursor
}
