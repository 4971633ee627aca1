//! The search through all messages: who, when, and the words around the hit.

use ratatui::{buffer::Buffer, layout::Position};

use crate::{
    app::{
        Model,
        dialog::{Search, geometry::Geometry},
    },
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, input_line, nothing, rows},
        draw::span,
        theme::{Role, Theme},
        thread::moment,
    },
};

/// Cells of the name.
const NAME: usize = 18;
/// Cells of the moment.
const WHEN: usize = 12;

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    search: &Search,
    place: &Geometry,
    buffer: &mut Buffer,
) -> Position {
    let inner = boxed("search all messages", place.frame, theme, buffer);
    let cursor = input_line("/ ", &search.input, theme, inner, buffer);
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
                    format!("{} ", hit.author.mark(&model.session.account.apps)),
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
        nothing(words, theme, place, buffer);
    } else {
        rows(lines, place, theme, buffer);
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
