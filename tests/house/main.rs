//! The house keeps its rules. Who may import whom is read from the map in
//! `src/lib.rs`; what is imported, defined and said, from the code as syntax.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::LazyLock,
};

use source::{House, Room, files, source};

fn house() -> &'static House {
    static HOUSE: LazyLock<House> = LazyLock::new(House::read);
    &HOUSE
}

/// Module → what it may import, from the table in `src/lib.rs`.
fn table() -> BTreeMap<String, Vec<String>> {
    let map = fs::read_to_string(source().join("lib.rs")).expect("the map");
    let rows: Vec<(&str, &str)> = map
        .lines()
        .filter_map(|line| line.strip_prefix("//! | [`"))
        .map(|row| {
            let columns: Vec<&str> = row.split('|').collect();
            (columns[0].trim().trim_end_matches("`]"), columns[2].trim())
        })
        .collect();
    let names = || rows.iter().map(|(module, _)| *module);
    rows.iter()
        .enumerate()
        .map(|(place, (module, may))| {
            let may: Vec<&str> = match *may {
                "–" => Vec::new(),
                "all" => names().collect(),
                "all above but sim" => names().take(place).filter(|m| *m != "sim").collect(),
                list => list.split(", ").collect(),
            };
            let may = may.into_iter().map(str::to_owned).collect();
            ((*module).to_owned(), may)
        })
        .collect()
}

