//! E1 … E13.

use serde_json::{Value, json};

use super::*;
use crate::sim::{
    graph_error::GraphError,
    params::Params,
    world::{DAY, Message, Sender},
};

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
        lab.world
            .customer_says(at, Message::text(id, NOW, Sender::Person, "x"));
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
    for text in [
        format!("recipient=%7B%22id%22%3A%22{id}%22%7D&message=%7B%22text%22%3A%22by+form%22%7D"),
        format!("recipient[id]={id}&message[text]=by+form"),
    ] {
        let mut form = Params::default();
        form.add_form(&text);
        assert!(
            lab.call("desk", "POST", "1048/messages", form).is_ok(),
            "{text}"
        );
    }
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
fn e5_saved_attachments_belong_to_the_page_for_90_days() {
    let mut lab = Lab::new();
    let body = json!({"message": {"attachment": {"type": "image", "payload": {"url": "https://x.example/a.png", "is_reusable": true}}}});
    let id = lab
        .post("desk", "me/message_attachments", &body)
        .expect("saved")["attachment_id"]
        .clone();
    let with = |id: &Value| json!({"message": {"attachment": {"type": "image", "payload": {"attachment_id": id}}}});
    assert!(lab.send("desk", "Ana", with(&id)).is_ok());
    assert!(
        lab.send("bot", "Bots Own", with(&id)).is_ok(),
        "the Page's other app may use it as well"
    );
    assert_eq!(
        code(lab.send("desk", "Ana", with(&json!("999")))),
        (400, 100, 2_018_074)
    );
    lab.world
        .attachments
        .get_mut(id.as_str().expect("an id"))
        .expect("saved")
        .made = NOW - 91 * DAY;
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
    let mut lab = Lab::with("[[person]]\nname = \"Never\"\n");
    let id = lab.id("Never");
    let quiet = code(lab.get("desk", &id, "fields=name"));
    assert_eq!(quiet, (403, 230, 0), "who never wrote");
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
fn e2_the_rule_of_twenty_details_is_a_switch_on_messenger() {
    for (more, given) in [("", 31), ("[switches]\nmessenger_20_details = true\n", 20)] {
        let mut lab = Lab::with(more);
        let at = lab.person("Ana");
        for n in 0..29 {
            let message = Message::text(format!("m_{n}"), NOW, Sender::Person, "x");
            lab.world.customer_says(at, message);
        }
        let path = format!("{}/messages", lab.world.people[at].conversation);
        let page = lab
            .get("desk", &path, "limit=50&fields=id,message")
            .expect("a page");
        let rows = page["data"].as_array().expect("rows");
        let detailed = rows
            .iter()
            .filter(|row| row.get("message").is_some())
            .count();
        assert_eq!(detailed, given);
    }
}

#[test]
fn e6_reactions_of_the_page_are_read_back_and_taken_back() {
    let mut lab = Lab::new();
    let at = lab.person("Ana");
    let (id, mid) = (lab.id("Ana"), lab.world.people[at].messages[1].id.clone());
    let react = json!({"recipient": {"id": id}, "sender_action": "react",
                       "payload": {"message_id": mid, "reaction": "😊"}});
    lab.post("desk", "me/messages", &react).expect("reacted");
    let node = lab
        .get("desk", &mid, "fields=reactions")
        .expect("a message");
    assert_eq!(node["reactions"]["data"][0]["reaction"], "😊");
    assert_eq!(node["reactions"]["data"][0]["users"][0]["id"], "1048");
    let unreact = json!({"recipient": {"id": id}, "sender_action": "unreact", "payload": {"message_id": mid}});
    lab.post("desk", "me/messages", &unreact)
        .expect("taken back");
    let node = lab
        .get("desk", &mid, "fields=reactions")
        .expect("a message");
    assert!(node.get("reactions").is_none());
    let odd = json!({"recipient": {"id": id}, "sender_action": "react", "payload": {"message_id": "m_no"}});
    assert_eq!(code(lab.post("desk", "me/messages", &odd)), (400, 100, 0));
}

#[test]
fn e10_subscriptions_replace_and_need_the_apps_own_token() {
    let mut lab = Lab::new();
    let secret = lab.world.apps[0].secret.clone();
    let token = format!("300|{secret}");
    let mut call = |token: &str, method: &str, path: &str, body: Value| {
        let mut params = Params::default();
        params.add_json(body.to_string().as_bytes()).expect("JSON");
        lab.call_by(token, method, path, params)
    };
    let body = json!({"object": "page", "callback_url": "http://127.0.0.1:9/", "verify_token": "v",
                      "fields": "messages,standby"});
    call(&token, "POST", "300/subscriptions", body).expect("subscribed");
    let rows = call(&token, "GET", "300/subscriptions", json!({})).expect("rows");
    let page = rows["data"]
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["object"] == "page")
        .cloned()
        .expect("the topic");
    assert_eq!(
        page["fields"].as_array().map(Vec::len),
        Some(2),
        "replaced, not added"
    );
    let odd = json!({"object": "page", "callback_url": "http://127.0.0.1:9/", "fields": "typing"});
    assert_eq!(
        code(call(&token, "POST", "300/subscriptions", odd)),
        (400, 100, 0)
    );
    assert_eq!(
        code(call(&token, "GET", "200/subscriptions", json!({}))),
        (400, 15, 0)
    );
}

