//! Labels of a conversation: type one, Tab completes, Enter sets it or takes it
//! off. They are ours; Meta and the customer do not see them.

use super::{
    super::{
        Effect, Model,
        keymap::{Code, Key},
        triage::{TriageChange, decide},
    },
    Input, Stay, move_cursor,
};
use crate::domain::Conversation;

/// The longest label, in characters (our choice).
const LONGEST: usize = 30;

/// The question.
#[derive(Clone, Debug)]
pub struct Labels {
    /// Whom it is about: the list may move meanwhile.
    pub about: Vec<Conversation>,
    /// What was typed.
    pub input: Input,
    /// The labels in use anywhere.
    pub known: Vec<String>,
    /// The marked line.
    pub cursor: usize,
}

impl Labels {
    /// About these conversations.
    pub(in super::super) fn of(about: Vec<Conversation>) -> Self {
        Self {
            about,
            input: Input::default(),
            known: Vec::new(),
            cursor: 0,
        }
    }

    /// The labels that fit what was typed, with whether they are set now; the
    /// typed one first where it is new.
    pub fn fitting(&self) -> Vec<(String, bool)> {
        let typed = self.input.text().trim().to_lowercase();
        let set = |label: &str| {
            self.about
                .iter()
                .all(|c| c.triage.labels.iter().any(|have| have == label))
        };
        let mut all: Vec<String> = self.known.clone();
        for label in self.about.iter().flat_map(|c| &c.triage.labels) {
            if !all.contains(label) {
                all.push(label.clone());
            }
        }
        all.sort();
        all.retain(|label| label.contains(&typed));
        if !typed.is_empty() && !all.contains(&typed) {
            all.insert(0, typed);
        }
        all.into_iter()
            .map(|label| (label.clone(), set(&label)))
            .collect()
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        let fitting = self.fitting();
        match key.code {
            Code::Esc => return Stay::Close,
            Code::Enter => {
                let Some((label, on)) = fitting.get(self.cursor) else {
                    return Stay::Close;
                };
                let local = TriageChange::Label(label.clone(), !on);
                effects.extend(decide(model, &self.about, local));
                return Stay::Close;
            }
            Code::Tab => {
                // What was typed so far is no completion of itself.
                let typed = self.input.text().trim().to_lowercase();
                let other = |(label, _): &&(String, bool)| self.cursor > 0 || *label != typed;
                if let Some((label, _)) = fitting.iter().skip(self.cursor).find(other) {
                    self.input = Input::with(label);
                    self.cursor = 0;
                }
            }
            _ => {
                let full = self.input.text().chars().count() >= LONGEST && key.text().is_some();
                let moved = full || move_cursor(&mut self.cursor, fitting.len(), key);
                if !moved && self.input.key(key) {
                    self.cursor = 0;
                }
            }
        }
        Stay::Open
    }
}
