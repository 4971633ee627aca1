//! What explains the owner of a thread: all that speaks for who holds a thread.

use super::{ThreadOwner, Timestamp};

/// The facts from which the owner of a thread is concluded. All times are ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnershipEvidence {
    /// What we did or read, and when we last knew it.
    pub base: Option<(Timestamp, ThreadOwner)>,
    /// The newest hand-over that Meta told.
    pub moved: Option<(Timestamp, ThreadOwner)>,
    /// On which channel the customer's newest act came: `true` for
    /// `messaging` (we are in charge), `false` for `standby`.
    pub channel: Option<(Timestamp, bool)>,
}

/// An event of a thread as a simulator told it to an app. Raw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveredWebhook {
    /// When it happened, as the event says.
    pub at: Option<Timestamp>,
    /// Name of the app.
    pub app: String,
    /// `messaging` or `standby`.
    pub channel: String,
    /// What it was: `message`, `pass_thread_control` …
    pub what: String,
}
