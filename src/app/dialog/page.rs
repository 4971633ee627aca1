//! Text to read: profile, ownership and clocks, or JSON. The view makes the
//! text; here is only how far it is scrolled.

use super::{
    super::keymap::{Code, Key},
    Stay,
};
use crate::domain::ConversationId;

/// What there is to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// The person's profile.
    Profile,
    /// Who held the thread, and the clocks.
    Ownership,
    /// The JSON of a conversation; `None` while it is being fetched.
    Raw(ConversationId, Option<Vec<String>>),
}

/// The text and how far it is scrolled.
#[derive(Clone, Debug)]
pub struct Page {
    /// What there is to read.
    pub kind: PageKind,
    /// The first line on the screen.
    pub scroll: u16,
}

impl Page {
    /// From its start.
    pub fn new(kind: PageKind) -> Self {
        Self { kind, scroll: 0 }
    }

    /// Hides what stands in it, for the privacy curtain.
    pub(in super::super) fn hide(&mut self) {
        if let PageKind::Raw(_, Some(json)) = &mut self.kind {
            *json = vec!["(hidden by the privacy curtain)".into()];
        }
    }

    pub(super) fn key(&mut self, key: Key, (_, height): (u16, u16)) -> Stay {
        let page = (height / 2).max(1);
        match key.code {
            Code::Esc | Code::Char('q' | 'p' | 'i' | 'J') => return Stay::Close,
            Code::Down | Code::Char('j') => self.scroll = self.scroll.saturating_add(1),
            Code::Up | Code::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            Code::PageDown | Code::Char(' ' | 'd') => {
                self.scroll = self.scroll.saturating_add(page)
            }
            Code::PageUp | Code::Char('u') => self.scroll = self.scroll.saturating_sub(page),
            Code::Home | Code::Char('g') => self.scroll = 0,
            _ => {}
        }
        Stay::Open
    }
}
