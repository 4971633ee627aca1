//! The desk on the whole screen: takes what is ready, then draws once.

use std::{collections::VecDeque, io, path::PathBuf, pin::Pin, time::Duration};

use super::calls::Calls;
use super::editor::EditedKind;
use super::effects::EffectRunner;
use super::input::Bursts;
use tempfile::TempPath;
use tokio::sync::{broadcast, mpsc};

use crate::{
    app::{
        self, Damage, Effect, Model, Msg, TerminalEffect, dialog::EditedProfile, settings::CopyBy,
    },
    clock::{self, Clock, Stopwatch},
    domain::{Change, ConversationId, Link, Platform, Psid, Severity, Timestamp},
    graph,
    runtime::{
        editor,
        error::Error,
        reload::Reload,
        signals::{LoopEvent, Signals, news},
        stderr,
        tasks::Tasks,
        terminal::Terminal,
    },
    ui::{self, Theme},
};

/// At most this many messages are taken before a frame is drawn.
const DRAIN: usize = 64;

/// In a flood of news, the time between two frames of them (our choice): a thousand
/// messages a second are twenty frames, and keys go on as before.
const NEWS_AFTER: Duration = Duration::from_millis(50);

/// This many frames of news within this time are a flood (our choice). The answer to what
/// an agent just did is shown at once.
const FLOOD: (u32, Duration) = (6, Duration::from_millis(250));

/// At most this many questions are answered while a message is taken: a list that keeps
/// asking must not hold up the desk.
const ANSWERS: usize = 8;

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
    pub(super) tasks: Tasks,
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
    pub(super) changes: broadcast::Receiver<Change>,
    pub(super) calls: Calls,
    pub(super) pace: Pace,
    pub(super) alarm: Alarm,
    /// How many keys were taken since anything else was looked for.
    pub(super) keys: usize,
    pub(super) clock: Clock,
    pub(super) theme: Theme,
}

