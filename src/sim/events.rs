//! What moves the world, and what the apps are told of it: rules R1, R4 … R8,
//! R11, R13 and R14, and the event bodies of the platform's webhooks.

use serde_json::{Value, json};

use crate::sim::world::{
    DAY, Message, Platform, STORY, STORY_ID, Sender, StoryPart, WebhookEvent, World,
};

/// How many emitted events are kept.
const JOURNAL: usize = 1_000;
/// The thumb that everybody can send.
pub(super) const LIKE_STICKER: &str = "369239263222822";

/// What an event is, which decides the field that has to be subscribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    Echo,
    Delivery,
    Read,
    Reaction,
    Edit,
    Postback,
    Referral,
    /// Any other, by its field, which is the same on both platforms.
    Other(&'static str),
    Handover,
}

impl Kind {
    /// The Page's field for it, or Instagram's.
    pub(super) fn field(self, platform: Platform) -> &'static str {
        match (platform, self) {
            (Platform::Messenger, Self::Message) => "messages",
            (Platform::Messenger, Self::Echo) => "message_echoes",
            (_, Self::Delivery) => "message_deliveries",
            (Platform::Messenger, Self::Read) => "message_reads",
            (_, Self::Reaction) => "message_reactions",
            (Platform::Messenger, Self::Edit) => "message_edits",
            (_, Self::Postback) => "messaging_postbacks",
            (Platform::Messenger, Self::Referral) => "messaging_referrals",
            (_, Self::Other(field)) => field,
            (Platform::Messenger, Self::Handover) => "messaging_handovers",
            (Platform::Instagram, Self::Message | Self::Echo) => "messages",
            (Platform::Instagram, Self::Read) => "messaging_seen",
            (Platform::Instagram, Self::Edit) => "message_edit",
            (Platform::Instagram, Self::Referral) => "messaging_referral",
            (Platform::Instagram, Self::Handover) => "messaging_handover",
        }
    }
}

impl World {
    /// The person writes: the window opens (R1), an idle thread goes to the
    /// default app, and control runs 24 hours from now (R6).
    pub(super) fn customer_says(&mut self, at: usize, mut message: Message) {
        self.customer_is_here(at, message.at);
        message.referral = self.people[at].came_by.take();
        self.people[at].unread += 1;
        self.push_message(at, message, None);
    }

    /// What every act of a person does that opens the window.
    fn customer_is_here(&mut self, at: usize, now: i64) {
        let default = self.default_app(self.people[at].platform);
        let person = &mut self.people[at];
        if person.owner_at(now).is_none() {
            person.owner = default;
        }
        person.control_until = person.control_until.max(now + DAY);
        person.opened_at = Some(now);
    }

    /// The Page writes, by the hand of an app.
    pub(super) fn page_says(&mut self, at: usize, message: Message, metadata: Option<&str>) {
        let person = &mut self.people[at];
        person.unread = 0;
        person.typing_until = 0;
        self.push_message(at, message, metadata);
    }

    /// Somebody replies in Meta's own inbox, or Meta's own AI does: it takes
    /// control and says so to nobody but the loser (R8).
    pub(super) fn meta_says(&mut self, at: usize, actor: &str, text: &str, now: i64) {
        let Some(app) = self.meta_app(actor) else {
            return;
        };
        let platform = self.people[at].platform;
        let id = self.message_id(platform);
        self.give_control(at, Some(app), now, "take_thread_control", None);
        self.page_says(at, Message::text(id, now, Sender::App(app), text), None);
    }

    /// "Mark as done" in Meta's inbox: control goes back to the default app
    /// (seen under the Handover Protocol; kept for routing, our choice).
    pub(super) fn inbox_is_done(&mut self, at: usize, now: i64) {
        let platform = self.people[at].platform;
        if self.people[at].owner_at(now) == self.meta_app("inbox") {
            let words = "Pass thread control from Page Inbox";
            let default = self.default_app(platform);
            self.give_control(at, default, now, "pass_thread_control", Some(words));
        }
        self.people[at].folder = "page_done".into();
    }

    /// Moves control and tells who must be told: the new owner of a
    /// pass, the loser of a take; nobody where the thread was idle or is let go.
    pub(super) fn give_control(
        &mut self,
        at: usize,
        to: Option<usize>,
        now: i64,
        how: &'static str,
        metadata: Option<&str>,
    ) {
        let person = &mut self.people[at];
        let before = person.owner_at(now);
        person.owner = to;
        person.control_until = if to.is_some() { now + DAY } else { 0 };
        let Some(new) = to else { return };
        let told = match how {
            "pass_thread_control" => Some(new),
            _ => before,
        };
        let Some(told) = told else { return };
        let id = |app: Option<usize>| app.map(|app| self.apps[app].id.clone());
        let mut change = json!({"previous_owner_app_id": id(before), "new_owner_app_id": id(to)});
        if let Some(metadata) = metadata {
            change["metadata"] = json!(metadata);
        }
        let mut event = self.envelope(at, now);
        event[how] = change;
        self.tell_of_control(at, told, event);
    }

