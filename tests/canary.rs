//! Where the secrets are while a whole day is played: in the headers where Meta
//! wants them, and nowhere else that anybody could look.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::json;
use support::{
    between::Between,
    process::{Sim, free_port, program},
    pty::Pty,
    wing,
};

/// What is looked for: a name that may be told, and the bytes that may not.
struct Canary {
    name: String,
    bytes: Vec<u8>,
}

/// Each secret as it is, as a URL and JSON write it, and backwards from base64 by
/// [`unpacked`].
fn canaries(sim: &Sim) -> Vec<Canary> {
    let secret = sim.of_app("switchboard", "secret");
    let proof = wing::sha256(secret, sim.token().as_bytes());
    let proof = proof.trim_start_matches("sha256=").to_owned();
    let all = [
        ("token", sim.token().to_owned()),
        ("secret", secret.to_owned()),
        (
            "verify token",
            sim.of_app("switchboard", "verify_token").to_owned(),
        ),
        ("proof", proof),
    ];
    let mut canaries = Vec::new();
    for (name, value) in all {
        assert!(value.len() >= 16, "{name} can be told from chance");
        let quoted: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        for (how, value) in [("", value.clone()), (" in a URL", quoted)] {
            canaries.push(Canary {
                name: format!("{name}{how}"),
                bytes: value.into_bytes(),
            });
        }
    }
    canaries
}

