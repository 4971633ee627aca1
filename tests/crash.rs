//! `kill -9` at every step of a send: no draft older than a second and no queued
//! reply is lost, and none is sent twice. The desk dies in earnest, as a process
//! in a pseudo-terminal; the simulator lives on and knows the truth.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use support::{
    process::{Sim, free_port},
    pty::{Pty, log},
};
use tempfile::TempDir;

const TEXT: &str = "Your refund has left us today.";

/// Where the network lets the desk die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// Half of the reply's request has been written.
    Half,
    /// All of it, and Meta has it; the answer is lost.
    Written,
}

/// A wire between desk and simulator that kills the desk at a moment of its
/// choice, once.
struct Wire {
    address: String,
    cut: Arc<Mutex<Option<Cut>>>,
    desk: Arc<AtomicU32>,
}

impl Wire {
    /// Cuts where `marker` goes over it.
    fn to(base_url: &str, cut: Option<Cut>, marker: &'static str) -> Self {
        let target = base_url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let cut = Arc::new(Mutex::new(cut));
        let desk = Arc::new(AtomicU32::new(0));
        let (shared, pid) = (Arc::clone(&cut), Arc::clone(&desk));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&target) else {
                    continue;
                };
                // Meta has it: its answer is not carried any more.
                let taken = Arc::new(AtomicBool::new(false));
                let (asks, answers) = ((client.try_clone(), server.try_clone()), (server, client));
                let (cut, desk) = (Arc::clone(&shared), Arc::clone(&pid));
                let arms = Arc::clone(&taken);
                thread::spawn(move || {
                    let (from, to) = (asks.0.expect("a stream"), asks.1.expect("a stream"));
                    carry(from, to, |bytes| {
                        let said = String::from_utf8_lossy(bytes).contains(marker);
                        let mut cut = cut.lock().expect("unpoisoned");
                        match cut.take_if(|_| said) {
                            Some(Cut::Half) => {
                                Carry::Kill(bytes.len() / 2, desk.load(Ordering::SeqCst))
                            }
                            Some(Cut::Written) => {
                                arms.store(true, Ordering::SeqCst);
                                Carry::On
                            }
                            None => Carry::On,
                        }
                    });
                });
                let desk = Arc::clone(&pid);
                thread::spawn(move || {
                    carry(answers.0, answers.1, |_| {
                        match taken.load(Ordering::SeqCst) {
                            true => Carry::Kill(0, desk.load(Ordering::SeqCst)),
                            false => Carry::On,
                        }
                    });
                });
            }
        });
        Self { address, cut, desk }
    }
}

/// What becomes of some bytes.
enum Carry {
    On,
    /// So many of them go on, then this process is killed.
    Kill(usize, u32),
}

