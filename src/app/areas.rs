//! The places of one frame: plain rectangles, in cells; and which part of it has to be repainted.

use ratatui::layout::Rect;

/// Below this many columns or rows the screen only says what it needs.
pub const NEEDS: (u16, u16) = (40, 10);

/// From this height inside, and on a screen of this width, the customer pane has more.
const TALL: u16 = 50;
const WIDE: u16 = 160;

/// The places of one frame. A pane that is not shown is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The whole screen.
    pub screen: Rect,
    /// The top line.
    pub status: Rect,
    /// The list, with its frame.
    pub list: Option<Rect>,
    /// The lines below the list that explain the selected row (one pane only).
    pub explain: Option<Rect>,
    /// The thread, with its frame.
    pub thread: Option<Rect>,
    /// A refusal that stays until something is done about it.
    pub notice: Option<Rect>,
    /// The composer, with its frame.
    pub composer: Option<Rect>,
    /// The customer pane, with its frame.
    pub customer: Option<Rect>,
    /// The bottom line with the keys.
    pub hints: Rect,
}

/// What has to be repainted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Nothing.
    Nothing,
    /// This letter was typed behind a line of the composer that has room for more: its
    /// cell, and how long the text is.
    Letter(char),
    /// The text of the composer, and how long it is.
    Text,
    /// The cursor of the list went from one row to another: these two, what is told of
    /// the selected row, and the keys for it.
    Cursor {
        /// Place of the row where it was.
        from: u32,
        /// Place of the row where it is.
        to: u32,
    },
    /// The list, what is told of the selected row, and the keys for it.
    List,
    /// The rows of the list, as `List`, and the top line with the counts of the views.
    News,
    /// The thread, and the keys for it.
    Thread,
    /// The topmost dialog, which has rows, and its keys.
    Dialog,
    /// The whole screen.
    All,
}

impl Damage {
    /// The two together.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, one) | (one, Self::Nothing) => one,
            (Self::Letter(_) | Self::Text, Self::Letter(_) | Self::Text) => Self::Text,
            (one, other) if one == other => one,
            // The rows between them were never painted with the cursor.
            (Self::Cursor { from, .. }, Self::Cursor { to, .. }) => Self::Cursor { from, to },
            (Self::Cursor { .. } | Self::List, Self::Cursor { .. } | Self::List) => Self::List,
            (
                Self::Cursor { .. } | Self::List | Self::News,
                Self::Cursor { .. } | Self::List | Self::News,
            ) => Self::News,
            _ => Self::All,
        }
    }
}

/// Whether there are colleagues and the API log, too, in a customer pane with its frame,
/// on a screen with so many columns.
pub fn has_api_log(customer: Rect, columns: u16) -> bool {
    inside(customer).height >= TALL && columns >= WIDE
}

/// Whether the screen is too small to show anything.
pub fn too_small(size: (u16, u16)) -> bool {
    size.0 < NEEDS.0 || size.1 < NEEDS.1
}

/// What is inside a frame.
pub fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// The bottom line of a frame, between its corners.
pub fn foot(area: Rect) -> Rect {
    Rect {
        x: area.x + 1,
        y: area.bottom().saturating_sub(1),
        width: area.width.saturating_sub(2),
        height: area.height.min(1),
    }
}

/// Where the text of the composer is: inside its frame, and below so many lines of what
/// goes with it, as far as there is room for both.
pub fn composer_text(area: Rect, head: u16) -> Rect {
    let inner = inside(area);
    let head = head.min(inner.height.saturating_sub(1));
    Rect {
        y: inner.y + head,
        height: inner.height - head,
        ..inner
    }
}

/// Where the rows of the list are: inside its frame, and on a narrow screen
/// below the heads of the columns.
pub fn list_body(layout: &Layout) -> Rect {
    let inner = layout.list.map(inside).unwrap_or_default();
    let head = u16::from(layout.explain.is_some()).min(inner.height);
    Rect {
        y: inner.y + head,
        height: inner.height - head,
        ..inner
    }
}

/// Where a row of the list is that stands so many rows below the first one; `None` below
/// the last one that is shown.
pub fn list_row(layout: &Layout, below: u32) -> Option<Rect> {
    let (body, height) = (list_body(layout), row_height(layout));
    let below = u16::try_from(below)
        .ok()
        .filter(|n| *n < body.height / height)?;
    Some(Rect {
        y: body.y + below * height,
        height,
        ..body
    })
}

/// How many terminal lines one row of the list takes: one in the table of a
/// narrow screen, two beside the thread.
pub fn row_height(layout: &Layout) -> u16 {
    if layout.explain.is_some() { 1 } else { 2 }
}
