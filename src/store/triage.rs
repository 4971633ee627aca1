//! What an agent decides for themselves: kept in the precious file, and copied
//! into the cache, whose rows it moves.

use std::collections::HashMap;

use rusqlite::params;

use super::{Error, Reader, Writer, codec, ranking::place};
use crate::store::triage_columns::{columns, copy};
use crate::{
    domain::{ConversationId, PrivateNote, Psid, Timestamp, Triage},
    failpoint, text,
};

/// What makes a conversation need a person, besides control and unread words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EscalationRules {
    /// Words in a message of the bot's.
    pub phrases: Vec<String>,
    /// Labels of ours.
    pub labels: Vec<String>,
}

/// Ids as SQL takes a list of them.
fn ids<'a>(ids: impl Iterator<Item = &'a ConversationId>) -> String {
    let ids: Vec<&str> = ids.map(ConversationId::as_str).collect();
    serde_json::to_string(&ids).unwrap_or_default()
}

impl Writer {
    /// Keeps decisions, whole, in place of what was decided before; `now` is by
    /// Meta's clock.
    pub async fn triage(
        &self,
        rows: Vec<(ConversationId, Psid, Triage)>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.run(move |files| {
            let (outbox, cache) = (files.outbox.transaction()?, files.cache.transaction()?);
            for (id, psid, triage) in &rows {
                if *triage == Triage::default() {
                    outbox.execute("DELETE FROM triage WHERE conversation = ?1", [id.as_str()])?;
                } else {
                    let (aside, until, through) = columns(triage.deferred);
                    outbox.execute(
                        "INSERT INTO triage (conversation, psid, aside, until, through, unread, labels, at) \
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (conversation) DO UPDATE SET \
                         aside = ?3, until = ?4, through = ?5, unread = ?6, labels = ?7, at = ?8",
                        params![
                            id.as_str(),
                            psid.as_str(),
                            aside,
                            until,
                            through,
                            triage.unread,
                            codec::labels(&triage.labels),
                            now.as_millis()
                        ],
                    )?;
                }
                copy(&cache, id, triage)?;
                place(&cache, id, now)?;
            }
            // The precious file first: the cache can be made of it again.
            outbox.commit()?;
            failpoint::reach("triage.commit");
            cache.commit()?;
            Ok(())
        })
        .await
    }

    /// A program that died between the two files left them apart: the cache takes
    /// over what the precious file says. Answers how many rows that were.
    pub async fn repair_triage(&self, now: Timestamp) -> Result<usize, Error> {
        self.run(move |files| {
            let kept: HashMap<ConversationId, Triage> = files
                .outbox
                .prepare("SELECT aside, until, through, unread, labels, conversation FROM triage")?
                .query_map([], |row| {
                    Ok((ConversationId::new(row.get::<_, String>(5)?), codec::triage(row, 0)?))
                })?
                .collect::<Result<_, _>>()?;
            let cache = files.cache.transaction()?;
            let copied: Vec<(ConversationId, Triage)> = cache
                .prepare(
                    "SELECT aside, until, through, kept_unread, labels, id FROM conversation \
                     WHERE aside IS NOT NULL OR kept_unread = 1 OR labels <> '[]' OR id IN (SELECT value FROM json_each(?1))",
                )?
                .query_map([ids(kept.keys())], |row| {
                    Ok((ConversationId::new(row.get::<_, String>(5)?), codec::triage(row, 0)?))
                })?
                .collect::<Result<_, _>>()?;
            let mut repaired = 0;
            for (id, copied) in copied {
                let kept = kept.get(&id).cloned().unwrap_or_default();
                if kept != copied {
                    copy(&cache, &id, &kept)?;
                    place(&cache, &id, now)?;
                    repaired += 1;
                }
            }
            cache.commit()?;
            Ok(repaired)
        })
        .await
    }

    /// A thread has been opened: it is not kept unread any more. Whether it was.
    pub async fn no_longer_unread(
        &self,
        id: ConversationId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.run(move |files| {
            let was = files.outbox.execute(
                "UPDATE triage SET unread = 0 WHERE conversation = ?1 AND unread = 1",
                [id.as_str()],
            )?;
            if was > 0 {
                let cache = files.cache.transaction()?;
                cache.execute(
                    "UPDATE conversation SET kept_unread = 0 WHERE id = ?1",
                    [id.as_str()],
                )?;
                place(&cache, &id, now)?;
                cache.commit()?;
            }
            Ok(was > 0)
        })
        .await
    }

    /// Keeps a private note.
    pub async fn keep_note(
        &self,
        conversation: ConversationId,
        psid: Psid,
        note: PrivateNote,
    ) -> Result<(), Error> {
        self.run(move |files| {
            files.outbox.execute(
                "INSERT OR REPLACE INTO note (id, conversation, psid, at, agent, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    note.id.as_str(),
                    conversation.as_str(),
                    psid.as_str(),
                    note.at.as_millis(),
                    note.agent,
                    note.text
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// Removes a private note.
    pub async fn drop_note(&self, id: String) -> Result<(), Error> {
        self.run(move |files| {
            files
                .outbox
                .execute("DELETE FROM note WHERE id = ?1", [id])?;
            Ok(())
        })
        .await
    }

    /// What asks for a person from now on, by configuration; `now` is by Meta's
    /// clock. Whether that is something else than before.
    pub async fn asking(&self, asking: EscalationRules, now: Timestamp) -> Result<bool, Error> {
        self.run(move |files| {
            let cache = files.cache.transaction()?;
            let mut wanted: Vec<(&str, String)> = Vec::new();
            let phrases = asking.phrases.iter().map(|words| text::fold(words));
            wanted.extend(phrases.map(|words| ("phrase", words)));
            wanted.extend(asking.labels.iter().map(|label| ("label", label.clone())));
            wanted.retain(|(_, word)| !word.trim().is_empty());
            wanted.sort();
            wanted.dedup();
            let have: Vec<(String, String)> = cache
                .prepare("SELECT kind, word FROM asking ORDER BY kind, word")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let same = have.len() == wanted.len()
                && have
                    .iter()
                    .zip(&wanted)
                    .all(|(a, b)| a.0 == b.0 && a.1 == b.1);
            if same {
                return Ok(false);
            }
            cache.execute("DELETE FROM asking", [])?;
            for (kind, word) in &wanted {
                cache.execute(
                    "INSERT INTO asking (kind, word) VALUES (?1, ?2)",
                    params![kind, word],
                )?;
            }
            // Only rows that the change is about are looked at again, when
            // their turn comes.
            cache.execute(
                "UPDATE conversation SET turns_at = ?1 WHERE labels <> '[]'",
                [now.as_millis()],
            )?;
            cache.commit()?;
            Ok(true)
        })
        .await
    }
}

impl Reader {
    /// The labels in use, in the order of the alphabet.
    pub fn labels(&self) -> Result<Vec<String>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT l.value FROM outbox.triage t, json_each(t.labels) l ORDER BY l.value",
            )?;
            let labels = statement.query_map([], |row| row.get(0))?;
            Ok(labels.collect::<Result<_, _>>()?)
        })
    }
}
