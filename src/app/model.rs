//! What the desk knows, and what it is told at the start.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::tz::TimeZone;

use super::{
    Effect, Inbox, Thread, Toast, ToastKind,
    alerts::Alerts,
    dialog::Dialog,
    keymap::{Key, Keymap},
    layout::Shape,
    selection::Selection,
    toast,
    triage::{TriageChange, Undo},
};
use crate::{
    app::Query,
    domain::{
        ApiCall, Apps, Conversation, ConversationId, Link, LocalId, Platform, Psid, Random,
        ReplyAs, Routing, SendAs, Span, ThreadOwner, Timestamp, WindowClosed,
    },
};

/// What the desk is told at the start.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
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
    /// Nothing moves by itself that need not: short news stays until a key, and
    /// no thread opens by itself.
    pub reduced_motion: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            reply_as: ReplyAs::Auto,
            agent: "agent".into(),
            read_only: false,
            keymap: Keymap::default(),
            zone: TimeZone::UTC,
            seed: 0,
            apps: Apps::default(),
            simulator: false,
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

/// Which pane has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// The list.
    #[default]
    List,
    /// The thread.
    Thread,
    /// The composer.
    Composer,
}

/// Text of a thread that was left, until it is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) psid: Psid,
    pub(super) text: String,
    pub(super) cursor: (u16, u16),
    /// The draft on the disk was known when it was written.
    pub(super) over: bool,
    /// How many times it is on its way there.
    pub(super) pending: u32,
    /// The disk did not take it: when to try again.
    pub(super) again_at: Option<Timestamp>,
}

/// All that the screen is made of.
#[derive(Clone, Debug)]
pub struct Model {
    /// The moment of the last message, by our clock.
    pub now: Timestamp,
    /// Meta's clock minus ours.
    pub skew: Span,
    /// Columns and rows.
    pub size: (u16, u16),
    /// What we were told at the start.
    pub settings: Settings,
    /// The Page's name, raw; empty until known.
    pub page_name: String,
    /// Whether the Page routes on Messenger and Instagram.
    pub routing: (Routing, Routing),
    /// The apps on the Page.
    pub apps: Apps,
    /// The list.
    pub inbox: Inbox,
    /// The open thread.
    pub thread: Option<Thread>,
    /// The conversation that was open before.
    pub last: Option<ConversationId>,
    /// Rows that the next action is for, as they were when they were marked.
    pub marked: BTreeMap<ConversationId, Conversation>,
    /// What can be taken back, newest last.
    pub history: Vec<Undo>,
    /// What can be repeated.
    pub repeat: Option<TriageChange>,
    /// The last calls to the Graph API, newest last.
    pub calls: VecDeque<ApiCall>,
    /// What the mouse has dragged over.
    pub selection: Option<Selection>,
    /// The line of a dialog that the last click has marked, with how many dialogs
    /// were open.
    pub clicked: Option<(usize, usize)>,
    /// Names and words are hidden from who looks over the shoulder.
    pub privacy: bool,
    /// Who needs a person, and nobody has turned to them yet.
    pub(super) calling: BTreeSet<ConversationId>,
    pub(super) rang_at: Option<Timestamp>,
    /// The terminal's title.
    pub(super) title: String,
    /// The answer to "who waits next" is for an advance from this thread.
    pub(super) advancing: Option<ConversationId>,
    /// What was written in threads that were left and is not on the disk yet.
    pub(super) leaving: BTreeMap<ConversationId, Left>,
    /// Which pane has the keys.
    pub focus: Focus,
    /// What lies over the desk, topmost last.
    pub dialogs: Vec<Dialog>,
    /// Short news, newest last.
    pub toasts: VecDeque<Toast>,
    /// How the link stands.
    pub link: Link,
    /// Why nothing can be saved at the moment.
    pub storage: Option<String>,
    /// When the list was last read.
    pub read_at: Option<Timestamp>,
    /// The older list is being fetched; so far back to here.
    pub reading_back: Option<Timestamp>,
    /// Share of the rate limit that is used, in percent.
    pub usage: Option<u8>,
    /// The terminal has the focus.
    pub attended: bool,
    /// The start of a key sequence.
    pub pending: Vec<Key>,
    pub(super) pending_since: Timestamp,
    pub(super) last_input: Timestamp,
    pub(super) active: bool,
    pub(super) cancel_at: Option<Timestamp>,
    pub(super) random: Random,
}

