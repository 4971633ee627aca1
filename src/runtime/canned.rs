//! Canned replies from plain text files: one a file, named as the file is.

use std::{fs, io, path::PathBuf};

use crate::{app::canned::Canned, text};

/// Longer files are no replies.
const LARGEST: u64 = 64 * 1024;

/// Where canned replies come from.
#[derive(Clone, Debug, Default)]
pub struct CannedSource {
    /// The folder with `*.txt` files.
    pub folder: Option<PathBuf>,
    /// Name and text of those that are there without a folder.
    pub builtin: &'static [(&'static str, &'static str)],
}

impl CannedSource {
    /// Reads them, in the order of their names. All bad files are named
    /// together.
    pub(super) fn read(&self) -> Result<Vec<Canned>, String> {
        let folder = self.folder.as_deref();
        let entries = match folder.map(fs::read_dir) {
            Some(Ok(entries)) => entries,
            Some(Err(why)) if why.kind() != io::ErrorKind::NotFound => {
                let path = folder.map(|path| path.display().to_string());
                return Err(format!("Cannot read {}: {why}.", path.unwrap_or_default()));
            }
            _ if !self.builtin.is_empty() => {
                let canned = self.builtin.iter().map(|(name, text)| Canned {
                    name: (*name).to_owned(),
                    text: (*text).to_owned(),
                });
                return Ok(canned.collect());
            }
            _ => {
                let path = folder.map(|path| path.display().to_string());
                return Err(format!(
                    "No canned replies yet. Put plain text files (name.txt) into {}; {{first_name}}, {{name}}, {{agent}}, {{page}} are filled in, and so is whatever the bot said at its hand-over.",
                    path.unwrap_or_else(|| "the config folder".into())
                ));
            }
        };
        let mut found = Vec::new();
        let mut bad = Vec::new();
        for entry in entries.flatten() {
            let path = entry.path();
            let name = path
                .file_stem()
                .map(|name| name.to_string_lossy().into_owned());
            let Some(name) = name.filter(|_| path.extension().is_some_and(|e| e == "txt")) else {
                continue;
            };
            let small = fs::metadata(&path).is_ok_and(|file| file.len() <= LARGEST);
            match text::read(&path) {
                Ok(text) if small => found.push(Canned { name, text }),
                Ok(_) => bad.push(format!("{name}.txt is longer than 64 kB")),
                Err(why) => bad.push(format!("{name}.txt: {why}")),
            }
        }
        if !bad.is_empty() {
            bad.sort();
            return Err(format!("Cannot use {}.", bad.join("; ")));
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_replies_by_their_names_and_bad_ones_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = |folder: PathBuf| CannedSource {
            folder: Some(folder),
            builtin: &[],
        };
        let missing = source(folder.path().join("none")).read();
        assert!(missing.is_err_and(|why| why.contains("No canned replies yet")));
        for (name, bytes) in [("b.txt", &b"two"[..]), ("a.txt", b"one"), ("c.md", b"no")] {
            fs::write(folder.path().join(name), bytes).expect("written");
        }
        let found = source(folder.path().to_owned()).read().expect("read");
        let names: Vec<&str> = found.iter().map(|canned| canned.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        fs::write(folder.path().join("bad.txt"), [b'a', 0xe9]).expect("written");
        fs::write(folder.path().join("big.txt"), "x".repeat(70_000)).expect("written");
        let why = source(folder.path().to_owned()).read().expect_err("two");
        assert!(why.contains("bad.txt") && why.contains("big.txt"), "{why}");
    }
}
