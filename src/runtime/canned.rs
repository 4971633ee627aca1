//! Canned replies from plain text files, and templates from JSON and TOML files: one a
//! file, named as the file is.

use std::{
    ffi::OsStr,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use super::files::expand;
use crate::{
    app::canned::Canned,
    domain::{Attachment, Content, Template},
    graph::{self, TemplateFormat},
    private, text,
};

/// Longer files are neither.
const LARGEST: u64 = 64 * 1024;

/// Where canned replies and templates come from.
#[derive(Clone, Debug, Default)]
pub struct CannedSource {
    /// The folder with `*.txt` files.
    pub folder: Option<PathBuf>,
    /// The folder with `*.json` and `*.toml` files.
    pub templates: Option<PathBuf>,
    /// Name with ending and text of those that are there without folders.
    pub builtin: &'static [(&'static str, &'static str)],
}

impl CannedSource {
    /// Reads them, in the order of their names; a bad one says why in place of what it
    /// holds. None at all says where they belong.
    pub(super) fn read(&self) -> Result<Vec<Canned>, String> {
        let mut found = Vec::new();
        for (folder, endings) in [
            (&self.folder, &["txt"][..]),
            (&self.templates, &["json", "toml"]),
        ] {
            if let Some(folder) = folder {
                read_folder(folder, endings, &mut found)?;
            }
        }
        if found.is_empty() {
            let builtin = self.builtin.iter();
            found.extend(builtin.map(|(file, text)| canned(Path::new(file), text)));
        }
        if found.is_empty() {
            let place = |folder: &Option<PathBuf>| {
                let folder = folder.as_ref().map(|path| path.display().to_string());
                folder.unwrap_or_else(|| "the config folder".into())
            };
            return Err(format!(
                "No canned replies yet. Put plain text files (name.txt) into {}, and templates (name.json, name.toml) into {}. {{first_name}}, {{name}}, {{agent}}, {{page}} are filled in, and so is whatever the bot said at its hand-over.",
                place(&self.folder),
                place(&self.templates),
            ));
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }
}

/// The files of a folder that end so; a folder that is not there holds none.
fn read_folder(folder: &Path, endings: &[&str], found: &mut Vec<Canned>) -> Result<(), String> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(format!("Cannot read {}: {why}.", folder.display())),
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        if !endings.contains(&ending) {
            continue;
        }
        found.push(match words_in(&path) {
            Ok(text) => canned(&path, &text),
            Err(why) => bad(&path, why),
        });
    }
    Ok(())
}

