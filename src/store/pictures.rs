//! Pictures that were fetched, as files: `<page>.pictures/<person>/<name>`. Disposable
//! and bounded: the oldest go first, and all of a person's go with the person.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime},
};

use ring::digest;

use super::file_names::plain;
use crate::{
    domain::{Mid, PageId, PictureId, Psid, Span, Timestamp},
    private,
};

/// All of them together, in bytes (our choice).
const MOST: u64 = 128 * 1024 * 1024;
/// After so many new ones the folder is looked through.
const LOOK_AFTER: u32 = 32;
/// A profile picture is fetched again when it is older than this (our choice).
const PROFILE_AGE: Span = Span::days(7);

/// The folder with the pictures of a Page. Its calls read and write files, and block.
#[derive(Clone, Debug)]
pub struct PictureFolder {
    path: PathBuf,
    added: Arc<AtomicU32>,
}

impl PictureFolder {
    /// The pictures of a Page, beside its other files in `folder`. Nothing is made yet.
    pub fn new(folder: &Path, page: &PageId) -> Self {
        Self {
            path: folder.join(format!("{}.pictures", plain(page.as_str()))),
            added: Arc::default(),
        }
    }

    /// A picture that is kept, unless it is too old to be right.
    pub fn read(&self, psid: &Psid, id: &PictureId, now: Timestamp) -> Option<Vec<u8>> {
        let path = self.place(psid, id);
        let at = modified(&fs::metadata(&path).ok()?);
        if matches!(id, PictureId::Person(_)) && at.plus(PROFILE_AGE) < now {
            return None;
        }
        fs::read(path).ok()
    }

    /// Keeps a picture of this moment: when its message was written.
    ///
    /// # Errors
    ///
    /// What the disk says; the picture can be shown all the same.
    pub fn keep(&self, psid: &Psid, id: &PictureId, bytes: &[u8], at: Timestamp) -> io::Result<()> {
        let path = self.place(psid, id);
        private::folder(&self.path)?;
        private::folder(path.parent().unwrap_or(&self.path))?;
        // Whole or not at all, also when the same is fetched twice at once.
        let added = self.added.fetch_add(1, Ordering::Relaxed);
        let new = path.with_extension(format!("new-{}-{added}", process::id()));
        let mut file = private::open(&new, OpenOptions::new().write(true).create_new(true))?;
        file.write_all(bytes)?;
        let millis = u64::try_from(at.as_millis()).unwrap_or_default();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))?;
        fs::rename(&new, path)?;
        if added.is_multiple_of(LOOK_AFTER) {
            self.tidy(None, MOST);
        }
        Ok(())
    }

    /// Removes all of a person's.
    pub(super) fn forget(&self, psid: &str) {
        // What cannot be removed is told by `left_of`.
        // An id without a letter names nobody, and not the folder of all.
        let name = plain(psid);
        if !name.is_empty() {
            let _ = fs::remove_dir_all(self.path.join(name));
        }
    }

    /// The folder of a person, if it is still there.
    pub(super) fn left_of(&self, psid: &str) -> Option<PathBuf> {
        let name = plain(psid);
        let path = self.path.join(&name);
        (!name.is_empty() && path.exists()).then_some(path)
    }

    /// Removes those of a message, whoever wrote it.
    pub(super) fn forget_message(&self, mid: &Mid) {
        let name = hashed(mid);
        for folder in entries(&self.path) {
            for file in entries(&folder) {
                let named = file.file_name().unwrap_or_default().to_string_lossy();
                if named.starts_with(&name) {
                    let _ = fs::remove_file(file);
                }
            }
        }
    }

    /// Removes those of before a moment.
    pub(super) fn tidy_before(&self, before: Timestamp) {
        self.tidy(Some(before), MOST);
    }

    /// Removes those of before a moment, and then the oldest until all of them have
    /// at most so many bytes.
    fn tidy(&self, before: Option<Timestamp>, most: u64) {
        let mut kept: Vec<(Timestamp, u64, PathBuf)> = Vec::new();
        for folder in entries(&self.path) {
            for file in entries(&folder) {
                let Ok(found) = fs::metadata(&file) else {
                    continue;
                };
                let at = modified(&found);
                if before.is_some_and(|before| at < before) {
                    let _ = fs::remove_file(file);
                } else {
                    kept.push((at, found.len(), file));
                }
            }
            // Only an empty one goes.
            let _ = fs::remove_dir(folder);
        }
        kept.sort();
        let mut bytes: u64 = kept.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, size, file) in kept {
            if bytes <= most {
                return;
            }
            bytes -= size;
            let _ = fs::remove_file(file);
        }
    }

    fn of(&self, psid: &Psid) -> PathBuf {
        self.path.join(plain(psid.as_str()))
    }

    fn place(&self, psid: &Psid, id: &PictureId) -> PathBuf {
        match id {
            PictureId::Part { mid, place } => {
                let name = format!("{}-{place}", hashed(mid));
                self.of(psid).join(name)
            }
            // Whoever's thread it is asked for from.
            PictureId::Person(of) => self.of(of).join("profile"),
        }
    }
}

