//! What the mouse has dragged over, line by line as it stands on the screen. The
//! gutter is no text.

use ratatui::layout::Rect;

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

    /// The columns of a row that belong to it, within the text of the thread, which
    /// begins behind `gutter` cells.
    pub fn columns(&self, row: u16, area: Rect, gutter: u16) -> Option<(u16, u16)> {
        let (first, last) = self.ends();
        if row < first.1 || row > last.1 {
            return None;
        }
        let left = area.x + gutter.min(area.width);
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
