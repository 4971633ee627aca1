//! The reply being written to one person.
//!
//! | file | |
//! |---|---|
//! | `draft` | the text, and what is known of it: limits, typing, saving |
//! | `checks` | what a person may regret to have sent |
//! | `emoji` | emoji by their names |
//! | `mode`, `vim` | another way to edit |

pub(crate) mod checks;
pub(super) mod draft;
mod emoji;
mod mode;
mod vim;

pub use draft::{Attached, Began, CURSOR, Composer};
pub use mode::Mode;
pub(crate) use vim::Took;
