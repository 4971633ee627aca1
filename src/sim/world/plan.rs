//! What somebody in the world is going to do, and when.

use std::cmp::Ordering;

use crate::sim::world::person_action::PersonAction;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) struct Planned {
    pub(in crate::sim) at: i64,
    /// Plans of one moment are carried out in the order they were made.
    pub(in crate::sim) order: u64,
    pub(in crate::sim) person: usize,
    pub(in crate::sim) plan: Plan,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Plan {
    /// The person reads what the Page sent.
    Read,
    /// The person writes their next answer, or a line of small talk.
    Answer,
    /// The bot answers what the person wrote.
    BotAnswers,
    /// A person who chats with the bot says the next thing.
    Chat(u32),
    /// A line of the timeline.
    PersonAction(Box<PersonAction>),
}

impl Ord for Planned {
    /// Earliest first out of a max-heap.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A storm under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) struct Storm {
    pub(in crate::sim) from: i64,
    /// Events in a second.
    pub(in crate::sim) rate: u64,
    pub(in crate::sim) total: u64,
    pub(in crate::sim) done: u64,
}
