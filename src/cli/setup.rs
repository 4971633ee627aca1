//! What desk, demo and the other subcommands have in common: from configuration
//! and command line to a client, an engine, a folder.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::tz::TimeZone;
use secrecy::SecretString;
use tokio::sync::mpsc;

use super::{
    failure::Failure,
    global::Global,
    output::warn,
    terminal::{notify, pictures, theme},
};
use crate::{
    app::{Settings, settings::Alerts},
    clock::{self, Clock, Span},
    config::{self, Config},
    domain::{PageId, Timestamp},
    graph,
    runtime::{CannedSource, Reload, Tasks},
    store, sync,
    webhook::{self, Server},
};

pub(super) const GUIDE: &str = "\
there is no Page token yet.

  Look around first, nothing to configure:
      switchboard demo

  Then, for your own Page:
   1. In the Meta App Dashboard, make a separate app for the desk (not the
      bot's: thread control is held by apps, so a desk that shares the bot's
      app has nothing to take), with pages_messaging, pages_manage_metadata
      and pages_read_engagement.
   2. Make a Page access token of that app, then:
      switchboard login                  (checks it, finds Page and bot)
      or: export SWITCHBOARD_PAGE_TOKEN=…
   3. In the Page settings, under Advanced messaging, set the bot as default
      app and allow the desk's app to take control of conversations.
   4. switchboard doctor, then switchboard

  switchboard help setup says more about each step.";

/// Listens for Meta's calls.
pub(super) fn open_webhook(
    tasks: &Tasks,
    options: webhook::Options,
) -> Result<(Server, mpsc::Receiver<sync::Delivery>), Failure> {
    let listen = options.listen;
    let (sender, deliveries) = mpsc::channel(webhook::QUEUE);
    let _tasks_run = tasks.enter();
    if !listen.ip().is_loopback() {
        warn(format_args!(
            "switchboard: webhooks on {listen} can be reached from other computers."
        ));
    }
    let server = Server::open(options, sender).map_err(|e| {
        Failure::Failed(format!(
            "cannot listen for webhooks on {listen}: {e}. Choose another address in [webhook] listen."
        ))
    })?;
    Ok((server, deliveries))
}

/// The Page that command line or config name.
pub(super) fn named_page(global: &Global, config: &Config) -> Option<PageId> {
    let named = global.page.as_ref().or(config.page.as_ref());
    named.map(|page| PageId::new(page.as_str()))
}

/// The Graph client for the Page: the one that is named, else the token's own,
/// which Meta is asked for.
pub(super) fn connect(
    global: &Global,
    config: &Config,
    clock: &Clock,
) -> Result<(graph::Client, PageId), Failure> {
    let token = config.token().map_err(|e| Failure::Usage(e.to_string()))?;
    let token = token.ok_or_else(|| Failure::Usage(GUIDE.into()))?;
    if let Some(note) = version_note(global, config, clock.now()) {
        warn(format_args!("switchboard: {note}"));
    }
    let page = match named_page(global, config) {
        Some(page) => page,
        // Its id names the cache, so it must be known.
        None => {
            warn(format_args!(
                "Asking Meta which Page the token belongs to …"
            ));
            let client = client(global, config, token.clone(), PageId::new("me"), clock)?;
            executor()?
                .block_on(client.about_page())
                .map_err(|e| Failure::of_graph(&e))?
                .id
        }
    };
    let client = client(global, config, token, page.clone(), clock)?;
    Ok((client, page))
}

/// So long before a version of the Graph API ends it is time to say so (our choice).
const NOTICE: Span = Span::days(90);

/// What there is to say of the version that is asked for, if it ends soon or has
/// ended.
pub(super) fn version_note(global: &Global, config: &Config, now: Timestamp) -> Option<String> {
    let asked = global
        .api_version
        .as_deref()
        .or(config.api_version.as_deref());
    let asked = asked.unwrap_or(config::API_VERSION);
    let end = graph::version_end(asked)?;
    let newest = graph::NEWEST_VERSION;
    let day = || end.local(&TimeZone::UTC).strftime("%-d %b %Y").to_string();
    let when = match end {
        end if end.as_millis() == 0 => "has ended, so Meta answers with a newer one".to_owned(),
        end if end <= now => format!("ended on {}, so Meta answers with a newer one", day()),
        end if end <= now.plus(NOTICE) => {
            format!(
                "ends on {}. After that, Meta answers with a newer one",
                day()
            )
        }
        _ => return None,
    };
    Some(format!(
        "Graph API {asked} {when}. Set api_version (or --api-version) to {newest}."
    ))
}

