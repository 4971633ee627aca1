//! The open thread.
//!
//! | file | |
//! |---|---|
//! | `state` | [`Thread`]: the part at hand, the reply being written |
//! | `transcript` | an entry as lines of text with meaning |
//! | `scroll` | which of them are on the screen |
//! | `pane` | where they stand there |
//! | `selection` | what the mouse has dragged over |
//! | `ownership_history` | who held the thread, and when |

pub mod ownership_history;
mod pane;
mod scroll;
mod selection;
mod state;
pub mod transcript;

pub(crate) use pane::selected_words;
pub use pane::{ThreadPane, entry_in_words};
pub use scroll::{Anchor, Viewport};
pub use selection::Selection;
pub(crate) use state::GoTo;
pub use state::{Load, Then, Thread, ThreadWindow, WINDOW};
