//! Words for the shell.

use std::io::Write;

/// A line for stderr. A terminal that has gone hears nothing, and that is no
/// reason to end otherwise.
pub(super) fn warn(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Words for stderr that an answer is typed behind.
pub(super) fn prompt(words: impl std::fmt::Display) {
    let mut out = std::io::stderr();
    let _ = write!(out, "{words}").and_then(|()| out.flush());
}

/// A line for stdout. Whoever has stopped reading it (`| head`) ends nothing.
pub(super) fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
