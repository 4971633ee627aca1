//! The parameters of a call, wherever the caller put them: query, JSON body,
//! form body, multipart body, or a mix. Objects may arrive as JSON text.

use serde_json::{Map, Value, json};

use crate::sim::graph_error::GraphError;

/// The parameters of one call.
#[derive(Clone, Debug, Default)]
pub(super) struct Params {
    map: Map<String, Value>,
    /// The kind and size in bytes of an uploaded file.
    file: Option<(String, usize)>,
}

impl Params {
    /// Adds a query string or form body.
    pub(super) fn add_form(&mut self, text: &str) {
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            self.add_part(decode(key), decode(value));
        }
        self.map.values_mut().for_each(lists);
    }

    fn add_part(&mut self, key: String, value: String) {
        let value = Value::String(value);
        let Some((name, inner)) = bracketed(&key) else {
            self.map.insert(key, value);
            return;
        };
        let outer = self.map.entry(name).or_insert_with(|| json!({}));
        put(outer, &inner, value);
    }

    /// Adds a JSON body; an empty one adds nothing.
    pub(super) fn add_json(&mut self, bytes: &[u8]) -> Result<(), GraphError> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(map)) => {
                self.map.extend(map);
                Ok(())
            }
            _ => Err(GraphError::parameter(
                "Invalid JSON in the body of the request.",
            )),
        }
    }

    /// Adds the text parts of a multipart body.
    pub(super) fn add_texts(&mut self, parts: Vec<(String, String)>) {
        for (key, value) in parts {
            self.add_part(key, value);
        }
        self.map.values_mut().for_each(lists);
    }

    /// An uploaded file; its bytes are of no use here.
    pub(super) fn add_file(&mut self, mime: String, size: usize) {
        self.file = Some((mime, size));
    }

    /// The kind and size in bytes of an uploaded file.
    pub(super) fn file(&self) -> Option<(&str, usize)> {
        self.file
            .as_ref()
            .map(|(mime, size)| (mime.as_str(), *size))
    }

    /// A parameter as text; numbers and booleans count as text too.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        text_of(self.map.get(key)?)
    }

    /// A parameter as an object, also where it arrives as JSON text.
    pub(super) fn object(&self, key: &str) -> Result<Option<Map<String, Value>>, GraphError> {
        match self.map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match unwrap_text(value) {
                Value::Object(map) => Ok(Some(map)),
                _ => Err(GraphError::parameter(format!(
                    "Param {key} must be an object."
                ))),
            },
        }
    }

    /// A parameter as it is meant: JSON text becomes what it says.
    pub(super) fn value(&self, key: &str) -> Option<Value> {
        self.map.get(key).map(unwrap_text)
    }

    /// All parameters.
    pub(super) fn all(&self) -> Value {
        Value::Object(self.map.clone())
    }

    pub(super) fn number(&self, key: &str) -> Option<i64> {
        self.text(key)?.parse().ok()
    }

    /// What the log may hold: everything but tokens.
    pub(super) fn loggable(&self) -> Value {
        let mut map = self.map.clone();
        for secret in [
            "access_token",
            "appsecret_proof",
            "input_token",
            "verify_token",
        ] {
            map.remove(secret);
        }
        without_tokens(Value::Object(map))
    }
}

/// Deeper than anything Graph takes.
const DEEPEST: usize = 12;

/// `message[quick_replies][0][title]` by its parts: published PHP, Ruby and shell clients
/// write objects in forms and queries so. A name that only looks like it stays whole.
fn bracketed(key: &str) -> Option<(&str, Vec<&str>)> {
    let (name, rest) = key.split_once('[')?;
    let inner: Vec<&str> = rest.strip_suffix(']')?.split("][").collect();
    let odd = |part: &str| part.contains(['[', ']']);
    let good = !name.is_empty() && inner.len() <= DEEPEST && !inner.iter().any(|part| odd(part));
    good.then_some((name, inner))
}

