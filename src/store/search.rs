//! Searching names and all cached text.
//!
//! Words are folded on both sides ([`text::searchable`], [`text::spellings`]), so
//! accents, case and spelling do not matter, and any script is found in the middle
//! of a word. Three characters
//! and more are looked up in an index of trigrams; shorter words are compared
//! with the texts themselves. Searching has connections of its own, and a newer
//! question ends an older one: nobody waits for an answer that nobody wants.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, ToSql, params};

use super::{Error, Lane, Reader, codec, ranking, words::all_words};
use crate::{
    domain::{ConversationId, Hit, InboxQuery, InboxSlice, ListOrder, Mid, Platform, Timestamp},
    text,
};

/// So many times the hits that are asked for are looked at, those with the greatest
/// numbers, before the newest of them are given (our choice): numbers follow time but for
/// what was read at once. Each of them is read from another place.
const LOOKED_AT: u32 = 4;

/// The filter of the list shows the conversations of so many of them.
const LOOKED_AT_FOR_LIST: u32 = 2_000;

/// So many characters of what is asked for count, and so many words of that: SQL and
/// its index refuse more than some hundred conditions. Who pastes a letter into the
/// search finds it by its beginning.
const ASKED: usize = 500;
const ASKED_WORDS: usize = 50;

/// Three letters are rare where so many messages hold them no closer together than one in
/// so many (our choice).
const RARE: u32 = 50;
const ONE_IN: i64 = 100;

/// The texts of so many messages are read rather than more letters looked up.
const FEW: u32 = 250;

/// What a search looks for. A text has a word when one of its spellings stands in it.
struct Wanted {
    /// Every word of three and more characters, in its spellings.
    long: Vec<Vec<String>>,
    /// Every shorter word.
    short: Vec<Vec<String>>,
}

impl Wanted {
    fn new(words: &str) -> Option<Self> {
        let (mut long, mut short) = (Vec::new(), Vec::new());
        for word in beginning(words).split_whitespace().take(ASKED_WORDS) {
            let spelled = text::spellings(word);
            match spelled.iter().map(|word| word.chars().count()).min() {
                None | Some(0) => {}
                Some(1 | 2) => short.push(spelled),
                Some(_) => long.push(spelled),
            }
        }
        (!long.is_empty() || !short.is_empty()).then_some(Self { long, short })
    }

    /// What the index is asked for: letters of the long words. Who has them may have the
    /// words.
    ///
    /// The index goes through all messages with common letters to find the few that have
    /// rare ones besides. So the rare ones are looked up alone, where that leaves few texts
    /// to read.
    fn letters(&self, db: &Connection) -> Result<Option<String>, Error> {
        let all = self.letters_that(|_| true);
        let threes: BTreeSet<String> = self
            .long
            .iter()
            .flatten()
            .flat_map(|word| threes(word))
            .collect();
        if threes.len() < 2 {
            return Ok(all);
        }
        let mut rare = BTreeSet::new();
        for three in threes {
            if is_rare(db, &three)? {
                rare.insert(three);
            }
        }
        let rarest = self.letters_that(|three| rare.contains(three));
        Ok(match rarest {
            Some(letters) if hits_of(db, &letters, FEW)?.0 < FEW => Some(letters),
            _ => all,
        })
    }

    /// The same, of those letters only that are `wanted`. A word without them is not asked
    /// for: whoever has it in another spelling has it, too.
    fn letters_that(&self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        let words = self.long.iter().filter_map(|spelled| {
            let either = spelled.iter().map(|word| {
                let mut threes = threes(word);
                threes.retain(|three| wanted(three));
                (!threes.is_empty()).then(|| Vec::from_iter(threes).join(" AND "))
            });
            let either: Vec<String> = either.collect::<Option<_>>()?;
            Some(format!("({})", either.join(" OR ")))
        });
        let words = Vec::from_iter(words);
        (!words.is_empty()).then(|| words.join(" AND "))
    }

