//! What an agent decides about a conversation for their own sake: put off, done
//! with, kept unread, labelled. Neither the customer nor Meta learns of it.

use super::Timestamp;

/// The decisions about one conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Triage {
    /// It is out of the way for now.
    pub deferred: Option<Deferred>,
    /// It needs me, whatever the rules say, until it is opened.
    pub unread: bool,
    /// Words of ours, in the order of the alphabet.
    pub labels: Vec<String>,
}

/// Out of the way until something happens. A new message of the customer always
/// brings it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deferred {
    /// Until what.
    pub until: Until,
    /// When the customer had last written, by Meta's clock: what they write
    /// later brings it back.
    pub through: Option<Timestamp>,
}

/// What ends a [`Deferred`] besides a new message of the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// This moment, by Meta's clock: snoozed.
    Moment(Timestamp),
    /// Nothing: we wait for the customer.
    CustomerWrites,
    /// Nothing: what they wrote needs no reply.
    NoReplyNeeded,
}

/// A decision that can be made for one conversation, or for several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TriageChange {
    /// Out of the way.
    Defer(Until),
    /// Keep it unread.
    Unread,
    /// Set (or take off) a label.
    Label(String, bool),
}

impl TriageChange {
    /// The decisions about a conversation with this one among them. The customer
    /// last wrote at `customer_at`, by Meta's clock.
    pub fn added_to(&self, triage: &Triage, customer_at: Option<Timestamp>) -> Triage {
        let triage = triage.clone();
        match self {
            Self::Defer(until) => Triage {
                deferred: Some(Deferred {
                    until: *until,
                    through: customer_at,
                }),
                unread: false,
                ..triage
            },
            Self::Unread => Triage {
                deferred: None,
                unread: true,
                ..triage
            },
            Self::Label(label, on) => triage.labelled(label, *on),
        }
    }
}

impl Triage {
    /// With or without a label.
    #[must_use]
    pub fn labelled(mut self, label: &str, on: bool) -> Self {
        self.labels.retain(|have| have != label);
        if on {
            self.labels.push(label.to_owned());
            self.labels.sort();
        }
        self
    }
}
