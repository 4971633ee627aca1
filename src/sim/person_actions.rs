//! What somebody in the world does once: a line of a scenario's timeline, or an
//! order by `POST /sim/deeds`.

use serde_json::{Value, json};

use crate::sim::{
    events::{Kind, LIKE_STICKER},
    follow_ups,
    world::{ActionKind, Comment, Message, PersonAction, Sender, World, photo},
};

impl World {
    /// Does it, or says why that is not possible.
    pub(super) fn act(&mut self, action: &PersonAction, now: i64) -> Result<(), String> {
        match action.what {
            ActionKind::Enforces => {
                let what =
                    json!({"policy_enforcement": {"action": "block", "reason": action.text}});
                self.page_is_told(what, now);
                return Ok(());
            }
            ActionKind::Roles => {
                self.tell_roles(now);
                return Ok(());
            }
            _ => {}
        }
        let name = action.person.as_deref().unwrap_or_default();
        let at = self
            .person_called(name)
            .ok_or_else(|| format!("no person is called {name:?}"))?;
        let done = match action.what {
            ActionKind::Writes | ActionKind::SendsPhoto | ActionKind::SendsSticker => {
                self.says(at, action, now);
                true
            }
            ActionKind::Taps => {
                let tapped = self.customer_taps(at, &action.text, now);
                if tapped {
                    follow_ups::after_customer_message(self, at, now);
                }
                tapped
            }
            ActionKind::Reacts | ActionKind::Unreacts => {
                let emoji = (action.what == ActionKind::Reacts).then_some(action.text.as_str());
                let mid = self.meant(at, action, false);
                self.customer_reacts(at, &mid, emoji, now)
            }
            ActionKind::Edits => {
                let mid = self.meant(at, action, true);
                self.customer_edits(at, &mid, &action.text, now)
            }
            ActionKind::Unsends => {
                let mid = self.meant(at, action, true);
                self.customer_unsends(at, &mid, now)
            }
            ActionKind::Comments => {
                let comment = Comment {
                    person: at,
                    at: now,
                    answered: false,
                };
                let id = action.mid.clone().unwrap_or_else(|| format!("{now}"));
                self.comments.insert(id, comment);
                true
            }
            ActionKind::Passes | ActionKind::Asks => return self.moves(at, action, now),
            _ => {
                self.does(at, action, now);
                true
            }
        };
        if done {
            Ok(())
        } else {
            Err(format!("{name} has no such message or button"))
        }
    }

    fn does(&mut self, at: usize, action: &PersonAction, now: i64) {
        let text = action.text.as_str();
        let kind = |kind, what: Value, world: &mut Self| world.customer_does(at, kind, what, now);
        match action.what {
            ActionKind::Reads => self.customer_reads(at, now),
            ActionKind::Follows => kind(
                Kind::Referral,
                json!({"referral": {"ref": text, "source": "SHORTLINK", "type": "OPEN_THREAD"}}),
                self,
            ),
            ActionKind::Surprises => {
                let mut what = serde_json::Map::new();
                what.insert(text.to_owned(), json!({"new": [1, null]}));
                kind(Kind::Message, Value::Object(what), self);
            }
            ActionKind::Blocks => self.people[at].blocked = true,
            ActionKind::Unblocks => self.people[at].blocked = false,
            ActionKind::Inbox => self.meta_says(at, "inbox", text, now),
            ActionKind::Ai => self.meta_says(at, "meta_ai", text, now),
            ActionKind::InboxDone => self.inbox_is_done(at, now),
            other => {
                if let Some((field, what)) = other.event(text) {
                    kind(Kind::Other(field), what, self);
                }
            }
        }
    }

    fn says(&mut self, at: usize, action: &PersonAction, now: i64) {
        let id = self.message_id(self.people[at].platform);
        let mut message = Message::text(id, now, Sender::Person, action.text.as_str());
        message.reply_to.clone_from(&action.mid);
        match action.what {
            ActionKind::SendsPhoto => {
                message.text.clear();
                message.attachments.push(photo(&action.text));
            }
            ActionKind::SendsSticker => {
                message.text.clear();
                message.sticker = Some(LIKE_STICKER.to_owned());
            }
            _ => {}
        }
        self.customer_says(at, message);
        follow_ups::after_customer_message(self, at, now);
    }

    fn moves(&mut self, at: usize, action: &PersonAction, now: i64) -> Result<(), String> {
        let name = action.app.as_deref().unwrap_or_default();
        let app = self
            .app_named(name)
            .ok_or_else(|| format!("no [[app]] is called {name:?}"))?;
        let note = (!action.text.is_empty()).then_some(action.text.as_str());
        if action.what == ActionKind::Passes {
            self.give_control(at, Some(app), now, "pass_thread_control", note);
        } else {
            self.request_control(at, app, now, note);
        }
        Ok(())
    }

    /// The message that is meant: the named one, else the newest of the person,
    /// or of the Page.
    fn meant(&self, at: usize, action: &PersonAction, own: bool) -> String {
        let newest = || {
            let fits = |m: &&Message| (m.sender == Sender::Person) == own && !m.deleted;
            let found = self.people[at].messages.iter().rev().find(fits);
            found.map(|m| m.id.clone())
        };
        action.mid.clone().or_else(newest).unwrap_or_default()
    }

    /// By name or id.
    pub(super) fn person_called(&self, name: &str) -> Option<usize> {
        self.person_by_id(name)
            .or_else(|| self.people.iter().position(|p| p.name == name))
    }
}
