//! The command line: the only module that writes to stdout, and the only one
//! that knows all the others. Exit codes: 0 done, 1 failed, 2 wrong usage,
//! 3 refused by Meta, 4 outcome unknown.

#![allow(clippy::print_stdout, clippy::print_stderr)] // words for the shell are its business

mod config;
mod demo;
mod doctor;
mod forget;
mod login;
mod report;
mod run;
mod sim;
mod subscribe;
mod sync;

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};

use crate::{app::settings::Notify, config::Config, graph, text::Clean, ui::Theme};

/// A terminal live-agent inbox for Facebook Messenger Pages and Instagram DMs.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// The desk on an embedded simulator; nothing to configure
    Demo(demo::Arguments),
    /// The simulator alone; prints what it takes to connect
    Sim(sim::Arguments),
    /// Write the commented configuration file, or look one over
    Config(config::Arguments),
    /// Take a token, check it, and keep what the desk needs
    Login(login::Arguments),
    /// Check everything, and say what to click; changes nothing
    Doctor(doctor::Arguments),
    /// Show what Meta tells the desk's app by webhook, and add what is missing
    Subscribe(subscribe::Arguments),
    /// Fetch what is new and what is missing, once; sends nothing
    Sync,
    /// Count what was done at this desk
    Report(report::Arguments),
    /// Remove everything of one person from the files, and prove it
    Forget(forget::Arguments),
}

/// Options of every subcommand.
#[derive(Clone, Debug, Args)]
struct Global {
    /// The config file
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The Graph API, or a simulator
    #[arg(long, global = true, value_name = "URL")]
    base_url: Option<String>,
    /// The version of the Graph API, such as v26.0
    #[arg(long, global = true, value_name = "vN.N")]
    api_version: Option<String>,
    /// The Page
    #[arg(long, global = true, value_name = "ID")]
    page: Option<String>,
    /// Where conversations, drafts and replies are kept
    #[arg(long, global = true, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Send nothing at all, not even "seen"
    #[arg(long, global = true)]
    read_only: bool,
    /// Print JSON on stdout
    #[arg(long, global = true)]
    json: bool,
    /// The desk in lines, for screen readers and logs: nothing is drawn, commands
    /// are typed (help lists them)
    #[arg(long, global = true)]
    plain: bool,
    /// Write every Graph call to this file, a JSON line each; never a token
    #[arg(long, global = true, value_name = "FILE")]
    log: Option<PathBuf>,
}

/// Why the program ends badly.
enum Failure {
    /// Something did not work: exit code 1.
    Failed(String),
    /// It was called wrongly: exit code 2.
    Usage(String),
    /// Meta refused: exit code 3.
    Refused(String),
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    // A core dump would hold the token.
    let none = rustix::process::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    let cli = Cli::parse();
    let result = match cli.command {
        None => run::desk(&cli.global),
        Some(Verb::Demo(arguments)) => demo::run(&arguments, &cli.global),
        Some(Verb::Sim(arguments)) => sim::run(&arguments, &cli.global),
        Some(Verb::Config(arguments)) => config::run(&arguments, &cli.global),
        Some(Verb::Doctor(arguments)) => doctor::run(&arguments, &cli.global),
        Some(Verb::Subscribe(arguments)) => subscribe::run(&arguments, &cli.global),
        Some(Verb::Login(arguments)) => login::run(&arguments, &cli.global),
        Some(Verb::Report(arguments)) => report::run(&arguments, &cli.global),
        Some(Verb::Sync) => sync::run(&cli.global),
        Some(Verb::Forget(arguments)) => forget::run(&arguments, &cli.global),
    };
    let (words, code) = match result {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Failed(words)) => (words, 1),
        Err(Failure::Usage(words)) => (words, 2),
        Err(Failure::Refused(words)) => (words, 3),
    };
    eprintln!("switchboard: {}", Clean::from(words));
    ExitCode::from(code)
}

impl Failure {
    fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }

    /// The exit code of a Graph error.
    fn of_graph(error: &graph::Error) -> Self {
        match error {
            graph::Error::Graph(_) | graph::Error::ReadOnly => Self::Refused(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// A line for stdout. Whoever has stopped reading it (`| head`) ends nothing.
fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A desk needs a terminal that can do what it asks for.
fn require_terminal() -> Result<(), Failure> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(Failure::Failed(
            "the desk needs a terminal, and stdin or stdout is not one. Run it without pipes."
                .into(),
        ));
    }
    match std::env::var("TERM") {
        Ok(term) if term == "dumb" => Err(Failure::Failed(
            "the terminal says TERM=dumb, and the desk needs one that can place text. Try TERM=xterm-256color.".into(),
        )),
        _ => Ok(()),
    }
}

/// Colour and characters, from config and environment.
fn theme(config: &Config) -> Theme {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let locale = locale.map(|locale| locale.to_uppercase().replace('-', ""));
    // Without a locale most terminals of today are UTF-8 all the same.
    let ascii = config
        .ascii
        .unwrap_or_else(|| locale.is_some_and(|locale| !locale.contains("UTF8")));
    let joins =
        |term: &str| !(term.starts_with("tmux") || term.starts_with("screen") || term == "linux");
    let simple = std::env::var("TERM").is_ok_and(|term| !joins(&term));
    let theme = match (&config.theme, no_colour) {
        (Some(theme), true) => theme.clone().without_colour(),
        (None, true) => Theme::named("mono").unwrap_or_default(),
        (theme, false) => theme.clone().unwrap_or_default(),
    };
    theme
        .with_ascii(ascii)
        .with_simple_emoji(config.simple_emoji.unwrap_or(simple))
}

/// By which sequence this terminal tells of news outside its window, as far as
/// it says what it is.
fn notify(config: &Config) -> Notify {
    let says = |name: &str| std::env::var(name).unwrap_or_default();
    let known = match says("TERM_PROGRAM").as_str() {
        "iTerm.app" | "WezTerm" | "ghostty" => Some(Notify::Osc9),
        _ => None,
    };
    let by_term = match says("TERM").as_str() {
        "xterm-kitty" => Some(Notify::Osc99),
        term if term.starts_with("foot") || term.starts_with("rxvt") => Some(Notify::Osc777),
        _ => None,
    };
    config.notify.or(known).or(by_term).unwrap_or_default()
}

/// The machinery that tasks run on.
fn executor() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Failure::Failed(format!("cannot start ({e})")))
}
