//! Why there is no client.

use std::path::PathBuf;

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The base URL is not a URL.
    #[error("the base URL {0:?} is not a URL; it should look like https://graph.facebook.com")]
    BadUrl(String),
    /// The base URL holds a name or a password.
    #[error(
        "the base URL has a user name or a password in it; leave them out, as in https://graph.facebook.com"
    )]
    Userinfo,
    /// The base URL goes on after its path: what is put behind it would be lost.
    #[error(
        "the base URL contains ? or #; leave out everything from there on, as in https://graph.facebook.com"
    )]
    Parameters,
    /// The base URL would send the token in the clear.
    #[error(
        "the base URL {0:?} must be https, so that the token is not sent in the clear (http is for 127.0.0.1 only)"
    )]
    Insecure(String),
    /// The token cannot travel in a header.
    #[error("the Page token has characters in it that no token has; copy it again")]
    BadToken,
    /// The log cannot be written.
    #[error("cannot write the log {path}: {why}")]
    Log {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// The HTTP library would not start.
    #[error("cannot start the HTTP client ({0})")]
    Http(String),
}
