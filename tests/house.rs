//! The house keeps its table: who may import whom is read from the map in
//! `src/lib.rs`, what is imported from the `crate::` paths of the code.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// All files with their module, their path below `src` and their code: no
/// comments, no unit tests.
fn code() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    files(&source(), &mut found);
    found
        .into_iter()
        .filter(|path| {
            let is_test = |part: &std::ffi::OsStr| part == "tests.rs" || part == "tests";
            !path
                .strip_prefix(source())
                .expect("below src")
                .iter()
                .any(is_test)
        })
        .map(|path| {
            let below = path
                .strip_prefix(source())
                .expect("below src")
                .to_string_lossy()
                .into_owned();
            let module = below
                .split(['/', '.'])
                .next()
                .unwrap_or_default()
                .to_owned();
            let text = fs::read_to_string(&path).expect("readable");
            let text = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap_or_default();
            let code: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            (module, below, code.join("\n"))
        })
        .collect()
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

/// The modules named by `crate::x` and by `use crate::{x, y::z}`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = code;
    while let Some(at) = rest.find("crate::") {
        rest = &rest[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 && (c.is_alphanumeric() || c == '_') {
                    word.push(c);
                } else if depth == 0 && c == ':' {
                    found.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                } else if (c == ',' && depth == 0) || c == '{' {
                    word.clear();
                }
            }
            found.extend((!word.is_empty()).then_some(word));
        } else {
            found.insert(
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
        }
    }
    found
}

#[test]
fn modules_import_only_what_the_map_allows() {
    let table = table();
    assert_eq!(table.len(), 14, "{table:?}");
    let mut broken = Vec::new();
    for (module, file, code) in code() {
        let Some(may) = table.get(&module) else {
            continue;
        };
        for import in imports(&code) {
            if table.contains_key(&import) && import != module && !may.contains(&import) {
                broken.push(format!("{file} imports {import}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_reader_of_imports_sees_groups_and_paths() {
    let code =
        "use crate::{app::{Model, view}, domain::Psid, text}; fn f() { crate::clock::now() }";
    let found: Vec<String> = imports(code).into_iter().collect();
    assert_eq!(found, ["app", "clock", "domain", "text"]);
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
        // Only one room writes to stdout and stderr in words.
        (
            "println!",
            &[
                "cli/setup.rs",
                "cli/mod.rs",
                "cli/sync.rs",
                "cli/forget.rs",
                "cli/login.rs",
            ],
        ),
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
    for (_, file, code) in code() {
        for (word, rooms) in rules {
            if code.contains(word) && !rooms.contains(&file.as_str()) {
                broken.push(format!("{file} says {word}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
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
    for (module, file, code) in code() {
        for (_, libraries) in forbidden.iter().filter(|(name, _)| *name == module) {
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
    let pictures: String = ["screens.rs", "plain.rs"]
        .map(|file| fs::read_to_string(tests.join(file)).expect("the pictures"))
        .concat();
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
    assert_eq!(rules.len(), 14 + 15 + 26, "{rules:?}");
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
