//! The shapes of Meta's JSON. Lenient on purpose: ids come as text or number,
//! members may be missing, unknown members and values are ignored. Lists are
//! read as raw items and then each item alone, so one odd item does not take
//! the others with it.

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned},
};
use serde_json::{Value, value::RawValue};

/// The error of an answer, if it holds one.
pub(in crate::graph) fn error(text: &str) -> Option<ErrorBody> {
    #[derive(Deserialize)]
    struct Envelope {
        error: ErrorBody,
    }
    serde_json::from_str::<Envelope>(text).ok().map(|e| e.error)
}

#[derive(Debug, Deserialize)]
pub(in crate::graph) struct ErrorBody {
    #[serde(default, deserialize_with = "number")]
    pub(in crate::graph) code: i64,
    #[serde(default, rename = "error_subcode", deserialize_with = "number")]
    pub(in crate::graph) subcode: i64,
}

/// `{"data":[…],"paging":{…}}` with the items left raw.
#[derive(Debug, Deserialize)]
pub(in crate::graph) struct List<'a> {
    #[serde(borrow)]
    pub(in crate::graph) data: Vec<&'a RawValue>,
    #[serde(default)]
    pub(in crate::graph) paging: Option<Paging>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Paging {
    #[serde(deserialize_with = "lenient")]
    cursors: Cursors,
    #[serde(deserialize_with = "lenient")]
    next: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cursors {
    #[serde(deserialize_with = "lenient")]
    after: Option<String>,
}

/// The members of a link's query that say where the next page begins.
const PLACES: [&str; 3] = ["after", "until", "__paging_token"];

/// What a cursor begins with that is several members of a query.
const SEVERAL: char = '?';

/// Where a page of a list begins.
#[derive(Debug, Default)]
pub(in crate::graph) struct Place(pub(in crate::graph) Vec<(String, String)>);

impl Place {
    /// What a link's query says; nothing of its host or of its other members.
    fn of_link(link: &str) -> Option<Self> {
        let url = reqwest::Url::parse(link).ok()?;
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| PLACES.contains(&&**name))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        (!pairs.is_empty()).then_some(Self(pairs))
    }

    /// As it is kept, in one word.
    fn into_cursor(self) -> String {
        match self.0.as_slice() {
            [(name, value)] if name == "after" => value.clone(),
            pairs => {
                let mut query = reqwest::Url::parse("https://nowhere.invalid/").map(|mut url| {
                    url.query_pairs_mut().extend_pairs(pairs);
                    url.query().unwrap_or_default().to_owned()
                });
                let query = query.as_mut().map(std::mem::take).unwrap_or_default();
                format!("{SEVERAL}{query}")
            }
        }
    }

    /// Of what was kept.
    pub(in crate::graph) fn of_cursor(cursor: &str) -> Self {
        match cursor.strip_prefix(SEVERAL) {
            Some(query) => {
                Self::of_link(&format!("https://nowhere.invalid/?{query}")).unwrap_or_default()
            }
            None => Self(vec![("after".into(), cursor.to_owned())]),
        }
    }
}

impl List<'_> {
    /// The place of the next page, if there is one. The link itself is never
    /// followed, because it could lead anywhere; but older edges give no cursors,
    /// and then what its query says is the place.
    pub(in crate::graph) fn after(&self) -> Option<String> {
        let paging = self.paging.as_ref()?;
        let next = paging.next.as_ref()?;
        let cursor = paging.cursors.after.clone();
        cursor.or_else(|| Place::of_link(next.as_str()?).map(Place::into_cursor))
    }

    /// There is a next page, whether it can be asked for or not.
    pub(in crate::graph) fn goes_on(&self) -> bool {
        self.paging
            .as_ref()
            .is_some_and(|paging| paging.next.is_some())
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::graph) struct Conversation<'a> {
    pub(in crate::graph) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) updated_time: Option<String>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub(in crate::graph) unread_count: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) snippet: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) can_reply: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) is_owner: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) participants: Data<Party>,
    #[serde(borrow)]
    pub(in crate::graph) messages: Option<List<'a>>,
}

#[derive(Debug, Deserialize)]
pub(in crate::graph) struct Data<T> {
    #[serde(default = "Vec::new")]
    pub(in crate::graph) data: Vec<T>,
}

