//! Looks at paths for somebody who wants to attach a file.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use directories::BaseDirs;

use crate::{
    app::Loaded,
    domain::{Attachment, Bitmap, PictureFile, PictureSize},
    picture, private,
};

/// Larger pictures are not looked at before they go out, in bytes.
const PREVIEW: u64 = 8 * 1024 * 1024;
/// So many files are dropped at once at most.
const DROPPED: usize = 30;
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

/// The picture in a file.
pub(super) fn previewed(path: PathBuf) -> Loaded {
    let bitmap = preview(&path);
    Loaded::Preview(path, bitmap)
}

/// The picture in a file, small.
fn preview(path: &Path) -> Option<Arc<Bitmap>> {
    let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    if meta.len() > PREVIEW {
        return None;
    }
    let mut bytes = Vec::new();
    let file = private::read(path).ok()?;
    file.take(PREVIEW).read_to_end(&mut bytes).ok()?;
    let small = picture::reduced(&bytes).ok()?;
    let shown = picture::shown(&small, PictureSize::Small, PictureFile::None).ok()?;
    Some(shown.bitmap)
}

/// The files that pasted words name.
pub(super) fn pasted(words: String) -> Loaded {
    let files = named(&words);
    Loaded::Pasted(words, files)
}

/// The files that pasted words name, as a shell or a file manager writes them: all of
/// the words, or none.
fn named(words: &str) -> Vec<Attachment> {
    let file = |word: String| {
        let path = match word.strip_prefix("file://") {
            Some(url) => percent_decoded(url),
            None => word,
        };
        match look_at(path) {
            Loaded::Path(_, _, file) => file,
            _ => None,
        }
    };
    let whole = file(words.to_owned()).map(|file| vec![file]);
    let files = whole.or_else(|| shell_words(words).into_iter().map(file).collect());
    files
        .filter(|files| files.len() <= DROPPED)
        .unwrap_or_default()
}

/// Words apart at blanks that are neither quoted nor escaped.
fn shell_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote, mut begun) = (String::new(), None, false);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => (quote, begun) = (Some(c), true),
            (None, '\\') => word.extend(chars.next()),
            (None, c) if c.is_whitespace() => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (None, c) => word.push(c),
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}

fn percent_decoded(text: &str) -> String {
    let url = format!("file://{text}");
    let path = url::Url::parse(&url)
        .ok()
        .and_then(|url| url.to_file_path().ok());
    path.map_or_else(
        || text.to_owned(),
        |path| path.to_string_lossy().into_owned(),
    )
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

    #[test]
    fn what_a_file_manager_drops_names_files_or_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["lamp.jpg", "two words.pdf", "it's.txt"] {
            fs::write(folder.path().join(name), "x").expect("written");
        }
        let at = |name: &str| format!("{}/{name}", folder.path().display());
        let lamp = at("lamp.jpg");
        for (words, expected) in [
            (lamp.clone(), &["lamp.jpg"][..]),
            (at("two words.pdf"), &["two words.pdf"]),
            (
                format!("'{}' {lamp}", at("two words.pdf")),
                &["two words.pdf", "lamp.jpg"],
            ),
            (at("two\\ words.pdf"), &["two words.pdf"]),
            (at("it\\'s.txt"), &["it's.txt"]),
            (format!("\"{lamp}\"\n"), &["lamp.jpg"]),
            (
                format!("file://{}", at("two%20words.pdf")),
                &["two words.pdf"],
            ),
            (format!("{lamp} and more"), &[]),
            (at("none.jpg"), &[]),
            (at(""), &[]),
            ("/".into(), &[]),
            ("'".into(), &[]),
        ] {
            let files = named(&words);
            let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
            assert_eq!(names, expected, "{words}");
        }
    }
}
