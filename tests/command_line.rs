//! The commands around the desk, as scripts and newcomers call them: `config`,
//! `login` and `report`.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Output, Stdio},
};

use serde_json::Value;
use support::{
    between::Between,
    process::{Sim, program},
    pty::Pty,
};
use switchboard::manual::CHAPTERS;

/// Code, what was said, and what was complained about.
type Answer = (i32, String, String);

fn of(output: Output) -> Answer {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code().expect("a code"),
        text(output.stdout),
        text(output.stderr),
    )
}

fn call(arguments: &[&str]) -> Answer {
    of(program(arguments).output().expect("runs"))
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("a path").to_owned()
}

fn mode(file: &str) -> u32 {
    fs::metadata(file).expect("is there").permissions().mode() & 0o777
}

#[test]
fn config_init_writes_the_commented_file_once_and_check_names_every_mistake() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path(), "new/config.toml");
    let config = |what: &str| call(&["--config", &file, "config", what]);
    let (code, _, err) = config("check");
    assert_eq!(code, 1);
    assert!(err.contains("config init"), "{err}");
    let (code, out, _) = config("init");
    assert_eq!((code, out.contains(&file)), (0, true), "{out}");
    assert_eq!(mode(&file), 0o600);
    let (code, out, err) = config("check");
    assert_eq!((code, out.contains("is fine")), (0, true), "{err}");
    let (code, _, err) = config("init");
    assert_eq!(code, 1);
    assert!(err.contains("nothing changed"), "{err}");
    let wrong = "theme = \"pink\"\n[keys]\nreply = [\"§§\"]\nfly = [\"f\"]\n[layout]\nlist = 99\n";
    fs::write(&file, wrong).expect("written");
    let (code, out, err) = config("check");
    assert_eq!((code, out.as_str()), (2, ""));
    for line in ["line 1", "line 3", "line 4", "line 6"] {
        assert!(err.contains(line), "{line}: {err}");
    }
    assert_eq!(fs::read_to_string(&file).expect("is there"), wrong);
}

/// `switchboard login` with a token from a pipe.
fn login(sim: &Sim, config: &str, token: &str, more: &[&str]) -> Answer {
    let mut arguments = vec!["--base-url", sim.text("base_url"), "--config", config];
    arguments.push("login");
    arguments.extend(more);
    let mut child = program(&arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(token.as_bytes()).expect("is read");
    drop(stdin);
    let answer = of(child.wait_with_output().expect("ends"));
    let secret = token.trim();
    let told = |text: &str| !secret.is_empty() && text.contains(secret);
    assert!(
        !told(&answer.1) && !told(&answer.2),
        "a token is never shown"
    );
    answer
}

#[test]
fn login_checks_the_token_finds_the_bot_and_keeps_both_where_the_desk_looks() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path(), "config.toml");
    let token_file = path(folder.path(), "token");
    let sim = Sim::start(&[]);
    let token = format!("{}\n", sim.token());

    for (token, code, says) in [
        ("", 2, "no token received"),
        ("EAAcanaryWrong\n", 3, "log in again"),
    ] {
        let (got, out, err) = login(&sim, &file, token, &[]);
        assert_eq!(got, code, "{out}{err}");
        assert!(err.contains(says), "{says}: {err}");
        assert!(!Path::new(&file).exists() && !Path::new(&token_file).exists());
    }

    let (code, out, err) = login(&sim, &file, &token, &["--agent", "Kim"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("Page Lamp & Co"), "{out}");
    assert!(out.contains("hand-backs go to bot"), "{out}");
    assert_eq!(mode(&token_file), 0o600);
    assert_eq!(
        fs::read_to_string(&token_file).expect("kept").trim(),
        sim.token()
    );
    let kept = fs::read_to_string(&file).expect("kept");
    assert!(!kept.contains(sim.token()));
    for line in [
        format!("page = \"{}\"", sim.text("page_id")),
        format!("bot_app_id = \"{}\"", sim.of_app("bot", "id")),
        "agent = \"Kim\"".into(),
        "# theme = \"dark\"".into(),
    ] {
        assert!(kept.lines().any(|kept| kept == line), "{line}: {kept}");
    }

    // What a person wrote into the file stays when they log in again.
    fs::write(
        &file,
        kept.replace("# theme = \"dark\"", "theme = \"mono\" # mine"),
    )
    .expect("written");
    let more = ["--reply-as", "human_agent"];
    let (code, out, err) = login(&sim, &file, &token, &more);
    assert_eq!(code, 0, "{out}{err}");
    let again = fs::read_to_string(&file).expect("kept");
    assert!(again.contains("theme = \"mono\" # mine"), "{again}");
    assert!(again.contains("\nreply_as = \"human_agent\"\n"), "{again}");
    assert!(again.contains("\nagent = \"Kim\"\n"), "{again}");

    // The desk needs nothing else now.
    let cache = path(folder.path(), "cache");
    let base = sim.text("base_url");
    let arguments = ["--config", &file, "--base-url", base, "--cache", &cache];
    let mut pty = Pty::start(&arguments, &[], (120, 40));
    pty.wait_for("1 Needs me 11");
    pty.leave();
}

