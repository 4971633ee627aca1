//! Before the desk is left: the threads that we hold, and what becomes of each.

use super::{
    super::{
        Effect, Model,
        acts::sign_off,
        keymap::{Code, Key},
    },
    Stay, move_cursor,
};
use crate::domain::{AppId, Conversation};

/// What becomes of a thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// We keep it.
    #[default]
    Keep,
    /// It goes back to the bot.
    HandBack,
    /// It goes to a colleague's app of this name.
    Colleague(AppId, String),
}

/// The list.
#[derive(Clone, Debug, Default)]
pub struct SignOff {
    /// The threads we hold, with what becomes of them; `None` while they are
    /// looked up.
    pub rows: Option<Vec<(Conversation, Fate)>>,
    /// How many they are in all.
    pub held: u32,
    /// Replies that are not settled.
    pub unsettled: u32,
    /// The marked row.
    pub cursor: usize,
}

impl SignOff {
    fn count(&self) -> usize {
        self.rows.as_ref().map_or(0, Vec::len)
    }

    /// Decides about the marked row and goes to the next.
    fn decide(&mut self, fate: Fate) {
        let last = self.count().saturating_sub(1);
        if let Some(row) = self
            .rows
            .as_mut()
            .and_then(|rows| rows.get_mut(self.cursor))
        {
            row.1 = fate;
            self.cursor = (self.cursor + 1).min(last);
        }
    }

    /// Each time the next colleague.
    fn colleague(&mut self, colleagues: &[(AppId, String)]) {
        let row = self
            .rows
            .as_mut()
            .and_then(|rows| rows.get_mut(self.cursor));
        let Some((_, fate)) = row else {
            return;
        };
        let now = match fate {
            Fate::Colleague(app, _) => colleagues.iter().position(|(id, _)| id == app),
            _ => None,
        };
        let next = now.map_or(0, |at| (at + 1) % colleagues.len().max(1));
        if let Some((id, name)) = colleagues.get(next) {
            *fate = Fate::Colleague(id.clone(), name.clone());
        }
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        let count = self.count();
        match (key.code, key.text()) {
            (Code::Esc, _) | (_, Some('q' | 'n')) => return Stay::Close,
            (Code::Enter, _) | (_, Some('y')) => {
                let rows = self.rows.take().unwrap_or_default();
                effects.extend(sign_off(model, rows));
                return Stay::Close;
            }
            (_, Some('b')) => self.decide(Fate::HandBack),
            (_, Some('k')) => self.decide(Fate::Keep),
            (_, Some('a')) => self.colleague(&model.apps.colleagues()),
            (_, Some('B')) => {
                for (_, fate) in self.rows.iter_mut().flatten() {
                    *fate = Fate::HandBack;
                }
            }
            (_, Some('j')) => {
                move_cursor(&mut self.cursor, count, Key::plain(Code::Down));
            }
            _ => {
                move_cursor(&mut self.cursor, count, key);
            }
        }
        Stay::Open
    }
}
