//! Keeps cache and Meta in agreement: the engine, the only owner of the
//! [`Writer`](crate::store::Writer) and the only caller of
//! [`graph`](crate::graph).
//!
//! ```text
//!  Delivery ─┐
//!   Command ─┴► engine ┬─ outbox   one operation at a time per conversation:
//!                      │           take → seen → typing → replies → pass
//!                      └─ polls    the list, what lies further back in it,
//!                            │     the open thread, profiles
//!                            │
//!        Change ◄── store ◄──┘ Event
//! ```
//!
//! The engine is one task. What waits for the network is a future in its hand,
//! so nothing is locked while a call is on its way. It must not know the
//! screen: it tells what the cache holds now, and who listens is not its
//! matter.

mod engine;
mod outbox;
mod polls;
mod read_only;

pub use engine::{Engine, Lease, Options};
pub use read_only::read_only;

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
