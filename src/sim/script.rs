//! What bot and customers do by themselves, in the order of time.
//!
//! Plans are kept in a heap and carried out when the clock has passed them, at
//! the next call; a plan is carried out at its own time, not at the call's.

use serde_json::{Value, json};

use super::{
    plan::{Plan, Planned},
    world::{Life, Message, Sender, World},
};

/// Puts a plan on the list.
pub(super) fn plan(world: &mut World, at: i64, person: usize, plan: Plan) {
    world.calls += 1;
    let order = world.calls;
    world.planned.push(Planned {
        at,
        order,
        person,
        plan,
    });
}

/// Carries out everything that is due.
pub(super) fn advance(world: &mut World, now: i64) {
    while world.planned.peek().is_some_and(|next| next.at <= now) {
        if let Some(next) = world.planned.pop() {
            carry_out(world, next);
        }
    }
}

/// After an app has written: the person reads, and answers a human.
pub(super) fn after_page_message(world: &mut World, at: usize, app: usize, now: i64) {
    let reading = 900 + between(world, 0, 900);
    plan(world, now + reading, at, Plan::Read);
    let bot = world.app_named("bot");
    if Some(app) != bot && !world.people[at].answers.is_empty() {
        let typing = 2_500 + between(world, 0, 2_500);
        plan(world, now + reading + typing, at, Plan::Answer);
    }
}

/// After control went to an app: a bot that gets a thread back says so once the
/// person writes again; nothing happens at once.
pub(super) fn after_pass(world: &mut World, at: usize, target: usize, now: i64) {
    if Some(target) == world.app_named("bot") && world.people[at].life == Life::Escalates {
        world.people[at].life = Life::Chats;
        let pause = between(world, 20_000, 40_000);
        plan(world, now + pause, at, Plan::Chat(0));
    }
}

fn between(world: &mut World, from: i64, to: i64) -> i64 {
    from + i64::try_from(world.random.below(u64::try_from(to - from).unwrap_or(1))).unwrap_or(0)
}

const SMALL_TALK: [(&str, &str, &[&str]); 6] = [
    (
        "do you still have the walnut floor lamp?",
        "Yes, 12 are in stock. Shall I put one aside for you?",
        &["Yes please", "No, thanks"],
    ),
    (
        "how long does delivery take?",
        "Two to four working days inside the country.",
        &["Track an order", "Change address"],
    ),
    (
        "which bulb does it need?",
        "An E27 bulb of up to 60 W, or any LED.",
        &[],
    ),
    (
        "can i pick it up in the shop?",
        "Of course! The shop is open from 10 to 19 h.",
        &["Show on map"],
    ),
    (
        "is there a warranty",
        "Two years on everything, five on the wiring.",
        &[],
    ),
    (
        "ok and in black?",
        "Black is back on Monday. I can tell you when it is here.",
        &["Tell me", "No, thanks"],
    ),
];

fn carry_out(world: &mut World, planned: Planned) {
    let Planned {
        at,
        person,
        plan: what,
        ..
    } = planned;
    match what {
        Plan::Read => world.customer_reads(person, at),
        Plan::Answer => {
            let Some(text) = world.people[person].answers.pop_front() else {
                return;
            };
            customer_writes(world, person, at, &text);
        }
        Plan::BotAnswers => bot_answers(world, person, at),
        Plan::Chat(line) => {
            let said = usize::try_from(line).unwrap_or(0);
            if world.people[person].life == Life::Escalates && line >= 2 {
                customer_writes(
                    world,
                    person,
                    at,
                    "this does not help, can i talk to a person please?",
                );
                return;
            }
            let topic = (person + said) % SMALL_TALK.len();
            customer_writes(world, person, at, SMALL_TALK[topic].0);
            let pause = between(world, 12_000, 45_000);
            plan(world, at + pause, person, Plan::Chat(line + 1));
        }
        Plan::Inbox(text) => world.inbox_says(person, &text, at),
    }
}

fn customer_writes(world: &mut World, person: usize, at: i64, text: &str) {
    let id = world.message_id(world.people[person].platform);
    world.customer_says(person, Message::text(id, at, Sender::Person, text));
    if bot_in_charge(world, person, at) {
        let thinking = between(world, 700, 1_600);
        plan(world, at + thinking, person, Plan::BotAnswers);
    }
}

fn bot_in_charge(world: &World, person: usize, now: i64) -> bool {
    let bot = world.app_named("bot");
    bot.is_some() && world.people[person].owner_at(now) == bot
}

/// A bot of few rules: it knows the small talk, asks for a person's patience
/// when it hears "person", "human" or "agent", and passes the thread.
fn bot_answers(world: &mut World, person: usize, at: i64) {
    let Some(bot) = world.app_named("bot") else {
        return;
    };
    if world.people[person].owner_at(at) != Some(bot) {
        return;
    }
    let platform = world.people[person].platform;
    let asked = world.people[person]
        .messages
        .last()
        .map_or_else(String::new, |m| m.text.to_lowercase());
    let id = world.message_id(platform);
    if ["person", "human", "agent", "someone"]
        .iter()
        .any(|word| asked.contains(word))
    {
        let text = "I am getting a colleague for you. One moment please!";
        world.page_says(person, Message::text(id, at, Sender::App(bot), text), None);
        // The thread waits for a human now, so it is unread again.
        world.people[person].unread = 1;
        let desk = world.app_named("switchboard");
        let note = json!({"v": 1, "reason": "asked_for_person"}).to_string();
        world.give_control(person, desk, at, "pass_thread_control", Some(&note));
        return;
    }
    let (text, buttons): (&str, &[&str]) = SMALL_TALK
        .iter()
        .find(|(question, _, _)| *question == asked)
        .map_or(
            (
                "Happy to help! What would you like to know?",
                &["Track an order", "Talk to a person"],
            ),
            |t| (t.1, t.2),
        );
    let mut message = Message::text(id, at, Sender::App(bot), text);
    if !buttons.is_empty() {
        message.text.clear();
        message.attachments.push(card(text, "", buttons));
    }
    world.page_says(person, message, None);
}

/// A card as the Graph API gives it. `cta` is one object in Meta's reference;
/// several buttons come as a list (our choice).
pub(super) fn card(title: &str, subtitle: &str, buttons: &[&str]) -> Value {
    let cta: Vec<Value> = buttons
        .iter()
        .map(|title| json!({"title": title, "type": "postback"}))
        .collect();
    let cta = match <[Value; 1]>::try_from(cta) {
        Ok([one]) => one,
        Err(several) => Value::Array(several),
    };
    json!({"id": "1", "generic_template": {"title": title, "subtitle": subtitle, "cta": cta}})
}
