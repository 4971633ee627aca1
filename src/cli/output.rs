//! Words for the shell. Everything that a command says goes out here, and through
//! the gate: names, ids and errors of others cannot act on the terminal, nor begin
//! a line of their own.

use std::{
    fmt::{Display, Write as _},
    io::Write,
};

use serde_json::Value;

use crate::text::{self, Clean};

/// Clears the line that the cursor is in.
const CLEAR: &str = "\r\x1b[K";

/// Lines for stderr. A terminal that has gone hears nothing, and that is no
/// reason to end otherwise.
pub(super) fn warn(words: impl Display) {
    let mut out = std::io::stderr();
    for line in words.to_string().split('\n') {
        let _ = writeln!(out, "{}", Clean::one_line(line));
    }
}

/// Words for stderr that an answer is typed behind.
pub(super) fn prompt(words: impl Display) {
    let mut out = std::io::stderr();
    let _ = write!(out, "{}", Clean::from(words.to_string())).and_then(|()| out.flush());
}

/// Words for stderr in the place of those that [`prompt`] or this said before; for a
/// terminal only.
pub(super) fn instead(words: impl Display) {
    let mut out = std::io::stderr();
    let words = Clean::one_line(&words.to_string());
    let _ = write!(out, "{CLEAR}{words}").and_then(|()| out.flush());
}

/// A line for stdout. Whoever has stopped reading it (`| head`) ends nothing.
pub(super) fn say(line: impl Display) {
    let mut out = std::io::stdout();
    let line = Clean::from(line.to_string()).replace('\n', " ");
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// A line for a script, on stdout: the data as it is, and still nothing in it that
/// acts on a terminal.
pub(super) fn say_json(data: &Value) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{}", escaped(data)).and_then(|()| out.flush());
}

/// JSON with what a terminal should not get written as `\uXXXX`.
fn escaped(data: &Value) -> String {
    let mut line = String::new();
    for c in data.to_string().chars() {
        if text::is_forbidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        } else {
            line.push(c);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn data_is_whole_and_acts_on_no_terminal() {
        let data = json!({"name": "a\u{9b}2J\u{202e}\u{e0041}\u{1b}]0;x\u{7}\n\u{2028}é"});
        let line = escaped(&data);
        assert!(!line.chars().any(text::is_forbidden), "{line}");
        assert_eq!(serde_json::from_str::<Value>(&line).expect("JSON"), data);
    }
}