    /// Tells the owner that somebody wants control.
    pub(super) fn request_control(
        &mut self,
        at: usize,
        by: usize,
        now: i64,
        metadata: Option<&str>,
    ) {
        let Some(owner) = self.people[at].owner_at(now) else {
            return;
        };
        let mut event = self.envelope(at, now);
        event["request_thread_control"] =
            json!({"requested_owner_app_id": self.apps[by].id, "metadata": metadata});
        self.tell_of_control(at, owner, event);
    }

    fn tell_of_control(&mut self, at: usize, told: usize, event: Value) {
        let platform = self.people[at].platform;
        for app in 0..self.apps.len() {
            if app == told || self.switches.handovers_to_all {
                self.journal(
                    app,
                    "messaging_handovers",
                    Kind::Handover,
                    platform,
                    Some(at),
                    event.clone(),
                );
            }
        }
    }

    /// The person has read everything so far (R13): a watermark on Messenger,
    /// a message id on Instagram.
    pub(super) fn customer_reads(&mut self, at: usize, now: i64) {
        let person = &mut self.people[at];
        let sent = |m: &&Message| m.sender != Sender::Person;
        let Some(last) = person.messages.iter().rev().find(sent) else {
            return;
        };
        if last.at <= person.read_through {
            return;
        }
        let (watermark, mid) = (last.at, last.id.clone());
        person.read_through = watermark;
        let platform = person.platform;
        let mut event = self.envelope(at, now);
        event["read"] = match platform {
            Platform::Messenger => json!({ "watermark": watermark }),
            Platform::Instagram => json!({ "mid": mid }),
        };
        self.emit(at, now, Kind::Read, event);
    }

    /// The person reacts to a message, or takes it back; a reaction opens the
    /// window (R1).
    pub(super) fn customer_reacts(
        &mut self,
        at: usize,
        mid: &str,
        emoji: Option<&str>,
        now: i64,
    ) -> bool {
        let Some(message) = self.message_mut(at, mid) else {
            return false;
        };
        message.reactions.retain(|(by, _)| *by != Sender::Person);
        let reaction = match emoji {
            Some(emoji) => {
                message.reactions.push((Sender::Person, emoji.to_owned()));
                let word = reaction_word(emoji);
                json!({"reaction": word, "emoji": emoji, "action": "react", "mid": mid})
            }
            None => json!({"action": "unreact", "mid": mid}),
        };
        if emoji.is_some() {
            self.customer_is_here(at, now);
        }
        let mut event = self.envelope(at, now);
        event["reaction"] = reaction;
        self.emit(at, now, Kind::Reaction, event);
        true
    }

    /// The person changes what they wrote.
    pub(super) fn customer_edits(&mut self, at: usize, mid: &str, text: &str, now: i64) -> bool {
        let Some(message) = self.message_mut(at, mid) else {
            return false;
        };
        message.edits += 1;
        text.clone_into(&mut message.text);
        let number = message.edits;
        let mut event = self.envelope(at, now);
        event["message_edit"] = json!({"mid": mid, "text": text, "num_edit": number});
        self.emit(at, now, Kind::Edit, event);
        true
    }

    /// The person takes a message back. Messenger has no webhook for it.
    pub(super) fn customer_unsends(&mut self, at: usize, mid: &str, now: i64) -> bool {
        let Some(message) = self.message_mut(at, mid) else {
            return false;
        };
        message.deleted = true;
        if self.people[at].platform == Platform::Instagram {
            let mut event = self.envelope(at, now);
            event["message"] = json!({"mid": mid, "is_deleted": true});
            self.emit(at, now, Kind::Message, event);
        }
        true
    }

    /// The person taps a button: a quick reply comes as a message and only
    /// while it is there to be tapped (R11), any other as a postback. The app
    /// that sent the button gets the whole postback, whoever is in control.
    pub(super) fn customer_taps(&mut self, at: usize, title: &str, now: i64) -> bool {
        let messages = &self.people[at].messages;
        let newest = messages.len().saturating_sub(1);
        let found = messages.iter().enumerate().rev().find_map(|(i, m)| {
            let button = m.buttons.iter().find(|b| b.title == title)?;
            (!button.quick || i == newest).then(|| (button.clone(), m.sender.clone()))
        });
        let Some((button, sender)) = found else {
            return false;
        };
        if button.quick {
            let id = self.message_id(self.people[at].platform);
            let mut message = Message::text(id, now, Sender::Person, title);
            message.payload = Some(button.payload);
            self.customer_says(at, message);
            return true;
        }
        let owner_of_button = match sender {
            Sender::App(app) => Some(app),
            Sender::Person => None,
        };
        let what = json!({"title": title, "payload": button.payload});
        self.customer_posts_back(at, what, owner_of_button, now);
        true
    }

