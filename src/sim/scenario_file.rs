//! A scenario as it stands in its file.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, de::Error};
use toml::Spanned;

use super::{
    bots::Rule,
    deeds::What,
    hooks::PAGE_FIELDS,
    switches::Switches,
    world::{Life, Platform, ProfileKind, TokenState},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub(super) page: PageToml,
    pub(super) other_page: Option<OtherPageToml>,
    #[serde(default)]
    pub(super) switches: Switches,
    #[serde(default, rename = "app")]
    pub(super) apps: Vec<AppToml>,
    /// Bots by rules; none takes those of the built-in world for the app `bot`.
    #[serde(default, rename = "bot")]
    pub(super) bots: Vec<BotToml>,
    #[serde(default, rename = "person")]
    pub(super) people: Vec<PersonToml>,
    /// What happens from the start on.
    #[serde(default)]
    pub(super) timeline: Vec<LineToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OtherPageToml {
    #[serde(deserialize_with = "digits")]
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BotToml {
    pub(super) app: Spanned<String>,
    pub(super) rules: Vec<Rule>,
}

/// A line of the timeline: a moment and a deed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LineToml {
    /// After the start, such as `+20s` or `1h`.
    pub(super) at: Spanned<String>,
    /// Name of a person.
    pub(super) person: Option<Spanned<String>>,
    #[serde(rename = "do")]
    pub(super) what: What,
    #[serde(default)]
    pub(super) text: String,
    pub(super) app: Option<Spanned<String>>,
    pub(super) mid: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageToml {
    #[serde(deserialize_with = "digits")]
    pub(super) id: String,
    pub(super) name: String,
    #[serde(deserialize_with = "digits")]
    pub(super) instagram_id: String,
    pub(super) instagram_name: String,
    /// Name of an app; absent is the zero-config mode.
    pub(super) default_app: Option<Spanned<String>>,
    pub(super) instagram_default_app: Option<Spanned<String>>,
    /// The retired Handover Protocol, with the default app as primary receiver.
    pub(super) handover: Option<Spanned<bool>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppToml {
    pub(super) name: Spanned<String>,
    #[serde(deserialize_with = "spanned_digits")]
    pub(super) id: Spanned<String>,
    #[serde(default = "yes")]
    pub(super) can_take: bool,
    #[serde(default = "yes")]
    pub(super) human_agent: bool,
    #[serde(default)]
    pub(super) token_state: TokenState,
    #[serde(default, deserialize_with = "address")]
    pub(super) webhook: Option<String>,
    /// It only acts: nobody attaches to it, and it hears nothing.
    #[serde(default)]
    pub(super) actor: bool,
    /// Fields of the Page for this app; absent are all of them.
    #[serde(default, deserialize_with = "page_fields")]
    pub(super) fields: Option<BTreeSet<String>>,
    #[serde(default = "yes")]
    pub(super) advanced: bool,
    #[serde(default)]
    pub(super) require_proof: bool,
    /// Permissions that were not granted.
    #[serde(default)]
    pub(super) lacks: Vec<String>,
}

pub(super) fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonToml {
    pub(super) name: String,
    pub(super) username: Option<String>,
    #[serde(default)]
    pub(super) platform: Platform,
    pub(super) locale: Option<String>,
    pub(super) timezone: Option<f64>,
    #[serde(default)]
    pub(super) profile: ProfileKind,
    #[serde(default)]
    pub(super) blocked: bool,
    #[serde(default)]
    pub(super) poisoned: bool,
    /// Has a role on the app, the Page or the business.
    #[serde(default)]
    pub(super) role: bool,
    #[serde(default)]
    pub(super) folder: FolderToml,
    pub(super) owner: Option<Spanned<String>>,
    /// When control lapses, from now on; default: 24 h after the last message.
    pub(super) control: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) unread: u32,
    #[serde(default)]
    pub(super) life: Life,
    #[serde(default)]
    pub(super) answers: Vec<String>,
    #[serde(default)]
    pub(super) say: Vec<SayToml>,
}

/// The folders of the Page's inbox that the platform page names.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FolderToml {
    #[default]
    Inbox,
    PageDone,
    Other,
    Pending,
    Spam,
}

impl FolderToml {
    pub(super) fn name(self) -> &'static str {
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
pub(super) struct SayToml {
    /// Such as `-26h`, `-3d2h`, `-40s`; `+20s` for what is still to come (inbox only).
    pub(super) at: Spanned<String>,
    /// `customer`, or the name of an app.
    pub(super) by: Spanned<String>,
    #[serde(default)]
    pub(super) text: String,
    /// Quick replies under it.
    #[serde(default)]
    pub(super) quick_replies: Vec<String>,
    pub(super) card: Option<CardToml>,
    pub(super) photo: Option<String>,
    pub(super) video: Option<String>,
    pub(super) audio: Option<String>,
    pub(super) file: Option<String>,
    #[serde(default)]
    pub(super) sticker: bool,
    #[serde(default)]
    pub(super) story: bool,
    #[serde(default)]
    pub(super) unsupported: bool,
    pub(super) share: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CardToml {
    pub(super) title: String,
    #[serde(default)]
    pub(super) subtitle: String,
    #[serde(default)]
    pub(super) buttons: Vec<String>,
}

/// An id stands in paths, and Meta's are digits.
fn digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match only_digits(&text) {
        true => Ok(text),
        false => Err(D::Error::custom(no_id(&text))),
    }
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
    format!("{text:?} is no id: ids are digits")
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
    let unknown = fields
        .iter()
        .find(|field| !PAGE_FIELDS.contains(&field.as_str()));
    match unknown {
        None => Ok(Some(fields)),
        Some(field) => Err(D::Error::custom(format!(
            "the Page has no field {field:?}; it has {}",
            PAGE_FIELDS.join(", ")
        ))),
    }
}
