//! A message as the world keeps it, and what stands in it as the Graph API
//! gives it.

use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Sender {
    Person,
    App(usize),
}

#[derive(Clone, Debug)]
pub(in crate::sim) struct Message {
    pub(in crate::sim) id: String,
    pub(in crate::sim) at: i64,
    pub(in crate::sim) sender: Sender,
    pub(in crate::sim) text: String,
    /// Items of `attachments.data`, as the Graph API gives them.
    pub(in crate::sim) attachments: Vec<Value>,
    pub(in crate::sim) shares: Vec<Value>,
    /// The id of a sticker.
    pub(in crate::sim) sticker: Option<String>,
    /// Attachments as an app sent them.
    pub(in crate::sim) sent: Vec<Value>,
    pub(in crate::sim) story: bool,
    pub(in crate::sim) unsupported: bool,
    pub(in crate::sim) deleted: bool,
    pub(in crate::sim) reply_to: Option<String>,
    /// What can be tapped: title and payload. Quick replies only work while
    /// theirs is the newest message (R11).
    pub(in crate::sim) buttons: Vec<Button>,
    /// A tapped quick reply's payload.
    pub(in crate::sim) payload: Option<String>,
    /// How often the person has changed the text.
    pub(in crate::sim) edits: u32,
    /// Who reacted, and with what.
    pub(in crate::sim) reactions: Vec<(Sender, String)>,
    /// Where the sender said which persona speaks.
    pub(in crate::sim) persona: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) struct Button {
    pub(in crate::sim) title: String,
    pub(in crate::sim) payload: String,
    pub(in crate::sim) quick: bool,
}

impl Message {
    pub(in crate::sim) fn text(
        id: String,
        at: i64,
        sender: Sender,
        text: impl Into<String>,
    ) -> Self {
        Self {
            id,
            at,
            sender,
            text: text.into(),
            attachments: Vec::new(),
            shares: Vec::new(),
            sticker: None,
            sent: Vec::new(),
            story: false,
            unsupported: false,
            deleted: false,
            reply_to: None,
            buttons: Vec::new(),
            payload: None,
            edits: 0,
            reactions: Vec::new(),
            persona: None,
        }
    }
}

/// A card as the Graph API gives it. `cta` is one object in Meta's reference;
/// several buttons come as a list (our choice).
pub(in crate::sim) fn card(title: &str, subtitle: &str, buttons: &[&str]) -> Value {
    let cta: Vec<Value> = buttons
        .iter()
        .map(|title| json!({"title": title, "type": "postback"}))
        .collect();
    let cta = match <[Value; 1]>::try_from(cta) {
        Ok([one]) => one,
        Err(several) => Value::Array(several),
    };
    json!({"id": "1", "generic_template": {"title": title, "subtitle": subtitle, "cta": cta}})
}

/// A photo as the Graph API gives it.
pub(in crate::sim) fn photo(name: &str) -> Value {
    let url = format!("https://cdn.example/{name}?oe=6a000000");
    json!({"id": "1", "mime_type": "image/jpeg", "name": name, "size": 182_440,
           "image_data": {"width": 1080, "height": 1440, "url": url, "preview_url": url}})
}

/// A button whose payload is its title in capitals.
pub(in crate::sim) fn button(title: &str, quick: bool) -> Button {
    Button {
        title: title.to_owned(),
        payload: title.to_uppercase().replace(' ', "_"),
        quick,
    }
}
