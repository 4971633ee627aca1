//! Taking facts from outside into the tables. A fact that we knew already
//! changes nothing, clocks never go back, and what is known of an author only
//! gets better.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Error, heard, page::set, rows};
use crate::{
    domain::{
        Author, Backfill, Change, ConversationId, ConversationSeen, Event, Happening, LocalId,
        Message, MessageSeen, Mid, Part, Profile, Psid, ThreadOwner, Timestamp, display_name,
    },
    failpoint, text,
};

/// The rows that facts were about.
#[derive(Debug, Default)]
pub(super) struct Touched(Vec<ConversationId>);

impl Touched {
    fn add(&mut self, id: &ConversationId) {
        if !self.0.contains(id) {
            self.0.push(id.clone());
        }
    }

    pub(super) fn ids(&self) -> &[ConversationId] {
        &self.0
    }
}

fn push(changes: &mut Vec<Change>, change: Change) {
    if !changes.contains(&change) {
        changes.push(change);
    }
}

/// A row and its thread are not what they were.
fn touched(changes: &mut Vec<Change>, rows: &mut Touched, id: ConversationId) {
    rows.add(&id);
    push(changes, Change::Inbox);
    push(changes, Change::Thread(id));
}

pub(super) fn ingest_one(
    db: &Transaction<'_>,
    outbox: &Connection,
    event: Event,
    now: Timestamp,
    (rows, changes): (&mut Touched, &mut Vec<Change>),
) -> Result<(), Error> {
    match event {
        Event::Conversation(seen) => {
            let id = seen.id.clone();
            if conversation(db, seen)? {
                touched(changes, rows, id);
            }
        }
        Event::Messages {
            conversation,
            messages,
            older,
        } => {
            let mut changed = false;
            // Newest first on the wire: oldest first gives row ids that order
            // messages of the same second.
            for seen in messages.iter().rev() {
                changed |= message(db, outbox, &conversation, seen)?;
            }
            if changed && messages.iter().any(|seen| seen.heard) {
                heard::refresh_row(db, &conversation)?;
            }
            if let Some(cursor) = older {
                changed |= db.execute(
                    "UPDATE conversation SET older_cursor = ?2, older_known = 1 WHERE id = ?1 \
                     AND (older_known = 0 OR older_cursor IS NOT ?2)",
                    params![conversation.as_str(), cursor],
                )? > 0;
            }
            if changed {
                touched(changes, rows, conversation);
            }
        }
        Event::Owner {
            conversation,
            owner,
            until,
            at,
        } => {
            if set_owner(db, &conversation, &owner, until, at)? {
                touched(changes, rows, conversation);
            }
        }
        Event::Delivered {
            conversation,
            through,
        } => {
            if heard::watermark(db, &conversation, "delivered_through", through)? {
                touched(changes, rows, conversation);
            }
        }
        Event::Read {
            conversation,
            through,
        } => {
            if heard::watermark(db, &conversation, "read_through", through)? {
                touched(changes, rows, conversation);
            }
        }
        Event::Seen { conversation, mid } => {
            heard::annotate(db, &conversation, &mid, "seen", 0, None)?;
            if heard::apply(db, &conversation, &mid)? {
                touched(changes, rows, conversation);
            }
        }
        Event::Reacted {
            conversation,
            mid,
            emoji,
            at,
        } => {
            let (kind, n) = ("reaction:customer", at.as_millis());
            if heard::annotate(db, &conversation, &mid, kind, n, emoji.as_deref())? {
                touched(changes, rows, conversation);
            }
        }
        Event::Edited {
            conversation,
            mid,
            text,
            number,
        } => {
            let n = i64::from(number);
            heard::annotate(db, &conversation, &mid, "edit", n, Some(&text))?;
            if heard::apply(db, &conversation, &mid)? {
                heard::refresh_row(db, &conversation)?;
                touched(changes, rows, conversation);
            }
        }
        Event::Unsent { conversation, mid } => {
            heard::annotate(db, &conversation, &mid, "unsent", 0, None)?;
            if heard::apply(db, &conversation, &mid)? {
                heard::refresh_row(db, &conversation)?;
                touched(changes, rows, conversation);
            }
        }
        Event::Happened {
            conversation,
            at,
            what,
            raw,
        } => {
            match what {
                Happening::Moved { .. } => heard::moved(db, &conversation, at, &what, &raw)?,
                _ => happened(db, &conversation, at, &what, &raw)?,
            }
            touched(changes, rows, conversation);
        }
        Event::InCharge {
            conversation,
            us,
            at,
        } => {
            if heard::in_charge(db, &conversation, at, us)? {
                touched(changes, rows, conversation);
            }
        }
        Event::HandedTo {
            conversation,
            to,
            at,
        } => {
            if heard::handed_to(db, &conversation, at, &to)? {
                touched(changes, rows, conversation);
            }
        }
        Event::Parked { psid, raw } => heard::park(db, &psid, &raw, now)?,
        Event::Unparked { psid } => {
            db.execute("DELETE FROM parked WHERE psid = ?1", [psid.as_str()])?;
        }
        Event::Profile { psid, profile } => {
            for id in person(db, &psid, &profile)? {
                touched(changes, rows, id);
            }
        }
        Event::Did {
            conversation,
            at,
            what,
        } => {
            did(db, &conversation, at, &what)?;
            touched(changes, rows, conversation);
        }
        Event::Page {
            name,
            messenger,
            instagram,
        } => {
            let mut changed = set(db, "name", &name)?;
            changed |= set(db, "routing_messenger", rows::routing(messenger))?;
            changed |= set(db, "routing_instagram", rows::routing(instagram))?;
            if changed {
                push(changes, Change::Page);
            }
        }
        Event::Listed { platform, through } => {
            let through = through.as_millis().to_string();
            set(db, &format!("listed_{}", platform.word()), &through)?;
        }
        Event::Backfill { platform, left } => {
            let (cursor, until) = match left {
                Backfill::NotBegun => ("".to_owned(), None),
                Backfill::From { cursor, until } => {
                    (format!("from {}", cursor.unwrap_or_default()), until)
                }
                Backfill::Done => ("done".to_owned(), None),
            };
            let until = until
                .map(|at| at.as_millis().to_string())
                .unwrap_or_default();
            set(db, &format!("backfill_{}", platform.word()), &cursor)?;
            set(db, &format!("backfill_until_{}", platform.word()), &until)?;
        }
        Event::ReadAt(at) => {
            set(db, "read_at", &at.as_millis().to_string())?;
            push(changes, Change::ReadAt(at));
        }
        Event::Accepted {
            conversation,
            local,
            mid,
            at,
        } => {
            accepted(db, outbox, &conversation, &local, &mid, at)?;
            touched(changes, rows, conversation.clone());
            push(
                changes,
                Change::Sent {
                    conversation,
                    local,
                },
            );
        }
    }
    Ok(())
}

