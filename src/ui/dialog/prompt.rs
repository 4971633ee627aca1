//! A line of input in place of the hints.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use crate::{
    app::{
        Model,
        dialog::{Prompt, PromptKind},
    },
    ui::{dialog::frame::input_line, draw::clear, theme::Theme},
};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    prompt: &Prompt,
    area: Rect,
    buffer: &mut Buffer,
) -> Position {
    clear(area, buffer);
    let label = match prompt.kind {
        PromptKind::Filter => format!(" {} matches /", model.inbox.total),
        PromptKind::Find => " find /".into(),
    };
    input_line(&label, &prompt.input, theme, area, buffer)
}
