//! `switchboard demo`: the real desk against a simulator in the same process.

use clap::Args;
use tokio::sync::mpsc;

use super::{
    failure::Failure,
    global::Global,
    setup::{self, executor},
    terminal::{require_terminal, theme},
};
use crate::{
    clock::{Clock, Span},
    config::{self, Config},
    domain::{AppId, PageId},
    graph::Secrets,
    runtime::{self, Desk, Tasks},
    sim::{self, Simulator},
    sync, webhook,
};

macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../assets/", $name)))),*]
    };
}

/// So that `/` has something to show where nothing is configured.
const CANNED: &[(&str, &str)] = assets![
    "canned/anything-else.txt",
    "canned/broken.txt",
    "canned/greeting.txt",
    "canned/refund-sent.txt",
    "templates/account.json",
    "templates/bulb-size.toml",
    "templates/call-back.toml",
    "templates/delivery-day.toml",
    "templates/lamp-film.json",
    "templates/moon-lamp.json",
    "templates/repair-ready.json",
    "templates/order.json",
    "templates/receipt.json",
    "templates/room-ideas.json",
    "templates/winter-coupon.json",
];

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The same seed gives the same world
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// At least this many conversations
    #[arg(long, default_value_t = 0, value_name = "N")]
    conversations: usize,
    /// At least this many messages in the longest thread
    #[arg(long, default_value_t = 0, value_name = "N")]
    messages: usize,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            seed: 1,
            conversations: 0,
            messages: 0,
        }
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Result<(), Failure> {
    let config =
        Config::load(global.config.as_deref()).map_err(|e| Failure::Usage(e.to_string()))?;
    if !global.plain {
        require_terminal()?;
    }
    let executor = executor()?;
    let clock = Clock::system();
    let options = sim::Options {
        seed: arguments.seed,
        conversations: arguments.conversations,
        messages: arguments.messages,
        ..sim::Options::default()
    };
    let simulator = Simulator::new(options, clock.clone()).map_err(Failure::failed)?;
    // Gone when the demo ends.
    let temporary;
    let cache = match &global.cache {
        Some(folder) => folder.clone(),
        None => {
            temporary = temporary_folder()?;
            temporary.path().to_owned()
        }
    };
    let webhook = webhook(&executor, &simulator)?;
    let ended = executor.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .map_err(|e| Failure::Failed(format!("cannot listen on 127.0.0.1 ({e})")))?;
        let address = listener.local_addr().map_err(Failure::failed)?;
        let page = PageId::new(simulator.page_id());
        let (_, token) = simulator
            .app("switchboard")
            .ok_or_else(|| Failure::Failed("the demo has no desk app".into()))?;
        let to_simulator = Global {
            base_url: Some(format!("http://{address}")),
            page: None,
            config: None,
            ..global.clone()
        };
        let graph = setup::client(&to_simulator, &config, token.into(), page.clone(), &clock)?;
        let mut settings = setup::settings(&to_simulator, &config);
        settings.tour = true;
        if global.cache.is_none() {
            // A kept cache remembers ids, so they must not repeat.
            settings.seed = arguments.seed;
        }
        settings.apps.bot = simulator.app("bot").map(|(id, _)| AppId::new(id));
        let mut tasks = Tasks::new();
        let stop = tasks.stop_signal();
        tasks.spawn("simulator", async move {
            simulator
                .serve(listener, async move { stop.cancelled().await })
                .await
                .map_err(|e| e.to_string())
        });
        let desk = Desk {
            page,
            cache,
            graph,
            settings,
            theme: theme(&config),
            plain: global.plain,
            mouse: !config.no_mouse,
            log: config::log_file(),
            reload: setup::reload(global),
            canned: setup::canned(&config, CANNED),
            sync: sync_options(&config),
            clock,
            webhook: Some(webhook),
        };
        runtime::run(desk, tasks).await.map_err(Failure::failed)
    });
    // A line that is still waited for must not keep the program.
    executor.shutdown_background();
    ended
}

fn temporary_folder() -> Result<tempfile::TempDir, Failure> {
    tempfile::Builder::new()
        .prefix("switchboard-demo-")
        .tempdir()
        .map_err(|e| Failure::Failed(format!("cannot make a folder for the demo's cache ({e})")))
}

/// As for a Page, but for its token and its seed: both are the demo's own.
fn sync_options(config: &Config) -> sync::Options {
    sync::Options {
        keep: config.keep_days.map(|days| Span::days(i64::from(days))),
        asking: setup::asking(config),
        downloads: config::downloads_folder(),
        agent: setup::agent(config),
        idle_lease: config.idle_lease.map(sync::Lease::of),
        ..sync::Options::default()
    }
}

/// The simulator calls the desk as Meta would: signed, after the handshake.
fn webhook(
    executor: &tokio::runtime::Runtime,
    simulator: &Simulator,
) -> Result<(webhook::Server, mpsc::Receiver<sync::Delivery>), Failure> {
    let no_app = || Failure::Failed("the demo has no desk app".into());
    let (secret, verify_token) = simulator.secrets("switchboard").ok_or_else(no_app)?;
    let options = webhook::Options {
        listen: ([127, 0, 0, 1], 0).into(),
        secrets: Secrets::new(vec![secret.into()]).ok_or_else(no_app)?,
        verify_token: Some(verify_token.into()),
        accept_sha1: false,
        path: None,
    };
    let (server, deliveries) = setup::open_webhook(executor, options)?;
    let address = server.address().map_err(Failure::failed)?;
    simulator.connect("switchboard", &format!("http://{address}/"));
    Ok((server, deliveries))
}
