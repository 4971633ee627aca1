//! What was done at this desk, for the record: who, when, why. Never what was
//! said.

use super::{ConversationId, Outcome, Psid, SendAs, Span, Timestamp};

/// One entry of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// When, by our clock.
    pub at: Timestamp,
    /// Who.
    pub agent: String,
    /// Which thread.
    pub conversation: ConversationId,
    /// The person in it.
    pub psid: Psid,
    /// What.
    pub what: Done,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// A reply was accepted by Meta.
    Sent {
        /// What it went out as.
        send_as: SendAs,
        /// It went out as `HUMAN_AGENT` although the 24 hours were not over.
        chosen: bool,
        /// It was the first since the customer wrote: so long they had waited.
        waited: Option<Span>,
    },
    /// Control was taken.
    Took,
    /// Control was passed.
    Passed {
        /// To which app; empty for the default app.
        to: String,
        /// How it ended.
        outcome: Outcome,
        /// Nobody decided it: the thread was quiet for too long.
        idle: bool,
    },
    /// Control was let go.
    Released,
    /// Control was extended.
    Extended,
    /// Control was asked for.
    Requested,
}