    /// A tap that answers with a payload: `what` is the postback but for its id. The
    /// app `always` gets all of it, whoever is in control.
    pub(super) fn customer_posts_back(
        &mut self,
        at: usize,
        mut what: Value,
        always: Option<usize>,
        now: i64,
    ) {
        let id = self.message_id(self.people[at].platform);
        let title = what["title"].as_str().unwrap_or_default();
        let message = Message::text(id.clone(), now, Sender::Person, title);
        self.customer_is_here(at, now);
        self.people[at].unread += 1;
        self.by_message.insert(id.clone(), at);
        self.people[at].messages.push(message);
        what["mid"] = json!(id);
        let mut event = self.envelope(at, now);
        event["postback"] = what;
        self.emit_for(at, now, Kind::Postback, event, always);
    }

    /// Something a person does that is no message; it opens the window.
    pub(super) fn customer_does(&mut self, at: usize, kind: Kind, what: Value, now: i64) {
        self.customer_is_here(at, now);
        let mut event = self.envelope(at, now);
        if let (Some(event), Value::Object(what)) = (event.as_object_mut(), what) {
            event.extend(what);
        }
        self.emit(at, now, kind, event);
    }

    fn message_mut(&mut self, at: usize, mid: &str) -> Option<&mut Message> {
        let messages = &mut self.people[at].messages;
        messages.iter_mut().rev().find(|m| m.id == mid)
    }

    fn push_message(&mut self, at: usize, message: Message, metadata: Option<&str>) {
        let now = message.at;
        let mut body = json!({"mid": message.id});
        if !message.text.is_empty() {
            body["text"] = json!(message.text);
        }
        let attachments = self.heard_attachments(&message);
        if !attachments.is_empty() {
            body["attachments"] = Value::Array(attachments);
        }
        if let Some(payload) = &message.payload {
            body["quick_reply"] = json!({ "payload": payload });
        }
        if let Some(mid) = &message.reply_to {
            let own = self.people[at]
                .messages
                .iter()
                .any(|m| m.id == *mid && (m.sender == message.sender));
            body["reply_to"] = json!({"mid": mid, "is_self_reply": own});
        }
        if message.story == Some(StoryPart::Reply) {
            body["reply_to"] = json!({"story": {"url": STORY, "id": STORY_ID}});
        }
        if message.unsupported {
            body["is_unsupported"] = json!(true);
        }
        if let Some(referral) = &message.referral {
            body["referral"] = referral.clone();
        }
        let mut event = self.envelope(at, now);
        let mut kind = Kind::Message;
        if let Sender::App(app) = message.sender {
            kind = Kind::Echo;
            body["is_echo"] = json!(true);
            let id = self.apps[app].id.parse::<i64>();
            body["app_id"] = id.map_or(Value::Null, Value::from);
            if let Some(metadata) = metadata {
                body["metadata"] = json!(metadata);
            }
            let (sender, recipient) = (event["recipient"].take(), event["sender"].take());
            event["sender"] = sender;
            event["recipient"] = recipient;
        }
        event["message"] = body;
        let page_sent = message.sender != Sender::Person;
        let mid = message.id.clone();
        self.by_message.insert(message.id.clone(), at);
        self.people[at].messages.push(message);
        self.emit(at, now, kind, event);
        if page_sent && self.people[at].platform == Platform::Messenger {
            let mut delivery = self.envelope(at, now);
            delivery["delivery"] = json!({"watermark": now, "mids": [mid]});
            if self.switches.bare_deliveries {
                delivery["delivery"] = json!({ "watermark": now });
                if let Some(delivery) = delivery.as_object_mut() {
                    delivery.remove("timestamp");
                }
            }
            self.emit(at, now, Kind::Delivery, delivery);
        }
    }

