//! From a webhook's JSON to what it told: every event of the Messenger and
//! Instagram webhook references, on `messaging` and on `standby`. One odd event
//! does not take the others with it, and a kind that nobody knows is kept by its
//! name.

use serde_json::{Map, Value};

use super::attachments::parts;
use crate::domain::{
    Annotations, AppId, Author, Fields, LocalId, Message, Mid, PAGE_INBOX_APPS, Part, Platform,
    Psid, ReactedWith, Referral, StoryKind, TimelineEvent, Timestamp, WebhookEvent, WebhookFact,
};
use crate::graph::wire::webhook::{
    self as wire, Body, Control, Entry, Event, HeardMessage, Party, Postback, Watermark,
};

/// What one call of Meta brought.
#[derive(Debug, Default, PartialEq)]
pub struct DecodedWebhook {
    /// What it told, in its order.
    pub heard: Vec<WebhookEvent>,
    /// Events that could not be read.
    pub unreadable: usize,
    /// The same, as they came: a webhook body each.
    pub odd: Vec<String>,
}

/// Reads the body of a delivery. `None`: it is no webhook of Meta's.
pub fn decode(body: &str) -> Option<DecodedWebhook> {
    let body: Body<'_> = serde_json::from_str(body).ok()?;
    let platform = match body.object.as_str() {
        "page" => Platform::Messenger,
        "instagram" => Platform::Instagram,
        _ => return None,
    };
    let mut delivery = DecodedWebhook::default();
    for entry in body.entry {
        let Ok(entry) = serde_json::from_str::<Entry<'_>>(entry.get()) else {
            delivery.unreadable += 1;
            continue;
        };
        let delivered = Delivered {
            platform,
            page: entry.id.as_deref().unwrap_or_default(),
            sent: entry.time.unwrap_or_default(),
        };
        // Feeds, comments and the like are not messaging.
        for (list, events) in [("messaging", &entry.messaging), ("standby", &entry.standby)] {
            for event in events.iter().flatten() {
                match delivered.event(list, event.get()) {
                    Some(heard) => delivery.heard.push(heard),
                    None => {
                        delivery.unreadable += 1;
                        delivery.odd.push(delivered.alone(list, event.get()));
                    }
                }
            }
        }
    }
    Some(delivery)
}

/// What an event shares with its delivery.
struct Delivered<'a> {
    platform: Platform,
    /// The Page's id, or the Instagram account's.
    page: &'a str,
    /// When Meta sent it: milliseconds.
    sent: i64,
}

/// Half of an emoji, cut off in the middle, is no text; the rest of it is.
fn mended(raw: &str) -> String {
    let unit = |at: usize| {
        let hex = raw.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(hex, 16).ok()
    };
    let (high, low) = (0xD800..=0xDBFF, 0xDC00..=0xDFFF);
    let mut out = String::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let rest = &raw[at..];
        let step = match unit(at) {
            Some(first) if high.contains(&first) => {
                let pair = unit(at + 6).is_some_and(|second| low.contains(&second));
                out.push_str(if pair { &rest[..12] } else { "\\ufffd" });
                if pair { 12 } else { 6 }
            }
            Some(first) if low.contains(&first) => {
                out.push_str("\\ufffd");
                6
            }
            // An escaped backslash is no beginning of an escape.
            _ if rest.starts_with("\\\\") => {
                out.push_str(&rest[..2]);
                2
            }
            _ => {
                let width = rest.chars().next().map_or(1, char::len_utf8);
                out.push_str(&rest[..width]);
                width
            }
        };
        at += step;
    }
    out
}

