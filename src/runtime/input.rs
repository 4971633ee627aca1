//! From the terminal's events to messages. Sequences that mean nothing are
//! swallowed. Keys that come together as nobody types them are told apart from
//! typing: a terminal without bracketed paste (tmux, mosh, a web terminal) gives a
//! paste so.

use std::{
    future::poll_fn,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    time::Duration,
};

use crossterm::event::{
    Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use futures_util::StreamExt;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{
        Mouse, Msg,
        input::keymap::{Code, Key},
    },
    clock::{self, Stopwatch},
};

/// Keys nearer to each other than this are no typing (our choice; the fastest
/// repeat of a keyboard is 30 ms).
const BURST: Duration = Duration::from_millis(10);

/// How many messages of the reader are on the screen. Who answers to what they see
/// does not paste, however fast they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown(Arc<AtomicU64>);

impl Shown {
    /// All of the first `count` are.
    pub(super) fn up_to(&self, count: u64) {
        self.0.store(count, Ordering::Release);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// Lends the terminal's keys to another program: while it is paused, nothing
/// here reads them.
#[derive(Debug)]
pub(super) struct Pause {
    wanted: watch::Sender<bool>,
    paused: watch::Receiver<bool>,
}

/// The reader's side of a [`Pause`].
#[derive(Debug)]
pub(super) struct Paused {
    wanted: watch::Receiver<bool>,
    paused: watch::Sender<bool>,
}

impl Pause {
    pub(super) fn new() -> (Self, Paused) {
        let (wanted, is_wanted) = watch::channel(false);
        let (is_paused, paused) = watch::channel(false);
        let reader = Paused {
            wanted: is_wanted,
            paused: is_paused,
        };
        (Self { wanted, paused }, reader)
    }

    /// Returns when nothing reads any more.
    pub(super) async fn begin(&mut self) {
        self.wanted.send_replace(true);
        // A reader that has ended reads nothing either.
        let _ = self.paused.wait_for(|paused| *paused).await;
    }

    pub(super) fn end(&self) {
        self.wanted.send_replace(false);
    }
}

/// Reads the terminal until it is gone, nobody listens or `stop`. The stream
/// must be polled by one task only: a glance at it from elsewhere would take its
/// wake-up away.
pub(super) async fn read(
    messages: mpsc::Sender<io::Result<Msg>>,
    mut pause: Paused,
    shown: Shown,
    stop: CancellationToken,
) -> Result<(), String> {
    let mut events = EventStream::new();
    let mut bursts = Bursts {
        shown,
        sent: 0,
        ahead: None,
        last: None,
    };
    loop {
        let event = tokio::select! {
            event = bursts.next(&mut events) => event,
            () = stop.cancelled() => return Ok(()),
            Ok(()) = pause.wanted.changed() => {
                if !*pause.wanted.borrow_and_update() {
                    continue;
                }
                drop(events);
                pause.paused.send_replace(true);
                let over = pause.wanted.wait_for(|wanted| !*wanted).await.is_ok();
                if !over {
                    return Ok(());
                }
                pause.paused.send_replace(false);
                events = EventStream::new();
                continue;
            }
        };
        let message = match event {
            Some(Ok(event)) => match message(event) {
                Some(Msg::Key(key)) if bursts.takes(key, &mut events).await => Ok(Msg::Burst(key)),
                Some(msg) => Ok(msg),
                None => continue,
            },
            Some(Err(why)) => Err(why),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        };
        let lost = message.is_err();
        bursts.sent += 1;
        if messages.send(message).await.is_err() || lost {
            // Whoever hears of the loss ends the program; this end is no news.
            stop.cancelled().await;
            return Ok(());
        }
    }
}

/// What the terminal gave; `None` when it is gone.
type TerminalRead = Option<io::Result<Event>>;

/// Tells bursts of keys from typing.
#[derive(Debug)]
struct Bursts {
    shown: Shown,
    /// How many messages went on.
    sent: u64,
    /// Read already, to see what follows a key.
    ahead: Option<TerminalRead>,
    /// Since the last key that was text, or part of a burst.
    last: Option<Stopwatch>,
}

impl Bursts {
    async fn next(&mut self, events: &mut EventStream) -> TerminalRead {
        match self.ahead.take() {
            Some(event) => event,
            None => events.next().await,
        }
    }

    /// Whether this key came together with others. *Enter* waits a moment for what
    /// may follow it; text is only joined by what is there already, so that no
    /// letter is late.
    async fn takes(&mut self, key: Key, events: &mut EventStream) -> bool {
        let near = |last: Stopwatch| last.millis() < u64::try_from(BURST.as_millis()).unwrap_or(0);
        let unseen = self.shown.count() < self.sent;
        let mut joined = unseen && self.last.is_some_and(near);
        let text = key.text().is_some();
        if !joined && self.ahead.is_none() {
            self.ahead = if key.code == Code::Enter {
                clock::within(BURST, events.next()).await
            } else if text {
                here_already(events).await
            } else {
                None
            };
        }
        if !joined && (text || key.code == Code::Enter) {
            joined = matches!(&self.ahead, Some(Some(Ok(Event::Key(next)))) if is_typed(next));
        }
        self.last = (text || joined).then(Stopwatch::start);
        joined
    }
}

/// What can be read without waiting. It is asked by this task itself: a waker of
/// another's would take this one's wake-up away.
async fn here_already(events: &mut EventStream) -> Option<TerminalRead> {
    poll_fn(|context| {
        Poll::Ready(match events.poll_next_unpin(context) {
            Poll::Ready(event) => Some(event),
            Poll::Pending => None,
        })
    })
    .await
}

/// Text, or the end of a line of it.
fn is_typed(event: &KeyEvent) -> bool {
    let plain = !event
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    plain && matches!(event.code, KeyCode::Char(_) | KeyCode::Enter)
}

fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(event) if event.kind != KeyEventKind::Release => key(event).map(Msg::Key),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::FocusGained => Some(Msg::Focus(true)),
        Event::FocusLost => Some(Msg::Focus(false)),
        Event::Mouse(event) => mouse(event).map(Msg::Mouse),
        // Sizes come by the system's signal, see the loop.
        Event::Key(_) | Event::Resize(..) => None,
    }
}

fn mouse(event: MouseEvent) -> Option<Mouse> {
    let (x, y) = (event.column, event.row);
    Some(match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Mouse::Down(x, y),
        MouseEventKind::Drag(MouseButton::Left) => Mouse::Drag(x, y),
        MouseEventKind::Up(MouseButton::Left) => Mouse::Up(x, y),
        MouseEventKind::ScrollDown => Mouse::Wheel(x, y, true),
        MouseEventKind::ScrollUp => Mouse::Wheel(x, y, false),
        _ => return None,
    })
}

fn key(event: KeyEvent) -> Option<Key> {
    let code = match event.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(n) => Code::F(n),
        _ => return None,
    };
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let code = match code {
        // Terminals disagree about the case of a control character.
        Code::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
        code => code,
    };
    Some(Key {
        code,
        ctrl,
        alt: event.modifiers.contains(KeyModifiers::ALT),
    })
}
