//! Unsent text on the disk: one draft a person, which the text of a refused reply
//! joins until somebody sends or removes it.

use rusqlite::params;

use super::{
    Error, Reader, Writer, codec, content_rows,
    draft_rows::{give_back, read, unseen, write},
};
use crate::{
    domain::{Attachment, Content, ConversationId, Draft, Outgoing, Psid, Timestamp},
    failpoint,
};

impl Writer {
    /// Keeps unsent text; an empty draft is removed. `over`: in place of what is
    /// kept; else behind it, because nobody has seen that. Answers the files that
    /// belonged to the draft and do not any more.
    pub async fn save_draft(
        &self,
        conversation: ConversationId,
        psid: Psid,
        draft: Draft,
        over: bool,
        at: Timestamp,
    ) -> Result<Vec<Attachment>, Error> {
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
            let kept: Vec<&Attachment> = draft.attached.iter().flat_map(Content::files).collect();
            let before = before.attached.iter().flat_map(Content::files);
            Ok(before.filter(|old| !kept.contains(old)).cloned().collect())
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
                db.prepare_cached("SELECT content FROM outbox.draft WHERE content IS NOT NULL")?;
            let rows =
                statement.query_map([], |row| row.get(0).map(content_rows::contents_from))?;
            let attached: Vec<Vec<Content>> = rows.collect::<Result<_, _>>()?;
            let files = attached.iter().flatten().flat_map(Content::files);
            Ok(files.cloned().collect())
        })
    }
}
