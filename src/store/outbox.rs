//! The outbox on the disk: every step of a reply's life is written here before
//! the next one is taken.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Error, Writer, audit, codec, content_rows, draft_rows};
use crate::{
    domain::{
        AuditDetails, AuditEntry, ConversationId, LocalId, Mid, Outgoing, SendState, Timestamp,
    },
    failpoint,
};

impl Writer {
    /// Writes a reply down, all messages of it, and removes the draft it came
    /// from, in one transaction that is on the disk when this returns.
    pub async fn enter(&self, rows: Vec<Outgoing>) -> Result<(), Error> {
        self.run(move |files| {
            let Some(row) = rows.first() else {
                return Ok(());
            };
            let texts: Vec<&str> = rows.iter().map(|row| row.content.typed()).collect();
            let text = texts.join("\n");
            let db = files.outbox.transaction()?;
            for row in &rows {
                insert(&db, row)?;
            }
            db.execute(
                "DELETE FROM draft WHERE conversation = ?1",
                [row.conversation.as_str()],
            )?;
            // The text of a refused reply went back to the composer, so the new
            // reply takes its place; one whose words are not in it keeps them.
            let refused = "conversation = ?1 AND state = 'refused' AND given_back = 1";
            db.execute(
                &format!(
                    "UPDATE outgoing SET state = 'dropped' WHERE {refused} AND instr(?2, substr(text, 1, 12))"
                ),
                params![row.conversation.as_str(), text],
            )?;
            db.execute(
                &format!("UPDATE outgoing SET given_back = 2 WHERE {refused}"),
                [row.conversation.as_str()],
            )?;
            failpoint::reach("outbox.insert");
            db.commit()?;
            failpoint::reach("outbox.commit");
            Ok(())
        })
        .await
    }

    /// Treats a reply in doubt as sent and writes a new one down in its place,
    /// both or neither; the draft in the composer is another one.
    pub async fn again(&self, old: Outgoing, new: Outgoing) -> Result<(), Error> {
        self.run(move |files| {
            let db = files.outbox.transaction()?;
            update(&db, &old)?;
            insert(&db, &new)?;
            db.commit()?;
            Ok(())
        })
        .await
    }

    /// Writes down where a reply stands: on the disk when this returns. `false`
    /// when a row that is to be sent is not queued any more: somebody else has
    /// it. With a moment, the text of a refused reply joins its draft; without,
    /// somebody has the thread open and may be typing there.
    pub async fn record(&self, row: Outgoing, give_back: Option<Timestamp>) -> Result<bool, Error> {
        self.run(move |files| {
            let db = files.outbox.transaction()?;
            let recorded = update(&db, &row)?;
            if let (SendState::Refused { .. }, Some(at), true) =
                (&row.state, give_back, !row.content.typed().is_empty())
            {
                draft_rows::give_back(&db, &row, at)?;
            }
            db.commit()?;
            if row.state == SendState::Sending {
                failpoint::reach("send.mark");
            }
            Ok(recorded)
        })
        .await
    }

    /// Meta has a reply under this name, whatever becomes of the cache. What
    /// goes on the record for it is kept with it, so that it is there once. Had
    /// the reply been refused or dropped before, its text leaves the draft, and
    /// the answer is true.
    pub async fn accept(
        &self,
        row: Outgoing,
        mid: Mid,
        record: Vec<AuditEntry>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.run(move |files| {
            let db = files.outbox.transaction()?;
            let before: Option<String> = db
                .prepare_cached("SELECT state FROM outgoing WHERE local = ?1")?
                .query_row([row.local.as_str()], |row| row.get(0))
                .optional()?;
            failpoint::reach("send.commit");
            // One message is one reply; Meta's own word counts.
            db.execute(
                "UPDATE outgoing SET mid = NULL, state = 'assumed' WHERE mid = ?1 AND local <> ?2",
                params![mid.as_str(), row.local.as_str()],
            )?;
            db.execute(
                "UPDATE outgoing SET state = 'sent', mid = ?2, reason = NULL WHERE local = ?1",
                params![row.local.as_str(), mid.as_str()],
            )?;
            let after_all = matches!(before.as_deref(), Some("refused" | "dropped"));
            if after_all {
                draft_rows::take_out(&db, &row.conversation, &row.psid, row.content.typed(), now)?;
            }
            // Told again after it was sent: it is on the record already.
            if before.as_deref() != Some("sent") {
                for mut entry in record {
                    if let AuditDetails::Reply { after_refusal, .. } = &mut entry.details {
                        *after_refusal = after_all;
                    }
                    audit::enter(&db, &entry)?;
                }
            }
            db.commit()?;
            Ok(after_all)
        })
        .await
    }