/// The text of a file, also behind a link; a pipe or an endless file is none.
fn words_in(path: &Path) -> Result<String, String> {
    let words = |why: io::Error| why.to_string();
    let path = fs::canonicalize(path).map_err(words)?;
    let file = private::read(&path).map_err(words)?;
    if !file.metadata().map_err(words)?.is_file() {
        return Err("it is not a regular file".into());
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(words)?;
    if bytes.len() as u64 > LARGEST {
        return Err("it is longer than 64 kB".into());
    }
    text::of_file(&bytes).map_err(words)
}

/// What a file of this name holds.
fn canned(path: &Path, text: &str) -> Canned {
    let format = match path.extension().and_then(OsStr::to_str) {
        Some("json") => TemplateFormat::Json,
        Some("toml") => TemplateFormat::Toml,
        _ => {
            return Canned {
                name: stem(path),
                content: Ok(Content::Text(text.to_owned())),
            };
        }
    };
    let read = graph::read_template(&stem(path), text, format);
    let named = read.and_then(|template| with_files(template, path));
    match named {
        Ok(template) => Canned {
            name: stem(path),
            content: Ok(Content::Template(Box::new(template))),
        },
        Err(why) => bad(path, why),
    }
}

/// The file that a template names, beside it or anywhere on this computer.
fn with_files(template: Template, path: &Path) -> Result<Template, String> {
    let named = graph::files_named(&template.message);
    let [name] = named.as_slice() else {
        return match named.is_empty() {
            true => Ok(template),
            false => Err("it names several files, and one can go out with it".into()),
        };
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let path = folder.join(expand(name));
    // A link stands for what it leads to now.
    let path = fs::canonicalize(&path).unwrap_or(path);
    let meta = fs::metadata(&path).map_err(|why| format!("{name} cannot be read ({why})"))?;
    if !meta.is_file() {
        return Err(format!("{name} is not a regular file"));
    }
    let file = Attachment {
        identity: private::identity(&meta),
        ..Attachment::new(path, meta.len())
    };
    let kind = graph::kind_named(&template.message);
    if !kind.is_empty() && kind != file.kind {
        return Err(format!(
            "{name} is of the kind {}, and it says {kind}",
            file.kind
        ));
    }
    Ok(Template {
        files: vec![file],
        ..template
    })
}

fn bad(path: &Path, why: String) -> Canned {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Canned {
        name: name.into_owned(),
        content: Err(why),
    }
}

fn stem(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    name.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_replies_by_their_names_and_a_bad_one_spoils_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = |folder: PathBuf| CannedSource {
            templates: Some(folder.join("templates")),
            folder: Some(folder),
            builtin: &[],
        };
        let missing = source(folder.path().join("none")).read();
        assert!(missing.is_err_and(|why| why.contains("No canned replies yet")));
        let put = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, bytes).expect("written");
        };
        put("b.txt", b"two");
        put("a.txt", b"one");
        put("c.md", b"no");
        put(
            "templates/d.json",
            br#"{"text": "Size?", "quick_replies": []}"#,
        );
        put("templates/e.toml", b"text = \"Hi\"");
        put("templates/lamp.jpg", b"lamp");
        put(
            "templates/f.json",
            br#"{"attachment": {"type": "image", "payload": {"file": "lamp.jpg"}}}"#,
        );
        put(
            "templates/g.json",
            br#"{"attachment": {"type": "image", "payload": {"file": "none.jpg"}}}"#,
        );
        put("templates/h.json", b"{");
        put(
            "templates/i.json",
            br#"{"attachment": {"type": "video", "payload": {"file": "lamp.jpg"}}}"#,
        );
        #[cfg(unix)]
        {
            use rustix::fs::{CWD, Mode, mkfifoat};
            let at = |name: &str| folder.path().join("templates").join(name);
            mkfifoat(CWD, at("j.json"), Mode::RUSR).expect("a pipe");
            std::os::unix::fs::symlink("/dev/zero", at("k.json")).expect("a link");
            std::os::unix::fs::symlink(at("d.json"), at("l.json")).expect("a link");
        }
        put("bad.txt", &[b'a', 0xe9]);
        put("big.txt", "x".repeat(70_000).as_bytes());
        let found = source(folder.path().to_owned()).read().expect("read");
        let said: Vec<(&str, Result<usize, &str>)> = found
            .iter()
            .map(|canned| {
                let files = canned.content.as_ref().map(|content| content.files().len());
                (canned.name.as_str(), files.map_err(String::as_str))
            })
            .collect();
        let names: Vec<&str> = said.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            [
                "a", "b", "bad.txt", "big.txt", "d", "e", "f", "g.json", "h.json", "i.json",
                "j.json", "k.json", "l"
            ]
        );
        assert_eq!((said[6].1, said[12].1), (Ok(1), Ok(0)));
        for (at, why) in [
            (2, "UTF-8"),
            (3, "64 kB"),
            (7, "none.jpg cannot be read"),
            (8, "not JSON"),
            (9, "lamp.jpg is of the kind image, and it says video"),
            (10, "not a regular file"),
            (11, "not a regular file"),
        ] {
            assert!(
                said[at].1.is_err_and(|said| said.contains(why)),
                "{:?}",
                said[at]
            );
        }
    }
}
