//! The open thread. Scroll is an anchor (an entry and a line of it), so neither
//! new messages nor another size make it jump. Only what is on the screen is
//! laid out.

use super::{
    composer::Composer,
    lines::{self, Look, ThreadLine},
};
use crate::domain::{
    Conversation, Item, LocalId, Mid, Outgoing, Profile, ThreadRange, ThreadSlice, Timestamp,
};

/// How many messages are asked for at an end of the thread, and on each side of
/// a place in it.
pub const WINDOW: u32 = 200;

/// Where the pane goes when the part that was asked for is at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GoTo {
    /// The first entry.
    Top,
    /// This message.
    Message(Mid),
}

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

/// The thread as it is shown.
#[derive(Clone, Debug)]
pub struct Thread {
    /// The row.
    pub conversation: Conversation,
    /// The profile.
    pub profile: Profile,
    /// Entries of the part that is at hand, oldest first.
    pub items: Vec<Item>,
    /// The cache has answered.
    pub loaded: bool,
    /// Which part is at hand, or asked for.
    pub range: ThreadRange,
    /// So many older messages are in the cache.
    pub older: u32,
    /// So many newer ones.
    pub newer: u32,
    /// Meta may have older ones.
    pub older_remote: bool,
    /// Another part has been asked for.
    pub loading: bool,
    pub(super) go_to: Option<GoTo>,
    /// Where the pane stands.
    pub anchor: Anchor,
    /// Customer messages after this moment are new.
    pub seen_through: Option<Timestamp>,
    /// The reply being written.
    pub composer: Composer,
    /// A refusal, until something is done about it.
    pub notice: Option<String>,
    /// When we last marked the thread as seen.
    pub marked_seen: Option<Timestamp>,
    /// After this reply has gone out, the next who waits is opened.
    pub advance_after: Option<LocalId>,
    /// After a hand-back without a reply, too.
    pub advance_after_pass: bool,
    /// A reply begins as soon as the thread is at hand.
    pub then_reply: bool,
    /// Words that were searched for.
    pub find: String,
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

impl Thread {
    /// A thread of which only the row is known yet.
    pub fn new(conversation: Conversation) -> Self {
        Self {
            conversation,
            profile: Profile::Unasked,
            items: Vec::new(),
            loaded: false,
            range: ThreadRange::Newest,
            older: 0,
            newer: 0,
            older_remote: false,
            loading: false,
            go_to: None,
            anchor: Anchor::Bottom,
            seen_through: None,
            composer: Composer::default(),
            notice: None,
            marked_seen: None,
            advance_after: None,
            advance_after_pass: false,
            then_reply: false,
            find: String::new(),
        }
    }

    /// Takes what the cache holds; the answer to a question about another part
    /// is dropped. A draft never overwrites what is being written, nor comes
    /// back while it is on its way.
    pub(super) fn take(&mut self, page: ThreadSlice) {
        if page.range != self.range {
            return;
        }
        let first = !self.loaded;
        self.loaded = true;
        self.loading = false;
        self.conversation = page.conversation;
        self.profile = page.profile;
        self.items = page.items;
        (self.older, self.newer) = (page.older, page.newer);
        self.older_remote = page.older_remote;
        if first {
            // "New" means new since the last look, not since this one.
            self.seen_through = page.seen_through;
        }
        if let Anchor::Top { at, key, .. } = &mut self.anchor
            && self.items.get(*at).is_none_or(|item| item.key() != *key)
        {
            match self.items.iter().position(|item| item.key() == *key) {
                Some(found) => *at = found,
                None => self.anchor = Anchor::Bottom,
            }
        }
        match self.go_to.take() {
            Some(GoTo::Top) => self.anchor_at(0, 0),
            Some(GoTo::Message(mid)) => {
                let at = self.place_of(&mid).unwrap_or(0);
                self.anchor_at(at, 0);
            }
            None => {}
        }
        let known = self.conversation.known();
        let composer = &mut self.composer;
        let Some((text, cursor)) = page.draft.filter(|_| composer.awaiting.is_empty()) else {
            return;
        };
        if composer.is_empty() && composer.unsaved_since.is_none() {
            composer.set(&text, cursor);
            composer.saved = true;
            composer.began(known, &self.conversation.owner);
        } else if first && !composer.newer_than_disk {
            // Somebody typed ahead of their own draft.
            composer.put_before(&text);
        }
    }