/// The Graph client as config and command line want it.
pub(super) fn client(
    global: &Global,
    config: &Config,
    token: SecretString,
    page: PageId,
    clock: &Clock,
) -> Result<graph::Client, Failure> {
    let or = |flag: &Option<String>, file: &Option<String>, default: &str| {
        flag.clone()
            .or_else(|| file.clone())
            .unwrap_or_else(|| default.to_owned())
    };
    let options = graph::Options {
        base_url: or(&global.base_url, &config.base_url, config::BASE_URL),
        api_version: or(
            &global.api_version,
            &config.api_version,
            config::API_VERSION,
        ),
        token,
        page,
        read_only: global.read_only || config.read_only,
        log: global.log.clone(),
    };
    graph::Client::new(options, clock.clone()).map_err(|e| Failure::Usage(e.to_string()))
}

/// How the configuration is read anew while the desk runs, if there is a file.
pub(super) fn reload(global: &Global) -> Option<Reload> {
    let file = global.config.clone().or_else(config::config_file)?;
    let global = global.clone();
    let named = file.clone();
    Some(Reload {
        file,
        read: Arc::new(move || {
            let config = Config::load(Some(&named)).map_err(|e| e.to_string())?;
            Ok((settings(&global, &config), theme(&config)))
        }),
    })
}

/// What the engine is told. A new token is looked for where the old one was.
pub(super) fn sync_options(config: Config) -> sync::Options {
    sync::Options {
        apps: config.known_apps(),
        keep: config.keep_days.map(|days| Span::days(i64::from(days))),
        asking: asking(&config),
        downloads: config::downloads_folder(),
        agent: agent(&config),
        persona: config.persona.clone(),
        idle_lease: config.idle_lease.map(sync::Lease::of),
        seed: clock::random_seed(),
        token: Some(Arc::new(move || config.token().ok().flatten())),
        ..sync::Options::default()
    }
}

/// The agent's name.
pub(super) fn agent(config: &Config) -> String {
    config.agent.clone().unwrap_or_else(|| "agent".into())
}

/// What asks for a person, by configuration.
pub(super) fn asking(config: &Config) -> store::EscalationRules {
    store::EscalationRules {
        phrases: config.asking_phrases.clone(),
        labels: config.asking_labels.clone(),
    }
}

/// Where canned replies and templates are; `builtin` where there are none.
pub(super) fn canned(
    config: &Config,
    builtin: &'static [(&'static str, &'static str)],
) -> CannedSource {
    CannedSource {
        folder: config.canned_folder(),
        templates: config.template_folder(),
        builtin,
    }
}

/// What the state machine is told.
pub(super) fn settings(global: &Global, config: &Config) -> Settings {
    Settings {
        page: named_page(global, config).unwrap_or_else(|| PageId::new("")),
        reply_as: config.reply_as,
        agent: agent(config),
        read_only: global.read_only || config.read_only,
        keymap: config.keymap.clone(),
        zone: clock::zone(),
        seed: clock::random_seed(),
        apps: config.known_apps(),
        simulator: false,
        tour: false,
        copy: config.copy,
        views: config.views.clone(),
        pictures: pictures(config),
        vim: config.vim,
        undo_send: config.undo_send,
        shape: config.shape.clone(),
        alerts: Alerts {
            notify: notify(config),
            ..config.alerts.clone()
        },
        reduced_motion: config.reduced_motion,
    }
}

/// Opens what is kept of a Page, and says so where that takes long.
pub(super) fn open(folder: &Path, page: &PageId) -> Result<store::Opened, Failure> {
    let opening = store::Opening::begin(folder, page).map_err(Failure::failed)?;
    if let Some(notice) = opening.notice() {
        warn(notice);
    }
    opening.finish().map_err(Failure::failed)
}

