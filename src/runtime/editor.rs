//! A draft in the person's own editor. The file lies in a folder that is theirs
//! alone, and the editor's process knows none of our secrets.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tokio::process::{Child, Command};

/// What our environment may hold that nobody else needs to know.
pub(super) const SECRETS: [&str; 3] = [
    "SWITCHBOARD_PAGE_TOKEN",
    "SWITCHBOARD_APP_SECRET",
    "SWITCHBOARD_VERIFY_TOKEN",
];

/// An editor at work on a file.
#[derive(Debug)]
pub(super) struct Editor {
    pub(super) child: Child,
    file: tempfile::TempPath,
    name: String,
}

/// Starts the editor that `VISUAL` or `EDITOR` name, else `vi`, on a file with
/// this text in `folder`.
pub(super) fn start(text: &str, folder: &Path) -> Result<Editor, String> {
    let named = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()))
        .unwrap_or_else(|| "vi".into());
    let mut words = named.split_whitespace();
    let program = PathBuf::from(words.next().unwrap_or("vi"));
    let file = write(text, folder).map_err(|why| {
        format!("cannot write a file for the editor ({why}); nothing was changed")
    })?;
    let mut command = Command::new(&program);
    command.args(words).arg(&file).kill_on_drop(true);
    for secret in SECRETS {
        command.env_remove(secret);
    }
    let name = program.display().to_string();
    let child = command.spawn().map_err(|why| {
        format!("cannot start {name} ({why}); set EDITOR to your editor. Nothing was changed.")
    })?;
    Ok(Editor { child, file, name })
}

impl Editor {
    /// What stands in the file now.
    pub(super) fn text(
        &self,
        ended: io::Result<std::process::ExitStatus>,
    ) -> Result<String, String> {
        let name = &self.name;
        match ended {
            Ok(status) if !status.success() => Err(format!(
                "{name} ended with an error, so your draft is as it was."
            )),
            Err(why) => Err(format!("{name} was lost ({why}); your draft is as it was.")),
            Ok(_) => fs::read_to_string(&self.file)
                .map_err(|why| format!("cannot read what {name} wrote ({why}).")),
        }
    }
}

fn write(text: &str, folder: &Path) -> io::Result<tempfile::TempPath> {
    // Made for this user alone, under a name that nobody can guess.
    let mut file = tempfile::Builder::new()
        .prefix("draft-")
        .suffix(".txt")
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        file.write_all(b"\n")?;
    }
    Ok(file.into_temp_path())
}
