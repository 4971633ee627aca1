//! The state machine of the desk: [`Model`], [`Msg`], [`Effect`], [`update`].
//!
//! ```text
//!   Msg ─► update ─┬─► Model ─► (ui draws it)
//!                  └─► Effects ─► (runtime does them) ─► Msg
//! ```
//!
//! It decides and never waits: time arrives with each message, ids come from a
//! seeded source in the model, answers carry their question and stale ones are
//! dropped. Same seed and same messages, same model. It must not know tokio,
//! HTTP, SQL or the clock, and it paints nothing; its two guests from the
//! terminal library are the text area (`composer`) and `Rect` (`layout`).

pub mod action;
pub mod composer;
pub mod dialog;
mod effect;
mod inbox;
pub mod keymap;
pub mod layout;
pub mod lines;
mod msg;
mod thread;
mod toast;

use std::collections::VecDeque;

use jiff::tz::TimeZone;

use action::{Action, Context};
use dialog::{Choice, Choose, Commands, Dialog, Help, Jump, Page, PageKind, Prompt, PromptKind};
pub use effect::Effect;
pub use inbox::{Inbox, WINDOW as INBOX_WINDOW};
use keymap::{Key, Keymap, Meaning};
pub use msg::{Loaded, Msg};
pub use thread::{Anchor, Thread, Viewport, WINDOW as THREAD_WINDOW};
pub use toast::{Toast, ToastKind};

use crate::domain::{
    Act, Apps, Ask, Change, Conversation, ConversationId, HandBack, Item, Link, LocalId, Note,
    Outcome, PAGE_INBOX_APPS, Platform, Random, ReplyAs, Routing, SendAs, Span, ThreadOwner,
    Timestamp, View, WindowClosed,
};

/// Unsent text goes to the disk this long after the first key that changed it.
const SAVE_AFTER: Span = Span::millis(150);
/// "Typing" is shown anew before Meta's 20 seconds are over.
const TYPING_REFRESH: Span = Span::seconds(15);
/// Without a key for this long, the agent pauses (our choice).
const TYPING_PAUSE: Span = Span::seconds(10);
/// Without a key for this long, nobody works at the desk (our choice).
const IDLE_AFTER: Span = Span::minutes(3);
/// A half-typed sequence shows what may follow after this long.
const PREFIX_HELP: Span = Span::millis(400);
/// How long one *extend* keeps control; Meta allows up to 7 days.
const EXTENSION: Span = Span::hours(24);

/// What the desk is told at the start.
#[derive(Clone, Debug)]
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
    /// Which pane has the keys.
    pub focus: Focus,
    /// What lies over the desk, topmost last.
    pub dialogs: Vec<Dialog>,
    /// Short news, newest last.
    pub toasts: VecDeque<Toast>,
    /// How the link stands.
    pub link: Link,
    /// Share of the rate limit that is used, in percent.
    pub usage: Option<u8>,
    /// The terminal has the focus.
    pub attended: bool,
    /// The start of a key sequence.
    pub pending: Vec<Key>,
    pending_since: Timestamp,
    last_input: Timestamp,
    active: bool,
    cancel_at: Option<Timestamp>,
    minute: i64,
    random: Random,
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
            focus: Focus::List,
            dialogs: Vec::new(),
            toasts: VecDeque::new(),
            link: Link::Connecting,
            usage: None,
            attended: true,
            pending: Vec::new(),
            pending_since: now,
            last_input: now,
            active: true,
            cancel_at: None,
            minute: now.as_millis() / 60_000,
        }
    }

    /// What to ask the cache for before the first frame.
    pub fn start(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::LoadPage];
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

    /// Short news at the bottom of the screen.
    pub fn toast(&mut self, kind: ToastKind, text: impl Into<String>) {
        toast::push(&mut self.toasts, Toast::new(kind, text.into(), self.now));
    }
}

/// Takes one message in; what has to be done outside comes back.
pub fn update(model: &mut Model, at: Timestamp, msg: Msg) -> Vec<Effect> {
    model.now = at;
    let mut effects = match msg {
        Msg::Key(key) => {
            let mut effects = awake(model);
            effects.extend(key_pressed(model, key));
            effects
        }
        Msg::Paste(text) => {
            let mut effects = awake(model);
            effects.extend(pasted(model, &text));
            effects
        }
        Msg::Resize(width, height) => {
            model.size = (width, height);
            Vec::new()
        }
        Msg::Focus(attended) => {
            model.attended = attended;
            if attended {
                Vec::new()
            } else {
                stop_typing(model)
            }
        }
        Msg::Changed(changes) => changes
            .into_iter()
            .flat_map(|change| changed(model, change))
            .collect(),
        Msg::Missed => {
            let mut effects: Vec<Effect> = model.inbox.reload().into_iter().collect();
            effects.push(Effect::LoadPage);
            effects.extend(reload_thread(model));
            effects
        }
        Msg::Loaded(loaded) => take_in(model, loaded),
        Msg::Failed(why) => {
            model.toast(ToastKind::Bad, why);
            Vec::new()
        }
        Msg::Wake => Vec::new(),
        Msg::Terminate => leave(model),
    };
    effects.extend(by_itself(model));
    let rows = list_rows(model);
    model.inbox.scroll_to_cursor(rows);
    effects
}

