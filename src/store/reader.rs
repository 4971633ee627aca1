//! Questions to the files. A reader sees what the writer has committed, waits
//! for nobody and can write nothing.

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, InterruptHandle, OpenFlags, OptionalExtension, params};

use super::{
    Error, codec,
    paths::uri,
    ranking,
    schema::{keep_at_hand, keep_in_memory},
    statement::Statements,
    webhook_facts,
};
use crate::domain::{
    Conversation, ConversationId, Counts, HUMAN_AGENT_WINDOW, InboxQuery, InboxSlice, Mid,
    OwnershipEvidence, Platform, Psid, RESPONSE_WINDOW, ThreadOwner, Timestamp, View,
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

/// The conversation of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonThread {
    /// Its id.
    pub id: ConversationId,
    /// Where they write.
    pub platform: Platform,
}

/// KiB of the cache that each reader keeps in memory: the pages of a list and a thread.
const PAGES: i32 = 192;

/// The same for each search, while there is one. The next letter looks for nearly the same,
/// all over the file: with a fifth of this it would read more than twice as much.
const SEARCHED: i32 = 1_024;

/// People whose conversation has a name of ours (`?1`, then who it is), and no more than
/// those are looked at: they stand between what they begin with and the same with the last
/// character of all behind it.
const UNSHOWN: &str = "SELECT psid FROM conversation \
     WHERE id BETWEEN ?1 AND ?1 || char(1114111) AND id = ?1 || psid ORDER BY updated_at DESC LIMIT ?2";

struct Connections {
    /// Opened when it is first needed.
    screen: Mutex<Option<Connection>>,
    /// Opened when they are first needed.
    lanes: [Searcher; 3],
    open: Arc<dyn Fn() -> Result<Connection, Error> + Send + Sync>,
    /// Made when a question shows that the cache is damaged; the next start
    /// looks at the files then.
    suspicion: PathBuf,
    /// What was done at this desk.
    record: PathBuf,
}

#[derive(Default)]
struct Searcher {
    connection: Mutex<Option<Connection>>,
    end: Mutex<Option<InterruptHandle>>,
}

impl Reader {
    /// `immutable` is for files on a disk where nothing can be written: SQLite
    /// then asks for no lock and no journal.
    pub(super) fn open(
        cache: &Path,
        outbox: &Path,
        suspicion: PathBuf,
        record: PathBuf,
        immutable: bool,
    ) -> Result<Self, Error> {
        let (cache, outbox) = (cache.to_owned(), outbox.to_owned());
        let open = Arc::new(move || connect(&cache, &outbox, immutable));
        Ok(Self(Arc::new(Connections {
            screen: Mutex::new(Some(open()?)),
            lanes: Default::default(),
            open,
            suspicion,
            record,
        })))
    }

    /// Another one, on a connection of its own: neither waits for the other.
    pub fn apart(&self) -> Self {
        Self(Arc::new(Connections {
            screen: Mutex::default(),
            lanes: Default::default(),
            open: Arc::clone(&self.0.open),
            suspicion: self.0.suspicion.clone(),
            record: self.0.record.clone(),
        }))
    }

    /// The file with the record of what was done.
    pub(super) fn record(&self) -> &Path {
        &self.0.record
    }