/// A reply of ours got its name: it is sent, whatever becomes of the cache, so
/// the outbox is told first.
fn accepted(
    db: &Transaction<'_>,
    outbox: &Connection,
    conversation: &ConversationId,
    local: &LocalId,
    mid: &Mid,
    at: Timestamp,
) -> Result<(), Error> {
    let text: Option<String> = outbox
        .prepare_cached("SELECT text FROM outgoing WHERE local = ?1")?
        .query_row([local.as_str()], |row| row.get(0))
        .optional()?;
    failpoint::reach("send.commit");
    // One message is one reply; Meta's own word counts.
    outbox.execute(
        "UPDATE outgoing SET mid = NULL, state = 'assumed' WHERE mid = ?1 AND local <> ?2",
        params![mid.as_str(), local.as_str()],
    )?;
    outbox.execute(
        "UPDATE outgoing SET state = 'sent', mid = ?2, reason = NULL WHERE local = ?1",
        params![local.as_str(), mid.as_str()],
    )?;
    let text = text.unwrap_or_default();
    db.execute(
        "INSERT INTO message (mid, conversation, at, author, text, fold, parts, gone, raw) \
         VALUES (?1, ?2, ?3, 'me', ?4, ?5, '[]', 0, '') ON CONFLICT (mid) DO UPDATE SET author = 'me'",
        params![mid.as_str(), conversation.as_str(), at.as_millis(), text, text::fold(&text)],
    )?;
    // It may have been read already, with the moment that Meta gives it.
    let at = db
        .prepare_cached("SELECT at FROM message WHERE mid = ?1")?
        .query_row([mid.as_str()], |row| row.get(0))
        .map(Timestamp::from_millis)?
        .max(at);
    advance(db, conversation, &Author::Me, at)?;
    Ok(())
}

