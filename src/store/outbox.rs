//! The outbox on the disk: every step of a reply's life is written here before
//! the next one is taken.

use rusqlite::{Connection, Transaction, params};

use super::{Error, Writer, codec};
use crate::{
    domain::{ConversationId, LocalId, Outgoing, SendState, Timestamp},
    failpoint,
};

impl Writer {
    /// Writes a reply down and removes the draft it came from, in one
    /// transaction that is on the disk when this returns.
    pub async fn enter(&self, row: Outgoing) -> Result<(), Error> {
        self.run(move |files| {
            let db = files.outbox.transaction()?;
            insert(&db, &row)?;
            db.execute(
                "DELETE FROM draft WHERE conversation = ?1",
                [row.conversation.as_str()],
            )?;
            // The text of a refused reply went back to the composer, so the new
            // reply takes its place; one whose words are not in it keeps them.
            let refused = "conversation = ?1 AND state = 'refused' AND given_back = 1";
            db.execute(
                &format!("DELETE FROM outgoing WHERE {refused} AND instr(?2, substr(text, 1, 12))"),
                params![row.conversation.as_str(), row.text],
            )?;
            db.execute(
                &format!("UPDATE outgoing SET given_back = 0 WHERE {refused}"),
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
    /// it.
    pub async fn record(&self, row: Outgoing, now: Timestamp) -> Result<bool, Error> {
        self.run(move |files| {
            let db = files.outbox.transaction()?;
            let recorded = update(&db, &row)?;
            if let SendState::Refused { .. } = row.state {
                give_back(&db, row.local.as_str(), now)?;
            }
            db.commit()?;
            if row.state == SendState::Sending {
                failpoint::reach("send.mark");
            }
            Ok(recorded)
        })
        .await
    }

    /// Gives the text of a reply back to its draft, before what stands there,
    /// and drops the reply.
    pub async fn take_back(&self, row: Outgoing, now: Timestamp) -> Result<(), Error> {
        self.run(move |files| {
            let db = files.outbox.transaction()?;
            if row.file.is_some() {
                db.execute("DELETE FROM outgoing WHERE local = ?1", [row.local.as_str()])?;
                db.commit()?;
                return Ok(());
            }
            db.execute(
                "INSERT INTO draft (conversation, psid, text, line, col, at) VALUES (?1, ?2, ?3, 65535, 65535, ?4) \
                 ON CONFLICT (conversation) DO UPDATE SET at = ?4, \
                   text = CASE WHEN instr(text, ?3) > 0 THEN text ELSE ?3 || char(10) || text END",
                params![row.conversation.as_str(), row.psid.as_str(), row.text, now.as_millis()],
            )?;
            db.execute("DELETE FROM outgoing WHERE local = ?1", [row.local.as_str()])?;
            db.commit()?;
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

    /// Forgets replies that were sent before `before` (Meta's clock).
    pub async fn forget_sent(&self, before: Timestamp) -> Result<(), Error> {
        self.run(move |files| {
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
           not_before, file, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'queued')",
        params![
            row.local.as_str(),
            row.conversation.as_str(),
            row.psid.as_str(),
            row.at.as_millis(),
            row.text,
            codec::send_as(row.send_as),
            row.hand_back.as_ref().map(codec::hand_back),
            row.known.customer_at.map(Timestamp::as_millis),
            row.known.page_at.map(Timestamp::as_millis),
            row.follows.as_ref().map(LocalId::as_str),
            row.not_before.map(Timestamp::as_millis),
            row.file.as_deref().map(codec::file),
        ],
    )?;
    Ok(())
}

/// Whether the row was there to be changed.
fn update(db: &Connection, row: &Outgoing) -> Result<bool, Error> {
    if row.state == SendState::Dropped {
        let rows = db.execute(
            "DELETE FROM outgoing WHERE local = ?1",
            [row.local.as_str()],
        )?;
        return Ok(rows == 1);
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

/// The text of a refused reply becomes its person's draft, unless there is one.
fn give_back(db: &Transaction<'_>, local: &str, at: Timestamp) -> Result<(), Error> {
    let given_back = db.execute(
        "INSERT INTO draft (conversation, psid, text, line, col, at) \
         SELECT conversation, psid, text, 65535, 65535, ?2 FROM outgoing WHERE local = ?1 AND state = 'refused' \
           AND text <> '' ON CONFLICT (conversation) DO NOTHING",
        params![local, at.as_millis()],
    )?;
    db.execute(
        "UPDATE outgoing SET given_back = ?2 WHERE local = ?1",
        params![local, given_back > 0],
    )?;
    Ok(())
}
