//! A day at the desk that nobody planned: seeded keys, pastes, clicks and sizes
//! over the demo's world, while customers write and Meta fails. Whatever happens,
//! nothing that nobody meant goes out, no reply goes out twice, nobody who waits
//! is missing from the queue, and the terminal shows what was painted.
//!
//! `DAY_STEPS` and `DAY_SEED` make it longer or another one.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    cell::RefCell,
    collections::HashMap,
    io::{self, Write},
    num::NonZeroU16,
    rc::Rc,
};

use jiff::tz::TimeZone;
use ratatui::{
    Terminal, TerminalOptions, Viewport,
    backend::CrosstermBackend,
    buffer::{Buffer, CellWidth},
    layout::Rect,
};
use serde_json::{Value, json};
use support::{http::runtime, wing::Wing};
use switchboard::{
    app::{
        self, Effect, Model, Mouse, Msg, Settings, TerminalEffect,
        input::keymap::{Code, Key},
    },
    clock::Clock,
    domain::{
        Author, Change, Command, Conversation, InboxQuery, Item, Operation, ThreadOwner,
        ThreadRange, Timestamp, View,
    },
    runtime::{CannedSource, Gate, answer},
    sim::Fault,
    store::Reader,
    ui::{self, Theme},
};
use tokio::sync::broadcast::error::TryRecvError;

const SIZES: [(u16, u16); 6] = [(80, 24), (120, 40), (200, 60), (61, 20), (40, 12), (20, 6)];

/// Numbers that look like chance and come again with their seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).expect("fits")
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal that knows what stands on it, and what was meant to.
struct Glass {
    terminal: Terminal<Gate<CrosstermBackend<Written>>>,
    written: Written,
    seen: vt100::Parser,
}

impl Glass {
    fn new((width, height): (u16, u16)) -> Self {
        let written = Written::default();
        let gate = Gate::new(
            CrosstermBackend::new(written.clone()),
            switchboard::app::settings::PicturesBy::Off,
        );
        let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
        // The desk switches wrapping off, which the test's terminal does not know:
        // what reaches over the edge has room there.
        let beyond = width + 40;
        let [rows, columns] = [height, beyond].map(|n| NonZeroU16::new(n).expect("some"));
        Self {
            terminal: Terminal::with_options(gate, TerminalOptions { viewport }).expect("one"),
            written,
            seen: vt100::Parser::new(rows, columns, 0),
        }
    }

    fn paint(&mut self, model: &Model, theme: &Theme) {
        let painted = self.terminal.draw(|frame| ui::view(model, theme, frame));
        let meant = painted.expect("paints").buffer.clone();
        // The test's terminal takes the sign of what is unreadable for just that,
        // and leaves it out.
        let written = String::from_utf8(self.written.0.take()).expect("text");
        self.seen
            .process(written.replace('\u{fffd}', "?").as_bytes());
        for y in 0..meant.area.height {
            self.same_row(&meant, y);
        }
    }

    fn same_row(&self, meant: &Buffer, y: u16) {
        let mut x = 0;
        while x < meant.area.width {
            let symbol = meant[(x, y)].symbol().replace('\u{fffd}', "?");
            let width = meant[(x, y)].cell_width().max(1);
            let seen: String = (x..x + width)
                .filter_map(|x| self.seen.screen().cell(y, x))
                .map(|cell| cell.contents())
                .collect();
            // A terminal that does not know a picture of several shows its first.
            let picture = !symbol.starts_with(char::is_alphabetic) && width > 1;
            let first = picture && !seen.is_empty() && symbol.starts_with(&seen);
            // A sign without its letter stands on a circle, or makes room for the
            // letter behind it.
            let letters = symbol.trim_start_matches(is_sign);
            let sign = match letters {
                "" => seen.strip_prefix('\u{25cc}') == Some(&*symbol),
                letters => symbol.starts_with(is_sign) && seen == letters,
            };
            assert!(
                first || sign || seen.trim() == symbol.trim(),
                "row {y}, column {x}: {seen:?} for {symbol:?}"
            );
            x += width;
        }
    }
}

