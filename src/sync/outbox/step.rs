//! What goes into the outbox, and what comes out of it.

use crate::domain::{ConversationId, Known, Mid, Operation, Outgoing, Psid, Timestamp};

/// Something to be done, in order.
#[allow(clippy::large_enum_variant)] // short-lived, and mostly rows
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sync) enum SendStep {
    /// Write down where a row stands; what follows waits for it.
    Record(Outgoing),
    /// Give the text of a row back to its draft, and drop the row.
    GiveBack(Outgoing),
    /// Treat one row as sent and write a new one down in its place, both or
    /// neither.
    Again {
        /// The one in doubt.
        old: Outgoing,
        /// The one to be sent.
        new: Outgoing,
    },
    /// Meta has it under this id: write it down as sent.
    Sent {
        /// The reply.
        row: Outgoing,
        /// Meta's id.
        mid: Mid,
        /// When, by Meta's clock.
        at: Timestamp,
    },
    /// Give Meta its files; nothing reaches the customer by that.
    Upload(Outgoing),
    /// Make the attempt, with Meta's ids of its files.
    Post(Outgoing, MediaIds),
    /// Do something else to a thread.
    Operate(ConversationId, Psid, Operation),
    /// Read the thread now.
    Read(ConversationId),
}

impl SendStep {
    /// The threads that it names.
    pub(in crate::sync) fn conversations(&mut self) -> Vec<&mut ConversationId> {
        match self {
            Self::Record(row)
            | Self::GiveBack(row)
            | Self::Upload(row)
            | Self::Post(row, _)
            | Self::Sent { row, .. } => vec![&mut row.conversation],
            Self::Again { old, new } => vec![&mut old.conversation, &mut new.conversation],
            Self::Operate(id, ..) | Self::Read(id) => vec![id],
        }
    }
}

/// Meta's ids of the files of a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::sync) struct MediaIds {
    /// In the order of the files.
    pub(in crate::sync) ids: Vec<String>,
    /// Some of them Meta had before: it may have let go of them since.
    pub(in crate::sync) reused: bool,
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sync) enum SendOutcome {
    /// Meta took it and named it.
    Sent(Mid),
    /// No connection came about: nothing left this computer.
    NotConnected,
    /// Meta did not take it and asks to wait until then.
    Throttled(Timestamp),
    /// Meta rejected the token; it did not take the reply.
    Token,
    /// Meta did not take it, because the 24 hours are over.
    WindowOver,
    /// Meta surely did not take it.
    Refused(String),
    /// Meta did not take it, because it has let go of its files.
    MediaGone,
    /// Meta may have it.
    Unknown,
}

/// What is known of a thread when its queue goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::sync) struct Facts {
    /// By our clock.
    pub(in crate::sync) now: Timestamp,
    /// By Meta's.
    pub(in crate::sync) server_now: Timestamp,
    /// When customer and Page last wrote.
    pub(in crate::sync) known: Known,
    /// When the customer last opened the 24 hours without writing.
    pub(in crate::sync) opened_at: Option<Timestamp>,
    /// When we last wrote.
    pub(in crate::sync) agent_at: Option<Timestamp>,
    /// The Page routes, and somebody else or nobody holds the thread.
    pub(in crate::sync) elsewhere: bool,
}
