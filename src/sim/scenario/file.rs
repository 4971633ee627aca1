//! A scenario as it stands in its file.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Map, Value};
use toml::Spanned;

use crate::sim::world::{
    ActionKind, Life, Platform, ProfileKind, Rule, Switches, TokenState, messaging_fields,
    page_fields as known_fields,
};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sim) struct Scenario {
    pub(in crate::sim) page: Option<PageToml>,
    pub(in crate::sim) other_page: Option<OtherPageToml>,
    #[serde(default)]
    pub(in crate::sim) switches: Switches,
    /// What the Page's Messenger profile holds at the start, and its Instagram
    /// account's, as their API takes it.
    pub(in crate::sim) messenger_profile: Option<Spanned<Map<String, Value>>>,
    pub(in crate::sim) instagram_profile: Option<Spanned<Map<String, Value>>>,
    #[serde(default, rename = "app")]
    pub(in crate::sim) apps: Vec<AppToml>,
    /// Bots by rules; none takes those of the built-in world for the app `bot`.
    #[serde(default, rename = "bot")]
    pub(in crate::sim) bots: Vec<BotToml>,
    #[serde(default, rename = "person")]
    pub(in crate::sim) people: Vec<PersonToml>,
    /// What happens from the start on.
    #[serde(default)]
    pub(in crate::sim) timeline: Vec<LineToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sim) struct OtherPageToml {
    #[serde(deserialize_with = "digits")]
    pub(in crate::sim) id: String,
    pub(in crate::sim) name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sim) struct BotToml {
    pub(in crate::sim) app: Spanned<String>,
    pub(in crate::sim) rules: Vec<Rule>,
}

/// A line of the timeline: a moment, and what is done.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sim) struct LineToml {
    /// After the start, such as `+20s` or `1h`.
    pub(in crate::sim) at: Spanned<String>,
    /// Name of a person.
    pub(in crate::sim) person: Option<Spanned<String>>,
    #[serde(rename = "do")]
    pub(in crate::sim) what: ActionKind,
    #[serde(default)]
    pub(in crate::sim) text: String,
    pub(in crate::sim) app: Option<Spanned<String>>,
    pub(in crate::sim) mid: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sim) struct PageToml {
    #[serde(deserialize_with = "digits")]
    pub(in crate::sim) id: String,
    pub(in crate::sim) name: String,
    /// Without one the Page has no Instagram account.
    #[serde(default, deserialize_with = "some_digits")]
    pub(in crate::sim) instagram_id: Option<String>,
    #[serde(default)]
    pub(in crate::sim) instagram_name: String,
    /// Name of an app; absent is the zero-config mode.
    pub(in crate::sim) default_app: Option<Spanned<String>>,
    pub(in crate::sim) instagram_default_app: Option<Spanned<String>>,
    /// The retired Handover Protocol, with the default app as primary receiver.
    pub(in crate::sim) handover: Option<Spanned<bool>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sim) struct AppToml {
    pub(in crate::sim) name: Spanned<String>,
    #[serde(deserialize_with = "spanned_digits")]
    pub(in crate::sim) id: Spanned<String>,
    #[serde(default = "yes")]
    pub(in crate::sim) can_take: bool,
    #[serde(default = "yes")]
    pub(in crate::sim) human_agent: bool,
    #[serde(default)]
    pub(in crate::sim) token_state: TokenState,
    #[serde(default, deserialize_with = "address")]
    pub(in crate::sim) webhook: Option<String>,
    /// It only acts: nobody attaches to it, and it hears nothing.
    #[serde(default)]
    pub(in crate::sim) actor: bool,
    /// Fields of the Page for this app; absent are all of them.
    #[serde(default, deserialize_with = "page_fields")]
    pub(in crate::sim) fields: Option<BTreeSet<String>>,
    #[serde(default = "yes")]
    pub(in crate::sim) advanced: bool,
    #[serde(default)]
    pub(in crate::sim) require_proof: bool,
    /// Permissions that were not granted.
    #[serde(default)]
    pub(in crate::sim) lacks: Vec<String>,
}

