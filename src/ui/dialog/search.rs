//! The search through all messages: who, when, and the words around the hit.

use ratatui::{buffer::Buffer, layout::Position};

use crate::{
    app::{
        Model,
        dialog::{Search, geometry::Geometry},
    },
    domain::Hit,
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, input_line, nothing, rows_of},
        draw::{marked, span},
        theme::{Role, Theme},
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
    let row = |hit: &Hit| {
        let mut row = vec![
            span(
                format!(" {} ", text::fit(&Clean::one_line(&hit.name), NAME)),
                theme.style(Role::Strong),
            ),
            span(
                format!("{} ", text::fit(&model.session.moment(hit.at), WHEN)),
                theme.style(Role::Dim),
            ),
            span(
                format!("{} ", hit.author.mark(&model.session.account.apps)),
                theme.style(Role::Dim),
            ),
        ];
        let asked = search.input.text();
        let words = text::fit(&around(&hit.text, asked, width), width);
        row.extend(marked(&words, theme.style(Role::Text), asked));
        row
    };
    if search.hits.is_empty() {
        let words = if search.input.text().trim().is_empty() {
            " words of any message, name or script"
        } else if search.answered.as_deref() != Some(search.input.text()) {
            " …"
        } else {
            " no matching messages in the cache"
        };
        nothing(words, theme, place, buffer);
    } else {
        rows_of(&search.hits, row, place, theme, buffer);
    }
    cursor
}

/// The text on one line, from a little before the first word found.
fn around(raw: &str, words: &str, width: usize) -> String {
    let line = Clean::one_line(raw);
    if text::width(&line) <= width {
        return line.into_string();
    }
    let before = match text::matches(&line, words).first() {
        Some(found) => &line[..found.start],
        None => return line.into_string(),
    };
    // A third of the room for what stands before it.
    let clusters: Vec<(&str, usize)> = text::clusters(before).collect();
    let mut room = width / 3;
    let mut begin = before.len();
    for (cluster, cells) in clusters.iter().rev() {
        let Some(left) = room.checked_sub(*cells) else {
            return format!("…{}", &line[begin..]);
        };
        room = left;
        begin -= cluster.len();
    }
    line.into_string()
}
