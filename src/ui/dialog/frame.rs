//! What dialogs are drawn with: a box, rows with one marked, a line of input.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use crate::{
    app::dialog::{
        Input,
        geometry::{self, Geometry},
    },
    text,
    ui::{
        draw::{clear, frame, framed, put, span},
        theme::{Role, Theme},
    },
};

/// What stands in place of rows where there are none.
pub(super) fn nothing(words: &str, theme: &Theme, place: &Geometry, buffer: &mut Buffer) {
    put(&[span(words, theme.style(Role::Dim))], place.rows, buffer);
}

/// A box over the desk; answers what is inside.
pub(super) fn boxed(title: &str, area: Rect, theme: &Theme, buffer: &mut Buffer) -> Rect {
    clear(area, buffer);
    buffer.set_style(area, Style::default());
    let title = Line::from(span(format!(" {title} "), theme.style(Role::Strong)));
    framed(title, frame(true, theme), area, buffer);
    geometry::padded(area)
}

/// `label input`, with the cursor behind it.
pub(super) fn input_line(
    label: &str,
    input: &Input,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Position {
    let room = usize::from(area.width).saturating_sub(text::width(label) + 2);
    let shown = text::cut(input.text(), room);
    let x = area.x + u16::try_from(text::width(label) + text::width(&shown)).unwrap_or(0);
    put(
        &[
            span(label, theme.style(Role::Key)),
            span(shown, theme.style(Role::Text)),
        ],
        area,
        buffer,
    );
    Position {
        x: x.min(area.right().saturating_sub(1)),
        y: area.y,
    }
}

/// Rows with one marked, scrolled so that it is seen.
pub(super) fn rows(
    rows: Vec<Vec<Span<'static>>>,
    place: &Geometry,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    rows_of(&rows, Vec::as_slice, place, theme, buffer);
}

/// The same for things of which there may be many: a row is made for those that are seen.
pub(super) fn rows_of<'t, T, R: AsRef<[Span<'static>]>>(
    things: &'t [T],
    row: impl Fn(&'t T) -> R,
    place: &Geometry,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    let (area, cursor, top) = (place.rows, place.cursor, place.top());
    let seen = things.iter().enumerate().skip(top);
    for ((at, thing), y) in seen.zip(area.y..area.bottom()) {
        let line = Rect {
            y,
            height: 1,
            ..area
        };
        put(row(thing).as_ref(), line, buffer);
        if at == cursor {
            buffer.set_style(line, theme.style(Role::Selected));
        }
    }
}
