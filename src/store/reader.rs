//! Questions to the files. A reader sees what the writer has committed, waits
//! for nobody and can write nothing.

use std::{
    fmt,
    path::Path,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::{Error, rows};
use crate::{
    domain::{
        Author, CLOSING_SOON, Conversation, ConversationId, Counts, HUMAN_AGENT_WINDOW, InboxAsk,
        InboxPage, Item, Platform, Profile, Psid, RESPONSE_WINDOW, Routing, Span, ThreadPage,
        Timestamp, View,
    },
    text,
};

/// A read-only view of the files. Cheap to clone; clones take turns.
#[derive(Clone)]
pub struct Reader(Arc<Mutex<Connection>>);

/// What is known of the Page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRow {
    /// Its name, raw; empty until known.
    pub name: String,
    /// Whether it routes conversations on Messenger.
    pub messenger: Routing,
    /// Whether it routes conversations on Instagram.
    pub instagram: Routing,
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

/// The rules of the views in SQL, where they are applied. `?1` is the present
/// moment in milliseconds.
struct Rules {
    waiting: String,
    needs_me: String,
    closing: String,
    order: String,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let (response, human) = (RESPONSE_WINDOW.as_millis(), HUMAN_AGENT_WINDOW.as_millis());
    let soon = CLOSING_SOON.as_millis();
    let waiting =
        "(c.customer_at IS NOT NULL AND (c.page_at IS NULL OR c.customer_at > c.page_at))"
            .to_owned();
    let closed = format!("(c.customer_at IS NOT NULL AND ?1 > c.customer_at + {human})");
    let deadline = format!(
        "(c.customer_at + CASE WHEN ?1 <= c.customer_at + {response} THEN {response} ELSE {human} END)"
    );
    let elsewhere = "(c.owner IN ('other', 'not_us') OR c.owner LIKE 'app:%')";
    // Control lapses by the clock, and nobody is told.
    let ours = "(c.owner = 'us' AND (c.control_until IS NULL OR c.control_until > ?1))";
    // Where nobody owns threads (routing off), whoever waits needs a person.
    let needs_me = format!(
        "(NOT {closed} AND ({ours} OR (c.owner = 'unknown' AND {waiting}) \
         OR (c.unread > 0 AND c.agent_at IS NOT NULL AND c.customer_at > c.agent_at AND {waiting})))"
    );
    let closing =
        format!("(NOT {elsewhere} AND {waiting} AND NOT {closed} AND {deadline} - ?1 <= {soon})");
    // The deadline that hurts next, then the longest wait; what does not wait
    // on us comes after, newest first; what is closed comes last.
    let order = format!(
        "CASE WHEN c.customer_at IS NULL OR {closed} THEN 4 WHEN {elsewhere} THEN 3 WHEN {waiting} THEN 0 \
         WHEN {ours} THEN 1 ELSE 2 END, \
         CASE WHEN NOT {elsewhere} AND {waiting} THEN {deadline} ELSE -c.updated_at END, c.customer_at, c.id"
    );
    Rules {
        waiting,
        needs_me,
        closing,
        order,
    }
});

fn view_rule(view: View) -> &'static str {
    match view {
        View::NeedsMe => &RULES.needs_me,
        View::Mine => "c.owner = 'us'",
        View::Bot => "(c.owner IN ('other', 'not_us', 'idle') OR c.owner LIKE 'app:%')",
        View::Closing => &RULES.closing,
        View::All => "1",
    }
}

