//! E14: what is delivered to whom, when it is tried again, and when Meta gives
//! up. Pure; `sender` does the HTTP.
//!
//! Two layers decide what an app hears: the fields of the app (by topic), and
//! the fields of the Page. Both must name a field (E10).

use crate::sim::{
    sign,
    world::{App, Delivery, DeliveryFault, World, body},
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
        id: u64,
        body: String,
        sha256: String,
        sha1: String,
    },
}

impl World {
    /// When some webhook has something to do.
    pub(in crate::sim) fn webhooks_due(&self) -> Option<i64> {
        let due = |app: &App| app.webhook.due(self.at_once);
        self.apps.iter().filter_map(due).min()
    }

    /// The calls that are due now, with the app and its URL.
    pub(in crate::sim) fn outgoing_calls(
        &mut self,
        now: i64,
    ) -> Vec<(usize, String, OutgoingCall)> {
        let mut outgoing_calls = Vec::new();
        for app in 0..self.apps.len() {
            let due = |world: &Self| world.apps[app].webhook.due(world.at_once);
            while due(self).is_some_and(|at| at <= now) {
                let Some(url) = self.apps[app].webhook.url.clone() else {
                    break;
                };
                // What is lost or held back on order makes no call.
                if let Some(outgoing_call) = self.outgoing_call(app, now) {
                    outgoing_calls.push((app, url, outgoing_call));
                }
            }
        }
        outgoing_calls
    }

    fn outgoing_call(&mut self, at: usize, now: i64) -> Option<OutgoingCall> {
        let app = &mut self.apps[at];
        if !app.webhook.verified {
            app.webhook.shaking = true;
            return Some(OutgoingCall::Handshake {
                verify_token: app.verify_token.clone(),
                challenge: format!("{}", 1_000_000_000 + self.seed % 1_000_000_000),
            });
        }
        let due = |one: &&mut Delivery| !one.busy && one.not_before <= now;
        let again = app.webhook.deliveries.iter_mut().find(due);
        if let Some(delivery) = again {
            delivery.busy = true;
            return Some(OutgoingCall::of(delivery, &app.secret));
        }
        let delivery = self.fresh(at, now)?;
        let app = &mut self.apps[at];
        let call = OutgoingCall::of(&delivery, &app.secret);
        app.webhook.deliveries.push(delivery);
        Some(call)
    }

    /// The next events, as a delivery on its way.
    fn fresh(&mut self, at: usize, now: i64) -> Option<Delivery> {
        let fault = self.faults.take_delivery(&self.apps[at].name);
        let webhook = &mut self.apps[at].webhook;
        let mut batch = webhook.take(BATCH);
        let topic = batch.first()?.platform;
        if webhook
            .held
            .as_ref()
            .is_some_and(|held| held.platform == topic)
        {
            batch.extend(webhook.held.take());
        }
        match fault {
            Some(DeliveryFault::Disorder) if batch.len() > 1 => batch.reverse(),
            Some(DeliveryFault::Disorder) => {
                webhook.held = batch.pop();
                return None;
            }
            Some(DeliveryFault::Lose) => return None,
            _ => {}
        }
        webhook.made += 1;
        Some(Delivery {
            id: webhook.made,
            body: body(&self.page, &batch, now),
            events: batch,
            forged: fault == Some(DeliveryFault::Forge),
            repeat: fault == Some(DeliveryFault::Duplicate),
            attempts: 0,
            not_before: now,
            busy: true,
            failing_since: None,
            status: None,
        })
    }
}

impl OutgoingCall {
    fn of(delivery: &Delivery, secret: &str) -> Self {
        // Once: when it goes again it is good.
        let forged = delivery.forged && delivery.attempts == 0;
        let secret = if forged { "wrong" } else { secret };
        let body = delivery.body.clone();
        Self::Delivery {
            id: delivery.id,
            sha256: sign::sha256(secret, body.as_bytes()),
            sha1: sign::sha1(secret, body.as_bytes()),
            body,
        }
    }
}
