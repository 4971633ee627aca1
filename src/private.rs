//! Files and folders that are for this user alone, and which file one is. This
//! module must not know what is in them.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    path::Path,
};

use crate::domain::FileIdentity;

/// What group and others may do, of a mode.
const OTHERS: u32 = 0o077;
/// What group and others may change, of a mode.
const OTHERS_WRITE: u32 = 0o022;

/// Makes a folder, or takes the one that is there. One in which others may write is
/// refused: they could put something else in the place of what is ours. One of our
/// own name is closed to them.
pub fn folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    let own = path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().contains("switchboard"));
    if own && mode(path)? & OTHERS != 0 {
        // Where it is not ours to close, it is looked at as any other.
        let _ = close(path, OTHERS);
    }
    if mode(path)? & OTHERS_WRITE != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!(
                "other users can write to it; make it yours alone with: chmod 700 {}",
                path.display()
            ),
        ));
    }
    Ok(())
}

/// Opens a file, making it for this user alone. A link in its place is not followed,
/// and what others may read of it is closed to them.
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
        // /dev/stderr is one, and the system's.
        if !path.starts_with("/dev") {
            options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
        }
    }
    let file = options.open(path).map_err(|why| match is_link(path) {
        true => io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is a symbolic link, which is not followed here; remove it",
        ),
        false => why,
    })?;
    let found = file.metadata()?;
    #[cfg(unix)]
    if found.is_file() && permissions(&found) & OTHERS != 0 {
        // Of the file that is open, whatever has its name by now.
        file.set_permissions(without(&found, OTHERS))?;
    }
    Ok(file)
}

/// Opens somebody's file to read it: not through a link, so that it is the file of
/// this name, and without waiting for whoever writes into a pipe.
pub fn read(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    options.open(path)
}

/// Which file it is, where the system tells.
#[cfg(unix)]
pub fn identity(found: &fs::Metadata) -> Option<FileIdentity> {
    use std::os::unix::fs::MetadataExt;
    Some(FileIdentity {
        device: found.dev(),
        inode: found.ino(),
    })
}

/// Which file it is, where the system tells.
#[cfg(not(unix))]
pub fn identity(_: &fs::Metadata) -> Option<FileIdentity> {
    None
}

/// Takes from others the right to change a file that the user keeps; what is not
/// ours to close is refused with the command that mends it.
pub fn close_to_writers(path: &Path) -> io::Result<()> {
    if mode(path)? & OTHERS_WRITE == 0 || close(path, OTHERS_WRITE).is_ok() {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!(
            "other users can change it; stop that with: chmod go-w {}",
            path.display()
        ),
    ))
}

/// Whether others may change what is in the folder of `path`.
pub fn folder_is_open(path: &Path) -> io::Result<bool> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    Ok(mode(folder.unwrap_or_else(|| Path::new(".")))? & OTHERS_WRITE != 0)
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

fn mode(path: &Path) -> io::Result<u32> {
    fs::metadata(path).map(|found| permissions(&found))
}

#[cfg(unix)]
fn permissions(found: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&found.permissions())
}

#[cfg(not(unix))]
fn permissions(_: &fs::Metadata) -> u32 {
    0
}

/// Takes these rights away.
#[cfg(unix)]
fn close(path: &Path, rights: u32) -> io::Result<()> {
    fs::set_permissions(path, without(&fs::metadata(path)?, rights))
}

#[cfg(unix)]
fn without(found: &fs::Metadata, rights: u32) -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(permissions(found) & 0o7777 & !rights)
}

#[cfg(not(unix))]
fn close(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    }

    fn of(path: &Path) -> u32 {
        mode(path).expect("there") & 0o777
    }

    #[test]
    fn a_folder_that_others_write_in_is_refused_and_ours_is_closed() {
        let place = tempfile::tempdir().expect("a folder");
        let made = place.path().join("new/deep");
        folder(&made).expect("made");
        assert_eq!(of(&made), 0o700);
        set(&made, 0o755);
        folder(&made).expect("others may look at the names");
        assert_eq!(of(&made), 0o755, "it is the user's");
        set(&made, 0o777);
        let why = folder(&made).expect_err("refused").to_string();
        assert!(why.contains("chmod 700"), "{why}");
        let own = place.path().join("switchboard");
        folder(&own).expect("made");
        set(&own, 0o777);
        folder(&own).expect("closed");
        assert_eq!(of(&own), 0o700);
    }

    #[test]
    fn a_file_that_others_may_read_is_closed_and_a_link_is_not_followed() {
        let place = tempfile::tempdir().expect("a folder");
        let (path, link) = (place.path().join("log"), place.path().join("link"));
        let append = || OpenOptions::new().append(true).create(true).to_owned();
        open(&path, &mut append()).expect("made");
        assert_eq!(of(&path), 0o600);
        set(&path, 0o644);
        open(&path, &mut append()).expect("opened");
        assert_eq!(of(&path), 0o600);
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        let why = open(&link, &mut append()).expect_err("refused").to_string();
        assert!(why.contains("symbolic link"), "{why}");
    }
}
