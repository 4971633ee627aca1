//! Keeps cache and Meta in agreement: the engine, the only owner of the
//! [`Writer`](crate::store::Writer) and the only caller of
//! [`graph`](crate::graph).
//!
//! ```text
//!  Delivery ─┐
//!   Command ─┴► engine ┬─ outbox   one operation at a time per conversation:
//!                      │           take → seen → typing → replies → pass
//!                      └─ polls    the list, what lies further back in it,
//!                            │     the open thread, profiles
//!                            │
//!        Change ◄── store ◄──┘ Event
//! ```
//!
//! The engine is one task. What waits for the network is a future in its hand,
//! so nothing is locked while a call is on its way. It must not know the
//! screen: it tells what the cache holds now, and who listens is not its
//! matter.

mod engine;
mod outbox;
mod polls;
mod read_only;

pub use engine::{Engine, Lease, Options};
pub use read_only::read_only;

use tokio::sync::oneshot;

use crate::domain::{
    Ask, ConversationId, Decision, LocalId, PrivateNote, Psid, Triage, WebhookEvent,
};

/// What a door hands in: one call of Meta's.
#[derive(Debug)]
pub struct Delivery {
    /// What it told.
    pub heard: Vec<WebhookEvent>,
    /// Events in it that could not be read.
    pub unreadable: usize,
    /// The same, as they came.
    pub odd: Vec<String>,
    /// Answered once it is on the disk (`true`), or cannot be put there.
    pub taken: oneshot::Sender<bool>,
}

/// What the screen wants of the engine. None of them waits for an answer: the
/// answer is a [`Change`](crate::domain::Change).
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Somebody is working at the desk, or nobody has for a while: sets the
    /// pace of the polls.
    Pace {
        /// Whether somebody is working.
        active: bool,
    },
    /// This thread is open: poll it faster, and fetch what is missing.
    Open(ConversationId),
    /// No thread is open.
    Close,
    /// Fetch older messages of a thread.
    Older(ConversationId),
    /// Poll everything now.
    Refresh,
    /// Order something of a simulator.
    Order {
        /// What: `clock`, `faults`, `storm`.
        what: &'static str,
        /// Names and values.
        members: Vec<(&'static str, String)>,
    },
    /// Do something to a thread, after what was asked for it before.
    Ask {
        /// Which thread.
        conversation: ConversationId,
        /// The person in it.
        psid: Psid,
        /// What.
        ask: Ask,
    },
    /// Keep unsent text; `cursor` is line and column in characters.
    SaveDraft {
        /// Which thread.
        conversation: ConversationId,
        /// The person in it.
        psid: Psid,
        /// The text; empty removes the draft.
        text: String,
        /// Line and column.
        cursor: (u16, u16),
        /// In place of the draft on the disk; else before it.
        over: bool,
    },
    /// An agent has looked at this thread.
    LookedAt(ConversationId),
    /// Ask a simulator what it told which app about a person.
    AskDelivered(ConversationId, Psid),
    /// Fetch what is at this address of Meta's and keep it.
    SaveFile(String),
    /// Keep decisions of an agent's own; neither customer nor Meta learns of it.
    Triage(Vec<(ConversationId, Psid, Triage)>),
    /// Keep a private note.
    KeepNote {
        /// Which thread.
        conversation: ConversationId,
        /// The person in it.
        psid: Psid,
        /// The note.
        note: PrivateNote,
    },
    /// Remove a private note.
    DropNote(ConversationId, LocalId),
    /// Remove the refused replies of a thread.
    DropRefused(ConversationId),
    /// A person has decided about a reply that does not go on by itself.
    Decide {
        /// Which thread.
        conversation: ConversationId,
        /// Our id of the reply.
        local: LocalId,
        /// What.
        decision: Decision,
    },
}
