//! The tools that people come from, each done with the whole program: the desk in a
//! pseudo-terminal, the simulator behind it, and what stood on the wire.
//!
//! | tool | here |
//! |---|---|
//! | `get_user_profile` | `p` |
//! | `manage_thread_handover` | `t`, `b`, `B` |
//! | `send_message` | text, quick replies, media by address, the tag by rule |
//! | `send_template` | generic, button, media, receipt |
//! | `send_sender_action` | seen and typing while one writes |
//! | `manage_messenger_profile` | `gp`: read, set, deleted, refused |

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use serde_json::{Value, json};
use support::{
    process::Sim,
    pty::{Pty, log},
};
use tempfile::TempDir;

/// A simulator with a log, and a desk with the templates of the demo.
struct Scene {
    sim: Sim,
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("sim.log");
        let sim = Sim::start(&["--log", log.to_str().expect("a path")]);
        let templates = folder.path().join("switchboard/templates");
        fs::create_dir_all(&templates).expect("made");
        let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/templates");
        for entry in fs::read_dir(own).expect("the templates").flatten() {
            fs::copy(entry.path(), templates.join(entry.file_name())).expect("copied");
        }
        Self { sim, folder }
    }

    fn desk(&self, more: &[(&str, &str)]) -> Pty {
        let at = self.sim.text("base_url");
        let desk = self.sim.desk(self.folder.path(), at, more);
        desk.wait_for("1 Needs me 11");
        desk
    }

    /// Somebody's thread.
    fn open(&self, name: &str) -> Pty {
        let mut desk = self.desk(&[]);
        desk.jump_to(name);
        desk.wait("the thread", |screen| screen.contains(" · messenger · "));
        desk
    }

    /// The bodies of what went to `/messages` and was taken.
    fn sent(&self) -> Vec<Value> {
        self.calls("/messages")
            .into_iter()
            .filter(|call| call["status"] == 200 && call["method"] == "POST")
            .map(|call| call["body"].clone())
            .collect()
    }

    fn calls(&self, ending: &str) -> Vec<Value> {
        let entries = log(&self.folder.path().join("sim.log"));
        let path = |entry: &Value| {
            let path = entry["path"].as_str().unwrap_or_default();
            path.split('?').next().unwrap_or_default().ends_with(ending)
        };
        entries.into_iter().filter(path).collect()
    }

    /// The messages among what was sent.
    fn messages(&self) -> Vec<Value> {
        let sent = self.sent().into_iter();
        sent.filter(|body| body["message"].is_object()).collect()
    }
}

/// Picks a template by its name and fills in what is missing.
fn pick(desk: &mut Pty, name: &str, values: &[(&str, &str)]) {
    desk.type_in("/");
    desk.wait_for("canned replies and templates");
    desk.type_in(name);
    // What comes all at once would be a paste.
    desk.wait_for(&format!("/ {name}"));
    desk.type_in("\r");
    for (variable, value) in values {
        desk.wait_for(&format!(">{variable}"));
        desk.type_in(value);
        desk.wait_for(value);
        desk.type_in("\r");
    }
    desk.wait("it is attached", |screen| {
        screen.contains(&format!("] {name}")) && !screen.contains("fill in ")
    });
}

#[test]
fn get_user_profile() {
    let scene = Scene::new();
    let mut desk = scene.open("kemi");
    desk.type_in("p");
    desk.wait("her profile", |screen| {
        ["╭ profile", "conversation t_"]
            .iter()
            .all(|word| screen.contains(word))
    });
    let people = scene.sim.get("/sim/people");
    let kemi = people["data"]
        .as_array()
        .expect("people")
        .iter()
        .find(|one| one["name"] == "Kemi Adeyemi");
    let id = kemi.expect("Kemi")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let asked = scene.calls(&format!("/{id}"));
    assert!(!asked.is_empty() && asked.iter().all(|call| call["method"] == "GET"));
}

