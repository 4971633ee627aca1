//! The open thread: the part of it that is at hand, where the pane stands in it,
//! the reply being written.

use std::collections::BTreeMap;

use crate::{
    app::{
        composer::Composer,
        thread::{scroll::Anchor, wraps::Wraps},
    },
    domain::{
        Conversation, Draft, Item, LocalId, Mid, Outgoing, Profile, SendState, ThreadRange,
        ThreadSlice, Timestamp,
    },
};

/// How many messages are asked for at an end of the thread, and on each side of
/// a place in it.
pub const WINDOW: u32 = 200;

/// The part of a thread that is at hand.
#[derive(Clone, Debug, Default)]
pub struct ThreadWindow {
    /// Entries, oldest first.
    pub items: Vec<Item>,
    /// Which part is at hand, or asked for.
    pub range: ThreadRange,
    /// So many older messages are in the cache.
    pub older: u32,
    /// So many newer ones.
    pub newer: u32,
    /// Meta may have older ones.
    pub older_remote: bool,
    /// What the cache has answered.
    pub load: Load,
}

/// How far the reading of a thread is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Load {
    /// The cache has not answered yet: a draft may stand there that nobody has
    /// seen.
    #[default]
    First,
    /// What was asked for is there.
    Done,
    /// Another part has been asked for.
    More,
}

/// Where the pane goes when the part that was asked for is at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GoTo {
    /// The first entry.
    Top,
    /// This message.
    Message(Mid),
}

/// What happens by itself once something that is under way is done. Several
/// things may be under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Then {
    /// A reply begins as soon as the thread is at hand.
    pub reply: bool,
    /// After this reply has gone out, the next one waiting is opened.
    pub advance_after: Option<LocalId>,
    /// After a hand-back without a reply, too.
    pub advance_after_pass: bool,
}

/// The thread as it is shown.
#[derive(Clone, Debug)]
pub struct Thread {
    /// The row.
    pub conversation: Conversation,
    /// The profile.
    pub profile: Profile,
    /// The part that is at hand.
    pub window: ThreadWindow,
    pub(crate) go_to: Option<GoTo>,
    /// Where the pane stands.
    pub anchor: Anchor,
    /// The message that is selected: its place and its key.
    selected: Option<(usize, String)>,
    /// Customer messages after this moment are new.
    pub seen_through: Option<Timestamp>,
    /// The reply being written.
    pub composer: Composer,
    /// What a person was asked before a send, until it is answered.
    pub question: Option<SendQuestion>,
    /// A refusal, until something is done about it.
    pub trouble: Option<String>,
    /// When we last marked the thread as seen.
    pub marked_seen: Option<Timestamp>,
    /// What happens by itself next.
    pub then: Then,
    /// Words that were searched for.
    pub find: String,
    /// How many bytes of the files of replies have gone out.
    pub uploads: BTreeMap<LocalId, u64>,
    /// What was laid out before.
    pub wraps: Wraps,
}

/// A question that stands above the composer. It stays until it is answered, and
/// what does not stand there was not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendQuestion {
    /// The whole of it.
    pub words: String,
    /// What speaks against sending, a sentence each.
    pub doubts: Vec<String>,
}

impl ThreadWindow {
    /// The cache has answered at least once.
    pub fn is_loaded(&self) -> bool {
        self.load != Load::First
    }

    /// Another part has been asked for. Before the first answer that changes
    /// nothing: a draft may still stand on the disk that nobody has seen.
    pub(crate) fn asked(&mut self) {
        if self.load == Load::Done {
            self.load = Load::More;
        }
    }

    /// The question for another part is over, however it ended.
    pub(crate) fn asked_in_vain(&mut self) {
        if self.load == Load::More {
            self.load = Load::Done;
        }
    }

    /// The place of a message among those at hand.
    pub(crate) fn place_of(&self, mid: &Mid) -> Option<usize> {
        self.items
            .iter()
            .position(|item| matches!(item, Item::Message(m) if m.mid == *mid))
    }
}

impl Thread {
    /// A thread of which only the row is known yet.
    pub fn new(conversation: Conversation) -> Self {
        Self {
            conversation,
            profile: Profile::Unasked,
            window: ThreadWindow::default(),
            go_to: None,
            anchor: Anchor::Bottom,
            selected: None,
            seen_through: None,
            composer: Composer::default(),
            question: None,
            trouble: None,
            marked_seen: None,
            then: Then::default(),
            find: String::new(),
            uploads: BTreeMap::new(),
            wraps: Wraps::default(),
        }
    }

    /// Takes what the cache holds; the answer to a question about another part
    /// is dropped. A draft never overwrites what is being written, nor comes
    /// back while it is on its way.
    pub(crate) fn take(&mut self, slice: ThreadSlice) {
        if slice.range != self.window.range {
            return;
        }
        let first = !self.window.is_loaded();
        self.conversation = slice.conversation;
        self.profile = slice.profile;
        self.window = ThreadWindow {
            items: slice.items,
            range: slice.range,
            older: slice.older,
            newer: slice.newer,
            older_remote: slice.older_remote,
            load: Load::Done,
        };
        if first {
            // "New" means new since the last look, not since this one.
            self.seen_through = slice.seen_through;
        }
        // Files go out while the reply is queued.
        let going =
            |outgoing: &&Outgoing| matches!(outgoing.state, SendState::Queued | SendState::Sending);
        let mut uploads = std::mem::take(&mut self.uploads);
        uploads.retain(|local, _| {
            let mut rows = self.outgoing().filter(going);
            rows.any(|outgoing| outgoing.local == *local)
        });
        self.uploads = uploads;
        self.find_place_again();
        if let Some(draft) = slice.draft {
            self.take_draft(draft, first);
        }
    }

