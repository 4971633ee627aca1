//! A private note about a conversation. It stays with the person it was begun
//! for, and is never sent.

use crate::{
    app::{
        dialog::{
            input::Input,
            intent::Intent,
            modal::{Modal, Step},
        },
        input::keymap::{Code, Key},
        mask::{Mask, masked},
        model::Session,
    },
    domain::{Conversation, ConversationId, Psid},
};

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
    pub(crate) fn about(subject: &Conversation) -> Self {
        Self {
            input: Input::default(),
            name: subject.display_name(),
            conversation: subject.id.clone(),
            psid: subject.psid.clone(),
        }
    }
}

impl Modal for NoteDialog {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[("Enter", "save"), ("^J", "new line"), ("Esc", "discard")]
    }

    fn key(&mut self, _: &Session, key: Key) -> Step {
        match key.code {
            Code::Esc => return Step::Close,
            Code::Enter => {
                let text = self.input.text().trim().to_owned();
                if text.is_empty() {
                    return Step::Close;
                }
                return Step::Finish(Intent::KeepNote {
                    conversation: self.conversation.clone(),
                    psid: self.psid.clone(),
                    text,
                });
            }
            Code::Char('j') if key.ctrl => {
                self.input.key(Key::plain(Code::Char('\n')));
            }
            _ if key.text().is_some() && self.input.text().chars().count() >= LONGEST => {}
            _ => {
                self.input.key(key);
            }
        }
        Step::Stay
    }

    fn mask(&mut self, _: &Mask) {
        self.name = masked(&self.name);
    }
}
