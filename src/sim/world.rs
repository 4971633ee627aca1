//! The state: one Page, its apps, its people and what they said. All times are
//! milliseconds since the epoch.

use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};

use serde_json::{Value, json};

use super::{faults::Faults, plan::Planned};
use crate::clock::Random;

pub(super) const HOUR: i64 = 3_600_000;
pub(super) const DAY: i64 = 24 * HOUR;
/// How many emitted events are kept.
const JOURNAL: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Platform {
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
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    pub(super) webhook: Option<String>,
    /// "Take control of conversations" in the Page settings.
    pub(super) can_take: bool,
    /// The Human Agent feature was granted.
    pub(super) human_agent: bool,
}

/// What `GET /{psid}` answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    pub(super) sticker: bool,
    pub(super) story: bool,
    pub(super) unsupported: bool,
    pub(super) deleted: bool,
    pub(super) reply_to: Option<String>,
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
            sticker: false,
            story: false,
            unsupported: false,
            deleted: false,
            reply_to: None,
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

/// An event as an app would get it by webhook.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Emitted {
    pub(super) app: usize,
    /// `messaging`, `standby` or `messaging_handovers`.
    pub(super) channel: &'static str,
    pub(super) event: Value,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) page: Page,
    pub(super) apps: Vec<App>,
    pub(super) people: Vec<Person>,
    pub(super) random: Random,
    pub(super) planned: BinaryHeap<Planned>,
    pub(super) faults: Faults,
    /// The newest events, oldest first: what the webhook sender has to deliver.
    pub(super) journal: VecDeque<Emitted>,
    /// Saved attachments: id, app, when made.
    pub(super) attachments: BTreeMap<String, (usize, i64)>,
    /// Tokens of the conversation limit by app: how many are left, and when
    /// they were counted.
    pub(super) budget: HashMap<usize, (f64, i64)>,
    pub(super) calls: u64,
    by_person: HashMap<String, usize>,
    by_conversation: HashMap<String, usize>,
    by_message: HashMap<String, usize>,
}

