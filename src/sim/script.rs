//! What bot and customers do by themselves, in the order of time.
//!
//! Plans are kept in a heap and carried out when the clock has passed them, at
//! the next call; a plan is carried out at its own time, not at the call's.

use serde_json::{Value, json};

use super::{
    bots,
    plan::{Plan, Planned},
    world::{HOUR, Life, Message, Sender, World},
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

/// When something is due by itself.
pub(super) fn next(world: &World) -> Option<i64> {
    let planned = world.planned.peek().map(|next| next.at);
    planned.into_iter().chain(world.storm_due()).min()
}

/// Carries out everything that is due.
pub(super) fn advance(world: &mut World, now: i64) {
    world.pour(now);
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
    let is_bot = world.bots.iter().any(|bot| bot.app == app);
    if !is_bot && !world.people[at].answers.is_empty() {
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

/// So much do people who chat say in a day.
const LINES_A_DAY: u32 = 40;

/// What people who chat by themselves ask, one after the other.
const SMALL_TALK: [&str; 6] = [
    "do you still have the walnut floor lamp?",
    "how long does delivery take?",
    "which bulb does it need?",
    "can i pick it up in the shop?",
    "is there a warranty",
    "ok and in black?",
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
        Plan::BotAnswers => bots::answer(world, person, at),
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
            customer_writes(world, person, at, SMALL_TALK[topic]);
            // Everybody sleeps some time.
            let night = (line + 1) % LINES_A_DAY == 0;
            let pause = match night {
                true => between(world, 20 * HOUR, 28 * HOUR),
                false => between(world, 12_000, 45_000),
            };
            plan(world, at + pause, person, Plan::Chat(line + 1));
        }
        Plan::Deed(deed) => {
            // What cannot be done any more is not done.
            let _ = world.deed(&deed, at);
        }
    }
}

fn customer_writes(world: &mut World, person: usize, at: i64, text: &str) {
    let id = world.message_id(world.people[person].platform);
    world.customer_says(person, Message::text(id, at, Sender::Person, text));
    after_customer_message(world, person, at);
}

/// After a person has written: the bot in charge thinks, and answers.
pub(super) fn after_customer_message(world: &mut World, person: usize, at: i64) {
    if bots::in_charge(world, person, at).is_some() {
        let thinking = between(world, 700, 1_600);
        plan(world, at + thinking, person, Plan::BotAnswers);
    }
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
