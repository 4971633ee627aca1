//! What webhooks tell, in whatever order it comes: what is said about a message
//! may be here before the message, and every word may come twice.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{Error, codec, statement::Statements, words};
use crate::{
    domain::{ConversationId, Mid, Psid, ReactedWith, Span, ThreadOwner, TimelineEvent, Timestamp},
    text,
};

/// Page-level events and events of people nobody ever asks about are kept up to
/// this many.
const PARKED: i64 = 5_000;
/// So many unread messages are counted; more are as good as these (our choice). Otherwise
/// each new line of a customer would count all of their earlier ones again.
const UNREAD: u32 = 9;
/// What we inferred from reading and what Meta told of the same move lie at most
/// this far apart.
const SAME_MOVE: Span = Span::minutes(2);

/// What can be said about a message. The words stand in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnnotationKind {
    /// The customer reacted, or took the reaction back.
    CustomerReaction,
    /// The Page did.
    PageReaction,
    /// The customer changed the text.
    Edit,
    /// The customer took it back.
    Unsent,
    /// The customer has read it.
    Seen,
}

impl AnnotationKind {
    const ALL: [Self; 5] = [
        Self::CustomerReaction,
        Self::PageReaction,
        Self::Edit,
        Self::Unsent,
        Self::Seen,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::CustomerReaction => "reaction:customer",
            Self::PageReaction => "reaction:page",
            Self::Edit => "edit",
            Self::Unsent => "unsent",
            Self::Seen => "seen",
        }
    }
}

/// A word about a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Annotation<'a> {
    pub(super) kind: AnnotationKind,
    /// The number of the edit, or the moment of the reaction; the greater counts.
    pub(super) n: i64,
    pub(super) value: Option<&'a str>,
}

impl Annotation<'_> {
    /// One that says all by its kind.
    pub(super) fn plain(kind: AnnotationKind) -> Self {
        Self {
            kind,
            n: 0,
            value: None,
        }
    }
}

/// Keeps a word about a message, heard at this moment; whether it is news.
pub(super) fn annotate(
    db: &Transaction<'_>,
    id: &ConversationId,
    mid: &Mid,
    said: &Annotation<'_>,
    at: Timestamp,
) -> Result<bool, Error> {
    // Two words of one moment are told apart by what they say, so that their
    // order does not matter.
    let rows = db
        .prepare_cached(
            "INSERT INTO annotation (mid, kind, conversation, n, value, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (mid, kind) DO UPDATE SET n = ?4, value = ?5 \
             WHERE (n, coalesce(value, '')) < (?4, coalesce(?5, ''))",
        )?
        .execute(params![mid.as_str(), said.kind.word(), id.as_str(), said.n, said.value, at.as_millis()])?;
    Ok(rows > 0)
}

/// The customer reacted at this moment. A reaction of which Meta does not say what it
/// is leaves the one that is known.
pub(super) fn reacted(
    db: &Transaction<'_>,
    id: &ConversationId,
    mid: &Mid,
    with: &ReactedWith,
    at: Timestamp,
) -> Result<bool, Error> {
    let kind = AnnotationKind::CustomerReaction;
    let known: Option<Option<String>> = db
        .prepare_cached("SELECT value FROM annotation WHERE mid = ?1 AND kind = ?2")?
        .query_row([mid.as_str(), kind.word()], |row| row.get(0))
        .optional()?;
    let value = match with {
        ReactedWith::Emoji(emoji) => Some(emoji.as_str()),
        ReactedWith::Nothing => None,
        ReactedWith::Something if known.flatten().is_some() => return Ok(false),
        ReactedWith::Something => Some(""),
    };
    let n = at.as_millis();
    annotate(db, id, mid, &Annotation { kind, n, value }, at)
}