impl World {
    pub(super) fn new(seed: u64, page: Page, apps: Vec<App>) -> Self {
        Self {
            seed,
            page,
            apps,
            people: Vec::new(),
            random: Random::seeded(seed),
            planned: BinaryHeap::new(),
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

    /// The person writes: the window opens (R1), an idle thread goes to the
    /// default app, and control runs 24 hours from now (R6).
    pub(super) fn customer_says(&mut self, at: usize, message: Message) {
        let now = message.at;
        let default = self.default_app(self.people[at].platform);
        let person = &mut self.people[at];
        if person.owner_at(now).is_none() {
            person.owner = default;
        }
        person.control_until = person.control_until.max(now + DAY);
        person.opened_at = Some(now);
        person.unread += 1;
        self.push_message(at, message, None);
    }

    /// The Page writes, by the hand of an app.
    pub(super) fn page_says(&mut self, at: usize, message: Message, metadata: Option<&str>) {
        let person = &mut self.people[at];
        person.unread = 0;
        person.typing_until = 0;
        self.push_message(at, message, metadata);
    }

    /// Somebody types in Meta's own inbox: that takes control (R8).
    pub(super) fn inbox_says(&mut self, at: usize, text: &str, now: i64) {
        let Some(inbox) = self.app_named("inbox") else {
            return;
        };
        let platform = self.people[at].platform;
        let id = self.message_id(platform);
        self.give_control(at, Some(inbox), now, "take_thread_control", None);
        self.page_says(at, Message::text(id, now, Sender::App(inbox), text), None);
    }

    /// Moves control and tells who must be told (§5.6): the new owner of a
    /// pass, the loser of a take; nobody where the thread was idle or is let go.
    pub(super) fn give_control(
        &mut self,
        at: usize,
        to: Option<usize>,
        now: i64,
        how: &'static str,
        metadata: Option<&str>,
    ) {
        let person = &mut self.people[at];
        let before = person.owner_at(now);
        person.owner = to;
        person.control_until = if to.is_some() { now + DAY } else { 0 };
        let Some(new) = to else { return };
        let told = match how {
            "pass_thread_control" => Some(new),
            _ => before,
        };
        let Some(told) = told else { return };
        let id = |app: Option<usize>| app.map(|app| self.apps[app].id.clone());
        let mut change = json!({"previous_owner_app_id": id(before), "new_owner_app_id": id(to)});
        if let Some(metadata) = metadata {
            change["metadata"] = json!(metadata);
        }
        let mut event = self.envelope(at, now);
        event[how] = change;
        self.journal(told, "messaging_handovers", event);
    }

    /// Tells the owner that somebody wants control.
    pub(super) fn request_control(
        &mut self,
        at: usize,
        by: usize,
        now: i64,
        metadata: Option<&str>,
    ) {
        let Some(owner) = self.people[at].owner_at(now) else {
            return;
        };
        let mut event = self.envelope(at, now);
        event["request_thread_control"] =
            json!({"requested_owner_app_id": self.apps[by].id, "metadata": metadata});
        self.journal(owner, "messaging_handovers", event);
    }

    /// The person has read everything so far (R13): a watermark on Messenger,
    /// a message id on Instagram.
    pub(super) fn customer_reads(&mut self, at: usize, now: i64) {
        let person = &mut self.people[at];
        let Some(last) = person
            .messages
            .iter()
            .rev()
            .find(|m| m.sender != Sender::Person)
        else {
            return;
        };
        if last.at <= person.read_through {
            return;
        }
        let (watermark, mid) = (last.at, last.id.clone());
        person.read_through = watermark;
        let platform = person.platform;
        let mut event = self.envelope(at, now);
        event["read"] = match platform {
            Platform::Messenger => json!({ "watermark": watermark }),
            Platform::Instagram => json!({ "mid": mid }),
        };
        self.emit(at, now, event);
    }

    fn push_message(&mut self, at: usize, message: Message, metadata: Option<&str>) {
        let now = message.at;
        let mut body = json!({"mid": message.id, "text": message.text});
        let mut event = self.envelope(at, now);
        if let Sender::App(app) = message.sender {
            body["is_echo"] = json!(true);
            body["app_id"] = self.apps[app]
                .id
                .parse::<i64>()
                .map_or(Value::Null, Value::from);
            if let Some(metadata) = metadata {
                body["metadata"] = json!(metadata);
            }
            let (sender, recipient) = (event["recipient"].take(), event["sender"].take());
            event["sender"] = sender;
            event["recipient"] = recipient;
        }
        event["message"] = body;
        let page_sent = message.sender != Sender::Person;
        let mid = message.id.clone();
        self.by_message.insert(message.id.clone(), at);
        self.people[at].messages.push(message);
        self.emit(at, now, event);
        if page_sent && self.people[at].platform == Platform::Messenger {
            let mut delivery = self.envelope(at, now);
            delivery["delivery"] = json!({"watermark": now, "mids": [mid]});
            self.emit(at, now, delivery);
        }
    }

    fn envelope(&self, at: usize, now: i64) -> Value {
        let person = &self.people[at];
        let page = match person.platform {
            Platform::Messenger => &self.page.id,
            Platform::Instagram => &self.page.instagram_id,
        };
        json!({"sender": {"id": person.id}, "recipient": {"id": page}, "timestamp": now})
    }

    /// To every app: without routing on `messaging` (R4); with routing to the
    /// owner, or the default app when idle, on `messaging`, and to the others
    /// on `standby` (R5).
    fn emit(&mut self, at: usize, now: i64, event: Value) {
        let person = &self.people[at];
        let default = self.default_app(person.platform);
        let in_charge = person.owner_at(now).or(default);
        for app in 0..self.apps.len() {
            let channel = if default.is_none() || in_charge == Some(app) {
                "messaging"
            } else {
                "standby"
            };
            self.journal(app, channel, event.clone());
        }
    }

    fn journal(&mut self, app: usize, channel: &'static str, event: Value) {
        if self.journal.len() == JOURNAL {
            self.journal.pop_front();
        }
        self.journal.push_back(Emitted {
            app,
            channel,
            event,
        });
    }
}
