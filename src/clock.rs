//! The only reader of time and randomness.
//!
//! Everything else is handed a [`Clock`] or a plain [`Timestamp`], so tests set
//! the time and the same seed gives the same run.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

#[cfg(target_os = "linux")]
use std::{io, os::fd::OwnedFd};

use jiff::tz::TimeZone;
#[cfg(target_os = "linux")]
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
#[cfg(target_os = "linux")]
use tokio::io::unix::AsyncFd;
use tokio::sync::watch;

#[cfg(target_os = "linux")]
use crate::readable::readable;
// The simulator knows no other module of ours, so what it needs is here.
pub use crate::domain::{Random, Span, Timestamp};

/// A source of the present moment. Cheap to clone; clones share the time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    /// The computer's clock.
    System,
    /// Runs on by itself from a start, `speed` times as fast as the computer's.
    Shifted {
        start: i64,
        since: Instant,
        speed: u32,
    },
    /// Stands still until it is set. Milliseconds.
    Manual(watch::Sender<i64>),
}

impl Clock {
    /// The computer's clock.
    pub fn system() -> Self {
        Self(Arc::new(Source::System))
    }

    /// A clock that starts at `now` and runs at the usual speed.
    pub fn starting_at(now: Timestamp) -> Self {
        Self::running(now, 1)
    }

    /// A clock that starts at `now` and runs `speed` times as fast as the computer's:
    /// whoever waits by it waits so much shorter.
    pub fn running(now: Timestamp, speed: u32) -> Self {
        Self(Arc::new(Source::Shifted {
            start: now.as_millis(),
            since: Instant::now(),
            speed: speed.max(1),
        }))
    }

    /// A clock that stands still until [`Self::advance`].
    pub fn manual(now: Timestamp) -> Self {
        Self(Arc::new(Source::Manual(watch::Sender::new(
            now.as_millis(),
        ))))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(match &*self.0 {
            Source::System => system_millis(),
            Source::Shifted {
                start,
                since,
                speed,
            } => {
                let passed = i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX);
                start.saturating_add(passed.saturating_mul(i64::from(*speed)))
            }
            Source::Manual(ms) => *ms.borrow(),
        })
    }

    /// Moves a manual clock; the others go on by themselves.
    pub fn advance(&self, by: Span) {
        if let Source::Manual(ms) = &*self.0 {
            ms.send_modify(|ms| *ms += by.as_millis());
        }
    }

    /// Waits until `when` has come: by the monotonic clock of the computer, or
    /// until a manual clock is moved there.
    pub async fn sleep_until(&self, when: Timestamp) {
        match &*self.0 {
            Source::Manual(ms) => {
                let there = |ms: &i64| *ms >= when.as_millis();
                // The clock itself keeps the sender alive.
                let _ = ms.subscribe().wait_for(there).await;
            }
            Source::System | Source::Shifted { .. } => {
                sleep(self.until(when).unwrap_or_default()).await;
            }
        }
    }

    /// Real time until `when` has come, zero if it has; `None` for a manual clock, which
    /// somebody has to move there.
    pub fn until(&self, when: Timestamp) -> Option<Duration> {
        match &*self.0 {
            Source::Manual(_) => None,
            Source::System | Source::Shifted { .. } => {
                Some(when.since(self.now()).to_std() / self.speed())
            }
        }
    }

    /// Waits for a length of its time by the monotonic clock of the computer, even if
    /// it is a manual one.
    pub async fn sleep(&self, how_long: Duration) {
        sleep(how_long / self.speed()).await;
    }

    /// Measures its time from now on, monotonically.
    pub fn stopwatch(&self) -> Stopwatch {
        Stopwatch {
            start: Instant::now(),
            speed: self.speed(),
        }
    }

    fn speed(&self) -> u32 {
        match &*self.0 {
            Source::Shifted { speed, .. } => *speed,
            Source::System | Source::Manual(_) => 1,
        }
    }

    /// Gives `work` this much time; `None` when it was not enough.
    pub async fn within<T>(&self, how_long: Span, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.sleep_until(self.now().plus(how_long)) => None,
        }
    }
}

