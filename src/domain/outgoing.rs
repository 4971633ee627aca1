//! A reply on its way out, as the outbox keeps it.

use super::{
    Content, ConversationId, Draft, HandBack, LocalId, Mid, Psid, SendAs, Span, Timestamp,
};

/// A reply that waited longer than this is not sent without asking (our
/// choice): what it answers may be settled by now.
pub const STALE_AFTER: Span = Span::minutes(5);

/// A reply on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Our id for it, fixed at Enter.
    pub local: LocalId,
    /// Which thread.
    pub conversation: ConversationId,
    /// To whom.
    pub psid: Psid,
    /// When the agent pressed the key, by our clock.
    pub at: Timestamp,
    /// What it holds.
    pub content: Content,
    /// The message that it replies to, the customer's or the Page's.
    pub quote: Option<Mid>,
    /// It makes no sound on the customer's phone.
    pub silent: bool,
    /// What it goes out as.
    pub send_as: SendAs,
    /// Hand the thread over with it.
    pub hand_back: Option<HandBack>,
    /// What the agent knew of the thread then.
    pub known: Known,
    /// The part of the same text that goes before it.
    pub follows: Option<LocalId>,
    /// It can be taken back until then, and goes afterwards; by our clock.
    pub not_before: Option<Timestamp>,
    /// How often it was tried.
    pub attempt: u32,
    /// When it was last tried, by Meta's clock.
    pub tried_at: Option<Timestamp>,
    /// How often it was looked for in the thread, in vain.
    pub looks: u32,
    /// Where it stands.
    pub state: SendState,
}

impl Outgoing {
    /// What it leaves in the composer when it does not go.
    pub fn returned(&self) -> Draft {
        let (quote, silent) = (self.quote.clone(), self.silent);
        match &self.content {
            Content::Text(text) => Draft {
                quote,
                silent,
                ..Draft::of(text)
            },
            other => Draft {
                attached: vec![other.clone()],
                quote,
                silent,
                ..Draft::default()
            },
        }
    }
}

/// What an agent knew of a thread when they pressed Enter, by Meta's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// When the customer had last written.
    pub customer_at: Option<Timestamp>,
    /// When the Page had last written, by whatever hand.
    pub page_at: Option<Timestamp>,
}

/// What becomes of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendState {
    /// Written down, not yet on its way.
    Queued,
    /// On its way.
    Sending,
    /// Meta took it and named it.
    Sent(Mid),
    /// Meta surely did not take it.
    Refused {
        /// What happened and what to do.
        why: String,
        /// The text is back in the composer.
        given_back: bool,
    },
    /// The answer was lost: Meta may have it. Never resent by itself.
    Unsure,
    /// It was not sent, because a person should look at it first.
    Held(HoldReason),
    /// In doubt until a person decided to treat it as sent.
    Assumed,
    /// A person dropped it.
    Dropped,
}

/// Why a reply is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldReason {
    /// It waited for longer than [`STALE_AFTER`].
    Stale,
    /// The customer has written since.
    CustomerWrote,
    /// Somebody else has answered since.
    Answered,
    /// We do not hold the thread any more.
    ControlLost,
    /// The 24 hours are over; it may still go out as `HUMAN_AGENT`.
    WindowOver,
    /// The 7 days are over.
    WindowClosed,
    /// The part of the text before it did not go.
    PartBefore,
    /// It comes from a damaged file, and nobody knows what became of it.
    Rescued,
}

/// What a person decides about a reply that does not go on by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Look now whether Meta has it.
    Look,
    /// Send it, whatever it was held for.
    SendNow,
    /// Send it once more under a new id, although Meta may have it.
    SendAgain(LocalId),
    /// Treat it as sent.
    TreatAsSent,
    /// This message of the thread is it.
    Is(Mid, Timestamp),
    /// Give what it holds back to the composer.
    TakeBack,
    /// Drop it.
    Drop,
}

impl SendState {
    /// Nobody has to think of it any more.
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::Sent(_) | Self::Assumed | Self::Dropped)
    }
}

impl HoldReason {
    /// All reasons.
    pub const ALL: [Self; 8] = [
        Self::Stale,
        Self::CustomerWrote,
        Self::Answered,
        Self::ControlLost,
        Self::WindowOver,
        Self::WindowClosed,
        Self::PartBefore,
        Self::Rescued,
    ];

    /// Why, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Stale => "it waited for more than 5 minutes",
            Self::CustomerWrote => "the customer has written since",
            Self::Answered => "somebody else has answered since",
            Self::ControlLost => "we no longer hold this thread",
            Self::WindowOver => "the 24 hours are over; it can go out as HUMAN_AGENT",
            Self::WindowClosed => {
                "the 7 days are over, so Meta takes nothing until they write again"
            }
            Self::PartBefore => "the part before it was not sent",
            Self::Rescued => "it comes from a damaged file; check whether it was already sent",
        }
    }
}
