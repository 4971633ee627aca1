//! The command line above the bottom, with what fits and each action's key.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::{
    super::{Theme, clear, span, theme::Role},
    help::action_row,
    input_line, rows,
};
use crate::app::{Model, dialog::Commands, layout::Layout, orders};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    commands: &Commands,
    layout: &Layout,
    buffer: &mut Buffer,
) -> Position {
    let fitting = commands.fitting();
    let orders = orders::fitting(commands.input.text());
    let screen = layout.screen;
    let height = u16::try_from((fitting.len() + orders.len()).clamp(1, 10))
        .unwrap_or(1)
        .min(screen.height - 3);
    let list = Rect {
        x: 0,
        y: layout.hints.y - height,
        width: screen.width,
        height,
    };
    clear(list, buffer);
    clear(layout.hints, buffer);
    let why_not = if model.settings.simulator {
        ""
    } else {
        " - only on a simulator"
    };
    let order_rows = orders.iter().map(|spec| {
        let role = if why_not.is_empty() {
            Role::Text
        } else {
            Role::Dim
        };
        vec![
            span(format!(" :{:<42}", spec.usage), theme.style(Role::Key)),
            span(format!("{}{why_not}", spec.help), theme.style(role)),
        ]
    });
    let lines = if fitting.is_empty() && orders.is_empty() {
        vec![vec![span(
            " no action has this name",
            theme.style(Role::Dim),
        )]]
    } else {
        fitting
            .iter()
            .map(|spec| action_row(model, theme, spec, usize::from(list.width)))
            .chain(order_rows)
            .collect()
    };
    rows(lines, commands.cursor, theme, list, buffer);
    input_line(":", &commands.input, theme, layout.hints, buffer)
}
