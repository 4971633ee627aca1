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
    /// Latitude and longitude of a place that was sent, in degrees.
    pub(in crate::sim) place: Option<(f64, f64)>,
    /// How the person came to write it, as `referral` of a webhook.
    pub(in crate::sim) referral: Option<Value>,
    /// The id of a sticker.
    pub(in crate::sim) sticker: Option<String>,
    /// Attachments as an app sent them.
    pub(in crate::sim) sent: Vec<Value>,
    pub(in crate::sim) story: Option<StoryPart>,
    /// A photo that goes once it was seen.
    pub(in crate::sim) disappearing: bool,
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

/// Where a story lies, for a while, and its id.
pub(in crate::sim) const STORY: &str = "https://cdn.example/story";
pub(in crate::sim) const STORY_ID: &str = "1790";

/// What a message on Instagram has to do with a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum StoryPart {
    /// It names the Page in one of the person's.
    Mention,
    /// It answers one of the Page's.
    Reply,
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
            place: None,
            referral: None,
            sticker: None,
            sent: Vec::new(),
            story: None,
            disappearing: false,
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

    /// Links and places, as the Graph API gives them.
    pub(in crate::sim) fn all_shares(&self) -> Vec<Value> {
        let place = self.place.map(shared_place);
        self.shares.iter().cloned().chain(place).collect()
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

/// Where a file of that name can be had, for a while.
fn address(name: &str) -> String {
    format!("https://cdn.example/{name}?oe=6a000000")
}

/// A photo as the Graph API gives it.
pub(in crate::sim) fn photo(name: &str) -> Value {
    let url = address(name);
    json!({"id": "1", "mime_type": "image/jpeg", "name": name, "size": 182_440,
           "image_data": {"width": 1080, "height": 1440, "url": url, "preview_url": url}})
}

/// A video as the Graph API gives it.
pub(in crate::sim) fn video(name: &str) -> Value {
    json!({"id": "1", "mime_type": "video/mp4", "name": name, "size": 4_812_004,
           "video_data": {"url": address(name)}})
}

/// A recording or a document as the Graph API gives it.
pub(in crate::sim) fn file(name: &str, mime: &str) -> Value {
    json!({"id": "1", "mime_type": mime, "name": name, "size": 94_208, "file_url": address(name)})
}

/// A place as the Graph API gives it: a link to a map (our choice).
fn shared_place((lat, long): (f64, f64)) -> Value {
    json!({"id": "1", "name": "Pinned location",
           "link": format!("https://www.openstreetmap.org/?mlat={lat}&mlon={long}")})
}

/// A button whose payload is its title in capitals.
pub(in crate::sim) fn button(title: &str, quick: bool) -> Button {
    Button {
        title: title.to_owned(),
        payload: title.to_uppercase().replace(' ', "_"),
        quick,
    }
}
