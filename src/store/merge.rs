//! A person of whom a webhook told before Meta showed their conversation has a row
//! under a name of ours. When the conversation is known, everything that was kept
//! under that name belongs to it.

use rusqlite::{Connection, Transaction, params};

use super::{Error, draft_rows, message::count_messages, statement::Statements, triage_columns};
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
        outbox.execute_cached(
            &format!("UPDATE {table} SET conversation = ?2 WHERE conversation = ?1"),
            names,
        )?;
    }
    draft_rows::join(outbox, &ours, id)?;
    // A decision under Meta's id is of the whole conversation.
    outbox.execute_cached(
        "UPDATE OR IGNORE triage SET conversation = ?2 WHERE conversation = ?1",
        names,
    )?;
    outbox.execute_cached(
        "DELETE FROM triage WHERE conversation = ?1",
        [ours.as_str()],
    )?;
    for table in ["message", "annotation", "happening"] {
        cache.execute_cached(
            &format!("UPDATE OR IGNORE {table} SET conversation = ?2 WHERE conversation = ?1"),
            names,
        )?;
    }
    // A row that is only renamed keeps all that it knows.
    let renamed = cache.execute_cached(
        "UPDATE OR IGNORE conversation SET id = ?2 WHERE id = ?1",
        names,
    )?;
    if renamed == 0 {
        cache.execute_cached(
            "UPDATE conversation SET asked_at = nullif(max(coalesce(asked_at, 0), \
               (SELECT coalesce(asked_at, 0) FROM conversation WHERE id = ?1)), 0) WHERE id = ?2",
            names,
        )?;
        cache.execute_cached("DELETE FROM conversation WHERE id = ?1", [ours.as_str()])?;
        count_messages(cache, id)?;
    }
    triage_columns::restore(cache, outbox, id)?;
    Ok(Some(ours))
}
