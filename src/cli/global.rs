//! Options of every subcommand.

use std::path::PathBuf;

use clap::Args;

/// Options of every subcommand.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Global {
    /// The config file
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The Graph API, or a simulator
    #[arg(long, global = true, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// The version of the Graph API, such as v27.0
    #[arg(long, global = true, value_name = "vN.N")]
    pub(super) api_version: Option<String>,
    /// The Page
    #[arg(long, global = true, value_name = "ID")]
    pub(super) page: Option<String>,
    /// Where conversations, drafts and replies are kept
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) cache: Option<PathBuf>,
    /// Send nothing at all, not even "seen"
    #[arg(long, global = true)]
    pub(super) read_only: bool,
    /// Print JSON on stdout
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// The desk as plain lines, for screen readers and logs: nothing is drawn, commands
    /// are typed (help lists them)
    #[arg(long, global = true)]
    pub(super) plain: bool,
    /// Write every Graph call to this file, a JSON line each; never a token
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
}