/// Whether anything changed.
fn conversation(db: &Transaction<'_>, seen: ConversationSeen) -> Result<bool, Error> {
    let fold = text::fold(&format!(
        "{} {}",
        seen.name.as_deref().unwrap_or_default(),
        seen.snippet.as_deref().unwrap_or_default()
    ));
    let known: bool = db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM conversation WHERE id = ?1)")?
        .query_row([seen.id.as_str()], |row| row.get(0))?;
    let rows = db.execute(
        "INSERT INTO conversation (id, psid, platform, name, snippet, fold, updated_at, unread, can_reply, name_fold) \
         VALUES (?1, ?2, ?3, ?4, coalesce(?5, ''), ?6, ?7, coalesce(?8, 0), ?9, ?10) \
         ON CONFLICT (id) DO UPDATE SET name = coalesce(name, ?4), snippet = coalesce(?5, snippet), fold = ?6, \
           updated_at = max(updated_at, ?7), unread = coalesce(?8, unread), can_reply = coalesce(?9, can_reply), \
           name_fold = CASE WHEN name IS NULL THEN ?10 ELSE name_fold END \
         WHERE name IS NOT coalesce(name, ?4) OR snippet IS NOT coalesce(?5, snippet) OR updated_at < ?7 \
           OR unread <> coalesce(?8, unread) OR can_reply IS NOT coalesce(?9, can_reply)",
        params![
            seen.id.as_str(),
            seen.psid.as_str(),
            seen.platform.word(),
            seen.name,
            seen.snippet,
            fold,
            seen.updated_at.as_millis(),
            seen.unread,
            seen.can_reply,
            text::fold(&display_name(seen.name.as_deref(), &seen.psid, seen.platform))
        ],
    )?;
    let mut changed = rows > 0;
    if changed && !known {
        count_early_messages(db, &seen.id)?;
    }
    if let Some(ours) = seen.is_owner {
        let known = owner_of(db, &seen.id)?;
        let owner = match (ours, known) {
            (true, _) => ThreadOwner::Us,
            // "Not you" does not say who: what we know better stays.
            (
                false,
                known @ (ThreadOwner::App(_)
                | ThreadOwner::Other
                | ThreadOwner::Idle
                | ThreadOwner::NotUs),
            ) => known,
            (false, ThreadOwner::Us | ThreadOwner::Unknown) => ThreadOwner::NotUs,
        };
        changed |= set_owner(db, &seen.id, &owner, None, seen.at)?;
    }
    Ok(changed)
}

/// Messages may be known before their conversation is: what they say of its
/// clocks is caught up with.
fn count_early_messages(db: &Transaction<'_>, id: &ConversationId) -> Result<(), Error> {
    let latest = |who: &str| {
        format!(
            "(SELECT max(at) FROM message m WHERE m.conversation = ?1 AND m.gone = 0 AND {who})"
        )
    };
    db.prepare_cached(&format!(
        "UPDATE conversation SET messages = (SELECT count(*) FROM message m WHERE m.conversation = ?1), \
         customer_at = {}, page_at = {}, agent_at = {} WHERE id = ?1",
        latest("author = 'customer'"),
        latest("author <> 'customer'"),
        latest("author = 'me'")
    ))?
    .execute([id.as_str()])?;
    Ok(())
}

