//! The parameters of a call, wherever the caller put them: query, JSON body,
//! form body, multipart body, or a mix. Objects may arrive as JSON text.

use serde_json::{Map, Value};

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
            self.map.insert(decode(key), Value::String(decode(value)));
        }
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

    /// Adds one text part of a multipart body.
    pub(super) fn add_text(&mut self, key: String, value: String) {
        self.map.insert(key, Value::String(value));
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
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_inside_a_batch_is_not_shown() {
        let mut params = Params::default();
        let item = json!({"method": "GET", "relative_url": "me?access_token=EAAsecret&fields=id"});
        params
            .add_json(json!({ "batch": [item.clone()] }).to_string().as_bytes())
            .expect("JSON");
        params.add_text("same".to_owned(), json!([item]).to_string());
        let shown = params.loggable().to_string();
        assert!(!shown.contains("EAAsecret"), "{shown}");
        assert!(shown.contains("fields=id"), "{shown}");
    }
}
