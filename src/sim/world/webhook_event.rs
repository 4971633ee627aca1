//! An event as an app gets it by webhook, and the bytes of several.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::sim::{
    sign,
    world::{page::Page, platform::Platform},
};

pub(in crate::sim) fn topic(platform: Platform) -> &'static str {
    match platform {
        Platform::Messenger => "page",
        Platform::Instagram => "instagram",
    }
}

/// An event as an app gets it by webhook.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sim) struct WebhookEvent {
    pub(in crate::sim) app: usize,
    /// `messaging`, `standby`, `messaging_handovers`, or `changes` for what is no
    /// messaging.
    pub(in crate::sim) channel: &'static str,
    /// The Page field that has to be subscribed, named as for the platform.
    pub(in crate::sim) field: &'static str,
    pub(in crate::sim) platform: Platform,
    /// Index of the person whom it is about, if it is about one.
    pub(in crate::sim) person: Option<usize>,
    pub(in crate::sim) event: Value,
}

impl WebhookEvent {
    /// Whether it is about one of these.
    pub(in crate::sim) fn is_about(&self, people: &BTreeSet<usize>) -> bool {
        self.person.is_some_and(|person| people.contains(&person))
    }
}

/// Several entries with one event each, escaped as Meta escapes.
pub(in crate::sim) fn body(page: &Page, batch: &[WebhookEvent], now: i64) -> String {
    let platform = batch.first().map_or(Platform::Messenger, |e| e.platform);
    let id = match platform {
        Platform::Messenger => Some(&page.id),
        Platform::Instagram => page.instagram_id.as_ref(),
    };
    let entries: Vec<Value> = batch
        .iter()
        .map(|emitted| {
            // What is not messaging is told in seconds.
            let (list, time) = match emitted.channel {
                "changes" => ("changes", now / 1_000),
                "standby" => ("standby", now),
                _ => ("messaging", now),
            };
            json!({"id": id, "time": time, list: [emitted.event]})
        })
        .collect();
    sign::escaped(&json!({"object": topic(platform), "entry": entries}))
}