impl Delivered<'_> {
    /// A webhook body with this one event in it.
    fn alone(&self, list: &str, raw: &str) -> String {
        format!(
            r#"{{"object":"{}","entry":[{{"id":"{}","time":{},"{list}":[{raw}]}}]}}"#,
            match self.platform {
                Platform::Messenger => "page",
                Platform::Instagram => "instagram",
            },
            self.page.escape_default(),
            self.sent,
        )
    }

    fn event(&self, list: &str, raw: &str) -> Option<WebhookEvent> {
        let event: Event = serde_json::from_str(raw)
            .or_else(|_| serde_json::from_str(&mended(raw)))
            .ok()?;
        let id = |party: &Option<Party>| party.as_ref().and_then(|p| p.id.clone());
        // Sender and recipient are swapped in echoes: the person is whoever is
        // not the Page.
        let parties = [id(&event.sender), id(&event.recipient)];
        let person = parties.into_iter().flatten().find(|id| id != self.page);
        let at = Timestamp::from_millis(event.timestamp.unwrap_or(self.sent));
        let told = self.told(&event, raw, person.as_deref(), at)?;
        let raw = self.alone(list, raw);
        Some(WebhookEvent {
            platform: self.platform,
            page: self.page.to_owned(),
            psid: person.map(Psid::new),
            at,
            standby: list == "standby",
            told,
            raw,
        })
    }

    fn told(
        &self,
        event: &Event,
        raw: &str,
        person: Option<&str>,
        at: Timestamp,
    ) -> Option<WebhookFact> {
        let millis = |w: &Watermark| w.watermark.map(Timestamp::from_millis);
        if let Some(message) = &event.message {
            return message.told(at, raw);
        }
        if let Some(delivery) = &event.delivery {
            return millis(delivery).map(WebhookFact::Delivered);
        }
        if let Some(read) = &event.read {
            let seen = read.mid.clone().map(|mid| WebhookFact::Seen(Mid::new(mid)));
            return millis(read).map(WebhookFact::Read).or(seen);
        }
        if let Some(reaction) = &event.reaction {
            let said = [&reaction.emoji, &reaction.reaction];
            let emoji = said.into_iter().flatten().find(|word| !word.is_empty());
            let with = match (reaction.action.as_deref(), emoji) {
                (Some("unreact"), _) => ReactedWith::Nothing,
                (_, Some(word)) => ReactedWith::Emoji(emoji_of(word)),
                (_, None) => ReactedWith::Something,
            };
            return Some(WebhookFact::Reacted(Mid::new(reaction.mid.clone()?), with));
        }
        if let Some(edit) = &event.message_edit {
            let number = edit.num_edit.and_then(|n| u32::try_from(n).ok());
            let mid = Mid::new(edit.mid.clone()?);
            return Some(WebhookFact::Edited(mid, edit.text.clone(), number));
        }
        if let (Some(postback), Some(person)) = (&event.postback, person) {
            return Some(WebhookFact::Message(postback.message(person, at)));
        }
        self.happened(event, raw).map(WebhookFact::Happened)
    }

    fn happened(&self, event: &Event, raw: &str) -> Option<TimelineEvent> {
        let app = |id: &Option<String>| id.clone().map(AppId::new);
        let moved = |control: &Control, taken| TimelineEvent::Moved {
            from: app(&control.previous_owner_app_id),
            to: app(&control.new_owner_app_id),
            taken,
            note: fields(control.metadata.as_ref()),
        };
        Some(match event {
            Event {
                pass_thread_control: Some(control),
                ..
            } => moved(control, false),
            Event {
                take_thread_control: Some(control),
                ..
            } => moved(control, true),
            Event {
                request_thread_control: Some(control),
                ..
            } => TimelineEvent::AskedFor {
                by: app(&control.requested_owner_app_id),
                note: fields(control.metadata.as_ref()),
            },
            Event {
                referral: Some(referral),
                ..
            } => TimelineEvent::Referred(referral.told()),
            Event {
                app_roles: Some(roles),
                ..
            } => {
                let roles = roles.iter().map(|(app, role)| format!("{app} {role}"));
                TimelineEvent::Unknown(format!(
                    "app_roles {}",
                    roles.collect::<Vec<_>>().join(", ")
                ))
            }
            // Something new: the member that is none of the envelope's.
            _ => {
                if let Some(done) = done(event) {
                    return Some(done);
                }
                let map: Map<String, Value> = serde_json::from_str(raw).ok()?;
                let envelope = ["sender", "recipient", "timestamp"];
                let name = map.keys().find(|key| !envelope.contains(&key.as_str()))?;
                TimelineEvent::Unknown(name.clone())
            }
        })
    }
}

