//! What of a thread is on the screen. Scroll is an anchor (an entry and a line of
//! it), so neither new messages nor another size make it jump. Only what is on
//! the screen is laid out.

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
    /// The lines, with the place of their entry.
    pub lines: Vec<(usize, ThreadLine)>,
    /// Place and line of the first one.
    pub top: (usize, usize),
    /// The first entry's first line is shown.
    pub at_top: bool,
    /// The last entry's last line is shown.
    pub at_bottom: bool,
}

/// The lines that fit into `height` lines.
pub(super) fn viewport(
    items: &[Item],
    anchor: &Anchor,
    look: &Look<'_>,
    height: usize,
) -> Viewport {
    match anchor {
        Anchor::Bottom => bottom_up(items, look, height),
        Anchor::Top { at, line, .. } => {
            let view = top_down(items, look, height, (*at, *line));
            if view.lines.len() < height {
                bottom_up(items, look, height)
            } else {
                view
            }
        }
    }
}

fn bottom_up(items: &[Item], look: &Look<'_>, height: usize) -> Viewport {
    let mut blocks: Vec<(usize, Vec<ThreadLine>)> = Vec::new();
    let mut have = 0;
    for at in (0..items.len()).rev() {
        if have >= height {
            break;
        }
        let lines = transcript::lines_of(items, at, look);
        have += lines.len();
        blocks.push((at, lines));
    }
    let cut = have.saturating_sub(height);
    let first = blocks.last().map_or(0, |(at, _)| *at);
    let lines: Vec<_> = blocks
        .into_iter()
        .rev()
        .flat_map(|(at, lines)| lines.into_iter().map(move |line| (at, line)))
        .skip(cut)
        .collect();
    // At most the first block is cut, because it was the last one needed.
    Viewport {
        at_top: first == 0 && cut == 0,
        at_bottom: true,
        top: (first, cut),
        lines,
    }
}

fn top_down(items: &[Item], look: &Look<'_>, height: usize, top: (usize, usize)) -> Viewport {
    let mut lines = Vec::new();
    let (mut place, mut skip) = top;
    while lines.len() <= height && place < items.len() {
        let block = transcript::lines_of(items, place, look);
        lines.extend(block.into_iter().skip(skip).map(|line| (place, line)));
        skip = 0;
        place += 1;
    }
    let at_bottom = lines.len() <= height && place >= items.len();
    lines.truncate(height);
    Viewport {
        lines,
        top,
        at_top: top == (0, 0),
        at_bottom,
    }
}

/// Where the pane stands after scrolling by lines; negative is towards the past.
/// `None`: there is nothing further towards the end.
pub(crate) fn scrolled(
    items: &[Item],
    anchor: &Anchor,
    by: isize,
    look: &Look<'_>,
    height: usize,
) -> Option<Anchor> {
    let view = viewport(items, anchor, look, height);
    if by >= 0 && view.at_bottom {
        return None;
    }
    let count = |at| transcript::lines_of(items, at, look).len();
    let (mut at, mut line) = view.top;
    let mut left = by.unsigned_abs();
    if by < 0 {
        while left > line && at > 0 {
            left -= line + 1;
            at -= 1;
            // What is folded away has no line to stop at.
            while at > 0 && count(at) == 0 {
                at -= 1;
            }
            line = count(at).saturating_sub(1);
        }
        line = line.saturating_sub(left);
    } else {
        while left > 0 && at < items.len() {
            let lines = count(at);
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
    Some(Anchor::at(items, at, line))
}
