//! Keys, their names, and which action a sequence of them means.

use std::{fmt, str::FromStr};

use crate::{
    app::action::table::{ACTIONS, Action, Context},
    domain::Remedy,
};

/// A key without its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A character; upper case is its own character.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator.
    Tab,
    /// Shift and tabulator.
    BackTab,
    /// Deletes to the left.
    Backspace,
    /// Deletes to the right.
    Delete,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// To the start.
    Home,
    /// To the end.
    End,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// A function key.
    F(u8),
}

/// A key as it was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// With control held.
    pub ctrl: bool,
    /// With alt held; no action of ours needs it.
    pub alt: bool,
}

impl Key {
    /// A key without modifiers.
    pub const fn plain(code: Code) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
        }
    }

    /// A character with control held.
    pub const fn ctrl(c: char) -> Self {
        Self {
            code: Code::Char(c),
            ctrl: true,
            alt: false,
        }
    }

    /// A character that is text, not a command.
    pub fn text(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

const NAMES: &[(&str, Code)] = &[
    ("Enter", Code::Enter),
    ("Esc", Code::Esc),
    ("Tab", Code::Tab),
    ("Shift+Tab", Code::BackTab),
    ("Backspace", Code::Backspace),
    ("Delete", Code::Delete),
    ("Left", Code::Left),
    ("Right", Code::Right),
    ("Up", Code::Up),
    ("Down", Code::Down),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PgUp", Code::PageUp),
    ("PgDn", Code::PageDown),
    ("Space", Code::Char(' ')),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            Code::Char(c) if self.ctrl => write!(f, "^{}", c.to_ascii_uppercase()),
            Code::Char(c) => write!(f, "{c}"),
            Code::F(n) => write!(f, "F{n}"),
            _ => Ok(()),
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((_, code)) = NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
        {
            return Ok(Self::plain(*code));
        }
        let mut chars = text.chars();
        match (chars.next(), chars.next(), chars.next()) {
            (Some('^'), Some(c), None) => Ok(Self::ctrl(c.to_ascii_lowercase())),
            (Some(c), None, None) => Ok(Self::plain(Code::Char(c))),
            (Some('F' | 'f'), Some(_), _)
                if text[1..].parse::<u8>().is_ok_and(|n| (1..=12).contains(&n)) =>
            {
                Ok(Self::plain(Code::F(text[1..].parse().unwrap_or(1))))
            }
            _ => Err(format!(
                "{text:?} is not a key; write it like x, X, ^x, F1, Enter, Space, \"g g\""
            )),
        }
    }
}

/// What a sequence of keys means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// This action.
    Action(Action),
    /// The start of longer sequences.
    Prefix,
    /// Nothing.
    Nothing,
}

/// Which keys mean which action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap(Vec<(Context, Vec<Key>, Action)>);

impl Default for Keymap {
    fn default() -> Self {
        Self::with(&[]).unwrap_or(Self(Vec::new()))
    }
}

impl Keymap {
    /// The defaults, with the keys of some actions replaced. All mistakes are
    /// named together.
    pub fn with(changes: &[(String, Vec<String>)]) -> Result<Self, Vec<String>> {
        let mut mistakes = Vec::new();
        for (name, _) in changes {
            if !ACTIONS.iter().any(|spec| spec.is_called(name)) {
                mistakes.push(format!(
                    "no action called {name:?}; `?` in the desk lists them"
                ));
            }
        }
        let mut map = Self(Vec::new());
        for spec in ACTIONS {
            let mut named = changes.iter().filter(|(name, _)| spec.is_called(name));
            let changed = named.next().map(|(_, keys)| keys);
            for (other, _) in named {
                mistakes.push(format!(
                    "{other} is another name for {}, which already has keys; keep one of the two",
                    spec.name
                ));
            }
            let keys: Vec<&str> = match changed {
                Some(keys) => keys.iter().map(String::as_str).collect(),
                None => spec.keys.to_vec(),
            };
            for text in keys {
                match text
                    .split(' ')
                    .filter(|part| !part.is_empty())
                    .map(str::parse)
                    .collect::<Result<Vec<Key>, _>>()
                {
                    Ok(sequence) if !sequence.is_empty() => {
                        map.add(spec.context, sequence, spec.action, &mut mistakes)
                    }
                    Ok(_) => mistakes.push(format!("{}: an empty key", spec.name)),
                    Err(why) => mistakes.push(format!("{}: {why}", spec.name)),
                }
            }
        }
        if mistakes.is_empty() {
            Ok(map)
        } else {
            Err(mistakes)
        }
    }

