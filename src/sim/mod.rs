//! A small Facebook on loopback: a Page, its apps, people who write, a bot that
//! answers, and Meta's rules between them.
//!
//! ```text
//!   HTTP ─ server ─ params ─ route ─┬─ read ─ nodes, people   conversations, messages, profiles;
//!          (log, faults)            │                         answer: fields, cursors, times
//!             │                     ├─ send ─ attachments     the Send API and its checks X1 …
//!             └─ api (/sim/…)       ├─ control                thread ownership, rules R4 … R8
//!                │                  └─ subscribe, extras      webhooks' fields, labels, menus …
//!                ▼                       │
//!   scenario, grow ─► world ◄────────────┘
//!                      ▲  │ events ─► hooks ─► sender ─ HTTP ─► the apps
//!      script, bots, deeds, storm: what people, bots and time do
//! ```
//!
//! The world is brought up to the present moment before each answer, and by the
//! sender when something is due; each thing happens at its own time. So the same
//! seed and the same questions at the same times give the same answers. This
//! module must not know `graph` (they share no type, only the sample payloads in
//! `assets/graph`), nor anything else of the desk.
//!
//! # What it keeps to
//!
//! The names are those of the platform page; a test of the same name (in lower
//! case, in `tests/`) shows each. *Sure*: D documented by Meta, F seen in the
//! field, K known of Graph in general, C our choice. What nobody outside Meta
//! knows is a switch of the scenario (`[switches]`).
//!
//! | | what | sure | switch |
//! |---|---|---|---|
//! | E1 | the list of conversations, 2 calls a second | D | `high_volume` |
//! | E2 | a conversation and its messages | D | `messenger_20_details` |
//! | E3 | a message, its attachments and shares | D | |
//! | E4 | a send, in JSON, form, query or multipart | D | |
//! | E5 | saved attachments, for 90 days | D | |
//! | E6 | typing, seen, reactions | D | `actions_need_control`, `actions_need_window` |
//! | E7 | pass, take, release, extend, request, who owns | D, codes C | `handovers_to_all` |
//! | E8 | profiles, and why there is none | D | |
//! | E9 | the Page, its tokens and its routing | D | |
//! | E10 | subscriptions, both layers, handshake | D | `text_success` |
//! | E11 | Messenger profile, menus of persons, 10 in 10 minutes | D | |
//! | E12 | labels, personas, moderation | D | `label_terms` |
//! | E13 | batches of 50 | F | |
//! | E14 | webhooks: signed twice, retried, given up after an hour | D, pauses C | `numeric_ids`, `bare_deliveries` |
//! | R1 | 24 hours from what opens the window | D | |
//! | R2 | HUMAN_AGENT for 7 days from the last message | D, code C | |
//! | R3 | dead tags are refused at any time | D | |
//! | R4 | without routing: all hear, all send, take is blocked | D | |
//! | R5 | with routing: the owner sends, others stand by | D | |
//! | R6 | control lapses after 24 hours, extends to 7 days | D | |
//! | R7 | take needs the toggle; from idle it is silent | D | |
//! | R8 | a reply in Meta's inbox takes control | D | |
//! | R9 | PSIDs are of one Page | D | |
//! | R10 | Standard Access: only people with a role | D | |
//! | R11 | quick replies vanish | D | |
//! | R12 | one private reply to a comment | D, code C | |
//! | R13 | echo metadata, deliveries, reads | D | |
//! | R14 | a sticker is one attachment | D | `sticker_twice` |
//! | R15 | a tagged send takes control | C | `human_agent_takes` |
//! | X1 | no token | K | |
//! | X2 | unparsable token | F | |
//! | X3 | dead token | D | `dead_token_status` |
//! | X4 | bad proof | K | |
//! | X5 | missing permission | F | |
//! | X6 | throttled | D | |
//! | X7 | unknown tag | F | |
//! | X8 | dead tag | F | |
//! | X9 | message and sender action | D | |
//! | X10 | odd recipient | F | |
//! | X11 | empty message | F | |
//! | X12 | over 2,000 characters | F | `count_utf16` |
//! | X13 | over 1,000 bytes on Instagram | C | |
//! | X14 | quick replies over their limits | C | |
//! | X15 | unknown person | D | |
//! | X16 | no role, Standard Access | D, status C | |
//! | X17 | unavailable person | F | `unavailable_code` |
//! | X18 | restricted Page | D | `page_restricted` |
//! | X19 | not the owner, Messenger | F | |
//! | X20 | not the owner, Instagram | D | |
//! | X21 | window over, Messenger | F | |
//! | X22 | window over, Instagram | D | |
//! | X23 | HUMAN_AGENT without the feature | C | `human_agent_needs_feature` |
//! | X24 | attachments that cannot be had (read from the address: C) | D | |
//! | X25 | transient errors on order | D | |
//! | X26 | an answer that is cut off | C | |