fn owner_of(db: &Transaction<'_>, id: &ConversationId) -> Result<ThreadOwner, Error> {
    let text: Option<String> = db
        .query_row(
            "SELECT owner FROM conversation WHERE id = ?1",
            [id.as_str()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(text.map_or(ThreadOwner::Unknown, |text| rows::owner_from(&text)))
}

/// Whether anything changed. News older than the last known move is dropped:
/// it was on its way while we acted.
fn set_owner(
    db: &Transaction<'_>,
    id: &ConversationId,
    owner: &ThreadOwner,
    until: Option<Timestamp>,
    at: Timestamp,
) -> Result<bool, Error> {
    let known = owner_of(db, id)?;
    let rows = db.execute(
        "UPDATE conversation SET owner = ?2, owner_since = CASE WHEN owner IN (?2, 'unknown') THEN owner_since ELSE ?4 END, \
           control_until = CASE WHEN owner = ?2 THEN coalesce(?3, control_until) ELSE ?3 END, \
           base_owner = ?2, base_at = ?4, base_since = CASE WHEN owner IN (?2, 'unknown') THEN owner_since ELSE ?4 END \
         WHERE id = ?1 AND coalesce(owner_since, 0) <= ?4 AND (owner <> ?2 OR control_until IS NOT coalesce(?3, control_until))",
        params![id.as_str(), rows::owner(owner), until.map(Timestamp::as_millis), at.as_millis()],
    )?;
    let moved = match (&known, owner) {
        (ThreadOwner::Unknown, _) => None,
        (ThreadOwner::Us, ThreadOwner::Us) => None,
        (ThreadOwner::Us, _) => Some(Happening::LeftUs),
        (_, ThreadOwner::Us) => Some(Happening::CameToUs),
        _ => None,
    };
    if let (1.., Some(what)) = (rows, moved) {
        happened(db, id, at, &what, "")?;
    }
    Ok(rows > 0)
}

pub(super) fn happened(
    db: &Transaction<'_>,
    id: &ConversationId,
    at: Timestamp,
    what: &Happening,
    raw: &str,
) -> Result<(), Error> {
    db.execute(
        "INSERT OR IGNORE INTO happening (conversation, at, what, raw) VALUES (?1, ?2, ?3, ?4)",
        params![id.as_str(), at.as_millis(), rows::happening(what), raw],
    )?;
    Ok(())
}

/// What we did ourselves moves the owner without a "came" or "left" line.
fn did(
    db: &Transaction<'_>,
    id: &ConversationId,
    at: Timestamp,
    what: &Happening,
) -> Result<(), Error> {
    happened(db, id, at, what, "")?;
    let owner = match what {
        Happening::Took => Some(ThreadOwner::Us),
        Happening::PassedTo(Some(app)) => Some(ThreadOwner::App(app.clone())),
        Happening::PassedTo(None) => Some(ThreadOwner::Other),
        Happening::Released => Some(ThreadOwner::Idle),
        Happening::MarkedSeen => {
            db.execute(
                "UPDATE conversation SET unread = 0, marked_seen_at = ?2 WHERE id = ?1",
                params![id.as_str(), at.as_millis()],
            )?;
            None
        }
        _ => None,
    };
    if let Some(owner) = owner {
        db.execute(
            "UPDATE conversation SET owner = ?2, owner_since = ?3, control_until = NULL, base_owner = ?2, base_at = ?3, \
               base_since = ?3 \
             WHERE id = ?1",
            params![id.as_str(), rows::owner(&owner), at.as_millis()],
        )?;
    }
    Ok(())
}

/// A message as the table has it.
struct Known {
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
}

/// Whether anything changed.
fn message(
    db: &Transaction<'_>,
    outbox: &Connection,
    id: &ConversationId,
    seen: &MessageSeen,
) -> Result<bool, Error> {
    let m = &seen.message;
    // The wire says only "the Page"; what stands in our outbox is ours.
    let ours = m.author == Author::Page
        && outbox
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM outgoing WHERE mid = ?1)")?
            .query_row([m.mid.as_str()], |row| row.get(0))?;
    let author = if ours { Author::Me } else { m.author.clone() };
    let mut changed = match known(db, &m.mid)? {
        None => {
            insert(db, id, seen, &author)?;
            true
        }
        // Content that Meta no longer gives out stays as we had it, and what
        // was taken back stays away.
        Some(known) if m.gone || known.unsent => false,
        Some(known) => better(db, known, seen, &author)?,
    };
    changed |= reactions(db, id, m)?;
    changed |= heard::apply(db, id, &m.mid)?;
    if !m.gone {
        changed |= advance(db, id, &author, m.at)? > 0;
    }
    Ok(changed)
}

fn known(db: &Transaction<'_>, mid: &Mid) -> Result<Option<Known>, Error> {
    let known = db
        .prepare_cached(
            "SELECT at, author, text, parts, gone, raw, heard, reply_to, edits, unsent FROM message WHERE mid = ?1",
        )?
        .query_row([mid.as_str()], |row| {
            Ok(Known {
                at: row.get(0)?,
                author: rows::author_from(row.get_ref(1)?.as_str()?),
                text: row.get(2)?,
                parts: rows::parts_from(row.get_ref(3)?.as_str()?),
                gone: row.get(4)?,
                raw: row.get(5)?,
                heard: row.get(6)?,
                reply_to: row.get(7)?,
                edits: row.get(8)?,
                unsent: row.get(9)?,
            })
        })
        .optional()?;
    Ok(known)
}

fn insert(
    db: &Transaction<'_>,
    id: &ConversationId,
    seen: &MessageSeen,
    author: &Author,
) -> Result<(), Error> {
    let m = &seen.message;
    db.prepare_cached(
        "INSERT INTO message (mid, conversation, at, author, text, parts, gone, raw, fold, heard, reply_to) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        m.mid.as_str(),
        id.as_str(),
        m.at.as_millis(),
        rows::author(author),
        m.text,
        rows::parts(&m.parts),
        m.gone,
        seen.raw,
        searchable(&m.text, &m.parts),
        seen.heard,
        m.about.reply_to.as_ref().map(Mid::as_str)
    ])?;
    Ok(())
}

