//! Tells pastes from typing. A terminal without bracketed paste (tmux, mosh, a web
//! terminal) gives a paste as keys that come together as nobody types them; and a
//! paste may hold its own end, so that the rest of it comes as keys.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::keyboard::{Heard, Keyboard};
use crate::{
    app::{
        Msg,
        input::keymap::{Code, Key},
    },
    clock::{self, Stopwatch},
};

/// Keys nearer to each other than this are no typing (our choice; the fastest
/// repeat of a keyboard is 30 ms).
const BURST: Duration = Duration::from_millis(10);

/// For so many milliseconds after a paste, and after what still belongs to it,
/// nobody types (our choice).
const AFTER_PASTE: u64 = 100;

/// How many messages of the reader are on the screen. Who answers to what they see
/// does not paste, however fast they are.
#[derive(Clone, Debug, Default)]
pub(in crate::runtime) struct Shown(Arc<AtomicU64>);

impl Shown {
    /// All of the first `count` are.
    pub(in crate::runtime) fn up_to(&self, count: u64) {
        self.0.store(count, Ordering::Release);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// The terminal's messages, with bursts told apart.
#[derive(Debug)]
pub(super) struct Bursts {
    keyboard: Keyboard,
    shown: Shown,
    /// How many messages went on.
    sent: u64,
    /// Read already, to see what follows a key.
    ahead: Option<io::Result<Heard>>,
    /// Since the last key that was text, or part of a burst.
    last: Option<Stopwatch>,
    /// When the last paste was read, or what still belongs to it.
    pasted: Option<u64>,
}

impl Bursts {
    pub(super) fn new(keyboard: Keyboard, shown: Shown) -> Self {
        Self {
            keyboard,
            shown,
            sent: 0,
            ahead: None,
            last: None,
            pasted: None,
        }
    }

    /// The next message; an error when the terminal is gone.
    pub(super) async fn next(&mut self) -> io::Result<Msg> {
        loop {
            let heard = match self.ahead.take() {
                Some(heard) => heard?,
                None => self.keyboard.next().await?,
            };
            if let Some(msg) = self.told(heard).await {
                self.sent += 1;
                return Ok(msg);
            }
        }
    }

    /// Passes over what is there: it was for another program.
    pub(super) fn pass_over(&mut self) -> io::Result<()> {
        self.ahead = None;
        self.keyboard.pass_over()
    }

    async fn told(&mut self, Heard { msg, at }: Heard) -> Option<Msg> {
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
        Some(match self.takes(key).await {
            true => Msg::Burst(key),
            false => Msg::Key(key),
        })
    }

    /// Whether this key came together with others. *Enter* waits a moment for what
    /// may follow it; text is only joined by what is there already, so that no
    /// letter is late.
    async fn takes(&mut self, key: Key) -> bool {
        let near = |last: Stopwatch| last.millis() < u64::try_from(BURST.as_millis()).unwrap_or(0);
        let unseen = self.shown.count() < self.sent;
        let mut joined = unseen && self.last.is_some_and(near);
        let text = key.text().is_some();
        if !joined && self.ahead.is_none() {
            self.ahead = if key.code == Code::Enter {
                clock::within(BURST, self.keyboard.next()).await
            } else if text {
                self.keyboard.here_already().transpose()
            } else {
                None
            };
        }
        if !joined && (text || key.code == Code::Enter) {
            joined = matches!(&self.ahead, Some(Ok(Heard { msg: Msg::Key(next), .. })) if is_typed(*next));
        }
        self.last = (text || joined).then(Stopwatch::start);
        joined
    }
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
