//! Files: attachments that a person wants to keep (under a name of ours, for this
//! user alone, never over another file, and never opened by themselves), and our
//! copies of what is on its way to a customer.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use ring::digest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    domain::{Attachment, FILE_LIMIT, LocalId, Outgoing},
    private,
};

/// Writes it into `folder`; answers where.
pub(super) fn keep(folder: &Path, bytes: &[u8], ending: &str) -> Result<PathBuf, String> {
    let failed = |path: &Path, why: io::Error| format!("Cannot write {}: {why}.", path.display());
    fs::create_dir_all(folder).map_err(|why| failed(folder, why))?;
    for number in 1..10_000 {
        let path = folder.join(format!("messenger-{number}.{ending}"));
        match private::open(&path, OpenOptions::new().write(true).create_new(true)) {
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

/// Our own copy of a file that is to go out, under this name. It is looked at when
/// it is open: what is no plain file (a pipe would wait for ever) or too large is
/// not copied, whatever it was when it was chosen.
pub(super) async fn copy(
    folder: &Path,
    id: &LocalId,
    file: Attachment,
) -> Result<Attachment, String> {
    let shown = file.path.display().to_string();
    let failed = |why: io::Error| format!("{shown} cannot be read ({why}). Attach it again.");
    private::folder(folder).map_err(failed)?;
    let (from, meta) = tokio::task::spawn_blocking({
        let path = file.path.clone();
        move || {
            let file = private::read(&path)?;
            let meta = file.metadata()?;
            Ok((file, meta))
        }
    })
    .await
    .map_err(io::Error::other)
    .and_then(|opened| opened)
    .map_err(failed)?;
    if !meta.is_file() {
        return Err(format!(
            "{shown} is not a regular file, so it cannot be sent."
        ));
    }
    if meta.len() <= FILE_LIMIT && !is_what_was_chosen(&file, &meta) {
        return Err(format!(
            "{shown} has changed since you chose it. Check it, then attach it again."
        ));
    }
    let from = tokio::fs::File::from_std(from);
    let path = folder.join(id.as_str());
    let to = private::open(&path, OpenOptions::new().write(true).create_new(true));
    let mut to = tokio::fs::File::from_std(to.map_err(failed)?);
    // One byte more than may be sent shows that it is too large, or grows.
    let mut limited = from.take(FILE_LIMIT + 1);
    let copied = async {
        let bytes = tokio::io::copy(&mut limited, &mut to).await?;
        to.flush().await?;
        to.sync_all().await?;
        Ok(bytes)
    };
    let copy = match copied.await {
        Ok(bytes) if bytes > FILE_LIMIT => {
            Err(format!("{shown} is larger than 25 MB, Meta's limit."))
        }
        Ok(bytes) => Ok(Attachment {
            path: path.clone(),
            bytes,
            identity: None,
            ..file
        }),
        Err(why) => Err(failed(why)),
    };
    if copy.is_err() {
        let _ = fs::remove_file(&path);
    }
    copy
}

/// SHA-256 of a file of ours, as hex digits.
pub(super) async fn digest(file: &Attachment) -> Result<String, String> {
    let path = file.path.clone();
    let read = tokio::task::spawn_blocking(move || {
        let mut file = private::read(&path)?;
        let mut context = digest::Context::new(&digest::SHA256);
        let mut piece = vec![0; 64 * 1024];
        loop {
            match file.read(&mut piece)? {
                0 => break,
                read => context.update(&piece[..read]),
            }
        }
        let digits = context.finish();
        Ok(digits
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect())
    });
    let read: io::Result<String> = read.await.map_err(io::Error::other).and_then(|read| read);
    read.map_err(|why| why.to_string())
}

/// Between the choice and the copy another file may have been put in its place.
fn is_what_was_chosen(file: &Attachment, meta: &fs::Metadata) -> bool {
    let same = file.identity.is_none() || file.identity == private::identity(meta);
    same && meta.len() == file.bytes
}

/// A copy that nobody needs any more.
pub(super) fn remove(file: &Attachment) {
    // One that stays behind is removed at the next start.
    let _ = fs::remove_file(&file.path);
}

/// The reply is settled: our copies of its files go.
pub(super) fn settled(row: &Outgoing) {
    row.content.files().iter().for_each(remove);
}

/// At the start: copies that neither a reply nor a draft needs any more go.
pub(super) fn tidy(folder: &Path, rows: &[Outgoing], drafts: &[Attachment]) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let needed = |row: &Outgoing| {
            let open = !row.state.is_settled();
            open && row.content.files().iter().any(|file| file.path == path)
        };
        let kept = drafts.iter().any(|file| file.path == path);
        if !kept && !rows.iter().any(needed) {
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
