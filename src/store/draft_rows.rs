//! Drafts as they stand in their table, inside of whatever transaction changes
//! them.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Error, codec, codec::DRAFT_COLUMNS, content_rows};
use crate::domain::{ConversationId, Draft, Mid, Outgoing, Psid, Timestamp};

/// What was typed ahead of a draft that nobody had seen, behind it.
pub(super) fn unseen(before: Draft, typed: Draft) -> Draft {
    let text = match (before.text.as_str(), typed.text.as_str()) {
        (before, typed) if typed.contains(before) => typed.to_owned(),
        (before, typed) if before.contains(typed) => before.to_owned(),
        (before, typed) => format!("{before}\n{typed}"),
    };
    let cursor = match typed.text.is_empty() {
        true => before.cursor,
        false => typed.cursor,
    };
    let mut draft = Draft {
        text,
        cursor,
        ..before
    };
    draft.quote = typed.quote.or(draft.quote);
    draft.silent |= typed.silent;
    for content in typed.attached {
        if !draft.attached.contains(&content) {
            draft.attached.push(content);
        }
    }
    draft
}

/// What was typed under a name of ours joins the draft under Meta's id.
pub(super) fn join(
    db: &Connection,
    ours: &ConversationId,
    id: &ConversationId,
) -> Result<(), Error> {
    let (Some(typed), kept) = (read(db, ours)?, read(db, id)?) else {
        return Ok(());
    };
    let (psid, at): (String, i64) = db
        .prepare_cached("SELECT psid, at FROM draft WHERE conversation = ?1")?
        .query_row([ours.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let draft = unseen(kept.unwrap_or_default(), typed);
    write(db, id, &Psid::new(psid), &draft, Timestamp::from_millis(at))?;
    db.execute("DELETE FROM draft WHERE conversation = ?1", [ours.as_str()])?;
    Ok(())
}

pub(super) fn read(db: &Connection, id: &ConversationId) -> Result<Option<Draft>, Error> {
    Ok(db
        .prepare_cached(&format!(
            "SELECT {DRAFT_COLUMNS} FROM draft WHERE conversation = ?1"
        ))?
        .query_row([id.as_str()], codec::draft)
        .optional()?)
}

pub(super) fn write(
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
        "INSERT OR REPLACE INTO draft (conversation, psid, text, line, col, at, content, quote, silent) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            id.as_str(),
            psid.as_str(),
            draft.text,
            draft.cursor.0,
            draft.cursor.1,
            at.as_millis(),
            content_rows::contents(&draft.attached),
            draft.quote.as_ref().map(Mid::as_str),
            draft.silent,
        ],
    )?;
    Ok(())
}

/// A reply joins the draft of its person.
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
    draft.give_back(&returned, row.returned());
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
