//! A line that is not shown as it is typed: a secret. It needs no desk.

use std::{io, time::Duration};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use secrecy::zeroize::Zeroizing;

use super::{keyboard::Decoder, tty::Tty};
use crate::app::{
    Msg,
    input::keymap::{Code, Key},
};

/// How long to wait where nothing is due.
const LONG: Duration = Duration::from_secs(60);

/// Reads a line from the terminal without showing it. It is empty if somebody gives
/// up (`^C`, `^D`).
pub fn hidden_line() -> io::Result<Zeroizing<String>> {
    let terminal = Tty::open()?;
    enable_raw_mode()?;
    let line = line(&terminal);
    disable_raw_mode()?;
    line
}

fn line(terminal: &Tty) -> io::Result<Zeroizing<String>> {
    // With room for any token: a longer text would leave its first half behind.
    let mut line = Zeroizing::new(String::with_capacity(4096));
    let mut decoder = Decoder::new();
    loop {
        let bytes = terminal.read(decoder.patience().unwrap_or(LONG))?;
        for heard in decoder.take(&bytes) {
            match heard.msg {
                Msg::Key(key) if key.code == Code::Enter => return Ok(line),
                Msg::Key(key) if key == Key::ctrl('c') || key == Key::ctrl('d') => {
                    return Ok(Zeroizing::default());
                }
                Msg::Key(key) if key.code == Code::Backspace => {
                    line.pop();
                }
                Msg::Key(key) => line.extend(key.text()),
                Msg::Paste(text) => line.push_str(&text),
                _ => {}
            }
        }
    }
}
