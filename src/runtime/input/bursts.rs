//! Tells pastes from typing. A terminal without bracketed paste (tmux, mosh, a web
//! terminal) gives a paste as keys that come together as nobody types them; and a
//! paste may hold its own end, so that the rest of it comes as keys.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd},
    time::Duration,
};

use super::{
    keyboard::{Heard, Keyboard},
    tty::Tty,
};
use crate::{
    app::{
        Msg,
        input::keymap::{Code, Key},
    },
    clock::Stopwatch,
};

/// Keys nearer to each other than this are no typing (our choice; the fastest
/// repeat of a keyboard is 30 ms).
const BURST: Duration = Duration::from_millis(10);

/// For so many milliseconds after a paste, and after what still belongs to it,
/// nobody types (our choice).
const AFTER_PASTE: u64 = 100;

/// The terminal's messages, with bursts told apart.
#[derive(Debug)]
pub(in crate::runtime) struct Bursts {
    keyboard: Keyboard,
    /// How many messages went on.
    sent: u64,
    /// How many of them are on the screen. Whoever answers what they see is not pasting,
    /// however fast they are.
    shown: u64,
    /// Read already, to see what follows a key.
    ahead: Option<io::Result<Heard>>,
    /// *Enter*, which waits a moment for what may follow it.
    held: Option<(Key, Stopwatch)>,
    /// Since the last key that was text, or part of a burst.
    last: Option<Stopwatch>,
    /// When the last paste was read, or what still belongs to it.
    pasted: Option<u64>,
}

impl Bursts {
    /// Reads the terminal.
    pub(in crate::runtime) fn open() -> io::Result<Self> {
        Tty::open().map(Self::of)
    }

    fn of(tty: Tty) -> Self {
        Self {
            keyboard: Keyboard::of(tty),
            sent: 0,
            shown: 0,
            ahead: None,
            held: None,
            last: None,
            pasted: None,
        }
    }

    /// Everything that went on is on the screen now.
    pub(in crate::runtime) fn shown(&mut self) {
        self.shown = self.sent;
    }

    /// How long to wait for what follows, before what is there already can be told.
    pub(in crate::runtime) fn patience(&self) -> Option<Duration> {
        if self.ahead.is_some() {
            return Some(Duration::ZERO);
        }
        let held = self
            .held
            .map(|(_, since)| BURST.saturating_sub(Duration::from_millis(since.millis())));
        held.into_iter().chain(self.keyboard.patience()).min()
    }

    /// What can be told without waiting; an error when the terminal is gone.
    pub(in crate::runtime) fn ready(&mut self) -> io::Result<Option<Msg>> {
        loop {
            if let Some((key, since)) = self.held {
                if self.ahead.is_none() {
                    self.ahead = self.keyboard.here_already().transpose();
                }
                if self.ahead.is_none() && is_near(since) {
                    return Ok(None);
                }
                self.held = None;
                self.sent += 1;
                return Ok(Some(self.typed_or_burst(key, false)));
            }
            let heard = match self.ahead.take() {
                Some(heard) => heard?,
                None => match self.keyboard.here_already()? {
                    Some(heard) => heard,
                    None => return Ok(None),
                },
            };
            if let Some(msg) = self.told(heard) {
                self.sent += 1;
                return Ok(Some(msg));
            }
        }
    }

    /// Passes over what is there: it was for another program.
    pub(in crate::runtime) fn pass_over(&mut self) -> io::Result<()> {
        (self.ahead, self.held) = (None, None);
        self.keyboard.pass_over()
    }

    fn told(&mut self, Heard { msg, at }: Heard) -> Option<Msg> {
        let key = match msg {
            Msg::Key(key) => key,
            Msg::Paste(text) => {
                self.pasted = Some(at);
                // An end without a beginning: what follows belongs to it.
                return (!text.is_empty()).then_some(Msg::Paste(text));
            }
            msg => return Some(msg),
        };
        if self.pasted.is_some_and(|pasted| at < pasted + AFTER_PASTE) {
            let rest = rest_of_paste(key)?;
            self.pasted = Some(at);
            return Some(Msg::Paste(rest.into()));
        }
        let unseen = self.shown < self.sent;
        let joined = unseen && self.last.is_some_and(is_near);
        let enter = key.code == Code::Enter;
        if !joined && self.ahead.is_none() && (enter || key.text().is_some()) {
            self.ahead = self.keyboard.here_already().transpose();
            if enter && self.ahead.is_none() {
                self.held = Some((key, Stopwatch::start()));
                return None;
            }
        }
        Some(self.typed_or_burst(key, joined))
    }

    /// Whether this key came together with others, of which it has `joined` those
    /// before it. *Enter* has waited a moment for what may follow it; text is only
    /// joined by what is there already, so that no letter is late.
    fn typed_or_burst(&mut self, key: Key, mut joined: bool) -> Msg {
        let text = key.text().is_some();
        if !joined && (text || key.code == Code::Enter) {
            joined = matches!(&self.ahead, Some(Ok(Heard { msg: Msg::Key(next), .. })) if is_typed(*next));
        }
        self.last = (text || joined).then(Stopwatch::start);
        match joined {
            true => Msg::Burst(key),
            false => Msg::Key(key),
        }
    }
}

impl AsFd for Bursts {
    /// What can be read once something was sent.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.keyboard.as_fd()
    }
}

fn is_near(last: Stopwatch) -> bool {
    Duration::from_millis(last.millis()) < BURST
}

/// What a key is within a paste: keys that are no text mean nothing there.
fn rest_of_paste(key: Key) -> Option<char> {
    match key.code {
        Code::Enter => Some('\r'),
        Code::Tab => Some('\t'),
        _ => key.text(),
    }
}

/// Text, or the end of a line of it.
fn is_typed(key: Key) -> bool {
    key.text().is_some() || (key.code == Code::Enter && !key.ctrl && !key.alt)
}

#[cfg(test)]
mod tests {
    use std::{io::Write, os::unix::net::UnixStream};

    use super::*;

    /// However long the desk was busy: what has come meanwhile is looked for before the
    /// silence behind *Enter* is taken for one.
    #[test]
    fn the_rest_of_a_paste_that_came_while_the_desk_was_busy_follows_its_enter() {
        let (mut terminal, keys) = UnixStream::pair().expect("a terminal");
        let mut bursts = Bursts::of(Tty(keys.into()));
        let mut told = |sent: &str| {
            terminal.write_all(sent.as_bytes()).expect("sent");
            bursts.ready().expect("a terminal")
        };
        let plain = |code| Key::plain(code);
        assert_eq!(told("\r"), None);
        assert_eq!(told("ok"), Some(Msg::Burst(plain(Code::Enter))));
        assert_eq!(told(""), Some(Msg::Burst(plain(Code::Char('o')))));
    }
}
