//! The configuration while the desk runs: when its file changes, it is read
//! anew.

use std::{
    fs,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{app::Settings, clock, ui::Theme};

/// How often the file is looked at (our choice).
const LOOK: Duration = Duration::from_secs(1);

type Read = dyn Fn() -> Result<(Settings, Theme), String> + Send + Sync;

/// How the configuration is read anew.
#[derive(Clone)]
pub struct Reload {
    /// The file.
    pub file: PathBuf,
    /// Reads it; an error names all mistakes.
    pub read: Arc<Read>,
}

impl std::fmt::Debug for Reload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reload")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// What tells one state of the file from another.
type FileStamp = Option<(SystemTime, u64)>;

fn state(file: &PathBuf) -> FileStamp {
    let meta = fs::metadata(file).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

/// Tells whenever the file is another one than before, until `stop`.
pub(super) async fn watch(
    file: PathBuf,
    changed: mpsc::Sender<()>,
    stop: CancellationToken,
) -> Result<(), String> {
    let mut known = state(&file);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = clock::sleep(LOOK) => {}
        }
        let now = state(&file);
        // While an editor writes it anew there may be none for a moment.
        if now != known && now.is_some() {
            known = now;
            if changed.send(()).await.is_err() {
                stop.cancelled().await;
                return Ok(());
            }
        }
    }
}
