//! Messages into their table: what is known of one only ever gets better, from
//! whichever side it comes.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    Error, codec,
    numbers::Numbers,
    statement::Statements,
    webhook_facts::{self, AnnotationKind},
    words,
};
use crate::{
    domain::{Author, ConversationId, Message, MessageSeen, Mid, Part, Span, Timestamp},
    text,
};

/// A message as the table has it.
struct KnownMessage {
    at: i64,
    author: Author,
    text: String,
    parts: Vec<Part>,
    gone: bool,
    raw: String,
    heard: bool,
    reply_to: Option<String>,
    edits: u32,
    unsent: bool,
    /// When the last change was heard: milliseconds.
    edited_at: i64,
}

/// A read that was on its way while something was heard says how it was before;
/// it takes no longer than this.
const ON_ITS_WAY: Span = Span::seconds(15);

/// Takes a message in. Whether anything changed.
pub(super) fn ingest(
    db: &Transaction<'_>,
    outbox: &Connection,
    id: &ConversationId,
    seen: &MessageSeen,
    now: Timestamp,
    numbers: &mut Numbers,
) -> Result<bool, Error> {
    let m = &seen.message;
    let known = known(db, &m.mid)?;
    if known.is_none() && m.at == Timestamp::default() {
        // Without a moment it has no place; reading shows it again.
        return Ok(false);
    }
    // The wire says only "the Page"; what stands in our outbox is ours.
    let ours = m.author == Author::Page
        && outbox
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM outgoing WHERE mid = ?1)")?
            .query_row([m.mid.as_str()], |row| row.get(0))?;
    let author = if ours { Author::Me } else { m.author.clone() };
    let mut changed = match known {
        None => {
            if !seen.from_webhook {
                replace_made_up(db, id, m)?;
            }
            insert(db, outbox, id, seen, &author, numbers.next())?;
            true
        }
        // Content that Meta no longer gives out stays as we had it, and what
        // was taken back stays away.
        Some(known) if m.gone || known.unsent => false,
        Some(known) => better(db, known, seen, &author, now)?,
    };
    changed |= reactions(db, id, m, now)?;
    changed |= webhook_facts::apply(db, id, &m.mid)?;
    // An echo with nothing in it (Meta sends them) answers nobody.
    let says_something = !author.is_page() || !m.text.is_empty() || !m.parts.is_empty();
    if !m.gone && says_something && m.at != Timestamp::default() {
        changed |= advance(db, id, &author, m.at)? > 0;
    }
    Ok(changed)
}

/// Messages may be known before their conversation is: what they say of its
/// clocks is caught up with.
pub(super) fn count_messages(db: &Transaction<'_>, id: &ConversationId) -> Result<(), Error> {
    let latest = |who: &str| {
        format!(
            "(SELECT max(at) FROM message m WHERE m.conversation = ?1 AND m.gone = 0 AND at > 0 AND {who})"
        )
    };
    // An echo with nothing in it answers nobody; a reply of ours may stand here
    // before its words do.
    let says = "(author = 'me' OR text <> '' OR parts <> '[]')";
    db.prepare_cached(&format!(
        "UPDATE conversation SET messages = (SELECT count(*) FROM message m WHERE m.conversation = ?1), \
         customer_at = {}, page_at = {}, agent_at = {} WHERE id = ?1",
        latest("author = 'customer'"),
        latest(&format!("author <> 'customer' AND {says}")),
        latest("author = 'me'"),
    ))?
    .execute([id.as_str()])?;
    Ok(())
}

fn known(db: &Transaction<'_>, mid: &Mid) -> Result<Option<KnownMessage>, Error> {
    let known = db
        .prepare_cached(
            "SELECT at, author, text, parts, gone, raw, heard, reply_to, edits, unsent, edited_at FROM message WHERE mid = ?1",
        )?
        .query_row([mid.as_str()], |row| {
            Ok(KnownMessage {
                at: row.get(0)?,
                author: codec::author_from(row.get_ref(1)?.as_str()?),
                text: row.get(2)?,
                parts: codec::parts_from(row.get_ref(3)?.as_str()?),
                gone: row.get(4)?,
                raw: row.get(5)?,
                heard: row.get(6)?,
                reply_to: row.get(7)?,
                edits: row.get(8)?,
                unsent: row.get(9)?,
                edited_at: row.get(10)?,
            })
        })
        .optional()?;
    Ok(known)
}

/// A tapped button without an id was given one of ours; Meta's own is better.
fn replace_made_up(db: &Transaction<'_>, id: &ConversationId, m: &Message) -> Result<(), Error> {
    if m.author == Author::Customer {
        db.prepare_cached(
            "DELETE FROM message WHERE conversation = ?1 AND at BETWEEN ?2 AND ?2 + 999 AND text = ?3 \
             AND mid LIKE 'postback:%'",
        )?
        .execute(params![id.as_str(), m.at.as_millis().div_euclid(1000) * 1000, m.text])?;
    }
    Ok(())
}

