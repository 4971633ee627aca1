//! The command line above the bottom, with what fits and each action's key.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    widgets::{Clear, Widget},
};

use super::{
    super::{Theme, span, theme::Role},
    help::action_row,
    input_line, rows,
};
use crate::app::{Model, dialog::Commands, layout::Layout};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    commands: &Commands,
    layout: &Layout,
    buffer: &mut Buffer,
) -> Position {
    let fitting = commands.fitting();
    let screen = layout.screen;
    let height = u16::try_from(fitting.len().clamp(1, 10))
        .unwrap_or(1)
        .min(screen.height - 3);
    let list = Rect {
        x: 0,
        y: layout.hints.y - height,
        width: screen.width,
        height,
    };
    Clear.render(list, buffer);
    Clear.render(layout.hints, buffer);
    let lines = if fitting.is_empty() {
        vec![vec![span(
            " no action has this name",
            theme.style(Role::Dim),
        )]]
    } else {
        fitting
            .iter()
            .map(|spec| action_row(model, theme, spec, usize::from(list.width)))
            .collect()
    };
    rows(lines, commands.cursor, theme, list, buffer);
    input_line(":", &commands.input, theme, layout.hints, buffer)
}
