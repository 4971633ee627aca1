//! The one hand that writes, on its own thread behind a bounded queue.

use std::{fs::File, path::PathBuf, thread};

use rusqlite::{Connection, params};
use tokio::sync::{mpsc, oneshot};

use super::{
    Error, codec,
    ingest::Ingest,
    pictures::PictureFolder,
    ranking::{Turned, place, turn},
};
use crate::domain::{Change, ConversationId, Event, Mid, Psid, Timestamp, display_name};

/// At most so many rows are placed anew at once: a reply waits for a commit.
const TURN: u32 = 4_000;

type WriteJob = Box<dyn FnOnce(&mut Files) + Send>;

/// The right to write. Not `Clone`: only the engine has it.
#[derive(Debug)]
pub struct Writer {
    jobs: Option<mpsc::Sender<WriteJob>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// The two files, as the writer's thread has them.
pub(super) struct Files {
    pub(super) cache: Connection,
    pub(super) outbox: Connection,
    /// The record of what was done.
    pub(super) audit: PathBuf,
    /// Pictures that were fetched.
    pub(super) pictures: PictureFolder,
}

impl Files {
    /// Writes to the cache what a power cut may take, because it is done again then.
    /// Waiting for the disk would wake up the computer.
    pub(super) fn write_for_now<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.cache.pragma_update(None, "synchronous", "NORMAL")?;
        let done = work(&mut self.cache);
        self.cache.pragma_update(None, "synchronous", "FULL")?;
        done
    }
}

impl Writer {
    pub(super) fn start(mut files: Files, lock: File) -> Self {
        let (jobs, mut queue) = mpsc::channel::<WriteJob>(64);
        let thread = thread::Builder::new().name("store".into()).spawn(move || {
            while let Some(job) = queue.blocking_recv() {
                job(&mut files);
            }
            fold_in(&files);
            drop(files);
            drop(lock);
        });
        Self {
            jobs: Some(jobs),
            thread: thread.ok(),
        }
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Files) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or(Error::Closed)?;
        let job: WriteJob = Box::new(move |files| {
            let _ = answer.send(work(files));
        });
        jobs.send(job).await.map_err(|_| Error::Closed)?;
        answered.await.map_err(|_| Error::Closed)?
    }

    /// Takes in facts from outside, in one transaction; `now` is by Meta's
    /// clock. Facts that we knew already give no change.
    pub async fn ingest(&self, events: Vec<Event>, now: Timestamp) -> Result<Vec<Change>, Error> {
        self.run(move |files| {
            let taken_back = events.iter().filter_map(|event| match event {
                Event::Unsent { mid, .. } => Some(mid.clone()),
                _ => None,
            });
            let taken_back: Vec<Mid> = taken_back.collect();
            let transaction = files.cache.transaction()?;
            let messages = events.iter().map(|event| match event {
                Event::Messages { messages, .. } => messages.len(),
                _ => 0,
            });
            let messages = messages.sum();
            let mut ingest = Ingest::new(&transaction, &files.outbox, now, messages);
            for event in events {
                ingest.take(event)?;
            }
            let (rows, mut changes) = ingest.end();
            for id in &rows {
                if place(&transaction, id, now)? {
                    changes.push(escalated(&transaction, id)?);
                }
            }
            transaction.commit()?;
            for mid in taken_back {
                files.pictures.forget_message(&mid);
            }
            Ok(changes)
        })
        .await
    }

    /// Applies the rules of the views to the rows whose moment has come, by Meta's
    /// clock, in one transaction. Answers whether the list is another one now, and
    /// whether there may be more of them.
    pub async fn turn(&self, now: Timestamp) -> Result<(bool, bool), Error> {
        self.run(move |files| {
            // The same rows turn again.
            let turned = files.write_for_now(|cache| turn_rows(cache, now))?;
            if turned.rows > 0 {
                // These pages will not be needed again soon.
                files.cache.execute_batch("PRAGMA shrink_memory")?;
            }
            Ok((turned.moved, turned.rows >= TURN as usize))
        })
        .await
    }

    /// Remembers up to when an agent has looked at a thread. Local only: the
    /// customer learns nothing of it.
    pub async fn looked_at(
        &self,
        conversation: ConversationId,
        through: Timestamp,
    ) -> Result<(), Error> {
        self.run(move |files| {
            files.cache.execute(
                "UPDATE conversation SET seen_through = max(coalesce(seen_through, 0), ?2) WHERE id = ?1",
                params![conversation.as_str(), through.as_millis()],
            )?;
            Ok(())
        })
        .await
    }
}

fn turn_rows(cache: &mut Connection, now: Timestamp) -> Result<Turned, Error> {
    let transaction = cache.transaction()?;
    let turned = turn(&transaction, now, TURN)?;
    transaction.commit()?;
    Ok(turned)
}

/// Who waits for a person, and since when.
fn escalated(db: &Connection, id: &ConversationId) -> Result<Change, Error> {
    let change = db
        .prepare_cached(
            "SELECT name, psid, platform, max(coalesce(customer_at, 0), coalesce(owner_since, 0)) FROM conversation WHERE id = ?1",
        )?
        .query_row([id.as_str()], |row| {
            let name: Option<String> = row.get(0)?;
            let psid = Psid::new(row.get::<_, String>(1)?);
            let platform = codec::platform(row.get_ref(2)?.as_str()?);
            Ok(Change::Escalated {
                conversation: id.clone(),
                name: display_name(name.as_deref(), &psid, platform),
                at: Timestamp::from_millis(row.get(3)?),
            })
        })?;
    Ok(change)
}

/// What still stands in the journals goes into the two files, so that they alone
/// are whole: for a copy, or a disk that takes no writing. Where that cannot be
/// done the journals stay, and the next start reads them.
fn fold_in(files: &Files) {
    for db in [&files.cache, &files.outbox] {
        let _ = db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    }
}

impl Drop for Writer {
    /// Waits until everything that was handed in is written.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
