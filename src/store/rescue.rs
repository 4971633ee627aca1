//! What can be read of a damaged outbox goes into a new one.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::Error;

/// What could be read of a damaged outbox: drafts and replies that were not
/// settled. Replies come back as *held*, because nobody knows any more what
/// became of them; the damaged file is only read.
pub(super) fn rescue(damaged: &Path, into: &Connection) -> Rescued {
    let mut rescued = Rescued::default();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(old) = Connection::open_with_flags(damaged, flags) else {
        return rescued;
    };
    for (table, columns, only, count) in [
        (
            "draft",
            "conversation, psid, text, line, col, at, content, quote, silent",
            "1",
            &mut rescued.drafts,
        ),
        (
            "outgoing",
            "local, conversation, psid, at, text, send_as, attempt, sent_at, state, reason, mid, given_back, \
             hand_back, customer_at, page_at, follows, not_before, content, quote, silent",
            "state NOT IN ('sent', 'dropped')",
            &mut rescued.replies,
        ),
        (
            "triage",
            "conversation, psid, aside, until, through, unread, labels, at",
            "1",
            &mut 0,
        ),
        ("audit", "reply, line", "1", &mut 0),
        (
            "note",
            "id, conversation, psid, at, agent, text",
            "1",
            &mut 0,
        ),
    ] {
        let (columns, read) = columns_of(&old, table, columns);
        // Row by row: what lies behind the damage may be unreadable.
        let places = columns
            .split(", ")
            .enumerate()
            .map(|(i, _)| format!("?{}", i + 1));
        let insert = format!(
            "INSERT OR IGNORE INTO {table} ({columns}) VALUES ({})",
            places.collect::<Vec<_>>().join(", ")
        );
        read_around(&old, table, &read, only, |values| {
            let kept = into.execute(&insert, rusqlite::params_from_iter(values));
            *count += u32::try_from(kept.unwrap_or(0)).unwrap_or(0);
        });
    }
    let _ = into.execute(
        "UPDATE outgoing SET state = 'unsure' WHERE state = 'sending'",
        [],
    );
    let _ = into.execute(
        "UPDATE outgoing SET state = 'held', reason = 'rescued' WHERE state = 'queued'",
        [],
    );
    rescued
}

/// The rows of a damaged table, also those that lie behind the damage: where
/// a read fails, it goes on some rows later.
fn read_around(
    db: &Connection,
    table: &str,
    columns: &str,
    only: &str,
    mut take: impl FnMut(Vec<rusqlite::types::Value>),
) {
    let sql = format!(
        "SELECT rowid, {columns} FROM {table} WHERE rowid > ?1 AND ({only}) ORDER BY rowid"
    );
    let (mut from, mut leap) = (i64::MIN, 1_i64);
    // Leaps double, so that the whole of the numbers is soon behind us.
    for _ in 0..200 {
        let Ok(mut select) = db.prepare(&sql) else {
            return;
        };
        let width = select.column_count();
        let Ok(mut rows) = select.query([from]) else {
            return;
        };
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let values: Result<Vec<_>, _> = (1..width).map(|i| row.get(i)).collect();
                    (from, leap) = (row.get(0).unwrap_or(from), 1);
                    values.map(&mut take).unwrap_or_default();
                }
                Ok(None) => return,
                Err(_) => {
                    from = from.max(0).saturating_add(leap);
                    leap = leap.saturating_mul(2);
                    break;
                }
            }
        }
    }
}

/// Those of `wanted` that a table has, and how they are read: a file of an older shape
/// has fewer, and one file in place of a list.
fn columns_of(db: &Connection, table: &str, wanted: &str) -> (String, String) {
    let mut named: Vec<String> = wanted
        .split(", ")
        .map(|name| name.trim().to_owned())
        .collect();
    let known: Result<Vec<String>, _> = db
        .prepare("SELECT name FROM pragma_table_info(?1)")
        .and_then(|mut names| names.query_map([table], |row| row.get(0))?.collect());
    let known = known.unwrap_or_else(|_| named.clone());
    let has = |name: &str| known.iter().any(|known| known == name);
    let one_file = has("file");
    named.retain(|name| has(name) || (one_file && name == "content"));
    let read = named.iter().map(|name| match name.as_str() {
        "content" if one_file => "'[{\"files\":[' || file || ']}]'",
        name => name,
    });
    let read = read.collect::<Vec<_>>().join(", ");
    (named.join(", "), read)
}

/// How much could be read of a damaged outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rescued {
    /// Drafts.
    pub drafts: u32,
    /// Replies that were not sent for sure.
    pub replies: u32,
}

/// What an outbox holds that was rescued before a program died.
pub(super) fn unsettled(db: &Connection) -> Result<Rescued, Error> {
    Ok(db.query_row(
        "SELECT (SELECT count(*) FROM draft), (SELECT count(*) FROM outgoing)",
        [],
        |row| {
            Ok(Rescued {
                drafts: row.get(0)?,
                replies: row.get(1)?,
            })
        },
    )?)
}
