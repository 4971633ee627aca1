//! A short list with a key for each line.

use ratatui::buffer::Buffer;

use crate::{
    app::dialog::{Choose, geometry::Geometry},
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, rows},
        draw::span,
        theme::{Role, Theme},
    },
};

pub(super) fn draw(theme: &Theme, choose: &Choose, place: &Geometry, buffer: &mut Buffer) {
    // A name stands in it.
    let title = text::cut(
        &Clean::one_line(&choose.title),
        usize::from(place.frame.width).saturating_sub(4),
    );
    boxed(&title, place.frame, theme, buffer);
    let width = usize::from(place.rows.width);
    let lines = choose.lines.iter().map(|(key, words, _)| {
        vec![
            span(format!(" {key}  "), theme.style(Role::Key)),
            span(text::fit(words, width), theme.style(Role::Text)),
        ]
    });
    rows(lines.collect(), place, theme, buffer);
}
