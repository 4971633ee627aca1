//! The secrets: each from the environment, or from a file that nobody else may
//! read. Never from the command line, never shown.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};

use crate::{private, text};

/// Why there is no secret although one was named.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("cannot read the secret file {path}: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// Others may read the file.
    #[error("other users can read the secret file {0}; stop that with: chmod 600 {0}")]
    Open(PathBuf),
    /// Others may put another file in its place.
    #[error("other users can write to the folder of the secret file {0}; stop that with: chmod go-w {folder}", folder = .0.parent().unwrap_or(.0).display())]
    OpenFolder(PathBuf),
    /// The file is empty.
    #[error("the secret file {0} is empty")]
    Empty(PathBuf),
    /// Something in the file is no secret.
    #[error(
        "the secret file {path}: {why}; put a secret on a line of its own, comments on lines that begin with #"
    )]
    Flawed {
        /// The file.
        path: PathBuf,
        /// What is wrong and where, without a word of it.
        why: String,
    },
    /// Something in the variable is no secret.
    #[error("{name}: {why}; set it to the secret and nothing else")]
    FlawedVariable {
        /// The variable's name.
        name: String,
        /// What is wrong, without a word of it.
        why: String,
    },
}

/// What is asked of a secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct SecretRule {
    /// So many there may be.
    pub(super) most: usize,
    /// One of fewer characters can be guessed.
    pub(super) shortest: usize,
}

impl SecretRule {
    /// Meta made it and checks it; how long it is says nothing.
    pub(super) const PAGE_TOKEN: Self = Self {
        most: 1,
        shortest: 1,
    };
    /// A word of the user's own.
    pub(super) const VERIFY_TOKEN: Self = Self {
        most: 1,
        shortest: 16,
    };
    /// One, or two while it is being changed. Meta's have 32 characters.
    pub(super) const APP_SECRET: Self = Self {
        most: 2,
        shortest: 16,
    };
}

/// The secrets in a text: one a line, without the space around it. Lines that begin
/// with `#` are comments. Fails with what does not belong there and its line: a
/// comment behind a secret, or a word too many, must never be a key.
fn secrets_in(text: &str, rule: SecretRule) -> Result<Vec<&str>, String> {
    let mut secrets = Vec::new();
    for (number, line) in (1..).zip(text.split(['\n', '\r'])) {
        let line = trimmed(line);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = |why: String| format!("line {number} {why}");
        one_secret(line).map_err(place)?;
        let length = line.chars().count();
        if length < rule.shortest {
            let why = format!("has only {length} characters, which is easy to guess");
            return Err(place(why));
        }
        if secrets.len() == rule.most {
            let many = match rule.most {
                1 => "a second secret".to_owned(),
                most => format!("more than {most} secrets"),
            };
            return Err(place(format!("has {many}")));
        }
        secrets.push(line);
    }
    Ok(secrets)
}

/// The secret in what was typed or piped: without the space around it, empty if
/// there is none. Fails with what does not belong there, such as a second line or
/// a character that nobody sees: with it Meta would only say that it does not
/// accept the token.
pub fn secret_in(text: &str) -> Result<&str, String> {
    let secret = trimmed(text);
    if secret.contains(['\n', '\r']) {
        return Err("has more than one line".into());
    }
    one_secret(secret).map(|()| secret)
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
}

fn one_secret(line: &str) -> Result<(), String> {
    let flaw = line.char_indices().find(|(_, c)| {
        matches!(c, '"' | '\'' | '`') || !(c.is_ascii_graphic() || c.is_alphanumeric())
    });
    let Some((at, c)) = flaw else {
        return Ok(());
    };
    let place = line[..at].chars().count() + 1;
    Err(match c {
        '"' | '\'' | '`' => format!("has a quotation mark in it (character {place})"),
        c if c.is_whitespace() => format!("has a space in it (character {place})"),
        c => format!(
            "has a character in it that no secret contains (U+{:04X}, character {place})",
            u32::from(c)
        ),
    })
}

