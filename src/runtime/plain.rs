//! The desk in lines: what is typed comes in by lines, what happens goes out by
//! lines. No terminal is taken over, so it works with a screen reader, a pipe or
//! a file.

use std::{
    future::poll_fn,
    io::{self, BufRead, Write},
    os::fd::AsFd,
};

use tokio::sync::{broadcast, mpsc};

use super::error::Error;
use super::{Tasks, effects::EffectRunner};
use crate::{
    app::{self, Effect, Model, Msg, TerminalEffect},
    clock::Clock,
    domain::Change,
    readable::readable,
    runtime::{
        news,
        signals::{Signal, Signals},
    },
    ui::Transcript,
};

/// The desk in lines.
pub(super) struct Plain {
    pub(super) model: Model,
    pub(super) runner: EffectRunner,
    pub(super) tasks: Tasks,
    pub(super) changes: broadcast::Receiver<Change>,
    pub(super) clock: Clock,
    pub(super) transcript: Transcript,
}

impl Plain {
    pub(super) fn run(mut self, mut signals: Signals) -> Result<(), Error> {
        let here = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::Start)?;
        let (sender, mut lines) = mpsc::channel(64);
        self.tasks.load(move || {
            for line in io::stdin().lock().lines() {
                let Ok(line) = line else { break };
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        });
        let ended = here.block_on(self.work(&mut signals, &mut lines));
        if ended.is_err() {
            // Nobody hears any more, but unsaved words are saved.
            for effect in app::update(&mut self.model, self.clock.now(), Msg::Terminate) {
                self.runner.perform(effect, &mut self.tasks);
            }
        }
        self.tasks.finish();
        ended.map_err(Error::Terminal)
    }

    async fn work(
        &mut self,
        signals: &mut Signals,
        lines: &mut mpsc::Receiver<String>,
    ) -> io::Result<()> {
        let told = readable(signals.as_fd().try_clone_to_owned()?)?;
        let (mut listens, mut heard) = (true, false);
        say(&["switchboard, in lines: help lists the commands, quit leaves.".to_owned()])?;
        self.tell()?;
        loop {
            let wake = app::wake_at(&self.model);
            let clock = self.clock.clone();
            let sleep = async {
                match wake {
                    Some(at) => clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let msg = tokio::select! {
                line = lines.recv(), if listens => match line {
                    Some(line) => {
                        heard = true;
                        Msg::Line(line)
                    }
                    // The end of what is typed is the end; where nothing was
                    // ever typed, it only tells.
                    None if heard => Msg::Terminate,
                    None => {
                        listens = false;
                        continue;
                    }
                },
                msg = news::next(&mut self.changes) => msg,
                loaded = poll_fn(|context| self.runner.poll_next(context)) => loaded,
                broken = poll_fn(|context| self.tasks.poll_ended(context)) => {
                    Msg::Changed(vec![broken])
                }
                ready = told.readable() => {
                    ready?.clear_ready();
                    signals.hear();
                    match std::iter::from_fn(|| signals.next()).any(Signal::ends) {
                        true => Msg::Terminate,
                        false => continue,
                    }
                }
                () = sleep => Msg::Wake,
            };
            if self.take(msg)? {
                return Ok(());
            }
            self.tell()?;
        }
    }

    /// Takes a message in. Answers whether to leave.
    fn take(&mut self, msg: Msg) -> io::Result<bool> {
        let mut left = false;
        for effect in app::update(&mut self.model, self.clock.now(), msg) {
            match effect {
                Effect::Terminal(TerminalEffect::Quit) => left = true,
                Effect::Terminal(TerminalEffect::Say(lines)) => say(&lines)?,
                Effect::Terminal(TerminalEffect::Copy(words)) => say(&[words])?,
                Effect::Terminal(TerminalEffect::Edit { .. }) => {
                    say(&["The editor needs the full screen.".to_owned()])?
                }
                Effect::Terminal(TerminalEffect::Bell)
                | Effect::Terminal(TerminalEffect::Notify(_))
                | Effect::Terminal(TerminalEffect::Title(_))
                | Effect::Terminal(TerminalEffect::Redraw)
                | Effect::Terminal(TerminalEffect::SendPicture { .. })
                | Effect::Terminal(TerminalEffect::DropPictures(_))
                | Effect::Terminal(TerminalEffect::Suspend) => {}
                effect => self.runner.perform(effect, &mut self.tasks),
            }
        }
        Ok(left)
    }

    fn tell(&mut self) -> io::Result<()> {
        let lines = self.transcript.news(&self.model);
        say(&lines)
    }
}

/// Lines of text and nothing else, whatever stands in them.
fn say(lines: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in lines {
        writeln!(out, "{}", crate::text::Clean::one_line(line))?;
    }
    out.flush()
}
