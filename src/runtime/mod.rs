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
//! | `terminal`, `canvas`, `cells`, `gate`, `encoder` | the terminal, and what it is sent |
//! | `input`, `signals`, `news` | its keys, what the system tells, what the engine tells |
//! | `bell` | how the desk waits for all of them |
//! | `pictures` | pictures that the terminal draws itself |
//! | `stderr` | what others write over the screen, led into a file |
//! | `tasks` | the only place that spawns |
//! | `calls` | calls to the Graph API for the log |
//! | `browser`, `clipboard`, `editor`, `files`, `canned`, `reload` | what lies outside of the terminal |
//! | `error` | why a desk ends badly |
//!
//! One loop: it takes what is ready (up to 64 messages), then draws once. No
//! message, no frame. It must not know the simulator.

mod bell;
mod browser;
mod calls;
mod canned;
mod canvas;
mod cells;
mod clipboard;
mod editor;
mod effects;
mod encoder;
mod error;
mod files;
mod gate;
mod input;
mod news;
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
    io,
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
    bell::Bell, calls::Calls, effects::EffectRunner, input::Bursts, news::News, plain::Plain,
    screen::Screen, signals::Signals,
};
use crate::{
    app::{self, Damage, Effect, Model, Query, Settings, ToastKind, settings::PicturesBy},
    clock::Clock,
    domain::{Change, Command, PageId},
    graph, store, sync,
    ui::{self, Theme},
    webhook,
};

/// Where there is no screen, nothing depends on its size.
const LINES: (u16, u16) = (120, 40);

/// So many changes wait for the desk. In a flood it takes them twenty times a second; what
/// it misses it asks the cache for.
const CHANGES: usize = 512;

