//! The hall: carries plain data between the pure wing and the outside wing.
//!
//! ```text
//!   terminal ─► input ─┐                    ┌─► effects ─► store, engine
//!   store    ─ Change ─┼─► Msg ─► update ───┤
//!   cache    ─ Loaded ─┘                    └─► view ─► terminal
//! ```
//!
//! | file | |
//! |---|---|
//! | `mod` | puts a desk together and runs it |
//! | `screen`, `plain` | the desk on the whole screen, and in lines |
//! | `effects`, `queries` | carries out effects, answers questions |
//! | `terminal`, `gate`, `input`, `signals` | the terminal, what it is written, its keys, what the system tells |
//! | `pictures` | pictures that the terminal draws itself |
//! | `stderr` | what others write over the screen, led into a file |
//! | `tasks` | the only place that spawns |
//! | `browser`, `clipboard`, `editor`, `files`, `canned`, `reload` | what lies outside of the terminal |
//! | `error` | why a desk ends badly |
//!
//! One loop: it takes what is ready (up to 64 messages), then draws once. No
//! message, no frame. It must not know the simulator.

mod browser;
mod canned;
mod clipboard;
mod editor;
mod effects;
mod error;
mod files;
mod gate;
mod input;
mod pictures;
mod plain;
mod queries;
mod reload;
mod screen;
mod signals;
mod stderr;
mod tasks;
mod terminal;

use std::{
    path::{Path, PathBuf},
    pin::Pin,
};

use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

pub use canned::CannedSource;
pub use error::Error;
pub use gate::Gate;
pub use input::{decoded as decoded_input, hidden_line};
pub use queries::answer;
pub use reload::Reload;
pub use tasks::Tasks;
pub use terminal::Terminal;

use self::{
    effects::EffectRunner,
    input::{Pause, Shown},
    plain::Plain,
    screen::{DRAIN, Screen},
    signals::Signals,
};
use crate::{
    app::{self, Effect, Model, Settings, ToastKind, settings::PicturesBy},
    clock::Clock,
    domain::{Change, Command, PageId},
    graph, store, sync,
    ui::{self, Theme},
    webhook,
};

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
    /// The file that gets what libraries write to stderr while the terminal is
    /// ours; without one it is lost.
    pub log: Option<PathBuf>,
    /// How the configuration is read anew when its file changes.
    pub reload: Option<Reload>,
    /// Where canned replies come from.
    pub canned: CannedSource,
    /// The time.
    pub clock: Clock,
    /// Meta's calls come in here, if they do.
    pub webhook: Option<(webhook::Server, mpsc::Receiver<sync::Delivery>)>,
}

type EngineTask = Pin<Box<dyn Future<Output = Result<(), store::Error>> + Send>>;

/// What the engine and the desk tell each other, on the engine's side.
struct EngineSide {
    commands: mpsc::Receiver<Command>,
    changes: broadcast::Sender<Change>,
    stop: CancellationToken,
}

/// Runs a desk until it is left. `tasks` may already hold others (the demo's
/// simulator); all of them are stopped at the end.
pub async fn run(mut desk: Desk, mut tasks: Tasks) -> Result<(), Error> {
    let opened = store::open(&desk.cache, &desk.page)?;
    let reader = opened.reader.clone();
    let (change_sender, changes) = broadcast::channel(1024);
    let (commands, command_receiver) = mpsc::channel(256);
    desk.settings.page = desk.page.clone();
    if desk.plain {
        desk.settings.pictures = PicturesBy::Off;
    }
    desk.settings.simulator = desk.graph.is_loopback();
    let hears = change_sender.clone();
    desk.graph.on_call(move |call| {
        // Nobody listening is fine: it is a log.
        let _ = hears.send(Change::ApiCall(call));
    });
    let side = EngineSide {
        commands: command_receiver,
        changes: change_sender,
        stop: tasks.stop_signal(),
    };
    let (engine, notices) = engine(&mut desk, opened, side, &mut tasks);
    // Listened to before the size is read for the first time: a resize during
    // the first frame would be lost.
    let signals = Signals::new()?;
    let mut terminal = match desk.plain {
        true => None,
        false => Some(Terminal::enter(
            desk.mouse,
            desk.settings.pictures,
            desk.log.as_deref(),
        )?),
    };
    let size = match &terminal {
        Some(terminal) => terminal.size()?,
        None => LINES,
    };
    let mut model = Model::new(desk.settings.clone(), size, desk.clock.now());
    let mut runner = EffectRunner::new(reader, commands, desk.canned.clone());
    let effects = first_answers(&mut model, &runner, &desk.clock);
    // Where another program writes, the file may be its editor's, at work.
    if !desk.settings.read_only {
        tell_of_left_text(&mut model, &desk.cache);
    }
    for notice in notices {
        model.toast(ToastKind::Bad, notice);
    }
    if let Some(terminal) = &mut terminal {
        terminal.draw(|frame| ui::view(&model, &desk.theme, frame))?;
    }
    tasks.spawn(
        "sync",
        async move { engine.await.map_err(|e| e.to_string()) },
    );
    for effect in effects {
        runner.perform(effect, &mut tasks);
    }
    match terminal {
        Some(terminal) => {
            let screen = screen(desk, model, runner, terminal, tasks, changes);
            screen.run(signals).await
        }
        None => {
            let plain = Plain {
                model,
                runner,
                tasks,
                changes,
                clock: desk.clock,
                transcript: ui::Transcript::default(),
            };
            plain.run(signals).await
        }
    }
}

