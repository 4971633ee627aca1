//! The thread as it stands on the screen. What is painted, scrolled, clicked and
//! copied is laid out here and nowhere else, so they cannot disagree.

use ratatui::layout::Rect;

use crate::{
    app::{
        Model,
        action::table::Action,
        areas::inside,
        layout::layout,
        thread::{
            line::{Look, ThreadLine, Tone, first_name},
            outgoing_lines::content_lines,
            scroll::{Anchor, Blocks, Extent, ShownLine, Viewport},
            state::Thread,
            transcript,
        },
    },
    domain::{Content, Item, Link},
    text::{self, Clean},
};

/// What of an entry is not in the pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hidden {
    Nothing,
    /// Its beginning is above, or it has to begin at the top to be seen.
    Above,
    /// So many lines are below.
    Below(isize),
}

/// The open thread in its pane.
#[derive(Debug)]
pub struct ThreadPane<'a> {
    /// The thread.
    pub thread: &'a Thread,
    /// Inside of its frame, in cells.
    pub area: Rect,
    blocks: Blocks<'a>,
}

impl<'a> ThreadPane<'a> {
    /// The open thread where the layout has it; `None` without one, or where the
    /// pane is not shown.
    pub fn of(model: &'a Model) -> Option<Self> {
        let area = layout(model).thread.map(inside)?;
        Self::inside(model, area)
    }

    /// The open thread inside of a frame: the only constructor of its lines.
    pub fn inside(model: &'a Model, area: Rect) -> Option<Self> {
        let thread = model.thread.as_ref()?;
        let settle = model.session.settings.keymap.key_of(Action::Open);
        Some(Self {
            thread,
            area,
            blocks: Blocks::new(
                &thread.window.items,
                look(model, thread, area.width, settle),
            ),
        })
    }

    /// What would go out, as it will stand here.
    pub fn preview(&self, content: &Content) -> Vec<Vec<(Tone, Clean)>> {
        content_lines(content, self.blocks.look())
    }

    /// Where the text begins: behind time and name, in cells.
    pub fn gutter(&self) -> u16 {
        self.blocks.look().gutter().min(self.area.width)
    }

    /// The lines that are shown.
    pub fn viewport(&self) -> Viewport {
        let height = usize::from(self.area.height);
        self.blocks.viewport(&self.thread.anchor, height)
    }

    /// Where the lines stand on the screen: a short thread at the bottom, next to
    /// the composer.
    pub fn rows(&self, view: Viewport) -> impl Iterator<Item = (u16, ShownLine)> {
        let shown = u16::try_from(view.lines.len()).unwrap_or(self.area.height);
        let lift = self.area.height.saturating_sub(shown);
        (self.area.y + lift..self.area.bottom()).zip(view.lines)
    }

    /// Where it stands after scrolling by lines, and what is shown then; negative
    /// is towards the past.
    pub(crate) fn scrolled(&self, by: isize) -> (Anchor, Extent) {
        let height = usize::from(self.area.height);
        let anchor = self.blocks.scrolled(&self.thread.anchor, by, height);
        let anchor = anchor.unwrap_or_else(|| self.thread.anchor.clone());
        let extent = self.blocks.extent(&anchor, height);
        // The end of the part at hand need not be that of the thread.
        if extent.at_bottom && self.thread.window.newer == 0 {
            return (Anchor::Bottom, self.blocks.extent(&Anchor::Bottom, height));
        }
        (anchor, extent)
    }

    /// What of an entry is not shown.
    pub(crate) fn hidden(&self, view: &Viewport, at: usize) -> Hidden {
        let (Some(first), Some(last)) = (view.lines.first(), view.lines.last()) else {
            return Hidden::Nothing;
        };
        let (first, last) = (first.at, last.at);
        if at < first || (at == first && view.extent.top.1 > 0) {
            return Hidden::Above;
        }
        if at < last {
            return Hidden::Nothing;
        }
        let count = |at: usize| self.blocks.count(at);
        let shown = view.lines.iter().filter(|line| line.at == last).count();
        let before = if last == first { view.extent.top.1 } else { 0 };
        let height = usize::from(self.area.height);
        let own = count(at);
        if own >= height && at != first {
            // It does not fit: from its beginning on.
            return Hidden::Above;
        }
        let lines = (last..=at).map(count).sum::<usize>();
        match lines.saturating_sub(shown + before) {
            0 => Hidden::Nothing,
            lines => Hidden::Below(isize::try_from(lines).unwrap_or(0)),
        }
    }

    /// The selected message if it is shown, else the last one that is: *copy* is about
    /// it.
    pub fn at_hand(&self) -> Option<usize> {
        let message =
            |at: &usize| matches!(self.thread.window.items.get(*at), Some(Item::Message(_)));
        let view = self.viewport();
        let shown = || view.lines.iter().rev().map(|line| line.at);
        let selected = self.thread.selected_place();
        let selected = selected.filter(|at| shown().any(|place| place == *at));
        selected.filter(message).or_else(|| shown().find(message))
    }
}

fn look<'a>(model: &'a Model, thread: &'a Thread, width: u16, settle: String) -> Look<'a> {
    let account = &model.session.account;
    Look {
        width,
        folded: true,
        customer: first_name(
            &Clean::one_line(&thread.conversation.display_name()),
            &account.apps,
        ),
        zone: &model.session.settings.zone,
        now: model.session.now,
        apps: &account.apps,
        seen_through: thread.seen_through,
        no_link: matches!(account.link, Link::Offline(_) | Link::TokenRefused(_)),
        pictures: Some(&model.pictures),
        uploads: &thread.uploads,
        wraps: Some(&thread.wraps),
        keymap: &model.session.settings.keymap,
        settle,
        delivered_through: thread.conversation.delivered_through,
        read_through: thread.conversation.read_through,
    }
}

/// The words that the mouse has selected, a line each.
pub(crate) fn selected_words(model: &Model) -> String {
    let (Some(selection), Some(pane)) = (model.mouse.selection, ThreadPane::of(model)) else {
        return String::new();
    };
    let left = pane.area.x + pane.gutter();
    let mut out = Vec::new();
    for (row, line) in pane.rows(pane.viewport()) {
        let (Some((from, to)), ThreadLine::Text { pieces, .. }) =
            (selection.columns(row, pane.area, pane.gutter()), &*line)
        else {
            continue;
        };
        let line: String = pieces.iter().map(|(_, words)| &**words).collect();
        let (from, to) = (usize::from(from - left), usize::from(to - left));
        out.push(text::cells(&line, from, to + 1).trim_end().to_owned());
    }
    out.join("\n").trim_matches('\n').to_owned()
}

/// An entry of the open thread as one line in words: when, who, what. The day is
/// told where it changes, and where it is asked for.
pub fn entry_in_words(model: &Model, at: usize, with_day: bool) -> String {
    let Some(thread) = &model.thread else {
        return String::new();
    };
    let look = Look {
        folded: false,
        pictures: None,
        ..look(model, thread, u16::MAX, "settle".into())
    };
    transcript::in_words(&thread.window.items, at, &look, with_day)
}
