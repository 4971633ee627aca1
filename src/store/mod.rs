//! Remembers: two SQLite files for one Page.
//!
//! - `<page>.outbox.db`, precious: drafts, replies on their way, notes and an
//!   agent's own decisions; synced to the disk before anything leaves this
//!   computer. Beside it `<page>.audit.ndjson`, the record of what was done.
//! - `<page>.cache.db`, disposable: whatever Meta can tell us again.
//!
//! [`open()`] gives one [`Writer`] (it owns the only thread that writes) and
//! cloneable [`Reader`]s; a second program on the same files gets a reader only.
//! The screen is drawn from here; the network only fills it. This module must
//! not know HTTP or the screen.
//!
//! | file | |
//! |---|---|
//! | `schema` | the shape of the files, and what becomes of damaged ones |
//! | `writer`, `ingest`, `message` | facts from outside into the cache |
//! | `webhook_facts` | what only webhooks tell |
//! | `outbox` | the outbox on the disk |
//! | `audit` | the record of what was done |
//! | `triage` | what an agent decides for themselves |
//! | `ranking` | in which views a row stands, and where |
//! | `reader`, `thread`, `search`, `page` | questions |
//! | `forget` | retention, and forgetting a person |

mod audit;
mod codec;
mod forget;
mod ingest;
mod message;
mod outbox;
mod page;
mod ranking;
mod reader;
mod schema;
mod search;
mod thread;
mod triage;
mod webhook_facts;
mod writer;

use std::{
    fmt,
    fs::{self, DirBuilder},
    io,
    path::{Path, PathBuf},
};

pub use audit::audit_entries;
pub use forget::Forgotten;
pub use page::PageRow;
pub use reader::{Lane, Reader};
pub use schema::Rescued;
pub use triage::EscalationRules;
pub use writer::{Draft, Writer};

use crate::domain::{PageId, Timestamp};
use rusqlite::{Connection, ErrorCode};
use schema::{FileKind, private_file};

/// What went wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder or a file cannot be made or opened.
    #[error("cannot open {path}: {why}")]
    Io {
        /// What.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// Something else stands where the folder should be.
    #[error("{0} is a file. The cache is a folder: name another one with --cache DIR")]
    NotAFolder(PathBuf),
    /// Another program has it open.
    #[error(
        "another switchboard is running on {0}. Close it, or give this one its own folder with --cache DIR"
    )]
    InUse(PathBuf),
    /// Written by a newer program.
    #[error(
        "{path} was written by a newer switchboard (schema {found}, this one knows {known}); nothing was changed. \
         Update switchboard, or give this one its own folder with --cache DIR"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// What SQLite reads makes no sense.
    #[error(
        "the cache is damaged. Restart switchboard: it is set aside and built anew, and drafts and replies are kept"
    )]
    Damaged,
    /// Nothing more can be written.
    #[error("the disk is full")]
    Full,
    /// The disk, or the file, takes no writing.
    #[error("the disk is read-only")]
    ReadOnly,
    /// The built-in SQLite has a fault that could damage the files.
    #[error(
        "SQLite {0} is too old to be trusted with the outbox; build switchboard with 3.53 or newer"
    )]
    OldSqlite(String),
    /// A newer question came.
    #[error("a newer question came")]
    Superseded,
    /// SQLite refused.
    #[error("the cache cannot be used ({0})")]
    Sqlite(rusqlite::Error),
    /// The writer's thread has ended.
    #[error("the cache is closed")]
    Closed,
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::OperationInterrupted) => Self::Superseded,
            _ => Self::Sqlite(error),
        }
    }
}

/// What [`open()`] gives.
#[derive(Debug)]
pub struct Opened {
    /// The right to write; `None` where only reading is possible, and one of
    /// the notices says why.
    pub writer: Option<Writer>,
    /// Questions.
    pub reader: Reader,
    /// What a person should know.
    pub notices: Vec<Notice>,
}

/// What a person should know about the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Another program writes to them.
    InUse,
    /// They are on a disk that takes no writing.
    ReadOnly,
    /// The cache was unreadable and is built anew.
    CacheSetAside(PathBuf),
    /// The cache was a newer program's and is built anew.
    NewerCacheSetAside(PathBuf),
    /// The outbox was damaged; so much could be read of it.
    OutboxSetAside(PathBuf, Rescued),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse => f.write_str(
                "Another switchboard has these conversations open, so this one only reads. Close it to work here.",
            ),
            Self::ReadOnly => f.write_str(
                "The cache is on a disk that takes no writing, so this desk only reads what it holds.",
            ),
            Self::CacheSetAside(path) => write!(
                f,
                "The cache was damaged. It is kept as {} and built anew; drafts and replies are in another file and safe.",
                path.display()
            ),
            Self::NewerCacheSetAside(path) => write!(
                f,
                "The cache is of a newer switchboard. It is kept as {} and built anew here.",
                path.display()
            ),
            Self::OutboxSetAside(path, rescued) => write!(
                f,
                "The file with drafts and replies was damaged. It is kept as {}; {} drafts and {} unsent replies could be read. Look at the held ones before you send them.",
                path.display(),
                rescued.drafts,
                rescued.replies
            ),
        }
    }
}

impl Opened {
    /// For programs that must write: the writer, or why there is none.
    pub fn alone(self, folder: &Path) -> Result<(Writer, Reader), Error> {
        match self.writer {
            Some(writer) => Ok((writer, self.reader)),
            None if self.notices.contains(&Notice::ReadOnly) => Err(Error::ReadOnly),
            None => Err(Error::InUse(folder.to_owned())),
        }
    }
}

/// Where the files of a Page are.
struct Paths {
    folder: PathBuf,
    cache: PathBuf,
    outbox: PathBuf,
    audit: PathBuf,
    lock: PathBuf,
    suspicion: PathBuf,
}

