//! The whole program: in a pseudo-terminal for what only a terminal shows, and
//! on the command line for what scripts rely on.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    path::Path,
    process::{Command, Output},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use support::{
    big,
    process::{Sim, free_port, program},
    pty::{Pty, log},
};

fn output(command: &mut Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (status.code().expect("a code"), text(stdout), text(stderr))
}

/// Starts a desk of `page` at `base_url`, at home in `folder`.
fn desk(
    folder: &Path,
    base_url: &str,
    page: &str,
    token: &str,
    more: &[&str],
    size: (u16, u16),
) -> Pty {
    let home = folder.to_str().expect("a path");
    let cache = folder.join("cache");
    let cache = cache.to_str().expect("a path");
    let mut arguments = vec!["--base-url", base_url, "--page", page, "--cache", cache];
    arguments.extend(more);
    let environment = [
        ("SWITCHBOARD_PAGE_TOKEN", token),
        ("HOME", home),
        ("XDG_CONFIG_HOME", home),
    ];
    Pty::start(&arguments, &environment, size)
}

/// The POSTs of a log: what was done, in order.
fn posts(entries: &[Value]) -> Vec<&Value> {
    entries.iter().filter(|e| e["method"] == "POST").collect()
}

fn word(post: &Value) -> &str {
    let edge = post["path"]
        .as_str()
        .expect("a path")
        .rsplit('/')
        .next()
        .expect("an edge");
    post["body"]["sender_action"].as_str().unwrap_or(edge)
}

/// The agent's flow on the 26 h old thread and on one inside the day, from the
/// keys of the README.
fn play(pty: &mut Pty) {
    pty.wait_for("1 Needs me 11");
    pty.jump_to("kemi"); // ^P and a part of the name
    pty.wait_for("Both payments have left my");
    pty.type_in("r");
    pty.wait_for("· HUMAN_AGENT, ");
    pty.type_in("The second payment goes back to you today.");
    pty.wait_for("goes back to you today.");
    pty.type_in("\x04"); // ^D
    pty.wait_for("Send and hand back to bot");
    pty.type_in("1");
    // The next who waits opens by itself: the deadline that hurts next.
    pty.wait("the next thread", |s| {
        s.contains("Jo Park · messenger") && s.contains("the glass is everywhere")
    });
    pty.type_in("r");
    pty.wait_for("· RESPONSE, ");
    pty.enter("A new one is on its way.");
    pty.wait_for("oh that is kind, thank you");
    pty.type_in("\x1b");
    pty.wait_for("r reply");
    pty.type_in("q");
    pty.wait_for("q quit");
    pty.quit();
}

fn check_calls(entries: &[Value]) {
    let posts = posts(entries);
    let words: Vec<&str> = posts.iter().map(|p| word(p)).collect();
    assert_eq!(
        words,
        [
            "mark_seen",
            "typing_on",
            "messages",
            "mark_seen",
            "typing_on",
            "messages"
        ]
    );
    let first = &posts[2]["body"];
    assert_eq!(
        (&first["messaging_type"], &first["tag"]),
        (&"MESSAGE_TAG".into(), &"HUMAN_AGENT".into())
    );
    assert_eq!(first["thread_control"]["app_id"], "200000000000001");
    let note: Value =
        serde_json::from_str(first["message"]["metadata"].as_str().expect("a note")).expect("JSON");
    assert_eq!(
        (&note["v"], &note["outcome"]),
        (&1.into(), &"resolved".into())
    );
    let second = &posts[5]["body"];
    assert_eq!(second["messaging_type"], "RESPONSE");
    assert!(second.get("tag").is_none() && second.get("thread_control").is_none());
    assert!(
        entries.iter().all(|e| e["status"] == 200),
        "every call was taken"
    );
}

#[test]
fn the_demo_does_the_agents_flow_and_leaves_the_terminal_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("calls.log");
    let mut pty = Pty::demo(&["--log", path.to_str().expect("a path")], (120, 40));
    play(&mut pty);
    assert!(pty.end().success());
    check_calls(&log(&path));
    let bytes = pty.bytes();
    let text = String::from_utf8_lossy(&bytes);
    for (on, off) in [
        ("\x1b[?1049h", "\x1b[?1049l"),
        ("\x1b[?2004h", "\x1b[?2004l"),
        ("\x1b[?1004h", "\x1b[?1004l"),
        ("\x1b[?25l", "\x1b[?25h"),
    ] {
        assert!(
            text.rfind(off) > text.rfind(on),
            "{on:?} is switched off again"
        );
    }
}

#[test]
fn a_desk_and_a_simulator_in_two_processes_do_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk_log, sim_log) = (
        folder.path().join("desk.log"),
        folder.path().join("sim.log"),
    );
    let sim = Sim::start(&["--log", sim_log.to_str().expect("a path")]);
    let mut pty = desk(
        folder.path(),
        sim.text("base_url"),
        sim.text("page_id"),
        sim.token(),
        &["--log", desk_log.to_str().expect("a path")],
        (120, 40),
    );
    play(&mut pty);
    assert!(pty.end().success());
    check_calls(&log(&desk_log));
    let seen = log(&sim_log);
    check_calls(&seen);
    assert!(posts(&seen).iter().all(|e| e["app"] == "switchboard"));
    for path in [&desk_log, &sim_log] {
        assert!(
            !std::fs::read_to_string(path)
                .expect("a log")
                .contains(sim.token()),
            "never a token"
        );
    }
}

