//! The record of what was done at this desk: a file of JSON lines beside the
//! databases, only ever added to. It holds ids, never words of anybody. A line
//! stands in the outbox first, so that a full disk or a crash costs none, and
//! nothing ever waits for the file.

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use jiff::Timestamp as Moment;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::{Error, Lane, Reader, Writer};
use crate::{
    domain::{
        AuditDetails, AuditEntry, ConversationId, HUMAN_AGENT_WINDOW, LocalId, OperationKind,
        Outcome, PageId, Psid, ReportFacts, SendAs, Span, Timestamp,
    },
    private,
    store::paths::Paths,
};

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct AuditLine {
    at: String,
    agent: String,
    act: String,
    conversation: String,
    psid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    send_as: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waited_s: Option<i64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    after_refusal: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
}

impl AuditLine {
    fn of(entry: &AuditEntry) -> Self {
        let moment = Moment::from_millisecond(entry.at.as_millis()).unwrap_or_default();
        let mut line = Self {
            at: format!("{moment:.3}"),
            agent: entry.agent.clone(),
            act: entry.operation.code().to_owned(),
            conversation: entry.conversation.to_string(),
            psid: entry.psid.to_string(),
            reply: entry.reply.as_ref().map(ToString::to_string),
            send_as: None,
            why: None,
            waited_s: None,
            after_refusal: false,
            to: None,
            outcome: None,
        };
        match &entry.details {
            AuditDetails::None => {}
            AuditDetails::Reply {
                send_as,
                chosen,
                waited,
                after_refusal,
            } => {
                line.after_refusal = *after_refusal;
                line.send_as = Some(send_as.word().into());
                line.why = match (send_as, chosen) {
                    (SendAs::HumanAgent, true) => Some("chosen".into()),
                    (SendAs::HumanAgent, false) => Some("24_hours_over".into()),
                    (SendAs::Response | SendAs::Utility, _) => None,
                };
                line.waited_s = waited.map(Span::as_secs);
            }
            AuditDetails::Pass { to, outcome, idle } => {
                line.to = Some(to.clone());
                line.outcome = Some(outcome.word().into());
                line.why = Some(if *idle { "agent_idle" } else { "agent" }.into());
            }
        }
        line
    }

    fn entry(self) -> Option<AuditEntry> {
        let at: Moment = self.at.parse().ok()?;
        let same = |outcome: &Outcome| Some(outcome.word()) == self.outcome.as_deref();
        let operation = OperationKind::of_code(&self.act)?;
        let details = match operation {
            OperationKind::Reply => AuditDetails::Reply {
                send_as: self
                    .send_as
                    .as_deref()
                    .and_then(SendAs::of_word)
                    .unwrap_or(SendAs::Response),
                chosen: self.why.as_deref() == Some("chosen"),
                waited: self.waited_s.map(Span::seconds),
                after_refusal: self.after_refusal,
            },
            OperationKind::Pass => AuditDetails::Pass {
                outcome: Outcome::ALL.into_iter().find(same)?,
                idle: self.why.as_deref() == Some("agent_idle"),
                to: self.to.unwrap_or_default(),
            },
            _ => AuditDetails::None,
        };
        Some(AuditEntry {
            at: Timestamp::from_millis(at.as_millisecond()),
            agent: self.agent,
            conversation: ConversationId::new(self.conversation),
            psid: Psid::new(self.psid),
            reply: self.reply.map(LocalId::new),
            operation,
            details,
        })
    }
}

impl Writer {
    /// Puts something on the record: it stands in the outbox when this returns,
    /// and in the file after [`Self::write_audit`].
    pub async fn enter_audit(&self, entry: AuditEntry) -> Result<(), Error> {
        self.run(move |files| enter(&files.outbox, &entry)).await
    }

    /// Writes what was put on the record into its file. Answers how many lines
    /// that were. A line is written once, also when the program dies half-way.
    pub async fn write_audit(&self) -> Result<usize, Error> {
        self.run(move |files| {
            let waiting: Vec<(i64, String)> = files
                .outbox
                .prepare_cached("SELECT n, line FROM audit ORDER BY n")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let Some((last, _)) = waiting.last() else {
                return Ok(0);
            };
            append(&files.audit, &waiting).map_err(|why| Error::Io {
                path: files.audit.clone(),
                why,
            })?;
            files
                .outbox
                .execute("DELETE FROM audit WHERE n <= ?1", [last])?;
            Ok(waiting.len())
        })
        .await
    }
}

/// Keeps a line until it is in the file. A reply has one line a kind of
/// operation, however often it is told.
pub(super) fn enter(outbox: &Connection, entry: &AuditEntry) -> Result<(), Error> {
    let Ok(line) = serde_json::to_string(&AuditLine::of(entry)) else {
        return Ok(());
    };
    let reply = entry
        .reply
        .as_ref()
        .map(|local| format!("{} {local}", entry.operation.code()));
    outbox.execute(
        "INSERT OR IGNORE INTO audit (reply, line) VALUES (?1, ?2)",
        params![reply, line],
    )?;
    Ok(())
}

