//! Reads values of the file, and collects what is wrong with them, each with its
//! line.

use std::ops::RangeInclusive;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Collects mistakes with their lines.
pub(super) struct Mistakes<'a> {
    pub(super) text: &'a str,
    pub(super) list: Vec<(usize, String)>,
}

impl Mistakes<'_> {
    pub(super) fn at(&mut self, byte: usize, words: String) {
        let before = self.text.get(..byte).unwrap_or(self.text);
        self.list.push((before.matches('\n').count() + 1, words));
    }

    pub(super) fn text_of(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.clone().into_owned()),
            _ => {
                self.at(value.span().start, "this must be text in \"quotes\"".into());
                None
            }
        }
    }

    pub(super) fn texts_of(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<String> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.text_of(item)).collect(),
            _ => {
                self.at(
                    value.span().start,
                    "this must be a list, such as [\"r\", \"F2\"]".into(),
                );
                Vec::new()
            }
        }
    }

    pub(super) fn flag_of(&mut self, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => {
                self.at(value.span().start, "this must be true or false".into());
                None
            }
        }
    }

    /// A whole number within a range; `what` says which in words.
    pub(super) fn number_of(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        range: RangeInclusive<u32>,
        what: &str,
    ) -> Option<u32> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (from, to) = (range.start(), range.end());
            let words = match *to {
                u32::MAX => format!("this must be {what}"),
                _ => format!("this must be {what}, from {from} to {to}"),
            };
            self.at(value.span().start, words);
        }
        number
    }

    /// One of some words.
    pub(super) fn choice_of<T: Copy>(
        &mut self,
        name: &str,
        value: &Spanned<DeValue<'_>>,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let text = self.text_of(value)?;
        let chosen = choices.iter().find(|(word, _)| *word == text);
        if chosen.is_none() {
            let words: Vec<String> = choices
                .iter()
                .map(|(word, _)| format!("{word:?}"))
                .collect();
            self.at(
                value.span().start,
                format!("{name} must be one of {}", words.join(", ")),
            );
        }
        chosen.map(|(_, chosen)| *chosen)
    }

    pub(super) fn table_of<'i>(&mut self, value: Spanned<DeValue<'i>>) -> DeTable<'i> {
        let at = value.span().start;
        match value.into_inner() {
            DeValue::Table(table) => table,
            _ => {
                self.at(at, "this must be a [table]".into());
                DeTable::new()
            }
        }
    }
}
