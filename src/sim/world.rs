//! The state: one Page, its apps, its people and what they said. All times are
//! milliseconds since the epoch. What moves it is in `events`.

use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};

use serde::Deserialize;
use serde_json::Value;

use super::{
    bots::Bot, extras::Extras, faults::Faults, hooks::Hook, plan::Planned, storm::Storm,
    switches::Switches,
};
use crate::clock::Random;

pub(super) const HOUR: i64 = 3_600_000;
pub(super) const DAY: i64 = 24 * HOUR;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Platform {
    #[default]
    Messenger,
    Instagram,
}

impl Platform {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Messenger => "messenger",
            Self::Instagram => "instagram",
        }
    }
}

#[derive(Debug)]
pub(super) struct Page {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) instagram_id: String,
    pub(super) instagram_name: String,
    /// Index into the apps; `None` is the zero-config mode.
    pub(super) default_app: Option<usize>,
    pub(super) instagram_default_app: Option<usize>,
    /// The retired Handover Protocol: the default app is the primary receiver.
    pub(super) handover: bool,
}

/// A second Page, whose tokens know none of our people (R9).
#[derive(Debug)]
pub(super) struct OtherPage {
    pub(super) id: String,
    pub(super) name: String,
}

/// A saved attachment.
#[derive(Debug)]
pub(super) struct Saved {
    pub(super) made: i64,
    /// `image`, `video` …
    pub(super) kind: String,
}

/// A comment under a post, which may be answered privately once (R12).
#[derive(Debug)]
pub(super) struct Comment {
    pub(super) person: usize,
    pub(super) at: i64,
    pub(super) answered: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TokenState {
    #[default]
    Good,
    Expired,
    PasswordChanged,
    AppRemoved,
}

#[derive(Debug)]
pub(super) struct App {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) token: String,
    pub(super) token_state: TokenState,
    pub(super) secret: String,
    pub(super) verify_token: String,
    /// Where its events go, and what it wants to hear.
    pub(super) hook: Hook,
    /// It only acts: nobody attaches to it.
    pub(super) actor: bool,
    /// "Take control of conversations" in the Page settings.
    pub(super) can_take: bool,
    /// The Human Agent feature was granted.
    pub(super) human_agent: bool,
    /// Advanced Access; without it only people with a role exist (R10).
    pub(super) advanced: bool,
    /// "Require App Secret": calls without a proof are refused (X4).
    pub(super) require_proof: bool,
    /// Permissions that were not granted (X5).
    pub(super) lacks: Vec<String>,
}

impl App {
    /// An app in good standing. Token, secret and verify token are drawn.
    pub(super) fn new(name: &str, id: &str, webhook: Option<String>, random: &mut Random) -> Self {
        let hex = |random: &mut Random| format!("{:016x}{:016x}", random.next(), random.next());
        Self {
            name: name.to_owned(),
            id: id.to_owned(),
            token: format!("EAAsim{name}{}", hex(random)),
            token_state: TokenState::Good,
            secret: hex(random),
            verify_token: format!("verify-{:08x}", random.next() >> 32),
            hook: Hook::new(webhook),
            actor: false,
            can_take: true,
            human_agent: true,
            advanced: true,
            require_proof: false,
            lacks: Vec::new(),
        }
    }

    /// From now on it only acts, and hears nothing.
    pub(super) fn become_actor(&mut self) {
        self.actor = true;
        self.hook.page_fields.clear();
    }
}

/// What `GET /{psid}` answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ProfileKind {
    #[default]
    Full,
    Empty,
    PhoneAccount,
    NoPermission,
    NoConsent,
    Unknown,
}

/// How a person behaves by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Life {
    /// Answers when spoken to.
    #[default]
    Quiet,
    /// Chats with the bot, on and on.
    Chats,
    /// Chats with the bot for a while, then asks for a person.
    Escalates,
}

#[derive(Debug)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) username: String,
    pub(super) platform: Platform,
    pub(super) conversation: String,
    pub(super) locale: Option<String>,
    pub(super) timezone: Option<f64>,
    pub(super) profile: ProfileKind,
    pub(super) blocked: bool,
    /// Has a role on the app, the Page or the business (R10).
    pub(super) role: bool,
    /// Meta fails on this conversation, and on every page of the list with it.
    pub(super) poisoned: bool,
    /// `inbox`, `page_done`, `other`, `spam` or `pending` (requests).
    pub(super) folder: String,
    pub(super) owner: Option<usize>,
    pub(super) control_until: i64,
    pub(super) unread: u32,
    /// Oldest first.
    pub(super) messages: Vec<Message>,
    /// When the person last did something that opens the 24 hours.
    pub(super) opened_at: Option<i64>,
    /// Up to when the person has read what the Page sent.
    pub(super) read_through: i64,
    pub(super) typing_until: i64,
    pub(super) answers: VecDeque<String>,
    pub(super) life: Life,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    Person,
    App(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) at: i64,
    pub(super) sender: Sender,
    pub(super) text: String,
    /// Items of `attachments.data`, as the Graph API gives them.
    pub(super) attachments: Vec<Value>,
    pub(super) shares: Vec<Value>,
    /// The id of a sticker.
    pub(super) sticker: Option<String>,
    /// Attachments as an app sent them.
    pub(super) sent: Vec<Value>,
    pub(super) story: bool,
    pub(super) unsupported: bool,
    pub(super) deleted: bool,
    pub(super) reply_to: Option<String>,
    /// What can be tapped: title and payload. Quick replies only work while
    /// theirs is the newest message (R11).
    pub(super) buttons: Vec<Button>,
    /// A tapped quick reply's payload.
    pub(super) payload: Option<String>,
    /// How often the person has changed the text.
    pub(super) edits: u32,
    /// Who reacted, and with what.
    pub(super) reactions: Vec<(Sender, String)>,
    /// Where the sender said which persona speaks.
    pub(super) persona: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Button {
    pub(super) title: String,
    pub(super) payload: String,
    pub(super) quick: bool,
}