#[test]
fn the_simulators_json_is_the_contract_that_scripts_rely_on() {
    let sim = Sim::start(&[
        "--seed",
        "7",
        "--now",
        "2026-11-20T14:00:00Z",
        "--app",
        "mine=http://127.0.0.1:5000/hook",
        "--conversations",
        "60",
    ]);
    for key in ["base_url", "page_id", "instagram_id", "now"] {
        assert!(!sim.text(key).is_empty(), "{key}");
    }
    assert_eq!(
        (&sim.about["seed"], sim.text("now")),
        (&7.into(), "2026-11-20T14:00:00+0000")
    );
    let apps = sim.about["apps"].as_array().expect("apps");
    let names: Vec<&str> = apps
        .iter()
        .map(|a| a["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, ["switchboard", "bot", "inbox", "mine"]);
    for app in apps {
        for key in ["id", "token", "secret", "verify_token"] {
            assert!(
                app[key].as_str().is_some_and(|text| !text.is_empty()),
                "{key} of {app}"
            );
        }
    }
    assert_eq!(apps[3]["webhook"], "http://127.0.0.1:5000/hook");
    assert!(apps[0]["webhook"].is_null());
    let people = sim.about["people"].as_array().expect("people");
    assert_eq!(people.len(), 60);
    let kemi = people
        .iter()
        .find(|p| p["name"] == "Kemi Adeyemi")
        .expect("them");
    assert_eq!(
        (&kemi["platform"], &kemi["owner"]),
        (&"messenger".into(), &"switchboard".into())
    );
    assert_eq!(
        kemi["last_message_at"], "2026-11-19T12:00:00+0000",
        "26 hours old"
    );
    assert!(
        kemi["conversation_id"]
            .as_str()
            .is_some_and(|id| id.starts_with("t_"))
    );
    let again = Sim::start(&[
        "--seed",
        "7",
        "--now",
        "2026-11-20T14:00:00Z",
        "--conversations",
        "60",
    ]);
    assert_eq!(
        again.about["people"], sim.about["people"],
        "the same seed gives the same world"
    );
}

/// Reads what a program wrote to its terminal against a list of what may be
/// there: plain text, and the sequences that the desk needs.
fn forbidden(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' if chars.peek() == Some(&'[') => {
                chars.next();
                let mut sequence = String::new();
                for c in chars.by_ref() {
                    sequence.push(c);
                    if ('@'..='~').contains(&c) {
                        break;
                    }
                }
                let last = sequence.chars().next_back();
                let known = match last {
                    Some('H' | 'm' | 'K' | 'J' | 'C' | 'D') => !sequence.contains('?'),
                    Some('h' | 'l') => [
                        "?1049", "?2004", "?1004", "?25", "?7", "?1000", "?1002", "?1006", "?2026",
                    ]
                    .contains(&&sequence[..sequence.len() - 1]),
                    // The title that was there is kept, and comes back.
                    Some('t') => ["22;2t", "23;2t"].contains(&sequence.as_str()),
                    _ => false,
                };
                // Erasing below or the whole screen is ours only before a frame.
                if !known {
                    found.push(format!("CSI {sequence}"));
                }
            }
            // A title: text, up to its end.
            '\x1b' if chars.peek() == Some(&']') => {
                let title: String = chars
                    .by_ref()
                    .skip(1)
                    .take_while(|c| *c != '\x1b')
                    .collect();
                let ended = chars.next() == Some('\\');
                let harmless = !title.chars().any(switchboard::text::is_forbidden);
                let ours = title.starts_with("2;") && title.ends_with("switchboard");
                if !(ended && harmless && ours) {
                    found.push(format!("OSC {title:?}"));
                }
            }
            // The bell by itself; inside of a sequence it would be found above.
            '\r' | '\n' | '\x07' => {}
            c if switchboard::text::is_forbidden(c) || matches!(c, '\u{200b}' | '\u{2060}') => {
                found.push(format!("{:04x}", c as u32));
            }
            _ => {}
        }
    }
    found
}

/// A terminal without bracketed paste gives a paste as keys, in one go.
#[test]
fn a_paste_without_brackets_is_one_draft_and_sends_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let calls = folder.path().join("calls.log");
    let mut pty = Pty::demo(&["--log", calls.to_str().expect("a path")], (120, 40));
    pty.wait_for("1 Needs me 11");
    // Over the list it takes nothing, hands nothing back, and does not quit.
    pty.type_in("ttmEqyqy");
    pty.wait_for("looked like a paste");
    pty.jump_to("ana ruiz");
    pty.wait_for("Ana Ruiz · messenger");
    pty.type_in("r");
    pty.wait_for("· RESPONSE, ");
    pty.type_in("Dear Ben,\ryour refund is on its way.\rKim\r");
    let screen = pty.wait("the last line", |s| s.contains("││Kim"));
    for line in ["││Dear Ben,", "││your refund is on its way.", "To Ana"] {
        assert!(screen.contains(line), "{line} in\n{screen}");
    }
    pty.type_in("\x1b");
    pty.wait_for("r reply");
    pty.leave();
    let entries = log(&calls);
    let sent = entries.iter().any(|e| {
        e["body"]["message"].is_object()
            || e["path"]
                .as_str()
                .is_some_and(|p| p.contains("take_thread"))
    });
    assert!(!sent, "{entries:?}");
}

