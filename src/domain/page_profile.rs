//! What a Page shows before anybody writes ("Messenger Profile API"): greeting, buttons,
//! menu, questions, commands. What fits into it, what changes, and how it reads.

use super::{
    Platform, Timestamp, Tree,
    check::{Check, Place},
};

/// So many calls may be made in ten minutes ("Messenger Profile API").
pub const PROFILE_CALLS: usize = 10;

/// The properties that a Page may set.
const MESSENGER: [&str; 7] = [
    "get_started",
    "greeting",
    "persistent_menu",
    "ice_breakers",
    "commands",
    "whitelisted_domains",
    "account_linking_url",
];
/// Instagram knows these two alone.
const INSTAGRAM: [&str; 2] = ["persistent_menu", "ice_breakers"];

/// Characters of what a tap sends back.
const PAYLOAD: usize = 1000;

/// The properties that a Page may set on a platform, in their order.
pub fn profile_properties(platform: Platform) -> &'static [&'static str] {
    match platform {
        Platform::Messenger => &MESSENGER,
        Platform::Instagram => &INSTAGRAM,
    }
}

/// What a property is, in words.
pub fn property_words(name: &str) -> &str {
    match name {
        "get_started" => "Get started",
        "greeting" => "Greeting",
        "persistent_menu" => "Menu",
        "ice_breakers" => "Ice breakers",
        "commands" => "Commands",
        "whitelisted_domains" => "Domains",
        "account_linking_url" => "Account linking",
        other => other,
    }
}

/// What is to be written: each way one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// Properties with their new values.
    pub set: Vec<(String, Tree)>,
    /// Properties that go.
    pub delete: Vec<String>,
}

impl ProfileChange {
    /// From one profile to another.
    pub fn between(before: &Tree, after: &Tree) -> Self {
        let set = after
            .fields()
            .iter()
            .filter(|(name, value)| !value.is_nothing() && before.get(name) != value);
        let delete = before
            .fields()
            .iter()
            .filter(|(name, _)| after.get(name).is_nothing())
            .map(|(name, _)| name.clone());
        Self {
            set: set.cloned().collect(),
            delete: delete.collect(),
        }
    }

    /// Nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.delete.is_empty()
    }

    /// How many calls it takes.
    pub fn calls(&self) -> usize {
        usize::from(!self.set.is_empty()) + usize::from(!self.delete.is_empty())
    }
}

/// Why Meta would not take a profile as it is, each with its place and number.
pub fn profile_problems(platform: Platform, profile: &Tree) -> Vec<String> {
    let mut check = Check::of(platform);
    check.profile(profile);
    check.problems
}

impl Check {
    fn profile(&mut self, profile: &Tree) {
        let whole = Place::whole(profile);
        if !matches!(profile, Tree::Fields(_)) {
            return self.say(&whole, "a profile is an object of properties");
        }
        self.only(&whole, profile_properties(self.platform));
        for (name, value) in profile.fields() {
            let place = Place {
                tree: value,
                words: name.clone(),
            };
            match name.as_str() {
                "get_started" => {
                    self.only(&place, &["payload"]);
                    self.text(&place, "payload", PAYLOAD);
                }
                "greeting" => {
                    for entry in self.by_locale(&whole, name, false) {
                        self.only(&entry, &["locale", "text"]);
                        self.text(&entry, "text", 160);
                    }
                }
                "persistent_menu" => self.menu(&whole),
                "ice_breakers" => self.ice_breakers(&whole, value),
                "commands" => {
                    for entry in self.by_locale(&whole, name, false) {
                        for command in self.items(&entry, "commands", "command", (1, 100)) {
                            self.only(&command, &["name", "description"]);
                            self.text(&command, "name", 32);
                            self.text(&command, "description", 64);
                        }
                    }
                }
                "whitelisted_domains" => {
                    for domain in self.items(&whole, name, "domain", (0, 50)) {
                        if !domain.tree.text().starts_with("https://") {
                            self.say(&domain, "it must begin with https://");
                        }
                    }
                }
                "account_linking_url" => self.url(&whole, name, true),
                _ => {}
            }
        }
        if self.platform == Platform::Messenger
            && whole.has("persistent_menu")
            && !whole.has("get_started")
        {
            self.say(
                &whole,
                "persistent_menu needs get_started: Meta shows a menu only with the button",
            );
        }
    }

