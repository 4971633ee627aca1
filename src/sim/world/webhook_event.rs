//! An event as an app gets it by webhook, and the bytes of several.

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
    /// `messaging`, `standby` or `messaging_handovers`.
    pub(in crate::sim) channel: &'static str,
    /// The Page field that has to be subscribed, named as for the platform.
    pub(in crate::sim) field: &'static str,
    pub(in crate::sim) platform: Platform,
    pub(in crate::sim) event: Value,
}

impl WebhookEvent {
    /// The person whom it is about, by what stands in it; nobody's where nobody does.
    pub(in crate::sim) fn about(&self) -> &str {
        let id = |key: &str| self.event[key]["id"].as_str();
        let echo = self.event["message"]["is_echo"] == true;
        let who = if echo { "recipient" } else { "sender" };
        id(who).unwrap_or_default()
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
            let list = match emitted.channel {
                "standby" => "standby",
                _ => "messaging",
            };
            json!({"id": id, "time": now, list: [emitted.event]})
        })
        .collect();
    sign::escaped(&json!({"object": topic(platform), "entry": entries}))
}
