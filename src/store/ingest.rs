//! Taking facts from outside into the tables. A fact that we knew already
//! changes nothing, clocks never go back, and what is known of an author only
//! gets better.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    Error, codec, content_rows, merge,
    message::{self, NewMessage},
    names,
    numbers::Numbers,
    page_values::set,
    statement::Statements,
    webhook_facts::{self, Annotation, AnnotationKind, Receipt},
};
use crate::{
    domain::{
        Author, Backfill, Change, Content, ConversationId, ConversationSeen, Event, LocalId, Mid,
        OperationKind, Part, Profile, Psid, ReactedWith, Span, ThreadOwner, TimelineEvent,
        Timestamp,
    },
    store::triage_columns,
    text,
};

/// Facts from outside on their way into the tables, in one transaction.
pub(super) struct Ingest<'a> {
    /// The cache.
    db: &'a Transaction<'a>,
    /// The outbox, which has to learn of a reply's name first.
    outbox: &'a Connection,
    /// The moment, by Meta's clock.
    now: Timestamp,
    /// Of new messages.
    numbers: Numbers,
    /// The rows that the facts were about, and the threads with them.
    rows: Vec<ConversationId>,
    /// The same, to find one among thousands.
    known_rows: HashSet<ConversationId>,
    /// What else is different now.
    others: Vec<Change>,
}

impl<'a> Ingest<'a> {
    /// `messages` are to come, at most.
    pub(super) fn new(
        db: &'a Transaction<'a>,
        outbox: &'a Connection,
        now: Timestamp,
        messages: usize,
    ) -> Self {
        Self {
            db,
            outbox,
            now,
            numbers: Numbers::new(messages),
            rows: Vec::new(),
            known_rows: HashSet::new(),
            others: Vec::new(),
        }
    }

    fn push(&mut self, change: Change) {
        if self.others.last() != Some(&change) {
            self.others.push(change);
        }
    }

    /// A row and its thread are not what they were.
    fn touched(&mut self, id: ConversationId) {
        if self.known_rows.insert(id.clone()) {
            self.rows.push(id);
        }
    }

    /// The rows that the facts were about, and what is different now.
    pub(super) fn end(self) -> (Vec<ConversationId>, Vec<Change>) {
        let threads = self.rows.iter().cloned().map(Change::Thread);
        let list = (!self.rows.is_empty()).then_some(Change::Inbox);
        let changes = list.into_iter().chain(threads).chain(self.others);
        let changes = changes.collect();
        (self.rows, changes)
    }

