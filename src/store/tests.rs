//! The two files on a real disk: modes, lock, damage, newer programs.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::domain::InboxAsk;

const NOW: Timestamp = Timestamp::from_millis(1_795_183_650_000);

fn page() -> PageId {
    PageId::new("1")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("exists").permissions().mode() & 0o777
}

#[test]
fn the_files_are_private_and_a_second_program_only_reads() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("new");
    let first = open(&inner, &page(), NOW).expect("the first opens");
    assert!(first.writer.is_some() && first.notices.is_empty());
    let second = open(&inner, &page(), NOW).expect("the second reads");
    assert_eq!(second.notices, [Notice::InUse]);
    assert!(second.reader.inbox(&InboxAsk::default(), 10).is_ok());
    assert!(matches!(second.alone(&inner), Err(Error::InUse(_))));
    assert_eq!(mode(&inner), 0o700);
    for file in fs::read_dir(&inner).expect("a folder") {
        assert_eq!(mode(&file.expect("an entry").path()), 0o600);
    }
    drop(first);
    let third = open(&inner, &page(), NOW).expect("opens");
    assert!(third.writer.is_some(), "the lock is free again");
}