/// Late answers to what an editor asked, or to what came over a slow line.
#[test]
fn answers_of_the_terminal_open_nothing_write_nothing_and_tell_meta_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let calls = folder.path().join("calls.log");
    let mut pty = Pty::demo(&["--log", calls.to_str().expect("a path")], (120, 40));
    let answers: Vec<Vec<u8>> = [
        "]4;1;rgb:cdcd/0000/0000",
        "]10;rgb:ffff/rrrr/ffff",
        "]11;rgb:1e1e/1e1e/2e2e",
        "]52;c;cnJycnJy",
        "P1$r0;1m",
        "P1+r544e=787465726d",
        "_Gi=31;OK",
        "^r\rq\ry",
        "Xr\rq\ry",
    ]
    .iter()
    .flat_map(|answer| {
        let (kind, words) = answer.as_bytes().split_at(1);
        let eight = kind[0] + 0x40;
        let starts = [vec![0x1b, kind[0]], vec![eight], vec![0xc2, eight]];
        starts.into_iter().flat_map(move |start| {
            [&b"\x1b\\"[..], b"\x07", b"\x9c"].map(|end| [&start, words, end].concat())
        })
    })
    .collect();
    // What stands there, a key, and what it does there.
    let places = [
        ("1 Needs me 11", "?", "type to search"),
        ("Both payments have left my", "?", "type to search"),
        ("Dear Kemi", "!", "Dear Kemi!"),
        ("Send and hand back to bot", "\x1b", "To Kemi"),
    ];
    for (place, (there, key, effect)) in places.into_iter().enumerate() {
        match place {
            0 => {}
            1 => pty.jump_to("kemi"),
            2 => {
                pty.type_in("r");
                pty.wait_for("· HUMAN_AGENT, ");
                pty.type_in(there);
            }
            _ => pty.type_in("\x04"),
        }
        pty.wait_for(there);
        for answer in &answers {
            // Where it is split as its beginning is told from a key by time, `runtime`
            // has a test.
            for at in [3, answer.len() / 2, answer.len() - 1] {
                let (one, other) = answer.split_at(at);
                pty.type_bytes(one);
                pty.type_bytes(other);
            }
        }
        pty.type_in(key);
        let screen = pty.wait(effect, |s| {
            s.contains(effect) && (key != "\x1b" || !s.contains(there))
        });
        assert!(
            !screen.contains("rgb") && !screen.contains("rr"),
            "{screen}"
        );
        if key == "?" {
            pty.type_in("\x1b");
            pty.wait("help is closed", |s| !s.contains(effect));
        }
    }
    only_shows_that_somebody_writes(&mut pty, &calls);
}

/// Ends the desk from outside, where no key may do it; nothing was sent before but
/// what shows that an agent has opened a reply.
fn only_shows_that_somebody_writes(pty: &mut Pty, calls: &Path) {
    let pid = Pid::from_raw(i32::try_from(pty.pid()).expect("a pid")).expect("a pid");
    kill_process(pid, Signal::TERM).expect("signalled");
    assert!(pty.end().success());
    for entry in log(calls).iter().filter(|entry| entry["method"] == "POST") {
        let action = entry["body"]["sender_action"].as_str().unwrap_or_default();
        let harmless = ["mark_seen", "typing_on", "typing_off"].contains(&action);
        assert!(harmless, "{entry}");
    }
}

/// What somebody copied from a page may hold the end of a paste.
#[test]
fn a_paste_that_holds_its_own_end_sends_nothing() {
    for in_composer in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let calls = folder.path().join("calls.log");
        let mut pty = Pty::demo(&["--log", calls.to_str().expect("a path")], (120, 40));
        pty.wait_for("1 Needs me 11");
        if in_composer {
            pty.jump_to("kemi");
            pty.wait_for("Both payments have left my");
            pty.type_in("r");
            pty.wait_for("· HUMAN_AGENT, ");
        }
        pty.type_in("\x1b[200~Dear Kemi\x1b[201~\rr\r\x04\r1\x1b:quit\ry\r\x1b[201~");
        if in_composer {
            pty.wait_for("││1quit");
        } else {
            pty.wait_for("Paste works in the composer");
        }
        only_shows_that_somebody_writes(&mut pty, &calls);
        let told = std::fs::read_to_string(&calls).expect("a log");
        assert!(in_composer || !told.contains("sender_action"), "{told}");
    }
}

#[test]
fn nothing_a_customer_types_reaches_the_terminal_as_a_command() {
    let mut pty = Pty::demo(&[], (120, 40));
    pty.wait_for("Mallory");
    pty.jump_to("mallory");
    pty.wait_for("hidden control characters");
    pty.type_in("p");
    pty.wait_for("conversation t_");
    pty.type_in("p"); // the page closes with its own key
    pty.wait("the thread", |s| !s.contains("conversation t_"));
    pty.type_in("J");
    pty.wait_for("JSON as Meta sent it");
    pty.wait_for("created_time");
    pty.type_in("J");
    pty.wait("the thread", |s| !s.contains("JSON as Meta"));
    pty.type_in("r");
    pty.wait_for("To Mallory");
    pty.enter("good morning");
    pty.wait_for("did it work?");
    pty.type_in("\x1b");
    pty.wait_for("r reply");
    pty.type_in("q");
    pty.wait_for("q quit");
    pty.quit();
    assert!(pty.end().success());
    let found = forbidden(&pty.bytes());
    assert!(found.is_empty(), "{found:?}");
    let shown = String::from_utf8_lossy(&pty.bytes()).into_owned();
    assert!(
        shown.contains("PWNED"),
        "the words are shown, only their power is gone"
    );
    assert!(
        !forbidden(b"\x1b]0;x\x07").is_empty() && !forbidden("\u{202e}".as_bytes()).is_empty(),
        "the check can fail"
    );
}

