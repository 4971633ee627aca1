//! The search through all messages: who, when, and the words around the hit.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::{
    super::{Theme, span, theme::Role, thread::moment},
    boxed, input_line, rows,
};
use crate::{
    app::{Model, dialog::Search},
    text::{self, Clean},
};

/// Cells of the name.
const NAME: usize = 18;
/// Cells of the moment.
const WHEN: usize = 12;

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    search: &Search,
    screen: Rect,
    buffer: &mut Buffer,
) -> Position {
    let size = ((screen.width - 4).min(110), (screen.height - 2).min(24));
    let inner = boxed("search all messages", size, screen, theme, buffer);
    let cursor = input_line("/ ", &search.input, theme, inner, buffer);
    let list = Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(1),
        ..inner
    };
    let width = usize::from(inner.width).saturating_sub(NAME + WHEN + 6);
    let lines: Vec<_> = search
        .hits
        .iter()
        .map(|hit| {
            vec![
                span(
                    format!(" {} ", text::fit(&Clean::one_line(&hit.name), NAME)),
                    theme.style(Role::Strong),
                ),
                span(
                    format!("{} ", text::fit(&moment(model, hit.at), WHEN)),
                    theme.style(Role::Dim),
                ),
                span(
                    format!("{} ", hit.author.mark(&model.apps)),
                    theme.style(Role::Dim),
                ),
                span(
                    text::fit(&around(&hit.text, search.input.text(), width), width),
                    theme.style(Role::Text),
                ),
            ]
        })
        .collect();
    if lines.is_empty() {
        let words = if search.input.text().trim().is_empty() {
            " words of any message, name or script"
        } else if search.answered.as_deref() != Some(search.input.text()) {
            " …"
        } else {
            " no cached message holds these words"
        };
        let line = vec![span(words, theme.style(Role::Dim))];
        rows(vec![line], usize::MAX, theme, list, buffer);
    } else {
        rows(lines, search.cursor, theme, list, buffer);
    }
    cursor
}

/// The text on one line, from a little before the first word found.
fn around(raw: &str, words: &str, width: usize) -> String {
    let line = Clean::one_line(raw);
    if text::width(&line) <= width {
        return line.into_string();
    }
    let first = words.split_whitespace().next().map(text::fold);
    let Some(first) = first else {
        return line.into_string();
    };
    // Folding may change lengths, so the place is found character by character.
    let starts: Vec<usize> = line.char_indices().map(|(at, _)| at).collect();
    let hit = starts
        .iter()
        .position(|at| text::fold(&line[*at..]).starts_with(&first));
    match hit.and_then(|hit| hit.checked_sub(width / 3)) {
        Some(begin) if begin > 0 => format!("…{}", &line[starts[begin]..]),
        _ => line.into_string(),
    }
}
