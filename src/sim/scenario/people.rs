//! The people of a scenario, and what they have said.

use serde_json::json;

use crate::sim::{
    events::LIKE_STICKER,
    follow_ups, generate,
    scenario::{
        error::Mistakes,
        file::{PersonToml, SayToml},
        offset::offset,
    },
    world::{
        ActionKind, DAY, Life, Message, Person, PersonAction, Plan, Platform, Sender, StoryPart,
        World, button, card, file, photo, video,
    },
};

/// A person who is not in the world yet, and what they are going to do, each with its
/// moment.
pub(in crate::sim) struct Draft {
    person: Person,
    plans: Vec<(i64, Plan)>,
}

pub(in crate::sim) fn draft(
    mistakes: &mut Mistakes<'_>,
    world: &mut World,
    toml: &PersonToml,
    now: i64,
) -> Draft {
    let mut plans = Vec::new();
    if let Some(platform) = &toml.platform
        && *platform.get_ref() == Platform::Instagram
        && world.page.instagram_id.is_none()
    {
        let what = format!(
            "{} writes on Instagram, but the Page has no instagram_id; add one, or leave out the platform",
            toml.name
        );
        mistakes.at(platform, what);
    }
    let platform = toml.platform.as_ref().map(|word| *word.get_ref());
    let mut person = generate::blank(world, &toml.name, platform.unwrap_or_default());
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
        let Some(offset) = offset(say.at.get_ref()) else {
            mistakes.no_time(&say.at);
            continue;
        };
        if offset > 0 {
            if let Some(action) = later(mistakes, &toml.name, say) {
                let plan = Plan::PersonAction(Box::new(action));
                plans.push((now + offset, plan));
            }
            continue;
        }
        let sender = match say.by.get_ref().as_str() {
            "customer" => Sender::Person,
            name => match world.app_named(name) {
                Some(app) => Sender::App(app),
                None => {
                    mistakes.no_app(&say.by);
                    continue;
                }
            },
        };
        let id = world.message_id(person.platform);
        let said = said(say, id, now + offset, sender);
        if person.messages.last().is_some_and(|last| last.at > said.at) {
            let what = "a person's messages must be in order of time";
            mistakes.at(&say.at, what);
        }
        person.messages.push(said);
    }
    person.opened_at = person.last_customer_at();
    if let Some(name) = toml.owner.as_ref().filter(|name| name.get_ref() != "none") {
        person.owner = world.app_named(name.get_ref());
        if person.owner.is_none() {
            mistakes.no_app(name);
        }
    }
    person.control_until = person.last_customer_at().unwrap_or(now) + DAY;
    if let Some(word) = &toml.control {
        match offset(word.get_ref()) {
            Some(offset) => person.control_until = now + offset,
            None => mistakes.no_time(word),
        }
    }
    person.unread = toml.unread;
    person.role = toml.role;
    person.read_through = person.updated_at();
    if person.life != Life::Quiet {
        let number = i64::try_from(world.people.len()).unwrap_or(0);
        let first = 4_000 + number * 2_700 % 31_000;
        plans.push((now + first, Plan::Chat(0)));
    }
    Draft { person, plans }
}

/// Lets a person into the world, and answers their index.
pub(in crate::sim) fn join(world: &mut World, draft: Draft) -> usize {
    let at = world.add_person(draft.person);
    for (moment, plan) in draft.plans {
        follow_ups::plan(world, moment, at, plan);
    }
    at
}

/// What is said after the start is something a person does then.
fn later(mistakes: &mut Mistakes<'_>, name: &str, say: &SayToml) -> Option<PersonAction> {
    let what = match say.by.get_ref().as_str() {
        "inbox" => ActionKind::Inbox,
        "customer" => ActionKind::Writes,
        "meta_ai" => ActionKind::Ai,
        _ => {
            let what = "only \"customer\", \"inbox\" and \"meta_ai\" can speak in the future";
            mistakes.at(&say.by, what);
            return None;
        }
    };
    if say.text.is_empty() {
        let what = "only words can be said in the future; for anything else write a [[timeline]]";
        mistakes.at(&say.at, what);
    }
    Some(PersonAction {
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
    if let Some(name) = &say.photo {
        message.attachments.push(photo(name));
    }
    if let Some(name) = &say.video {
        message.attachments.push(video(name));
    }
    for (name, mime) in [(&say.audio, "audio/mpeg"), (&say.file, "application/pdf")] {
        if let Some(name) = name {
            message.attachments.push(file(name, mime));
        }
    }
    if let Some(link) = &say.share {
        message
            .shares
            .push(json!({"id": "1", "link": link, "name": "Walnut floor lamp | Lamp & Co"}));
    }
    message.sticker = say.sticker.then(|| LIKE_STICKER.to_owned());
    message.story = match (say.story, say.story_reply) {
        (_, true) => Some(StoryPart::Reply),
        (true, _) => Some(StoryPart::Mention),
        (false, false) => None,
    };
    message.disappearing = say.disappearing;
    message.unsupported = say.unsupported;
    message
}