/// Carries bytes from one end to the other until one of them is closed.
fn carry(mut from: TcpStream, mut to: TcpStream, how: impl Fn(&[u8]) -> Carry) {
    let mut buffer = [0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..read];
        match how(bytes) {
            Carry::On if to.write_all(bytes).is_ok() => {}
            Carry::On => break,
            Carry::Kill(part, desk) => {
                to.write_all(&bytes[..part]).expect("written");
                signal(desk, Signal::KILL);
                break;
            }
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

fn signal(process: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(process).expect("a pid")).expect("a process");
    kill_process(pid, signal).expect("it is there");
}

/// A simulator, a wire to it, and a desk that dies.
struct Scene {
    sim: Sim,
    wire: Wire,
    folder: TempDir,
}

impl Scene {
    fn new(cut: Option<Cut>) -> Self {
        Self::with(cut, TEXT)
    }

    fn with(cut: Option<Cut>, marker: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("sim.log");
        let sim = Sim::start(&["--log", log.to_str().expect("a path")]);
        let wire = Wire::to(sim.text("base_url"), cut, marker);
        Self { sim, wire, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn desk(&self, die_at: &str) -> Pty {
        self.desk_with(die_at, &[])
    }

    fn desk_with(&self, die_at: &str, more: &[(&str, &str)]) -> Pty {
        let more = [&[("SWITCHBOARD_DIE_AT", die_at)], more].concat();
        let pty = self.sim.desk(self.folder.path(), &self.wire.address, &more);
        self.wire.desk.store(pty.pid(), Ordering::SeqCst);
        pty
    }

    /// Opens Ana's thread.
    fn open(&self, die_at: &str) -> Pty {
        self.opened(self.desk(die_at))
    }

    fn open_with(&self, more: &[(&str, &str)]) -> Pty {
        self.opened(self.desk_with("nowhere", more))
    }

    fn opened(&self, mut desk: Pty) -> Pty {
        desk.wait_for("1 Needs me 11");
        desk.jump_to("ana ruiz");
        desk.wait("her thread", |screen| {
            screen.contains("Ana Ruiz · messenger") && screen.contains("it has been a week")
        });
        desk
    }

    /// How often Meta took the reply.
    fn taken(&self) -> usize {
        let entries = log(&self.path("sim.log"));
        // An upload has no recipient.
        let sent = |e: &&serde_json::Value| {
            e["body"]["recipient"].is_object()
                && e["body"]["message"].is_object()
                && e["status"] == 200
        };
        entries.iter().filter(sent).count()
    }
}

/// What is found after the restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// The text is in the composer.
    Draft,
    /// Meta has it, and the desk knows.
    Sent,
    /// Nobody knows; the desk says so.
    Doubt,
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// Typed words.
    Text,
    /// Typed words that quote her last message.
    Quote,
    /// A card, which has no words to be found by.
    Card,
    /// 25 MB, the most that Meta takes.
    File,
}

impl What {
    /// What goes over the wire with it.
    fn marker(self) -> &'static str {
        match self {
            Self::Text | Self::Quote => TEXT,
            Self::Card => "CARD_OF_THE_TEST",
            Self::File => "in the middle of the film",
        }
    }

    /// Words that stand in the thread and in the composer for it.
    fn shown(self) -> &'static str {
        match self {
            Self::Text | Self::Quote => "refund has left us",
            Self::Card => "When may we come",
            // Once it is read from Meta it has Meta's name.
            Self::File => ".mp4 · ",
        }
    }

    /// Puts it into the composer, where it is saved.
    fn compose(self, scene: &Scene, desk: &mut Pty) {
        // What it quotes is there; her row says the same.
        desk.wait_for("│ it has been a week");
        desk.type_in(if self == Self::Quote { "Q" } else { "r" });
        desk.wait_for("· RESPONSE, ");
        match self {
            Self::Text | Self::Quote => desk.type_in(TEXT),
            Self::Card => {
                desk.type_in("/");
                desk.wait_for("When may we come");
                desk.type_in("\r");
            }
            Self::File => {
                let film = scene.path("film.mp4");
                let mut bytes = vec![7; 25 * 1024 * 1024];
                let (middle, marker) = (bytes.len() / 2, self.marker().as_bytes());
                bytes[middle..middle + marker.len()].copy_from_slice(marker);
                std::fs::write(&film, bytes).expect("written");
                desk.type_in(&format!("\x06{}", film.display()));
                desk.wait_for("Enter to attach film.mp4");
                desk.type_in("\r");
                desk.wait("the copy", |screen| {
                    screen.contains("+ [video] film.mp4") && !screen.contains("being copied")
                });
            }
        }
        // Older than a second, so it may not be lost.
        desk.wait_for("· saved");
    }
}

/// A template that the desk offers.
const CARD: &str = r#"{"attachment": {"type": "template", "payload": {"template_type": "button",
    "text": "When may we come?", "buttons": [
    {"type": "postback", "title": "Tomorrow", "payload": "CARD_OF_THE_TEST"}]}}}"#;

