//! What comes from outside.
//!
//! | file | |
//! |---|---|
//! | `changes` | what the engine tells |
//! | `answers` | what the cache and the disk were asked |

mod answers;
mod changes;

pub(crate) use answers::answered;
pub(crate) use changes::{changed, reload_thread};
