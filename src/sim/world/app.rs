//! An app of the Page: its token, its rights, its webhook.

use serde::Deserialize;

use crate::{clock::Random, sim::world::webhook::Webhook};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sim) enum TokenState {
    #[default]
    Good,
    Expired,
    PasswordChanged,
    AppRemoved,
}

/// Meta's own apps, by the name they have here, and their ids. Nobody outside Meta
/// knows the last.
pub(in crate::sim) const META_APPS: [(&str, &str); 3] = [
    ("inbox", "263902037430900"),
    ("instagram_inbox", "1217981644879628"),
    ("meta_ai", "900000000000009"),
];

#[derive(Debug)]
pub(in crate::sim) struct App {
    pub(in crate::sim) name: String,
    pub(in crate::sim) id: String,
    pub(in crate::sim) token: String,
    pub(in crate::sim) token_state: TokenState,
    pub(in crate::sim) secret: String,
    pub(in crate::sim) verify_token: String,
    /// Where its events go, and what it wants to hear.
    pub(in crate::sim) webhook: Webhook,
    /// It only acts: nobody attaches to it.
    pub(in crate::sim) actor: bool,
    /// "Take control of conversations" in the Page settings.
    pub(in crate::sim) can_take: bool,
    /// The Human Agent feature was granted.
    pub(in crate::sim) human_agent: bool,
    /// Advanced Access; without it only people with a role exist (R10).
    pub(in crate::sim) advanced: bool,
    /// "Require App Secret": calls without a proof are refused (X4).
    pub(in crate::sim) require_proof: bool,
    /// Permissions that were not granted (X5).
    pub(in crate::sim) lacks: Vec<String>,
}

impl App {
    /// An app in good standing. Token, secret and verify token are drawn.
    pub(in crate::sim) fn new(
        name: &str,
        id: &str,
        webhook: Option<String>,
        random: &mut Random,
    ) -> Self {
        let hex = |random: &mut Random| format!("{:016x}{:016x}", random.next(), random.next());
        Self {
            name: name.to_owned(),
            id: id.to_owned(),
            token: format!("EAAsim{name}{}", hex(random)),
            token_state: TokenState::Good,
            secret: hex(random),
            verify_token: format!("verify-{:016x}", random.next()),
            webhook: Webhook::new(webhook),
            actor: false,
            can_take: true,
            human_agent: true,
            advanced: true,
            require_proof: false,
            lacks: Vec::new(),
        }
    }

    /// From now on it only acts, and hears nothing.
    pub(in crate::sim) fn become_actor(&mut self) {
        self.actor = true;
        self.webhook.page_fields.clear();
    }
}
