//! What the desk knows, in parts.
//!
//! | file | |
//! |---|---|
//! | `mod` | [`Model`]: all that the screen is made of |
//! | `session` | the moment, the screen, the settings, the Page |
//! | `page_profiles` | what the Page shows before anybody writes |
//! | `history` | undo, repeat, where one comes from |
//! | `settings` | what the desk is told |

pub mod history;
mod page_profiles;
mod session;
pub mod settings;

pub use page_profiles::{PageProfileState, PageProfiles};
pub use session::Session;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use self::{history::History, settings::Settings};
use super::{
    areas::Damage,
    dialog::Dialog,
    effect::{Effect, Query},
    inbox::Inbox,
    input::keymap::Key,
    pictures::Pictures,
    thread::{Selection, Thread},
    toast::{self, Toast, ToastKind},
    tour::Tour,
};
use crate::domain::{
    Content, Conversation, ConversationId, Draft, LocalId, Platform, Psid, Random, Routing, SendAs,
    ThreadOwner, Timestamp, WindowClosed,
};

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
pub(crate) struct UnsavedDraft {
    pub(crate) psid: Psid,
    pub(crate) draft: Draft,
    /// The draft on the disk was known when it was written.
    pub(crate) over: bool,
    /// How many times it is on its way there.
    pub(crate) pending: u32,
    /// The disk did not take it: when to try again.
    pub(crate) again_at: Option<Timestamp>,
}

impl UnsavedDraft {
    /// Nothing yet; what is added goes behind the draft on the disk.
    pub(crate) fn of(psid: Psid) -> Self {
        Self {
            psid,
            draft: Draft::default(),
            over: false,
            pending: 0,
            again_at: None,
        }
    }

    /// A reply joins it, and is saved at `at`.
    pub(crate) fn give_back(&mut self, returned: Draft, at: Timestamp) {
        self.draft.give_back(&[], returned);
        self.again_at = Some(at);
    }
}

/// Keys that wait for what comes after them.
#[derive(Clone, Debug, Default)]
pub struct KeyInput {
    /// The start of a key sequence.
    pub pending: Vec<Key>,
    pub(crate) pending_since: Timestamp,
    /// When *cancel* was pressed where the next one leaves.
    pub(crate) cancel_at: Option<Timestamp>,
}

/// What the mouse has done that still counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct MouseInput {
    /// What it has dragged over.
    pub selection: Option<Selection>,
    /// The line of a dialog that the last click has marked, with how many dialogs
    /// were open.
    pub clicked: Option<(usize, usize)>,
}

/// Whom the desk calls an agent for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calling {
    /// Who needs a person, and nobody has turned to them yet.
    pub(crate) customers: BTreeSet<ConversationId>,
    pub(crate) rang_at: Option<Timestamp>,
    /// When the terminal's bell was last rung, for them or for anything else.
    pub(crate) bell_at: Option<Timestamp>,
    /// The terminal's title.
    pub(crate) title: String,
}

/// All that the screen is made of.
#[derive(Clone, Debug)]
pub struct Model {
    /// What holds for the whole desk.
    pub session: Session,
    /// The list.
    pub inbox: Inbox,
    /// The open thread.
    pub thread: Option<Thread>,
    /// Which pane has the keys.
    pub focus: Focus,
    /// Rows that the next action is for, as they were when they were marked.
    pub marked: BTreeMap<ConversationId, Conversation>,
    /// What lies over the desk, topmost last.
    pub dialogs: Vec<Dialog>,
    /// Short news, newest last.
    pub toasts: VecDeque<Toast>,
    /// Pictures of the open thread.
    pub pictures: Pictures,
    /// How far the tour is, in the demo.
    pub tour: Option<Tour>,
    /// What can be undone and repeated.
    pub history: History,
    /// Keys that wait for what comes after them.
    pub keys: KeyInput,
    /// What the mouse has done.
    pub mouse: MouseInput,
    /// What has to be repainted since the last frame; whoever draws resets it.
    pub damage: Damage,
    pub(crate) calling: Calling,
    /// What was written in threads that were left and is not on the disk yet.
    pub(crate) unsaved: BTreeMap<ConversationId, UnsavedDraft>,
    /// What waits for a copy of its files, for whom.
    pub(crate) copying: BTreeMap<LocalId, (Psid, Content)>,
    random: Random,
}

