//! E14: what is delivered to whom, when it is tried again, and when Meta gives
//! up. Pure; `sender` does the HTTP.
//!
//! Two layers decide what an app hears: the fields of the app (by topic), and
//! the fields of the Page. Both must name a field (E10).

use serde_json::{Value, json};

use crate::sim::{
    sign,
    world::{DeliveryFault, Platform, WebhookEvent, World, topic},
};

/// At most so many events in one delivery (our choice; Meta's generic limit is
/// 1,000).
const BATCH: usize = 100;

/// One call of the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) enum OutgoingCall {
    /// The handshake: the token, and what has to come back.
    Handshake {
        verify_token: String,
        challenge: String,
    },
    /// A delivery: the exact bytes and their two signatures.
    Delivery {
        body: String,
        sha256: String,
        sha1: String,
    },
}

impl World {
    /// When some webhook has something to do.
    pub(in crate::sim) fn webhooks_due(&self) -> Option<i64> {
        self.apps.iter().filter_map(|app| app.webhook.due()).min()
    }

    /// The calls that are due now, with the app and its URL.
    pub(in crate::sim) fn outgoing_calls(
        &mut self,
        now: i64,
    ) -> Vec<(usize, String, OutgoingCall)> {
        let mut outgoing_calls = Vec::new();
        for app in 0..self.apps.len() {
            if self.apps[app].webhook.due().is_none_or(|at| at > now) {
                continue;
            }
            let Some(url) = self.apps[app].webhook.url.clone() else {
                continue;
            };
            if let Some(outgoing_call) = self.outgoing_call(app, now) {
                self.apps[app].webhook.busy = true;
                outgoing_calls.push((app, url, outgoing_call));
            }
        }
        outgoing_calls
    }

    fn outgoing_call(&mut self, at: usize, now: i64) -> Option<OutgoingCall> {
        let name = self.apps[at].name.clone();
        if !self.apps[at].webhook.verified {
            return Some(OutgoingCall::Handshake {
                verify_token: self.apps[at].verify_token.clone(),
                challenge: format!("{}", 1_000_000_000 + self.seed % 1_000_000_000),
            });
        }
        let mut forged = false;
        let body = match self.apps[at].webhook.again.clone() {
            Some(body) => body,
            None => {
                let fault = self.faults.take_delivery(&name);
                let mut batch = self.batch(at);
                match fault {
                    Some(DeliveryFault::Disorder) if batch.len() > 1 => batch.reverse(),
                    Some(DeliveryFault::Disorder) => {
                        self.apps[at].webhook.held = batch.pop();
                        return None;
                    }
                    Some(DeliveryFault::Lose) => return None,
                    Some(DeliveryFault::Forge) => forged = true,
                    Some(DeliveryFault::Duplicate) => self.apps[at].webhook.repeat = true,
                    None => {}
                }
                body(&self.page.id, &self.page.instagram_id, &batch, now)
            }
        };
        let app = &mut self.apps[at];
        app.webhook.again = Some(body.clone());
        let secret = if forged { "wrong" } else { app.secret.as_str() };
        Some(OutgoingCall::Delivery {
            sha256: sign::sha256(secret, body.as_bytes()),
            sha1: sign::sha1(secret, body.as_bytes()),
            body,
        })
    }

    /// The next events of one topic.
    fn batch(&mut self, at: usize) -> Vec<WebhookEvent> {
        let queue = &mut self.apps[at].webhook.queue;
        let Some(topic) = queue.front().map(|first| first.platform) else {
            return Vec::new();
        };
        let same = queue.iter().take_while(|next| next.platform == topic);
        let count = same.count().min(BATCH);
        let mut batch: Vec<WebhookEvent> = queue.drain(..count).collect();
        let webhook = &mut self.apps[at].webhook;
        if webhook
            .held
            .as_ref()
            .is_some_and(|held| held.platform == topic)
        {
            batch.extend(webhook.held.take());
        }
        batch
    }
}

/// Several entries with one event each, escaped as Meta escapes.
fn body(page: &str, instagram: &str, batch: &[WebhookEvent], now: i64) -> String {
    let platform = batch.first().map_or(Platform::Messenger, |e| e.platform);
    let id = match platform {
        Platform::Messenger => page,
        Platform::Instagram => instagram,
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
