//! A program in a pseudo-terminal: keys go in, and it is written down when what they
//! bring stands on the screen, in how many bytes, and what it took.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    num::NonZero,
    path::Path,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// What was measured, by its name.
pub(crate) type Reading = Vec<(&'static str, f64)>;

/// No step takes longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// So long nothing comes any more.
const QUIET: Duration = Duration::from_millis(30);

pub(crate) struct Subject {
    child: Box<dyn Child + Send + Sync>,
    pub(crate) pid: u32,
    _master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    pieces: mpsc::Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    bytes: usize,
    started: Instant,
    reading: Reading,
}

impl Subject {
    pub(crate) fn start(
        program: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
        (cols, rows): (u16, u16),
    ) -> Self {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")] {
            command.env(name, value);
        }
        for (name, value) in environment {
            command.env(name, value);
        }
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).expect("starts");
        drop(pair.slave);
        let pid = child.process_id().expect("a pid");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (sender, pieces) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender
                    .send((Instant::now(), buffer[..read].to_vec()))
                    .is_err()
                {
                    return;
                }
            }
        });
        let cells = |n: u16| NonZero::new(n).expect("some");
        Self {
            child,
            pid,
            keyboard: pair.master.take_writer().expect("a writer"),
            _master: pair.master,
            pieces,
            screen: vt100::Parser::new(cells(rows), cells(cols), 0),
            bytes: 0,
            started,
            reading: Reading::new(),
        }
    }

    fn take(&mut self, within: Duration) -> Option<Instant> {
        let (at, bytes) = self.pieces.recv_timeout(within).ok()?;
        self.bytes += bytes.len();
        self.screen.process(&bytes);
        Some(at)
    }

    fn shows(&self, words: &str) -> bool {
        words.is_empty() || self.screen.screen().contents().contains(words)
    }

    /// Waits until something new has come and the words stand there: when.
    fn wait(&mut self, words: &str) -> Instant {
        let until = Instant::now() + PATIENCE;
        while let Some(at) = self.take(until.saturating_duration_since(Instant::now())) {
            if self.shows(words) {
                return at;
            }
        }
        panic!(
            "{words:?} did not come:\n{}",
            self.screen.screen().contents()
        );
    }

    /// Until nothing comes any more.
    fn drain(&mut self) {
        while self.take(QUIET).is_some() {}
    }

    pub(crate) fn settle(&mut self, how_long: Duration) {
        let until = Instant::now() + how_long;
        while Instant::now() < until {
            self.take(until.saturating_duration_since(Instant::now()));
        }
    }

    pub(crate) fn note(&mut self, what: &'static str, value: f64) {
        self.reading.push((what, value));
    }

    /// The first frame.
    pub(crate) fn ready(&mut self, words: &str) {
        let took = self.wait(words).duration_since(self.started);
        self.note("start, ms", millis(took));
        self.note("first screen, bytes", self.bytes as f64);
    }

    pub(crate) fn type_in(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("takes keys");
        self.keyboard.flush().expect("takes keys");
    }

    /// A key, and what it brings; unmeasured.
    pub(crate) fn press(&mut self, keys: &str, words: &str) {
        self.type_in(keys);
        if !words.is_empty() {
            self.wait(words);
        }
        self.drain();
    }

    /// How long each key took; the median is noted.
    pub(crate) fn keys(
        &mut self,
        what: &'static str,
        times: usize,
        key: impl Fn(usize) -> String,
        brings: impl Fn(usize) -> String,
    ) -> Vec<f64> {
        let mut took = Vec::new();
        for n in 0..times {
            self.drain();
            let pressed = Instant::now();
            self.type_in(&key(n));
            took.push(millis(self.wait(&brings(n)).duration_since(pressed)));
        }
        self.note(what, at(&took, 0.5));
        took
    }

    /// Text, letter by letter: time, bytes and wake-ups until it stands there.
    pub(crate) fn letters(&mut self, words: &str) {
        let (mut took, mut bytes, mut woken) = (Vec::new(), Vec::new(), Vec::new());
        let mut typed = String::new();
        for letter in words.chars() {
            typed.push(letter);
            self.drain();
            let tail: String = {
                let skip = typed.chars().count().saturating_sub(12);
                typed.chars().skip(skip).collect()
            };
            let (had, woke) = (self.bytes, wake_ups(self.pid));
            let pressed = Instant::now();
            self.type_in(&letter.to_string());
            let shown = self.wait(&tail);
            woken.push((wake_ups(self.pid) - woke) as f64);
            took.push(millis(shown.duration_since(pressed)));
            bytes.push((self.bytes - had) as f64);
        }
        self.note("letter, ms", at(&took, 0.5));
        self.note("letter, bytes", at(&bytes, 0.5));
        self.note("letter, wake-ups", at(&woken, 0.5));
    }

    /// What it does while nobody does anything.
    pub(crate) fn idle(&mut self, how_long: Duration) {
        let (had, woke) = (self.bytes, wake_ups(self.pid));
        self.settle(how_long);
        let seconds = how_long.as_secs_f64();
        self.note(
            "idle, wake-ups/s",
            (wake_ups(self.pid) - woke) as f64 / seconds,
        );
        self.note("idle, bytes/s", (self.bytes - had) as f64 / seconds);
    }

    pub(crate) fn memory(&mut self, what: &'static str) {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.pid));
        let fields = fields(&rollup.unwrap_or_default());
        let of = |name: &str| fields.get(name).copied().unwrap_or_default();
        let own = of("Private_Clean") + of("Private_Dirty");
        self.note(what, own as f64 / 1_024.0);
    }

    /// CPU time of all its threads so far.
    pub(crate) fn cpu(&self) -> Duration {
        let nanos: u64 = threads(self.pid, "schedstat")
            .iter()
            .filter_map(|stat| stat.split(' ').next()?.parse::<u64>().ok())
            .sum();
        Duration::from_nanos(nanos)
    }

    pub(crate) fn wait_for(&mut self, words: &str) -> Instant {
        match self.shows(words) {
            true => Instant::now(),
            false => self.wait(words),
        }
    }

    pub(crate) fn end(mut self) -> Reading {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.reading
    }
}

pub(crate) fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000.0
}

/// The value below which so large a share lies.
pub(crate) fn at(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share) as usize]
}

fn threads(pid: u32, file: &str) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten();
    let read =
        |task: std::io::Result<fs::DirEntry>| fs::read_to_string(task.ok()?.path().join(file)).ok();
    tasks.filter_map(read).collect()
}

/// How often its threads have waited for something.
fn wake_ups(pid: u32) -> u64 {
    let of = |status: &String| fields(status).get("voluntary_ctxt_switches").copied();
    threads(pid, "status").iter().filter_map(of).sum()
}

/// `Name:  12 kB`, by name.
fn fields(text: &str) -> BTreeMap<String, u64> {
    let field = |line: &str| {
        let (name, value) = line.split_once(':')?;
        let value = value.split_whitespace().next()?.parse().ok()?;
        Some((name.to_owned(), value))
    };
    text.lines().filter_map(field).collect()
}
