//! The fuzzy jump to a person: the cache is asked as one types.

use super::{
    super::{
        Effect, Model,
        keymap::{Code, Key},
        open,
    },
    Input, Stay, move_cursor,
};
use crate::domain::{ConversationId, Platform};

/// The jump.
#[derive(Clone, Debug, Default)]
pub struct Jump {
    /// What was typed.
    pub input: Input,
    /// Who fits, best first.
    pub found: Vec<(ConversationId, String, Platform)>,
    /// The marked line.
    pub cursor: usize,
}

impl Jump {
    /// Takes an answer; one to an older question is dropped.
    pub(in super::super) fn take(
        &mut self,
        words: &str,
        found: Vec<(ConversationId, String, Platform)>,
    ) {
        if words == self.input.text() {
            self.found = found;
            self.cursor = 0;
        }
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        match key.code {
            Code::Esc => return Stay::Close,
            Code::Enter => {
                if let Some((id, _, _)) = self.found.get(self.cursor) {
                    effects.extend(open(model, id.clone()));
                    return Stay::Close;
                }
            }
            _ => {
                if !move_cursor(&mut self.cursor, self.found.len(), key) && self.input.key(key) {
                    effects.push(Effect::Find(self.input.text().to_owned()));
                }
            }
        }
        Stay::Open
    }
}
