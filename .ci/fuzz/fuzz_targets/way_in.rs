//! The way in that `SWITCHBOARD_FUZZ` names, for whatever the fuzzer makes up.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

#[path = "../../../tests/fuzz/targets.rs"]
mod targets;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("SWITCHBOARD_FUZZ").unwrap_or_default();
    let found = targets::TARGETS.iter().find(|(name, _)| *name == wanted);
    let names: Vec<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
    found
        .unwrap_or_else(|| panic!("set SWITCHBOARD_FUZZ to one of {names:?}"))
        .1
});

fuzz_target!(|data: &[u8]| TARGET(data));
