//! Hides names and words for the privacy mode. A mask is as wide as what it
//! hides, so nothing moves.

use crate::{domain::Conversation, text};

/// Knows the names of those who may be named on the screen.
#[derive(Debug)]
pub struct Mask {
    /// The longest first: a name may be a part of another.
    names: Vec<String>,
}

impl Mask {
    /// For these people.
    pub fn of(mut names: Vec<String>) -> Self {
        names.retain(|name| name.chars().count() > 1);
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.dedup();
        Self { names }
    }

    /// What the desk says in its own words may name somebody.
    pub fn names_in(&self, words: &str) -> String {
        let mut words = words.to_owned();
        for name in &self.names {
            if words.contains(name.as_str()) {
                words = words.replace(name.as_str(), &masked(name));
            }
        }
        words
    }
}

/// Words hidden whole; where they break into lines stays.
pub(super) fn masked(words: &str) -> String {
    let one = |c: char| match c {
        '\n' | ' ' => c.to_string(),
        c => "▒".repeat(text::width(c.encode_utf8(&mut [0; 4]))),
    };
    words.chars().map(one).collect()
}

/// A row with its name and last words hidden.
pub(super) fn mask_row(row: &mut Conversation) {
    row.name = Some(masked(&row.display_name()));
    row.snippet = masked(&row.snippet);
}
