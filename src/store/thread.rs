//! Parts of a thread: messages in their order, the events and private notes
//! between them, and the replies that are not sent. However long a thread is, a part costs what it
//! shows.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Error, Reader, codec, reader::find};
use crate::domain::{
    Author, ConversationId, Item, LocalId, OperationKind, Outgoing, PrivateNote, Profile, Span,
    ThreadRange, ThreadSlice, TimelineEvent, Timestamp,
};

impl Reader {
    /// A part of a thread: `limit` messages at its ends, and up to `limit` on
    /// each side of a moment.
    pub fn thread(
        &self,
        id: &ConversationId,
        range: &ThreadRange,
        limit: u32,
    ) -> Result<Option<ThreadSlice>, Error> {
        self.with(|db| {
            let Some(conversation) = find(db, id)? else { return Ok(None) };
            let (messages, older_remote, seen_through) = db
                .prepare_cached(
                    "SELECT messages, older_known = 0 OR older_cursor IS NOT NULL, seen_through FROM conversation WHERE id = ?1",
                )?
                .query_row([id.as_str()], |row| {
                    Ok((row.get::<_, u32>(0)?, row.get(1)?, row.get::<_, Option<i64>>(2)?.map(Timestamp::from_millis)))
                })?;
            let window = ThreadBounds::read(db, id, range, limit, messages)?;
            let mut items = window.items;
            events(db, id, window.from, window.to, &mut items)?;
            notes(db, id, window.from, window.to, &mut items)?;
            if window.newer == 0 {
                let unsettled = unsettled(db, Some(id))?.into_iter();
                items.extend(unsettled.map(Box::new).map(Item::Outgoing));
            }
            let profile = db
                .prepare_cached(
                    "SELECT missing, name, username, locale, utc_offset, followers FROM person WHERE psid = ?1",
                )?
                .query_row([conversation.psid.as_str()], codec::profile)
                .optional()?
                .unwrap_or(Profile::Unasked);
            let draft = db
                .prepare_cached(&format!("SELECT {} FROM outbox.draft WHERE conversation = ?1", codec::DRAFT_COLUMNS))?
                .query_row([id.as_str()], codec::draft)
                .optional()?;
            Ok(Some(ThreadSlice {
                range: range.clone(),
                conversation,
                profile,
                items,
                older: window.older,
                newer: window.newer,
                older_remote,
                draft,
                seen_through,
            }))
        })
    }

    /// Every reply that is neither sent nor settled, in the order of Enter.
    /// Before them those that were sent after `since` (Meta's clock) or within
    /// `near` of one in doubt: they say which messages have been told apart
    /// already.
    pub fn outbox(&self, since: Timestamp, near: Span) -> Result<Vec<Outgoing>, Error> {
        self.with(|db| {
            let mut rows = sent_near(db, since, near)?;
            rows.extend(unsettled(db, None)?);
            Ok(rows)
        })
    }

    /// A reply by our id, wherever it stands; one that was dropped after it had
    /// been tried is remembered for a day.
    pub fn reply(&self, local: &LocalId) -> Result<Option<Outgoing>, Error> {
        self.with(|db| {
            Ok(db
                .prepare_cached(&format!(
                    "SELECT {} FROM outbox.outgoing WHERE local = ?1",
                    codec::OUTGOING_COLUMNS
                ))?
                .query_row([local.as_str()], codec::outgoing)
                .optional()?)
        })
    }

    /// Replies that were sent, but whose hand-back by a call of its own may not
    /// have been made.
    pub fn hand_backs(&self) -> Result<Vec<Outgoing>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {} FROM outbox.outgoing WHERE state = 'sent' AND hand_back IS NOT NULL AND handed_back = 0",
                codec::OUTGOING_COLUMNS
            ))?;
            let rows = statement.query_map([], codec::outgoing)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// The replies of a thread that are to be shown; of all threads (`None`) also
/// those that a person treats as sent: they are still told apart when they turn
/// up.
fn unsettled(db: &Connection, id: Option<&ConversationId>) -> Result<Vec<Outgoing>, Error> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {} FROM outbox.outgoing WHERE state NOT IN ('sent', 'dropped') \
         AND (?1 IS NULL OR (conversation = ?1 AND state <> 'assumed')) ORDER BY rowid",
        codec::OUTGOING_COLUMNS
    ))?;
    let rows = statement.query_map([id.map(ConversationId::as_str)], codec::outgoing)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn sent_near(db: &Connection, since: Timestamp, near: Span) -> Result<Vec<Outgoing>, Error> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {} FROM outbox.outgoing s WHERE state = 'sent' AND (sent_at >= ?1 OR EXISTS \
           (SELECT 1 FROM outbox.outgoing u WHERE u.conversation = s.conversation AND u.state NOT IN ('sent', 'dropped') \
            AND abs(coalesce(u.sent_at, u.at) - s.sent_at) <= ?2)) ORDER BY rowid",
        codec::OUTGOING_COLUMNS
    ))?;
    let values = params![since.as_millis(), near.as_millis()];
    let rows = statement.query_map(values, codec::outgoing)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Some messages of a thread, and what lies on both sides of them.