impl<T> Default for Data<T> {
    fn default() -> Self {
        Self { data: Vec::new() }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::graph) struct Party {
    #[serde(default, deserialize_with = "id")]
    pub(in crate::graph) id: String,
    pub(in crate::graph) name: Option<String>,
    pub(in crate::graph) username: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(in crate::graph) struct Message<'a> {
    #[serde(deserialize_with = "id")]
    pub(in crate::graph) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) created_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) from: Option<Party>,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) message: Option<String>,
    pub(in crate::graph) sticker: Option<de::IgnoredAny>,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) tags: Data<Named>,
    #[serde(borrow)]
    pub(in crate::graph) attachments: Option<List<'a>>,
    #[serde(borrow)]
    pub(in crate::graph) shares: Option<List<'a>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) story: Option<Story>,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) is_unsupported: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) reply_to: Option<ReplyTo>,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) reactions: Data<Reactions>,
}

/// `{"mention": {link, id}}`, or a reply to one: `{link, id}`, also inside `reply_to`.
#[derive(Debug, Default, Deserialize)]
pub(in crate::graph) struct Story {
    pub(in crate::graph) mention: Option<de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct ReplyTo {
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) mid: Option<String>,
    pub(in crate::graph) story: Option<de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(in crate::graph) struct Reactions {
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) reaction: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(in crate::graph) users: Vec<Party>,
}

#[derive(Debug, Deserialize)]
pub(in crate::graph) struct Named {
    #[serde(default)]
    pub(in crate::graph) name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Attachment {
    pub(in crate::graph) mime_type: Option<String>,
    pub(in crate::graph) name: Option<String>,
    #[serde(deserialize_with = "maybe_number")]
    pub(in crate::graph) size: Option<i64>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) image_data: Option<ImageData>,
    pub(in crate::graph) video_data: Option<de::IgnoredAny>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) generic_template: Option<Template>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct ImageData {
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) render_as_sticker: bool,
    pub(in crate::graph) animated_gif_url: Option<de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Template {
    pub(in crate::graph) title: Option<String>,
    pub(in crate::graph) subtitle: Option<String>,
    pub(in crate::graph) cta: Option<OneOrMany>,
}

/// The message reference prints `cta` as one object; several buttons are seen
/// as a list.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(in crate::graph) enum OneOrMany {
    Many(Vec<Button>),
    One(Button),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Button {
    pub(in crate::graph) title: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Share {
    pub(in crate::graph) name: Option<String>,
    pub(in crate::graph) link: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Profile {
    pub(in crate::graph) name: Option<String>,
    pub(in crate::graph) first_name: Option<String>,
    pub(in crate::graph) last_name: Option<String>,
    pub(in crate::graph) username: Option<String>,
    pub(in crate::graph) locale: Option<String>,
    pub(in crate::graph) timezone: Option<f64>,
    #[serde(deserialize_with = "maybe_number")]
    pub(in crate::graph) follower_count: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(in crate::graph) struct OwnerItem {
    pub(in crate::graph) thread_owner: Owner,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Owner {
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) app_id: Option<String>,
    #[serde(deserialize_with = "maybe_number")]
    pub(in crate::graph) expiration: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Page {
    pub(in crate::graph) name: Option<String>,
    pub(in crate::graph) messaging_feature_status: Option<FeatureStatus>,
    pub(in crate::graph) instagram_business_account: Option<Party>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct FeatureStatus {
    pub(in crate::graph) msgr_multi_app: bool,
    pub(in crate::graph) ig_multi_app: bool,
}

#[derive(Debug, Deserialize)]
pub(in crate::graph) struct Sent {
    #[serde(default, deserialize_with = "maybe_id")]
    pub(in crate::graph) message_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(in crate::graph) struct Uploaded {
    #[serde(default, deserialize_with = "maybe_id")]
    pub(in crate::graph) attachment_id: Option<String>,
}

/// `success` is true, "true" on some edges.
pub(in crate::graph) fn success(text: &str) -> bool {
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

pub(in crate::graph) fn maybe_id<'de, D: Deserializer<'de>>(
    d: D,
) -> Result<Option<String>, D::Error> {
    Ok(match TextOrNumber::deserialize(d)? {
        TextOrNumber::Text(text) if !text.is_empty() => Some(text),
        TextOrNumber::Number(n) => Some(n.to_string()),
        TextOrNumber::Text(_) | TextOrNumber::Other(_) => None,
    })
}

fn id<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    maybe_id(d)?.ok_or_else(|| de::Error::custom("an id is missing"))
}

pub(in crate::graph) fn maybe_number<'de, D: Deserializer<'de>>(
    d: D,
) -> Result<Option<i64>, D::Error> {
    Ok(match TextOrNumber::deserialize(d)? {
        TextOrNumber::Text(text) => text.parse().ok(),
        TextOrNumber::Number(n) => n.as_i64(),
        TextOrNumber::Other(_) => None,
    })
}

fn number<'de, D: Deserializer<'de>>(d: D) -> Result<i64, D::Error> {
    Ok(maybe_number(d)?.unwrap_or(0))
}

/// A member of an odd kind is as good as none.
pub(in crate::graph) fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}