impl Screen {
    pub(super) async fn run(mut self, mut signals: Signals) -> Result<(), Error> {
        let ended = loop {
            let Some(turn) = self.next(&mut signals).await else {
                continue;
            };
            match self.take_turn(turn) {
                Ok(false) => {}
                Ok(true) => break Ok(()),
                Err(why) => break Err(Error::Terminal(why)),
            }
            if let Err(why) = self.suspend() {
                break Err(Error::Terminal(why));
            }
            match self.edit(&mut signals).await {
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
        self.tasks.finish().await;
        // The last words of the engine: what it could not save stays in its file.
        while let Ok(change) = self.changes.try_recv() {
            let _ = self.take(Msg::Changed(vec![change]));
        }
        if let Some((_, file)) = self.edited.take() {
            // Named at the next start.
            let _ = file.keep();
        }
        ended
    }

    /// Waits for whatever comes first. A key goes before all else, and nothing else is looked
    /// for until its answer is painted; but not for ever, where keys come without an end.
    /// `None`: keys go on.
    pub(super) async fn next(&mut self, signals: &mut Signals) -> Option<LoopEvent> {
        let wake = app::wake_at(&self.model);
        if self.alarm.at != wake {
            self.alarm = Alarm::new(wake, self.clock.clone());
        }
        let wait = self.pace.wait();
        let keys_wait = self.keys >= DRAIN;
        let keys = std::mem::take(&mut self.keys);
        let turn = tokio::select! {
            biased;
            key = self.input.next(), if !keys_wait => {
                self.keys = keys + 1;
                key.map_or_else(LoopEvent::Lost, LoopEvent::Message)
            }
            turn = signals.next() => turn,
            (name, why) = self.tasks.ended() => {
                let words = format!("{name} ({why}); restart switchboard");
                LoopEvent::Message(Msg::Changed(vec![Change::Link(Link::Broken(words))]))
            }
            Some(()) = self.reloads.recv() => LoopEvent::Configured,
            () = &mut self.alarm.rings => {
                self.alarm = Alarm::default();
                // Once a minute, with the clock in the top line.
                stderr::keep_small();
                LoopEvent::Message(Msg::Wake)
            }
            Some(turn) = news_after(wait, &mut self.changes) => turn,
            loaded = self.runner.next() => LoopEvent::Message(loaded),
            () = std::future::ready(()), if keys_wait => return None,
        };
        Some(turn)
    }

    /// Takes a turn and what is ready behind it, then draws once. Answers
    /// whether to leave.
    pub(super) fn take_turn(&mut self, turn: LoopEvent) -> io::Result<bool> {
        let calls = self.calls.take();
        if !calls.is_empty() {
            self.take(Msg::Changed(calls))?;
        }
        let mut next = Some(turn);
        for _ in 0..DRAIN {
            let left = match next {
                Some(LoopEvent::Message(Msg::Changed(changes))) => self.take_news(changes)?,
                Some(LoopEvent::Message(msg)) => self.take(msg)?,
                Some(LoopEvent::Resized) => {
                    let (width, height) = self.terminal.resized()?;
                    self.take(Msg::Resize(width, height))?
                }
                Some(LoopEvent::Suspend) => {
                    self.suspending = true;
                    false
                }
                Some(LoopEvent::Configured) => {
                    let msg = self.configured();
                    self.take(msg)?
                }
                Some(LoopEvent::Lost(why)) => return Err(why),
                None => break,
            };
            if left {
                return Ok(true);
            }
            next = self.ready();
        }
        // What was taken out of a queue but not yet done is done now.
        let left = match next {
            Some(LoopEvent::Message(msg)) => self.take(msg)?,
            Some(LoopEvent::Lost(why)) => return Err(why),
            _ => false,
        };
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

    /// Takes news in, and with them all that wait behind them.
    fn take_news(&mut self, mut news: Vec<Change>) -> io::Result<bool> {
        let mut missed = false;
        loop {
            match self.changes.try_recv() {
                Ok(change) => news.push(change),
                Err(broadcast::error::TryRecvError::Lagged(_)) => missed = true,
                Err(_) => break,
            }
        }
        // A call is only a line of a log.
        if news
            .iter()
            .any(|change| !matches!(change, Change::ApiCall(_)))
        {
            self.pace.told();
        }
        let left = self.take(Msg::Changed(news))?;
        Ok(left || (missed && self.take(Msg::Missed)?))
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
    pub(super) fn configured(&mut self) -> Msg {
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

    pub(super) fn draw(&mut self) -> io::Result<()> {
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
            .draw(|last, buffer| ui::paint(model, theme, damage, last, buffer))
    }

    /// To the shell and back, if somebody wants that. What is typed to the shell is not
    /// read here; meanwhile the terminal may have got another size.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
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
    pub(super) async fn edit(&mut self, signals: &mut Signals) -> io::Result<bool> {
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
                let ended = loop {
                    tokio::select! {
                        ended = editor.child.wait() => break ended,
                        _ = signals.terminate.recv() => terminated = true,
                        _ = signals.hang_up.recv() => terminated = true,
                        // ^C is for the editor, and so is ^Z: we only stop with it.
                        _ = signals.interrupt.recv() => {}
                        _ = signals.stop_key.recv() => {
                            let stop = rustix::process::Signal::STOP;
                            rustix::process::kill_current_process_group(stop)?;
                        }
                    }
                    if terminated {
                        // What it has written so far counts.
                        let _ = editor.child.start_kill();
                        let _ = editor.child.wait().await;
                        break Ok(std::process::ExitStatus::default());
                    }
                };
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

    /// What is there already, without waiting.
    pub(super) fn ready(&mut self) -> Option<LoopEvent> {
        match self.input.ready() {
            Ok(Some(msg)) => return Some(LoopEvent::Message(msg)),
            Ok(None) => {}
            Err(why) => return Some(LoopEvent::Lost(why)),
        }
        if let Some(msg) = self.runner.ready() {
            return Some(LoopEvent::Message(msg));
        }
        // News come at their own pace, see `Pace`.
        None
    }
}

/// What wakes the desk when something is due by itself. It stays as it is from key to key.
pub(super) struct Alarm {
    at: Option<Timestamp>,
    rings: Pin<Box<dyn Future<Output = ()>>>,
}

impl Alarm {
    fn new(at: Option<Timestamp>, clock: Clock) -> Self {
        let rings = async move {
            match at {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        Self {
            at,
            rings: Box::pin(rings),
        }
    }
}

impl Default for Alarm {
    /// One that never rings.
    fn default() -> Self {
        Self {
            at: None,
            rings: Box::pin(std::future::pending()),
        }
    }
}

/// How fast news come.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: Option<Stopwatch>,
    /// Since when they are counted, and how many frames of them there were.
    counted: Option<(Stopwatch, u32)>,
}

impl Pace {
    fn told(&mut self) {
        self.last = Some(Stopwatch::start());
        let counted = self.counted.filter(|(since, _)| passed(*since) < FLOOD.1);
        let (since, count) = counted.unwrap_or_else(|| (Stopwatch::start(), 0));
        self.counted = Some((since, count + 1));
    }

    /// How long the next ones have to wait.
    fn wait(&self) -> Duration {
        let flood = self
            .counted
            .is_some_and(|(since, count)| count >= FLOOD.0 && passed(since) < FLOOD.1);
        match self.last.filter(|_| flood) {
            Some(last) => NEWS_AFTER.saturating_sub(passed(last)),
            None => Duration::ZERO,
        }
    }
}

fn passed(since: Stopwatch) -> Duration {
    Duration::from_millis(since.millis())
}

/// The next news, but not before `wait` is over.
async fn news_after(
    wait: Duration,
    changes: &mut broadcast::Receiver<Change>,
) -> Option<LoopEvent> {
    if !wait.is_zero() {
        clock::sleep(wait).await;
    }
    news(changes).await
}