struct ThreadBounds {
    items: Vec<Item>,
    older: u32,
    newer: u32,
    /// The events from here …
    from: i64,
    /// … up to here belong to it.
    to: i64,
}

impl ThreadBounds {
    fn read(
        db: &Connection,
        id: &ConversationId,
        range: &ThreadRange,
        limit: u32,
        messages: u32,
    ) -> Result<Self, Error> {
        let part = |range: &str, order: &str, moment: i64| -> Result<Vec<Item>, Error> {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {} FROM message WHERE conversation = ?1 AND {range} ORDER BY at {order}, n {order} LIMIT ?3",
                codec::MESSAGE_COLUMNS
            ))?;
            let rows = statement.query_map(params![id.as_str(), moment, limit], |row| {
                codec::message(row).map(Item::Message)
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        let mut items = match range {
            ThreadRange::Newest => part("at <= ?2", "DESC", i64::MAX)?,
            ThreadRange::Oldest => part("at >= ?2", "ASC", i64::MIN)?,
            ThreadRange::Around(moment) => {
                let mut items = part("at < ?2", "DESC", moment.as_millis())?;
                items.reverse();
                items.extend(part("at >= ?2", "ASC", moment.as_millis())?);
                items
            }
        };
        if *range == ThreadRange::Newest {
            items.reverse();
        }
        let loaded = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let rest = messages.saturating_sub(loaded);
        let newer = match (range, items.last()) {
            (ThreadRange::Newest, _) | (_, None) => 0,
            (ThreadRange::Oldest, Some(_)) => rest,
            (ThreadRange::Around(_), Some(last)) if rest > 0 => db
                .prepare_cached(
                    "SELECT count(*) FROM message WHERE conversation = ?1 AND (at, n) >                      (?2, (SELECT n FROM message WHERE mid = ?3))",
                )?
                .query_row(params![id.as_str(), last.at().as_millis(), last.key()], |row| row.get(0))?,
            (ThreadRange::Around(_), Some(_)) => 0,
        };
        let older = rest.saturating_sub(newer);
        let moment =
            |item: Option<&Item>, edge: i64| item.map_or(edge, |item| item.at().as_millis());
        Ok(Self {
            from: if older > 0 {
                moment(items.first(), i64::MIN)
            } else {
                i64::MIN
            },
            to: if newer > 0 {
                moment(items.last(), i64::MAX)
            } else {
                i64::MAX
            },
            items,
            older,
            newer,
        })
    }
}

/// Puts the event lines between the messages where they belong in time.
fn events(
    db: &Connection,
    id: &ConversationId,
    from: i64,
    to: i64,
    items: &mut Vec<Item>,
) -> Result<(), Error> {
    let mut statement = db.prepare_cached(
        "SELECT at, what FROM happening WHERE conversation = ?1 AND at >= ?2 AND at < ?3 ORDER BY at, rowid",
    )?;
    let events = statement.query_map(params![id.as_str(), from, to], |row| {
        Ok((
            Timestamp::from_millis(row.get(0)?),
            row.get::<_, String>(1)?,
        ))
    })?;
    for event in events {
        let (at, what) = event?;
        if let Some(what) = codec::timeline_event_from(&what) {
            // Messages have whole seconds: an event of the same second stands
            // behind what it reacted to, and before what we wrote after it. Control
            // that we pass goes with our last words or after them, and Meta's clock,
            // which dates those, may be a second ahead.
            let passed = matches!(
                what,
                TimelineEvent::Ours {
                    operation: OperationKind::Pass,
                    ..
                }
            );
            let start = Timestamp::from_millis(at.as_millis() / 1000 * 1000);
            let end = start.plus(Span::millis(if passed { 1_999 } else { 999 }));
            let ours = |item: &Item| matches!(item, Item::Message(m) if m.author == Author::Me);
            let range = items.partition_point(|item| {
                item.at() < start || (item.at() <= end && (passed || !ours(item)))
            });
            items.insert(range, Item::Event { at, what });
        }
    }
    Ok(())
}

/// Puts private notes between the messages where they belong in time.
fn notes(
    db: &Connection,
    id: &ConversationId,
    from: i64,
    to: i64,
    items: &mut Vec<Item>,
) -> Result<(), Error> {
    let mut statement = db.prepare_cached(
        "SELECT id, at, agent, text FROM outbox.note WHERE conversation = ?1 AND at >= ?2 AND at < ?3 ORDER BY at, rowid",
    )?;
    let notes = statement.query_map(params![id.as_str(), from, to], |row| {
        Ok(PrivateNote {
            id: LocalId::new(row.get::<_, String>(0)?),
            at: Timestamp::from_millis(row.get(1)?),
            agent: row.get(2)?,
            text: row.get(3)?,
        })
    })?;
    for note in notes {
        let note = note?;
        let range = items.partition_point(|item| item.at() <= note.at);
        items.insert(range, Item::Note(note));
    }
    Ok(())
}
