//! Reads a part of a request by its shape and limits, and refuses it by the name of
//! the place. Where Meta's pages give no code for a limit it is 100 (our choice).

use serde_json::Value;

use crate::sim::{graph_error::GraphError, params::unwrap_text};

/// A value and where it stands, such as `message[attachment][payload]`.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// As it came.
    given: Value,
    /// An object or a list may come as JSON text; a text that is JSON stays one.
    opened: Value,
    name: String,
}

impl Place {
    pub(super) fn new(name: impl Into<String>, value: &Value) -> Self {
        Self {
            given: value.clone(),
            opened: unwrap_text(value),
            name: name.into(),
        }
    }

    pub(super) fn field(&self, key: &str) -> Self {
        Self::new(format!("{}[{key}]", self.name), &self.opened[key])
    }

    /// The field, if it is there.
    pub(super) fn optional(&self, key: &str) -> Option<Self> {
        let field = self.field(key);
        (!field.given.is_null()).then_some(field)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        !self.opened[key].is_null()
    }

    /// What stands there.
    pub(super) fn value(&self) -> &Value {
        &self.opened
    }

    pub(super) fn refused<T>(&self, why: &str) -> Result<T, GraphError> {
        Err(GraphError::parameter(format!("Param {} {why}", self.name)))
    }

    pub(super) fn is_object(&self) -> Result<(), GraphError> {
        match self.opened.is_object() {
            true => Ok(()),
            false => self.refused("must be an object"),
        }
    }

    /// The items of a list with so many of them.
    pub(super) fn items(&self, least: usize, most: usize) -> Result<Vec<Self>, GraphError> {
        let Value::Array(items) = &self.opened else {
            return self.refused("must be an array");
        };
        if items.len() < least || items.len() > most {
            return self.refused(&match (least, items.len()) {
                (least, count) if count < least => {
                    format!("must have {least} or more elements, and has {count}")
                }
                (_, count) => format!("must have {most} or fewer elements, and has {count}"),
            });
        }
        let named = |(at, item)| Self::new(format!("{}[{at}]", self.name), item);
        Ok(items.iter().enumerate().map(named).collect())
    }

    /// A text that is there and not empty, of at most so many characters.
    pub(super) fn text(&self, most: usize) -> Result<&str, GraphError> {
        match self.given.as_str() {
            None | Some("") => self.refused("is required"),
            Some(text) if text.chars().count() > most => Err(GraphError::parameter(format!(
                "Length of param {} must be less than or equal to {most}",
                self.name
            ))),
            Some(text) => Ok(text),
        }
    }

    /// The same, where it may be left out or empty.
    pub(super) fn optional_text(&self, most: usize) -> Result<(), GraphError> {
        match &self.given {
            Value::Null => Ok(()),
            Value::String(text) if text.is_empty() => Ok(()),
            _ => self.text(most).map(drop),
        }
    }

    /// One of some words, in any case; answers it in lower case.
    pub(super) fn one_of(&self, words: &[&str]) -> Result<String, GraphError> {
        let word = self.given.as_str().unwrap_or_default().to_ascii_lowercase();
        match words.contains(&word.as_str()) {
            true => Ok(word),
            false => self.refused(&format!("must be one of {{{}}}", words.join(", "))),
        }
    }

    /// An address; `secure` for https only.
    pub(super) fn url(&self, secure: bool) -> Result<&str, GraphError> {
        let url = self.given.as_str().unwrap_or_default();
        let begins = url.starts_with("https://") || (!secure && url.starts_with("http://"));
        match begins {
            true => Ok(url),
            false => self.refused("must be a valid URL"),
        }
    }
}
