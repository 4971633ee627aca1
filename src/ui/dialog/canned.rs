//! Canned replies and templates: their names, and below the marked one as this customer
//! would get it.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::preview;
use crate::{
    app::{
        Model,
        dialog::{CannedPicker, geometry::Geometry},
    },
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, input_line, rows},
        draw::{span, wrapped},
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    dialog: &CannedPicker,
    place: &Geometry,
    buffer: &mut Buffer,
) -> Position {
    let title = "canned replies and templates: Enter to use";
    let inner = boxed(title, place.frame, theme, buffer);
    let cursor = input_line("/ ", &dialog.input, theme, inner, buffer);
    let rest = Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(1),
        ..inner
    };
    let fitting = dialog.fitting();
    let words = match &dialog.all {
        None => Some(("Reading …".to_owned(), Role::Dim)),
        Some(Err(why)) if fitting.is_empty() => Some((why.clone(), Role::Bad)),
        _ if fitting.is_empty() => Some((
            "No match. Esc to go back to your text.".to_owned(),
            Role::Dim,
        )),
        _ => None,
    };
    if let Some((words, role)) = words {
        wrapped(&words, theme.style(role), rest, buffer);
        return cursor;
    }
    let width = usize::from(inner.width);
    let name_width = (width / 3).min(28);
    let lines = fitting.iter().map(|canned| {
        let (kind, words, role) = match &canned.content {
            Ok(content) => {
                let kind = content
                    .template()
                    .map(|template| template.kind().to_owned());
                (kind.unwrap_or_default(), content.said(), Role::Dim)
            }
            Err(why) => (String::new(), why.clone(), Role::Bad),
        };
        let words = match kind.as_str() {
            "" => words,
            kind => format!("[{}] {words}", kind.replace('_', " ")),
        };
        vec![
            span(
                format!(
                    " {} ",
                    text::fit(&Clean::one_line(&canned.name), name_width)
                ),
                theme.style(Role::Strong),
            ),
            span(
                text::fit(
                    &Clean::one_line(&words),
                    width.saturating_sub(name_width + 2),
                ),
                theme.style(role),
            ),
        ]
    });
    rows(lines.collect(), place, theme, buffer);
    let below = Rect {
        y: place.rows.bottom(),
        height: rest.bottom().saturating_sub(place.rows.bottom()),
        ..inner
    };
    match dialog.chosen() {
        Some(Ok(content)) => {
            let problems = dialog.problems(&content);
            preview::draw(model, theme, &content, &problems, below, buffer);
        }
        Some(Err(why)) => {
            let words = format!("This file cannot be used: {why}.");
            wrapped(&words, theme.style(Role::Bad), below, buffer);
        }
        None => {}
    }
    cursor
}
