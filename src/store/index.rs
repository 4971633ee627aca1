//! Keeps the index of all words in few pieces. Whatever is written together is a piece of
//! its own, a search looks into each of them, and SQLite puts four of a size together
//! while it writes. At rest two of a size are put together, a little at a time.

use rusqlite::Connection;

use super::{Error, Writer};

/// So many pages of the index are written at a time: a few milliseconds.
const PAGES: u32 = 64;

impl Writer {
    /// Puts some more pieces of the index together. Answers whether there may be more.
    pub async fn tidy_index(&self) -> Result<bool, Error> {
        self.run(|files| {
            let put = files.write_for_now(put_together)?;
            if put {
                // These pages will not be needed again soon.
                files.cache.execute_batch("PRAGMA shrink_memory")?;
            }
            Ok(put)
        })
        .await
    }
}

fn put_together(cache: &mut Connection) -> Result<bool, Error> {
    let db = cache.transaction()?;
    let before = db.total_changes();
    db.prepare_cached("INSERT INTO words (words, rank) VALUES ('merge', ?1)")?
        .execute([PAGES])?;
    // The insert counts as a change itself (SQLite's "FTS5", "the merge command").
    let put = db.total_changes() - before > 1;
    db.commit()?;
    Ok(put)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema::{FileKind, in_memory};

    fn pieces(db: &Connection) -> u32 {
        let sql = "SELECT count(DISTINCT segid) FROM words_idx";
        db.query_row(sql, [], |row| row.get(0)).expect("counted")
    }

    #[test]
    fn what_was_written_a_little_at_a_time_is_put_together_and_found() {
        let mut db = in_memory(FileKind::Cache).expect("a cache");
        for n in 1..=15 {
            let sql = "INSERT INTO words (rowid, fold) VALUES (?1, 'where is my parcel')";
            db.execute(sql, [n]).expect("added");
        }
        let before = pieces(&db);
        while put_together(&mut db).expect("put together") {}
        let after = pieces(&db);
        assert!(after <= 2 && after < before, "{before} {after}");
        let sql = "SELECT count(*) FROM words WHERE words MATCH 'par'";
        let found: u32 = db.query_row(sql, [], |row| row.get(0)).expect("asked");
        assert_eq!(found, 15);
    }
}
