//! Letting go of what is kept: old messages by age, and everything of one
//! person on request, with a proof that nothing of them is left in the files.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, params};

use super::{Error, Writer, audit, content_rows, writer::Files};
use crate::domain::{Content, Psid, Timestamp};

/// Texts shorter than this say nothing about a person.
const TRACE: usize = 8;

/// What was forgotten of a person, and what a search of the files found after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Conversations.
    pub conversations: usize,
    /// Messages.
    pub messages: usize,
    /// Drafts, replies, notes and decisions.
    pub unsent: usize,
    /// Lines of the record that no longer say whom they are about.
    pub record: usize,
    /// Ids, names and texts that the files were searched for.
    pub traces: usize,
    /// Files in which some of them still stand: copies of damaged files, say.
    pub left_in: Vec<PathBuf>,
}

impl Writer {
    /// Removes at most `limit` messages written before `before` (Meta's clock),
    /// and the conversations that have been quiet since then, unless there is
    /// unsent text or we hold them. Answers how many rows went.
    pub async fn retain(&self, before: Timestamp, limit: u32) -> Result<usize, Error> {
        self.run(move |files| {
            let drafts = unsent(&files.outbox)?;
            let db = files.cache.transaction()?;
            let before = before.as_millis();
            // What is gone may be fetched again if somebody scrolls there.
            db.execute(
                "UPDATE conversation SET older_known = 0, older_cursor = NULL WHERE id IN \
                 (SELECT conversation FROM message WHERE at < ?1 LIMIT ?2)",
                params![before, limit],
            )?;
            let mut gone = db.execute(
                "DELETE FROM message WHERE n IN (SELECT n FROM message WHERE at < ?1 LIMIT ?2)",
                params![before, limit],
            )?;
            db.execute("DELETE FROM happening WHERE at < ?1", [before])?;
            db.execute("DELETE FROM parked WHERE at < ?1", [before])?;
            db.execute("DELETE FROM annotation WHERE at < ?1", [before])?;
            let quiet: Vec<(String, String)> = db
                .prepare(
                    "SELECT id, psid FROM conversation WHERE updated_at < ?1 AND messages = 0 AND mine = 0 LIMIT ?2",
                )?
                .query_map(params![before, limit], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            for (id, psid) in quiet {
                if !drafts.contains(&id) {
                    gone += db.execute("DELETE FROM conversation WHERE id = ?1", [&id])?;
                    db.execute("DELETE FROM person WHERE psid = ?1", [&psid])?;
                }
            }
            db.commit()?;
            files.pictures.tidy_before(Timestamp::from_millis(before));
            Ok(gone)
        })
        .await
    }

    /// Forgets a person: conversations, messages, profile, drafts and replies.
    /// The files of the Page in `folder` are then searched for what was
    /// forgotten. `None` when nobody of that id is known.
    pub async fn forget(&self, psid: Psid, folder: PathBuf) -> Result<Option<Forgotten>, Error> {
        self.run(move |files| forget(files, psid.as_str(), &folder))
            .await
    }
}

fn unsent(outbox: &Connection) -> Result<Vec<String>, Error> {
    let mut statement = outbox.prepare(
        "SELECT conversation FROM draft UNION SELECT conversation FROM outgoing WHERE state NOT IN ('sent', 'dropped', 'assumed')",
    )?;
    let ids = statement.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

fn forget(files: &mut Files, psid: &str, folder: &Path) -> Result<Option<Forgotten>, Error> {
    let traces = traces(files, psid)?;
    let cache = files.cache.transaction()?;
    let theirs = "conversation IN (SELECT id FROM conversation WHERE psid = ?1)";
    let messages = cache.execute(&format!("DELETE FROM message WHERE {theirs}"), [psid])?;
    cache.execute(&format!("DELETE FROM happening WHERE {theirs}"), [psid])?;
    cache.execute(&format!("DELETE FROM annotation WHERE {theirs}"), [psid])?;
    let parked = cache.execute("DELETE FROM parked WHERE psid = ?1", [psid])?;
    let conversations = cache.execute("DELETE FROM conversation WHERE psid = ?1", [psid])?;
    let profiles = cache.execute("DELETE FROM person WHERE psid = ?1", [psid])?;
    cache.commit()?;
    files.pictures.forget(psid);
    let outbox = files.outbox.transaction()?;
    let contents: Vec<Vec<Content>> = outbox
        .prepare(
            "SELECT content FROM outgoing WHERE psid = ?1 AND content IS NOT NULL \
             UNION SELECT content FROM draft WHERE psid = ?1 AND content IS NOT NULL",
        )?
        .query_map([psid], |row| row.get(0).map(content_rows::contents_from))?
        .collect::<Result<_, _>>()?;
    // A file's name may say whose it is, and nothing says to whom it went. Without
    // these it is uploaded once more.
    files.cache.execute("DELETE FROM saved_media", [])?;
    for copy in contents.iter().flatten().flat_map(Content::files) {
        let _ = fs::remove_file(&copy.path);
    }
    let unsent = outbox.execute("DELETE FROM draft WHERE psid = ?1", [psid])?
        + outbox.execute("DELETE FROM outgoing WHERE psid = ?1", [psid])?
        + outbox.execute("DELETE FROM note WHERE psid = ?1", [psid])?
        + outbox.execute("DELETE FROM triage WHERE psid = ?1", [psid])?;
    let waiting = forget_waiting_lines(&outbox, psid)?;
    outbox.commit()?;
    // Their conversation may be gone long since; the record is still there.
    let record = audit::forget(&files.audit, psid).map_err(|why| Error::Io {
        path: files.audit.clone(),
        why,
    })? + waiting;
    if conversations + profiles + messages + unsent + parked + record == 0 {
        return Ok(None);
    }
    files
        .cache
        .execute("INSERT INTO words (words) VALUES ('optimize')", [])?;
    for db in [&files.cache, &files.outbox] {
        // Nothing of it may stay in free pages or in the journal.
        db.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
    }
    let mut left_in = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_file() && still_in(files, &path, &traces)? {
            left_in.push(path);
        }
    }
    left_in.extend(files.pictures.left_of(psid));
    left_in.sort();
    Ok(Some(Forgotten {
        conversations,
        messages,
        unsent,
        record,
        traces: traces.len(),
        left_in,
    }))
}

/// The same for lines that are not in the record's file yet.
fn forget_waiting_lines(outbox: &Connection, psid: &str) -> Result<usize, Error> {
    let lines: Vec<(i64, String)> = outbox
        .prepare("SELECT n, line FROM audit")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut theirs = 0;
    for (n, line) in &lines {
        if let Some(line) = audit::anonymous(line, psid) {
            theirs +=
                outbox.execute("UPDATE audit SET line = ?2 WHERE n = ?1", params![n, line])?;
        }
    }
    Ok(theirs)
}

/// What would give a person away: their ids and names, and every text of their
/// threads that is long enough to be told from others.
fn traces(files: &Files, psid: &str) -> Result<Vec<Vec<u8>>, Error> {
    let mut traces = vec![psid.as_bytes().to_vec()];
    let theirs = "SELECT id FROM conversation WHERE psid = ?1";
    for (db, question) in [
        (&files.cache, theirs.to_owned()),
        (
            &files.cache,
            "SELECT name FROM conversation WHERE psid = ?1".into(),
        ),
        (
            &files.cache,
            "SELECT name FROM person WHERE psid = ?1".into(),
        ),
        (
            &files.cache,
            "SELECT username FROM person WHERE psid = ?1".into(),
        ),
        (
            &files.cache,
            "SELECT snippet FROM conversation WHERE psid = ?1".into(),
        ),
        (
            &files.cache,
            format!("SELECT mid FROM message WHERE conversation IN ({theirs})"),
        ),
        (
            &files.cache,
            format!("SELECT text FROM message WHERE conversation IN ({theirs})"),
        ),
        (
            &files.cache,
            format!("SELECT value FROM annotation WHERE conversation IN ({theirs})"),
        ),
        (
            &files.outbox,
            "SELECT text FROM draft WHERE psid = ?1".into(),
        ),
        (
            &files.outbox,
            "SELECT text FROM outgoing WHERE psid = ?1".into(),
        ),
        (
            &files.outbox,
            "SELECT text FROM note WHERE psid = ?1".into(),
        ),
    ] {
        let mut statement = db.prepare(&question)?;
        let found = statement.query_map([psid], |row| row.get::<_, Option<String>>(0))?;
        for text in found {
            let text = text?.unwrap_or_default().into_bytes();
            if text.len() >= TRACE {
                traces.push(text);
            }
        }
    }
    traces.sort();
    traces.dedup();
    Ok(traces)
}

/// Whether a file holds one of the traces, other than in what somebody else
/// said in the same words.
fn still_in(files: &Files, path: &Path, traces: &[Vec<u8>]) -> Result<bool, Error> {
    let bytes = fs::read(path).map_err(|why| Error::Io {
        path: path.to_owned(),
        why,
    })?;
    let mut by_start: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
    for trace in traces {
        if let Some(start) = trace.get(..TRACE) {
            by_start.entry(start).or_default().push(trace);
        }
    }
    for (at, start) in bytes.windows(TRACE).enumerate() {
        let Some(candidates) = by_start.get(start) else {
            continue;
        };
        for trace in candidates {
            if bytes[at..].starts_with(trace) && !somebody_elses(files, trace)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn somebody_elses(files: &Files, trace: &[u8]) -> Result<bool, Error> {
    let trace = String::from_utf8_lossy(trace);
    let holds = |db: &Connection, question: &str| {
        db.prepare_cached(question)?
            .query_row([&*trace], |row| row.get::<_, bool>(0))
    };
    Ok(holds(
        &files.cache,
        "SELECT EXISTS (SELECT 1 FROM message WHERE instr(text, ?1) OR instr(raw, ?1) OR instr(fold, ?1)) \
         OR EXISTS (SELECT 1 FROM conversation WHERE instr(coalesce(name, ''), ?1) OR instr(snippet, ?1) \
                    OR instr(fold, ?1) OR instr(name_fold, ?1)) \
         OR EXISTS (SELECT 1 FROM person WHERE instr(coalesce(name, ''), ?1) OR instr(coalesce(username, ''), ?1))",
    )? || holds(
        &files.outbox,
        "SELECT EXISTS (SELECT 1 FROM draft WHERE instr(text, ?1)) OR EXISTS (SELECT 1 FROM outgoing WHERE instr(text, ?1)) \
         OR EXISTS (SELECT 1 FROM note WHERE instr(text, ?1))",
    )?)
}
