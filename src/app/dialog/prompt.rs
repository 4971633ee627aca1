//! A line of input at the bottom: filters the list while one types, or finds
//! words in the thread.

use super::{
    super::{
        Effect, Model,
        keymap::{Code, Key},
        walk::find_in_thread,
    },
    Input, Stay,
};

/// What the input is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptKind {
    /// Words that the rows of the list must hold.
    Filter,
    /// Words to find in the thread.
    Find,
}

/// The line.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What it is for.
    pub kind: PromptKind,
    /// What was typed.
    pub input: Input,
}

impl Prompt {
    /// Takes back what it has done so far.
    pub(super) fn cancel(&mut self, model: &mut Model, effects: &mut Vec<Effect>) {
        if self.kind == PromptKind::Filter {
            effects.extend(model.inbox.show(model.inbox.view, String::new()));
        }
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        match (key.code, self.kind) {
            (Code::Esc, _) => {
                self.cancel(model, effects);
                return Stay::Close;
            }
            (Code::Enter, PromptKind::Filter) => return Stay::Close,
            (Code::Enter, PromptKind::Find) => {
                if let Some(thread) = &mut model.thread {
                    thread.find = self.input.text().to_owned();
                }
                effects.extend(find_in_thread(model, false));
                return Stay::Close;
            }
            (Code::Down | Code::Up, PromptKind::Filter) => {
                let cursor = model.inbox.cursor;
                let place = if key.code == Code::Down {
                    cursor.saturating_add(1)
                } else {
                    cursor.saturating_sub(1)
                };
                effects.extend(model.inbox.go(place));
            }
            _ => {
                if self.input.key(key) && self.kind == PromptKind::Filter {
                    effects.extend(
                        model
                            .inbox
                            .show(model.inbox.view, self.input.text().to_owned()),
                    );
                }
            }
        }
        Stay::Open
    }
}
