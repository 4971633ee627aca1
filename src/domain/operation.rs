//! What can be done to a thread: the one word for it in the engine, in the
//! timeline, in the audit record, in what fails and in what is told.
//!
//! [`Operation`] is asked for, with all that it takes; [`OperationKind`] is its
//! name alone, for what is told afterwards. A new one is a variant of each, and
//! the compiler names the places that have to know it.

use super::{
    Content, Draft, HandBack, Known, LocalId, Mid, OperationKind, SendAs, Span, TimelineEvent,
};

/// What a person sends with one Enter: a message, or several where the text is
/// too long for one, or where a file goes behind it. All of it is written down
/// at once, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReply {
    /// The messages, in their order; never empty.
    pub parts: Vec<ReplyPart>,
    /// What they go out as.
    pub send_as: SendAs,
    /// They make no sound on the customer's phone.
    pub silent: bool,
    /// Hand the thread over behind the last of them.
    pub hand_back: Option<HandBack>,
    /// What the agent knew of the thread when they sent it.
    pub known: Known,
    /// It can be taken back for so long before it goes.
    pub delay: Span,
}

/// One message of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyPart {
    /// Our id for it.
    pub local: LocalId,
    /// What it holds.
    pub content: Content,
    /// The message that it replies to.
    pub quote: Option<Mid>,
}

impl NewReply {
    /// All of it again, as it stood in the composer.
    pub fn returned(&self) -> Draft {
        let mut texts = Vec::new();
        let mut attached = Vec::new();
        for part in &self.parts {
            match &part.content {
                Content::Text(text) => texts.push(text.as_str()),
                other => attached.push(other.clone()),
            }
        }
        Draft {
            attached,
            quote: self.parts.iter().find_map(|part| part.quote.clone()),
            silent: self.silent,
            ..Draft::of(&texts.join("\n"))
        }
    }
}

/// Something to do to a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Send what a person typed.
    Reply(NewReply),
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
    /// React to a message, or take our reaction back. Doing it again does no harm.
    React {
        /// The message.
        mid: Mid,
        /// The reaction; `None` takes ours back.
        emoji: Option<String>,
    },
}

impl Operation {
    /// Its name.
    pub fn kind(&self) -> OperationKind {
        match self {
            Self::Reply(_) => OperationKind::Reply,
            Self::Take => OperationKind::Take,
            Self::Pass(_) => OperationKind::Pass,
            Self::Release => OperationKind::Release,
            Self::Extend(_) => OperationKind::Extend,
            Self::Request => OperationKind::Request,
            Self::MarkSeen => OperationKind::MarkSeen,
            Self::Typing(_) => OperationKind::Typing,
            Self::React { .. } => OperationKind::React,
        }
    }

    /// The line in the thread when it has been done. A reply is a message of its
    /// own; only the hand-over that goes with it has a line.
    pub fn timeline_event(&self) -> Option<TimelineEvent> {
        match self {
            Self::Pass(hand_back)
            | Self::Reply(NewReply {
                hand_back: Some(hand_back),
                ..
            }) => Some(TimelineEvent::passed_to(hand_back.to.clone())),
            // It stands on its message.
            Self::Reply(_) | Self::Typing(_) | Self::React { .. } => None,
            other => Some(TimelineEvent::ours(other.kind())),
        }
    }
}
