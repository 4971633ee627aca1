//! Questions to the files. A reader sees what the writer has committed, waits
//! for nobody and can write nothing.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, InterruptHandle, OpenFlags, OptionalExtension, params};

use super::{Error, place, rows};
use crate::domain::{
    Author, Backfill, Conversation, ConversationId, Counts, InboxAsk, InboxPage, Item, Outgoing,
    Platform, Profile, Psid, Routing, Span, ThreadPage, ThreadPlace, Timestamp,
};

/// A read-only view of the files. Cheap to clone; clones take turns, but a
/// search never holds up the screen.
#[derive(Clone)]
pub struct Reader(Arc<Connections>);

/// Who searches: a newer question of the same kind ends an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// The filter of the list.
    List,
    /// A dialog over the desk.
    Dialog,
    /// Finding in a thread.
    Thread,
}

struct Connections {
    screen: Mutex<Connection>,
    /// Opened when they are first needed.
    lanes: [Searcher; 3],
    open: Box<dyn Fn() -> Result<Connection, Error> + Send + Sync>,
    /// Made when a question shows that the cache is damaged; the next start
    /// looks at the files then.
    suspicion: PathBuf,
}

#[derive(Default)]
struct Searcher {
    connection: Mutex<Option<Connection>>,
    end: Mutex<Option<InterruptHandle>>,
}

/// What is known of the Page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRow {
    /// Its name, raw; empty until known.
    pub name: String,
    /// Whether it routes conversations on Messenger.
    pub messenger: Routing,
    /// Whether it routes conversations on Instagram.
    pub instagram: Routing,
    /// When the list was last read, by our clock.
    pub read_at: Option<Timestamp>,
}

impl PageRow {
    /// Whether the Page routes conversations on `platform`.
    pub fn routing(&self, platform: Platform) -> Routing {
        match platform {
            Platform::Messenger => self.messenger,
            Platform::Instagram => self.instagram,
        }
    }
}

impl Reader {
    /// `immutable` is for files on a disk where nothing can be written: SQLite
    /// then asks for no lock and no journal.
    pub(super) fn open(
        cache: &Path,
        outbox: &Path,
        suspicion: PathBuf,
        immutable: bool,
    ) -> Result<Self, Error> {
        let (cache, outbox) = (cache.to_owned(), outbox.to_owned());
        let open = Box::new(move || connect(&cache, &outbox, immutable));
        Ok(Self(Arc::new(Connections {
            screen: Mutex::new(open()?),
            lanes: Default::default(),
            open,
            suspicion,
        })))
    }

    fn with<T>(&self, ask: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let answer = ask(&self.0.screen.lock().unwrap_or_else(PoisonError::into_inner));
        self.suspect(answer)
    }

    /// A newer question is about to be asked: whatever is searched there ends
    /// with [`Error::Superseded`].
    pub fn supersede(&self, lane: Lane) {
        let end = &self.0.lanes[lane as usize].end;
        if let Some(end) = &*end.lock().unwrap_or_else(PoisonError::into_inner) {
            end.interrupt();
        }
    }

