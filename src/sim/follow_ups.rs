//! What follows by itself from what was said or done: a person reads and
//! answers, a bot thinks.

use crate::sim::{
    bots,
    world::{Life, Plan, Planned, World},
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
    let default = world.default_app(world.people[at].platform);
    let is_bot = default == Some(target) || world.bots.iter().any(|bot| bot.app == target);
    if is_bot && world.people[at].life == Life::Escalates {
        world.people[at].life = Life::Chats;
        let pause = between(world, 20_000, 40_000);
        plan(world, now + pause, at, Plan::Chat(0));
    }
}

pub(super) fn between(world: &mut World, from: i64, to: i64) -> i64 {
    from + i64::try_from(world.random.below(u64::try_from(to - from).unwrap_or(1))).unwrap_or(0)
}

/// After a person has written: the bot in charge thinks, and answers.
pub(super) fn after_customer_message(world: &mut World, person: usize, at: i64) {
    if bots::in_charge(world, person, at).is_some() {
        let thinking = between(world, 700, 1_600);
        plan(world, at + thinking, person, Plan::BotAnswers);
    }
}
