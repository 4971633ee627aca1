//! `switchboard`: the desk on the configured Page.

use std::io::IsTerminal;

use super::{
    demo,
    failure::Failure,
    global::Global,
    output::{self, prompt},
    setup::{GUIDE, canned, connect, folder, open_webhook, reload, settings, sync_options, tasks},
    terminal::{require_terminal, theme},
};
use crate::{
    clock::Clock,
    config::{self, Config},
    runtime::{self, Desk, Tasks},
};

pub(super) fn run(global: &Global) -> Result<(), Failure> {
    let config =
        Config::load(global.config.as_deref()).map_err(|e| Failure::Usage(e.to_string()))?;
    if config
        .token()
        .map_err(|e| Failure::Usage(e.to_string()))?
        .is_none()
    {
        return first_run(global);
    }
    if !global.plain {
        require_terminal()?;
    }
    let clock = Clock::system();
    let webhook = config
        .webhook()
        .map_err(|e| Failure::Usage(e.to_string()))?;
    // Only a desk that listens needs tasks before the first frame.
    let mut tasks = None;
    let webhook = match webhook {
        Some(options) => Some(open_webhook(tasks.insert(self::tasks()?), options)?),
        None => None,
    };
    let (graph, page) = connect(global, &config, &clock)?;
    let desk = Desk {
        warn: |notice| output::warn(notice),
        webhook,
        cache: folder(global, &config)?,
        page,
        graph,
        settings: settings(global, &config),
        theme: theme(&config),
        plain: global.plain,
        mouse: !config.no_mouse,
        log: config::log_file(),
        reload: reload(global),
        canned: canned(&config, &[]),
        sync: sync_options(config),
        clock,
    };
    let tasks = || tasks.map_or_else(Tasks::new, Ok);
    runtime::run(desk, tasks).map_err(Failure::failed)
}

/// Nothing is configured: what to do, and the offer to look around.
pub(super) fn first_run(global: &Global) -> Result<(), Failure> {
    if require_terminal().is_err() || !std::io::stderr().is_terminal() {
        return Err(Failure::Usage(GUIDE.into()));
    }
    prompt(format_args!(
        "switchboard: {GUIDE}\n\nStart the demo now? [Y/n] "
    ));
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .map_err(Failure::failed)?;
    match answer.trim().to_lowercase().as_str() {
        "" | "y" | "yes" => demo::run(&demo::Arguments::default(), global),
        _ => Ok(()),
    }
}
