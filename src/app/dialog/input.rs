//! What dialogs are made of: a line of input, and a cursor in a list.

use unicode_segmentation::UnicodeSegmentation;

use crate::app::input::keymap::{Code, Key};

/// A line of input that is edited at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input(String);

impl Input {
    /// With text in it.
    pub fn with(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Takes a key; answers whether the text changed.
    pub(crate) fn key(&mut self, key: Key) -> bool {
        match (key.text(), key.code) {
            (Some(c), _) => self.0.push(c),
            (None, Code::Backspace) => {
                let last = self.0.graphemes(true).next_back().map_or(0, str::len);
                self.0.truncate(self.0.len() - last);
            }
            (None, Code::Char('u')) if key.ctrl => self.0.clear(),
            _ => return false,
        }
        true
    }
}

/// Moves a cursor in a list of `count` by the usual keys.
pub(crate) fn move_cursor(cursor: &mut usize, count: usize, key: Key) -> bool {
    let last = count.saturating_sub(1);
    *cursor = match key.code {
        Code::Down => (*cursor + 1).min(last),
        Code::Char('n') if key.ctrl => (*cursor + 1).min(last),
        Code::Up => cursor.saturating_sub(1),
        Code::Char('p') if key.ctrl => cursor.saturating_sub(1),
        Code::PageDown => (*cursor + 10).min(last),
        Code::PageUp => cursor.saturating_sub(10),
        Code::Home => 0,
        Code::End => last,
        _ => return false,
    };
    true
}

/// The same, with vi's keys where letters are no input.
pub(crate) fn move_cursor_vi(cursor: &mut usize, count: usize, key: Key) -> bool {
    let code = match key.text() {
        Some('j') => Code::Down,
        Some('k') => Code::Up,
        _ => return move_cursor(cursor, count, key),
    };
    move_cursor(cursor, count, Key::plain(code))
}
