//! What goes wrong with the files, in words that say what to do.

use std::{io, path::PathBuf};

use rusqlite::ErrorCode;

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
    #[error("{0} is a file, but the cache is a folder. Name one with --cache DIR")]
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
    /// Written by an older program, where it cannot be brought up to date.
    #[error(
        "{path} was written by an older switchboard and cannot be brought up to date on a read-only disk. \
         Copy the folder to another disk, and name it with --cache DIR"
    )]
    Older {
        /// The file.
        path: PathBuf,
    },
    /// The file is all in its journal, where that cannot be read.
    #[error(
        "what was kept is still in {0}, which can only be read on a writable disk. \
         Copy the folder to one, and name it with --cache DIR"
    )]
    InJournal(PathBuf),
    /// There is no file, and none can be made.
    #[error(
        "there is no {0}, and it cannot be made on a read-only disk. Name another folder with --cache DIR"
    )]
    Missing(PathBuf),
    /// What SQLite reads makes no sense.
    #[error("the cache is damaged. Restart switchboard to rebuild it; drafts and replies are safe")]
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
