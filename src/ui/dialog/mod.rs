//! What lies over the desk, painted.

mod api_log;
mod attach;
mod canned;
mod choose;
mod commands;
mod hand_back;
mod help;
mod jump;
mod labels;
mod note;
mod prompt;
mod search;
mod sign_off;
mod snooze;
mod viewer;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{Theme, clear, frame, framed, put, span, theme::Role};
use crate::{
    app::{
        Model,
        areas::Layout,
        dialog::{
            Dialog, Input,
            geometry::{self, Geometry},
        },
    },
    text,
};

/// Draws one; answers where text is written.
pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    dialog: &Dialog,
    layout: &Layout,
    buffer: &mut Buffer,
) -> Option<Position> {
    match dialog.modal().geometry(&model.session, layout) {
        Some(place) => with_rows(model, theme, dialog, &place, buffer),
        None => without_rows(model, theme, dialog, layout, buffer),
    }
}

fn without_rows(
    model: &Model,
    theme: &Theme,
    dialog: &Dialog,
    layout: &Layout,
    buffer: &mut Buffer,
) -> Option<Position> {
    match dialog {
        Dialog::Viewer(viewer) => {
            viewer::draw(model, theme, viewer, layout.screen, buffer);
            None
        }
        Dialog::Note(note) => Some(note::draw(theme, note, layout.screen, buffer)),
        Dialog::Prompt(prompt) => Some(prompt::draw(model, theme, prompt, layout.hints, buffer)),
        _ => None,
    }
}

/// Those that have rows to choose from.
fn with_rows(
    model: &Model,
    theme: &Theme,
    dialog: &Dialog,
    place: &Geometry,
    buffer: &mut Buffer,
) -> Option<Position> {
    match dialog {
        Dialog::Attach(attach) => Some(attach::draw(theme, attach, place, buffer)),
        Dialog::ApiLog(log) => {
            api_log::draw(model, theme, log, place, buffer);
            None
        }
        Dialog::Canned(canned) => Some(canned::draw(model, theme, canned, place, buffer)),
        Dialog::Choose(choose) => {
            choose::draw(theme, choose, place, buffer);
            None
        }
        Dialog::Commands(commands) => Some(commands::draw(model, theme, commands, place, buffer)),
        Dialog::HandBack(dialog) => hand_back::draw(theme, dialog, place, buffer),
        Dialog::SignOff(dialog) => {
            sign_off::draw(model, theme, dialog, place, buffer);
            None
        }
        Dialog::Help(help) => Some(help::draw(model, theme, help, place, buffer)),
        Dialog::Jump(jump) => Some(jump::draw(theme, jump, place, buffer)),
        Dialog::Labels(labels) => Some(labels::draw(theme, labels, place, buffer)),
        Dialog::Search(search) => Some(search::draw(model, theme, search, place, buffer)),
        Dialog::Snooze(snooze) => snooze::draw(model, theme, snooze, place, buffer),
        Dialog::Note(_) | Dialog::Viewer(_) | Dialog::Prompt(_) => None,
    }
}

/// What stands in place of rows where there are none.
fn nothing(words: &str, theme: &Theme, place: &Geometry, buffer: &mut Buffer) {
    put(
        vec![span(words, theme.style(Role::Dim))],
        place.rows,
        buffer,
    );
}

/// A box over the desk; answers what is inside.
fn boxed(title: &str, area: Rect, theme: &Theme, buffer: &mut Buffer) -> Rect {
    clear(area, buffer);
    buffer.set_style(area, Style::default());
    let title = Line::from(span(format!(" {title} "), theme.style(Role::Strong)));
    framed(frame(title, true, theme), area, buffer);
    geometry::padded(area)
}

/// `label input`, with the cursor behind it.
fn input_line(
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
        vec![
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
fn rows(rows: Vec<Vec<Span<'static>>>, place: &Geometry, theme: &Theme, buffer: &mut Buffer) {
    let (area, cursor, top) = (place.rows, place.cursor, place.top());
    for ((at, row), y) in rows
        .into_iter()
        .enumerate()
        .skip(top)
        .zip(area.y..area.bottom())
    {
        let line = Rect {
            y,
            height: 1,
            ..area
        };
        put(row, line, buffer);
        if at == cursor {
            buffer.set_style(line, theme.style(Role::Selected));
        }
    }
}
