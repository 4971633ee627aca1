//! The terminal as bytes come from it.

use std::{
    fs::File,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    termios::isatty,
};
use tokio::io::unix::AsyncFd;

use crate::readable::readable;

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

/// What was sent, if that comes within `wait`; an error when the terminal is gone.
/// Nothing was sent, too, where somebody pressed `^D` while lines were read here: that
/// is no end of ours.
fn read(terminal: BorrowedFd<'_>, wait: Duration) -> io::Result<Vec<u8>> {
    let wait = Timespec {
        tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: wait.subsec_nanos().into(),
    };
    let mut asked = [PollFd::new(&terminal, PollFlags::IN)];
    match poll(&mut asked, Some(&wait)) {
        Ok(0) | Err(Errno::INTR) => return Ok(Vec::new()),
        Ok(_) => {}
        Err(why) => return Err(why.into()),
    }
    let gone = asked[0]
        .revents()
        .intersects(PollFlags::HUP | PollFlags::ERR);
    let mut bytes = [0; CHUNK];
    match rustix::io::read(terminal, &mut bytes) {
        Ok(0) if gone => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(count) => Ok(bytes[..count].to_vec()),
        Err(Errno::INTR | Errno::AGAIN) => Ok(Vec::new()),
        Err(why) => Err(why.into()),
    }
}

/// The terminal, read as a task. It is never set to non-blocking: other programs share
/// it.
#[derive(Debug)]
pub(super) struct Tty(AsyncFd<OwnedFd>);

impl Tty {
    pub(super) fn open() -> io::Result<Self> {
        terminal().and_then(readable).map(Self)
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
        read(self.0.as_fd(), Duration::ZERO)
    }
}

/// The terminal, read by blocking.
#[derive(Debug)]
pub(super) struct Waiting(OwnedFd);

impl Waiting {
    pub(super) fn open() -> io::Result<Self> {
        terminal().map(Self)
    }

    /// What was sent, if that came within `wait`.
    pub(super) fn read(&self, wait: Duration) -> io::Result<Vec<u8>> {
        read(self.0.as_fd(), wait)
    }
}