    pub(super) fn with<T>(
        &self,
        ask: impl FnOnce(&Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut screen = self.0.screen.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match &mut *screen {
            Some(connection) => connection,
            none => none.insert((self.0.open)()?),
        };
        self.suspect(ask(connection))
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
                keep_in_memory(&opened, SEARCHED)?;
                let end = opened.get_interrupt_handle();
                *lane.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
                none.insert(opened)
            }
        };
        self.suspect(ask(connection))
    }

    /// Nothing is searched for the time being: the connections for that are closed, and
    /// opened again when they are needed. One that is at work is left alone.
    pub fn rest(&self) {
        for lane in &self.0.lanes {
            if let Ok(mut connection) = lane.connection.try_lock()
                && connection.take().is_some()
            {
                *lane.end.lock().unwrap_or_else(PoisonError::into_inner) = None;
            }
        }
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
    pub fn inbox(&self, ask: &InboxQuery, limit: u32) -> Result<InboxSlice, Error> {
        if !ask.filter.trim().is_empty() || !ask.narrow.is_nothing() {
            return self.filtered(ask, limit);
        }
        self.with(|db| {
            let counts = counts(db)?;
            let total = counts.by_view[ask.view.index()];
            // All at once: a list that grows leaves holes behind.
            let after = total.saturating_sub(ask.offset).min(limit);
            let mut rows = Vec::with_capacity(usize::try_from(after).unwrap_or_default());
            let mut statement = db.prepare_cached(&format!(
                "SELECT {} FROM conversation c WHERE {} ORDER BY c.ord, c.id LIMIT ?1 OFFSET ?2",
                codec::CONVERSATION_COLUMNS,
                ranking::condition(ask.view)
            ))?;
            for row in statement.query_map(params![limit, ask.offset], codec::conversation)? {
                rows.push(row?);
            }
            Ok(InboxSlice {
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

    /// Who comes next of all, besides `not`: the first of "Needs me" who waits and
    /// whom we may answer. Nobody else holds them, and Meta takes a reply.
    pub fn top_waiting(&self, not: &ConversationId) -> Result<Option<ConversationId>, Error> {
        self.with(|db| {
            let next = db
                .prepare_cached(
                    "SELECT id FROM conversation WHERE needs_me = 1 AND waits = 1 AND id <> ?1 \
                     AND owner IN ('us', 'idle', 'unknown') AND coalesce(can_reply, 1) = 1 ORDER BY ord, id LIMIT 1",
                )?
                .query_row([not.as_str()], |row| row.get::<_, String>(0))
                .optional()?;
            Ok(next.map(ConversationId::new))
        })
    }

    /// The place of a row in a view, from 0; `None` when it does not stand there.
    pub fn place_in(&self, id: &ConversationId, view: View) -> Result<Option<u32>, Error> {
        self.with(|db| {
            let condition = ranking::condition(view);
            let ord: Option<i64> = db
                .prepare_cached(&format!(
                    "SELECT ord FROM conversation c WHERE id = ?1 AND {condition}"
                ))?
                .query_row([id.as_str()], |row| row.get(0))
                .optional()?;
            let Some(ord) = ord else { return Ok(None) };
            Ok(Some(
                db.prepare_cached(&format!(
                    "SELECT count(*) FROM conversation c WHERE (ord, id) < (?1, ?2) AND {condition}"
                ))?
                .query_row(params![ord, id.as_str()], |row| row.get(0))?,
            ))
        })
    }

    /// The newest messages and events of a thread as they stood on the wire,
    /// newest first.
    pub fn raw(&self, id: &ConversationId, limit: u32) -> Result<Vec<String>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached(
                "SELECT raw FROM (SELECT raw, at FROM message WHERE conversation = ?1 AND raw <> '' \
                   UNION ALL SELECT raw, at FROM happening WHERE conversation = ?1 AND raw <> '') \
                 ORDER BY at DESC LIMIT ?2",
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

    /// The JSON of a message as it stood on the wire; of the newest of a thread,
    /// if none is named.
    pub fn raw_of(&self, id: &ConversationId, mid: Option<&Mid>) -> Result<Option<String>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached(
                "SELECT raw FROM message WHERE conversation = ?1 AND (?2 IS NULL OR mid = ?2) AND raw <> '' \
                 ORDER BY at DESC, n DESC LIMIT 1",
            )?;
            let mid = mid.map(Mid::as_str);
            Ok(statement
                .query_row(params![id.as_str(), mid], |row| row.get(0))
                .optional()?)
        })
    }

    /// Whether a message was taken back by who wrote it.
    pub fn is_unsent(&self, mid: &Mid) -> Result<bool, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached("SELECT unsent FROM message WHERE mid = ?1")?;
            let unsent = statement.query_row([mid.as_str()], |row| row.get(0));
            Ok(unsent.optional()?.unwrap_or(false))
        })
    }

    /// When a message was written, if it is known.
    pub fn written_at(&self, mid: &Mid) -> Result<Option<Timestamp>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached("SELECT at FROM message WHERE mid = ?1")?;
            let at = statement.query_row([mid.as_str()], |row| row.get(0));
            Ok(at.optional()?.map(Timestamp::from_millis))
        })
    }

    /// What speaks for who holds a thread.
    pub fn evidence(&self, id: &ConversationId) -> Result<OwnershipEvidence, Error> {
        self.with(|db| {
            let at = |row: &rusqlite::Row<'_>, i: usize| -> rusqlite::Result<Option<Timestamp>> {
                let at: Option<i64> = row.get(i)?;
                Ok(at.filter(|at| *at > 0).map(Timestamp::from_millis))
            };
            let owner = |row: &rusqlite::Row<'_>, i: usize| -> rusqlite::Result<ThreadOwner> {
                let owner: Option<String> = row.get(i)?;
                Ok(codec::owner_from(&owner.unwrap_or_default()))
            };
            let evidence = db
                .prepare_cached(
                    "SELECT base_at, base_owner, moved_at, moved_to, charge_at, charge_us FROM conversation WHERE id = ?1",
                )?
                .query_row([id.as_str()], |row| {
                    let (base, moved) = (owner(row, 1)?, owner(row, 3)?);
                    let us: Option<bool> = row.get(5)?;
                    Ok(OwnershipEvidence {
                        base: at(row, 0)?.map(|at| (at, base)),
                        moved: at(row, 2)?.map(|at| (at, moved)),
                        channel: at(row, 4)?.zip(us),
                    })
                })
                .optional()?;
            Ok(evidence.unwrap_or_default())
        })
    }

    /// Where some people write; who has no conversation yet is not among them.
    pub fn threads_of<'a>(
        &self,
        people: impl Iterator<Item = &'a Psid>,
    ) -> Result<HashMap<Psid, PersonThread>, Error> {
        self.with(|db| {
            // The file is locked once for all of them.
            let reading = db.unchecked_transaction()?;
            let mut threads = HashMap::new();
            for psid in people {
                if threads.contains_key(psid) {
                    continue;
                }
                let found = reading.query_row_cached(
                    "SELECT id, platform FROM conversation WHERE psid = ?1 LIMIT 1",
                    [psid.as_str()],
                    |row| {
                        Ok(PersonThread {
                            id: ConversationId::new(row.get::<_, String>(0)?),
                            platform: codec::platform(row.get_ref(1)?.as_str()?),
                        })
                    },
                );
                if let Some(thread) = found.optional()? {
                    threads.insert(psid.clone(), thread);
                }
            }
            Ok(threads)
        })
    }

    /// What webhooks told of a person before their conversation was known, as
    /// it came.
    pub fn parked(&self, psid: &Psid) -> Result<Vec<String>, Error> {
        self.with(|db| webhook_facts::parked(db, psid))
    }

    /// People whose conversation Meta has not shown yet, at most `limit`.
    pub fn unshown(&self, limit: u32) -> Result<Vec<Psid>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached(UNSHOWN)?;
            let begins = ConversationId::OF_PERSON;
            let ids = statement.query_map(params![begins, limit], |row| row.get::<_, String>(0))?;
            let ids: Vec<String> = ids.collect::<Result<_, _>>()?;
            Ok(ids.into_iter().map(Psid::new).collect())
        })
    }

    /// People of whom webhooks told, and whose conversation is not known; at
    /// most `limit`.
    pub fn strangers(&self, limit: u32) -> Result<Vec<Psid>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT psid FROM parked WHERE psid <> '' ORDER BY n LIMIT ?1",
            )?;
            let ids = statement.query_map([limit], |row| row.get::<_, String>(0))?;
            Ok(ids
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .map(Psid::new)
                .collect())
        })
    }

    /// Whether the cache knows a message.
    pub fn knows(&self, mid: &Mid) -> Result<bool, Error> {
        self.with(|db| {
            Ok(db
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM message WHERE mid = ?1)")?
                .query_row([mid.as_str()], |row| row.get(0))?)
        })
    }

    /// Conversations that wait for us, whose customer last opened the 24 hours
    /// (or, of the 7 days, last wrote) between these two moments (Meta's clock):
    /// their window closes soon.
    pub fn waiting_since(
        &self,
        from: Timestamp,
        to: Timestamp,
        opened: bool,
    ) -> Result<Vec<Conversation>, Error> {
        let (since, window) = match opened {
            true => (
                "max(c.customer_at, coalesce(c.opened_at, 0))",
                RESPONSE_WINDOW,
            ),
            false => ("c.customer_at", HUMAN_AGENT_WINDOW),
        };
        let ends = |at: Timestamp| at.plus(window).as_millis();
        self.with(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {} FROM conversation c WHERE c.id IN ({}) \
                 AND (c.needs_me = 1 OR c.aside = 'snoozed') AND c.waits = 1 AND {since} BETWEEN ?1 AND ?2",
                codec::CONVERSATION_COLUMNS,
                ranking::near_deadline("?3", "?4"),
            ))?;
            let rows = statement.query_map(
                params![from.as_millis(), to.as_millis(), ends(from), ends(to)],
                codec::conversation,
            )?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Whether [`Writer::turn`](super::Writer::turn) has anything to do at this moment,
    /// by Meta's clock.
    pub fn must_turn(&self, now: Timestamp) -> Result<bool, Error> {
        self.with(|db| ranking::must_turn(db, now))
    }

    /// Threads of ours that are answered, where nobody has written since this
    /// moment (Meta's clock) and nothing of ours is unsent.
    pub fn quiet_since(&self, since: Timestamp) -> Result<Vec<Conversation>, Error> {
        self.with(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {} FROM conversation c WHERE c.mine = 1 AND c.agent_at IS NOT NULL AND c.agent_at < ?1 \
                 AND coalesce(c.customer_at, 0) <= c.agent_at AND c.kept_unread = 0 \
                 AND NOT EXISTS (SELECT 1 FROM outbox.draft d WHERE d.conversation = c.id) \
                 AND NOT EXISTS (SELECT 1 FROM outbox.outgoing o WHERE o.conversation = c.id \
                                 AND o.state NOT IN ('sent', 'dropped', 'assumed'))",
                codec::CONVERSATION_COLUMNS
            ))?;
            let rows = statement.query_map([since.as_millis()], codec::conversation)?;
            Ok(rows.collect::<Result<_, _>>()?)
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
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

