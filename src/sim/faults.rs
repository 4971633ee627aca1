//! Faults on order: what a real network and a real Meta do at the worst moment.

use super::fail::Fail;

/// What goes wrong with one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers with this Graph error instead of doing the work.
    Error {
        /// HTTP status.
        status: u16,
        /// `error.code`.
        code: i64,
        /// `error.error_subcode`; 0 for none.
        subcode: i64,
    },
    /// HTTP 500 with a page of HTML.
    Html,
    /// Does the work, then cuts its JSON in the middle.
    CutJson,
    /// Does the work, then closes the connection without an answer (X26).
    LoseAnswer,
    /// Answers with a redirect to another host.
    Redirect,
    /// Does the work and answers with members and values nobody knows.
    UnknownMembers,
}

/// The orders, first in, first out.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(String, Fault)>);

impl Faults {
    pub(super) fn order(&mut self, part: &str, fault: Fault) {
        self.0.push((part.to_owned(), fault));
    }

    /// Takes the first order that fits this call.
    pub(super) fn take(&mut self, method: &str, path: &str) -> Option<Fault> {
        let call = format!("{method} {path}");
        let at = self
            .0
            .iter()
            .position(|(part, _)| call.contains(part.as_str()))?;
        Some(self.0.remove(at).1)
    }
}

impl Fault {
    /// The error answered instead of the work, if it is of that kind.
    pub(super) fn refusal(&self) -> Option<Fail> {
        match self {
            Self::Error {
                status,
                code: 2,
                subcode: 0,
            } => Some(Fail {
                status: *status,
                ..Fail::transient()
            }),
            Self::Error {
                status,
                code,
                subcode,
            } => Some(Fail::new(
                *status,
                *code,
                *subcode,
                format!("(#{code}) Ordered fault"),
            )),
            _ => None,
        }
    }
}