/// Sends something, dies at a step of it, starts again, and looks.
fn check(what: What, die_at: &str, cut: Option<Cut>, taken: usize, found: Found) {
    let scene = Scene::with(cut, what.marker());
    let templates = scene.path("switchboard/templates");
    std::fs::create_dir_all(&templates).expect("made");
    std::fs::write(templates.join("card.json"), CARD).expect("written");
    let mut desk = scene.open(die_at);
    what.compose(&scene, &mut desk);
    desk.type_in("\r");
    assert!(!desk.end().success(), "it died");
    assert_eq!(
        *scene.wire.cut.lock().expect("unpoisoned"),
        None,
        "it died there"
    );
    let mut again = scene.open("nowhere");
    again.wait(&format!("{what:?}: {found:?} after {die_at}"), |screen| {
        let quoted = what != What::Quote || screen.contains("┃ it has been a week");
        let shown = screen.contains(what.shown()) && quoted;
        let clean = ["queued", "sending", "unsent", "uploading"];
        let clean = !clean.iter().any(|word| screen.contains(word));
        match found {
            Found::Draft => shown && screen.contains("To Ana Ruiz") && clean,
            Found::Sent => shown && !screen.contains("not confirmed") && clean,
            Found::Doubt => shown && screen.contains("not confirmed"),
        }
    });
    assert_eq!(scene.taken(), taken, "at {die_at}");
    signal(again.pid(), Signal::TERM);
    assert!(again.end().success());
    assert_eq!(scene.taken(), taken, "and it is not sent again at the end");
}

macro_rules! steps {
    ($($name:ident: $what:ident $step:literal $cut:expr => $taken:literal $found:ident;)*) => {$(
        #[test]
        fn $name() {
            check(What::$what, $step, $cut, $taken, Found::$found);
        }
    )*};
}

steps! {
    before_it_is_written_down: Text "outbox.insert" None => 0 Draft;
    written_down_and_not_claimed: Text "outbox.commit" None => 1 Sent;
    claimed_and_not_begun: Text "send.mark" None => 0 Doubt;
    before_the_connection: Text "send.connect" None => 0 Doubt;
    half_of_it_written: Text "nowhere" Some(Cut::Half) => 0 Doubt;
    written_and_not_answered: Text "nowhere" Some(Cut::Written) => 1 Sent;
    answered_and_not_noted: Text "send.answered" None => 1 Sent;
    while_the_answer_is_noted: Text "send.commit" None => 1 Sent;
    a_quote_before_it_is_written_down: Quote "outbox.insert" None => 0 Draft;
    a_quote_written_down_and_not_claimed: Quote "outbox.commit" None => 1 Sent;
    a_quote_answered_and_not_noted: Quote "send.answered" None => 1 Sent;
    a_card_before_it_is_written_down: Card "outbox.insert" None => 0 Draft;
    a_card_written_down_and_not_claimed: Card "outbox.commit" None => 1 Sent;
    half_of_a_card_written: Card "nowhere" Some(Cut::Half) => 0 Doubt;
    // Nothing that is read tells it from another card.
    a_card_written_and_not_answered: Card "nowhere" Some(Cut::Written) => 1 Doubt;
    while_the_answer_to_a_card_is_noted: Card "send.commit" None => 1 Doubt;
    // Nothing reaches her by an upload, so it goes on.
    a_file_before_it_is_written_down: File "outbox.insert" None => 0 Draft;
    half_of_a_file_uploaded: File "nowhere" Some(Cut::Half) => 1 Sent;
    a_file_uploaded_and_not_noted: File "send.uploaded" None => 1 Sent;
    a_file_uploaded_and_claimed: File "send.mark" None => 0 Doubt;
    a_file_answered_and_not_noted: File "send.answered" None => 1 Sent;
}

