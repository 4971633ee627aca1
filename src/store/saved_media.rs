//! Media that Meta keeps under an id of its own, so that a file that was sent once is not
//! uploaded again. All of it goes when a person is forgotten.

use rusqlite::{OptionalExtension, params};

use super::{Error, Reader, Writer, codec, content_rows::media_kind};
use crate::domain::{KEPT_BY_META, Media, Platform, Timestamp};

/// Media that Meta keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedMedia {
    /// Meta's id of it.
    pub id: String,
    /// For which platform it was uploaded.
    pub platform: Platform,
    /// SHA-256 of its bytes, as hex digits.
    pub digest: String,
    /// Meta's word for its kind.
    pub kind: &'static str,
    /// What its file was called, raw.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When Meta got it, by Meta's clock.
    pub at: Timestamp,
}

impl SavedMedia {
    /// As it can be sent again.
    pub fn media(self) -> Media {
        Media {
            kind: self.kind,
            place: self.id,
            name: self.name,
            bytes: Some(self.bytes),
        }
    }
}

impl Writer {
    /// Keeps what Meta got at `at`.
    pub async fn keep_media(&self, media: Vec<SavedMedia>, at: Timestamp) -> Result<(), Error> {
        if media.is_empty() {
            return Ok(());
        }
        let old = at.plus(KEPT_BY_META.negated()).as_millis();
        self.run(move |files| {
            files
                .cache
                .execute("DELETE FROM saved_media WHERE at < ?1", [old])?;
            for media in media {
                files.cache.execute(
                    "INSERT OR REPLACE INTO saved_media (platform, digest, id, kind, name, bytes, at) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    params![
                        media.platform.word(),
                        media.digest,
                        media.id,
                        media.kind,
                        media.name,
                        i64::try_from(media.bytes).unwrap_or(i64::MAX),
                        at.as_millis(),
                    ],
                )?;
            }
            Ok(())
        })
        .await
    }

    /// Meta does not know these any more.
    pub async fn forget_media(&self, ids: Vec<String>) -> Result<(), Error> {
        self.run(move |files| {
            for id in ids {
                files
                    .cache
                    .execute("DELETE FROM saved_media WHERE id = ?1", [id])?;
            }
            Ok(())
        })
        .await
    }
}

impl Reader {
    /// Meta's id of these bytes, if it got them since then as this kind.
    pub fn saved_media(
        &self,
        platform: Platform,
        kind: &str,
        digest: &str,
        since: Timestamp,
    ) -> Result<Option<String>, Error> {
        self.with(|db| {
            Ok(db
                .prepare_cached(
                    "SELECT id FROM saved_media \
                     WHERE platform = ?1 AND kind = ?2 AND digest = ?3 AND at >= ?4",
                )?
                .query_row(
                    params![platform.word(), kind, digest, since.as_millis()],
                    |row| row.get(0),
                )
                .optional()?)
        })
    }

    /// The newest that Meta got since then, newest first.
    pub fn newest_media(
        &self,
        platform: Platform,
        since: Timestamp,
        most: usize,
    ) -> Result<Vec<SavedMedia>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached(
                "SELECT id, platform, digest, kind, name, bytes, at FROM saved_media \
                 WHERE platform = ?1 AND at >= ?2 ORDER BY at DESC LIMIT ?3",
            )?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let rows =
                statement.query_map(params![platform.word(), since.as_millis(), most], |row| {
                    Ok(SavedMedia {
                        id: row.get(0)?,
                        platform: codec::platform(row.get_ref(1)?.as_str()?),
                        digest: row.get(2)?,
                        kind: media_kind(row.get_ref(3)?.as_str()?),
                        name: row.get(4)?,
                        bytes: row.get::<_, i64>(5)?.try_into().unwrap_or(0),
                        at: Timestamp::from_millis(row.get(6)?),
                    })
                })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