/// A message that is not in the table yet, as it goes in.
pub(super) struct NewMessage<'a> {
    /// Its number; `None` for the one behind all others.
    pub(super) n: Option<i64>,
    pub(super) mid: &'a Mid,
    pub(super) at: Timestamp,
    pub(super) author: &'a Author,
    pub(super) text: &'a str,
    pub(super) parts: &'a [Part],
    pub(super) gone: bool,
    pub(super) raw: &'a str,
    /// By webhook.
    pub(super) heard: bool,
    pub(super) reply_to: Option<&'a str>,
}

/// Adds a message to a conversation and its words to their index, and counts it. Nothing
/// else adds messages; `cache_0010.sql` says why there is no trigger for it.
pub(super) fn add(
    db: &Transaction<'_>,
    id: &ConversationId,
    m: &NewMessage<'_>,
) -> Result<(), Error> {
    let fold = words::searchable(m.text, m.parts);
    db.execute_cached(
        "INSERT INTO message \
           (n, mid, conversation, at, author, text, parts, gone, raw, fold, heard, reply_to) \
         VALUES (?12, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            m.mid.as_str(),
            id.as_str(),
            m.at.as_millis(),
            codec::author(m.author),
            m.text,
            codec::parts(m.parts),
            m.gone,
            m.raw,
            fold,
            m.heard,
            m.reply_to,
            m.n
        ],
    )?;
    db.execute_cached(
        "INSERT INTO words (rowid, fold) VALUES (?1, ?2)",
        params![db.last_insert_rowid(), fold],
    )?;
    db.execute_cached(
        "UPDATE conversation SET messages = messages + 1 WHERE id = ?1",
        [id.as_str()],
    )?;
    Ok(())
}

fn insert(
    db: &Transaction<'_>,
    outbox: &Connection,
    id: &ConversationId,
    seen: &MessageSeen,
    author: &Author,
    n: Option<i64>,
) -> Result<(), Error> {
    let m = &seen.message;
    let new = NewMessage {
        n,
        mid: &m.mid,
        at: m.at,
        author,
        text: &m.text,
        parts: &m.parts,
        gone: m.gone,
        raw: &seen.raw,
        heard: seen.from_webhook,
        reply_to: m.annotations.reply_to.as_ref().map(Mid::as_str),
    };
    add(db, id, &new)?;
    if author.is_page() && *author != Author::Me {
        let asks_for_a_person: bool = db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM asking WHERE kind = 'phrase' AND instr(?1, word) > 0)",
            )?
            .query_row([text::searchable(&m.text)], |row| row.get(0))?;
        if asks_for_a_person {
            asks(db, outbox, id, m.at)?;
        }
    }
    Ok(())
}

/// The bot asked for a person at this moment, unless we have handed the thread
/// back since.
pub(super) fn asks(
    db: &Transaction<'_>,
    outbox: &Connection,
    id: &ConversationId,
    at: Timestamp,
) -> Result<(), Error> {
    let asked = db
        .prepare_cached(
            "UPDATE conversation SET asked_at = ?2 WHERE id = ?1 AND coalesce(asked_at, 0) < ?2 \
         AND NOT EXISTS (SELECT 1 FROM happening WHERE conversation = ?1 AND at >= ?2 \
                         AND (what LIKE 'passed%' OR what = 'released'))",
        )?
        .execute(params![id.as_str(), at.as_millis()])?;
    if asked > 0 {
        // "No reply needed" was said before the bot asked for a person. An old
        // message that is only read now changes nothing.
        let over = "aside = NULL, until = NULL, through = NULL";
        let overtaken = outbox.execute_cached(
            &format!(
                "UPDATE triage SET {over} WHERE conversation = ?1 AND aside = 'done' AND coalesce(at, 0) <= ?2"
            ),
            params![id.as_str(), at.as_millis()],
        )?;
        if overtaken > 0 {
            db.execute_cached(
                &format!("UPDATE conversation SET {over} WHERE id = ?1"),
                [id.as_str()],
            )?;
        }
    }
    Ok(())
}

