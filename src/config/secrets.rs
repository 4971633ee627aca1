//! The secrets: each from the environment, or from a file that nobody else may
//! read. Never from the command line, never shown.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

use crate::text;

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
    #[error("others may read the secret file {0}; make it yours alone with: chmod 600 {0}")]
    Open(PathBuf),
    /// The file is empty.
    #[error("the secret file {0} is empty")]
    Empty(PathBuf),
    /// There is more in the file than a secret.
    #[error("the secret file {path} {why}; keep the secret in it and nothing else")]
    Flawed {
        /// The file.
        path: PathBuf,
        /// What is wrong, without a word of it.
        why: String,
    },
    /// There is more in the variable than a secret.
    #[error("{name} {why}; set it to the secret and nothing else")]
    FlawedVariable {
        /// The variable's name.
        name: String,
        /// What is wrong, without a word of it.
        why: String,
    },
}

/// The secret in what was typed, piped or read: without the space around it,
/// empty if there is none. Fails with what does not belong there, such as a
/// second line or a character that nobody sees: with it Meta would only say that
/// it does not accept the token.
pub fn secret_in(text: &str) -> Result<&str, String> {
    let around = |c: char| c.is_whitespace() || c == '\u{FEFF}';
    let secret = text.trim_matches(around);
    let flaw = secret.char_indices().find(|(_, c)| {
        matches!(c, '"' | '\'' | '`') || !(c.is_ascii_graphic() || c.is_alphanumeric())
    });
    let Some((at, c)) = flaw else {
        return Ok(secret);
    };
    let place = secret[..at].chars().count() + 1;
    Err(match c {
        '\n' | '\r' => "has more than one line".into(),
        '"' | '\'' | '`' => format!("has a quotation mark in it (character {place})"),
        c if c.is_whitespace() => format!("has a space in it (character {place})"),
        c => format!(
            "has a character in it that belongs to no secret (U+{:04X}, character {place})",
            u32::from(c)
        ),
    })
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
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new("."));
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        // Made for this user alone; it takes the old one's place in one step.
        let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
        fresh.write_all(content)?;
        fresh.as_file().sync_all()?;
        Ok(Self { fresh, path })
    }

    /// The same for a secret, on a line of its own.
    pub fn secret(path: &Path, secret: &SecretString) -> io::Result<Self> {
        Self::write(path, format!("{}\n", secret.expose_secret()).as_bytes())
    }

    /// Takes the old one's place, in one step.
    pub fn take_place(self) -> io::Result<()> {
        self.fresh
            .persist(self.path)
            .map(drop)
            .map_err(|failed| failed.error)
    }
}

/// The secret in the environment under `name`, else in `file`.
pub(super) fn secret(name: &str, file: Option<&Path>) -> Result<Option<SecretString>, SecretError> {
    if let Some(value) = std::env::var_os(name) {
        let flawed = |why: String| SecretError::FlawedVariable {
            name: name.to_owned(),
            why,
        };
        let value = value.to_str().ok_or_else(|| flawed("is no text".into()))?;
        let secret = secret_in(value).map_err(flawed)?;
        if !secret.is_empty() {
            return Ok(Some(secret.to_owned().into()));
        }
    }
    let Some(path) = file else { return Ok(None) };
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
    }
    let text = text::read(path).map_err(unreadable)?;
    match secret_in(&text) {
        Ok("") => Err(SecretError::Empty(path.to_owned())),
        Ok(secret) => Ok(Some(secret.to_owned().into())),
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
        ] {
            let (_folder, path) = file(bytes);
            let read = secret("NOBODY_SETS_THIS", Some(&path)).expect("reads");
            let read = read.expect("a secret");
            assert_eq!(read.expose_secret(), "EAAtoken|1", "{bytes:?}");
        }
    }

    #[test]
    fn what_does_not_belong_into_a_token_file_is_named_without_the_token() {
        for (bytes, named) in [
            (&b""[..], "is empty"),
            (b"\xef\xbb\xbf\n", "is empty"),
            (b"EAAtoken\nsecond line", "has more than one line"),
            (b"\"EAAtoken\"", "has a quotation mark in it (character 1)"),
            (b"EAA token", "has a space in it (character 4)"),
            (b"EAAtoken\0\0", "(U+0000, character 9)"),
            (b"EAA\xe2\x80\x8btoken", "(U+200B, character 4)"),
            (b"EAA\xe9token", "save it as UTF-8"),
        ] {
            let (_folder, path) = file(bytes);
            let why = secret("NOBODY_SETS_THIS", Some(&path)).expect_err("named");
            let why = why.to_string();
            assert!(why.contains(named), "{bytes:?}: {why}");
            assert!(why.contains(&path.display().to_string()), "{why}");
            assert!(!why.contains("oken\n") && !why.contains("EAA"), "{why}");
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
    }
}
