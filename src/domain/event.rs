//! What Facebook told us, in our own words.
//!
//! An `Event` is a fact from outside, whichever door it came through; ingesting
//! the same one twice, or late, must change nothing.

use super::{
    Author, ConversationId, LocalId, Message, Mid, PerPlatform, Platform, Profile, Psid, Routing,
    ThreadOwner, TimelineEvent, Timestamp,
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
        what: TimelineEvent,
    },
    /// The customer's devices have everything up to here.
    Delivered {
        /// Which thread.
        conversation: ConversationId,
        /// Up to when, by Meta's clock.
        through: Timestamp,
    },
    /// The customer has read everything up to here.
    Read {
        /// Which thread.
        conversation: ConversationId,
        /// Up to when, by Meta's clock.
        through: Timestamp,
    },
    /// The customer has read up to this message (Instagram).
    Seen {
        /// Which thread.
        conversation: ConversationId,
        /// The message.
        mid: Mid,
    },
    /// The customer reacted to a message, or took it back.
    Reacted {
        /// Which thread.
        conversation: ConversationId,
        /// The message.
        mid: Mid,
        /// The reaction, or that it is gone.
        with: ReactedWith,
        /// When, by Meta's clock: the last word counts.
        at: Timestamp,
    },
    /// We reacted to a message, or took it back (`None`).
    WeReacted {
        /// Which thread.
        conversation: ConversationId,
        /// The message.
        mid: Mid,
        /// The emoji, raw.
        emoji: Option<String>,
        /// When, by Meta's clock: the last word counts.
        at: Timestamp,
    },
    /// The customer changed a message.
    Edited {
        /// Which thread.
        conversation: ConversationId,
        /// The message.
        mid: Mid,
        /// What it says now, raw; `None` when Meta did not say.
        text: Option<String>,
        /// The number of this change; the highest wins. `None` when Meta did not
        /// say: one more than the last.
        number: Option<u32>,
    },
    /// The customer took a message back.
    Unsent {
        /// Which thread.
        conversation: ConversationId,
        /// The message.
        mid: Mid,
    },
    /// Something that is no message happened in a thread.
    Happened {
        /// Which thread.
        conversation: ConversationId,
        /// When, by Meta's clock.
        at: Timestamp,
        /// What.
        what: TimelineEvent,
        /// It is our own doing, told again.
        own: bool,
        /// The JSON, for the raw view; may be empty.
        raw: String,
    },
    /// The customer did something, and the channel on which it came says
    /// whether we are in charge of the thread. It does not say who else is.
    InCharge {
        /// Which thread.
        conversation: ConversationId,
        /// We are.
        us: bool,
        /// When, by our clock.
        at: Timestamp,
        /// Until when it gives control, by Meta's clock.
        until: Timestamp,
    },
    /// A hand-over moved control.
    HandedTo {
        /// Which thread.
        conversation: ConversationId,
        /// To whom.
        to: ThreadOwner,
        /// When, by our clock.
        at: Timestamp,
        /// Until when it gives control, by Meta's clock.
        until: Timestamp,
    },
    /// Something about a person whose conversation is not known yet, or about
    /// the Page as a whole: it is kept as it came.
    Parked {
        /// The person; empty for the Page.
        psid: Psid,
        /// A webhook body with this one event in it.
        raw: String,
        /// The message it is about.
        about: Option<Mid>,
        /// It takes that message back: what is kept of it goes, and what comes
        /// of it later is not kept.
        unsent: bool,
    },
    /// What was kept for a person has been taken in.
    Unparked {
        /// The person.
        psid: Psid,
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
        /// Whether it routes conversations.
        routing: PerPlatform<Routing>,
    },
}

