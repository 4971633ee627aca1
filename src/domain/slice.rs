//! Which part of a thread is asked for, and what the cache holds of it.

use super::{Author, Conversation, ConversationId, Draft, Item, Mid, Profile, Timestamp};

/// Which part of a thread is asked for. A thread may be longer than what is kept
/// at hand, so it is read in windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ThreadRange {
    /// The newest entries.
    #[default]
    Newest,
    /// The oldest that the cache holds.
    Oldest,
    /// What stands before and after this moment.
    Around(Timestamp),
}

/// A message that holds the words searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Whose thread.
    pub conversation: ConversationId,
    /// The person, to show; raw.
    pub name: String,
    /// The message.
    pub mid: Mid,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub author: Author,
    /// The text, and where the words may stand in them, what its cards and files
    /// say; raw.
    pub text: String,
}

/// A part of a thread as the cache holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadSlice {
    /// Which part.
    pub range: ThreadRange,
    /// The row.
    pub conversation: Conversation,
    /// The profile.
    pub profile: Profile,
    /// The entries, oldest first.
    pub items: Vec<Item>,
    /// So many older messages are in the cache.
    pub older: u32,
    /// So many newer ones.
    pub newer: u32,
    /// Meta may have older ones that we have not fetched.
    pub older_remote: bool,
    /// Unsent text.
    pub draft: Option<Draft>,
    /// What we had read through when we last looked.
    pub seen_through: Option<Timestamp>,
}