#[test]
fn e10_both_layers_decide_what_an_app_hears() {
    let mut lab = Lab::new();
    lab.world.apps[0].webhook.url = Some("http://127.0.0.1:9/".into());
    let waiting = |lab: &mut Lab| {
        let before = lab.world.apps[0].webhook.waiting();
        lab.act(json!({"person": "Ana", "do": "writes", "text": "x"}))
            .expect("done");
        lab.world.apps[0].webhook.waiting() - before
    };
    assert_eq!(waiting(&mut lab), 1);
    let fields = json!({"subscribed_fields": "message_reads,standby"});
    let answer = lab
        .post("desk", "1048/subscribed_apps", &fields)
        .expect("set");
    assert_eq!(answer, json!({"success": true}));
    assert_eq!(waiting(&mut lab), 0, "the Page's layer lacks messages");
    let rows = lab.get("desk", "me/subscribed_apps", "").expect("rows");
    let own = rows["data"]
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["id"] == "300")
        .cloned();
    assert_eq!(
        own.expect("us")["subscribed_fields"],
        json!(["message_reads", "standby"])
    );
    lab.post(
        "desk",
        "me/subscribed_apps",
        &json!({"subscribed_fields": ["messages"]}),
    )
    .expect("set");
    assert_eq!(waiting(&mut lab), 1);
    lab.world.apps[0]
        .webhook
        .app_fields
        .insert("page", ["standby".to_owned()].into());
    assert_eq!(waiting(&mut lab), 0, "the app's layer lacks messages");
    lab.delete("desk", "me/subscribed_apps", &json!({}))
        .expect("removed");
    let rows = lab.get("desk", "me/subscribed_apps", "").expect("rows");
    assert!(!rows.to_string().contains("\"300\""));
    assert_eq!(
        code(lab.post(
            "desk",
            "me/subscribed_apps",
            &json!({"subscribed_fields": "typing"})
        )),
        (400, 100, 0)
    );
}

