//! The fuzzy jump to a person.

use ratatui::{buffer::Buffer, layout::Position};

use crate::{
    app::dialog::{Jump, geometry::Geometry},
    domain::{ConversationId, Platform},
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, input_line, nothing, rows_of},
        draw::span,
        theme::{Role, Theme},
    },
};

pub(super) fn draw(theme: &Theme, jump: &Jump, place: &Geometry, buffer: &mut Buffer) -> Position {
    let inner = boxed("jump to a person", place.frame, theme, buffer);
    let cursor = input_line("› ", &jump.input, theme, inner, buffer);
    let width = usize::from(inner.width).saturating_sub(11);
    let row = |(_, name, platform): &(ConversationId, String, Platform)| {
        let name = format!(" {}", text::fit(&Clean::one_line(name), width));
        [
            span(name, theme.style(Role::Text)),
            span(platform.word(), theme.style(Role::Dim)),
        ]
    };
    if jump.found.is_empty() {
        let waiting = jump.answered.as_deref() != Some(jump.input.text());
        let words = if waiting { " …" } else { " no match" };
        nothing(words, theme, place, buffer);
    } else {
        rows_of(&jump.found, row, place, theme, buffer);
    }
    cursor
}
