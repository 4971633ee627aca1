//! A draft in the person's own editor. The file lies in a folder that is theirs
//! alone, and the editor's process knows none of our secrets.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    time::Duration,
};

use rustix::event::{PollFd, PollFlags};
use tempfile::TempPath;

use super::signals::{Signal, Signals};
use crate::{app::EditedText, readable, text};

/// What our environment may hold that nobody else needs to know.
pub(super) const SECRETS: [&str; 3] = [
    "SWITCHBOARD_PAGE_TOKEN",
    "SWITCHBOARD_APP_SECRET",
    "SWITCHBOARD_VERIFY_TOKEN",
];

/// How often an editor is looked at whose end the system does not tell: a program may be
/// started with that signal blocked (our choice).
const LOOK: Duration = Duration::from_secs(1);

/// How our files for editors are called.
const PREFIX: &str = "draft-";
const SUFFIX: &str = ".txt";

/// What a file for an editor holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EditedKind {
    /// A draft.
    Draft,
    /// What the Page shows, as JSON.
    Profile,
}

impl EditedKind {
    /// The beginning and the end of its name.
    fn around(self) -> (&'static str, &'static str) {
        match self {
            Self::Draft => (PREFIX, SUFFIX),
            Self::Profile => ("page-", ".json"),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Draft => "your draft",
            Self::Profile => "the Page",
        }
    }
}

/// An editor at work on a file.
#[derive(Debug)]
pub(super) struct Editor {
    child: Child,
    /// Tells when it has ended.
    ended: Signals,
    file: TempPath,
    name: String,
    kind: EditedKind,
    /// What stood in the file at first.
    before: Vec<u8>,
}

/// Starts the editor that `VISUAL` or `EDITOR` name, else `vi`, on a file with
/// this text in `folder`.
pub(super) fn start(text: &str, folder: &Path, kind: EditedKind) -> Result<Editor, String> {
    let named = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()))
        .unwrap_or_else(|| "vi".into());
    let mut words = named.split_whitespace();
    let program = PathBuf::from(words.next().unwrap_or("vi"));
    let file = write(text, folder, kind).map_err(|why| {
        format!("Cannot write a file for the editor ({why}); nothing was changed.")
    })?;
    let mut command = Command::new(&program);
    command.args(words).arg(&file);
    for secret in SECRETS {
        command.env_remove(secret);
    }
    let name = program.display().to_string();
    let cannot_start = |why: io::Error| {
        format!("Cannot start {name} ({why}). Set EDITOR to your editor. Nothing was changed.")
    };
    // Listened to before it starts: it may end at once.
    let ended = Signals::of_children().map_err(cannot_start)?;
    let child = command.spawn().map_err(cannot_start)?;
    let before = fs::read(&file).unwrap_or_default();
    Ok(Editor {
        child,
        ended,
        file,
        name,
        kind,
        before,
    })
}

impl Editor {
    /// Waits until it has ended, or until the desk has to: then it is ended, too, and what
    /// it has written so far counts. Tells whether the desk has to.
    pub(super) fn wait(&mut self, signals: &mut Signals) -> (io::Result<ExitStatus>, bool) {
        let ended = self.until_end(signals);
        let terminated = matches!(ended, Ok(None));
        let ended = match ended {
            Ok(Some(status)) => Ok(status),
            Ok(None) => {
                self.stop();
                Ok(ExitStatus::default())
            }
            Err(why) => {
                self.stop();
                Err(why)
            }
        };
        (ended, terminated)
    }

    /// How it has ended; `None` when the desk has to end first.
    fn until_end(&mut self, signals: &mut Signals) -> io::Result<Option<ExitStatus>> {
        loop {
            // Some may have come before it started, and were heard already.
            signals.hear();
            self.ended.hear();
            while let Some(signal) = signals.next() {
                match signal {
                    Signal::Terminate => return Ok(None),
                    // ^C is for the editor, and so is ^Z: we only stop with it.
                    Signal::StopKey => {
                        let stop = rustix::process::Signal::STOP;
                        rustix::process::kill_current_process_group(stop)?;
                    }
                    Signal::Interrupt | Signal::Resized | Signal::ChildEnded => {}
                }
            }
            // Another one of ours may have ended.
            while self.ended.next().is_some() {}
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            let mut asked = [
                PollFd::new(signals, PollFlags::IN),
                PollFd::new(&self.ended, PollFlags::IN),
            ];
            readable::wait(&mut asked, Some(LOOK))?;
        }
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// What stands in the file now, and the file: what a person wrote stays there
    /// until it is elsewhere.
    pub(super) fn text(
        self,
        ended: io::Result<ExitStatus>,
    ) -> (Result<EditedText, String>, Option<TempPath>) {
        let Self {
            file,
            name,
            kind,
            before,
            ..
        } = self;
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(why) => {
                let path = kept(file);
                let why = format!("Cannot read what {name} wrote ({why}). It is kept in {path}.");
                return (Err(why), None);
            }
        };
        // One that was ended by a signal had no say: what it had saved counts.
        let failed = matches!(ended, Ok(status) if status.code().is_some_and(|code| code != 0));
        if failed {
            if bytes == before {
                return (
                    Err(format!(
                        "{name} ended with an error, so {} is as it was.",
                        kind.word()
                    )),
                    None,
                );
            }
            let path = kept(file);
            let why = format!(
                "{name} ended with an error, so {} is as it was. What it wrote is kept in {path}.",
                kind.word()
            );
            return (Err(why), None);
        }
        match decoded(&bytes) {
            Some(edited) => (Ok(edited), Some(file)),
            None => {
                let path = kept(file);
                let why = format!(
                    "What {name} wrote is no text, so {} is as it was. It is kept in {path}.",
                    kind.word()
                );
                (Err(why), None)
            }
        }
    }
}

