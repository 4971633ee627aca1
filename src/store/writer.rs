//! The one hand that writes, on its own thread behind a bounded queue.

use std::{fs::File, thread};

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use tokio::sync::{mpsc, oneshot};

use super::{
    Error,
    ingest::{advance, found_again, ingest_one, push, touched},
    rows,
};
use crate::domain::{Author, Change, ConversationId, Event, LocalId, Psid, SendAs, Timestamp};

type Job = Box<dyn FnOnce(&mut Files) + Send>;

/// The right to write. Not `Clone`: only the engine has it.
#[derive(Debug)]
pub struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// A reply as it is written down before it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedReply {
    /// Our id.
    pub local: LocalId,
    /// Which thread.
    pub conversation: ConversationId,
    /// To whom.
    pub psid: Psid,
    /// When Enter was pressed.
    pub at: Timestamp,
    /// The text.
    pub text: String,
    /// What it goes out as.
    pub send_as: SendAs,
}

struct Files {
    cache: Connection,
    outbox: Connection,
}

impl Writer {
    pub(super) fn start(cache: Connection, outbox: Connection, lock: File) -> Self {
        let (jobs, mut queue) = mpsc::channel::<Job>(64);
        let thread = thread::Builder::new().name("store".into()).spawn(move || {
            let mut files = Files { cache, outbox };
            while let Some(job) = queue.blocking_recv() {
                job(&mut files);
            }
            drop(files);
            drop(lock);
        });
        Self {
            jobs: Some(jobs),
            thread: thread.ok(),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Files) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or(Error::Closed)?;
        let job: Job = Box::new(move |files| {
            let _ = answer.send(work(files));
        });
        jobs.send(job).await.map_err(|_| Error::Closed)?;
        answered.await.map_err(|_| Error::Closed)?
    }

    /// Takes in facts from outside, in one transaction. Facts that we knew
    /// already give no change.
    pub async fn ingest(&self, events: Vec<Event>) -> Result<Vec<Change>, Error> {
        self.run(move |files| {
            let mut changes = Vec::new();
            let mut accepted = Vec::new();
            let transaction = files.cache.transaction()?;
            for event in events {
                if let Event::Messages { conversation, messages, .. } = &event {
                    accepted.extend(found_again(&files.outbox, conversation, messages)?);
                }
                if let Event::Accepted { conversation, local, mid, at } = event {
                    accepted.push((conversation, local, mid, at));
                } else {
                    ingest_one(&transaction, event, &mut changes)?;
                }
            }
            for (conversation, local, mid, at) in accepted {
                let text: Option<String> = files
                    .outbox
                    .query_row("SELECT text FROM outgoing WHERE local = ?1", [local.as_str()], |row| row.get(0))
                    .optional()?;
                transaction.execute(
                    "INSERT INTO message (mid, conversation, at, author, text, parts, gone, raw) \
                     VALUES (?1, ?2, ?3, 'me', ?4, '[]', 0, '') ON CONFLICT (mid) DO UPDATE SET author = 'me'",
                    params![mid.as_str(), conversation.as_str(), at.as_millis(), text.unwrap_or_default()],
                )?;
                advance(&transaction, &conversation, &Author::Me, at)?;
                // The answer knows best: whatever was bound to this message by
                // its looks is in doubt again.
                files.outbox.execute(
                    "UPDATE outgoing SET state = 'unsure', mid = NULL WHERE mid = ?1 AND local <> ?2",
                    params![mid.as_str(), local.as_str()],
                )?;
                files.outbox.execute(
                    "UPDATE outgoing SET state = 'sent', mid = ?2, reason = NULL WHERE local = ?1",
                    params![local.as_str(), mid.as_str()],
                )?;
                touched(&mut changes, conversation.clone());
                push(&mut changes, Change::Sent { conversation, local });
            }
            transaction.commit()?;
            Ok(changes)
        })
        .await
    }

    /// Writes a reply down and removes the draft it came from, in one
    /// transaction that is on the disk when this returns.
    pub async fn queue(&self, reply: QueuedReply) -> Result<(), Error> {
        self.run(move |files| {
            let transaction = files.outbox.transaction()?;
            transaction.execute(
                "INSERT INTO outgoing (local, conversation, psid, at, text, send_as, state) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued')",
                params![
                    reply.local.as_str(),
                    reply.conversation.as_str(),
                    reply.psid.as_str(),
                    reply.at.as_millis(),
                    reply.text,
                    rows::send_as(reply.send_as)
                ],
            )?;
            transaction.execute(
                "DELETE FROM draft WHERE conversation = ?1",
                [reply.conversation.as_str()],
            )?;
// The text of a refused reply went back to the composer, so the new
            // reply takes its place.
            transaction.execute(
                "DELETE FROM outgoing WHERE conversation = ?1 AND state = 'refused' AND given_back = 1",
                [reply.conversation.as_str()],
            )?;
            transaction.commit()?;
            Ok(())
        })
        .await
    }

