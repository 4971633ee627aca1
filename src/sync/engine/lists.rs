//! Walks through the pages of a conversation list.
//!
//! *News* begins at the top and ends where everything is known already.
//! *Backfill* goes on from a cursor towards the end, a page at a time between
//! the polls; the cursor is written down with each page, so it resumes where it
//! stopped. A walk for news that would take too many pages hands the rest over
//! to the backfill.

use crate::{
    domain::{Backfill, Change, Event, Platform, Remedy, Severity, Timestamp},
    graph::{self, Decoded, ListPart},
    store,
    sync::{
        engine::state::{Completion, Engine, Walk, WalkKind},
        polls::Poll,
    },
};

/// News on more pages than this is left to the backfill.
const NEWS_PAGES: u32 = 4;

impl Engine {
    /// Begins a walk for news.
    pub(super) fn news(&mut self, platform: Platform) {
        let known = self.reader.listed(platform).unwrap_or(None);
        self.walk(platform, WalkKind::News(known), None);
    }

    /// Fetches the next older page.
    pub(super) fn backfill(&mut self, platform: Platform) {
        match self.reader.backfill(platform).unwrap_or_default() {
            Backfill::From { cursor, until } => {
                // Nothing is fetched that would be removed again.
                let kept = self
                    .options
                    .keep
                    .map(|keep| self.server_now().plus(keep.negated()));
                self.walk(platform, WalkKind::Backfill(until.max(kept)), cursor);
            }
            Backfill::NotBegun | Backfill::Done => {
                let poll = Poll::Backfill(platform);
                self.schedule.finished(poll, self.clock.now());
                self.schedule.backfill(platform, false, self.clock.now());
            }
        }
    }

    fn walk(&mut self, platform: Platform, kind: WalkKind, after: Option<String>) {
        let mut walk = Walk {
            part: ListPart {
                platform,
                rows: 0,
                after,
                bare: false,
            },
            kind,
            newest: None,
            unreadable: 0,
            lost: false,
            pages: 0,
            began: self.reader.backfill(platform).unwrap_or_default(),
        };
        walk.part.rows = self.schedule.rows(walk.poll());
        self.next_page(walk);
    }

    fn next_page(&mut self, walk: Walk) {
        let (graph, instagram) = (self.graph.clone(), self.instagram.clone());
        self.go(async move {
            let result = graph.conversations(&walk.part, instagram.as_deref()).await;
            Completion::List(walk, result)
        });
    }

    pub(super) async fn listed(
        &mut self,
        walk: Walk,
        result: Result<Decoded, graph::Error>,
    ) -> Result<(), store::Error> {
        match result {
            Ok(page) => {
                let ended = self.page_read(walk.clone(), page).await;
                if ended.is_err() {
                    // The disk did not take it: the same page again, later.
                    self.schedule.rest(walk.poll(), self.clock.now());
                }
                ended
            }
            Err(error) => self.page_failed(walk, &error).await,
        }
    }

    /// "Reduce the amount of data", or one conversation that Meta fails on: the
    /// same place again with half as many rows, and in the end with ids only,
    /// which gets past it.
    async fn page_failed(
        &mut self,
        mut walk: Walk,
        error: &graph::Error,
    ) -> Result<(), store::Error> {
        let platform = walk.part.platform;
        if error.too_wide() && !walk.part.bare {
            if self.schedule.narrow(platform, walk.part.rows) {
                walk.part.rows = self.schedule.rows(walk.poll());
            } else {
                walk.part.bare = true;
            }
            self.next_page(walk);
            return Ok(());
        }
        self.end_walk(&walk);
        let refused_cursor = walk.part.after.is_some()
            && matches!(error.verdict(), graph::Verdict::Refused)
            && !error.is_token();
        if refused_cursor && let WalkKind::Backfill(until) = walk.kind {
            // Cursors do not live for ever: from the top again.
            let left = Backfill::From {
                cursor: None,
                until,
            };
            return self.ingest(vec![Event::Backfill { platform, left }]).await;
        }
        if error.verdict() == graph::Verdict::Refused && !error.is_token() {
            // What Meta keeps back of one list says nothing of the other.
            self.remaining.remove(&platform);
            self.schedule.rest(walk.poll(), self.clock.now());
            if self.refused_lists.insert(platform) {
                self.tell(Change::Notice(
                    Severity::Problem,
                    format!("The {} list cannot be read: {error}", platform.word()),
                ));
            }
            return Ok(());
        }
        if self.options.once {
            self.remaining.clear();
        }
        self.note_failure(error);
        Ok(())
    }

