//! Looks at paths for somebody who wants to attach a file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use directories::BaseDirs;

use crate::{app::Loaded, domain::Attachment, private};

/// So many names are offered.
const OFFERED: usize = 200;

/// What begins with this path, and the file that it is.
pub(super) fn look_at(typed: String) -> Loaded {
    // A link that a person chooses stands for what it leads to now.
    let path = expand(&typed);
    let path = fs::canonicalize(&path).unwrap_or(path);
    let meta = fs::symlink_metadata(&path).ok();
    if let Some(meta) = meta.as_ref().filter(|meta| meta.is_file()) {
        let file = Attachment {
            identity: private::identity(meta),
            ..Attachment::new(path, meta.len())
        };
        return Loaded::Path(typed, Vec::new(), Some(file));
    }
    // The folder as it was typed stays so: `~` is shorter than what it means.
    let (folder_typed, begin) = match typed.rfind('/') {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed.as_str()),
    };
    let folder = match folder_typed {
        "" => PathBuf::from("."),
        typed => expand(typed),
    };
    let mut entries: Vec<String> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let hidden = name.starts_with('.') && !begin.starts_with('.');
            if hidden || !name.starts_with(begin) {
                return None;
            }
            let slash = if entry.path().is_dir() { "/" } else { "" };
            Some(format!("{folder_typed}{name}{slash}"))
        })
        .collect();
    entries.sort();
    entries.truncate(OFFERED);
    Loaded::Path(typed, entries, None)
}

/// A path in which `~` is the home folder.
pub(super) fn expand(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), BaseDirs::new()) {
        (Some(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => Path::new(path).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_completed_and_files_are_known_by_their_endings() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["lamp.jpg", "lamps.pdf", ".hidden"] {
            fs::write(folder.path().join(name), "x").expect("written");
        }
        fs::create_dir(folder.path().join("lampshades")).expect("made");
        let at = |name: &str| format!("{}/{name}", folder.path().display());
        let Loaded::Path(_, entries, None) = look_at(at("lamp")) else {
            panic!("no file yet");
        };
        assert_eq!(
            entries,
            [at("lamp.jpg"), at("lamps.pdf"), at("lampshades/")]
        );
        let Loaded::Path(_, _, Some(file)) = look_at(at("lamp.jpg")) else {
            panic!("a file");
        };
        assert_eq!((file.kind, file.bytes), ("image", 1));
        let Loaded::Path(_, entries, None) = look_at(at("nothing")) else {
            panic!("nothing there");
        };
        assert!(entries.is_empty());
    }
}
