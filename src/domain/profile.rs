//! What is known of a person.

use super::{Platform, Psid};

/// What we know of a person's profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Not asked yet.
    #[default]
    Unasked,
    /// What Meta gave.
    Known(Person),
    /// Meta gave nothing; says why, in words.
    Missing(String),
}

/// A person's public profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Full name, raw.
    pub name: Option<String>,
    /// Instagram user name, raw.
    pub username: Option<String>,
    /// Language and country, such as `ja_JP`.
    pub locale: Option<String>,
    /// Offset of their clock from GMT, in minutes.
    pub utc_offset: Option<i32>,
    /// Instagram followers.
    pub followers: Option<u32>,
}

/// The name to show for a person: the best we have, else the end of the PSID.
pub fn display_name(name: Option<&str>, psid: &Psid, platform: Platform) -> String {
    if let Some(name) = name.filter(|n| !n.trim().is_empty()) {
        return name.to_owned();
    }
    let id = psid.as_str();
    let tail: String = id
        .chars()
        .skip(id.chars().count().saturating_sub(4))
        .collect();
    match platform {
        Platform::Messenger => format!("Facebook user ⟨{tail}⟩"),
        Platform::Instagram => format!("Instagram user ⟨{tail}⟩"),
    }
}
