//! The simulator's rules one by one, under the names of the platform page:
//! E endpoints, R state rules, X checks of a send.

use serde_json::{Value, json};

use super::{
    Options,
    fail::Fail,
    params::Params,
    read, scenario, script,
    server::{Known, dispatch},
    world::{DAY, Emitted, HOUR, TokenState, World},
};
use crate::clock::Timestamp;

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

    fn call(&mut self, app: &str, method: &str, path: &str, params: Params) -> Result<Value, Fail> {
        script::advance(&mut self.world, self.now);
        let app = self.world.app_named(app).expect("an app of that name");
        let token = self.world.apps[app].token.clone();
        read::authenticate(&self.world, Some(&token))?;
        let parts: Vec<&str> = path.split('/').collect();
        let url = format!("http://127.0.0.1/v26.0/{path}");
        let now = self.now;
        dispatch(
            &mut self.world,
            Known {
                app,
                method,
                path: &parts,
                params: &params,
                url,
                token: &token,
                now,
            },
        )
    }

    fn get(&mut self, app: &str, path: &str, query: &str) -> Result<Value, Fail> {
        let mut params = Params::default();
        params.add_form(query);
        self.call(app, "GET", path, params)
    }

    fn post(&mut self, app: &str, path: &str, body: &Value) -> Result<Value, Fail> {
        let mut params = Params::default();
        params.add_json(body.to_string().as_bytes()).expect("JSON");
        self.call(app, "POST", path, params)
    }

    fn send(&mut self, app: &str, name: &str, more: Value) -> Result<Value, Fail> {
        let mut body = json!({"recipient": {"id": self.id(name)}, "message": {"text": "hello"}});
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        self.post(app, "me/messages", &body)
    }

    fn control(&mut self, app: &str, edge: &str, name: &str, more: Value) -> Result<Value, Fail> {
        let mut body = json!({"recipient": {"id": self.id(name)}});
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        self.post(app, &format!("1048/{edge}_thread_control"), &body)
    }

    fn events(&self, app: &str) -> Vec<&Emitted> {
        let app = self.world.app_named(app).expect("an app of that name");
        self.world.journal.iter().filter(|e| e.app == app).collect()
    }
}

fn code(result: Result<Value, Fail>) -> (u16, i64, i64) {
    let fail = result.expect_err("a refusal");
    (fail.status, fail.code, fail.subcode)
}

#[test]
fn e1_lists_newest_first_and_pages_by_cursor_until_next_is_absent() {
    let mut lab = Lab::new();
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        lab.now += 1_000;
        let query = format!("platform=messenger&limit=2&fields=id,updated_time&after={after}");
        let query = if after.is_empty() {
            query.replace("&after=", "")
        } else {
            query
        };
        let page = lab
            .get("desk", "1048/conversations", &query)
            .expect("a page");
        seen.extend(
            page["data"]
                .as_array()
                .expect("rows")
                .iter()
                .map(|row| row["updated_time"].as_str().expect("time").to_owned()),
        );
        let Some(next) = page["paging"]["next"].as_str() else {
            break;
        };
        assert!(
            next.starts_with("http://127.0.0.1/v26.0/1048/conversations?access_token="),
            "{next}"
        );
        assert!(
            next.contains("limit=2") && next.contains("platform=messenger"),
            "{next}"
        );
        after = page["paging"]["cursors"]["after"]
            .as_str()
            .expect("a cursor")
            .to_owned();
    }
    assert_eq!(seen.len(), 6);
    assert!(seen.is_sorted_by(|a, b| a >= b), "{seen:?}");
}

