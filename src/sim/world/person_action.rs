//! What somebody in the world does once: a line of a scenario's timeline, or an
//! order by `POST /sim/deeds`.

use serde::{Deserialize, Deserializer, de::Error};

/// One action. Which members it needs depends on what is done.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(in crate::sim) struct PersonAction {
    /// Name or id of the person; none for what concerns the Page.
    pub(in crate::sim) person: Option<String>,
    /// What is done.
    #[serde(rename = "do")]
    pub(in crate::sim) what: ActionKind,
    /// Text, title of a button, or a note.
    #[serde(default)]
    pub(in crate::sim) text: String,
    /// The message it is about; default: the newest that makes sense.
    pub(in crate::sim) mid: Option<String>,
    /// The app that gets a thread, or asks for it.
    pub(in crate::sim) app: Option<String>,
}

/// What can be done. [`ACTIONS`] gives each its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum ActionKind {
    /// The person writes `text`; with `mid`, as a reply to that message.
    Writes,
    /// … sends a photo called `text`.
    SendsPhoto,
    /// … sends a sticker.
    SendsSticker,
    /// … sends a video, a recording or a document called `text`.
    SendsVideo,
    SendsAudio,
    SendsFile,
    /// … sends the place at the coordinates in `text`.
    SendsLocation,
    /// … names the Page in a story, answers one of the Page's with `text`, or sends a
    /// photo that goes once it was seen; on Instagram.
    MentionsInStory,
    AnswersStory,
    SendsDisappearing,
    /// … taps the button called `text`.
    Taps,
    /// … taps the entry of the menu called `text`.
    TapsMenu,
    /// … asks the ice breaker `text`.
    TapsIceBreaker,
    /// … taps Get Started, having come by a link with the reference `text`, if any.
    GetsStarted,
    /// … reacts with the emoji in `text`.
    Reacts,
    /// … takes the reaction back.
    Unreacts,
    /// … changes a message to `text`.
    Edits,
    /// … takes a message back.
    Unsends,
    /// … reads what the Page has sent.
    Reads,
    /// … comes by an m.me link with the reference `text`.
    Follows,
    /// … comes by an ad with the reference `text`.
    FollowsAd,
    /// … opts in to what `text` names, or out of it.
    OptsIn,
    OptsOut,
    /// … links an account; `text` is the authorization code.
    Links,
    /// … unlinks it.
    Unlinks,
    /// … rates the Page in its feedback form, with `text` besides.
    Rates,
    /// … ticks the checkbox plugin on a web page, which calls them `text`.
    Ticks,
    /// … comments `text` under a post; the id of the comment is `mid`.
    Comments,
    /// … blocks the Page, or unblocks it.
    Blocks,
    Unblocks,
    /// Somebody writes `text` in Meta's inbox, and takes control by it.
    Inbox,
    /// Somebody marks the thread as done in Meta's inbox.
    InboxDone,
    /// Somebody puts the label `text` on the person in Meta's inbox, or takes it off.
    InboxLabels,
    InboxUnlabels,
    /// Meta's own AI writes `text`, and takes control by it.
    Ai,
    /// Control goes to `app`, with the note `text`.
    Passes,
    /// `app` asks for control, with the note `text`.
    Asks,
    /// An event of a kind that nobody knows, called `text`.
    Surprises,
    /// Meta warns the Page, blocks it from sending, or lets it send again; `text` is
    /// the reason.
    Warns,
    Enforces,
    Lifts,
    /// Under the Handover Protocol: the apps are told their parts.
    Roles,
}

/// What an action cannot be without, beside its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Needs {
    Person,
    /// … and what is said, tapped or meant.
    Text,
    /// … and the app that it is about.
    App,
    /// It is about the Page, and nobody is needed.
    Nothing,
}

