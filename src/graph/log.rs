//! The `--log` file: one JSON line for every Graph call, never a token.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::Mutex,
};

use serde::Serialize;
use serde_json::Value;

use crate::private;

/// An append-only file of calls.
#[derive(Debug)]
pub(super) struct Log(Mutex<File>);

/// One call.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    /// ISO time with milliseconds.
    pub(super) time: String,
    /// `GET` or `POST`.
    pub(super) method: &'a str,
    /// Path and query below the host.
    pub(super) path: &'a str,
    /// The JSON that was sent.
    #[serde(serialize_with = "without_secrets")]
    pub(super) body: Option<&'a Value>,
    /// HTTP status; null when no answer came.
    pub(super) status: Option<u16>,
    /// How long it took.
    pub(super) ms: u64,
}

impl Log {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = private::open(path, OpenOptions::new().append(true).create(true))?;
        Ok(Self(Mutex::new(file)))
    }

    /// A full disk must not stop the desk, so a failing log is left behind.
    pub(super) fn write(&self, entry: &Entry<'_>) {
        let Ok(mut line) = serde_json::to_vec(entry) else {
            return;
        };
        line.push(b'\n');
        let mut file = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let _ = file.write_all(&line);
    }
}

/// What was sent, as it may be shown.
pub(super) fn shown(body: &Value) -> String {
    clean(body).to_string()
}

/// So much of an answer is kept for the screen, in bytes.
const SHOWN: usize = 4 * 1024;

/// The beginning of an answer, as it may be shown: Meta puts the token into the links of
/// its pages, and lists the tokens of Pages.
pub(super) fn shown_answer(text: &str) -> String {
    let mut end = text.len().min(SHOWN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut rest = &text[..end];
    let mut shown = String::with_capacity(end);
    while let Some(at) = rest.find("access_token") {
        let (before, found) = rest.split_at(at + "access_token".len());
        shown.push_str(before);
        // In a link `=` stands before it, in an object `":"`.
        let value = found.trim_start_matches(['"', ':', '=', ' ', '\\']);
        shown.push_str(&found[..found.len() - value.len()]);
        shown.push('…');
        rest = value.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "%|_-.".contains(c));
    }
    shown.push_str(rest);
    if end < text.len() {
        shown.push_str(" …");
    }
    shown
}

/// What a write does, in Meta's words: ids and what was said are left out.
pub(super) fn gist(body: &Value) -> String {
    let message = &body["message"];
    let kind = match message["text"].is_string() {
        true => Some("text"),
        false => message["attachment"]["type"].as_str(),
    };
    let words = [
        body["sender_action"].as_str(),
        body["payload"]["reaction"].as_str(),
        body["messaging_type"].as_str(),
        body["tag"].as_str(),
        kind,
        body["reply_to"].is_object().then_some("reply_to"),
        body["thread_control"]["control_type"].as_str(),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The token of a handshake is a secret as well.
fn clean(body: &Value) -> Value {
    let mut body = body.clone();
    if let Value::Object(map) = &mut body {
        map.remove("verify_token");
    }
    body
}

fn without_secrets<S: serde::Serializer>(
    body: &Option<&Value>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    body.map(clean).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gist_of_a_write_says_what_it_does_and_nothing_that_was_said() {
        for (body, gist) in [
            (
                r#"{"recipient":{"id":"7"},"messaging_type":"RESPONSE","message":{"text":"hi"}}"#,
                "RESPONSE text",
            ),
            (
                r#"{"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT","reply_to":{"mid":"m"},
                    "message":{"attachment":{"type":"image"}},"thread_control":{"control_type":"pass"}}"#,
                "MESSAGE_TAG HUMAN_AGENT image reply_to pass",
            ),
            (r#"{"sender_action":"typing_on"}"#, "typing_on"),
            (
                r#"{"sender_action":"react","payload":{"message_id":"m","reaction":"love"}}"#,
                "react love",
            ),
            (r#"{"recipient":{"id":"7"},"metadata":"note"}"#, ""),
            ("[]", ""),
        ] {
            let body: Value = serde_json::from_str(body).expect("JSON");
            assert_eq!(super::gist(&body), gist);
        }
    }

    #[test]
    fn an_answer_is_shown_without_tokens_and_not_all_of_it() {
        for (answer, shown) in [
            (r#"{"data":[]}"#, r#"{"data":[]}"#),
            (
                r#"{"next":"https://graph.facebook.com/x?access_token=EAAsecret|1&after=b"}"#,
                r#"{"next":"https://graph.facebook.com/x?access_token=…&after=b"}"#,
            ),
            (
                r#"{"access_token":"EAAsecret","id":"1"}"#,
                r#"{"access_token":"…","id":"1"}"#,
            ),
            (r#"{"access_token" : "EAA"#, r#"{"access_token" : "…"#),
        ] {
            assert_eq!(shown_answer(answer), shown);
        }
        let long = shown_answer(&"ü".repeat(SHOWN));
        assert!(long.len() < SHOWN + 8 && long.ends_with(" …"));
    }
}
