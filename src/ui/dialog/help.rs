//! The help screen: the live keymap, searchable.

use ratatui::{buffer::Buffer, layout::Position, text::Span};

use crate::{
    app::{
        Model,
        action::table::{ActionSpec, Context},
        dialog::{Help, geometry::Geometry},
        why_not,
    },
    text,
    ui::{
        dialog::frame::{boxed, input_line, rows},
        draw::span,
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    help: &Help,
    place: &Geometry,
    buffer: &mut Buffer,
) -> Position {
    let count = place.count;
    let inner = boxed(
        &format!(
            "keys {}/{}: type to search, Enter runs, Esc closes",
            (help.cursor + 1).min(count),
            count
        ),
        place.frame,
        theme,
        buffer,
    );
    let cursor = input_line("search ", &help.input, theme, inner, buffer);
    let fitting = help.fitting();
    let lines = fitting
        .iter()
        .map(|spec| {
            let place = match spec.context {
                Context::Composer => "in the composer: ",
                _ => "",
            };
            let room = usize::from(inner.width).saturating_sub(place.len());
            let mut row = action_row(model, theme, spec, room);
            row.insert(1, span(place, theme.style(Role::Dim)));
            row
        })
        .collect();
    rows(lines, place, theme, buffer);
    cursor
}

/// Keys, help, name; greyed with its reason when it cannot be done now.
pub(super) fn action_row(
    model: &Model,
    theme: &Theme,
    spec: &'static ActionSpec,
    width: usize,
) -> Vec<Span<'static>> {
    let keys = text::fit(
        &format!(" {}", model.session.settings.keymap.keys_of(spec.action)),
        14,
    );
    match why_not(model, spec.action) {
        Some(why) => {
            let words = format!("{} - {why}", spec.name);
            vec![
                span(keys, theme.style(Role::Dim)),
                span(
                    text::cut(&words, width.saturating_sub(14)),
                    theme.style(Role::Dim),
                ),
            ]
        }
        None => {
            let room = width.saturating_sub(text::width(&keys));
            let help = text::cut(spec.help, room);
            let name = format!("  {}", spec.name);
            let whole = text::width(&help) + text::width(&name) <= room;
            let mut row = vec![
                span(keys, theme.style(Role::Key)),
                span(help, theme.style(Role::Text)),
            ];
            if whole {
                row.push(span(name, theme.style(Role::Dim)));
            }
            row
        }
    }
}
