//! The record of what was done at this desk: a file of JSON lines beside the
//! databases, only ever added to. It holds ids, never words of anybody.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use jiff::Timestamp as Moment;
use serde::{Deserialize, Serialize};

use super::{Error, Reader, Writer};
use crate::{
    domain::{
        AuditDetails, AuditEntry, ConversationId, HUMAN_AGENT_WINDOW, OperationKind, Outcome,
        PageId, Psid, SendAs, Span, Timestamp,
    },
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
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    send_as: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waited_s: Option<i64>,
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
            send_as: None,
            why: None,
            waited_s: None,
            to: None,
            outcome: None,
        };
        match &entry.details {
            AuditDetails::None => {}
            AuditDetails::Reply {
                send_as,
                chosen,
                waited,
            } => {
                line.send_as = Some(send_as.word().into());
                line.why = match (send_as, chosen) {
                    (SendAs::HumanAgent, true) => Some("chosen".into()),
                    (SendAs::HumanAgent, false) => Some("24_hours_over".into()),
                    (SendAs::Response, _) => None,
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
                send_as: match self.send_as.as_deref() {
                    Some("HUMAN_AGENT") => SendAs::HumanAgent,
                    _ => SendAs::Response,
                },
                chosen: self.why.as_deref() == Some("chosen"),
                waited: self.waited_s.map(Span::seconds),
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
            operation,
            details,
        })
    }
}

impl Writer {
    /// Adds to the record: on the disk when this returns.
    pub async fn append_audit(&self, entry: AuditEntry) -> Result<(), Error> {
        self.run(move |files| {
            let Ok(mut line) = serde_json::to_vec(&AuditLine::of(&entry)) else {
                return Ok(());
            };
            line.push(b'\n');
            append(&files.audit, &line).map_err(|why| Error::Io {
                path: files.audit.clone(),
                why,
            })
        })
        .await
    }
}

impl Reader {
    /// How many customers were left without any answer until their 7 days were
    /// over, between these two moments (Meta's clock).
    pub fn windows_lost(&self, from: Timestamp, to: Timestamp) -> Result<u32, Error> {
        self.with(|db| {
            let window = HUMAN_AGENT_WINDOW.as_millis();
            Ok(db.query_row(
                "SELECT count(*) FROM conversation WHERE customer_at + ?3 BETWEEN ?1 AND ?2 \
                 AND (page_at IS NULL OR page_at < customer_at) \
                 AND NOT (coalesce(aside, '') = 'done' AND customer_at <= through)",
                [from.as_millis(), to.as_millis(), window],
                |row| row.get(0),
            )?)
        })
    }
}

fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(line)?;
    file.sync_data()
}

/// The record of a Page in `folder`, oldest first, and how many lines of it could
/// not be read.
pub fn audit_entries(folder: &Path, page: &PageId) -> Result<(Vec<AuditEntry>, usize), Error> {
    let path = Paths::new(folder, page).audit;
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        Err(why) => return Err(Error::Io { path, why }),
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

/// A person is forgotten: what was done stays on the record, without saying to
/// whom. The new file takes the old one's place in one step.
pub(super) fn forget(path: &Path, psid: &str) -> io::Result<()> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(why),
    };
    let mut kept = String::with_capacity(text.len());
    for line in text.lines() {
        match serde_json::from_str::<AuditLine>(line) {
            Ok(mut line) if line.psid == psid => {
                (line.psid, line.conversation) = ("-".into(), "-".into());
                kept.push_str(&serde_json::to_string(&line).unwrap_or_default());
            }
            _ => kept.push_str(line),
        }
        kept.push('\n');
    }
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    fresh.write_all(kept.as_bytes())?;
    fresh.as_file().sync_all()?;
    fresh.persist(path).map_err(|failed| failed.error)?;
    Ok(())
}
