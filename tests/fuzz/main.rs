//! What the fuzzer found, and the samples it began with, again and again.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod targets;

use std::{fs, path::Path};

use targets::TARGETS;

/// The files in a folder of the repository.
fn files(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| fs::read(path).ok())
        .collect()
}

#[test]
fn what_was_found_and_what_it_began_with_is_taken_by_every_way_in() {
    for (name, take) in TARGETS {
        let mut inputs = files(&format!(".ci/fuzz/seeds/{name}"));
        assert!(!inputs.is_empty(), "{name} has seeds");
        match name {
            "webhook" | "graph" => inputs.extend(files("assets/graph")),
            "scenario" => inputs.extend(files("assets/demo")),
            "config" => inputs.extend(files("assets/themes")),
            _ => {}
        }
        for input in inputs {
            take(&input);
        }
    }
}
