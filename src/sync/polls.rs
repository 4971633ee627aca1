//! When to ask Meta for news: the list every few seconds, the open thread
//! faster, everything slower when nobody works, while webhooks flow, and after
//! failures.

use super::outbox::back_off;
use crate::domain::{PerPlatform, Platform, Random, Span, Timestamp};

/// Pauses between polls (our choice). With a Messenger Page and an Instagram
/// account at work this is one call a second, half of Meta's limit for
/// conversation calls.
const LIST_ACTIVE: Span = Span::seconds(4);
const LIST_IDLE: Span = Span::seconds(30);
const THREAD_ACTIVE: Span = Span::seconds(2);
const THREAD_IDLE: Span = Span::seconds(20);
/// While webhooks flow, polling only looks for what they missed.
const LIST_HEARD: Span = Span::seconds(60);
const THREAD_HEARD: Span = Span::seconds(30);
/// Between two pages of the older list: what is new comes first.
const BACKFILL: Span = Span::millis(500);
/// Rows of a page of the list: of its top, and of what lies further back.
const ROWS: u32 = 25;
const BACKFILL_ROWS: u32 = 100;

/// One of the things that are polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Poll {
    /// The top of a list: what is new.
    List(Platform),
    /// The next older page of a list.
    Backfill(Platform),
    /// The open thread.
    Thread,
}

#[derive(Debug)]
pub(super) struct Schedule {
    active: bool,
    /// Webhooks of Messenger, and of Instagram, flow.
    heard: PerPlatform<bool>,
    /// No poll before this moment: after failures and throttling.
    not_before: Timestamp,
    /// When that pause began.
    paused_at: Timestamp,
    failures: usize,
    lists: PerPlatform<List>,
    thread: Option<Due>,
    random: Random,
}

#[derive(Clone, Copy, Debug)]
struct Due {
    at: Timestamp,
    running: bool,
}

/// The walk through the pages of one platform's list.
#[derive(Debug)]
struct List {
    due: Option<Due>,
    backfill: Option<Due>,
    /// At most so many rows: fewer after Meta has asked for less.
    rows: u32,
}

impl Schedule {
    pub(super) fn new(now: Timestamp, seed: u64) -> Self {
        let list = |due| List {
            due,
            backfill: None,
            rows: BACKFILL_ROWS,
        };
        Self {
            active: true,
            heard: PerPlatform::default(),
            not_before: now,
            paused_at: now,
            failures: 0,
            // Instagram is polled once we know that an account is linked.
            lists: PerPlatform {
                messenger: list(Some(Due {
                    at: now,
                    running: false,
                })),
                instagram: list(None),
            },
            thread: None,
            random: Random::seeded(seed),
        }
    }

