//! One entry of a thread as it is shown.

use super::{LocalId, Message, Outgoing, TimelineEvent, Timestamp};

/// One entry of the thread as it is shown, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A message.
    Message(Message),
    /// An event line.
    Event {
        /// When it happened.
        at: Timestamp,
        /// What happened.
        what: TimelineEvent,
    },
    /// A note of ours that only this desk shows.
    Note(PrivateNote),
    /// A reply that is not yet a message.
    Outgoing(Box<Outgoing>),
}

/// A private note: it stays on this computer and is never sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateNote {
    /// Our id of it.
    pub id: LocalId,
    /// When it was written, by our clock.
    pub at: Timestamp,
    /// Who wrote it.
    pub agent: String,
    /// The words.
    pub text: String,
}

impl Item {
    /// When it belongs.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Message(m) => m.at,
            Self::Event { at, .. } => *at,
            Self::Note(note) => note.at,
            Self::Outgoing(o) => o.at,
        }
    }

    /// A name that survives reloads, for scroll anchors.
    pub fn key(&self) -> String {
        match self {
            Self::Message(m) => m.mid.as_str().to_owned(),
            Self::Event { at, .. } => format!("event {}", at.as_millis()),
            Self::Note(note) => format!("note {}", note.id),
            Self::Outgoing(o) => o.local.as_str().to_owned(),
        }
    }
}
