//! Unsent text on the disk: one draft a person, which the text of a refused reply
//! joins until somebody sends or removes it.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Error, Reader, Writer, codec};
use crate::{
    domain::{Attachment, ConversationId, Draft, Outgoing, Psid, Timestamp},
    failpoint,
};

impl Writer {
    /// Keeps unsent text; an empty draft is removed. `over`: in place of what is
    /// kept; else behind it, because nobody has seen that. Answers the file that
    /// belonged to the draft and does not any more.
    pub async fn save_draft(
        &self,
        conversation: ConversationId,
        psid: Psid,
        draft: Draft,
        over: bool,
        at: Timestamp,
    ) -> Result<Option<Box<Attachment>>, Error> {
        self.run(move |files| {
            let db = files.outbox.transaction()?;
            let before = read(&db, &conversation)?.unwrap_or_default();
            let mut draft = draft;
            if !over {
                draft = unseen(before.clone(), draft);
            }
            // A refused reply whose words no longer stand in the composer keeps
            // its text to itself; one whose words do is there.
            db.execute(
                "UPDATE outgoing SET given_back = CASE WHEN instr(?2, text) > 0 THEN 1 \
                   WHEN given_back = 1 AND instr(?2, substr(text, 1, 12)) = 0 THEN 2 ELSE given_back END \
                 WHERE conversation = ?1 AND state = 'refused' AND text <> ''",
                params![conversation.as_str(), draft.text],
            )?;
            write(&db, &conversation, &psid, &draft, at)?;
            failpoint::reach("draft.save");
            db.commit()?;
            Ok(before.file.filter(|old| draft.file.as_ref() != Some(old)))
        })
        .await
    }

    /// The texts of refused replies that never came back, because the program died
    /// before anybody stopped typing: they stand in their drafts now.
    pub async fn give_back_refused(&self, at: Timestamp) -> Result<(), Error> {
        self.run(move |files| {
            let db = files.outbox.transaction()?;
            let left: Vec<Outgoing> = db
                .prepare(&format!(
                    "SELECT {} FROM outgoing WHERE state = 'refused' AND given_back = 0 AND text <> '' ORDER BY rowid",
                    codec::OUTGOING_COLUMNS
                ))?
                .query_map([], codec::outgoing)?
                .collect::<Result<_, _>>()?;
            for row in &left {
                give_back(&db, row, at)?;
            }
            db.commit()?;
            Ok(())
        })
        .await
    }
}

impl Reader {
    /// The files that belong to drafts.
    pub fn draft_files(&self) -> Result<Vec<Attachment>, Error> {
        self.with(|db| {
            let mut statement =
                db.prepare_cached("SELECT file FROM outbox.draft WHERE file IS NOT NULL")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            let json: Vec<String> = rows.collect::<Result<_, _>>()?;
            Ok(json
                .iter()
                .filter_map(|json| codec::file_from(json))
                .collect())
        })
    }
}

/// What was typed ahead of a draft that nobody had seen, behind it.
fn unseen(before: Draft, typed: Draft) -> Draft {
    let text = match (before.text.as_str(), typed.text.as_str()) {
        (before, typed) if typed.contains(before) => typed.to_owned(),
        (before, typed) if before.contains(typed) => before.to_owned(),
        (before, typed) => format!("{before}\n{typed}"),
    };
    let cursor = match typed.text.is_empty() {
        true => before.cursor,
        false => typed.cursor,
    };
    Draft {
        text,
        cursor,
        file: typed.file.or(before.file),
    }
}

pub(super) fn read(db: &Connection, id: &ConversationId) -> Result<Option<Draft>, Error> {
    Ok(db
        .prepare_cached("SELECT text, line, col, file FROM draft WHERE conversation = ?1")?
        .query_row([id.as_str()], codec::draft)
        .optional()?)
}

fn write(
    db: &Connection,
    id: &ConversationId,
    psid: &Psid,
    draft: &Draft,
    at: Timestamp,
) -> Result<(), Error> {
    if draft.is_empty() {
        db.execute("DELETE FROM draft WHERE conversation = ?1", [id.as_str()])?;
        return Ok(());
    }
    db.execute(
        "INSERT OR REPLACE INTO draft (conversation, psid, text, line, col, at, file) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            id.as_str(),
            psid.as_str(),
            draft.text,
            draft.cursor.0,
            draft.cursor.1,
            at.as_millis(),
            draft.file.as_deref().map(codec::file),
        ],
    )?;
    Ok(())
}

/// The text and the file of a reply join the draft of their person.
pub(super) fn give_back(db: &Connection, row: &Outgoing, at: Timestamp) -> Result<(), Error> {
    let returned: Vec<String> = db
        .prepare_cached(
            "SELECT text FROM outgoing WHERE conversation = ?1 AND given_back = 1 AND local <> ?2 \
               AND state = 'refused' ORDER BY rowid",
        )?
        .query_map(
            params![row.conversation.as_str(), row.local.as_str()],
            |row| row.get(0),
        )?
        .collect::<Result<_, _>>()?;
    let mut draft = read(db, &row.conversation)?.unwrap_or_default();
    draft.put_back(&returned, &row.text);
    if draft.file.is_none() {
        draft.file.clone_from(&row.file);
    }
    write(db, &row.conversation, &row.psid, &draft, at)?;
    db.execute(
        "UPDATE outgoing SET given_back = 1 WHERE local = ?1 AND text <> ''",
        [row.local.as_str()],
    )?;
    Ok(())
}

/// Meta has a reply after all: its text leaves the draft, unless somebody has
/// changed it.
pub(super) fn take_out(
    db: &Connection,
    id: &ConversationId,
    psid: &Psid,
    text: &str,
    at: Timestamp,
) -> Result<(), Error> {
    if let Some(mut draft) = read(db, id)?
        && draft.take_out(text)
    {
        write(db, id, psid, &draft, at)?;
    }
    Ok(())
}