    /// After a reload: the anchor stays on its entry, or goes where it was to go.
    fn find_place_again(&mut self) {
        let items = &self.window.items;
        if let Anchor::Top { at, key, .. } = &mut self.anchor
            && items.get(*at).is_none_or(|item| item.key() != *key)
        {
            match items.iter().position(|item| item.key() == *key) {
                Some(found) => *at = found,
                None => self.anchor = Anchor::Bottom,
            }
        }
        if let Some((at, key)) = &mut self.selected
            && items.get(*at).is_none_or(|item| item.key() != *key)
        {
            match items.iter().position(|item| item.key() == *key) {
                Some(found) => *at = found,
                None => self.selected = None,
            }
        }
        match self.go_to.take() {
            Some(GoTo::Top) => self.anchor_at(0, 0),
            Some(GoTo::Message(mid)) => {
                let at = self.window.place_of(&mid).unwrap_or(0);
                self.anchor_at(at, 0);
            }
            None => {}
        }
    }

    fn take_draft(&mut self, draft: Draft, first: bool) {
        let known = self.conversation.known();
        let composer = &mut self.composer;
        if !composer.awaiting.is_empty() || !composer.returning.is_empty() {
            return;
        }
        // What was just emptied is not what the disk says until it has been told.
        let told = composer.unsaved_since.is_none() && composer.pending == 0;
        if composer.is_empty() && told {
            composer.show(draft);
            composer.saved = true;
            composer.began(known, &self.conversation.owner);
        } else if first && !composer.newer_than_disk {
            // Somebody typed ahead of their own draft.
            composer.put_before(&draft.text);
            composer.take_along(draft);
        }
    }

    /// Refused replies come back into the composer at `now`, to be saved, all of them in
    /// the order they were sent.
    pub(crate) fn return_texts(&mut self, now: Timestamp) {
        for returned in std::mem::take(&mut self.composer.returning) {
            self.give_back(returned, now);
        }
    }

    /// A reply that comes back into the composer at `now`, to be saved.
    pub(crate) fn give_back(&mut self, returned: Draft, now: Timestamp) {
        self.composer.give_back(returned);
        self.composer.unsaved_since = Some(now);
        self.composer
            .began(self.conversation.known(), &self.conversation.owner);
    }

    /// What stands above the composer: what is asked, and what went wrong.
    pub fn notice(&self) -> Option<String> {
        let question = self.question.as_ref().map(|question| &question.words);
        let words: Vec<&str> = question
            .into_iter()
            .chain(&self.trouble)
            .map(String::as_str)
            .collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// Whether a person has been asked about this, and still reads it.
    pub(crate) fn was_asked(&self, doubt: &str) -> bool {
        let question = self.question.as_ref();
        question.is_some_and(|question| question.doubts.iter().any(|asked| asked == doubt))
    }

    /// The place of the selected message.
    pub(crate) fn selected_place(&self) -> Option<usize> {
        self.selected.as_ref().map(|(at, _)| *at)
    }

    pub(crate) fn select(&mut self, at: usize) {
        let item = self.window.items.get(at);
        self.selected = item.map(|item| (at, item.key()));
    }

    /// Puts an entry at the top of the pane.
    pub(crate) fn anchor_at(&mut self, at: usize, line: usize) {
        self.anchor = Anchor::at(&self.window.items, at, line);
    }

    /// Stays at the end from now on, if this is the end of the thread and not
    /// only of the part that is at hand.
    pub(crate) fn stay_at_bottom(&mut self) {
        if self.window.newer == 0 {
            self.anchor = Anchor::Bottom;
            self.window.range = ThreadRange::Newest;
        }
    }

    /// The replies that are not sent, oldest first.
    pub fn outgoing(&self) -> impl DoubleEndedIterator<Item = &Outgoing> {
        // They stand at the end, so a long thread is not searched.
        let items = &self.window.items;
        let start = items
            .iter()
            .rposition(|item| !matches!(item, Item::Outgoing(_)))
            .map_or(0, |at| at + 1);
        items[start..].iter().filter_map(|item| match item {
            Item::Outgoing(outgoing) => Some(outgoing.as_ref()),
            _ => None,
        })
    }

    /// The reply whose file is on its way, and not all of it has gone out.
    pub(crate) fn uploading(&self) -> Option<LocalId> {
        let on_its_way = |outgoing: &&Outgoing| {
            let all = outgoing.content.bytes();
            let gone = self.uploads.get(&outgoing.local);
            outgoing.state == SendState::Queued && gone.is_some_and(|gone| *gone < all)
        };
        self.outgoing()
            .find(on_its_way)
            .map(|outgoing| outgoing.local.clone())
    }

    /// It is not waited any more for this reply to go on to the next.
    pub(crate) fn no_advance_after(&mut self, local: &LocalId) {
        if self.then.advance_after.as_ref() == Some(local) {
            self.then.advance_after = None;
        }
    }
}