impl Message {
    pub(super) fn text(id: String, at: i64, sender: Sender, text: impl Into<String>) -> Self {
        Self {
            id,
            at,
            sender,
            text: text.into(),
            attachments: Vec::new(),
            shares: Vec::new(),
            sticker: None,
            sent: Vec::new(),
            story: false,
            unsupported: false,
            deleted: false,
            reply_to: None,
            buttons: Vec::new(),
            payload: None,
            edits: 0,
            reactions: Vec::new(),
            persona: None,
        }
    }
}

impl Person {
    /// The app that holds the thread at `now`: control lapses by the clock
    /// (R6), and nobody is told.
    pub(super) fn owner_at(&self, now: i64) -> Option<usize> {
        self.owner.filter(|_| now < self.control_until)
    }

    pub(super) fn last_customer_at(&self) -> Option<i64> {
        self.messages
            .iter()
            .rev()
            .find(|m| m.sender == Sender::Person)
            .map(|m| m.at)
    }

    pub(super) fn updated_at(&self) -> i64 {
        self.messages.last().map_or(0, |m| m.at)
    }
}

/// An event as an app gets it by webhook.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Emitted {
    pub(super) app: usize,
    /// `messaging`, `standby` or `messaging_handovers`.
    pub(super) channel: &'static str,
    /// The Page field that has to be subscribed, named as for the platform.
    pub(super) field: &'static str,
    pub(super) platform: Platform,
    pub(super) event: Value,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) page: Page,
    pub(super) other_page: Option<OtherPage>,
    pub(super) switches: Switches,
    pub(super) apps: Vec<App>,
    pub(super) people: Vec<Person>,
    pub(super) bots: Vec<Bot>,
    pub(super) comments: BTreeMap<String, Comment>,
    pub(super) extras: Extras,
    pub(super) random: Random,
    pub(super) planned: BinaryHeap<Planned>,
    pub(super) storm: Option<Storm>,
    pub(super) faults: Faults,
    /// The newest events, oldest first, whether they were delivered or not.
    pub(super) journal: VecDeque<Emitted>,
    /// Saved attachments by their id.
    pub(super) attachments: BTreeMap<String, Saved>,
    /// Tokens of the conversation limit by app: how many are left, and when
    /// they were counted.
    pub(super) budget: HashMap<usize, (f64, i64)>,
    pub(super) calls: u64,
    by_person: HashMap<String, usize>,
    by_conversation: HashMap<String, usize>,
    pub(super) by_message: HashMap<String, usize>,
}

impl World {
    pub(super) fn new(seed: u64, page: Page, apps: Vec<App>) -> Self {
        Self {
            seed,
            page,
            other_page: None,
            switches: Switches::default(),
            apps,
            people: Vec::new(),
            bots: Vec::new(),
            comments: BTreeMap::new(),
            extras: Extras::default(),
            random: Random::seeded(seed),
            planned: BinaryHeap::new(),
            storm: None,
            faults: Faults::default(),
            journal: VecDeque::new(),
            attachments: BTreeMap::new(),
            budget: HashMap::new(),
            calls: 0,
            by_person: HashMap::new(),
            by_conversation: HashMap::new(),
            by_message: HashMap::new(),
        }
    }

    pub(super) fn add_person(&mut self, person: Person) -> usize {
        let at = self.people.len();
        self.by_person.insert(person.id.clone(), at);
        self.by_conversation.insert(person.conversation.clone(), at);
        for message in &person.messages {
            self.by_message.insert(message.id.clone(), at);
        }
        self.people.push(person);
        at
    }

    /// Puts a person back in the place they were taken from.
    pub(super) fn put_back(&mut self, at: usize, person: Person) {
        for message in &person.messages {
            self.by_message.insert(message.id.clone(), at);
        }
        self.people.insert(at, person);
    }

    pub(super) fn person_by_id(&self, id: &str) -> Option<usize> {
        self.by_person.get(id).copied()
    }

    pub(super) fn person_by_conversation(&self, id: &str) -> Option<usize> {
        self.by_conversation.get(id).copied()
    }

    pub(super) fn person_by_message(&self, id: &str) -> Option<usize> {
        self.by_message.get(id).copied()
    }

    pub(super) fn app_named(&self, name: &str) -> Option<usize> {
        self.apps.iter().position(|app| app.name == name)
    }

    pub(super) fn app_by_id(&self, id: &str) -> Option<usize> {
        self.apps.iter().position(|app| app.id == id)
    }

    pub(super) fn default_app(&self, platform: Platform) -> Option<usize> {
        match platform {
            Platform::Messenger => self.page.default_app,
            Platform::Instagram => self.page.instagram_default_app,
        }
    }

    /// An id such as Meta's: `prefix` and 22 letters or digits.
    pub(super) fn fresh_id(&mut self, prefix: &str) -> String {
        const LETTERS: &[u8; 62] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut id = String::from(prefix);
        for _ in 0..22 {
            let at = usize::try_from(self.random.below(62)).unwrap_or(0);
            id.push(char::from(LETTERS[at]));
        }
        id
    }

    pub(super) fn message_id(&mut self, platform: Platform) -> String {
        self.fresh_id(match platform {
            Platform::Messenger => "m_",
            Platform::Instagram => "aWdfZAG1f",
        })
    }
}
