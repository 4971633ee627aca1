//! One Page as this desk knows it. A second Page is a second [`Account`]: what
//! one of them is refused, or how far its clock is off, says nothing of another.

use super::{
    AppId, Apps, Link, PageId, PerPlatform, Platform, Routing, Span, ThreadOwner, Timestamp,
};

/// A Page, its apps, and how the link to it stands.
#[derive(Clone, Debug)]
pub struct Account {
    /// The Page's id.
    pub page: PageId,
    /// Its name, raw; empty until known.
    pub name: String,
    /// The apps on it.
    pub apps: Apps,
    /// Whether it routes conversations.
    pub routing: PerPlatform<Routing>,
    /// How the link stands.
    pub link: Link,
    /// Share of the rate limit that is used, in percent.
    pub usage: Option<u8>,
    /// Meta's clock minus ours, once an answer has told.
    pub skew: Option<Span>,
    /// When the list was last read, by our clock.
    pub read_at: Option<Timestamp>,
}

impl Account {
    /// A Page of which only the configuration is known.
    pub fn new(page: PageId, apps: Apps) -> Self {
        Self {
            page,
            name: String::new(),
            apps,
            routing: PerPlatform::default(),
            link: Link::Connecting,
            usage: None,
            skew: None,
            read_at: None,
        }
    }

    /// Meta's clock minus ours, as far as it is known.
    pub fn skew(&self) -> Span {
        self.skew.unwrap_or(Span::ZERO)
    }

    /// Whether only the owner of a thread may send there.
    pub fn routes(&self, platform: Platform) -> bool {
        self.routing[platform] == Routing::Enabled
    }

    /// Whether this app is the one behind our token.
    pub fn is_ours(&self, app: &AppId) -> bool {
        self.apps.ours.as_ref() == Some(app)
    }

    /// Who holds a thread, in one or two words.
    pub fn owner_words(&self, owner: &ThreadOwner) -> String {
        match owner {
            ThreadOwner::Us => "us".into(),
            ThreadOwner::App(app) => self.apps.name(app),
            ThreadOwner::Other => "another app".into(),
            ThreadOwner::NotUs => "another app or nobody".into(),
            ThreadOwner::Idle => "nobody".into(),
            ThreadOwner::Unknown => "unknown".into(),
        }
    }
}
