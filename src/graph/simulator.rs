//! What only a simulator does: `/sim/…` moves its clock, orders faults and lets
//! its people act. Refused wherever the Graph API may be Meta's.

use serde_json::{Map, Value};

use super::{Client, Error};
use crate::domain::{DeliveredWebhook, Psid, Timestamp};

impl Client {
    /// Orders something of the simulator, such as `clock` with `by` and `+23h`.
    /// Answers how it stands now, in words.
    pub async fn simulator(&self, what: &str, members: &[(&str, String)]) -> Result<String, Error> {
        let order: Map<String, Value> = members
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
            .collect();
        let answer = self.order(&["sim", what], &Value::Object(order)).await?;
        let text = |key: &str| answer[key].as_str().map(str::to_owned);
        Ok(match (what, text("now"), answer["events"].as_i64()) {
            ("clock", Some(now), _) => {
                let speed = answer["speed"].as_f64().unwrap_or(1.0);
                format!("The simulator's clock says {now}, at speed {speed}.")
            }
            (_, _, Some(events)) => format!("The simulator is sending {events} events."),
            ("deeds", ..) => "Done in the simulator.".to_owned(),
            _ => "The simulator will do that.".to_owned(),
        })
    }

    /// What the simulator has told which app about a person, oldest first.
    pub async fn simulator_deliveries(&self, psid: &Psid) -> Result<Vec<DeliveredWebhook>, Error> {
        let answer = self.told(&["sim", "events"]).await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let about = |event: &&Value| {
            let event = &event["event"];
            [&event["sender"]["id"], &event["recipient"]["id"]]
                .into_iter()
                .any(|id| id.as_str() == Some(psid.as_str()))
        };
        let what = |event: &Value| {
            let members = event.as_object().into_iter().flat_map(|map| map.keys());
            let envelope = ["sender", "recipient", "timestamp", "hop_context"];
            let mut names = members.filter(|name| !envelope.contains(&name.as_str()));
            names.next().cloned().unwrap_or_default()
        };
        let events = answer["data"].as_array().into_iter().flatten();
        Ok(events
            .filter(about)
            .map(|told| DeliveredWebhook {
                at: told["event"]["timestamp"]
                    .as_i64()
                    .map(Timestamp::from_millis),
                app: text(&told["app"]),
                channel: text(&told["channel"]),
                what: what(&told["event"]),
            })
            .collect())
    }
}
