//! Canned replies: their names, and below the text as this customer would get
//! it.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use crate::{
    app::{
        Model,
        action::reply::canned_values,
        canned,
        dialog::{CannedPicker, geometry::Geometry},
    },
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, input_line, rows},
        draw::{put, span, wrapped},
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
    let title = "canned replies: Enter to insert";
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
        Some(Err(why)) => Some((why.clone(), Role::Bad)),
        Some(Ok(_)) if fitting.is_empty() => Some((
            "No match. Esc to go back to your text.".to_owned(),
            Role::Dim,
        )),
        Some(Ok(_)) => None,
    };
    if let Some((words, role)) = words {
        wrapped(&words, theme.style(role), rest, buffer);
        return cursor;
    }
    let width = usize::from(inner.width);
    let name_width = (width / 3).min(28);
    let lines = fitting.iter().map(|canned| {
        let words = Clean::one_line(&canned.text);
        vec![
            span(
                format!(
                    " {} ",
                    text::fit(&Clean::one_line(&canned.name), name_width)
                ),
                theme.style(Role::Strong),
            ),
            span(
                text::fit(&words, width.saturating_sub(name_width + 2)),
                theme.style(Role::Dim),
            ),
        ]
    });
    rows(lines.collect(), place, theme, buffer);
    let Some(chosen) = fitting.get(dialog.cursor) else {
        return cursor;
    };
    let filled = canned::filled(&chosen.text, &canned_values(model));
    let missing = canned::unfilled(&filled).map(str::to_owned);
    let rule = Rect {
        y: place.rows.bottom(),
        height: 1,
        ..inner
    };
    let (words, role) = match missing {
        Some(name) => (
            format!("── no value for {name}: fill it in before you send "),
            Role::Warn,
        ),
        None => ("── preview ".to_owned(), Role::Dim),
    };
    put(
        vec![span(text::cut(&words, width), theme.style(role))],
        rule,
        buffer,
    );
    let preview = Rect {
        y: rule.y + 1,
        height: rest.bottom().saturating_sub(rule.y + 1),
        ..inner
    };
    wrapped(&filled, theme.style(Role::Text), preview, buffer);
    cursor
}
