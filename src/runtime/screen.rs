//! The desk on the whole screen: takes what is ready, then draws once.

use std::{collections::VecDeque, io, os::fd::AsFd, path::PathBuf, task::Poll, time::Duration};

use tempfile::TempPath;
use tokio::sync::mpsc;

use crate::{
    app::{
        self, Damage, Effect, Model, Msg, TerminalEffect, dialog::EditedProfile, settings::CopyBy,
    },
    clock::Clock,
    domain::{Change, ConversationId, Platform, Psid, Severity},
    graph,
    runtime::{
        bell::Bell,
        calls::Calls,
        editor::{self, EditedKind},
        effects::EffectRunner,
        error::Error,
        input::Bursts,
        news::{Batch, News},
        reload::Reload,
        signals::{Signal, Signals},
        stderr,
        tasks::Tasks,
        terminal::Terminal,
    },
    ui::{self, Theme},
};

/// At most this many messages are taken before a frame is drawn.
const DRAIN: usize = 64;

/// At most this many questions are answered while a message is taken: a list that keeps
/// asking must not hold up the desk.
const ANSWERS: usize = 8;

/// What the loop does next.
enum LoopEvent {
    Message(Msg),
    News(Batch),
    Suspend,
    Resized,
    /// The configuration's file is another one.
    Configured,
}

/// Something for the person's editor.
pub(super) struct Editing {
    what: Edited,
    text: String,
}

/// What it is.
enum Edited {
    Draft(ConversationId, Psid),
    Profile(Platform),
}

pub(super) struct Screen {
    pub(super) model: Model,
    pub(super) runner: EffectRunner,
    pub(super) terminal: Terminal,
    pub(super) signals: Signals,
    pub(super) tasks: Tasks,
    pub(super) bell: Bell,
    /// Somebody rang, or may have something without that; who, is not known.
    pub(super) rung: bool,
    /// The terminal's keys, read by this very loop.
    pub(super) input: Bursts,
    /// What is done after the next frame.
    pub(super) later: Vec<Effect>,
    /// A draft that the person's editor is to get.
    pub(super) editing: Option<Editing>,
    /// Somebody wants their shell.
    pub(super) suspending: bool,
    /// The file of the last edit, until what stands in it is on the disk.
    pub(super) edited: Option<(ConversationId, TempPath)>,
    /// A folder that is this user's alone.
    pub(super) folder: PathBuf,
    pub(super) reload: Option<Reload>,
    pub(super) reloads: mpsc::Receiver<()>,
    pub(super) news: News,
    pub(super) calls: Calls,
    /// How many keys were taken since anything else was looked for.
    pub(super) keys: usize,
    pub(super) clock: Clock,
    pub(super) theme: Theme,
}

impl Screen {
    pub(super) fn run(mut self) -> Result<(), Error> {
        let ended = loop {
            match self.turn() {
                Ok(false) => {}
                Ok(true) => break Ok(()),
                Err(why) => break Err(Error::Terminal(why)),
            }
        };
        if ended.is_err() {
            // Without a terminal the unsaved words are saved all the same.
            self.later.extend(app::update(
                &mut self.model,
                self.clock.now(),
                Msg::Terminate,
            ));
        }
        self.tell();
        self.terminal.leave();
        self.tasks.finish();
        // The last words of the engine: what it could not save stays in its file.
        if let Some(batch) = self.news.take_all(&mut self.bell.context()) {
            let _ = self.take(Msg::Changed(batch.changes));
        }
        if let Some((_, file)) = self.edited.take() {
            // Named at the next start.
            let _ = file.keep();
        }
        ended
    }

    /// Waits, and does what has come. Answers whether to leave; an error when the terminal
    /// is gone.
    fn turn(&mut self) -> io::Result<bool> {
        let Some(event) = self.next()? else {
            return Ok(false);
        };
        if self.take_turn(event)? {
            return Ok(true);
        }
        self.suspend()?;
        self.edit()
    }

    /// Waits for whatever comes first. A key goes before all else, and nothing else is looked
    /// for until its answer is painted; but not for ever, where keys come without an end.
    /// `None`: nothing, after all.
    ///
    /// Nobody is forgotten: whoever was asked in vain has the bell, or else the next wait
    /// ends in time, by `rung` or by `patience`.
    fn next(&mut self) -> io::Result<Option<LoopEvent>> {
        let patience = self.patience();
        let (terminal, signals) = (self.input.as_fd(), self.signals.as_fd());
        let woken = self.bell.wait(terminal, signals, patience)?;
        self.rung |= woken.bell;
        if woken.signals {
            self.signals.hear();
        }
        let is_typed = woken.terminal || self.input.patience().is_some_and(|left| left.is_zero());
        if is_typed && self.keys < DRAIN {
            self.keys += 1;
            if let Some(msg) = self.input.ready()? {
                return Ok(Some(LoopEvent::Message(msg)));
            }
        }
        self.keys = 0;
        Ok(self.next_but_keys())
    }

