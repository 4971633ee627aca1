//! What the desk is told at the start, and again whenever the configuration
//! changes.

use jiff::tz::TimeZone;

use crate::{
    app::input::keymap::Keymap,
    domain::{Apps, PageId, PictureFile, ReplyAs, SavedView, Span},
};

/// What the desk is told at the start.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The Page.
    pub page: PageId,
    /// What replies go out as.
    pub reply_as: ReplyAs,
    /// The agent's name in hand-back notes.
    pub agent: String,
    /// Nothing is sent, not even "seen".
    pub read_only: bool,
    /// Which keys mean what.
    pub keymap: Keymap,
    /// The agent's time zone.
    pub zone: TimeZone,
    /// Seed of our ids.
    pub seed: u64,
    /// Apps by configuration.
    pub apps: Apps,
    /// Behind the Graph API may be a simulator, which takes orders.
    pub simulator: bool,
    /// Keys in the composer are vi's.
    pub vim: bool,
    /// So long a reply can be taken back before it goes; none by default.
    pub undo_send: Span,
    /// How the screen is divided.
    pub shape: Shape,
    /// What rings, and when.
    pub alerts: Alerts,
    /// The desk shows what there is to try: the demo.
    pub tour: bool,
    /// How text gets into the clipboard.
    pub copy: CopyBy,
    /// Views beside the five.
    pub views: Vec<SavedView>,
    /// How pictures are drawn.
    pub pictures: PicturesBy,
    /// Nothing moves by itself that need not: short news stays until a key, and
    /// no thread opens by itself.
    pub reduced_motion: bool,
}

/// How text gets into the clipboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyBy {
    /// By the terminal, and by a program of this computer if there is one.
    #[default]
    Auto,
    /// By the terminal alone (OSC 52).
    Osc52,
    /// By a program alone: `wl-copy`, `xclip`, `xsel` or `pbcopy`.
    Command,
}

/// How pictures are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PicturesBy {
    /// Not at all.
    #[default]
    Off,
    /// By the cells of the screen, two pixels each, in the colours that the terminal
    /// has.
    Blocks(Depth),
    /// By the terminal, at placeholders (kitty, Ghostty).
    Kitty,
    /// By the terminal, over cells (iTerm2, WezTerm).
    Iterm2,
}

/// How many colours a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The 256 of xterm.
    Palette,
    /// All of them.
    Full,
}

impl PicturesBy {
    /// What the terminal wants besides cells.
    pub fn file(self) -> PictureFile {
        match self {
            Self::Off | Self::Blocks(_) => PictureFile::None,
            Self::Kitty => PictureFile::Png,
            Self::Iterm2 => PictureFile::JpegOrPng,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            page: PageId::new(""),
            reply_as: ReplyAs::Auto,
            agent: "agent".into(),
            read_only: false,
            keymap: Keymap::default(),
            zone: TimeZone::UTC,
            seed: 0,
            apps: Apps::default(),
            simulator: false,
            tour: false,
            copy: CopyBy::Auto,
            views: Vec::new(),
            pictures: PicturesBy::Off,
            vim: false,
            undo_send: Span::ZERO,
            shape: Shape::default(),
            alerts: Alerts {
                title: false,
                ..Alerts::default()
            },
            reduced_motion: false,
        }
    }
}

/// How the screen is divided, as far as that is a matter of taste.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Width of the list beside two other panes, in percent.
    pub list: u16,
    /// Width of the customer pane, in percent.
    pub customer: u16,
    /// The columns of the list on a narrow screen.
    pub columns: Vec<Column>,
}

impl Shape {
    /// The usual width of the list, in percent.
    pub const LIST: u16 = 29;
    /// The usual width of the customer pane, in percent.
    pub const CUSTOMER: u16 = 23;
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            list: Self::LIST,
            customer: Self::CUSTOMER,
            columns: Column::ALL.to_vec(),
        }
    }
}

/// A column of the list on a narrow screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Time left to answer.
    Left,
    /// Messenger or Instagram.
    Channel,
    /// The person.
    Name,
    /// The last words.
    Last,
    /// Who holds the thread.
    Owner,
    /// How long they wait.
    Wait,
}

impl Column {
    /// All of them, in the usual order.
    pub const ALL: [Self; 6] = [
        Self::Left,
        Self::Channel,
        Self::Name,
        Self::Last,
        Self::Owner,
        Self::Wait,
    ];

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Channel => "channel",
            Self::Name => "name",
            Self::Last => "last",
            Self::Owner => "owner",
            Self::Wait => "wait",
        }
    }

    /// The column of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// What rings, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alerts {
    /// The terminal's bell.
    pub bell: bool,
    /// Say it again after so long, until the thread is opened.
    pub repeat: Option<Span>,
    /// Show in the terminal's title how many need us.
    pub title: bool,
    /// How the terminal tells of it while it is out of sight.
    pub notify: Notify,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            bell: true,
            repeat: None,
            title: true,
            notify: Notify::Off,
        }
    }
}

/// How a terminal is told of news that it shows outside its window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notify {
    /// Not at all.
    #[default]
    Off,
    /// `OSC 9` (iTerm2, WezTerm, Ghostty).
    Osc9,
    /// `OSC 777;notify` (foot, urxvt).
    Osc777,
    /// `OSC 99` (kitty).
    Osc99,
}
