//! Every way out: plain data, so tests compare it.

use super::orders::Order;
use crate::domain::{
    Ask, Conversation, ConversationId, Decision, InboxQuery, LocalId, Mid, PrivateNote, Psid,
    ThreadRange, Timestamp, Triage,
};

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the cache for a slice of the list.
    LoadInbox(InboxQuery),
    /// Ask the cache for a part of a thread.
    LoadThread {
        /// Which.
        id: ConversationId,
        /// Which part.
        place: ThreadRange,
    },
    /// Ask the cache for the next message of a thread that holds these words.
    FindInThread {
        /// Which.
        id: ConversationId,
        /// The words.
        words: String,
        /// From here on: a moment, and a message of that moment.
        from: (Timestamp, Option<Mid>),
        /// Towards the present.
        forward: bool,
    },
    /// Ask the cache which messages hold these words.
    Search(String),
    /// Ask the cache who waits after (or before) this one.
    LoadNext {
        /// From where.
        from: Option<ConversationId>,
        /// Backwards.
        back: bool,
    },
    /// Ask the cache whose names fit these words.
    Find(String),
    /// Ask the cache for the JSON of a thread.
    LoadRaw(ConversationId),
    /// Ask the cache about the Page.
    LoadPage,
    /// This thread is open now.
    Open(ConversationId),
    /// No thread is open any more.
    Close,
    /// An agent has looked at this thread.
    LookedAt(ConversationId),
    /// Fetch older messages from Meta.
    Older(ConversationId),
    /// Do something to a thread.
    Ask {
        /// Which.
        conversation: ConversationId,
        /// The person in it.
        psid: Psid,
        /// What.
        ask: Ask,
    },
    /// Keep unsent text.
    SaveDraft {
        /// Whose.
        conversation: ConversationId,
        /// The person.
        psid: Psid,
        /// The text; empty removes the draft.
        text: String,
        /// Line and column in characters.
        cursor: (u16, u16),
        /// In place of the draft on the disk; else before it, because nobody
        /// has seen what stands there.
        over: bool,
    },
    /// Keep decisions of an agent's own, whole, in place of those before.
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
    /// Ask the cache for the threads that we hold.
    LoadHeld,
    /// Ask the cache which labels are in use.
    LoadLabels,
    /// Ask the cache for the JSON of a message (of the newest, if none is
    /// named), to copy it.
    CopyRaw(ConversationId, Option<Mid>),
    /// Ask the cache for the attachments of a thread, to open or (`true`) save
    /// one.
    LoadFiles(ConversationId, bool),
    /// Open this address in the browser.
    OpenUrl(String),
    /// Fetch what is at this address and keep it.
    SaveFile(String),
    /// Ask the cache what speaks for who holds a thread.
    LoadEvidence(ConversationId),
    /// Ask a simulator what it told which app about a person.
    AskDelivered(ConversationId, Psid),
    /// Look what is at this path, as it was typed.
    LookAtPath(String),
    /// Read the canned replies.
    LoadCanned,
    /// Give this text to the person's editor, and the terminal with it.
    Edit {
        /// Whose draft it is.
        conversation: ConversationId,
        /// The text.
        text: String,
    },
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
    /// Ask Meta for news now.
    Refresh,
    /// Somebody works at the desk, or nobody does.
    Pace {
        /// Whether somebody works.
        active: bool,
    },
    /// Order something of the simulator.
    Order(Order),
    /// Put this text into the clipboard. Clean.
    Copy(String),
    /// Say these lines, where the desk speaks in lines. Clean.
    Say(Vec<String>),
    /// Ring the terminal's bell.
    Bell,
    /// Let the terminal tell this outside of its window. Raw.
    Notify(String),
    /// Give the terminal this title. Raw.
    Title(String),
    /// Draw the whole screen anew.
    Redraw,
    /// Give the terminal back to the shell for a while.
    Suspend,
    /// End the program.
    Quit,
}

impl Effect {
    /// To do something to the thread of a conversation.
    pub(super) fn ask(conversation: &Conversation, ask: Ask) -> Self {
        Self::Ask {
            conversation: conversation.id.clone(),
            psid: conversation.psid.clone(),
            ask,
        }
    }
}