    /// On the connection of a lane, so that the screen does not wait.
    pub(super) fn search<T>(
        &self,
        lane: Lane,
        ask: impl FnOnce(&Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let lane = &self.0.lanes[lane as usize];
        let mut connection = lane
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let connection = match &mut *connection {
            Some(connection) => connection,
            none => {
                let opened = (self.0.open)()?;
                let end = opened.get_interrupt_handle();
                *lane.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
                none.insert(opened)
            }
        };
        self.suspect(ask(connection))
    }

    fn suspect<T>(&self, answer: Result<T, Error>) -> Result<T, Error> {
        if matches!(answer, Err(Error::Damaged)) {
            let _ = super::schema::private_file(&self.0.suspicion);
        }
        answer
    }

    /// Numbers that change when somebody has written to one of the files.
    pub fn version(&self) -> Result<(i64, i64), Error> {
        self.with(|db| {
            let of =
                |file: &str| db.pragma_query_value(Some(file), "data_version", |row| row.get(0));
            Ok((of("main")?, of("outbox")?))
        })
    }

    /// A slice of the list with at most `limit` rows, and the counts of all views.
    pub fn inbox(&self, ask: &InboxAsk, limit: u32) -> Result<InboxPage, Error> {
        if !ask.filter.trim().is_empty() {
            return self.filtered(ask, limit);
        }
        self.with(|db| {
            let rows = db
                .prepare_cached(&format!(
                    "SELECT {} FROM conversation c WHERE {} ORDER BY c.ord, c.id LIMIT ?1 OFFSET ?2",
                    rows::CONVERSATION_COLUMNS,
                    place::condition(ask.view)
                ))?
                .query_map(params![limit, ask.offset], rows::conversation)?
                .collect::<Result<Vec<_>, _>>()?;
            let counts = counts(db)?;
            let total = counts.by_view[ask.view.index()];
            Ok(InboxPage {
                rows,
                total,
                counts,
            })
        })
    }

    /// One conversation.
    pub fn conversation(&self, id: &ConversationId) -> Result<Option<Conversation>, Error> {
        self.with(|db| find(db, id))
    }

    /// A part of a thread: `limit` messages at its ends, and up to `limit` on
    /// each side of a moment.
    pub fn thread(
        &self,
        id: &ConversationId,
        place: &ThreadPlace,
        limit: u32,
    ) -> Result<Option<ThreadPage>, Error> {
        self.with(|db| {
            let Some(conversation) = find(db, id)? else { return Ok(None) };
            let (messages, older_remote, seen_through) = db
                .prepare_cached(
                    "SELECT messages, older_known = 0 OR older_cursor IS NOT NULL, seen_through FROM conversation WHERE id = ?1",
                )?
                .query_row([id.as_str()], |row| {
                    Ok((row.get::<_, u32>(0)?, row.get(1)?, row.get::<_, Option<i64>>(2)?.map(Timestamp::from_millis)))
                })?;
            let window = Window::read(db, id, place, limit, messages)?;
            let mut items = window.items;
            events(db, id, window.from, window.to, &mut items)?;
            if window.newer == 0 {
                items.extend(unsettled(db, Some(id))?.into_iter().map(Item::Outgoing));
            }
            let profile = db
                .prepare_cached(
                    "SELECT missing, name, username, locale, utc_offset, followers FROM person WHERE psid = ?1",
                )?
                .query_row([conversation.psid.as_str()], rows::profile)
                .optional()?
                .unwrap_or(Profile::Unasked);
            let draft = db
                .prepare_cached("SELECT text, line, col FROM outbox.draft WHERE conversation = ?1")?
                .query_row([id.as_str()], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))
                .optional()?;
            Ok(Some(ThreadPage {
                place: place.clone(),
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

    /// The waiting conversation of "Needs me" that comes after `from`, going
    /// round at the end; before it when `back`.
    pub fn next_waiting(
        &self,
        from: Option<&ConversationId>,
        back: bool,
    ) -> Result<Option<ConversationId>, Error> {
        self.with(|db| {
            let here: Option<(i64, String)> = match from {
                Some(id) => db
                    .prepare_cached("SELECT ord, id FROM conversation WHERE id = ?1")?
                    .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?,
                None => None,
            };
            let (compare, order) = if back { ("<", "DESC") } else { (">", "ASC") };
            let waiting = "SELECT id FROM conversation WHERE needs_me = 1 AND waits = 1";
            let first = |db: &Connection, not: &str| {
                db.prepare_cached(&format!(
                    "{waiting} AND id <> ?1 ORDER BY ord {order}, id {order} LIMIT 1"
                ))?
                .query_row([not], |row| row.get::<_, String>(0))
                .optional()
            };
            let next = match &here {
                Some((ord, id)) => {
                    let after = db
                        .prepare_cached(&format!(
                            "{waiting} AND (ord, id) {compare} (?1, ?2) ORDER BY ord {order}, id {order} LIMIT 1"
                        ))?
                        .query_row(params![ord, id], |row| row.get::<_, String>(0))
                        .optional()?;
                    match after {
                        Some(next) => Some(next),
                        None => first(db, id)?,
                    }
                }
                None => first(db, "")?,
            };
            Ok(next.map(ConversationId::new))
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

    /// The newest messages of a thread as they stood on the wire, newest first.
    pub fn raw(&self, id: &ConversationId, limit: u32) -> Result<Vec<String>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached(
                "SELECT raw FROM message WHERE conversation = ?1 AND raw <> '' ORDER BY at DESC, rowid DESC LIMIT ?2",
            )?;
            let raw = statement.query_map(params![id.as_str(), limit], |row| row.get(0))?;
            Ok(raw.collect::<Result<_, _>>()?)
        })
    }

    /// Where older messages of a thread continue at Meta: `None` when nothing
    /// is known yet, `Some(None)` when there are none.
    pub fn older_cursor(&self, id: &ConversationId) -> Result<Option<Option<String>>, Error> {
        self.with(|db| {
            let row: Option<(bool, Option<String>)> = db
                .prepare_cached("SELECT older_known, older_cursor FROM conversation WHERE id = ?1")?
                .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            Ok(row.and_then(|(known, cursor)| known.then_some(cursor)))
        })
    }

    /// Whether a person's profile has been asked for.
    pub fn profile_asked(&self, psid: &Psid) -> Result<bool, Error> {
        self.with(|db| {
            Ok(db
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM person WHERE psid = ?1)")?
                .query_row([psid.as_str()], |row| row.get(0))?)
        })
    }

    /// What is known of the Page.
    pub fn page(&self) -> Result<PageRow, Error> {
        self.with(|db| {
            Ok(PageRow {
                name: value(db, "name")?.unwrap_or_default(),
                messenger: rows::routing_from(value(db, "routing_messenger")?.as_deref()),
                instagram: rows::routing_from(value(db, "routing_instagram")?.as_deref()),
                read_at: value(db, "read_at")?
                    .and_then(|at| at.parse().ok())
                    .map(Timestamp::from_millis),
            })
        })
    }

    /// What is left to be read of the list of a platform.
    pub fn backfill(&self, platform: Platform) -> Result<Backfill, Error> {
        self.with(|db| {
            let state = value(db, &format!("backfill_{}", platform.word()))?.unwrap_or_default();
            let until = value(db, &format!("backfill_until_{}", platform.word()))?;
            Ok(match state.strip_prefix("from ") {
                Some(cursor) => Backfill::From {
                    cursor: Some(cursor.to_owned()).filter(|c| !c.is_empty()),
                    until: until
                        .and_then(|at| at.parse().ok())
                        .map(Timestamp::from_millis),
                },
                None if state == "done" => Backfill::Done,
                None => Backfill::NotBegun,
            })
        })
    }

    /// How many conversations and messages are cached.
    pub fn cached(&self) -> Result<(i64, i64), Error> {
        self.with(|db| {
            Ok(db.query_row(
                "SELECT (SELECT everyone FROM tally), (SELECT coalesce(sum(messages), 0) FROM conversation)",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?)
        })
    }

    /// Replies that were sent, but whose hand-back by a call of its own may not
    /// have been made.
    pub fn hand_backs(&self) -> Result<Vec<Outgoing>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {} FROM outbox.outgoing WHERE state = 'sent' AND hand_back IS NOT NULL AND handed_back = 0",
                rows::OUTGOING_COLUMNS
            ))?;
            let rows = statement.query_map([], rows::outgoing)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Up to which change the list of a platform has been read whole; `None`
    /// when it never was.
    pub fn listed(&self, platform: Platform) -> Result<Option<Timestamp>, Error> {
        self.with(|db| {
            let through = value(db, &format!("listed_{}", platform.word()))?;
            Ok(through
                .and_then(|text| text.parse().ok())
                .map(Timestamp::from_millis))
        })
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

pub(super) fn value(db: &Connection, key: &str) -> Result<Option<String>, Error> {
    Ok(db
        .prepare_cached("SELECT value FROM page WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

fn find(db: &Connection, id: &ConversationId) -> Result<Option<Conversation>, Error> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {} FROM conversation c WHERE c.id = ?1",
        rows::CONVERSATION_COLUMNS
    ))?;
    Ok(statement
        .query_row([id.as_str()], rows::conversation)
        .optional()?)
}

pub(super) fn counts(db: &Connection) -> Result<Counts, Error> {
    let by_view = db
        .prepare_cached("SELECT needs_me, mine, bot, closing, everyone FROM tally")?
        .query_row([], |row| {
            Ok([
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ])
        })?;
    let unsettled = db
        .prepare_cached(
            "SELECT count(*) FROM outbox.outgoing WHERE state NOT IN ('sent', 'dropped') AND state <> 'assumed'",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(Counts { by_view, unsettled })
}

fn connect(cache: &Path, outbox: &Path, immutable: bool) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(uri(cache, immutable), flags)?;
    connection.execute("ATTACH DATABASE ?1 AS outbox", [uri(outbox, immutable)])?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// A file name as SQLite's URI, whatever signs are in it.
fn uri(path: &Path, immutable: bool) -> String {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
                uri.push(char::from(*byte));
            }
            byte => uri.push_str(&format!("%{byte:02x}")),
        }
    }
    if immutable {
        uri.push_str("?immutable=1");
    }
    uri
}

/// The replies of a thread that are to be shown; of all threads (`None`) also
/// those that a person treats as sent: they are still told apart when they turn
/// up.
fn unsettled(db: &Connection, id: Option<&ConversationId>) -> Result<Vec<Outgoing>, Error> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {} FROM outbox.outgoing WHERE state NOT IN ('sent', 'dropped') \
         AND (?1 IS NULL OR (conversation = ?1 AND state <> 'assumed')) ORDER BY rowid",
        rows::OUTGOING_COLUMNS
    ))?;
    let rows = statement.query_map([id.map(ConversationId::as_str)], rows::outgoing)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn sent_near(db: &Connection, since: Timestamp, near: Span) -> Result<Vec<Outgoing>, Error> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {} FROM outbox.outgoing s WHERE state = 'sent' AND (sent_at >= ?1 OR EXISTS \
           (SELECT 1 FROM outbox.outgoing u WHERE u.conversation = s.conversation AND u.state NOT IN ('sent', 'dropped') \
            AND abs(coalesce(u.sent_at, u.at) - s.sent_at) <= ?2)) ORDER BY rowid",
        rows::OUTGOING_COLUMNS
    ))?;
    let values = params![since.as_millis(), near.as_millis()];
    let rows = statement.query_map(values, rows::outgoing)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Some messages of a thread, and what lies on both sides of them.