/// The engine, or what runs in its place where another program has the files;
/// and what a person should know of the files.
fn engine(
    desk: &mut Desk,
    opened: store::Opened,
    side: EngineSide,
    tasks: &mut Tasks,
) -> (EngineTask, Vec<String>) {
    let mut notices: Vec<String> = opened.notices.iter().map(ToString::to_string).collect();
    let reader = opened.reader;
    let Some(writer) = opened.writer else {
        desk.settings.read_only = true;
        let why = notices.pop().unwrap_or_default();
        let clock = desk.clock.clone();
        let pictures = store::PictureFolder::new(&desk.cache, &desk.page);
        let looks = sync::LooksOn {
            reader,
            pictures,
            why,
        };
        let work = sync::read_only(looks, clock, side.commands, side.changes, side.stop);
        return (Box::pin(work), notices);
    };
    let options = sync::Options {
        apps: desk.settings.apps.clone(),
        seed: desk.settings.seed,
        files: store::files_folder(&desk.cache, &desk.page),
        pictures: Some(store::PictureFolder::new(&desk.cache, &desk.page)),
        read_only: desk.settings.read_only,
        ..desk.sync.clone()
    };
    let engine = sync::Engine::new(
        options,
        desk.graph.clone(),
        writer,
        reader,
        desk.clock.clone(),
        side.commands,
        side.changes,
    );
    let engine = match desk.webhook.take() {
        Some((server, deliveries)) => {
            tasks.spawn("webhook", server.serve(tasks.stop_signal()));
            engine.with_deliveries(deliveries)
        }
        None => engine,
    };
    (Box::pin(engine.run(side.stop)), notices)
}

/// What an editor wrote for a program that has ended since.
fn tell_of_left_text(model: &mut Model, folder: &Path) {
    for left in editor::left_behind(folder) {
        let words = format!(
            "Text from your editor was left behind in {}. Copy what you need, then delete it.",
            left.display()
        );
        model.toast(ToastKind::Warn, words);
    }
}

/// The first frame comes from the cache, before any network.
fn first_answers(model: &mut Model, runner: &EffectRunner, clock: &Clock) -> Vec<Effect> {
    let mut effects = Vec::new();
    for effect in model.start() {
        if let Some(msg) = runner.load_now(&effect) {
            effects.extend(app::update(model, clock.now(), msg));
        }
    }
    effects
}

/// The desk on the whole screen, with its keys and its configuration watched.
fn screen(
    desk: Desk,
    model: Model,
    runner: EffectRunner,
    terminal: Terminal,
    mut tasks: Tasks,
    changes: broadcast::Receiver<Change>,
) -> Screen {
    let (input_sender, input) = mpsc::channel(DRAIN);
    let (pause, paused) = Pause::new();
    let shown = Shown::default();
    let read = input::read(input_sender, paused, shown.clone(), tasks.stop_signal());
    tasks.spawn("input", read);
    let (reload_sender, reloads) = mpsc::channel(1);
    if let Some(reload) = &desk.reload {
        let file = reload.file.clone();
        let watch = reload::watch(file, reload_sender, tasks.stop_signal());
        tasks.spawn("config", watch);
    }
    Screen {
        model,
        runner,
        terminal,
        tasks,
        input,
        pause,
        shown,
        taken: 0,
        editing: None,
        suspending: false,
        edited: None,
        folder: desk.cache,
        reload: desk.reload,
        reloads,
        changes,
        clock: desk.clock,
        theme: desk.theme,
    }
}
