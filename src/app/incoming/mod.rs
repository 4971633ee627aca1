//! What comes from outside.
//!
//! | file | |
//! |---|---|
//! | `changes` | what the engine tells |
//! | `answers` | what the cache and the disk were asked |
//! | `tour_steps` | what of the tour was done |

mod answers;
mod changes;
mod tour_steps;

pub(crate) use answers::answered;
pub(crate) use changes::{changed, reload_thread};