/// A vowel sign or an accent, which takes no cell of its own.
fn is_sign(c: char) -> bool {
    switchboard::text::width(c.encode_utf8(&mut [0; 4])) == 0
}

/// What a person did at the desk.
#[derive(Clone, Debug, PartialEq)]
enum Deed {
    Key(Key),
    Burst(Vec<Key>),
    Paste(String),
    Mouse(Mouse),
    Resize(u16, u16),
    /// Nothing: a second passes, or news comes.
    Nothing,
}

impl Deed {
    fn any(dice: &mut Dice, (width, height): (u16, u16)) -> Self {
        let place = |dice: &mut Dice| {
            let at = |dice: &mut Dice, end: u16| {
                u16::try_from(dice.below(usize::from(end))).expect("small")
            };
            (at(dice, width), at(dice, height))
        };
        match dice.below(100) {
            0..70 => Self::Key(key(dice)),
            70..75 => Self::Burst((0..2 + dice.below(9)).map(|_| key(dice)).collect()),
            75..80 => Self::Paste(dice.one_of(&PASTES).to_owned()),
            80..92 => {
                let (x, y) = place(dice);
                Self::Mouse(match dice.below(4) {
                    0 => Mouse::Down(x, y),
                    1 => Mouse::Drag(x, y),
                    2 => Mouse::Up(x, y),
                    _ => Mouse::Wheel(x, y, dice.below(2) == 0),
                })
            }
            92..94 => {
                let (width, height) = dice.one_of(&SIZES);
                Self::Resize(width, height)
            }
            _ => Self::Nothing,
        }
    }

    /// Whether it may mean that something goes to Meta which a customer or the bot
    /// notices: a key or a click, one at a time.
    fn may_act(&self) -> bool {
        matches!(
            self,
            Self::Key(_) | Self::Mouse(Mouse::Down(..) | Mouse::Up(..))
        )
    }

    fn messages(&self) -> Vec<Msg> {
        match self {
            Self::Key(key) => vec![Msg::Key(*key)],
            Self::Burst(keys) => keys.iter().map(|key| Msg::Burst(*key)).collect(),
            Self::Paste(text) => vec![Msg::Paste(text.clone())],
            Self::Mouse(mouse) => vec![Msg::Mouse(*mouse)],
            Self::Resize(width, height) => vec![Msg::Resize(*width, *height)],
            Self::Nothing => vec![Msg::Wake],
        }
    }
}

const PASTES: [&str; 6] = [
    "one line",
    "two\nlines\n",
    "with a return\r\nand q\rx1y",
    "กำลังส่ง น้ำ आपका आদেশ 👩\u{200d}👩\u{200d}👧",
    "4111 1111 1111 1111",
    "\u{1b}[201~\r:quit\r",
];

fn key(dice: &mut Dice) -> Key {
    let plain = "abcdefghijklmnopqrstuvwxyzäEGJLMNQRSTUVXY0123456789/:?@.-+ ";
    let control = "acdefgklnoprtuwxz";
    let codes = [
        Code::Enter,
        Code::Enter,
        Code::Enter,
        Code::Esc,
        Code::Esc,
        Code::Tab,
        Code::BackTab,
        Code::Backspace,
        Code::Up,
        Code::Down,
        Code::Left,
        Code::Right,
        Code::PageUp,
        Code::PageDown,
        Code::Home,
        Code::End,
    ];
    let chars = |of: &str| of.chars().collect::<Vec<_>>();
    match dice.below(10) {
        0..6 => Key::plain(Code::Char(dice.one_of(&chars(plain)))),
        6..9 => Key::plain(dice.one_of(&codes)),
        _ => Key::ctrl(dice.one_of(&chars(control))),
    }
}

/// The desk, what it has asked of Meta, and the world around it.
struct Day {
    wing: Wing,
    model: Model,
    clock: Clock,
    /// How often each text was meant to go out.
    meant: HashMap<String, usize>,
    canned: CannedSource,
}

