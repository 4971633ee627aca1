//! Short news that goes away by itself.

use std::collections::VecDeque;

use crate::domain::{Span, Timestamp};

/// How many are kept.
const KEPT: usize = 3;

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    /// By the way.
    Info,
    /// Something worked.
    Good,
    /// Somebody should look at something soon, and has not asked for it.
    Alert,
    /// Something cannot be done.
    Warn,
    /// Something went wrong.
    Bad,
}

/// One piece of news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// How it went.
    pub kind: ToastKind,
    /// The words, raw.
    pub text: String,
    /// What in the words the privacy curtain hides: a name, or what was copied.
    pub private: Option<String>,
    /// When it came.
    pub since: Timestamp,
    /// When it goes away.
    pub until: Timestamp,
}

impl Toast {
    pub(crate) fn new(kind: ToastKind, text: String, now: Timestamp) -> Self {
        let seconds = match kind {
            ToastKind::Info | ToastKind::Good => 4,
            ToastKind::Alert | ToastKind::Warn => 7,
            ToastKind::Bad => 12,
        };
        Self {
            kind,
            text,
            private: None,
            since: now,
            until: now.plus(Span::seconds(seconds)),
        }
    }
}

pub(crate) fn push(toasts: &mut VecDeque<Toast>, toast: Toast) {
    toasts.retain(|other| other.text != toast.text);
    toasts.push_back(toast);
    while toasts.len() > KEPT {
        toasts.pop_front();
    }
}

/// A key was pressed: what has been read goes, what went wrong stays for its
/// time.
pub(crate) fn read(toasts: &mut VecDeque<Toast>, now: Timestamp) {
    let fresh = |toast: &Toast| now.since(toast.since) < Span::seconds(1);
    toasts.retain(|toast| {
        let lasts = toast.kind == ToastKind::Bad && now < toast.until;
        lasts || fresh(toast)
    });
}
