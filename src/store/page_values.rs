//! Single values that are kept for the whole Page: in the cache, which may go, and in
//! the outbox, which may not.

use rusqlite::{Connection, OptionalExtension};

use crate::store::{Error, statement::Statements};

pub(super) fn value(db: &Connection, key: &str) -> Result<Option<String>, Error> {
    Ok(db
        .prepare_cached("SELECT value FROM page WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

/// Whether anything changed.
pub(super) fn set(db: &Connection, key: &str, value: &str) -> Result<bool, Error> {
    let rows = db.execute_cached(
        "INSERT INTO page (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2 WHERE value <> ?2",
        [key, value],
    )?;
    Ok(rows > 0)
}

/// The same in the outbox, where the cache's end does not reach.
pub(super) fn kept(db: &Connection, key: &str) -> Result<Option<String>, Error> {
    Ok(db
        .prepare_cached("SELECT value FROM kept WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

pub(super) fn keep(db: &Connection, key: &str, value: &str) -> Result<(), Error> {
    db.execute_cached(
        "INSERT INTO kept (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
        [key, value],
    )?;
    Ok(())
}
