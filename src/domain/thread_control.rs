//! Who may answer in a thread, and what is said when it changes hands.
//!
//! Meta's "Conversation Routing": control belongs to an app, never to a person,
//! and lapses 24 hours after the person's last message.

use std::collections::BTreeMap;

use super::{AppId, Mid, Timestamp};

/// The app ids under which Meta's own inbox holds threads (Messenger,
/// Instagram), from the Conversation Routing page.
pub const PAGE_INBOX_APPS: [&str; 2] = ["263902037430900", "1217981644879628"];

/// Who holds a thread, as far as Meta told us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ThreadOwner {
    /// The app behind our token.
    Us,
    /// Another app, and Meta (or our own act) said which.
    App(AppId),
    /// Another app; Meta does not tell which to an app that is neither owner
    /// nor default app.
    Other,
    /// Not us, which is all that a row of the list says: another app or nobody.
    NotUs,
    /// Nobody: the next message goes to the default app.
    Idle,
    /// Not asked yet, or routing is off, where nobody owns anything.
    #[default]
    Unknown,
}

/// Whether the Page routes conversations (`messaging_feature_status`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Routing {
    /// Not asked yet.
    #[default]
    Unknown,
    /// No default app is set: everyone may send, *take* is refused.
    ZeroConfig,
    /// A default app is set: only the owner may send.
    Enabled,
}

/// The apps we know by name, and what they are to us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apps {
    /// The app behind our token, once known.
    pub ours: Option<AppId>,
    /// The bot to hand back to. `None` hands back to the default app.
    pub bot: Option<AppId>,
    /// Names to show instead of ids.
    pub names: BTreeMap<AppId, String>,
}

/// How an escalation ended, from the agent's point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The customer's matter is settled.
    Resolved,
    /// Somebody has to come back to it.
    FollowUp,
    /// The bot should have managed this itself.
    BotFailed,
    /// None of these.
    Other,
}

/// The note that goes to the bot with the thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandBackNote {
    /// How it ended.
    pub outcome: Outcome,
    /// One sentence for the bot; may be empty.
    pub summary: String,
    /// What the bot should do next; may be empty.
    pub next: String,
    /// Nobody decided it: the thread was quiet for too long.
    pub idle: bool,
    /// Who handed back (a configured name, never a Facebook identity).
    pub agent: String,
    /// The last message of the customer that has been dealt with.
    pub answered_through: Option<(Mid, Timestamp)>,
}

/// Giving a thread to another app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandBack {
    /// The app that gets the thread; `None` means the default app.
    pub to: Option<AppId>,
    /// What it is told.
    pub note: HandBackNote,
}

impl Outcome {
    /// All outcomes, in the order of the keys `1` to `4`.
    pub const ALL: [Self; 4] = [Self::Resolved, Self::FollowUp, Self::BotFailed, Self::Other];

    /// The word in the note.
    pub fn word(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::FollowUp => "follow_up",
            Self::BotFailed => "bot_failed",
            Self::Other => "other",
        }
    }

    /// The words on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::FollowUp => "follow-up needed",
            Self::BotFailed => "the bot failed",
            Self::Other => "other",
        }
    }
}

impl Apps {
    /// Another app than the bot's, which is known by name, and not Meta's
    /// inbox: colleagues use it.
    pub fn is_colleague(&self, app: &AppId) -> bool {
        self.bot.as_ref().is_some_and(|bot| bot != app)
            && self.names.contains_key(app)
            && !PAGE_INBOX_APPS.contains(&app.as_str())
    }

    /// The apps that colleagues use, with their names.
    pub fn colleagues(&self) -> Vec<(AppId, String)> {
        let ours = |app: &AppId| self.ours.as_ref() == Some(app);
        self.names
            .iter()
            .filter(|(app, _)| self.is_colleague(app) && !ours(app))
            .map(|(app, name)| (app.clone(), name.clone()))
            .collect()
    }

    /// The name to show for an app.
    pub fn name(&self, app: &AppId) -> String {
        if self.ours.as_ref() == Some(app) {
            return "us".into();
        }
        if let Some(name) = self.names.get(app) {
            return name.clone();
        }
        if PAGE_INBOX_APPS.contains(&app.as_str()) {
            return "Page Inbox".into();
        }
        if self.bot.as_ref() == Some(app) {
            return "bot".into();
        }
        format!("app {app}")
    }

    /// The name of who holds a thread; nobody is somebody, too.
    pub fn holder(&self, app: Option<&AppId>) -> String {
        app.map_or_else(|| "nobody".into(), |app| self.name(app))
    }

    /// The name of where a hand-back goes.
    pub fn bot_name(&self) -> String {
        self.bot
            .as_ref()
            .map_or_else(|| "the default app".into(), |bot| self.name(bot))
    }
}
