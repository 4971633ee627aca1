//! Calls to the Graph API on their way to the log on the screen. While nobody looks at the
//! log they wait until the screen has something else to do: each poll would wake it up for
//! a line that is not shown.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::broadcast;

use crate::domain::{ApiCall, Change};

/// So many are not kept waiting: their answers take memory.
const MANY: usize = 64;

/// Calls that wait for the screen.
#[derive(Clone)]
pub(super) struct Calls(Arc<UnseenCalls>);

struct UnseenCalls {
    calls: Mutex<Vec<Change>>,
    /// The log is on the screen.
    shown: AtomicBool,
    changes: broadcast::Sender<Change>,
}

impl Calls {
    pub(super) fn new(changes: broadcast::Sender<Change>) -> Self {
        Self(Arc::new(UnseenCalls {
            calls: Mutex::default(),
            shown: AtomicBool::new(false),
            changes,
        }))
    }

    /// A call has ended.
    pub(super) fn ended(&self, call: ApiCall) {
        let many = {
            let mut calls = self.lock();
            calls.push(Change::ApiCall(call));
            calls.len() >= MANY
        };
        if many || self.0.shown.load(Ordering::SeqCst) {
            self.wake();
        }
    }

    /// Those that wait, oldest first.
    pub(super) fn take(&self) -> Vec<Change> {
        std::mem::take(&mut *self.lock())
    }

    /// Whether the log is on the screen from now on.
    pub(super) fn show(&self, shown: bool) {
        let was = self.0.shown.swap(shown, Ordering::SeqCst);
        if shown && !was {
            self.wake();
        }
    }

    /// Tells the screen of those that wait.
    fn wake(&self) {
        for call in self.take() {
            // Nobody listening is fine: it is a log.
            let _ = self.0.changes.send(call);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Change>> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn call(number: usize) -> ApiCall {
        ApiCall {
            at: Timestamp::default(),
            method: "GET".into(),
            host: String::new(),
            path: number.to_string(),
            gist: String::new(),
            body: None,
            status: None,
            answer: None,
            ms: 1,
        }
    }

    fn told(news: &mut broadcast::Receiver<Change>) -> usize {
        std::iter::from_fn(|| news.try_recv().ok()).count()
    }

    #[test]
    fn calls_wake_the_screen_only_where_the_log_is_shown_or_when_they_are_many() {
        let (sender, mut news) = broadcast::channel(256);
        let calls = Calls::new(sender);
        calls.ended(call(0));
        assert_eq!(told(&mut news), 0);
        // The log comes up: whatever waited is in it, and what comes is told at once.
        calls.show(true);
        assert_eq!(told(&mut news), 1);
        calls.ended(call(1));
        assert_eq!(told(&mut news), 1);
        calls.show(false);
        for number in 2..MANY + 1 {
            calls.ended(call(number));
        }
        assert_eq!(told(&mut news), 0);
        calls.ended(call(MANY + 1));
        assert_eq!((told(&mut news), calls.take().len()), (MANY, 0));
        // Who wakes up for something else takes them along, in their order.
        calls.ended(call(7));
        calls.ended(call(8));
        let order = [7, 8].map(|number| Change::ApiCall(call(number)));
        assert_eq!((calls.take(), told(&mut news)), (order.to_vec(), 0));
    }
}