fn base64(c: u8) -> Option<u32> {
    Some(u32::from(match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}

/// The bytes, and behind them what every run of base64 in them means.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut all = bytes.to_vec();
    for run in bytes
        .split(|c| base64(*c).is_none())
        .filter(|run| run.len() >= 16)
    {
        for start in 0..4 {
            for four in run[start..].chunks(4) {
                let digits = four.iter().filter_map(|c| base64(*c));
                let number = digits.fold(0, |number, digit| number << 6 | digit);
                let number = number << (6 * (4 - four.len()));
                all.extend(&number.to_be_bytes()[1..]);
            }
        }
    }
    all
}

fn search(canaries: &[Canary], place: &str, bytes: &[u8], found: &mut Vec<String>) {
    let bytes = unpacked(bytes);
    for canary in canaries {
        if bytes.windows(canary.bytes.len()).any(|w| w == canary.bytes) {
            found.push(format!("the {} is in {place}", canary.name));
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}

/// A program that writes down how it was called, and its environment.
fn spy(path: &Path, seen: &Path, then: &str) {
    let seen = seen.display();
    let script = format!("#!/bin/sh\n(env; printf '%s\\n' \"$0\" \"$@\") >> {seen}\n{then}\n");
    fs::write(path, script).expect("a script");
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).expect("can be run");
}

#[test]
fn a_look_for_the_secrets_finds_what_is_there() {
    let canary = Canary {
        name: "token".into(),
        bytes: b"EAAcanaryTOKENcanary".to_vec(),
    };
    let canaries = [canary];
    for (bytes, there) in [
        (&b"x EAAcanaryTOKENcanary"[..], true),
        (b"\x1b]52;c;RUFBY2FuYXJ5VE9LRU5jYW5hcnk=\x07", true),
        (b"\x1b]52;c;eCBFQUFjYW5hcnlUT0tFTmNhbmFyeQ==\x07", true),
        (b"EAAcanaryTOKENcanarx", false),
    ] {
        let mut found = Vec::new();
        search(&canaries, "it", bytes, &mut found);
        assert_eq!(!found.is_empty(), there, "{bytes:?}");
    }
}

#[test]
fn no_secret_is_in_any_output_file_argument_environment_or_call_of_a_whole_play() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| {
        folder
            .path()
            .join(name)
            .to_str()
            .expect("a path")
            .to_owned()
    };
    let door = free_port();
    let sim = Sim::start(&["--app", &format!("switchboard=http://127.0.0.1:{door}/")]);
    let meta = Between::new(sim.text("base_url"), |_| {});
    let canaries = canaries(&sim);
    fs::create_dir(path("bin")).expect("a folder");
    let made = Command::new("mkfifo").arg(path("seen.browser")).status();
    assert!(made.expect("mkfifo runs").success());
    spy(
        &folder.path().join("bin/editor"),
        &folder.path().join("seen.editor"),
        "echo more >> \"$1\"",
    );
    spy(
        &folder.path().join("bin/xdg-open"),
        &folder.path().join("seen.browser"),
        "",
    );
    fs::write(
        path("config.toml"),
        format!("[webhook]\nlisten = \"127.0.0.1:{door}\"\n"),
    )
    .expect("a config");
    let secrets = [
        ("SWITCHBOARD_PAGE_TOKEN", sim.token()),
        (
            "SWITCHBOARD_APP_SECRET",
            sim.of_app("switchboard", "secret"),
        ),
        (
            "SWITCHBOARD_VERIFY_TOKEN",
            sim.of_app("switchboard", "verify_token"),
        ),
    ];
    let (config, cache, log) = (path("config.toml"), path("cache"), path("calls.log"));
    let options = [
        "--base-url",
        &meta.base_url,
        "--page",
        sim.text("page_id"),
        "--cache",
        &cache,
        "--config",
        &config,
        "--log",
        &log,
    ];
    let (home, editor) = (path(""), path("bin/editor"));
    let bin = format!("{}:{}", path("bin"), std::env::var("PATH").expect("a path"));
    let mut environment = secrets.to_vec();
    environment.extend([
        ("HOME", home.as_str()),
        ("EDITOR", &editor),
        ("VISUAL", ""),
        ("PATH", &bin),
        ("BROWSER", ""),
    ]);

    let mut found = Vec::new();
    let mut pty = Pty::start(&options, &environment, (120, 40));
    pty.wait_for("live · webhook");
    pty.wait_for("1 Needs me 11");
    let argv = fs::read(format!("/proc/{}/cmdline", pty.pid())).unwrap_or_default();
    search(&canaries, "its arguments", &argv, &mut found);
    play(&mut pty, &sim);
    // It is written when the browser runs.
    let (sender, told) = std::sync::mpsc::channel();
    let pipe = path("seen.browser");
    std::thread::spawn(move || sender.send(fs::read(pipe)));
    let browser = told.recv_timeout(std::time::Duration::from_secs(30));
    let browser = browser.expect("the browser runs").expect("a pipe");
    fs::remove_file(path("seen.browser")).expect("was there");
    assert!(browser.ends_with(b"https://lamp.example/p/walnut-floor-lamp\n"));
    search(&canaries, "what the browser got", &browser, &mut found);
    pty.leave();
    search(&canaries, "what the terminal got", &pty.bytes(), &mut found);
    for file in files(pty.state()) {
        search(
            &canaries,
            &file.display().to_string(),
            &fs::read(&file).expect("reads"),
            &mut found,
        );
    }

    let verbs: &[&[&str]] = &[
        &["doctor"],
        &["doctor", "--json", "--try-take"],
        &["subscribe"],
        &[
            "subscribe",
            "--add",
            "--callback",
            "https://example.org/hook",
            "--yes",
        ],
        &["sync"],
        &["sync", "--json"],
        &["report", "--json"],
        &["config", "check"],
        &["forget", "7012345678900001"],
    ];
    for verb in verbs {
        let output = program(&[&options[..], verb].concat())
            .envs(secrets)
            .env("HOME", &home)
            .stderr(Stdio::piped())
            .output()
            .expect("runs");
        let said = [output.stdout, output.stderr].concat();
        search(
            &canaries,
            &format!("the words of {verb:?}"),
            &said,
            &mut found,
        );
    }
    assert!(folder.path().join("seen.editor").exists(), "the editor ran");
    for file in files(folder.path()) {
        search(
            &canaries,
            &file.display().to_string(),
            &fs::read(&file).expect("reads"),
            &mut found,
        );
    }
    let calls = meta.heard();
    assert!(calls.len() > 30, "{} calls", calls.len());
    for call in &calls {
        let (place, rest) = redacted(call);
        search(
            &canaries,
            &format!("the call {place}"),
            rest.as_bytes(),
            &mut found,
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// A call without what Meta wants to have in it, and where it went: the token in its
/// header, the token that is asked about, and the verify token where it is set.
fn redacted(call: &str) -> (String, String) {
    let mut lines = call.splitn(3, '\n');
    let mut next = || lines.next().unwrap_or_default().to_owned();
    let (mut line, headers, mut body) = (next(), next(), next());
    let place = line.split('?').next().unwrap_or_default().to_owned();
    let mut headers = headers;
    if let Some(at) = headers.find("\"authorization\": ") {
        let end = headers[at..]
            .find(',')
            .map_or(headers.len(), |end| at + end);
        headers.replace_range(at..end, "");
    }
    if place.ends_with("/debug_token") {
        line = place.clone();
    }
    if place.ends_with("/subscriptions") {
        body = String::new();
    }
    (place, format!("{line}\n{headers}\n{body}"))
}

/// What an agent and a bot developer do in a day, as far as secrets could go along.
fn play(pty: &mut Pty, sim: &Sim) {
    pty.jump_to("kemi");
    pty.wait_for("Both payments have left my");
    pty.type_in("r");
    pty.wait_for("To Kemi");
    pty.type_in("\x0f"); // the editor
    pty.wait_for("││more");
    pty.type_in("The second payment goes back to you today.");
    pty.wait_for("goes back to you today.");
    pty.type_in("\r");
    pty.wait("it is sent", |s| !s.contains("To Kemi Adeyemi ("));
    sim.deed(json!({"person": "Marek Novotný", "do": "passes", "app": "switchboard"}));
    pty.wait_for("1 Needs me 12");
    pty.type_in("\x1b");
    pty.wait_for("r reply");
    pty.type_in("yc");
    pty.wait_for("Copied");
    for (keys, there) in [
        ("@", "API log"),
        ("J", "JSON as Meta sent it"),
        ("gd", "owner explained"),
    ] {
        pty.type_in(keys);
        pty.wait_for(there);
        pty.type_in("\x1b");
        pty.wait("it is closed", |s| !s.contains(there));
    }
    pty.jump_to("chloe");
    pty.wait_for("A good choice! It is in stock.");
    pty.type_in("o");
    pty.wait_for("open which link?");
    pty.type_in("1");
}