/// What is known of a message only ever gets better. The Graph API has its
/// content as it is now; a webhook has its moment to the millisecond, its
/// author by app, and what was tapped. Whether anything changed.
fn better(
    db: &Transaction<'_>,
    known: Known,
    seen: &MessageSeen,
    author: &Author,
) -> Result<bool, Error> {
    let m = &seen.message;
    // Our own reply stands here without content until Meta shows it.
    let bare = known.gone || known.raw.is_empty();
    let keeps = seen.heard && !bare;
    let same_second = known.at.div_euclid(1000) == m.at.as_millis().div_euclid(1000);
    let at = match (same_second, known.heard && !seen.heard) {
        (true, _) if !bare => known.at.max(m.at.as_millis()),
        (_, true) => known.at,
        _ => m.at.as_millis(),
    };
    let text = if keeps || known.edits > 0 {
        &known.text
    } else {
        &m.text
    };
    let mut parts = if keeps {
        known.parts.clone()
    } else {
        m.parts.clone()
    };
    let tapped = known.parts.contains(&Part::Tapped) || m.parts.contains(&Part::Tapped);
    if tapped && !parts.contains(&Part::Tapped) {
        parts.insert(0, Part::Tapped);
    }
    let author = better_author(&known.author, author);
    let raw = if keeps { &known.raw } else { &seen.raw };
    let heard = known.heard || seen.heard;
    let reply_to = m
        .about
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
        rows::author(&author),
        text,
        rows::parts(&parts),
        raw,
        searchable(text, &parts),
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
fn reactions(db: &Transaction<'_>, id: &ConversationId, m: &Message) -> Result<bool, Error> {
    let mut changed = false;
    for reaction in &m.about.reactions {
        let kind = if reaction.by_customer {
            "reaction:customer"
        } else {
            "reaction:page"
        };
        changed |= db
            .prepare_cached(
                "INSERT OR IGNORE INTO annotation (mid, kind, conversation, n, value) VALUES (?1, ?2, ?3, 0, ?4)",
            )?
            .execute(params![m.mid.as_str(), kind, id.as_str(), reaction.emoji])?
            > 0;
    }
    Ok(changed)
}

/// All words of a message, folded: also those of cards, buttons and files.
fn searchable(text: &str, parts: &[Part]) -> String {
    let mut words = vec![text];
    for part in parts {
        match part {
            Part::File { name, .. } => words.extend(name.as_deref()),
            Part::Card {
                title,
                subtitle,
                buttons,
            } => {
                words.extend([title.as_str(), subtitle.as_str()]);
                words.extend(buttons.iter().map(String::as_str));
            }
            Part::QuickReplies(titles) => words.extend(titles.iter().map(String::as_str)),
            Part::Share { title, link } => words.extend([title.as_str(), link.as_str()]),
            Part::Sticker | Part::Tapped | Part::Story | Part::Unsupported => {}
        }
    }
    words.retain(|words| !words.is_empty());
    text::fold(&words.join("\n"))
}

/// Moves the clocks of the row forward; they never go back.
fn advance(
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
    Ok(db.execute(
        &format!("UPDATE conversation SET {sets} WHERE id = ?1 AND coalesce({column}, 0) < ?2"),
        params![id.as_str(), at.as_millis()],
    )?)
}

/// The conversations of that person.
fn person(
    db: &Transaction<'_>,
    psid: &Psid,
    profile: &Profile,
) -> Result<Vec<ConversationId>, Error> {
    match profile {
        Profile::Unasked => return Ok(Vec::new()),
        Profile::Missing(why) => db.execute(
            "INSERT INTO person (psid, missing) VALUES (?1, ?2) ON CONFLICT (psid) DO UPDATE SET missing = ?2",
            params![psid.as_str(), why],
        )?,
        Profile::Known(p) => db.execute(
            "INSERT INTO person (psid, name, username, locale, utc_offset, followers) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (psid) DO UPDATE SET missing = NULL, name = ?2, username = ?3, locale = ?4, utc_offset = ?5, \
               followers = ?6",
            params![psid.as_str(), p.name, p.username, p.locale, p.utc_offset, p.followers],
        )?,
    };
    if let Profile::Known(p) = profile {
        let name = p.name.as_deref().or(p.username.as_deref());
        db.execute(
            "UPDATE conversation SET name = coalesce(?2, name), name_fold = coalesce(?3, name_fold) WHERE psid = ?1",
            params![psid.as_str(), name, name.map(text::fold)],
        )?;
    }
    let mut statement = db.prepare_cached("SELECT id FROM conversation WHERE psid = ?1")?;
    let ids = statement.query_map([psid.as_str()], |row| row.get::<_, String>(0))?;
    Ok(ids
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .map(ConversationId::new)
        .collect())
}
