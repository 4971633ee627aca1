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

/// The search.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// What was typed.
    pub input: Input,
    /// The messages that hold [`Self::answered`], newest first.
    pub hits: Vec<Hit>,
    /// The words that the cache has answered.
    pub answered: Option<String>,
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
            ..Self::default()
        }
    }

    /// Takes an answer; one to an older question is dropped. Whoever typed
    /// ahead of it gets the newest hit at once.
    pub(crate) fn take(&mut self, words: &str, hits: Vec<Hit>) -> Step {
        if words != self.input.text() {
            return Step::Stay;
        }
        self.hits = hits;
        self.answered = Some(words.to_owned());
        self.cursor = 0;
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
            Code::Enter if self.answered.as_deref() != Some(self.input.text()) => self.enter = true,
            Code::Enter => {
                if let Some(hit) = self.hits.get(self.cursor) {
                    return Step::Finish(Intent::OpenMessage(hit.clone()));
                }
            }
            _ => {
                if !move_cursor(&mut self.cursor, self.hits.len(), key) && self.input.key(key) {
                    self.enter = false;
                    let words = self.input.text().to_owned();
                    return Step::Do(Intent::Ask(Query::Search(words)));
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
