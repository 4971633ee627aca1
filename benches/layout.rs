//! Writes `assets/layout/functions.txt`: which functions run while an agent works, so that
//! they stand side by side in the release binary (`assets/layout/build.rs` says why).
//!
//! `cargo bench --bench layout`, after larger changes and with a new compiler. It needs
//! valgrind and `nm`, and takes ten minutes; `SWITCHBOARD=PATH` names a binary that is built,
//! not stripped.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

#[path = "terminal/program.rs"]
mod program;
#[allow(dead_code, reason = "nothing is measured here")]
#[path = "terminal/subject.rs"]
mod subject;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use subject::Subject;

/// A group of functions goes in as a whole when so much of its code runs.
const MOST: f64 = 0.85;
/// No desk has more threads.
const THREADS: u32 = 64;
/// The simulator runs in `demo` only.
const NOT_THE_DESK: &str = "switchboard3sim";
const OFFLINE: &[&str] = &[
    "--base-url",
    "http://127.0.0.1:1",
    "--page",
    "104857600000001",
    "--cache",
];

/// What each key is pressed for. A letter and a step in the list must be quick above all.
#[derive(Clone, Copy, PartialEq)]
enum For {
    Letter,
    List,
    Thread,
    Other,
}

/// Without a network: a list, the past of a conversation, a reply, a search.
const OFFLINE_KEYS: &[(For, &str)] = &[
    (For::List, "j"),
    (For::List, "j"),
    (For::List, "k"),
    (For::List, "j"),
    (For::Other, "jjjj"),
    (For::Thread, "\t"),
    (For::Other, "\x10"),
    (For::Other, "Al"),
    (For::Other, "ex"),
    (For::Other, "\r"),
    (For::Thread, "\x1b[5~"),
    (For::Thread, "\x1b[5~"),
    (For::Other, "G"),
    (For::Other, "r"),
    (For::Letter, "t"),
    (For::Letter, "h"),
    (For::Letter, "e"),
    (For::Letter, " "),
    (For::Other, "parcel"),
    (For::Other, "\x7f"),
    (For::Other, "\x1b"),
    (For::Other, "/"),
    (For::Other, "pa"),
    (For::Other, "r"),
    (For::Other, "\x1b"),
    (For::Other, "?"),
    (For::Other, "\x1b"),
];
/// With one: control is taken, and a reply goes out.
const ONLINE_KEYS: &[(For, &str)] = &[
    (For::Other, "j"),
    (For::Other, "\r"),
    (For::Other, "t"),
    (For::Other, "y"),
    (For::Other, "r"),
    (For::Other, "ok"),
    (For::Other, "\r"),
    (For::Other, "\x1b"),
    (For::Other, "gp"),
    (For::Other, "\x1b"),
];

/// What ran in a step; without a key, at the start or at the end.
struct Step {
    key: Option<For>,
    functions: BTreeSet<String>,
    /// Those of them that ran in the desk's own thread: a key waits for no other.
    desk: BTreeSet<String>,
}

fn main() {
    // With its names.
    let program = program::release("layout", "none");
    let folder = tempfile::tempdir().expect("a folder");
    let cache = program::cache(&program, folder.path(), 100_000);
    let offline = [OFFLINE, &[cache.to_str().expect("a path")]].concat();
    let offline = walk(&program, folder.path(), "offline", &offline, OFFLINE_KEYS);
    let online = walk(&program, folder.path(), "online", &["demo"], ONLINE_KEYS);
    let text = list(&functions(&program), &offline, &online);
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/layout/functions.txt");
    fs::write(&to, &text).expect("written");
    println!("{}: {} lines", to.display(), text.lines().count());
}

