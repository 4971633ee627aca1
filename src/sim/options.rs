//! What the simulator is told at the start.

use std::path::PathBuf;

/// What the simulator is told at the start.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The same seed gives the same world and the same course.
    pub seed: u64,
    /// A scenario in TOML; `None` for the built-in one.
    pub scenario: Option<String>,
    /// How many conversations there are at least; more are made up.
    pub conversations: usize,
    /// How many messages the longest thread has at least.
    pub messages: usize,
    /// Apps to add, or whose webhook to set: name and URL.
    pub apps: Vec<(String, String)>,
    /// Where to write every call, if anywhere.
    pub log: Option<PathBuf>,
    /// The start is fixed, so that runs can be compared: nothing happens
    /// between two whole seconds, and the log holds nothing else.
    pub fixed: bool,
    /// Seconds of the world in a real one; `None` for one, 0 stands still.
    pub speed: Option<f64>,
    /// Webhooks may be on other computers, too.
    pub call_out: bool,
}
