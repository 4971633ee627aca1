//! The fuzzy jump to a person: the cache is asked as one types.

use super::{
    super::{
        Effect, Model,
        keymap::{Code, Key},
        walk::open,
    },
    Input, Stay, move_cursor,
};
use crate::{
    app::Query,
    domain::{ConversationId, Platform},
};

/// The jump.
#[derive(Clone, Debug, Default)]
pub struct Jump {
    /// What was typed.
    pub input: Input,
    /// Who fits [`Self::answered`], best first.
    pub found: Vec<(ConversationId, String, Platform)>,
    /// The words that the cache has answered.
    pub answered: Option<String>,
    /// Enter was pressed before the answer came.
    enter: bool,
    /// The marked line.
    pub cursor: usize,
}

impl Jump {
    /// Words were typed, and Enter behind them.
    pub(in super::super) fn expecting(words: &str) -> Self {
        Self {
            input: Input::with(words),
            enter: true,
            ..Self::default()
        }
    }

    /// Takes an answer; one to an older question is dropped. Whoever typed
    /// ahead of it gets the best hit at once.
    pub(in super::super) fn take(
        &mut self,
        words: &str,
        found: Vec<(ConversationId, String, Platform)>,
    ) -> Option<ConversationId> {
        if words != self.input.text() {
            return None;
        }
        self.found = found;
        self.answered = Some(words.to_owned());
        self.cursor = 0;
        let first = self.found.first().map(|(id, _, _)| id.clone());
        first.filter(|_| std::mem::take(&mut self.enter))
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        match key.code {
            Code::Esc => return Stay::Close,
            Code::Enter if self.answered.as_deref() != Some(self.input.text()) => self.enter = true,
            Code::Enter => {
                if let Some((id, _, _)) = self.found.get(self.cursor) {
                    effects.extend(open(model, id.clone()));
                    return Stay::Close;
                }
            }
            _ => {
                if !move_cursor(&mut self.cursor, self.found.len(), key) && self.input.key(key) {
                    self.enter = false;
                    effects.push(Effect::Query(Query::People(self.input.text().to_owned())));
                }
            }
        }
        Stay::Open
    }
}