#[test]
fn a_login_that_cannot_keep_everything_keeps_nothing_and_a_link_stays_a_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let sim = Sim::start(&[]);
    let token = format!("\u{feff}{}\r\n", sim.token());
    let (real, token_file) = (path(folder.path(), "real"), path(folder.path(), "token"));
    fs::write(&real, "EAAold\n").expect("written");
    std::os::unix::fs::symlink(&real, &token_file).expect("a link");
    // The token could be kept, the options not: an empty file where nothing can
    // be made, not even by root.
    let nowhere = path(folder.path(), "nowhere.toml");
    std::os::unix::fs::symlink("/proc/self/timers", &nowhere).expect("a link");
    let (code, _, err) = login(&sim, &nowhere, &token, &[]);
    assert_ne!(code, 0);
    assert!(
        err.contains("cannot write") && err.contains("nowhere.toml"),
        "{err}"
    );
    assert_eq!(fs::read_to_string(&real).expect("there"), "EAAold\n");
    // With room, the link still points to the file, which has the new one.
    let options = path(folder.path(), "config.toml");
    fs::write(&options, format!("token_file = {token_file:?}\n")).expect("written");
    let (code, out, err) = login(&sim, &options, &token, &[]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        fs::symlink_metadata(&token_file)
            .expect("there")
            .is_symlink()
    );
    assert_eq!(
        fs::read_to_string(&real).expect("there").trim(),
        sim.token()
    );
}

#[test]
fn a_variable_that_is_no_text_is_an_error_and_no_missing_token() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().expect("a folder");
    for (value, says) in [
        (
            &b"EAA\xffcanary"[..],
            "SWITCHBOARD_PAGE_TOKEN: it is not text",
        ),
        (
            b"EAA canary",
            "SWITCHBOARD_PAGE_TOKEN: line 1 has a space in it",
        ),
    ] {
        let cache = path(folder.path(), "cache");
        let answer = program(&["--cache", &cache, "doctor"])
            .env("SWITCHBOARD_PAGE_TOKEN", std::ffi::OsStr::from_bytes(value))
            .output()
            .expect("runs");
        let (code, out, err) = of(answer);
        assert_eq!(code, 1, "{out}{err}");
        assert!(out.contains(says), "{out}{err}");
        assert!(!out.contains("canary") && !err.contains("canary"));
    }
}

#[test]
fn the_record_of_an_agents_work_holds_no_words_and_report_counts_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let sim = Sim::start(&[]);
    let cache = path(folder.path(), "cache");
    let base = sim.text("base_url");
    let page = sim.text("page_id").to_owned();
    let desk = ["--base-url", base, "--page", &page, "--cache", &cache];
    let report = |more: &[&str]| call(&[&desk[..], &["report"], more].concat());

    let (code, _, err) = report(&[]);
    assert_eq!(code, 1);
    assert!(err.contains("no data for Page"), "{err}");

    let token = ("SWITCHBOARD_PAGE_TOKEN", sim.token());
    let mut pty = Pty::start(&desk, &[token], (120, 40));
    pty.wait_for("1 Needs me 11");
    pty.jump_to("kemi");
    pty.wait_for("Both payments have left my");
    pty.type_in("r");
    pty.wait_for("· HUMAN_AGENT, ");
    pty.type_in("canary words");
    pty.wait_for("canary words");
    pty.type_in("\x04");
    pty.wait_for("Send and hand back to bot");
    pty.type_in("1");
    pty.wait("the next thread", |s| s.contains("Jo Park · messenger"));
    pty.leave();

    let record = walk(Path::new(&cache))
        .into_iter()
        .find(|file| file.ends_with(".audit.ndjson"));
    let record = record.expect("a record");
    assert_eq!(mode(&record), 0o600);
    let record = fs::read_to_string(record).expect("a record");
    assert!(!record.contains("canary") && !record.contains("Kemi"));

    let (code, out, err) = report(&["--since", "1h", "--json"]);
    assert_eq!(code, 0, "{err}");
    let counted: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    for (key, count) in [("handled", 1), ("replies", 1), ("as_human_agent", 1)] {
        assert_eq!(counted[key], count, "{key}: {counted}");
    }
    assert_eq!(counted["hand_backs"]["resolved"], 1, "{counted}");
    let (code, out, err) = report(&["--since", "today"]);
    assert_eq!(code, 0, "{err}");
    for row in ["handled", "median first reply", "windows lost", "resolved"] {
        assert!(out.contains(row), "{row}: {out}");
    }
    let (code, _, err) = report(&["--since", "tomorrow"]);
    assert_eq!(code, 2);
    assert!(err.contains("tomorrow") && err.contains("7d"), "{err}");
}

