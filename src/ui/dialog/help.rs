//! The help screen: the live keymap, searchable.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    text::Span,
};

use crate::{
    app::{
        Model,
        action::table::ActionSpec,
        dialog::{Help, HelpLine, geometry::Geometry},
        why_not,
    },
    text,
    ui::{
        dialog::frame::{boxed, input_line, nothing, rows},
        draw::{put, span},
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
    let inner = boxed(
        "keys: type to search, Enter to run, Esc to close",
        place.frame,
        theme,
        buffer,
    );
    let cursor = input_line("search ", &help.input, theme, inner, buffer);
    let width = usize::from(inner.width);
    let lines = help.lines();
    if lines.is_empty() {
        nothing(" no match", theme, place, buffer);
        return cursor;
    }
    let lines = lines.into_iter().map(|line| match line {
        HelpLine::Heading(group) => vec![span(group.heading(), theme.style(Role::Strong))],
        HelpLine::Action(spec) => help_row(model, theme, spec, width),
        HelpLine::Signs => vec![span("Signs in the list", theme.style(Role::Strong))],
        HelpLine::Sign(sign, means) => vec![
            span(
                text::fit(&format!("  {sign}"), KEYS),
                theme.style(Role::Key),
            ),
            span(
                text::cut(means, width.saturating_sub(KEYS)),
                theme.style(Role::Text),
            ),
        ],
    });
    rows(lines.collect(), place, theme, buffer);
    let why = help.marked().and_then(|spec| why_not(model, spec.action));
    if let Some(why) = why {
        let line = Rect {
            y: place.rows.bottom(),
            height: 1,
            ..inner
        };
        let words = text::cut(&format!("Not now: {why}"), width);
        put(&[span(words, theme.style(Role::Warn))], line, buffer);
    }
    cursor
}

/// Keys and what they do; pale, with the reason behind it, when that cannot be done now.
fn help_row(
    model: &Model,
    theme: &Theme,
    spec: &'static ActionSpec,
    width: usize,
) -> Vec<Span<'static>> {
    let keys = model.session.settings.keymap.keys_of(spec.action);
    let keys = match keys.as_str() {
        "" => format!(":{}", spec.name),
        keys => keys.to_owned(),
    };
    let keys = text::fit(&format!("  {keys}"), KEYS);
    let room = width.saturating_sub(KEYS);
    match why_not(model, spec.action) {
        None => vec![
            span(keys, theme.style(Role::Key)),
            span(text::cut(spec.help, room), theme.style(Role::Text)),
        ],
        Some(why) => {
            let words = format!("{}  ({})", spec.help, why.trim_end_matches('.'));
            vec![
                span(keys, theme.style(Role::Dim)),
                span(text::cut(&words, room), theme.style(Role::Dim)),
            ]
        }
    }
}

/// Cells for keys.
const KEYS: usize = 15;

/// An action of the command line: its keys, what it does, and its name, which is what is
/// typed.
pub(super) fn action_row(
    model: &Model,
    theme: &Theme,
    spec: &'static ActionSpec,
    width: usize,
) -> Vec<Span<'static>> {
    let name = text::fit(&format!(" {}", spec.name), 18);
    let mut row = vec![span(name, theme.style(Role::Key))];
    row.extend(help_row(model, theme, spec, width.saturating_sub(18)));
    row
}
