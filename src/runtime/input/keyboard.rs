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
}

impl Keyboard {
    pub(super) fn of(tty: Tty) -> Self {
        Self {
            tty,
            decoder: Decoder::new(),
            heard: VecDeque::new(),
        }
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
            let bytes = self.tty.read(Duration::ZERO)?;
            self.heard.extend(self.decoder.take(&bytes));
        }
        Ok(self.heard.pop_front())
    }

    /// Passes over what is there: it was sent to another program. What was only begun
    /// of it is still known, so that its rest is no text.
    pub(super) fn pass_over(&mut self) -> io::Result<()> {
        self.decoder = Decoder::new();
        self.heard.clear();
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