#[test]
fn a_draft_older_than_a_second_survives_a_death_while_the_next_letters_are_saved() {
    let scene = Scene::new(None);
    let mut desk = scene.open("draft.save:2");
    desk.type_in("r");
    desk.wait_for("· RESPONSE, ");
    desk.type_in("half of a thought");
    desk.wait_for("· saved");
    desk.type_in(" and more");
    assert!(!desk.end().success(), "it died");
    let mut again = scene.open("nowhere");
    again.wait_for("half of a thought");
    again.type_in("r");
    again.wait_for("Enter send");
    again.type_in("!");
    // The cursor stands where it stood.
    again.wait_for("half of a thought!");
}

#[test]
fn a_death_at_the_very_end_loses_nothing_that_was_typed_before() {
    let scene = Scene::new(None);
    let mut desk = scene.open("quit.flush");
    desk.type_in("r");
    desk.wait_for("· RESPONSE, ");
    desk.type_in("the last words");
    desk.wait_for("the last words");
    signal(desk.pid(), Signal::TERM);
    assert!(!desk.end().success(), "it died");
    let again = scene.open("nowhere");
    again.wait_for("the last words");
}

/// The terminal goes away while the person's editor is open: what it had saved is
/// the draft.
#[test]
fn a_hang_up_while_the_editor_is_open_keeps_what_it_wrote() {
    use std::os::unix::fs::PermissionsExt;
    for signalled in [Signal::HUP, Signal::TERM] {
        let scene = Scene::new(None);
        let (editor, seen) = (scene.path("editor"), scene.path("seen"));
        let script = format!(
            "#!/bin/sh\nprintf 'a line from the editor\\n' >> \"$1\"\ntouch {}\nexec sleep 60\n",
            seen.display()
        );
        std::fs::write(&editor, script).expect("a script");
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&editor, mode).expect("can be run");
        let editor = editor.to_str().expect("a path").to_owned();
        let mut desk = scene.open_with(&[("EDITOR", &editor), ("VISUAL", "")]);
        desk.type_in("r");
        desk.wait_for("· RESPONSE, ");
        desk.type_in("from the desk");
        desk.wait_for("from the desk");
        desk.type_in("\x0f");
        desk.wait("the editor's screen", |screen| !screen.contains("Needs me"));
        while !seen.exists() {
            thread::yield_now();
        }
        signal(desk.pid(), signalled);
        desk.end();
        let again = scene.open("nowhere");
        again.wait("both lines", |screen| {
            screen.contains("from the desk") && screen.contains("a line from the editor")
        });
        let left = std::fs::read_dir(scene.path("cache")).expect("a folder");
        let left = left
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("draft-"));
        assert_eq!(left.count(), 0, "it is in the outbox, so the file is gone");
    }
}

/// A reaction is not kept: after a death it is seen where Meta has it, is never asked for
/// by itself, and can be asked for again where Meta has not.
#[test]
fn a_reaction_that_dies_on_its_way_is_there_or_is_not() {
    for (cut, taken) in [(Cut::Half, 0), (Cut::Written, 1)] {
        let scene = Scene::with(Some(cut), "\"react\"");
        let reacts = || {
            let entries = log(&scene.path("sim.log"));
            let react = |e: &&serde_json::Value| {
                e["body"]["sender_action"] == "react" && e["status"] == 200
            };
            entries.iter().filter(react).count()
        };
        let ask = |desk: &mut Pty| {
            desk.wait_for("│ it has been a week");
            desk.type_in("+");
            desk.wait_for("React to");
            desk.type_in("1");
        };
        let mut desk = scene.open("nowhere");
        ask(&mut desk);
        assert!(!desk.end().success(), "it died");
        let mut again = scene.open("nowhere");
        let seen = "❤ love (Page)";
        again.wait("what Meta has", |screen| {
            screen.contains(seen) == (taken == 1)
        });
        assert_eq!(reacts(), taken, "{taken} by itself");
        if taken == 0 {
            ask(&mut again);
        }
        again.wait("one of it", |screen| {
            reacts() == 1 && screen.matches(seen).count() == 1
        });
        signal(again.pid(), Signal::TERM);
        assert!(again.end().success());
    }
}

