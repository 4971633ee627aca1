//! How the link to Meta stands.

use super::Timestamp;

/// How the link to Meta stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// No answer yet.
    #[default]
    Connecting,
    /// Answers come; news is fetched by polling.
    Polling,
    /// Answers come; news comes by webhook, and polling only looks for what
    /// was missed.
    Webhook,
    /// No answers; says why.
    Offline(String),
    /// Meta rejected the token; says what to do.
    TokenRefused(String),
    /// Meta asked us to slow down until then.
    Throttled(Timestamp),
    /// A part of the program stopped; says which.
    Broken(String),
    /// This program only reads what another one fetches; says why.
    ReadOnly(String),
}

impl Link {
    /// Whether Meta answers, so that what we know is fresh.
    pub fn is_alive(&self) -> bool {
        matches!(self, Self::Polling | Self::Webhook)
    }
}
