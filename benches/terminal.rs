//! The release binary in a pseudo-terminal, beside a bare ratatui + SQLite program (the
//! floor) in the same run: what a start, a key, a page, a letter and a flood cost, and
//! the ratio of the two. Ratios count, and of several rounds the worst.
//!
//! `cargo bench --bench terminal` builds the release binary by itself (`SWITCHBOARD=PATH`
//! names one that is built); `-- quick` measures one round on the smaller cache, `-- flood` the flood alone.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

#[path = "terminal/flood.rs"]
mod flood;
#[path = "terminal/floor.rs"]
mod floor;
#[path = "terminal/program.rs"]
mod program;
#[path = "terminal/subject.rs"]
mod subject;

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use subject::{Reading, Subject};

/// Conversations in the caches.
const SIZES: [u32; 2] = [1_000, 100_000];
const ROUNDS: usize = 3;
const SCREEN: (u16, u16) = (120, 40);
const WIDE: (u16, u16) = (300, 80);
const WORDS: &str = "the-parcel-7391-for-order-20548-leaves-our-shop";

/// A program, a thing that is measured, and what was read, once a round.
type Readings = BTreeMap<&'static str, BTreeMap<&'static str, Vec<f64>>>;

fn main() {
    let mut arguments = env::args().skip(1);
    if arguments.next().as_deref() == Some("--floor") {
        return floor::run(Path::new(&arguments.next().expect("a file")));
    }
    let asked = |what: &str| env::args().any(|argument| argument == what);
    let (quick, program) = (asked("quick"), program::release("terminal", "symbols"));
    if asked("flood") {
        return println!("flood: {:.3?}", flood::pour(&program));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let sizes = if quick { &SIZES[..1] } else { &SIZES[..] };
    let caches: Vec<PathBuf> = sizes
        .iter()
        .map(|size| program::cache(&program, folder.path(), *size))
        .collect();
    let database = folder.path().join("floor.db");
    floor::fill(&database, *sizes.last().expect("one"));
    let mut readings = Readings::new();
    for round in 0..if quick { 1 } else { ROUNDS } {
        println!("round {}", round + 1);
        let mut note = |who: &'static str, what: Reading| {
            println!("{who}: {what:.3?}");
            let of = readings.entry(who).or_default();
            for (name, value) in what {
                of.entry(name).or_default().push(value);
            }
        };
        note("floor", floor_at(&database));
        for (who, cache) in ["1k", "100k"].into_iter().zip(&caches) {
            // Silence takes its time, and once is enough of it.
            let silence = !quick && round == 0 && cache == caches.last().expect("one");
            note(who, desk_at(&program, cache, SCREEN, silence));
        }
        let largest = caches.last().expect("one");
        note("wide", desk_at(&program, largest, WIDE, false));
        note("flood", flood::pour(&program));
    }
    report(&readings);
}

/// The floor through the same steps.
fn floor_at(database: &Path) -> Reading {
    let program = env::current_exe().expect("this program");
    let database = database.to_str().expect("a path");
    let mut floor = Subject::start(&program, &["--floor", database], &[], SCREEN);
    floor.ready("FLOOR 1/");
    floor.settle(Duration::from_millis(300));
    floor.memory("memory at the start, MiB");
    floor.keys(
        "list key, ms",
        30,
        |_| "j".into(),
        |n| format!("FLOOR {}/", n + 2),
    );
    floor.keys(
        "next conversation, ms",
        15,
        |_| "J".into(),
        |_| "open".into(),
    );
    floor.press("\r", "open");
    floor.keys("page back, ms", 30, |_| "\x1b[5~".into(), |_| "open".into());
    floor.press("i", "TYPE");
    floor.letters(WORDS);
    floor.end()
}

/// The desk, without a network, on a copy of a cache.
fn desk_at(program: &Path, cache: &Path, screen: (u16, u16), silence: bool) -> Reading {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(cache).expect("a folder") {
        let entry = entry.expect("an entry");
        let copy = folder.path().join(entry.file_name());
        std::fs::copy(entry.path(), &copy).expect("copied");
        // What is still on its way to the disk would be measured, too.
        let written = std::fs::File::open(copy).and_then(|copy| copy.sync_all());
        written.expect("on the disk");
    }
    let cache = folder.path().to_str().expect("a path");
    let arguments = [
        "--base-url",
        "http://127.0.0.1:1",
        "--page",
        "104857600000001",
        "--cache",
        cache,
    ];
    let environment = [
        ("SWITCHBOARD_PAGE_TOKEN", "EAAx"),
        ("XDG_CONFIG_HOME", "/nonexistent"),
    ];
    let mut desk = Subject::start(program, &arguments, &environment, screen);
    desk.ready("where is my parcel?");
    desk.settle(Duration::from_secs(2));
    desk.memory("memory at the start, MiB");
    desk.keys(
        "list key, ms",
        30,
        |_| "j".into(),
        |n| format!(" {}/", n + 2),
    );
    desk.keys(
        "next conversation, ms",
        15,
        |_| "\t".into(),
        |_| "last wrote".into(),
    );
    desk.press("\x10", "jump to");
    for letter in "Alex Novak 0".chars() {
        desk.press(&letter.to_string(), "");
    }
    desk.settle(Duration::from_secs(1));
    desk.press("\r", "Alex Novak 0 · messenger");
    desk.settle(Duration::from_millis(300));
    // On a large screen a small thread is soon at its beginning.
    if screen == SCREEN {
        desk.keys(
            "page back, ms",
            30,
            |_| "\x1b[5~".into(),
            |_| "Alex Novak 0 ·".into(),
        );
    }
    desk.press("G", "Alex Novak 0 ·");
    desk.press("r", "To Alex");
    desk.settle(Duration::from_millis(300));
    desk.letters(WORDS);
    desk.memory("memory at the end, MiB");
    if silence {
        desk.settle(Duration::from_secs(30));
        desk.idle(Duration::from_secs(60));
    }
    desk.end()
}

/// What each of them costs, the worst of the rounds, and the ratio to the floor of the
/// same round.
fn report(readings: &Readings) {
    let none = BTreeMap::new();
    let floor = readings.get("floor").unwrap_or(&none);
    for (who, of) in readings {
        println!("\n{who}");
        for (what, values) in of {
            let worst = values.iter().copied().fold(0.0, f64::max);
            let ratios = floor.get(what).filter(|_| *who != "floor").map(|floor| {
                let of_each = values.iter().zip(floor).map(|(value, floor)| value / floor);
                of_each.fold(0.0, f64::max)
            });
            match ratios {
                Some(ratio) => println!("  {what:<44} {worst:>10.3}   {ratio:>6.2} x floor"),
                None => println!("  {what:<44} {worst:>10.3}"),
            }
        }
    }
}