/// When the screen must change by itself, or something is due.
pub fn wake_at(model: &Model) -> Option<Timestamp> {
    let mut due = vec![Timestamp::from_millis(
        (model.now.as_millis() / 60_000 + 1) * 60_000,
    )];
    due.extend(model.toasts.iter().map(|toast| toast.until));
    if !model.pending.is_empty() && model.now < model.pending_since.plus(PREFIX_HELP) {
        due.push(model.pending_since.plus(PREFIX_HELP));
    }
    if model.active {
        due.push(model.last_input.plus(IDLE_AFTER));
    }
    if let Some(thread) = &model.thread {
        due.extend(
            thread
                .composer
                .unsaved_since
                .map(|since| since.plus(SAVE_AFTER)),
        );
        if let Some(shown) = thread.composer.typing {
            due.push(shown.plus(TYPING_REFRESH));
            due.push(thread.composer.last_key.plus(TYPING_PAUSE));
        }
    }
    due.into_iter().min()
}

/// Whether the half-typed sequence should show what may follow.
pub fn shows_continuations(model: &Model) -> bool {
    !model.pending.is_empty() && model.now >= model.pending_since.plus(PREFIX_HELP)
}

/// What the passing of time brings: toasts go, drafts are saved, "typing" is
/// refreshed or stopped, the minute turns.
fn by_itself(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let mut effects = Vec::new();
    model.toasts.retain(|toast| toast.until > now);
    if model.active && now >= model.last_input.plus(IDLE_AFTER) {
        model.active = false;
        effects.push(Effect::Pace { active: false });
    }
    let minute = now.as_millis() / 60_000;
    if minute != model.minute {
        model.minute = minute;
        // Deadlines moved, so the order and the views may have.
        effects.extend(model.inbox.reload());
    }
    let Some(thread) = &mut model.thread else {
        return effects;
    };
    if thread
        .composer
        .unsaved_since
        .is_some_and(|since| now >= since.plus(SAVE_AFTER))
    {
        effects.push(save_draft(thread));
    }
    if let Some(shown) = thread.composer.typing {
        if now >= thread.composer.last_key.plus(TYPING_PAUSE) {
            thread.composer.typing = None;
            effects.push(ask(&thread.conversation, Ask::Typing(false)));
        } else if now >= shown.plus(TYPING_REFRESH) {
            thread.composer.typing = Some(now);
            effects.push(ask(&thread.conversation, Ask::Typing(true)));
        }
    }
    effects
}

fn awake(model: &mut Model) -> Vec<Effect> {
    model.last_input = model.now;
    if model.active {
        return Vec::new();
    }
    model.active = true;
    vec![Effect::Pace { active: true }]
}

fn ask(conversation: &Conversation, ask: Ask) -> Effect {
    Effect::Ask {
        conversation: conversation.id.clone(),
        psid: conversation.psid.clone(),
        ask,
    }
}

fn save_draft(thread: &mut Thread) -> Effect {
    thread.composer.unsaved_since = None;
    Effect::SaveDraft {
        conversation: thread.conversation.id.clone(),
        psid: thread.conversation.psid.clone(),
        text: thread.composer.text(),
        cursor: thread.composer.cursor(),
    }
}

fn key_pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    if layout::too_small(model.size) && key != Key::ctrl('c') {
        return Vec::new();
    }
    if !model.dialogs.is_empty() {
        return dialog::key(model, key);
    }
    let context = if model.focus == Focus::Composer {
        Context::Composer
    } else {
        Context::Desk
    };
    model.pending.push(key);
    let meaning = model.settings.keymap.meaning(context, &model.pending);
    let sequence_broken = model.pending.len() > 1 && meaning == Meaning::Nothing;
    match meaning {
        Meaning::Prefix => {
            model.pending_since = model.now;
            return Vec::new();
        }
        Meaning::Action(action) => {
            model.pending.clear();
            return run(model, action);
        }
        Meaning::Nothing => model.pending.clear(),
    }
    if sequence_broken {
        // The key that broke a sequence still counts by itself.
        return key_pressed(model, key);
    }
    if context == Context::Composer {
        return compose(model, |composer| composer.key(key));
    }
    if key.text().is_some() {
        let help = model.settings.keymap.key_of(Action::Help);
        model.toast(
            ToastKind::Info,
            format!("{key} means nothing here; {help} shows the keys"),
        );
    }
    Vec::new()
}

fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    if !model.dialogs.is_empty() {
        return dialog::paste(model, text);
    }
    if model.focus == Focus::Composer {
        return compose(model, |composer| composer.insert(text));
    }
    model.toast(
        ToastKind::Info,
        "Pasted text goes into the composer only; r opens it",
    );
    Vec::new()
}

