//! `POST /{page}/messages`: replies and sender actions ("Send API").

use serde_json::{Value, json};

use super::{
    Client, Error, Recipient, note_json,
    template::with_ids,
    upload::{Upload, UploadWatch},
    wire,
};
use crate::domain::{Attachment, Content, HandBack, LocalId, Mid, Platform, Psid, SendAs};

/// Messenger's thumb ("Stickers").
const LIKE: u64 = 369_239_263_222_822;

/// A reply that a person typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Our id; travels in `metadata` and comes back in the echo.
    pub local: LocalId,
    /// Which try this is, from 1.
    pub attempt: u32,
    /// To whom.
    pub to: Recipient,
    /// Where.
    pub platform: Platform,
    /// What it holds.
    pub content: Content,
    /// Meta's ids of its files, in their order.
    pub media: Vec<String>,
    /// The message that it replies to, the customer's or the Page's ("Send API", `reply_to`).
    pub quote: Option<Mid>,
    /// It makes no sound on the customer's phone ("Send API", `notification_type`).
    pub silent: bool,
    /// Meta's id of the persona that writes ("Personas"; Messenger only).
    pub persona: Option<String>,
    /// What it goes out as.
    pub send_as: SendAs,
    /// Hands the thread over in the same call; only where routing is on.
    pub hand_back: Option<HandBack>,
}

impl Client {
    /// Sends a reply. `Ok(None)`: Meta answered 200 but named no message, so
    /// the outcome is unknown.
    pub async fn send(&self, reply: &Reply) -> Result<Option<Mid>, Error> {
        let text = self
            .write(&[self.page().as_str(), "messages"], reply.body()?)
            .await?;
        Ok(serde_json::from_str::<wire::graph_api::Sent>(&text)
            .ok()
            .and_then(|sent| sent.message_id)
            .map(Mid::new))
    }

    /// Gives Meta a file, to be sent by the id that it answers ("Saving assets").
    /// Whatever becomes of that, nothing was sent to a customer by it, so it may be
    /// tried again; who watches it can give it up. It goes out under a name of ours:
    /// Instagram takes plain letters only.
    pub async fn upload(
        &self,
        file: &Attachment,
        platform: Platform,
        watch: Option<UploadWatch>,
    ) -> Result<String, Error> {
        let cancelled = watch.as_ref().map(|watch| watch.cancel.clone());
        let given_up = async {
            match cancelled {
                Some(cancelled) => cancelled.cancelled_owned().await,
                None => std::future::pending().await,
            }
        };
        let id = tokio::select! {
            id = self.upload_whole(file, platform, watch) => id,
            () = given_up => Err(Error::Cancelled),
        };
        id.map_err(Error::before_sending)
    }

    async fn upload_whole(
        &self,
        file: &Attachment,
        platform: Platform,
        watch: Option<UploadWatch>,
    ) -> Result<String, Error> {
        let payload = json!({"is_reusable": true});
        let message = json!({"attachment": {"type": file.kind, "payload": payload}});
        let mut body = json!({"message": message});
        if platform == Platform::Instagram {
            body["platform"] = json!("instagram");
        }
        let file = Upload {
            path: file.path.clone(),
            bytes: file.bytes,
            name: format!("file.{}", file.ending()),
            mime: file.mime,
            watch,
        };
        let path = [self.page().as_str(), "message_attachments"];
        let text = self.write_file(&path, body, file).await?;
        serde_json::from_str::<wire::graph_api::Uploaded>(&text)
            .ok()
            .and_then(|answer| answer.attachment_id)
            .ok_or_else(|| self.foreign(200, "no id of the file"))
    }

    /// Reacts to a message, or takes the reaction back. Instagram knows one alone, and
    /// by its word ("Sender actions", "Instagram: Send a reaction").
    pub async fn react(
        &self,
        psid: &Psid,
        mid: &Mid,
        emoji: Option<&str>,
        platform: Platform,
    ) -> Result<(), Error> {
        let mut payload = json!({"message_id": mid.as_str()});
        let action = match (emoji, platform) {
            (Some(_), Platform::Instagram) => {
                payload["reaction"] = json!("love");
                "react"
            }
            (Some(emoji), Platform::Messenger) => {
                payload["reaction"] = json!(emoji);
                "react"
            }
            (None, _) => "unreact",
        };
        let body = json!({"recipient": {"id": psid.as_str()}, "sender_action": action,
            "payload": payload});
        self.write(&[self.page().as_str(), "messages"], body)
            .await
            .map(drop)
    }

    /// Tells the customer that we have read, or that we type or stopped.
    /// `action` is `mark_seen`, `typing_on` or `typing_off`; a persona can type, and not
    /// see ("Personas").
    pub async fn sender_action(
        &self,
        psid: &Psid,
        action: &str,
        persona: Option<&str>,
    ) -> Result<(), Error> {
        let mut body = json!({"recipient": {"id": psid.as_str()}, "sender_action": action});
        if let Some(persona) = persona {
            body["persona_id"] = json!(persona);
        }
        self.write(&[self.page().as_str(), "messages"], body)
            .await
            .map(drop)
    }
}