    /// How long to wait for something that comes from outside.
    fn patience(&self) -> Option<Duration> {
        if self.rung || self.signals.has_heard() {
            return Some(Duration::ZERO);
        }
        let due = app::wake_at(&self.model).and_then(|at| self.clock.until(at));
        let waits = [self.input.patience(), self.news.patience(), due];
        waits.into_iter().flatten().min()
    }

    /// What there is besides keys, without waiting.
    fn next_but_keys(&mut self) -> Option<LoopEvent> {
        match self.signals.next() {
            Some(signal) if signal.ends() => return Some(LoopEvent::Message(Msg::Terminate)),
            Some(Signal::Resized) => return Some(LoopEvent::Resized),
            Some(Signal::StopKey) => return Some(LoopEvent::Suspend),
            Some(_) | None => {}
        }
        // Until nobody has anything any more.
        self.rung = true;
        let context = &mut self.bell.context();
        if let Poll::Ready(broken) = self.tasks.poll_ended(context) {
            return Some(LoopEvent::Message(Msg::Changed(vec![broken])));
        }
        if let Poll::Ready(Some(())) = self.reloads.poll_recv(context) {
            return Some(LoopEvent::Configured);
        }
        if app::is_due(&self.model, self.clock.now()) {
            // Once a minute, with the clock in the top line.
            stderr::keep_small();
            return Some(LoopEvent::Message(Msg::Wake));
        }
        if let Some(batch) = self.news.take(context) {
            return Some(LoopEvent::News(batch));
        }
        if let Poll::Ready(loaded) = self.runner.poll_next(context) {
            return Some(LoopEvent::Message(loaded));
        }
        self.rung = false;
        None
    }

    /// Takes a turn and what is ready behind it, then draws once. Answers
    /// whether to leave.
    fn take_turn(&mut self, event: LoopEvent) -> io::Result<bool> {
        let calls = self.calls.take();
        if !calls.is_empty() {
            self.take(Msg::Changed(calls))?;
        }
        let mut left = match event {
            LoopEvent::Message(msg) => self.take(msg)?,
            LoopEvent::News(Batch { changes, missed }) => {
                let left = self.take(Msg::Changed(changes))?;
                left || (missed && self.take(Msg::Missed)?)
            }
            LoopEvent::Resized => {
                let (width, height) = self.terminal.resized()?;
                self.take(Msg::Resize(width, height))?
            }
            LoopEvent::Suspend => {
                self.suspending = true;
                false
            }
            LoopEvent::Configured => {
                let msg = self.configured();
                self.take(msg)?
            }
        };
        for _ in 1..DRAIN {
            if left {
                return Ok(true);
            }
            let Some(msg) = self.ready()? else {
                break;
            };
            left = self.take(msg)?;
        }
        self.show()?;
        Ok(left)
    }

    /// Draws, and then does what the frame did not wait for.
    fn show(&mut self) -> io::Result<()> {
        self.draw()?;
        self.tell();
        self.calls.show(app::shows_calls(&self.model));
        if !app::searches(&self.model) {
            self.runner.rest();
        }
        Ok(())
    }

    /// Does what the last frame did not wait for.
    fn tell(&mut self) {
        for effect in self.later.drain(..) {
            self.runner.perform(effect, &mut self.tasks);
        }
    }

    /// Takes a message in and does what comes of it, besides what has time until the
    /// frame is out. What the cache answers at once is in that frame. Answers whether to
    /// leave.
    fn take(&mut self, msg: Msg) -> io::Result<bool> {
        let (mut left, mut answers) = (false, 0);
        let mut messages = VecDeque::from([msg]);
        while let Some(msg) = messages.pop_front() {
            for effect in app::update(&mut self.model, self.clock.now(), msg) {
                let few = answers < ANSWERS;
                match few.then(|| self.runner.answer_quickly(&effect)).flatten() {
                    Some(answer) => {
                        answers += 1;
                        messages.extend(answer);
                    }
                    None => left |= self.act(effect)?,
                }
            }
        }
        let saved = |(id, _): &mut (ConversationId, TempPath)| app::is_saved(&self.model, id);
        drop(self.edited.take_if(saved));
        Ok(left)
    }

