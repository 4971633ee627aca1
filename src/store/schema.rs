//! The shape of the two files: numbered steps, each in one transaction, and
//! what happens to a file that is damaged or comes from a newer program. Such a
//! file is set aside under another name and never written to.

use std::{
    cmp::Ordering,
    fs::{self, File, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
};

use rusqlite::{
    Connection, OpenFlags, TransactionBehavior, config::DbConfig, functions::FunctionFlags,
};

use super::Error;
use crate::{
    private, {failpoint, text},
};

/// Before this version, SQLite could damage a file when two programs reset its
/// write-ahead log at once.
const OLDEST_SQLITE: i32 = 3_053_000;

const CACHE_STEPS: &[&str] = &[
    include_str!("migrations/cache_0001.sql"),
    include_str!("migrations/cache_0002.sql"),
    include_str!("migrations/cache_0003.sql"),
    include_str!("migrations/cache_0004.sql"),
    include_str!("migrations/cache_0005.sql"),
    include_str!("migrations/cache_0006.sql"),
    include_str!("migrations/cache_0007.sql"),
    include_str!("migrations/cache_0008.sql"),
    include_str!("migrations/cache_0009.sql"),
    include_str!("migrations/cache_0010.sql"),
    include_str!("migrations/cache_0011.sql"),
];
const OUTBOX_STEPS: &[&str] = &[
    include_str!("migrations/outbox_0001.sql"),
    include_str!("migrations/outbox_0002.sql"),
    include_str!("migrations/outbox_0003.sql"),
    include_str!("migrations/outbox_0004.sql"),
    include_str!("migrations/outbox_0005.sql"),
    include_str!("migrations/outbox_0006.sql"),
    include_str!("migrations/outbox_0007.sql"),
    include_str!("migrations/outbox_0008.sql"),
    include_str!("migrations/outbox_0009.sql"),
    include_str!("migrations/outbox_0010.sql"),
    include_str!("migrations/outbox_0011.sql"),
];

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// Whatever Meta can tell us again.
    Cache,
    /// What exists nowhere else.
    Outbox,
}

impl FileKind {
    fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Cache => CACHE_STEPS,
            Self::Outbox => OUTBOX_STEPS,
        }
    }

    /// A table that every file of this kind has.
    fn table(self) -> &'static str {
        match self {
            Self::Cache => "conversation",
            Self::Outbox => "outgoing",
        }
    }
}

/// The newest step of a kind.
fn known(kind: FileKind) -> u32 {
    u32::try_from(kind.steps().len()).unwrap_or(u32::MAX)
}

/// Opens one file for writing, makes it if there is none, and brings it up to
/// date.
pub(super) fn open(path: &Path, kind: FileKind) -> Result<Connection, Error> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(Error::OldSqlite(rusqlite::version().to_owned()));
    }
    // The journal files inherit the mode of this one.
    private_file(path).map_err(|why| Error::Io {
        path: path.to_owned(),
        why,
    })?;
    let mut connection = Connection::open(path)?;
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known(kind) {
        return Err(Error::Newer {
            path: path.to_owned(),
            found,
            known: known(kind),
        });
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(
        None,
        "synchronous",
        match kind {
            // Webhooks are answered with 200 after the commit, and nobody
            // tells them again: a power cut may not take them either.
            FileKind::Cache | FileKind::Outbox => "FULL",
        },
    )?;
    // Deleted text is overwritten, not only unlinked.
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    keep_at_hand(
        &connection,
        match kind {
            FileKind::Cache => 512,
            FileKind::Outbox => 256,
        },
    )?;
    let copy = beside(path, &format!(".before-{}", known(kind)));
    if kind == FileKind::Outbox && (1..known(kind)).contains(&found) {
        copy_whole(&connection, path, &copy)?;
    }
    migrate(&mut connection, kind, found)?;
    look_over(&connection, kind)?;
    // Also one that an earlier start left behind.
    let _ = fs::remove_file(copy);
    Ok(connection)
}

