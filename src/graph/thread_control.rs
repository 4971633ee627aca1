//! Moving thread control, and asking who has it ("Conversation Control APIs").

use serde_json::{Value, json};

use super::{
    Client, Error,
    wire::graph_api::{self as wire, List},
};
use crate::domain::{AppId, HandBackNote, Psid, Span, ThreadOwner, Timestamp};

/// Notes stay below this many characters. Meta documents no limit for
/// Messenger; message `metadata` has 1,000 (Send API reference).
const NOTE_LIMIT: usize = 1_000;

/// A move of control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// From whoever has it to us.
    Take,
    /// From us to this app, or to the default app.
    Pass {
        /// The app; `None` for the default app.
        to: Option<AppId>,
        /// JSON for the receiver.
        metadata: String,
    },
    /// From us to nobody.
    Release,
    /// Keep it this long from now (7 days at most).
    Extend(Span),
    /// Ask the owner for it.
    Request,
}

impl Client {
    /// Moves control. `Ok` means that Meta said so.
    pub async fn control(&self, psid: &Psid, control: &Control) -> Result<(), Error> {
        let (edge, more) = match control {
            Control::Take => ("take_thread_control", json!({})),
            Control::Pass {
                to: Some(app),
                metadata,
            } => (
                "pass_thread_control",
                json!({"target_app_id": app.as_str(), "metadata": metadata}),
            ),
            Control::Pass { to: None, metadata } => {
                ("pass_thread_control", json!({ "metadata": metadata }))
            }
            Control::Release => ("release_thread_control", json!({})),
            Control::Extend(span) => ("extend_thread_control", json!({"duration": span.as_secs()})),
            Control::Request => ("request_thread_control", json!({})),
        };
        let mut body = json!({"recipient": {"id": psid.as_str()}});
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        let text = self.write(&[self.page().as_str(), edge], body).await?;
        if wire::success(&text) {
            Ok(())
        } else {
            Err(self.foreign(200, "neither success nor an error"))
        }
    }

    /// Who holds the thread, and until when.
    ///
    /// Meta names the app only to the owner and to the default app; to others
    /// it gives the expiration alone, and nothing at all when nobody holds it.
    pub async fn thread_owner(
        &self,
        psid: &Psid,
        ours: Option<&AppId>,
    ) -> Result<(ThreadOwner, Option<Timestamp>), Error> {
        let text = self
            .read(
                &[self.page().as_str(), "thread_owner"],
                &[("recipient", psid.as_str())],
            )
            .await?;
        let list: List<'_> =
            serde_json::from_str(&text).map_err(|_| self.foreign(200, "not an owner"))?;
        let owner = list
            .data
            .first()
            .and_then(|item| serde_json::from_str::<wire::OwnerItem>(item.get()).ok());
        let Some(wire::OwnerItem { thread_owner }) = owner else {
            return Ok((ThreadOwner::Idle, None));
        };
        let until = thread_owner.expiration.map(Timestamp::from_secs);
        let owner = match thread_owner.app_id.map(AppId::new) {
            Some(app) if Some(&app) == ours => ThreadOwner::Us,
            Some(app) => ThreadOwner::App(app),
            None => ThreadOwner::Other,
        };
        Ok((owner, until))
    }
}

/// The hand-back note as JSON, always valid and below 1,000 characters: what
/// comes next gives way first, then the summary, then the message id.
pub fn note_json(note: &HandBackNote, local: Option<&str>) -> String {
    let render = |summary: &str, next: bool, through: bool| {
        let mut json = json!({"v": 1, "outcome": note.outcome.word(), "summary": summary, "agent": note.agent});
        if next && !note.next.is_empty() {
            json["next"] = json!(note.next);
        }
        if note.idle {
            json["reason"] = json!("agent_idle");
        }
        if let (true, Some((mid, at))) = (through, &note.answered_through) {
            json["answered_through"] = json!({"mid": mid.as_str(), "at": at.as_millis()});
        }
        if let Some(local) = local {
            json["id"] = json!(local);
        }
        json.to_string()
    };
    let fits = |text: &str| text.chars().count() < NOTE_LIMIT;
    let mut summary: Vec<char> = note.summary.chars().collect();
    loop {
        let text: String = summary.iter().collect();
        for (next, through) in [(true, true), (false, true), (false, false)] {
            let json = render(&text, next, through);
            // Without the id only when the summary is gone and it is still too long.
            if fits(&json) && (through || summary.is_empty()) {
                return json;
            }
        }
        if summary.is_empty() {
            return json!({"v": 1, "outcome": note.outcome.word()}).to_string();
        }
        summary.truncate(summary.len() / 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Mid, Outcome};

    #[test]
    fn a_note_is_always_valid_json_below_a_thousand_characters() {
        for (summary, mid, agent) in [
            ("refund sent", "m_1", "kim"),
            (&*"long ".repeat(600), "m_1", "kim"),
            (&*"\u{1b}\"\\".repeat(400), "m_1", "kim"),
            ("", &*"x".repeat(2000), "kim"),
            ("", "m_1", &*"k".repeat(2000)),
        ] {
            let note = HandBackNote {
                outcome: Outcome::Resolved,
                summary: summary.into(),
                next: String::new(),
                idle: false,
                agent: agent.into(),
                answered_through: Some((Mid::new(mid), Timestamp::from_millis(5))),
            };
            let text = note_json(&note, Some("sb1:abc:1"));
            assert!(
                text.chars().count() < 1000,
                "{} characters",
                text.chars().count()
            );
            let json: Value = serde_json::from_str(&text).expect("valid JSON");
            assert_eq!(json["outcome"], "resolved");
        }
    }
}