/// Which functions run at the start, and after each of the keys.
fn walk(
    program: &Path,
    folder: &Path,
    name: &str,
    arguments: &[&str],
    keys: &[(For, &str)],
) -> Vec<Step> {
    let out = folder.join(name);
    let options = [
        "-q",
        "--tool=callgrind",
        "--demangle=no",
        "--compress-strings=no",
        "--separate-threads=yes",
        &format!("--callgrind-out-file={}", out.display()),
        program.to_str().expect("a path"),
    ];
    let environment = [
        ("SWITCHBOARD_PAGE_TOKEN", "EAAx"),
        ("XDG_CONFIG_HOME", "/nonexistent"),
    ];
    let valgrind = Path::new("valgrind");
    let arguments = [&options, arguments].concat();
    let mut desk = Subject::start(valgrind, &arguments, &environment, (120, 40));
    desk.settle(Duration::from_secs(15));
    dump(desk.pid);
    for (_, key) in keys {
        desk.type_in(key);
        desk.settle(Duration::from_secs(2));
        dump(desk.pid);
    }
    // It ends by itself, and what runs then is written down, too.
    desk.type_in("\x1b\x03\x03y");
    desk.settle(Duration::from_secs(10));
    desk.end();
    let kinds = keys.iter().map(|(key, _)| Some(*key));
    let kinds = [None].into_iter().chain(kinds).chain([None]);
    let steps: Vec<Step> = kinds
        .zip(1..)
        .filter_map(|(key, part)| {
            let desk = ran(&out, part, 1)?;
            // Threads that have ended leave gaps.
            let others = (2..=THREADS).filter_map(|thread| ran(&out, part, thread));
            let functions = others.flatten().chain(desk.clone()).collect();
            Some(Step {
                key,
                functions,
                desk,
            })
        })
        .collect();
    assert!(
        steps.len() > keys.len(),
        "{name}: not every step is written down"
    );
    steps
}

/// What ran in a thread, as valgrind wrote it down: under the name of a function the cost
/// of its lines, and behind each `calls=` a line with the cost of what it called. One that
/// only waited for others has no more than those.
fn ran(out: &Path, part: u32, thread: u32) -> Option<BTreeSet<String>> {
    let file = format!("{}.{part}-{thread:02}", out.display());
    let text = fs::read_to_string(file).ok()?;
    let mut ran = BTreeSet::new();
    let mut name = "";
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(function) = line.strip_prefix("fn=") {
            name = function;
        } else if line.starts_with("calls=") {
            lines.next();
        } else if line.starts_with(|c: char| c.is_ascii_digit() || "+-*".contains(c)) {
            ran.insert(name.to_owned());
        }
    }
    Some(ran)
}

