//! The command line above the bottom, with what fits and each action's key.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use crate::{
    app::{
        Model,
        dialog::{Commands, geometry::Geometry},
        simulator_commands,
    },
    ui::{
        dialog::{
            frame::{input_line, nothing, rows},
            help::action_row,
        },
        draw::{clear, span},
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    commands: &Commands,
    place: &Geometry,
    buffer: &mut Buffer,
) -> Position {
    let fitting = commands.fitting();
    let orders = simulator_commands::fitting(commands.input.text());
    let list = place.rows;
    clear(list, buffer);
    // The line that is typed stands below what fits.
    let line = Rect {
        y: list.bottom(),
        height: 1,
        ..list
    };
    clear(line, buffer);
    let why_not = if model.session.settings.simulator {
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
    if place.count == 0 {
        nothing(" unknown command", theme, place, buffer);
    } else {
        let lines = fitting
            .iter()
            .map(|spec| action_row(model, theme, spec, usize::from(list.width)))
            .chain(order_rows)
            .chain(commands.chapters().into_iter().map(|chapter| {
                vec![
                    span(
                        format!(" help {:<16}", chapter.name),
                        theme.style(Role::Key),
                    ),
                    span(chapter.about, theme.style(Role::Text)),
                ]
            }))
            .chain(
                commands
                    .views(&model.session)
                    .into_iter()
                    .map(|(number, name)| {
                        vec![
                            span(format!(" view {name:<16}"), theme.style(Role::Key)),
                            span(
                                match number {
                                    1..=9 => format!("also on the key {number}"),
                                    _ => String::new(),
                                },
                                theme.style(Role::Dim),
                            ),
                        ]
                    }),
            )
            .chain(commands.themes().into_iter().map(|name| {
                vec![
                    span(format!(" theme {name:<16}"), theme.style(Role::Key)),
                    span("Enter to use it until you quit", theme.style(Role::Dim)),
                ]
            }))
            .collect();
        rows(lines, place, theme, buffer);
    }
    input_line(":", &commands.input, theme, line, buffer)
}