/// Lets `edit` change the text, and does what a changed text brings.
fn compose(model: &mut Model, edit: impl FnOnce(&mut composer::Composer) -> bool) -> Vec<Effect> {
    let (now, attended) = (model.now, model.attended);
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    let composer = &mut thread.composer;
    if !edit(composer) {
        return Vec::new();
    }
    composer.last_key = now;
    composer.saved = false;
    composer.unsaved_since.get_or_insert(now);
    if composer.typing.is_none() && attended && !composer.is_empty() && !model.settings.read_only {
        composer.typing = Some(now);
        return vec![ask(&thread.conversation, Ask::Typing(true))];
    }
    Vec::new()
}

fn stop_typing(model: &mut Model) -> Vec<Effect> {
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    match thread.composer.typing.take() {
        Some(_) => vec![ask(&thread.conversation, Ask::Typing(false))],
        None => Vec::new(),
    }
}

/// Why an action cannot be done now, and what to do about it.
pub fn why_not(model: &Model, action: Action) -> Option<String> {
    use Action as A;
    let needs_subject = matches!(
        action,
        A::Reply
            | A::Take
            | A::HandBack
            | A::PassTo
            | A::Request
            | A::Extend
            | A::Release
            | A::MarkSeen
            | A::RawJson
            | A::Profile
            | A::Ownership
            | A::MessageType
            | A::Open
    );
    if !needs_subject {
        return None;
    }
    let Some(subject) = model.subject() else {
        return Some("No conversation is selected.".into());
    };
    let writes = !matches!(action, A::RawJson | A::Profile | A::Ownership | A::Open);
    if writes && model.settings.read_only {
        return Some("This desk is read-only, so nothing is sent.".into());
    }
    let routed = model.routing(subject.platform) != Routing::ZeroConfig;
    let ours = subject.owner == ThreadOwner::Us;
    let elsewhere = matches!(
        subject.owner,
        ThreadOwner::App(_) | ThreadOwner::Other | ThreadOwner::NotUs
    );
    let take = model.settings.keymap.key_of(A::Take);
    let holder = model.owner_words(&subject.owner);
    match action {
        A::Reply => subject
            .window(model.server_now())
            .choose(model.server_now(), ReplyAs::Auto)
            .err()
            .map(closed_words),
        A::Take if !routed => Some(format!(
            "No default app is set for this Page, so Meta refuses take; everyone may reply, and {} asks the bot.",
            model.settings.keymap.key_of(A::Request)
        )),
        A::Take if ours => Some("We hold this thread already.".into()),
        A::HandBack | A::PassTo | A::Release | A::Extend if elsewhere && routed => Some(format!(
            "This thread is held by {holder}; {take} takes it first."
        )),
        A::Release | A::Extend if !ours => Some("We do not hold this thread.".into()),
        A::Request if routed => Some(format!(
            "Requests work only where no default app is set; {take} takes control."
        )),
        A::Request if ours => Some("We hold this thread already.".into()),
        _ => None,
    }
}

/// Why the composer is closed.
pub fn closed_words(_: WindowClosed) -> String {
    "Closed: Meta takes nothing later than 7 days after the customer's last message. It opens when they write again.".into()
}

