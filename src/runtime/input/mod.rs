//! From the terminal's bytes to messages. What a terminal answers is told apart from
//! what a person does; sequences that mean nothing are swallowed.
//!
//! | file | |
//! |---|---|
//! | `mod` | reads the terminal, and leaves it to others for a while |
//! | `tty` | bytes |
//! | `sequences` | bytes → whole sequences; swallows answers |
//! | `keys` | a sequence → what it means |
//! | `keyboard` | all of that, in time |
//! | `bursts` | tells pastes from typing |
//! | `hidden` | a line that is not shown |

mod bursts;
mod hidden;
mod keyboard;
mod keys;
mod sequences;
mod tty;

use std::io;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

pub(super) use self::bursts::Shown;
pub use hidden::hidden_line;
pub use keyboard::decoded;

use self::{bursts::Bursts, keyboard::Keyboard};
use crate::app::Msg;

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

    /// Returns when keys are read again, and what was sent meanwhile is passed over.
    pub(super) async fn end(&mut self) {
        self.wanted.send_replace(false);
        let _ = self.paused.wait_for(|paused| !*paused).await;
    }
}

/// Reads the terminal until it is gone, nobody listens or `stop`.
pub(super) async fn read(
    messages: mpsc::Sender<io::Result<Msg>>,
    mut pause: Paused,
    shown: Shown,
    stop: CancellationToken,
) -> Result<(), String> {
    let keyboard = Keyboard::open().map_err(|why| why.to_string())?;
    let mut bursts = Bursts::new(keyboard, shown);
    loop {
        let message = tokio::select! {
            message = bursts.next() => message,
            () = stop.cancelled() => return Ok(()),
            Ok(()) = pause.wanted.changed() => {
                if !*pause.wanted.borrow_and_update() {
                    continue;
                }
                pause.paused.send_replace(true);
                let over = pause.wanted.wait_for(|wanted| !*wanted).await.is_ok();
                if !over {
                    return Ok(());
                }
                let passed_over = bursts.pass_over();
                pause.paused.send_replace(false);
                match passed_over {
                    Ok(()) => continue,
                    Err(why) => Err(why),
                }
            }
        };
        let lost = message.is_err();
        if messages.send(message).await.is_err() || lost {
            // Whoever hears of the loss ends the program; this end is no news.
            stop.cancelled().await;
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests;
