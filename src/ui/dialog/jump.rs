//! The fuzzy jump to a person.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::{
    super::{Theme, span, theme::Role},
    boxed, input_line, rows,
};
use crate::{
    app::dialog::Jump,
    text::{self, Clean},
};

pub(super) fn draw(theme: &Theme, jump: &Jump, screen: Rect, buffer: &mut Buffer) -> Position {
    let size = ((screen.width - 4).min(60), (screen.height - 2).min(18));
    let inner = boxed("jump to a person", size, screen, theme, buffer);
    let cursor = input_line("› ", &jump.input, theme, inner, buffer);
    let width = usize::from(inner.width).saturating_sub(11);
    let lines = jump
        .found
        .iter()
        .map(|(_, name, platform)| {
            vec![
                span(
                    format!(" {}", text::fit(&Clean::one_line(name), width)),
                    theme.style(Role::Text),
                ),
                span(platform.word(), theme.style(Role::Dim)),
            ]
        })
        .collect::<Vec<_>>();
    let list = Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(1),
        ..inner
    };
    if lines.is_empty() {
        let waiting = jump.answered.as_deref() != Some(jump.input.text());
        let words = if waiting {
            " …"
        } else {
            " nobody's name fits"
        };
        rows(
            vec![vec![span(words, theme.style(Role::Dim))]],
            usize::MAX,
            theme,
            list,
            buffer,
        );
    } else {
        rows(lines, jump.cursor, theme, list, buffer);
    }
    cursor
}
