//! The hall: carries plain data between the pure wing and the outside wing.
//!
//! ```text
//!   terminal ─► input ─┐                    ┌─► effects ─► store, engine
//!   store    ─ Change ─┼─► Msg ─► update ───┤
//!   cache    ─ Loaded ─┘                    └─► view ─► terminal
//! ```
//!
//! One loop: it takes what is ready (up to 64 messages), then draws once. No
//! message, no frame. It must not know the simulator.

mod browser;
mod canned;
mod editor;
mod effects;
mod files;
mod input;
mod plain;
mod queries;
mod reload;
mod tasks;
mod terminal;

use std::{io, path::PathBuf, pin::Pin};

use effects::EffectRunner;
use input::Pause;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::{broadcast, mpsc},
};

pub use canned::CannedSource;
pub use reload::Reload;
pub use tasks::Tasks;
pub use terminal::Terminal;

use crate::{
    app::{self, Effect, Model, Msg, Settings, TerminalEffect, ToastKind},
    clock::Clock,
    domain::{Change, ConversationId, Link, PageId, Severity},
    graph, store, sync,
    ui::{self, Theme},
    webhook,
};

/// At most this many messages are taken before a frame is drawn.
const DRAIN: usize = 64;

/// Where there is no screen, nothing depends on its size.
const LINES: (u16, u16) = (120, 40);

/// What it takes to run a desk.
#[derive(Debug)]
pub struct Desk {
    /// The Page.
    pub page: PageId,
    /// Where the cache is.
    pub cache: PathBuf,
    /// The Graph API.
    pub graph: graph::Client,
    /// What the state machine is told.
    pub settings: Settings,
    /// How it looks.
    pub theme: Theme,
    /// What the engine is told.
    pub sync: sync::Options,
    /// In lines, without taking the terminal over.
    pub plain: bool,
    /// The mouse is ours.
    pub mouse: bool,
    /// How the configuration is read anew when its file changes.
    pub reload: Option<Reload>,
    /// Where canned replies come from.
    pub canned: CannedSource,
    /// The time.
    pub clock: Clock,
    /// Meta's calls come in here, if they do.
    pub door: Option<(webhook::Server, mpsc::Receiver<sync::Delivery>)>,
}

type EngineTask = Pin<Box<dyn Future<Output = Result<(), store::Error>> + Send>>;

/// Why a desk ended badly.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The cache cannot be used.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The terminal is gone or cannot be used.
    #[error("the terminal cannot be used ({0})")]
    Terminal(#[from] io::Error),
}

