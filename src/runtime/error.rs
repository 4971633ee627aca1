//! Why a desk ends badly.

use std::io;

use crate::store;

/// Why a desk ended badly.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The cache cannot be used.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The system has no thread or file handle left.
    #[error("cannot start ({0})")]
    Start(io::Error),
    /// The terminal is gone or cannot be used.
    #[error("the terminal cannot be used ({0})")]
    Terminal(#[from] io::Error),
}