    /// Takes in one fact.
    pub(super) fn take(&mut self, event: Event) -> Result<(), Error> {
        let (db, now) = (self.db, self.now);
        match event {
            Event::Conversation(seen) => {
                let id = seen.id.clone();
                let ours = merge::merge(db, self.outbox, &seen.psid, &id)?;
                if conversation(db, self.outbox, seen)? || ours.is_some() {
                    self.touched(id.clone());
                }
                if let Some(from) = ours {
                    webhook_facts::refresh_row(db, &id, false)?;
                    self.push(Change::Renamed { from, to: id });
                }
            }
            Event::Messages {
                conversation,
                messages,
                older,
            } => {
                let mut changed = false;
                if let Some(newest) = messages.iter().map(|seen| seen.message.at).max() {
                    self.numbers.begin(db, newest)?;
                }
                // Newest first on the wire: oldest first gives row ids that order
                // messages of the same second.
                for seen in messages.iter().rev() {
                    changed |= message::ingest(
                        db,
                        self.outbox,
                        &conversation,
                        seen,
                        now,
                        &mut self.numbers,
                    )?;
                }
                if changed && messages.iter().any(|seen| seen.from_webhook) {
                    webhook_facts::refresh_row(db, &conversation, false)?;
                }
                if let Some(cursor) = older {
                    changed |= db.execute_cached(
                        "UPDATE conversation SET older_cursor = ?2, older_known = 1 WHERE id = ?1 \
                     AND (older_known = 0 OR older_cursor IS NOT ?2)",
                        params![conversation.as_str(), cursor],
                    )? > 0;
                }
                if changed {
                    self.touched(conversation);
                }
            }
            Event::Owner {
                conversation,
                owner,
                until,
                at,
            } => {
                if set_owner(db, &conversation, &owner, until, at)? {
                    self.touched(conversation);
                }
            }
            Event::Delivered {
                conversation,
                through,
            } => {
                if webhook_facts::receipt(db, &conversation, Receipt::Delivered, through)? {
                    self.touched(conversation);
                }
            }
            Event::Read {
                conversation,
                through,
            } => {
                if webhook_facts::receipt(db, &conversation, Receipt::Read, through)? {
                    self.touched(conversation);
                }
            }
            Event::Seen { conversation, mid } => {
                let seen = Annotation::plain(AnnotationKind::Seen);
                webhook_facts::annotate(db, &conversation, &mid, &seen, now)?;
                if webhook_facts::apply(db, &conversation, &mid)? {
                    self.touched(conversation);
                }
            }
            Event::Reacted {
                conversation,
                mid,
                with,
                at,
            } => {
                if with != ReactedWith::Nothing {
                    webhook_facts::opened(db, &conversation, at)?;
                }
                if webhook_facts::reacted(db, &conversation, &mid, &with, at)? {
                    webhook_facts::refresh_row(db, &conversation, true)?;
                    self.touched(conversation);
                }
            }
            Event::WeReacted {
                conversation,
                mid,
                emoji,
                at,
            } => {
                let ours = Annotation {
                    kind: AnnotationKind::PageReaction,
                    n: at.as_millis(),
                    value: emoji.as_deref(),
                };
                if webhook_facts::annotate(db, &conversation, &mid, &ours, at)? {
                    self.touched(conversation);
                }
            }
            Event::Edited {
                conversation,
                mid,
                text,
                number,
            } => {
                webhook_facts::edited(db, &conversation, &mid, text.as_deref(), number, now)?;
                if webhook_facts::apply(db, &conversation, &mid)? {
                    webhook_facts::refresh_row(db, &conversation, true)?;
                    self.touched(conversation);
                }
            }
            Event::Unsent { conversation, mid } => {
                let unsent = Annotation::plain(AnnotationKind::Unsent);
                webhook_facts::annotate(db, &conversation, &mid, &unsent, now)?;
                if webhook_facts::apply(db, &conversation, &mid)? {
                    webhook_facts::refresh_row(db, &conversation, true)?;
                    self.touched(conversation);
                }
            }
            Event::Happened {
                conversation,
                at,
                what,
                own,
                raw,
            } => {
                match what {
                    TimelineEvent::Moved { .. } => {
                        webhook_facts::moved(db, &conversation, at, &what, own, &raw)?;
                    }
                    _ => webhook_facts::add_timeline_event(db, &conversation, at, &what, &raw)?,
                }
                match what {
                    TimelineEvent::AskedFor { .. } => {
                        message::asks(db, self.outbox, &conversation, at)?
                    }
                    TimelineEvent::Referred { .. } => webhook_facts::opened(db, &conversation, at)?,
                    _ => {}
                }
                self.touched(conversation);
            }
            Event::InCharge {
                conversation,
                us,
                at,
                until,
            } => {
                if webhook_facts::in_charge(db, &conversation, at, until, us)? {
                    self.touched(conversation);
                }
            }
            Event::HandedTo {
                conversation,
                to,
                at,
                until,
            } => {
                if webhook_facts::handed_to(db, &conversation, at, until, &to)? {
                    self.touched(conversation);
                }
            }
            Event::Parked {
                psid,
                raw,
                about,
                unsent,
            } => webhook_facts::park(db, &psid, &raw, about.as_ref(), unsent, now)?,
            Event::Unparked { psid } => {
                db.execute_cached("DELETE FROM parked WHERE psid = ?1", [psid.as_str()])?;
            }
            Event::Profile { psid, profile } => {
                for id in person(db, &psid, &profile)? {
                    self.touched(id);
                }
            }
            Event::Did {
                conversation,
                at,
                what,
            } => {
                did(db, &conversation, at, &what)?;
                self.touched(conversation);
            }
            Event::Page { name, routing } => {
                let mut changed = set(db, "name", &name)?;
                changed |= set(db, "routing_messenger", codec::routing(routing.messenger))?;
                changed |= set(db, "routing_instagram", codec::routing(routing.instagram))?;
                if changed {
                    self.push(Change::Page);
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
                self.push(Change::ReadAt(at));
            }
            Event::Accepted {
                conversation,
                local,
                mid,
                at,
            } => {
                accepted(db, self.outbox, &conversation, &local, &mid, at)?;
                self.touched(conversation.clone());
                self.push(Change::ReplySent {
                    conversation,
                    local,
                });
            }
        }
        Ok(())
    }
}

/// A reply of ours got its name, as [`Writer::accept`](super::Writer::accept) has
/// told the outbox already: it stands in the thread.
fn accepted(
    db: &Transaction<'_>,
    outbox: &Connection,
    conversation: &ConversationId,
    local: &LocalId,
    mid: &Mid,
    at: Timestamp,
) -> Result<(), Error> {
    let kept: Option<(String, Option<String>, Option<String>)> = outbox
        .prepare_cached("SELECT text, content, quote FROM outgoing WHERE local = ?1")?
        .query_row([local.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let (text, content, quote) = kept.unwrap_or_default();
    let contents = content_rows::contents_from(content);
    let parts: Vec<Part> = contents.iter().flat_map(Content::parts).collect();
    // A template may have a text of its own.
    let text = match contents.first() {
        Some(content) => content.text().to_owned(),
        None => text,
    };
    // It may have been read already, with the moment that Meta gives it.
    let read = db.execute_cached(
        "UPDATE message SET author = 'me', reply_to = coalesce(reply_to, ?2) WHERE mid = ?1",
        params![mid.as_str(), quote],
    )? > 0;
    if !read {
        let new = NewMessage {
            n: None,
            mid,
            at,
            author: &Author::Me,
            text: &text,
            parts: &parts,
            gone: false,
            raw: "",
            heard: false,
            reply_to: quote.as_deref(),
        };
        message::add(db, conversation, &new)?;
    }
    let at = db
        .prepare_cached("SELECT at FROM message WHERE mid = ?1")?
        .query_row([mid.as_str()], |row| row.get(0))
        .map(Timestamp::from_millis)?
        .max(at);
    message::advance(db, conversation, &Author::Me, at)?;
    Ok(())
}

/// Whether anything changed.
fn conversation(
    db: &Transaction<'_>,
    outbox: &Connection,
    seen: ConversationSeen,
) -> Result<bool, Error> {
    let fold = text::searchable(&format!(
        "{} {}",
        seen.name.as_deref().unwrap_or_default(),
        seen.snippet.as_deref().unwrap_or_default()
    ));
    let known: bool = db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM conversation WHERE id = ?1)")?
        .query_row([seen.id.as_str()], |row| row.get(0))?;
    let rows = db.execute_cached(
        "INSERT INTO conversation (id, psid, platform, name, snippet, fold, updated_at, unread, can_reply) \
         VALUES (?1, ?2, ?3, ?4, coalesce(?5, ''), ?6, CASE ?7 WHEN 0 THEN ?10 ELSE ?7 END, coalesce(?8, 0), ?9) \
         ON CONFLICT (id) DO UPDATE SET name = coalesce(name, ?4), \
           snippet = CASE WHEN ?7 >= updated_at / 1000 * 1000 THEN coalesce(?5, snippet) ELSE snippet END, \
           fold = CASE WHEN ?7 >= updated_at / 1000 * 1000 THEN ?6 ELSE fold END, \
           unread = CASE WHEN ?7 >= updated_at / 1000 * 1000 THEN coalesce(?8, unread) ELSE unread END, \
           updated_at = max(updated_at, ?7), can_reply = coalesce(?9, can_reply) \
         WHERE name IS NOT coalesce(name, ?4) OR updated_at < ?7 OR can_reply IS NOT coalesce(?9, can_reply) \
           OR (?7 >= updated_at / 1000 * 1000 AND (snippet IS NOT coalesce(?5, snippet) OR unread <> coalesce(?8, unread)))",
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
            seen.at.as_millis()
        ],
    )?;
    let heard = [seen.name.as_deref(), seen.username.as_deref()];
    names::know(db, &seen.id, &heard)?;
    let mut changed = rows > 0;
    if changed && !known {
        message::count_messages(db, &seen.id)?;
        asked_early(db, &seen.id)?;
        triage_columns::restore(db, outbox, &seen.id)?;
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

/// A message that asks for a person may be known before its conversation is. What
/// it says counts, not what its buttons offer.
fn asked_early(db: &Transaction<'_>, id: &ConversationId) -> Result<(), Error> {
    db.prepare_cached(
        "UPDATE conversation SET asked_at = (SELECT max(at) FROM message m WHERE m.conversation = ?1 AND m.gone = 0 \
           AND author NOT IN ('customer', 'me') AND EXISTS \
           (SELECT 1 FROM asking a WHERE a.kind = 'phrase' AND instr(searchable(m.text), a.word) > 0)) WHERE id = ?1",
    )?
    .execute([id.as_str()])?;
    Ok(())
}

fn owner_of(db: &Transaction<'_>, id: &ConversationId) -> Result<ThreadOwner, Error> {
    let text: Option<String> = db
        .query_row_cached(
            "SELECT owner FROM conversation WHERE id = ?1",
            [id.as_str()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(text.map_or(ThreadOwner::Unknown, |text| codec::owner_from(&text)))
}

/// A read that confirms the owner is written down so often.
const BASE_STEP: Span = Span::seconds(30);

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
    let rows = db.execute_cached(
        "UPDATE conversation SET owner = ?2, owner_since = CASE WHEN owner IN (?2, 'unknown') THEN owner_since ELSE ?4 END, \
           control_until = CASE WHEN owner = ?2 THEN coalesce(?3, control_until) ELSE ?3 END \
         WHERE id = ?1 AND coalesce(owner_since, 0) <= ?4 AND (owner <> ?2 OR control_until IS NOT coalesce(?3, control_until))",
        params![id.as_str(), codec::owner(owner), until.map(Timestamp::as_millis), at.as_millis()],
    )?;
    // What is read again and again is written down now and then: a hand-over
    // that comes late must not beat it.
    db.prepare_cached(
        "UPDATE conversation SET base_owner = ?2, base_at = ?3, base_since = owner_since \
         WHERE id = ?1 AND owner = ?2 AND coalesce(owner_since, 0) <= ?3 AND (base_owner <> ?2 OR base_at < ?3 - ?4)",
    )?
    .execute(params![id.as_str(), codec::owner(owner), at.as_millis(), BASE_STEP.as_millis()])?;
    let moved = match (&known, owner) {
        (ThreadOwner::Unknown, _) => None,
        (ThreadOwner::Us, ThreadOwner::Us) => None,
        (ThreadOwner::Us, _) => Some(TimelineEvent::LeftUs),
        (_, ThreadOwner::Us) => Some(TimelineEvent::CameToUs),
        _ => None,
    };
    if let (1.., Some(what)) = (rows, moved) {
        webhook_facts::add_timeline_event(db, id, at, &what, "")?;
    }
    Ok(rows > 0)
}

/// What we did ourselves moves the owner without a "came" or "left" line.
fn did(
    db: &Transaction<'_>,
    id: &ConversationId,
    at: Timestamp,
    what: &TimelineEvent,
) -> Result<(), Error> {
    webhook_facts::add_timeline_event(db, id, at, what, "")?;
    let owner = match what {
        TimelineEvent::Ours { operation, to } => match operation {
            OperationKind::Take => Some(ThreadOwner::Us),
            OperationKind::Pass => Some(to.clone().map_or(ThreadOwner::Other, ThreadOwner::App)),
            OperationKind::Release => Some(ThreadOwner::Idle),
            OperationKind::MarkSeen => {
                db.execute_cached(
                    "UPDATE conversation SET unread = 0, marked_seen_at = ?2 WHERE id = ?1",
                    params![id.as_str(), at.as_millis()],
                )?;
                None
            }
            _ => None,
        },
        _ => None,
    };
    if let Some(owner) = owner {
        // Whatever was asked of us, our own act has answered it.
        db.execute_cached(
            "UPDATE conversation SET owner = ?2, owner_since = ?3, control_until = NULL, base_owner = ?2, base_at = ?3, \
               base_since = ?3, asked_at = NULL \
             WHERE id = ?1",
            params![id.as_str(), codec::owner(&owner), at.as_millis()],
        )?;
    }
    Ok(())
}

/// The conversations of that person.
fn person(
    db: &Transaction<'_>,
    psid: &Psid,
    profile: &Profile,
) -> Result<Vec<ConversationId>, Error> {
    match profile {
        Profile::Unasked => return Ok(Vec::new()),
        Profile::Missing(why) => db.execute_cached(
            "INSERT INTO person (psid, missing) VALUES (?1, ?2) ON CONFLICT (psid) DO UPDATE SET missing = ?2 \
             WHERE name IS NULL AND username IS NULL",
            params![psid.as_str(), why],
        )?,
        Profile::Known(p) => db.execute_cached(
            "INSERT INTO person (psid, name, username, locale, utc_offset, followers) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (psid) DO UPDATE SET missing = NULL, name = coalesce(?2, name), username = coalesce(?3, username), \
               locale = coalesce(?4, locale), utc_offset = coalesce(?5, utc_offset), followers = coalesce(?6, followers)",
            params![psid.as_str(), p.name, p.username, p.locale, p.utc_offset, p.followers],
        )?,
    };
    if let Profile::Known(p) = profile {
        let name = p.name.as_deref().or(p.username.as_deref());
        db.execute_cached(
            "UPDATE conversation SET name = coalesce(?2, name) WHERE psid = ?1",
            params![psid.as_str(), name],
        )?;
    }
    let mut statement = db.prepare_cached("SELECT id FROM conversation WHERE psid = ?1")?;
    let ids = statement.query_map([psid.as_str()], |row| row.get::<_, String>(0))?;
    let ids: Vec<ConversationId> = ids
        .map(|id| id.map(ConversationId::new))
        .collect::<Result<_, _>>()?;
    for id in &ids {
        names::know(db, id, &[])?;
    }
    Ok(ids)
}
