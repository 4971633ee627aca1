//! Which file goes out?

use ratatui::{buffer::Buffer, layout::Position};

use crate::{
    app::{
        dialog::{Attach, geometry::Geometry},
        thread::size,
    },
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, input_line, nothing, rows},
        draw::span,
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    theme: &Theme,
    attach: &Attach,
    place: &Geometry,
    buffer: &mut Buffer,
) -> Position {
    let title = match &attach.file {
        Some(file) => format!(
            "Enter to attach {} ({}, {})",
            Clean::one_line(&file.name),
            file.word(),
            size(file.bytes)
        ),
        None => "attach a file: Tab completes".to_owned(),
    };
    let title = text::cut(&title, usize::from(place.frame.width).saturating_sub(4));
    let inner = boxed(&title, place.frame, theme, buffer);
    let cursor = input_line("file ", &attach.input, theme, inner, buffer);
    if attach.entries.is_empty() {
        let words = match &attach.answered {
            _ if attach.file.is_some() => "",
            Some(_) => " no match",
            None => " a path, such as ~/Pictures/lamp.jpg",
        };
        nothing(words, theme, place, buffer);
        return cursor;
    }
    let width = usize::from(inner.width);
    let lines = attach.entries.iter().map(|entry| {
        let role = if entry.ends_with('/') {
            Role::Strong
        } else {
            Role::Text
        };
        let words = text::cut(&format!(" {}", &*Clean::one_line(entry)), width);
        vec![span(words, theme.style(role))]
    });
    rows(lines.collect(), place, theme, buffer);
    cursor
}