#[test]
fn signals_end_it_politely_and_a_suspend_gives_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut pty = Pty::demo(&[], (80, 24));
        pty.wait_for("1 Needs me 11");
        let pid = Pid::from_raw(i32::try_from(pty.pid()).expect("a pid")).expect("a pid");
        kill_process(pid, signal).expect("signalled");
        assert!(pty.end().success(), "{signal:?}");
        assert!(
            String::from_utf8_lossy(&pty.bytes()).contains("\x1b[?1049l"),
            "{signal:?}"
        );
    }
    let mut pty = Pty::demo(&[], (80, 24));
    pty.wait_for("1 Needs me 11");
    let pid = Pid::from_raw(i32::try_from(pty.pid()).expect("a pid")).expect("a pid");
    pty.type_in("\x1a");
    // The alternate screen is left, so the desk is gone from the screen.
    pty.wait("the shell's screen", |s| !s.contains("Needs me"));
    pty.wait_until_stopped();
    // What the shell did not read is none of our keys, and its end of input not ours.
    pty.type_in("?\x04");
    kill_process(pid, Signal::CONT).expect("signalled");
    pty.wait_for("1 Needs me 11");
    pty.type_in("j");
    let screen = pty.wait("the next row", |s| !s.contains(">! "));
    assert!(!screen.contains("type to search"), "{screen}");
    pty.type_in("\x1a");
    pty.wait("the shell's screen", |s| !s.contains("Needs me"));
    pty.wait_until_stopped();
    kill_process(pid, Signal::CONT).expect("signalled");
    pty.wait_for("1 Needs me 11");
    pty.quit();
    assert!(pty.end().success());
}

#[test]
fn keys_without_an_end_keep_no_signal_out() {
    let mut pty = Pty::demo(&[], (80, 24));
    pty.wait_for("1 Needs me 11");
    pty.type_without_end("jjj");
    pty.wait("a step", |screen| !screen.contains(">! "));
    let pid = Pid::from_raw(i32::try_from(pty.pid()).expect("a pid")).expect("a pid");
    kill_process(pid, Signal::TERM).expect("signalled");
    assert!(pty.end().success());
}

#[test]
fn any_size_and_any_storm_of_sizes_is_survived() {
    let mut pty = Pty::demo(&[], (1, 1));
    pty.resize(20, 4);
    pty.wait_for("needs 40x10");
    for n in 1..60 {
        pty.resize(1 + n * 3 % 150, 1 + n * 7 % 50);
    }
    pty.resize(120, 40);
    pty.wait_for("1 Needs me 11");
    pty.type_in("\r");
    pty.wait_for("the glass is everywhere");
    pty.type_in("q");
    pty.wait_for("/ filter");
    pty.quit();
    assert!(pty.end().success());
}

#[test]
fn a_desk_without_a_network_starts_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = "http://127.0.0.1:1";
    let mut pty = desk(folder.path(), nowhere, "1", "EAAcanary", &[], (100, 30));
    let screen = pty.wait_for("Cannot reach 127.0.0.1:1");
    assert!(screen.contains("OFFLINE"), "{screen}");
    pty.quit();
    assert!(pty.end().success());
    assert!(!String::from_utf8_lossy(&pty.bytes()).contains("EAAcanary"));
}

#[test]
fn without_a_network_the_whole_desk_works_from_its_cache() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("cache");
    // So that their windows are open now.
    let now = switchboard::clock::Clock::system().now();
    big::fill_at(&cache, 300, 500, now);
    let page = big::page();
    let start = || {
        let nowhere = "http://127.0.0.1:1";
        desk(
            folder.path(),
            nowhere,
            page.as_str(),
            "EAAcanary",
            &[],
            (120, 40),
        )
    };
    let mut pty = start();
    let screen = pty.wait_for("OFFLINE");
    assert!(
        screen.contains("1 Needs me 30") && screen.contains("Alex Novak"),
        "{screen}"
    );
    // Search, and the place it was found at.
    pty.type_in("g/needle 77");
    pty.wait_for("needle 77 0");
    pty.type_in("\r");
    pty.wait("the thread of the hit", |s| {
        s.contains("Piotr Okafor 77 ·") && s.contains("needle 77 0")
    });
    // A long thread, from its end to its beginning.
    pty.jump_to("alex novak 0");
    pty.wait_for("(499)");
    pty.type_in("gg");
    pty.wait_for("│ where is my parcel? (0)");
    // A reply waits, through a death, too.
    pty.type_in("r");
    pty.wait_for("· RESPONSE, ");
    pty.enter("sorry for the wait");
    pty.wait_for("queued: no network");
    pty.wait_for("1 unsent");
    let pid = Pid::from_raw(i32::try_from(pty.pid()).expect("a pid")).expect("a process");
    kill_process(pid, Signal::KILL).expect("dies");
    pty.end();
    let mut pty = start();
    pty.wait_for("1 unsent");
    pty.jump_to("alex novak 0");
    pty.wait("the reply", |s| {
        s.contains("sorry for the wait") && s.contains("queued")
    });
    kill_process(
        Pid::from_raw(i32::try_from(pty.pid()).expect("a pid")).expect("a process"),
        Signal::TERM,
    )
    .expect("ends");
    assert!(pty.end().success());
}