/// Waits for a length of real time.
pub async fn sleep(how_long: Duration) {
    // The runtime's timers would still wait for their next millisecond.
    if how_long.is_zero() {
        return;
    }
    #[cfg(target_os = "linux")]
    if how_long >= LONG
        && let Ok(alarm) = alarm(how_long)
    {
        // It is readable once its time has come.
        let _ = alarm.readable().await;
        return;
    }
    tokio::time::sleep(how_long).await;
}

/// Where the system has an alarm, waits of this length are left to it: the runtime's
/// timers wake the program two or three times on the way to such a moment.
#[cfg(target_os = "linux")]
const LONG: Duration = Duration::from_secs(1);

/// A handle that can be read after so long.
#[cfg(target_os = "linux")]
fn alarm(after: Duration) -> io::Result<AsyncFd<OwnedFd>> {
    let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
    let alarm = timerfd_create(TimerfdClockId::Monotonic, flags)?;
    let once = Itimerspec {
        it_interval: Timespec::default(),
        it_value: Timespec {
            tv_sec: i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: after.subsec_nanos().into(),
        },
    };
    timerfd_settime(&alarm, TimerfdTimerFlags::empty(), &once)?;
    readable(alarm)
}

/// Gives `work` this much real time; `None` when it was not enough.
pub async fn within<T>(how_long: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(how_long, work).await.ok()
}

/// Measures real time, or that of a clock; for durations in logs and for rate limits.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    start: Instant,
    speed: u32,
}

impl Stopwatch {
    /// Starts at zero.
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
            speed: 1,
        }
    }

    /// Milliseconds since the start.
    pub fn millis(&self) -> u64 {
        let passed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        passed.saturating_mul(u64::from(self.speed))
    }
}

/// Where the zones are, on almost every system.
const ZONES: &str = "/usr/share/zoneinfo";

/// The time zone of this computer.
pub fn zone() -> TimeZone {
    zone_by_name().unwrap_or_else(TimeZone::system)
}

/// The zone that `TZ` or the system names, read from its file. The library would list
/// the names of all zones first, which takes longer than a frame.
fn zone_by_name() -> Option<TimeZone> {
    let name = match std::env::var("TZ") {
        Ok(name) => name,
        Err(std::env::VarError::NotPresent) => {
            let link = std::fs::read_link("/etc/localtime").ok()?;
            link.strip_prefix(ZONES).ok()?.to_str()?.to_owned()
        }
        Err(std::env::VarError::NotUnicode(_)) => return None,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
    if name.is_empty() || name.starts_with('/') || !name.chars().all(plain) {
        return None;
    }
    let zone = std::fs::read(Path::new(ZONES).join(&name)).ok()?;
    TimeZone::tzif(&name, &zone).ok()
}

/// A moment as scripts read it: ISO 8601 in UTC, to the millisecond.
pub fn iso(at: Timestamp) -> String {
    format!(
        "{:.3}",
        jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default()
    )
}

/// A seed that differs from run to run.
pub fn random_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    // The standard library keys its hash maps with randomness from the system.
    std::collections::hash_map::RandomState::new()
        .build_hasher()
        .finish()
}

fn system_millis() -> i64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_clock_knows_how_long_a_moment_takes_to_come() {
        let now = Timestamp::from_millis(1_000_000);
        let hour = now.plus(Span::hours(1));
        let fast = Clock::running(now, 60).until(hour);
        let minute = Duration::from_secs(60);
        assert!(fast.is_some_and(|left| left <= minute), "{fast:?}");
        assert!(fast > Some(Duration::ZERO), "{fast:?}");
        assert_eq!(Clock::starting_at(hour).until(now), Some(Duration::ZERO));
        assert_eq!(Clock::manual(now).until(hour), None);
    }

    #[test]
    fn no_time_at_all_is_not_waited_for() {
        assert_eq!(sleep(Duration::ZERO).now_or_never(), Some(()));
        let clock = Clock::system();
        let past = clock.now().plus(Span::seconds(-1));
        assert_eq!(clock.sleep_until(past).now_or_never(), Some(()));
    }
}
