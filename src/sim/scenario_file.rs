//! A scenario as it stands in its file.

use serde::Deserialize;
use toml::Spanned;

use super::{bots::Rule, deeds::What, switches::Switches};

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
    pub(super) id: String,
    pub(super) name: String,
    pub(super) instagram_id: String,
    pub(super) instagram_name: String,
    /// Name of an app; absent is the zero-config mode.
    pub(super) default_app: Option<Spanned<String>>,
    pub(super) instagram_default_app: Option<Spanned<String>>,
    /// The retired Handover Protocol, with the default app as primary receiver.
    #[serde(default)]
    pub(super) handover: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppToml {
    pub(super) name: String,
    pub(super) id: String,
    #[serde(default = "yes")]
    pub(super) can_take: bool,
    #[serde(default = "yes")]
    pub(super) human_agent: bool,
    #[serde(default)]
    pub(super) token_state: TokenStateToml,
    pub(super) webhook: Option<String>,
    /// It only acts: nobody attaches to it, and it hears nothing.
    #[serde(default)]
    pub(super) actor: bool,
    /// Fields of the Page for this app; absent are all of them.
    pub(super) fields: Option<Vec<String>>,
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

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TokenStateToml {
    #[default]
    Good,
    Expired,
    PasswordChanged,
    AppRemoved,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonToml {
    pub(super) name: String,
    pub(super) username: Option<String>,
    #[serde(default)]
    pub(super) platform: PlatformToml,
    pub(super) locale: Option<String>,
    pub(super) timezone: Option<f64>,
    #[serde(default)]
    pub(super) profile: ProfileToml,
    #[serde(default)]
    pub(super) blocked: bool,
    #[serde(default)]
    pub(super) poisoned: bool,
    /// Has a role on the app, the Page or the business.
    #[serde(default)]
    pub(super) role: bool,
    pub(super) folder: Option<String>,
    pub(super) owner: Option<Spanned<String>>,
    /// When control lapses, from now on; default: 24 h after the last message.
    pub(super) control: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) unread: u32,
    #[serde(default)]
    pub(super) life: LifeToml,
    #[serde(default)]
    pub(super) answers: Vec<String>,
    #[serde(default)]
    pub(super) say: Vec<SayToml>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PlatformToml {
    #[default]
    Messenger,
    Instagram,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ProfileToml {
    #[default]
    Full,
    Empty,
    PhoneAccount,
    NoPermission,
    NoConsent,
    Unknown,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LifeToml {
    #[default]
    Quiet,
    Chats,
    Escalates,
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

impl AppToml {
    /// An app that only acts.
    pub(super) fn actor(name: &str, id: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: id.to_owned(),
            can_take: true,
            human_agent: true,
            token_state: TokenStateToml::Good,
            webhook: None,
            actor: true,
            fields: None,
            advanced: true,
            require_proof: false,
            lacks: Vec::new(),
        }
    }
}