#[test]
fn a_wrong_token_is_said_in_the_desk_and_on_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let sim = Sim::start(&[]);
    let mut pty = desk(
        folder.path(),
        sim.text("base_url"),
        sim.text("page_id"),
        "EAAwrong",
        &[],
        (120, 40),
    );
    pty.wait("the remedy", |s| {
        s.contains("TOKEN REFUSED") && s.contains("SWITCHBOARD_PAGE_TOKEN")
    });
    pty.quit();
    assert!(pty.end().success());
    // Without --page Meta is asked first, and its refusal is the end.
    let home = folder.path().to_str().expect("a path");
    let environment = [
        ("SWITCHBOARD_PAGE_TOKEN", "EAAwrong"),
        ("HOME", home),
        ("XDG_CONFIG_HOME", home),
    ];
    let arguments = ["--base-url", sim.text("base_url")];
    let mut pty = Pty::start(&arguments, &environment, (120, 40));
    pty.wait_for("does not accept the Page token");
    assert_eq!(pty.end().exit_code(), 3);
}

#[test]
fn bad_calls_get_a_clear_sentence_and_the_right_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "page = 7\nreply_as = \"sometimes\"\n").expect("written");
    let config = config.to_str().expect("a path");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let listener = std::net::TcpListener::bind(&taken);
    let scenario = folder.path().join("wrong.toml");
    std::fs::write(&scenario, "[page]\nid = \"1\"\nname = 3\n").expect("written");
    let scenario = scenario.to_str().expect("a path");
    let cases: Vec<(Vec<&str>, i32, Vec<&str>)> = vec![
        (
            vec![],
            2,
            vec![
                "no Page token",
                "switchboard demo",
                "SWITCHBOARD_PAGE_TOKEN",
            ],
        ),
        (
            vec!["--config", config],
            2,
            vec!["2 mistakes", "line 1", "line 2", "reply_as"],
        ),
        (
            vec!["--config", "/nowhere/at/all.toml"],
            2,
            vec!["/nowhere/at/all.toml"],
        ),
        (vec!["--nonsense"], 2, vec!["--nonsense"]),
        (vec!["demo"], 1, vec!["needs a terminal"]),
        (
            vec!["sim", "--listen", &taken],
            1,
            vec!["cannot listen", "--listen"],
        ),
        (vec!["sim", "--listen", "nonsense"], 2, vec!["nonsense"]),
        (vec!["sim", scenario], 2, vec!["line 3"]),
        (vec!["sim", "/nowhere.toml"], 2, vec!["/nowhere.toml"]),
        (vec!["sim", "--app", "bot"], 2, vec!["NAME=WEBHOOK_URL"]),
        (vec!["sim", "--now", "noon"], 2, vec!["noon"]),
        (
            vec!["sim", "--listen", "0.0.0.0:0"],
            2,
            vec!["from other computers", "--expose"],
        ),
        (
            vec!["sim", "--app", "bot=https://hooks.example/"],
            2,
            vec!["another computer", "--call-out"],
        ),
    ];
    for (arguments, code, says) in cases {
        let (got, stdout, stderr) = output(&mut program(&arguments));
        assert_eq!(got, code, "{arguments:?}: {stderr}");
        assert_eq!(stdout, "", "{arguments:?}");
        for word in says {
            assert!(
                stderr.contains(word),
                "{arguments:?} should say {word:?}: {stderr}"
            );
        }
        assert!(
            !stderr.contains("panicked") && !stderr.contains('\x1b'),
            "{stderr}"
        );
    }
    drop(listener);
    for url in [
        "https://kim:canary@graph.example",
        "https://kim:canary@graph.example:port",
    ] {
        let mut named = program(&["--base-url", url, "--page", "1", "sync"]);
        let (code, _, stderr) = output(named.env("SWITCHBOARD_PAGE_TOKEN", "EAAx"));
        assert!(code != 0 && stderr.contains("a password in it"), "{stderr}");
        assert!(!stderr.contains("canary"), "{stderr}");
    }
    let mut insecure = program(&["--base-url", "http://graph.facebook.com", "--page", "1"]);
    let (code, _, stderr) = output(insecure.env("SWITCHBOARD_PAGE_TOKEN", "EAAcanary"));
    assert!(code != 0 && !stderr.contains("EAAcanary"), "{stderr}");
}

#[test]
fn a_dumb_terminal_gets_one_line_and_no_escape_bytes() {
    let mut pty = Pty::start(&["demo"], &[("TERM", "dumb")], (80, 24));
    pty.wait_for("TERM is dumb");
    assert_eq!(pty.end().exit_code(), 1);
    assert!(!pty.bytes().contains(&0x1b));
}

