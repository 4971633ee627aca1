//! The clipboard of this computer, by the program that owns it. What is copied goes in
//! by a pipe, never as an argument, and the program knows none of our secrets.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use super::editor::SECRETS;

/// Puts text there. `Ok(false)`: this computer has no such program, or the desk runs on
/// another one than the person's. An error is a sentence.
pub(super) fn put(words: &str) -> Result<bool, String> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("SSH_CONNECTION") {
        return Ok(false);
    }
    for (program, arguments) in programs(set("WAYLAND_DISPLAY"), set("DISPLAY")) {
        let mut command = Command::new(program);
        for secret in SECRETS {
            command.env_remove(secret);
        }
        let child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = child else {
            continue;
        };
        if let Some(mut pipe) = child.stdin.take() {
            // Whether it has read all of it is told by how it ends.
            let _ = pipe.write_all(words.as_bytes());
        }
        return match child.wait() {
            Ok(status) if status.success() => Ok(true),
            _ => Err(format!(
                "{program} did not take the text. Set copy = \"osc52\" in the config."
            )),
        };
    }
    Ok(false)
}

/// The programs of a desktop, with their arguments, the likeliest first.
fn programs(wayland: bool, x11: bool) -> Vec<(&'static str, &'static [&'static str])> {
    let all: [(bool, &str, &[&str]); 4] = [
        (cfg!(target_os = "macos"), "pbcopy", &[]),
        (wayland, "wl-copy", &[]),
        (x11, "xclip", &["-selection", "clipboard", "-in"]),
        (x11, "xsel", &["--clipboard", "--input"]),
    ];
    let there = all.into_iter().filter(|(there, ..)| *there);
    there
        .map(|(_, program, arguments)| (program, arguments))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desktop_is_known_by_its_display() {
        let names = |wayland, x11| -> Vec<&str> {
            let programs = programs(wayland, x11).into_iter();
            programs
                .map(|(name, _)| name)
                .filter(|name| *name != "pbcopy")
                .collect()
        };
        assert_eq!(names(true, true), ["wl-copy", "xclip", "xsel"]);
        assert_eq!(names(false, true), ["xclip", "xsel"]);
        assert_eq!(names(false, false), Vec::<&str>::new());
    }
}
