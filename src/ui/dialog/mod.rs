//! What lies over the desk, painted.

mod canned;
mod choose;
mod commands;
mod help;
mod jump;
mod labels;
mod note;
mod page;
mod prompt;
mod search;
mod snooze;

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
        dialog::{Dialog, Input},
        layout::Layout,
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
    match dialog {
        Dialog::Canned(canned) => Some(canned::draw(model, theme, canned, layout.screen, buffer)),
        Dialog::Choose(choose) => {
            choose::draw(theme, choose, layout.screen, buffer);
            None
        }
        Dialog::Commands(commands) => Some(commands::draw(model, theme, commands, layout, buffer)),
        Dialog::Help(help) => Some(help::draw(model, theme, help, layout.screen, buffer)),
        Dialog::Jump(jump) => Some(jump::draw(theme, jump, layout.screen, buffer)),
        Dialog::Page(page) => {
            page::draw(model, theme, page, layout.screen, buffer);
            None
        }
        Dialog::Labels(labels) => Some(labels::draw(model, theme, labels, layout.screen, buffer)),
        Dialog::Note(note) => Some(note::draw(theme, note, layout.screen, buffer)),
        Dialog::Snooze(snooze) => snooze::draw(model, theme, snooze, layout.screen, buffer),
        Dialog::Search(search) => Some(search::draw(model, theme, search, layout.screen, buffer)),
        Dialog::Prompt(prompt) => Some(prompt::draw(model, theme, prompt, layout.hints, buffer)),
    }
}

/// A box in the middle of the screen; answers what is inside.
fn boxed(
    title: &str,
    (width, height): (u16, u16),
    screen: Rect,
    theme: &Theme,
    buffer: &mut Buffer,
) -> Rect {
    let (width, height) = (width.min(screen.width), height.min(screen.height));
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    };
    clear(area, buffer);
    buffer.set_style(area, Style::default());
    let title = Line::from(span(format!(" {title} "), theme.style(Role::Strong)));
    let inner = framed(frame(title, true, theme), area, buffer);
    Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    }
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
fn rows(
    rows: Vec<Vec<Span<'static>>>,
    cursor: usize,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let height = usize::from(area.height).max(1);
    let top = cursor
        .saturating_sub(height - 1)
        .min(rows.len().saturating_sub(height));
    for ((place, row), y) in rows
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
        if place == cursor {
            buffer.set_style(line, theme.style(Role::Selected));
        }
    }
}