#[test]
fn a_second_desk_on_one_cache_only_reads_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().to_str().expect("a path");
    let mut first = Pty::demo(&["--cache", cache], (80, 24));
    first.wait_for("1 Needs me 11");
    let mut second = Pty::demo(&["--cache", cache], (80, 24));
    let screen = second.wait_for("LOOKING ON");
    assert!(screen.contains("Jo Park"), "it may read\n{screen}");
    second.type_in("r");
    second.wait_for("Close it to work here");
    // What the first one does is seen by the second.
    first.jump_to("kemi");
    first.wait_for("Both payments have left my");
    first.type_in("r");
    first.wait_for("To Kemi");
    first.enter("It goes back to you today.");
    first.wait_for("wonderful, thank you");
    second.wait_for("wonderful, thank you");
    second.quit();
    assert!(second.end().success());
    first.type_in("\x1b");
    first.wait_for("r reply");
    first.type_in("q");
    first.wait_for("/ filter");
    first.quit();
    assert!(first.end().success());
}

/// The options that lead a command to a simulator, with a cache of its own.
fn at(sim: &Sim, folder: &std::path::Path, words: &[&str]) -> Command {
    let mut command = program(words);
    command
        .args([
            "--base-url",
            sim.text("base_url"),
            "--page",
            sim.text("page_id"),
        ])
        .arg("--cache")
        .arg(folder.join("cache"))
        .env("SWITCHBOARD_PAGE_TOKEN", sim.token());
    command
}

#[test]
fn sync_fetches_everything_once_goes_on_after_a_stop_and_forget_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let sim = Sim::start(&["--conversations", "260"]);
    let json = |command: &mut Command| {
        let (code, stdout, stderr) = output(command);
        let lines: Vec<Value> = stdout
            .lines()
            .map(|line| serde_json::from_str(line).expect("a JSON line"))
            .collect();
        (code, lines, stderr)
    };
    // Stopped after its first page.
    let mut child = at(&sim, folder.path(), &["sync", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    let mut first = String::new();
    let stdout = child.stdout.take().expect("piped");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut first).expect("a page");
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid")).expect("a process");
    kill_process(pid, Signal::INT).expect("stopped");
    assert_eq!(child.wait().expect("ended").code(), Some(1));
    // Again: it goes on, and everybody is there.
    let (code, lines, stderr) = json(&mut at(&sim, folder.path(), &["sync", "--json"]));
    assert_eq!(code, 0, "{stderr}");
    let end = lines.last().expect("an end");
    assert_eq!(
        (&end["event"], &end["cached_conversations"], &end["whole"]),
        (&"end".into(), &260.into(), &true.into()),
        "{lines:?}"
    );
    // Once more: only what is new is asked for.
    let (code, lines, _) = json(&mut at(&sim, folder.path(), &["sync", "--json"]));
    assert_eq!(
        (code, lines.len()),
        (0, 3),
        "two tops and the end: {lines:?}"
    );
    let (code, stdout, _) = output(&mut at(&sim, folder.path(), &["sync"]));
    assert!(code == 0 && stdout.contains("260 and"), "{stdout}");
    // A person is forgotten, with what they wrote.
    let people = sim.about["people"].as_array().expect("people");
    let ana = people
        .iter()
        .find(|p| p["name"] == "Ana Ruiz")
        .expect("her");
    let psid = ana["id"].as_str().expect("an id");
    let (code, stdout, stderr) = output(&mut at(&sim, folder.path(), &["forget", psid]));
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stdout.contains("conversations 1") && stdout.contains("none is left"),
        "{stdout}"
    );
    for entry in std::fs::read_dir(folder.path().join("cache")).expect("a folder") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("readable");
        let holds = |text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
        assert!(!holds(psid) && !holds("Ana Ruiz") && !holds("the bank says nothing came in"));
    }
    let (code, _, stderr) = output(&mut at(&sim, folder.path(), &["forget", psid]));
    assert!(
        code == 1 && stderr.contains("no data for that id"),
        "{stderr}"
    );
}

#[test]
fn a_demo_with_a_kept_cache_can_be_played_again_and_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().to_str().expect("a path");
    for (run, before) in [("the first run", ""), ("the second run", "the first run")] {
        let mut pty = Pty::demo(&["--cache", cache], (120, 40));
        pty.wait_for("1 Needs me 11");
        pty.jump_to("kemi");
        pty.wait("her thread", |s| {
            s.contains("Kemi Adeyemi · messenger") && s.contains("Hello?") && s.contains(before)
        });
        pty.type_in("r");
        pty.wait_for(" left ─");
        pty.type_in(&format!("This is {run}."));
        pty.wait_for(&format!("This is {run}."));
        // What the first run left behind may be asked about first.
        pty.type_in("\r");
        let screen = pty.wait("an end", |s| {
            s.contains("wonderful, thank you") || s.contains("to send anyway")
        });
        if screen.contains("to send anyway") {
            pty.type_in("\r");
        }
        pty.wait("all sent", |s| {
            s.contains(run)
                && !s.contains("unsent")
                && !s.contains("sending")
                && !s.contains("CANNOT SAVE")
        });
        let pid = Pid::from_raw(i32::try_from(pty.pid()).expect("a pid")).expect("a process");
        kill_process(pid, Signal::TERM).expect("ends");
        assert!(pty.end().success());
    }
}

#[test]
fn help_and_version_are_there() {
    let (code, stdout, _) = output(&mut program(&["--help"]));
    assert_eq!(code, 0);
    for word in [
        "demo",
        "sim",
        "--base-url",
        "--read-only",
        "--log",
        "--cache",
        "--page",
        "--api-version",
        "--config",
        "--json",
    ] {
        assert!(stdout.contains(word), "{word}");
    }
    assert_eq!(output(&mut program(&["--version"])).0, 0);
}

