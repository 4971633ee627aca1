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
pub(super) struct Tty(pub(super) OwnedFd);

impl Tty {
    pub(super) fn open() -> io::Result<Self> {
        terminal().map(Self)
    }

    /// What was sent, if that comes within `wait`; an error when the terminal is gone.
    /// Nothing was sent, too, where somebody pressed `^D` while lines were read here: that
    /// is no end of ours.
    pub(super) fn read(&self, wait: Duration) -> io::Result<Vec<u8>> {
        let mut asked = [PollFd::new(&self.0, PollFlags::IN)];
        readable::wait(&mut asked, Some(wait))?;
        let told = asked[0].revents();
        if told.is_empty() {
            return Ok(Vec::new());
        }
        let gone = told.intersects(PollFlags::HUP | PollFlags::ERR);
        let mut bytes = [0; CHUNK];
        match rustix::io::read(&self.0, &mut bytes) {
            Ok(0) if gone => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => Ok(bytes[..count].to_vec()),
            Err(Errno::INTR | Errno::AGAIN) => Ok(Vec::new()),
            Err(why) => Err(why.into()),
        }
    }
}

impl AsFd for Tty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