/// Does an action, or says why not.
fn run(model: &mut Model, action: Action) -> Vec<Effect> {
    use Action as A;
    if action != A::Cancel {
        model.cancel_at = None;
    }
    if let Some(why) = why_not(model, action) {
        model.toast(ToastKind::Warn, why);
        return Vec::new();
    }
    match action {
        A::Down => step(model, 1),
        A::Up => step(model, -1),
        A::Top => to_edge(model, false),
        A::Bottom => to_edge(model, true),
        A::HalfDown => page(model, 1, 2),
        A::HalfUp => page(model, -1, 2),
        A::PageDown => page(model, 1, 1),
        A::PageUp => page(model, -1, 1),
        A::PaneLeft => to_pane(model, Focus::List),
        A::PaneRight => to_pane(model, Focus::Thread),
        A::NextPane => to_pane(
            model,
            if model.focus == Focus::List {
                Focus::Thread
            } else {
                Focus::List
            },
        ),
        A::Open => match model.inbox.selected().map(|c| c.id.clone()) {
            Some(id) if model.focus == Focus::List => open(model, id),
            _ => Vec::new(),
        },
        A::Back => back(model),
        A::ReadOn => read_on(model),
        A::NextWaiting => next_waiting(model, false),
        A::PreviousWaiting => next_waiting(model, true),
        A::ViewNeedsMe => show(model, View::NeedsMe),
        A::ViewMine => show(model, View::Mine),
        A::ViewBot => show(model, View::Bot),
        A::ViewClosing => show(model, View::Closing),
        A::ViewAll => show(model, View::All),
        A::Jump | A::ComposerJump => {
            model.dialogs.push(Dialog::Jump(Jump::default()));
            vec![Effect::Find(String::new())]
        }
        A::Filter => prompt(model),
        A::FindNext => {
            find_in_thread(model, true);
            Vec::new()
        }
        A::FindPrevious => {
            find_in_thread(model, false);
            Vec::new()
        }
        A::LastThread => match model.last.clone() {
            Some(id) => open(model, id),
            None => {
                model.toast(ToastKind::Info, "No other conversation was open yet.");
                Vec::new()
            }
        },
        A::Profile => read(model, PageKind::Profile),
        A::Ownership => read(model, PageKind::Ownership),
        A::RawJson => {
            let Some(id) = model.subject().map(|c| c.id.clone()) else {
                return Vec::new();
            };
            read(model, PageKind::Raw(id.clone(), None));
            vec![Effect::LoadRaw(id)]
        }
        A::Reply => reply(model),
        A::Take => about_subject(model, Ask::Take),
        A::Request => about_subject(model, Ask::Request),
        A::Extend => about_subject(model, Ask::Extend(EXTENSION)),
        A::Release => about_subject(model, Ask::Release),
        A::MarkSeen => mark_seen(model),
        A::HandBack => {
            let bot = model.apps.bot_name();
            model
                .dialogs
                .push(Dialog::Choose(Choose::outcome(&bot, false)));
            Vec::new()
        }
        A::PassTo => pass_to(model),
        A::MessageType | A::ComposerMessageType => {
            change_type(model);
            Vec::new()
        }
        A::Refresh => {
            model.toast(ToastKind::Info, "Asking Meta for news.");
            vec![Effect::Refresh]
        }
        A::Redraw | A::ComposerRedraw => vec![Effect::Redraw],
        A::Suspend | A::ComposerSuspend => vec![Effect::Suspend],
        A::Cancel => cancel(model),
        A::Commands => {
            model.dialogs.push(Dialog::Commands(Commands::default()));
            Vec::new()
        }
        A::Help | A::ComposerHelp => {
            model.dialogs.push(Dialog::Help(Help::default()));
            Vec::new()
        }
        A::Send => send(model, None),
        A::NewLine => compose(model, |composer| composer.insert("\n")),
        A::SendHandBack => send_hand_back(model),
        A::LeaveComposer | A::ComposerCancel => leave_composer(model),
    }
}

/// How many rows of the list fit on the screen.
fn list_rows(model: &Model) -> u32 {
    let layout = layout::layout(model);
    let height = layout::list_body(&layout).height;
    u32::from((height / layout::row_height(&layout)).max(1))
}

/// Width and height of the text of the thread.
pub fn thread_room(model: &Model) -> (u16, usize) {
    let area = layout::layout(model)
        .thread
        .map(layout::inside)
        .unwrap_or_default();
    (area.width, usize::from(area.height))
}

fn scroll_thread(model: &mut Model, by: isize) -> Vec<Effect> {
    let (width, height) = thread_room(model);
    let (now, zone, apps) = (model.now, &model.settings.zone, &model.apps);
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    let look = lines::Look {
        width,
        zone,
        now,
        apps,
        seen_through: thread.seen_through,
    };
    thread.scroll(by, &look, height);
    if by < 0 && thread.viewport(&look, height).at_top {
        more_history(thread)
    } else {
        Vec::new()
    }
}

/// At the top: more from the cache, or from Meta.
fn more_history(thread: &mut Thread) -> Vec<Effect> {
    if thread.loading_older {
        return Vec::new();
    }
    if thread.older_cached {
        thread.loading_older = true;
        thread.limit += THREAD_WINDOW;
        return vec![Effect::LoadThread {
            id: thread.conversation.id.clone(),
            limit: thread.limit,
        }];
    }
    if thread.older_remote {
        thread.loading_older = true;
        return vec![Effect::Older(thread.conversation.id.clone())];
    }
    Vec::new()
}

fn step(model: &mut Model, by: i32) -> Vec<Effect> {
    if model.focus == Focus::List {
        let place = model.inbox.cursor.saturating_add_signed(by);
        return model.inbox.go(place).into_iter().collect();
    }
    scroll_thread(model, isize::try_from(by).unwrap_or(0))
}

fn page(model: &mut Model, direction: i32, part: i32) -> Vec<Effect> {
    if model.focus == Focus::List {
        let rows = i32::try_from(list_rows(model)).unwrap_or(1);
        return step(model, direction * (rows / part).max(1));
    }
    let height = i32::try_from(thread_room(model).1).unwrap_or(1);
    // One line stays, so the eye finds its place.
    step(model, direction * (height / part - 1).max(1))
}

fn to_edge(model: &mut Model, end: bool) -> Vec<Effect> {
    if model.focus == Focus::List {
        let place = if end { u32::MAX } else { 0 };
        return model.inbox.go(place).into_iter().collect();
    }
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    if end {
        thread.anchor = Anchor::Bottom;
        return Vec::new();
    }
    thread.anchor_at(0, 0);
    more_history(thread)
}

