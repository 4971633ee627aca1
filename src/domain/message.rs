//! One entry of a thread: a message, an event, or a reply on its way out.

use super::{AppId, Apps, Mid, Referral, Timestamp};

/// Who wrote a message, as far as we know it for sure.
///
/// Polling alone says only "the Page"; an echo's `app_id`, our own send or the
/// `source:web` tag say more. We never guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// The person on the other side.
    Customer,
    /// Another app, by the id in its echo: the bot, or a colleague's.
    App(AppId),
    /// Our app: an agent using switchboard.
    Me,
    /// A person typing in Meta's own inbox (message tag `source:web`).
    Inbox,
    /// The Page; by whose hand is unknown.
    Page,
}

/// What a message carries besides text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A picture, film, sound or file.
    File {
        /// `photo`, `video`, `audio`, `gif` or `file`.
        kind: &'static str,
        /// The file's name, when Meta gives one.
        name: Option<String>,
        /// Size in bytes, when Meta gives one.
        bytes: Option<u64>,
    },
    /// A sticker.
    Sticker,
    /// A card of a template, with the titles of its buttons.
    Card {
        /// First line.
        title: String,
        /// Second line; may be empty.
        subtitle: String,
        /// Button titles.
        buttons: Vec<String>,
    },
    /// Quick replies that were offered with the message.
    QuickReplies(Vec<String>),
    /// The text is the title of a button or quick reply that was tapped, and this is
    /// what it sent the bot; empty where Meta does not say.
    Tapped(String),
    /// A shared link or post.
    Share {
        /// What Meta calls it; may be empty.
        title: String,
        /// Where it points; may be empty.
        link: String,
    },
    /// A story on Instagram.
    Story(StoryKind),
    /// A photo or video that goes once it was seen; Meta gives apps none of it.
    Disappearing,
    /// How the customer came into the thread with this message.
    Referred(Referral),
    /// Something that Meta sends and we do not know, by Meta's name for it; raw.
    Unknown(String),
    /// Something Meta does not give out through its API.
    Unsupported,
}

/// What a message has to do with a story ("Message", field `story`; webhooks of
/// Instagram).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoryKind {
    /// It answers one of the Page's.
    Reply,
    /// The customer named the Page in one of theirs.
    Mention,
    /// It shows one.
    Shared,
}

impl StoryKind {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reply => "reply to a story",
            Self::Mention => "mention in a story",
            Self::Shared => "story",
        }
    }
}

impl Part {
    /// Whether there may be a picture of it to show.
    pub fn is_picture(&self) -> bool {
        match self {
            Self::File { kind, .. } => matches!(*kind, "photo" | "gif" | "video"),
            Self::Sticker | Self::Story(_) => true,
            _ => false,
        }
    }
}

/// One message as our cache holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Meta's id.
    pub mid: Mid,
    /// When it was written, by Meta's clock.
    pub at: Timestamp,
    /// Who wrote it.
    pub author: Author,
    /// The text, raw: it must pass the `text` gate before it is shown.
    pub text: String,
    /// What came with it.
    pub parts: Vec<Part>,
    /// Meta no longer gives its content (unsent, or beyond the newest 20 on
    /// Instagram).
    pub gone: bool,
    /// What was said about it, before or after.
    pub annotations: Annotations,
}

/// What is said about a message besides its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotations {
    /// The message that it replies to.
    pub reply_to: Option<Mid>,
    /// The beginning of that message, raw, if we have it.
    pub quote: Option<String>,
    /// What people reacted with.
    pub reactions: Vec<Reaction>,
    /// How often the customer has changed the text.
    pub edits: u32,
    /// The customer has taken it back; its content is removed here, too.
    pub unsent: bool,
}

/// A reaction to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The customer's, not the Page's.
    pub by_customer: bool,
    /// The emoji, raw.
    pub emoji: String,
}

impl Message {
    /// What the tap sent the bot, if it was one.
    pub fn tapped(&self) -> Option<&str> {
        self.parts.iter().find_map(|part| match part {
            Part::Tapped(payload) => Some(payload.as_str()),
            _ => None,
        })
    }

    /// A few words for it, raw: its text, or what came with it.
    pub fn words(&self) -> String {
        if !self.text.is_empty() {
            return self.text.clone();
        }
        let words = self.parts.iter().find_map(|part| match part {
            Part::Card { title, .. } if !title.is_empty() => Some(title.clone()),
            Part::Card { buttons, .. } | Part::QuickReplies(buttons) => Some(buttons.join(", ")),
            Part::File { kind, name, .. } => Some(name.clone().unwrap_or((*kind).to_owned())),
            Part::Sticker => Some("sticker".into()),
            Part::Share { title, .. } => Some(title.clone()),
            _ => None,
        });
        words.unwrap_or_default()
    }
}

impl Author {
    /// The mark in the thread's gutter. Another app than the bot, which the
    /// configuration names, has agents behind it; one without a name counts as
    /// a bot.
    pub fn mark(&self, apps: &Apps) -> char {
        match self {
            Self::Customer => 'C',
            Self::App(app) if apps.ours.as_ref() == Some(app) => 'A',
            Self::App(app) if apps.is_colleague(app) => 'A',
            Self::App(_) => 'B',
            Self::Me | Self::Inbox => 'A',
            Self::Page => 'P',
        }
    }

    /// Whether the Page said it, by whatever hand.
    pub fn is_page(&self) -> bool {
        *self != Self::Customer
    }
}
