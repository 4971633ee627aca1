//! Text of the thread that the mouse has dragged over, line by line as it stands
//! on the screen. The gutter is no text.

use ratatui::layout::Rect;

use super::{
    Model, layout,
    lines::{GUTTER, Look, ThreadLine},
};
use crate::text;

/// From one cell to another, in either direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Where it was begun.
    pub from: (u16, u16),
    /// Where it is now.
    pub to: (u16, u16),
}

impl Selection {
    /// First and last cell in reading order.
    fn ends(&self) -> ((u16, u16), (u16, u16)) {
        let order = |(x, y): (u16, u16)| (y, x);
        if order(self.from) <= order(self.to) {
            (self.from, self.to)
        } else {
            (self.to, self.from)
        }
    }

    /// The columns of a row that belong to it, within the text of the thread.
    pub fn columns(&self, row: u16, area: Rect) -> Option<(u16, u16)> {
        let (first, last) = self.ends();
        if row < first.1 || row > last.1 {
            return None;
        }
        let left = area.x + GUTTER.min(area.width);
        let from = if row == first.1 {
            first.0.max(left)
        } else {
            left
        };
        let end = area.right().saturating_sub(1);
        let to = if row == last.1 { last.0.min(end) } else { end };
        (from <= to).then_some((from, to))
    }
}

/// Where the lines of the thread stand: inside of its frame, a short thread at
/// the bottom.
pub fn lines_of(model: &Model, look: &Look<'_>) -> Vec<(u16, ThreadLine)> {
    let places = layout::layout(model);
    let (Some(area), Some(thread)) = (places.thread.map(layout::inside), &model.thread) else {
        return Vec::new();
    };
    let view = thread.viewport(look, usize::from(area.height));
    let lines = view.lines.into_iter().map(|(_, line)| line);
    let shown = u16::try_from(lines.len()).unwrap_or(area.height);
    let lift = area.height.saturating_sub(shown);
    (area.y + lift..area.bottom()).zip(lines).collect()
}

/// The words that are selected, a line each.
pub(super) fn words(model: &Model, look: &Look<'_>) -> String {
    let Some(selection) = model.selection else {
        return String::new();
    };
    let Some(area) = layout::layout(model).thread.map(layout::inside) else {
        return String::new();
    };
    let left = area.x + GUTTER;
    let mut out = Vec::new();
    for (row, line) in lines_of(model, look) {
        let (Some((from, to)), ThreadLine::Text { pieces, .. }) =
            (selection.columns(row, area), line)
        else {
            continue;
        };
        let line: String = pieces.iter().map(|(_, words)| &**words).collect();
        let (from, to) = (usize::from(from - left), usize::from(to - left));
        out.push(text::cells(&line, from, to + 1).trim_end().to_owned());
    }
    out.join("\n").trim_matches('\n').to_owned()
}
