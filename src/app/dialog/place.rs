//! Where a dialog stands on the screen and where its rows are: used by the view
//! and by the mouse, so that they cannot disagree.

use ratatui::layout::Rect;

use super::{super::layout::Layout, Dialog};
use crate::{
    app::{Model, orders},
    domain::Outcome,
    text::{self, Clean},
};

/// The place of a dialog with rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
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

impl Place {
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
pub fn centred((width, height): (u16, u16), screen: Rect) -> Rect {
    let (width, height) = (width.min(screen.width), height.min(screen.height));
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

/// The place of a dialog; `None` for those without rows.
pub fn of(model: &Model, dialog: &Dialog, layout: &Layout) -> Option<Place> {
    let screen = layout.screen;
    let size = |width: u16, height: u16| {
        let (w, h) = (screen.width - 4, screen.height - 2);
        centred((w.min(width), h.min(height)), screen)
    };
    let (frame, count, cursor) = match dialog {
        Dialog::Choose(choose) => {
            let lines = choose.lines.iter().map(|(_, words, _)| text::width(words));
            let room = usize::from(screen.width).saturating_sub(6);
            let title = text::width(&text::cut(&Clean::one_line(&choose.title), room));
            let width = (lines.max().unwrap_or(0) + 8).max(title + 6);
            let cells = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
            let size = (cells(width), cells(choose.lines.len() + 2));
            (centred(size, screen), choose.lines.len(), choose.cursor)
        }
        Dialog::Commands(commands) => {
            let orders = orders::fitting(commands.input.text());
            let count = commands.fitting().len() + orders.len();
            let height = u16::try_from(count.clamp(1, 10)).unwrap_or(1);
            let height = height.min(screen.height - 3);
            let list = Rect {
                x: 0,
                y: layout.hints.y - height,
                width: screen.width,
                height,
            };
            return Some(Place {
                frame: list,
                inner: list,
                rows: list,
                count,
                cursor: commands.cursor,
            });
        }
        Dialog::HandBack(dialog) => {
            let room = usize::from(screen.width).saturating_sub(6);
            let title = text::width(&text::cut(&Clean::one_line(&dialog.title), room));
            let width = u16::try_from(title + 6).unwrap_or(u16::MAX).max(60);
            let height = u16::try_from(Outcome::ALL.len() + 6).unwrap_or(10);
            (size(width, height), Outcome::ALL.len(), dialog.cursor)
        }
        Dialog::SignOff(dialog) => {
            let count = dialog.rows.as_ref().map_or(1, Vec::len);
            let height = u16::try_from(count + 4).unwrap_or(u16::MAX);
            (size(80, height), count, dialog.cursor)
        }
        Dialog::Help(help) => (size(110, u16::MAX), help.fitting().len(), help.cursor),
        Dialog::Jump(jump) => (size(60, 18), jump.found.len(), jump.cursor),
        Dialog::Search(search) => (size(110, 24), search.hits.len(), search.cursor),
        Dialog::Labels(labels) => (size(54, 14), labels.fitting().len(), labels.cursor),
        Dialog::Attach(attach) => (size(80, 16), attach.entries.len(), attach.cursor),
        Dialog::Calls(calls) => (size(140, u16::MAX), model.calls.len(), calls.cursor),
        Dialog::Canned(canned) => (size(100, 26), canned.fitting().len(), canned.cursor),
        Dialog::Snooze(snooze) => {
            let height = u16::try_from(snooze.usual.len() + 5).unwrap_or(10);
            (size(58, height), snooze.usual.len(), snooze.cursor)
        }
        Dialog::Note(_) | Dialog::Page(_) | Dialog::Prompt(_) => return None,
    };
    let inner = padded(frame);
    let below_input = Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(1),
        ..inner
    };
    let rows = match dialog {
        Dialog::Choose(_) => inner,
        Dialog::Calls(calls) => Rect {
            height: match calls.open {
                true => inner.height / 2,
                false => inner.height,
            },
            ..inner
        },
        Dialog::HandBack(_) => Rect {
            height: inner.height.saturating_sub(4),
            ..inner
        },
        Dialog::SignOff(_) => Rect {
            height: inner.height.saturating_sub(2),
            ..inner
        },
        Dialog::Snooze(_) => Rect {
            height: inner.height.saturating_sub(3),
            ..inner
        },
        Dialog::Canned(_) => Rect {
            height: (below_input.height / 2).min(u16::try_from(count).unwrap_or(u16::MAX)),
            ..below_input
        },
        _ => below_input,
    };
    Some(Place {
        frame,
        inner,
        rows,
        count,
        cursor,
    })
}