impl Model {
    /// A desk that knows nothing yet.
    pub fn new(settings: Settings, size: (u16, u16), now: Timestamp) -> Self {
        Self {
            now,
            skew: Span::ZERO,
            size,
            random: Random::seeded(settings.seed),
            apps: settings.apps.clone(),
            settings,
            page_name: String::new(),
            routing: (Routing::Unknown, Routing::Unknown),
            inbox: Inbox::default(),
            thread: None,
            last: None,
            marked: BTreeMap::new(),
            history: Vec::new(),
            repeat: None,
            calls: VecDeque::new(),
            selection: None,
            clicked: None,
            privacy: false,
            calling: BTreeSet::new(),
            rang_at: None,
            title: String::new(),
            advancing: None,
            leaving: BTreeMap::new(),
            focus: Focus::List,
            dialogs: Vec::new(),
            toasts: VecDeque::new(),
            link: Link::Connecting,
            storage: None,
            read_at: None,
            reading_back: None,
            usage: None,
            attended: true,
            pending: Vec::new(),
            pending_since: now,
            last_input: now,
            active: true,
            cancel_at: None,
        }
    }

    /// What to ask the cache for before the first frame.
    pub fn start(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::Query(Query::Page)];
        effects.extend(self.inbox.reload());
        effects
    }

    /// The present moment by Meta's clock: windows close by it.
    pub fn server_now(&self) -> Timestamp {
        self.now.plus(self.skew)
    }

    /// Whether the Page routes on this platform.
    pub fn routing(&self, platform: Platform) -> Routing {
        match platform {
            Platform::Messenger => self.routing.0,
            Platform::Instagram => self.routing.1,
        }
    }

    /// The conversation an action is about: the selected row while the list has
    /// the keys, else the open thread.
    pub fn subject(&self) -> Option<&Conversation> {
        match (&self.thread, self.focus) {
            (Some(thread), Focus::Thread | Focus::Composer) => Some(&thread.conversation),
            _ => self.inbox.selected(),
        }
    }

    /// The open thread, if it is this one.
    pub(super) fn open_thread(&mut self, id: &ConversationId) -> Option<&mut Thread> {
        self.thread
            .as_mut()
            .filter(|thread| thread.conversation.id == *id)
    }

    /// What a reply to the open thread goes out as now.
    pub fn send_as(&self, thread: &Thread) -> Result<SendAs, WindowClosed> {
        let now = self.server_now();
        let chosen = thread
            .conversation
            .window(now)
            .choose(now, self.settings.reply_as)?;
        Ok(thread.composer.send_as.unwrap_or(chosen))
    }

    /// Who holds a thread, in one or two words.
    pub fn owner_words(&self, owner: &ThreadOwner) -> String {
        match owner {
            ThreadOwner::Us => "us".into(),
            ThreadOwner::App(app) => self.apps.name(app),
            ThreadOwner::Other => "another app".into(),
            ThreadOwner::NotUs => "another app or nobody".into(),
            ThreadOwner::Idle => "nobody".into(),
            ThreadOwner::Unknown => "unknown".into(),
        }
    }

    /// An id for a reply: 128 bits of the seeded source.
    pub(super) fn new_id(&mut self) -> LocalId {
        let (high, low) = (self.random.next(), self.random.next());
        LocalId::new(format!("{high:016x}{low:016x}"))
    }

    /// Short news that holds somebody's name or words, which the privacy curtain
    /// hides also when that person is no longer on the screen.
    pub fn toast_about(&mut self, kind: ToastKind, private: &str, text: impl Into<String>) {
        let mut toast = Toast::new(kind, text.into(), self.now);
        toast.private = Some(private.to_owned()).filter(|words| !words.is_empty());
        toast::push(&mut self.toasts, toast);
    }

    /// Short news at the bottom of the screen.
    pub fn toast(&mut self, kind: ToastKind, text: impl Into<String>) {
        toast::push(&mut self.toasts, Toast::new(kind, text.into(), self.now));
    }
}
