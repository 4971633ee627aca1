//! The Page token: from the environment, or from a file that nobody else may
//! read. Never from the command line, never shown.

use std::{
    fs,
    path::{Path, PathBuf},
};

use secrecy::SecretString;

/// Why there is no token although one was named.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file cannot be read.
    #[error("cannot read the token file {path}: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// Others may read the file.
    #[error("others may read the token file {0}; make it yours alone with: chmod 600 {0}")]
    Open(PathBuf),
    /// The file is empty.
    #[error("the token file {0} is empty")]
    Empty(PathBuf),
}

pub(super) fn token(file: Option<&Path>) -> Result<Option<SecretString>, TokenError> {
    if let Ok(token) = std::env::var("SWITCHBOARD_PAGE_TOKEN")
        && !token.trim().is_empty()
    {
        return Ok(Some(token.trim().to_owned().into()));
    }
    let Some(path) = file else { return Ok(None) };
    let unreadable = |why| TokenError::Unreadable {
        path: path.to_owned(),
        why,
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(TokenError::Open(path.to_owned()));
        }
    }
    let token = fs::read_to_string(path).map_err(unreadable)?;
    match token.trim() {
        "" => Err(TokenError::Empty(path.to_owned())),
        token => Ok(Some(token.to_owned().into())),
    }
}