    /// What came with a message, as webhooks show it. A sticker is one
    /// attachment since 30 August 2026 (R14).
    fn heard_attachments(&self, message: &Message) -> Vec<Value> {
        let mut heard: Vec<Value> = match message.sent.as_slice() {
            [] => message.attachments.iter().map(heard_attachment).collect(),
            sent => sent.to_vec(),
        };
        if let Some(id) = &message.sticker {
            let url = format!("https://cdn.example/sticker/{id}.png");
            heard.push(json!({"type": "sticker", "payload": {"sticker_id": id, "url": url}}));
            if self.switches.sticker_twice {
                heard.push(json!({"type": "image", "payload": {"sticker_id": 369_239_263_222_822_i64, "url": url}}));
            }
        }
        for share in &message.shares {
            heard.push(json!({"type": "fallback", "title": share["name"],
                              "payload": {"url": share["link"], "title": share["name"]}}));
        }
        if let Some((lat, long)) = message.place {
            heard.push(json!({"type": "location", "title": "Pinned location",
                              "payload": {"coordinates": {"lat": lat, "long": long}}}));
        }
        if message.story == Some(StoryPart::Mention) {
            heard.push(json!({"type": "story_mention", "payload": {"url": STORY}}));
        }
        if message.disappearing {
            heard.push(json!({"type": "ephemeral"}));
        }
        heard
    }

    pub(super) fn envelope(&self, at: usize, now: i64) -> Value {
        let person = &self.people[at];
        let page = match person.platform {
            Platform::Messenger => self.page.id.as_str(),
            Platform::Instagram => self.page.instagram_id.as_deref().unwrap_or_default(),
        };
        let id = |text: &str| match text.parse::<i64>() {
            Ok(number) if self.switches.numeric_ids => json!(number),
            _ => json!(text),
        };
        json!({"sender": {"id": id(&person.id)}, "recipient": {"id": id(page)}, "timestamp": now})
    }

    fn emit(&mut self, at: usize, now: i64, kind: Kind, event: Value) {
        self.emit_for(at, now, kind, event, None);
    }

    /// To every app: without routing on `messaging` (R4); with routing to the
    /// owner, or the default app when idle, on `messaging`, and to the others
    /// on `standby` (R5), postbacks there without their payload.
    fn emit_for(&mut self, at: usize, now: i64, kind: Kind, event: Value, always: Option<usize>) {
        let person = &self.people[at];
        let platform = person.platform;
        let role = person.role;
        let default = self.default_app(platform);
        let in_charge = person.owner_at(now).or(default);
        for app in 0..self.apps.len() {
            if !self.apps[app].advanced && !role {
                continue; // R10
            }
            if default.is_none() || in_charge == Some(app) || always == Some(app) {
                self.journal(app, "messaging", kind, platform, Some(at), event.clone());
                continue;
            }
            let mut event = event.clone();
            if let Some(postback) = event.get_mut("postback").and_then(Value::as_object_mut) {
                postback.remove("payload");
            }
            self.journal(app, "standby", kind, platform, Some(at), event);
        }
    }

    pub(super) fn journal(
        &mut self,
        app: usize,
        channel: &'static str,
        kind: Kind,
        platform: Platform,
        person: Option<usize>,
        event: Value,
    ) {
        if self.journal.len() == JOURNAL {
            self.journal.pop_front();
        }
        let emitted = WebhookEvent {
            app,
            channel,
            field: kind.field(platform),
            platform,
            person,
            event,
        };
        self.apps[app].webhook.queue(&emitted);
        self.journal.push_back(emitted);
    }
}

/// Messenger's word for a reaction.
fn reaction_word(emoji: &str) -> &'static str {
    match emoji {
        "😊" | "😀" | "😆" => "smile",
        "😠" | "😡" => "angry",
        "😢" => "sad",
        "😮" => "wow",
        "❤" | "❤️" | "😍" => "love",
        "👍" => "like",
        "👎" => "dislike",
        _ => "other",
    }
}

/// An item of `attachments.data` as a webhook would show it.
fn heard_attachment(item: &Value) -> Value {
    let url = |data: &Value| data["url"].clone();
    if let Some(image) = item.get("image_data") {
        return json!({"type": "image", "payload": {"url": url(image)}});
    }
    if let Some(video) = item.get("video_data") {
        return json!({"type": "video", "payload": {"url": url(video)}});
    }
    if let Some(card) = item.get("generic_template") {
        let buttons = match &card["cta"] {
            Value::Array(several) => several.clone(),
            Value::Null => Vec::new(),
            one => vec![one.clone()],
        };
        return json!({"type": "template", "payload": {"template_type": "generic", "elements": [
            {"title": card["title"], "subtitle": card["subtitle"], "buttons": buttons}]}});
    }
    let sound = item["mime_type"]
        .as_str()
        .is_some_and(|mime| mime.starts_with("audio/"));
    json!({"type": if sound { "audio" } else { "file" }, "payload": {"url": item["file_url"]}})
}