#[test]
fn e11_the_profile_merges_is_deleted_in_any_case_and_limited() {
    let mut lab = Lab::new();
    let path = "me/messenger_profile";
    let get = |lab: &mut Lab, fields: &str| lab.get("bot", path, &format!("fields={fields}"));
    assert_eq!(
        get(&mut lab, "greeting").expect("empty"),
        json!({"data": []})
    );
    let menu = json!({"persistent_menu": [{"locale": "default"}]});
    assert_eq!(code(lab.post("bot", path, &menu)), (400, 100, 2_018_145));
    let started = json!({"get_started": {"payload": "GO"}});
    assert_eq!(
        lab.post("bot", path, &started).expect("set"),
        json!({"result": "success"})
    );
    lab.post("bot", path, &menu).expect("set");
    let both = get(&mut lab, "get_started,persistent_menu,greeting").expect("a profile");
    assert_eq!(
        both["data"][0].as_object().map(serde_json::Map::len),
        Some(2)
    );
    lab.delete(
        "bot",
        path,
        &json!({"fields": ["PERSISTENT_MENU", "greeting"]}),
    )
    .expect("deleting what is not set succeeds");
    let left = get(&mut lab, "get_started,persistent_menu").expect("a profile");
    assert_eq!(left["data"][0], json!({"get_started": {"payload": "GO"}}));
    let refused = (0..10)
        .filter(|_| get(&mut lab, "greeting").is_err())
        .count();
    assert_eq!(refused, 7, "ten calls in ten minutes, and seven were made");
    lab.now += 600_000;
    assert!(get(&mut lab, "greeting").is_ok());
    let menu = json!({"psid": lab.id("Ana"), "persistent_menu": [{"locale": "default"}]});
    lab.post("bot", "me/custom_user_settings", &menu)
        .expect("set");
    let psid = format!("psid={}", lab.id("Ana"));
    let own = lab
        .get("bot", "me/custom_user_settings", &psid)
        .expect("a menu");
    assert!(own["data"][0]["user_level_persistent_menu"].is_array());
}

#[test]
fn e12_labels_are_made_put_on_people_and_need_the_terms() {
    let mut lab = Lab::new();
    let ana = lab.id("Ana");
    let made = lab
        .post(
            "desk",
            "me/custom_labels",
            &json!({"page_label_name": "VIP"}),
        )
        .expect("made");
    let label = made["id"].as_str().expect("an id").to_owned();
    let assigned = lab
        .post("desk", &format!("{label}/label"), &json!({"user": ana}))
        .expect("put on");
    assert_eq!(assigned, json!({"success": true}));
    let own = lab
        .get(
            "desk",
            &format!("{ana}/custom_labels"),
            "fields=page_label_name",
        )
        .expect("labels");
    assert_eq!(own["data"][0]["page_label_name"], "VIP");
    lab.delete("desk", &format!("{label}/label"), &json!({"user": ana}))
        .expect("taken off");
    let own = lab
        .get("desk", &format!("{ana}/custom_labels"), "")
        .expect("labels");
    assert_eq!(own["data"], json!([]));
    let list = lab
        .get("desk", "me/custom_labels", "fields=page_label_name")
        .expect("a list");
    assert_eq!(
        list["data"],
        json!([{"id": label, "page_label_name": "VIP"}])
    );
    lab.delete("desk", &label, &json!({})).expect("deleted");
    assert_eq!(code(lab.get("desk", &label, "")), (400, 100, 33));
    let mut off = Lab::with("[switches]\nlabel_terms = false\n");
    assert_eq!(
        code(off.post(
            "desk",
            "me/custom_labels",
            &json!({"page_label_name": "VIP"})
        )),
        (400, 2, 2_018_344)
    );
}

#[test]
fn e12_personas_speak_and_moderation_answers_with_a_text() {
    let mut lab = Lab::new();
    let body = json!({"name": "Kim", "profile_picture_url": "https://cdn.example/kim.png"});
    let made = lab.post("desk", "me/personas", &body).expect("made");
    let persona = made["id"].as_str().expect("an id").to_owned();
    let node = lab.get("desk", &persona, "").expect("a persona");
    assert_eq!(node["name"], "Kim");
    lab.send("desk", "Ana", json!({"persona_id": persona}))
        .expect("sent");
    assert_eq!(
        code(lab.send("desk", "Ana", json!({"persona_id": "7"}))),
        (400, 100, 0)
    );
    let ana = lab.id("Ana");
    let block = json!({"user_ids": [{"id": ana}], "actions": ["block_user", "move_to_spam"]});
    let answer = lab
        .post("desk", "me/moderate_conversations", &block)
        .expect("done");
    assert_eq!(answer, json!({"success": "true"}));
    assert_eq!(
        code(lab.send("desk", "Ana", json!({}))),
        (400, 551, 1_545_041)
    );
    let both = json!({"user_ids": [{"id": ana}], "actions": ["block_user", "unblock_user"]});
    assert_eq!(
        code(lab.post("desk", "me/moderate_conversations", &both)),
        (400, 100, 0)
    );
}