fn to_pane(model: &mut Model, focus: Focus) -> Vec<Effect> {
    match (focus, model.thread.is_some()) {
        (Focus::Thread | Focus::Composer, false) => {
            match model.inbox.selected().map(|c| c.id.clone()) {
                Some(id) => return open(model, id),
                None => return Vec::new(),
            }
        }
        (focus, _) => model.focus = focus,
    }
    Vec::new()
}

fn show(model: &mut Model, view: View) -> Vec<Effect> {
    let filter = model.inbox.filter.clone();
    model.focus = Focus::List;
    model.inbox.show(view, filter).into_iter().collect()
}

fn prompt(model: &mut Model) -> Vec<Effect> {
    let (kind, text) = match (&model.thread, model.focus) {
        (Some(thread), Focus::Thread) => (PromptKind::Find, thread.find.clone()),
        _ => (PromptKind::Filter, model.inbox.filter.clone()),
    };
    model.dialogs.push(Dialog::Prompt(Prompt {
        kind,
        input: dialog::Input::with(&text),
    }));
    Vec::new()
}

fn read(model: &mut Model, kind: PageKind) -> Vec<Effect> {
    model.dialogs.push(Dialog::Page(Page::new(kind)));
    Vec::new()
}

fn find_in_thread(model: &mut Model, forward: bool) {
    let Some(thread) = &mut model.thread else {
        return;
    };
    let from = match &thread.anchor {
        Anchor::Top { at, .. } => *at,
        Anchor::Bottom => thread.items.len(),
    };
    match thread.found(from, forward) {
        Some(at) => thread.anchor_at(at, 0),
        None if thread.find.is_empty() => {
            model.toast(ToastKind::Info, "Press / to say what to find.")
        }
        None => {
            let words = thread.find.clone();
            model.toast(
                ToastKind::Info,
                format!("{words:?} is not in what is loaded of this thread."),
            );
        }
    }
}

/// Opens a conversation. What was being written stays with its person.
fn open(model: &mut Model, id: ConversationId) -> Vec<Effect> {
    if model
        .thread
        .as_ref()
        .is_some_and(|thread| thread.conversation.id == id)
    {
        model.focus = Focus::Thread;
        return Vec::new();
    }
    let mut effects = close_thread(model);
    model.inbox.select(&id);
    model.focus = Focus::Thread;
    if let Some(row) = model.inbox.selected().filter(|row| row.id == id) {
        model.thread = Some(Thread::new(row.clone()));
    } else {
        // Not among the rows at hand: its row comes with the thread.
        model.thread = Some(Thread::new(unknown_conversation(&id, model.now)));
    }
    effects.push(Effect::LoadThread {
        id: id.clone(),
        limit: THREAD_WINDOW,
    });
    effects.push(Effect::Open(id));
    effects
}

fn unknown_conversation(id: &ConversationId, now: Timestamp) -> Conversation {
    Conversation {
        id: id.clone(),
        psid: crate::domain::Psid::new(""),
        platform: Platform::Messenger,
        name: Some("…".into()),
        snippet: String::new(),
        updated_at: now,
        unread: 0,
        customer_at: None,
        page_at: None,
        agent_at: None,
        owner: ThreadOwner::Unknown,
        owner_since: None,
        control_until: None,
        can_reply: None,
        draft: false,
        unsettled: false,
    }
}

/// Leaves the open thread: its draft is saved, typing stops.
fn close_thread(model: &mut Model) -> Vec<Effect> {
    let mut effects = stop_typing(model);
    if let Some(mut thread) = model.thread.take() {
        if thread.composer.unsaved_since.is_some() {
            effects.push(save_draft(&mut thread));
        }
        model.last = Some(thread.conversation.id);
    }
    effects
}

fn back(model: &mut Model) -> Vec<Effect> {
    if model.focus == Focus::List {
        if !model.inbox.filter.is_empty() {
            return model
                .inbox
                .show(model.inbox.view, String::new())
                .into_iter()
                .collect();
        }
        let held = model.inbox.counts.by_view[View::Mine.index()];
        model.dialogs.push(Dialog::Choose(Choose::quit(held)));
        return Vec::new();
    }
    let mut effects = close_thread(model);
    model.focus = Focus::List;
    effects.push(Effect::Close);
    effects
}

fn cancel(model: &mut Model) -> Vec<Effect> {
    if model.focus != Focus::List {
        return back(model);
    }
    let again = model
        .cancel_at
        .is_some_and(|at| model.now.since(at) <= Span::seconds(2));
    if again {
        return leave(model);
    }
    model.cancel_at = Some(model.now);
    model.toast(ToastKind::Info, "Press ^C again to quit.");
    Vec::new()
}

/// Saves what is unsaved and ends.
fn leave(model: &mut Model) -> Vec<Effect> {
    let mut effects = close_thread(model);
    effects.push(Effect::Quit);
    effects
}

fn read_on(model: &mut Model) -> Vec<Effect> {
    if model.focus == Focus::List {
        return page(model, 1, 1);
    }
    let at_bottom = matches!(
        model.thread.as_ref().map(|t| &t.anchor),
        Some(Anchor::Bottom)
    );
    if at_bottom {
        next_waiting(model, false)
    } else {
        page(model, 1, 1)
    }
}