    fn end_walk(&mut self, walk: &Walk) {
        self.schedule.finished(walk.poll(), self.clock.now());
    }

    /// What is left for a backfill after this page; `None` changes nothing.
    fn rest_of(&self, walk: &Walk, go_on: Option<&str>) -> Result<Option<Backfill>, store::Error> {
        let from = |cursor: &str, until| Backfill::From {
            cursor: Some(cursor.to_owned()),
            until,
        };
        let stands = || self.reader.backfill(walk.part.platform);
        Ok(match walk.kind {
            WalkKind::News(known) => {
                // The first page of all, or too many pages: the rest is old.
                let hand_over = known.is_none() || walk.pages >= NEWS_PAGES;
                match go_on {
                    Some(cursor) if hand_over => {
                        let done = stands()? == Backfill::Done;
                        Some(from(cursor, known.filter(|_| done)))
                    }
                    // Where it goes on is not known: the same again, some time.
                    _ if walk.lost => {
                        let done = stands()? == Backfill::Done;
                        Some(Backfill::From {
                            cursor: None,
                            until: known.filter(|_| done),
                        })
                    }
                    _ => known.is_none().then_some(Backfill::Done),
                }
            }
            // News on many pages has handed over another rest meanwhile.
            WalkKind::Backfill(_) if stands()? != walk.began => None,
            WalkKind::Backfill(until) if walk.lost => Some(Backfill::From {
                cursor: None,
                until,
            }),
            WalkKind::Backfill(until) => {
                Some(go_on.map_or(Backfill::Done, |cursor| from(cursor, until)))
            }
        })
    }

    async fn page_read(&mut self, mut walk: Walk, page: Decoded) -> Result<(), store::Error> {
        self.note_success();
        let platform = walk.part.platform;
        if !walk.part.bare {
            self.schedule.widen(platform);
        }
        // The figure of a walk is that of all its pages.
        walk.unreadable += page.unreadable;
        walk.pages += 1;
        if page.unreadable > 0 {
            self.gaps.insert(platform);
        }
        let (newest, oldest) = (updates(&page.events).max(), updates(&page.events).min());
        walk.newest = walk.newest.max(newest);
        let (conversations, messages) = count(&page.events);
        let mut events = page.events;
        let known = match walk.kind {
            WalkKind::News(known) | WalkKind::Backfill(known) => known,
        };
        let reached = known.is_some_and(|known| oldest.is_none_or(|oldest| oldest <= known));
        // What is known already is not looked for.
        let goes_on = page.goes_on && (!reached || walk.part.bare);
        let next = self.next_place(&mut walk, page.after, goes_on);
        let go_on = next.filter(|_| !reached || walk.part.bare);
        let rest = self.rest_of(&walk, go_on.as_deref())?;
        if let (WalkKind::News(_), Some(through)) = (walk.kind, walk.newest)
            && (rest.is_some() || go_on.is_none())
        {
            // Only a walk that came to its end, or whose end is written down,
            // says that nothing was missed.
            events.push(Event::Listed { platform, through });
        }
        let mut whole = false;
        if let Some(left) = rest.clone() {
            let broken = self.gaps.contains(&platform) || self.broken_lists.contains(&platform);
            whole = left == Backfill::Done && !broken;
            events.push(Event::Backfill { platform, left });
        }
        events.extend(self.read_now(&walk));
        self.check_missed_webhooks(platform, &events)?;
        self.found_in(&events).await?;
        let rows: Vec<Event> = events
            .iter()
            .filter(|event| matches!(event, Event::Conversation(_)))
            .cloned()
            .collect();
        self.ingest(events).await?;
        self.unpark(&rows).await?;
        self.turn().await?;
        self.tell(Change::ListRead {
            platform,
            conversations,
            messages,
            back_to: oldest,
            backfill: matches!(walk.kind, WalkKind::Backfill(_)),
            whole,
        });
        if let (WalkKind::News(_), Some(cursor), None) = (walk.kind, go_on, &rest) {
            walk.part.after = Some(cursor);
            walk.part.bare = false;
            walk.part.rows = self.schedule.rows(walk.poll());
            self.next_page(walk);
            return Ok(());
        }
        self.note_unreadable(walk.unreadable);
        if walk.lost {
            self.remaining.remove(&platform);
            self.schedule.rest(walk.poll(), self.clock.now());
            self.schedule.backfill(platform, false, self.clock.now());
            return Ok(());
        }
        self.end_walk(&walk);
        self.schedule_backfill(platform)?;
        Ok(())
    }

