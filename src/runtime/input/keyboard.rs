//! The terminal as a source of messages, in time.

use std::{
    collections::VecDeque,
    io,
    os::fd::{AsFd, BorrowedFd},
    time::Duration,
};

use super::{keys, sequences::Sequences, tty::Tty};
use crate::{app::Msg, clock::Stopwatch};

/// What was said, and when it was read, in milliseconds since the start.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) msg: Msg,
    pub(super) at: u64,
}

/// What a terminal says that sends these bytes, each of the reads after a pause in
/// milliseconds, and then nothing any more.
pub fn decoded<'a>(reads: impl IntoIterator<Item = (&'a [u8], u64)>) -> Vec<Msg> {
    let mut sequences = Sequences::default();
    let (mut now, mut whole) = (0, Vec::new());
    for (bytes, pause) in reads {
        now += pause;
        while let Some(due) = sequences.due().filter(|due| *due <= now) {
            whole.extend(sequences.silence(due));
        }
        if !bytes.is_empty() {
            whole.extend(sequences.push(bytes, now));
        }
    }
    while let Some(due) = sequences.due() {
        whole.extend(sequences.silence(due));
    }
    whole.into_iter().filter_map(keys::meaning).collect()
}

/// From bytes to what they mean, on its own clock.
#[derive(Debug)]
pub(super) struct Decoder {
    since_start: Stopwatch,
    sequences: Sequences,
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self {
            since_start: Stopwatch::start(),
            sequences: Sequences::default(),
        }
    }

    /// How long to wait for more, if silence means something.
    pub(super) fn patience(&self) -> Option<Duration> {
        let now = self.since_start.millis();
        let due = self.sequences.due()?;
        Some(Duration::from_millis(due.saturating_sub(now)))
    }

    /// Takes what was read; no bytes are what a wait in vain gives.
    pub(super) fn take(&mut self, bytes: &[u8]) -> impl Iterator<Item = Heard> + use<> {
        let at = self.since_start.millis();
        let sequences = match self.sequences.due() {
            _ if !bytes.is_empty() => self.sequences.push(bytes, at),
            Some(due) if at >= due => self.sequences.silence(at),
            _ => Vec::new(),
        };
        let messages = sequences.into_iter().filter_map(keys::meaning);
        messages.map(move |msg| Heard { msg, at })
    }
}

/// The terminal as a source of messages.
#[derive(Debug)]
pub(super) struct Keyboard {
    tty: Tty,
    decoder: Decoder,
    heard: VecDeque<Heard>,
    /// Whether there is something to read, where that is known and no time has passed since.
    sent: Option<bool>,
}

impl Keyboard {
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self {
            tty: Tty::open()?,
            decoder: Decoder::new(),
            heard: VecDeque::new(),
            sent: None,
        })
    }

    /// A wait has ended, because of the terminal or not; or something else has taken time.
    pub(super) fn woken(&mut self, by_terminal: bool) {
        self.sent = by_terminal.then_some(true);
    }

    /// How long to wait for what follows, before what is there already can be told.
    pub(super) fn patience(&self) -> Option<Duration> {
        match self.heard.is_empty() {
            true => self.decoder.patience(),
            false => Some(Duration::ZERO),
        }
    }

    /// What can be told without waiting; an error when the terminal is gone.
    pub(super) fn here_already(&mut self) -> io::Result<Option<Heard>> {
        if self.heard.is_empty() {
            let bytes = self.read()?;
            self.heard.extend(self.decoder.take(&bytes));
        }
        Ok(self.heard.pop_front())
    }

    fn read(&mut self) -> io::Result<Vec<u8>> {
        if self.sent == Some(false) {
            return Ok(Vec::new());
        }
        if self.sent.take().is_some() {
            return self.tty.take();
        }
        let bytes = self.tty.read(Duration::ZERO)?;
        // Who was asked in vain is not asked again at once.
        self.sent = bytes.is_empty().then_some(false);
        Ok(bytes)
    }

    /// Passes over what is there: it was sent to another program. What was only begun
    /// of it is still known, so that its rest is no text.
    pub(super) fn pass_over(&mut self) -> io::Result<()> {
        self.decoder = Decoder::new();
        self.heard.clear();
        self.sent = None;
        loop {
            let bytes = self.tty.read(Duration::ZERO)?;
            if bytes.is_empty() {
                return Ok(());
            }
            self.decoder.take(&bytes).for_each(drop);
        }
    }
}

impl AsFd for Keyboard {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.tty.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write, os::unix::net::UnixStream};

    use super::*;
    use crate::app::input::keymap::Code;

    #[test]
    fn the_terminal_is_not_asked_twice_while_nothing_else_is_done() {
        let (mut terminal, keys) = UnixStream::pair().expect("a terminal");
        let mut keyboard = Keyboard {
            tty: Tty::of(keys.into()),
            decoder: Decoder::new(),
            heard: VecDeque::new(),
            sent: None,
        };
        let mut next = |typed: &str, woken: Option<bool>| {
            terminal.write_all(typed.as_bytes()).expect("typed");
            if let Some(by_terminal) = woken {
                keyboard.woken(by_terminal);
            }
            let heard = keyboard.here_already().expect("a terminal");
            heard.map(|heard| match heard.msg {
                Msg::Key(key) => key.code,
                other => panic!("{other:?}"),
            })
        };
        let key = |letter| Some(Code::Char(letter));
        assert_eq!(next("ab", Some(true)), key('a'));
        assert_eq!(next("", None), key('b'));
        // What came meanwhile is asked for, until there is nothing.
        assert_eq!(next("c", None), key('c'));
        assert_eq!(next("", None), None);
        assert_eq!(next("d", None), None);
        assert_eq!(next("", Some(false)), key('d'));
    }
}
