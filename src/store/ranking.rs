//! Where a row stands in the list: in which views, and in what order.
//!
//! The rules are applied when a row is written, not when it is asked for, so a
//! question to the list costs the same with ten rows and with a million. What
//! depends on the time (windows close, control lapses) has a moment at which it
//! changes; [`turn`] applies the rules again to the rows whose moment has come.

use std::sync::LazyLock;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Error, codec, statement::Statements};
use crate::{
    domain::{Conversation, ConversationId, ThreadOwner, Timestamp, View, Window},
    store::page_values,
};

/// A clock that stands more than this before its last known place was set
/// back, so every row is looked at again. In milliseconds.
const SET_BACK: i64 = 60_000;

/// So many rows are in memory while they turn.
const AT_ONCE: u32 = 256;

/// What the rules look at, and then where the row stands.
const STANDING: &str = "updated_at, unread, customer_at, opened_at, page_at, agent_at, owner, control_until, lapsed, \
     asked_at, aside, until, through, kept_unread, labels, waits, needs_me, mine, bot, closing, ord, turns_at";

/// How many they are.
const WIDTH: usize = 22;

/// One row.
static OF_ONE: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {STANDING} FROM conversation WHERE id = ?1"));

/// The rows whose moment has come, the latest moments first.
static DUE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {STANDING}, id FROM conversation WHERE turns_at <= ?1 ORDER BY turns_at DESC LIMIT ?2"
    )
});

/// Where a row stands in the list.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Rank {
    waits: bool,
    views: Views,
    ord: i64,
    /// When the rules say something else: milliseconds.
    turns_at: Option<i64>,
}

/// In which views a row is, besides that of all.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Views {
    needs_me: bool,
    mine: bool,
    bot: bool,
    closing: bool,
}

impl Rank {
    /// Somebody waits for a person.
    fn calls(self) -> bool {
        self.waits && self.views.needs_me
    }
}

/// A row as the rules see it.
struct Standing {
    /// Without its names and words.
    conversation: Conversation,
    /// Words of the bot's asked for a person, and none has answered since.
    asked: bool,
    /// A label of ours asks for a person.
    labelled: bool,
    /// Where it stands.
    rank: Rank,
}

impl Standing {
    /// Reads [`STANDING`].
    fn read(row: &Row<'_>, db: &Connection) -> rusqlite::Result<Self> {
        let time = |i: usize| codec::moment(row, i);
        let updated_at = Timestamp::from_millis(row.get(0)?);
        let nobody = Conversation::unknown(ConversationId::new(""), updated_at);
        let conversation = Conversation {
            unread: row.get(1)?,
            customer_at: time(2)?,
            opened_at: time(3)?,
            page_at: time(4)?,
            agent_at: time(5)?,
            owner: codec::owner_from(row.get_ref(6)?.as_str()?),
            control_until: time(7)?,
            lapsed: row.get(8)?,
            triage: codec::triage(row, 10)?,
            ..nobody
        };
        Ok(Self {
            asked: time(9)?.is_some_and(|at| Some(at) > conversation.agent_at),
            labelled: is_labelled(db, &conversation.triage.labels)?,
            conversation,
            rank: Rank {
                waits: row.get(15)?,
                views: Views {
                    needs_me: row.get(16)?,
                    mine: row.get(17)?,
                    bot: row.get(18)?,
                    closing: row.get(19)?,
                },
                ord: row.get(20)?,
                turns_at: row.get(21)?,
            },
        })
    }

    /// Where it should stand at this moment by Meta's clock.
    fn should(&self, now: Timestamp) -> Rank {
        let row = &self.conversation;
        let held_elsewhere = row.held_elsewhere();
        Rank {
            waits: row.waiting(),
            views: Views {
                needs_me: self.needs_me(now),
                mine: row.owner == ThreadOwner::Us,
                bot: held_elsewhere || row.owner == ThreadOwner::Idle,
                closing: row.closing(now),
            },
            ord: self.ord(now),
            turns_at: row.turns_after(now).map(Timestamp::as_millis),
        }
    }

    fn is_closed(&self, now: Timestamp) -> bool {
        matches!(self.conversation.window(now), Window::Closed { .. })
    }

    /// We have control.
    fn is_ours(&self, now: Timestamp) -> bool {
        let row = &self.conversation;
        row.owner == ThreadOwner::Us && row.control_until.is_none_or(|until| now < until)
    }