    /// Does something, or keeps it for later. Answers whether to leave.
    fn act(&mut self, effect: Effect) -> io::Result<bool> {
        match effect {
            Effect::Terminal(TerminalEffect::Quit) => return Ok(true),
            Effect::Terminal(TerminalEffect::Bell) => self.terminal.bell()?,
            // Only where the desk speaks in lines.
            Effect::Terminal(TerminalEffect::Say(_)) => {}
            Effect::Terminal(TerminalEffect::Copy(words)) => {
                let by = self.model.session.settings.copy;
                if by != CopyBy::Command {
                    self.terminal.copy(&words)?;
                }
                if by != CopyBy::Osc52 {
                    let effect = Effect::Terminal(TerminalEffect::Copy(words));
                    self.runner.perform(effect, &mut self.tasks);
                }
            }
            Effect::Terminal(TerminalEffect::Notify(words)) => {
                let how = self.model.session.settings.alerts.notify;
                self.terminal.notify(how, &words)?;
            }
            Effect::Terminal(TerminalEffect::Title(words)) => self.terminal.title(&words)?,
            Effect::Terminal(TerminalEffect::SendPicture {
                number,
                cells,
                picture,
            }) => {
                if let Some(file) = &picture.file {
                    self.terminal.send_picture(number, cells, file)?;
                }
            }
            Effect::Terminal(TerminalEffect::DropPictures(numbers)) => {
                self.terminal.drop_pictures(&numbers)?;
            }
            Effect::Terminal(TerminalEffect::Redraw) => self.terminal.clear()?,
            Effect::Terminal(TerminalEffect::Suspend) => self.suspending = true,
            Effect::Terminal(TerminalEffect::Edit {
                conversation,
                psid,
                text,
            }) => {
                let what = Edited::Draft(conversation, psid);
                self.editing = Some(Editing { what, text });
            }
            Effect::Terminal(TerminalEffect::EditProfile {
                platform,
                text,
                properties,
            }) => {
                let what = Edited::Profile(platform);
                let text = text.unwrap_or_else(|| graph::pretty(&properties));
                self.editing = Some(Editing { what, text });
            }
            effect => self.later.push(effect),
        }
        Ok(false)
    }

    /// Reads the configuration anew; one with mistakes changes nothing.
    fn configured(&mut self) -> Msg {
        let read = self.reload.as_ref().map(|reload| (reload.read)());
        match read {
            Some(Ok((settings, theme))) => {
                self.theme = theme;
                Msg::Configured(Box::new(settings))
            }
            Some(Err(why)) => {
                let words = format!("{why}\nEverything stays as it was.");
                Msg::Changed(vec![Change::Notice(Severity::Problem, words)])
            }
            None => Msg::Wake,
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        self.input.shown();
        let damage = match self.terminal.is_blank()? {
            true => Damage::All,
            false => self.model.damage,
        };
        self.model.damage = Damage::Nothing;
        if damage == Damage::Nothing {
            return Ok(());
        }
        let (model, theme) = (&self.model, &self.theme);
        self.terminal
            .draw(|painted, buffer| ui::paint(model, theme, damage, painted, buffer))
    }

    /// To the shell and back, if somebody wants that. What is typed to the shell is not
    /// read here; meanwhile the terminal may have got another size.
    fn suspend(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.suspending) {
            return Ok(());
        }
        self.terminal.suspend()?;
        self.input.pass_over()?;
        self.model.session.size = self.terminal.size();
        self.take(Msg::PicturesLost)?;
        self.show()
    }

    /// Gives the terminal to the editor, if somebody wants that, and takes it
    /// back. The engine goes on meanwhile. Answers whether to leave.
    fn edit(&mut self) -> io::Result<bool> {
        let Some(Editing { what, text }) = self.editing.take() else {
            return Ok(false);
        };
        let kind = match what {
            Edited::Draft(..) => EditedKind::Draft,
            Edited::Profile(_) => EditedKind::Profile,
        };
        self.terminal.lend();
        let mut terminated = false;
        let edited = match editor::start(&text, &self.folder, kind) {
            Err(why) => Err(why),
            Ok(mut editor) => {
                let ended;
                (ended, terminated) = editor.wait(&mut self.signals);
                let (edited, file) = editor.text(ended);
                if let Edited::Draft(conversation, _) = &what {
                    self.edited = file.map(|file| (conversation.clone(), file));
                }
                edited
            }
        };
        // What was written comes first: the terminal may be gone.
        let taken = self.take(match what {
            Edited::Draft(conversation, psid) => Msg::Edited(conversation, psid, edited),
            Edited::Profile(platform) => {
                let edited = edited.map(|edited| EditedProfile {
                    properties: graph::read_json(&edited.text),
                    text: edited.text,
                });
                Msg::ProfileEdited(platform, edited)
            }
        });
        let back = self.terminal.take_back();
        self.tell();
        if terminated {
            return self.take(Msg::Terminate);
        }
        back?;
        self.input.pass_over()?;
        self.model.session.size = self.terminal.size();
        let left = taken?;
        self.take(Msg::PicturesLost)?;
        self.show()?;
        Ok(left)
    }

    /// What is there already, without waiting. News come at their own pace.
    fn ready(&mut self) -> io::Result<Option<Msg>> {
        match self.input.ready()? {
            Some(msg) => Ok(Some(msg)),
            None => Ok(self.runner.ready()),
        }
    }
}
