//! The engine: takes commands, polls, does what the outbox wants, and tells what
//! the cache holds now.
//!
//! | file | |
//! |---|---|
//! | `mod` | the task, and its end |
//! | `state` | what the engine knows |
//! | `commands` | what an agent wants |
//! | `polling` | what is asked of Meta by itself, and what time brings |
//! | `lists` | walks through the pages of a list: news, and backfill |
//! | `inbound` | what webhooks tell |
//! | `outgoing` | carries out what the outbox wants done |
//! | `completions` | what becomes of an answer |
//! | `uploads` | files on their way to Meta |
//! | `persona` | whom the customer sees writing |
//! | `page_profile` | what the Page shows before anybody writes |
//! | `files` | attachments that a person wants to keep |
//! | `pictures`, `picture_work` | pictures for the screen, and how one is got |
//! | `idle` | threads that go back because nobody needs them here |
//! | `record` | what was done, for the record |
//! | `link` | how the link to Meta stands |

mod commands;
mod completions;
mod files;
mod idle;
mod inbound;
mod link;
mod lists;
mod outgoing;
mod page_profile;
mod persona;
mod picture_work;
mod pictures;
mod polling;
mod record;
mod state;
mod uploads;

use std::time::Duration;

use futures_util::stream::StreamExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use state::{Engine, Lease, Options};

use super::outbox::TRY_DISK;
use crate::{
    clock::{self},
    domain::{Change, Timestamp},
    store::{self},
    sync::delivery::Delivery,
};

/// At the end, what is on its way gets this long to arrive.
const LAST_WAIT: Duration = Duration::from_millis(1_500);

/// What comes next through the door; nothing ever without one.
/// The next call of Meta's, but not before `wait` is over.
async fn next_delivery(
    door: &mut Option<mpsc::Receiver<Delivery>>,
    wait: Duration,
) -> Option<Delivery> {
    let Some(deliveries) = door else {
        return std::future::pending().await;
    };
    clock::sleep(wait).await;
    deliveries.recv().await
}

impl Engine {
    /// Works until `stop`, or until everything is fetched where it is to run
    /// once. The store's troubles are told and lived with: what is on the screen
    /// stays there. An error says that the store is gone.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), store::Error> {
        let restored = self.restore().await;
        self.cope(restored)?;
        self.start_up();
        loop {
            let due = self.due();
            let clock = self.clock.clone();
            let sleep = async {
                match due {
                    Some(at) => clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let wait = self.inbound.wait();
            let worked = tokio::select! {
                () = stop.cancelled() => break,
                command = self.commands.recv() => match command {
                    Some(command) => self.command(command).await,
                    None => break,
                },
                Some(delivery) = next_delivery(&mut self.deliveries, wait) => self.delivered(delivery).await,
                Some(completion) = self.under_way.next(), if !self.under_way.is_empty() => self.complete(completion).await,
                () = sleep => self.poll().await,
            };
            self.cope(worked)?;
            if self.options.once && self.remaining.is_empty() {
                break;
            }
        }
        let ended = self.wind_down().await;
        crate::failpoint::reach("quit.flush");
        ended
    }

    /// When something is due by itself.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let now = self.clock.now();
        let owes = !self.unwritten.is_empty() || !self.late_events.is_empty();
        let disk = owes.then(|| now.plus(TRY_DISK));
        let record = self.record.again_at;
        let strangers = self.inbound.again.iter().map(|again| again.at).min();
        let outbox = self.outbox.due(now).filter(|_| self.sends());
        let turn = Some(self.turn_at.min(now.plus(polling::TURN)));
        [
            self.schedule.next(now),
            outbox,
            disk,
            record,
            strangers,
            turn,
            self.retain_at,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Tells the store's troubles, once; only its end is ours, too.
    pub(super) fn cope(&mut self, worked: Result<(), store::Error>) -> Result<(), store::Error> {
        match worked {
            Ok(()) => Ok(()),
            Err(store::Error::Closed) => Err(store::Error::Closed),
            Err(error) => {
                if self.options.once {
                    // Nothing can be kept of what would be read.
                    self.remaining.clear();
                }
                let words = error.to_string();
                if self.cannot_save.as_ref() != Some(&words) {
                    self.cannot_save = Some(words.clone());
                    self.tell(Change::Storage(Some(words)));
                }
                Ok(())
            }
        }
    }

    /// What was asked for before the end is still written down, and what is on
    /// its way may arrive.
    pub(super) async fn wind_down(mut self) -> Result<(), store::Error> {
        while let Ok(command) = self.commands.try_recv() {
            let worked = self.command(command).await;
            self.cope(worked)?;
        }
        let written = self.write_again().await;
        self.cope(written)?;
        let late = std::mem::take(&mut self.late_events);
        self.ingest_or_keep(late).await?;
        let work = async {
            while self.outbox.is_busy() {
                let Some(completion) = self.under_way.next().await else {
                    break;
                };
                let worked = self.complete(completion).await;
                self.cope(worked)?;
            }
            Ok(())
        };
        clock::within(LAST_WAIT, work).await.unwrap_or(Ok(()))
    }
}
