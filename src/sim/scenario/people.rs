//! The people of a scenario, and what they have said.

use serde_json::json;
use toml::Spanned;

use crate::sim::{
    events::LIKE_STICKER,
    follow_ups, generate,
    scenario::{
        error::{ScenarioError, no_app, no_time},
        file::{PersonToml, SayToml},
        offset::offset,
    },
    world::{
        ActionKind, DAY, Life, Message, PersonAction, Plan, Platform, Sender, World, button, card,
        photo,
    },
};

pub(in crate::sim) fn add(
    world: &mut World,
    text: &str,
    toml: &PersonToml,
    now: i64,
) -> Result<(), ScenarioError> {
    let at = world.people.len();
    let app = |name: &Spanned<String>, world: &World| {
        world
            .app_named(name.get_ref())
            .ok_or_else(|| no_app(text, name))
    };
    if toml.platform == Platform::Instagram && world.page.instagram_id.is_none() {
        return Err(ScenarioError(format!(
            "{} writes on Instagram, but the Page has no instagram_id; add one, or leave out the platform",
            toml.name
        )));
    }
    let mut person = generate::blank(world, &toml.name, toml.platform);
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
            let action = later(text, &toml.name, say)?;
            let plan = Plan::PersonAction(Box::new(action));
            follow_ups::plan(world, now + offset, at, plan);
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
        follow_ups::plan(world, now + first, at, Plan::Chat(0));
    }
    Ok(())
}

/// What is said after the start is something a person does then.
fn later(text: &str, name: &str, say: &SayToml) -> Result<PersonAction, ScenarioError> {
    let what = match say.by.get_ref().as_str() {
        "inbox" => ActionKind::Inbox,
        "customer" => ActionKind::Writes,
        "meta_ai" => ActionKind::Ai,
        _ => {
            let what = "only \"customer\", \"inbox\" and \"meta_ai\" can speak in the future";
            return Err(ScenarioError::at(text, &say.by, what));
        }
    };
    Ok(PersonAction {
        person: Some(name.to_owned()),
        what,
        text: say.text.clone(),
        mid: None,
        app: None,
    })
}

pub(in crate::sim) fn said(say: &SayToml, id: String, at: i64, sender: Sender) -> Message {
    let mut message = Message::text(id, at, sender, say.text.clone());
    if let Some(said) = &say.card {
        let buttons: Vec<&str> = said.buttons.iter().map(String::as_str).collect();
        let shown = card(&said.title, &said.subtitle, &buttons);
        message.attachments.push(shown);
        message
            .buttons
            .extend(said.buttons.iter().map(|title| button(title, false)));
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