fn next_waiting(model: &mut Model, back: bool) -> Vec<Effect> {
    let from = model.subject().map(|c| c.id.clone());
    vec![Effect::LoadNext { from, back }]
}

/// Does something to the subject, and says so where one looks.
fn about_subject(model: &mut Model, what: Ask) -> Vec<Effect> {
    if let Some(thread) = &mut model.thread {
        thread.notice = None;
    }
    model
        .subject()
        .map(|subject| ask(subject, what))
        .into_iter()
        .collect()
}

fn mark_seen(model: &mut Model) -> Vec<Effect> {
    if !model.attended {
        return Vec::new();
    }
    let now = model.server_now();
    let effects = about_subject(model, Ask::MarkSeen);
    if let Some(thread) = &mut model.thread {
        thread.marked_seen = Some(now);
    }
    effects
}

/// Take if needed, mark seen, show typing, write.
fn reply(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.subject().map(|c| c.id.clone()) else {
        return Vec::new();
    };
    let mut effects = open(model, id);
    model.focus = Focus::Composer;
    let (now, server_now, attended) = (model.now, model.server_now(), model.attended);
    let routed = model
        .thread
        .as_ref()
        .is_some_and(|t| model.routing(t.conversation.platform) == Routing::Enabled);
    let Some(thread) = &mut model.thread else {
        return effects;
    };
    thread.notice = None;
    let held_by_others = matches!(
        thread.conversation.owner,
        ThreadOwner::App(_) | ThreadOwner::Other | ThreadOwner::NotUs | ThreadOwner::Idle
    );
    if routed && held_by_others {
        effects.push(ask(&thread.conversation, Ask::Take));
    }
    if attended {
        let news = thread.marked_seen.is_none_or(|at| {
            thread
                .conversation
                .customer_at
                .is_some_and(|wrote| wrote > at)
        });
        if news {
            thread.marked_seen = Some(server_now);
            effects.push(ask(&thread.conversation, Ask::MarkSeen));
        }
        if thread.composer.typing.is_none() {
            thread.composer.typing = Some(now);
            effects.push(ask(&thread.conversation, Ask::Typing(true)));
        }
        thread.composer.last_key = now;
    }
    effects
}

fn leave_composer(model: &mut Model) -> Vec<Effect> {
    let effects = stop_typing(model);
    model.focus = Focus::Thread;
    effects
}

fn change_type(model: &mut Model) {
    let chosen = model.thread.as_ref().map(|thread| model.send_as(thread));
    let (Some(thread), Some(chosen)) = (&mut model.thread, chosen) else {
        model.toast(ToastKind::Info, "Open a conversation first.");
        return;
    };
    match chosen {
        Ok(now) => {
            let other = if now == SendAs::Response {
                SendAs::HumanAgent
            } else {
                SendAs::Response
            };
            thread.composer.send_as = Some(other);
            model.toast(
                ToastKind::Info,
                format!("This reply goes out as {}.", other.word()),
            );
        }
        Err(closed) => model.toast(ToastKind::Warn, closed_words(closed)),
    }
}

fn pass_to(model: &mut Model) -> Vec<Effect> {
    let Some(platform) = model.subject().map(|c| c.platform) else {
        return Vec::new();
    };
    let inbox = match platform {
        Platform::Messenger => PAGE_INBOX_APPS[0],
        Platform::Instagram => PAGE_INBOX_APPS[1],
    };
    let mut targets: Vec<_> = model
        .apps
        .names
        .iter()
        .filter(|(id, _)| model.apps.ours.as_ref() != Some(id))
        .map(|(id, _)| (id.clone(), model.apps.name(id)))
        .collect();
    if let Some(bot) = model
        .apps
        .bot
        .clone()
        .filter(|bot| !targets.iter().any(|(id, _)| id == bot))
    {
        let name = model.apps.name(&bot);
        targets.push((bot, name));
    }
    if !targets
        .iter()
        .any(|(id, _)| PAGE_INBOX_APPS.contains(&id.as_str()))
    {
        targets.push((crate::domain::AppId::new(inbox), "Page Inbox".into()));
    }
    model.dialogs.push(Dialog::Choose(Choose::app(targets)));
    Vec::new()
}

/// What a line of a short list does.
fn chosen(model: &mut Model, choice: Choice) -> Vec<Effect> {
    match choice {
        Choice::HandBack(outcome) => hand_back(model, outcome, None),
        Choice::PassTo(app) => hand_back(model, Outcome::Other, Some(app)),
        Choice::SendHandBack(outcome) => {
            let hand_back = model
                .thread
                .as_ref()
                .map(|t| hand_back_of(model, t, outcome));
            send(model, hand_back)
        }
        Choice::Quit => leave(model),
        Choice::Stay => Vec::new(),
    }
}

