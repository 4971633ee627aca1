//! A scenario in TOML becomes a world. Mistakes are named with their line.

use serde_json::{Value, json};
use toml::Spanned;

use super::{
    Options,
    bots::Bot,
    deeds::{Deed, What},
    events::LIKE_STICKER,
    grow,
    hooks::Hook,
    plan::Plan,
    scenario_file::{AppToml, BotToml, LineToml, PersonToml, SayToml, Scenario},
    script,
    world::{App, Button, DAY, Life, Message, OtherPage, Page, Sender, World},
};
use crate::clock::{Random, Timestamp};

const BUILT_IN: &str = include_str!("../../assets/demo/lamp.toml");

/// What is wrong with a scenario, with line and column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the scenario has a mistake: {0}")]
pub struct ScenarioError(String);

impl ScenarioError {
    /// With the line in which the wrong word stands.
    fn at<T>(text: &str, word: &Spanned<T>, what: impl AsRef<str>) -> Self {
        let before = text.get(..word.span().start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        Self(format!("line {line}: {}", what.as_ref()))
    }
}

fn no_app(text: &str, name: &Spanned<String>) -> ScenarioError {
    let what = format!("no [[app]] is called {:?}", name.get_ref());
    ScenarioError::at(text, name, what)
}

fn no_time(text: &str, word: &Spanned<String>) -> ScenarioError {
    let what = format!(
        "{:?} is not a time such as \"-26h\", \"-3d2h\" or \"+20s\"",
        word.get_ref()
    );
    ScenarioError::at(text, word, what)
}

pub(super) fn build(options: &Options, now: Timestamp) -> Result<World, ScenarioError> {
    let text = options.scenario.as_deref().unwrap_or(BUILT_IN);
    let scenario: Scenario = toml::from_str(text).map_err(|e| ScenarioError(e.to_string()))?;
    let mut random = Random::seeded(options.seed ^ 0x005E_ED0F_4A9B_0000);
    check(text, &scenario)?;
    let mut apps: Vec<App> = scenario
        .apps
        .iter()
        .map(|app| app_from(app, &mut random))
        .collect();
    for (name, webhook) in &options.apps {
        let hook = Hook::new(Some(webhook.clone()));
        match apps.iter_mut().find(|app| app.name == *name) {
            Some(app) => app.hook = hook,
            None => {
                let id = (400_000_000_000_000 + random.below(1_000_000_000_000)).to_string();
                apps.push(App::new(name, &id, Some(webhook.clone()), &mut random));
            }
        }
    }
    // Meta's own are there, whether a scenario names them or not.
    for (name, id) in [
        ("inbox", "263902037430900"),
        ("instagram_inbox", "1217981644879628"),
        ("meta_ai", "900000000000009"),
    ] {
        if !apps.iter().any(|app| app.id == id || app.name == name) {
            let mut app = App::new(name, id, None, &mut random);
            app.become_actor();
            apps.push(app);
        }
    }
    let index = |name: &Option<Spanned<String>>| match name {
        None => Ok(None),
        Some(name) => apps
            .iter()
            .position(|app| app.name == *name.get_ref())
            .map(Some)
            .ok_or_else(|| no_app(text, name)),
    };
    let page = Page {
        default_app: index(&scenario.page.default_app)?,
        instagram_default_app: index(&scenario.page.instagram_default_app)?,
        id: scenario.page.id,
        name: scenario.page.name,
        instagram_id: scenario.page.instagram_id,
        instagram_name: scenario.page.instagram_name,
        handover: scenario.page.handover.is_some_and(Spanned::into_inner),
    };
    let mut world = World::new(options.seed, page, apps);
    world.switches = scenario.switches;
    world.other_page = scenario.other_page.map(|page| OtherPage {
        id: page.id,
        name: page.name,
    });
    bots(&mut world, text, scenario.bots)?;
    let now = now.as_millis();
    for person in &scenario.people {
        add(&mut world, text, person, now)?;
    }
    timeline(&mut world, text, scenario.timeline, now)?;
    grow::make_up(&mut world, options.conversations, now);
    grow::lengthen(&mut world, options.messages);
    // What is written from now on gets other ids than in a run that began at
    // another moment: whoever keeps a cache may see both.
    world.random = Random::seeded(options.seed ^ now.unsigned_abs().rotate_left(20));
    Ok(world)
}

fn bots(world: &mut World, text: &str, bots: Vec<BotToml>) -> Result<(), ScenarioError> {
    if bots.is_empty() {
        let built_in: Scenario =
            toml::from_str(BUILT_IN).map_err(|e| ScenarioError(e.to_string()))?;
        for bot in built_in.bots {
            if let Some(app) = world.app_named(bot.app.get_ref()) {
                world.bots.push(Bot {
                    app,
                    rules: bot.rules,
                });
            }
        }
        return Ok(());
    }
    for bot in bots {
        let app = world
            .app_named(bot.app.get_ref())
            .ok_or_else(|| no_app(text, &bot.app))?;
        for target in bot.rules.iter().filter_map(|rule| rule.passes_to.as_ref()) {
            if world.app_named(target.get_ref()).is_none() {
                return Err(no_app(text, target));
            }
        }
        world.bots.push(Bot {
            app,
            rules: bot.rules,
        });
    }
    Ok(())
}

fn timeline(
    world: &mut World,
    text: &str,
    lines: Vec<LineToml>,
    now: i64,
) -> Result<(), ScenarioError> {
    for line in lines {
        let at = offset(line.at.get_ref())
            .filter(|at| *at >= 0)
            .ok_or_else(|| no_time(text, &line.at))?;
        let mut index = 0;
        if let Some(name) = &line.person {
            index = world.person_called(name.get_ref()).ok_or_else(|| {
                let what = format!("no [[person]] is called {:?}", name.get_ref());
                ScenarioError::at(text, name, what)
            })?;
        } else if !matches!(line.what, What::Enforces | What::Roles) {
            let what = "this line of the timeline needs a person";
            return Err(ScenarioError::at(text, &line.at, what));
        }
        match (&line.app, line.what) {
            (Some(app), _) if world.app_named(app.get_ref()).is_none() => {
                return Err(no_app(text, app));
            }
            (None, What::Passes | What::Asks) => {
                let what = "this line of the timeline needs an app";
                return Err(ScenarioError::at(text, &line.at, what));
            }
            _ => {}
        }
        let deed = Deed {
            person: line.person.map(Spanned::into_inner),
            what: line.what,
            text: line.text,
            mid: line.mid,
            app: line.app.map(Spanned::into_inner),
        };
        script::plan(world, now + at, index, Plan::Deed(Box::new(deed)));
    }
    Ok(())
}

/// What a word alone does not show: names that stand twice, and a mode without
/// what it needs.
fn check(text: &str, scenario: &Scenario) -> Result<(), ScenarioError> {
    for (n, app) in scenario.apps.iter().enumerate() {
        for before in &scenario.apps[..n] {
            for (word, same) in [(&app.name, &before.name), (&app.id, &before.id)] {
                if word.get_ref() == same.get_ref() {
                    let what = format!("{:?} is another [[app]] already", word.get_ref());
                    return Err(ScenarioError::at(text, word, what));
                }
            }
        }
    }
    match &scenario.page.handover {
        Some(on) if *on.get_ref() && scenario.page.default_app.is_none() => {
            let what = "handover needs a default_app: it is the primary receiver";
            Err(ScenarioError::at(text, on, what))
        }
        _ => Ok(()),
    }
}

fn app_from(toml: &AppToml, random: &mut Random) -> App {
    let (name, id) = (toml.name.get_ref(), toml.id.get_ref());
    let mut app = App::new(name, id, toml.webhook.clone(), random);
    app.token_state = toml.token_state;
    if let Some(fields) = &toml.fields {
        app.hook.page_fields.clone_from(fields);
    }
    app.can_take = toml.can_take;
    app.human_agent = toml.human_agent;
    app.advanced = toml.advanced;
    app.require_proof = toml.require_proof;
    app.lacks.clone_from(&toml.lacks);
    if toml.actor {
        app.become_actor();
    }
    app
}

fn add(world: &mut World, text: &str, toml: &PersonToml, now: i64) -> Result<(), ScenarioError> {
    let at = world.people.len();
    let app = |name: &Spanned<String>, world: &World| {
        world
            .app_named(name.get_ref())
            .ok_or_else(|| no_app(text, name))
    };
    let mut person = grow::blank(world, &toml.name, toml.platform);
    person.username = toml
        .username
        .clone()
        .unwrap_or_else(|| toml.name.to_lowercase().replace(' ', "."));
    person.locale.clone_from(&toml.locale);
    person.timezone = toml.timezone;
    person.profile = toml.profile;
    person.blocked = toml.blocked;
    person.poisoned = toml.poisoned;
    person.folder = toml.folder.name().into();
    person.life = toml.life;
    person.answers = toml.answers.iter().cloned().collect();
    for say in &toml.say {
        let offset = offset(say.at.get_ref()).ok_or_else(|| no_time(text, &say.at))?;
        if offset > 0 {
            let what = match say.by.get_ref().as_str() {
                "inbox" => What::Inbox,
                "customer" => What::Writes,
                "meta_ai" => What::Ai,
                _ => {
                    let what =
                        "only \"customer\", \"inbox\" and \"meta_ai\" can speak in the future";
                    return Err(ScenarioError::at(text, &say.by, what));
                }
            };
            let deed = Deed {
                person: Some(toml.name.clone()),
                what,
                text: say.text.clone(),
                mid: None,
                app: None,
            };
            script::plan(world, now + offset, at, Plan::Deed(Box::new(deed)));
            continue;
        }
        let sender = if say.by.get_ref() == "customer" {
            Sender::Person
        } else {
            Sender::App(app(&say.by, world)?)
        };
        let id = world.message_id(person.platform);
        let said = said(say, id, now + offset, sender);
        if person.messages.last().is_some_and(|last| last.at > said.at) {
            let what = "the messages of a person must stand in the order of time";
            return Err(ScenarioError::at(text, &say.at, what));
        }
        person.messages.push(said);
    }
    person.opened_at = person.last_customer_at();
    person.owner = toml
        .owner
        .as_ref()
        .filter(|name| name.get_ref() != "none")
        .map(|name| app(name, world))
        .transpose()?;
    let lapses = match &toml.control {
        Some(word) => now + offset(word.get_ref()).ok_or_else(|| no_time(text, word))?,
        None => person.last_customer_at().unwrap_or(now) + DAY,
    };
    person.control_until = lapses;
    person.unread = toml.unread;
    person.role = toml.role;
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
        message
            .buttons
            .extend(card.buttons.iter().map(|title| button(title, false)));
    }
    let quick = say.quick_replies.iter().map(|title| button(title, true));
    message.buttons.extend(quick);
    let url = |name: &str| format!("https://cdn.example/{name}?oe=6a000000");
    if let Some(name) = &say.photo {
        message.attachments.push(photo(name));
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
    message.sticker = say.sticker.then(|| LIKE_STICKER.to_owned());
    message.story = say.story;
    message.unsupported = say.unsupported;
    message
}

/// A photo as the Graph API gives it.
pub(super) fn photo(name: &str) -> Value {
    let url = format!("https://cdn.example/{name}?oe=6a000000");
    json!({"id": "1", "mime_type": "image/jpeg", "name": name, "size": 182_440,
           "image_data": {"width": 1080, "height": 1440, "url": url, "preview_url": url}})
}

/// A button whose payload is its title in capitals.
pub(super) fn button(title: &str, quick: bool) -> Button {
    Button {
        title: title.to_owned(),
        payload: title.to_uppercase().replace(' ', "_"),
        quick,
    }
}

/// Nothing lies further away than this.
const FARTHEST: i64 = 3_650 * DAY;

/// `-3d2h` in milliseconds.
pub(super) fn offset(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest.is_empty() {
        return None;
    }
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
    (total <= FARTHEST).then_some(sign * total)
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
        for bad in ["-26", "h", "-1x", "", "-", "4000d", "99999999999999999999d"] {
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
        let page =
            "[page]\nid = \"1\"\nname = \"x\"\ninstagram_id = \"2\"\ninstagram_name = \"x\"\n";
        let person = "[[person]]\nname = \"Ana\"\n";
        let app = "[[app]]\nname = \"bot\"\nid = \"5\"\n";
        for (more, line, word) in [
            ("default_app = \"bto\"\n".to_owned(), 6, "bto"),
            (format!("{person}owner = \"bto\"\n"), 8, "bto"),
            (format!("{person}control = \"soon\"\n"), 8, "soon"),
            (
                format!("{person}say = [{{ at = \"-1h\", by = \"bto\" }}]\n"),
                8,
                "bto",
            ),
            (
                format!("{person}say = [{{ at = \"noon\", by = \"customer\" }}]\n"),
                8,
                "noon",
            ),
            (
                format!(
                    "{person}say = [\n{{ at = \"-1h\", by = \"customer\" }},\n{{ at = \"-2h\", by = \"customer\" }}]\n"
                ),
                10,
                "order of time",
            ),
            (
                "[[timeline]]\nat = \"+1s\"\nperson = \"Bob\"\ndo = \"writes\"\n".into(),
                8,
                "Bob",
            ),
            (
                "[[timeline]]\nat = \"+1s\"\ndo = \"writes\"\n".into(),
                7,
                "person",
            ),
            (
                "[[timeline]]\nat = \"+1s\"\ndo = \"wirtes\"\n".into(),
                8,
                "wirtes",
            ),
            ("[[bot]]\napp = \"bto\"\nrules = []\n".into(), 7, "bto"),
            (
                format!("{app}[[bot]]\napp = \"bot\"\nrules = [\n{{ passes_to = \"dsek\" }}]\n"),
                12,
                "dsek",
            ),
            (format!("{app}{}", app.replace("\"5\"", "\"6\"")), 10, "bot"),
            (format!("{app}{}", app.replace("bot", "bat")), 11, "another"),
            (app.replace("\"5\"", "\"five\""), 8, "digits"),
            (format!("{app}webhook = \"localhost:3000\"\n"), 9, "address"),
            (format!("{app}fields = [\"massages\"]\n"), 9, "massages"),
            (format!("{person}folder = \"attic\"\n"), 8, "attic"),
            ("handover = true\n".into(), 6, "default_app"),
            ("[switches]\nrain = true\n".into(), 7, "rain"),
        ] {
            let options = Options {
                scenario: Some(format!("{page}{more}")),
                ..Options::default()
            };
            let error = build(&options, Timestamp::from_millis(0))
                .expect_err(&more)
                .to_string();
            let named = error.contains(&format!("line {line}"));
            assert!(named && error.contains(word), "{more}: {error}");
        }
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