    fn needs_me(&self, now: Timestamp) -> bool {
        let row = &self.conversation;
        // Where everyone may reply (routing off), whoever waits needs a person.
        let anybodys = row.owner == ThreadOwner::Unknown && row.waiting();
        // Who had to do with a person before, waits for one again.
        let again = row.unread > 0
            && row.waiting()
            && row
                .agent_at
                .is_some_and(|agent| row.customer_at > Some(agent));
        let calls = self.is_ours(now)
            // Control lapses by the clock, and nobody is told: they still wait for us.
            || row.control_lapsed(now)
            || anybodys
            || self.asked
            || self.labelled
            || again;
        !self.is_closed(now) && (row.triage.unread || (row.deferred(now).is_none() && calls))
    }

    /// The nearest deadline; what does not wait for us comes after, newest first: ours (1),
    /// what is put off or nobody's (2), what others have (3), what is closed (4). Times have
    /// 41 bits until 2039 and 42 until 2109, so the group stands above bit 44.
    fn ord(&self, now: Timestamp) -> i64 {
        let row = &self.conversation;
        let group = |group: i64| (group << 44) + (1 << 43) - row.updated_at.as_millis();
        let wrote = row.customer_at.is_some();
        match row.window(now).until().filter(|_| wrote) {
            None => group(4),
            Some(_) if row.deferred(now).is_some() => group(2),
            Some(_) if row.held_elsewhere() && !self.asked => group(3),
            Some(deadline) if row.waiting() => deadline.as_millis(),
            Some(_) if self.is_ours(now) => group(1),
            Some(_) => group(2),
        }
    }
}

