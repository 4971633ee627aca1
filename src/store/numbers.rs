//! The numbers of messages. They order those of one millisecond, and the index of all
//! words gives hits by number: so a search finds the newest first when a greater number
//! is seldom an older message.
//!
//! What is new goes behind all others. What is old already when it is read, because
//! somebody scrolled up or a Page is read for the first time, goes before them, in one
//! block for all that is read at once.

use rusqlite::{Connection, OptionalExtension};

use super::{Error, statement::Statements};
use crate::domain::{Span, Timestamp};

/// The first message of a cache. A thousand million older ones fit before it; the caches of
/// older programs begin at 1 and go on below zero, where a number takes more bytes.
const FIRST: i64 = 1 << 30;

/// So much older than the newest words is old (our choice). After a weekend, or a week
/// without a network, a Page is read from the newest words on, and all of it is new.
const OLD: Span = Span::days(7);

/// The numbers of what is taken in at once.
pub(super) struct Numbers {
    /// So many messages may come.
    many: usize,
    /// `None` until it is needed.
    block: Option<Block>,
    /// The messages that come are old ones.
    old: bool,
}

/// The numbers before all others.
struct Block {
    /// For what was written before this moment.
    until: Timestamp,
    next: i64,
}

impl Numbers {
    pub(super) fn new(many: usize) -> Self {
        Self {
            many,
            block: None,
            old: false,
        }
    }

    /// Messages of one thread come, the `newest` of which was written at this moment. They
    /// stay together: the index takes numbers best as they grow.
    pub(super) fn begin(&mut self, db: &Connection, newest: Timestamp) -> Result<(), Error> {
        let block = match &mut self.block {
            Some(block) => block,
            none => none.insert(Block::before_all(db, self.many)?),
        };
        self.old = newest < block.until;
        Ok(())
    }

    /// The number of the next new message; `None` for the one behind all others, which
    /// SQLite gives.
    pub(super) fn next(&mut self) -> Option<i64> {
        let block = self.block.as_mut().filter(|_| self.old)?;
        block.next += 1;
        Some(block.next - 1)
    }
}

impl Block {
    fn before_all(db: &Connection, many: usize) -> Result<Self, Error> {
        let first = "SELECT n FROM message ORDER BY n LIMIT 1";
        let first: Option<i64> = db
            .query_row_cached(first, [], |row| row.get(0))
            .optional()?;
        let newest = "SELECT updated_at FROM conversation ORDER BY updated_at DESC LIMIT 1";
        let newest: Option<i64> = db
            .query_row_cached(newest, [], |row| row.get(0))
            .optional()?;
        let until = match first {
            Some(_) => Timestamp::from_millis(newest.unwrap_or(0)).plus(OLD.negated()),
            // In an empty cache all go before the first.
            None => Timestamp::from_millis(i64::MAX),
        };
        let many = i64::try_from(many).unwrap_or(i64::MAX);
        Ok(Self {
            until,
            next: first.unwrap_or(FIRST).saturating_sub(many),
        })
    }
}