impl Event {
    /// The thread it is about, by its id; `None` where it is about a person, the
    /// Page or a list.
    pub fn conversation_mut(&mut self) -> Option<&mut ConversationId> {
        match self {
            Self::Messages { conversation, .. }
            | Self::Owner { conversation, .. }
            | Self::Did { conversation, .. }
            | Self::Delivered { conversation, .. }
            | Self::Read { conversation, .. }
            | Self::Seen { conversation, .. }
            | Self::Reacted { conversation, .. }
            | Self::WeReacted { conversation, .. }
            | Self::Edited { conversation, .. }
            | Self::Unsent { conversation, .. }
            | Self::Happened { conversation, .. }
            | Self::InCharge { conversation, .. }
            | Self::HandedTo { conversation, .. }
            | Self::Accepted { conversation, .. } => Some(conversation),
            Self::Conversation(_)
            | Self::Profile { .. }
            | Self::Parked { .. }
            | Self::Unparked { .. }
            | Self::Listed { .. }
            | Self::Backfill { .. }
            | Self::ReadAt(_)
            | Self::Page { .. } => None,
        }
    }
}

/// What a webhook told.
#[derive(Clone, Debug, PartialEq)]
pub struct WebhookEvent {
    /// Where.
    pub platform: Platform,
    /// Whose it is: the Page's id, or the Instagram account's. An app has one
    /// callback for all its Pages.
    pub page: String,
    /// The person; `None` where it concerns the Page.
    pub psid: Option<Psid>,
    /// When it happened, by Meta's clock.
    pub at: Timestamp,
    /// It came on `standby`: another app is in charge of the thread.
    pub standby: bool,
    /// What.
    pub told: WebhookFact,
    /// A webhook body with this one event in it, as it came.
    pub raw: String,
}

impl WebhookFact {
    /// The message it is about.
    pub fn about(&self) -> Option<&Mid> {
        match self {
            Self::Message(message) | Self::Echo { message, .. } => Some(&message.mid),
            Self::Seen(mid) | Self::Reacted(mid, _) | Self::Edited(mid, ..) | Self::Unsent(mid) => {
                Some(mid)
            }
            Self::Delivered(_) | Self::Read(_) | Self::Happened(_) => None,
        }
    }
}

/// What a webhook tells (`messages`, `message_echoes` … of the Messenger
/// webhook reference).
#[derive(Clone, Debug, PartialEq)]
pub enum WebhookFact {
    /// A message of the customer, or a button that was tapped.
    Message(Message),
    /// A message of the Page. The author is the app, where Meta says which.
    Echo {
        /// The message.
        message: Message,
        /// The id of ours that it carries, if it does.
        local: Option<LocalId>,
    },
    /// The customer's devices have what was sent up to here.
    Delivered(Timestamp),
    /// The customer has read what was sent up to here.
    Read(Timestamp),
    /// The customer has read up to this message (Instagram).
    Seen(Mid),
    /// The customer reacted to a message.
    Reacted(Mid, ReactedWith),
    /// The customer changed a message: its new text and the number of the change,
    /// where Meta says so.
    Edited(Mid, Option<String>, Option<u32>),
    /// The customer took a message back.
    Unsent(Mid),
    /// Anything else.
    Happened(TimelineEvent),
}

impl WebhookFact {
    /// It is something that stands in a thread by itself; the others are words about
    /// something else.
    pub fn stands_in_a_thread(&self) -> bool {
        matches!(
            self,
            Self::Message(_) | Self::Echo { .. } | Self::Happened(_)
        )
    }
}

/// A customer's reaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReactedWith {
    /// This emoji, raw.
    Emoji(String),
    /// Meta did not say with what: it may be what we know already.
    Something,
    /// They took their reaction back.
    Nothing,
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
    /// The user name on Instagram, also beside a name.
    pub username: Option<String>,
    /// Last text.
    pub snippet: Option<String>,
    /// Last change; the beginning of time where Meta did not say.
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
    /// It came by webhook, with Meta's moment to the millisecond; the Graph
    /// API has whole seconds.
    pub from_webhook: bool,
}

impl MessageSeen {
    /// Whether the customer wrote it.
    pub fn from_customer(&self) -> bool {
        self.message.author == Author::Customer
    }
}
