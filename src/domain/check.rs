//! Reads values of Meta's shapes by what fits into them, and says what does not, each
//! with its place: "element 2: title has 84 characters, 80 fit".

use super::{Platform, Tree};

/// Problems as they are found.
pub(super) struct Check {
    pub(super) platform: Platform,
    pub(super) problems: Vec<String>,
}

/// A value with its place in words; the message itself has none.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) tree: &'a Tree,
    pub(super) words: String,
}

impl<'a> Place<'a> {
    /// All of it.
    pub(super) fn whole(tree: &'a Tree) -> Self {
        Self {
            tree,
            words: String::new(),
        }
    }

    pub(super) fn get(&self, name: &str) -> &'a Tree {
        self.tree.get(name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        !self.get(name).is_nothing()
    }

    /// The item `at` of a list of these, in words that count from one.
    pub(super) fn item(&self, what: &str, at: usize, tree: &'a Tree) -> Self {
        let words = match self.words.as_str() {
            "" => format!("{what} {}", at + 1),
            before => format!("{before}, {what} {}", at + 1),
        };
        Self { tree, words }
    }
}

impl Check {
    pub(super) fn of(platform: Platform) -> Self {
        Self {
            platform,
            problems: Vec::new(),
        }
    }

    pub(super) fn say(&mut self, place: &Place<'_>, words: impl AsRef<str>) {
        let words = words.as_ref();
        self.problems.push(match place.words.as_str() {
            "" => words.to_owned(),
            place => format!("{place}: {words}"),
        });
    }

    /// Every field is one of these.
    pub(super) fn only(&mut self, place: &Place<'_>, known: &[&str]) {
        for (name, _) in place.tree.fields() {
            if !known.contains(&name.as_str()) {
                let known = known.join(", ");
                self.say(place, format!("it has no field {name}; it knows {known}"));
            }
        }
    }

    /// A text that is there, of at most so many characters.
    pub(super) fn text(&mut self, place: &Place<'_>, name: &str, most: usize) {
        if place.get(name).text().is_empty() {
            self.say(place, format!("{name} is missing"));
        }
        self.optional_text(place, name, most);
    }

    pub(super) fn optional_text(&mut self, place: &Place<'_>, name: &str, most: usize) {
        let value = place.get(name);
        let count = value.text().chars().count();
        if count > most {
            self.say(place, format!("{name} has {count} characters, {most} fit"));
        }
        if !matches!(value, Tree::Text(_) | Tree::Nothing) {
            self.say(place, format!("{name} must be text"));
        }
    }

    /// The items of a list with so many of them.
    pub(super) fn items<'a>(
        &mut self,
        place: &Place<'a>,
        name: &str,
        what: &str,
        (least, most): (usize, usize),
    ) -> Vec<Place<'a>> {
        let list = place.get(name);
        if !matches!(list, Tree::List(_) | Tree::Nothing) {
            self.say(place, format!("{name} must be a list"));
            return Vec::new();
        }
        let count = list.items().len();
        match count {
            0 if least > 0 => self.say(place, format!("{name} is missing")),
            count if count < least => {
                self.say(place, format!("{name} has {count}, and needs {least}"));
            }
            count if count > most => self.say(place, format!("{name} has {count}, {most} fit")),
            _ => {}
        }
        let items = list.items().iter().enumerate();
        items.map(|(at, item)| place.item(what, at, item)).collect()
    }

    pub(super) fn one_of(&mut self, place: &Place<'_>, name: &str, words: &[&str]) -> String {
        let word = place.get(name).text().to_ascii_lowercase();
        match word.as_str() {
            "" => self.say(place, format!("{name} is missing: {}", words.join(", "))),
            word if !words.contains(&word) => {
                let words = words.join(", ");
                self.say(place, format!("{name} {word} is none of {words}"));
            }
            _ => {}
        }
        word
    }

    /// An address; `secure` for https only.
    pub(super) fn url(&mut self, place: &Place<'_>, name: &str, secure: bool) {
        let url = place.get(name).text();
        let begins = url.starts_with("https://") || (!secure && url.starts_with("http://"));
        if !begins {
            let begin = if secure {
                "https://"
            } else {
                "https:// or http://"
            };
            self.say(place, format!("{name} must begin with {begin}"));
        }
    }
}