    /// A question for number, moment and conversation of the messages that hold the words,
    /// with its parameters from the `first` on; `letters` are for the index. Those that the
    /// index names are read from the greatest number on, and without letters for it all
    /// are, until there are so many `hits`.
    fn hits<'w>(
        &'w self,
        letters: Option<&'w String>,
        first: usize,
        hits: u32,
    ) -> (String, Vec<&'w dyn ToSql>) {
        let mut values: Vec<&dyn ToSql> = Vec::new();
        let mut conditions = stand_in(&self.long, first, &mut values);
        conditions.extend(stand_in(&self.short, first, &mut values));
        let (mut texts, mut number) = ("message m", "m.n");
        if let Some(letters) = letters {
            (texts, number) = ("words w CROSS JOIN message m ON m.n = w.rowid", "w.rowid");
            conditions.insert(0, format!("w.words MATCH ?{}", first + values.len()));
            values.push(letters);
        }
        let sql = format!(
            "SELECT m.n, m.at, m.conversation FROM {texts} WHERE {} ORDER BY {number} DESC LIMIT {hits}",
            conditions.join(" AND ")
        );
        (sql, values)
    }

    /// One or two letters of an alphabet stand in nearly every text: they are
    /// looked for in names and last texts only.
    fn too_common(&self) -> bool {
        self.long.is_empty() && self.short.iter().flatten().all(|word| word.is_ascii())
    }
}