#[test]
fn e13_a_batch_answers_in_order_with_json_as_text() {
    let mut lab = Lab::new();
    let ana = lab.id("Ana");
    let recipient = format!("recipient=%7B%22id%22%3A%22{ana}%22%7D");
    let batch = json!({"batch": [
        {"method": "GET", "relative_url": "v26.0/me?fields=name"},
        {"method": "POST", "relative_url": "me/messages", "body": format!("{recipient}&message=%7B%22text%22%3A%22hi%22%7D")},
        {"method": "GET", "relative_url": "m_nonsense"},
    ], "include_headers": true});
    let answers = lab.post("desk", "", &batch).expect("answers");
    let codes: Vec<_> = (0..3).map(|i| answers[i]["code"].as_i64()).collect();
    assert_eq!(codes, [Some(200), Some(200), Some(400)]);
    let body = answers[1]["body"].as_str().expect("text");
    assert!(body.contains("message_id"), "{body}");
    assert_eq!(answers[0]["headers"][0]["name"], "Content-Type");
    let many = json!({"batch": vec![json!({"method": "GET", "relative_url": "me"}); 51]});
    assert_eq!(code(lab.post("desk", "", &many)), (400, 100, 0));
    lab.world
        .faults
        .order("GET /batch/me", super::super::Fault::LoseAnswer);
    let one = json!({"batch": [{"method": "GET", "relative_url": "me"}]});
    assert_eq!(lab.post("desk", "", &one).expect("answers"), json!([null]));
}

#[test]
fn several_objects_are_read_at_once_by_their_ids() {
    let mut lab = Lab::with("[switches]\nold_apps = true\n");
    let (ana, ida) = (lab.id("Ana"), lab.id("Idle Ida"));
    let both = lab
        .get("desk", "", &format!("ids={ana},{ida}&fields=name"))
        .expect("both");
    assert_eq!(
        (&both[&ana]["name"], &both[&ida]["name"]),
        (&json!("Ana"), &json!("Idle Ida"))
    );
}

/// Follows what a list calls the next page.
fn follow(lab: &mut Lab, next: &str) -> Result<Value, GraphError> {
    let (path, query) = next
        .strip_prefix("http://127.0.0.1/v26.0/")
        .and_then(|rest| rest.split_once('?'))
        .expect("an address of this simulator");
    lab.get("desk", path, query)
}

#[test]
fn e2_the_next_page_of_messages_inside_a_list_keeps_their_limit_and_fields() {
    let mut lab = Lab::new();
    let fields = "id,messages.limit(1){id,message}";
    let query = format!("platform=messenger&limit=20&fields={fields}");
    let list = lab.get("desk", "me/conversations", &query).expect("a list");
    let ana = &list["data"][0]["messages"];
    assert_eq!(ana["data"][0]["message"], "help");
    let next = ana["paging"]["next"].as_str().expect("there is one more");
    let older = follow(&mut lab, next).expect("the next page");
    let rows = older["data"].as_array().expect("rows");
    assert_eq!(rows.len(), 1, "{older}");
    assert_eq!(rows[0]["message"], "hi");
    assert_eq!(rows[0].get("created_time"), None, "it was not asked for");
}

#[test]
fn e3_only_the_members_of_a_member_that_were_asked_for_are_given() {
    let mut lab = Lab::new();
    let sent = lab.send("desk", "Ana", json!({})).expect("sent");
    let mid = sent["message_id"].as_str().expect("an id").to_owned();
    let message = lab
        .get("desk", &mid, "fields=from{name},to{id}")
        .expect("a message");
    assert_eq!(message["from"], json!({"name": "Lamp", "id": "1048"}));
    assert_eq!(message["to"]["data"], json!([{"id": lab.id("Ana")}]));
}

#[test]
fn a_slash_at_the_end_of_a_path_changes_nothing() {
    let mut lab = Lab::new();
    let mut list = |path: &str| {
        let query = "platform=messenger&limit=1&fields=id";
        lab.get("desk", path, query).expect("a page")
    };
    assert_eq!(list("me/conversations/"), list("me/conversations"));
}
