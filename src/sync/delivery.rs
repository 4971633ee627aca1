//! What a door hands in.

use tokio::sync::oneshot;

use crate::domain::WebhookEvent;

/// What a door hands in: one call of Meta's.
#[derive(Debug)]
pub struct Delivery {
    /// What it told.
    pub heard: Vec<WebhookEvent>,
    /// Events in it that could not be read.
    pub unreadable: usize,
    /// The same, as they came.
    pub odd: Vec<String>,
    /// Answered once it is on the disk (`true`), or cannot be put there.
    pub taken: oneshot::Sender<bool>,
}
