//! What a template still needs, and below it as the customer will see it.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::preview;
use crate::{
    app::{
        Model,
        dialog::{FillDialog, geometry::Geometry},
    },
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, input_line},
        theme::Theme,
    },
};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    dialog: &FillDialog,
    place: &Geometry,
    buffer: &mut Buffer,
) -> Position {
    let title = format!("fill in {}", Clean::one_line(dialog.name()));
    let title = text::cut(&title, usize::from(place.frame.width).saturating_sub(4));
    let inner = boxed(&title, place.frame, theme, buffer);
    let mut cursor = Position::new(inner.x, inner.y);
    let names = dialog.fields.iter().map(|(name, _)| label_of(name));
    let longest = names.map(|name| text::width(&name)).max();
    let label = longest.unwrap_or(0).min(usize::from(inner.width) / 2);
    let rows = dialog.fields.iter().enumerate().skip(place.top());
    for ((at, (name, input)), y) in rows.zip(place.rows.y..place.rows.bottom()) {
        let line = Rect {
            y,
            height: 1,
            ..inner
        };
        let mark = if at == dialog.cursor { ">" } else { " " };
        let label = format!("{mark}{}  ", text::fit(&label_of(name), label));
        let end = input_line(&label, input, theme, line, buffer);
        if at == dialog.cursor {
            cursor = end;
        }
    }
    let below = Rect {
        y: place.rows.bottom(),
        height: inner.bottom().saturating_sub(place.rows.bottom()),
        ..inner
    };
    preview::draw(
        model,
        theme,
        &dialog.filled(),
        &dialog.problems(),
        below,
        buffer,
    );
    cursor
}

/// What a variable is called; a placeholder of Meta's may be a number alone.
fn label_of(name: &str) -> Clean {
    match name.parse::<u32>() {
        Ok(number) => format!("value {number}").into(),
        Err(_) => Clean::one_line(name),
    }
}