impl HeardMessage {
    fn told(&self, at: Timestamp, raw: &str) -> Option<WebhookFact> {
        let mid = Mid::new(self.mid.clone()?);
        if self.is_deleted {
            return Some(WebhookFact::Unsent(mid));
        }
        let app = self.app_id.clone().map(AppId::new);
        let author = match (self.is_echo, app) {
            (false, _) => Author::Customer,
            (true, Some(app)) if PAGE_INBOX_APPS.contains(&app.as_str()) => Author::Inbox,
            (true, Some(app)) => Author::App(app),
            (true, None) => Author::Page,
        };
        let mut parts = parts(&self.attachments);
        if let Some(tap) = self.quick_reply.as_ref().filter(|tap| !tap.is_null()) {
            let payload = tap["payload"].as_str().unwrap_or_default();
            parts.insert(0, Part::Tapped(payload.to_owned()));
        }
        let story = self.reply_to.as_ref().is_some_and(|to| to.story.is_some());
        if story && !parts.iter().any(|part| matches!(part, Part::Story(_))) {
            parts.push(Part::Story(StoryKind::Reply));
        }
        if self.is_unsupported {
            parts.push(Part::Unsupported);
        }
        parts.extend(self.referral.as_ref().map(|r| Part::Referred(r.told())));
        let text = self.text.clone().unwrap_or_default();
        // What one link says by itself it does not say twice.
        parts.retain(|part| {
            !matches!(part, Part::Share { title, link } if title.is_empty() && *link == text && !link.is_empty())
        });
        if text.is_empty() && parts.is_empty() {
            parts.extend(unknown_members(raw).map(Part::Unknown));
        }
        let message = Message {
            mid,
            at,
            author,
            text,
            parts,
            gone: false,
            annotations: Annotations {
                reply_to: self
                    .reply_to
                    .as_ref()
                    .and_then(|to| to.mid.clone())
                    .map(Mid::new),
                ..Annotations::default()
            },
        };
        Some(if self.is_echo {
            let local = self.metadata.as_deref().and_then(local_id);
            WebhookFact::Echo { message, local }
        } else {
            WebhookFact::Message(message)
        })
    }
}

impl Postback {
    /// A tapped button is something the customer said. Where Meta names no
    /// message, person and moment name it.
    fn message(&self, person: &str, at: Timestamp) -> Message {
        let made = || format!("postback:{person}:{}", at.as_millis());
        let title = self.title.clone().or_else(|| self.payload.clone());
        let payload = self.payload.clone().unwrap_or_default();
        Message {
            mid: Mid::new(self.mid.clone().unwrap_or_else(made)),
            at,
            author: Author::Customer,
            text: title.unwrap_or_default(),
            parts: [Part::Tapped(payload)]
                .into_iter()
                .chain(self.referral.as_ref().map(|r| Part::Referred(r.told())))
                .collect(),
            gone: false,
            annotations: Annotations::default(),
        }
    }
}

impl wire::Referral {
    fn told(&self) -> Referral {
        let said = |word: &Option<String>| word.clone().unwrap_or_default();
        let ads = self.ads_context_data.as_ref();
        let product = self.product.as_ref().and_then(|product| product.id.clone());
        Referral {
            source: said(&self.source),
            reference: said(&self.reference),
            ad_title: ads.map(|ads| said(&ads.ad_title)).unwrap_or_default(),
            ad_id: said(&self.ad_id),
            product: product
                .or_else(|| ads.and_then(|ads| ads.product_id.clone()))
                .unwrap_or_default(),
        }
    }
}