/// The customer changed a message. Without its new text the old one stays, and is
/// read anew; without a number it is one change more.
pub(super) fn edited(
    db: &Transaction<'_>,
    id: &ConversationId,
    mid: &Mid,
    text: Option<&str>,
    number: Option<u32>,
    now: Timestamp,
) -> Result<(), Error> {
    let kind = AnnotationKind::Edit;
    let n = match number {
        Some(number) => i64::from(number),
        None => db
            .prepare_cached(
                "SELECT 1 + coalesce((SELECT n FROM annotation WHERE mid = ?1 AND kind = ?2), \
                   (SELECT edits FROM message WHERE mid = ?1), 0)",
            )?
            .query_row([mid.as_str(), kind.word()], |row| row.get(0))?,
    };
    // The first word of a message (number 0) changes nothing.
    if n > 0 || text.is_some() {
        annotate(
            db,
            id,
            mid,
            &Annotation {
                kind,
                n,
                value: text,
            },
            now,
        )?;
    }
    Ok(())
}

/// What has been said about a message is applied to it, when either comes.
/// Whether anything changed.
pub(super) fn apply(db: &Transaction<'_>, id: &ConversationId, mid: &Mid) -> Result<bool, Error> {
    let mut statement = db
        .prepare_cached("SELECT kind, n, value, at FROM annotation WHERE mid = ?1 ORDER BY kind")?;
    let said: Vec<(String, i64, Option<String>, i64)> = statement
        .query_map([mid.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut changed = false;
    for (kind, n, value, at) in said {
        let mut known = AnnotationKind::ALL.into_iter();
        changed |= match known.find(|known| known.word() == kind) {
            // How it reads now is not known; what is read from now on is.
            Some(AnnotationKind::Edit) if value.is_none() => {
                db.execute_cached(
                    "UPDATE message SET edits = ?2, edited_at = 0 WHERE mid = ?1 AND unsent = 0 AND edits < ?2",
                    params![mid.as_str(), n],
                )? > 0
            }
            Some(AnnotationKind::Edit) => {
                let text = value.unwrap_or_default();
                // The message itself may come later.
                let parts: Option<String> = db
                    .prepare_cached("SELECT parts FROM message WHERE mid = ?1")?
                    .query_row([mid.as_str()], |row| row.get(0))
                    .optional()?;
                let parts = codec::parts_from(parts.as_deref().unwrap_or("[]"));
                let fold = words::searchable(&text, &parts);
                db.execute_cached(
                    "UPDATE message SET text = ?2, fold = ?3, edits = ?4, edited_at = ?5 \
                     WHERE mid = ?1 AND unsent = 0 AND edits < ?4",
                    params![mid.as_str(), text, fold, n, at],
                )? > 0
            }
            // What somebody took back is not kept here either.
            Some(AnnotationKind::Unsent) => {
                db.execute_cached(
                    "DELETE FROM annotation WHERE mid = ?1 AND kind = 'edit'",
                    [mid.as_str()],
                )?;
                db.execute_cached(
                    "UPDATE message SET unsent = 1, text = '', fold = '', parts = '[]', raw = '', reply_to = NULL, \
                       edits = 0 WHERE mid = ?1 AND unsent = 0",
                    [mid.as_str()],
                )? > 0
            }
            Some(AnnotationKind::Seen) => {
                db.execute_cached(
                    "UPDATE conversation SET read_through = max(coalesce(read_through, 0), \
                       (SELECT at FROM message WHERE mid = ?2)) \
                     WHERE id = ?1 AND coalesce(read_through, 0) < (SELECT at FROM message WHERE mid = ?2)",
                    params![id.as_str(), mid.as_str()],
                )? > 0
            }
            Some(AnnotationKind::CustomerReaction | AnnotationKind::PageReaction) | None => false,
        };
    }
    Ok(changed)
}

/// How far the Page's messages have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Receipt {
    /// The customer's devices have them.
    Delivered,
    /// The customer has read them, so they were delivered too.
    Read,
}

impl Receipt {
    fn column(self) -> &'static str {
        match self {
            Self::Delivered => "delivered_through",
            Self::Read => "read_through",
        }
    }
}