/// A command line program against a simulator: what it says, and its exit code.
fn against(sim: &Sim, folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut all = vec!["--base-url", sim.text("base_url"), "--cache"];
    let cache = folder.join("cache");
    all.push(cache.to_str().expect("a path"));
    all.extend(arguments);
    let (code, out, err) = output(
        program(&all)
            .env("SWITCHBOARD_PAGE_TOKEN", sim.token())
            .env(
                "SWITCHBOARD_APP_SECRET",
                sim.of_app("switchboard", "secret"),
            )
            .env(
                "SWITCHBOARD_VERIFY_TOKEN",
                sim.of_app("switchboard", "verify_token"),
            )
            .env("TERM", "xterm-256color"),
    );
    for secret in [sim.token(), sim.of_app("switchboard", "secret")] {
        assert!(
            !out.contains(secret) && !err.contains(secret),
            "never a secret"
        );
    }
    (code, out, err)
}

/// A scenario file with one part of the built-in one changed.
fn changed_world(folder: &Path, from: &str, to: &str) -> String {
    let world = include_str!("../assets/demo/lamp.toml");
    assert!(world.contains(from), "{from}");
    let path = folder.join("world.toml");
    std::fs::write(&path, world.replacen(from, to, 1)).expect("a scenario");
    path.to_str().expect("a path").to_owned()
}

#[test]
fn doctor_says_ok_or_what_to_click() {
    let folder = tempfile::tempdir().expect("a folder");
    let door = free_port();
    let config = folder.path().join("config.toml");
    std::fs::write(
        &config,
        format!("[webhook]\nlisten = \"127.0.0.1:{door}\"\n"),
    )
    .expect("a config");
    let config = config.to_str().expect("a path");
    let log = folder.path().join("calls.log");
    let sim = Sim::start(&["--app", &format!("switchboard=http://127.0.0.1:{door}/")]);
    let arguments = [
        "doctor",
        "--try-take",
        "--config",
        config,
        "--log",
        log.to_str().expect("a path"),
    ];
    let (code, out, err) = against(&sim, folder.path(), &arguments);
    assert_eq!(code, 0, "{out}{err}");
    for line in [
        "ok    token          a Page token of switchboard",
        "ok    permissions",
        "ok    can take       yes",
        "ok    page fields    all that an inbox needs",
        "ok    app fields     page: all that an inbox needs",
        "ok    door",
    ] {
        assert!(out.contains(line), "{line} in {out}");
    }
    let calls = std::fs::read_to_string(&log).expect("a log");
    assert!(
        calls.contains("debug_token") && !calls.contains(sim.token()),
        "{calls}"
    );

    for (from, to, line, hint) in [
        (
            "id = \"300000000000002\"",
            "id = \"300000000000002\"\nlacks = [\"pages_read_engagement\"]",
            "BAD   permissions",
            "App Review",
        ),
        (
            "id = \"300000000000002\"",
            "id = \"300000000000002\"\nfields = [\"messages\"]",
            "BAD   page fields",
            "subscribe --add",
        ),
        (
            "id = \"300000000000002\"",
            "id = \"300000000000002\"\ncan_take = false",
            "BAD   can take",
            "Take control of conversations",
        ),
        (
            "id = \"300000000000002\"",
            "id = \"300000000000002\"\ntoken_state = \"expired\"",
            "BAD   token",
            "token",
        ),
        (
            "default_app = \"bot\"",
            "",
            "note  routing",
            "make the bot the default app",
        ),
    ] {
        let sim = Sim::start(&[&changed_world(folder.path(), from, to)]);
        let (code, out, _) = against(
            &sim,
            folder.path(),
            &["doctor", "--try-take", "--config", config],
        );
        let found = out.lines().any(|l| l.starts_with(line) && l.contains(hint));
        assert!(found, "{line} … {hint} in {out}");
        assert_eq!(
            code == 1,
            line.starts_with("BAD") || out.contains("BAD"),
            "{out}"
        );
    }
    let (code, _, err) = against(
        &sim,
        folder.path(),
        &["doctor", "--config", "/nowhere.toml"],
    );
    assert_eq!(code, 2, "{err}");
}

#[test]
fn subscribe_adds_what_is_missing_and_drops_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = "id = \"300000000000002\"\nfields = [\"messages\", \"inbox_labels\"]";
    let world = changed_world(folder.path(), "id = \"300000000000002\"", own);
    let sim = Sim::start(&[&world]);
    let (code, out, _) = against(&sim, folder.path(), &["subscribe"]);
    assert_eq!(code, 0);
    assert!(
        out.contains("missing  standby") && out.contains("inbox_labels   (not used by the desk)"),
        "{out}"
    );
    let (code, _, err) = against(&sim, folder.path(), &["subscribe", "--add", "--read-only"]);
    assert_eq!(code, 3, "{err}");
    let (code, out, _) = against(&sim, folder.path(), &["subscribe", "--add", "--json"]);
    assert_eq!(code, 0);
    let after: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(after["missing"], serde_json::json!([]));
    let fields = after["page_fields"].as_array().expect("fields");
    assert!(
        fields.contains(&"inbox_labels".into()),
        "what was set stays: {out}"
    );
    // A callback that nobody answers is refused by Meta before it is used.
    let nobody = format!("http://127.0.0.1:{}/", free_port());
    let (code, _, err) = against(
        &sim,
        folder.path(),
        &["subscribe", "--callback", &nobody, "--yes"],
    );
    assert!(
        code == 3 && err.contains("did not get its challenge back"),
        "{err}"
    );
    let (code, _, err) = against(
        &sim,
        folder.path(),
        &["subscribe", "--callback", "nonsense"],
    );
    assert!(code == 2 && err.contains("https://YOUR-TUNNEL/"), "{err}");
    // The Page token is right, and the secret of the app is not.
    let mut command = at(&sim, folder.path(), &["subscribe"]);
    let (code, _, err) = output(command.env("SWITCHBOARD_APP_SECRET", "not-the-secret-of-the-app"));
    assert!(code == 3 && err.contains("SWITCHBOARD_APP_SECRET"), "{err}");
    assert!(!err.contains("not-the-secret-of-the-app"), "{err}");
}

