//! What somebody in the world does once: a line of a scenario's timeline, or an
//! order by `POST /sim/deeds`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    events::{Kind, LIKE_STICKER},
    script,
    world::{Comment, Message, Sender, World},
};

/// One deed. Which members it needs depends on what is done.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct Deed {
    /// Name or id of the person; none for what concerns the Page.
    pub(super) person: Option<String>,
    /// What is done.
    #[serde(rename = "do")]
    pub(super) what: What,
    /// Text, title of a button, or a note.
    #[serde(default)]
    pub(super) text: String,
    /// The message it is about; default: the newest that makes sense.
    pub(super) mid: Option<String>,
    /// The app that gets a thread, or asks for it.
    pub(super) app: Option<String>,
}

/// What can be done.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
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

impl World {
    /// Does it, or says why that is not possible.
    pub(super) fn deed(&mut self, deed: &Deed, now: i64) -> Result<(), String> {
        match deed.what {
            What::Enforces => {
                let what = json!({"policy_enforcement": {"action": "block", "reason": deed.text}});
                self.page_is_told(what, now);
                return Ok(());
            }
            What::Roles => {
                self.tell_roles(now);
                return Ok(());
            }
            _ => {}
        }
        let name = deed.person.as_deref().unwrap_or_default();
        let at = self
            .person_called(name)
            .ok_or_else(|| format!("no person is called {name:?}"))?;
        let done = match deed.what {
            What::Writes | What::SendsPhoto | What::SendsSticker => {
                self.says(at, deed, now);
                true
            }
            What::Taps => {
                let tapped = self.customer_taps(at, &deed.text, now);
                if tapped {
                    script::after_customer_message(self, at, now);
                }
                tapped
            }
            What::Reacts | What::Unreacts => {
                let emoji = (deed.what == What::Reacts).then_some(deed.text.as_str());
                let mid = self.meant(at, deed, false);
                self.customer_reacts(at, &mid, emoji, now)
            }
            What::Edits => {
                let mid = self.meant(at, deed, true);
                self.customer_edits(at, &mid, &deed.text, now)
            }
            What::Unsends => {
                let mid = self.meant(at, deed, true);
                self.customer_unsends(at, &mid, now)
            }
            What::Comments => {
                let comment = Comment {
                    person: at,
                    at: now,
                    answered: false,
                };
                let id = deed.mid.clone().unwrap_or_else(|| format!("{now}"));
                self.comments.insert(id, comment);
                true
            }
            What::Passes | What::Asks => return self.moves(at, deed, now),
            _ => {
                self.does(at, deed, now);
                true
            }
        };
        if done {
            Ok(())
        } else {
            Err(format!("{name} has no such message or button"))
        }
    }

    fn does(&mut self, at: usize, deed: &Deed, now: i64) {
        let text = deed.text.as_str();
        let kind = |kind, what: Value, world: &mut Self| world.customer_does(at, kind, what, now);
        match deed.what {
            What::Reads => self.customer_reads(at, now),
            What::Follows => kind(
                Kind::Referral,
                json!({"referral": {"ref": text, "source": "SHORTLINK", "type": "OPEN_THREAD"}}),
                self,
            ),
            What::OptsIn => kind(
                Kind::Optin,
                json!({"optin": {"type": "notification_messages", "payload": text}}),
                self,
            ),
            What::Links => kind(
                Kind::AccountLinking,
                json!({"account_linking": {"status": "linked", "authorization_code": text}}),
                self,
            ),
            What::Unlinks => kind(
                Kind::AccountLinking,
                json!({"account_linking": {"status": "unlinked"}}),
                self,
            ),
            What::Surprises => {
                let mut what = serde_json::Map::new();
                what.insert(text.to_owned(), json!({"new": [1, null]}));
                kind(Kind::Message, Value::Object(what), self);
            }
            What::Blocks => self.people[at].blocked = true,
            What::Unblocks => self.people[at].blocked = false,
            What::Inbox => self.meta_says(at, "inbox", text, now),
            What::Ai => self.meta_says(at, "meta_ai", text, now),
            What::InboxDone => self.inbox_is_done(at, now),
            _ => {}
        }
    }

    fn says(&mut self, at: usize, deed: &Deed, now: i64) {
        let id = self.message_id(self.people[at].platform);
        let mut message = Message::text(id, now, Sender::Person, deed.text.as_str());
        message.reply_to.clone_from(&deed.mid);
        match deed.what {
            What::SendsPhoto => {
                message.text.clear();
                message.attachments.push(super::scenario::photo(&deed.text));
            }
            What::SendsSticker => {
                message.text.clear();
                message.sticker = Some(LIKE_STICKER.to_owned());
            }
            _ => {}
        }
        self.customer_says(at, message);
        script::after_customer_message(self, at, now);
    }

    fn moves(&mut self, at: usize, deed: &Deed, now: i64) -> Result<(), String> {
        let name = deed.app.as_deref().unwrap_or_default();
        let app = self
            .app_named(name)
            .ok_or_else(|| format!("no [[app]] is called {name:?}"))?;
        let note = (!deed.text.is_empty()).then_some(deed.text.as_str());
        if deed.what == What::Passes {
            self.give_control(at, Some(app), now, "pass_thread_control", note);
        } else {
            self.request_control(at, app, now, note);
        }
        Ok(())
    }

    /// The message that is meant: the named one, else the newest of the person,
    /// or of the Page.
    fn meant(&self, at: usize, deed: &Deed, own: bool) -> String {
        let newest = || {
            let fits = |m: &&Message| (m.sender == Sender::Person) == own && !m.deleted;
            let found = self.people[at].messages.iter().rev().find(fits);
            found.map(|m| m.id.clone())
        };
        deed.mid.clone().or_else(newest).unwrap_or_default()
    }

    /// By name or id.
    pub(super) fn person_called(&self, name: &str) -> Option<usize> {
        self.person_by_id(name)
            .or_else(|| self.people.iter().position(|p| p.name == name))
    }
}
