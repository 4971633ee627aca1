//! The views of the list, and what part of one is asked for.

use super::{Conversation, Platform};

/// The five views of the list, in the order of the keys `1` to `5`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// Control with us, or the bot asked for a person, or an unread customer
    /// message after an agent's; and not out of the way, not closed.
    #[default]
    NeedsMe,
    /// Threads that our app holds.
    Mine,
    /// Threads that another app holds, or nobody.
    Bot,
    /// The window closes within four hours and the customer waits.
    Closing,
    /// Everything.
    All,
}

/// How many conversations each view holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// By [`View::index`].
    pub by_view: [u32; 5],
    /// Replies of all threads that are neither sent nor settled.
    pub unsettled: u32,
}

/// What part of the list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxQuery {
    /// The view.
    pub view: View,
    /// Words that the name or any cached text must hold; empty for all.
    pub filter: String,
    /// What else it takes to stand there, and in which order.
    pub narrow: Narrow,
    /// First row wanted, counted from 0.
    pub offset: u32,
}

/// What a saved view narrows its view by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Only rows with this label of the agent's.
    pub label: Option<String>,
    /// Only this channel.
    pub platform: Option<Platform>,
    /// In which order.
    pub order: ListOrder,
}

impl Narrow {
    /// Whether the rows are just those of the view, in its order.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListOrder {
    /// Whose window closes first; what does not wait for us comes after.
    #[default]
    Deadline,
    /// What changed last.
    Newest,
    /// Who has waited longest for an answer; what does not wait comes after.
    Waiting,
}

impl ListOrder {
    /// The words on the screen.
    pub fn words(self) -> &'static str {
        match self {
            Self::Deadline => "nearest deadline first",
            Self::Newest => "newest first",
            Self::Waiting => "longest wait first",
        }
    }
}

/// A view of the agent's own, beside the five.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedView {
    /// What it is called.
    pub name: String,
    /// The view that it narrows.
    pub view: View,
    /// Words that the name or any cached text must hold; empty for all.
    pub filter: String,
    /// What else it takes, and the order.
    pub narrow: Narrow,
}

/// A slice of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxSlice {
    /// The rows from [`InboxQuery::offset`] on.
    pub rows: Vec<Conversation>,
    /// How many rows the view and filter have in all.
    pub total: u32,
    /// Counts of all views, unfiltered.
    pub counts: Counts,
}

impl View {
    /// All views, in order.
    pub const ALL: [Self; 5] = [
        Self::NeedsMe,
        Self::Mine,
        Self::Bot,
        Self::Closing,
        Self::All,
    ];

    /// Place in [`Self::ALL`].
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|v| *v == self).unwrap_or(0)
    }

    /// The words on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::NeedsMe => "Needs me",
            Self::Mine => "Mine",
            Self::Bot => "Bot",
            Self::Closing => "Closing",
            Self::All => "All",
        }
    }
}
