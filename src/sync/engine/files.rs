//! Files: attachments that a person wants to keep (under a name of ours, for this
//! user alone, never over another file, and never opened by themselves), and our
//! copies of what is on its way to a customer.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::domain::{Attachment, LocalId, Outgoing};

/// Writes it into `folder`; answers where.
pub(super) fn keep(folder: &Path, bytes: &[u8], ending: &str) -> Result<PathBuf, String> {
    let failed = |path: &Path, why: io::Error| format!("Cannot write {}: {why}.", path.display());
    fs::create_dir_all(folder).map_err(|why| failed(folder, why))?;
    for number in 1..10_000 {
        let path = folder.join(format!("messenger-{number}.{ending}"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
            Err(why) => return Err(failed(&path, why)),
            Ok(mut file) => {
                return match file.write_all(bytes) {
                    Ok(()) => Ok(path),
                    Err(why) => {
                        let _ = fs::remove_file(&path);
                        Err(failed(&path, why))
                    }
                };
            }
        }
    }
    Err(format!("{} holds too many of them.", folder.display()))
}

/// Our own copy of a file that is to go out, under the id of its reply.
pub(super) fn copy(folder: &Path, local: &LocalId, file: Attachment) -> Result<Attachment, String> {
    let failed = |why: io::Error| {
        format!(
            "Not sent: {} cannot be read ({why}). Attach it again.",
            file.path.display()
        )
    };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed)?;
    let path = folder.join(local.as_str());
    let mut from = fs::File::open(&file.path).map_err(failed)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut to = options.open(&path).map_err(failed)?;
    let copied = io::copy(&mut from, &mut to).and_then(|_| to.sync_all());
    if let Err(why) = copied {
        let _ = fs::remove_file(&path);
        return Err(failed(why));
    }
    Ok(Attachment { path, ..file })
}

/// The reply is settled: our copy of its file goes.
pub(super) fn settled(row: &Outgoing) {
    if let Some(file) = &row.file {
        // One that stays behind is removed at the next start.
        let _ = fs::remove_file(&file.path);
    }
}

/// At the start: copies that no reply needs any more go.
pub(super) fn tidy(folder: &Path, rows: &[Outgoing]) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let needed = |row: &Outgoing| {
            let open = !row.state.is_settled();
            open && row.file.as_ref().is_some_and(|file| file.path == path)
        };
        if !rows.iter().any(needed) {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_gets_a_name_of_ours_and_never_replaces_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("new");
        let keep = || keep(&inner, b"bytes", "jpg").expect("kept");
        let (one, two) = (keep(), keep());
        assert_ne!(one, two);
        assert_eq!(fs::read(&two).expect("reads"), b"bytes");
        let mode = fs::metadata(&one).expect("exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
