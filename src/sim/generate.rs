//! Made-up people and messages, for worlds larger than a scenario describes.

use std::collections::VecDeque;

use crate::{
    clock::Random,
    sim::world::{DAY, Life, Message, Person, Platform, ProfileKind, Sender, World},
};

pub(super) fn blank(world: &mut World, name: &str, platform: Platform) -> Person {
    let number = u64::try_from(world.people.len()).unwrap_or(0);
    let (id, conversation) = match platform {
        Platform::Messenger => (
            format!("{}", 7_012_345_678_900_001 + number * 37),
            format!("t_{}", 122_100_000_000_001 + number * 13),
        ),
        Platform::Instagram => {
            let id = 1_234_509_876_540_001 + number * 41;
            (format!("{id}"), world.fresh_id("aWdfZAG06"))
        }
    };
    Person {
        id,
        name: name.to_owned(),
        username: name.to_lowercase().replace(' ', "."),
        platform,
        conversation,
        locale: None,
        timezone: None,
        profile: ProfileKind::Full,
        blocked: false,
        role: false,
        poisoned: false,
        folder: "inbox".into(),
        owner: None,
        control_until: 0,
        unread: 0,
        messages: Vec::new(),
        opened_at: None,
        read_through: 0,
        typing_until: 0,
        came_by: None,
        answers: VecDeque::new(),
        life: Life::Quiet,
    }
}

/// More people, until there are `wanted` conversations.
pub(super) fn make_up(world: &mut World, wanted: usize, now: i64) {
    const FIRST: [&str; 12] = [
        "Alex", "Sam", "Noor", "Mia", "Léa", "Jonas", "Priya", "Omar", "Yui", "Ines", "Piotr",
        "Zoë",
    ];
    const LAST: [&str; 10] = [
        "Novak", "Okafor", "Silva", "Tanaka", "Brandt", "Haddad", "Nguyen", "Costa", "Lind",
        "Moreau",
    ];
    const WORDS: [&str; 6] = [
        "where is my parcel?",
        "the lamp flickers",
        "do you ship abroad?",
        "i want to change my address",
        "thank you!",
        "is this still available?",
    ];
    while world.people.len() < wanted {
        let number = world.people.len();
        let pick = |random: &mut Random, words: &[&'static str]| {
            words[usize::try_from(random.below(words.len() as u64)).unwrap_or(0)]
        };
        let name = format!(
            "{} {} {number}",
            pick(&mut world.random, &FIRST),
            pick(&mut world.random, &LAST)
        );
        let platform = if number % 4 == 3 && world.page.instagram_id.is_some() {
            Platform::Instagram
        } else {
            Platform::Messenger
        };
        let bot = world.default_app(platform).or(world.app_named("bot"));
        let mut person = blank(world, &name, platform);
        let age = 60_000 * i64::try_from(world.random.below(60 * 24 * 12)).unwrap_or(0);
        for (line, before) in [(0, 180_000), (1, 120_000), (2, 60_000)] {
            let id = world.message_id(platform);
            let (sender, text) = match (line, bot) {
                (1, Some(bot)) => (Sender::App(bot), "Let me look that up for you."),
                _ => (Sender::Person, pick(&mut world.random, &WORDS)),
            };
            person
                .messages
                .push(Message::text(id, now - age - before, sender, text));
        }
        person.opened_at = person.last_customer_at();
        person.owner = bot;
        person.control_until = person.opened_at.unwrap_or(now) + DAY;
        person.unread = 1;
        person.read_through = now;
        world.add_person(person);
    }
}

/// More messages before the first one of the longest thread, until it has
/// `wanted`.
pub(super) fn lengthen(world: &mut World, wanted: usize) {
    let longest = (0..world.people.len())
        .filter(|at| world.people[*at].platform == Platform::Messenger)
        .max_by_key(|at| (world.people[*at].messages.len(), std::cmp::Reverse(*at)));
    let Some(at) = longest else { return };
    let have = world.people[at].messages.len();
    let first = world.people[at].messages.first().map_or(0, |m| m.at);
    let bot = world.default_app(Platform::Messenger);
    let bot = bot.or(world.app_named("bot"));
    let missing = wanted.saturating_sub(have);
    let mut person = world.people.remove(at);
    let mut older: Vec<Message> = (0..missing)
        .map(|line| {
            let id = world.message_id(person.platform);
            let back = i64::try_from(missing - line).unwrap_or(0) * 50_000;
            let (sender, text) = match (line % 2, bot) {
                (1, Some(bot)) => (Sender::App(bot), format!("Answer {line} of a long story.")),
                _ => (Sender::Person, format!("Question {line} of a long story?")),
            };
            Message::text(id, first - back, sender, text)
        })
        .collect();
    older.append(&mut person.messages);
    person.messages = older;
    world.put_back(at, person);
}