pub(in crate::sim) fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sim) struct PersonToml {
    pub(in crate::sim) name: String,
    pub(in crate::sim) username: Option<String>,
    pub(in crate::sim) platform: Option<Spanned<Platform>>,
    pub(in crate::sim) locale: Option<String>,
    pub(in crate::sim) timezone: Option<f64>,
    #[serde(default)]
    pub(in crate::sim) profile: ProfileKind,
    #[serde(default)]
    pub(in crate::sim) blocked: bool,
    #[serde(default)]
    pub(in crate::sim) poisoned: bool,
    /// Has a role on the app, the Page or the business.
    #[serde(default)]
    pub(in crate::sim) role: bool,
    #[serde(default)]
    pub(in crate::sim) folder: FolderToml,
    pub(in crate::sim) owner: Option<Spanned<String>>,
    /// When control lapses, from now on; default: 24 h after the last message.
    pub(in crate::sim) control: Option<Spanned<String>>,
    #[serde(default)]
    pub(in crate::sim) unread: u32,
    #[serde(default)]
    pub(in crate::sim) life: Life,
    #[serde(default)]
    pub(in crate::sim) answers: Vec<String>,
    #[serde(default)]
    pub(in crate::sim) say: Vec<SayToml>,
}

/// The folders of the Page's inbox.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sim) enum FolderToml {
    #[default]
    Inbox,
    PageDone,
    Other,
    Pending,
    Spam,
}

impl FolderToml {
    pub(in crate::sim) fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::PageDone => "page_done",
            Self::Other => "other",
            Self::Pending => "pending",
            Self::Spam => "spam",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sim) struct SayToml {
    /// Such as `-26h`, `-3d2h`, `-40s`; `+20s` for what is still to come (inbox only).
    pub(in crate::sim) at: Spanned<String>,
    /// `customer`, or the name of an app.
    pub(in crate::sim) by: Spanned<String>,
    #[serde(default)]
    pub(in crate::sim) text: String,
    /// Quick replies under it.
    #[serde(default)]
    pub(in crate::sim) quick_replies: Vec<String>,
    pub(in crate::sim) card: Option<CardToml>,
    pub(in crate::sim) photo: Option<String>,
    pub(in crate::sim) video: Option<String>,
    pub(in crate::sim) audio: Option<String>,
    pub(in crate::sim) file: Option<String>,
    #[serde(default)]
    pub(in crate::sim) sticker: bool,
    #[serde(default)]
    pub(in crate::sim) story: bool,
    /// It answers a story of the Page's.
    #[serde(default)]
    pub(in crate::sim) story_reply: bool,
    #[serde(default)]
    pub(in crate::sim) disappearing: bool,
    #[serde(default)]
    pub(in crate::sim) unsupported: bool,
    pub(in crate::sim) share: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sim) struct CardToml {
    pub(in crate::sim) title: String,
    #[serde(default)]
    pub(in crate::sim) subtitle: String,
    #[serde(default)]
    pub(in crate::sim) buttons: Vec<String>,
}

/// An id stands in paths, and Meta's are digits.
fn digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match only_digits(&text) {
        true => Ok(text),
        false => Err(D::Error::custom(no_id(&text))),
    }
}

fn some_digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    digits(deserializer).map(Some)
}

fn spanned_digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Spanned<String>, D::Error> {
    let text = Spanned::<String>::deserialize(deserializer)?;
    match only_digits(text.get_ref()) {
        true => Ok(text),
        false => Err(D::Error::custom(no_id(text.get_ref()))),
    }
}

fn only_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn no_id(text: &str) -> String {
    format!("{text:?} is not an id: ids are all digits")
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let good = reqwest::Url::parse(&text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    match good {
        true => Ok(Some(text)),
        false => Err(D::Error::custom(format!(
            "{text:?} is not an address such as \"http://127.0.0.1:3000/webhook\""
        ))),
    }
}

fn page_fields<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeSet<String>>, D::Error> {
    let fields = BTreeSet::<String>::deserialize(deserializer)?;
    let known = known_fields();
    let unknown = fields.iter().find(|field| !known.contains(&field.as_str()));
    match unknown {
        None => Ok(Some(fields)),
        Some(field) => Err(D::Error::custom(format!(
            "the Page has no field {field:?}; the messaging fields are {}",
            messaging_fields().join(", ")
        ))),
    }
}