/// The file stays, under the name that is answered.
fn kept(file: TempPath) -> String {
    match file.keep() {
        Ok(path) => path.display().to_string(),
        Err(failed) => failed.path.display().to_string(),
    }
}

/// Files of editors that a dead program left in `folder`.
pub(super) fn left_behind(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(PREFIX) && name.ends_with(SUFFIX)
    };
    entries.map(|entry| entry.path()).filter(ours).collect()
}

/// Bytes as text: UTF-8, with or without a mark, UTF-16 with one, and else what an
/// old editor most probably means, Windows-1252. `None` for what is no text.
fn decoded(bytes: &[u8]) -> Option<EditedText> {
    let (text, remark) = match text::decode(bytes) {
        Some(text) => (text, None),
        None if bytes.contains(&0) => return None,
        None => {
            let text = bytes.iter().map(|byte| windows_1252(*byte)).collect();
            let remark = "Your editor did not write UTF-8; its text is read as Windows-1252. Look it over before you send it.";
            (text, Some(remark.to_owned()))
        }
    };
    Some(EditedText { text, remark })
}

/// The character of a byte in Windows-1252; its five free places are as in the
/// WHATWG's table.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}

fn write(text: &str, folder: &Path, kind: EditedKind) -> io::Result<TempPath> {
    let (prefix, suffix) = kind.around();
    // Made for this user alone, under a name that nobody can guess.
    let mut file = tempfile::Builder::new()
        .prefix(prefix)
        .suffix(suffix)
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        file.write_all(b"\n")?;
    }
    Ok(file.into_temp_path())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One that changes nothing.
    fn editor(words: &[&str], folder: &Path) -> Editor {
        let ended = Signals::of_children().expect("signals");
        let child = Command::new(words[0]).args(&words[1..]).spawn();
        Editor {
            child: child.expect("started"),
            ended,
            file: write("hello", folder, EditedKind::Draft).expect("written"),
            name: words[0].into(),
            kind: EditedKind::Draft,
            before: Vec::new(),
        }
    }

    #[test]
    fn a_signal_that_was_heard_before_the_editor_started_ends_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut editor = editor(&["sleep", "1000"], folder.path());
        let mut signals = Signals::heard_already(Signal::Terminate).expect("signals");
        let (ended, terminated) = editor.wait(&mut signals);
        assert!(terminated && ended.is_ok());
        let (edited, _) = editor.text(ended);
        assert_eq!(edited.expect("a text").text.trim_end(), "hello");
    }

    #[test]
    fn an_editor_that_ends_at_once_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut editor = editor(&["true"], folder.path());
        let mut signals = Signals::of_children().expect("signals");
        let (ended, terminated) = editor.wait(&mut signals);
        assert!(!terminated && ended.expect("a status").success());
    }

    #[test]
    fn what_a_person_wrote_is_read_in_whatever_encoding_it_was_saved() {
        let utf16: Vec<u8> = "\u{FEFF}Grüße"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for (bytes, text, remarked) in [
            ("Grüße €".as_bytes(), "Grüße €", false),
            ("\u{FEFF}Grüße".as_bytes(), "Grüße", false),
            (utf16.as_slice(), "Grüße", false),
            (b"Gr\xFC\xDFe, caf\xE9 \x80 5", "Grüße, café € 5", true),
            (b"", "", false),
        ] {
            let edited = decoded(bytes).expect("text");
            assert_eq!(
                (edited.text.as_str(), edited.remark.is_some()),
                (text, remarked)
            );
        }
        assert_eq!(decoded(b"\x7fELF\xff\0"), None, "no text");
    }
}