    /// Claims a queued reply for one attempt at `at` (by Meta's clock): on the
    /// disk before the connection is opened. `false` when somebody else has it.
    pub async fn start_sending(&self, local: LocalId, at: Timestamp) -> Result<bool, Error> {
        self.run(move |files| {
            let rows = files.outbox.execute(
                "UPDATE outgoing SET state = 'sending', attempt = attempt + 1, sent_at = ?2 \
                 WHERE local = ?1 AND state = 'queued'",
                params![local.as_str(), at.as_millis()],
            )?;
            Ok(rows == 1)
        })
        .await
    }

    /// Writes down that Meta surely did not take a reply, and gives its text
    /// back to the composer. Where something new stands there, the text stays
    /// with the reply.
    pub async fn refuse(&self, local: LocalId, why: String, at: Timestamp) -> Result<(), Error> {
        self.run(move |files| {
            let transaction = files.outbox.transaction()?;
            refuse(&transaction, local.as_str(), &why, at)?;
            transaction.commit()?;
            Ok(())
        })
        .await
    }

    /// Removes the refused replies of a thread; a person said so.
    pub async fn drop_refused(&self, conversation: ConversationId) -> Result<(), Error> {
        self.run(move |files| {
            files.outbox.execute(
                "DELETE FROM outgoing WHERE conversation = ?1 AND state = 'refused'",
                [conversation.as_str()],
            )?;
            Ok(())
        })
        .await
    }

    /// Writes down that nobody knows whether Meta took a reply.
    pub async fn doubt(&self, local: LocalId) -> Result<(), Error> {
        self.run(move |files| {
            files.outbox.execute(
                "UPDATE outgoing SET state = 'unsure' WHERE local = ?1 AND state <> 'sent'",
                [local.as_str()],
            )?;
            Ok(())
        })
        .await
    }

    /// Replies of a dead program: what was on its way is in doubt, what was
    /// still queued was surely not sent.
    pub async fn doubt_interrupted(&self, at: Timestamp) -> Result<(), Error> {
        self.run(move |files| {
            let transaction = files.outbox.transaction()?;
            transaction.execute(
                "UPDATE outgoing SET state = 'unsure' WHERE state = 'sending'",
                [],
            )?;
            let queued: Vec<String> = transaction
                .prepare("SELECT local FROM outgoing WHERE state = 'queued' ORDER BY at")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for local in queued {
                let why = "switchboard was closed before it could be sent.";
                refuse(&transaction, &local, why, at)?;
            }
            transaction.commit()?;
            Ok(())
        })
        .await
    }

    /// Keeps unsent text; empty text removes it. `cursor` is line and column
    /// in characters.
    pub async fn save_draft(
        &self,
        conversation: ConversationId,
        psid: Psid,
        text: String,
        cursor: (u16, u16),
        at: Timestamp,
    ) -> Result<(), Error> {
        self.run(move |files| {
            // A refused reply whose words no longer stand in the composer keeps
            // its text.
            files.outbox.execute(
                "UPDATE outgoing SET given_back = 0 WHERE conversation = ?1 AND state = 'refused' \
                 AND instr(?2, substr(text, 1, 12)) = 0",
                params![conversation.as_str(), text],
            )?;
            if text.trim().is_empty() {
                files.outbox.execute("DELETE FROM draft WHERE conversation = ?1", [conversation.as_str()])?;
            } else {
                files.outbox.execute(
                    "INSERT INTO draft (conversation, psid, text, line, col, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                     ON CONFLICT (conversation) DO UPDATE SET text = ?3, line = ?4, col = ?5, at = ?6",
                    params![
                        conversation.as_str(),
                        psid.as_str(),
                        text,
                        cursor.0,
                        cursor.1,
                        at.as_millis()
                    ],
                )?;
            }
            Ok(())
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

impl Drop for Writer {
    /// Waits until everything that was handed in is written.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn refuse(db: &Transaction<'_>, local: &str, why: &str, at: Timestamp) -> Result<(), Error> {
    db.execute(
        "UPDATE outgoing SET state = 'refused', reason = ?2 WHERE local = ?1 AND state <> 'sent'",
        [local, why],
    )?;
    let given_back = db.execute(
        "INSERT INTO draft (conversation, psid, text, line, col, at) \
         SELECT conversation, psid, text, 65535, 65535, ?2 FROM outgoing WHERE local = ?1 AND state = 'refused' \
         ON CONFLICT (conversation) DO NOTHING",
        params![local, at.as_millis()],
    )?;
    db.execute(
        "UPDATE outgoing SET given_back = ?2 WHERE local = ?1",
        params![local, given_back > 0],
    )?;
    Ok(())
}
