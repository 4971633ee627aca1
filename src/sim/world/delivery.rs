//! A delivery on its way to an app, independent of the others: its exact bytes, and
//! how often they were tried.

use serde_json::{Value, json};

use crate::sim::world::{platform::HOUR, webhook_event::WebhookEvent};

/// Pauses between attempts in milliseconds of the world: at once, then longer
/// (the steps are our choice; Meta says "immediately, then with decreasing
/// frequency").
const PAUSES: [i64; 8] = [0, 2_000, 5_000, 15_000, 30_000, 60_000, 300_000, 900_000];
/// After so long without a 200 a delivery is given up, and an app that took nothing
/// else meanwhile is unsubscribed.
pub(in crate::sim) const GIVE_UP: i64 = HOUR;

/// A delivery that was made, and not yet taken.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Delivery {
    pub(in crate::sim) id: u64,
    pub(in crate::sim) events: Vec<WebhookEvent>,
    pub(in crate::sim) body: String,
    /// Its signature is wrong, as was ordered.
    pub(in crate::sim) forged: bool,
    /// It goes again even though it arrived, as was ordered.
    pub(in crate::sim) repeat: bool,
    pub(in crate::sim) attempts: usize,
    pub(in crate::sim) not_before: i64,
    /// It is on its way.
    pub(in crate::sim) busy: bool,
    pub(in crate::sim) failing_since: Option<i64>,
    /// The answer to the last attempt; 0 for none.
    pub(in crate::sim) status: Option<u16>,
}

impl Delivery {
    /// Whom it is about: nothing else about them is sent before its first answer, so
    /// that what somebody says arrives in its order.
    pub(in crate::sim) fn people(&self) -> impl Iterator<Item = usize> {
        self.events.iter().filter_map(|event| event.person)
    }

    /// It was not taken; when it goes again.
    pub(in crate::sim) fn failed(&mut self, now: i64, status: u16) {
        self.busy = false;
        self.status = Some(status);
        self.not_before = now + PAUSES[self.attempts.min(PAUSES.len() - 1)];
        self.attempts += 1;
        self.failing_since.get_or_insert(now);
    }

    pub(in crate::sim) fn is_given_up(&self, now: i64) -> bool {
        self.failing_since
            .is_some_and(|since| now - since >= GIVE_UP)
    }

    /// How it stands, for `GET /sim/hooks`; moments in milliseconds.
    pub(in crate::sim) fn state(&self) -> Value {
        let state = match (self.busy, self.attempts) {
            (true, _) => "under way",
            // It arrived, and duplicates were ordered.
            (false, 0) => "to be repeated",
            (false, _) => "waits to be tried again",
        };
        json!({"id": self.id, "events": self.events.len(), "state": state,
               "attempts": self.attempts, "last_status": self.status,
               "again_at": (!self.busy).then_some(self.not_before), "failing_since": self.failing_since})
    }
}
