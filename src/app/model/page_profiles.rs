//! What the Page shows before anybody writes, as far as it has been read.

use crate::domain::{PROFILE_CALLS, PerPlatform, Timestamp, Tree};

/// On both platforms.
pub type PageProfiles = PerPlatform<PageProfileState>;

/// On one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageProfileState {
    /// Its properties by Meta's names; `None` until they were read.
    pub properties: Option<Tree>,
    /// Why the last call came to nothing, in a sentence.
    pub trouble: Option<String>,
    /// How many more calls may be made.
    pub calls_left: usize,
    /// When one more may be made, by Meta's clock.
    pub next_at: Option<Timestamp>,
}

impl Default for PageProfileState {
    fn default() -> Self {
        Self {
            properties: None,
            trouble: None,
            calls_left: PROFILE_CALLS,
            next_at: None,
        }
    }
}

impl PageProfileState {
    /// Nobody has asked for it yet, with whatever outcome.
    pub fn is_unread(&self) -> bool {
        self.properties.is_none() && self.trouble.is_none()
    }
}
