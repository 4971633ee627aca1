//! What Facebook told us, in our own words.
//!
//! An `Event` is a fact from outside, whichever door it came through; ingesting
//! the same one twice, or late, must change nothing.

use super::{
    Author, ConversationId, Happening, LocalId, Message, Mid, Platform, Profile, Psid, Routing,
    ThreadOwner, Timestamp,
};

/// A fact from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A row of the conversation list, or one conversation read by itself.
    Conversation(ConversationSeen),
    /// Messages of one conversation.
    Messages {
        /// Whose.
        conversation: ConversationId,
        /// In any order.
        messages: Vec<MessageSeen>,
        /// Where older ones continue: `Some(None)` when there are none,
        /// `None` when this answer does not tell.
        older: Option<Option<String>>,
    },
    /// Who holds a thread.
    Owner {
        /// Which.
        conversation: ConversationId,
        /// Who.
        owner: ThreadOwner,
        /// Until when, if Meta said.
        until: Option<Timestamp>,
        /// When we learned it.
        at: Timestamp,
    },
    /// A profile, or why there is none.
    Profile {
        /// Whose.
        psid: Psid,
        /// What.
        profile: Profile,
    },
    /// Something we did to a thread succeeded.
    Did {
        /// Which thread.
        conversation: ConversationId,
        /// When.
        at: Timestamp,
        /// What.
        what: Happening,
    },
    /// A reply of ours got its name.
    Accepted {
        /// Which thread.
        conversation: ConversationId,
        /// Our id.
        local: LocalId,
        /// Meta's id.
        mid: Mid,
        /// When the answer came.
        at: Timestamp,
    },
    /// The list of a platform has been read: every change up to this moment is
    /// known.
    Listed {
        /// Which list.
        platform: Platform,
        /// The newest change that was on it.
        through: Timestamp,
    },
    /// How far back the list of a platform has been read.
    Backfill {
        /// Which list.
        platform: Platform,
        /// What is left to be read.
        left: Backfill,
    },
    /// The list was read at this moment, by our clock.
    ReadAt(Timestamp),
    /// What the Page is called and whether it routes conversations.
    Page {
        /// Its name, raw.
        name: String,
        /// On Messenger.
        messenger: Routing,
        /// On Instagram.
        instagram: Routing,
    },
}

/// What is left to be read of a list, from the newest to the oldest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Backfill {
    /// Nobody has begun.
    #[default]
    NotBegun,
    /// From this cursor on.
    From {
        /// Meta's cursor; `None` for the top of the list.
        cursor: Option<String>,
        /// Down to this change: what lies below is known. `None` for the end.
        until: Option<Timestamp>,
    },
    /// Nothing.
    Done,
}

/// A conversation as Meta lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversationSeen {
    /// Meta's id of the thread.
    pub id: ConversationId,
    /// The person.
    pub psid: Psid,
    /// Messenger or Instagram.
    pub platform: Platform,
    /// Participant name or user name.
    pub name: Option<String>,
    /// Last text.
    pub snippet: Option<String>,
    /// Last change.
    pub updated_at: Timestamp,
    /// Unread by Meta's count, if given.
    pub unread: Option<u32>,
    /// May the Page reply, if given.
    pub can_reply: Option<bool>,
    /// Are we the owner; only given where routing is on.
    pub is_owner: Option<bool>,
    /// When we asked.
    pub at: Timestamp,
}

/// A message with its JSON as it stood on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageSeen {
    /// The message.
    pub message: Message,
    /// The JSON, for the raw view.
    pub raw: String,
}

impl MessageSeen {
    /// Whether the customer wrote it.
    pub fn from_customer(&self) -> bool {
        self.message.author == Author::Customer
    }
}