struct Window {
    items: Vec<Item>,
    older: u32,
    newer: u32,
    /// The events from here …
    from: i64,
    /// … up to here belong to it.
    to: i64,
}

impl Window {
    fn read(
        db: &Connection,
        id: &ConversationId,
        place: &ThreadPlace,
        limit: u32,
        messages: u32,
    ) -> Result<Self, Error> {
        let part = |range: &str, order: &str, moment: i64| -> Result<Vec<Item>, Error> {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {} FROM message WHERE conversation = ?1 AND {range} ORDER BY at {order}, n {order} LIMIT ?3",
                rows::MESSAGE_COLUMNS
            ))?;
            let rows = statement.query_map(params![id.as_str(), moment, limit], |row| {
                rows::message(row).map(Item::Message)
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        let mut items = match place {
            ThreadPlace::Newest => part("at <= ?2", "DESC", i64::MAX)?,
            ThreadPlace::Oldest => part("at >= ?2", "ASC", i64::MIN)?,
            ThreadPlace::Around(moment) => {
                let mut items = part("at < ?2", "DESC", moment.as_millis())?;
                items.reverse();
                items.extend(part("at >= ?2", "ASC", moment.as_millis())?);
                items
            }
        };
        if *place == ThreadPlace::Newest {
            items.reverse();
        }
        let loaded = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let rest = messages.saturating_sub(loaded);
        let newer = match (place, items.last()) {
            (ThreadPlace::Newest, _) | (_, None) => 0,
            (ThreadPlace::Oldest, Some(_)) => rest,
            (ThreadPlace::Around(_), Some(last)) if rest > 0 => db
                .prepare_cached(
                    "SELECT count(*) FROM message WHERE conversation = ?1 AND (at, n) >                      (?2, (SELECT n FROM message WHERE mid = ?3))",
                )?
                .query_row(params![id.as_str(), last.at().as_millis(), last.key()], |row| row.get(0))?,
            (ThreadPlace::Around(_), Some(_)) => 0,
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
        if let Some(what) = rows::happening_from(&what) {
            // Messages have whole seconds: an event of the same second stands
            // behind what it reacted to, and before what we wrote after it.
            let start = Timestamp::from_millis(at.as_millis() / 1000 * 1000);
            let end = start.plus(Span::millis(999));
            let ours = |item: &Item| matches!(item, Item::Message(m) if m.author == Author::Me);
            let place = items
                .partition_point(|item| item.at() < start || (item.at() <= end && !ours(item)));
            items.insert(place, Item::Event { at, what });
        }
    }
    Ok(())
}
