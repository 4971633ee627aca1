//! `switchboard help`: the chapters of the manual, and the options of each command.

use clap::{Args, Command};

use super::{failure::Failure, output::say};
use crate::manual::{CHAPTERS, chapter};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A chapter of the manual, or a command; without one, what there is
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
}

/// `cli` is the whole command line, with all its commands.
pub(super) fn run(arguments: &Arguments, mut cli: Command) -> Result<(), Failure> {
    let Some(topic) = &arguments.topic else {
        cli.render_help().to_string().lines().for_each(say);
        say("");
        say("Chapters of the manual (switchboard help CHAPTER):");
        for chapter in CHAPTERS {
            say(format_args!("  {:<16} {}", chapter.name, chapter.about));
        }
        return Ok(());
    };
    if let Some(command) = cli.find_subcommand_mut(topic) {
        command.render_help().to_string().lines().for_each(say);
        return Ok(());
    }
    match chapter(topic) {
        Some(chapter) => {
            chapter.text.lines().for_each(say);
            Ok(())
        }
        None => {
            let names: Vec<&str> = CHAPTERS.iter().map(|chapter| chapter.name).collect();
            Err(Failure::Usage(format!(
                "no chapter or command called {topic:?}; the chapters are {}",
                names.join(", ")
            )))
        }
    }
}