impl Reader {
    pub(super) fn open(cache: &Path, outbox: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(cache, flags)?;
        connection.execute("ATTACH DATABASE ?1 AS outbox", [outbox.to_string_lossy()])?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    fn with<T>(&self, ask: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        ask(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A slice of the list with at most `limit` rows, and the counts of all views.
    pub fn inbox(&self, ask: &InboxAsk, limit: u32, now: Timestamp) -> Result<InboxPage, Error> {
        self.with(|db| {
            let like = like(&ask.filter);
            let filtered = format!(
                "{} AND (?2 = '' OR c.fold LIKE ?2 ESCAPE '\\')",
                view_rule(ask.view)
            );
            let rows = db
                .prepare_cached(&format!(
                    "SELECT {} FROM conversation c WHERE {filtered} ORDER BY {} LIMIT ?3 OFFSET ?4",
                    rows::CONVERSATION_COLUMNS,
                    RULES.order
                ))?
                .query_map(
                    params![now.as_millis(), like, limit, ask.offset],
                    rows::conversation,
                )?
                .collect::<Result<Vec<_>, _>>()?;
            let counts = counts(db, now)?;
            let total = if like.is_empty() {
                counts.by_view[ask.view.index()]
            } else {
                db.prepare_cached(&format!(
                    "SELECT count(*) FROM conversation c WHERE {filtered} AND ?1 > 0"
                ))?
                .query_row(params![now.as_millis(), like], |row| row.get(0))?
            };
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

    /// A thread with its newest `limit` entries.
    pub fn thread(&self, id: &ConversationId, limit: u32) -> Result<Option<ThreadPage>, Error> {
        self.with(|db| {
            let Some(conversation) = find(db, id)? else { return Ok(None) };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {} FROM message WHERE conversation = ?1 ORDER BY at DESC, rowid DESC LIMIT ?2",
                rows::MESSAGE_COLUMNS
            ))?;
            let mut items: Vec<Item> = statement
                .query_map(params![id.as_str(), limit + 1], rows::message)?
                .map(|m| m.map(Item::Message))
                .collect::<Result<_, _>>()?;
            let older_cached = items.len() > limit as usize;
            items.truncate(limit as usize);
            let from = if older_cached { items.last().map_or(0, |m| m.at().as_millis()) } else { i64::MIN };
            items.reverse();
            events(db, id, from, &mut items)?;
            let mut statement = db.prepare_cached(&format!(
                "SELECT {} FROM outbox.outgoing WHERE conversation = ?1 AND state <> 'sent' ORDER BY at, rowid",
                rows::OUTGOING_COLUMNS
            ))?;
            for outgoing in statement.query_map([id.as_str()], rows::outgoing)? {
                items.push(Item::Outgoing(outgoing?));
            }
            let (older_remote, seen_through) = db.query_row(
                "SELECT older_known = 0 OR older_cursor IS NOT NULL, seen_through FROM conversation WHERE id = ?1",
                [id.as_str()],
                |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(Timestamp::from_millis))),
            )?;
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
            Ok(Some(ThreadPage { conversation, profile, items, older_cached, older_remote, draft, seen_through }))
        })
    }

    /// The waiting conversation of "Needs me" that comes after `from`, going
    /// round at the end; before it when `back`.
    pub fn next_waiting(
        &self,
        from: Option<&ConversationId>,
        back: bool,
        now: Timestamp,
    ) -> Result<Option<ConversationId>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT c.id FROM conversation c WHERE {} AND {} ORDER BY {}",
                RULES.needs_me, RULES.waiting, RULES.order
            ))?;
            let mut ids: Vec<String> = statement
                .query_map([now.as_millis()], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            if back {
                ids.reverse();
            }
            let here = ids
                .iter()
                .position(|id| from.is_some_and(|from| from.as_str() == id));
            let start = here.map_or(0, |i| i + 1);
            let next = ids
                .iter()
                .cycle()
                .skip(start)
                .take(ids.len())
                .find(|id| from.is_none_or(|f| f.as_str() != *id));
            Ok(next.map(ConversationId::new))
        })
    }

    /// Everybody's name, for the fuzzy jump.
    pub fn people(&self) -> Result<Vec<(ConversationId, String, Platform)>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {} FROM conversation c ORDER BY c.updated_at DESC",
                rows::CONVERSATION_COLUMNS
            ))?;
            let people = statement.query_map([], |row| {
                let c = rows::conversation(row)?;
                let name = c.display_name();
                Ok((c.id, name, c.platform))
            })?;
            Ok(people.collect::<Result<_, _>>()?)
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
            })
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

fn value(db: &Connection, key: &str) -> Result<Option<String>, Error> {
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

fn counts(db: &Connection, now: Timestamp) -> Result<Counts, Error> {
    let sums: Vec<String> = View::ALL
        .iter()
        .map(|view| format!("coalesce(sum({}), 0)", view_rule(*view)))
        .collect();
    let mut statement =
        db.prepare_cached(&format!("SELECT {} FROM conversation c", sums.join(", ")))?;
    let by_view = statement.query_row([now.as_millis()], |row| {
        Ok([
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
        ])
    })?;
    Ok(Counts { by_view })
}

/// Puts the event lines between the messages where they belong in time.
fn events(
    db: &Connection,
    id: &ConversationId,
    from: i64,
    items: &mut Vec<Item>,
) -> Result<(), Error> {
    let mut statement = db.prepare_cached(
        "SELECT at, what FROM happening WHERE conversation = ?1 AND at >= ?2 ORDER BY at, rowid",
    )?;
    let events = statement.query_map(params![id.as_str(), from], |row| {
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

/// A pattern for `LIKE`, with its own signs escaped; empty for no words.
fn like(words: &str) -> String {
    let words = words.trim();
    if words.is_empty() {
        return String::new();
    }
    let mut pattern = String::from("%");
    for c in text::fold(words).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