/// Receipts never go back.
pub(super) fn receipt(
    db: &Transaction<'_>,
    id: &ConversationId,
    receipt: Receipt,
    through: Timestamp,
) -> Result<bool, Error> {
    let column = receipt.column();
    let rows = db.execute_cached(
        &format!(
            "UPDATE conversation SET {column} = ?2 WHERE id = ?1 AND coalesce({column}, 0) < ?2"
        ),
        params![id.as_str(), through.as_millis()],
    )?;
    Ok(rows > 0)
}

/// The customer did something that opens the 24 hours and is no message.
pub(super) fn opened(
    db: &Transaction<'_>,
    id: &ConversationId,
    at: Timestamp,
) -> Result<(), Error> {
    db.execute_cached(
        "UPDATE conversation SET opened_at = ?2 WHERE id = ?1 AND coalesce(opened_at, 0) < ?2",
        params![id.as_str(), at.as_millis()],
    )?;
    Ok(())
}

/// A row of the list after a message was heard: its words, its moment, and how
/// many of the customer's messages wait.
///
/// `anew`: what the row says of its newest message may be gone, whatever the
/// list says of its time.
pub(super) fn refresh_row(
    db: &Transaction<'_>,
    id: &ConversationId,
    anew: bool,
) -> Result<(), Error> {
    let Some((at, words)) = newest_words(db, id)? else {
        return Ok(());
    };
    // A thumb under our question is often the whole answer.
    let (reacted_at, reaction): (Option<i64>, Option<String>) = db.query_row_cached(
        "SELECT max(a.n), iif(a.value = '', 'reacted', a.value) || ' to: ' || m.text \
         FROM annotation a JOIN message m ON m.mid = a.mid \
         WHERE a.conversation = ?1 AND a.kind = ?2 AND a.value IS NOT NULL AND m.author <> 'customer'",
        params![id.as_str(), AnnotationKind::CustomerReaction.word()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let (at, words) = match (reacted_at, reaction) {
        (Some(reacted_at), Some(reaction)) if reacted_at > at => (reacted_at, reaction),
        _ => (at, words),
    };
    let name: Option<String> = db
        .prepare_cached("SELECT name FROM conversation WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?
        .flatten();
    let fold = text::searchable(&format!("{} {words}", name.unwrap_or_default()));
    db.execute_cached(
        "UPDATE conversation SET updated_at = max(updated_at, ?2), snippet = ?3, fold = ?4, \
           unread = (SELECT count(*) FROM \
             (SELECT 1 FROM message m WHERE m.conversation = ?1 AND m.author = 'customer' \
                AND m.at > max(coalesce(page_at, 0), coalesce(marked_seen_at, 0)) LIMIT ?6)) \
         WHERE id = ?1 AND (?5 OR ?2 >= updated_at / 1000 * 1000)",
        params![id.as_str(), at, words, fold, anew, UNREAD],
    )?;
    Ok(())
}

/// The newest message of a thread: when it was written, and what stands for it in the
/// list. Of one millisecond it is the one with the greatest name, in whatever order they
/// came; asking for that order would make SQLite sort.
fn newest_words(db: &Transaction<'_>, id: &ConversationId) -> Result<Option<(i64, String)>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT at, mid, text, parts FROM message WHERE conversation = ?1 AND gone = 0 \
         ORDER BY at DESC, n DESC",
    )?;
    let mut rows = statement.query([id.as_str()])?;
    let mut newest: Option<(i64, String, String)> = None;
    while let Some(row) = rows.next()? {
        let (at, mid): (i64, String) = (row.get(0)?, row.get(1)?);
        if newest.as_ref().is_some_and(|(newest, ..)| at < *newest) {
            break;
        }
        if newest.as_ref().is_none_or(|(_, known, _)| *known < mid) {
            let (text, parts): (String, String) = (row.get(2)?, row.get(3)?);
            let words = match text.is_empty() {
                true => codec::parts_in_a_word(&parts).to_owned(),
                false => text,
            };
            newest = Some((at, mid, words));
        }
    }
    Ok(newest.map(|(at, _, words)| (at, words)))
}

/// Control moved, as Meta told us. What we had inferred of the same move gives
/// way to it, and our own act stays as it is.
pub(super) fn moved(
    db: &Transaction<'_>,
    id: &ConversationId,
    at: Timestamp,
    what: &TimelineEvent,
    own: bool,
    raw: &str,
) -> Result<(), Error> {
    let near = |from: Span| at.plus(from).as_millis();
    let (from, to) = (near(SAME_MOVE.negated()), near(SAME_MOVE));
    let known: bool = db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM happening WHERE conversation = ?1 AND at BETWEEN ?2 AND ?3 \
               AND (what = ?4 OR what = ?5))",
        )?
        .query_row(
            params![id.as_str(), from, to, own_act(what).0, own_act(what).1],
            |row| row.get(0),
        )?;
    if own && known {
        return Ok(());
    }
    db.execute_cached(
        "DELETE FROM happening WHERE conversation = ?1 AND at BETWEEN ?2 AND ?3 AND what IN ('came', 'left')",
        params![id.as_str(), from, to],
    )?;
    add_timeline_event(db, id, at, what, raw)
}