#[test]
fn modules_import_only_what_the_map_allows() {
    let table = table();
    assert_eq!(table.len(), 17, "{table:?}");
    let house = house();
    let mut broken = Vec::new();
    for (at, room) in house.rooms.iter().enumerate() {
        let Some(may) = table.get(room.top()) else {
            continue;
        };
        for import in house.modules_named(at) {
            if table.contains_key(&import) && import != room.top() && !may.contains(&import) {
                broken.push(format!("{} imports {import}", room.file));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// A word means one thing. What Meta calls its things is Meta's matter, and so is
/// what the simulator, which shares no type with us, calls them.
fn repeated_names(house: &House) -> Vec<String> {
    const ONE_A_MODULE: [&str; 3] = ["Options", "Arguments", "Error"];
    let mut known: BTreeMap<(bool, String), Vec<&str>> = BTreeMap::new();
    for room in &house.rooms {
        if room.file.starts_with("graph/wire/") {
            continue;
        }
        for (name, is_type) in &room.defined {
            if *is_type && !ONE_A_MODULE.contains(&name.as_str()) {
                let simulated = room.top() == "sim";
                known
                    .entry((simulated, name.clone()))
                    .or_default()
                    .push(&room.file);
            }
        }
    }
    known
        .into_iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|((_, name), files)| format!("{name}: {}", files.join(", ")))
        .collect()
}

#[test]
fn no_two_types_share_a_name() {
    let repeated = repeated_names(house());
    assert!(repeated.is_empty(), "{repeated:#?}");
    let second = House::of(vec![
        Room::read("lib.rs", ""),
        Room::read("domain/a.rs", "pub struct Done;"),
        Room::read("sync/b.rs", "enum Done { Here }"),
        Room::read("sync/c.rs", "struct Options;"),
        Room::read("graph/d.rs", "struct Options;"),
        Room::read("graph/wire/e.rs", "struct Done;"),
    ]);
    assert_eq!(repeated_names(&second), ["Done: domain/a.rs, sync/b.rs"]);
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let circles = house().circles();
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn a_circle_is_found_through_re_exports_groups_and_macros() {
    let circle = House::of(vec![
        Room::read("lib.rs", "mod app;"),
        Room::read("app/mod.rs", "mod a; mod b; mod c; pub use a::{One, self};"),
        Room::read(
            "app/a.rs",
            "pub struct One; fn f() { crate::app::b::two() }",
        ),
        Room::read("app/b.rs", "pub fn two() { vec![super::c::THREE] }"),
        Room::read("app/c.rs", "use super::One; pub const THREE: One = One;"),
    ]);
    assert_eq!(
        circle.circles(),
        [[
            "app/a.rs takes from app/b.rs",
            "app/b.rs takes from app/c.rs",
            "app/c.rs takes from app/a.rs",
        ]]
    );
    let straight = House::of(vec![
        Room::read("lib.rs", "mod app;"),
        Room::read("app/mod.rs", "mod a; pub mod b; pub use b::two;"),
        Room::read(
            "app/a.rs",
            "use super::two; #[cfg(test)] mod tests { use super::*; }",
        ),
        Room::read("app/b.rs", "pub fn two() {}"),
    ]);
    assert_eq!(straight.circles(), Vec::<Vec<String>>::new());
}

/// A parent shows what its children define; they use nothing of its own.
#[test]
fn a_child_uses_nothing_that_its_parent_defines() {
    let house = house();
    let mut broken = Vec::new();
    for (at, room) in house.rooms.iter().enumerate() {
        for target in house.takes_from(at) {
            let parent = &house.rooms[target];
            let is_parent = parent.file.ends_with("/mod.rs")
                && room.module.len() > parent.module.len()
                && room.module.starts_with(&parent.module);
            if is_parent {
                broken.push(format!("{} takes from {}", room.file, parent.file));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The table of a folder's `mod.rs` names every file in it, as `name` in the
/// first column, or as `name/` where it is a folder.
#[test]
fn every_file_stands_in_the_table_of_its_folder() {
    let house = house();
    let mut missing = Vec::new();
    for parent in house.rooms.iter().filter(|r| r.file.ends_with("/mod.rs")) {
        let docs: Vec<&str> = parent
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("//! | "))
            .filter_map(|row| row.split(" | ").next())
            .collect();
        let docs = docs.join(" ");
        let children = house.rooms.iter().filter(|room| {
            room.module.len() == parent.module.len() + 1 && room.module.starts_with(&parent.module)
        });
        for child in children {
            let name = child.module.last().expect("a name");
            if !docs.contains(&format!("`{name}`")) && !docs.contains(&format!("`{name}/`")) {
                missing.push(format!("{} does not name {name}", parent.file));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Whether words name a key of the desk: "Press t to …", "b hands back", "^T".
fn names_a_key(words: &str) -> bool {
    const KEYS: [&str; 9] = [
        "Enter", "Esc", "Tab", "Space", "PgUp", "PgDn", "Home", "End", "F1",
    ];
    let parts: Vec<&str> = words.split_whitespace().collect();
    let sentence = parts.len() > 2;
    parts.iter().enumerate().any(|(at, part)| {
        let bare = part.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '(' | ')'));
        let control = bare.strip_prefix('^').is_some_and(|key| key.len() == 1);
        let named = at > 0 && KEYS.contains(&bare);
        let mut letters = bare.chars();
        let one = letters.next().filter(|_| letters.next().is_none());
        // A letter by itself that is no word, and no unit behind a number.
        let before = at.checked_sub(1).map_or("", |before| parts[before]);
        let unit = before.ends_with(|c: char| c.is_ascii_digit() || c == '}');
        let letter = one.is_some_and(|c| c.is_ascii_alphabetic() && !matches!(c, 'a' | 'A' | 'I'));
        sentence && (control || named || (letter && !unit))
    })
}

#[test]
fn only_the_screen_names_keys() {
    let mut broken = Vec::new();
    for room in &house().rooms {
        if !matches!(room.top(), "graph" | "sync") {
            continue;
        }
        for (line, words) in &room.strings {
            if names_a_key(words) {
                broken.push(format!("{}:{line} {words:?}", room.file));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    for words in [
        "so Meta refused. Press t to take control",
        "It is closed; b hands back.",
        "Press ^T to send",
        "nothing is sent. Enter sends",
    ] {
        assert!(names_a_key(words), "{words}");
    }
    for words in [
        "gave up after {} s of waiting",
        "a person and I",
        "Enter",
        "less than 25 MB",
    ] {
        assert!(!names_a_key(words), "{words}");
    }
}

/// A place or a size may be a pair of numbers; what is more than that has names.
#[test]
fn no_parameter_is_a_tuple() {
    let tuples = |room: &Room| {
        let names = room.tuple_parameters.iter();
        names
            .map(|name| format!("{}: {name}", room.file))
            .collect::<Vec<_>>()
    };
    let found: Vec<String> = house().rooms.iter().flat_map(tuples).collect();
    assert!(found.is_empty(), "{found:#?}");
    let two = Room::read(
        "x.rs",
        "fn f((a, b): (&str, &mut u8)) {} fn g(p: (String, u8)) {} fn h(size: (u16, u16)) {}",
    );
    assert_eq!(tuples(&two), ["x.rs: f", "x.rs: g"]);
}

/// A function is read in one look; one that is longer is a `match` of calls, and
/// stands here by its name.
#[test]
fn functions_are_short() {
    const LONGER: [&str; 6] = [
        "app/incoming/changes.rs: changed",
        "config/mod.rs: set",
        "graph/error.rs: words",
        "store/ingest.rs: take",
        "sync/engine/commands.rs: command",
        "sync/engine/completions.rs: complete",
    ];
    let mut long: BTreeSet<String> = BTreeSet::new();
    for room in &house().rooms {
        for (name, lines) in &room.functions {
            if *lines > 80 {
                long.insert(format!("{}: {name}", room.file));
            }
        }
    }
    let more: Vec<&String> = long
        .iter()
        .filter(|name| !LONGER.contains(&name.as_str()))
        .collect();
    assert!(more.is_empty(), "{more:#?}");
    let stale: Vec<&&str> = LONGER
        .iter()
        .filter(|name| !long.contains(**name))
        .collect();
    assert!(stale.is_empty(), "shorter by now: {stale:#?}");
}

/// Half of the files have at most 150 lines, nine of ten at most 400, none more
/// than 700.
#[test]
fn files_are_small() {
    let mut found = Vec::new();
    files(&source(), &mut found);
    let count =
        |path: &std::path::PathBuf| fs::read_to_string(path).expect("readable").lines().count();
    let mut sizes: Vec<(usize, &std::path::PathBuf)> =
        found.iter().map(|path| (count(path), path)).collect();
    sizes.sort();
    let at = |part: usize| sizes[(sizes.len() * part / 10).min(sizes.len() - 1)].0;
    assert!(at(5) <= 150, "the median file has {} lines", at(5));
    assert!(at(9) <= 400, "one of ten files has {} lines or more", at(9));
    let (largest, file) = sizes.last().expect("files");
    assert!(*largest <= 700, "{} has {largest} lines", file.display());
}

/// The code of a file, without comments and unit tests.
fn code(room: &Room) -> String {
    let text = room.text.split("#[cfg(test)]\nmod tests {").next();
    let lines = text.unwrap_or_default().lines();
    let lines: Vec<&str> = lines
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    lines.join("\n")
}

#[test]
fn some_words_stand_only_in_their_room() {
    let rules: &[(&str, &[&str])] = &[
        // Only one room spawns tasks; the store owns one thread.
        ("tokio::spawn", &[]),
        (".spawn_blocking(", &["runtime/tasks.rs"]),
        ("thread::Builder", &["store/writer.rs"]),
        ("thread::spawn", &[]),
        // Only one room reads time.
        ("SystemTime::now", &["clock.rs"]),
        ("Instant::now", &["clock.rs"]),
        ("Timestamp::now", &[]),
        ("Zoned::now", &[]),
        ("tokio::time", &["clock.rs"]),
        ("println!", &[]),
        ("print!", &[]),
        // The token leaves its wrapper in one place.
        (
            "expose_secret",
            &[
                "graph/client.rs",
                "graph/signature.rs",
                "graph/subscriptions.rs",
                "config/secrets.rs",
            ],
        ),
    ];
    let mut broken = Vec::new();
    for room in &house().rooms {
        for (word, rooms) in rules {
            if code(room).contains(word) && !rooms.contains(&room.file.as_str()) {
                broken.push(format!("{} says {word}", room.file));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// What a command says goes through the gate: there is one file that writes.
#[test]
fn every_command_speaks_through_one_gate() {
    let writes = [
        "writeln!",
        "write!",
        "write_all(",
        "stdout().lock",
        "stderr().lock",
    ];
    let mut speakers = BTreeSet::new();
    for room in house()
        .rooms
        .iter()
        .filter(|room| room.file.starts_with("cli/"))
    {
        for word in writes {
            if code(room).contains(word) {
                speakers.insert((room.file.as_str(), word));
            }
        }
    }
    let known = BTreeSet::from([
        // The sample, into its file.
        ("cli/config.rs", "write_all("),
        ("cli/output.rs", "write!"),
        ("cli/output.rs", "writeln!"),
    ]);
    assert_eq!(speakers, known);
}

#[test]
fn the_wings_know_no_libraries_of_the_other() {
    let forbidden: &[(&str, &[&str])] = &[
        (
            "app",
            &["tokio", "reqwest", "rusqlite", "crossterm", "serde", "axum"],
        ),
        (
            "ui",
            &["tokio", "reqwest", "rusqlite", "crossterm", "serde", "axum"],
        ),
        (
            "domain",
            &[
                "tokio",
                "reqwest",
                "rusqlite",
                "crossterm",
                "serde",
                "axum",
                "ratatui",
            ],
        ),
        (
            "text",
            &[
                "tokio",
                "reqwest",
                "rusqlite",
                "crossterm",
                "serde",
                "axum",
                "ratatui",
            ],
        ),
        ("graph", &["rusqlite", "crossterm", "axum", "ratatui"]),
        ("store", &["reqwest", "crossterm", "axum", "ratatui"]),
        (
            "sync",
            &["reqwest", "rusqlite", "crossterm", "axum", "ratatui"],
        ),
        // It calls its apps, so it knows HTTP from both sides.
        ("sim", &["rusqlite", "crossterm", "ratatui"]),
    ];
    let mut broken = Vec::new();
    for room in &house().rooms {
        let (file, code) = (&room.file, code(room));
        for (_, libraries) in forbidden.iter().filter(|(name, _)| *name == room.top()) {
            for library in *libraries {
                if code.contains(&format!("{library}::"))
                    || code.contains(&format!("use {library}"))
                {
                    broken.push(format!("{file} knows {library}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_snapshot_is_of_a_living_picture() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut sources = vec![tests.join("plain.rs")];
    files(&tests.join("screens"), &mut sources);
    let pictures: Vec<String> = sources
        .iter()
        .map(|file| fs::read_to_string(file).expect("the pictures"))
        .collect();
    let pictures = pictures.concat();
    for entry in fs::read_dir(tests.join("snapshots")).expect("a folder") {
        let name = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        let scene = name
            .trim_start_matches("screens__")
            .trim_start_matches("plain_")
            .split('@')
            .next()
            .unwrap_or_default();
        let scene = scene.trim_end_matches(".snap");
        assert!(
            pictures.contains(&format!("\"{scene}\"")),
            "{name} belongs to no picture"
        );
    }
}

/// A comment points to what is in the repository: a rule by its number, a file by
/// its path, and no paragraph of a paper that only its author has.
#[test]
fn comments_point_to_what_is_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = fs::read_to_string(root.join("assets/manual/rules.md")).expect("the rules");
    let mut found = Vec::new();
    files(&source(), &mut found);
    files(&root.join("tests"), &mut found);
    files(&root.join("benches"), &mut found);
    let mut lost = Vec::new();
    for path in found {
        let text = fs::read_to_string(&path).expect("readable");
        let comments = text.lines().filter_map(|line| line.split_once("//"));
        for (_, comment) in comments {
            let words: Vec<&str> = comment.split_whitespace().collect();
            let paragraph = comment.contains('\u{a7}');
            let rule = words.windows(2).any(|pair| {
                let number = pair[1].trim_matches(|c: char| !c.is_ascii_digit());
                let named = pair[0].trim_start_matches('(') == "rule" && !number.is_empty();
                named && !rules.contains(&format!("\n{number}. "))
            });
            let mut paths = comment
                .split('`')
                .filter(|word| word.starts_with("assets/"));
            let path_gone = paths.any(|word| !root.join(word).exists());
            if paragraph || rule || path_gone {
                lost.push(format!("{}: {comment}", path.display()));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

/// The table in `src/sim/mod.rs` names what the simulator keeps to; a test of
/// that name shows it.
#[test]
fn every_rule_of_the_simulator_has_a_test_of_its_name() {
    let map = fs::read_to_string(source().join("sim/mod.rs")).expect("the table");
    let rules: Vec<&str> = map
        .lines()
        .filter_map(|line| line.strip_prefix("//! | "))
        .filter_map(|row| row.split(' ').next())
        .filter(|word| word.len() > 1 && word[1..].bytes().all(|b| b.is_ascii_digit()))
        .collect();
    assert_eq!(rules.len(), 15 + 15 + 26, "{rules:?}");
    let mut tests = String::new();
    let mut found = Vec::new();
    files(&source().join("sim/tests"), &mut found);
    for path in found {
        tests.push_str(&fs::read_to_string(path).expect("readable"));
    }
    for rule in rules {
        let rule = rule.to_lowercase();
        let named = [format!("fn {rule}_"), format!("_{rule}_")];
        let shown = named.iter().any(|name| tests.contains(name.as_str()));
        assert!(shown, "no test is called {rule}_…");
    }
}

/// Words that nobody says, and which stood on the screen once: in no text of the program
/// and on no page of the manual.
#[test]
fn nothing_speaks_translated_english() {
    const NEVER: [&str; 14] = [
        "anew",
        "who waits",
        "by an unknown",
        "sends all the same",
        "means nothing here",
        "that hurts next",
        "taken back",
        "is handed over",
        "put off until",
        "nobody told us to whom",
        "speaks for it",
        "curtain is",
        "lets go of",
        "needs a hand",
    ];
    let rooms = house().rooms.iter();
    let spoken = rooms.flat_map(|room| {
        let said = room.strings.iter().map(|(_, words)| words.clone());
        said.map(|words| (room.file.clone(), words))
    });
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = fs::read_dir(root.join("assets/manual")).expect("the manual");
    let pages = pages.map(|page| page.expect("an entry").path());
    let pages = pages.chain(["README.md", "assets/config.toml"].map(|page| root.join(page)));
    let written = pages.map(|page| {
        let text = fs::read_to_string(&page).expect("readable");
        (page.display().to_string(), text)
    });
    for (path, text) in spoken.chain(written) {
        // A line may end inside of it.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in NEVER {
            assert!(!text.contains(word), "{path} says {word:?}: {text}");
        }
    }
}