/// Whether one of these labels asks for a person, by configuration.
fn is_labelled(db: &Connection, labels: &[String]) -> rusqlite::Result<bool> {
    let asks = "SELECT EXISTS (SELECT 1 FROM asking WHERE kind = 'label' AND word = ?1)";
    for label in labels {
        if db.query_row_cached(asks, [label], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What came of a look at the rows whose moment has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Turned {
    /// So many were looked at; as many as were asked for means that there may be
    /// more.
    pub(super) rows: usize,
    /// The list is not what it was.
    pub(super) moved: bool,
}

/// Applies the rules to one row. Answers whether somebody waits there for a person who did
/// not before.
pub(super) fn place(db: &Connection, id: &ConversationId, now: Timestamp) -> Result<bool, Error> {
    let standing = db.query_row_cached(&OF_ONE, [id.as_str()], |row| Standing::read(row, db));
    let Some(standing) = standing.optional()? else {
        return Ok(false);
    };
    let (should, does) = (standing.should(now), standing.rank);
    write(db, id.as_str(), should, does)?;
    Ok(should.calls() && !does.calls())
}

/// Only what is different is written: mostly a row moves within the same views, which
/// leaves the tally and its trigger alone.
fn write(db: &Connection, id: &str, should: Rank, does: Rank) -> Result<(), Error> {
    let Rank {
        waits,
        views,
        ord,
        turns_at,
    } = should;
    if views != does.views {
        db.execute_cached(
            "UPDATE conversation SET waits = ?2, ord = ?3, turns_at = ?4, \
               needs_me = ?5, mine = ?6, bot = ?7, closing = ?8 WHERE id = ?1",
            params![
                id,
                waits,
                ord,
                turns_at,
                views.needs_me,
                views.mine,
                views.bot,
                views.closing
            ],
        )?;
    } else if should != does {
        db.execute_cached(
            "UPDATE conversation SET waits = ?2, ord = ?3, turns_at = ?4 WHERE id = ?1",
            params![id, waits, ord, turns_at],
        )?;
    }
    Ok(())
}

/// Whether [`turn`] has anything to do: the moment of a row has come, no rows were ever
/// placed, or the clock was set back since.
pub(super) fn must_turn(db: &Connection, now: Timestamp) -> Result<bool, Error> {
    let due = "SELECT EXISTS (SELECT 1 FROM conversation WHERE turns_at <= ?1)";
    let due = db.query_row_cached(due, [now.as_millis()], |row| row.get(0))?;
    Ok(due || ClockChange::of(db, now)? != ClockChange::WentOn)
}

/// How the clock stands to the moment at which rows were placed last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ClockChange {
    /// None were placed before.
    Begins,
    WentOn,
    SetBack,
}

impl ClockChange {
    fn of(db: &Connection, now: Timestamp) -> Result<Self, Error> {
        let placed_at = page_values::value(db, "placed_at")?;
        let placed_at: Option<i64> = placed_at.and_then(|at| at.parse().ok());
        Ok(match placed_at {
            None => Self::Begins,
            Some(last) if now.as_millis() + SET_BACK < last => Self::SetBack,
            Some(_) => Self::WentOn,
        })
    }
}

/// The rows whose moment has come, where each should stand, and where it does.
fn due(db: &Connection, now: Timestamp, limit: u32) -> Result<Vec<(String, Rank, Rank)>, Error> {
    let mut statement = db.prepare_cached(&DUE)?;
    let rows = statement.query_map(params![now.as_millis(), limit], |row| {
        let standing = Standing::read(row, db)?;
        Ok((row.get(WIDTH)?, standing.should(now), standing.rank))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Applies the rules to at most `limit` rows whose moment has come, the latest
/// first.
pub(super) fn turn(db: &Connection, now: Timestamp, limit: u32) -> Result<Turned, Error> {
    let clock = ClockChange::of(db, now)?;
    if clock == ClockChange::SetBack {
        db.execute_cached("UPDATE conversation SET turns_at = 0", [])?;
    }
    let mut turned = Turned::default();
    let mut left = limit;
    while left > 0 {
        // A row that was written is not among the next ones: its moment is to come.
        let due = due(db, now, left.min(AT_ONCE))?;
        if due.is_empty() {
            break;
        }
        for (id, should, does) in &due {
            let stays = Rank {
                turns_at: does.turns_at,
                ..*should
            };
            turned.moved |= stays != *does;
            write(db, id, *should, *does)?;
        }
        turned.rows += due.len();
        left = left.saturating_sub(AT_ONCE);
    }
    if turned.rows > 0 || clock != ClockChange::WentOn {
        page_values::set(db, "placed_at", &now.as_millis().to_string())?;
    }
    Ok(turned)
}

/// The ids of all rows whose deadline may lie between two moments (SQL, milliseconds), and
/// of few others. Who waits for us is ordered by that very deadline; who needs a person
/// for another reason stands behind them all, and who is put off is known to the outbox.
pub(super) fn near_deadline(from: &str, to: &str) -> String {
    let waiting = "SELECT id FROM conversation WHERE needs_me = 1 AND waits = 1 AND ord";
    format!(
        "{waiting} BETWEEN {from} AND {to} UNION {waiting} >= 1 << 44 \
         UNION SELECT conversation FROM outbox.triage WHERE aside = 'snoozed'"
    )
}

/// The condition of a view on a row `c`; each has an index of its own.
pub(super) fn condition(view: View) -> &'static str {
    match view {
        View::NeedsMe => "c.needs_me = 1",
        View::Mine => "c.mine = 1",
        View::Bot => "c.bot = 1",
        View::Closing => "c.closing = 1",
        View::All => "1",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        domain::{AppId, Deferred, Span, Triage, Until},
        store::schema::FileKind,
    };

    const NOW: Timestamp = Timestamp::from_millis(1_795_183_650_000);

    fn rows(rows: &[(&str, &str, i64, Option<i64>)]) -> Connection {
        let db = crate::store::schema::in_memory(FileKind::Cache).expect("a cache");
        for (id, owner, customer_minutes, page_minutes) in rows {
            let ago = |minutes: i64| NOW.plus(Span::minutes(-minutes)).as_millis();
            db.execute(
                "INSERT INTO conversation (id, psid, platform, updated_at, unread, customer_at, page_at, owner) \
                 VALUES (?1, ?1, 'messenger', ?3, 1, ?3, ?4, ?2)",
                params![id, owner, ago(*customer_minutes), page_minutes.map(ago)],
            )
            .expect("a row");
        }
        turn(&db, NOW, 1000).expect("placed");
        db
    }

    fn ids(db: &Connection, condition: &str) -> Vec<String> {
        db.prepare(&format!(
            "SELECT id FROM conversation c WHERE {condition} ORDER BY ord, id"
        ))
        .expect("a question")
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("ids")
    }

    #[test]
    fn the_deadline_that_hurts_next_comes_first_and_what_is_closed_last() {
        let db = rows(&[
            ("fresh", "us", 1, None),
            ("closes", "us", 21 * 60, None),
            ("answered", "us", 30, Some(10)),
            ("bots", "app:5", 2, None),
            ("tagged", "us", 30 * 60, None),
            ("closed", "us", 8 * 24 * 60, None),
            ("nobodys", "idle", 5, Some(1)),
        ]);
        assert_eq!(
            ids(&db, "1"),
            [
                "closes", "fresh", "tagged", "answered", "nobodys", "bots", "closed"
            ]
        );
        assert_eq!(
            ids(&db, condition(View::NeedsMe)),
            ["closes", "fresh", "tagged", "answered"]
        );
        assert_eq!(ids(&db, condition(View::Closing)), ["closes"]);
        assert_eq!(ids(&db, condition(View::Bot)), ["nobodys", "bots"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        /// Nobody looks at a row before its moment: until then the rules must say the same.
        #[test]
        fn until_its_moment_a_row_stands_where_it_does(
            owner in 0..6_usize,
            moments in proptest::array::uniform6(proptest::option::of(-200..200_i64)),
            until in 0..4_usize,
            flags in proptest::array::uniform4(any::<bool>()),
            part in 0..100_i64,
        ) {
            let owners = [
                ThreadOwner::Us, ThreadOwner::Other, ThreadOwner::NotUs, ThreadOwner::Idle,
                ThreadOwner::Unknown, ThreadOwner::App(AppId::new("5")),
            ];
            let [customer_at, opened_at, page_at, agent_at, control_until, snoozed] =
                moments.map(|hours| hours.map(|hours| NOW.plus(Span::hours(hours))));
            let until = [
                None, Some(Until::CustomerWrites), Some(Until::NoReplyNeeded), snoozed.map(Until::Moment),
            ][until];
            let [lapsed, unread, asked, labelled] = flags;
            let deferred = until.map(|until| Deferred { until, through: customer_at });
            let standing = Standing {
                conversation: Conversation {
                    owner: owners[owner].clone(),
                    customer_at, opened_at, page_at, agent_at, control_until, lapsed,
                    unread: u32::from(unread),
                    triage: Triage { deferred, ..Triage::default() },
                    ..Conversation::unknown(ConversationId::new("1"), NOW)
                },
                asked,
                labelled,
                rank: Rank { waits: false, views: Views::default(), ord: 0, turns_at: None },
            };
            let rank = standing.should(NOW);
            let turns = rank.turns_at.unwrap_or(NOW.plus(Span::days(900)).as_millis());
            let until = turns - NOW.as_millis();
            prop_assert!(until > 0);
            for ms in [until * part / 100, until - 1] {
                let then = standing.should(NOW.plus(Span::millis(ms)));
                prop_assert!(then == rank, "{} ms later of {}", ms, until);
            }
        }
    }

    #[test]
    fn rows_turn_when_their_moment_has_come_and_only_then() {
        let db = rows(&[("one", "us", 60, None)]);
        // Wrote an hour ago: 19 hours until it is marked as closing.
        for (hours, closing, expected) in [(18, false, 0), (20, true, 1), (22, true, 0)] {
            let now = NOW.plus(Span::hours(hours));
            assert_eq!(must_turn(&db, now).ok(), Some(expected > 0), "{hours} h");
            assert_eq!(
                turn(&db, now, 10).expect("turns").rows,
                expected,
                "{hours} h"
            );
            assert_eq!(!ids(&db, "c.closing = 1").is_empty(), closing, "{hours} h");
        }
        // The clock is set back: what was decided too early is taken back.
        assert_eq!(must_turn(&db, NOW).ok(), Some(true));
        assert_eq!(turn(&db, NOW, 10).expect("turns").rows, 1);
        assert!(ids(&db, "c.closing = 1").is_empty());
    }

    #[test]
    fn the_tally_is_what_counting_gives() {
        let db = rows(&[
            ("a", "us", 1, None),
            ("b", "app:5", 1, None),
            ("c", "unknown", 1, None),
            ("d", "us", 9 * 24 * 60, None),
        ]);
        db.execute(
            "UPDATE conversation SET owner = 'app:5', turns_at = 0 WHERE id = 'a'",
            [],
        )
        .expect("changes");
        turn(&db, NOW, 10).expect("turns");
        db.execute("DELETE FROM conversation WHERE id = 'c'", [])
            .expect("removes");
        let tally: [u32; 5] = db
            .query_row(
                "SELECT needs_me, mine, bot, closing, everyone FROM tally",
                [],
                |row| {
                    Ok([
                        row.get(0)?,
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                    ])
                },
            )
            .expect("a tally");
        assert_eq!(tally, [0, 1, 2, 0, 3]);
    }
}
