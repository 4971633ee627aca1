//! The world's clock: it can be set, wound, and run faster or not at all.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use crate::clock::{Clock, Timestamp};

pub(super) struct WorldClock {
    real: Clock,
    /// Nothing happens between two whole seconds: whoever fixed the start
    /// wants the same run again.
    whole_seconds: bool,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// The world's time …
    base: i64,
    /// … at this moment of the real clock.
    since: i64,
    /// Seconds of the world in a real one.
    speed: f64,
}

impl WorldClock {
    pub(super) fn new(real: Clock, whole_seconds: bool, speed: f64) -> Self {
        let now = real.now().as_millis();
        Self {
            real,
            whole_seconds,
            state: Mutex::new(State {
                base: now,
                since: now,
                speed,
            }),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut State, i64) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let real = self.real.now().as_millis();
        let passed = (real - state.since) as f64 * state.speed;
        let now = state.base.saturating_add(passed as i64);
        work(&mut state, now)
    }

    /// The world's present moment in milliseconds.
    pub(super) fn now(&self) -> i64 {
        let now = self.with(|_, now| now);
        if self.whole_seconds {
            now.div_euclid(1000) * 1000
        } else {
            now
        }
    }

    pub(super) fn speed(&self) -> f64 {
        self.with(|state, _| state.speed)
    }

    /// Sets the time. It never goes back: what has happened has happened.
    pub(super) fn set(&self, to: i64) {
        let real = self.real.now().as_millis();
        self.with(|state, now| (state.base, state.since) = (to.max(now), real));
    }

    /// Runs at another speed from now on; 0 stands still.
    pub(super) fn run_at(&self, speed: f64) {
        let real = self.real.now().as_millis();
        self.with(|state, now| {
            *state = State {
                base: now,
                since: real,
                speed,
            }
        });
    }

    /// Waits until the world has come to `when`; for ever when it stands still.
    pub(super) async fn sleep_until(&self, when: i64) {
        let when = if self.whole_seconds {
            when.saturating_add(999).div_euclid(1000) * 1000
        } else {
            when
        };
        let (now, speed) = self.with(|state, now| (now, state.speed));
        if speed <= 0.0 && when > now {
            return std::future::pending().await;
        }
        let real = ((when - now).max(0) as f64 / speed.max(f64::MIN_POSITIVE)).ceil();
        // A far moment is looked at again: the clock may be wound meanwhile.
        let real = (real as i64).min(60_000);
        let until = self.real.now().as_millis() + real;
        self.real.sleep_until(Timestamp::from_millis(until)).await;
    }

    /// Whether the caller has fixed the start, so that runs can be compared.
    pub(super) fn is_fixed(&self) -> bool {
        self.whole_seconds
    }
}

impl fmt::Debug for WorldClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WorldClock")
    }
}