impl Day {
    async fn begin() -> Self {
        let wing = Wing::start(None).await;
        wing.connect();
        let clock = Clock::system();
        Self {
            model: desk(&clock),
            wing,
            clock,
            meant: HashMap::new(),
            canned: CannedSource {
                folder: None,
                templates: None,
                builtin: &[("greeting.txt", "Hello {first_name}, how can I help?")],
            },
        }
    }

    fn tell(&mut self, deed: &Deed, msg: Msg) {
        let effects = app::update(&mut self.model, self.clock.now(), msg);
        for effect in effects {
            self.perform(deed, effect);
        }
    }

    fn perform(&mut self, deed: &Deed, effect: Effect) {
        match effect {
            Effect::Query(query) | Effect::Prefetch(query) => {
                let told = match answer(query, &self.wing.reader, &self.canned) {
                    Ok(loaded) => Msg::Loaded(loaded),
                    Err(error) => Msg::Failed(error.to_string()),
                };
                self.tell(deed, told);
            }
            // Nothing is written outside of the world.
            Effect::Engine(Command::SaveFile(_) | Command::CopyFile { .. }) => {}
            Effect::Engine(command) => {
                self.note(deed, &command);
                // A queue that is full answers a person; here it is waited for.
                let _ = self.wing.commands.try_send(command);
            }
            Effect::Terminal(TerminalEffect::Edit { .. }) => {}
            Effect::Terminal(TerminalEffect::Quit) => self.model = desk(&self.clock),
            Effect::Terminal(_) => {}
        }
    }

    fn note(&mut self, deed: &Deed, command: &Command) {
        let Command::Operate { operation, .. } = command else {
            return;
        };
        if let Operation::Reply(reply) = operation {
            for part in &reply.parts {
                *self
                    .meant
                    .entry(part.content.text().to_owned())
                    .or_default() += 1;
            }
        }
        let courtesy = matches!(operation, Operation::Typing(_) | Operation::MarkSeen);
        // Typing follows what is typed, however it comes.
        assert!(
            courtesy || deed.may_act(),
            "{:?} by {deed:?}",
            operation.kind()
        );
    }

    fn hear_news(&mut self) {
        let mut changes: Vec<Change> = Vec::new();
        let mut missed = false;
        loop {
            match self.wing.changes.try_recv() {
                Ok(change) => changes.push(change),
                Err(TryRecvError::Lagged(_)) => missed = true,
                Err(_) => break,
            }
        }
        if missed {
            self.tell(&Deed::Nothing, Msg::Missed);
        }
        if !changes.is_empty() {
            self.tell(&Deed::Nothing, Msg::Changed(changes));
        }
    }

    /// Meta and the customers do something of their own.
    async fn around(&self, dice: &mut Dice) {
        match dice.below(40) {
            0 => {
                let fault = dice.one_of(&[
                    Fault::Html,
                    Fault::Error {
                        status: 500,
                        code: 2,
                        subcode: 0,
                    },
                    Fault::Error {
                        status: 400,
                        code: 551,
                        subcode: 0,
                    },
                ]);
                let part = dice.one_of(&["send", "GET", "take_thread_control"]);
                self.wing.simulator.fail_next(part, fault);
            }
            1 => {
                let about = self.wing.simulator.about("");
                let people = about["people"].as_array().expect("people").clone();
                let person = dice.one_of(&people)["name"].clone();
                let deed = json!({"person": person, "do": "writes", "text": "are you there?"});
                self.wing.deed(deed).await;
            }
            _ => {}
        }
    }

    /// Nobody who waits for us is missing from the queue, by what stands in their
    /// threads.
    /// Answers how many were looked for.
    fn nobody_is_lost(&self) -> usize {
        let reader = &self.wing.reader;
        let before = ids(&rows(reader, View::NeedsMe));
        let now = self.clock.now();
        let waiting: Vec<Conversation> = rows(reader, View::All)
            .into_iter()
            .filter(|row| must_be_there(reader, row, now))
            .collect();
        // News came between the questions: the next look tells.
        if ids(&rows(reader, View::NeedsMe)) != before {
            return 0;
        }
        for row in &waiting {
            assert!(before.contains(&row.id.to_string()), "lost: {row:#?}");
        }
        waiting.len()
    }

