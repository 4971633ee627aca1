//! A private note about a conversation. It stays with the person it was begun
//! for, and is never sent.

use super::{
    super::{
        Effect, Model,
        keymap::{Code, Key},
        triage::keep_note,
    },
    Input, Stay,
};
use crate::domain::{Conversation, ConversationId, Psid};

/// The longest note, in characters (our choice).
const LONGEST: usize = 2_000;

/// The note being written.
#[derive(Clone, Debug)]
pub struct NoteDialog {
    /// What was typed.
    pub input: Input,
    /// Whom it is about, to show; raw.
    pub name: String,
    conversation: ConversationId,
    psid: Psid,
}

impl NoteDialog {
    pub(in super::super) fn about(subject: &Conversation) -> Self {
        Self {
            input: Input::default(),
            name: subject.display_name(),
            conversation: subject.id.clone(),
            psid: subject.psid.clone(),
        }
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        match key.code {
            Code::Esc => return Stay::Close,
            Code::Enter => {
                let text = self.input.text().trim().to_owned();
                if !text.is_empty() {
                    let (conversation, psid) = (self.conversation.clone(), self.psid.clone());
                    effects.push(keep_note(model, conversation, psid, text));
                }
                return Stay::Close;
            }
            Code::Char('j') if key.ctrl => {
                self.input.key(Key::plain(Code::Char('\n')));
            }
            _ if key.text().is_some() && self.input.text().chars().count() >= LONGEST => {}
            _ => {
                self.input.key(key);
            }
        }
        Stay::Open
    }
}
