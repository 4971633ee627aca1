//! Words for the shell.

use std::io::Write;

/// A line for stdout. Whoever has stopped reading it (`| head`) ends nothing.
pub(super) fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
