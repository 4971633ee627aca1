//! What everything on the screen is drawn with. `span` is the only way to a cell:
//! what it takes has passed the gate.

use std::num::NonZeroU16;

use ratatui::{
    buffer::{Buffer, Cell, CellDiffOption, CellWidth},
    layout::{HorizontalAlignment, Position, Rect},
    style::{Color, Modifier, Style},
    symbols::border,
    text::{Line, Span},
    widgets::{Block, BorderType, Borders, Clear, Widget},
};

use crate::{
    app::areas,
    text::{self, Clean},
    ui::theme::{Role, Theme},
};

/// What a search found, on any theme and on a terminal without colours.
const MATCH: Modifier = Modifier::BOLD.union(Modifier::UNDERLINED);

/// A piece of text that has passed the gate.
pub(crate) fn span(text: impl Into<Clean>, style: Style) -> Span<'static> {
    Span::styled(text.into().into_string(), style)
}

/// The same, of a text that has passed it before.
pub(crate) fn whole(text: &Clean, style: Style) -> Span<'_> {
    Span::styled(&**text, style)
}

/// One line at a place, cut to the width.
///
/// Not by the library's own writing, which counts some vowel signs as nothing:
/// what is laid out by `text::width` is also painted by it.
pub(crate) fn put(spans: &[Span<'_>], area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let mut x = area.x;
    for span in spans {
        for (cluster, width) in text::clusters(&span.content) {
            let width = u16::try_from(width).unwrap_or(u16::MAX);
            if width > area.right() - x {
                return;
            }
            let Some(width) = NonZeroU16::new(width) else {
                continue;
            };
            let option = if cluster.len() == 1 || cluster.cell_width() == width.get() {
                CellDiffOption::None
            } else {
                CellDiffOption::ForcedWidth(width)
            };
            buffer[(x, area.y)]
                .set_symbol(cluster)
                .set_style(span.style)
                .set_diff_option(option);
            for covered in x + 1..x + width.get() {
                buffer[(covered, area.y)].reset();
            }
            x += width.get();
        }
    }
}

/// Words with what `asked` finds in them marked.
pub(crate) fn marked(words: &str, style: Style, asked: &str) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    let mut done = 0;
    for found in text::matches(words, asked) {
        spans.push(span(&words[done..found.start], style));
        spans.push(span(&words[found.clone()], style.add_modifier(MATCH)));
        done = found.end;
    }
    spans.push(span(&words[done..], style));
    spans.retain(|span| !span.content.is_empty());
    spans
}

/// Text broken into the lines of an area.
pub(crate) fn wrapped(words: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    for (line, y) in text::wrap(&words.into(), usize::from(area.width))
        .into_iter()
        .zip(area.y..area.bottom())
    {
        put(
            &[span(line, style)],
            Rect {
                y,
                height: 1,
                ..area
            },
            buffer,
        );
    }
}

/// So many cells a cluster has at most; wider ones are not looked for.
pub(crate) const WIDEST: u16 = 16;

/// Makes cells blank, in a style. Every frame begins so: no clones of a cell, and no
/// patching of styles.
pub(crate) fn blank(style: Style, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let mut blank = Cell::EMPTY;
    blank.set_style(style);
    for y in area.y..area.bottom() {
        let start = buffer.index_of(area.x, y);
        for cell in &mut buffer.content[start..start + usize::from(area.width)] {
            *cell = Cell::EMPTY;
            (cell.fg, cell.bg) = (blank.fg, blank.bg);
            (cell.underline_color, cell.modifier) = (blank.underline_color, blank.modifier);
        }
    }
}

/// Makes room for what is drawn over the rest. A wide letter that reaches into
/// the area from the left goes, or it would hide what is drawn there.
pub(crate) fn clear(area: Rect, buffer: &mut Buffer) {
    Clear.render(area, buffer);
    for y in area.y..area.bottom() {
        // A letter with its signs may be several cells wide.
        for x in area.x.saturating_sub(WIDEST)..area.x {
            let reaches = |cell: &&mut Cell| x + cell.cell_width() > area.x;
            if let Some(cell) = buffer.cell_mut((x, y)).filter(reaches) {
                cell.set_symbol(" ").set_diff_option(CellDiffOption::None);
            }
        }
    }
}

/// A frame; brighter when it has the keys.
pub(crate) fn frame(focused: bool, theme: &Theme) -> Block<'static> {
    Block::new()
        .borders(Borders::ALL)
        .border_type(BorderType::Rounded)
        .border_style(frame_style(focused, theme))
}

/// How the lines of a frame look.
pub(crate) fn frame_style(focused: bool, theme: &Theme) -> Style {
    theme.style(match focused {
        true => Role::FrameFocused,
        false => Role::Frame,
    })
}

/// Draws the foot of a frame between its corners: words, and its line where there are none.
/// The frame itself would draw the same, with all that a frame can have.
pub(crate) fn draw_foot(words: Line<'static>, frame: Style, area: Rect, buffer: &mut Buffer) {
    let foot = areas::foot(area).intersection(buffer.area);
    let columns = foot.left()..foot.right();
    for at in columns.map(|x| Position::new(x, foot.y)) {
        buffer[at].set_symbol(border::ROUNDED.horizontal_bottom);
        buffer[at].set_style(frame);
    }
    let width: usize = words
        .spans
        .iter()
        .map(|span| text::width(&span.content))
        .sum();
    let width = u16::try_from(width).unwrap_or(u16::MAX).min(foot.width);
    let x = match words.alignment {
        Some(HorizontalAlignment::Right) => foot.right() - width,
        _ => foot.x,
    };
    put(&words.spans, Rect { x, width, ..foot }, buffer);
}

/// How the title of a frame looks: with the frame while it has the keys, else as text,
/// not as pale as the frame.
pub(crate) fn title_style(focused: bool, theme: &Theme) -> Style {
    match focused {
        true => theme.style(Role::FrameFocused),
        false => Style::new()
            .fg(Color::Reset)
            .patch(theme.style(Role::Strong)),
    }
}

/// Draws a block with its title on the left, and answers what is inside.
pub(crate) fn framed(
    title: Line<'static>,
    block: Block<'_>,
    area: Rect,
    buffer: &mut Buffer,
) -> Rect {
    let inner = block.inner(area);
    block.render(area, buffer);
    let head = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        height: 1,
        ..area
    };
    put(&title.spans, head, buffer);
    inner
}

/// Lines from the top of an area on.
pub(crate) fn lines(lines: Vec<Line<'static>>, area: Rect, buffer: &mut Buffer) {
    for (line, y) in lines.into_iter().zip(area.y..area.bottom()) {
        put(
            &line.spans,
            Rect {
                y,
                height: 1,
                ..area
            },
            buffer,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_into_what_is_drawn_over_it() {
        for (cluster, wide) in [("字", 2), ("ক্ষ্ম্য", 4), ("நௌ", 3), ("a", 1)] {
            let screen = Rect::new(0, 0, 12, 1);
            for start in 0..4 {
                let mut buffer = Buffer::empty(screen);
                let place = Rect::new(start, 0, 8, 1);
                put(&[span(cluster, Style::new())], place, &mut buffer);
                let width = buffer[(start, 0)].cell_width();
                clear(Rect::new(4, 0, 8, 1), &mut buffer);
                let stays = start + width <= 4;
                let stood = buffer[(start, 0)].symbol() == cluster;
                assert_eq!(
                    stood, stays,
                    "{cluster} of {width} (about {wide}) at {start}"
                );
            }
        }
    }
}
