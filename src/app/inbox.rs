//! The list: a window of rows around the cursor. The cache holds the rest.

use crate::{
    app::{Effect, Query},
    domain::{
        Conversation, ConversationId, Counts, InboxQuery, InboxSlice, ListOrder, Narrow, SavedView,
        Triage, View,
    },
};

/// How many rows are asked for at once.
pub const WINDOW: u32 = 200;

/// The list as it is shown.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    /// The view.
    pub view: View,
    /// Words that name or last text must hold.
    pub filter: String,
    /// The saved view, by its place among them, and what it narrows the view by.
    pub saved: Option<usize>,
    /// What else it takes to stand in the list, and the order.
    pub narrow: Narrow,
    /// Place of the first row in `rows`.
    pub offset: u32,
    /// The rows that are at hand.
    pub rows: Vec<Conversation>,
    /// How many rows there are.
    pub total: u32,
    /// Counts of all views.
    pub counts: Counts,
    /// Place of the cursor, from 0.
    pub cursor: u32,
    /// First row on the screen.
    pub top: u32,
    /// The cache has answered at least once.
    pub loaded: bool,
    /// Somebody has put the cursor where it is. Until then it stays on the
    /// first row, whoever that is, while the list fills.
    placed: bool,
    /// Where the cursor goes as soon as the row is there.
    wanted: Option<ConversationId>,
    /// The question that is under way.
    asked: Option<InboxQuery>,
    /// Something changed since it was asked.
    stale: bool,
}

impl Inbox {
    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Conversation> {
        self.row(self.cursor)
    }

    /// The row at a place, if it is at hand.
    pub fn row(&self, place: u32) -> Option<&Conversation> {
        self.rows
            .get(usize::try_from(place.checked_sub(self.offset)?).ok()?)
    }

    /// Asks the cache again, one question at a time.
    pub(crate) fn reload(&mut self) -> Option<Effect> {
        if self.asked.is_some() {
            self.stale = true;
            return None;
        }
        self.stale = false;
        let offset = self.cursor.saturating_sub(WINDOW / 2);
        let ask = InboxQuery {
            view: self.view,
            filter: self.filter.clone(),
            narrow: self.narrow.clone(),
            offset,
        };
        self.asked = Some(ask.clone());
        Some(Effect::Query(Query::Inbox(ask)))
    }

    /// The cache is being asked.
    pub fn is_asking(&self) -> bool {
        self.asked.is_some()
    }

    /// The question under way failed: the next change asks anew.
    pub(crate) fn forget_question(&mut self) {
        self.asked = None;
    }

    /// Shows one of the five views.
    pub(crate) fn show(&mut self, view: View, filter: String) -> Option<Effect> {
        self.show_narrowed(view, filter, None, Narrow::default())
    }

    /// Shows a saved view, by its place among them.
    pub(crate) fn show_saved(&mut self, at: usize, saved: &SavedView) -> Option<Effect> {
        let narrow = saved.narrow.clone();
        self.show_narrowed(saved.view, saved.filter.clone(), Some(at), narrow)
    }

    /// Shows what of the view holds these words.
    pub(crate) fn filter_by(&mut self, filter: String) -> Option<Effect> {
        self.show_narrowed(self.view, filter, self.saved, self.narrow.clone())
    }

    fn show_narrowed(
        &mut self,
        view: View,
        filter: String,
        saved: Option<usize>,
        narrow: Narrow,
    ) -> Option<Effect> {
        let same = self.view == view && self.filter == filter && self.narrow == narrow;
        (self.view, self.filter) = (view, filter);
        (self.saved, self.narrow) = (saved, narrow);
        if !same {
            (self.cursor, self.top, self.asked, self.placed) = (0, 0, None, false);
            self.wanted = None;
        }
        self.reload()
    }

