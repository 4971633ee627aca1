//! What others may see of this process: nothing of what it holds.

use std::panic::{self, Location};

use rustix::{
    fs::Mode,
    process::{Resource, Rlimit},
};

use super::output::warn;

/// Before anything else is done: files are for this user alone, no other process
/// reads our memory, none is written to the disk, and a panic tells where, not what.
pub(super) fn keep_to_ourselves() {
    rustix::process::umask(Mode::from_raw_mode(0o077));
    close_memory();
    // The usual message quotes what was at hand: it may be a customer's words.
    panic::set_hook(Box::new(|info| {
        warn(fault(info.location()));
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|wanted| wanted != "0") {
            warn(std::backtrace::Backtrace::force_capture());
        }
    }));
}

fn close_memory() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Where the system refuses, there is nothing else to be done.
    let _ = rustix::process::setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

fn fault(place: Option<&Location<'_>>) -> String {
    let place = place.map_or_else(String::new, |place| format!(" ({place})"));
    format!("switchboard: this is a bug in switchboard{place}. Please report this line.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_where_and_nothing_of_what_was_at_hand() {
        let words = fault(Some(Location::caller()));
        assert!(words.contains("src/cli/process.rs:"), "{words}");
        assert!(fault(None).ends_with("report this line."));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn nobody_reads_our_memory() {
        close_memory();
        let dumpable = rustix::process::dumpable_behavior().expect("asked");
        assert_eq!(dumpable, rustix::process::DumpableBehavior::NotDumpable);
        let core = rustix::process::getrlimit(Resource::Core);
        assert_eq!((core.current, core.maximum), (Some(0), Some(0)));
    }
}
