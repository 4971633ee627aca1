//! The secrets: each from the environment, or from a file that nobody else may
//! read. Never from the command line, never shown.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

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
}

/// Keeps a secret in a file that is its owner's alone, in place of one that was
/// there.
pub fn keep(path: &Path, secret: &SecretString) -> io::Result<()> {
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
    fresh.write_all(secret.expose_secret().as_bytes())?;
    fresh.write_all(b"\n")?;
    fresh.as_file().sync_all()?;
    fresh.persist(path).map_err(|failed| failed.error)?;
    Ok(())
}

/// The secret in the environment under `name`, else in `file`.
pub(super) fn secret(name: &str, file: Option<&Path>) -> Result<Option<SecretString>, SecretError> {
    if let Ok(token) = std::env::var(name)
        && !token.trim().is_empty()
    {
        return Ok(Some(token.trim().to_owned().into()));
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
    let token = fs::read_to_string(path).map_err(unreadable)?;
    match token.trim() {
        "" => Err(SecretError::Empty(path.to_owned())),
        token => Ok(Some(token.to_owned().into())),
    }
}
