//! What somebody in the world does once: a line of a scenario's timeline, or an
//! order by `POST /sim/deeds`.

use serde::Deserialize;
use serde_json::{Value, json};

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

/// What can be done.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(in crate::sim) enum ActionKind {
    /// The person writes `text`; with `mid`, as a reply to that message.
    Writes,
    /// … sends a photo called `text`.
    SendsPhoto,
    /// … sends a sticker.
    SendsSticker,
    /// … taps the button called `text`.
    Taps,
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
    /// … comes by a link with the reference `text`.
    Follows,
    /// … opts in to what `text` names.
    OptsIn,
    /// … links an account; `text` is the authorization code.
    Links,
    /// … unlinks it.
    Unlinks,
    /// … comments under a post; the id of the comment is `mid`.
    Comments,
    /// … blocks the Page, or unblocks it.
    Blocks,
    Unblocks,
    /// Somebody writes `text` in Meta's inbox, and takes control by it.
    Inbox,
    /// Somebody marks the thread as done in Meta's inbox.
    InboxDone,
    /// Meta's own AI writes `text`, and takes control by it.
    Ai,
    /// Control goes to `app`, with the note `text`.
    Passes,
    /// `app` asks for control, with the note `text`.
    Asks,
    /// Meta enforces its policy on the Page; `text` is the reason.
    Enforces,
    /// An event of a kind that nobody knows, called `text`.
    Surprises,
    /// Under the Handover Protocol: the apps are told their parts.
    Roles,
}

impl ActionKind {
    /// The event that the apps get, where that is all that happens: the field that
    /// has to be subscribed, and the members.
    pub(in crate::sim) fn event(self, text: &str) -> Option<(&'static str, Value)> {
        Some(match self {
            Self::OptsIn => (
                "messaging_optins",
                json!({"optin": {"type": "notification_messages", "payload": text}}),
            ),
            Self::Links => (
                "messaging_account_linking",
                json!({"account_linking": {"status": "linked", "authorization_code": text}}),
            ),
            Self::Unlinks => (
                "messaging_account_linking",
                json!({"account_linking": {"status": "unlinked"}}),
            ),
            _ => return None,
        })
    }
}