#[test]
fn manage_thread_handover() {
    let scene = Scene::new();
    let mut desk = scene.open("ana ruiz");
    desk.wait_for("held by us");
    desk.type_in("b");
    desk.wait_for("Hand back to");
    desk.type_in("1");
    desk.wait_for("1 Needs me 10");
    desk.jump_to("ana ruiz");
    desk.wait_for("Ana Ruiz · messenger · held by bot");
    desk.type_in("t");
    desk.wait_for("Ana Ruiz · messenger · held by us");
    let moves: Vec<String> = ["pass_thread_control", "take_thread_control"]
        .into_iter()
        .filter(|edge| !scene.calls(&format!("/{edge}")).is_empty())
        .map(str::to_owned)
        .collect();
    assert_eq!(moves, ["pass_thread_control", "take_thread_control"]);
    let pass = scene.calls("/pass_thread_control");
    let note = pass[0]["body"]["metadata"].as_str().expect("a note");
    assert!(note.contains("resolved"), "{note}");
}

#[test]
fn send_message() {
    let scene = Scene::new();
    let mut desk = scene.open("ana ruiz");
    desk.type_in("r");
    desk.wait_for("· RESPONSE, ");
    desk.enter("Your refund has left us.");
    desk.wait_for("│ Your refund has left us.");
    pick(&mut desk, "bulb-size", &[]);
    desk.type_in("\r");
    desk.wait_for("Which bulb does your lamp take, Ana?");
    desk.type_in("\x06");
    desk.wait_for("attach: a path");
    desk.type_in("https://cdn.example/lamp.jpg");
    desk.wait_for("Enter to attach [photo]");
    desk.type_in("\r");
    desk.wait_for("+ [photo] https://cdn.example/lamp.jpg");
    desk.type_in("\r");
    desk.wait("all of it", |_| scene.messages().len() == 3);
    let messages = scene.messages();
    assert_eq!(messages[0]["message"]["text"], "Your refund has left us.");
    assert_eq!(
        messages[1]["message"]["quick_replies"][0]["payload"],
        "BULB_E14"
    );
    let media = &messages[2]["message"]["attachment"];
    assert_eq!(media["payload"]["url"], "https://cdn.example/lamp.jpg");
    for body in &messages {
        assert_eq!(body["messaging_type"], "RESPONSE");
        assert!(body["tag"].is_null(), "inside the day no tag");
    }
    // Kemi wrote more than a day ago: the tag is chosen by rule.
    desk.type_in("\x1b");
    desk.wait_for("r reply");
    desk.jump_to("kemi");
    desk.wait_for("Both payments have left my");
    desk.type_in("r");
    desk.wait_for("· HUMAN_AGENT, ");
    desk.enter("I am looking into it.");
    desk.wait("it", |_| scene.messages().len() == 4);
    let last = &scene.messages()[3];
    assert_eq!(
        (&last["messaging_type"], &last["tag"]),
        (&json!("MESSAGE_TAG"), &json!("HUMAN_AGENT"))
    );
}

#[test]
fn send_template() {
    let scene = Scene::new();
    let mut desk = scene.open("ana ruiz");
    desk.type_in("r");
    desk.wait_for("· RESPONSE, ");
    let templates: [(&str, &[(&str, &str)]); 4] = [
        ("order", &[("order", "4471"), ("day", "Monday")]),
        ("delivery-day", &[]),
        ("lamp-film", &[]),
        ("receipt", &[("order", "4471")]),
    ];
    for (count, (name, values)) in templates.iter().enumerate() {
        pick(&mut desk, name, values);
        desk.type_in("\r");
        desk.wait("it is sent", |screen| {
            scene.messages().len() == count + 1 && !screen.contains(&format!("] {name}"))
        });
    }
    let kinds: Vec<Value> = scene
        .messages()
        .iter()
        .map(|body| body["message"]["attachment"]["payload"]["template_type"].clone())
        .collect();
    assert_eq!(kinds, ["generic", "button", "media", "receipt"]);
    let order = &scene.messages()[0]["message"]["attachment"]["payload"]["elements"][0];
    assert_eq!(order["title"], "Order #4471");
    let receipt = &scene.messages()[3]["message"]["attachment"]["payload"];
    assert_eq!(receipt["recipient_name"], "Ana Ruiz");
}