#[test]
fn e1_gives_the_asked_fields_nested_and_limited_and_refuses_unknown_ones() {
    let mut lab = Lab::new();
    let id = lab.id("Ana");
    let fields = "id,is_owner,unread_count,participants,messages.limit(1){id,from{id},message}";
    let page = lab
        .get(
            "desk",
            "me/conversations",
            &format!("user_id={id}&fields={fields}"),
        )
        .expect("a page");
    let row = &page["data"][0];
    assert_eq!(
        (&row["is_owner"], &row["unread_count"]),
        (&json!(true), &json!(2))
    );
    assert_eq!(row["participants"]["data"][0]["id"], json!(id));
    assert_eq!(row["messages"]["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(row["messages"]["data"][0]["message"], "help");
    assert!(row["messages"]["paging"]["next"].is_string());
    assert!(row.get("updated_time").is_none(), "it was not asked for");
    let wrong = lab
        .get("desk", "me/conversations", "fields=id,colour")
        .expect_err("unknown field");
    assert_eq!(
        wrong.message,
        "(#100) Tried accessing nonexisting field (colour) on node type (UnifiedThread)"
    );
}

#[test]
fn e1_refuses_more_than_two_calls_a_second() {
    let mut lab = Lab::new();
    let refused = (0..10)
        .filter(|_| lab.get("desk", "me/conversations", "").is_err())
        .count();
    assert_eq!(refused, 6, "four at once, then two a second");
    lab.now += 1_000;
    assert!(lab.get("desk", "me/conversations", "").is_ok());
    assert!(lab.get("desk", "me/conversations", "").is_ok());
    assert_eq!(code(lab.get("desk", "me/conversations", "")), (400, 613, 0));
}

#[test]
fn e2_gives_defaults_cursors_and_on_instagram_only_twenty_details() {
    let mut lab = Lab::new();
    let at = lab.person("Insta");
    for n in 0..30 {
        let id = format!("ig{n}");
        lab.world.customer_says(
            at,
            super::world::Message::text(id, NOW, super::world::Sender::Person, "x"),
        );
    }
    let conversation = lab.world.people[at].conversation.clone();
    let page = lab
        .get(
            "desk",
            &format!("{conversation}/messages"),
            "limit=31&fields=id,message",
        )
        .expect("a page");
    let with_text = page["data"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|m| m.get("message").is_some())
        .count();
    assert_eq!(
        (page["data"].as_array().map(Vec::len), with_text),
        (Some(31), 20)
    );
    let first = lab
        .get("desk", &format!("{conversation}/messages"), "limit=10")
        .expect("a page");
    assert!(
        first["data"][0]["created_time"].is_string(),
        "a default field"
    );
    let after = first["paging"]["cursors"]["after"]
        .as_str()
        .expect("a cursor");
    let second = lab
        .get(
            "desk",
            &format!("{conversation}/messages"),
            &format!("limit=10&after={after}"),
        )
        .expect("a page");
    assert_eq!(
        second["data"][0]["id"], "ig19",
        "no row twice, none left out"
    );
}

#[test]
fn e3_omits_empty_fields_but_always_gives_message_and_old_ones_are_deleted() {
    let mut lab = Lab::new();
    let at = lab.person("Ana");
    let mid = lab.world.people[at].messages[1].id.clone();
    let node = lab
        .get("desk", &mid, "fields=id,message,attachments,from,to,tags")
        .expect("a message");
    assert!(node.get("attachments").is_none());
    assert_eq!(node["message"], "help");
    lab.world.people[at].messages[1].deleted = true;
    assert_eq!(code(lab.get("desk", &mid, "")), (400, 9_000_001, 0));
    assert_eq!(code(lab.get("desk", "m_nonsense", "")), (400, 100, 33));
}

#[test]
fn e4_takes_json_form_and_query_and_answers_with_both_ids() {
    let mut lab = Lab::new();
    let id = lab.id("Ana");
    let answer = lab
        .send("desk", "Ana", json!({"messaging_type": "RESPONSE"}))
        .expect("sent");
    assert_eq!(answer["recipient_id"], json!(id));
    assert!(
        answer["message_id"]
            .as_str()
            .is_some_and(|mid| mid.starts_with("m_"))
    );
    let mut form = Params::default();
    form.add_form(&format!(
        "recipient=%7B%22id%22%3A%22{id}%22%7D&message=%7B%22text%22%3A%22by+form%22%7D"
    ));
    assert!(lab.call("desk", "POST", "1048/messages", form).is_ok());
    let as_text =
        json!({"recipient": format!("{{\"id\":\"{id}\"}}"), "message": "{\"text\":\"x\"}"});
    assert!(
        lab.post("desk", "me/messages", &as_text).is_ok(),
        "objects as JSON text"
    );
    assert_eq!(
        code(lab.post("desk", "17841/messages", &json!({}))),
        (400, 3, 0)
    );
}

#[test]
fn e5_saved_attachments_belong_to_their_app_for_90_days() {
    let mut lab = Lab::new();
    let body = json!({"message": {"attachment": {"type": "image", "payload": {"url": "https://x.example/a.png", "is_reusable": true}}}});
    let id = lab
        .post("desk", "me/message_attachments", &body)
        .expect("saved")["attachment_id"]
        .clone();
    let with = |id: &Value| json!({"message": {"attachment": {"type": "image", "payload": {"attachment_id": id}}}});
    assert!(lab.send("desk", "Ana", with(&id)).is_ok());
    assert_eq!(
        code(lab.send("desk", "Ana", with(&json!("999")))),
        (400, 100, 2_018_074)
    );
    lab.world
        .attachments
        .get_mut(id.as_str().expect("an id"))
        .expect("saved")
        .1 = NOW - 91 * DAY;
    assert_eq!(
        code(lab.send("desk", "Ana", with(&id))),
        (400, 100, 2_018_074)
    );
}

#[test]
fn e6_mark_seen_clears_unread_and_typing_ends_after_20_seconds() {
    let mut lab = Lab::new();
    let id = lab.id("Ana");
    let action = |a: &str| json!({"recipient": {"id": id}, "sender_action": a});
    let answer = lab
        .post("desk", "me/messages", &action("MARK_SEEN"))
        .expect("either case");
    assert_eq!(answer, json!({"recipient_id": id}));
    let at = lab.person("Ana");
    assert_eq!(lab.world.people[at].unread, 0);
    lab.post("desk", "me/messages", &action("typing_on"))
        .expect("typing");
    assert_eq!(lab.world.people[at].typing_until, NOW + 20_000);
    lab.send("desk", "Ana", json!({})).expect("sent");
    assert_eq!(
        lab.world.people[at].typing_until, 0,
        "a message takes the bubble away"
    );
    assert_eq!(
        code(lab.post("desk", "me/messages", &action("dance"))),
        (400, 100, 0)
    );
}

#[test]
fn e7_thread_owner_is_named_to_owner_and_default_app_only() {
    let mut lab = Lab::new();
    let (ana, idle) = (lab.id("Ana"), lab.id("Idle Ida"));
    let ask = |lab: &mut Lab, app: &str, id: &str| {
        lab.get(app, "1048/thread_owner", &format!("recipient={id}"))
            .expect("an answer")["data"]
            .clone()
    };
    assert_eq!(
        ask(&mut lab, "desk", &ana)[0]["thread_owner"]["app_id"],
        "300"
    );
    assert_eq!(
        ask(&mut lab, "bot", &ana)[0]["thread_owner"]["app_id"],
        "300"
    );
    let bystander = ask(&mut lab, "shy", &ana);
    assert!(bystander[0]["thread_owner"].get("app_id").is_none());
    assert!(
        bystander[0]["thread_owner"]["expiration"]
            .as_i64()
            .is_some_and(|at| at > NOW / 1000)
    );
    assert_eq!(ask(&mut lab, "desk", &idle), json!([]));
}

#[test]
fn e8_profiles_are_given_or_kept_back_each_for_its_reason() {
    for (kind, expected) in [
        ("phone_account", (400, 100, 2_018_218)),
        ("no_permission", (400, 100, 2_018_247)),
        ("no_consent", (403, 230, 0)),
        ("unknown", (400, 100, 33)),
    ] {
        let scenario = WORLD.replace(
            "name = \"Ana\"",
            &format!("name = \"Ana\"\nprofile = \"{kind}\""),
        );
        let mut lab = Lab::of(&scenario);
        let id = lab.id("Ana");
        assert_eq!(
            code(lab.get("desk", &id, "fields=name")),
            expected,
            "{kind}"
        );
    }
    let mut lab = Lab::of(&WORLD.replace("name = \"Ana\"", "name = \"Ana\"\nprofile = \"empty\""));
    let id = lab.id("Ana");
    assert_eq!(
        lab.get("desk", &id, "").expect("an empty object"),
        json!({})
    );
    let mut lab = Lab::new();
    let (id, instagram) = (lab.id("Day Old"), lab.id("Insta"));
    let profile = lab.get("desk", &id, "").expect("a profile");
    assert_eq!(
        (&profile["first_name"], &profile["last_name"]),
        (&json!("Day"), &json!("Old"))
    );
    assert_eq!(
        lab.get("desk", &instagram, "fields=username")
            .expect("a profile")["username"],
        "insta"
    );
    assert_eq!(code(lab.get("desk", "55555", "")), (400, 100, 33));
}

#[test]
fn e9_the_token_is_the_page_and_tells_its_routing() {
    let mut lab = Lab::new();
    let me = lab
        .get("desk", "me", "fields=id,name,messaging_feature_status")
        .expect("the page");
    assert_eq!((&me["id"], &me["name"]), (&json!("1048"), &json!("Lamp")));
    assert_eq!(me["messaging_feature_status"]["msgr_multi_app"], true);
    let token = lab.world.apps[1].token.clone();
    let about = lab
        .get("desk", "debug_token", &format!("input_token={token}"))
        .expect("about");
    assert_eq!(
        (&about["data"]["app_id"], &about["data"]["is_valid"]),
        (&json!("200"), &json!(true))
    );
    let accounts = lab.get("desk", "me/accounts", "").expect("accounts");
    assert_eq!(accounts["data"][0]["id"], "1048");
    let mut lab = Lab::zero_config();
    let me = lab
        .get("desk", "1048", "fields=messaging_feature_status")
        .expect("the page");
    assert_eq!(me["messaging_feature_status"]["msgr_multi_app"], false);
}

#[test]
fn r1_the_window_is_open_for_24_hours_and_a_message_opens_it_again() {
    let mut lab = Lab::new();
    assert_eq!(
        code(lab.send("desk", "Day Old", json!({}))),
        (400, 10, 2_018_278)
    );
    let at = lab.person("Day Old");
    let said =
        super::world::Message::text("m_new".into(), NOW, super::world::Sender::Person, "hello?");
    lab.world.customer_says(at, said);
    assert!(
        lab.send("desk", "Day Old", json!({"messaging_type": "RESPONSE"}))
            .is_ok()
    );
    lab.now += 24 * HOUR;
    lab.world.people[at].control_until = lab.now + HOUR;
    assert!(
        lab.send("desk", "Day Old", json!({})).is_ok(),
        "to the second"
    );
    lab.now += 1;
    assert_eq!(
        code(lab.send("desk", "Day Old", json!({}))),
        (400, 10, 2_018_278)
    );
}

#[test]
fn r2_human_agent_works_for_7_days_from_the_last_message() {
    let mut lab = Lab::new();
    let tagged = json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"});
    assert!(lab.send("desk", "Day Old", tagged.clone()).is_ok());
    assert_eq!(
        code(lab.send("desk", "Week Old", tagged)),
        (400, 10, 2_018_278)
    );
}

#[test]
fn r3_x8_dead_tags_are_refused_even_inside_the_day() {
    for tag in [
        "ACCOUNT_UPDATE",
        "CONFIRMED_EVENT_UPDATE",
        "POST_PURCHASE_UPDATE",
    ] {
        let mut lab = Lab::new();
        let result = lab.send(
            "desk",
            "Ana",
            json!({"messaging_type": "MESSAGE_TAG", "tag": tag}),
        );
        assert_eq!(code(result), (400, 100, 1_893_061), "{tag}");
    }
}

#[test]
fn r4_without_routing_all_may_send_all_hear_take_is_blocked_and_request_works() {
    let mut lab = Lab::zero_config();
    assert!(lab.send("bot", "Ana", json!({})).is_ok());
    assert!(lab.events("shy").iter().any(|e| e.channel == "messaging"));
    assert!(lab.events("shy").iter().all(|e| e.channel != "standby"));
    assert_eq!(
        code(lab.control("desk", "take", "Bots Own", json!({}))),
        (400, 10, 0)
    );
    lab.control("desk", "request", "Bots Own", json!({"metadata": "please"}))
        .expect("asked");
    assert_eq!(lab.owner("Bots Own"), Some("bot"));
    assert!(
        lab.events("bot")
            .iter()
            .any(|e| e.event["request_thread_control"]["requested_owner_app_id"] == "300")
    );
    lab.control("desk", "request", "Idle Ida", json!({}))
        .expect("granted at once");
    assert_eq!(lab.owner("Idle Ida"), Some("desk"));
    assert!(
        lab.events("desk")
            .iter()
            .any(|e| e.event["pass_thread_control"]["new_owner_app_id"] == "300")
    );
    let id = lab.id("Ana");
    let row = lab
        .get(
            "desk",
            "me/conversations",
            &format!("user_id={id}&fields=is_owner"),
        )
        .expect("a row");
    assert!(
        row["data"][0].get("is_owner").is_none(),
        "only with routing"
    );
}

#[test]
fn r5_with_routing_the_owner_sends_idle_is_the_default_apps_and_others_stand_by() {
    let mut lab = Lab::new();
    assert!(lab.send("desk", "Ana", json!({})).is_ok());
    let channel = |lab: &Lab, app: &str| lab.events(app).last().map(|e| e.channel);
    assert_eq!(
        (channel(&lab, "desk"), channel(&lab, "bot")),
        (Some("messaging"), Some("standby"))
    );
    let tagged = json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"});
    assert_eq!(
        code(lab.send("desk", "Idle Ida", tagged.clone())),
        (400, 10, 2_018_300)
    );
    assert!(lab.send("bot", "Idle Ida", tagged).is_ok());
}

#[test]
fn r6_control_lapses_24_hours_after_the_last_message_and_extend_keeps_it() {
    let mut lab = Lab::new();
    lab.now = NOW + 23 * HOUR - 1;
    assert_eq!(lab.owner("Ana"), Some("desk"));
    lab.now += 1;
    assert_eq!(lab.owner("Ana"), None);
    let mut lab = Lab::new();
    lab.control("desk", "extend", "Ana", json!({"duration": 604_800}))
        .expect("extended");
    lab.now = NOW + 6 * DAY;
    assert_eq!(lab.owner("Ana"), Some("desk"));
    assert_eq!(
        code(lab.control("desk", "extend", "Ana", json!({"duration": 604_801}))),
        (400, 100, 0)
    );
    assert_eq!(
        code(lab.control("desk", "extend", "Bots Own", json!({}))),
        (400, 100, 2_534_037)
    );
    lab.control("desk", "pass", "Ana", json!({"target_app_id": "200"}))
        .expect("passed");
    let at = lab.person("Ana");
    assert_eq!(
        lab.world.people[at].control_until,
        lab.now + DAY,
        "any move resets to a day"
    );
}

#[test]
fn r7_take_needs_the_toggle_and_is_silent_from_idle() {
    let mut lab = Lab::new();
    assert_eq!(
        code(lab.control("shy", "take", "Bots Own", json!({}))),
        (400, 10, 0)
    );
    lab.control("desk", "take", "Bots Own", json!({"metadata": "mine"}))
        .expect("taken");
    assert_eq!(lab.owner("Bots Own"), Some("desk"));
    let told = lab.events("bot");
    assert_eq!(
        told.last()
            .map(|e| &e.event["take_thread_control"]["metadata"]),
        Some(&json!("mine"))
    );
    assert_eq!(
        code(lab.control("desk", "take", "Bots Own", json!({}))),
        (400, 100, 0)
    );
    let before = lab.world.journal.len();
    lab.control("desk", "take", "Idle Ida", json!({}))
        .expect("taken");
    lab.control("desk", "release", "Idle Ida", json!({}))
        .expect("released");
    assert_eq!(lab.world.journal.len(), before, "nobody is told");
    assert_eq!(lab.owner("Idle Ida"), None);
    assert_eq!(
        code(lab.control("desk", "request", "Bots Own", json!({}))),
        (400, 10, 0)
    );
}

#[test]
fn passing_needs_the_owner_or_an_idle_thread_and_a_real_target() {
    let mut lab = Lab::new();
    assert_eq!(
        code(lab.control("desk", "pass", "Bots Own", json!({"target_app_id": "300"}))),
        (400, 100, 2_534_037)
    );
    assert_eq!(
        code(lab.control("desk", "pass", "Ana", json!({"target_app_id": "999"}))),
        (400, 100, 2_018_164)
    );
    assert_eq!(
        code(lab.control("desk", "pass", "Ana", json!({"target_app_id": "300"}))),
        (400, 100, 0)
    );
    lab.control("desk", "pass", "Ana", json!({"metadata": "{}"}))
        .expect("to the default app");
    assert_eq!(lab.owner("Ana"), Some("bot"));
    let told = lab.events("bot");
    let pass = &told.last().expect("told").event["pass_thread_control"];
    assert_eq!(
        pass,
        &json!({"previous_owner_app_id": "300", "new_owner_app_id": "200", "metadata": "{}"})
    );
    lab.control("shy", "pass", "Idle Ida", json!({"target_app_id": 300}))
        .expect("a number will do");
    assert_eq!(lab.owner("Idle Ida"), Some("desk"));
}

#[test]
fn r8_a_reply_in_metas_inbox_takes_control_and_comes_as_an_echo_of_its_app() {
    let mut lab = Lab::new();
    let at = lab.person("Ana");
    lab.world.inbox_says(at, "hi, Robin here", NOW);
    assert_eq!(lab.owner("Ana"), Some("inbox"));
    let echo = lab
        .events("desk")
        .last()
        .map(|e| e.event.clone())
        .expect("an event");
    assert_eq!(
        echo["delivery"]["watermark"], NOW,
        "the delivery comes last"
    );
    let echoes: Vec<_> = lab
        .events("desk")
        .into_iter()
        .filter(|e| e.event["message"]["is_echo"] == true)
        .collect();
    assert_eq!(
        echoes[0].event["message"]["app_id"],
        263_902_037_430_900_i64
    );
    assert_eq!(echoes[0].channel, "standby");
    let id = lab.id("Ana");
    let fields = "messages.limit(1){tags}";
    let row = lab
        .get(
            "desk",
            "me/conversations",
            &format!("user_id={id}&fields={fields}"),
        )
        .expect("a row");
    assert!(
        row["data"][0]["messages"]["data"][0]["tags"]
            .to_string()
            .contains("source:web")
    );
}

#[test]
fn r13_metadata_comes_back_in_the_echo_and_reading_is_a_watermark_or_a_mid() {
    let mut lab = Lab::new();
    lab.send(
        "desk",
        "Ana",
        json!({"message": {"text": "a", "metadata": "sb1:x"}}),
    )
    .expect("sent");
    lab.send("desk", "Insta", json!({"message": {"text": "b"}}))
        .expect("sent");
    let echoes: Vec<Value> = lab
        .events("desk")
        .iter()
        .filter(|e| e.event["message"]["is_echo"] == true)
        .map(|e| e.event["message"].clone())
        .collect();
    assert_eq!(echoes[0]["metadata"], "sb1:x");
    assert!(echoes[1].get("metadata").is_none(), "only if it was set");
    lab.now += 60_000;
    script::advance(&mut lab.world, lab.now);
    let reads: Vec<Value> = lab
        .events("desk")
        .iter()
        .filter(|e| e.event.get("read").is_some())
        .map(|e| e.event["read"].clone())
        .collect();
    assert!(reads.iter().any(|r| r["watermark"] == NOW), "{reads:?}");
    assert!(reads.iter().any(|r| r["mid"].is_string()), "{reads:?}");
    let order: Vec<&str> = lab
        .events("desk")
        .iter()
        .filter(|e| e.event["sender"]["id"] == json!(lab.id("Ana")))
        .filter_map(|e| {
            ["delivery", "read"]
                .into_iter()
                .find(|k| e.event.get(*k).is_some())
        })
        .collect();
    assert_eq!(order, ["delivery", "read"]);
}

#[test]
fn x1_x2_x3_tokens_that_are_missing_wrong_or_dead() {
    let mut lab = Lab::new();
    let check = |lab: &Lab, token: Option<&str>| {
        read::authenticate(&lab.world, token).map_err(|f| (f.status, f.code, f.subcode))
    };
    assert_eq!(check(&lab, None), Err((400, 2500, 0)));
    assert_eq!(check(&lab, Some("nonsense")), Err((401, 190, 0)));
    let token = lab.world.apps[0].token.clone();
    assert_eq!(check(&lab, Some(&token)), Ok(0));
    for (state, subcode) in [
        (TokenState::Expired, 463),
        (TokenState::PasswordChanged, 460),
        (TokenState::AppRemoved, 458),
    ] {
        lab.world.apps[0].token_state = state;
        assert_eq!(check(&lab, Some(&token)), Err((400, 190, subcode)));
    }
}

#[test]
fn x7_to_x23_each_refusal_has_its_code() {
    let long = "x".repeat(2001);
    let long_bytes = "ü".repeat(501);
    let cases = [
        (
            "X7",
            "Ana",
            json!({"messaging_type": "MESSAGE_TAG", "tag": "NONSENSE"}),
            (400, 100, 0),
        ),
        (
            "X9",
            "Ana",
            json!({"sender_action": "typing_on"}),
            (400, 100, 2_018_014),
        ),
        (
            "X10",
            "Ana",
            json!({"recipient": {"id": "ana"}}),
            (400, 100, 0),
        ),
        (
            "X11",
            "Ana",
            json!({"message": {"text": ""}}),
            (400, 100, 2_018_034),
        ),
        (
            "X12",
            "Ana",
            json!({"message": {"text": long}}),
            (400, 100, 0),
        ),
        (
            "X13",
            "Insta",
            json!({"message": {"text": long_bytes}}),
            (400, 100, 2_534_015),
        ),
        (
            "X14",
            "Ana",
            json!({"message": {"text": "?", "quick_replies": vec![json!({"title": "a"}); 14]}}),
            (400, 100, 0),
        ),
        (
            "X15",
            "Ana",
            json!({"recipient": {"id": "123"}}),
            (400, 100, 2_018_001),
        ),
        ("X17", "Blocked", json!({}), (400, 551, 1_545_041)),
        ("X19", "Bots Own", json!({}), (400, 10, 2_018_300)),
        ("X20", "Insta Bot", json!({}), (400, 100, 2_534_037)),
        (
            "X21",
            "Day Old",
            json!({"messaging_type": "RESPONSE"}),
            (400, 10, 2_018_278),
        ),
        (
            "unknown key",
            "Ana",
            json!({"message": {"text": "a", "colour": 1}}),
            (400, 100, 0),
        ),
        (
            "unknown type",
            "Ana",
            json!({"messaging_type": "SHOUT"}),
            (400, 100, 0),
        ),
    ];
    for (name, person, more, expected) in cases {
        assert_eq!(
            code(Lab::new().send("desk", person, more)),
            expected,
            "{name}"
        );
    }
    let mut lab = Lab::new();
    let exactly = "x".repeat(2000);
    assert!(
        lab.send("desk", "Ana", json!({"message": {"text": exactly}}))
            .is_ok(),
        "2,000 are allowed"
    );
    let at = lab.person("Insta");
    lab.world.people[at].opened_at = Some(NOW - 25 * HOUR);
    assert_eq!(
        code(lab.send("desk", "Insta", json!({}))),
        (400, 10, 2_534_022),
        "X22"
    );
    let mut lab = Lab::zero_config();
    let tagged = json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"});
    assert_eq!(code(lab.send("shy", "Ana", tagged)), (403, 10, 0), "X23");
}

#[test]
fn the_order_of_the_checks_is_the_pages() {
    let mut lab = Lab::new();
    // Dead tag before empty message before unknown person before blocked.
    let all_wrong = json!({"recipient": {"id": "123"}, "message": {"text": ""}, "messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"});
    assert_eq!(
        code(lab.send("desk", "Ana", all_wrong)),
        (400, 100, 1_893_061)
    );
    let empty = json!({"recipient": {"id": "123"}, "message": {"text": ""}});
    assert_eq!(code(lab.send("desk", "Ana", empty)), (400, 100, 2_018_034));
    let too_long = json!({"recipient": {"id": "123"}, "message": {"text": "x".repeat(2001)}});
    assert_eq!(
        code(lab.send("desk", "Ana", too_long)),
        (400, 100, 0),
        "X12 before X15"
    );
    let tagged = json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"});
    let mut open = Lab::zero_config();
    assert_eq!(
        code(open.send("shy", "Week Old", tagged)),
        (400, 10, 2_018_278),
        "X21 before X23"
    );
    // Blocked before not the owner.
    assert_eq!(
        code(lab.send("bot", "Blocked", json!({}))),
        (400, 551, 1_545_041)
    );
}

#[test]
fn a_hand_over_inside_a_send_needs_routing_and_knows_two_keys() {
    let pass = json!({"thread_control": {"control_type": "pass", "app_id": "200"}});
    let mut lab = Lab::new();
    lab.send("desk", "Ana", pass.clone())
        .expect("sent and passed");
    assert_eq!(lab.owner("Ana"), Some("bot"));
    let mut lab = Lab::new();
    lab.send(
        "desk",
        "Ana",
        json!({"thread_control": {"control_type": "release"}}),
    )
    .expect("released");
    assert_eq!(lab.owner("Ana"), None);
    let odd = json!({"thread_control": {"control_type": "pass", "metadata": "x"}});
    assert_eq!(code(Lab::new().send("desk", "Ana", odd)), (400, 100, 0));
    assert_eq!(
        code(Lab::zero_config().send("desk", "Ana", pass)),
        (400, 100, 0)
    );
    let mut lab = Lab::new();
    let nowhere = json!({"thread_control": {"control_type": "pass", "app_id": "999"}});
    assert_eq!(
        code(lab.send("desk", "Ana", nowhere)),
        (400, 100, 2_018_164)
    );
    let at = lab.person("Ana");
    assert_eq!(lab.world.people[at].messages.len(), 2, "nothing was sent");
}

#[test]
fn the_bot_answers_escalates_and_customers_answer_an_agent() {
    let scenario = WORLD
        .replace("name = \"desk\", id", "name = \"switchboard\", id")
        .replace("\"desk\"", "\"switchboard\"")
        .replace(
            "name = \"Ana\"",
            "name = \"Ana\"\nanswers = [\"thank you\"]",
        )
        .replace(
            "name = \"Bots Own\"",
            "name = \"Bots Own\"\nlife = \"escalates\"",
        );
    let mut lab = Lab::of(&scenario);
    lab.send("switchboard", "Ana", json!({})).expect("sent");
    lab.now += 300_000;
    script::advance(&mut lab.world, lab.now);
    let ana = lab.person("Ana");
    assert_eq!(
        lab.world.people[ana]
            .messages
            .last()
            .map(|m| m.text.as_str()),
        Some("thank you")
    );
    assert_eq!(
        lab.owner("Bots Own"),
        Some("switchboard"),
        "the bot has passed the thread"
    );
}

#[test]
fn cursors_that_nobody_was_given_are_refused_and_harm_nothing() {
    let mut lab = Lab::new();
    let conversation = lab.world.people[0].conversation.clone();
    for cursor in [
        "QVFI0Zffffffffffffffff",
        "QVFI-8000000000000000Z0",
        "QVFI0Z",
        "x",
        "QVFI0Zffffffff",
    ] {
        for path in [
            format!("{conversation}/messages"),
            "me/conversations".into(),
        ] {
            for way in ["after", "before"] {
                lab.now += 1_000;
                let result = lab.get("desk", &path, &format!("{way}={cursor}"));
                assert!(
                    result.is_ok() || code(result) == (400, 100, 0),
                    "{path}?{way}={cursor}"
                );
            }
        }
    }
    for number in ["99999999999999999999", "-5", "0"] {
        lab.now += 1_000;
        assert!(
            lab.get("desk", "me/conversations", &format!("limit={number}"))
                .is_ok()
        );
    }
    let huge = json!({"duration": i64::MAX});
    assert_eq!(
        code(lab.control("desk", "extend", "Ana", huge)),
        (400, 100, 0)
    );
}
