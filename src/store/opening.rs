//! Opens the files of a Page: who may write, and what becomes of what is damaged
//! or too new.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::schema::{FileKind, private_file};
use crate::{
    domain::PageId,
    private,
    store::{
        error::Error,
        paths::Paths,
        reader::Reader,
        rescue::{Rescued, rescue, unsettled},
        schema,
        writer::{Files, Writer},
    },
};

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
    /// And what was written last is in this journal, which cannot be read there.
    JournalUnread(PathBuf),
    /// A large cache is about to be brought into the format of this version.
    Updating,
    /// The cache was unreadable and is rebuilt.
    CacheSetAside(PathBuf),
    /// The cache was a newer program's and is rebuilt.
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
                "The cache is on a read-only disk, so this desk only shows what is in it.",
            ),
            Self::JournalUnread(path) => write!(
                f,
                "The latest changes are missing here: they are in {}, which can only be read on a writable disk. Copy the folder to one, and name it with --cache DIR.",
                path.display()
            ),
            Self::Updating => f.write_str(
                "Updating the cache for this version of switchboard. This happens only once and takes a few seconds.",
            ),
            Self::CacheSetAside(path) => write!(
                f,
                "The cache was damaged. It was set aside as {} and rebuilt. Drafts and replies are safe in another file.",
                path.display()
            ),
            Self::NewerCacheSetAside(path) => write!(
                f,
                "The cache is from a newer switchboard. It was set aside as {} and rebuilt here.",
                path.display()
            ),
            Self::OutboxSetAside(path, rescued) => write!(
                f,
                "The file with drafts and replies was damaged. It is kept as {}; {} drafts and {} unsent replies could be read. Check those on hold before you send them.",
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

/// A cache of so many bytes takes long enough to be brought up to date that somebody
/// wonders: about half a second (our choice).
const LARGE: u64 = 32 * 1024 * 1024;

/// Whether anything of a Page is kept in `folder`.
pub fn exists(folder: &Path, page: &PageId) -> bool {
    Paths::new(folder, page).cache.exists()
}

/// Opens (or makes) the two files of `page` in `folder`. The folder is made
/// 0700 and the files 0600; a lock file keeps a second writer out. Nothing is
/// brought up to date here that the first frame would wait for.
///
/// A damaged cache is set aside and built anew; of a damaged outbox, what can be
/// read is taken over.
pub fn open(folder: &Path, page: &PageId) -> Result<Opened, Error> {
    Opening::begin(folder, page)?.finish()
}

/// The files of a Page while they are being opened, by whoever may write to them or by one
/// more reader.
#[derive(Debug)]
pub struct Opening {
    paths: Paths,
    /// The right to write, or why there is none.
    lock: Result<fs::File, Notice>,
}

impl Opening {
    /// Finds out who may write. This is [`open()`] in two steps; between them,
    /// [`Opening::glance`] shows what is there.
    ///
    /// # Errors
    ///
    /// `folder` cannot be a folder of ours.
    pub fn begin(folder: &Path, page: &PageId) -> Result<Self, Error> {
        let paths = Paths::new(folder, page);
        if folder.is_file() {
            return Err(Error::NotAFolder(folder.to_owned()));
        }
        private::folder(folder).map_err(|why| Error::Io {
            path: folder.to_owned(),
            why,
        })?;
        let io = |why| Error::Io {
            path: paths.lock.clone(),
            why,
        };
        let lock = match private_file(&paths.lock) {
            Ok(lock) => match lock.try_lock() {
                Ok(()) => Ok(lock),
                Err(fs::TryLockError::WouldBlock) => Err(Notice::InUse),
                Err(fs::TryLockError::Error(why)) => return Err(io(why)),
            },
            Err(why) if takes_no_writing(&why) => Err(Notice::ReadOnly),
            Err(why) => return Err(io(why)),
        };
        Ok(Self { paths, lock })
    }

    /// The files as they are on the disk, for the first frame: no locks, and no journals to
    /// be made. Only if they are certainly whole and nobody else has them; all other cases
    /// are for [`Opening::finish`].
    pub fn glance(&self) -> Option<Reader> {
        let paths = &self.paths;
        if self.lock.is_err() || paths.suspicion.exists() {
            return None;
        }
        for (path, kind) in [
            (&paths.cache, FileKind::Cache),
            (&paths.outbox, FileKind::Outbox),
        ] {
            let journal = fs::metadata(schema::beside(path, "-wal"));
            if !schema::is_current(path, kind) || journal.is_ok_and(|journal| journal.len() > 0) {
                return None;
            }
        }
        let (suspicion, record) = (paths.suspicion.clone(), paths.audit.clone());
        Reader::open(&paths.cache, &paths.outbox, suspicion, record, true).ok()
    }

    /// What is to be said before [`Opening::finish`], where that takes seconds.
    pub fn notice(&self) -> Option<Notice> {
        let cache = &self.paths.cache;
        let is_large = || fs::metadata(cache).is_ok_and(|file| file.len() >= LARGE);
        let updates = self.lock.is_ok() && schema::is_older(cache, FileKind::Cache) && is_large();
        updates.then_some(Notice::Updating)
    }

    /// Opens the files for good.
    ///
    /// # Errors
    ///
    /// They cannot be used.
    pub fn finish(self) -> Result<Opened, Error> {
        let paths = self.paths;
        let lock = match self.lock {
            Ok(lock) => lock,
            Err(notice) => return look(&paths, notice),
        };
        let mut notices = Vec::new();
        let suspected = paths.suspicion.exists();
        let outbox = open_outbox(&paths, &mut notices)?;
        let cache = open_cache(&paths, suspected, &mut notices)?;
        if suspected {
            let _ = fs::remove_file(&paths.suspicion);
        }
        let record = paths.audit.clone();
        let reader = Reader::open(&paths.cache, &paths.outbox, paths.suspicion, record, false)?;
        let files = Files {
            cache,
            outbox,
            audit: paths.audit,
            pictures: paths.pictures,
        };
        Ok(Opened {
            writer: Some(Writer::start(files, lock)),
            reader,
            notices,
        })
    }
}

pub(super) fn takes_no_writing(why: &io::Error) -> bool {
    matches!(
        why.kind(),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
    )
}

/// Opens what is there for reading only. Why stands last among the notices.
pub(super) fn look(paths: &Paths, notice: Notice) -> Result<Opened, Error> {
    let immutable = notice == Notice::ReadOnly;
    let mut notices = Vec::new();
    for (path, kind) in [
        (&paths.cache, FileKind::Cache),
        (&paths.outbox, FileKind::Outbox),
    ] {
        if !path.exists() {
            return Err(match notice {
                Notice::InUse => Error::InUse(paths.folder.clone()),
                _ => Error::Missing(path.clone()),
            });
        }
        if immutable {
            let journal = schema::beside(path, "-wal");
            let unread = fs::metadata(&journal).is_ok_and(|journal| journal.len() > 0);
            match schema::readable(path, kind) {
                Err(Error::Older { .. }) if unread => return Err(Error::InJournal(journal)),
                readable => readable?,
            }
            if unread {
                notices.push(Notice::JournalUnread(journal));
            }
        }
    }
    notices.push(notice);
    let (suspicion, record) = (paths.suspicion.clone(), paths.audit.clone());
    Ok(Opened {
        writer: None,
        reader: Reader::open(&paths.cache, &paths.outbox, suspicion, record, immutable)?,
        notices,
    })
}

pub(super) fn open_cache(
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
pub(super) fn open_outbox(paths: &Paths, notices: &mut Vec<Notice>) -> Result<Connection, Error> {
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
        notices.push(Notice::OutboxSetAside(aside, unsettled(&outbox)?));
        return Ok(outbox);
    }
    match schema::open(&paths.outbox, FileKind::Outbox) {
        Err(Error::Damaged) => {
            for tail in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(schema::beside(&fresh, tail));
            }
            let into = schema::open(&fresh, FileKind::Outbox)?;
            let rescued = rescue(&paths.outbox, &into);
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