    /// Text that comes back into the composer at `now`, to be saved.
    pub(super) fn give_back(&mut self, text: &str, now: Timestamp) {
        self.composer.put_before(text);
        self.composer.unsaved_since = Some(now);
        self.composer
            .began(self.conversation.known(), &self.conversation.owner);
    }

    /// The lines that fit into `height`.
    pub fn viewport(&self, look: &Look<'_>, height: usize) -> Viewport {
        match &self.anchor {
            Anchor::Bottom => self.bottom_up(look, height),
            Anchor::Top { at, line, .. } => {
                let view = self.top_down(look, height, *at, *line);
                if view.lines.len() < height {
                    self.bottom_up(look, height)
                } else {
                    view
                }
            }
        }
    }

    fn bottom_up(&self, look: &Look<'_>, height: usize) -> Viewport {
        let mut blocks: Vec<(usize, Vec<ThreadLine>)> = Vec::new();
        let mut have = 0;
        for at in (0..self.items.len()).rev() {
            if have >= height {
                break;
            }
            let lines = lines::of_item(&self.items, at, look);
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

    fn top_down(&self, look: &Look<'_>, height: usize, at: usize, line: usize) -> Viewport {
        let mut lines = Vec::new();
        let mut skip = line;
        let mut place = at;
        while lines.len() <= height && place < self.items.len() {
            let block = lines::of_item(&self.items, place, look);
            lines.extend(block.into_iter().skip(skip).map(|line| (place, line)));
            skip = 0;
            place += 1;
        }
        let at_bottom = lines.len() <= height && place >= self.items.len();
        lines.truncate(height);
        Viewport {
            lines,
            top: (at, line),
            at_top: at == 0 && line == 0,
            at_bottom,
        }
    }

    /// Scrolls by lines; negative is towards the past.
    pub(super) fn scroll(&mut self, by: isize, look: &Look<'_>, height: usize) {
        let view = self.viewport(look, height);
        let (mut at, mut line) = view.top;
        if by < 0 {
            let mut left = by.unsigned_abs();
            while left > line && at > 0 {
                left -= line + 1;
                at -= 1;
                line = lines::of_item(&self.items, at, look)
                    .len()
                    .saturating_sub(1);
            }
            line = line.saturating_sub(left);
        } else {
            if view.at_bottom {
                self.stay_at_bottom();
                return;
            }
            let mut left = by.unsigned_abs();
            while left > 0 && at < self.items.len() {
                let rest = lines::of_item(&self.items, at, look)
                    .len()
                    .saturating_sub(line + 1);
                if left <= rest {
                    line += left;
                    left = 0;
                } else {
                    left -= rest + 1;
                    (at, line) = (at + 1, 0);
                }
            }
        }
        self.anchor_at(at, line);
        if self.viewport(look, height).at_bottom {
            self.stay_at_bottom();
        }
    }

    /// Stays at the end from now on, if this is the end of the thread and not
    /// only of the part that is at hand.
    fn stay_at_bottom(&mut self) {
        if self.newer == 0 {
            self.anchor = Anchor::Bottom;
            self.range = ThreadRange::Newest;
        }
    }

    /// The place of a message among those at hand.
    pub(super) fn place_of(&self, mid: &Mid) -> Option<usize> {
        self.items
            .iter()
            .position(|item| matches!(item, Item::Message(m) if m.mid == *mid))
    }

    /// The replies that are not sent, oldest first.
    pub fn outgoing(&self) -> impl DoubleEndedIterator<Item = &Outgoing> {
        // They stand at the end, so a long thread is not searched.
        let start = self
            .items
            .iter()
            .rposition(|item| !matches!(item, Item::Outgoing(_)))
            .map_or(0, |at| at + 1);
        self.items[start..].iter().filter_map(|item| match item {
            Item::Outgoing(outgoing) => Some(outgoing),
            _ => None,
        })
    }

    /// Puts an entry at the top of the pane.
    pub(super) fn anchor_at(&mut self, at: usize, line: usize) {
        self.anchor = match self.items.get(at) {
            Some(item) => Anchor::Top {
                at,
                key: item.key(),
                line,
            },
            None => Anchor::Bottom,
        };
    }
}