/// Runs a desk until it is left. `tasks` may already hold others (the demo's
/// simulator); all of them are stopped at the end.
pub async fn run(desk: Desk, mut tasks: Tasks) -> Result<(), Error> {
    let opened = store::open(&desk.cache, &desk.page, desk.clock.now())?;
    let reader = opened.reader;
    let (change_sender, changes) = broadcast::channel(1024);
    let (commands, command_receiver) = mpsc::channel(256);
    let stop = tasks.stop_signal();
    let mut settings = desk.settings;
    settings.simulator = desk.graph.is_loopback();
    let hears = change_sender.clone();
    desk.graph.on_call(move |call| {
        // Nobody listening is fine: it is a log.
        let _ = hears.send(Change::ApiCall(call));
    });
    let mut notices: Vec<String> = opened.notices.iter().map(ToString::to_string).collect();
    let work: EngineTask = match opened.writer {
        Some(writer) => {
            let options = sync::Options {
                apps: settings.apps.clone(),
                seed: settings.seed,
                files: desk.cache.join(format!("{}.files", desk.page)),
                ..desk.sync
            };
            let engine = sync::Engine::new(
                options,
                desk.graph,
                (writer, reader.clone()),
                desk.clock.clone(),
                command_receiver,
                change_sender,
            );
            let engine = match desk.door {
                Some((door, deliveries)) => {
                    tasks.spawn("webhook", door.serve(tasks.stop_signal()));
                    engine.with_door(deliveries)
                }
                None => engine,
            };
            Box::pin(engine.run(stop))
        }
        None => {
            settings.read_only = true;
            let why = notices.pop().unwrap_or_default();
            Box::pin(sync::read_only(
                reader.clone(),
                why,
                desk.clock.clone(),
                command_receiver,
                change_sender,
                stop,
            ))
        }
    };
    // Listened to before the size is read for the first time: a resize during
    // the first frame would be lost.
    let signals = Signals::new()?;
    let terminal = match desk.plain {
        true => None,
        false => Some(Terminal::enter(desk.mouse)?),
    };
    let size = match &terminal {
        Some(terminal) => terminal.size()?,
        None => LINES,
    };
    let mut model = Model::new(settings, size, desk.clock.now());
    let mut runner = EffectRunner::new(reader, commands, desk.canned);
    // The first frame comes from the cache, before any network.
    let mut effects = Vec::new();
    for effect in model.start() {
        if let Some(msg) = runner.load_now(&effect) {
            effects.extend(app::update(&mut model, desk.clock.now(), msg));
        }
    }
    for notice in notices {
        model.toast(ToastKind::Bad, notice);
    }
    let mut terminal = terminal;
    if let Some(terminal) = &mut terminal {
        terminal.draw(|frame| ui::view(&model, &desk.theme, frame))?;
    }
    tasks.spawn("sync", async move { work.await.map_err(|e| e.to_string()) });
    for effect in effects {
        runner.perform(effect, &mut tasks);
    }
    let Some(terminal) = terminal else {
        let plain = plain::Plain {
            model,
            runner,
            tasks,
            changes,
            clock: desk.clock,
            transcript: ui::Transcript::default(),
        };
        return plain.run(signals).await;
    };
    let (input_sender, input) = mpsc::channel(DRAIN);
    let (pause, paused) = Pause::new();
    tasks.spawn(
        "input",
        input::read(input_sender, paused, tasks.stop_signal()),
    );
    let (reload_sender, reloads) = mpsc::channel(1);
    if let Some(reload) = &desk.reload {
        let file = reload.file.clone();
        let watch = reload::watch(file, reload_sender, tasks.stop_signal());
        tasks.spawn("config", watch);
    }
    let clock = desk.clock;
    let theme = desk.theme;
    Loop {
        model,
        runner,
        terminal,
        tasks,
        input,
        pause,
        editing: None,
        folder: desk.cache,
        reload: desk.reload,
        reloads,
        changes,
        clock,
        theme,
    }
    .run(signals)
    .await
}

struct Loop {
    model: Model,
    runner: EffectRunner,
    terminal: Terminal,
    tasks: Tasks,
    input: mpsc::Receiver<io::Result<Msg>>,
    pause: Pause,
    /// A draft that the person's editor is to get.
    editing: Option<(ConversationId, String)>,
    /// A folder that is this user's alone.
    folder: PathBuf,
    reload: Option<Reload>,
    reloads: mpsc::Receiver<()>,
    changes: broadcast::Receiver<Change>,
    clock: Clock,
    theme: Theme,
}

/// What the loop does next.
enum LoopEvent {
    Message(Msg),
    Suspend,
    Resized,
    /// The configuration's file is another one.
    Configured,
    /// The terminal is gone.
    Lost(io::Error),
}

/// What the system tells us.
struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    resized: Signal,
    stop_key: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let stop_key = SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw());
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            resized: signal(SignalKind::window_change())?,
            stop_key: signal(stop_key)?,
        })
    }

    async fn next(&mut self) -> LoopEvent {
        tokio::select! {
            _ = self.terminate.recv() => LoopEvent::Message(Msg::Terminate),
            _ = self.hang_up.recv() => LoopEvent::Message(Msg::Terminate),
            _ = self.interrupt.recv() => LoopEvent::Message(Msg::Terminate),
            _ = self.resized.recv() => LoopEvent::Resized,
            _ = self.stop_key.recv() => LoopEvent::Suspend,
        }
    }
}

