//! A scenario in TOML becomes a world. Mistakes are named with their line.

use serde::Deserialize;
use serde_json::json;

use super::{
    Options, grow,
    plan::Plan,
    script,
    world::{App, DAY, Life, Message, Page, Platform, ProfileKind, Sender, TokenState, World},
};
use crate::clock::{Random, Timestamp};

const BUILT_IN: &str = include_str!("../../assets/demo/lamp.toml");

/// What is wrong with a scenario, with line and column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the scenario has a mistake: {0}")]
pub struct ScenarioError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    page: PageToml,
    #[serde(default, rename = "app")]
    apps: Vec<AppToml>,
    #[serde(default, rename = "person")]
    people: Vec<PersonToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageToml {
    id: String,
    name: String,
    instagram_id: String,
    instagram_name: String,
    /// Name of an app; absent is the zero-config mode.
    default_app: Option<String>,
    instagram_default_app: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppToml {
    name: String,
    id: String,
    #[serde(default = "yes")]
    can_take: bool,
    #[serde(default = "yes")]
    human_agent: bool,
    #[serde(default)]
    token_state: TokenStateToml,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TokenStateToml {
    #[default]
    Good,
    Expired,
    PasswordChanged,
    AppRemoved,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonToml {
    name: String,
    username: Option<String>,
    #[serde(default)]
    platform: PlatformToml,
    locale: Option<String>,
    timezone: Option<f64>,
    #[serde(default)]
    profile: ProfileToml,
    #[serde(default)]
    blocked: bool,
    #[serde(default)]
    poisoned: bool,
    folder: Option<String>,
    owner: Option<String>,
    /// When control lapses, from now on; default: 24 h after the last message.
    control: Option<String>,
    #[serde(default)]
    unread: u32,
    #[serde(default)]
    life: LifeToml,
    #[serde(default)]
    answers: Vec<String>,
    #[serde(default)]
    say: Vec<SayToml>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PlatformToml {
    #[default]
    Messenger,
    Instagram,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ProfileToml {
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
enum LifeToml {
    #[default]
    Quiet,
    Chats,
    Escalates,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SayToml {
    /// Such as `-26h`, `-3d2h`, `-40s`; `+20s` for what is still to come (inbox only).
    at: String,
    /// `customer`, or the name of an app.
    by: String,
    #[serde(default)]
    text: String,
    card: Option<CardToml>,
    photo: Option<String>,
    video: Option<String>,
    audio: Option<String>,
    file: Option<String>,
    #[serde(default)]
    sticker: bool,
    #[serde(default)]
    story: bool,
    #[serde(default)]
    unsupported: bool,
    share: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CardToml {
    title: String,
    #[serde(default)]
    subtitle: String,
    #[serde(default)]
    buttons: Vec<String>,
}

pub(super) fn build(options: &Options, now: Timestamp) -> Result<World, ScenarioError> {
    let text = options.scenario.as_deref().unwrap_or(BUILT_IN);
    let scenario: Scenario = toml::from_str(text).map_err(|e| ScenarioError(e.to_string()))?;
    let mut random = Random::seeded(options.seed ^ 0x005E_ED0F_4A9B_0000);
    let mut apps: Vec<App> = scenario
        .apps
        .iter()
        .map(|app| app_from(app, &mut random))
        .collect();
    for (name, webhook) in &options.apps {
        match apps.iter_mut().find(|app| app.name == *name) {
            Some(app) => app.webhook = Some(webhook.clone()),
            None => {
                let id = (400_000_000_000_000 + random.below(1_000_000_000_000)).to_string();
                let toml = AppToml {
                    name: name.clone(),
                    id,
                    can_take: true,
                    human_agent: true,
                    token_state: TokenStateToml::Good,
                };
                apps.push(App {
                    webhook: Some(webhook.clone()),
                    ..app_from(&toml, &mut random)
                });
            }
        }
    }
    let index = |name: &Option<String>| match name {
        None => Ok(None),
        Some(name) => apps
            .iter()
            .position(|app| app.name == *name)
            .map(Some)
            .ok_or_else(|| ScenarioError(format!("no [[app]] is called {name:?}"))),
    };
    let page = Page {
        default_app: index(&scenario.page.default_app)?,
        instagram_default_app: index(&scenario.page.instagram_default_app)?,
        id: scenario.page.id,
        name: scenario.page.name,
        instagram_id: scenario.page.instagram_id,
        instagram_name: scenario.page.instagram_name,
    };
    let mut world = World::new(options.seed, page, apps);
    let now = now.as_millis();
    for person in &scenario.people {
        add(&mut world, person, now)?;
    }
    grow::make_up(&mut world, options.conversations, now);
    grow::lengthen(&mut world, options.messages);
    // What is written from now on gets other ids than in a run that began at
    // another moment: whoever keeps a cache may see both.
    world.random = Random::seeded(options.seed ^ now.unsigned_abs().rotate_left(20));
    Ok(world)
}

fn app_from(app: &AppToml, random: &mut Random) -> App {
    let hex = |random: &mut Random| format!("{:016x}{:016x}", random.next(), random.next());
    App {
        name: app.name.clone(),
        id: app.id.clone(),
        token: format!("EAAsim{}{}", app.name, hex(random)),
        token_state: match app.token_state {
            TokenStateToml::Good => TokenState::Good,
            TokenStateToml::Expired => TokenState::Expired,
            TokenStateToml::PasswordChanged => TokenState::PasswordChanged,
            TokenStateToml::AppRemoved => TokenState::AppRemoved,
        },
        secret: hex(random),
        verify_token: format!("verify-{:08x}", random.next() >> 32),
        webhook: None,
        can_take: app.can_take,
        human_agent: app.human_agent,
    }
}

fn add(world: &mut World, toml: &PersonToml, now: i64) -> Result<(), ScenarioError> {
    let at = world.people.len();
    let mistake = |what: String| ScenarioError(format!("person {:?}: {what}", toml.name));
    let app = |name: &str, world: &World| {
        world.app_named(name).ok_or_else(|| {
            ScenarioError(format!(
                "person {:?}: no [[app]] is called {name:?}",
                toml.name
            ))
        })
    };
    let mut person = grow::blank(
        world,
        &toml.name,
        if matches!(toml.platform, PlatformToml::Instagram) {
            Platform::Instagram
        } else {
            Platform::Messenger
        },
    );
    person.username = toml
        .username
        .clone()
        .unwrap_or_else(|| toml.name.to_lowercase().replace(' ', "."));
    person.locale.clone_from(&toml.locale);
    person.timezone = toml.timezone;
    person.profile = match toml.profile {
        ProfileToml::Full => ProfileKind::Full,
        ProfileToml::Empty => ProfileKind::Empty,
        ProfileToml::PhoneAccount => ProfileKind::PhoneAccount,
        ProfileToml::NoPermission => ProfileKind::NoPermission,
        ProfileToml::NoConsent => ProfileKind::NoConsent,
        ProfileToml::Unknown => ProfileKind::Unknown,
    };
    person.blocked = toml.blocked;
    person.poisoned = toml.poisoned;
    person.folder = toml.folder.clone().unwrap_or_else(|| "inbox".into());
    person.life = match toml.life {
        LifeToml::Quiet => Life::Quiet,
        LifeToml::Chats => Life::Chats,
        LifeToml::Escalates => Life::Escalates,
    };
    person.answers = toml.answers.iter().cloned().collect();
    for say in &toml.say {
        let offset = offset(&say.at).ok_or_else(|| {
            mistake(format!(
                "{:?} is not a time such as \"-26h\" or \"-3d2h\"",
                say.at
            ))
        })?;
        if offset > 0 {
            if say.by != "inbox" {
                return Err(mistake("only \"inbox\" can speak in the future".into()));
            }
            script::plan(world, now + offset, at, Plan::Inbox(say.text.clone()));
            continue;
        }
        let sender = if say.by == "customer" {
            Sender::Person
        } else {
            Sender::App(app(&say.by, world)?)
        };
        let id = world.message_id(person.platform);
        person.messages.push(said(say, id, now + offset, sender));
    }
    if person
        .messages
        .windows(2)
        .any(|pair| pair[0].at > pair[1].at)
    {
        return Err(mistake(
            "its messages must stand in the order of time".into(),
        ));
    }
    person.opened_at = person.last_customer_at();
    person.owner = toml
        .owner
        .as_deref()
        .filter(|name| *name != "none")
        .map(|name| app(name, world))
        .transpose()?;
    let lapses = match &toml.control {
        Some(text) => {
            now + offset(text)
                .ok_or_else(|| mistake(format!("{text:?} is not a time such as \"+20h\"")))?
        }
        None => person.last_customer_at().unwrap_or(now) + DAY,
    };
    person.control_until = lapses;
    person.unread = toml.unread;
    person.read_through = person.updated_at();
    let life = person.life;
    let at = world.add_person(person);
    if life != Life::Quiet {
        let first = 4_000 + i64::try_from(at).unwrap_or(0) * 2_700 % 31_000;
        script::plan(world, now + first, at, Plan::Chat(0));
    }
    Ok(())
}

fn said(say: &SayToml, id: String, at: i64, sender: Sender) -> Message {
    let mut message = Message::text(id, at, sender, say.text.clone());
    if let Some(card) = &say.card {
        let buttons: Vec<&str> = card.buttons.iter().map(String::as_str).collect();
        message
            .attachments
            .push(script::card(&card.title, &card.subtitle, &buttons));
    }
    let url = |name: &str| format!("https://cdn.example/{name}?oe=6a000000");
    if let Some(name) = &say.photo {
        message.attachments.push(json!({"id": "1", "mime_type": "image/jpeg", "name": name, "size": 182_440,
            "image_data": {"width": 1080, "height": 1440, "url": url(name), "preview_url": url(name)}}));
    }
    if let Some(name) = &say.video {
        message.attachments.push(
            json!({"id": "1", "mime_type": "video/mp4", "name": name, "size": 4_812_004,
            "video_data": {"url": url(name)}}),
        );
    }
    for (name, mime) in [(&say.audio, "audio/mpeg"), (&say.file, "application/pdf")] {
        if let Some(name) = name {
            message.attachments.push(json!({"id": "1", "mime_type": mime, "name": name, "size": 94_208, "file_url": url(name)}));
        }
    }
    if let Some(link) = &say.share {
        message
            .shares
            .push(json!({"id": "1", "link": link, "name": "Walnut floor lamp | Lamp & Co"}));
    }
    message.sticker = say.sticker;
    message.story = say.story;
    message.unsupported = say.unsupported;
    message
}

/// `-3d2h` in milliseconds.
fn offset(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let factor = match unit {
            'd' => DAY,
            'h' => 3_600_000,
            'm' => 60_000,
            's' => 1_000,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(factor)?)?;
        rest = &rest[digits + unit.len_utf8()..];
    }
    Some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_in_any_mix_of_units() {
        for (text, ms) in [
            ("-26h", -26 * 3_600_000),
            ("-3d2h", -74 * 3_600_000),
            ("+20s", 20_000),
            ("40m", 2_400_000),
        ] {
            assert_eq!(offset(text), Some(ms), "{text}");
        }
        for bad in ["-26", "h", "-1x", "99999999999999999999d"] {
            assert_eq!(offset(bad), None, "{bad}");
        }
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let wrong = "[page]\nid = \"1\"\nname = \"x\"\ninstagram_id = \"2\"\ninstagram_name = \"x\"\ncolour = 1\n";
        let options = Options {
            scenario: Some(wrong.into()),
            ..Options::default()
        };
        let error = build(&options, Timestamp::from_millis(0))
            .expect_err("unknown key")
            .to_string();
        assert!(
            error.contains("line 6") && error.contains("colour"),
            "{error}"
        );
    }

    #[test]
    fn the_world_grows_to_what_is_asked_and_is_the_same_for_the_same_seed() {
        let options = Options {
            seed: 3,
            conversations: 120,
            messages: 500,
            ..Options::default()
        };
        let now = Timestamp::from_millis(1_795_250_000_000);
        let (a, b) = (
            build(&options, now).expect("good"),
            build(&options, now).expect("good"),
        );
        assert_eq!(a.people.len(), 120);
        assert_eq!(a.people.iter().map(|p| p.messages.len()).max(), Some(500));
        assert_eq!(format!("{:?}", a.people), format!("{:?}", b.people));
    }
}
