//! What was done at this desk, for the record: who, when, why. Never what was
//! said.

use super::{ConversationId, LocalId, OperationKind, Outcome, Psid, SendAs, Span, Timestamp};

/// One entry of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When, by our clock.
    pub at: Timestamp,
    /// Who.
    pub agent: String,
    /// Which thread.
    pub conversation: ConversationId,
    /// The person in it.
    pub psid: Psid,
    /// The reply that it was, or that it rode on.
    pub reply: Option<LocalId>,
    /// What was done.
    pub operation: OperationKind,
    /// What else is kept of it.
    pub details: AuditDetails,
}

/// What the record keeps of an operation besides its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AuditDetails {
    /// Nothing.
    #[default]
    None,
    /// Of a reply that Meta accepted.
    Reply {
        /// What it went out as.
        send_as: SendAs,
        /// It went out as `HUMAN_AGENT` although the 24 hours were not over.
        chosen: bool,
        /// It was the first since the customer wrote: so long they had waited.
        waited: Option<Span>,
        /// Meta had refused it before, as far as we knew: what we take for a clear
        /// refusal is none.
        after_refusal: bool,
    },
    /// Of control that was passed.
    Pass {
        /// To which app; empty for the default app.
        to: String,
        /// How it ended.
        outcome: Outcome,
        /// Nobody decided it: the thread was quiet for too long.
        idle: bool,
    },
}
