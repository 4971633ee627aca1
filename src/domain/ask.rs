//! What an agent asks to be done to a thread.

use super::{Act, AppId, Attachment, HandBack, Known, LocalId, SendAs, Span, TimelineEvent};

/// Something to do to a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
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
    /// Send what a person typed.
    Send {
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
}

impl Ask {
    /// What kind of act it is.
    pub fn act(&self) -> Act {
        match self {
            Self::Take => Act::Take,
            Self::Pass(_) => Act::Pass,
            Self::Release => Act::Release,
            Self::Extend(_) => Act::Extend,
            Self::Request => Act::Request,
            Self::MarkSeen => Act::MarkSeen,
            Self::Typing(_) => Act::Typing,
            Self::Send { .. } => Act::Send,
        }
    }

    /// The line in the thread when it has been done.
    pub fn happening(&self) -> Option<TimelineEvent> {
        let passed = |to: &Option<AppId>| TimelineEvent::PassedTo(to.clone());
        match self {
            Self::Take => Some(TimelineEvent::Took),
            Self::Pass(hand_back) => Some(passed(&hand_back.to)),
            Self::Release => Some(TimelineEvent::Released),
            Self::Extend(_) => Some(TimelineEvent::Extended),
            Self::Request => Some(TimelineEvent::Requested),
            Self::MarkSeen => Some(TimelineEvent::MarkedSeen),
            Self::Send {
                hand_back: Some(hand_back),
                ..
            } => Some(passed(&hand_back.to)),
            Self::Send { .. } | Self::Typing(_) => None,
        }
    }
}
