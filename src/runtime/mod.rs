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

mod effects;
mod input;
mod tasks;
mod terminal;

use std::{io, path::PathBuf};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{broadcast, mpsc},
};

use effects::Hands;
pub use tasks::Tasks;
pub use terminal::Terminal;

use crate::{
    app::{self, Effect, Model, Msg, Settings},
    clock::Clock,
    domain::{Change, Link, PageId},
    graph, store, sync,
    ui::{self, Theme},
};

/// At most this many messages are taken before a frame is drawn.
const DRAIN: usize = 64;

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
    /// The time.
    pub clock: Clock,
}

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
    let (writer, reader) = store::open(&desk.cache, &desk.page)?;
    let (change_sender, changes) = broadcast::channel(1024);
    let (commands, command_receiver) = mpsc::channel(256);
    let engine = sync::Engine::new(
        sync::Options {
            apps: desk.settings.apps.clone(),
        },
        desk.graph,
        (writer, reader.clone()),
        desk.clock.clone(),
        command_receiver,
        change_sender,
    );
    let mut terminal = Terminal::enter()?;
    let mut model = Model::new(desk.settings, terminal.size()?, desk.clock.now());
    let hands = Hands::new(reader, commands, desk.clock.clone());
    // The first frame comes from the cache, before any network.
    for effect in model.start() {
        if let Some(msg) = hands.load_now(&effect) {
            app::update(&mut model, desk.clock.now(), msg);
        }
    }
    terminal.draw(|frame| ui::view(&model, &desk.theme, frame))?;
    let stop = tasks.stop_signal();
    tasks.spawn("sync", async move {
        engine.run(stop).await.map_err(|e| e.to_string())
    });
    let (input_sender, input) = mpsc::channel(DRAIN);
    tasks.spawn("input", input::read(input_sender));
    let clock = desk.clock;
    let theme = desk.theme;
    Loop {
        model,
        hands,
        terminal,
        tasks,
        input,
        changes,
        clock,
        theme,
    }
    .run()
    .await
}

struct Loop {
    model: Model,
    hands: Hands,
    terminal: Terminal,
    tasks: Tasks,
    input: mpsc::Receiver<io::Result<Msg>>,
    changes: broadcast::Receiver<Change>,
    clock: Clock,
    theme: Theme,
}

/// What the loop does next.
enum Turn {
    Message(Msg),
    Suspend,
    Ignore,
    /// The terminal is gone.
    Lost(io::Error),
}

impl Loop {
    async fn run(mut self) -> Result<(), Error> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hang_up = signal(SignalKind::hangup())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        // The event stream reports resizes too, but loses some of a storm (seen
        // with crossterm 0.29), so the signal itself is listened to.
        let mut resized = signal(SignalKind::window_change())?;
        let mut stop_key = signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?;
        let ended = loop {
            let wake = app::wake_at(&self.model);
            let clock = self.clock.clone();
            let sleep = async {
                match wake {
                    Some(at) => clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let turn = tokio::select! {
                Some(key) = self.input.recv() => match key {
                    Ok(msg) => Turn::Message(msg),
                    Err(why) => Turn::Lost(why),
                },
                change = self.changes.recv() => news(change),
                loaded = self.hands.next() => Turn::Message(loaded),
                (name, why) = self.tasks.ended() => {
                    let words = format!("{name} ({why}); restart switchboard");
                    Turn::Message(Msg::Changed(vec![Change::Link(Link::Broken(words))]))
                }
                _ = terminate.recv() => Turn::Message(Msg::Terminate),
                _ = hang_up.recv() => Turn::Message(Msg::Terminate),
                _ = interrupt.recv() => Turn::Message(Msg::Terminate),
                _ = resized.recv() => {
                    let (width, height) = self.terminal.size()?;
                    Turn::Message(Msg::Resize(width, height))
                }
                _ = stop_key.recv() => Turn::Suspend,
                () = sleep => Turn::Message(Msg::Wake),
            };
            match turn {
                Turn::Ignore => {}
                Turn::Lost(why) => break Err(Error::Terminal(why)),
                Turn::Suspend => {
                    self.suspend()?;
                    self.draw()?;
                }
                Turn::Message(msg) => {
                    let mut left = self.take(msg)?;
                    for _ in 0..DRAIN {
                        if left {
                            break;
                        }
                        match self.ready() {
                            Some(msg) => left = self.take(msg)?,
                            None => break,
                        }
                    }
                    if left {
                        break Ok(());
                    }
                    self.draw()?;
                }
            }
        };
        self.terminal.leave();
        self.tasks.finish().await;
        ended
    }

    /// Takes a message in and does what comes of it. Answers whether to leave.
    fn take(&mut self, msg: Msg) -> io::Result<bool> {
        let mut left = false;
        for effect in app::update(&mut self.model, self.clock.now(), msg) {
            match effect {
                Effect::Quit => left = true,
                Effect::Redraw => self.terminal.clear()?,
                Effect::Suspend => self.suspend()?,
                effect => self.hands.perform(effect, &mut self.tasks),
            }
        }
        Ok(left)
    }

    fn draw(&mut self) -> io::Result<()> {
        self.terminal
            .draw(|frame| ui::view(&self.model, &self.theme, frame))
    }

    /// To the shell and back; meanwhile the terminal may have got another size.
    fn suspend(&mut self) -> io::Result<()> {
        self.terminal.suspend()?;
        self.model.size = self.terminal.size()?;
        Ok(())
    }

    /// A message that is there already, without waiting.
    fn ready(&mut self) -> Option<Msg> {
        if let Ok(Ok(msg)) = self.input.try_recv() {
            return Some(msg);
        }
        if let Some(msg) = self.hands.ready() {
            return Some(msg);
        }
        match self.changes.try_recv() {
            Ok(change) => Some(Msg::Changed(vec![change])),
            Err(broadcast::error::TryRecvError::Lagged(_)) => Some(Msg::Missed),
            Err(_) => None,
        }
    }
}

fn news(change: Result<Change, broadcast::error::RecvError>) -> Turn {
    match change {
        Ok(change) => Turn::Message(Msg::Changed(vec![change])),
        Err(broadcast::error::RecvError::Lagged(_)) => Turn::Message(Msg::Missed),
        Err(broadcast::error::RecvError::Closed) => Turn::Ignore,
    }
}