    /// When the next poll is due, if none is running that must end first.
    ///
    /// No pause is longer than it was meant to be, also when the clock was set
    /// back meanwhile.
    pub(super) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        if self.is_trying() {
            return None;
        }
        let at = self.waiting().min()?;
        Some(at.min(now.plus(LIST_HEARD)).max(self.paused_until(now)))
    }

    fn all(&self) -> impl Iterator<Item = Due> {
        let lists = self.lists.both().into_iter();
        let lists = lists.flat_map(|list| [list.due, list.backfill]);
        lists.flatten().chain(self.thread)
    }

    /// After a failure a poll is under way that shows whether the next ones can work.
    fn is_trying(&self) -> bool {
        self.failures > 0 && self.all().any(|due| due.running)
    }

    /// When those are due that are not running.
    fn waiting(&self) -> impl Iterator<Item = Timestamp> {
        self.all().filter(|due| !due.running).map(|due| due.at)
    }

    /// A clock that stands before the pause began was set back: the pause is
    /// over.
    pub(super) fn paused_until(&self, now: Timestamp) -> Timestamp {
        if now < self.paused_at {
            now
        } else {
            self.not_before
        }
    }

    /// Takes out the polls that are due; they count as running. After a failure one of
    /// them goes first, the one that has waited longest: where it fails, too, the others
    /// would only have cost calls.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Vec<Poll> {
        if now < self.paused_until(now) || self.is_trying() {
            return Vec::new();
        }
        let latest = now.plus(LIST_HEARD);
        let alone = (self.failures > 0).then(|| self.waiting().min()).flatten();
        let mut polls = Vec::new();
        let mut take = |due: &mut Option<Due>, poll| {
            let is_turn = |due: &Due| match alone {
                Some(first) => due.at == first && polls.is_empty(),
                None => true,
            };
            if let Some(due) = due
                .as_mut()
                .filter(|due| !due.running && (due.at <= now || due.at > latest))
                .filter(|due| is_turn(due))
            {
                due.running = true;
                polls.push(poll);
            }
        };
        take(&mut self.thread, Poll::Thread);
        take(
            &mut self.lists.messenger.due,
            Poll::List(Platform::Messenger),
        );
        take(
            &mut self.lists.instagram.due,
            Poll::List(Platform::Instagram),
        );
        for platform in [Platform::Messenger, Platform::Instagram] {
            let backfill = &mut self.lists[platform].backfill;
            take(backfill, Poll::Backfill(platform));
        }
        polls
    }

    /// A poll is over; the next one comes after the usual pause.
    pub(super) fn finished(&mut self, poll: Poll, now: Timestamp) {
        let heard = match poll {
            Poll::List(platform) | Poll::Backfill(platform) => self.heard[platform],
            // Where a platform is silent, its threads may be, too.
            Poll::Thread => self.heard[Platform::Messenger],
        };
        let (list, thread) = match (heard, self.active) {
            (true, _) => (LIST_HEARD, THREAD_HEARD),
            (false, true) => (LIST_ACTIVE, THREAD_ACTIVE),
            (false, false) => (LIST_IDLE, THREAD_IDLE),
        };
        match poll {
            Poll::List(platform) => {
                self.lists[platform].due = Some(Due {
                    at: now.plus(list),
                    running: false,
                });
            }
            Poll::Backfill(platform) => {
                self.lists[platform].backfill = Some(Due {
                    at: now.plus(BACKFILL),
                    running: false,
                });
            }
            Poll::Thread => {
                if let Some(due) = &mut self.thread {
                    *due = Due {
                        at: now.plus(thread),
                        running: false,
                    };
                }
            }
        }
    }

    /// Meta refuses this one; the others go on.
    pub(super) fn rest(&mut self, poll: Poll, now: Timestamp) {
        let (Poll::List(platform) | Poll::Backfill(platform)) = poll else {
            return;
        };
        let list = &mut self.lists[platform];
        let due = match poll {
            Poll::List(_) => &mut list.due,
            _ => &mut list.backfill,
        };
        *due = Some(Due {
            at: now.plus(LIST_IDLE),
            running: false,
        });
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Pauses everything: longer after each failure in a row.
    pub(super) fn failed(&mut self, now: Timestamp) {
        let pause = back_off(self.failures, self.random.below(41));
        self.failures += 1;
        self.pause(now, pause);
    }

    fn pause(&mut self, now: Timestamp, how_long: Span) {
        let until = now.plus(how_long);
        if until > self.paused_until(now) {
            (self.not_before, self.paused_at) = (until, now);
        }
    }

    /// Pauses everything for so long: throttled, or without a token.
    pub(super) fn pause_for(&mut self, now: Timestamp, how_long: Span) {
        self.pause(now, how_long);
    }

    /// Webhooks flow, or have stopped: then everything is polled at once.
    pub(super) fn set_heard(&mut self, platform: Platform, heard: bool, now: Timestamp) {
        self.heard[platform] = heard;
        if !heard {
            self.hurry(now);
        }
    }

    pub(super) fn set_active(&mut self, active: bool, now: Timestamp) {
        if active && !self.active {
            self.hurry(now);
        }
        self.active = active;
    }

    /// Polls everything now.
    pub(super) fn hurry(&mut self, now: Timestamp) {
        let lists = self.lists.both_mut().into_iter();
        let lists = lists.filter_map(|list| list.due.as_mut());
        for due in lists.chain(&mut self.thread) {
            due.at = due.at.min(now);
        }
    }

    /// A person does not want to wait for the next try.
    pub(super) fn forgive(&mut self, now: Timestamp) {
        (self.not_before, self.failures) = (now, 0);
    }

    /// A thread was opened, or none is.
    pub(super) fn open(&mut self, open: bool, now: Timestamp) {
        self.thread = open.then_some(Due {
            at: now,
            running: false,
        });
    }

    /// An Instagram account is linked.
    pub(super) fn add_instagram(&mut self, now: Timestamp) {
        self.lists.instagram.due.get_or_insert(Due {
            at: now,
            running: false,
        });
    }

    /// There are older pages to be fetched, or none any more.
    pub(super) fn backfill(&mut self, platform: Platform, wanted: bool, now: Timestamp) {
        let list = &mut self.lists[platform];
        match (wanted, list.backfill) {
            (true, None) => {
                list.backfill = Some(Due {
                    at: now,
                    running: false,
                });
            }
            (false, Some(_)) => list.backfill = None,
            _ => {}
        }
    }

    /// Rows of the next page of a kind.
    pub(super) fn rows(&mut self, poll: Poll) -> u32 {
        match poll {
            Poll::List(platform) => self.lists[platform].rows.min(ROWS),
            Poll::Backfill(platform) => self.lists[platform].rows,
            Poll::Thread => 1,
        }
    }

    /// "Reduce the amount of data": half of `rows` from now on. `false` when it
    /// cannot be less.
    pub(super) fn narrow(&mut self, platform: Platform, rows: u32) -> bool {
        self.lists[platform].rows = (rows / 2).max(1);
        rows > 1
    }

    /// A page went well: more next time, up to the usual.
    pub(super) fn widen(&mut self, platform: Platform) {
        let list = &mut self.lists[platform];
        list.rows = (list.rows * 2).min(BACKFILL_ROWS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn polls_are_faster_at_work_and_never_run_twice_at_once() {
        let mut schedule = Schedule::new(at(0), 1);
        assert_eq!(schedule.take_due(at(0)), [Poll::List(Platform::Messenger)]);
        assert_eq!(schedule.take_due(at(100)), [], "it is still running");
        schedule.finished(Poll::List(Platform::Messenger), at(1));
        assert_eq!(schedule.next(at(1)), Some(at(5)));
        schedule.open(true, at(1));
        assert_eq!(schedule.take_due(at(1)), [Poll::Thread]);
        schedule.finished(Poll::Thread, at(1));
        assert_eq!(schedule.next(at(1)), Some(at(3)));
        schedule.set_active(false, at(3));
        schedule.take_due(at(3));
        schedule.finished(Poll::Thread, at(3));
        assert_eq!(schedule.take_due(at(5)), [Poll::List(Platform::Messenger)]);
        schedule.finished(Poll::List(Platform::Messenger), at(5));
        assert_eq!(schedule.next(at(5)), Some(at(23)));
        schedule.set_active(true, at(10));
        assert_eq!(schedule.next(at(10)), Some(at(10)), "somebody is back");
    }

    #[test]
    fn failures_in_a_row_pause_longer_and_longer_but_not_all_at_the_same_moment() {
        let mut schedule = Schedule::new(at(0), 1);
        let mut now = at(0);
        for seconds in [1, 2, 4, 8, 15, 30, 30, 30] {
            schedule.take_due(now);
            schedule.finished(Poll::List(Platform::Messenger), now);
            schedule.failed(now);
            schedule.hurry(now);
            let next = schedule.next(now).unwrap_or(now);
            let pause = next.since(now).as_millis();
            assert!(
                (seconds * 800..=seconds * 1200).contains(&pause),
                "{pause} ms instead of {seconds} s"
            );
            now = next;
        }
    }

    #[test]
    fn after_a_failure_one_poll_at_a_time_tries_and_all_go_on_when_it_works() {
        let mut schedule = Schedule::new(at(0), 1);
        schedule.open(true, at(0));
        let list = Poll::List(Platform::Messenger);
        assert_eq!(schedule.take_due(at(0)), [Poll::Thread, list]);
        for poll in [list, Poll::Thread] {
            schedule.finished(poll, at(1));
            schedule.failed(at(1));
        }
        let mut tried = Vec::new();
        for minute in 1..5 {
            let now = at(minute * 60);
            let [poll] = schedule.take_due(now)[..] else {
                panic!("not one");
            };
            assert_eq!(schedule.take_due(now), [], "it is under way");
            assert_eq!(schedule.next(now), None);
            schedule.finished(poll, now);
            schedule.failed(now);
            tried.push(poll);
        }
        assert!(
            tried.contains(&list) && tried.contains(&Poll::Thread),
            "they take turns"
        );
        let now = at(600);
        for poll in schedule.take_due(now) {
            schedule.finished(poll, now);
        }
        schedule.succeeded();
        assert_eq!(
            schedule.take_due(now).len(),
            1,
            "the other one goes on at once"
        );
    }

    #[test]
    fn an_idle_hour_costs_what_the_readme_says() {
        // A Page with Instagram: first with nothing open, then with a thread.
        for (open, calls) in [(false, 240), (true, 420)] {
            let mut schedule = Schedule::new(at(0), 1);
            schedule.add_instagram(at(0));
            schedule.set_active(false, at(0));
            schedule.open(open, at(0));
            let mut made = 0;
            let mut now = at(0);
            while now < at(3_600) {
                for poll in schedule.take_due(now) {
                    made += 1;
                    schedule.finished(poll, now);
                }
                now = schedule
                    .next(now)
                    .unwrap_or(at(3_600))
                    .max(now.plus(Span::millis(1)));
            }
            assert_eq!(made, calls, "open: {open}");
        }
    }

    #[test]
    fn a_clock_set_back_stops_nothing() {
        let mut schedule = Schedule::new(at(100_000), 1);
        schedule.take_due(at(100_000));
        schedule.finished(Poll::List(Platform::Messenger), at(100_000));
        let back = 96_400;
        assert_eq!(schedule.next(at(back)), Some(at(back + 60)));
        schedule.failed(at(back));
        assert_eq!(schedule.next(at(back)), Some(at(back + 60)));
        assert_eq!(
            schedule.take_due(at(back - 3_000)),
            [Poll::List(Platform::Messenger)]
        );
    }

    #[test]
    fn a_list_that_was_too_wide_grows_back() {
        let mut schedule = Schedule::new(at(0), 1);
        let poll = Poll::List(Platform::Messenger);
        assert_eq!(schedule.rows(poll), 25);
        assert!(schedule.narrow(Platform::Messenger, 25));
        assert_eq!(schedule.rows(poll), 12);
        assert!(!schedule.narrow(Platform::Messenger, 1));
        for _ in 0..7 {
            schedule.widen(Platform::Messenger);
        }
        assert_eq!(schedule.rows(poll), 25);
        assert_eq!(schedule.rows(Poll::Backfill(Platform::Messenger)), 100);
    }
}
