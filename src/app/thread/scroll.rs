//! What of a thread is on the screen. Scroll is an anchor (an entry and a line of
//! it), so neither new messages nor another size make it jump. Only what is on
//! the screen is laid out.

use std::{cell::RefCell, collections::HashMap, ops::Deref, rc::Rc};

use crate::{
    app::thread::{
        line::{Look, ThreadLine},
        transcript,
    },
    domain::Item,
};

/// What stands at the top of the pane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// The end of the thread is at the bottom and stays there.
    #[default]
    Bottom,
    /// This line of this entry is at the top.
    Top {
        /// Place of the entry.
        at: usize,
        /// The entry's key, to find it again after a reload.
        key: String,
        /// Line of the entry, from 0.
        line: usize,
    },
}

impl Anchor {
    /// At a line of an entry; at the bottom where there is no such entry.
    pub(crate) fn at(items: &[Item], at: usize, line: usize) -> Self {
        match items.get(at) {
            Some(item) => Self::Top {
                at,
                key: item.key(),
                line,
            },
            None => Self::Bottom,
        }
    }
}

/// The lines on the screen.
#[derive(Clone, Debug, Default)]
pub struct Viewport {
    /// The lines.
    pub lines: Vec<ShownLine>,
    /// What they are.
    pub extent: Extent,
}

/// A line on the screen.
#[derive(Clone, Debug)]
pub struct ShownLine {
    /// Place of its entry.
    pub at: usize,
    /// The lines of the entry, and which of them it is.
    block: Rc<[ThreadLine]>,
    line: usize,
}

impl Deref for ShownLine {
    type Target = ThreadLine;

    fn deref(&self) -> &ThreadLine {
        &self.block[self.line]
    }
}

/// Which lines are on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Place and line of the first one.
    pub top: (usize, usize),
    /// The first entry's first line is shown.
    pub at_top: bool,
    /// The last entry's last line is shown.
    pub at_bottom: bool,
}

/// The entries of a thread as lines. Each is laid out when it is first needed, and once:
/// a scroll asks several times how many lines it has.
#[derive(Debug)]
pub(super) struct Blocks<'a> {
    items: &'a [Item],
    look: Look<'a>,
    laid_out: RefCell<HashMap<usize, Rc<[ThreadLine]>>>,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(items: &'a [Item], look: Look<'a>) -> Self {
        Self {
            items,
            look,
            laid_out: RefCell::default(),
        }
    }

    /// What the lines depend on besides the entries.
    pub(super) fn look(&self) -> &Look<'a> {
        &self.look
    }

    fn lines(&self, at: usize) -> Rc<[ThreadLine]> {
        let mut laid_out = self.laid_out.borrow_mut();
        let lines = || transcript::lines_of(self.items, at, &self.look).into();
        Rc::clone(laid_out.entry(at).or_insert_with(lines))
    }

    /// How many lines an entry has: none where it is folded away.
    pub(super) fn count(&self, at: usize) -> usize {
        self.lines(at).len()
    }

    /// The lines that fit into `height` lines.
    pub(super) fn viewport(&self, anchor: &Anchor, height: usize) -> Viewport {
        let extent = self.extent(anchor, height);
        let (first, skip) = extent.top;
        let lines = (first..self.items.len()).flat_map(|at| {
            let block = self.lines(at);
            let from = if at == first { skip } else { 0 };
            (from..block.len()).map(move |line| ShownLine {
                at,
                block: Rc::clone(&block),
                line,
            })
        });
        Viewport {
            lines: lines.take(height).collect(),
            extent,
        }
    }

    /// Which lines fit into `height` lines.
    pub(super) fn extent(&self, anchor: &Anchor, height: usize) -> Extent {
        match anchor {
            Anchor::Bottom => self.bottom_up(height),
            Anchor::Top { at, line, .. } => {
                let mut have = self.count(*at).saturating_sub(*line);
                let mut below = at + 1..self.items.len();
                // One line more tells whether there is something below.
                while have <= height
                    && let Some(next) = below.next()
                {
                    have += self.count(next);
                }
                if have < height {
                    return self.bottom_up(height);
                }
                Extent {
                    top: (*at, *line),
                    at_top: (*at, *line) == (0, 0),
                    at_bottom: have == height,
                }
            }
        }
    }

    /// Whether what follows an entry certainly fills so many lines, without laying it out:
    /// only what happened may be folded away.
    fn fills(&self, at: usize, height: usize) -> bool {
        let below = self.items[self.items.len().min(at + 1)..].iter();
        let has_lines = |item: &&Item| !matches!(item, Item::Event { .. });
        below.filter(has_lines).take(height).count() == height
    }

    fn bottom_up(&self, height: usize) -> Extent {
        let (mut first, mut have) = (self.items.len(), 0);
        while have < height && first > 0 {
            first -= 1;
            have += self.count(first);
        }
        // At most the first block is cut, because it was the last one needed.
        let cut = have.saturating_sub(height);
        Extent {
            top: (first, cut),
            at_top: first == 0 && cut == 0,
            at_bottom: true,
        }
    }

    /// Where the pane stands after scrolling by lines; negative is towards the past.
    /// `None`: there is nothing further towards the end.
    pub(super) fn scrolled(&self, anchor: &Anchor, by: isize, height: usize) -> Option<Anchor> {
        let (mut at, mut line) = match anchor {
            Anchor::Top { at, line, .. } if by < 0 && self.fills(*at, height) => (*at, *line),
            _ => {
                let extent = self.extent(anchor, height);
                if by >= 0 && extent.at_bottom {
                    return None;
                }
                extent.top
            }
        };
        let mut left = by.unsigned_abs();
        if by < 0 {
            while left > line && at > 0 {
                left -= line + 1;
                at -= 1;
                // What is folded away has no line to stop at.
                while at > 0 && self.count(at) == 0 {
                    at -= 1;
                }
                line = self.count(at).saturating_sub(1);
            }
            line = line.saturating_sub(left);
        } else {
            while left > 0 && at < self.items.len() {
                let lines = self.count(at);
                if lines == 0 {
                    (at, line) = (at + 1, 0);
                    continue;
                }
                let rest = lines.saturating_sub(line + 1);
                if left <= rest {
                    line += left;
                    left = 0;
                } else {
                    left -= rest + 1;
                    (at, line) = (at + 1, 0);
                }
            }
        }
        Some(Anchor::at(self.items, at, line))
    }
}
