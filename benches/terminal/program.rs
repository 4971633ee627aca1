//! The program that is measured, as users build it, and caches for it.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// The release binary; `SWITCHBOARD=PATH` names one that is built. `strip` is Cargo's
/// setting, and each has a folder of its own below `target`: beside the benches, cargo keeps
/// a binary of their own profile.
pub(crate) fn release(folder: &str, strip: &str) -> PathBuf {
    if let Some(named) = env::var_os("SWITCHBOARD") {
        return named.into();
    }
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = project.join("target").join(folder);
    let built = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--locked", "--target-dir"])
        .arg(&target)
        .env("CARGO_PROFILE_RELEASE_STRIP", strip)
        .current_dir(project)
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "the release build"
    );
    target.join("release/switchboard")
}

/// Fills a folder with so many conversations and messages, as they look after a night.
pub(crate) fn cache(program: &Path, folder: &Path, size: u32) -> PathBuf {
    let cache = folder.join(size.to_string());
    let count = size.to_string();
    let made = Command::new(program)
        .args(["demo", "--make", "--seed", "1", "--age", "12h", "--cache"])
        .arg(&cache)
        .args(["--conversations", &count, "--messages", &count])
        .status();
    assert!(made.is_ok_and(|status| status.success()), "a cache");
    cache
}