/// Puts a value where its parts lead; an empty part is the next place of a list.
fn put(outer: &mut Value, inner: &[&str], value: Value) {
    let Some((first, rest)) = inner.split_first() else {
        *outer = value;
        return;
    };
    if !outer.is_object() {
        *outer = json!({});
    }
    if let Value::Object(map) = outer {
        let key = match *first {
            "" => map.len().to_string(),
            named => named.to_owned(),
        };
        put(map.entry(key).or_insert(Value::Null), rest, value);
    }
}

/// What was written with the places 0, 1, 2 … is a list.
fn lists(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(lists);
            let place = |n: usize| map.contains_key(&n.to_string());
            if !map.is_empty() && (0..map.len()).all(place) {
                let mut items: Vec<(usize, Value)> = std::mem::take(map)
                    .into_iter()
                    .filter_map(|(place, item)| Some((place.parse().ok()?, item)))
                    .collect();
                items.sort_by_key(|(place, _)| *place);
                *value = items.into_iter().map(|(_, item)| item).collect();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(lists),
        _ => {}
    }
}

/// The items of a batch hold addresses with tokens in them.
fn without_tokens(value: Value) -> Value {
    match value {
        Value::String(text) => {
            let mut parts = text.split("access_token=");
            let mut out = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let end = part.find(['&', '"', ' ']).unwrap_or(part.len());
                out.push_str("access_token=…");
                out.push_str(&part[end..]);
            }
            Value::String(out)
        }
        Value::Array(items) => items.into_iter().map(without_tokens).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, without_tokens(value)))
            .collect(),
        other => other,
    }
}

/// Text, or a number or boolean as text.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// JSON text becomes what it says.
pub(super) fn unwrap_text(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| value.clone()),
        other => other.clone(),
    }
}

/// The newest version, which a call without one gets (our choice).
pub(super) const NEWEST: &str = "v27.0";

/// `/v27.0/me/messages` is version and path; unversioned calls get the newest.
pub(super) fn version_and_path(path: &str) -> (String, Vec<String>) {
    let mut parts: Vec<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(decode)
        .collect();
    let versioned = parts.first().is_some_and(|part| {
        part.strip_prefix('v').is_some_and(|n| {
            n.split('.')
                .all(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
        })
    });
    let version = if versioned {
        parts.remove(0)
    } else {
        NEWEST.to_owned()
    };
    (version, parts)
}

/// Percent decoding, with `+` for a space.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail
            .get(..2)
            .and_then(|h| std::str::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = tail;
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_a_form_are_objects_and_lists() {
        for (form, params) in [
            (
                "recipient[id]=7&message[text]=a%5Bb%5D&tag=x",
                json!({"recipient": {"id": "7"}, "message": {"text": "a[b]"}, "tag": "x"}),
            ),
            (
                "message%5Bquick_replies%5D%5B1%5D%5Btitle%5D=b&message[quick_replies][0][title]=a",
                json!({"message": {"quick_replies": [{"title": "a"}, {"title": "b"}]}}),
            ),
            ("fields[]=a&fields[]=b", json!({"fields": ["a", "b"]})),
            ("a[1]=x", json!({"a": {"1": "x"}})),
            (
                "a[=1&]=2&[b]=3&a[b]]=4&a[b=5",
                json!({"a[": "1", "]": "2", "[b]": "3", "a[b]]": "4", "a[b": "5"}),
            ),
            ("a=1&a[b]=2", json!({"a": {"b": "2"}})),
        ] {
            let mut read = Params::default();
            read.add_form(form);
            assert_eq!(read.all(), params, "{form}");
        }
        let mut deep = Params::default();
        deep.add_form(&format!("a{}=1", "[b]".repeat(100)));
        assert_eq!(deep.text("a"), None);
    }

    #[test]
    fn a_token_inside_a_batch_is_not_shown() {
        let mut params = Params::default();
        let item = json!({"method": "GET", "relative_url": "me?access_token=EAAsecret&fields=id"});
        params
            .add_json(json!({ "batch": [item.clone()] }).to_string().as_bytes())
            .expect("JSON");
        params.add_texts(vec![("same".to_owned(), json!([item]).to_string())]);
        let shown = params.loggable().to_string();
        assert!(!shown.contains("EAAsecret"), "{shown}");
        assert!(shown.contains("fields=id"), "{shown}");
    }
}
