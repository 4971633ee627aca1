//! What somebody in the world does once: a line of a scenario's timeline, or an
//! order by `POST /sim/deeds`.

use serde_json::{Value, json};

use crate::sim::{
    events::{Kind, LIKE_STICKER},
    follow_ups,
    world::{
        ActionKind, Message, Needs, PersonAction, Platform, Sender, StoryPart, World, file, photo,
        video,
    },
};

impl World {
    /// Does it, or says why that is not possible.
    pub(super) fn act(&mut self, action: &PersonAction, now: i64) -> Result<(), String> {
        if let Some(lack) = action.lack() {
            return Err(lack);
        }
        if action.what.needs() == Needs::Nothing {
            self.happens_to_page(action, now);
            return Ok(());
        }
        let name = action.person.as_deref().unwrap_or_default();
        let at = self
            .person_called(name)
            .ok_or_else(|| format!("no person called {name:?}"))?;
        if action.what.is_instagrams() && self.people[at].platform == Platform::Messenger {
            return Err(format!("{name} is on Messenger, which has no such thing"));
        }
        let text = action.text.as_str();
        let done = match action.what {
            ActionKind::Taps => self.customer_taps(at, text, now),
            ActionKind::TapsMenu => {
                self.customer_taps_menu(at, text, now)?;
                true
            }
            ActionKind::TapsIceBreaker => {
                self.customer_taps_ice_breaker(at, text, now)?;
                true
            }
            ActionKind::GetsStarted => {
                self.customer_gets_started(at, text, now)?;
                true
            }
            ActionKind::Reacts | ActionKind::Unreacts => {
                let emoji = (action.what == ActionKind::Reacts).then_some(text);
                let mid = self.meant(at, action, false);
                self.customer_reacts(at, &mid, emoji, now)
            }
            ActionKind::Edits => {
                let mid = self.meant(at, action, true);
                self.customer_edits(at, &mid, text, now)
            }
            ActionKind::Unsends => {
                let mid = self.meant(at, action, true);
                self.customer_unsends(at, &mid, now)
            }
            ActionKind::InboxLabels | ActionKind::InboxUnlabels => {
                let on = action.what == ActionKind::InboxLabels;
                self.inbox_labels(at, text, on)
            }
            ActionKind::Passes | ActionKind::Asks => return self.moves(at, action, now),
            _ => {
                self.does(at, action, now);
                true
            }
        };
        if !done {
            return Err(format!("{name} has no such message, button or label"));
        }
        if action.what.is_tap() {
            follow_ups::after_customer_message(self, at, now);
        }
        Ok(())
    }

    fn happens_to_page(&mut self, action: &PersonAction, now: i64) {
        match action.what {
            ActionKind::Warns => self.policy("warning", &action.text, now),
            ActionKind::Enforces => self.policy("block", &action.text, now),
            ActionKind::Lifts => self.policy("unblock", &action.text, now),
            _ => self.tell_roles(now),
        }
    }

    /// What can always be done.
    fn does(&mut self, at: usize, action: &PersonAction, now: i64) {
        let text = action.text.as_str();
        match action.what {
            ActionKind::Reads => self.customer_reads(at, now),
            ActionKind::Follows => self.customer_follows(at, text, now),
            ActionKind::FollowsAd => self.customer_follows_ad(at, text, now),
            ActionKind::Comments => self.customer_comments(at, action.mid.as_deref(), text, now),
            ActionKind::Ticks => {
                self.user_refs.insert(text.to_owned(), at);
                let optin = json!({"optin": {"ref": "checkbox", "user_ref": text}});
                self.customer_does(at, Kind::Other("messaging_optins"), optin, now);
            }
            ActionKind::Blocks => self.people[at].blocked = true,
            ActionKind::Unblocks => self.people[at].blocked = false,
            ActionKind::Inbox => self.meta_says(at, "inbox", text, now),
            ActionKind::Ai => self.meta_says(at, "meta_ai", text, now),
            ActionKind::InboxDone => self.inbox_is_done(at, now),
            other => match signal(other, text) {
                Some((kind, what)) => self.customer_does(at, kind, what, now),
                None => self.says(at, action, now),
            },
        }
    }

    fn says(&mut self, at: usize, action: &PersonAction, now: i64) {
        let id = self.message_id(self.people[at].platform);
        let mut message = Message::text(id, now, Sender::Person, "");
        message.reply_to.clone_from(&action.mid);
        let named = |other: &'static str| match action.text.as_str() {
            "" => other.to_owned(),
            name => name.to_owned(),
        };
        let attached = match action.what {
            ActionKind::SendsPhoto => Some(photo(&named("photo.jpg"))),
            ActionKind::SendsVideo => Some(video(&named("video.mp4"))),
            ActionKind::SendsAudio => Some(file(&named("voice-message.mp3"), "audio/mpeg")),
            ActionKind::SendsFile => Some(file(&named("document.pdf"), "application/pdf")),
            ActionKind::SendsSticker => {
                message.sticker = Some(LIKE_STICKER.to_owned());
                None
            }
            ActionKind::MentionsInStory => {
                message.story = Some(StoryPart::Mention);
                None
            }
            ActionKind::AnswersStory => {
                message.story = Some(StoryPart::Reply);
                message.text.clone_from(&action.text);
                None
            }
            ActionKind::SendsDisappearing => {
                message.disappearing = true;
                None
            }
            ActionKind::SendsLocation => {
                message.place = action.coordinates();
                None
            }
            _ => {
                message.text.clone_from(&action.text);
                None
            }
        };
        message.attachments.extend(attached);
        self.customer_says(at, message);
        follow_ups::after_customer_message(self, at, now);
    }

    fn moves(&mut self, at: usize, action: &PersonAction, now: i64) -> Result<(), String> {
        let name = action.app.as_deref().unwrap_or_default();
        let app = self
            .app_named(name)
            .ok_or_else(|| format!("no [[app]] called {name:?}"))?;
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

/// An action of which the apps get an event and nothing else happens: the kind of the
/// event, and its members.
fn signal(what: ActionKind, text: &str) -> Option<(Kind, Value)> {
    let mut optin = json!({"type": "notification_messages", "payload": text, "title": text,
                           "notification_messages_token": "4711000012345678"});
    let linking = Kind::Other("messaging_account_linking");
    Some(match what {
        ActionKind::OptsIn | ActionKind::OptsOut => {
            if what == ActionKind::OptsOut {
                optin["notification_messages_status"] = json!("STOP_NOTIFICATIONS");
            }
            (Kind::Other("messaging_optins"), json!({ "optin": optin }))
        }
        ActionKind::Links => (
            linking,
            json!({"account_linking": {"status": "linked", "authorization_code": text}}),
        ),
        ActionKind::Unlinks => (linking, json!({"account_linking": {"status": "unlinked"}})),
        ActionKind::Rates => (
            Kind::Other("messaging_feedback"),
            json!({"messaging_feedback": {"feedback_screens": [{"screen_id": 0, "questions": {
                "visit": {"type": "csat", "payload": "4",
                          "follow_up": {"type": "free_form", "payload": text}}}}]}}),
        ),
        ActionKind::Surprises => {
            let mut what = serde_json::Map::new();
            what.insert(text.to_owned(), json!({"new": [1, null]}));
            (Kind::Message, Value::Object(what))
        }
        _ => return None,
    })
}