/// The customer did something, and the channel says whether we are in charge.
pub(super) fn in_charge(
    db: &Transaction<'_>,
    id: &ConversationId,
    at: Timestamp,
    until: Timestamp,
    us: bool,
) -> Result<bool, Error> {
    db.execute_cached(
        "UPDATE conversation SET charge_at = ?2, charge_us = ?3 WHERE id = ?1 AND (coalesce(charge_at, 0), coalesce(charge_us, 0)) <= (?2, ?3)",
        params![id.as_str(), at.as_millis(), us],
    )?;
    settle_owner(db, id, at, until)
}

/// A hand-over gave the thread to `to`.
pub(super) fn handed_to(
    db: &Transaction<'_>,
    id: &ConversationId,
    at: Timestamp,
    until: Timestamp,
    to: &ThreadOwner,
) -> Result<bool, Error> {
    db.execute_cached(
        "UPDATE conversation SET moved_at = ?2, moved_to = ?3 WHERE id = ?1 AND (coalesce(moved_at, 0), coalesce(moved_to, '')) <= (?2, ?3)",
        params![id.as_str(), at.as_millis(), codec::owner(to)],
    )?;
    settle_owner(db, id, at, until)
}

/// Who holds the thread: the newer of what we did or read and of the newest
/// hand-over, unless the channel has contradicted it since. It is computed from
/// these three alone, so it does not matter in which order they came.
fn settle_owner(
    db: &Transaction<'_>,
    id: &ConversationId,
    at: Timestamp,
    until: Timestamp,
) -> Result<bool, Error> {
    let facts = db.query_row_cached(
        "SELECT base_owner, base_at, base_since, moved_at, moved_to, charge_at, charge_us, \
           owner, owner_since, control_until FROM conversation WHERE id = ?1",
        [id.as_str()],
        ControlFacts::read,
    );
    let Some(facts) = facts.optional()? else {
        return Ok(false);
    };
    let (mut owner, mut known_at, mut since) = (
        codec::owner_from(&facts.base),
        facts.base_at,
        facts.base_since,
    );
    let moved_at = facts.moved_at.filter(|at| *at >= known_at);
    if let (Some(moved_at), Some(to)) = (moved_at, &facts.moved_to) {
        (owner, known_at, since) = (codec::owner_from(to), moved_at, Some(moved_at));
    }
    let charge_at = facts.charge_at.filter(|at| *at > known_at);
    if let (Some(charge_at), Some(us)) = (charge_at, facts.charge_us) {
        let nobody = matches!(owner, ThreadOwner::Idle | ThreadOwner::Unknown);
        if nobody || (owner == ThreadOwner::Us) != us {
            owner = if us {
                ThreadOwner::Us
            } else {
                ThreadOwner::NotUs
            };
            since = Some(charge_at);
        }
    }
    // What is older than what we know says nothing of how long control lasts.
    let says = at.as_millis() >= known_at.max(since.unwrap_or(0));
    let until = facts.until.max(says.then(|| until.as_millis()));
    let owner = codec::owner(&owner);
    if (&owner, since, until) == (&facts.owner, facts.since, facts.until) {
        return Ok(false);
    }
    // It has a trigger. As it calls no function and fails by rolling back, it needs no
    // savepoint, at which the index of all words would go to the disk: `cache_0010.sql`.
    db.execute_cached(
        "UPDATE OR ROLLBACK conversation SET owner = ?2, owner_since = ?3, control_until = ?4 WHERE id = ?1",
        params![id.as_str(), owner, since, until],
    )?;
    Ok(true)
}

