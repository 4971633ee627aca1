//! A cache of an older program was folded in another way. What is searched is
//! folded again behind the first frame, a little at a time.

use rusqlite::params;

use super::{Error, Writer, codec, page_values, words};

/// Where it goes on; kept for the Page until it is done.
const PLACE: &str = "refold";
/// So many messages at a time: about 50 ms where all of them change.
const MESSAGES: u32 = 500;

impl Writer {
    /// Folds the next messages again. Answers whether there are more.
    pub async fn refold(&self) -> Result<bool, Error> {
        self.run(|files| {
            let db = files.cache.transaction()?;
            let Some(place) = page_values::value(&db, PLACE)? else {
                return Ok(false);
            };
            let rows: Vec<(i64, String, String, String)> = db
                .prepare_cached(
                    "SELECT n, text, parts, fold FROM message WHERE n > ?1 ORDER BY n LIMIT ?2",
                )?
                .query_map(params![place.parse().unwrap_or(0_i64), MESSAGES], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })?
                .collect::<Result<_, _>>()?;
            for (n, text, parts, kept) in &rows {
                let fold = words::searchable(text, &codec::parts_from(parts));
                if fold != *kept {
                    db.prepare_cached("UPDATE message SET fold = ?2 WHERE n = ?1")?
                        .execute(params![n, fold])?;
                }
            }
            match rows.last() {
                Some((n, ..)) => page_values::set(&db, PLACE, &n.to_string()).map(drop)?,
                None => {
                    db.execute("DELETE FROM page WHERE key = ?1", [PLACE])?;
                }
            }
            db.commit()?;
            Ok(!rows.is_empty())
        })
        .await
    }
}
