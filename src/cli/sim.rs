//! `switchboard sim`: the simulator alone, for a desk or a bot in another
//! process.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use serde_json::Value;

use super::{
    failure::Failure,
    global::Global,
    output::{say, say_json, warn},
    setup::executor,
};
use crate::{
    clock::Clock,
    domain::Timestamp,
    sim::{self, Simulator},
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A scenario in TOML; without one, the world of the demo
    #[arg(value_name = "SCENARIO")]
    scenario: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8700", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Allow listening where other computers can reach it and all its data
    #[arg(long)]
    expose: bool,
    /// Also call webhooks on other computers
    #[arg(long)]
    call_out: bool,
    /// An app and its webhook: events go there, signed, after the handshake
    #[arg(long = "app", value_name = "NAME=WEBHOOK_URL", value_parser = app)]
    apps: Vec<(String, String)>,
    /// The time at the start, such as 2026-11-20T14:00:00Z; it runs on from
    /// there in whole seconds, and the log of two runs can be compared
    #[arg(long, value_name = "TIME")]
    now: Option<jiff::Timestamp>,
    /// Simulated seconds per real second; 0 stops time until POST /sim/clock
    #[arg(long, default_value_t = 1.0, value_name = "N", value_parser = speed)]
    speed: f64,
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

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse::<f64>().ok();
    let speed = speed.filter(|speed| (0.0..=100_000.0).contains(speed));
    speed.ok_or_else(|| "write a number from 0 to 100000".into())
}

fn app(text: &str) -> Result<(String, String), String> {
    let (name, url) = text.split_once('=').ok_or("write it as NAME=WEBHOOK_URL")?;
    if name.is_empty() || !(url.starts_with("http://") || url.starts_with("https://")) {
        return Err("write it as NAME=WEBHOOK_URL, with http:// or https://".into());
    }
    Ok((name.to_owned(), url.to_owned()))
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Result<(), Failure> {
    let scenario = match &arguments.scenario {
        Some(path) => Some(crate::text::read(path).map_err(|e| {
            Failure::Usage(format!("cannot read the scenario {}: {e}", path.display()))
        })?),
        None => None,
    };
    let clock = match arguments.now {
        Some(now) => Clock::starting_at(Timestamp::from_millis(now.as_millisecond())),
        None => Clock::system(),
    };
    let options = sim::Options {
        seed: arguments.seed,
        scenario,
        conversations: arguments.conversations,
        messages: arguments.messages,
        apps: arguments.apps.clone(),
        log: global.log.clone(),
        fixed: arguments.now.is_some(),
        speed: Some(arguments.speed),
        call_out: arguments.call_out,
    };
    let listen = arguments.listen;
    if !listen.ip().is_loopback() && !arguments.expose {
        return Err(Failure::Usage(format!(
            "{listen} can be reached from other computers; add --expose if you want that, or listen on 127.0.0.1"
        )));
    }
    let simulator = Simulator::new(options, clock).map_err(|e| match &arguments.scenario {
        Some(path) => Failure::Usage(format!("{}: {e}", path.display())),
        None => Failure::Usage(e.to_string()),
    })?;
    if let Some(url) = simulator.webhook_elsewhere() {
        return Err(Failure::Usage(format!(
            "the webhook {url} is on another computer; add --call-out if you want to call it"
        )));
    }
    if arguments.expose && !listen.ip().is_loopback() {
        warn(format_args!(
            "switchboard: {listen} can be reached from other computers; whoever has the token can read everything."
        ));
    }
    executor()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(arguments.listen).await.map_err(|e| {
            let hint = match e.kind() {
                std::io::ErrorKind::AddrInUse => "Another program is using it, maybe another simulator; choose another address with --listen",
                _ => "Choose another address with --listen",
            };
            Failure::Failed(format!("cannot listen on {}: {e}. {hint}.", arguments.listen))
        })?;
        let address = listener.local_addr().map_err(Failure::failed)?;
        let about = simulator.about(&format!("http://{address}"));
        if global.json {
            say_json(&about);
        } else {
            words(&about).lines().for_each(say);
        }
        let mut troubles = simulator.troubles();
        let tell = async {
            while let Ok(words) = troubles.recv().await {
                warn(format_args!("switchboard: {words}"));
            }
            std::future::pending().await
        };
        tokio::select! {
            served = simulator.serve(listener, stop()) => served.map_err(Failure::failed),
            () = tell => Ok(()),
        }
    })
}

/// ^C or a polite kill.
async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// The same for a person, with the commands to go on.
fn words(about: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let base = text(&about["base_url"]);
    let page = text(&about["page_id"]);
    let mut out = format!(
        "Messenger simulator at {base}\n\n  page       {page}\n  instagram  {}\n\n",
        about["instagram_id"].as_str().unwrap_or("none")
    );
    let apps = about["apps"].as_array().map_or(&[][..], Vec::as_slice);
    for app in apps {
        let name = text(&app["name"]);
        out.push_str(&format!(
            "  app {name}\n    id      {}\n    token   {}\n    secret  {}\n    verify  {}\n",
            text(&app["id"]),
            text(&app["token"]),
            text(&app["secret"]),
            text(&app["verify_token"])
        ));
        if let Some(webhook) = app["webhook"].as_str() {
            out.push_str(&format!("    webhook {webhook}\n"));
        }
    }
    let people = about["people"].as_array().map_or(0, Vec::len);
    out.push_str(&format!(
        "\n  {people} people; --json or GET {base}/sim/people lists them\n\n"
    ));
    let desks = apps.iter().find(|app| app["name"] == "switchboard");
    match desks.or(apps.first()) {
        Some(app) => out.push_str(&format!(
            "To run a desk on it, in another terminal:\n  SWITCHBOARD_PAGE_TOKEN={} switchboard --base-url {base} --page {page}\n",
            text(&app["token"])
        )),
        None => out.push_str(
            "No app can call it yet: add an [[app]] to the scenario, or start it with --app NAME=WEBHOOK_URL\n",
        ),
    }
    out.push_str("\n^C stops it.\n");
    out
}
