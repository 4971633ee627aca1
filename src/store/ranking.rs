//! Where a row stands in the list: in which views, and in what order.
//!
//! The rules are applied when a row is written, not when it is asked for, so a
//! question to the list costs the same with ten rows and with a million. What
//! depends on the time (windows close, control lapses) has a moment at which it
//! changes; [`turn`] applies the rules anew to the rows whose moment has come.

use std::sync::LazyLock;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Error, statement::Statements};
use crate::{
    domain::{CLOSING_SOON, ConversationId, HUMAN_AGENT_WINDOW, RESPONSE_WINDOW, Timestamp, View},
    store::page_values,
};

/// A clock that stands more than this before its last known place was set
/// back, so every row is looked at again. In milliseconds.
const SET_BACK: i64 = 60_000;

/// The rules: each column of a [`Rank`], and what it is at the moment `?1` (Meta's clock,
/// milliseconds).
static RULES: LazyLock<[(&str, String); 7]> = LazyLock::new(|| {
    let (response, human) = (RESPONSE_WINDOW.as_millis(), HUMAN_AGENT_WINDOW.as_millis());
    let soon = CLOSING_SOON.as_millis();
    // An agent's own decision holds until the customer writes again.
    let decided = "(aside IS NOT NULL AND coalesce(customer_at, 0) <= through)";
    let done = format!("({decided} AND aside = 'done')");
    let theirs = format!("({decided} AND aside = 'waits')");
    let aside = format!("({decided} AND (aside <> 'snoozed' OR ?1 < until))");
    let waits = format!(
        "(customer_at IS NOT NULL AND (page_at IS NULL OR customer_at > page_at) AND NOT {done})"
    );
    // A reaction opens the day, but does not prolong the week.
    let opened = "max(customer_at, coalesce(opened_at, 0))";
    let closed = format!(
        "(customer_at IS NOT NULL AND ?1 > customer_at + {human} AND ?1 > {opened} + {response})"
    );
    let deadline = format!(
        "CASE WHEN ?1 <= {opened} + {response} THEN {opened} + {response} ELSE customer_at + {human} END"
    );
    let elsewhere = "(owner = 'other' OR owner LIKE 'app:%' OR (owner = 'not_us' AND lapsed = 0))";
    // Control lapses by the clock, and nobody is told. Who waits then still waits
    // for us: nobody is known to have them.
    let ours = "(owner = 'us' AND (control_until IS NULL OR control_until > ?1))";
    let lapsed =
        format!("((owner = 'us' OR (owner IN ('idle', 'not_us') AND lapsed = 1)) AND {waits})");
    // Where everyone may reply (routing off), whoever waits needs a person.
    let asked = "(asked_at IS NOT NULL AND asked_at > coalesce(agent_at, 0))";
    let labelled = "EXISTS (SELECT 1 FROM asking a, json_each(labels) l WHERE a.kind = 'label' AND a.word = l.value)";
    let needs_me = format!(
        "(NOT {closed} AND (kept_unread = 1 OR (NOT {aside} AND ({ours} OR {lapsed} OR (owner = 'unknown' AND {waits}) \
         OR {asked} OR {labelled} \
         OR (unread > 0 AND agent_at IS NOT NULL AND customer_at > agent_at AND {waits})))))"
    );
    let closing = format!(
        "(NOT {elsewhere} AND {waits} AND NOT {theirs} AND NOT {closed} AND ({deadline}) - ?1 <= {soon})"
    );
    // The nearest deadline; what does not wait for us comes after,
    // newest first; what is closed comes last. Times have 41 bits until 2039
    // and 42 until 2109, so the group stands above bit 44.
    let newest_first = "((1 << 43) - updated_at)";
    let ord = format!(
        "CASE WHEN customer_at IS NULL OR {closed} THEN (4 << 44) + {newest_first} \
         WHEN {aside} THEN (2 << 44) + {newest_first} \
         WHEN {elsewhere} AND NOT {asked} THEN (3 << 44) + {newest_first} \
         WHEN {waits} THEN {deadline} \
         WHEN {ours} THEN (1 << 44) + {newest_first} \
         ELSE (2 << 44) + {newest_first} END"
    );
    // The first of its moments that is still to come. Windows change just
    // after their last millisecond.
    let never = i64::MAX;
    let moments = [
        format!("{opened} + {} + 1", response),
        format!("customer_at + {} + 1", human),
        format!("{opened} + {}", response - soon),
        format!("customer_at + {}", human - soon),
        "control_until".to_owned(),
        "coalesce(until, 0)".to_owned(),
    ]
    .map(|moment| format!("CASE WHEN {moment} > ?1 THEN {moment} ELSE {never} END"))
    .join(", ");
    [
        ("waits", waits),
        ("needs_me", format!("coalesce({needs_me}, 0)")),
        ("mine", "(owner = 'us')".to_owned()),
        ("bot", format!("({elsewhere} OR owner = 'idle')")),
        ("closing", format!("coalesce({closing}, 0)")),
        ("ord", ord),
        ("turns_at", format!("nullif(min({moments}), {never})")),
    ]
});