/// Keeps statements prepared, and plans each of them once. By default SQLite plans a
/// statement again for every value, in case a partial index suits that value better
/// (`SQLITE_DBCONFIG_ENABLE_QPSG` turns that off); ours name their condition in the text.
///
/// `kib` of the file stay in memory ([`keep_in_memory`]).
pub(super) fn keep_at_hand(connection: &Connection, kib: i32) -> Result<(), Error> {
    connection.set_prepared_statement_cache_capacity(128);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    keep_in_memory(connection, kib)
}

/// Keeps so many KiB of the file, besides what the system keeps of it.
pub(super) fn keep_in_memory(connection: &Connection, kib: i32) -> Result<(), Error> {
    Ok(connection.pragma_update(None, "cache_size", -kib)?)
}

/// Whether a file has the newest shape. What a journal holds is not looked at.
pub(super) fn is_current(path: &Path, kind: FileKind) -> bool {
    version(path) == Some(known(kind))
}

/// Whether a file has an older shape, which opening it changes.
pub(super) fn is_older(path: &Path, kind: FileKind) -> bool {
    version(path).is_some_and(|version| version < known(kind))
}

/// The shape of a file by its first bytes (SQLite's "file format": the magic, and
/// `user_version` at 60); `None` where there is none.
fn version(path: &Path) -> Option<u32> {
    let mut head = [0; 64];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut head))
        .ok()?;
    let version = u32::from_be_bytes([head[60], head[61], head[62], head[63]]);
    head.starts_with(b"SQLite format 3\0").then_some(version)
}

/// Whether a file that cannot be written has the shape that our questions expect.
pub(super) fn readable(path: &Path, kind: FileKind) -> Result<(), Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(super::paths::uri(path, true), flags)?;
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match found.cmp(&known(kind)) {
        Ordering::Equal => Ok(()),
        Ordering::Less => Err(Error::Older {
            path: path.to_owned(),
        }),
        Ordering::Greater => Err(Error::Newer {
            path: path.to_owned(),
            found,
            known: known(kind),
        }),
    }
}

/// What exists nowhere else is copied before it is changed; the copy goes when
/// the change has been looked over.
fn copy_whole(db: &Connection, path: &Path, copy: &Path) -> Result<(), Error> {
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    let io = |why| Error::Io {
        path: copy.to_owned(),
        why,
    };
    private_file(copy).map_err(io)?;
    fs::copy(path, copy).map(drop).map_err(io)
}

/// A file name with something behind it.
pub(super) fn beside(path: &Path, tail: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(tail);
    PathBuf::from(name)
}

/// Reads what every start needs; damage at these places shows here already.
/// The outbox is small, so it is read as a whole.
fn look_over(db: &Connection, kind: FileKind) -> Result<(), Error> {
    let table = kind.table();
    db.query_row(
        &format!("SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1)"),
        [],
        |_| Ok(()),
    )?;
    if kind == FileKind::Outbox {
        quick_check(db)?;
    }
    Ok(())
}

/// SQLite's own look at a whole file.
pub(super) fn quick_check(db: &Connection) -> Result<(), Error> {
    let verdict: String = db.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(Error::Damaged)
    }
}

fn migrate(connection: &mut Connection, kind: FileKind, found: u32) -> Result<(), Error> {
    folding(connection)?;
    for (version, step) in (1..).zip(kind.steps()).skip(found as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
        failpoint::reach("migrate.step");
        transaction.commit()?;
    }
    Ok(())
}

/// `fold`, `respelled` and `searchable` in SQL are our own, so both sides of a
/// search agree.
fn folding(connection: &Connection) -> Result<(), Error> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("fold", 1, flags, |context| {
        Ok(text::fold(context.get_raw(0).as_str().unwrap_or_default()))
    })?;
    connection.create_scalar_function("respelled", 1, flags, |context| {
        Ok(text::respelled(
            context.get_raw(0).as_str().unwrap_or_default(),
        ))
    })?;
    connection.create_scalar_function("searchable", 1, flags, |context| {
        Ok(text::searchable(
            context.get_raw(0).as_str().unwrap_or_default(),
        ))
    })?;
    Ok(())
}

pub(super) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    private::open(path, options.write(true).create(true).truncate(false))
}

