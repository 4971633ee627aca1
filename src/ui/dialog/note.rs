//! A private note being written.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use crate::{
    app::dialog::{NoteDialog, geometry},
    text::{self, Clean},
    ui::{
        dialog::frame::boxed,
        draw::{put, span},
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    theme: &Theme,
    note: &NoteDialog,
    screen: Rect,
    buffer: &mut Buffer,
) -> Position {
    let title = format!(
        "# private note on {}, never sent",
        Clean::one_line(&note.name)
    );
    let width = (screen.width - 4).min(76);
    let title = text::cut(&title, usize::from(width).saturating_sub(4));
    let lines = text::wrap(&note.input.text().into(), usize::from(width - 5));
    let room = screen.height.saturating_sub(4);
    let height = u16::try_from(lines.len()).unwrap_or(room).clamp(3, room) + 3;
    let frame = geometry::centred((width, height), screen);
    let inner = boxed(&title, frame, theme, buffer);
    let shown = usize::from(inner.height.saturating_sub(1));
    let skip = lines.len().saturating_sub(shown);
    let mut cursor = Position::new(inner.x, inner.y);
    for (line, y) in lines.iter().skip(skip).zip(inner.y..inner.bottom()) {
        let x = inner.x + u16::try_from(text::width(line)).unwrap_or(0);
        cursor = Position::new(x.min(inner.right().saturating_sub(1)), y);
        let row = Rect {
            y,
            height: 1,
            ..inner
        };
        put(&[span(line.as_str(), theme.style(Role::Text))], row, buffer);
    }
    // A space at the end is not kept by the wrapping, but the cursor stands behind it.
    let ends_in_space = note.input.text().ends_with(' ');
    if ends_in_space && cursor.x + 1 < inner.right() {
        cursor.x += 1;
    }
    let hint = Rect {
        y: inner.bottom().saturating_sub(1),
        height: 1,
        ..inner
    };
    let words = "Enter save on this computer · ^J new line · Esc discard";
    put(&[span(words, theme.style(Role::Dim))], hint, buffer);
    cursor
}
