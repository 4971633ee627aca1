//! Keeps us inside Meta's rate limits before Meta has to say so.
//!
//! "Rate Limiting": the Conversations API allows 2 calls a second for one Page
//! and app. `X-App-Usage` and `X-Business-Use-Case-Usage` tell in percent how
//! much of the larger budgets is used.

use std::{sync::Mutex, time::Duration};

use serde::Deserialize;

use crate::clock::{Clock, Stopwatch};

/// Between two conversation calls: 2 a second, as documented.
const CONVERSATION_GAP_MS: u64 = 500;
/// Above this share of the budget we halve our pace (our choice; Meta says to
/// slow down before 100).
const SLOW_ABOVE: u8 = 80;

/// Hands out the right to make a conversation call.
#[derive(Debug)]
pub(super) struct Limiter {
    clock: Clock,
    started: Stopwatch,
    /// When the next conversation call may start, in milliseconds since the start.
    next: Mutex<u64>,
}

impl Limiter {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            started: clock.stopwatch(),
            clock,
            next: Mutex::new(0),
        }
    }

    /// Waits for a slot. `usage` is the share of the budget in percent.
    pub(super) async fn conversation_slot(&self, usage: u8) {
        let gap = if usage > SLOW_ABOVE {
            2 * CONVERSATION_GAP_MS
        } else {
            CONVERSATION_GAP_MS
        };
        let wait = {
            let now = self.started.millis();
            let mut next = self
                .next
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            let at = now.max(*next);
            *next = at + gap;
            at - now
        };
        self.clock.sleep(Duration::from_millis(wait)).await;
    }
}

/// What the usage headers of one answer said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// The fullest budget, in percent.
    pub(super) percent: Option<u8>,
    /// Minutes until access is regained, when throttled.
    pub(super) wait_minutes: Option<u32>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Bucket {
    call_count: f64,
    total_time: f64,
    total_cputime: f64,
    estimated_time_to_regain_access: f64,
}

/// Reads the two usage headers; whatever is odd in them is ignored.
pub(super) fn usage(app: Option<&str>, business: Option<&str>) -> Usage {
    let mut buckets: Vec<Bucket> = Vec::new();
    buckets.extend(app.and_then(|h| serde_json::from_str(h).ok()));
    if let Some(by_page) = business.and_then(|h| {
        serde_json::from_str::<std::collections::HashMap<String, Vec<Bucket>>>(h).ok()
    }) {
        buckets.extend(by_page.into_values().flatten());
    }
    let fullest = buckets
        .iter()
        .flat_map(|b| [b.call_count, b.total_time, b.total_cputime])
        .reduce(f64::max);
    let wait = buckets
        .iter()
        .map(|b| b.estimated_time_to_regain_access)
        .reduce(f64::max);
    Usage {
        percent: fullest.map(|p| p.clamp(0.0, 255.0) as u8),
        wait_minutes: wait.filter(|m| *m > 0.0).map(|m| m.min(1440.0) as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_budget_counts() {
        let app = r#"{"call_count":28,"total_time":25,"total_cputime":25}"#;
        let page = r#"{"1048":[{"type":"messenger","call_count":95,"total_cputime":20,"total_time":20,
                       "estimated_time_to_regain_access":7}]}"#;
        assert_eq!(
            usage(Some(app), Some(page)),
            Usage {
                percent: Some(95),
                wait_minutes: Some(7)
            }
        );
        assert_eq!(usage(Some("nonsense"), None), Usage::default());
        assert_eq!(usage(None, None), Usage::default());
    }
}
