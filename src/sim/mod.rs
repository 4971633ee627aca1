//! A small Facebook on loopback: a Page, its apps, people who write, a bot that
//! answers, and Meta's rules between them.
//!
//! ```text
//!   HTTP ─ server ─ params ─┬─ read ─ nodes, people   conversations, messages, profiles;
//!          (log, faults)    │                         answer: fields, cursors, times
//!                           ├─ send                   the Send API and its checks X1 …
//!                           └─ control                thread ownership, rules R4 … R8
//!                                │
//!      scenario, grow ─► world ◄─┘  script carries out what bot and customers plan
//! ```
//!
//! Nothing runs in the background: before each answer the world is brought up to
//! the present moment, so the same seed and the same questions at the same times
//! give the same answers. This module must not know `graph` (they share no type,
//! only the sample payloads in `assets/graph`), nor anything else of the desk.
//!
//! Choices of ours, where Meta's documentation is silent, are marked "our
//! choice" at the code.

mod answer;
mod control;
mod fail;
mod faults;
mod fields;
mod grow;
mod nodes;
mod params;
mod people;
mod plan;
mod read;
mod scenario;
mod script;
mod send;
mod server;
mod world;

#[cfg(test)]
mod tests;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};

pub use faults::Fault;
pub use scenario::ScenarioError;
use world::World;

use crate::clock::Clock;

/// What the simulator is told at the start.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The same seed gives the same world and the same course.
    pub seed: u64,
    /// A scenario in TOML; `None` for the built-in one.
    pub scenario: Option<String>,
    /// How many conversations there are at least; more are made up.
    pub conversations: usize,
    /// How many messages the longest thread has at least.
    pub messages: usize,
    /// Apps to add, or whose webhook to set: name and URL.
    pub apps: Vec<(String, String)>,
    /// Where to write every call, if anywhere.
    pub log: Option<PathBuf>,
}

/// A running world. Cheap to clone; clones share the world.
#[derive(Clone, Debug)]
pub struct Simulator {
    world: Arc<Mutex<World>>,
    clock: Clock,
    log: Option<Arc<server::Log>>,
}

/// Why there is no simulator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The scenario has mistakes.
    #[error("{0}")]
    Scenario(#[from] ScenarioError),
    /// The log cannot be written.
    #[error("cannot write the log {path}: {why}")]
    Log {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
}

impl Simulator {
    /// Builds the world as it is at the clock's present moment.
    pub fn new(options: Options, clock: Clock) -> Result<Self, StartError> {
        let world = scenario::build(&options, clock.now())?;
        let log = options
            .log
            .map(|path| {
                server::Log::open(&path)
                    .map(Arc::new)
                    .map_err(|why| StartError::Log { path, why })
            })
            .transpose()?;
        Ok(Self {
            world: Arc::new(Mutex::new(world)),
            clock,
            log,
        })
    }

    /// Everything a script or a desk needs to connect.
    pub fn about(&self, base_url: &str) -> Value {
        let world = self.world();
        json!({
            "base_url": base_url,
            "page_id": world.page.id,
            "instagram_id": world.page.instagram_id,
            "seed": world.seed,
            "now": answer::iso(self.clock.now().as_millis()),
            "apps": world.apps.iter().map(|app| json!({
                "name": app.name, "id": app.id, "token": app.token, "secret": app.secret,
                "verify_token": app.verify_token, "webhook": app.webhook,
            })).collect::<Vec<_>>(),
            "people": world.people.iter().map(|person| json!({
                "id": person.id, "name": person.name, "platform": person.platform.word(),
                "conversation_id": person.conversation,
                "owner": person.owner_at(self.clock.now().as_millis()).map(|app| world.apps[app].name.clone()),
                "last_message_at": person.last_customer_at().map(answer::iso),
            })).collect::<Vec<_>>(),
        })
    }

    /// The id, token and name of an app of the world.
    pub fn app(&self, name: &str) -> Option<(String, String)> {
        self.world()
            .apps
            .iter()
            .find(|app| app.name == name)
            .map(|app| (app.id.clone(), app.token.clone()))
    }

    /// The id of the Page.
    pub fn page_id(&self) -> String {
        self.world().page.id.clone()
    }

    /// Orders a fault for the next call whose method and path hold `part`, such
    /// as `"POST /v26.0/…/messages"` or just `"messages"`.
    pub fn fail_next(&self, part: &str, fault: Fault) {
        self.world().faults.order(part, fault);
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
