//! The shapes of Meta's JSON. Lenient on purpose: ids come as text or number,
//! members may be missing, unknown members and values are ignored. Lists are
//! read as raw items and then each item alone, so one odd item does not take
//! the others with it.

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

/// The error of an answer, if it holds one.
pub(super) fn error(text: &str) -> Option<ErrorBody> {
    #[derive(Deserialize)]
    struct Envelope {
        error: ErrorBody,
    }
    serde_json::from_str::<Envelope>(text).ok().map(|e| e.error)
}

#[derive(Debug, Deserialize)]
pub(super) struct ErrorBody {
    #[serde(default, deserialize_with = "number")]
    pub(super) code: i64,
    #[serde(default, rename = "error_subcode", deserialize_with = "number")]
    pub(super) subcode: i64,
}

/// `{"data":[…],"paging":{…}}` with the items left raw.
#[derive(Debug, Deserialize)]
pub(super) struct List<'a> {
    #[serde(borrow)]
    pub(super) data: Vec<&'a RawValue>,
    #[serde(default)]
    pub(super) paging: Option<Paging>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Paging {
    cursors: Cursors,
    next: Option<de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cursors {
    after: Option<String>,
}

impl List<'_> {
    /// The cursor of the next page, if there is one. The link itself is never
    /// followed: it could lead anywhere.
    pub(super) fn after(&self) -> Option<String> {
        let paging = self.paging.as_ref()?;
        paging.next.as_ref().and(paging.cursors.after.clone())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Conversation<'a> {
    pub(super) id: String,
    pub(super) updated_time: Option<String>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub(super) unread_count: Option<i64>,
    pub(super) snippet: Option<String>,
    pub(super) can_reply: Option<bool>,
    pub(super) is_owner: Option<bool>,
    #[serde(default)]
    pub(super) participants: Data<Party>,
    #[serde(borrow)]
    pub(super) messages: Option<List<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Data<T> {
    #[serde(default = "Vec::new")]
    pub(super) data: Vec<T>,
}

impl<T> Default for Data<T> {
    fn default() -> Self {
        Self { data: Vec::new() }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Party {
    #[serde(default, deserialize_with = "id")]
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) username: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message<'a> {
    #[serde(deserialize_with = "id")]
    pub(super) id: String,
    pub(super) created_time: Option<String>,
    pub(super) from: Option<Party>,
    pub(super) message: Option<String>,
    pub(super) sticker: Option<de::IgnoredAny>,
    #[serde(default)]
    pub(super) tags: Data<Named>,
    #[serde(borrow)]
    pub(super) attachments: Option<List<'a>>,
    #[serde(borrow)]
    pub(super) shares: Option<List<'a>>,
    pub(super) story: Option<de::IgnoredAny>,
    #[serde(default)]
    pub(super) is_unsupported: bool,
    pub(super) reply_to: Option<ReplyTo>,
    #[serde(default)]
    pub(super) reactions: Data<Reactions>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReplyTo {
    #[serde(deserialize_with = "maybe_id")]
    pub(super) mid: Option<String>,
    pub(super) story: Option<de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reactions {
    #[serde(default)]
    pub(super) reaction: String,
    #[serde(default)]
    pub(super) users: Vec<Party>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    pub(super) name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Attachment {
    pub(super) mime_type: Option<String>,
    pub(super) name: Option<String>,
    #[serde(deserialize_with = "maybe_number")]
    pub(super) size: Option<i64>,
    pub(super) image_data: Option<ImageData>,
    pub(super) video_data: Option<de::IgnoredAny>,
    pub(super) generic_template: Option<Template>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ImageData {
    pub(super) render_as_sticker: bool,
    pub(super) animated_gif_url: Option<de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Template {
    pub(super) title: Option<String>,
    pub(super) subtitle: Option<String>,
    pub(super) cta: Option<OneOrMany>,
}

/// The message reference prints `cta` as one object; several buttons are seen
/// as a list.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    Many(Vec<Button>),
    One(Button),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Button {
    pub(super) title: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Share {
    pub(super) name: Option<String>,
    pub(super) link: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    pub(super) name: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) username: Option<String>,
    pub(super) locale: Option<String>,
    pub(super) timezone: Option<f64>,
    #[serde(deserialize_with = "maybe_number")]
    pub(super) follower_count: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct OwnerItem {
    pub(super) thread_owner: Owner,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Owner {
    #[serde(deserialize_with = "maybe_id")]
    pub(super) app_id: Option<String>,
    #[serde(deserialize_with = "maybe_number")]
    pub(super) expiration: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    pub(super) name: Option<String>,
    pub(super) messaging_feature_status: Option<FeatureStatus>,
    pub(super) instagram_business_account: Option<Party>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FeatureStatus {
    pub(super) msgr_multi_app: bool,
    pub(super) ig_multi_app: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Sent {
    #[serde(default, deserialize_with = "maybe_id")]
    pub(super) message_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Uploaded {
    #[serde(default, deserialize_with = "maybe_id")]
    pub(super) attachment_id: Option<String>,
}

/// `success` is true, "true" on some edges.
pub(super) fn success(text: &str) -> bool {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Flag {
        Bool(bool),
        Text(String),
    }
    #[derive(Deserialize)]
    struct Success {
        success: Flag,
    }
    match serde_json::from_str::<Success>(text) {
        Ok(Success {
            success: Flag::Bool(b),
        }) => b,
        Ok(Success {
            success: Flag::Text(t),
        }) => t.eq_ignore_ascii_case("true"),
        Err(_) => false,
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrNumber {
    Text(String),
    Number(serde_json::Number),
    Other(de::IgnoredAny),
}

pub(super) fn maybe_id<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    Ok(match TextOrNumber::deserialize(d)? {
        TextOrNumber::Text(text) if !text.is_empty() => Some(text),
        TextOrNumber::Number(n) => Some(n.to_string()),
        TextOrNumber::Text(_) | TextOrNumber::Other(_) => None,
    })
}

fn id<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    maybe_id(d)?.ok_or_else(|| de::Error::custom("an id is missing"))
}

pub(super) fn maybe_number<'de, D: Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
    Ok(match TextOrNumber::deserialize(d)? {
        TextOrNumber::Text(text) => text.parse().ok(),
        TextOrNumber::Number(n) => n.as_i64(),
        TextOrNumber::Other(_) => None,
    })
}

fn number<'de, D: Deserializer<'de>>(d: D) -> Result<i64, D::Error> {
    Ok(maybe_number(d)?.unwrap_or(0))
}