fn hand_back(model: &mut Model, outcome: Outcome, to: Option<crate::domain::AppId>) -> Vec<Effect> {
    let Some(subject) = model.subject().cloned() else {
        return Vec::new();
    };
    let blank = Thread::new(subject.clone());
    let open = model
        .thread
        .as_ref()
        .filter(|thread| thread.conversation.id == subject.id);
    let mut back = hand_back_of(model, open.unwrap_or(&blank), outcome);
    if to.is_some() {
        back.to = to;
    }
    let mut effects = stop_typing(model);
    if let Some(thread) = model
        .thread
        .as_mut()
        .filter(|thread| thread.conversation.id == subject.id)
    {
        thread.notice = None;
        thread.advance_after_pass = true;
    }
    effects.push(ask(&subject, Ask::Pass(back)));
    effects
}

fn hand_back_of(model: &Model, thread: &Thread, outcome: Outcome) -> HandBack {
    let last = thread.items.iter().rev().find_map(|item| match item {
        Item::Message(m) if m.author == crate::domain::Author::Customer => {
            Some((m.mid.clone(), m.at))
        }
        _ => None,
    });
    HandBack {
        to: model.apps.bot.clone(),
        note: Note {
            outcome,
            summary: String::new(),
            agent: model.settings.agent.clone(),
            answered_through: last,
        },
    }
}

fn send_hand_back(model: &mut Model) -> Vec<Effect> {
    let bot = model.apps.bot_name();
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let with_text = !thread.composer.text().trim().is_empty();
    if let (true, Some(why)) = (with_text, why_not_send(model, thread)) {
        model.toast(ToastKind::Warn, why);
        return Vec::new();
    }
    model
        .dialogs
        .push(Dialog::Choose(Choose::outcome(&bot, with_text)));
    Vec::new()
}

/// Why the text in the composer cannot go out as it is.
fn why_not_send(model: &Model, thread: &Thread) -> Option<String> {
    if model.settings.read_only {
        return Some("This desk is read-only, so nothing is sent.".into());
    }
    let (length, limit) = thread.composer.length(thread.conversation.platform);
    if length > limit {
        let unit = if thread.conversation.platform == Platform::Instagram {
            "bytes"
        } else {
            "characters"
        };
        return Some(format!(
            "Too long: {length} {unit}, and Meta takes {limit}. Shorten it or send it in parts."
        ));
    }
    model.send_as(thread).err().map(closed_words)
}

fn send(model: &mut Model, hand_back: Option<HandBack>) -> Vec<Effect> {
    let local = LocalId::new(format!(
        "{:016x}{:016x}",
        model.random.next(),
        model.random.next()
    ));
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let text = thread.composer.text().trim().to_owned();
    if text.is_empty() {
        model.toast(ToastKind::Info, "Nothing to send yet.");
        return Vec::new();
    }
    if let Some(why) = why_not_send(model, thread) {
        model.toast(ToastKind::Warn, why);
        return Vec::new();
    }
    let Ok(send_as) = model.send_as(thread) else {
        return Vec::new();
    };
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    thread.notice = None;
    thread.anchor = Anchor::Bottom;
    // Meta takes the typing bubble away by itself when a message arrives.
    thread.composer.clear();
    thread.composer.awaiting = Some(local.clone());
    if hand_back.is_some() {
        thread.advance_after = Some(local.clone());
        model.focus = Focus::Thread;
    }
    let what = Ask::Send {
        local,
        text,
        send_as,
        hand_back,
    };
    vec![ask(&thread.conversation, what)]
}

fn reload_thread(model: &Model) -> Option<Effect> {
    let thread = model.thread.as_ref()?;
    Some(Effect::LoadThread {
        id: thread.conversation.id.clone(),
        limit: thread.limit,
    })
}

/// The cache holds something new.
fn changed(model: &mut Model, change: Change) -> Vec<Effect> {
    let is_open = |model: &Model, id: &ConversationId| {
        model
            .thread
            .as_ref()
            .is_some_and(|thread| thread.conversation.id == *id)
    };
    match change {
        Change::Inbox => model.inbox.reload().into_iter().collect(),
        Change::Thread(id) if is_open(model, &id) => reload_thread(model).into_iter().collect(),
        Change::Thread(_) => Vec::new(),
        Change::Page => vec![Effect::LoadPage],
        Change::Apps(apps) => {
            model.apps = apps;
            Vec::new()
        }
        Change::DraftSaved(id) => {
            if let Some(thread) = model
                .thread
                .as_mut()
                .filter(|thread| thread.conversation.id == id)
            {
                thread.composer.saved = thread.composer.unsaved_since.is_none();
            }
            Vec::new()
        }
        Change::Sent {
            conversation,
            local,
        } => sent(model, &conversation, &local),
        Change::Done { conversation, act } => done(model, &conversation, act),
        Change::Failed {
            conversation,
            act,
            why,
        } => {
            failed(model, &conversation, act, why);
            Vec::new()
        }
        Change::Link(link) => {
            if link != model.link
                && let Link::TokenRefused(why) | Link::Broken(why) = &link
            {
                model.toast(ToastKind::Bad, why.clone());
            }
            model.link = link;
            Vec::new()
        }
        Change::Usage(percent) => {
            model.usage = Some(percent);
            Vec::new()
        }
        Change::Skew(ms) => {
            model.skew = Span::millis(ms);
            Vec::new()
        }
    }
}

