//! The simulator's rules one by one, under the names of its table: E
//! endpoints, R state rules, X checks of a send; and how webhooks leave it.

mod actions;
mod checks;
mod deliveries;
mod endpoints;
mod limits;
mod rules;
mod versions;
mod webhooks;

use serde_json::{Value, json};

use crate::{
    clock::Timestamp,
    sim::{
        graph_error::GraphError,
        options::Options,
        params::Params,
        read,
        route::{Known, dispatch},
        scenario, scheduler,
        world::{WebhookEvent, World},
    },
};

const NOW: i64 = 1_795_250_000_000;

/// One Page with routing, three apps, and people at telling ages.
const WORLD: &str = r#"
page = { id = "1048", name = "Lamp", instagram_id = "17841", instagram_name = "lamp", default_app = "bot", instagram_default_app = "bot" }
app = [
  { name = "desk", id = "300" },
  { name = "bot", id = "200" },
  { name = "inbox", id = "263902037430900" },
  { name = "shy", id = "400", can_take = false, human_agent = false },
]
[[person]]
name = "Ana"
owner = "desk"
unread = 2
say = [{ at = "-2h", by = "bot", text = "hi" }, { at = "-1h", by = "customer", text = "help" }]
[[person]]
name = "Day Old"
owner = "desk"
control = "+9h"
say = [{ at = "-26h", by = "customer", text = "help" }]
[[person]]
name = "Week Old"
owner = "desk"
control = "+9h"
say = [{ at = "-8d", by = "customer", text = "help" }]
[[person]]
name = "Bots Own"
owner = "bot"
say = [{ at = "-1h", by = "customer", text = "help" }]
[[person]]
name = "Idle Ida"
owner = "none"
say = [{ at = "-2d", by = "customer", text = "help" }]
[[person]]
name = "Blocked"
owner = "desk"
blocked = true
say = [{ at = "-1h", by = "customer", text = "bye" }]
[[person]]
name = "Insta"
platform = "instagram"
owner = "desk"
say = [{ at = "-1h", by = "customer", text = "help" }]
[[person]]
name = "Insta Bot"
platform = "instagram"
owner = "bot"
say = [{ at = "-1h", by = "customer", text = "help" }]
"#;

struct Lab {
    world: World,
    now: i64,
}

impl Lab {
    fn new() -> Self {
        Self::of(WORLD)
    }

    fn zero_config() -> Self {
        Self::of(&WORLD.replace(
            ", default_app = \"bot\", instagram_default_app = \"bot\"",
            "",
        ))
    }

    /// The usual world with more of a scenario after it.
    fn with(more: &str) -> Self {
        Self::of(&format!("{WORLD}\n{more}"))
    }

    /// The usual world with one word changed.
    fn changed(from: &str, to: &str) -> Self {
        assert!(WORLD.contains(from), "{from}");
        Self::of(&WORLD.replace(from, to))
    }

    fn of(scenario: &str) -> Self {
        let options = Options {
            seed: 1,
            scenario: Some(scenario.into()),
            ..Options::default()
        };
        let world =
            scenario::build(&options, Timestamp::from_millis(NOW)).expect("a good scenario");
        Self { world, now: NOW }
    }

    fn person(&self, name: &str) -> usize {
        self.world
            .people
            .iter()
            .position(|p| p.name == name)
            .expect("a person of that name")
    }

    fn id(&self, name: &str) -> String {
        self.world.people[self.person(name)].id.clone()
    }

    fn owner(&self, name: &str) -> Option<&str> {
        let app = self.world.people[self.person(name)].owner_at(self.now)?;
        Some(&self.world.apps[app].name)
    }

    fn call(
        &mut self,
        app: &str,
        method: &str,
        path: &str,
        params: Params,
    ) -> Result<Value, GraphError> {
        let app = self.world.app_named(app).expect("an app of that name");
        let token = self.world.apps[app].token.clone();
        self.call_by(&token, method, path, params)
    }

    fn call_by(
        &mut self,
        token: &str,
        method: &str,
        path: &str,
        params: Params,
    ) -> Result<Value, GraphError> {
        scheduler::advance(&mut self.world, self.now);
        let caller = read::authenticate(&self.world, Some(token), &params)?;
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let url = format!("http://127.0.0.1/v26.0/{path}");
        let now = self.now;
        dispatch(
            &mut self.world,
            Known {
                caller,
                // These worlds have no network; the handshake has its own test.
                verified: true,
                method,
                path: &parts,
                params: &params,
                url,
                token,
                now,
            },
        )
    }

    fn get(&mut self, app: &str, path: &str, query: &str) -> Result<Value, GraphError> {
        let mut params = Params::default();
        params.add_form(query);
        self.call(app, "GET", path, params)
    }

    fn post(&mut self, app: &str, path: &str, body: &Value) -> Result<Value, GraphError> {
        let mut params = Params::default();
        params.add_json(body.to_string().as_bytes()).expect("JSON");
        self.call(app, "POST", path, params)
    }

    fn delete(&mut self, app: &str, path: &str, body: &Value) -> Result<Value, GraphError> {
        let mut params = Params::default();
        params.add_json(body.to_string().as_bytes()).expect("JSON");
        self.call(app, "DELETE", path, params)
    }

    /// A person does something now.
    fn act(&mut self, action: Value) -> Result<(), String> {
        let action = serde_json::from_value(action).map_err(|e| e.to_string())?;
        self.world.act(&action, self.now)
    }

    /// Time passes, and what is planned happens.
    fn pass(&mut self, ms: i64) {
        self.now += ms;
        scheduler::advance(&mut self.world, self.now);
    }

    fn send(&mut self, app: &str, name: &str, more: Value) -> Result<Value, GraphError> {
        let mut body = json!({"recipient": {"id": self.id(name)}, "message": {"text": "hello"}});
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        self.post(app, "me/messages", &body)
    }

    fn control(
        &mut self,
        app: &str,
        edge: &str,
        name: &str,
        more: Value,
    ) -> Result<Value, GraphError> {
        let mut body = json!({"recipient": {"id": self.id(name)}});
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        self.post(app, &format!("1048/{edge}_thread_control"), &body)
    }

    fn events(&self, app: &str) -> Vec<&WebhookEvent> {
        let app = self.world.app_named(app).expect("an app of that name");
        self.world.journal.iter().filter(|e| e.app == app).collect()
    }
}

fn code(result: Result<Value, GraphError>) -> (u16, i64, i64) {
    let fail = result.expect_err("a refusal");
    (fail.status, fail.code, fail.subcode)
}