/// All files below a folder.
fn walk(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry").path();
        if entry.is_dir() {
            found.extend(walk(&entry));
        } else {
            found.push(entry.to_str().expect("a path").to_owned());
        }
    }
    found
}

/// What somebody writes into a name who wants a terminal to do something, or a
/// line of the report to look like ours.
const HOSTILE: &str =
    "\u{1b}]0;pwned\u{7}\u{9b}2J\u{202e}\r\nok    token          faked\n\u{2028}faked";

/// Puts it behind all words in an answer; `ids`: also behind what names things.
fn spoil(answer: &mut Value, ids: bool) {
    match answer {
        Value::String(words) => words.push_str(HOSTILE),
        Value::Array(all) => all.iter_mut().for_each(|one| spoil(one, ids)),
        Value::Object(fields) => {
            for (name, value) in fields {
                let names = [
                    "id",
                    "after",
                    "before",
                    "next",
                    "created_time",
                    "updated_time",
                ];
                let named = names.contains(&name.as_str());
                if (ids || !named) && name != "access_token" {
                    spoil(value, ids);
                }
            }
        }
        _ => {}
    }
}

/// Meta's words, ids and errors come out of every command as text, each on the line
/// where it belongs.
#[test]
fn a_cache_to_measure_with_is_made_once_and_only_where_it_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = path(folder.path(), "cache");
    let make = |more: &[&str]| call(&[&["demo", "--make"], more].concat());
    for (more, word) in [
        (&[][..], "--cache"),
        (&["--cache", &cache, "--age", "long"], "12h"),
        (&["--cache", &cache, "--age=-12h"], "12h"),
        (
            &["--cache", &cache, "--conversations", "9999999999"],
            "fewer",
        ),
    ] {
        let (code, _, err) = make(more);
        assert_eq!((code, err.contains(word)), (2, true), "{err}");
    }
    assert!(!Path::new(&cache).exists());
    let whole = [
        "--cache",
        &cache,
        "--conversations",
        "20",
        "--messages",
        "30",
        "--age",
        "2d",
    ];
    let (code, out, err) = make(&whole);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("20 conversations and 49 messages"), "{out}");
    let (code, _, err) = make(&whole);
    assert_eq!((code, err.contains("empty folder")), (2, true), "{err}");
}