/// An id of Meta's holds signs that no file name should.
fn hashed(mid: &Mid) -> String {
    let hash = digest::digest(&digest::SHA256, mid.as_str().as_bytes());
    let bytes = hash.as_ref().iter().take(16);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).into_iter().flatten().flatten();
    read.map(|entry| entry.path()).collect()
}

fn modified(found: &fs::Metadata) -> Timestamp {
    let since = found.modified().ok();
    let since = since.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    let millis = since.map_or(0, |since| since.as_millis());
    Timestamp::from_millis(i64::try_from(millis).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(mid: &str, place: u8) -> PictureId {
        let mid = Mid::new(mid);
        PictureId::Part { mid, place }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_secs(1_700_000_000 + seconds)
    }

    #[test]
    fn pictures_are_kept_by_person_and_go_with_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let pictures = PictureFolder::new(folder.path(), &PageId::new("1/../2"));
        let (ana, ben) = (Psid::new("../ana"), Psid::new("ben"));
        let keep = |psid: &Psid, id: &PictureId, bytes: &[u8], when| {
            pictures.keep(psid, id, bytes, at(when)).expect("kept");
        };
        let read = |psid: &Psid, id: &PictureId| pictures.read(psid, id, at(1_000));
        keep(&ana, &part("m/1", 0), b"one", 1);
        keep(&ana, &part("m/1", 1), b"two", 1);
        keep(&ana, &part("m/2", 0), b"three", 2);
        keep(&ben, &part("m/3", 0), b"four", 3);
        keep(&ben, &PictureId::Person(ben.clone()), b"face", 4);
        assert_eq!(read(&ana, &part("m/1", 1)).as_deref(), Some(&b"two"[..]));
        let inside = entries(folder.path());
        assert_eq!(inside.len(), 1, "nothing beside: {inside:?}");
        pictures.forget_message(&Mid::new("m/1"));
        assert_eq!(read(&ana, &part("m/1", 0)), None);
        assert_eq!(read(&ana, &part("m/1", 1)), None);
        assert_eq!(read(&ana, &part("m/2", 0)).as_deref(), Some(&b"three"[..]));
        pictures.forget(ana.as_str());
        assert_eq!(read(&ana, &part("m/2", 0)), None);
        assert_eq!(read(&ben, &part("m/3", 0)).as_deref(), Some(&b"four"[..]));
        // A face changes.
        let face = PictureId::Person(ben.clone());
        assert!(read(&ben, &face).is_some());
        let later = at(1_000).plus(PROFILE_AGE);
        assert_eq!(pictures.read(&ben, &face, later), None);
    }

    #[test]
    fn the_oldest_go_first_and_old_ones_by_age() {
        let folder = tempfile::tempdir().expect("a folder");
        let pictures = PictureFolder::new(folder.path(), &PageId::new("1"));
        let ana = Psid::new("ana");
        for n in [3, 1, 2, 4] {
            let id = part(&format!("m{n}"), 0);
            pictures.keep(&ana, &id, &[0; 100], at(n)).expect("kept");
        }
        let left = || -> Vec<i64> {
            let there = |n: &i64| {
                let id = part(&format!("m{n}"), 0);
                pictures.read(&ana, &id, at(9)).is_some()
            };
            (1..=4).filter(there).collect()
        };
        pictures.tidy(None, 300);
        assert_eq!(left(), [2, 3, 4]);
        pictures.tidy(Some(at(4)), 300);
        assert_eq!(left(), [4]);
    }
}
