//! The desk on the whole screen: takes what is ready, then draws once.

use std::{io, path::PathBuf};

use super::editor::EditedKind;
use super::effects::EffectRunner;
use super::input::{Pause, Shown};
use tempfile::TempPath;
use tokio::sync::{broadcast, mpsc};

use crate::{
    app::{self, Effect, Model, Msg, TerminalEffect, dialog::EditedProfile, settings::CopyBy},
    clock::Clock,
    domain::{Change, ConversationId, Link, Platform, Psid, Severity},
    graph,
    runtime::{
        editor,
        error::Error,
        reload::Reload,
        signals::{LoopEvent, Signals, news},
        tasks::Tasks,
        terminal::Terminal,
    },
    ui::{self, Theme},
};

/// At most this many messages are taken before a frame is drawn.
pub(super) const DRAIN: usize = 64;

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
    pub(super) input: mpsc::Receiver<io::Result<Msg>>,
    pub(super) pause: Pause,
    pub(super) shown: Shown,
    /// How many messages of the reader were taken.
    pub(super) taken: u64,
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
    pub(super) clock: Clock,
    pub(super) theme: Theme,
}

impl Screen {
    pub(super) async fn run(mut self, mut signals: Signals) -> Result<(), Error> {
        let ended = loop {
            let turn = self.next(&mut signals).await;
            match self.take_turn(turn) {
                Ok(false) => {}
                Ok(true) => break Ok(()),
                Err(why) => break Err(Error::Terminal(why)),
            }
            if let Err(why) = self.suspend().await {
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
            for effect in app::update(&mut self.model, self.clock.now(), Msg::Terminate) {
                self.runner.perform(effect, &mut self.tasks);
            }
        }
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

    /// Waits for whatever comes first.
    pub(super) async fn next(&mut self, signals: &mut Signals) -> LoopEvent {
        let wake = app::wake_at(&self.model);
        let clock = self.clock.clone();
        let sleep = async {
            match wake {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(key) = self.input.recv() => {
                self.taken += 1;
                key.map_or_else(LoopEvent::Lost, LoopEvent::Message)
            }
            Some(turn) = news(&mut self.changes) => turn,
            loaded = self.runner.next() => LoopEvent::Message(loaded),
            (name, why) = self.tasks.ended() => {
                let words = format!("{name} ({why}); restart switchboard");
                LoopEvent::Message(Msg::Changed(vec![Change::Link(Link::Broken(words))]))
            }
            Some(()) = self.reloads.recv() => LoopEvent::Configured,
            turn = signals.next() => turn,
            () = sleep => LoopEvent::Message(Msg::Wake),
        }
    }

    /// Takes a turn and what is ready behind it, then draws once. Answers
    /// whether to leave.
    pub(super) fn take_turn(&mut self, turn: LoopEvent) -> io::Result<bool> {
        let mut next = Some(turn);
        for _ in 0..DRAIN {
            let left = match next {
                Some(LoopEvent::Message(msg)) => self.take(msg)?,
                Some(LoopEvent::Resized) => {
                    let (width, height) = self.terminal.size()?;
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
        self.draw()?;
        Ok(left)
    }

    /// Takes a message in and does what comes of it. Answers whether to leave.
    pub(super) fn take(&mut self, msg: Msg) -> io::Result<bool> {
        let mut left = false;
        for effect in app::update(&mut self.model, self.clock.now(), msg) {
            match effect {
                Effect::Terminal(TerminalEffect::Quit) => left = true,
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
                effect => self.runner.perform(effect, &mut self.tasks),
            }
        }
        let saved = |(id, _): &mut (ConversationId, TempPath)| app::is_saved(&self.model, id);
        drop(self.edited.take_if(saved));
        Ok(left)
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
        // Said before the terminal has it: who sees the frame may be quick.
        self.shown.up_to(self.taken);
        self.terminal
            .draw(|frame| ui::view(&self.model, &self.theme, frame))
    }

    /// To the shell and back, if somebody wants that. What is typed to the shell is not
    /// read here; meanwhile the terminal may have got another size.
    pub(super) async fn suspend(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.suspending) {
            return Ok(());
        }
        self.pause.begin().await;
        let back = self.terminal.suspend();
        self.pause.end().await;
        back?;
        self.model.session.size = self.terminal.size()?;
        self.take(Msg::PicturesLost)?;
        self.draw()
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
        self.pause.begin().await;
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
        self.pause.end().await;
        if terminated {
            return self.take(Msg::Terminate);
        }
        back?;
        self.model.session.size = self.terminal.size()?;
        let left = taken?;
        self.take(Msg::PicturesLost)?;
        self.draw()?;
        Ok(left)
    }

    /// What is there already, without waiting.
    pub(super) fn ready(&mut self) -> Option<LoopEvent> {
        if let Ok(key) = self.input.try_recv() {
            self.taken += 1;
            return Some(key.map_or_else(LoopEvent::Lost, LoopEvent::Message));
        }
        if let Some(msg) = self.runner.ready() {
            return Some(LoopEvent::Message(msg));
        }
        match self.changes.try_recv() {
            Ok(change) => Some(LoopEvent::Message(Msg::Changed(vec![change]))),
            Err(broadcast::error::TryRecvError::Lagged(_)) => Some(LoopEvent::Message(Msg::Missed)),
            Err(_) => None,
        }
    }
}