    /// Gives a reply back to its draft, and drops the reply.
    pub async fn take_back(&self, row: Outgoing, now: Timestamp) -> Result<(), Error> {
        self.run(move |files| {
            let db = files.outbox.transaction()?;
            draft_rows::give_back(&db, &row, now)?;
            drop_row(&db, &row)?;
            db.commit()?;
            Ok(())
        })
        .await
    }

    /// Removes the refused replies of a thread; a person said so.
    pub async fn drop_refused(&self, conversation: ConversationId) -> Result<(), Error> {
        self.run(move |files| {
            files.outbox.execute(
                "UPDATE outgoing SET state = 'dropped' WHERE conversation = ?1 AND state = 'refused'",
                [conversation.as_str()],
            )?;
            Ok(())
        })
        .await
    }

    /// The hand-backs that were to follow the sent replies of a thread are
    /// made, or will not be.
    pub async fn handed_back(&self, conversation: ConversationId) -> Result<(), Error> {
        self.run(move |files| {
            files.outbox.execute(
                "UPDATE outgoing SET handed_back = 1 WHERE conversation = ?1 AND state = 'sent'",
                [conversation.as_str()],
            )?;
            Ok(())
        })
        .await
    }

    /// Forgets replies that were sent before `before`, and those that were dropped
    /// before `dropped` (Meta's clock).
    pub async fn forget_sent(&self, before: Timestamp, dropped: Timestamp) -> Result<(), Error> {
        self.run(move |files| {
            files.outbox.execute(
                "DELETE FROM outgoing WHERE state = 'dropped' AND coalesce(sent_at, at) < ?1",
                [dropped.as_millis()],
            )?;
            files.outbox.execute(
                "DELETE FROM outgoing WHERE state IN ('sent', 'assumed') AND coalesce(sent_at, at) < ?1",
                [before.as_millis()],
            )?;
            Ok(())
        })
        .await
    }
}

fn insert(db: &Connection, row: &Outgoing) -> Result<(), Error> {
    db.execute(
        "INSERT INTO outgoing (local, conversation, psid, at, text, send_as, hand_back, customer_at, page_at, follows, \
           not_before, content, quote, silent, state) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 'queued')",
        params![
            row.local.as_str(),
            row.conversation.as_str(),
            row.psid.as_str(),
            row.at.as_millis(),
            row.content.typed(),
            codec::send_as(row.send_as),
            row.hand_back.as_ref().map(codec::hand_back),
            row.known.customer_at.map(Timestamp::as_millis),
            row.known.page_at.map(Timestamp::as_millis),
            row.follows.as_ref().map(LocalId::as_str),
            row.not_before.map(Timestamp::as_millis),
            content_rows::contents(std::slice::from_ref(&row.content)),
            row.quote.as_ref().map(Mid::as_str),
            row.silent,
        ],
    )?;
    Ok(())
}

/// Whether the row was there to be changed.
fn update(db: &Connection, row: &Outgoing) -> Result<bool, Error> {
    if row.state == SendState::Dropped {
        return drop_row(db, row);
    }
    let (state, reason, mid) = codec::send_state(&row.state);
    let only = match row.state {
        SendState::Sending => "state = 'queued'",
        SendState::Sent(_) => "1",
        // What Meta is known to have stays so; only the doubt may come back,
        // when its message turns out to be another reply.
        _ => "state <> 'sent' OR ?8 = 'unsure'",
    };
    let rows = db.execute(
        &format!(
            "UPDATE outgoing SET at = ?2, send_as = ?3, customer_at = ?4, page_at = ?5, attempt = ?6, sent_at = ?7, \
             state = ?8, reason = ?9, mid = ?10, looks = ?11 WHERE local = ?1 AND ({only})"
        ),
        params![
            row.local.as_str(),
            row.at.as_millis(),
            codec::send_as(row.send_as),
            row.known.customer_at.map(Timestamp::as_millis),
            row.known.page_at.map(Timestamp::as_millis),
            row.attempt,
            row.tried_at.map(Timestamp::as_millis),
            state,
            reason,
            mid,
            row.looks,
        ],
    )?;
    Ok(rows == 1)
}

/// A person let go of a reply. One that was tried is remembered for a while: an
/// echo would say that it went out all the same. Whether it was there.
fn drop_row(db: &Connection, row: &Outgoing) -> Result<bool, Error> {
    let how = match row.attempt {
        0 => "DELETE FROM outgoing WHERE local = ?1",
        _ => {
            "UPDATE outgoing SET state = 'dropped', given_back = 0, hand_back = NULL WHERE local = ?1"
        }
    };
    Ok(db.execute(how, [row.local.as_str()])? == 1)
}