mod answer;
mod api;
mod attachments;
mod bots;
mod cdn;
mod clock;
mod control;
mod deeds;
mod events;
mod extras;
mod fail;
mod faults;
mod fields;
mod grow;
mod hooks;
mod nodes;
mod params;
mod people;
mod plan;
mod read;
mod route;
mod scenario;
mod scenario_file;
mod script;
mod send;
mod sender;
mod server;
mod sign;
mod storm;
mod subscribe;
mod switches;
mod world;

#[cfg(test)]
mod tests;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};
use tokio::sync::Notify;

pub use faults::Fault;
pub use hooks::HookFault;
pub use scenario::ScenarioError;
use world::World;

use crate::clock::{Clock, Timestamp};

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
    /// The start is fixed, so that runs can be compared: nothing happens
    /// between two whole seconds, and the log holds nothing else.
    pub fixed: bool,
    /// Seconds of the world in a real one; `None` for one, 0 stands still.
    pub speed: Option<f64>,
}

/// A running world. Cheap to clone; clones share the world.
#[derive(Clone, Debug)]
pub struct Simulator {
    world: Arc<Mutex<World>>,
    time: Arc<clock::WorldClock>,
    log: Option<Arc<server::Log>>,
    /// Something has happened that the webhook sender should look at.
    bell: Arc<Notify>,
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
        let time = clock::WorldClock::new(clock, options.fixed, options.speed.unwrap_or(1.0));
        let world = scenario::build(&options, Timestamp::from_millis(time.now()))?;
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
            time: Arc::new(time),
            log,
            bell: Arc::new(Notify::new()),
        })
    }

    /// Everything a script or a desk needs to connect.
    pub fn about(&self, base_url: &str) -> Value {
        let people = self.people();
        let world = self.world();
        json!({
            "base_url": base_url,
            "page_id": world.page.id,
            "instagram_id": world.page.instagram_id,
            "seed": world.seed,
            "now": answer::iso(self.time.now()),
            "apps": world.apps.iter().filter(|app| !app.actor).map(|app| json!({
                "name": app.name, "id": app.id, "token": app.token, "secret": app.secret,
                "verify_token": app.verify_token, "webhook": app.hook.url,
            })).collect::<Vec<_>>(),
            "people": people,
        })
    }

    /// The people of the world, as a script needs them.
    fn people(&self) -> Value {
        let now = self.time.now();
        let world = self.world();
        let people = world.people.iter().map(|person| {
            json!({
                "id": person.id, "name": person.name, "platform": person.platform.word(),
                "conversation_id": person.conversation,
                "owner": person.owner_at(now).map(|app| world.apps[app].name.clone()),
                "last_message_at": person.last_customer_at().map(answer::iso),
            })
        });
        people.collect()
    }

    /// The id, token and name of an app of the world.
    pub fn app(&self, name: &str) -> Option<(String, String)> {
        self.world()
            .apps
            .iter()
            .find(|app| app.name == name)
            .map(|app| (app.id.clone(), app.token.clone()))
    }

    /// The secret and the verify token of an app.
    pub fn secrets(&self, name: &str) -> Option<(String, String)> {
        let world = self.world();
        let app = world.apps.iter().find(|app| app.name == name)?;
        Some((app.secret.clone(), app.verify_token.clone()))
    }

    /// The webhook of an app from now on; it is asked for its handshake first.
    pub fn connect(&self, name: &str, webhook: &str) {
        let mut world = self.world();
        if let Some(app) = world.apps.iter_mut().find(|app| app.name == name) {
            app.hook = hooks::Hook::new(Some(webhook.to_owned()));
        }
        self.bell.notify_one();
    }

    /// Orders a fault for the next delivery to an app.
    pub fn fail_delivery(&self, app: &str, fault: HookFault) {
        self.world().faults.order_hook(app, fault);
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
