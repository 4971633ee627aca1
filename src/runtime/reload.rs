//! The configuration while the desk runs: when its file changes, it is read
//! anew.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};
#[cfg(target_os = "linux")]
use std::{io, os::fd::OwnedFd};

#[cfg(target_os = "linux")]
use rustix::fs::inotify::{self, WatchFlags};
#[cfg(target_os = "linux")]
use tokio::io::unix::AsyncFd;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

#[cfg(target_os = "linux")]
use crate::readable::readable;
use crate::{app::Settings, clock, ui::Theme};

/// How often the file is looked at where the system does not tell of it (our choice).
#[cfg(not(target_os = "linux"))]
const LOOK: Duration = Duration::from_secs(1);
/// How often it is looked for where the system can watch nothing more (our choice).
#[cfg(target_os = "linux")]
const LOOK: Duration = Duration::from_secs(30);
/// The pause between a change and the reading of the file (our choice).
#[cfg(target_os = "linux")]
const SETTLE: Duration = Duration::from_millis(50);

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
        let mut watched = Watched::begin(&file);
        let now = state(&file);
        // While an editor writes it anew there may be none for a moment.
        if now != known && now.is_some() {
            known = now;
            if changed.send(()).await.is_err() {
                stop.cancelled().await;
                return Ok(());
            }
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = watched.touched() => {}
        }
    }
}

/// A file that the system reports when it, or its entry in the folder, is touched; where
/// it cannot, the file is looked at from time to time.
struct Watched(#[cfg(target_os = "linux")] Option<AsyncFd<OwnedFd>>);

#[cfg(target_os = "linux")]
impl Watched {
    fn begin(file: &Path) -> Self {
        Self(Self::watch(file).ok())
    }

    fn watch(file: &Path) -> io::Result<AsyncFd<OwnedFd>> {
        let told = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK)?;
        let entry = WatchFlags::CREATE | WatchFlags::MOVED_TO | WatchFlags::DELETE;
        // Its folder may have to be made first, and the folder of that.
        let mut folders = file.ancestors().skip(1).map(|at| match at.as_os_str() {
            none if none.is_empty() => Path::new("."),
            _ => at,
        });
        let is_watched = |at: &Path| inotify::add_watch(&told, at, entry).is_ok();
        if !folders.any(is_watched) {
            return Err(io::ErrorKind::NotFound.into());
        }
        // It may be a link to a file elsewhere, or may not be there.
        let written = WatchFlags::CLOSE_WRITE | WatchFlags::MODIFY | WatchFlags::MOVE_SELF;
        let _ = inotify::add_watch(&told, file, written | WatchFlags::DELETE_SELF);
        readable(told)
    }

    /// Returns when it was touched, or may have been.
    async fn touched(&mut self) {
        match &self.0 {
            Some(told) => {
                let _ = told.readable().await;
                // One change often takes several steps.
                clock::sleep(SETTLE).await;
            }
            None => clock::sleep(LOOK).await,
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Watched {
    fn begin(_: &Path) -> Self {
        Self()
    }

    /// Returns when it may have been touched.
    async fn touched(&mut self) {
        clock::sleep(LOOK).await;
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// Where nobody has configured anything yet, not even the folder is there.
    #[tokio::test]
    async fn a_file_is_noticed_whose_folders_have_to_be_made_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config/switchboard/config.toml");
        let (sender, mut told) = mpsc::channel(1);
        let stop = CancellationToken::new();
        let watched = watch(file.clone(), sender, stop.clone());
        let written = async {
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(&file, "theme = \"mono\"").expect("written");
            let first = told.recv().await;
            fs::write(&file, "theme = \"default\"").expect("written");
            let second = told.recv().await;
            stop.cancel();
            (first, second)
        };
        let both = async { tokio::join!(watched, written) };
        let seen = clock::within(Duration::from_secs(60), both).await;
        assert_eq!(seen, Some((Ok(()), (Some(()), Some(())))));
    }
}
