//! An event storm: 1,000 events a second for 10 seconds, from a simulator in
//! another process, through the door of a whole desk in a pseudo-terminal, while
//! somebody moves in the list. It tells how long keys took, and whether every
//! event is in the cache.
//!
//! `cargo bench --bench storm`

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use support::process::{Sim, free_port};

const RATE: u64 = 1_000;
const SECONDS: u64 = 10;
/// People who write, all on the list.
const PEOPLE: &str = "200";

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let sim = Sim::start(&[
        "--conversations",
        PEOPLE,
        "--app",
        &format!("switchboard=http://127.0.0.1:{port}/"),
    ]);
    let page = sim.text("page_id").to_owned();
    let mut desk = sim.desk_with_a_door(folder.path(), port, "nowhere");
    desk.type_in("5");
    desk.wait("the whole list", |screen| {
        screen.contains("5 All 200") || screen.contains("5·200")
    });
    let cache = Connection::open_with_flags(
        folder.path().join("cache").join(format!("{page}.cache.db")),
        OpenFlags::SQLITE_OPEN_READ_ONLY,
    )
    .expect("a cache");
    let poured = || -> i64 {
        let question = "SELECT count(*) FROM message WHERE text LIKE 'storm %'";
        cache
            .query_row(question, [], |row| row.get(0))
            .expect("a count")
    };
    sim.order("/sim/storm", json!({"rate": RATE, "seconds": SECONDS}));
    let started = Instant::now();
    let mut took = Vec::new();
    let mut down = true;
    // The cursor goes down and up: the position in the frame changes each time.
    while started.elapsed() < Duration::from_secs(SECONDS) {
        let position = |screen: &str| {
            let row = screen.lines().rev().find(|line| line.contains("/200"))?;
            Some(row.split("/200").next()?.rsplit(' ').next()?.to_owned())
        };
        let before = position(&desk.wait("the list", |screen| position(screen).is_some()));
        let pressed = Instant::now();
        desk.type_in(if down { "j" } else { "k" });
        desk.wait("the cursor", |screen| {
            position(screen) != before && position(screen).is_some()
        });
        took.push(pressed.elapsed());
        down = !down;
        thread::sleep(Duration::from_millis(40));
    }
    let wanted = i64::try_from(RATE * SECONDS).expect("small");
    while poured() < wanted && started.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(20));
    }
    let arrived = started.elapsed();
    took.sort();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!("storm: {RATE}/s for {SECONDS} s");
    println!(
        "  in the cache   {} of {wanted} events, the last after {arrived:.1?}",
        poured()
    );
    println!(
        "  keys           {} pressed: median {:.1?}, 99 % within {:.1?}, slowest {:.1?}",
        took.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
    assert_eq!(poured(), wanted, "no event is dropped");
    desk.type_in("\u{3}\u{3}");
}
