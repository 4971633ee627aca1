//! What the engine tells a desk, at a pace at which a screen can show it.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::sync::ReusableBoxFuture;

use crate::{app::Msg, clock::Stopwatch, domain::Change};

/// In a flood of news, the time between two frames of them (our choice): a thousand
/// messages a second are twenty frames, and keys go on as before.
const NEWS_AFTER: Duration = Duration::from_millis(50);

/// This many frames of news within this time are a flood (our choice). The answer to what
/// an agent just did is shown at once.
const FLOOD: (u32, Duration) = (6, Duration::from_millis(250));

/// News that came together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// What is new, oldest first.
    pub(super) changes: Vec<Change>,
    /// There was more than could wait.
    pub(super) missed: bool,
}

/// What the engine tells the screen.
pub(super) struct News {
    next: ReusableBoxFuture<'static, (Result<Change, RecvError>, Receiver<Change>)>,
    pace: Pace,
    since_start: Stopwatch,
    /// They were asked for before their time.
    early: bool,
}

impl News {
    pub(super) fn new(changes: Receiver<Change>) -> Self {
        Self {
            next: ReusableBoxFuture::new(received(changes)),
            pace: Pace::default(),
            since_start: Stopwatch::start(),
            early: false,
        }
    }

    /// How long to wait until they are asked for again, if that was too early.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.early.then(|| self.pace.wait(self.passed()))
    }

    /// All that wait, if it is time for them: then whoever is in `context` is woken by the
    /// next, else they are asked for again after [`Self::patience`].
    pub(super) fn take(&mut self, context: &mut Context<'_>) -> Option<Batch> {
        self.early = !self.pace.wait(self.passed()).is_zero();
        if self.early {
            return None;
        }
        let batch = self.take_all(context)?;
        // A call is only a line of a log.
        let is_call = |change: &Change| matches!(change, Change::ApiCall(_));
        if !batch.changes.iter().all(is_call) {
            self.pace.told(self.passed());
        }
        Some(batch)
    }

    fn passed(&self) -> Duration {
        Duration::from_millis(self.since_start.millis())
    }

    /// All that wait, whether it is time or not.
    pub(super) fn take_all(&mut self, context: &mut Context<'_>) -> Option<Batch> {
        let mut batch = None::<Batch>;
        while let Poll::Ready((told, changes)) = self.next.poll(context) {
            match told {
                Ok(change) => batch.get_or_insert_default().changes.push(change),
                Err(RecvError::Lagged(_)) => batch.get_or_insert_default().missed = true,
                Err(RecvError::Closed) => {
                    self.next.set(std::future::pending());
                    break;
                }
            }
            self.next.set(received(changes));
        }
        batch
    }
}

async fn received(mut changes: Receiver<Change>) -> (Result<Change, RecvError>, Receiver<Change>) {
    (changes.recv().await, changes)
}

/// The next news of the engine, where they are shown in lines; none any more once it has
/// ended.
pub(super) async fn next(changes: &mut Receiver<Change>) -> Msg {
    match changes.recv().await {
        Ok(change) => Msg::Changed(vec![change]),
        Err(RecvError::Lagged(_)) => Msg::Missed,
        Err(RecvError::Closed) => std::future::pending().await,
    }
}

/// How fast news come, by the time since the start of the desk.
#[derive(Debug, Default)]
struct Pace {
    last: Duration,
    /// Since when they are counted, and how many frames of them there were.
    counted: Option<(Duration, u32)>,
}

impl Pace {
    fn told(&mut self, now: Duration) {
        let counted = self
            .counted
            .filter(|(since, _)| now.saturating_sub(*since) < FLOOD.1);
        let (since, count) = counted.unwrap_or((now, 0));
        self.counted = Some((since, count + 1));
        self.last = now;
    }

    /// How long the next ones have to wait.
    fn wait(&self, now: Duration) -> Duration {
        let flood = self
            .counted
            .is_some_and(|(since, count)| count >= FLOOD.0 && now.saturating_sub(since) < FLOOD.1);
        match flood {
            true => (self.last + NEWS_AFTER).saturating_sub(now),
            false => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::{Wake, Waker},
    };

    use tokio::sync::broadcast;

    use super::*;

    #[derive(Default)]
    struct Rings(AtomicUsize);

    impl Wake for Rings {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn news_come_together_and_each_first_one_rings() {
        let rings = Arc::new(Rings::default());
        let waker = Waker::from(Arc::clone(&rings));
        let mut context = Context::from_waker(&waker);
        let (engine, changes) = broadcast::channel(2);
        let mut news = News::new(changes);
        let mut taken = |tell: usize| {
            for _ in 0..tell {
                engine.send(Change::Inbox).expect("told");
            }
            let batch = news.take_all(&mut context);
            batch.map(|batch| (batch.changes.len(), batch.missed))
        };
        assert_eq!(taken(0), None);
        assert_eq!(rings.0.load(Ordering::SeqCst), 0);
        assert_eq!(taken(2), Some((2, false)));
        assert_eq!(rings.0.load(Ordering::SeqCst), 1);
        assert_eq!(taken(5), Some((2, true)), "the oldest had no room");
        assert_eq!(rings.0.load(Ordering::SeqCst), 2);
        drop(engine);
        assert!(
            news.take_all(&mut context).is_none(),
            "the engine has ended"
        );
        assert!(news.take_all(&mut context).is_none());
    }

    #[test]
    fn whoever_comes_too_early_is_told_how_long_to_wait() {
        let mut context = Context::from_waker(Waker::noop());
        let (engine, changes) = broadcast::channel(2);
        let mut news = News::new(changes);
        assert_eq!(news.patience(), None);
        engine.send(Change::Inbox).expect("told");
        // The frames of a flood, the last of which comes in an hour.
        let hour = Duration::from_secs(3_600);
        news.pace = Pace {
            last: hour,
            counted: Some((hour, FLOOD.0)),
        };
        assert!(news.take(&mut context).is_none());
        assert!(news.patience() > Some(hour / 2));
        news.pace = Pace::default();
        assert_eq!(
            news.patience(),
            Some(Duration::ZERO),
            "until they are taken"
        );
        assert!(news.take(&mut context).is_some());
        assert_eq!(news.patience(), None);
    }

    #[test]
    fn news_wait_only_in_a_flood_and_only_so_long() {
        let ms = Duration::from_millis;
        let mut pace = Pace::default();
        for at in [0, 20, 40, 60, 80] {
            pace.told(ms(at));
            assert_eq!(pace.wait(ms(at)), Duration::ZERO, "the frame at {at} ms");
        }
        pace.told(ms(100));
        for (at, left) in [(100, 50), (130, 20), (150, 0), (249, 0), (300, 0)] {
            assert_eq!(pace.wait(ms(at)), ms(left), "at {at} ms");
        }
        pace.told(ms(240));
        assert_eq!(pace.wait(ms(245)), ms(45));
        assert_eq!(pace.wait(ms(250)), Duration::ZERO, "the flood is over");
        pace.told(ms(251));
        assert_eq!(pace.wait(ms(251)), Duration::ZERO);
    }
}
