//! The secrets: each from the environment, or from a file that nobody else may
//! read. Never from the command line, never shown.

use std::{
    fs,
    path::{Path, PathBuf},
};

use secrecy::SecretString;

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
