//! What can be done to a thread: the one word for it in the engine, in the
//! timeline, in the audit record, in what fails and in what is told.
//!
//! [`Operation`] is asked for, with all that it takes; [`OperationKind`] is its
//! name alone, for what is told afterwards. A new one is a variant of each, and
//! the compiler names the places that have to know it.

use super::{Attachment, HandBack, Known, LocalId, OperationKind, SendAs, Span, TimelineEvent};

/// Something to do to a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Send what a person typed.
    Reply {
        /// Our id.
        local: LocalId,
        /// The text; empty when a file goes out.
        text: String,
        /// The file that goes out instead of text.
        file: Option<Box<Attachment>>,
        /// What it goes out as.
        send_as: SendAs,
        /// Hand the thread over with it.
        hand_back: Option<HandBack>,
        /// What the agent knew of the thread when they sent it.
        known: Known,
        /// The part of the same text that goes before it.
        follows: Option<LocalId>,
        /// It can be taken back for so long before it goes.
        delay: Span,
    },
    /// Take control.
    Take,
    /// Give control to another app, with a note.
    Pass(HandBack),
    /// Let go of control.
    Release,
    /// Keep control this long from now.
    Extend(Span),
    /// Ask the owner for control.
    Request,
    /// Tell the customer that we have read.
    MarkSeen,
    /// Show the customer that we type, or no longer.
    Typing(bool),
}

impl Operation {
    /// Its name.
    pub fn kind(&self) -> OperationKind {
        match self {
            Self::Reply { .. } => OperationKind::Reply,
            Self::Take => OperationKind::Take,
            Self::Pass(_) => OperationKind::Pass,
            Self::Release => OperationKind::Release,
            Self::Extend(_) => OperationKind::Extend,
            Self::Request => OperationKind::Request,
            Self::MarkSeen => OperationKind::MarkSeen,
            Self::Typing(_) => OperationKind::Typing,
        }
    }

    /// The line in the thread when it has been done. A reply is a message of its
    /// own; only the hand-over that goes with it has a line.
    pub fn timeline_event(&self) -> Option<TimelineEvent> {
        match self {
            Self::Pass(hand_back)
            | Self::Reply {
                hand_back: Some(hand_back),
                ..
            } => Some(TimelineEvent::passed_to(hand_back.to.clone())),
            Self::Reply { .. } | Self::Typing(_) => None,
            other => Some(TimelineEvent::ours(other.kind())),
        }
    }
}
