//! What only a terminal shows: the editor that borrows the screen, the file of
//! options that changes under a running desk, the mouse, the clipboard, the
//! title and the call for attention.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use support::{
    process::{Sim, free_port},
    pty::{Pty, log},
};

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("a path").to_owned()
}

fn count(haystack: &[u8], needle: &str) -> usize {
    let needle = needle.as_bytes();
    haystack
        .windows(needle.len())
        .filter(|w| *w == needle)
        .count()
}

/// What is copied goes to the desktop's own clipboard by a pipe, and its program learns
/// nothing of us; over ssh it is the terminal's alone.
#[test]
fn what_is_copied_reaches_the_desktops_clipboard() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = path(folder.path(), "wl-copy");
    let seen = path(folder.path(), "seen");
    let script =
        format!("#!/bin/sh\n(env; echo \"$@\"; cat) > {seen}.part && mv {seen}.part {seen}\n");
    fs::write(&program, script).expect("a script");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("can be run");
    let paths = format!("{}:/usr/bin:/bin", folder.path().display());
    for ssh in ["", "10.0.0.1 1 10.0.0.2 22"] {
        let environment = [
            ("PATH", paths.as_str()),
            ("WAYLAND_DISPLAY", "wayland-0"),
            ("SSH_CONNECTION", ssh),
            ("SWITCHBOARD_PAGE_TOKEN", "EAAcanary"),
        ];
        let mut pty = Pty::start(&["demo"], &environment, (120, 40));
        pty.wait_for("1 Needs me 11");
        pty.jump_to("kemi");
        pty.wait_for("Both payments have left my");
        pty.type_in("yy");
        pty.wait_for_bytes("\x1b]52;c;");
        pty.wait("it is there", |_| {
            Path::new(&seen).exists() == ssh.is_empty()
        });
        if ssh.is_empty() {
            let got = fs::read_to_string(&seen).expect("it ran");
            assert!(
                got.ends_with("Both payments have left my account now."),
                "{got}"
            );
            assert!(!got.contains("EAAcanary"));
            fs::remove_file(&seen).expect("removed");
        }
    }
}

#[test]
fn a_draft_goes_through_the_persons_editor_and_back_and_a_failing_one_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let editor = path(folder.path(), "editor");
    let seen = path(folder.path(), "seen");
    let script = format!(
        "#!/bin/sh\nif [ -e {seen} ]; then exit 3; fi\n\
         env > {seen}\ncat \"$1\" >> {seen}\n\
         printf 'and from the editor\\nwith a second line\\n' >> \"$1\"\n"
    );
    fs::write(&editor, script).expect("a script");
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o700)).expect("can be run");
    let environment = [
        ("EDITOR", editor.as_str()),
        ("VISUAL", ""),
        ("SWITCHBOARD_PAGE_TOKEN", "EAAcanary"),
    ];
    let mut pty = Pty::start(&["demo"], &environment, (120, 40));
    pty.wait_for("1 Needs me 11");
    pty.jump_to("kemi");
    pty.wait_for("Both payments have left my");
    pty.type_in("r");
    pty.wait_for("To Kemi");
    pty.type_in("from the desk");
    pty.wait_for("from the desk");
    pty.type_in("\x0f");
    let screen = pty.wait_for("with a second line");
    assert!(screen.contains("from the desk") && screen.contains("and from the editor"));
    assert!(screen.contains("To Kemi"), "nothing was sent: {screen}");
    let seen = fs::read_to_string(seen).expect("the editor ran");
    assert!(seen.contains("from the desk"), "it got the draft");
    assert!(!seen.contains("EAAcanary"), "and none of our secrets");
    pty.type_in("\x0f");
    pty.wait("the reason, and the draft as it was", |s| {
        s.contains("ended with an error") && s.contains("with a second line")
    });
    pty.type_in(" still here");
    pty.wait_for("still here");
    pty.type_in("\x1b");
    pty.wait_for("r reply");
    pty.leave();
}

