//! A short list with a key for each line.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    super::{Theme, span, theme::Role},
    boxed, rows,
};
use crate::{
    app::dialog::Choose,
    text::{self, Clean},
};

pub(super) fn draw(theme: &Theme, choose: &Choose, screen: Rect, buffer: &mut Buffer) {
    // A name stands in it.
    let title = text::cut(
        &Clean::one_line(&choose.title),
        usize::from(screen.width).saturating_sub(6),
    );
    let widest = choose
        .lines
        .iter()
        .map(|(_, words, _)| text::width(words))
        .max()
        .unwrap_or(0);
    let width = u16::try_from((widest + 8).max(text::width(&title) + 6)).unwrap_or(u16::MAX);
    let height = u16::try_from(choose.lines.len() + 2).unwrap_or(u16::MAX);
    let inner = boxed(&title, (width, height), screen, theme, buffer);
    let lines = choose
        .lines
        .iter()
        .map(|(key, words, _)| {
            let key = span(format!(" {key}  "), theme.style(Role::Key));
            vec![
                key,
                span(
                    text::fit(words, usize::from(inner.width)),
                    theme.style(Role::Text),
                ),
            ]
        })
        .collect();
    rows(lines, choose.cursor, theme, inner, buffer);
}
