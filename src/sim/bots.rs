//! Bots by simple rules: what they hear decides what they say, and whether they
//! hand the thread over. An app with a webhook thinks for itself.

use crate::sim::world::{Message, Rule, Sender, World, button, card};

/// Whether a bot of ours will answer this person now.
pub(super) fn in_charge(world: &World, person: usize, now: i64) -> Option<usize> {
    let owner = world.people[person].owner_at(now);
    let routes = world.default_app(world.people[person].platform).is_some();
    world.bots.iter().position(|bot| {
        let speaks = if routes { owner == Some(bot.app) } else { true };
        speaks && world.apps[bot.app].webhook.url.is_none()
    })
}

/// The bot answers what the person wrote last.
pub(super) fn answer(world: &mut World, person: usize, at: i64) {
    let Some(bot) = in_charge(world, person, at) else {
        return;
    };
    let heard = world.people[person]
        .messages
        .last()
        .map_or_else(String::new, |m| m.text.to_lowercase());
    let bot = &world.bots[bot];
    let Some(rule) = bot.rules.iter().find(|rule| rule.fits(&heard)).cloned() else {
        return;
    };
    let app = bot.app;
    say(world, person, app, &rule, at);
    if let Some(target) = rule
        .passes_to
        .as_ref()
        .and_then(|to| world.app_named(to.get_ref()))
    {
        // The thread waits for a human now, so it is unread again.
        world.people[person].unread = 1;
        let note = rule.note.as_deref();
        world.give_control(person, Some(target), at, "pass_thread_control", note);
    } else if rule.releases {
        world.give_control(person, None, at, "release_thread_control", None);
    }
}

fn say(world: &mut World, person: usize, app: usize, rule: &Rule, at: i64) {
    if rule.says.is_empty() && rule.buttons.is_empty() {
        return;
    }
    let platform = world.people[person].platform;
    let id = world.message_id(platform);
    let mut message = Message::text(id, at, Sender::App(app), rule.says.as_str());
    if !rule.buttons.is_empty() {
        message.text.clear();
        let buttons: Vec<&str> = rule.buttons.iter().map(String::as_str).collect();
        message.attachments.push(card(&rule.says, "", &buttons));
    }
    let buttons = rule.buttons.iter().map(|title| button(title, false));
    let quick = rule.quick_replies.iter().map(|title| button(title, true));
    message.buttons = buttons.chain(quick).collect();
    world.page_says(person, message, None);
}
