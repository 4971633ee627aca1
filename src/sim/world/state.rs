//! The state: one Page, its apps, its people and what they said. All times are
//! milliseconds since the epoch. What moves it is in `events`.

use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};

use crate::{
    clock::Random,
    sim::world::{
        app::{App, META_APPS},
        bot::Bot,
        catalog::Catalog,
        faults::Faults,
        page::Page,
        person::Person,
        plan::{Planned, Storm},
        platform::Platform,
        switches::Switches,
        webhook_event::WebhookEvent,
    },
};

/// Deliveries to one app at the same time, at most (our choice).
const AT_ONCE: usize = 8;

/// A second Page, whose tokens know none of our people (R9).
#[derive(Debug)]
pub(in crate::sim) struct OtherPage {
    pub(in crate::sim) id: String,
    pub(in crate::sim) name: String,
}

/// A saved attachment.
#[derive(Debug)]
pub(in crate::sim) struct Saved {
    pub(in crate::sim) made: i64,
    /// `image`, `video` …
    pub(in crate::sim) kind: String,
}

/// A comment under a post, which may be answered privately once (R12).
#[derive(Debug)]
pub(in crate::sim) struct Comment {
    pub(in crate::sim) person: usize,
    pub(in crate::sim) at: i64,
    pub(in crate::sim) answered: bool,
}

#[derive(Debug)]
pub(in crate::sim) struct World {
    pub(in crate::sim) seed: u64,
    pub(in crate::sim) page: Page,
    pub(in crate::sim) other_page: Option<OtherPage>,
    pub(in crate::sim) switches: Switches,
    pub(in crate::sim) apps: Vec<App>,
    pub(in crate::sim) people: Vec<Person>,
    pub(in crate::sim) bots: Vec<Bot>,
    pub(in crate::sim) comments: BTreeMap<String, Comment>,
    /// Who ticked the checkbox plugin, by the name that a web page gave them.
    pub(in crate::sim) user_refs: BTreeMap<String, usize>,
    pub(in crate::sim) catalog: Catalog,
    pub(in crate::sim) random: Random,
    pub(in crate::sim) planned: BinaryHeap<Planned>,
    pub(in crate::sim) storm: Option<Storm>,
    pub(in crate::sim) faults: Faults,
    /// The newest events, oldest first, whether they were delivered or not.
    pub(in crate::sim) journal: VecDeque<WebhookEvent>,
    /// Saved attachments by their id.
    pub(in crate::sim) attachments: BTreeMap<String, Saved>,
    /// Tokens of the conversation limit by app: how many are left, and when
    /// they were counted.
    pub(in crate::sim) budget: HashMap<usize, (f64, i64)>,
    pub(in crate::sim) calls: u64,
    /// So many deliveries are under way to an app at once at most.
    pub(in crate::sim) at_once: usize,
    by_person: HashMap<String, usize>,
    by_conversation: HashMap<String, usize>,
    pub(in crate::sim) by_message: HashMap<String, usize>,
}

impl World {
    pub(in crate::sim) fn new(seed: u64, page: Page, apps: Vec<App>) -> Self {
        Self {
            seed,
            page,
            other_page: None,
            switches: Switches::default(),
            apps,
            people: Vec::new(),
            bots: Vec::new(),
            comments: BTreeMap::new(),
            user_refs: BTreeMap::new(),
            catalog: Catalog::default(),
            random: Random::seeded(seed),
            planned: BinaryHeap::new(),
            storm: None,
            faults: Faults::default(),
            journal: VecDeque::new(),
            attachments: BTreeMap::new(),
            budget: HashMap::new(),
            calls: 0,
            at_once: AT_ONCE,
            by_person: HashMap::new(),
            by_conversation: HashMap::new(),
            by_message: HashMap::new(),
        }
    }

    pub(in crate::sim) fn add_person(&mut self, person: Person) -> usize {
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
    pub(in crate::sim) fn put_back(&mut self, at: usize, person: Person) {
        for message in &person.messages {
            self.by_message.insert(message.id.clone(), at);
        }
        self.people.insert(at, person);
    }

    pub(in crate::sim) fn person_by_id(&self, id: &str) -> Option<usize> {
        self.by_person.get(id).copied()
    }

    pub(in crate::sim) fn person_by_conversation(&self, id: &str) -> Option<usize> {
        self.by_conversation.get(id).copied()
    }

    pub(in crate::sim) fn person_by_message(&self, id: &str) -> Option<usize> {
        self.by_message.get(id).copied()
    }

    pub(in crate::sim) fn app_named(&self, name: &str) -> Option<usize> {
        self.apps.iter().position(|app| app.name == name)
    }

    /// An app of Meta's own, however a scenario calls it.
    pub(in crate::sim) fn meta_app(&self, name: &str) -> Option<usize> {
        let known = META_APPS.iter().find(|(known, _)| *known == name);
        known
            .and_then(|(_, id)| self.app_by_id(id))
            .or_else(|| self.app_named(name))
    }

    pub(in crate::sim) fn app_by_id(&self, id: &str) -> Option<usize> {
        self.apps.iter().position(|app| app.id == id)
    }

    pub(in crate::sim) fn default_app(&self, platform: Platform) -> Option<usize> {
        match platform {
            Platform::Messenger => self.page.default_app,
            Platform::Instagram => self.page.instagram_default_app,
        }
    }

    /// An id such as Meta's: `prefix` and 22 letters or digits.
    pub(in crate::sim) fn fresh_id(&mut self, prefix: &str) -> String {
        const LETTERS: &[u8; 62] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut id = String::from(prefix);
        for _ in 0..22 {
            let at = usize::try_from(self.random.below(62)).unwrap_or(0);
            id.push(char::from(LETTERS[at]));
        }
        id
    }

    pub(in crate::sim) fn message_id(&mut self, platform: Platform) -> String {
        self.fresh_id(match platform {
            Platform::Messenger => "m_",
            Platform::Instagram => "aWdfZAG1f",
        })
    }
}
