//! What is kept once for the whole Page: its name and routing, how far its lists
//! have been read, and when the rules of the views were last applied.

use rusqlite::{Connection, OptionalExtension};

use super::{Error, Reader, codec};
use crate::domain::{Backfill, Platform, Routing, Timestamp};

/// What is known of the Page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRow {
    /// Its name, raw; empty until known.
    pub name: String,
    /// Whether it routes conversations on Messenger.
    pub messenger: Routing,
    /// Whether it routes conversations on Instagram.
    pub instagram: Routing,
    /// When the list was last read, by our clock.
    pub read_at: Option<Timestamp>,
}

impl PageRow {
    /// Whether the Page routes conversations on `platform`.
    pub fn routing(&self, platform: Platform) -> Routing {
        match platform {
            Platform::Messenger => self.messenger,
            Platform::Instagram => self.instagram,
        }
    }
}

impl Reader {
    /// What is known of the Page.
    pub fn page(&self) -> Result<PageRow, Error> {
        self.with(|db| {
            Ok(PageRow {
                name: value(db, "name")?.unwrap_or_default(),
                messenger: codec::routing_from(value(db, "routing_messenger")?.as_deref()),
                instagram: codec::routing_from(value(db, "routing_instagram")?.as_deref()),
                read_at: value(db, "read_at")?
                    .and_then(|at| at.parse().ok())
                    .map(Timestamp::from_millis),
            })
        })
    }

    /// What is left to be read of the list of a platform.
    pub fn backfill(&self, platform: Platform) -> Result<Backfill, Error> {
        self.with(|db| {
            let state = value(db, &format!("backfill_{}", platform.word()))?.unwrap_or_default();
            let until = value(db, &format!("backfill_until_{}", platform.word()))?;
            Ok(match state.strip_prefix("from ") {
                Some(cursor) => Backfill::From {
                    cursor: Some(cursor.to_owned()).filter(|c| !c.is_empty()),
                    until: until
                        .and_then(|at| at.parse().ok())
                        .map(Timestamp::from_millis),
                },
                None if state == "done" => Backfill::Done,
                None => Backfill::NotBegun,
            })
        })
    }

    /// Up to which change the list of a platform has been read whole; `None`
    /// when it never was.
    pub fn listed(&self, platform: Platform) -> Result<Option<Timestamp>, Error> {
        self.with(|db| {
            let through = value(db, &format!("listed_{}", platform.word()))?;
            Ok(through
                .and_then(|text| text.parse().ok())
                .map(Timestamp::from_millis))
        })
    }
}

pub(super) fn value(db: &Connection, key: &str) -> Result<Option<String>, Error> {
    Ok(db
        .prepare_cached("SELECT value FROM page WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

/// Whether anything changed.
pub(super) fn set(db: &Connection, key: &str, value: &str) -> Result<bool, Error> {
    let rows = db.execute(
        "INSERT INTO page (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2 WHERE value <> ?2",
        [key, value],
    )?;
    Ok(rows > 0)
}
