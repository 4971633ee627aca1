//! Named places at which a test lets the program die, as `kill -9` would.
//!
//! `SWITCHBOARD_DIE_AT=send.mark` ends a debug build at once when it reaches
//! that place; `send.mark:2` when it reaches it for the second time. In a release
//! build the places are nothing at all. The names are those of the outbox'
//! life: `draft.save`, `outbox.insert`, `outbox.commit`, `send.mark`,
//! `send.connect`, `send.answered`, `send.commit`, `triage.commit`, `migrate.step`,
//! `quit.flush`;
//! and of what webhooks bring: `heard.insert`, `heard.commit`.

/// The program is at this place.
#[cfg(debug_assertions)]
pub fn reach(place: &str) {
    use std::sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    };
    static WANTED: OnceLock<Option<(String, u32)>> = OnceLock::new();
    static REACHED: AtomicU32 = AtomicU32::new(0);
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("SWITCHBOARD_DIE_AT").ok()?;
        let (name, count) = text.split_once(':').unwrap_or((&text, "1"));
        Some((name.to_owned(), count.parse().ok()?))
    });
    if let Some((name, count)) = wanted
        && name == place
        && REACHED.fetch_add(1, Ordering::SeqCst) + 1 == *count
    {
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        // The signal takes effect before the next line of this thread.
        std::thread::park();
    }
}

/// The program is at this place.
#[cfg(not(debug_assertions))]
pub fn reach(_place: &str) {}
