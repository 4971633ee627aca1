//! The open thread.
//!
//! | file | |
//! |---|---|
//! | `state` | [`Thread`]: the part at hand, the reply being written |
//! | `transcript` | an entry as lines; height, scrolling and painting come from here |
//! | `line` | a line, and what it depends on besides the entry |
//! | `message_lines`, `outgoing_lines` | what was said, what is still to go |
//! | `wording` | events, notes and sizes in words |
//! | `wraps` | a memory of wrapped texts |
//! | `scroll` | which of them are on the screen |
//! | `pane` | where they stand there |
//! | `selection` | what the mouse has dragged over |
//! | `ownership_history` | who held the thread, and when |

mod line;
mod message_lines;
mod outgoing_lines;
pub mod ownership_history;
mod pane;
mod scroll;
mod selection;
mod state;
pub mod transcript;
mod wording;
mod wraps;

pub use line::{Look, Rule, Speaker, ThreadLine, Tone, Voice};
pub(crate) use message_lines::{part_words, quote_words, quoted_words};
pub(crate) use outgoing_lines::CHECKING;
pub(crate) use pane::{Hidden, selected_words};
pub use pane::{ThreadPane, entry_in_words};
pub use scroll::{Anchor, Extent, Viewport};
pub use selection::Selection;
pub(crate) use state::GoTo;
pub use state::{Load, SendQuestion, Then, Thread, ThreadWindow, WINDOW};
pub use wording::{happening, size};
pub use wraps::Wraps;
