//! Handles of the system that tell when there is something to read: the terminal, signals,
//! an alarm, a watched folder. It must not know what is read.

use std::{io, os::fd::OwnedFd, time::Duration};

use rustix::{
    event::{PollFd, Timespec, poll},
    io::Errno,
};
use tokio::io::{Interest, unix::AsyncFd};

/// Waits for a handle from where tasks run. It is ours, and is not closed before this is
/// dropped.
pub(crate) fn readable(handle: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    #[expect(
        deprecated,
        reason = "its successor is unsafe; what that asks for holds: an owned handle \
                  stays open as long as it is waited for"
    )]
    AsyncFd::with_interest(handle, Interest::READABLE)
}

/// Waits on this thread until one of these handles has what it is asked for, at most for
/// `patience` or else for ever. A signal may end the wait sooner; then none of them has.
///
/// # Errors
///
/// What the system says.
pub(crate) fn wait(asked: &mut [PollFd<'_>], patience: Option<Duration>) -> io::Result<()> {
    let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
    match poll(asked, patience.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(why) => Err(why.into()),
    }
}
