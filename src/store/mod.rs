//! Remembers: two SQLite files for one Page.
//!
//! - `<page>.outbox.db`, precious: drafts and replies on their way, synced to
//!   the disk before anything leaves this computer.
//! - `<page>.cache.db`, disposable: whatever Meta can tell us again.
//!
//! [`open`] gives one [`Writer`] (it owns the only thread that writes) and
//! cloneable [`Reader`]s. The screen is drawn from here; the network only fills
//! it. This module must not know HTTP or the screen.

mod ingest;
mod reader;
mod rows;
mod writer;

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    path::{Path, PathBuf},
};

pub use reader::{PageRow, Reader};
pub use writer::{QueuedReply, Writer};

use crate::domain::PageId;
use rusqlite::Connection;

const CACHE_STEPS: &[&str] = &[include_str!("migrations/cache_0001.sql")];
const OUTBOX_STEPS: &[&str] = &[include_str!("migrations/outbox_0001.sql")];

/// What went wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder or a file cannot be made or opened.
    #[error("cannot open {path}: {why}")]
    Io {
        /// What.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// Another program has it open.
    #[error(
        "another switchboard is running on {0}. Close it, or give this one its own folder with --cache DIR"
    )]
    InUse(PathBuf),
    /// Written by a newer program.
    #[error(
        "{path} was written by a newer switchboard (schema {found}, this one knows {known}); nothing was changed"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// SQLite refused.
    #[error("the cache cannot be used ({0})")]
    Sqlite(#[from] rusqlite::Error),
    /// The writer's thread has ended.
    #[error("the cache is closed")]
    Closed,
}

/// Opens (or makes) the two files of `page` in `folder`. The folder is made
/// 0700 and the files 0600; a lock file keeps a second writer out.
pub fn open(folder: &Path, page: &PageId) -> Result<(Writer, Reader), Error> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |why| Error::Io { path, why }
    };
    if !folder.is_dir() {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(io(folder))?;
    }
    let name: String = page
        .as_str()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let lock_path = folder.join(format!("{name}.lock"));
    let lock = private_file(&lock_path).map_err(io(&lock_path))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Err(Error::InUse(folder.to_owned())),
        Err(fs::TryLockError::Error(why)) => {
            return Err(Error::Io {
                path: lock_path,
                why,
            });
        }
    }
    let cache = folder.join(format!("{name}.cache.db"));
    let outbox = folder.join(format!("{name}.outbox.db"));
    let cache_connection = prepare(&cache, CACHE_STEPS, "NORMAL")?;
    let outbox_connection = prepare(&outbox, OUTBOX_STEPS, "FULL")?;
    let reader = Reader::open(&cache, &outbox)?;
    let writer = Writer::start(cache_connection, outbox_connection, lock);
    Ok((writer, reader))
}

fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens one file and brings its schema up to date, each step in a transaction.
fn prepare(path: &Path, steps: &[&str], synchronous: &str) -> Result<Connection, Error> {
    // The journal files inherit the mode of this one.
    private_file(path).map_err(|why| Error::Io {
        path: path.to_owned(),
        why,
    })?;
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    let known = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(Error::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    for (version, step) in (1..=known).zip(steps).skip(found as usize) {
        let step_transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)?;
        step_transaction.execute_batch(step)?;
        step_transaction.pragma_update(None, "user_version", version)?;
        step_transaction.commit()?;
    }
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_told_so_and_the_files_are_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let page = PageId::new("1");
        let inner = folder.path().join("new");
        let first = open(&inner, &page).expect("the first opens");
        assert!(matches!(open(&inner, &page), Err(Error::InUse(_))));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |p: &Path| fs::metadata(p).expect("exists").permissions().mode() & 0o777;
            assert_eq!(mode(&inner), 0o700);
            for file in fs::read_dir(&inner).expect("a folder") {
                assert_eq!(mode(&file.expect("an entry").path()), 0o600);
            }
        }
        drop(first);
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("1.cache.db");
        let connection = Connection::open(&path).expect("opens");
        connection
            .pragma_update(None, "user_version", 99)
            .expect("sets");
        drop(connection);
        assert!(matches!(
            open(folder.path(), &PageId::new("1")),
            Err(Error::Newer { found: 99, .. })
        ));
    }
}
