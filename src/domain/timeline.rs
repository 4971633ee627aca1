//! What happens to a thread and is no message.

use super::{AppId, OperationKind, Referral};

/// Something that happened to a thread and is not a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimelineEvent {
    /// We did this ourselves.
    Ours {
        /// What.
        operation: OperationKind,
        /// To whom control was passed (`None`: the default app).
        to: Option<AppId>,
    },
    /// Control came to us, and it was not our doing.
    CameToUs,
    /// Control left us, and it was not our doing.
    LeftUs,
    /// Control moved, as Meta told us.
    Moved {
        /// From whom; `None` for nobody, or when Meta does not say.
        from: Option<AppId>,
        /// To whom.
        to: Option<AppId>,
        /// It was taken, not passed.
        taken: bool,
        /// What the new owner was told, as fields.
        note: Fields,
    },
    /// Another app asked for control.
    AskedFor {
        /// Which.
        by: Option<AppId>,
        /// What it said, as fields.
        note: Fields,
    },
    /// The customer came by a link, an advertisement or a product.
    Referred(Referral),
    /// The customer opted in to this.
    OptedIn(String),
    /// … or out of it.
    OptedOut(String),
    /// The customer linked their account with the business, or unlinked it.
    Linked(bool),
    /// The customer answered a feedback form, or said what they think of the bot.
    Feedback(Fields),
    /// The customer paid so much; empty where Meta does not say.
    Paid(String),
    /// Meta enforced its policy.
    Enforced {
        /// What it did.
        action: String,
        /// Why.
        reason: String,
    },
    /// Something that Meta has, and we do not know; its name.
    Unknown(String),
}

/// Names and values, such as those of a hand-over note. Raw.
pub type Fields = Vec<(String, String)>;

impl TimelineEvent {
    /// Something we did ourselves.
    pub fn ours(operation: OperationKind) -> Self {
        Self::Ours {
            operation,
            to: None,
        }
    }

    /// We gave control to this app (`None`: the default app).
    pub fn passed_to(to: Option<AppId>) -> Self {
        Self::Ours {
            operation: OperationKind::Pass,
            to,
        }
    }
}