/// Every action, by its word in a scenario and an order.
pub(in crate::sim) const ACTIONS: [(&str, ActionKind, Needs); 42] = [
    ("writes", ActionKind::Writes, Needs::Text),
    ("sends_photo", ActionKind::SendsPhoto, Needs::Person),
    ("sends_sticker", ActionKind::SendsSticker, Needs::Person),
    ("sends_video", ActionKind::SendsVideo, Needs::Person),
    ("sends_audio", ActionKind::SendsAudio, Needs::Person),
    ("sends_file", ActionKind::SendsFile, Needs::Person),
    ("sends_location", ActionKind::SendsLocation, Needs::Text),
    (
        "mentions_in_story",
        ActionKind::MentionsInStory,
        Needs::Person,
    ),
    ("answers_story", ActionKind::AnswersStory, Needs::Text),
    (
        "sends_disappearing",
        ActionKind::SendsDisappearing,
        Needs::Person,
    ),
    ("taps", ActionKind::Taps, Needs::Text),
    ("taps_menu", ActionKind::TapsMenu, Needs::Text),
    ("taps_ice_breaker", ActionKind::TapsIceBreaker, Needs::Text),
    ("gets_started", ActionKind::GetsStarted, Needs::Person),
    ("reacts", ActionKind::Reacts, Needs::Text),
    ("unreacts", ActionKind::Unreacts, Needs::Person),
    ("edits", ActionKind::Edits, Needs::Text),
    ("unsends", ActionKind::Unsends, Needs::Person),
    ("reads", ActionKind::Reads, Needs::Person),
    ("follows", ActionKind::Follows, Needs::Person),
    ("follows_ad", ActionKind::FollowsAd, Needs::Person),
    ("opts_in", ActionKind::OptsIn, Needs::Person),
    ("opts_out", ActionKind::OptsOut, Needs::Person),
    ("links", ActionKind::Links, Needs::Person),
    ("unlinks", ActionKind::Unlinks, Needs::Person),
    ("rates", ActionKind::Rates, Needs::Person),
    ("ticks", ActionKind::Ticks, Needs::Text),
    ("comments", ActionKind::Comments, Needs::Person),
    ("blocks", ActionKind::Blocks, Needs::Person),
    ("unblocks", ActionKind::Unblocks, Needs::Person),
    ("inbox", ActionKind::Inbox, Needs::Text),
    ("inbox_done", ActionKind::InboxDone, Needs::Person),
    ("inbox_labels", ActionKind::InboxLabels, Needs::Text),
    ("inbox_unlabels", ActionKind::InboxUnlabels, Needs::Text),
    ("ai", ActionKind::Ai, Needs::Text),
    ("passes", ActionKind::Passes, Needs::App),
    ("asks", ActionKind::Asks, Needs::App),
    ("surprises", ActionKind::Surprises, Needs::Text),
    ("warns", ActionKind::Warns, Needs::Nothing),
    ("enforces", ActionKind::Enforces, Needs::Nothing),
    ("lifts", ActionKind::Lifts, Needs::Nothing),
    ("roles", ActionKind::Roles, Needs::Nothing),
];

impl ActionKind {
    fn row(self) -> (&'static str, Self, Needs) {
        let found = ACTIONS.into_iter().find(|(_, kind, _)| *kind == self);
        found.unwrap_or(("", self, Needs::Nothing))
    }

    pub(in crate::sim) fn word(self) -> &'static str {
        self.row().0
    }

    pub(in crate::sim) fn needs(self) -> Needs {
        self.row().2
    }

    /// Only people on Instagram do it.
    pub(in crate::sim) fn is_instagrams(self) -> bool {
        matches!(
            self,
            Self::MentionsInStory | Self::AnswersStory | Self::SendsDisappearing
        )
    }

    /// A tap, which a bot answers as it answers a message.
    pub(in crate::sim) fn is_tap(self) -> bool {
        matches!(
            self,
            Self::Taps | Self::TapsMenu | Self::TapsIceBreaker | Self::GetsStarted
        )
    }
}

impl<'de> Deserialize<'de> for ActionKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = String::deserialize(deserializer)?;
        let known = ACTIONS.iter().find(|(word, ..)| *word == given);
        known.map(|(_, kind, _)| *kind).ok_or_else(|| {
            let words: Vec<&str> = ACTIONS.iter().map(|(word, ..)| *word).collect();
            D::Error::custom(format!(
                "no action called {given:?}; choose from {}",
                words.join(", ")
            ))
        })
    }
}

impl PersonAction {
    /// What it lacks, if it lacks anything.
    pub(in crate::sim) fn lack(&self) -> Option<String> {
        let word = self.what.word();
        let needs = self.what.needs();
        if needs != Needs::Nothing && self.person.is_none() {
            return Some(format!("{word} needs a person"));
        }
        match needs {
            Needs::App if self.app.is_none() => Some(format!("{word} needs an app")),
            Needs::Text if self.text.is_empty() => Some(format!("{word} needs a text")),
            _ if self.what == ActionKind::SendsLocation && self.coordinates().is_none() => {
                Some(format!(
                    "{:?} is not a place such as \"48.2082, 16.3738\" (latitude, longitude)",
                    self.text
                ))
            }
            _ => None,
        }
    }

    /// Latitude and longitude in degrees, where `text` is a place.
    pub(in crate::sim) fn coordinates(&self) -> Option<(f64, f64)> {
        let (north, east) = self.text.split_once(',')?;
        let degrees = |text: &str, most: f64| {
            let number: f64 = text.trim().parse().ok()?;
            (-most..=most).contains(&number).then_some(number)
        };
        Some((degrees(north, 90.0)?, degrees(east, 180.0)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_stands_once_and_leads_to_its_own_action() {
        for (at, (word, kind, _)) in ACTIONS.iter().enumerate() {
            assert_eq!(kind.word(), *word);
            let before = &ACTIONS[..at];
            assert!(before.iter().all(|(other, ..)| other != word), "{word}");
        }
    }
}