/// Has valgrind write down what ran since the last time.
fn dump(pid: u32) {
    let done = Command::new("callgrind_control")
        .args(["--dump", &pid.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(done.is_ok_and(|status| status.success()), "a dump");
}

/// A piece of code and all its names: functions that turn out alike become one.
struct Function {
    bytes: u64,
    names: Vec<String>,
}

fn functions(program: &Path) -> Vec<Function> {
    let table = Command::new("nm")
        .args(["--print-size", "--defined-only"])
        .arg(program)
        .output()
        .expect("nm");
    let mut by_address = BTreeMap::<String, Function>::new();
    for line in String::from_utf8(table.stdout).expect("text").lines() {
        let &[address, bytes, "t" | "T" | "w" | "W", name] =
            line.split(' ').collect::<Vec<_>>().as_slice()
        else {
            continue;
        };
        let function = by_address
            .entry(address.to_owned())
            .or_insert_with(|| Function {
                bytes: u64::from_str_radix(bytes, 16).expect("a size"),
                names: Vec::new(),
            });
        function.names.push(name.to_owned());
    }
    by_address.into_values().collect()
}

/// The file: what keys need, function by function; then what else runs at the start,
/// later, and with a network, in groups. A function that is named by its hash stands here
/// once more without it, for another compiler.
fn list(functions: &[Function], offline: &[Step], online: &[Step]) -> String {
    let mut sections = [
        ("With a letter", f64::INFINITY, Group::default()),
        ("With a step in the list", f64::INFINITY, Group::default()),
        (
            "With a page of a thread, or another one",
            f64::INFINITY,
            Group::default(),
        ),
        ("At the start", MOST, Group::default()),
        ("Without a network", MOST, Group::default()),
        ("With one", MOST, Group::default()),
    ];
    for function in functions {
        let runs = |ran: &BTreeSet<String>| function.names.iter().any(|name| ran.contains(name));
        let is_in = |step: &Step| runs(&step.functions);
        // What runs by itself meanwhile is not with all of them.
        let always = |key: For| {
            let mut steps = offline.iter().filter(|step| step.key == Some(key));
            steps.all(|step| runs(&step.desk))
        };
        let at_the_start = offline.first().is_some_and(is_in);
        let (offline, online) = (offline.iter().any(is_in), online.iter().any(is_in));
        for name in &function.names {
            let of_the_desk = !name.contains(NOT_THE_DESK);
            let runs = [
                always(For::Letter),
                always(For::List),
                always(For::Thread),
                at_the_start,
                offline,
                offline || online && of_the_desk,
            ];
            let name = Name::of(name);
            for ((.., group), runs) in sections.iter_mut().zip(runs) {
                group.add(&name, function.bytes, runs);
            }
        }
    }
    let mut text = String::from(
        "# Functions that run while an agent works; build.rs says what for. Written by\n\
         # `cargo bench --bench layout`.\n",
    );
    let mut listed = BTreeSet::new();
    for (what, most, group) in sections {
        text += &format!("\n# {what}:\n");
        let mut names = BTreeSet::new();
        group.list("", most, &mut names);
        for name in &names - &listed {
            text += &format!("{name}\n");
        }
        listed.extend(names);
    }
    text
}

/// A name as the compiler writes it: what stays from build to build, and what may not.
struct Name {
    /// `_ZN`, and the parts of the path with their lengths; or one part.
    parts: Vec<String>,
    /// What follows in names of Rust's older kind. It tells copies of a generic function
    /// apart, and is another one with another compiler.
    hash: Option<String>,
}

impl Name {
    fn of(name: &str) -> Self {
        // What LLVM appends to a copy.
        let end = name.rfind(|c: char| c != '.' && !c.is_ascii_digit());
        let name = match end {
            Some(end) if name[end + 1..].starts_with('.') => &name[..=end],
            _ => name,
        };
        let name = name.strip_suffix(".llvm").unwrap_or(name);
        let Some(mut rest) = name.strip_prefix("_ZN") else {
            return Self {
                parts: vec![without_crate_ids(name)],
                hash: None,
            };
        };
        let mut parts = vec!["_ZN".to_owned()];
        while let Some(digits) = rest.find(|c: char| !c.is_ascii_digit())
            && let Ok(length) = rest[..digits].parse::<usize>()
            && let Some((part, after)) = rest.split_at_checked(digits + length)
        {
            parts.push(part.to_owned());
            rest = after;
        }
        let hash = parts.pop();
        Self { parts, hash }
    }
}

/// Names of Rust's newer kind say which build of a crate they are of: `Cs1a2B_4core`.
fn without_crate_ids(name: &str) -> String {
    let mut pieces = name.split("Cs");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let id = piece.find('_').filter(|end| {
            let id = &piece[..*end];
            name.starts_with("_R") && id.chars().all(|c| c.is_ascii_alphanumeric())
        });
        match id {
            Some(end) => plain += &format!("Cs*{}", &piece[end..]),
            None => plain += &format!("Cs{piece}"),
        }
    }
    plain
}

/// Functions whose names begin alike.
#[derive(Default)]
struct Group {
    groups: BTreeMap<String, Group>,
    bytes: u64,
    run: u64,
    /// Functions of exactly this name by their hashes, and whether they run.
    copies: BTreeMap<Option<String>, bool>,
}

impl Group {
    fn add(&mut self, name: &Name, bytes: u64, runs: bool) {
        let mut group = self;
        group.count(bytes, runs);
        for part in &name.parts {
            group = group.groups.entry(part.clone()).or_default();
            group.count(bytes, runs);
        }
        // LLVM numbers further copies, each time in another way.
        *group.copies.entry(name.hash.clone()).or_default() |= runs;
    }

    fn count(&mut self, bytes: u64, runs: bool) {
        self.bytes += bytes;
        self.run += if runs { bytes } else { 0 };
    }

    /// Names, and beginnings of names where `most` of the code that has them runs.
    fn list(&self, begins: &str, most: f64, into: &mut BTreeSet<String>) {
        if self.run == 0 {
            return;
        }
        // Not all of Rust as one group.
        let is_crate = begins.len() > "_ZN".len();
        if is_crate && !self.groups.is_empty() && self.run as f64 >= most * self.bytes as f64 {
            into.insert(format!("{begins}*"));
            return;
        }
        // Where each page counts, the copies of a generic function that do not run stay away.
        let apart = most.is_infinite() && !self.copies.values().all(|runs| *runs);
        for hash in self
            .copies
            .iter()
            .filter_map(|(hash, runs)| runs.then_some(hash))
        {
            into.insert(match hash {
                Some(hash) if apart => format!("{begins}{hash}E"),
                Some(_) => format!("{begins}17h*"),
                None => begins.to_owned(),
            });
        }
        for (part, group) in &self.groups {
            group.list(&format!("{begins}{part}"), most, into);
        }
    }
}