/// What is known of who holds a thread, and what was made of it. Moments in milliseconds.
struct ControlFacts {
    base: String,
    base_at: i64,
    base_since: Option<i64>,
    moved_at: Option<i64>,
    moved_to: Option<String>,
    charge_at: Option<i64>,
    charge_us: Option<bool>,
    owner: String,
    since: Option<i64>,
    until: Option<i64>,
}

impl ControlFacts {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            base: row.get(0)?,
            base_at: row.get(1)?,
            base_since: row.get(2)?,
            moved_at: row.get(3)?,
            moved_to: row.get(4)?,
            charge_at: row.get(5)?,
            charge_us: row.get(6)?,
            owner: row.get(7)?,
            since: row.get(8)?,
            until: row.get(9)?,
        })
    }
}

/// How our own part in a move stands in the table, if it was ours.
fn own_act(what: &TimelineEvent) -> (String, String) {
    match what {
        TimelineEvent::Moved { taken: true, .. } => ("took".into(), "took".into()),
        TimelineEvent::Moved { to: Some(app), .. } => (
            codec::timeline_event(&TimelineEvent::passed_to(Some(app.clone()))),
            "passed".into(),
        ),
        _ => (String::new(), String::new()),
    }
}

/// Something that is no message happened in a thread.
pub(super) fn add_timeline_event(
    db: &Transaction<'_>,
    id: &ConversationId,
    at: Timestamp,
    what: &TimelineEvent,
    raw: &str,
) -> Result<(), Error> {
    db.execute_cached(
        "INSERT OR IGNORE INTO happening (conversation, at, what, raw) VALUES (?1, ?2, ?3, ?4)",
        params![
            id.as_str(),
            at.as_millis(),
            codec::timeline_event(what),
            raw
        ],
    )?;
    Ok(())
}

/// Keeps what cannot be placed yet.
pub(super) fn park(
    db: &Transaction<'_>,
    psid: &Psid,
    raw: &str,
    about: Option<&Mid>,
    unsent: bool,
    now: Timestamp,
) -> Result<(), Error> {
    if let Some(mid) = about {
        // As it stands in the JSON: whole, not the beginning of another.
        let mid = format!("\"{mid}\"");
        let gone: bool = db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM parked WHERE psid = ?1 AND instr(raw, ?2) > 0 \
                 AND instr(raw, '\"is_deleted\"') > 0)",
            )?
            .query_row(params![psid.as_str(), mid], |row| row.get(0))?;
        if gone {
            return Ok(());
        }
        if unsent {
            db.execute_cached(
                "DELETE FROM parked WHERE psid = ?1 AND instr(raw, ?2) > 0",
                params![psid.as_str(), mid],
            )?;
        }
    }
    db.execute_cached(
        "INSERT OR IGNORE INTO parked (psid, at, raw) VALUES (?1, ?2, ?3)",
        params![psid.as_str(), now.as_millis(), raw],
    )?;
    db.execute_cached(
        "DELETE FROM parked WHERE n <= (SELECT max(n) FROM parked) - ?1",
        [PARKED],
    )?;
    Ok(())
}

/// What is kept for a person, in the order in which it came.
pub(super) fn parked(db: &Connection, psid: &Psid) -> Result<Vec<String>, Error> {
    let mut statement = db.prepare_cached("SELECT raw FROM parked WHERE psid = ?1 ORDER BY n")?;
    let raw = statement.query_map([psid.as_str()], |row| row.get(0))?;
    Ok(raw.collect::<Result<_, _>>()?)
}
