//! `switchboard config`: write the commented file, or look one over.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use clap::{Args, Subcommand};

use super::{failure::Failure, global::Global, output::say, setup};
use crate::{
    config::{Config, SAMPLE},
    private,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write the commented configuration file, where there is none yet
    Init,
    /// Name all mistakes of the configuration with their lines
    Check,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Result<(), Failure> {
    let path = setup::config_path(global)?;
    match arguments.what {
        What::Init => {
            write(&path).map_err(|why| match why.kind() {
                io::ErrorKind::AlreadyExists => Failure::Failed(format!(
                    "{} already exists, nothing changed",
                    path.display()
                )),
                _ => Failure::Failed(format!("cannot write {}: {why}", path.display())),
            })?;
            say(format_args!("wrote {}", path.display()));
            say(
                "Every option is there with its default; remove the # from what you want to change.",
            );
        }
        What::Check => {
            if !path.exists() {
                return Err(Failure::Failed(format!(
                    "{} does not exist; `switchboard config init` writes it",
                    path.display()
                )));
            }
            Config::load(Some(&path)).map_err(|e| Failure::Usage(e.to_string()))?;
            say(format_args!("{} is fine", path.display()));
        }
    }
    Ok(())
}

/// Never over a file that is there.
fn write(path: &Path) -> io::Result<()> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        private::folder(folder)?;
    }
    let mut file = private::open(path, OpenOptions::new().write(true).create_new(true))?;
    let written = file
        .write_all(SAMPLE.as_bytes())
        .and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a file would be read as a whole one.
        let _ = fs::remove_file(path);
    }
    written
}
