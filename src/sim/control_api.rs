//! `/sim/…`: what no Facebook has. A script, a test or a desk moves the clock,
//! orders faults, pours events and lets people act.

use serde_json::{Value, json};

use crate::sim::{
    graph_error::GraphError,
    paging::iso,
    params::Params,
    scenario::{join, offset},
    scheduler,
    simulator::Simulator,
    world::{DAY, Delivery, DeliveryFault, Fault, PersonAction, SEND, Storm, known_error},
};

/// What happens meanwhile has to be played, and everybody waits for it.
const FARTHEST: i64 = 60 * DAY;

impl Simulator {
    /// Answers a call below `/sim`.
    pub(super) fn control(
        &self,
        method: &str,
        path: &[&str],
        params: &Params,
    ) -> Result<Value, GraphError> {
        let done = match (method, path) {
            (_, ["clock"]) => self.clock_call(params),
            ("POST", ["faults"]) => self.faults_call(params),
            ("DELETE", ["faults"]) => {
                self.world().faults.clear();
                Ok(json!({"success": true}))
            }
            ("POST", ["storm"]) => self.storm_call(params),
            ("POST", ["deeds"]) => self.action_call(params),
            ("GET", ["events"]) => Ok(self.events()),
            ("GET", ["hooks"]) => Ok(self.hooks()),
            ("GET", ["people"]) => Ok(json!({"data": self.people()})),
            ("POST", ["people"]) => self.join_call(params),
            _ => {
                let words = format!(
                    "The simulator does not know {method} /sim/{}. It knows GET and POST /sim/clock, POST and \
                     DELETE /sim/faults, POST /sim/storm, POST /sim/deeds, GET and POST /sim/people, GET /sim/events and \
                     GET /sim/hooks.",
                    path.join("/")
                );
                return Err(GraphError::parameter(words));
            }
        };
        done.map_err(|words| GraphError::new(400, 100, 0, words))
    }

    /// `to` sets it, `by` winds it, `speed` lets it run; all may be left out.
    fn clock_call(&self, params: &Params) -> Result<Value, String> {
        only(params, &["to", "by", "speed"])?;
        if let Some(text) = params.text("to") {
            let to: jiff::Timestamp = text
                .parse()
                .map_err(|_| format!("{text:?} is not a time such as 2026-11-20T14:00:00Z"))?;
            self.wind_to(to.as_millisecond())?;
        }
        if let Some(text) = params.text("by") {
            let by = offset(&text)
                .ok_or_else(|| format!("{text:?} is not a length of time such as +23h or +3d2h"))?;
            self.wind_to(self.time.now() + by)?;
        }
        if let Some(text) = params.text("speed") {
            let speed = text
                .parse::<f64>()
                .ok()
                .filter(|speed| (0.0..=100_000.0).contains(speed))
                .ok_or_else(|| format!("{text:?} is not a speed from 0 to 100000"))?;
            self.time.run_at(speed);
        }
        self.changed.notify_one();
        Ok(json!({"now": iso(self.time.now()), "speed": self.time.speed()}))
    }

    /// What was to happen meanwhile happens, each thing at its own time.
    fn wind_to(&self, to: i64) -> Result<(), String> {
        let far = to - self.time.now();
        if far < 0 {
            return Err("the clock cannot go back".into());
        }
        if far > FARTHEST {
            return Err("wind the clock by 60 days at most, as often as you like".into());
        }
        self.time.set(to);
        scheduler::advance(&mut self.world(), to);
        Ok(())
    }