impl Loop {
    async fn run(mut self, mut signals: Signals) -> Result<(), Error> {
        let ended = loop {
            let turn = self.next(&mut signals).await;
            match self.take_turn(turn) {
                Ok(false) => {}
                Ok(true) => break Ok(()),
                Err(why) => break Err(Error::Terminal(why)),
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
        ended
    }

    /// Waits for whatever comes first.
    async fn next(&mut self, signals: &mut Signals) -> LoopEvent {
        let wake = app::wake_at(&self.model);
        let clock = self.clock.clone();
        let sleep = async {
            match wake {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(key) = self.input.recv() => key.map_or_else(LoopEvent::Lost, LoopEvent::Message),
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
    fn take_turn(&mut self, turn: LoopEvent) -> io::Result<bool> {
        let mut next = Some(turn);
        for _ in 0..DRAIN {
            let left = match next {
                Some(LoopEvent::Message(msg)) => self.take(msg)?,
                Some(LoopEvent::Resized) => {
                    let (width, height) = self.terminal.size()?;
                    self.take(Msg::Resize(width, height))?
                }
                Some(LoopEvent::Suspend) => {
                    self.suspend()?;
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
    fn take(&mut self, msg: Msg) -> io::Result<bool> {
        let mut left = false;
        for effect in app::update(&mut self.model, self.clock.now(), msg) {
            match effect {
                Effect::Terminal(TerminalEffect::Quit) => left = true,
                Effect::Terminal(TerminalEffect::Bell) => self.terminal.bell()?,
                // Only where the desk speaks in lines.
                Effect::Terminal(TerminalEffect::Say(_)) => {}
                Effect::Terminal(TerminalEffect::Copy(words)) => self.terminal.copy(&words)?,
                Effect::Terminal(TerminalEffect::Notify(words)) => {
                    let how = self.model.session.settings.alerts.notify;
                    self.terminal.notify(how, &words)?;
                }
                Effect::Terminal(TerminalEffect::Title(words)) => self.terminal.title(&words)?,
                Effect::Terminal(TerminalEffect::Redraw) => self.terminal.clear()?,
                Effect::Terminal(TerminalEffect::Suspend) => self.suspend()?,
                Effect::Terminal(TerminalEffect::Edit { conversation, text }) => {
                    self.editing = Some((conversation, text))
                }
                effect => self.runner.perform(effect, &mut self.tasks),
            }
        }
        Ok(left)
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
        self.terminal
            .draw(|frame| ui::view(&self.model, &self.theme, frame))
    }

    /// To the shell and back; meanwhile the terminal may have got another size.
    fn suspend(&mut self) -> io::Result<()> {
        self.terminal.suspend()?;
        self.model.session.size = self.terminal.size()?;
        Ok(())
    }

    /// Gives the terminal to the editor, if somebody wants that, and takes it
    /// back. The engine goes on meanwhile. Answers whether to leave.
    async fn edit(&mut self, signals: &mut Signals) -> io::Result<bool> {
        let Some((conversation, text)) = self.editing.take() else {
            return Ok(false);
        };
        self.pause.begin().await;
        self.terminal.lend();
        let mut terminated = false;
        let edited = match editor::start(&text, &self.folder) {
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
                editor.text(ended)
            }
        };
        self.terminal.take_back()?;
        self.pause.end();
        self.model.session.size = self.terminal.size()?;
        let mut left = self.take(Msg::Edited(conversation, edited))?;
        if terminated {
            left = self.take(Msg::Terminate)?;
        }
        self.draw()?;
        Ok(left)
    }

    /// What is there already, without waiting.
    fn ready(&mut self) -> Option<LoopEvent> {
        if let Ok(key) = self.input.try_recv() {
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

/// The next news of the engine; none any more once it has ended.
async fn news(changes: &mut broadcast::Receiver<Change>) -> Option<LoopEvent> {
    match changes.recv().await {
        Ok(change) => Some(LoopEvent::Message(Msg::Changed(vec![change]))),
        Err(broadcast::error::RecvError::Lagged(_)) => Some(LoopEvent::Message(Msg::Missed)),
        Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
    }
}
