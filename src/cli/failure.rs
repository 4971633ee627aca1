//! Why the program ends badly, and with which exit code.

use crate::{domain::Remedy, graph};

/// Why the program ends badly.
pub(super) enum Failure {
    /// Something did not work: exit code 1.
    Failed(String),
    /// It was called wrongly: exit code 2.
    Usage(String),
    /// Meta refused: exit code 3.
    Refused(String),
}

impl Failure {
    pub(super) fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(Remedy::without_keys(&error.to_string()))
    }

    /// The exit code of a Graph error.
    pub(super) fn of_graph(error: &graph::Error) -> Self {
        let words = Remedy::without_keys(&error.to_string());
        match error {
            graph::Error::Graph(_) | graph::Error::ReadOnly => Self::Refused(words),
            _ => Self::Failed(words),
        }
    }
}
