//! What holds for the whole desk, whatever is open on it: the moment, the screen,
//! the settings, the Page. This much a dialog may know.

use super::page_profiles::PageProfiles;
use std::collections::VecDeque;

use super::settings::Settings;
use crate::domain::{Account, ApiCall, Platform, Routing, Template, ThreadOwner, Timestamp};

/// The desk, apart from what is shown on it.
#[derive(Clone, Debug)]
pub struct Session {
    /// The moment of the last message, by our clock.
    pub now: Timestamp,
    /// Columns and rows.
    pub size: (u16, u16),
    /// What we were told at the start.
    pub settings: Settings,
    /// The Page, and how the link to it stands.
    pub account: Account,
    /// The last calls to the Graph API, newest last.
    pub api_log: VecDeque<ApiCall>,
    /// Why nothing can be saved at the moment.
    pub storage: Option<String>,
    /// The older list is being fetched; so far back to here.
    pub reading_back: Option<Timestamp>,
    /// The terminal has the focus.
    pub attended: bool,
    /// Names and words are hidden from who looks over the shoulder.
    pub privacy: bool,
    /// The theme that was chosen by hand; else the configured one.
    pub theme: Option<&'static str>,
    /// The utility templates that Meta approved, once they were read.
    pub utility: Option<Result<Vec<Template>, String>>,
    /// What the Page shows before anybody writes.
    pub page_profiles: PageProfiles,
    pub(crate) last_input: Timestamp,
    /// Somebody works at the desk.
    pub(crate) active: bool,
}

impl Session {
    /// `14:05`, or with the day when it is another one.
    pub fn moment(&self, at: Timestamp) -> String {
        let zone = &self.settings.zone;
        let (then, now) = (at.local(zone), self.now.local(zone));
        let format = match then.date() == now.date() {
            true => "%H:%M",
            false => "%-d %b %H:%M",
        };
        then.strftime(format).to_string()
    }

    /// One that knows nothing yet.
    pub fn new(settings: Settings, size: (u16, u16), now: Timestamp) -> Self {
        Self {
            now,
            size,
            account: Account::new(settings.page.clone(), settings.apps.clone()),
            settings,
            api_log: VecDeque::new(),
            storage: None,
            reading_back: None,
            attended: true,
            privacy: false,
            theme: None,
            utility: None,
            page_profiles: PageProfiles::default(),
            last_input: now,
            active: true,
        }
    }

    /// The present moment by Meta's clock: windows close by it.
    pub fn server_now(&self) -> Timestamp {
        self.now.plus(self.account.skew())
    }

    /// Whether the Page routes on this platform.
    pub fn routing(&self, platform: Platform) -> Routing {
        self.account.routing[platform]
    }

    /// Who holds a thread, in one or two words.
    pub fn owner_words(&self, owner: &ThreadOwner) -> String {
        self.account.owner_words(owner)
    }
}
