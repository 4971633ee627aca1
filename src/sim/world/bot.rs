//! A bot: what it hears decides what it says.

use serde::Deserialize;
use toml::Spanned;

/// A bot and its rules, in the order in which they are tried.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Bot {
    pub(in crate::sim) app: usize,
    pub(in crate::sim) rules: Vec<Rule>,
}

/// What a bot does when it hears something.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::sim) struct Rule {
    /// Any of these in what the person wrote, whatever the case; none of them
    /// hears everything.
    pub(in crate::sim) hears: Vec<String>,
    /// What it answers; nothing when empty.
    pub(in crate::sim) says: String,
    /// Buttons of a card that holds what it says.
    pub(in crate::sim) buttons: Vec<String>,
    /// Quick replies under it.
    pub(in crate::sim) quick_replies: Vec<String>,
    /// The app that gets the thread afterwards.
    pub(in crate::sim) passes_to: Option<Spanned<String>>,
    /// What that app is told.
    pub(in crate::sim) note: Option<String>,
    /// The thread is let go afterwards.
    pub(in crate::sim) releases: bool,
}

impl Rule {
    pub(in crate::sim) fn fits(&self, heard: &str) -> bool {
        self.hears.is_empty()
            || self
                .hears
                .iter()
                .any(|words| heard.contains(&words.to_lowercase()))
    }
}