    /// `call` names the calls (part of method and path; default: replies, not the typing before them), `fault`
    /// or `code` what goes wrong; with `app`, `fault` is about a delivery.
    fn faults_call(&self, params: &Params) -> Result<Value, String> {
        only(
            params,
            &[
                "call", "fault", "code", "subcode", "status", "ms", "times", "app",
            ],
        )?;
        let times = params.number("times").unwrap_or(1).clamp(1, 1_000);
        let word = params.text("fault");
        if let Some(app) = params.text("app") {
            let fault = match word.as_deref() {
                Some("duplicate") => DeliveryFault::Duplicate,
                Some("disorder") => DeliveryFault::Disorder,
                Some("lose") => DeliveryFault::Lose,
                Some("forge") => DeliveryFault::Forge,
                _ => {
                    return Err(
                        "for a delivery, fault must be duplicate, disorder, lose or forge".into(),
                    );
                }
            };
            let mut world = self.world();
            if world.app_named(&app).is_none() {
                return Err(format!("no [[app]] called {app:?}"));
            }
            (0..times).for_each(|_| world.faults.order_delivery(&app, fault));
            return Ok(json!({"success": true}));
        }
        let number = |key: &str| params.number(key);
        let fault = match (word.as_deref(), number("code"), number("subcode")) {
            (Some("html"), ..) => Fault::Html,
            (Some("cut_json"), ..) => Fault::CutJson,
            (Some("lose_answer"), ..) => Fault::LoseAnswer,
            (Some("redirect"), ..) => Fault::Redirect,
            (Some("unknown_members"), ..) => Fault::UnknownMembers,
            (Some("slow"), ..) => {
                let ms = number("ms").and_then(|ms| u64::try_from(ms).ok());
                Fault::Slow(ms.unwrap_or(1_000))
            }
            (Some(other), ..) => {
                return Err(format!(
                    "{other:?} is not a fault; choose from html, cut_json, lose_answer, redirect, unknown_members and slow"
                ));
            }
            (None, Some(code), subcode) => match (number("status"), subcode) {
                (None, None) => known_error(code)
                    .ok_or_else(|| format!(
                        "the simulator does not know error {code} of Meta; it knows codes such as 4, 10, 190, 551, 613 and 1200, \
                         and subcodes such as 2018278, 2018300 and 2534022. With a status and a code you can order any error"
                    ))?,
                (status, subcode) => Fault::Error {
                    status: match status.unwrap_or(400) {
                        status @ 400..=599 => u16::try_from(status).unwrap_or(400),
                        other => return Err(format!("{other} is not an error status")),
                    },
                    code,
                    subcode: subcode.unwrap_or(0),
                },
            },
            (None, None, _) => return Err("fault or code is needed".into()),
        };
        let call = params.text("call").unwrap_or_else(|| SEND.into());
        let mut world = self.world();
        (0..times).for_each(|_| world.faults.order(&call, fault.clone()));
        Ok(json!({"success": true}))
    }

    fn storm_call(&self, params: &Params) -> Result<Value, String> {
        only(params, &["rate", "seconds"])?;
        let number = |key: &str, most: i64| {
            params
                .number(key)
                .filter(|n| (1..=most).contains(n))
                .and_then(|n| u64::try_from(n).ok())
                .ok_or_else(|| format!("{key} must be a number from 1 to {most}"))
        };
        let (rate, seconds) = (number("rate", 10_000)?, number("seconds", 3_600)?);
        self.world().storm = Some(Storm {
            from: self.time.now(),
            rate,
            total: rate * seconds,
            done: 0,
        });
        self.changed.notify_one();
        Ok(json!({"success": true, "events": rate * seconds}))
    }

    fn action_call(&self, params: &Params) -> Result<Value, String> {
        let action: PersonAction =
            serde_json::from_value(params.all()).map_err(|e| e.to_string())?;
        let now = self.time.now();
        let done = self.world().act(&action, now);
        self.changed.notify_one();
        done.map(|()| json!({"success": true}))
    }

    /// Somebody joins, as a `[[person]]` of a scenario.
    fn join_call(&self, params: &Params) -> Result<Value, String> {
        let now = self.time.now();
        let mut world = self.world();
        let at = join(&mut world, &params.all(), now)?;
        let person = &world.people[at];
        let answer = json!({"success": true, "id": person.id,
                            "conversation_id": person.conversation});
        drop(world);
        self.changed.notify_one();
        Ok(answer)
    }

    /// The newest events, as the apps were or were not told.
    fn events(&self) -> Value {
        let world = self.world();
        let events = world.journal.iter().map(|emitted| {
            json!({"app": world.apps[emitted.app].name, "channel": emitted.channel,
                   "field": emitted.field, "event": emitted.event})
        });
        json!({"data": events.collect::<Vec<_>>()})
    }

    fn hooks(&self) -> Value {
        let world = self.world();
        let hooks = world.apps.iter().map(|app| {
            json!({"app": app.name, "url": app.webhook.url, "verified": app.webhook.verified,
                   "disabled": app.webhook.disabled, "waiting": app.webhook.waiting(),
                   "deliveries": app.webhook.deliveries.iter().map(Delivery::state).collect::<Vec<_>>()})
        });
        json!({"data": hooks.collect::<Vec<_>>()})
    }
}

/// A misspelt name would do nothing, and say that all is well.
fn only(params: &Params, known: &[&str]) -> Result<(), String> {
    let all = params.all();
    let given = all.as_object().into_iter().flat_map(|map| map.keys());
    let odd = given
        .filter(|key| *key != "access_token")
        .find(|key| !known.contains(&key.as_str()));
    match odd {
        Some(odd) => Err(format!(
            "{odd:?} is not known here; choose from {}",
            known.join(", ")
        )),
        None => Ok(()),
    }
}