/// What was typed to an editor that did not read it, or what the terminal answered
/// to it, is not for the desk.
#[test]
fn what_the_editor_left_unread_is_no_key_of_ours() {
    let folder = tempfile::tempdir().expect("a folder");
    let (editor, gate) = (path(folder.path(), "editor"), path(folder.path(), "gate"));
    let started = path(folder.path(), "started");
    let made = std::process::Command::new("mkfifo").arg(&gate).status();
    assert!(made.expect("mkfifo runs").success());
    fs::write(
        &editor,
        format!("#!/bin/sh\necho editing\ncat {gate} > {started}\n"),
    )
    .expect("a script");
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o700)).expect("can be run");
    let environment = [("EDITOR", editor.as_str()), ("VISUAL", "")];
    let mut pty = Pty::start(&["demo"], &environment, (120, 40));
    pty.wait_for("1 Needs me 11");
    pty.jump_to("kemi");
    pty.wait_for("Both payments have left my");
    pty.type_in("r");
    pty.wait_for("To Kemi");
    pty.type_in("from the desk");
    pty.wait_for("from the desk");
    pty.type_in("\x0f");
    pty.wait_for("editing");
    pty.type_in("unread\r\x04\r");
    pty.wait_for("unread");
    fs::write(&gate, "go on").expect("somebody reads");
    pty.wait_for("To Kemi");
    pty.type_in("!");
    let screen = pty.wait_for("from the desk!");
    assert!(!screen.contains("unread"), "{screen}");
    pty.type_in("\x1b");
    pty.wait_for("r reply");
    pty.leave();
}

#[test]
fn a_changed_configuration_counts_at_once_and_one_with_mistakes_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = path(folder.path(), "config.toml");
    fs::write(&config, "theme = \"mono\"\n").expect("written");
    let mut pty = Pty::start(&["--config", &config, "demo"], &[], (120, 40));
    pty.wait_for("1 Needs me 11");
    assert_eq!(count(&pty.bytes(), "\x1b[36m"), 0, "no colour in mono");
    fs::write(
        &config,
        "theme = \"dark\"\n[keys]\nhelp = [\"?\", \"F1\"]\n",
    )
    .expect("written");
    pty.wait_for("Configuration reloaded.");
    pty.type_in("\x1bOP"); // F1
    pty.wait_for("type to search");
    pty.type_in("\x1b");
    fs::write(&config, "theme = \"pink\"\n# and a bit longer\n").expect("written");
    let screen = pty.wait_for("pink");
    assert!(screen.contains("line 1"), "{screen}");
    pty.type_in("\x1bOP");
    pty.wait_for("type to search");
    pty.type_in("\x1b");
    pty.wait("the page is closed", |s| !s.contains("type to search"));
    pty.leave();
}

#[test]
fn the_mouse_opens_answers_and_copies_and_the_terminal_gets_it_back() {
    let mut pty = Pty::demo(&[], (120, 40));
    let screen = pty.wait("the whole list", |s| {
        s.contains("1 Needs me 11") && s.contains("3 Bot 36")
    });
    let row = 1 + screen
        .lines()
        .position(|line| line.contains("Kemi Adeyemi"))
        .expect("a row");
    let press =
        |row: usize, column: usize| format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m");
    pty.type_in(&press(row, 6));
    pty.wait("the row is chosen", |s| {
        s.lines().any(|l| l.contains(">") && l.contains("Kemi"))
    });
    pty.type_in(&press(row, 6));
    let screen = pty.wait_for("Both payments have left my");
    let (row, line) = (1..)
        .zip(screen.lines())
        .filter(|(_, line)| line.contains("Both payments have left my"))
        .last()
        .expect("the words");
    let start = line.chars().position(|c| c == 'B').expect("their start") + 1;
    // Only this thread's column may hold a B before the words.
    let at = line.find("Both payments").expect("the words");
    let start = start.max(line[..at].chars().count() + 1);
    pty.type_in(&format!(
        "\x1b[<0;{start};{row}M\x1b[<32;{};{row}M\x1b[<0;{};{row}m",
        start + 12,
        start + 12
    ));
    pty.wait_for("Copied 13 characters.");
    // "Both payments", as the terminal's clipboard wants it.
    assert_eq!(count(&pty.bytes(), "\x1b]52;c;Qm90aCBwYXltZW50cw=="), 1);
    pty.leave();
    let bytes = pty.bytes();
    for mode in ["1000", "1002", "1006"] {
        assert_eq!(count(&bytes, &format!("\x1b[?{mode}h")), 1);
        assert_eq!(count(&bytes, &format!("\x1b[?{mode}l")), 1);
    }
}

