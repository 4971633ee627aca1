//! R1 … R15, and what people and bots do by themselves.

use serde_json::{Value, json};

use super::*;
use crate::sim::{
    params::Params,
    read, scheduler,
    world::{DAY, HOUR, Message, Sender},
};

#[test]
fn r1_the_window_is_open_for_24_hours_and_a_message_opens_it_again() {
    let mut lab = Lab::new();
    assert_eq!(
        code(lab.send("desk", "Day Old", json!({}))),
        (400, 10, 2_018_278)
    );
    let at = lab.person("Day Old");
    let said = Message::text("m_new".into(), NOW, Sender::Person, "hello?");
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
    assert_eq!(
        code(lab.send("desk", "Idle Ida", json!({}))),
        (400, 10, 2_018_300)
    );
    let tagged = json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"});
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
    lab.world.meta_says(at, "inbox", "hi, Robin here", NOW);
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
    scheduler::advance(&mut lab.world, lab.now);
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
    scheduler::advance(&mut lab.world, lab.now);
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
fn r1_a_reaction_opens_the_window_but_reading_and_our_own_messages_do_not() {
    for (action, opens) in [
        (
            json!({"person": "Day Old", "do": "writes", "text": "hi"}),
            true,
        ),
        (
            json!({"person": "Day Old", "do": "reacts", "text": "👍"}),
            true,
        ),
        (
            json!({"person": "Day Old", "do": "follows", "text": "flyer"}),
            true,
        ),
        (json!({"person": "Day Old", "do": "reads"}), false),
    ] {
        let mut lab = Lab::new();
        let tagged = json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"});
        lab.send("desk", "Day Old", tagged).expect("sent");
        lab.act(action.clone()).expect("done");
        let sent = lab.send("desk", "Day Old", json!({})).is_ok();
        assert_eq!(sent, opens, "{action}");
    }
    let mut lab = Lab::new();
    lab.act(json!({"person": "Week Old", "do": "writes", "text": "hi"}))
        .expect("done");
    lab.pass(DAY + 1);
    lab.act(json!({"person": "Week Old", "do": "reacts", "text": "👍", "mid": "none"}))
        .expect_err("there is no such message");
}

#[test]
fn r2_a_reaction_does_not_prolong_the_seven_days_of_a_person() {
    let mut lab = Lab::new();
    let at = lab.person("Week Old");
    let mid = lab.world.people[at].messages[0].id.clone();
    lab.act(json!({"person": "Week Old", "do": "reacts", "text": "👍", "mid": mid}))
        .expect("done");
    let tagged = json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"});
    assert_eq!(
        code(lab.send("desk", "Week Old", tagged)),
        (400, 10, 2_018_278)
    );
    assert!(lab.send("desk", "Week Old", json!({})).is_ok());
}

#[test]
fn r9_a_token_of_another_page_knows_none_of_our_people() {
    let mut lab = Lab::with("[other_page]\nid = \"9\"\nname = \"Elsewhere\"\n");
    let own = lab.world.apps[0].token.clone();
    let token = format!("{own}{}", read::ELSEWHERE);
    let mut call = |method: &str, path: &str, body: Value| {
        let mut params = Params::default();
        params.add_json(body.to_string().as_bytes()).expect("JSON");
        lab.call_by(&token, method, path, params)
    };
    let me = call("GET", "me", json!({})).expect("a Page");
    assert_eq!(me, json!({"id": "9", "name": "Elsewhere"}));
    let list = call("GET", "me/conversations", json!({})).expect("a list");
    assert_eq!(list["data"], json!([]));
    let body = json!({"recipient": {"id": "7012345678900001"}, "message": {"text": "hi"}});
    assert_eq!(
        code(call("POST", "me/messages", body)),
        (400, 100, 2_018_001)
    );
}

#[test]
fn r10_with_standard_access_only_people_with_a_role_exist() {
    let mut lab = Lab::changed(
        "{ name = \"desk\", id = \"300\" }",
        "{ name = \"desk\", id = \"300\", advanced = false }",
    );
    let ana = lab.person("Ana");
    let list = |lab: &mut Lab| {
        let page = lab.get("desk", "me/conversations", "").expect("a list");
        page["data"].as_array().map(Vec::len)
    };
    assert_eq!(list(&mut lab), Some(0));
    assert_eq!(
        code(lab.send("desk", "Ana", json!({}))),
        (403, 200, 2_018_028)
    );
    lab.act(json!({"person": "Ana", "do": "writes", "text": "hi"}))
        .expect("done");
    assert!(lab.events("desk").is_empty(), "webhooks are withheld");
    lab.world.people[ana].role = true;
    assert_eq!(list(&mut lab), Some(1));
    lab.send("desk", "Ana", json!({})).expect("sent");
    assert!(!lab.events("desk").is_empty());
}

#[test]
fn r11_quick_replies_vanish_after_the_next_message() {
    let replies = json!({"message": {"text": "Which?", "quick_replies": [
        {"content_type": "text", "title": "Red", "payload": "R"}]}});
    let mut lab = Lab::new();
    lab.send("desk", "Ana", replies.clone()).expect("sent");
    lab.act(json!({"person": "Ana", "do": "taps", "text": "Red"}))
        .expect("it is there");
    let last = lab.events("desk").last().map(|e| e.event.clone());
    assert_eq!(
        last.expect("an event")["message"]["quick_reply"]["payload"],
        "R"
    );
    let mut lab = Lab::new();
    lab.send("desk", "Ana", replies).expect("sent");
    lab.send("desk", "Ana", json!({})).expect("sent");
    lab.act(json!({"person": "Ana", "do": "taps", "text": "Red"}))
        .expect_err("it is gone");
}

#[test]
fn r12_a_comment_is_answered_once_within_seven_days_and_opens_nothing() {
    let reply = json!({"recipient": {"comment_id": "c1"}, "message": {"text": "hello"}});
    let comment = json!({"person": "Day Old", "do": "comments", "mid": "c1"});
    let mut lab = Lab::new();
    lab.act(comment.clone()).expect("done");
    let answer = lab
        .post("desk", "me/messages", &reply)
        .expect("whatever the window");
    assert_eq!(answer["recipient_id"], json!(lab.id("Day Old")));
    assert_eq!(
        code(lab.post("desk", "me/messages", &reply)),
        (400, 100, 2_534_025)
    );
    assert_eq!(
        code(lab.send("desk", "Day Old", json!({}))),
        (400, 10, 2_018_278)
    );
    lab.act(json!({"person": "Day Old", "do": "writes", "text": "oh, hello"}))
        .expect("done");
    assert!(lab.send("desk", "Day Old", json!({})).is_ok());
    let mut open = Lab::new();
    open.act(json!({"person": "Ana", "do": "comments", "mid": "c1"}))
        .expect("done");
    open.post("desk", "me/messages", &reply).expect("answered");
    assert!(
        open.send("desk", "Ana", json!({})).is_ok(),
        "and it closes nothing"
    );
    let mut late = Lab::new();
    late.act(comment).expect("done");
    late.now += 7 * DAY + 1;
    assert_eq!(
        code(late.post("desk", "me/messages", &reply)),
        (400, 100, 2_534_025)
    );
}

#[test]
fn r14_a_sticker_is_one_attachment_and_by_a_switch_two() {
    for (more, count) in [("", 1), ("[switches]\nsticker_twice = true\n", 2)] {
        let mut lab = Lab::with(more);
        lab.act(json!({"person": "Ana", "do": "sends_sticker"}))
            .expect("done");
        let event = lab.events("desk").last().map(|e| e.event.clone());
        let message = event.expect("an event")["message"].clone();
        let attachments = message["attachments"]
            .as_array()
            .expect("attachments")
            .clone();
        assert_eq!(attachments.len(), count);
        assert_eq!(attachments[0]["type"], "sticker");
        assert_eq!(attachments[0]["payload"]["sticker_id"], "369239263222822");
    }
}

#[test]
fn r15_a_reply_of_a_person_takes_control_where_the_toggle_is_on() {
    let tagged = json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"});
    let mut lab = Lab::new();
    lab.send("desk", "Bots Own", tagged.clone()).expect("sent");
    assert_eq!(lab.owner("Bots Own"), Some("desk"));
    let lost = lab.events("bot");
    assert!(
        lost.iter()
            .any(|e| e.event["take_thread_control"]["new_owner_app_id"] == "300")
    );
    assert_eq!(
        code(Lab::new().send("shy", "Bots Own", tagged.clone())),
        (400, 10, 2_018_300),
        "the toggle is off"
    );
    let mut off = Lab::with("[switches]\nhuman_agent_takes = false\n");
    assert_eq!(
        code(off.send("desk", "Bots Own", tagged)),
        (400, 10, 2_018_300)
    );
}

#[test]
fn under_the_handover_protocol_the_primary_receiver_takes_and_others_ask() {
    let mut lab = Lab::changed(
        "default_app = \"bot\", instagram",
        "default_app = \"bot\", handover = true, instagram",
    );
    assert_eq!(
        code(lab.control("desk", "take", "Bots Own", json!({}))),
        (400, 10, 0),
        "a secondary receiver may not take"
    );
    lab.control("bot", "take", "Ana", json!({}))
        .expect("the primary receiver may");
    lab.control("bot", "take", "Ana", json!({}))
        .expect("a repeated take was harmless");
    lab.control("desk", "request", "Ana", json!({"metadata": "x"}))
        .expect("asked");
    let asked = lab.events("bot");
    assert!(
        asked
            .iter()
            .any(|e| e.event["request_thread_control"]["requested_owner_app_id"] == "300")
    );
    let rows = lab.get("desk", "me/secondary_receivers", "").expect("rows");
    let first = &rows["data"][0];
    assert_eq!(
        (&first["id"], &first["name"]),
        (&json!("300"), &json!("desk"))
    );
    lab.act(json!({"do": "roles"})).expect("told");
    let roles = lab
        .events("bot")
        .last()
        .map(|e| e.event["app_roles"].clone());
    assert_eq!(roles, Some(json!({"200": ["primary_receiver"]})));
    let mut today = Lab::new();
    assert_eq!(
        code(today.get("desk", "me/secondary_receivers", "")),
        (400, 100, 0)
    );
}

#[test]
fn metas_own_ai_and_done_in_its_inbox_move_control_too() {
    let mut lab = Lab::changed(
        "{ name = \"shy\"",
        "{ name = \"meta_ai\", id = \"9\" },\n  { name = \"shy\"",
    );
    lab.act(json!({"person": "Ana", "do": "ai", "text": "Your AI agent will respond."}))
        .expect("done");
    assert_eq!(lab.owner("Ana"), Some("meta_ai"));
    lab.act(json!({"person": "Ana", "do": "inbox", "text": "Robin here"}))
        .expect("done");
    assert_eq!(lab.owner("Ana"), Some("inbox"));
    lab.act(json!({"person": "Ana", "do": "inbox_done"}))
        .expect("done");
    assert_eq!(lab.owner("Ana"), Some("bot"));
    let passed = lab
        .events("bot")
        .last()
        .map(|e| e.event.clone())
        .expect("an event");
    assert_eq!(
        passed["pass_thread_control"]["metadata"],
        "Pass thread control from Page Inbox"
    );
}

#[test]
fn a_timeline_happens_at_its_times_and_the_same_in_every_run() {
    let lines = r#"
[[timeline]]
at = "+10s"
person = "Ana"
do = "writes"
text = "are you there?"
[[timeline]]
at = "+20s"
person = "Ana"
do = "edits"
text = "is anybody there?"
[[timeline]]
at = "+30s"
do = "enforces"
text = "spam"
"#;
    let run = |steps: &[i64]| {
        let mut lab = Lab::with(lines);
        for step in steps {
            lab.pass(*step);
        }
        lab.world.journal.iter().cloned().collect::<Vec<_>>()
    };
    let slow = run(&[1_000; 40]);
    assert_eq!(slow, run(&[40_000]), "a time-lapse is no other world");
    let times: Vec<_> = slow
        .iter()
        .filter(|e| e.app == 0)
        .map(|e| e.event["timestamp"].as_i64().unwrap_or(0) - NOW)
        .collect();
    assert_eq!(times, [10_000, 20_000, 30_000]);
}

#[test]
fn a_storm_pours_at_its_rate() {
    let mut lab = Lab::new();
    lab.world.storm = Some(super::super::world::Storm {
        from: NOW,
        rate: 100,
        total: 250,
        done: 0,
    });
    let said = |lab: &Lab| {
        lab.world
            .people
            .iter()
            .map(|p| p.messages.len())
            .sum::<usize>()
    };
    let before = said(&lab);
    lab.pass(1_000);
    assert_eq!(said(&lab) - before, 100);
    lab.pass(60_000);
    assert_eq!(said(&lab) - before, 250);
}
