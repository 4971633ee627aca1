//! A scenario in TOML becomes a world. Mistakes are named with their line.
//!
//! | file | |
//! |---|---|
//! | `file` | a scenario as it stands in its file |
//! | `build` | the Page, its apps, its bots and the timeline |
//! | `people` | the people, and what they have said |
//! | `offset` | `-3d2h` |
//! | `error` | what is wrong with it |

mod build;
mod error;
mod file;
mod offset;
mod people;

pub(super) use build::build;
pub use error::ScenarioError;
pub(super) use offset::offset;
