//! Reads a scenario as far as it can be read, and names every mistake of its shape. A
//! part that cannot be read is left out, and the rest is read without it.

use std::{collections::BTreeSet, ops::Range};

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue, Deserializer, Error},
};

use crate::sim::scenario::{error::Mistakes, file::Scenario};

/// More than anybody mends at once.
const MOST: usize = 100;

/// What could be read, and what is declared in the file, be it readable or not.
pub(in crate::sim) fn read(text: &str) -> (Scenario, Mistakes<'_>) {
    let mut mistakes = Mistakes::new(text);
    let (mut table, broken) = DeTable::parse_recoverable(text);
    for error in &broken {
        mistakes.add(error.span(), words(error));
    }
    mistakes.apps = names(&table, "app");
    mistakes.people = names(&table, "person");
    mistakes.has_page = table.get_ref().contains_key("page");
    // Where the text is broken, what seems to be missing may be what was not read.
    mistakes.certain = broken.is_empty();
    if mistakes.certain {
        lacks(table.get_ref(), &mut mistakes);
    }
    let mut left_out: Vec<Removed> = Vec::new();
    for _ in 0..MOST {
        let error = match Scenario::deserialize(Deserializer::from(table.clone())) {
            Ok(scenario) => return (scenario, mistakes),
            Err(error) => error,
        };
        let Some(span) = error.span() else {
            mistakes.add(None, words(&error));
            break;
        };
        let missing = error.message().strip_prefix("missing field `");
        let missing = missing.and_then(|rest| rest.strip_suffix('`'));
        let follows = missing.is_some_and(|key| {
            let out = |left: &Removed| left.of == span && left.key.as_deref() == Some(key);
            !mistakes.certain || left_out.iter().any(out)
        });
        let whole = table.span();
        let removed = remove(table.get_mut(), &whole, &span);
        if !follows {
            let key = removed.as_ref().and_then(|removed| removed.key.as_deref());
            mistakes.add(Some(span), about(key, words(&error)));
        }
        match removed {
            Some(removed) => left_out.push(removed),
            None => break,
        }
    }
    (Scenario::default(), mistakes)
}

/// What the tables and lists of that name cannot be without. The library names one
/// missing key of a table, and people leave out several.
const REQUIRED: [(&str, &[&str]); 8] = [
    ("page", &["id", "name"]),
    ("other_page", &["id", "name"]),
    ("app", &["name", "id"]),
    ("bot", &["app", "rules"]),
    ("person", &["name"]),
    ("say", &["at", "by"]),
    ("card", &["title"]),
    ("timeline", &["at", "do"]),
];

fn lacks(table: &DeTable<'_>, mistakes: &mut Mistakes<'_>) {
    for (name, value) in table {
        let required = REQUIRED.iter().find(|(of, _)| of == name.get_ref());
        let keys = required.map_or(&[][..], |(_, keys)| keys);
        let alone = std::slice::from_ref(value);
        let items = value.get_ref().as_array().map_or(alone, |items| items);
        for item in items {
            let Some(table) = item.get_ref().as_table() else {
                continue;
            };
            for key in keys.iter().filter(|key| !table.contains_key(**key)) {
                mistakes.add(Some(item.span()), format!("missing key `{key}`"));
            }
            lacks(table, mistakes);
        }
    }
}

/// What the library says, in the words of the file.
fn words(error: &Error) -> String {
    let said = error.message().replace('\n', "; ");
    let said = said.replace("unknown field", "unknown key");
    let said = said.replace("missing field", "missing key");
    // Our own types are nobody's business.
    match said.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected a table"),
        None => said,
    }
}

/// With the key whose value it is, where the words do not name it.
fn about(key: Option<&str>, words: String) -> String {
    match key {
        Some(key) if !words.contains(key) => format!("{key}: {words}"),
        _ => words,
    }
}

/// The names of all `[[kind]]`.
fn names(table: &Spanned<DeTable<'_>>, kind: &str) -> BTreeSet<String> {
    let list = table.get_ref().get(kind);
    let items = list.and_then(|list| list.get_ref().as_array());
    let items = items.into_iter().flat_map(|items| items.iter());
    let name = |item: &Spanned<DeValue<'_>>| {
        let name = item.get_ref().as_table()?.get("name")?;
        name.get_ref().as_str().map(str::to_owned)
    };
    items.filter_map(name).collect()
}

/// What was left out.
struct Removed {
    /// Where the table or list stands that held it.
    of: Range<usize>,
    /// The key it stood under; none for an item of a list.
    key: Option<String>,
}

/// Takes the innermost thing that stands exactly at `span` out of a table, which stands
/// at `of`.
fn remove(table: &mut DeTable<'_>, of: &Range<usize>, span: &Range<usize>) -> Option<Removed> {
    let mut inside = table.iter_mut().map(|(_, value)| value);
    if let Some(removed) = inside.find_map(|value| remove_within(value, span)) {
        return Some(removed);
    }
    let mut entries = table.iter();
    let found = entries.find(|(key, value)| key.span() == *span || value.span() == *span);
    let key = found.map(|(key, _)| key.get_ref().clone().into_owned())?;
    table.remove(key.as_str());
    Some(Removed {
        of: of.clone(),
        key: Some(key),
    })
}

fn remove_within(value: &mut Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<Removed> {
    let of = value.span();
    match value.get_mut() {
        DeValue::Table(table) => remove(table, &of, span),
        DeValue::Array(items) => remove_item(items, &of, span),
        _ => None,
    }
}

fn remove_item<'a>(
    items: &mut DeArray<'a>,
    of: &Range<usize>,
    span: &Range<usize>,
) -> Option<Removed> {
    let mut inside = items.iter_mut();
    if let Some(removed) = inside.find_map(|item| remove_within(item, span)) {
        return Some(removed);
    }
    let at = items.iter().position(|item| item.span() == *span)?;
    let mut left: DeArray<'a> = DeArray::new();
    let all = std::mem::replace(items, DeArray::new());
    for (n, item) in all.into_iter().enumerate() {
        if n != at {
            left.push(item);
        }
    }
    *items = left;
    Some(Removed {
        of: of.clone(),
        key: None,
    })
}