/// Renames a file and its journals to the first free name with `ending`.
pub(super) fn set_aside(path: &Path, ending: &str) -> Result<PathBuf, Error> {
    let aside = (1..)
        .map(|n| beside(path, &format!(".{ending}-{n}")))
        .find(|aside| !aside.exists())
        .unwrap_or_else(|| beside(path, ending));
    // The journals first: nothing may be read into another file of that name.
    for tail in ["-wal", "-shm", ""] {
        let (from, to) = (beside(path, tail), beside(&aside, tail));
        match fs::rename(&from, &to) {
            Ok(()) => {}
            Err(why) if why.kind() == io::ErrorKind::NotFound => {}
            Err(why) => return Err(Error::Io { path: from, why }),
        }
    }
    Ok(aside)
}

/// A file that is nowhere on the disk, with the newest shape.
#[cfg(test)]
pub(super) fn in_memory(kind: FileKind) -> Result<Connection, Error> {
    let mut connection = Connection::open_in_memory()?;
    migrate(&mut connection, kind, 0)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{codec, rescue::rescue};

    #[test]
    fn a_cache_of_the_first_shape_is_brought_up_to_date_with_all_it_holds() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("1.cache.db");
        let old = Connection::open(&path).expect("opens");
        old.execute_batch(CACHE_STEPS[0]).expect("the first shape");
        old.pragma_update(None, "user_version", 1).expect("sets");
        old.execute_batch(
            "INSERT INTO conversation (id, psid, platform, name, updated_at) VALUES ('t_1', '7', 'messenger', 'Trần Đức', 5);
             INSERT INTO message (mid, conversation, at, author, text, parts, gone, raw)
               VALUES ('m_1', 't_1', 5, 'customer', 'Đơn hàng của tôi đâu?', '[]', 0, '{}');",
        )
        .expect("rows");
        drop(old);
        let db = open(&path, FileKind::Cache).expect("brought up to date");
        let (messages, name): (u32, String) = db
            .query_row("SELECT messages, name_fold FROM conversation", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .expect("the row");
        assert_eq!((messages, name.as_str()), (1, "tran duc"));
        let found: String = db
            .query_row(
                "SELECT m.mid FROM words w JOIN message m ON m.n = w.rowid WHERE words MATCH '\"han\"'",
                [],
                |row| row.get(0),
            )
            .expect("found");
        assert_eq!(found, "m_1");
    }

    #[test]
    fn a_file_of_an_older_outbox_is_one_of_a_list_now_also_where_the_outbox_was_damaged() {
        let folder = tempfile::tempdir().expect("a folder");
        let [older, damaged] = ["1.outbox.db", "2.outbox.db"].map(|name| folder.path().join(name));
        for path in [&older, &damaged] {
            let old = Connection::open(path).expect("opens");
            for step in &OUTBOX_STEPS[..8] {
                old.execute_batch(step).expect("the older shape");
            }
            old.pragma_update(None, "user_version", 8).expect("sets");
            old.execute_batch(
                r#"INSERT INTO outgoing (local, conversation, psid, at, text, send_as, state, file)
                     VALUES ('a', 't_1', '7', 5, '', 'RESPONSE', 'unsure', '{"path":"/copies/1","name":"lamp.png","bytes":9}');
                   INSERT INTO draft (conversation, psid, text, line, col, at, file)
                     VALUES ('t_1', '7', 'see the plan', 0, 0, 5, '{"path":"/copies/2","name":"plan.pdf","bytes":7}');"#,
            )
            .expect("rows");
        }
        let brought = open(&older, FileKind::Outbox).expect("brought up to date");
        let rescued = in_memory(FileKind::Outbox).expect("a new one");
        rescue(&damaged, &rescued);
        for db in [brought, rescued] {
            let sql = format!("SELECT {} FROM outgoing", codec::OUTGOING_COLUMNS);
            let row = db.query_row(&sql, [], codec::outgoing).expect("the reply");
            assert_eq!(row.content.words(), "lamp.png");
            let sql = format!("SELECT {} FROM draft", codec::DRAFT_COLUMNS);
            let draft = db.query_row(&sql, [], codec::draft).expect("the draft");
            assert_eq!(draft.text, "see the plan");
            assert_eq!(draft.attached.len(), 1);
            assert_eq!(draft.attached[0].words(), "plan.pdf");
        }
    }
}
