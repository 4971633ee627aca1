//! `switchboard demo`: the real desk against a simulator in the same process.

use clap::Args;
use tokio::sync::mpsc;

use super::{
    failure::Failure,
    global::Global,
    output::{self, say},
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
    store, sync, webhook,
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
    /// Start nothing: fill the folder named by --cache with that many, to measure how fast
    /// the desk is, and exit
    #[arg(long)]
    make: bool,
    /// With --make, how old the cache is to look, such as 12h
    #[arg(long, value_name = "TIME", requires = "make", value_parser = age)]
    age: Option<Span>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            seed: 1,
            conversations: 0,
            messages: 0,
            make: false,
            age: None,
        }
    }
}

/// A length of time as people write it: `12h`, `90m`, `2d`.
fn age(text: &str) -> Result<Span, String> {
    let in_words = || "write it as 12h, 90m or 2d".to_owned();
    let span: jiff::Span = text.parse().map_err(|_| in_words())?;
    let days = jiff::SpanRelativeTo::days_are_24_hours();
    let span = span.to_duration(days).map_err(|_| in_words())?;
    let millis = i64::try_from(span.as_millis()).map_err(|_| in_words())?;
    // About 27 years (our choice): it has to stay a time of day that can be shown.
    let ages = 0..=Span::days(10_000).as_millis();
    ages.contains(&millis)
        .then_some(Span::millis(millis))
        .ok_or_else(in_words)
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Result<(), Failure> {
    if arguments.make {
        return make(arguments, global);
    }
    let config =
        Config::load(global.config.as_deref()).map_err(|e| Failure::Usage(e.to_string()))?;
    if !global.plain {
        require_terminal()?;
    }
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
    let mut tasks = setup::tasks()?;
    let webhook = webhook(&tasks, &simulator)?;
    let listener =
        listen(&tasks).map_err(|e| Failure::Failed(format!("cannot listen on 127.0.0.1 ({e})")))?;
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
    let stop = tasks.stop_signal();
    tasks.spawn("simulator", async move {
        simulator
            .serve(listener, async move { stop.cancelled().await })
            .await
            .map_err(|e| e.to_string())
    });
    let desk = Desk {
        warn: |notice| output::warn(notice),
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
    runtime::run(desk, || Ok(tasks)).map_err(Failure::failed)
}

/// Opens a port on this computer for the simulator.
fn listen(tasks: &Tasks) -> std::io::Result<tokio::net::TcpListener> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let _tasks_run = tasks.enter();
    tokio::net::TcpListener::from_std(listener)
}

/// Fills a cache the way news comes in, without a simulator.
fn make(arguments: &Arguments, global: &Global) -> Result<(), Failure> {
    let usage = |why: &str| Failure::Usage(why.to_owned());
    let folder = global.cache.as_deref();
    let folder = folder.ok_or_else(|| usage("--make needs --cache DIR, the folder to fill"))?;
    let count = |count: usize| {
        u32::try_from(count)
            .map_err(|_| usage("no cache holds that many conversations or messages; ask for fewer"))
    };
    let sample = store::Sample {
        conversations: count(arguments.conversations)?.max(1),
        messages: count(arguments.messages)?.max(1),
        seed: arguments.seed,
        now: Clock::system()
            .now()
            .plus(arguments.age.unwrap_or(Span::ZERO).negated()),
    };
    let page = match &global.page {
        Some(page) => PageId::new(page),
        None => {
            let simulator = Simulator::new(sim::Options::default(), Clock::system());
            PageId::new(simulator.map_err(Failure::failed)?.page_id())
        }
    };
    if store::exists(folder, &page) {
        return Err(Failure::Usage(format!(
            "{} already holds conversations; name an empty folder",
            folder.display()
        )));
    }
    let opened = store::open(folder, &page).map_err(Failure::failed)?;
    let (writer, reader) = opened.alone(folder).map_err(Failure::failed)?;
    executor()?
        .block_on(sample.fill(&writer))
        .map_err(Failure::failed)?;
    let (conversations, messages) = reader.cached().map_err(Failure::failed)?;
    say(format_args!(
        "{conversations} conversations and {messages} messages of Page {page} are in {}.",
        folder.display()
    ));
    Ok(())
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
    tasks: &Tasks,
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
    let (server, deliveries) = setup::open_webhook(tasks, options)?;
    let address = server.address().map_err(Failure::failed)?;
    simulator.connect("switchboard", &format!("http://{address}/"));
    Ok((server, deliveries))
}
