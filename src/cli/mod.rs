//! The command line: the only module that writes to stdout, and the only one
//! that knows all the others. Exit codes: 0 done, 1 failed, 2 wrong usage,
//! 3 refused by Meta, 4 outcome unknown.
//!
//! | file | |
//! |---|---|
//! | `mod` | reads the command line |
//! | `desk`, `demo`, `sim`, `sync` | what runs for long |
//! | `login`, `config`, `doctor`, `subscribe`, `report`, `forget`, `help` | the other subcommands |
//! | `setup`, `global` | what they have in common |
//! | `terminal`, `output`, `failure` | what the terminal can do, words for the shell, exit codes |
//! | `process` | what others may see of this process |

mod config;
mod demo;
mod desk;
mod doctor;
mod failure;
mod forget;
mod global;
mod help;
mod login;
mod output;
mod process;
mod report;
mod setup;
mod sim;
mod subscribe;
mod sync;
mod terminal;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::cli::{failure::Failure, global::Global};

/// A terminal live-agent inbox for Facebook Messenger Pages and Instagram DMs.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, disable_help_subcommand = true)]
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
    /// The simulator alone; prints what you need to connect
    Sim(sim::Arguments),
    /// Write the commented configuration file, or check one
    Config(config::Arguments),
    /// Read a token, check it, and save what the desk needs
    Login(login::Arguments),
    /// Check everything, and say what to click; changes nothing
    Doctor(doctor::Arguments),
    /// Show what Meta tells the desk's app by webhook, and add what is missing
    Subscribe(subscribe::Arguments),
    /// Fetch what is new and what is missing, once; sends nothing
    Sync,
    /// Count what was done at this desk
    Report(report::Arguments),
    /// Remove everything about one person from the files, and prove it
    Forget(forget::Arguments),
    /// Print a chapter of the manual, or the options of a command
    Help(help::Arguments),
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    process::keep_to_ourselves();
    let cli = Cli::parse();
    let result = match cli.command {
        None => desk::run(&cli.global),
        Some(Verb::Demo(arguments)) => demo::run(&arguments, &cli.global),
        Some(Verb::Sim(arguments)) => sim::run(&arguments, &cli.global),
        Some(Verb::Config(arguments)) => config::run(&arguments, &cli.global),
        Some(Verb::Doctor(arguments)) => doctor::run(&arguments, &cli.global),
        Some(Verb::Subscribe(arguments)) => subscribe::run(&arguments, &cli.global),
        Some(Verb::Login(arguments)) => login::run(&arguments, &cli.global),
        Some(Verb::Report(arguments)) => report::run(&arguments, &cli.global),
        Some(Verb::Sync) => sync::run(&cli.global),
        Some(Verb::Forget(arguments)) => forget::run(&arguments, &cli.global),
        Some(Verb::Help(arguments)) => help::run(&arguments, Cli::command()),
    };
    let (words, code) = match result {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Failed(words)) => (words, 1),
        Err(Failure::Usage(words)) => (words, 2),
        Err(Failure::Refused(words)) => (words, 3),
    };
    output::warn(format_args!("switchboard: {words}"));
    ExitCode::from(code)
}