/// What is known of a message only ever gets better. The Graph API has its
/// content as it is now; a webhook has its moment to the millisecond, its
/// author by app, and what was tapped. Whether anything changed.
fn better(
    db: &Transaction<'_>,
    known: KnownMessage,
    seen: &MessageSeen,
    author: &Author,
    now: Timestamp,
) -> Result<bool, Error> {
    let m = &seen.message;
    // Our own reply stands here without content until Meta shows it.
    let bare = known.gone || known.raw.is_empty();
    let keeps = seen.from_webhook && !bare;
    let same_second = known.at.div_euclid(1000) == m.at.as_millis().div_euclid(1000);
    let at = match (same_second, known.heard && !seen.from_webhook) {
        (true, _) if !bare => known.at.max(m.at.as_millis()),
        (_, true) => known.at,
        _ if m.at == Timestamp::default() => known.at,
        _ => m.at.as_millis(),
    };
    let just_edited = Timestamp::from_millis(known.edited_at).plus(ON_ITS_WAY) > now;
    // A member that is not there says nothing: no message becomes empty by it.
    let text = if keeps || m.text.is_empty() || (known.edits > 0 && just_edited) {
        &known.text
    } else {
        &m.text
    };
    // What stood in for words that only Meta has goes when it tells them.
    let told = bare && known.text.is_empty() && !text.is_empty();
    let mut parts = if keeps || (m.parts.is_empty() && !told) {
        known.parts.clone()
    } else {
        m.parts.clone()
    };
    // Only a webhook says that it was a tap, and what it sent.
    let is_tap = |part: &&Part| matches!(part, Part::Tapped(_));
    if !parts.iter().any(|part| is_tap(&part)) {
        let tap = known.parts.iter().chain(&m.parts).find(is_tap);
        if let Some(tap) = tap.cloned() {
            parts.insert(0, tap);
        }
    }
    // And that it went once it was seen: a read calls it unsupported.
    if known.parts.contains(&Part::Disappearing) {
        for part in &mut parts {
            if *part == Part::Unsupported {
                *part = Part::Disappearing;
            }
        }
    }
    let author = better_author(&known.author, author);
    let raw = if keeps { &known.raw } else { &seen.raw };
    let heard = known.heard || seen.from_webhook;
    let reply_to = m
        .annotations
        .reply_to
        .as_ref()
        .map(Mid::as_str)
        .or(known.reply_to.as_deref());
    let same = at == known.at
        && *text == known.text
        && parts == known.parts
        && author == known.author
        && *raw == known.raw
        && heard == known.heard
        && reply_to == known.reply_to.as_deref()
        && !known.gone;
    if same {
        return Ok(false);
    }
    db.prepare_cached(
        "UPDATE message SET at = ?2, author = ?3, text = ?4, parts = ?5, raw = ?6, fold = ?7, heard = ?8, \
           reply_to = ?9, gone = 0 WHERE mid = ?1",
    )?
    .execute(params![
        m.mid.as_str(),
        at,
        codec::author(&author),
        text,
        codec::parts(&parts),
        raw,
        words::searchable(text, &parts),
        heard,
        reply_to
    ])?;
    Ok(true)
}

/// "The Page" says less than any app does, and what we sent ourselves is ours.
fn better_author(known: &Author, new: &Author) -> Author {
    match (known, new) {
        (known, Author::Page) => known.clone(),
        (Author::Me, _) => Author::Me,
        (_, new) => new.clone(),
    }
}

/// What the Graph API says of reactions, without their moments: it is worth
/// less than what a webhook told.
fn reactions(
    db: &Transaction<'_>,
    id: &ConversationId,
    m: &Message,
    now: Timestamp,
) -> Result<bool, Error> {
    let mut changed = false;
    for reaction in &m.annotations.reactions {
        let kind = if reaction.by_customer {
            AnnotationKind::CustomerReaction
        } else {
            AnnotationKind::PageReaction
        };
        changed |= db
            .prepare_cached(
                "INSERT INTO annotation (mid, kind, conversation, n, value, at) VALUES (?1, ?2, ?3, 0, ?4, ?5) \
                 ON CONFLICT (mid, kind) DO UPDATE SET value = ?4 WHERE at < ?6 AND value IS NOT ?4",
            )?
            .execute(params![
                m.mid.as_str(),
                kind.word(),
                id.as_str(),
                reaction.emoji,
                now.as_millis(),
                now.plus(ON_ITS_WAY.negated()).as_millis()
            ])?
            > 0;
    }
    Ok(changed)
}

/// Moves the clocks of the row forward; they never go back.
pub(super) fn advance(
    db: &Transaction<'_>,
    id: &ConversationId,
    author: &Author,
    at: Timestamp,
) -> Result<usize, Error> {
    let sets = match author {
        Author::Customer => "customer_at = max(coalesce(customer_at, 0), ?2)",
        Author::Me => {
            "page_at = max(coalesce(page_at, 0), ?2), agent_at = max(coalesce(agent_at, 0), ?2)"
        }
        Author::App(_) | Author::Inbox | Author::Page => "page_at = max(coalesce(page_at, 0), ?2)",
    };
    let column = match author {
        Author::Customer => "customer_at",
        Author::Me => "agent_at",
        _ => "page_at",
    };
    Ok(db.execute_cached(
        &format!("UPDATE conversation SET {sets} WHERE id = ?1 AND coalesce({column}, 0) < ?2"),
        params![id.as_str(), at.as_millis()],
    )?)
}
