//! A line of a thread, what it is made of, and what it depends on besides the
//! entry. Author and state stand in the gutter, a column that customer text can
//! never reach.

use jiff::tz::TimeZone;

use crate::{
    app::input::keymap::Keymap,
    domain::{Apps, Timestamp},
    text::{self, Clean},
};

/// Width of time and mark before the text, in cells.
pub const GUTTER: u16 = 8;

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
}

/// One line of a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThreadLine {
    /// A rule across the pane with words in it: a new day, or what is new.
    Rule {
        /// The words.
        words: String,
        /// It says "new", not a day.
        new: bool,
    },
    /// Gutter and text.
    Text {
        /// `14:05` on the first line of an entry.
        time: Option<String>,
        /// `C`, `B`, `A`, `P`, `*` or `#` on the first line of an entry.
        mark: Option<char>,
        /// The text, cut to the width.
        pieces: Vec<(Tone, Clean)>,
    },
}

/// What the lines depend on besides the entry.
#[derive(Clone, Debug)]
pub struct Look<'a> {
    /// Cells for the text, gutter included.
    pub width: u16,
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

pub(super) type Pieces = Vec<(Tone, Clean)>;

pub(super) fn room(look: &Look<'_>) -> usize {
    usize::from(look.width.saturating_sub(GUTTER)).max(2)
}

pub(super) fn wrapped(tone: Tone, text: &Clean, look: &Look<'_>) -> Vec<Pieces> {
    text::wrap(text, room(look))
        .into_iter()
        .map(|line| vec![(tone, line.into())])
        .collect()
}
