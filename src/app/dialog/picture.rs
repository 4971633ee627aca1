//! A picture of the thread on the whole screen. Of several that a message brought,
//! the arrows go from one to the next.

use crate::{
    app::{
        action::table::Action,
        dialog::{
            intent::Intent,
            modal::{Modal, Step},
        },
        input::keymap::{Code, Key},
        mask::Mask,
        model::Session,
    },
    domain::{ConversationId, PictureId, Psid},
};

/// The pictures of a message, one of which is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureView {
    /// Whose thread it is.
    pub conversation: ConversationId,
    /// The person.
    pub psid: Psid,
    /// All that came with the message, with what each of them is called. Raw.
    pub pictures: Vec<(PictureId, String)>,
    /// The one that is shown.
    pub at: usize,
}

impl PictureView {
    fn go(&mut self, to: usize) -> Step {
        self.at = to;
        match self.pictures.get(to) {
            Some((id, _)) => Step::Do(Intent::Enlarge {
                id: id.clone(),
                conversation: self.conversation.clone(),
                psid: self.psid.clone(),
            }),
            None => Step::Stay,
        }
    }
}

impl Modal for PictureView {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        match self.pictures.len() {
            1 => &[("o", "open in the browser"), ("D", "save"), ("q", "close")],
            _ => &[
                ("h l", "previous, next"),
                ("o", "open in the browser"),
                ("D", "save"),
                ("q", "close"),
            ],
        }
    }

    fn key(&mut self, _: &Session, key: Key) -> Step {
        match key.code {
            Code::Esc | Code::Enter | Code::Char('q') => Step::Close,
            Code::Char('o') => Step::Finish(Intent::Run(Action::OpenLink)),
            Code::Char('D') => Step::Finish(Intent::Run(Action::SaveFile)),
            Code::Left | Code::Char('h') if self.at > 0 => self.go(self.at - 1),
            Code::Right | Code::Char('l') if self.at + 1 < self.pictures.len() => {
                self.go(self.at + 1)
            }
            _ => Step::Stay,
        }
    }

    fn takes_words(&mut self) -> bool {
        false
    }

    fn only_shows(&self) -> bool {
        true
    }

    fn mask(&mut self, _: &Mask) {
        for (_, name) in &mut self.pictures {
            *name = "(hidden in privacy mode)".into();
        }
    }
}
