//! What somebody in the world is going to do, and when.

use std::cmp::Ordering;

use super::deeds::Deed;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) at: i64,
    /// Plans of one moment are carried out in the order they were made.
    pub(super) order: u64,
    pub(super) person: usize,
    pub(super) plan: Plan,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// The person reads what the Page sent.
    Read,
    /// The person writes their next answer, or a line of small talk.
    Answer,
    /// The bot answers what the person wrote.
    BotAnswers,
    /// A person who chats with the bot says the next thing.
    Chat(u32),
    /// A line of the timeline.
    Deed(Box<Deed>),
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
