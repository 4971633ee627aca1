//! What the system tells us, and what else wakes a desk.

use std::io;

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::broadcast,
};

use crate::{app::Msg, domain::Change};

/// What the loop does next.
pub(super) enum LoopEvent {
    Message(Msg),
    Suspend,
    Resized,
    /// The configuration's file is another one.
    Configured,
    /// The terminal is gone.
    Lost(io::Error),
}

/// What the system tells us.
pub(super) struct Signals {
    pub(super) terminate: Signal,
    pub(super) hang_up: Signal,
    pub(super) interrupt: Signal,
    pub(super) resized: Signal,
    pub(super) stop_key: Signal,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        let stop_key = SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw());
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            resized: signal(SignalKind::window_change())?,
            stop_key: signal(stop_key)?,
        })
    }

    pub(super) async fn next(&mut self) -> LoopEvent {
        tokio::select! {
            _ = self.terminate.recv() => LoopEvent::Message(Msg::Terminate),
            _ = self.hang_up.recv() => LoopEvent::Message(Msg::Terminate),
            _ = self.interrupt.recv() => LoopEvent::Message(Msg::Terminate),
            _ = self.resized.recv() => LoopEvent::Resized,
            _ = self.stop_key.recv() => LoopEvent::Suspend,
        }
    }
}

/// The next news of the engine; none any more once it has ended.
pub(super) async fn news(changes: &mut broadcast::Receiver<Change>) -> Option<LoopEvent> {
    match changes.recv().await {
        Ok(change) => Some(LoopEvent::Message(Msg::Changed(vec![change]))),
        Err(broadcast::error::RecvError::Lagged(_)) => Some(LoopEvent::Message(Msg::Missed)),
        Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
    }
}