    /// Takes an answer; one to an older question is dropped. The cursor stays
    /// on the same conversation as long as it is there.
    pub(crate) fn take(&mut self, ask: &InboxQuery, page: InboxSlice) -> Option<Effect> {
        if self.asked.as_ref() != Some(ask) {
            return None;
        }
        self.asked = None;
        let selected = self
            .selected()
            .filter(|_| self.placed)
            .map(|c| c.id.clone());
        (self.rows, self.total, self.counts) = (page.rows, page.total, page.counts);
        (self.offset, self.loaded) = (ask.offset, true);
        // In an order in which anybody may come first, the cursor stays on who is there.
        self.placed |= self.narrow.order != ListOrder::Deadline;
        if let Some(place) = selected.and_then(|id| self.place_of(&id)) {
            let moved = i64::from(place) - i64::from(self.cursor);
            self.top = u32::try_from((i64::from(self.top) + moved).max(0)).unwrap_or(0);
            self.cursor = place;
        }
        if let Some(place) = self.wanted.as_ref().and_then(|id| self.place_of(id)) {
            (self.cursor, self.placed, self.wanted) = (place, true, None);
        }
        self.cursor = self.cursor.min(self.total.saturating_sub(1));
        if self.stale || (self.total > 0 && self.selected().is_none()) {
            self.reload()
        } else {
            None
        }
    }

    /// What was decided about a row at hand, before the cache tells it.
    pub(crate) fn decide(&mut self, id: &ConversationId, triage: &Triage) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.id == *id) {
            row.triage = triage.clone();
        }
    }

    /// Moves the cursor to a conversation, if it is at hand,
    /// else as soon as it is: what was put off and taken back comes a moment later.
    pub(crate) fn select(&mut self, id: &ConversationId) {
        self.wanted = None;
        if let Some(place) = self.place_of(id) {
            self.placed = true;
            self.cursor = place;
        } else {
            self.wanted = Some(id.clone());
        }
    }

    /// Goes to where a conversation stands, as the cache has said.
    pub(crate) fn go_to(&mut self, id: &ConversationId, place: u32) -> Option<Effect> {
        (self.placed, self.cursor) = (true, place);
        self.select(id);
        self.wanted.is_some().then(|| self.reload()).flatten()
    }

    /// A row has another name from now on; the cursor stays on it.
    pub(crate) fn renamed(&mut self, from: &ConversationId, to: &ConversationId) -> Option<Effect> {
        if let Some(row) = self.rows.iter_mut().find(|row| row.id == *from) {
            row.id = to.clone();
        }
        if self.wanted.as_ref() == Some(from) {
            self.wanted = Some(to.clone());
        }
        self.reload()
    }

    /// The conversation stands among the rows at hand.
    pub(crate) fn has(&self, id: &ConversationId) -> bool {
        self.place_of(id).is_some()
    }

    fn place_of(&self, id: &ConversationId) -> Option<u32> {
        let at = self.rows.iter().position(|row| row.id == *id)?;
        Some(self.offset + u32::try_from(at).ok()?)
    }

    /// Moves the cursor; asks for more rows when it comes near the edge of
    /// what is at hand.
    pub(crate) fn go(&mut self, place: u32) -> Option<Effect> {
        self.placed = true;
        self.wanted = None;
        self.cursor = place.min(self.total.saturating_sub(1));
        let end = self.offset + u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let margin = WINDOW / 10;
        let near_start = self.offset > 0 && self.cursor < self.offset + margin;
        let near_end = end < self.total && self.cursor + margin >= end;
        if near_start || near_end {
            self.reload()
        } else {
            None
        }
    }

    /// Keeps the cursor on the screen of this many rows.
    pub(crate) fn scroll_to_cursor(&mut self, rows: u32) {
        let last_top = self.total.saturating_sub(rows);
        self.top = self
            .top
            .min(self.cursor)
            .max((self.cursor + 1).saturating_sub(rows))
            .min(last_top);
    }
}
