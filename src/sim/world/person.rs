//! A person: their thread, who holds it, and how they behave by themselves.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::Value;

use crate::sim::world::{
    message::{Message, Sender},
    platform::Platform,
};

/// What `GET /{psid}` answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sim) enum ProfileKind {
    #[default]
    Full,
    Empty,
    PhoneAccount,
    NoPermission,
    NoConsent,
    Unknown,
}

/// How a person behaves by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sim) enum Life {
    /// Answers when spoken to.
    #[default]
    Quiet,
    /// Chats with the bot, on and on.
    Chats,
    /// Chats with the bot for a while, then asks for a person.
    Escalates,
}

#[derive(Debug)]
pub(in crate::sim) struct Person {
    pub(in crate::sim) id: String,
    pub(in crate::sim) name: String,
    pub(in crate::sim) username: String,
    pub(in crate::sim) platform: Platform,
    pub(in crate::sim) conversation: String,
    pub(in crate::sim) locale: Option<String>,
    pub(in crate::sim) timezone: Option<f64>,
    pub(in crate::sim) profile: ProfileKind,
    pub(in crate::sim) blocked: bool,
    /// Has a role on the app, the Page or the business (R10).
    pub(in crate::sim) role: bool,
    /// Meta fails on this conversation, and on every page of the list with it.
    pub(in crate::sim) poisoned: bool,
    /// `inbox`, `page_done`, `other`, `spam` or `pending` (requests).
    pub(in crate::sim) folder: String,
    pub(in crate::sim) owner: Option<usize>,
    pub(in crate::sim) control_until: i64,
    pub(in crate::sim) unread: u32,
    /// Oldest first.
    pub(in crate::sim) messages: Vec<Message>,
    /// When the person last did something that opens the 24 hours.
    pub(in crate::sim) opened_at: Option<i64>,
    /// Up to when the person has read what the Page sent.
    pub(in crate::sim) read_through: i64,
    pub(in crate::sim) typing_until: i64,
    /// The ad that brought them here, until they have written.
    pub(in crate::sim) came_by: Option<Value>,
    pub(in crate::sim) answers: VecDeque<String>,
    pub(in crate::sim) life: Life,
}

impl Person {
    /// The app that holds the thread at `now`: control lapses by the clock
    /// (R6), and nobody is told.
    pub(in crate::sim) fn owner_at(&self, now: i64) -> Option<usize> {
        self.owner.filter(|_| now < self.control_until)
    }

    pub(in crate::sim) fn last_customer_at(&self) -> Option<i64> {
        self.messages
            .iter()
            .rev()
            .find(|m| m.sender == Sender::Person)
            .map(|m| m.at)
    }

    pub(in crate::sim) fn updated_at(&self) -> i64 {
        self.messages.last().map_or(0, |m| m.at)
    }
}
