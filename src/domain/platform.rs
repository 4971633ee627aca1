//! Where a conversation takes place.

/// Where the conversation takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Platform {
    /// Facebook Messenger.
    Messenger,
    /// Instagram direct messages.
    Instagram,
}

impl Platform {
    /// The word on Meta's wire and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Messenger => "messenger",
            Self::Instagram => "instagram",
        }
    }
}