/// Where the links at `path` lead, also to a file that is not there yet.
fn behind_links(path: &Path) -> PathBuf {
    // As many as the system itself follows.
    let mut path = path.to_owned();
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// New content of a file, written and waiting to take the place of the old one.
#[derive(Debug)]
pub struct Replacement {
    fresh: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Replacement {
    /// Writes it beside the file, for this user alone. A symbolic link stays one:
    /// what it points to is replaced.
    pub fn write(path: &Path, content: &[u8]) -> io::Result<Self> {
        let path = behind_links(path);
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new("."));
        private::folder(folder)?;
        // Made for this user alone; it takes the old one's place in one step.
        let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
        fresh.write_all(content)?;
        fresh.as_file().sync_all()?;
        Ok(Self { fresh, path })
    }

    /// The same for a secret, on a line of its own.
    pub fn secret(path: &Path, secret: &SecretString) -> io::Result<Self> {
        let line = Zeroizing::new(format!("{}\n", secret.expose_secret()));
        Self::write(path, line.as_bytes())
    }

    /// Takes the old one's place, in one step.
    pub fn take_place(self) -> io::Result<()> {
        self.fresh
            .persist(self.path)
            .map(drop)
            .map_err(|failed| failed.error)
    }
}

/// The secrets in the environment under `name`, else in `file`; empty for none.
pub(super) fn secrets(
    name: &str,
    file: Option<&Path>,
    rule: SecretRule,
) -> Result<Vec<SecretString>, SecretError> {
    let kept = |secrets: Vec<&str>| secrets.into_iter().map(Into::into).collect();
    if let Some(value) = std::env::var_os(name) {
        let flawed = |why: String| SecretError::FlawedVariable {
            name: name.to_owned(),
            why,
        };
        let value = Zeroizing::new(value.into_encoded_bytes());
        let value = std::str::from_utf8(&value).map_err(|_| flawed("it is not text".into()))?;
        let secrets = secrets_in(value, rule).map_err(flawed)?;
        if !secrets.is_empty() {
            return Ok(kept(secrets));
        }
    }
    let Some(path) = file else {
        return Ok(Vec::new());
    };
    let unreadable = |why| SecretError::Unreadable {
        path: path.to_owned(),
        why,
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(SecretError::Open(path.to_owned()));
        }
        if private::folder_is_open(path).map_err(unreadable)? {
            return Err(SecretError::OpenFolder(path.to_owned()));
        }
    }
    // What a secret was read from is wiped, as the secret itself is.
    let bytes = Zeroizing::new(fs::read(path).map_err(unreadable)?);
    let text = Zeroizing::new(text::of_file(&bytes).map_err(unreadable)?);
    match secrets_in(&text, rule) {
        Ok(secrets) if secrets.is_empty() => Err(SecretError::Empty(path.to_owned())),
        Ok(secrets) => Ok(kept(secrets)),
        Err(why) => Err(SecretError::Flawed {
            path: path.to_owned(),
            why,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of ours alone with these bytes.
    fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        let fresh = Replacement::write(&path, bytes).expect("writes");
        fresh.take_place().expect("takes it");
        (folder, path)
    }

    #[test]
    fn a_token_file_is_read_however_an_editor_saved_it() {
        for bytes in [
            &b"EAAtoken|1\n"[..],
            b"  EAAtoken|1\r\n\r\n",
            b"\xef\xbb\xbfEAAtoken|1",
            b"\xff\xfeE\0A\0A\0t\0o\0k\0e\0n\0|\x001\0\r\0\n\0",
            b"\xfe\xff\0E\0A\0A\0t\0o\0k\0e\0n\0|\x001\0\n",
            b"EAAtoken|1\xc2\xa0\n",
            b"# of the shop\n\nEAAtoken|1\n# and no more\n",
        ] {
            let (_folder, path) = file(bytes);
            let rule = SecretRule::PAGE_TOKEN;
            let read = secrets("NOBODY_SETS_THIS", Some(&path), rule).expect("reads");
            let read: Vec<&str> = read.iter().map(ExposeSecret::expose_secret).collect();
            assert_eq!(read, ["EAAtoken|1"], "{bytes:?}");
        }
    }

    #[test]
    fn what_does_not_belong_into_a_token_file_is_named_without_the_token() {
        for (bytes, named) in [
            (&b""[..], "is empty"),
            (b"\xef\xbb\xbf\n", "is empty"),
            (b"# only a comment\n", "is empty"),
            (b"EAAtoken\nsecond", "line 2 has a second secret"),
            (b"\"EAAtoken\"", "has a quotation mark in it (character 1)"),
            (b"EAA token", "line 1 has a space in it (character 4)"),
            (b"EAAtoken\0\0", "(U+0000, character 9)"),
            (b"EAA\xe2\x80\x8btoken", "(U+200B, character 4)"),
            (b"EAA\xe9token", "save it as UTF-8"),
        ] {
            let (_folder, path) = file(bytes);
            let rule = SecretRule::PAGE_TOKEN;
            let why = secrets("NOBODY_SETS_THIS", Some(&path), rule).expect_err("named");
            let why = why.to_string();
            assert!(why.contains(named), "{bytes:?}: {why}");
            assert!(why.contains(&path.display().to_string()), "{why}");
            assert!(!why.contains("oken\n") && !why.contains("EAA"), "{why}");
        }
    }

    /// A comment that were a key would let everybody in who can guess a word.
    #[test]
    fn no_word_beside_a_secret_is_a_key() {
        const ONE: &str = "0123456789abcdef0123456789abcdef";
        const TWO: &str = "fedcba9876543210fedcba9876543210";
        let read = |text: String| {
            secrets_in(&text, SecretRule::APP_SECRET).map(|secrets| secrets.join(" "))
        };
        for (text, keys) in [
            (format!("# the secret of the app\n{ONE}\n"), ONE.to_owned()),
            (format!("{ONE}\r\n{TWO}\r\n"), format!("{ONE} {TWO}")),
        ] {
            assert_eq!(read(text.clone()), Ok(keys), "{text}");
        }
        for (text, named) in [
            (
                format!("{ONE} # the old one"),
                "line 1 has a space in it (character 33)",
            ),
            (
                format!("app secret: {ONE}"),
                "line 1 has a space in it (character 4)",
            ),
            (format!("{ONE}\nnew"), "line 2 has only 3 characters"),
            (
                format!("{ONE}\n\n{TWO}\n{ONE}"),
                "line 4 has more than 2 secrets",
            ),
        ] {
            let why = read(text.clone()).expect_err("refused");
            assert!(
                why.contains(named) && !why.contains("0123"),
                "{text}: {why}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_file_stays_a_link() {
        let (folder, path) = file(b"old\n");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        let fresh = Replacement::write(&link, b"new\n").expect("writes");
        assert_eq!(fs::read(&path).expect("reads"), b"old\n", "not yet");
        fresh.take_place().expect("takes it");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read(&path).expect("reads"), b"new\n");
        // Also one that leads to a file which is not there yet.
        fs::remove_file(&path).expect("removed");
        let fresh = Replacement::write(&link, b"first\n").expect("writes");
        fresh.take_place().expect("takes it");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read(&path).expect("reads"), b"first\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_in_a_folder_that_others_write_in_is_refused_with_what_mends_it() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, path) = file(b"EAAtoken\n");
        let open = fs::Permissions::from_mode(0o770);
        fs::set_permissions(folder.path(), open).expect("set");
        let rule = SecretRule::PAGE_TOKEN;
        let why = secrets("NOBODY_SETS_THIS", Some(&path), rule).expect_err("refused");
        let mends = format!("chmod go-w {}", folder.path().display());
        assert!(why.to_string().contains(&mends), "{why}");
    }
}