    /// The entries of a list with one for each language.
    fn by_locale<'a>(&mut self, whole: &Place<'a>, name: &str, default: bool) -> Vec<Place<'a>> {
        let entries = self.items(whole, name, name, (1, usize::MAX));
        let locale = |entry: &Place<'a>| match entry.get("locale").text() {
            "" => "default".to_owned(),
            locale => locale.to_owned(),
        };
        let locales: Vec<String> = entries.iter().map(locale).collect();
        for (at, entry) in entries.iter().enumerate() {
            if locales[..at].contains(&locales[at]) {
                self.say(
                    entry,
                    format!("the locale {} stands here twice", locales[at]),
                );
            }
        }
        if default && !entries.is_empty() && !locales.iter().any(|locale| locale == "default") {
            self.say(
                whole,
                format!("{name} needs an entry with the locale default"),
            );
        }
        entries
    }

    fn menu(&mut self, whole: &Place<'_>) {
        for entry in self.by_locale(whole, "persistent_menu", true) {
            self.only(
                &entry,
                &["locale", "composer_input_disabled", "call_to_actions"],
            );
            if self.platform == Platform::Instagram && entry.has("composer_input_disabled") {
                self.say(&entry, "Instagram knows no composer_input_disabled");
            }
            if !entry.has("call_to_actions") {
                if *entry.get("composer_input_disabled") == Tree::Flag(true) {
                    self.say(&entry, "where nobody can write, it needs call_to_actions");
                }
                continue;
            }
            for item in self.items(&entry, "call_to_actions", "item", (1, 20)) {
                self.text(&item, "title", 30);
                match self
                    .one_of(&item, "type", &["web_url", "postback"])
                    .as_str()
                {
                    "web_url" => self.url(&item, "url", false),
                    "postback" => self.text(&item, "payload", PAYLOAD),
                    _ => {}
                }
            }
        }
    }

    /// Questions by language, or the older list of questions.
    fn ice_breakers(&mut self, whole: &Place<'_>, value: &Tree) {
        let by_language = value
            .items()
            .first()
            .is_some_and(|first| !first.get("call_to_actions").is_nothing());
        let lists = match by_language {
            true => self.by_locale(whole, "ice_breakers", true),
            false => vec![whole.clone()],
        };
        for list in lists {
            let name = if by_language {
                "call_to_actions"
            } else {
                "ice_breakers"
            };
            for question in self.items(&list, name, "question", (1, 4)) {
                self.text(&question, "question", PAYLOAD);
                self.text(&question, "payload", PAYLOAD);
            }
        }
    }
}

/// A property as it reads, a line for each thing in it.
pub fn property_lines(name: &str, value: &Tree) -> Vec<String> {
    let entries = value.items();
    let locale = |entry: &Tree| match entry.get("locale").text() {
        "" => "default".to_owned(),
        locale => locale.to_owned(),
    };
    match name {
        "get_started" => vec![format!("sends the bot {}", value.get("payload").text())],
        "greeting" => entries
            .iter()
            .map(|entry| format!("{}: {}", locale(entry), entry.get("text").text()))
            .collect(),
        "persistent_menu" => entries
            .iter()
            .flat_map(|entry| {
                let disabled = *entry.get("composer_input_disabled") == Tree::Flag(true);
                let note = if disabled { ", nobody can write" } else { "" };
                let head = format!("{}{note}:", locale(entry));
                let items = entry.get("call_to_actions").items().iter().map(tap);
                std::iter::once(head).chain(items).collect::<Vec<_>>()
            })
            .collect(),
        "ice_breakers" => entries
            .iter()
            .flat_map(|entry| match entry.get("call_to_actions").items() {
                [] => vec![question(entry)],
                questions => {
                    let head = format!("{}:", locale(entry));
                    let questions = questions.iter().map(question);
                    std::iter::once(head).chain(questions).collect()
                }
            })
            .collect(),
        "commands" => entries
            .iter()
            .flat_map(|entry| {
                let head = format!("{}:", locale(entry));
                let commands = entry.get("commands").items().iter().map(|command| {
                    let description = command.get("description").text();
                    format!("  /{} {description}", command.get("name").text())
                });
                std::iter::once(head).chain(commands).collect::<Vec<_>>()
            })
            .collect(),
        _ if !entries.is_empty() => entries
            .iter()
            .map(|item| item.scalar().to_owned())
            .collect(),
        _ => vec![value.scalar().to_owned()],
    }
}

fn tap(item: &Tree) -> String {
    let does = match item.get("type").text() {
        "web_url" => format!("opens {}", item.get("url").text()),
        _ => format!("sends the bot {}", item.get("payload").text()),
    };
    format!("  {}: {does}", item.get("title").text())
}

fn question(question: &Tree) -> String {
    let payload = question.get("payload").text();
    format!(
        "  {} sends the bot {payload}",
        question.get("question").text()
    )
}

/// What a Page shows on one platform, as Meta has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageProfile {
    /// Where.
    pub platform: Platform,
    /// Its properties by Meta's names, or why they could not be read, in a sentence.
    pub properties: Result<Tree, String>,
    /// How many more calls may be made now.
    pub calls_left: usize,
    /// When one more may be made, by Meta's clock; `None` while none was made.
    pub next_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_sets_what_is_new_and_deletes_what_is_gone() {
        let text = |text: &str| Tree::words(text);
        let before = Tree::of([("a", text("1")), ("b", text("2")), ("c", text("3"))]);
        let after = Tree::of([("a", text("1")), ("b", text("9")), ("d", text("4"))]);
        let change = ProfileChange::between(&before, &after);
        let set: Vec<&str> = change.set.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            (set, change.delete.clone()),
            (vec!["b", "d"], vec!["c".to_owned()])
        );
        assert_eq!(change.calls(), 2);
        assert!(ProfileChange::between(&before, &before).is_empty());
    }
}