#[test]
fn send_sender_action() {
    let scene = Scene::new();
    let mut desk = scene.open("ana ruiz");
    desk.type_in("r");
    desk.wait_for("customer sees typing");
    let actions = || -> Vec<String> {
        let sent = scene.sent().into_iter();
        sent.filter_map(|body| body["sender_action"].as_str().map(str::to_owned))
            .collect()
    };
    desk.wait("seen and typing", |_| actions().len() == 2);
    desk.type_in("\x1b");
    desk.wait("no longer", |_| actions().len() == 3);
    assert_eq!(actions(), ["mark_seen", "typing_on", "typing_off"]);
    desk.type_in("+");
    desk.wait_for("React to");
    desk.type_in("1");
    desk.wait("a reaction", |_| actions().len() == 4);
    assert_eq!(actions()[3], "react");
}

#[test]
fn manage_messenger_profile() {
    let scene = Scene::new();
    // Each start of the editor writes the next of these.
    let editor = scene.folder.path().join("editor");
    let next = scene.folder.path().join("next.json");
    let script = format!("#!/bin/sh\ncp {} \"$1\"\n", next.display());
    fs::write(&editor, script).expect("a script");
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o700)).expect("can be run");
    let editor = editor.to_str().expect("a path");
    let mut desk = scene.desk(&[("EDITOR", editor), ("VISUAL", "")]);
    desk.type_in("gp");
    desk.wait_for("Light is our business.");
    desk.wait_for("9 of 10 calls left");
    let write = |desk: &mut Pty, profile: &Value| {
        fs::write(&next, profile.to_string()).expect("written");
        desk.type_in("e");
    };
    // Too long: refused here, with the place and the number.
    let long = json!({"get_started": {"payload": "START"},
        "greeting": [{"locale": "default", "text": "x".repeat(161)}]});
    write(&mut desk, &long);
    desk.wait_for("greeting 1: text has 161 characters, 160 fit");
    // A menu without the button: explained.
    let menu = json!({"persistent_menu": [{"locale": "default", "call_to_actions": [
        {"type": "postback", "title": "Orders", "payload": "ORDERS"}]}]});
    write(&mut desk, &menu);
    desk.wait_for("persistent_menu needs get_started");
    // Set one, delete the others: two calls.
    let new = json!({"get_started": {"payload": "GET_STARTED"},
        "greeting": [{"locale": "default", "text": "Good evening."}]});
    write(&mut desk, &new);
    desk.wait_for("+ default: Good evening.");
    desk.type_in("y");
    desk.wait_for("7 of 10 calls left");
    let calls = scene.calls("/messenger_profile");
    let methods: Vec<&str> = calls
        .iter()
        .filter_map(|call| call["method"].as_str())
        .collect();
    assert_eq!(methods, ["GET", "POST", "DELETE"]);
    assert_eq!(calls[1]["body"]["greeting"][0]["text"], "Good evening.");
    assert!(calls[1]["body"]["get_started"].is_null(), "it is as it was");
    // Instagram's own, by the same file.
    desk.type_in("\t");
    desk.wait_for("Do you ship abroad?");
    let breakers = json!({"ice_breakers": [{"locale": "default", "call_to_actions": [
        {"question": "Are you open?", "payload": "OPEN"}]}]});
    write(&mut desk, &breakers);
    desk.wait_for("+   Are you open? sends the bot OPEN");
    desk.type_in("y");
    desk.wait_for("5 of 10 calls left");
    let last = scene.calls("/messenger_profile").pop().expect("a call");
    assert_eq!(last["body"]["platform"], "instagram");
    // The eleventh is not made, also after a restart.
    for left in (0..5).rev() {
        desk.type_in("r");
        desk.wait(&format!("{left}"), |screen| {
            screen.contains(&format!("{left} of 10 calls left"))
                || (left == 0 && screen.contains("no calls left"))
        });
    }
    desk.type_in("r");
    desk.wait_for("Meta takes 10 calls in 10 minutes");
    desk.type_in("\x1b");
    desk.wait("the list", |screen| !screen.contains("what the Page shows"));
    desk.leave();
    let mut again = scene.desk(&[]);
    again.type_in("gp");
    again.wait_for("Meta takes 10 calls in 10 minutes");
    assert_eq!(scene.calls("/messenger_profile").len(), 10);
}