    /// The list was read just now, which is written down once a minute.
    fn read_now(&mut self, walk: &Walk) -> Option<Event> {
        let now = self.clock.now();
        let read_at = self.account.read_at;
        let stale = read_at.is_none_or(|at| now.since(at).as_secs() >= 60);
        if !stale || !matches!(walk.kind, WalkKind::News(_)) {
            return None;
        }
        self.account.read_at = Some(now);
        Some(Event::ReadAt(now))
    }

    /// Where a list goes on, if it is a place that was not read yet: some lists
    /// say that there is more and not where, or come to the same place again.
    fn next_place(
        &mut self,
        walk: &mut Walk,
        after: Option<String>,
        goes_on: bool,
    ) -> Option<String> {
        let platform = walk.part.platform;
        let again = |cursor: &String| {
            let backfill = matches!(walk.kind, WalkKind::Backfill(_));
            let same = walk.part.after.as_ref() == Some(cursor);
            same || (backfill && self.read_places[platform].contains(cursor))
        };
        let place = after.filter(|cursor| !again(cursor));
        walk.lost = goes_on && place.is_none();
        if let (Some(read), WalkKind::Backfill(_)) = (&walk.part.after, walk.kind) {
            self.read_places[platform].insert(read.clone());
        }
        if walk.lost && self.broken_lists.insert(platform) {
            let words = format!(
                "Meta's list of {} conversations breaks off, so older ones are missing. {} asks again.",
                platform.word(),
                Remedy::Refresh
            );
            self.tell(Change::Notice(Severity::Problem, words));
        }
        place
    }

    /// Whether older pages are still to be fetched.
    pub(super) fn schedule_backfill(&mut self, platform: Platform) -> Result<(), store::Error> {
        let left = self.reader.backfill(platform)?;
        // One that breaks off is asked for again when a person says so.
        let broken = self.broken_lists.contains(&platform);
        let wanted = matches!(left, Backfill::From { .. }) && !broken;
        self.schedule.backfill(platform, wanted, self.clock.now());
        if !wanted {
            self.remaining.remove(&platform);
        }
        Ok(())
    }
}

/// When the conversations among some facts last changed, where Meta said it.
fn updates(events: &[Event]) -> impl Iterator<Item = Timestamp> {
    let moments = events.iter().filter_map(|event| match event {
        Event::Conversation(seen) => Some(seen.updated_at),
        _ => None,
    });
    moments.filter(|at| *at != Timestamp::default())
}

/// Conversations and messages among some facts.
fn count(events: &[Event]) -> (u32, u32) {
    let mut counts = (0, 0);
    for event in events {
        match event {
            Event::Conversation(_) => counts.0 += 1,
            Event::Messages { messages, .. } => {
                counts.1 += u32::try_from(messages.len()).unwrap_or(0);
            }
            _ => {}
        }
    }
    counts
}
