//! The terminal as bytes come from it.

use std::{
    fs::File,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags},
    io::Errno,
    termios::isatty,
};

use crate::readable;

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

/// The terminal. It is never set to non-blocking: other programs share it.
#[derive(Debug)]
pub(super) struct Tty(OwnedFd);

impl Tty {
    pub(super) fn open() -> io::Result<Self> {
        terminal().map(Self)
    }

    #[cfg(test)]
    pub(super) fn of(handle: OwnedFd) -> Self {
        Self(handle)
    }

    /// What was sent, if that comes within `wait`; an error when the terminal is gone.
    /// Nothing was sent, too, where somebody pressed `^D` while lines were read here: that
    /// is no end of ours.
    pub(super) fn read(&self, wait: Duration) -> io::Result<Vec<u8>> {
        match self.told(wait)?.is_empty() {
            true => Ok(Vec::new()),
            false => self.take(),
        }
    }

    /// The same, once a wait has told that there is something.
    pub(super) fn take(&self) -> io::Result<Vec<u8>> {
        let mut bytes = [0; CHUNK];
        match rustix::io::read(&self.0, &mut bytes) {
            Ok(0) => {
                let gone = PollFlags::HUP | PollFlags::ERR;
                match self.told(Duration::ZERO)?.intersects(gone) {
                    true => Err(io::ErrorKind::UnexpectedEof.into()),
                    false => Ok(Vec::new()),
                }
            }
            Ok(count) => Ok(bytes[..count].to_vec()),
            Err(Errno::INTR | Errno::AGAIN) => Ok(Vec::new()),
            Err(why) => Err(why.into()),
        }
    }

    /// What there is within `wait`: something to read, or an end.
    fn told(&self, wait: Duration) -> io::Result<PollFlags> {
        let mut asked = [PollFd::new(&self.0, PollFlags::IN)];
        readable::wait(&mut asked, Some(wait))?;
        Ok(asked[0].revents())
    }
}

impl AsFd for Tty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