#[test]
fn somebody_who_needs_a_person_rings_notifies_and_counts_in_the_title() {
    let folder = tempfile::tempdir().expect("a folder");
    let door = free_port();
    let sim = Sim::start(&["--app", &format!("switchboard=http://127.0.0.1:{door}/")]);
    let mut pty = sim.desk_with_a_door(folder.path(), door, "");
    pty.wait_for("live · webhook");
    pty.wait_for("1 Needs me 11");
    assert!(count(&pty.bytes(), "\x1b[22;2t") == 1, "the title is kept");
    let config = path(folder.path(), "config.toml");
    let before = fs::read_to_string(&config).expect("is there");
    let after = format!("{before}[alerts]\nnotify = \"osc777\"\n");
    fs::write(&config, after).expect("written");
    pty.wait_for("Configuration reloaded.");
    let quiet = count(&pty.bytes(), "\x07");
    pty.type_in("\x1b[O"); // the terminal is out of sight
    sim.deed(json!({"person": "Marek Novotný", "do": "passes", "app": "switchboard"}));
    pty.wait_for("1 Needs me 12");
    pty.wait_for_bytes("\x1b]777;notify;switchboard;");
    let bytes = pty.bytes();
    assert_eq!(count(&bytes, "\x1b]777;notify;switchboard;"), 1);
    assert!(count(&bytes, "\x07") > quiet, "the bell");
    assert!(count(&bytes, "\x1b]2;(12") >= 1, "the title counts");
    pty.type_in("\x1b[I");
    pty.leave();
    assert_eq!(count(&pty.bytes(), "\x1b[23;2t"), 1, "and comes back");
}

#[test]
fn a_file_is_chosen_uploaded_and_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = path(folder.path(), "invoice 4471.png");
    fs::write(&picture, b"\x89PNG\r\n\x1a\nnot much of a picture").expect("written");
    let log_file = path(folder.path(), "calls.log");
    let mut pty = Pty::demo(&["--log", &log_file], (120, 40));
    pty.wait_for("1 Needs me 11");
    pty.jump_to("jo park");
    pty.wait_for("the glass is everywhere");
    pty.type_in("r");
    pty.wait_for("· RESPONSE, ");
    pty.type_in("\x06");
    pty.wait_for("attach: a path");
    pty.enter(&format!("{}/nothing.png", folder.path().display()));
    pty.wait_for("nothing.png");
    pty.type_in("\x15");
    pty.enter(&picture);
    pty.wait("the copy", |s| {
        s.contains("+ [photo] invoice 4471.png · 29 B") && !s.contains("being copied")
    });
    pty.type_in("\r");
    // It answers the one with words to whom it has listened.
    pty.wait("the file in the thread", |s| {
        s.contains("[photo] invoice 4471.png") && !s.contains("+ [photo]")
    });
    pty.wait_for("oh that is kind, thank you");
    pty.type_in("\x1b");
    pty.wait_for("r reply");
    pty.leave();
    let entries = log(Path::new(&log_file));
    let posts = |edge: &str| {
        entries
            .iter()
            .filter(|e| e["method"] == "POST")
            .filter(|e| e["path"].as_str().is_some_and(|p| p.ends_with(edge)))
            .filter(|e| e["body"]["sender_action"].is_null())
            .count()
    };
    assert_eq!(
        (posts("message_attachments"), posts("messages")),
        (1, 1),
        "{entries:#?}"
    );
}

/// A program of its own, run in a terminal by the test below: something that is
/// not ours writes to stderr while the desk has the screen.
#[test]
#[ignore = "a program of its own, started by the test below"]
#[allow(clippy::print_stderr)] // As a library would.
fn somebody_writes_over_the_screen() {
    let Some(log) = std::env::var_os("LOG") else {
        return;
    };
    let paint = |words: &'static str| {
        move |painted: &mut switchboard::ui::Painted, buffer: &mut ratatui::buffer::Buffer| {
            ratatui::widgets::Widget::render(words, buffer.area, buffer);
            painted.parts = vec![buffer.area];
        }
    };
    let mut terminal = switchboard::runtime::Terminal::enter(
        false,
        switchboard::app::settings::PicturesBy::Off,
        Some(Path::new(&log)),
    )
    .expect("a terminal");
    terminal.draw(paint("the desk")).expect("draws");
    eprintln!("No segmentation model for complex script");
    terminal
        .draw(paint("the desk, undisturbed"))
        .expect("draws");
    std::io::stdin()
        .read_line(&mut String::new())
        .expect("a key");
    terminal.leave();
    eprintln!("and the terminal again");
}

