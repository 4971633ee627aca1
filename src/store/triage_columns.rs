//! An agent's own decisions as they stand in the tables: precious in the outbox,
//! copied into the cache, where the rules of the views see them.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::{ConversationId, Deferred, Timestamp, Triage, Until};
use crate::store::{Error, codec};

/// A conversation is new to the cache: what was decided about it comes back.
pub(super) fn restore(
    cache: &Connection,
    outbox: &Connection,
    id: &ConversationId,
) -> Result<(), Error> {
    let kept = outbox
        .prepare_cached(
            "SELECT aside, until, through, unread, labels FROM triage WHERE conversation = ?1",
        )?
        .query_row([id.as_str()], |row| codec::triage(row, 0))
        .optional()?;
    match kept {
        Some(triage) => copy(cache, id, &triage),
        None => Ok(()),
    }
}

pub(super) fn copy(cache: &Connection, id: &ConversationId, triage: &Triage) -> Result<(), Error> {
    let (aside, until, through) = columns(triage.deferred);
    cache
        .prepare_cached(
            "UPDATE conversation SET aside = ?2, until = ?3, through = ?4, kept_unread = ?5, labels = ?6 WHERE id = ?1",
        )?
        .execute(params![
            id.as_str(),
            aside,
            until,
            through,
            triage.unread,
            codec::labels(&triage.labels)
        ])?;
    Ok(())
}

pub(super) type TriageColumns = (Option<&'static str>, Option<i64>, Option<i64>);

pub(super) fn columns(aside: Option<Deferred>) -> TriageColumns {
    let Some(aside) = aside else {
        return (None, None, None);
    };
    let through = Some(aside.through.map_or(0, Timestamp::as_millis));
    match aside.until {
        Until::Moment(at) => (Some("snoozed"), Some(at.as_millis()), through),
        Until::CustomerWrites => (Some("waits"), None, through),
        Until::NoReplyNeeded => (Some("done"), None, through),
    }
}