/// What it takes to run a desk.
#[derive(Debug)]
pub struct Desk {
    /// The Page.
    pub page: PageId,
    /// Where the cache is.
    pub cache: PathBuf,
    /// The Graph API.
    pub graph: graph::Client,
    /// Says on the shell, before the terminal is taken over, why that takes so long.
    pub warn: fn(&store::Notice),
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

/// The desk once its first frame is out.
struct Begun {
    model: Model,
    /// `None` where the desk speaks in lines.
    terminal: Option<Terminal>,
    /// What the first answers brought.
    effects: Vec<Effect>,
}

/// Runs a desk until it is left. `start` gives the tasks, which may already hold others
/// (the demo's simulator), once the first frame is out; all of them are stopped at the
/// end.
///
/// # Errors
///
/// The cache or the terminal cannot be used, or the system gives no thread.
pub fn run(mut desk: Desk, start: impl FnOnce() -> io::Result<Tasks>) -> Result<(), Error> {
    // Listened to before the size is read for the first time: a resize during
    // the first frame would be lost.
    let signals = Signals::new()?;
    let opening = store::Opening::begin(&desk.cache, &desk.page)?;
    let (mut begun, opened) = match opening.glance() {
        Some(glance) => (first_frame(&mut desk, &glance)?, opening.finish()?),
        // If a glance at the files is not enough, they are opened first.
        None => {
            if let Some(notice) = opening.notice() {
                (desk.warn)(&notice);
            }
            let opened = opening.finish()?;
            desk.settings.read_only |= opened.writer.is_none();
            (first_frame(&mut desk, &opened.reader)?, opened)
        }
    };
    let mut notices: Vec<String> = opened.notices.iter().map(ToString::to_string).collect();
    let may_write = match opened.writer {
        Some(writer) => Ok(writer),
        // The last of them says why; it stays on the screen.
        None => Err(notices.pop().unwrap_or_default()),
    };
    for notice in notices {
        begun.model.toast(ToastKind::Bad, notice);
        begun.model.damage = Damage::All;
    }
    begun.draw(&desk.theme)?;
    let mut tasks = start().map_err(Error::Start)?;
    let (commands, command_receiver) = mpsc::channel(256);
    let (change_sender, changes) = broadcast::channel(CHANGES);
    let calls = Calls::new(change_sender.clone());
    let ended = calls.clone();
    desk.graph.on_call(move |call| ended.ended(call));
    let side = EngineSide {
        commands: command_receiver,
        changes: change_sender,
        stop: tasks.stop_signal(),
    };
    let apart = opened.reader.apart();
    let engine = engine(&mut desk, may_write, apart, side, &mut tasks);
    tasks.spawn(
        "sync",
        async move { engine.await.map_err(|e| e.to_string()) },
    );
    let mut runner = EffectRunner::new(opened.reader, commands, desk.canned.clone());
    for effect in begun.effects.drain(..) {
        runner.perform(effect, &mut tasks);
    }
    match begun.terminal {
        Some(terminal) => {
            let outside = Outside {
                terminal,
                signals,
                tasks,
                news: News::new(changes),
                calls,
            };
            screen(desk, begun.model, runner, outside)?.run()
        }
        None => {
            // Lines are not painted again for a call, so none has to wait.
            calls.show(true);
            let plain = Plain {
                model: begun.model,
                runner,
                tasks,
                changes,
                clock: desk.clock,
                transcript: ui::Transcript::default(),
            };
            plain.run(signals)
        }
    }
}

impl Begun {
    /// Draws what has changed since the last frame.
    fn draw(&mut self, theme: &Theme) -> io::Result<()> {
        let damage = std::mem::replace(&mut self.model.damage, Damage::Nothing);
        match &mut self.terminal {
            Some(terminal) if damage != Damage::Nothing => terminal
                .draw(|painted, buffer| ui::paint(&self.model, theme, damage, painted, buffer)),
            _ => Ok(()),
        }
    }
}

/// Draws the first frame from the cache; nothing else is started before it is out.
fn first_frame(desk: &mut Desk, reader: &store::Reader) -> Result<Begun, Error> {
    desk.settings.page = desk.page.clone();
    if desk.plain {
        desk.settings.pictures = PicturesBy::Off;
    }
    desk.settings.simulator = desk.graph.is_loopback();
    let terminal = match desk.plain {
        true => None,
        false => Some(Terminal::enter(
            desk.mouse,
            desk.settings.pictures,
            desk.log.as_deref(),
        )?),
    };
    let size = terminal.as_ref().map_or(LINES, Terminal::size);
    let mut model = Model::new(desk.settings.clone(), size, desk.clock.now());
    let mut effects = Vec::new();
    for effect in model.start() {
        let Effect::Query(query) = effect else {
            continue;
        };
        let answer = match query {
            Query::Inbox(wanted) => queries::inbox(wanted, u32::from(size.1), reader),
            query => queries::answer(query, reader, &desk.canned),
        };
        if let Some(msg) = effects::message(answer) {
            effects.extend(app::update(&mut model, desk.clock.now(), msg));
        }
    }
    // The other rows are read once the frame is out.
    effects.extend(model.inbox.reload());
    // Where another program writes, the file may be its editor's, at work.
    if !desk.settings.read_only {
        tell_of_left_text(&mut model, &desk.cache);
    }
    let mut begun = Begun {
        model,
        terminal,
        effects,
    };
    begun.model.damage = Damage::All;
    begun.draw(&desk.theme)?;
    Ok(begun)
}

/// The engine, or what runs in its place where only reading is possible, and why.
fn engine(
    desk: &mut Desk,
    may_write: Result<store::Writer, String>,
    reader: store::Reader,
    side: EngineSide,
    tasks: &mut Tasks,
) -> EngineTask {
    let pictures = store::PictureFolder::new(&desk.cache, &desk.page);
    let writer = match may_write {
        Ok(writer) => writer,
        Err(why) => {
            let looks = sync::LooksOn {
                reader,
                pictures,
                why,
            };
            let clock = desk.clock.clone();
            let work = sync::read_only(looks, clock, side.commands, side.changes, side.stop);
            return Box::pin(work);
        }
    };
    let options = sync::Options {
        apps: desk.settings.apps.clone(),
        seed: desk.settings.seed,
        files: store::files_folder(&desk.cache, &desk.page),
        pictures: Some(pictures),
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
    Box::pin(engine.run(side.stop))
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

/// What a screen hears from.
struct Outside {
    terminal: Terminal,
    signals: Signals,
    tasks: Tasks,
    news: News,
    calls: Calls,
}

/// The desk on the whole screen, with its keys and its configuration watched.
fn screen(
    desk: Desk,
    model: Model,
    runner: EffectRunner,
    mut outside: Outside,
) -> io::Result<Screen> {
    let (reload_sender, reloads) = mpsc::channel(1);
    if let Some(reload) = &desk.reload {
        let file = reload.file.clone();
        let watch = reload::watch(file, reload_sender, outside.tasks.stop_signal());
        outside.tasks.spawn("config", watch);
    }
    Ok(Screen {
        model,
        runner,
        terminal: outside.terminal,
        signals: outside.signals,
        tasks: outside.tasks,
        bell: Bell::new()?,
        rung: true,
        input: Bursts::open()?,
        later: Vec::new(),
        editing: None,
        suspending: false,
        edited: None,
        folder: desk.cache,
        reload: desk.reload,
        reloads,
        news: outside.news,
        calls: outside.calls,
        keys: 0,
        clock: desk.clock,
        theme: desk.theme,
    })
}