/// A long text is several messages: all of them are written down, or none.
#[test]
fn a_death_among_the_parts_of_a_long_reply_leaves_no_torso() {
    let long = format!("{} and {} the end", "one ".repeat(495), "two ".repeat(200));
    for (die_at, sent) in [("outbox.insert", 0), ("outbox.commit", 2)] {
        let scene = Scene::new(None);
        let mut desk = scene.open(die_at);
        desk.type_in("r");
        desk.wait_for("· RESPONSE, ");
        desk.type_in(&format!("\x1b[200~{long}\x1b[201~"));
        desk.wait_for("· saved");
        desk.type_in("\r");
        desk.wait_for("will be sent in 2");
        desk.type_in("\r");
        assert!(!desk.end().success(), "it died at {die_at}");
        let again = scene.open("nowhere");
        again.wait("an end", |screen| match sent {
            0 => screen.contains("the end") && screen.contains("To Ana"),
            _ => !screen.contains("unsent") && screen.contains("the end"),
        });
        let parts = log(&scene.path("sim.log"))
            .iter()
            .filter(|e| e["body"]["message"]["text"].is_string() && e["status"] == 200)
            .count();
        assert_eq!(parts, sent, "at {die_at}");
    }
}

/// The record is on a device without room, and the desk dies as Meta's answer
/// comes: nothing is sent twice, and the record says it once.
#[test]
fn a_death_with_a_full_record_costs_no_reply_and_doubles_no_line() {
    let scene = Scene::new(None);
    let cache = scene.path("cache");
    std::fs::create_dir(&cache).expect("made");
    let record = cache.join(format!("{}.audit.ndjson", scene.sim.text("page_id")));
    std::os::unix::fs::symlink("/dev/full", &record).expect("linked");
    let mut desk = scene.open("send.commit");
    desk.type_in("r");
    desk.wait_for("· RESPONSE, ");
    desk.enter(TEXT);
    assert!(!desk.end().success(), "it died");
    let mut again = scene.open("nowhere");
    again.wait("it is found", |screen| {
        screen.contains("refund has left us") && !screen.contains("not confirmed")
    });
    std::fs::remove_file(&record).expect("removed");
    again.leave();
    let last = scene.open("nowhere");
    last.wait_for("refund has left us");
    drop(last);
    assert_eq!(scene.taken(), 1);
    let lines = std::fs::read_to_string(&record).expect("a record");
    let replies = lines.lines().filter(|line| line.contains("\"reply\":"));
    assert_eq!(replies.count(), 1, "{lines}");
    assert!(!lines.contains("refund"), "never what was said");
}

/// Meta said no and sent it all the same; the desk dies before it hears of it.
#[test]
fn an_echo_after_a_refusal_is_believed_after_a_death_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let sim = Sim::start(&["--speed", "0"]);
    let mut desk = sim.desk_with_a_door(folder.path(), port, "nowhere");
    desk.wait_for("1 Needs me 11");
    desk.jump_to("ana ruiz");
    desk.wait_for("Ana Ruiz · messenger");
    let fault = json!({"call": "send", "code": 100, "times": 1});
    sim.order("/sim/faults", fault);
    desk.type_in("r");
    desk.wait_for("· RESPONSE, ");
    desk.enter(TEXT);
    desk.wait_for("not sent");
    let cache = folder.path().join("cache");
    signal(desk.pid(), Signal::KILL);
    desk.end();
    let outbox = cache.join(format!("{}.outbox.db", sim.text("page_id")));
    let local: String = rusqlite::Connection::open(outbox)
        .and_then(|db| db.query_row("SELECT local FROM outgoing", [], |row| row.get(0)))
        .expect("the refused reply");
    let again = sim.desk_with_a_door(folder.path(), port, "nowhere");
    again.wait_for("1 Needs me 11");
    let people = sim.get("/sim/people");
    let ana = people["data"]
        .as_array()
        .and_then(|people| people.iter().find(|p| p["name"] == "Ana Ruiz"))
        .and_then(|ana| ana["id"].as_str())
        .expect("Ana")
        .to_owned();
    let ours: i64 = sim.of_app("switchboard", "id").parse().expect("digits");
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("a time")
        .as_millis();
    let page = sim.text("page_id");
    let echo = json!({"object": "page", "entry": [{"id": page, "time": now, "messaging": [{
        "sender": {"id": page}, "recipient": {"id": ana}, "timestamp": now,
        "message": {"mid": "m_after_all", "is_echo": true, "app_id": ours, "text": TEXT,
                    "metadata": format!("sb1:{local}:1")}}]}]});
    sim.deliver(port, &echo);
    let mut again = again;
    again.jump_to("ana ruiz");
    again.wait("one message", |screen| {
        screen.contains("Ana Ruiz · messenger")
            && screen.matches("│ Your refund has left us").count() == 1
            && !screen.contains("not sent")
            && !screen.contains("To Ana")
    });
}