pub(super) fn find(db: &Connection, id: &ConversationId) -> Result<Option<Conversation>, Error> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {} FROM conversation c WHERE c.id = ?1",
        codec::CONVERSATION_COLUMNS
    ))?;
    Ok(statement
        .query_row([id.as_str()], codec::conversation)
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
    keep_at_hand(&connection, PAGES)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::PageId, store};

    /// It is asked at each start, of all conversations.
    #[test]
    fn people_who_are_not_shown_yet_are_found_without_a_look_at_all_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let opened = store::open(folder.path(), &PageId::new("1")).expect("opens");
        let plan = opened.reader.with(|db| {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {UNSHOWN}"))?;
            let steps = plan.query_map(params![ConversationId::OF_PERSON, 10], |row| {
                row.get("detail")
            })?;
            Ok(steps.collect::<Result<Vec<String>, _>>()?)
        });
        let plan = plan.expect("a plan");
        assert!(plan[0].contains("(id>? AND id<?)"), "{plan:?}");
    }

    #[test]
    fn what_nobody_searches_with_is_closed_and_opened_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let opened = store::open(folder.path(), &PageId::new("1")).expect("opens");
        let reader = opened.reader;
        let is_open = |lane: &Searcher| lane.connection.lock().is_ok_and(|open| open.is_some());
        let open = || reader.0.lanes.iter().filter(|lane| is_open(lane)).count();
        for _ in 0..2 {
            assert_eq!(reader.find("parcel", 10).expect("hits"), []);
            assert_eq!(open(), 1);
            // One that is at work goes on.
            let at_work = reader.0.lanes[Lane::Dialog as usize].connection.lock();
            reader.rest();
            drop(at_work);
            assert_eq!(open(), 1);
            reader.rest();
            assert_eq!(open(), 0);
            reader.supersede(Lane::Dialog);
        }
    }
}