impl Reader {
    /// A slice of the list with the rows whose person, last text or any cached
    /// message holds the words of `ask`.
    pub(super) fn filtered(&self, ask: &InboxQuery, limit: u32) -> Result<InboxSlice, Error> {
        let (rows, total, counts) = self.search(Lane::List, |db| {
            let db = db.unchecked_transaction()?;
            let [words, also] = spelled(&ask.filter);
            let mut by_text = String::new();
            let mut values: Vec<&dyn ToSql> = vec![&words, &limit, &ask.offset, &also];
            let wanted = Wanted::new(&ask.filter).filter(|wanted| !wanted.too_common());
            let letters = wanted.as_ref().map(|wanted| wanted.letters(&db)).transpose()?.flatten();
            if let Some(wanted) = &wanted {
                let (hits, more) = wanted.hits(letters.as_ref(), 5, LOOKED_AT_FOR_LIST);
                by_text = format!(" OR c.id IN (SELECT conversation FROM ({hits}))");
                values.extend(more);
            }
            let narrow = &ask.narrow;
            let platform = narrow.platform.map_or(String::new(), |platform| {
                format!(" AND c.platform = '{}'", platform.word())
            });
            let mut label = String::new();
            if let Some(wanted) = &narrow.label {
                values.push(wanted);
                label = format!(
                    " AND EXISTS (SELECT 1 FROM json_each(c.labels) l WHERE l.value = ?{})",
                    values.len()
                );
            }
            let order = match narrow.order {
                ListOrder::Deadline => "c.ord",
                ListOrder::Newest => "c.updated_at DESC",
                ListOrder::Waiting => "c.waits DESC, c.customer_at",
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {}, count(*) OVER () FROM conversation c \
                 WHERE {} AND (instr(c.fold, ?1) > 0 OR instr(c.name_fold, ?1) > 0 \
                   OR (?1 <> ?4 AND (instr(c.fold, ?4) > 0 OR instr(c.name_fold, ?4) > 0)){by_text}){platform}{label} \
                 ORDER BY {order}, c.id LIMIT ?2 OFFSET ?3",
                codec::CONVERSATION_COLUMNS,
                ranking::condition(ask.view),
            ))?;
            let mut total = 0;
            let rows = statement
                .query_map(&*values, |row| {
                    total = row.get(codec::CONVERSATION_WIDTH)?;
                    codec::conversation(row)
                })?
                .collect::<Result<Vec<_>, _>>()?;
            Ok((rows, total, super::reader::counts(&db)?))
        })?;
        if rows.is_empty() && ask.offset > 0 {
            // Behind the last one, where nobody says how many there are.
            let first = InboxQuery {
                offset: 0,
                ..ask.clone()
            };
            let total = self.filtered(&first, 1)?.total;
            return Ok(InboxSlice {
                rows,
                total,
                counts,
            });
        }
        Ok(InboxSlice {
            rows,
            total,
            counts,
        })
    }

    /// The newest messages that hold all of `words`, newest first, at most
    /// `limit`.
    pub fn find(&self, words: &str, limit: u32) -> Result<Vec<Hit>, Error> {
        let Some(wanted) = Wanted::new(words) else {
            return Ok(Vec::new());
        };
        self.search(Lane::Dialog, |db| {
            let db = db.unchecked_transaction()?;
            let looked_at = limit.saturating_mul(LOOKED_AT);
            let letters = wanted.letters(&db)?;
            let (hits, mut values) = wanted.hits(letters.as_ref(), 2, looked_at);
            values.insert(0, &limit);
            let mut statement = db.prepare_cached(&format!(
                "SELECT {}, m.mid, m.at, m.author, m.text, m.parts \
                 FROM (SELECT n FROM ({hits}) ORDER BY at DESC, n DESC LIMIT ?1) hit \
                 CROSS JOIN message m ON m.n = hit.n JOIN conversation c ON c.id = m.conversation \
                 ORDER BY m.at DESC, m.n DESC",
                codec::NAME_COLUMNS
            ))?;
            let hits = statement.query_map(&*values, |row| {
                let (conversation, name, _) = codec::named(row)?;
                let at = codec::NAME_WIDTH;
                Ok(Hit {
                    conversation,
                    name,
                    mid: Mid::new(row.get::<_, String>(at)?),
                    at: Timestamp::from_millis(row.get(at + 1)?),
                    author: codec::author_from(row.get_ref(at + 2)?.as_str()?),
                    text: all_words(
                        row.get_ref(at + 3)?.as_str()?,
                        &codec::parts_from(row.get_ref(at + 4)?.as_str()?),
                    ),
                })
            })?;
            Ok(hits.collect::<Result<_, _>>()?)
        })
    }

    /// The next message of a thread that holds `words`, after (or before) the
    /// message `from` that was written at `at`, going round at the end.
    pub fn find_in_thread(
        &self,
        id: &ConversationId,
        words: &str,
        at: Timestamp,
        from: Option<&Mid>,
        forward: bool,
    ) -> Result<Option<(Mid, Timestamp)>, Error> {
        if words.trim().is_empty() {
            return Ok(None);
        }
        self.search(Lane::Thread, |db| {
            let [words, also] = spelled(words);
            let n: Option<i64> = match from {
                Some(mid) => db
                    .prepare_cached("SELECT n FROM message WHERE mid = ?1")?
                    .query_row([mid.as_str()], |row| row.get(0))
                    .optional()?,
                None => None,
            };
            let (compare, order, edge) =
                if forward { (">", "ASC", i64::MAX) } else { ("<", "DESC", i64::MIN) };
            let look = |range: &str, n: i64| {
                db.prepare_cached(&format!(
                    "SELECT mid, at FROM message WHERE conversation = ?1 AND (instr(fold, ?2) > 0 OR instr(fold, ?5) > 0) {range} \
                     ORDER BY at {order}, n {order} LIMIT 1"
                ))?
                .query_row(params![id.as_str(), words, at.as_millis(), n, also], |row| {
                    Ok((Mid::new(row.get::<_, String>(0)?), Timestamp::from_millis(row.get(1)?)))
                })
                .optional()
            };
            let n = n.unwrap_or(edge);
            let found = match look(&format!("AND (at, n) {compare} (?3, ?4)"), n)? {
                Some(found) => Some(found),
                None => look("AND ?3 = ?3 AND ?4 = ?4", n)?,
            };
            Ok(found)
        })
    }

    /// Everybody with a name that holds the letters of `words` in their order, one
    /// after the other, latest first. `each` gets id and folded names, one a line,
    /// and says whether to go on.
    pub fn people(
        &self,
        words: &str,
        mut each: impl FnMut(ConversationId, &str) -> bool,
    ) -> Result<(), Error> {
        self.search(Lane::Dialog, |db| {
            let mut like = String::from("%");
            let folded = text::fold(&beginning(words));
            for c in folded.chars().filter(|c| !c.is_whitespace()) {
                if matches!(c, '%' | '_' | '\\') {
                    like.push('\\');
                }
                like.push(c);
                like.push('%');
            }
            let mut statement = db.prepare_cached(
                "SELECT id, name_fold FROM conversation WHERE name_fold LIKE ?1 ESCAPE '\\' \
                 ORDER BY updated_at DESC",
            )?;
            let mut rows = statement.query([like])?;
            while let Some(row) = rows.next()? {
                let id: String = row.get(0)?;
                let name: String = row.get(1)?;
                if !each(ConversationId::new(id), &name) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// The names to show for some conversations, in their order.
    pub fn names(
        &self,
        ids: &[ConversationId],
    ) -> Result<Vec<(ConversationId, String, Platform)>, Error> {
        self.search(Lane::Dialog, |db| {
            let sql = format!(
                "SELECT {} FROM conversation c WHERE c.id = ?1",
                codec::NAME_COLUMNS
            );
            let mut statement = db.prepare_cached(&sql)?;
            let mut names = Vec::with_capacity(ids.len());
            for id in ids {
                names.extend(
                    statement
                        .query_row([id.as_str()], codec::named)
                        .optional()?,
                );
            }
            Ok(names)
        })
    }
}

/// For each of the words the condition that it stands in the text of a message, with its
/// `values`, the first of which has the number `first`.
fn stand_in<'w>(
    words: &'w [Vec<String>],
    first: usize,
    values: &mut Vec<&'w dyn ToSql>,
) -> Vec<String> {
    let mut all = Vec::new();
    for spelled in words {
        let mut either = Vec::new();
        for word in spelled {
            either.push(format!("instr(m.fold, ?{}) > 0", first + values.len()));
            values.push(word);
        }
        all.push(format!("({})", either.join(" OR ")));
    }
    all
}

/// Whether few messages hold these three letters, by those that came last.
fn is_rare(db: &Connection, three: &str) -> Result<bool, Error> {
    let (hits, numbers) = hits_of(db, three, RARE)?;
    Ok(hits < RARE || numbers > i64::from(RARE) * ONE_IN)
}

/// In how many messages the letters stand, `most` at most, and over how many numbers these
/// are spread.
fn hits_of(db: &Connection, letters: &str, most: u32) -> Result<(u32, i64), Error> {
    let sql = "SELECT count(*), ifnull(max(n) - min(n), 0) FROM \
                 (SELECT rowid AS n FROM words WHERE words MATCH ?1 ORDER BY rowid DESC LIMIT ?2)";
    let mut statement = db.prepare_cached(sql)?;
    Ok(statement.query_row(params![letters, most], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// For the index: three letters each from the beginning and the end of a word, and from the
/// middle of a long one. The work grows with the threes that are asked for, and hardly any
/// other text has these.
fn threes(word: &str) -> BTreeSet<String> {
    let letters: Vec<char> = word.chars().collect();
    let last = letters.len().saturating_sub(3);
    let middle = if last > 3 { last / 2 } else { 0 };
    let places = BTreeSet::from([0, middle, last]);
    let quoted = places.into_iter().map(|place| {
        let three: String = letters[place..place + 3].iter().collect();
        format!("\"{}\"", three.replace('"', "\"\""))
    });
    quoted.collect()
}

/// A phrase in its spellings; the same one twice where it has one.
fn spelled(words: &str) -> [String; 2] {
    let spelled = text::spellings(beginning(words).trim());
    [spelled.first(), spelled.last()].map(|words| words.cloned().unwrap_or_default())
}

/// As much of it as is looked for, without NUL, at which SQL and its index end a text.
fn beginning(words: &str) -> String {
    words.chars().filter(|c| *c != '\0').take(ASKED).collect()
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::{
        domain::PageId,
        store::{self, Sample},
    };

    const ENOUGH: u32 = 200;

    /// 2,000 conversations with a message each.
    fn cache() -> (tempfile::TempDir, Reader) {
        let folder = tempfile::tempdir().expect("a folder");
        let opened = store::open(folder.path(), &PageId::new("1")).expect("opens");
        let sample = Sample {
            conversations: 2_000,
            messages: 1,
            seed: 1,
            now: Timestamp::from_millis(1_000_000_000_000),
        };
        let writer = opened.writer.expect("a writer");
        let filled = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(sample.fill(&writer));
        filled.expect("filled");
        (folder, opened.reader)
    }

    #[test]
    fn common_letters_are_not_looked_up_where_rare_ones_leave_few_texts() {
        let (_folder, reader) = cache();
        let letters = |words: &str| {
            let wanted = Wanted::new(words).expect("words");
            let letters = reader.search(Lane::Dialog, |db| wanted.letters(db));
            letters.expect("asked").unwrap_or_default()
        };
        for (words, expected) in [
            ("par", r#"("par")"#),
            ("where parcel", r#"("ere" AND "whe") AND ("cel" AND "par")"#),
            ("parcel needle", r#"("dle" AND "nee")"#),
            ("needle zzz", r#"("dle" AND "nee") AND ("zzz")"#),
            // In one spelling there is nothing rare.
            (
                "where möchte",
                r#"("ere" AND "whe") AND ("hte" AND "moc" OR "ech" AND "hte" AND "moe")"#,
            ),
            ("by", ""),
        ] {
            assert_eq!(letters(words), expected, "{words}");
        }
        // What is not looked up is seen in the text.
        let found = |words: &str| reader.find(words, 9).expect("hits").len();
        assert_eq!([found("needle"), found("parcel needle")], [2, 0]);
    }

    /// Only the greatest numbers are looked at.
    #[test]
    fn the_newest_are_found_first_in_a_page_that_was_just_read() {
        let (_folder, reader) = cache();
        let hits = reader.find("parcel", 24).expect("hits");
        let found = hits.iter().map(|hit| hit.conversation.to_string());
        // The very first was read before them, by itself.
        let newest = (1..=24).map(|n| format!("t_{}", n * 5));
        assert_eq!(Vec::from_iter(found), Vec::from_iter(newest));
    }

    /// There are three letters in the index, and two are typed before the third.
    #[test]
    fn two_letters_that_stand_everywhere_are_found_without_a_look_everywhere() {
        let (_folder, reader) = cache();
        let looked = |words: &str| {
            let asked = reader.search(Lane::Dialog, |db| {
                let wanted = Wanted::new(words).expect("words");
                let (sql, values) = wanted.hits(None, 1, ENOUGH);
                let mut statement = db.prepare(&sql)?;
                let hits = statement.query_map(&*values, |_| Ok(()))?.count();
                Ok((hits, statement.get_status(StatementStatus::FullscanStep)))
            });
            asked.expect("asked")
        };
        let (hits, steps) = looked("wh");
        assert_eq!(hits, ENOUGH as usize);
        assert!(steps < 1_000, "{steps}");
        // What stands nowhere is looked for everywhere.
        let (hits, steps) = looked("~~");
        assert!(hits == 0 && steps >= 1_999, "{hits} {steps}");
    }
}