/// Where a row should stand, and where it does.
static ASK: LazyLock<String> = LazyLock::new(|| {
    let should = RULES.each_ref().map(|(_, rule)| rule.as_str()).join(", ");
    let does = RULES.each_ref().map(|(column, _)| *column).join(", ");
    format!("SELECT {should}, {does} FROM conversation WHERE id = ?2")
});

/// Of the rows whose moment has come, those with the latest moments.
static TURN: LazyLock<String> = LazyLock::new(|| {
    let sets = RULES
        .each_ref()
        .map(|(column, rule)| format!("{column} = {rule}"))
        .join(", ");
    format!(
        "UPDATE conversation SET {sets} WHERE id IN \
           (SELECT id FROM conversation WHERE turns_at <= ?1 ORDER BY turns_at DESC LIMIT ?2)"
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
#[derive(Clone, Copy, PartialEq, Eq)]
struct Views {
    needs_me: bool,
    mine: bool,
    bot: bool,
    closing: bool,
}

impl Rank {
    /// From seven columns in the order of [`RULES`].
    fn read(row: &Row<'_>, from: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            waits: row.get(from)?,
            views: Views {
                needs_me: row.get(from + 1)?,
                mine: row.get(from + 2)?,
                bot: row.get(from + 3)?,
                closing: row.get(from + 4)?,
            },
            ord: row.get(from + 5)?,
            turns_at: row.get(from + 6)?,
        })
    }

    /// Somebody waits for a person.
    fn calls(self) -> bool {
        self.waits && self.views.needs_me
    }
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
    let asked = db.query_row_cached(&ASK, params![now.as_millis(), id.as_str()], |row| {
        Ok((Rank::read(row, 0)?, Rank::read(row, RULES.len())?))
    });
    let Some((should, does)) = asked.optional()? else {
        return Ok(false);
    };
    let (id, waits, ord, turns_at) = (id.as_str(), should.waits, should.ord, should.turns_at);
    // Only what is different is written: mostly a row moves within the same views, which
    // leaves the tally and its trigger alone.
    if should.views != does.views {
        let views = should.views;
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
    Ok(should.calls() && !does.calls())
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

/// Applies the rules to at most `limit` rows whose moment has come, the latest
/// first, in one statement.
pub(super) fn turn(db: &Connection, now: Timestamp, limit: u32) -> Result<Turned, Error> {
    let clock = ClockChange::of(db, now)?;
    if clock == ClockChange::SetBack {
        db.execute_cached("UPDATE conversation SET turns_at = 0", [])?;
    }
    let before = shape(db, now, limit)?;
    let rows = db
        .prepare_cached(&TURN)?
        .execute(params![now.as_millis(), limit])?;
    if rows > 0 || clock != ClockChange::WentOn {
        page_values::set(db, "placed_at", &now.as_millis().to_string())?;
    }
    let ids: Vec<&str> = before.iter().map(|(id, _)| id.as_str()).collect();
    let mut now_so =
        db.prepare_cached(&format!("SELECT {SHAPE} FROM conversation WHERE id = ?1"))?;
    let mut moved = false;
    for (id, (_, before)) in ids.iter().zip(&before) {
        moved = moved || now_so.query_row([id], |row| row.get::<_, String>(0))? != *before;
    }
    Ok(Turned { rows, moved })
}

/// Where a row stands, in a word.
const SHAPE: &str = "waits || needs_me || mine || bot || closing || ' ' || ord";

/// Where the rows stand that are about to turn.
fn shape(db: &Connection, now: Timestamp, limit: u32) -> Result<Vec<(String, String)>, Error> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT id, {SHAPE} FROM conversation WHERE turns_at <= ?1 ORDER BY turns_at DESC LIMIT ?2"
    ))?;
    let rows = statement.query_map(params![now.as_millis(), limit], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
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
    use super::*;
    use crate::{domain::Span, store::schema::FileKind};

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
