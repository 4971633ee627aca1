//! What the system tells us, for a loop that waits for several things at once.

use std::{
    collections::VecDeque,
    io,
    os::fd::{AsFd, BorrowedFd},
    os::unix::net::UnixStream,
};

use signal_hook::{
    consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH},
    iterator::{backend::SignalDelivery, exfiltrator::SignalOnly},
};

/// What it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// The desk has to end, or its terminal is gone.
    Terminate,
    /// `^C`, where the terminal makes a signal of it.
    Interrupt,
    /// The terminal has another size.
    Resized,
    /// `^Z`, where the terminal makes a signal of it.
    StopKey,
    /// A process that we have started has ended.
    ChildEnded,
}

impl Signal {
    /// Whether the desk has to end.
    pub(super) fn ends(self) -> bool {
        matches!(self, Self::Terminate | Self::Interrupt)
    }
}

/// What the system has told. Its handle can be read once there is something new.
#[derive(Debug)]
pub(super) struct Signals {
    told: SignalDelivery<UnixStream, SignalOnly>,
    heard: VecDeque<Signal>,
}

impl Signals {
    /// Those for a desk.
    ///
    /// # Errors
    ///
    /// The system has no file handle left.
    pub(super) fn new() -> io::Result<Self> {
        Self::of(&[SIGTERM, SIGHUP, SIGINT, SIGWINCH, SIGTSTP])
    }

    /// Tells when a process has ended that is started from now on.
    ///
    /// # Errors
    ///
    /// The system has no file handle left.
    pub(super) fn of_children() -> io::Result<Self> {
        Self::of(&[SIGCHLD])
    }

    fn of(numbers: &[i32]) -> io::Result<Self> {
        let (reader, writer) = UnixStream::pair()?;
        let told = SignalDelivery::with_pipe(reader, writer, SignalOnly, numbers)?;
        Ok(Self {
            told,
            heard: VecDeque::new(),
        })
    }

    /// One that was heard, and nothing else.
    #[cfg(test)]
    pub(super) fn heard_already(signal: Signal) -> io::Result<Self> {
        let mut signals = Self::of(&[])?;
        signals.heard.push_back(signal);
        Ok(signals)
    }

    /// Takes in what was told. Does not wait.
    pub(super) fn hear(&mut self) {
        let heard = self.told.pending().filter_map(|number| match number {
            SIGTERM | SIGHUP => Some(Signal::Terminate),
            SIGINT => Some(Signal::Interrupt),
            SIGWINCH => Some(Signal::Resized),
            SIGTSTP => Some(Signal::StopKey),
            SIGCHLD => Some(Signal::ChildEnded),
            _ => None,
        });
        self.heard.extend(heard);
    }

    /// Whether something was taken in that nobody has asked for yet.
    pub(super) fn has_heard(&self) -> bool {
        !self.heard.is_empty()
    }

    /// The next of what was taken in.
    pub(super) fn next(&mut self) -> Option<Signal> {
        self.heard.pop_front()
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.told.get_read().as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use signal_hook::low_level::raise;

    use super::*;

    /// Whether the handle can be read; waits for that if it should.
    fn is_readable(signals: &Signals, should: bool) -> bool {
        let wait = (!should).then(|| Timespec::try_from(Duration::ZERO).expect("no time"));
        let mut asked = [PollFd::new(signals, PollFlags::IN)];
        poll(&mut asked, wait.as_ref()).expect("asked") == 1
    }

    #[test]
    fn signals_are_heard_once_and_the_handle_tells_of_them() {
        // Two that nobody sends to the tests; their handlers stay.
        let mut signals = Signals::of(&[SIGWINCH, SIGTSTP]).expect("signals");
        assert!(!is_readable(&signals, false));
        for number in [SIGWINCH, SIGTSTP, SIGWINCH] {
            raise(number).expect("raised");
        }
        assert!(is_readable(&signals, true));
        assert_eq!(signals.next(), None, "not heard yet");
        signals.hear();
        assert!(signals.has_heard());
        let all: Vec<Signal> = std::iter::from_fn(|| signals.next()).collect();
        assert_eq!(all, [Signal::StopKey, Signal::Resized]);
        assert!(!signals.has_heard() && !is_readable(&signals, false));
    }
}
