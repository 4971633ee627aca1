//! A conversation as the list shows it, the person in it, and the views.

use super::{
    Author, CLOSING_SOON, ConversationId, Item, Known, Mid, Psid, Span, ThreadOwner, Timestamp,
    Triage, Until, Window,
};

/// Where the conversation takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Platform {
    /// Facebook Messenger.
    Messenger,
    /// Instagram direct messages.
    Instagram,
}

/// One row of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Meta's id of the thread.
    pub id: ConversationId,
    /// The person.
    pub psid: Psid,
    /// Messenger or Instagram.
    pub platform: Platform,
    /// The best name we have (profile, participant, user name), raw.
    pub name: Option<String>,
    /// Last text or Meta's generated sentence, raw.
    pub snippet: String,
    /// When anything last happened.
    pub updated_at: Timestamp,
    /// Unread messages by Meta's count.
    pub unread: u32,
    /// When the person last wrote.
    pub customer_at: Option<Timestamp>,
    /// When they last did anything besides writing that opens the 24 hours: a
    /// reaction, a link followed into the thread.
    pub opened_at: Option<Timestamp>,
    /// When the Page last wrote, by whatever hand.
    pub page_at: Option<Timestamp>,
    /// When our app last wrote.
    pub agent_at: Option<Timestamp>,
    /// Who holds the thread.
    pub owner: ThreadOwner,
    /// Since when, as far as we saw it.
    pub owner_since: Option<Timestamp>,
    /// When control lapses, if Meta said.
    pub control_until: Option<Timestamp>,
    /// The customer's devices have what was sent up to here.
    pub delivered_through: Option<Timestamp>,
    /// The customer has read what was sent up to here.
    pub read_through: Option<Timestamp>,
    /// Whether Meta says that the Page may reply.
    pub can_reply: Option<bool>,
    /// There is unsent text.
    pub draft: bool,
    /// A reply was refused or its answer was lost.
    pub unsettled: bool,
    /// What we decided about it ourselves.
    pub triage: Triage,
}

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
    /// First row wanted, counted from 0.
    pub offset: u32,
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

/// What we know of a person's profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Not asked yet.
    #[default]
    Unasked,
    /// What Meta gave.
    Known(Person),
    /// Meta gave nothing; says why, in words.
    Missing(String),
}

/// A person's public profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Full name, raw.
    pub name: Option<String>,
    /// Instagram user name, raw.
    pub username: Option<String>,
    /// Language and country, such as `ja_JP`.
    pub locale: Option<String>,
    /// Offset of their clock from GMT, in minutes.
    pub utc_offset: Option<i32>,
    /// Instagram followers.
    pub followers: Option<u32>,
}

/// Which part of a thread is asked for. A thread may be longer than what is kept
/// at hand, so it is read in windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ThreadRange {
    /// The newest entries.
    #[default]
    Newest,
    /// The oldest that the cache holds.
    Oldest,
    /// What stands before and after this moment.
    Around(Timestamp),
}

/// A message that holds the words searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Whose thread.
    pub conversation: ConversationId,
    /// The person, to show; raw.
    pub name: String,
    /// The message.
    pub mid: Mid,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub author: Author,
    /// The text, raw.
    pub text: String,
}

/// A part of a thread as the cache holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadSlice {
    /// Which part.
    pub range: ThreadRange,
    /// The row.
    pub conversation: Conversation,
    /// The profile.
    pub profile: Profile,
    /// The entries, oldest first.
    pub items: Vec<Item>,
    /// So many older messages are in the cache.
    pub older: u32,
    /// So many newer ones.
    pub newer: u32,
    /// Meta may have older ones that we have not fetched.
    pub older_remote: bool,
    /// Unsent text and the cursor in it (line, column in characters).
    pub draft: Option<(String, (u16, u16))>,
    /// What we had read through when we last looked.
    pub seen_through: Option<Timestamp>,
}

impl Platform {
    /// The word on Meta's wire and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Messenger => "messenger",
            Self::Instagram => "instagram",
        }
    }
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

/// The name to show for a person: the best we have, else the end of the PSID.
pub fn display_name(name: Option<&str>, psid: &Psid, platform: Platform) -> String {
    if let Some(name) = name.filter(|n| !n.trim().is_empty()) {
        return name.to_owned();
    }
    let id = psid.as_str();
    let tail: String = id
        .chars()
        .skip(id.chars().count().saturating_sub(4))
        .collect();
    match platform {
        Platform::Messenger => format!("Facebook user ⟨{tail}⟩"),
        Platform::Instagram => format!("Instagram user ⟨{tail}⟩"),
    }
}

impl Conversation {
    /// One of which only the id is known.
    pub fn unknown(id: ConversationId, now: Timestamp) -> Self {
        Self {
            id,
            psid: Psid::new(""),
            platform: Platform::Messenger,
            name: Some("…".into()),
            snippet: String::new(),
            updated_at: now,
            unread: 0,
            customer_at: None,
            opened_at: None,
            page_at: None,
            agent_at: None,
            owner: ThreadOwner::Unknown,
            owner_since: None,
            control_until: None,
            delivered_through: None,
            read_through: None,
            can_reply: None,
            draft: false,
            unsettled: false,
            triage: Triage::default(),
        }
    }

    /// The name to show: the best we have, else the end of the PSID.
    pub fn display_name(&self) -> String {
        display_name(self.name.as_deref(), &self.psid, self.platform)
    }

    /// What is known of who wrote last.
    pub fn known(&self) -> Known {
        Known {
            customer_at: self.customer_at,
            page_at: self.page_at,
        }
    }

    /// Where the messaging window stands.
    pub fn window(&self, now: Timestamp) -> Window {
        Window::at(now, self.customer_at, self.opened_at)
    }

    /// The customer wrote last, and it needs a reply.
    pub fn waiting(&self) -> bool {
        let wrote_last = self
            .customer_at
            .is_some_and(|wrote| self.page_at.is_none_or(|answered| wrote > answered));
        wrote_last && !self.needs_no_reply()
    }

    /// How long the customer has been waiting.
    pub fn wait(&self, now: Timestamp) -> Option<Span> {
        self.waiting()
            .then(|| self.customer_at.map(|wrote| now.since(wrote)))
            .flatten()
    }

    /// Waits on us and closes within [`CLOSING_SOON`].
    pub fn closing(&self, now: Timestamp) -> bool {
        let elsewhere = matches!(
            self.owner,
            ThreadOwner::App(_) | ThreadOwner::Other | ThreadOwner::NotUs
        );
        let theirs = self.deferred(now) == Some(Until::CustomerWrites);
        !elsewhere
            && !theirs
            && self.waiting()
            && self
                .window(now)
                .until()
                .is_some_and(|until| until.since(now) <= CLOSING_SOON)
    }
}
