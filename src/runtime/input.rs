//! From the terminal's events to messages. Sequences that mean nothing are
//! swallowed.

use std::io;

use crossterm::event::{
    Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use futures_util::StreamExt;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::app::{
    Mouse, Msg,
    input::keymap::{Code, Key},
};

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
    stop: CancellationToken,
) -> Result<(), String> {
    let mut events = EventStream::new();
    loop {
        let event = tokio::select! {
            event = events.next() => event,
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
                Some(msg) => Ok(msg),
                None => continue,
            },
            Some(Err(why)) => Err(why),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        };
        let lost = message.is_err();
        if messages.send(message).await.is_err() || lost {
            // Whoever hears of the loss ends the program; this end is no news.
            stop.cancelled().await;
            return Ok(());
        }
    }
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
