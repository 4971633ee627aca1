//! A line of input at the bottom: filters the list while one types, or finds
//! words in the thread.

use crate::app::{
    dialog::{
        input::Input,
        intent::Intent,
        modal::{Modal, Step},
    },
    input::keymap::{Code, Key},
    model::Session,
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
    /// With text in it.
    pub fn new(kind: PromptKind, text: &str) -> Self {
        Self {
            kind,
            input: Input::with(text),
        }
    }
}

impl Modal for Prompt {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[("Enter", "keep"), ("Esc", "clear")]
    }

    fn key(&mut self, _: &Session, key: Key) -> Step {
        match (key.code, self.kind) {
            (Code::Esc, _) => self.cancel(),
            (Code::Enter, PromptKind::Filter) => Step::Close,
            (Code::Enter, PromptKind::Find) => {
                Step::Finish(Intent::FindInThread(self.input.text().to_owned()))
            }
            (Code::Down, PromptKind::Filter) => Step::Do(Intent::MoveInList(1)),
            (Code::Up, PromptKind::Filter) => Step::Do(Intent::MoveInList(-1)),
            _ if self.input.key(key) && self.kind == PromptKind::Filter => {
                Step::Do(Intent::Filter(self.input.text().to_owned()))
            }
            _ => Step::Stay,
        }
    }

    fn cancel(&mut self) -> Step {
        match self.kind {
            PromptKind::Filter => Step::Finish(Intent::Filter(String::new())),
            PromptKind::Find => Step::Close,
        }
    }
}
