//! Handles of the system that tell when there is something to read: signals, an alarm,
//! a watched folder. It must not know what is read.

use std::{io, os::fd::OwnedFd};

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
