//! How the thread of the desk waits: for its terminal and for signals, and for the bell,
//! which others ring who have something for it. So the way from a key to the screen leads
//! through nothing but this wait. It must not know who rings, or what for.

use std::{
    io::{self, Read, Write},
    os::fd::BorrowedFd,
    os::unix::net::UnixStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Wake, Waker},
    time::Duration,
};

use rustix::event::{PollFd, PollFlags};

use crate::readable;

/// The bell. Whoever is given its waker rings it.
#[derive(Debug)]
pub(super) struct Bell {
    sound: UnixStream,
    rope: Arc<Rope>,
    waker: Waker,
}

#[derive(Debug)]
struct Rope {
    end: UnixStream,
    /// Rung, and not silenced yet: once is enough.
    rung: AtomicBool,
}

impl Wake for Rope {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.rung.swap(true, Ordering::SeqCst) {
            // It fails once nobody listens any more.
            let _ = (&self.end).write(&[0]);
        }
    }
}

/// What ended a wait; nothing of it when it has been long enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Woken {
    /// The terminal has sent something, or is gone.
    pub(super) terminal: bool,
    /// The system has told something.
    pub(super) signals: bool,
    /// Somebody rang.
    pub(super) bell: bool,
}

impl Bell {
    /// A bell that nobody has rung.
    ///
    /// # Errors
    ///
    /// The system has no file handle left.
    pub(super) fn new() -> io::Result<Self> {
        let (sound, end) = UnixStream::pair()?;
        sound.set_nonblocking(true)?;
        let rope = Arc::new(Rope {
            end,
            rung: AtomicBool::new(false),
        });
        Ok(Self {
            sound,
            waker: Arc::clone(&rope).into(),
            rope,
        })
    }

    /// For those who are to ring once they have something.
    pub(super) fn context(&self) -> Context<'_> {
        Context::from_waker(&self.waker)
    }

    /// Waits, at most for `patience` or else for ever. The bell is silenced: whoever had it
    /// rung has to be asked after that.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn wait(
        &mut self,
        terminal: BorrowedFd<'_>,
        signals: BorrowedFd<'_>,
        patience: Option<Duration>,
    ) -> io::Result<Woken> {
        let mut asked = [
            PollFd::new(&terminal, PollFlags::IN),
            PollFd::new(&signals, PollFlags::IN),
            PollFd::new(&self.sound, PollFlags::IN),
        ];
        readable::wait(&mut asked, patience)?;
        let [terminal, signals, bell] = asked.map(|asked| !asked.revents().is_empty());
        if bell {
            self.silence();
        }
        Ok(Woken {
            terminal,
            signals,
            bell,
        })
    }

    fn silence(&mut self) {
        let _ = self.sound.read(&mut [0; 8]);
        // Who rings before this has something that is found when they are asked; who rings
        // after it is heard.
        self.rope.rung.swap(false, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    const NOTHING: Woken = Woken {
        terminal: false,
        signals: false,
        bell: false,
    };

    #[test]
    fn a_wait_ends_with_whatever_comes_and_the_bell_is_heard_once() {
        let mut bell = Bell::new().expect("a bell");
        let (terminal, mut keys) = UnixStream::pair().expect("a terminal");
        let (signals, _system) = UnixStream::pair().expect("signals");
        let wait = |bell: &mut Bell, patience| {
            bell.wait(terminal.as_fd(), signals.as_fd(), patience)
                .expect("a wait")
        };
        let zero = Some(Duration::ZERO);
        assert_eq!(wait(&mut bell, zero), NOTHING);
        for _ in 0..2 {
            let waker = bell.context().waker().clone();
            // Rung three times before anybody listens, by another thread, too.
            waker.wake_by_ref();
            std::thread::spawn(move || {
                waker.wake_by_ref();
                waker.wake();
            })
            .join()
            .expect("rung");
            let rung = Woken {
                bell: true,
                ..NOTHING
            };
            assert_eq!(wait(&mut bell, None), rung);
            assert_eq!(wait(&mut bell, zero), NOTHING);
        }
        keys.write_all(b"j").expect("a key");
        let key = Woken {
            terminal: true,
            ..NOTHING
        };
        assert_eq!(wait(&mut bell, None), key);
        assert_eq!(wait(&mut bell, None), key, "until it is read");
    }

    #[test]
    fn a_bell_is_rung_in_vain_once_its_desk_is_gone() {
        let bell = Bell::new().expect("a bell");
        let waker = bell.context().waker().clone();
        drop(bell);
        waker.wake();
    }
}