impl Paths {
    fn new(folder: &Path, page: &PageId) -> Self {
        let name: String = page
            .as_str()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let file = |ending: &str| folder.join(format!("{name}.{ending}"));
        Self {
            folder: folder.to_owned(),
            cache: file("cache.db"),
            outbox: file("outbox.db"),
            audit: file("audit.ndjson"),
            lock: file("lock"),
            suspicion: file("damaged"),
        }
    }
}

/// Whether anything of a Page is kept in `folder`.
pub fn exists(folder: &Path, page: &PageId) -> bool {
    Paths::new(folder, page).cache.exists()
}

/// Opens (or makes) the two files of `page` in `folder`. The folder is made
/// 0700 and the files 0600; a lock file keeps a second writer out. `now` (our
/// clock) says which rows turned while nobody was here.
///
/// A damaged cache is set aside and built anew; of a damaged outbox, what can be
/// read is taken over.
pub fn open(folder: &Path, page: &PageId, now: Timestamp) -> Result<Opened, Error> {
    let paths = Paths::new(folder, page);
    if folder.is_file() {
        return Err(Error::NotAFolder(folder.to_owned()));
    }
    if !folder.is_dir() {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|why| Error::Io {
            path: folder.to_owned(),
            why,
        })?;
    }
    let lock = match private_file(&paths.lock) {
        Ok(lock) => lock,
        Err(why) if takes_no_writing(&why) => return look(&paths, Notice::ReadOnly),
        Err(why) => {
            return Err(Error::Io {
                path: paths.lock,
                why,
            });
        }
    };
    match lock.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return look(&paths, Notice::InUse),
        Err(fs::TryLockError::Error(why)) => {
            return Err(Error::Io {
                path: paths.lock,
                why,
            });
        }
    }
    let mut notices = Vec::new();
    let suspected = paths.suspicion.exists();
    let outbox = open_outbox(&paths, &mut notices)?;
    let cache = open_cache(&paths, suspected, &mut notices)?;
    if suspected {
        let _ = fs::remove_file(&paths.suspicion);
    }
    ranking::turn(&cache, now, 500)?;
    let reader = Reader::open(&paths.cache, &paths.outbox, paths.suspicion, false)?;
    let writer = Writer::start(cache, outbox, paths.audit, lock);
    Ok(Opened {
        writer: Some(writer),
        reader,
        notices,
    })
}

fn takes_no_writing(why: &io::Error) -> bool {
    matches!(
        why.kind(),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
    )
}

/// Opens what is there for reading only.
fn look(paths: &Paths, notice: Notice) -> Result<Opened, Error> {
    for path in [&paths.cache, &paths.outbox] {
        if !path.exists() {
            return Err(match notice {
                Notice::InUse => Error::InUse(paths.folder.clone()),
                _ => Error::Io {
                    path: path.clone(),
                    why: io::ErrorKind::ReadOnlyFilesystem.into(),
                },
            });
        }
    }
    let immutable = notice == Notice::ReadOnly;
    let suspicion = paths.suspicion.clone();
    Ok(Opened {
        writer: None,
        reader: Reader::open(&paths.cache, &paths.outbox, suspicion, immutable)?,
        notices: vec![notice],
    })
}

fn open_cache(
    paths: &Paths,
    suspected: bool,
    notices: &mut Vec<Notice>,
) -> Result<Connection, Error> {
    let opened = schema::open(&paths.cache, FileKind::Cache).and_then(|db| {
        // The whole of it is read only when a question has shown damage: that
        // takes long, and the first frame waits for it.
        if suspected {
            schema::quick_check(&db)?;
        }
        Ok(db)
    });
    match opened {
        Err(Error::Damaged) => {
            let aside = schema::set_aside(&paths.cache, "damaged")?;
            notices.push(Notice::CacheSetAside(aside));
            schema::open(&paths.cache, FileKind::Cache)
        }
        Err(Error::Newer { found, .. }) => {
            let aside = schema::set_aside(&paths.cache, &format!("schema-{found}"))?;
            notices.push(Notice::NewerCacheSetAside(aside));
            schema::open(&paths.cache, FileKind::Cache)
        }
        opened => opened,
    }
}

/// A newer program's outbox stops us: what it holds may mean something that we
/// do not know, and sending it could be wrong.
fn open_outbox(paths: &Paths, notices: &mut Vec<Notice>) -> Result<Connection, Error> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |why| Error::Io { path, why }
    };
    // What can be read goes into a file of its own first, so that a death
    // between two steps leaves one of them whole.
    let fresh = schema::beside(&paths.outbox, ".rescued");
    if fresh.exists() && !paths.outbox.exists() {
        fs::rename(&fresh, &paths.outbox).map_err(io(&fresh))?;
        let outbox = schema::open(&paths.outbox, FileKind::Outbox)?;
        let aside = schema::beside(&paths.outbox, ".damaged-1");
        notices.push(Notice::OutboxSetAside(aside, schema::unsettled(&outbox)?));
        return Ok(outbox);
    }
    match schema::open(&paths.outbox, FileKind::Outbox) {
        Err(Error::Damaged) => {
            for tail in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(schema::beside(&fresh, tail));
            }
            let into = schema::open(&fresh, FileKind::Outbox)?;
            let rescued = schema::rescue(&paths.outbox, &into);
            into.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
            drop(into);
            let aside = schema::set_aside(&paths.outbox, "damaged")?;
            fs::rename(&fresh, &paths.outbox).map_err(io(&fresh))?;
            notices.push(Notice::OutboxSetAside(aside, rescued));
            schema::open(&paths.outbox, FileKind::Outbox)
        }
        opened => opened,
    }
}

#[cfg(test)]
mod tests;