#[test]
fn doctor_names_what_is_missing_and_leaves_a_wound_clock_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.toml");
    std::fs::write(
        &config,
        format!("[webhook]\nlisten = \"127.0.0.1:{}\"\n", free_port()),
    )
    .expect("a config");
    let sim = Sim::start(&["--now", "2020-01-01T00:00:00Z"]);
    let config = config.to_str().expect("a path");
    let arguments = ["doctor", "--config", config, "--api-version", "v21.0"];
    let mut command = at(&sim, folder.path(), &arguments);
    let secret = sim.of_app("switchboard", "secret");
    let (code, out, err) = output(command.env("SWITCHBOARD_APP_SECRET", secret));
    assert_eq!(code, 1, "{out}");
    for told in [out.as_str(), &err] {
        assert!(told.contains("Graph API v21.0 "), "{told}");
    }
    let line = |words: &str| out.lines().find(|line| line.contains(words));
    let door = line("door").expect("a line");
    assert!(
        door.starts_with("BAD") && door.contains("SWITCHBOARD_VERIFY_TOKEN"),
        "{door}"
    );
    assert!(!door.contains("does not reach"), "nobody was asked: {door}");
    let clock = line(" clock ").expect("a line");
    assert!(
        clock.starts_with("note") && clock.contains("simulator"),
        "{clock}"
    );
}

#[test]
fn two_runs_with_one_seed_leave_the_same_log_to_the_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |name: &str| {
        let path = folder.path().join(name);
        let path_text = path.to_str().expect("a path");
        let now = "2026-11-20T14:00:00Z";
        let sim = Sim::start(&[
            "--seed", "7", "--now", now, "--speed", "0", "--log", path_text,
        ]);
        let base = sim.text("base_url").to_owned();
        let (token, psid) = (sim.token().to_owned(), sim.about["people"][0]["id"].clone());
        support::http::runtime().block_on(async {
            let client = support::wing::http();
            let post = async |path: &str, body: Value| {
                let call = client
                    .post(format!("{base}{path}"))
                    .bearer_auth(&token)
                    .json(&body);
                call.send()
                    .await
                    .expect("an answer")
                    .text()
                    .await
                    .expect("text")
            };
            let mut answers = Vec::new();
            for by in ["+1s", "+3h", "+2d"] {
                answers.push(post("/sim/clock", serde_json::json!({ "by": by })).await);
                let message =
                    serde_json::json!({"recipient": {"id": psid}, "message": {"text": by}});
                answers.push(post("/v27.0/me/messages", message).await);
            }
            let list = client.get(format!(
                "{base}/v27.0/me/conversations?fields=id,snippet,messages.limit(3)"
            ));
            let list = list.bearer_auth(&token).send().await.expect("an answer");
            answers.push(list.text().await.expect("text").replace(&base, "BASE"));
            (answers, base)
        })
    };
    let ((first, one), (second, other)) = (run("one.log"), run("other.log"));
    let plain = |text: &str, base: &str| text.replace(&base.replace('/', "\\/"), "BASE");
    for (a, b) in first.iter().zip(&second) {
        assert_eq!(plain(a, &one), plain(b, &other));
    }
    let read = |name: &str| std::fs::read(folder.path().join(name)).expect("a log");
    assert_eq!(read("one.log"), read("other.log"));
    assert!(!read("one.log").is_empty());
}

/// The window is closed: signal and broken terminal at once.
#[test]
fn a_terminal_that_goes_away_is_no_crash() {
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    let pair = native_pty_system()
        .openpty(PtySize::default())
        .expect("a pseudo-terminal");
    let state = tempfile::tempdir().expect("a folder");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_switchboard"));
    command.arg("demo");
    command.env("TERM", "xterm-256color");
    command.env("XDG_STATE_HOME", state.path());
    let mut child = pair.slave.spawn_command(command).expect("starts");
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().expect("a reader");
    let mut seen = Vec::new();
    while !seen.windows(8).any(|words| words == b"Needs me") {
        let mut some = [0; 1024];
        let read = reader.read(&mut some).expect("a screen");
        assert!(read > 0, "it ended");
        seen.extend_from_slice(&some[..read]);
    }
    drop(reader);
    drop(pair.master);
    let ended = child.wait().expect("ends");
    assert!(
        ended.exit_code() <= 1 && ended.signal().is_none(),
        "{ended:?}"
    );
}