fn sent(model: &mut Model, id: &ConversationId, local: &LocalId) -> Vec<Effect> {
    let bot = model.apps.bot_name();
    let Some(thread) = model
        .thread
        .as_mut()
        .filter(|thread| thread.conversation.id == *id)
    else {
        return Vec::new();
    };
    if thread.composer.awaiting.as_ref() == Some(local) {
        thread.composer.awaiting = None;
    }
    if thread.advance_after.as_ref() != Some(local) {
        return Vec::new();
    }
    thread.advance_after = None;
    let name = thread.conversation.display_name();
    model.toast(
        ToastKind::Good,
        format!("Sent, and {name} is back with {bot}."),
    );
    next_waiting(model, false)
}

fn done(model: &mut Model, id: &ConversationId, act: Act) -> Vec<Effect> {
    let Some(thread) = model
        .thread
        .as_mut()
        .filter(|thread| thread.conversation.id == *id)
    else {
        return Vec::new();
    };
    match act {
        Act::Older => {
            thread.loading_older = false;
            thread.limit += THREAD_WINDOW;
            reload_thread(model).into_iter().collect()
        }
        Act::Pass if thread.advance_after_pass => {
            thread.advance_after_pass = false;
            let name = thread.conversation.display_name();
            model.toast(ToastKind::Good, format!("{name} is handed over."));
            next_waiting(model, false)
        }
        Act::Take => {
            model.toast(ToastKind::Good, "You hold this thread now.");
            Vec::new()
        }
        Act::Extend => {
            model.toast(ToastKind::Good, "Control is kept for another 24 hours.");
            Vec::new()
        }
        Act::Release => {
            model.toast(ToastKind::Good, "Nobody holds this thread now.");
            Vec::new()
        }
        Act::Request => {
            model.toast(ToastKind::Good, "The owner has been asked for control.");
            Vec::new()
        }
        Act::MarkSeen | Act::Pass | Act::Typing | Act::Send => Vec::new(),
    }
}

/// A refusal appears on what was refused: a reply's on its bubble, another
/// act's above the composer; for a thread that is not open, as a toast.
fn failed(model: &mut Model, id: &ConversationId, act: Act, why: String) {
    let words = match act {
        Act::Send => why,
        act => format!("Could not {}. {why}", act.words()),
    };
    let Some(thread) = model
        .thread
        .as_mut()
        .filter(|thread| thread.conversation.id == *id)
    else {
        model.toast(ToastKind::Bad, words);
        return;
    };
    thread.loading_older = false;
    thread.advance_after_pass = false;
    match act {
        Act::Send => {
            thread.composer.awaiting = None;
            thread.advance_after = None;
            thread.anchor = Anchor::Bottom;
            return;
        }
        Act::Take => {
            // The customer must not see "typing" of somebody who may not write.
            thread.composer.typing = None;
            thread.marked_seen = None;
        }
        _ => {}
    }
    thread.notice = Some(words);
}

/// The cache answered.
fn take_in(model: &mut Model, loaded: Loaded) -> Vec<Effect> {
    match loaded {
        Loaded::Inbox(ask, page) => model.inbox.take(&ask, page).into_iter().collect(),
        Loaded::Thread(id, page) => match (&mut model.thread, page) {
            (Some(thread), Some(page)) if thread.conversation.id == id => {
                let first = !thread.loaded;
                thread.loading_older = false;
                thread.take(*page);
                if first {
                    vec![Effect::LookedAt(id)]
                } else {
                    Vec::new()
                }
            }
            (Some(thread), None) if thread.conversation.id == id => {
                model.toast(
                    ToastKind::Warn,
                    "This conversation is not in the cache yet.",
                );
                back(model)
            }
            _ => Vec::new(),
        },
        Loaded::Next(Some(id)) => {
            model.inbox.select(&id);
            open(model, id)
        }
        Loaded::Next(None) => {
            model.toast(ToastKind::Info, "Nobody else is waiting.");
            Vec::new()
        }
        Loaded::Found(words, found) => {
            let Some(Dialog::Jump(jump)) = model.dialogs.last_mut() else {
                return Vec::new();
            };
            match jump.take(&words, found) {
                Some(id) => {
                    model.dialogs.pop();
                    open(model, id)
                }
                None => Vec::new(),
            }
        }
        Loaded::Raw(id, json) => {
            if let Some(Dialog::Page(Page {
                kind: PageKind::Raw(asked, text),
                ..
            })) = model.dialogs.last_mut()
                && *asked == id
            {
                *text = Some(json);
            }
            Vec::new()
        }
        Loaded::Page(name, messenger, instagram) => {
            model.page_name = name;
            model.routing = (messenger, instagram);
            Vec::new()
        }
    }
}
