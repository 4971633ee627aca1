//! Events poured for load: people write at a steady rate for some seconds.

use crate::sim::world::{Message, Sender, World};

/// How often a storm is looked at, in milliseconds of the world.
const STEP: i64 = 20;

impl World {
    /// Pours what is due by `now`.
    pub(super) fn pour(&mut self, now: i64) {
        let Some(mut storm) = self.storm.take() else {
            return;
        };
        let passed = u64::try_from(now - storm.from).unwrap_or(0);
        let due = (passed.saturating_mul(storm.rate) / 1000).min(storm.total);
        while storm.done < due && !self.people.is_empty() {
            storm.done += 1;
            let at = usize::try_from(storm.done).unwrap_or(0) % self.people.len();
            let id = self.message_id(self.people[at].platform);
            let when =
                storm.from + i64::try_from(storm.done * 1000 / storm.rate.max(1)).unwrap_or(0);
            let text = format!("storm {}", storm.done);
            self.customer_says(at, Message::text(id, when.min(now), Sender::Person, text));
        }
        if storm.done < storm.total {
            self.storm = Some(storm);
        }
    }

    /// When a storm has more to pour.
    pub(super) fn storm_due(&self) -> Option<i64> {
        self.storm.as_ref().map(|storm| {
            let poured = storm.done.saturating_mul(1000) / storm.rate.max(1);
            storm.from + i64::try_from(poured).unwrap_or(0) + STEP
        })
    }
}
