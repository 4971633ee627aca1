//! What everything on the screen is drawn with. `span` is the only way to a cell:
//! what it takes has passed the gate.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, BorderType, Borders, Clear, Paragraph, Widget},
};

use crate::{
    text::{self, Clean},
    ui::theme::{Role, Theme},
};

/// A piece of text that has passed the gate.
pub(crate) fn span(text: impl Into<Clean>, style: Style) -> Span<'static> {
    Span::styled(text.into().into_string(), style)
}

/// One line at a place, cut to the width.
pub(crate) fn put(spans: Vec<Span<'static>>, area: Rect, buffer: &mut Buffer) {
    if area.height > 0 {
        Line::from(spans).render(Rect { height: 1, ..area }, buffer);
    }
}

/// Text broken into the lines of an area.
pub(crate) fn wrapped(words: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    for (line, y) in text::wrap(&words.into(), usize::from(area.width))
        .into_iter()
        .zip(area.y..area.bottom())
    {
        put(
            vec![span(line, style)],
            Rect {
                y,
                height: 1,
                ..area
            },
            buffer,
        );
    }
}

/// Makes room for what is drawn over the rest. A wide letter that reaches into
/// the area from the left goes, or it would hide what is drawn there.
pub(crate) fn clear(area: Rect, buffer: &mut Buffer) {
    Clear.render(area, buffer);
    let Some(x) = area.x.checked_sub(1) else {
        return;
    };
    for y in area.y..area.bottom() {
        if let Some(cell) = buffer
            .cell_mut((x, y))
            .filter(|cell| text::width(cell.symbol()) > 1)
        {
            cell.set_symbol(" ");
        }
    }
}

/// A frame with a title on the left; brighter when it has the keys.
pub(crate) fn frame(title: Line<'static>, focused: bool, theme: &Theme) -> Block<'static> {
    let role = if focused {
        Role::FrameFocused
    } else {
        Role::Frame
    };
    Block::new()
        .borders(Borders::ALL)
        .border_type(BorderType::Rounded)
        .border_style(theme.style(role))
        .title_top(title)
}

/// Draws a block and answers what is inside.
pub(crate) fn framed(block: Block<'_>, area: Rect, buffer: &mut Buffer) -> Rect {
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}

/// Lines from the top of an area on.
pub(crate) fn lines(lines: Vec<Line<'static>>, area: Rect, buffer: &mut Buffer) {
    Paragraph::new(lines).render(area, buffer);
}
