//! What bot and customers do by themselves, in the order of time.
//!
//! Plans are kept in a heap and carried out when the clock has passed them, at
//! the next call; a plan is carried out at its own time, not at the call's.

use crate::sim::{
    bots,
    follow_ups::{after_customer_message, between, plan},
    world::{HOUR, Life, Message, Plan, Planned, Sender, World},
};

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
        Plan::PersonAction(action) => {
            // What cannot be done any more is not done.
            let _ = world.act(&action, at);
        }
    }
}

fn customer_writes(world: &mut World, person: usize, at: i64, text: &str) {
    let id = world.message_id(world.people[person].platform);
    world.customer_says(person, Message::text(id, at, Sender::Person, text));
    after_customer_message(world, person, at);
}