#[test]
fn nothing_that_meta_answers_acts_on_the_shells_terminal() {
    let sim = Sim::start(&["--app", "switchboard=http://127.0.0.1:9/hook"]);
    let page = sim.text("page_id");
    let names = Between::new(sim.text("base_url"), |answer| spoil(answer, false));
    let all = Between::new(sim.text("base_url"), |answer| spoil(answer, true));
    let refused = Between::new(sim.text("base_url"), |answer| {
        let words = format!("no {HOSTILE}");
        *answer = serde_json::json!({"error": {"message": words, "type": words, "code": 190,
            "error_subcode": 463, "fbtrace_id": words, "error_user_msg": words, "error_user_title": words}});
    });
    let verbs: &[&[&str]] = &[
        &["login", "--agent", "Kim"],
        &["login", "--bot", "200000000000001"],
        &["subscribe"],
        &["subscribe", "--json"],
        &[
            "subscribe",
            "--add",
            "--callback",
            "https://example.org/",
            "--yes",
        ],
        &["subscribe", "--add", "--callback", "https://example.org/"],
        &["doctor"],
        &["doctor", "--json", "--try-take"],
        &["sync"],
        &["sync", "--json"],
        &["report"],
        &["report", "--json"],
        &["forget", "7012345678900001"],
        &["forget", "7012345678900002", "--json"],
        &["config", "check"],
    ];
    for (kind, between) in [("names", &names), ("all", &all), ("refused", &refused)] {
        let folder = tempfile::tempdir().expect("a folder");
        for verb in verbs {
            let config = path(folder.path(), verb[0]);
            fs::write(&config, "").expect("a config");
            let mut arguments = vec!["--base-url", &between.base_url];
            let cache = path(folder.path(), "cache");
            arguments.extend(["--config", &config, "--cache", &cache]);
            if verb[0] != "login" {
                arguments.extend(["--page", page]);
            }
            arguments.extend(*verb);
            let token = path(folder.path(), "piped");
            fs::write(&token, sim.token()).expect("written");
            let mut command = program(&arguments);
            if verb[0] == "login" {
                command.stdin(fs::File::open(&token).expect("a file"));
            }
            command
                .env("SWITCHBOARD_PAGE_TOKEN", sim.token())
                .env(
                    "SWITCHBOARD_APP_SECRET",
                    sim.of_app("switchboard", "secret"),
                )
                .env(
                    "SWITCHBOARD_VERIFY_TOKEN",
                    sim.of_app("switchboard", "verify_token"),
                );
            let (code, out, err) = of(command.output().expect("runs"));
            let said = format!("{kind} {verb:?} ({code}):\n{out}{err}");
            for c in out.chars().chain(err.chars()) {
                let fine = c == '\n' || !(c.is_control() || "\u{202e}\u{2028}".contains(c));
                assert!(fine, "{c:?} in {said}");
            }
            let begins = |line: &str| {
                line.trim_start().starts_with("faked")
                    || line.contains("token          faked") && line.starts_with("ok ")
            };
            assert!(!out.lines().chain(err.lines()).any(begins), "{said}");
            if verb.contains(&"--json") {
                for line in out.lines() {
                    serde_json::from_str::<Value>(line).expect(&said);
                }
            }
            assert!(
                !said.contains("panicked") && !said.contains("this is a bug"),
                "{said}"
            );
            // The words did come through, as words.
            let tells = ["login", "doctor"].contains(&verb[0]) || *verb == ["subscribe"];
            let told = said.contains("pwned") && code < 2;
            assert!(kind != "names" || !tells || told, "{said}");
        }
    }
}

/// What `switchboard help` and its chapters name is there: commands, options, and
/// options of the configuration.
#[test]
fn help_prints_the_manual_and_the_manual_names_what_is_there() {
    let help = |topics: &[&str]| {
        let words = [&["help"], topics].concat();
        let output = program(&words).output().expect("runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    let (code, all, _) = help(&[]);
    assert_eq!(code, Some(0));
    let (code, _, err) = help(&["nonsense"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("the chapters are agent, "), "{err}");
    let commands = [
        "demo",
        "sim",
        "config",
        "login",
        "doctor",
        "subscribe",
        "sync",
        "report",
        "forget",
        "help",
    ];
    let options: String = commands.map(|command| help(&[command]).1).concat() + &all;
    let configured = include_str!("../assets/config.toml");
    let mut manual = include_str!("../README.md").to_owned();
    for chapter in CHAPTERS {
        assert!(all.contains(chapter.name), "{}", chapter.name);
        let (code, printed, _) = help(&[chapter.name]);
        let title = chapter.text.lines().next().expect("a title");
        assert!(
            code == Some(0) && printed.starts_with(title),
            "{}",
            chapter.name
        );
        manual.push_str(chapter.text);
    }
    let word = |c: char| !(c.is_ascii_lowercase() || c == '-' || c == '_');
    for option in manual.split("--").skip(1) {
        let name = option.split(word).next().unwrap_or_default();
        let rule = name.trim_matches('-').is_empty();
        let known = rule || options.contains(&format!("--{name}"));
        // Cargo's own.
        let others = ["path", "bench", "test"];
        assert!(known || others.contains(&name), "--{name}");
    }
    for command in manual.split("`switchboard ").skip(1) {
        let name = command.split(word).next().unwrap_or_default();
        assert!(
            name.is_empty() || name.starts_with('-') || commands.contains(&name),
            "{name}"
        );
    }
    for quoted in manual.split('`').skip(1).step_by(2) {
        let Some((name, _)) = quoted.split_once(" = ") else {
            continue;
        };
        if name.contains(word) {
            continue;
        }
        let known = configured.contains(&format!("{name} ="));
        assert!(known || quoted.contains("do ="), "{quoted}");
    }
}
