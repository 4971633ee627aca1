//! Attachments that a person wants to keep: under a name of ours, for this user
//! alone, never over another file, and never opened by themselves.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Writes it into `folder`; answers where.
pub(super) fn keep(
    folder: &Path,
    (bytes, ending): (Vec<u8>, &'static str),
) -> Result<PathBuf, String> {
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
                return match file.write_all(&bytes) {
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_gets_a_name_of_ours_and_never_replaces_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("new");
        let keep = || keep(&inner, (b"bytes".to_vec(), "jpg")).expect("kept");
        let (one, two) = (keep(), keep());
        assert_ne!(one, two);
        assert_eq!(fs::read(&two).expect("reads"), b"bytes");
        let mode = fs::metadata(&one).expect("exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