impl Reader {
    /// How many entries of the record are not in its file yet.
    pub fn waiting_audit(&self) -> Result<u32, Error> {
        self.with(|db| Ok(db.query_row("SELECT count(*) FROM outbox.audit", [], |row| row.get(0))?))
    }

    /// When the 7 days of customers were over who had no answer at all, between these
    /// two moments (Meta's clock).
    pub fn windows_lost(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Timestamp>, Error> {
        self.search(Lane::Dialog, |db| {
            let window = HUMAN_AGENT_WINDOW.as_millis();
            let mut statement = db.prepare_cached(
                "SELECT customer_at + ?3 FROM conversation WHERE customer_at + ?3 BETWEEN ?1 AND ?2 \
                 AND (page_at IS NULL OR page_at < customer_at) \
                 AND NOT (coalesce(aside, '') = 'done' AND customer_at <= through)",
            )?;
            let moments = statement
                .query_map([from.as_millis(), to.as_millis(), window], |row| {
                    row.get(0).map(Timestamp::from_millis)
                })?;
            Ok(moments.collect::<Result<_, _>>()?)
        })
    }

    /// How many messages customers wrote between two moments, by half hours, each by
    /// the moment when it began (Meta's clock).
    pub fn arrived(&self, from: Timestamp, to: Timestamp) -> Result<Vec<(Timestamp, u32)>, Error> {
        self.search(Lane::Dialog, |db| {
            let mut statement = db.prepare_cached(
                "SELECT at / 1800000 * 1800000 AS half, count(*) FROM message \
                 WHERE at BETWEEN ?1 AND ?2 AND author = 'customer' GROUP BY half ORDER BY half",
            )?;
            let rows = statement.query_map([from.as_millis(), to.as_millis()], |row| {
                Ok((Timestamp::from_millis(row.get(0)?), row.get(1)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// What a report is counted from: the record, and what the cache knows between two
    /// moments; and how many lines of the record could not be read.
    ///
    /// # Errors
    ///
    /// What the cache or the disk says.
    pub fn report_facts(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(ReportFacts, usize), Error> {
        let (entries, unreadable) = read_entries(self.record())?;
        let facts = ReportFacts {
            entries,
            arrived: self.arrived(from, to)?,
            lost: self.windows_lost(from, to)?,
        };
        Ok((facts, unreadable))
    }
}

/// Adds lines to the file, but for those that a dead program has added already.
/// A line that only half fits is taken away again.
fn append(path: &Path, waiting: &[(i64, String)]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = private::open(path, options.read(true).append(true).create(true))?;
    let length = file.metadata()?.len();
    let end = end_of(&mut file, length)?;
    let mut text = String::new();
    if !end.is_empty() && !end.ends_with('\n') {
        text.push('\n');
    }
    let known: HashSet<&str> = end.lines().collect();
    for (_, line) in waiting.iter().filter(|(_, line)| !known.contains(&**line)) {
        text.push_str(line);
        text.push('\n');
    }
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_data());
    if written.is_err() {
        // What cannot be taken away is an unreadable line, and is counted so.
        let _ = file.set_len(length);
    }
    written
}

/// The last lines of the file; the first of them may be half a line.
fn end_of(file: &mut File, length: u64) -> io::Result<String> {
    const END: u64 = 64 * 1024;
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(length.saturating_sub(END)))?;
    file.take(length.min(END)).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The record of a Page in `folder`, oldest first, and how many lines of it could
/// not be read.
pub fn audit_entries(folder: &Path, page: &PageId) -> Result<(Vec<AuditEntry>, usize), Error> {
    read_entries(&Paths::new(folder, page).audit)
}

fn read_entries(path: &Path) -> Result<(Vec<AuditEntry>, usize), Error> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        Err(why) => {
            let path = path.to_owned();
            return Err(Error::Io { path, why });
        }
    };
    let mut entries = Vec::new();
    let mut unreadable = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str::<AuditLine>(line)
            .ok()
            .and_then(AuditLine::entry)
        {
            Some(entry) => entries.push(entry),
            None => unreadable += 1,
        }
    }
    Ok((entries, unreadable))
}

/// A line without saying to whom, if it is about this person.
pub(super) fn anonymous(line: &str, psid: &str) -> Option<String> {
    let mut line: AuditLine = serde_json::from_str(line).ok()?;
    if line.psid != psid {
        return None;
    }
    (line.psid, line.conversation) = ("-".into(), "-".into());
    serde_json::to_string(&line).ok()
}

/// A person is forgotten: what was done stays on the record, without saying to
/// whom. The new file takes the old one's place in one step. Answers how many
/// lines were about them.
pub(super) fn forget(path: &Path, psid: &str) -> io::Result<usize> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(why) => return Err(why),
    };
    let mut theirs = 0;
    let mut kept = String::with_capacity(text.len());
    for line in text.lines() {
        match anonymous(line, psid) {
            Some(line) => {
                theirs += 1;
                kept.push_str(&line);
            }
            None => kept.push_str(line),
        }
        kept.push('\n');
    }
    if theirs == 0 {
        return Ok(0);
    }
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    fresh.write_all(kept.as_bytes())?;
    fresh.as_file().sync_all()?;
    fresh.persist(path).map_err(|failed| failed.error)?;
    Ok(theirs)
}
