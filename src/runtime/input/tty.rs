//! The terminal as bytes come from it.

use std::{
    fs::File,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    termios::{QueueSelector, isatty, tcflush},
};
use tokio::io::{Interest, unix::AsyncFd};

/// Read at most this many bytes at once.
const CHUNK: usize = 4096;

/// Where keys come from.
fn terminal() -> io::Result<OwnedFd> {
    let stdin = rustix::stdio::stdin();
    match isatty(stdin) {
        true => stdin.try_clone_to_owned(),
        false => Ok(File::open("/dev/tty")?.into()),
    }
}

/// Throws away what was sent and not read: it was meant for another program.
pub(in crate::runtime) fn drain() {
    if let Ok(terminal) = terminal() {
        // A terminal that is gone holds nothing.
        let _ = tcflush(terminal, QueueSelector::IFlush);
    }
}

/// Waits at most this long until something can be read.
fn can_read(terminal: BorrowedFd<'_>, wait: Duration) -> io::Result<bool> {
    let wait = Timespec {
        tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: wait.subsec_nanos().into(),
    };
    match poll(&mut [PollFd::new(&terminal, PollFlags::IN)], Some(&wait)) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(why) => Err(why.into()),
    }
}

/// What was sent; an error when the terminal is gone.
fn read(terminal: BorrowedFd<'_>) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; CHUNK];
    match rustix::io::read(terminal, &mut bytes) {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(count) => {
            bytes.truncate(count);
            Ok(bytes)
        }
        Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Ok(Vec::new()),
        Err(why) => Err(why.into()),
    }
}

/// The terminal for somebody who has other things to wait for too. It is never set
/// to non-blocking: other programs read the same terminal.
#[derive(Debug)]
pub(super) struct Tty(AsyncFd<OwnedFd>);

impl Tty {
    pub(super) fn open() -> io::Result<Self> {
        #[expect(
            deprecated,
            reason = "its successor is unsafe; what that asks for holds: the terminal \
                      is ours and stays open as long as this"
        )]
        let terminal = AsyncFd::with_interest(terminal()?, Interest::READABLE)?;
        Ok(Self(terminal))
    }

    /// Waits until something was sent. May be given up at any time.
    pub(super) async fn read(&self) -> io::Result<Vec<u8>> {
        loop {
            let mut ready = self.0.readable().await?;
            let bytes = self.here_already()?;
            if !bytes.is_empty() {
                return Ok(bytes);
            }
            ready.clear_ready();
        }
    }

    /// What was sent already.
    pub(super) fn here_already(&self) -> io::Result<Vec<u8>> {
        let terminal = self.0.as_fd();
        match can_read(terminal, Duration::ZERO)? {
            true => read(terminal),
            false => Ok(Vec::new()),
        }
    }
}

/// The terminal for somebody who waits for nothing else.
#[derive(Debug)]
pub(super) struct Waiting(OwnedFd);

impl Waiting {
    pub(super) fn open() -> io::Result<Self> {
        terminal().map(Self)
    }

    /// What was sent, if that came within `wait`.
    pub(super) fn read(&self, wait: Duration) -> io::Result<Vec<u8>> {
        match can_read(self.0.as_fd(), wait)? {
            true => read(self.0.as_fd()),
            false => Ok(Vec::new()),
        }
    }
}
