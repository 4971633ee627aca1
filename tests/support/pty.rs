//! The whole program in a pseudo-terminal. Waiting is for what the screen
//! shows, never for time to pass.

use std::{
    io::{Read, Write},
    num::NonZero,
    path::Path,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Longer than any screen should take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

struct Shared {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    closed: bool,
}

/// Keys that come closer together than this may be a paste.
const BURST: Duration = Duration::from_millis(20);

/// Whether a frame has begun that has not ended.
fn is_half(bytes: &[u8]) -> bool {
    let last = |what: &[u8]| bytes.windows(what.len()).rposition(|at| at == what);
    last(b"\x1b[?2026h") > last(b"\x1b[?2026l")
}

/// A running program and its screen.
pub struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    /// When a key was pressed last.
    typed: Instant,
    shared: Arc<(Mutex<Shared>, Condvar)>,
    state: tempfile::TempDir,
}

impl Pty {
    pub fn start(arguments: &[&str], environment: &[(&str, &str)], size: (u16, u16)) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_switchboard"));
        Self::run(program, arguments, environment, size)
    }

    /// Any program.
    pub fn run(
        program: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
        (columns, rows): (u16, u16),
    ) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        for name in [
            "SWITCHBOARD_PAGE_TOKEN",
            "SWITCHBOARD_CONFIG",
            "NO_COLOR",
            "LC_ALL",
            "LC_CTYPE",
            "COLORTERM",
            "LC_TERMINAL",
            "TERM_PROGRAM",
            "TMUX",
            "STY",
        ] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("TZ", "UTC");
        let state = tempfile::tempdir().expect("a folder");
        command.env("XDG_STATE_HOME", state.path());
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keyboard = pair.master.take_writer().expect("a writer");
        let parser = vt100::Parser::new(cells(rows), cells(columns), 0);
        let shared = Arc::new((
            Mutex::new(Shared {
                parser,
                bytes: Vec::new(),
                closed: false,
            }),
            Condvar::new(),
        ));
        let writer = Arc::clone(&shared);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // As terminals do it that know synchronized output: half a frame is not shown.
            let mut frame = Vec::new();
            loop {
                let read = reader.read(&mut buffer).unwrap_or(0);
                let mut shared = writer.0.lock().expect("unpoisoned");
                shared.bytes.extend_from_slice(&buffer[..read]);
                frame.extend_from_slice(&buffer[..read]);
                if read == 0 || !is_half(&frame) {
                    shared.parser.process(&std::mem::take(&mut frame));
                }
                shared.closed = read == 0;
                writer.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self {
            child,
            master: pair.master,
            keyboard,
            typed: Instant::now(),
            shared,
            state,
        }
    }

    /// The user's state folder.
    pub fn state(&self) -> &Path {
        self.state.path()
    }

    pub fn demo(arguments: &[&str], size: (u16, u16)) -> Self {
        let mut all = vec!["demo"];
        all.extend(arguments);
        Self::start(&all, &[], size)
    }

    /// Presses keys. Nobody's finger is on Enter at once after another key: it would be a
    /// paste.
    pub fn type_in(&mut self, text: &str) {
        if text.starts_with('\r') {
            let typed = self.typed;
            self.wait("a moment", |_| typed.elapsed() > BURST);
        }
        self.type_bytes(text.as_bytes());
    }

    /// What a terminal sends that is no text.
    pub fn type_bytes(&mut self, bytes: &[u8]) {
        self.keyboard.write_all(bytes).expect("takes keys");
        self.keyboard.flush().expect("takes keys");
        self.typed = Instant::now();
    }

    /// Presses keys again and again, faster than anybody can read them, until the program
    /// has ended. No others can be pressed any more.
    pub fn type_without_end(&mut self, text: &'static str) {
        let mut keyboard = std::mem::replace(&mut self.keyboard, Box::new(std::io::sink()));
        thread::spawn(move || while keyboard.write_all(text.as_bytes()).is_ok() {});
    }

    /// Types text, waits until it stands on the screen, and presses Enter: in one go
    /// they would be a paste.
    pub fn enter(&mut self, text: &str) {
        self.type_in(text);
        self.wait_for(text);
        self.type_in("\r");
    }

    /// Leaves the desk from its list.
    pub fn quit(&mut self) {
        self.type_in("q");
        self.wait("the question", |screen| screen.contains("Quit"));
        self.type_in("y");
    }

    /// Jumps to a person: the name is on the screen before Enter, as with anybody
    /// who types.
    pub fn jump_to(&mut self, name: &str) {
        self.type_in("\x10");
        self.wait_for("jump to");
        self.type_in(name);
        // The first row, and not one that stood there before all of it was typed.
        let row = |line: &&str| line.contains("messenger") || line.contains("instagram");
        let wanted = name.to_lowercase();
        self.wait("the person", |screen| {
            let first = screen.lines().filter(|line| line.contains('│')).find(row);
            let found = first.is_some_and(|line| line.to_lowercase().contains(&wanted));
            found && screen.contains(name)
        });
        self.type_in("\r");
    }

    /// Waits until the screen fulfils `condition`; fails with the screen.
    pub fn wait(&self, what: &str, condition: impl Fn(&str) -> bool) -> String {
        let (lock, changed) = &*self.shared;
        let shared = lock.lock().expect("unpoisoned");
        let waiting =
            |shared: &mut Shared| !shared.closed && !condition(&shared.parser.screen().contents());
        let mut shared = shared;
        let until = Instant::now() + PATIENCE;
        // Looked at again even where nothing changes: a condition may be about time.
        while waiting(&mut shared) && Instant::now() < until {
            (shared, _) = changed.wait_timeout(shared, BURST).expect("unpoisoned");
        }
        let screen = shared.parser.screen().contents();
        assert!(
            condition(&screen),
            "waited for {what}; the screen is\n{screen}"
        );
        screen
    }

    pub fn wait_for(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contains(text))
    }

    /// Waits until these bytes were written to the terminal.
    pub fn wait_for_bytes(&self, wanted: &str) {
        self.wait_for_bytes_times(wanted, 1);
    }

    /// Waits until these bytes were written so many times.
    pub fn wait_for_bytes_times(&self, wanted: &str, times: usize) {
        let (lock, changed) = &*self.shared;
        let shared = lock.lock().expect("unpoisoned");
        let windows = |bytes: &[u8]| {
            let found = bytes.windows(wanted.len());
            found
                .filter(|w| *w == wanted.as_bytes())
                .take(times)
                .count()
        };
        let waiting = |shared: &mut Shared| !shared.closed && windows(&shared.bytes) < times;
        let (shared, _) = changed
            .wait_timeout_while(shared, PATIENCE, waiting)
            .expect("unpoisoned");
        assert!(
            windows(&shared.bytes) >= times,
            "waited for the bytes {wanted:?}"
        );
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.shared
            .0
            .lock()
            .expect("unpoisoned")
            .parser
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        self.master
            .resize(PtySize {
                rows,
                cols: columns,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("resizes");
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a process")
    }

    /// Waits until ^Z has stopped the program: it leaves the screen before that, and
    /// a signal to go on would come too early.
    pub fn wait_until_stopped(&self) {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        let stopped = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let state = waitid(WaitId::Pid(pid.expect("a pid")), stopped).expect("a child");
        assert!(state.is_some_and(|state| state.stopped()), "it has ended");
    }

    /// Quits the desk from its list or a thread, whatever is held.
    pub fn leave(&mut self) {
        self.enter(":quit");
        let asked = self.wait("the question or the end", |s| {
            s.trim().is_empty() || s.contains("Quit?")
        });
        if asked.contains("Quit?") {
            self.type_in("y");
        }
        assert!(self.end().success());
    }

    /// Waits until the program has ended.
    pub fn end(&mut self) -> ExitStatus {
        let (lock, changed) = &*self.shared;
        let shared = lock.lock().expect("unpoisoned");
        let (shared, result) = changed
            .wait_timeout_while(shared, PATIENCE, |s| !s.closed)
            .expect("unpoisoned");
        assert!(
            !result.timed_out(),
            "it does not end; the screen is\n{}",
            shared.parser.screen().contents()
        );
        drop(shared);
        self.child.wait().expect("ended")
    }

    /// Everything that was written to the terminal.
    pub fn bytes(&self) -> Vec<u8> {
        self.shared.0.lock().expect("unpoisoned").bytes.clone()
    }
}

fn cells(n: u16) -> NonZero<u16> {
    NonZero::new(n).expect("a size")
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// The lines of a log, read as JSON; one that is still being written is not there yet.
pub fn log(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read(path).expect("a log");
    let whole = text.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    let text = std::str::from_utf8(&text[..whole]).expect("UTF-8");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a JSON line"))
        .collect()
}