/// The named Page, and the folder where something of it is kept: for commands
/// that work on the files alone.
pub(super) fn kept(global: &Global) -> Result<(PageId, PathBuf), Failure> {
    let config =
        Config::load(global.config.as_deref()).map_err(|e| Failure::Usage(e.to_string()))?;
    let page = named_page(global, &config).ok_or_else(|| {
        Failure::Usage("which Page? Name it with --page ID, or as `page` in the config".into())
    })?;
    let folder = folder(global, &config)?;
    if !store::exists(&folder, &page) {
        return Err(Failure::Failed(format!(
            "no data for Page {page} in {}. Check --page, --cache and --base-url",
            folder.display()
        )));
    }
    Ok((page, folder))
}

/// The file with the options, whether it is there or not.
pub(super) fn config_path(global: &Global) -> Result<PathBuf, Failure> {
    let path = global.config.clone().or_else(config::config_file);
    path.ok_or_else(|| {
        Failure::Usage("there is no home folder for the config; name a file with --config".into())
    })
}

/// Where the cache is. Another Graph API than Meta's is another world, although
/// its Page may have the same id, so it gets a folder of its own.
pub(super) fn folder(global: &Global, config: &Config) -> Result<PathBuf, Failure> {
    if let Some(named) = global.cache.clone().or_else(|| config.cache.clone()) {
        return Ok(named);
    }
    let data = config::data_folder().ok_or_else(|| {
        Failure::Usage("there is no home folder for the cache; name one with --cache DIR".into())
    })?;
    let base_url = global.base_url.as_deref().or(config.base_url.as_deref());
    Ok(
        match base_url.filter(|url| url.trim_end_matches('/') != config::BASE_URL) {
            Some(url) => {
                let plain = |c: char| {
                    if c.is_ascii_alphanumeric() || c == '.' {
                        c
                    } else {
                        '_'
                    }
                };
                data.join(url.chars().map(plain).collect::<String>())
            }
            None => data,
        },
    )
}

/// What a desk's tasks run on.
pub(super) fn tasks() -> Result<Tasks, Failure> {
    Tasks::new().map_err(|e| Failure::Failed(format!("cannot start ({e})")))
}

/// What other commands run on.
pub(super) fn executor() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Failure::Failed(format!("cannot start ({e})")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_world_has_another_cache_and_a_named_one_is_used_as_it_is() {
        let folder_of = |url: Option<&str>, cache: Option<&str>| {
            let global = Global {
                config: None,
                base_url: url.map(str::to_owned),
                api_version: None,
                page: None,
                cache: cache.map(PathBuf::from),
                read_only: false,
                json: false,
                log: None,
                plain: false,
            };
            folder(&global, &Config::default()).ok()
        };
        assert_eq!(
            folder_of(Some("http://127.0.0.1:8700"), Some("here")),
            Some("here".into())
        );
        if let Some(meta) = folder_of(None, None) {
            assert_eq!(
                folder_of(Some("https://graph.facebook.com/"), None),
                Some(meta.clone())
            );
            assert_eq!(
                folder_of(Some("http://127.0.0.1:8700"), None),
                Some(meta.join("http___127.0.0.1_8700"))
            );
        }
    }

    #[test]
    fn a_version_that_ends_soon_is_told() {
        let note = |version: &str, days: i64| {
            let config = Config {
                api_version: Some(version.into()),
                ..Config::default()
            };
            let now = Timestamp::from_millis(days * 86_400_000);
            version_note(&Global::default(), &config, now).unwrap_or_default()
        };
        // 29 November 2026 is day 20,786.
        assert!(note("v21.0", 20_786).contains("Graph API v21.0 ends on 21 Jan 2027"));
        assert!(note("v21.0", 20_839).contains("ended on 21 Jan 2027"));
        assert!(note("v19.0", 20_786).contains("has ended"));
        assert!(note("v21.0", 20_839 - 91).is_empty());
        assert!(note("v22.0", 20_786).is_empty() && note("v27.0", 30_000).is_empty());
    }
}
