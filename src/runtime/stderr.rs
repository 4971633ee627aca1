//! What a library or the system writes to stderr while the terminal is ours:
//! into a file, not over the screen.
//!
//! A stderr that somebody has led away already is theirs. It must not know what
//! is on the screen.

use std::{
    fs::{File, OpenOptions},
    io::{self, IsTerminal},
    path::Path,
    sync::Mutex,
};

use crate::private;

/// At most so many bytes are kept; then it begins anew (our choice).
const LIMIT: u64 = 1 << 20;

/// Where stderr went before, and where it goes meanwhile.
static LED_AWAY: Mutex<Option<Ways>> = Mutex::new(None);

#[derive(Debug)]
struct Ways {
    terminal: File,
    file: File,
}

/// Opens the file, once. Where that is not possible, what is written is lost,
/// which is better than a screen that cannot be read.
pub(super) fn prepare(path: Option<&Path>) {
    if !io::stderr().is_terminal() {
        return;
    }
    let opened = path.map_or_else(|| Err(io::ErrorKind::NotFound.into()), open);
    let Ok(file) = opened.or_else(|_| OpenOptions::new().write(true).open("/dev/null")) else {
        return;
    };
    let Ok(terminal) = rustix::io::dup(io::stderr()) else {
        return;
    };
    if let Ok(mut ways) = LED_AWAY.lock() {
        let terminal = File::from(terminal);
        *ways = Some(Ways { terminal, file });
    }
}

/// From now on into the file; keeps it small.
pub(super) fn lead_away() {
    lead(|ways| &ways.file);
}

/// Back to the terminal. Also from a panic, so it never waits.
pub(super) fn lead_back() {
    lead(|ways| &ways.terminal);
}

/// Begins the file anew when it has grown too large.
pub(super) fn keep_small() {
    if let Ok(ways) = LED_AWAY.try_lock()
        && let Some(ways) = &*ways
    {
        // A file that cannot be cut goes on growing; there is nobody to tell.
        let _ = cut(&ways.file);
    }
}

fn lead(way: impl Fn(&Ways) -> &File) {
    if let Ok(ways) = LED_AWAY.try_lock()
        && let Some(ways) = &*ways
    {
        let _ = rustix::stdio::dup2_stderr(way(ways));
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        private::folder(folder)?;
    }
    let file = private::open(path, OpenOptions::new().append(true).create(true))?;
    cut(&file)?;
    Ok(file)
}

fn cut(file: &File) -> io::Result<()> {
    let found = file.metadata()?;
    if found.is_file() && found.len() > LIMIT {
        file.set_len(0)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn the_file_is_for_nobody_else_and_begins_anew_when_it_is_large() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state/switchboard.log");
        let mut file = open(&path).expect("opens");
        let mode = file.metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        file.write_all(b"kept\n").expect("writes");
        cut(&file).expect("cuts");
        assert_eq!(fs::read(&path).expect("reads"), b"kept\n");
        file.write_all(&vec![b'x'; 1 << 20]).expect("writes");
        cut(&file).expect("cuts");
        file.write_all(b"anew\n").expect("writes");
        assert_eq!(fs::read(&path).expect("reads"), b"anew\n");
    }
}
