//! Identifiers as newtypes, so that a PSID can never be sent where a
//! conversation id belongs. All ids are opaque strings on Meta's wire.

use std::fmt;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident)*) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Wraps an id exactly as it stood on the wire.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    )*};
}

ids! {
    /// A Facebook Page, the business account whose inbox this is.
    PageId
    /// A person as seen by one Page (Messenger PSID or Instagram IGSID).
    Psid
    /// The exchange of one person with one Page (`t_…` on Messenger).
    ConversationId
    /// Meta's id of one message.
    Mid
    /// A Meta app: ours, the bot's, the Page Inbox's.
    AppId
    /// Our own id of a reply, fixed when the agent pressed Enter; it travels
    /// in the message's `metadata` until Meta has given a [`Mid`].
    LocalId
}

impl ConversationId {
    /// What our own name for a conversation begins with; no id of Meta's does.
    pub const OF_PERSON: &str = "person:";

    /// Our own name for the conversation of a person, until Meta shows it.
    pub fn of_person(psid: &Psid) -> Self {
        Self::new(format!("{}{psid}", Self::OF_PERSON))
    }

    /// It is a name of ours: Meta knows no conversation of it.
    pub fn is_ours(&self) -> bool {
        self.0.starts_with(Self::OF_PERSON)
    }
}
