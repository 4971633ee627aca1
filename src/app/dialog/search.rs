//! Searching all cached messages: the cache is asked as one types.

use crate::{
    app::{
        areas::Layout,
        dialog::{
            geometry::Geometry,
            input::{Input, move_cursor},
            intent::Intent,
            modal::{Modal, Step},
        },
        effect::Query,
        input::keymap::{Code, Key},
        mask::{Mask, masked},
        model::Session,
    },
    domain::Hit,
};

/// So many hits are asked for at first: more than a screen of them. Each is read from
/// another place of the cache.
const FIRST: u32 = 24;
/// With so many left below the marked one, more are asked for.
const AHEAD: usize = 12;

/// The search.
#[derive(Clone, Debug)]
pub struct Search {
    /// What was typed.
    pub input: Input,
    /// The messages that hold [`Self::answered`], newest first.
    pub hits: Vec<Hit>,
    /// The words that the cache has answered.
    pub answered: Option<String>,
    /// So many hits were asked for.
    limit: u32,
    /// Enter was pressed before the answer came.
    enter: bool,
    /// The marked line.
    pub cursor: usize,
}

impl Search {
    /// With words in it.
    pub(crate) fn with(words: &str) -> Self {
        Self {
            input: Input::with(words),
            hits: Vec::new(),
            answered: None,
            limit: FIRST,
            enter: false,
            cursor: 0,
        }
    }

    /// The question for what is typed.
    pub(crate) fn question(&self) -> Query {
        Query::Search {
            words: self.input.text().to_owned(),
            limit: self.limit,
        }
    }

    fn is_answered(&self) -> bool {
        self.answered.as_deref() == Some(self.input.text())
    }

    /// Asks for twice as many when the end of those that came is near, and there may be
    /// more.
    fn ask_ahead(&mut self) -> Step {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if !self.is_answered() || self.hits.len() < limit || self.cursor + AHEAD < limit {
            return Step::Stay;
        }
        self.limit = self.limit.saturating_mul(2);
        Step::Do(Intent::Ask(self.question()))
    }

    /// Takes an answer; one to an older question is dropped. Whoever typed
    /// ahead of it gets the newest hit at once. More of the same leave the marked
    /// one marked.
    pub(crate) fn take(&mut self, words: &str, hits: Vec<Hit>) -> Step {
        if words != self.input.text() {
            return Step::Stay;
        }
        let marked = self.hits.get(self.cursor).filter(|_| self.is_answered());
        self.cursor = marked.map_or(0, |hit| {
            let place = hits.iter().position(|found| found.mid == hit.mid);
            place.unwrap_or(self.cursor.min(hits.len().saturating_sub(1)))
        });
        self.hits = hits;
        self.answered = Some(words.to_owned());
        match self.hits.first() {
            Some(hit) if std::mem::take(&mut self.enter) => {
                Step::Finish(Intent::OpenMessage(hit.clone()))
            }
            _ => Step::Stay,
        }
    }
}

impl Modal for Search {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[("Enter", "open"), ("Up Down", "move"), ("Esc", "close")]
    }

    fn key(&mut self, _: &Session, key: Key) -> Step {
        match key.code {
            Code::Esc => return Step::Close,
            Code::Enter if self.input.text().trim().is_empty() => {}
            Code::Enter if !self.is_answered() => self.enter = true,
            Code::Enter => {
                if let Some(hit) = self.hits.get(self.cursor) {
                    return Step::Finish(Intent::OpenMessage(hit.clone()));
                }
            }
            _ => {
                if move_cursor(&mut self.cursor, self.hits.len(), key) {
                    return self.ask_ahead();
                }
                if self.input.key(key) {
                    (self.enter, self.limit) = (false, FIRST);
                    return Step::Do(Intent::Ask(self.question()));
                }
            }
        }
        Step::Stay
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let place = Geometry::boxed(layout, (110, 24), 1, 0);
        Some(place.with_rows(self.hits.len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }

    fn mask(&mut self, _: &Mask) {
        for hit in &mut self.hits {
            (hit.name, hit.text) = (masked(&hit.name), masked(&hit.text));
        }
    }
}