impl Reply {
    /// The request body.
    ///
    /// `thread_control` takes only `control_type` and `app_id`, so the note to
    /// the bot goes where the same call documents room for it: in the message's
    /// `metadata`, which reaches the other apps with the echo.
    fn body(&self) -> Result<Value, Error> {
        let id = format!("sb1:{}:{}", self.local, self.attempt);
        let metadata = match &self.hand_back {
            Some(hand_back) => note_json(&hand_back.note, Some(&id)),
            None => id,
        };
        let mut body = json!({
            "recipient": self.to.json()?,
            "messaging_type": match self.send_as {
                SendAs::Response => "RESPONSE",
                SendAs::HumanAgent => "MESSAGE_TAG",
                SendAs::Utility => "UTILITY",
            },
            "message": self.message(),
        });
        body["message"]["metadata"] = json!(metadata);
        if self.send_as == SendAs::HumanAgent {
            body["tag"] = json!("HUMAN_AGENT");
        }
        if let Some(persona) = &self.persona {
            body["persona_id"] = json!(persona);
        }
        if self.silent {
            body["notification_type"] = json!("SILENT_PUSH");
        }
        if let Some(quote) = &self.quote {
            body["reply_to"] = json!({"mid": quote.as_str()});
        }
        if let Some(hand_back) = &self.hand_back {
            body["thread_control"] = json!({"control_type": "pass"});
            if let Some(app) = &hand_back.to {
                body["thread_control"]["app_id"] = json!(app.as_str());
            }
        }
        Ok(body)
    }
}

impl Reply {
    /// Meta's `message` object, without the metadata.
    fn message(&self) -> Value {
        match &self.content {
            Content::Text(text) => json!({"text": text}),
            Content::Link(media) => attachment(media.kind, json!({"url": media.place})),
            Content::Saved(media) => attachment(media.kind, json!({"attachment_id": media.place})),
            // "Stickers": the thumb; "Instagram: Send a message": the heart.
            Content::Like => match self.platform {
                Platform::Messenger => json!({"sticker_id": LIKE}),
                Platform::Instagram => json!({"attachment": {"type": "like_heart"}}),
            },
            Content::Template(template) => with_ids(&template.message, &mut self.media.iter()),
            Content::Files(files) => {
                let saved = |(file, id): (&Attachment, &String)| json!({"type": file.kind, "payload": {"attachment_id": id}});
                let mut saved: Vec<Value> = files.iter().zip(&self.media).map(saved).collect();
                match saved.len() {
                    1 => json!({"attachment": saved.remove(0)}),
                    _ => json!({"attachments": saved}),
                }
            }
        }
    }
}

fn attachment(kind: &str, payload: Value) -> Value {
    json!({"attachment": {"type": kind, "payload": payload}})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AppId, HandBackNote, Outcome};

    fn reply(send_as: SendAs, hand_back: Option<HandBack>) -> Value {
        Reply {
            local: LocalId::new("ab"),
            attempt: 1,
            to: Recipient::Person(Psid::new("7")),
            platform: Platform::Messenger,
            content: Content::Text("hi".into()),
            media: Vec::new(),
            quote: None,
            silent: false,
            persona: None,
            send_as,
            hand_back,
        }
        .body()
        .expect("a person is one")
    }

    #[test]
    fn a_reply_inside_the_day_is_a_response_without_a_tag() {
        assert_eq!(
            reply(SendAs::Response, None),
            json!({"recipient": {"id": "7"}, "messaging_type": "RESPONSE",
                   "message": {"text": "hi", "metadata": "sb1:ab:1"}})
        );
    }

    #[test]
    fn a_later_reply_is_tagged_and_a_hand_back_rides_along() {
        let note = HandBackNote {
            outcome: Outcome::Resolved,
            summary: String::new(),
            next: String::new(),
            idle: false,
            agent: "kim".into(),
            answered_through: None,
        };
        let body = reply(
            SendAs::HumanAgent,
            Some(HandBack {
                to: Some(AppId::new("200")),
                note,
            }),
        );
        assert_eq!(body["messaging_type"], "MESSAGE_TAG");
        assert_eq!(body["tag"], "HUMAN_AGENT");
        assert_eq!(
            body["thread_control"],
            json!({"control_type": "pass", "app_id": "200"})
        );
        let note: Value =
            serde_json::from_str(body["message"]["metadata"].as_str().unwrap_or_default())
                .expect("the note is JSON");
        assert_eq!(note["outcome"], "resolved");
        assert_eq!(note["id"], "sb1:ab:1");
    }
}
