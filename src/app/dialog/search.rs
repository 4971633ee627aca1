//! Searching all cached messages: the cache is asked as one types.

use super::{
    super::{
        Effect, Model,
        keymap::{Code, Key},
        walk::open_at,
    },
    Input, Stay, move_cursor,
};
use crate::{app::Query, domain::Hit};

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
    pub(in super::super) fn with(words: &str) -> Self {
        Self {
            input: Input::with(words),
            ..Self::default()
        }
    }

    /// Takes an answer; one to an older question is dropped. Whoever typed
    /// ahead of it gets the newest hit at once.
    pub(in super::super) fn take(&mut self, words: &str, hits: Vec<Hit>) -> Option<Hit> {
        if words != self.input.text() {
            return None;
        }
        self.hits = hits;
        self.answered = Some(words.to_owned());
        self.cursor = 0;
        let first = self.hits.first().cloned();
        first.filter(|_| std::mem::take(&mut self.enter))
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        match key.code {
            Code::Esc => return Stay::Close,
            Code::Enter if self.input.text().trim().is_empty() => {}
            Code::Enter if self.answered.as_deref() != Some(self.input.text()) => self.enter = true,
            Code::Enter => {
                if let Some(hit) = self.hits.get(self.cursor) {
                    effects.extend(open_at(model, hit));
                    return Stay::Close;
                }
            }
            _ => {
                if !move_cursor(&mut self.cursor, self.hits.len(), key) && self.input.key(key) {
                    self.enter = false;
                    effects.push(Effect::Query(Query::Search(self.input.text().to_owned())));
                }
            }
        }
        Stay::Open
    }
}