impl Model {
    /// The theme that is tried on in the command line, or was chosen there.
    pub fn theme(&self) -> Option<&'static str> {
        let tried = match self.dialogs.last() {
            Some(Dialog::Commands(commands)) => commands.tried(),
            _ => None,
        };
        tried.or(self.session.theme)
    }

    /// A desk that knows nothing yet.
    pub fn new(settings: Settings, size: (u16, u16), now: Timestamp) -> Self {
        Self {
            random: Random::seeded(settings.seed),
            tour: settings.tour.then(Tour::default),
            session: Session::new(settings, size, now),
            inbox: Inbox::default(),
            thread: None,
            focus: Focus::List,
            marked: BTreeMap::new(),
            dialogs: Vec::new(),
            toasts: VecDeque::new(),
            pictures: Pictures::default(),
            history: History::default(),
            keys: KeyInput::default(),
            mouse: MouseInput::default(),
            damage: Damage::All,
            calling: Calling::default(),
            unsaved: BTreeMap::new(),
            copying: BTreeMap::new(),
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
        self.session.server_now()
    }

    /// Whether the Page routes on this platform.
    pub fn routing(&self, platform: Platform) -> Routing {
        self.session.routing(platform)
    }

    /// Who holds a thread, in one or two words.
    pub fn owner_words(&self, owner: &ThreadOwner) -> String {
        self.session.owner_words(owner)
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
    pub(crate) fn open_thread(&mut self, id: &ConversationId) -> Option<&mut Thread> {
        self.thread
            .as_mut()
            .filter(|thread| thread.conversation.id == *id)
    }

    /// What an action is about: the marked rows, else the subject.
    pub(crate) fn targets(&self) -> Vec<Conversation> {
        if self.acts_on_marked() {
            return self.marked.values().cloned().collect();
        }
        self.subject().cloned().into_iter().collect()
    }

    /// Whether an action that can is for the marked rows.
    pub(crate) fn acts_on_marked(&self) -> bool {
        !self.marked.is_empty() && self.focus == Focus::List
    }

    /// What a reply to the open thread goes out as now.
    pub fn send_as(&self, thread: &Thread) -> Result<SendAs, WindowClosed> {
        if thread.composer.is_utility() {
            return Ok(SendAs::Utility);
        }
        let now = self.server_now();
        let chosen = thread
            .conversation
            .window(now)
            .choose(now, self.session.settings.reply_as)?;
        Ok(thread.composer.send_as.unwrap_or(chosen))
    }

    /// Control of the open thread is needed to send, and somebody else has it.
    pub(crate) fn needs_control(&self) -> bool {
        let Some(c) = self.thread.as_ref().map(|thread| &thread.conversation) else {
            return false;
        };
        let held_by_others = matches!(
            c.owner,
            ThreadOwner::App(_) | ThreadOwner::Other | ThreadOwner::NotUs | ThreadOwner::Idle
        );
        self.routing(c.platform) == Routing::Enabled
            && (held_by_others || c.control_lapsed(self.server_now()))
    }

    /// An id for a reply: 128 bits of the seeded source.
    pub(crate) fn new_id(&mut self) -> LocalId {
        let (high, low) = (self.random.next(), self.random.next());
        LocalId::new(format!("{high:016x}{low:016x}"))
    }

    /// Short news that holds somebody's name or words, which the privacy curtain
    /// hides also when that person is no longer on the screen.
    pub fn toast_about(&mut self, kind: ToastKind, private: &str, text: impl Into<String>) {
        let mut toast = Toast::new(kind, text.into(), self.session.now);
        toast.private = Some(private.to_owned()).filter(|words| !words.is_empty());
        toast::push(&mut self.toasts, toast);
    }

    /// Short news at the bottom of the screen.
    pub fn toast(&mut self, kind: ToastKind, text: impl Into<String>) {
        let toast = Toast::new(kind, text.into(), self.session.now);
        toast::push(&mut self.toasts, toast);
    }
}