    fn add(
        &mut self,
        context: Context,
        keys: Vec<Key>,
        action: Action,
        mistakes: &mut Vec<String>,
    ) {
        let clash = self.0.iter().find(|(other, taken, _)| {
            *other == context && (taken.starts_with(&keys) || keys.starts_with(taken))
        });
        match clash {
            Some((_, taken, other)) => mistakes.push(format!(
                "{} is bound to both {} and {}",
                words(if taken.len() < keys.len() {
                    taken
                } else {
                    &keys
                }),
                other.spec().name,
                action.spec().name
            )),
            None => self.0.push((context, keys, action)),
        }
    }

    /// What `keys` mean in `context`.
    pub fn meaning(&self, context: Context, keys: &[Key]) -> Meaning {
        let mut found = self
            .0
            .iter()
            .filter(|(c, sequence, _)| *c == context && sequence.starts_with(keys));
        match found.next() {
            Some((_, sequence, action)) if sequence.len() == keys.len() => Meaning::Action(*action),
            Some(_) => Meaning::Prefix,
            None => Meaning::Nothing,
        }
    }

    /// The keys of an action, for help and hints; empty when it has none.
    pub fn keys_of(&self, action: Action) -> String {
        let keys: Vec<String> = self
            .0
            .iter()
            .filter(|(_, _, a)| *a == action)
            .map(|(_, sequence, _)| words(sequence))
            .collect();
        keys.join(" ")
    }

    /// The first key of an action, for hints.
    pub fn key_of(&self, action: Action) -> String {
        self.0
            .iter()
            .find(|(_, _, a)| *a == action)
            .map_or_else(|| ":".into(), |(_, sequence, _)| words(sequence))
    }

    /// A sentence from outside, with the key of each remedy in it.
    pub fn name_remedies(&self, sentence: &str) -> String {
        Remedy::named(sentence, |remedy| {
            self.key_of(match remedy {
                Remedy::Take => Action::Take,
                Remedy::MessageType => Action::MessageType,
                Remedy::HandBack => Action::HandBack,
                Remedy::OpenLink => Action::OpenLink,
                Remedy::Refresh => Action::Refresh,
            })
        })
    }

    /// What may follow `keys`: the next key and what it does.
    pub fn continuations(&self, context: Context, keys: &[Key]) -> Vec<(String, Action)> {
        self.0
            .iter()
            .filter(|(c, sequence, _)| {
                *c == context && sequence.len() > keys.len() && sequence.starts_with(keys)
            })
            .map(|(_, sequence, action)| (words(&sequence[keys.len()..]), *action))
            .collect()
    }
}

fn words(keys: &[Key]) -> String {
    keys.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_keys_are_free_of_clashes() {
        assert_eq!(Keymap::with(&[]).err(), None);
    }

    #[test]
    fn keys_are_written_as_they_are_read() {
        for text in ["x", "X", "^P", "F1", "Enter", "Space", "PgDn", "?", "]"] {
            assert_eq!(
                text.parse::<Key>().map(|k| k.to_string()),
                Ok(text.to_owned())
            );
        }
        assert!("Hyper+x".parse::<Key>().is_err());
        assert!("F99".parse::<Key>().is_err());
    }

    #[test]
    fn sequences_are_prefixes_until_they_are_whole() {
        let map = Keymap::default();
        let g = Key::plain(Code::Char('g'));
        assert_eq!(map.meaning(Context::Desk, &[g]), Meaning::Prefix);
        assert_eq!(
            map.meaning(Context::Desk, &[g, g]),
            Meaning::Action(Action::Top)
        );
        assert_eq!(map.meaning(Context::Composer, &[g]), Meaning::Nothing);
        assert!(!map.continuations(Context::Desk, &[g]).is_empty());
    }

    #[test]
    fn all_mistakes_are_named_together() {
        let changes = [
            ("reply".to_owned(), vec!["Hyper+r".to_owned()]),
            ("repyl".to_owned(), vec!["r".to_owned()]),
            ("take".to_owned(), vec!["b".to_owned()]),
        ];
        let mistakes = Keymap::with(&changes).expect_err("three mistakes");
        assert_eq!(mistakes.len(), 3, "{mistakes:?}");
    }
}
