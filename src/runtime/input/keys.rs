//! What a whole sequence means (xterm's control sequences, "PC-style function
//! keys" and "mouse tracking"; `CSI u` as kitty has it). Reports mean nothing here.
//! Our own: the parsers of the libraries compute with what a terminal sends
//! unchecked, and take the rest of a report that they do not know for keys.

use super::sequences::Sequence;
use crate::app::{
    Mouse, Msg,
    input::keymap::{Code, Key},
};

const ESC: u8 = 0x1b;

/// What this says to the desk, if anything.
pub(super) fn meaning(sequence: Sequence) -> Option<Msg> {
    match sequence {
        Sequence::Alt(c) => Some(Msg::Key(Key {
            alt: true,
            ..Key::plain(Code::Char(c))
        })),
        Sequence::Paste(text) => Some(Msg::Paste(String::from_utf8_lossy(&text).into_owned())),
        Sequence::Whole(bytes) => whole(&bytes),
    }
}

fn whole(bytes: &[u8]) -> Option<Msg> {
    match bytes {
        [ESC] => Some(Msg::Key(Key::plain(Code::Esc))),
        [ESC, b'[', b'[', key @ b'A'..=b'E'] => Some(Msg::Key(Key::plain(Code::F(key - b'A' + 1)))),
        [ESC, b'[', b'M', button, x, y] => {
            let place = |at: &u8| u16::from(*at).checked_sub(33);
            mouse(button.checked_sub(32)?, place(x)?, place(y)?, false)
        }
        [ESC, b'[', b'<', numbers @ .., end @ (b'M' | b'm')] => {
            let mut numbers = std::str::from_utf8(numbers).ok()?.split(';');
            let button = numbers.next()?.parse().ok()?;
            let mut place = || numbers.next()?.parse::<u16>().ok()?.checked_sub(1);
            mouse(button, place()?, place()?, *end == b'm')
        }
        [ESC, b'[', b'I'] => Some(Msg::Focus(true)),
        [ESC, b'[', b'O'] => Some(Msg::Focus(false)),
        [ESC, b'[' | b'O', numbers @ .., end] => function(numbers, *end).map(Msg::Key),
        [ESC, rest @ ..] => character(rest).map(|key| Msg::Key(Key { alt: true, ..key })),
        bytes => character(bytes).map(Msg::Key),
    }
}

/// A character, or what control makes of one.
fn character(bytes: &[u8]) -> Option<Key> {
    Some(match bytes {
        [b'\r'] => Key::plain(Code::Enter),
        [b'\t'] => Key::plain(Code::Tab),
        [0x7f] => Key::plain(Code::Backspace),
        [0] => Key::ctrl(' '),
        [c @ 0x01..=0x1a] => Key::ctrl(char::from(c - 1 + b'a')),
        [c @ 0x1c..=0x1f] => Key::ctrl(char::from(c - 0x1c + b'4')),
        bytes => Key::plain(Code::Char(std::str::from_utf8(bytes).ok()?.chars().next()?)),
    })
}

/// A key with a name: `numbers` are the key, if the end does not tell it, and what
/// was held with it, each perhaps with parts after a colon.
fn function(numbers: &[u8], end: u8) -> Option<Key> {
    let alone = numbers.is_empty();
    let mut numbers = std::str::from_utf8(numbers).ok()?.split(';');
    let mut number = || {
        let mut parts = numbers.next().unwrap_or_default().split(':');
        let first = parts.next().unwrap_or_default();
        let first = match first {
            "" => Some(1),
            digits => digits.parse::<u32>().ok(),
        };
        first.map(|first| (first, parts.next()))
    };
    let (key, other) = number()?;
    let (held, kind) = number()?;
    if kind == Some("3") {
        // It was let go.
        return None;
    }
    let code = match end {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'F' => Code::End,
        b'H' => Code::Home,
        b'Z' => Code::BackTab,
        b'P' => Code::F(1),
        b'Q' => Code::F(2),
        b'S' => Code::F(4),
        // With numbers it says where the cursor is.
        b'R' if alone => Code::F(3),
        b'~' => numbered(key)?,
        b'u' => match key {
            9 => Code::Tab,
            13 => Code::Enter,
            27 => Code::Esc,
            127 => Code::Backspace,
            57_344..=63_743 => keypad(key)?,
            key => {
                // The other of the two is what shift makes of it.
                let shifted = other.filter(|_| held & 1 == 0 && held > 1);
                let key = shifted.and_then(|c| c.parse().ok()).unwrap_or(key);
                Code::Char(char::from_u32(key).filter(|c| !c.is_control())?)
            }
        },
        _ => return None,
    };
    let held = held.checked_sub(1)?;
    let ctrl = held & 4 != 0;
    let code = match code {
        // Terminals disagree about the case of a control character.
        Code::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
        Code::Tab if held & 1 != 0 => Code::BackTab,
        code => code,
    };
    Some(Key {
        code,
        ctrl,
        alt: held & 2 != 0,
    })
}

/// The keypad as kitty numbers it; its other numbers are keys that mean nothing here.
fn keypad(key: u32) -> Option<Code> {
    Some(match key {
        57_399..=57_408 => Code::Char(char::from_digit(key - 57_399, 10)?),
        57_409..=57_413 => Code::Char(char::from(b"./*-+"[usize::try_from(key - 57_409).ok()?])),
        57_414 => Code::Enter,
        57_415 => Code::Char('='),
        57_416 => Code::Char(','),
        57_417 => Code::Left,
        57_418 => Code::Right,
        57_419 => Code::Up,
        57_420 => Code::Down,
        57_421 => Code::PageUp,
        57_422 => Code::PageDown,
        57_423 => Code::Home,
        57_424 => Code::End,
        57_426 => Code::Delete,
        _ => return None,
    })
}

/// The keys of the VT220 and what others added.
fn numbered(key: u32) -> Option<Code> {
    Some(match key {
        1 | 7 => Code::Home,
        3 => Code::Delete,
        4 | 8 => Code::End,
        5 => Code::PageUp,
        6 => Code::PageDown,
        11..=15 => Code::F(u8::try_from(key - 10).ok()?),
        17..=21 => Code::F(u8::try_from(key - 11).ok()?),
        23 | 24 => Code::F(u8::try_from(key - 12).ok()?),
        _ => return None,
    })
}

/// What was done at a cell (column, row); `button` with what xterm adds to it.
fn mouse(button: u8, x: u16, y: u16, released: bool) -> Option<Msg> {
    // What is held with it (4, 8, 16) makes no difference.
    Some(Msg::Mouse(match button & !0b1_1100 {
        0 if released => Mouse::Up(x, y),
        // Without SGR nobody tells which button was let go.
        3 => Mouse::Up(x, y),
        0 => Mouse::Down(x, y),
        32 => Mouse::Drag(x, y),
        64 => Mouse::Wheel(x, y, false),
        65 => Mouse::Wheel(x, y, true),
        _ => return None,
    }))
}
