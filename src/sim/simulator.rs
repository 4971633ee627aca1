//! The running world: what is started, and what a desk or a test may ask of it
//! without HTTP.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};
use tokio::sync::{Notify, broadcast};

use crate::{
    clock::{Clock, Timestamp},
    sim::{
        call_log::CallLog,
        clock::WorldClock,
        guard,
        options::Options,
        paging::iso,
        scenario::{self, ScenarioError},
        webhooks::Troubles,
        world::{DeliveryFault, Fault, Webhook, World},
    },
};

/// A running world. Cheap to clone; clones share the world.
#[derive(Clone, Debug)]
pub struct Simulator {
    pub(super) world: Arc<Mutex<World>>,
    pub(super) time: Arc<WorldClock>,
    pub(super) log: Option<Arc<CallLog>>,
    call_out: bool,
    /// Something has happened that the webhook sender should look at.
    pub(super) changed: Arc<Notify>,
    pub(super) troubles: Troubles,
}

/// Why there is no simulator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The scenario has mistakes.
    #[error("{0}")]
    Scenario(#[from] ScenarioError),
    /// The log cannot be written.
    #[error("cannot write the log {path}: {why}")]
    CallLog {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
}

impl Simulator {
    /// Builds the world as it is at the clock's present moment.
    pub fn new(options: Options, clock: Clock) -> Result<Self, StartError> {
        let time = WorldClock::new(clock, options.fixed, options.speed.unwrap_or(1.0));
        let mut world = scenario::build(&options, Timestamp::from_millis(time.now()))?;
        if options.fixed {
            // Two runs are the same: one after the other.
            world.at_once = 1;
        }
        let log = options
            .log
            .map(|path| {
                CallLog::open(&path)
                    .map(Arc::new)
                    .map_err(|why| StartError::CallLog { path, why })
            })
            .transpose()?;
        Ok(Self {
            world: Arc::new(Mutex::new(world)),
            time: Arc::new(time),
            log,
            call_out: options.call_out,
            changed: Arc::new(Notify::new()),
            troubles: Troubles::new(),
        })
    }

    /// A sentence for each webhook that fails, once for each cause.
    pub fn troubles(&self) -> broadcast::Receiver<String> {
        self.troubles.listen()
    }

    /// Whether webhooks may go there.
    pub(super) fn may_call(&self, url: &str) -> bool {
        self.call_out || guard::is_here(url)
    }

    /// The webhook of an app that is on another computer, where that was not wanted.
    pub fn webhook_elsewhere(&self) -> Option<String> {
        let world = self.world();
        let webhooks = world.apps.iter().filter_map(|app| app.webhook.url.clone());
        webhooks.into_iter().find(|url| !self.may_call(url))
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
            "now": iso(self.time.now()),
            "apps": world.apps.iter().filter(|app| !app.actor).map(|app| json!({
                "name": app.name, "id": app.id, "token": app.token, "secret": app.secret,
                "verify_token": app.verify_token, "webhook": app.webhook.url,
            })).collect::<Vec<_>>(),
            "people": people,
        })
    }

    /// The people of the world, as a script needs them.
    pub(super) fn people(&self) -> Value {
        let now = self.time.now();
        let world = self.world();
        let people = world.people.iter().map(|person| {
            json!({
                "id": person.id, "name": person.name, "platform": person.platform.word(),
                "conversation_id": person.conversation,
                "owner": person.owner_at(now).map(|app| world.apps[app].name.clone()),
                "last_message_at": person.last_customer_at().map(iso),
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
            app.webhook = Webhook::new(Some(webhook.to_owned()));
        }
        self.changed.notify_one();
    }

    /// Orders a fault for the next delivery to an app.
    pub fn fail_delivery(&self, app: &str, fault: DeliveryFault) {
        self.world().faults.order_delivery(app, fault);
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

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
