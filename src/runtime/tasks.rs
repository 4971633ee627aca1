//! The only place that spawns. Every task has a name, and its end is news.

use std::{
    io,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    runtime::{Builder, EnterGuard, Runtime},
    task::{JoinError, JoinSet},
};
use tokio_util::sync::CancellationToken;

use crate::{
    clock,
    domain::{Change, Link},
};

/// How long tasks may take to end.
const LAST_WAIT: Duration = Duration::from_secs(2);

/// The running tasks. They have their own thread, so that none of them comes between a
/// key and the screen.
#[derive(Debug)]
pub struct Tasks {
    /// `None` once they have ended.
    thread: Option<Runtime>,
    set: JoinSet<(&'static str, Result<(), String>)>,
    loads: JoinSet<()>,
    stop: CancellationToken,
}

impl Tasks {
    /// No tasks yet; starts the thread for them. One is enough for what waits nearly all
    /// the time, and nothing is handed from one to another; what blocks gets its own.
    ///
    /// # Errors
    ///
    /// The system has no thread or no file handle left.
    pub fn new() -> io::Result<Self> {
        let thread = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        Ok(Self {
            thread: Some(thread),
            set: JoinSet::new(),
            loads: JoinSet::new(),
            stop: CancellationToken::new(),
        })
    }

    /// The place where listeners have to be opened, as long as the guard lives.
    pub fn enter(&self) -> Option<EnterGuard<'_>> {
        self.thread.as_ref().map(Runtime::enter)
    }

    /// The signal at which tasks have to end.
    pub fn stop_signal(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Starts a task that runs until the stop signal. Ending earlier, by an
    /// error or a panic, is told by `poll_ended`.
    pub fn spawn(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<(), String>> + Send + 'static,
    ) {
        if let Some(thread) = &self.thread {
            let task = async move { (name, work.await) };
            self.set.spawn_on(task, thread.handle());
        }
    }

    /// Starts a short blocking question to the cache.
    pub(super) fn load(&mut self, work: impl FnOnce() + Send + 'static) {
        while self.loads.try_join_next().is_some() {}
        if let Some(thread) = &self.thread {
            self.loads.spawn_blocking_on(work, thread.handle());
        }
    }

    /// What to say of a task that has ended and should not have.
    pub(super) fn poll_ended(&mut self, context: &mut Context<'_>) -> Poll<Change> {
        let (name, why) = match ready!(self.set.poll_join_next(context)) {
            Some(Ok((name, result))) => (name, result.err().unwrap_or_else(|| "it ended".into())),
            Some(Err(error)) => ("a task", failure(&error)),
            // Without tasks there is nothing to wait for.
            None => return Poll::Pending,
        };
        let words = format!("{name} ({why}); restart switchboard");
        Poll::Ready(Change::Link(Link::Broken(words)))
    }

    /// Asks all tasks to end and waits for them, but not long.
    pub fn finish(&mut self) {
        self.stop.cancel();
        let all = async { while self.set.join_next().await.is_some() {} };
        // By a clock of its own: one of the tasks may hold their thread.
        let waiting = Builder::new_current_thread().enable_time().build();
        let ended = waiting.map(|waiting| waiting.block_on(clock::within(LAST_WAIT, all)));
        if !matches!(ended, Ok(Some(()))) {
            self.set.abort_all();
        }
    }
}

impl Drop for Tasks {
    /// A line that is still waited for must not keep the program.
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.shutdown_background();
        }
    }
}

fn failure(error: &JoinError) -> String {
    if error.is_panic() {
        "it panicked".into()
    } else {
        "it was cancelled".into()
    }
}
