//! Where the files of a Page are.

use std::path::{Path, PathBuf};

use super::{file_names::plain, pictures::PictureFolder};
use crate::domain::PageId;

/// The folder with the copies of files that are on their way for a Page.
pub fn files_folder(folder: &Path, page: &PageId) -> PathBuf {
    folder.join(format!("{}.files", plain(page.as_str())))
}

/// Where the files of a Page are.
#[derive(Debug)]
pub(super) struct Paths {
    pub(super) folder: PathBuf,
    pub(super) cache: PathBuf,
    pub(super) outbox: PathBuf,
    pub(super) audit: PathBuf,
    pub(super) lock: PathBuf,
    pub(super) suspicion: PathBuf,
    pub(super) pictures: PictureFolder,
}

impl Paths {
    pub(super) fn new(folder: &Path, page: &PageId) -> Self {
        let name = plain(page.as_str());
        let file = |ending: &str| folder.join(format!("{name}.{ending}"));
        Self {
            folder: folder.to_owned(),
            cache: file("cache.db"),
            outbox: file("outbox.db"),
            audit: file("audit.ndjson"),
            lock: file("lock"),
            suspicion: file("damaged"),
            pictures: PictureFolder::new(folder, page),
        }
    }
}

/// A file name as SQLite's URI, whatever signs are in it.
pub(super) fn uri(path: &Path, immutable: bool) -> String {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
                uri.push(char::from(*byte));
            }
            byte => uri.push_str(&format!("%{byte:02x}")),
        }
    }
    if immutable {
        uri.push_str("?immutable=1");
    }
    uri
}