/// A decision stands in two files; the desk dies between their commits.
#[test]
fn a_death_between_the_two_files_of_a_decision_leaves_them_as_one() {
    let scene = Scene::new(None);
    let mut desk = scene.open("triage.commit");
    desk.type_in("x");
    assert!(!desk.end().success(), "it died");
    let again = scene.desk("nowhere");
    again.wait("without her", |screen| {
        screen.contains("1 Needs me 10") && !screen.contains("it has been a week")
    });
}

#[test]
fn a_death_while_the_files_are_brought_up_to_date_leaves_them_as_they_were() {
    let scene = Scene::new(None);
    for step in 1..=3 {
        let mut desk = scene.desk(&format!("migrate.step:{step}"));
        assert!(!desk.end().success(), "it died at step {step}");
    }
    let desk = scene.desk("nowhere");
    desk.wait_for("1 Needs me 11");
}

/// Webhooks: what was answered with 200 is on the disk, and what was not comes
/// again. The desk dies before the commit, and between the commit and the 200;
/// reading is broken all the while, so nothing else can bring the messages.
#[test]
fn a_death_at_the_moment_of_the_200_loses_nothing_and_doubles_nothing() {
    for die_at in ["heard.insert:2", "heard.commit:2"] {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let hook = format!("switchboard=http://127.0.0.1:{port}/");
        let sim = Sim::start(&["--speed", "0", "--app", &hook]);
        let writes =
            |text: &str| sim.deed(json!({"person": "Ana Ruiz", "do": "writes", "text": text}));
        let mut first = sim.desk_with_a_door(folder.path(), port, die_at);
        first.wait_for("1 Needs me 11");
        sim.order(
            "/sim/faults",
            json!({"call": "GET", "code": 2, "times": 1000}),
        );
        writes("the first line");
        first.wait("the first line", |screen| screen.contains("the first line"));
        writes("the second line");
        assert!(!first.end().success(), "it died at {die_at}");
        writes("the third line");
        let mut again = sim.desk_with_a_door(folder.path(), port, "nowhere");
        again.wait_for("1 Needs me 11");
        // Meta tries again by its own clock.
        sim.order("/sim/clock", json!({"by": "+10m"}));
        again.type_in("\x10ana ruiz");
        again.wait("her row", |screen| {
            let row = |line: &str| line.contains("Ana Ruiz  ") && line.contains("messenger");
            screen.lines().any(row)
        });
        again.type_in("\r");
        // Each of them once: twice would stay twice.
        again.wait("all lines", |screen| {
            let lines = ["the first line", "the second line", "the third line"];
            let once = |line: &&str| screen.matches(&format!("│ {line}")).count() == 1;
            screen.contains("Ana Ruiz · messenger") && lines.iter().all(once)
        });
        signal(again.pid(), Signal::TERM);
        assert!(again.end().success());
    }
}
