//! A scenario in TOML becomes a world. All mistakes are named at once, with their lines.
//!
//! | file | |
//! |---|---|
//! | `file` | a scenario as it stands in its file |
//! | `build` | the Page, its apps, its bots and the timeline |
//! | `people` | the people, and what they have said |
//! | `order` | … and of an order, while it runs |
//! | `offset` | `-3d2h` |
//! | `reader` | reads it as far as it can be read |
//! | `error` | what is wrong with it |

mod build;
mod error;
mod file;
mod offset;
mod order;
mod people;
mod reader;

pub(super) use build::build;
pub use error::ScenarioError;
pub(super) use offset::offset;
pub(super) use order::join;