#[test]
fn what_others_write_to_stderr_goes_to_the_log_and_not_over_the_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = path(folder.path(), "state/switchboard.log");
    let mut pty = Pty::run(
        &std::env::current_exe().expect("this program"),
        &[
            "--exact",
            "somebody_writes_over_the_screen",
            "--ignored",
            "--nocapture",
        ],
        &[("LOG", &log)],
        (80, 24),
    );
    let screen = pty.wait_for("the desk, undisturbed");
    assert!(!screen.contains("segmentation"), "{screen}");
    let written = fs::read_to_string(&log).expect("a log");
    assert_eq!(written, "No segmentation model for complex script\n");
    pty.type_in("\n");
    pty.wait_for("and the terminal again");
    assert_eq!(fs::read_to_string(&log).expect("a log"), written);
}

#[test]
fn a_thread_in_thai_is_readable_and_nothing_complains() {
    let mut pty = Pty::demo(&[], (120, 40));
    pty.wait_for("1 Needs me 11");
    pty.type_in("5");
    pty.jump_to("สมชาย");
    let screen = pty.wait_for("โคมไฟตั้งโต๊ะราคาเท่าไหร่");
    assert!(!screen.contains("segmentation"), "{screen}");
    // Redrawn whole, everything is there again.
    let cleared = count(&pty.bytes(), "\x1b[2J");
    pty.type_in("\x0c");
    while count(&pty.bytes(), "\x1b[2J") == cleared {
        std::thread::yield_now();
    }
    pty.wait("the same as before", |screen| {
        screen.contains("1 Needs me 11")
            && screen.contains("โคมไฟตั้งโต๊ะราคาเท่าไหร่")
            && screen.contains("q list")
    });
    let log = pty.state().join("switchboard/switchboard.log");
    assert_eq!(fs::read_to_string(log).expect("a log"), "");
    pty.type_in("\x1b");
    pty.wait_for("q quit");
    pty.leave();
}

/// What a terminal that draws pictures itself is written: a picture's bytes beside the
/// frame and never before the first one, its place in cells; and nothing is asked.
#[test]
fn a_terminal_that_draws_pictures_gets_their_bytes_beside_the_frame() {
    let at = |bytes: &[u8], what: &str| {
        let mut windows = bytes.windows(what.len());
        windows.position(|window| window == what.as_bytes())
    };
    for (environment, begins, placed) in [
        (
            ("TERM", "xterm-kitty"),
            "\x1b_Ga=T,q=2,U=1,f=100,i=",
            "\u{10EEEE}\u{305}\u{305}",
        ),
        (
            ("TERM_PROGRAM", "WezTerm"),
            "\x1b]1337;File=inline=1;size=",
            "width=16;height=8;preserveAspectRatio=1:/9j/",
        ),
    ] {
        let mut pty = Pty::start(&["demo"], &[environment], (120, 40));
        pty.wait_for("1 Needs me 11");
        pty.jump_to("jo park");
        pty.wait_for("it arrived broken");
        pty.wait_for_bytes(begins);
        pty.wait_for_bytes(placed);
        let bytes = pty.bytes();
        let (frame, picture) = (at(&bytes, "Needs me"), at(&bytes, begins));
        assert!(frame < picture, "{environment:?}");
        assert_eq!(count(&bytes, "\x1b_Ga=q"), 0, "it is not asked");
        // Another program has the screen, and the terminal loses what it had.
        let before = count(&pty.bytes(), begins);
        pty.type_bytes(b"\x1a");
        pty.wait_until_stopped();
        let pid = i32::try_from(pty.pid()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a pid"), Signal::CONT).expect("signalled");
        pty.wait_for_bytes_times(begins, before + 1);
        pty.leave();
        let bytes = pty.bytes();
        if environment.1 == "xterm-kitty" {
            assert!(
                count(&bytes, "\x1b_Ga=d,d=I,q=2,i=") > 0,
                "it is told to forget"
            );
            // A whole PNG came, in pieces of 4096.
            assert!(count(&bytes, ";iVBORw0KGgo") > 0);
        } else {
            // It knows nothing of placeholders.
            assert_eq!(count(&bytes, "\u{10EEEE}"), 0);
        }
    }
}
