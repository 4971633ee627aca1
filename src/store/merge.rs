//! A person of whom a webhook told before Meta showed their conversation has a row
//! under a name of ours. When the conversation is known, everything that was kept
//! under that name belongs to it.

use rusqlite::{Connection, Transaction, params};

use super::Error;
use crate::domain::{ConversationId, Psid};

/// Gives what is kept for a person under our name to their conversation `id`.
/// Answers our name, if there was something.
pub(super) fn merge(
    cache: &Transaction<'_>,
    outbox: &Connection,
    psid: &Psid,
    id: &ConversationId,
) -> Result<Option<ConversationId>, Error> {
    let ours = ConversationId::of_person(psid);
    let there: bool = cache
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM conversation WHERE id = ?1)")?
        .query_row([ours.as_str()], |row| row.get(0))?;
    if !there || ours == *id {
        return Ok(None);
    }
    let names = params![ours.as_str(), id.as_str()];
    // The precious file first: a death between the two is made good by the next
    // read of the conversation.
    for table in ["outgoing", "note"] {
        outbox.execute(
            &format!("UPDATE {table} SET conversation = ?2 WHERE conversation = ?1"),
            names,
        )?;
    }
    // What stands under Meta's id already is newer.
    for table in ["draft", "triage"] {
        outbox.execute(
            &format!("UPDATE OR IGNORE {table} SET conversation = ?2 WHERE conversation = ?1"),
            names,
        )?;
    }
    for table in ["message", "annotation", "happening"] {
        cache.execute(
            &format!("UPDATE OR IGNORE {table} SET conversation = ?2 WHERE conversation = ?1"),
            names,
        )?;
    }
    cache.execute(
        "UPDATE OR IGNORE conversation SET id = ?2 WHERE id = ?1",
        names,
    )?;
    cache.execute("DELETE FROM conversation WHERE id = ?1", [ours.as_str()])?;
    Ok(Some(ours))
}
