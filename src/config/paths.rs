//! Where our files are on this computer.

use std::path::PathBuf;

use directories::{BaseDirs, ProjectDirs, UserDirs};

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "switchboard")
}

/// `config.toml` in the user's config folder (or `SWITCHBOARD_CONFIG`).
pub fn config_file() -> Option<PathBuf> {
    match std::env::var_os("SWITCHBOARD_CONFIG") {
        Some(path) if !path.is_empty() => Some(path.into()),
        _ => project().map(|dirs| dirs.config_dir().join("config.toml")),
    }
}

/// The user's config folder.
pub fn config_folder() -> Option<PathBuf> {
    project().map(|dirs| dirs.config_dir().to_owned())
}

/// Where a person looks for what they have saved.
pub fn downloads_folder() -> PathBuf {
    UserDirs::new()
        .and_then(|dirs| dirs.download_dir().map(ToOwned::to_owned))
        .or_else(|| BaseDirs::new().map(|dirs| dirs.home_dir().join("Downloads")))
        .unwrap_or_default()
}

/// The folder for cache and outbox.
pub fn data_folder() -> Option<PathBuf> {
    project().map(|dirs| dirs.data_dir().to_owned())
}

/// The file that gets what libraries write to stderr while the desk has the
/// terminal: `switchboard.log` in the user's state folder. Where a system has no
/// such folder, in the one for data.
pub fn log_file() -> Option<PathBuf> {
    project().map(|dirs| {
        dirs.state_dir()
            .unwrap_or_else(|| dirs.data_local_dir())
            .join("switchboard.log")
    })
}

/// `~/` becomes the home folder.
pub(super) fn expand(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), BaseDirs::new()) {
        (Some(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => path.into(),
    }
}
