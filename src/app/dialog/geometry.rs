//! Where a dialog stands on the screen and where its rows are: used by the view
//! and by the mouse, so that they cannot disagree. In cells.

use ratatui::layout::Rect;

use crate::{
    app::areas::Layout,
    text::{self, Clean},
};

/// The place of a dialog with rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// With its frame.
    pub frame: Rect,
    /// Inside of the frame, with a column of air on each side.
    pub inner: Rect,
    /// The rows that can be chosen.
    pub rows: Rect,
    /// How many rows there are.
    pub count: usize,
    /// The marked one.
    pub cursor: usize,
}

impl Geometry {
    /// A box of at most this size in the middle of the screen, with `above` lines
    /// before its rows and `below` behind them.
    pub(crate) fn boxed(layout: &Layout, size: (u16, u16), above: u16, below: u16) -> Self {
        let screen = layout.screen;
        let (width, height) = (screen.width - 4, screen.height - 2);
        let frame = centred((width.min(size.0), height.min(size.1)), screen);
        let inner = padded(frame);
        let rows = Rect {
            y: inner.y + above,
            height: inner.height.saturating_sub(above + below),
            ..inner
        };
        Self {
            frame,
            inner,
            rows,
            count: 0,
            cursor: 0,
        }
    }

    /// With so many rows, and one of them marked.
    pub(crate) fn with_rows(self, count: usize, cursor: usize) -> Self {
        Self {
            count,
            cursor,
            ..self
        }
    }

    /// The first row on the screen.
    pub fn top(&self) -> usize {
        let height = usize::from(self.rows.height).max(1);
        self.cursor
            .saturating_sub(height - 1)
            .min(self.count.saturating_sub(height))
    }

    /// The row at a cell.
    pub fn row_at(&self, x: u16, y: u16) -> Option<usize> {
        let inside = self.rows.contains((x, y).into());
        let row = self.top() + usize::from(y.checked_sub(self.rows.y)?);
        (inside && row < self.count).then_some(row)
    }
}

/// A frame in the middle of the screen.
pub fn centred(size: (u16, u16), screen: Rect) -> Rect {
    let (width, height) = (size.0.min(screen.width), size.1.min(screen.height));
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    }
}

/// What is inside of a frame, with a column of air on each side.
pub fn padded(frame: Rect) -> Rect {
    Rect {
        x: frame.x + 2,
        y: frame.y + 1,
        width: frame.width.saturating_sub(4),
        height: frame.height.saturating_sub(2),
    }
}

/// Cells that a title takes at most on this screen.
pub(crate) fn title_width(title: &str, screen: Rect) -> usize {
    let room = usize::from(screen.width).saturating_sub(6);
    text::width(&text::cut(&Clean::one_line(title), room))
}

/// As many cells as fit into a `u16`.
pub(crate) fn cells(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