    /// What Meta took was meant, and as often as it was meant.
    fn nothing_was_doubled(&self) {
        let mut taken: HashMap<String, usize> = HashMap::new();
        for call in self.wing.posts() {
            let text = call["body"]["message"]["text"].as_str();
            if let (Some(text), Some(200)) = (text, call["status"].as_u64()) {
                *taken.entry(text.to_owned()).or_default() += 1;
            }
        }
        for (text, times) in taken {
            let meant = self.meant.get(&text).copied().unwrap_or(0);
            assert!(times <= meant, "{text:?}: {times} times for {meant}");
        }
    }
}

fn desk(clock: &Clock) -> Model {
    let settings = Settings {
        zone: TimeZone::UTC,
        agent: "kim".into(),
        ..Settings::default()
    };
    let mut model = Model::new(settings, (120, 40), clock.now());
    model.start();
    model
}

fn rows(reader: &Reader, view: View) -> Vec<Conversation> {
    let ask = InboxQuery {
        view,
        ..InboxQuery::default()
    };
    reader.inbox(&ask, 1_000).expect("rows").rows
}

fn ids(rows: &[Conversation]) -> Vec<String> {
    rows.iter().map(|row| row.id.to_string()).collect()
}

/// A customer wrote last, the week is not over, nobody has put them off, and no
/// other app has them.
fn must_be_there(reader: &Reader, row: &Conversation, now: Timestamp) -> bool {
    let thread = reader.thread(&row.id, &ThreadRange::Newest, 500);
    let Some(thread) = thread.expect("a cache") else {
        return false;
    };
    let said = |who: fn(&Author) -> bool| {
        let messages = thread.items.iter().filter_map(|item| match item {
            Item::Message(m) if !m.gone && who(&m.author) => Some(m),
            _ => None,
        });
        messages
            .filter(|m| !m.text.is_empty() || !m.parts.is_empty())
            .map(|m| m.at)
            .max()
    };
    let customer = said(|author| *author == Author::Customer);
    let page = said(|author| *author != Author::Customer);
    let ours = match row.owner {
        ThreadOwner::Us | ThreadOwner::Unknown => true,
        ThreadOwner::Idle => row.lapsed,
        _ => false,
    };
    let in_time = customer.is_some_and(|at| now.since(at).as_secs() < 7 * 24 * 3_600 - 60);
    ours && customer > page && in_time && row.triage.deferred.is_none()
}

fn number(name: &str, otherwise: u64) -> u64 {
    let set = std::env::var(name).ok();
    set.map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn a_day_of_anything_at_all_loses_nobody_and_sends_nothing_unmeant() {
    let (steps, seed) = (number("DAY_STEPS", 1_500), number("DAY_SEED", 1));
    runtime().block_on(async {
        let mut dice = Dice(seed);
        let mut day = Day::begin().await;
        let theme = Theme::default();
        let mut glass = Glass::new((120, 40));
        let mut looked_for = 0;
        for step in 0..steps {
            let size = day.model.session.size;
            let deed = Deed::any(&mut dice, size);
            for msg in deed.messages() {
                day.tell(&deed, msg);
            }
            tokio::task::yield_now().await;
            day.hear_news();
            if day.model.session.size != size {
                glass = Glass::new(day.model.session.size);
            }
            glass.paint(&day.model, &theme);
            day.around(&mut dice).await;
            if step % 100 == 99 {
                looked_for += day.nobody_is_lost();
            }
        }
        assert!(looked_for > 0, "somebody waits at some time");
        day.nothing_was_doubled();
        let asked: Vec<Value> = day.wing.posts();
        assert!(!asked.is_empty(), "somebody did something");
        day.wing.end().await;
    });
}
