//! A line of a thread, what it is made of, and what it depends on besides the
//! entry. When and who stand in the gutter, columns that customer text can never
//! reach.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::{
    app::{
        input::keymap::Keymap,
        pictures::{PictureLine, Pictures},
        thread::wraps::Wraps,
    },
    domain::{Apps, LocalId, Timestamp},
    text::{self, Clean},
};

/// Below this many columns a speaker is one letter.
const NAMES: u16 = 50;
/// What a customer cannot be called in the gutter: others are called so.
const TAKEN: [&str; 7] = ["you", "bot", "page", "inbox", "note", "event", "agent"];

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The customer.
    Customer,
    /// A bot.
    Bot,
    /// This desk.
    Us,
    /// Another person of ours: in Meta's inbox, or with another app.
    Colleague,
    /// The Page, sender unknown.
    Page,
    /// A private note of ours.
    Note,
    /// Nobody: something happened.
    Event,
}

impl Voice {
    /// The letter where there is no room for a name.
    pub fn letter(self) -> char {
        match self {
            Self::Customer => 'C',
            Self::Bot => 'B',
            Self::Us | Self::Colleague => 'A',
            Self::Page => 'P',
            Self::Note => '#',
            Self::Event => '*',
        }
    }
}

/// Who says a line, as the gutter names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// Whose colour it has.
    pub voice: Voice,
    /// The name, or a letter.
    pub name: Clean,
}

/// What a piece of text is, so that the view can choose how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// What somebody wrote.
    Said,
    /// Less important.
    Dim,
    /// A button or an attachment.
    Part,
    /// An event.
    Event,
    /// A private note.
    Note,
    /// Something went wrong.
    Bad,
    /// Something needs care.
    Warn,
    /// Something went well.
    Good,
    /// A line of a picture, in place of as many spaces.
    Picture(PictureLine),
}

/// One line of a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThreadLine {
    /// A rule across the pane with words in it.
    Rule {
        /// The words.
        words: Clean,
        /// What it is about.
        rule: Rule,
    },
    /// Gutter and text.
    Text {
        /// `14:05` on the first line of an entry.
        time: Option<String>,
        /// Who speaks, on the first line of what they say.
        who: Option<Speaker>,
        /// The text, cut to the width.
        pieces: Vec<(Tone, Clean)>,
    },
}

/// What a rule across the pane is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A new day begins.
    Day,
    /// What follows has not been seen.
    New,
    /// Something happened, at this time.
    Event(String),
}

/// What the lines depend on besides the entry.
#[derive(Clone, Debug)]
pub struct Look<'a> {
    /// Cells for the text, gutter included.
    pub width: u16,
    /// What goes on is drawn as such: names stand once, what repeats is folded. Off
    /// where each entry is told by itself.
    pub folded: bool,
    /// What the customer is called beside what they say.
    pub customer: Clean,
    /// The agent's time zone.
    pub zone: &'a TimeZone,
    /// The present moment, for "Today".
    pub now: Timestamp,
    /// Names of apps.
    pub apps: &'a Apps,
    /// Customer messages after this moment are new.
    pub seen_through: Option<Timestamp>,
    /// Nothing can be sent for want of a link.
    pub no_link: bool,
    /// Pictures, where they are drawn.
    pub pictures: Option<&'a Pictures>,
    /// How many bytes of the files of replies have gone out.
    pub uploads: &'a BTreeMap<LocalId, u64>,
    /// What was laid out before, if that is kept.
    pub wraps: Option<&'a Wraps>,
    /// Which key does what.
    pub keymap: &'a Keymap,
    /// What decides about a reply that does not go on by itself: its key, or its
    /// name where nobody presses keys.
    pub settle: String,
    /// The customer's devices have what was sent up to here.
    pub delivered_through: Option<Timestamp>,
    /// The customer has read what was sent up to here.
    pub read_through: Option<Timestamp>,
}

impl Look<'_> {
    /// Whether speakers have names; else they are letters.
    pub(super) fn has_names(&self) -> bool {
        self.width >= NAMES
    }

    /// Cells for a name, and the space before it.
    fn name_width(&self) -> u16 {
        match self.has_names() {
            true => (self.width / 8).clamp(7, 13),
            false => 2,
        }
    }

    /// Cells for time, name and bar before the text.
    pub fn gutter(&self) -> u16 {
        5 + self.name_width() + 3
    }

    /// Who speaks, as there is room: a first name, or a letter.
    pub(super) fn speaker(&self, voice: Voice, name: &str) -> Speaker {
        let room = usize::from(self.name_width()) - 1;
        let name = match voice {
            _ if !self.has_names() => voice.letter().to_string(),
            Voice::Customer => text::cut(&self.customer, room),
            _ => text::cut(&Clean::one_line(name), room),
        };
        Speaker {
            voice,
            name: name.into(),
        }
    }
}

/// The first word of a customer's name, unless somebody else of the thread is called so.
pub(super) fn first_name(name: &Clean, apps: &Apps) -> Clean {
    let first = name.split_whitespace().next().unwrap_or_default();
    let folded = text::searchable(first);
    let folded = folded.trim();
    let is_app = |name: &String| text::searchable(name).trim() == folded;
    let taken = folded.is_empty() || TAKEN.contains(&folded) || apps.names.values().any(is_app);
    match taken {
        true => "customer".into(),
        false => first.into(),
    }
}

pub(super) type Pieces = Vec<(Tone, Clean)>;

pub(super) fn room(look: &Look<'_>) -> usize {
    usize::from(look.width.saturating_sub(look.gutter())).max(2)
}

pub(super) fn wrapped(tone: Tone, text: &Clean, look: &Look<'_>) -> Vec<Pieces> {
    let lines = match look.wraps {
        Some(wraps) => wraps.lines(text, room(look)),
        None => text::wrap(text, room(look)),
    };
    lines
        .into_iter()
        .map(|line| vec![(tone, line.into())])
        .collect()
}
