//! Whether keys are text.

/// Whether keys are text or commands, where editing is vi's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Keys are text.
    #[default]
    Insert,
    /// Keys are commands.
    Command,
    /// A command waits for what it is about: `d`, `c` or `g`.
    Pending(char),
}