/// The members of a message that nobody knows, by Meta's names: with nothing else in
/// it, they are what it says.
fn unknown_members(raw: &str) -> Option<String> {
    const KNOWN: [&str; 12] = [
        "mid",
        "seq",
        "text",
        "attachments",
        "quick_reply",
        "reply_to",
        "is_echo",
        "is_deleted",
        "is_unsupported",
        "app_id",
        "metadata",
        "referral",
    ];
    let event: Map<String, Value> = serde_json::from_str(raw).ok()?;
    let message = event.get("message")?.as_object()?;
    let told = |value: &Value| !value.is_null();
    let unknown = message
        .iter()
        .filter(|(name, value)| !KNOWN.contains(&name.as_str()) && told(value));
    let names: Vec<&str> = unknown.map(|(name, _)| name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// What a customer did besides writing, or Meta to the Page.
fn done(event: &Event) -> Option<TimelineEvent> {
    let text = |map: &Map<String, Value>, key: &str| {
        let value = map.get(key).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    Some(match event {
        Event {
            optin: Some(optin), ..
        } => {
            let mut said: Vec<String> = Vec::new();
            for word in ["type", "ref", "title", "payload"].map(|key| text(optin, key)) {
                // The only kind there is says nothing about what it is.
                if !word.is_empty() && word != "notification_messages" && !said.contains(&word) {
                    said.push(word);
                }
            }
            let what = said.join(" ");
            match text(optin, "notification_messages_status").as_str() {
                "STOP_NOTIFICATIONS" => TimelineEvent::OptedOut(what),
                _ => TimelineEvent::OptedIn(what),
            }
        }
        Event {
            account_linking: Some(link),
            ..
        } => TimelineEvent::Linked(text(link, "status") == "linked"),
        Event {
            messaging_feedback: Some(feedback),
            ..
        } => TimelineEvent::Feedback(screens(feedback)),
        Event {
            response_feedback: Some(feedback),
            ..
        } => TimelineEvent::Feedback(vec![(
            "on the bot's answer:".into(),
            text(feedback, "feedback"),
        )]),
        Event {
            payment: Some(payment),
            ..
        } => TimelineEvent::Paid(amount(payment)),
        Event {
            policy_enforcement: Some(policy),
            ..
        }
        | Event {
            policy_enforcement_dashed: Some(policy),
            ..
        } => TimelineEvent::Enforced {
            action: text(policy, "action"),
            reason: text(policy, "reason"),
        },
        _ => return None,
    })
}

/// The answers to a feedback form: what was asked, and the answer ("Customer feedback").
fn screens(feedback: &Map<String, Value>) -> Fields {
    let screens = feedback.get("feedback_screens").and_then(Value::as_array);
    let questions = screens.into_iter().flatten();
    let questions = questions
        .filter_map(|screen| screen["questions"].as_object())
        .flatten();
    let mut said = Fields::new();
    for (_, question) in questions {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        // Their scales are Meta's own.
        let (kind, most) = match question["type"].as_str().unwrap_or_default() {
            "csat" => ("rated", " of 5"),
            "nps" => ("would recommend", " of 10"),
            "ces" => ("effort", " of 7"),
            other => (other, ""),
        };
        let answer = format!("{}{most}", word(&question["payload"]));
        said.push((kind.to_owned(), answer));
        let more = word(&question["follow_up"]["payload"]);
        if !more.is_empty() {
            said.push((String::new(), more));
        }
    }
    said
}

/// What was paid, such as `29.62 USD`.
fn amount(payment: &Map<String, Value>) -> String {
    let amount = payment.get("amount").cloned().unwrap_or_default();
    let words = [&amount["amount"], &amount["currency"]].map(|value| match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    });
    words.join(" ").trim().to_owned()
}

/// Our id in an echo's metadata: `sb1:<id>:<attempt>` by itself, or the `id` of
/// a hand-back note.
fn local_id(metadata: &str) -> Option<LocalId> {
    let note = serde_json::from_str::<Map<String, Value>>(metadata).ok();
    let id = match &note {
        Some(note) => note.get("id")?.as_str()?,
        None => metadata,
    };
    let (id, attempt) = id.strip_prefix("sb1:")?.rsplit_once(':')?;
    let whole = !id.is_empty() && attempt.bytes().all(|b| b.is_ascii_digit());
    whole.then(|| LocalId::new(id))
}

/// What a hand-over says, as names and values; what is no JSON object is one
/// value without a name.
fn fields(metadata: Option<&Value>) -> Fields {
    let object = match metadata {
        Some(Value::String(text)) => match serde_json::from_str::<Map<String, Value>>(text) {
            Ok(map) => map,
            Err(_) if text.trim().is_empty() => return Vec::new(),
            Err(_) => return vec![(String::new(), text.clone())],
        },
        Some(Value::Object(map)) => map.clone(),
        _ => return Vec::new(),
    };
    let value = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    object
        .iter()
        // The version of the note is no news.
        .filter(|(name, _)| *name != "v")
        .map(|(name, v)| (name.clone(), value(v)))
        .collect()
}

/// Messenger's word for a reaction as an emoji, where Meta sends only the word.
fn emoji_of(word: &str) -> String {
    match word {
        "smile" => "😊",
        "angry" => "😠",
        "sad" => "😢",
        "wow" => "😮",
        "love" => "❤",
        "like" => "👍",
        "dislike" => "👎",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(event: &str) -> Option<WebhookFact> {
        let body =
            format!(r#"{{"object":"page","entry":[{{"id":"1","time":5,"messaging":[{event}]}}]}}"#);
        decode(&body)?.heard.pop().map(|heard| heard.told)
    }

    #[test]
    fn what_receivers_meet_is_read_or_left_out_and_never_fatal() {
        for (event, good) in [
            ("{}", false),
            ("7", false),
            (
                r#"{"sender":{"id":7},"recipient":{"id":1},"message":{"mid":9}}"#,
                true,
            ),
            (
                r#"{"sender":{"id":"7"},"message":{"mid":"m","attachments":[{"type":"hologram"}]}}"#,
                true,
            ),
            (
                r#"{"sender":{"id":"7"},"message":{"text":"no mid"}}"#,
                false,
            ),
            (r#"{"delivery":{"watermark":"1795250000000"}}"#, true),
            (r#"{"read":{}}"#, false),
            (r#"{"reaction":{"mid":"m","action":"unreact"}}"#, true),
            (
                r#"{"message_edit":{"mid":"m","text":"x","num_edit":"2"}}"#,
                true,
            ),
            (r#"{"message_edit":{"mid":"m","num_edit":-1}}"#, true),
            (r#"{"postback":{"payload":"GO"}}"#, true),
            (
                r#"{"sender":{"id":"7"},"message":{"mid":"m","attachments":null,"is_echo":null,"quick_reply":null}}"#,
                true,
            ),
            (
                r#"{"sender":{"id":"7"},"message":{"mid":"m","referral":{"source":5},"reply_to":{"mid":5}}}"#,
                true,
            ),
            (
                r#"{"sender":{"id":"7"},"message":{"mid":"m","text":"cut \ud83d"}}"#,
                true,
            ),
            (r#"{"sender":{"id":"7"},"postback":{"title":"Go"}}"#, true),
            (
                r#"{"pass_thread_control":{"previous_owner_app_id":null,"new_owner_app_id":200,"metadata":"x"}}"#,
                true,
            ),
            (r#"{"sender":{"id":"7"},"brand_new":{"a":1}}"#, true),
        ] {
            assert_eq!(told(event).is_some(), good, "{event}");
        }
        let one_odd = r#"{"object":"page","entry":[7,{"id":"1","messaging":[{"message":7},{"sender":{"id":"7"},"message":{"mid":"m"}}],"standby":[{"sender":{"id":"7"},"message":{"mid":"n"}}],"changes":[{"field":"feed"}]}]}"#;
        let delivery = decode(one_odd).expect("a webhook");
        assert_eq!((delivery.heard.len(), delivery.unreadable), (3, 1));
        let null = r#"{"object":"page","entry":[{"id":"1","standby":null,"messaging":[{"sender":{"id":"7"},"message":{"mid":"m"}}]}]}"#;
        assert_eq!(decode(null).map(|d| d.heard.len()), Some(1));
        for body in ["", "[]", "{}", r#"{"object":"user","entry":[]}"#] {
            assert_eq!(decode(body), None, "{body}");
        }
    }

    #[test]
    fn half_an_emoji_does_not_take_the_message_with_it() {
        for (raw, whole) in [
            (r#""a \ud83d""#, "a \u{fffd}"),
            (r#""\ude00 b""#, "\u{fffd} b"),
            (r#""\ud83d\ude00 \\ud83d ä""#, "😀 \\ud83d ä"),
        ] {
            let text: String = serde_json::from_str(&mended(raw)).expect("mended");
            assert_eq!(text, whole, "{raw}");
        }
    }

    #[test]
    fn an_event_that_is_kept_reads_the_same_again() {
        let body = r#"{"object":"instagram","entry":[{"id":"178","time":9,"standby":[{"sender":{"id":"7"},"recipient":{"id":"178"},"message":{"mid":"m","text":"h\u00e9"}}]}]}"#;
        let heard = decode(body).expect("a webhook").heard;
        let again = decode(&heard[0].raw).expect("a webhook").heard;
        assert_eq!(heard, again);
        assert_eq!(heard[0].platform, Platform::Instagram);
    }

    #[test]
    fn our_id_is_found_in_both_kinds_of_metadata_and_only_ours() {
        for (metadata, id) in [
            ("sb1:ab12:3", Some("ab12")),
            (r#"{"v":1,"id":"sb1:ab12:3"}"#, Some("ab12")),
            ("inbox:42", None),
            ("sb1:ab12:x", None),
            (r#"{"id":7}"#, None),
            ("", None),
        ] {
            assert_eq!(local_id(metadata), id.map(LocalId::new), "{metadata}");
        }
    }

    #[test]
    fn a_note_is_shown_as_fields_whatever_it_is() {
        let of = |text: &str| fields(Some(&Value::String(text.into())));
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            of(r#"{"v":1,"intent":"refund","order":4471}"#),
            [pair("intent", "refund"), pair("order", "4471")]
        );
        assert_eq!(of("Pass thread control from Page Inbox").len(), 1);
        assert_eq!(of(" "), []);
        assert_eq!(fields(None), []);
    }
}
