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
//! | file | |
//! |---|---|
//! | `engine/` | the task |
//! | `outbox/` | the life of a reply: a pure state machine |
//! | `polls` | when to ask Meta for news |
//! | `read_only` | what runs where another program has the files |
//! | `delivery` | what a door hands in |
//!
//! The engine is one task. What waits for the network is a future in its hand,
//! so nothing is locked while a call is on its way. It must not know the
//! screen: it tells what the cache holds now, and who listens is not its
//! matter.

mod delivery;
mod engine;
mod outbox;
mod polls;
mod read_only;

pub use delivery::Delivery;
pub use engine::{Engine, Lease, Options};
pub use read_only::{LooksOn, read_only};
