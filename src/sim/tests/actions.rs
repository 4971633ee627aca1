//! What people, Meta and its inbox do: each action by its event, in a timeline as by
//! order.

use serde_json::{Value, json};

use super::{Lab, NOW};
use crate::{
    clock::Timestamp,
    sim::{
        options::Options,
        scenario,
        world::{ACTIONS, Needs, Sender, body},
    },
};

/// What the Page's profile holds for people to tap.
fn set_up() -> Lab {
    let mut lab = Lab::new();
    let profile = json!({
        "get_started": {"payload": "BEGIN"},
        "persistent_menu": [
            {"locale": "default", "call_to_actions": [
                {"type": "postback", "title": "Orders", "payload": "ORDERS"},
                {"type": "web_url", "title": "Shop", "url": "https://lamp.example"}]}],
        "ice_breakers": [{"locale": "default", "call_to_actions": [
            {"question": "Where are you?", "payload": "WHERE"}]}],
    });
    lab.post("desk", "me/messenger_profile", &profile)
        .expect("a good profile");
    lab
}

/// The newest event of an app: its channel, its field and what it says.
fn newest(lab: &Lab, app: &str) -> (&'static str, &'static str, Value) {
    let events = lab.events(app);
    let event = events.last().expect("an event");
    (event.channel, event.field, event.event.clone())
}

fn holds(event: &Value, wanted: &Value) -> bool {
    match (event, wanted) {
        (Value::Object(event), Value::Object(wanted)) => wanted
            .iter()
            .all(|(key, wanted)| event.get(key).is_some_and(|event| holds(event, wanted))),
        (Value::Array(event), Value::Array(wanted)) => {
            event.len() == wanted.len() && event.iter().zip(wanted).all(|(e, w)| holds(e, w))
        }
        (event, wanted) => event == wanted,
    }
}

#[test]
fn what_a_person_does_is_told_as_meta_tells_it() {
    let message = |kind: &str, payload: Value| json!({"message": {"attachments": [{"type": kind, "payload": payload}]}});
    let file = |name: &str| json!({"url": format!("https://cdn.example/{name}?oe=6a000000")});
    for (what, text, field, event) in [
        (
            "sends_photo",
            "a.jpg",
            "messages",
            message("image", file("a.jpg")),
        ),
        (
            "sends_video",
            "a.mp4",
            "messages",
            message("video", file("a.mp4")),
        ),
        (
            "sends_audio",
            "a.mp3",
            "messages",
            message("audio", file("a.mp3")),
        ),
        (
            "sends_file",
            "a.pdf",
            "messages",
            message("file", file("a.pdf")),
        ),
        (
            "sends_location",
            "48.2082, -16.5",
            "messages",
            message(
                "location",
                json!({"coordinates": {"lat": 48.2082, "long": -16.5}}),
            ),
        ),
        (
            "gets_started",
            "flyer",
            "messaging_postbacks",
            json!({"postback": {"title": "Get Started", "payload": "BEGIN",
                   "referral": {"ref": "flyer", "source": "SHORTLINK", "type": "OPEN_THREAD"}}}),
        ),
        (
            "taps_ice_breaker",
            "Where are you?",
            "messaging_postbacks",
            json!({"postback": {"title": "Where are you?", "payload": "WHERE"}}),
        ),
        (
            "taps_menu",
            "Orders",
            "messaging_postbacks",
            json!({"postback": {"title": "Orders", "payload": "ORDERS"}}),
        ),
        (
            "follows",
            "flyer",
            "messaging_referrals",
            json!({"referral": {"ref": "flyer", "source": "SHORTLINK", "type": "OPEN_THREAD"}}),
        ),
        (
            "follows_ad",
            "spring",
            "messaging_referrals",
            json!({"referral": {"ref": "spring", "source": "ADS", "ad_id": "6045246247433",
                   "ads_context_data": {"ad_title": "Lamp"}}}),
        ),
        (
            "opts_in",
            "news",
            "messaging_optins",
            json!({"optin": {"type": "notification_messages", "payload": "news"}}),
        ),
        (
            "opts_out",
            "news",
            "messaging_optins",
            json!({"optin": {"notification_messages_status": "STOP_NOTIFICATIONS"}}),
        ),
    ] {
        let mut lab = set_up();
        lab.act(json!({"person": "Ana", "do": what, "text": text}))
            .expect(what);
        let (channel, told, heard) = newest(&lab, "desk");
        assert_eq!((channel, told), ("messaging", field), "{what}");
        assert!(holds(&heard, &event), "{what}: {heard}");
        assert_eq!(heard["sender"]["id"], lab.id("Ana"), "{what}");
        // The window is open (R1).
        lab.pass(23 * 3_600_000);
        lab.send("desk", "Ana", json!({"messaging_type": "RESPONSE"}))
            .expect(what);
    }
}

#[test]
fn what_is_not_there_cannot_be_tapped() {
    let mut bare = Lab::new();
    let mut lab = set_up();
    let tap = |what: &str, text: &str| json!({"person": "Ana", "do": what, "text": text});
    let why = |lab: &mut Lab, what: &str, text: &str| lab.act(tap(what, text)).expect_err(what);
    assert!(why(&mut bare, "gets_started", "").contains("get_started"));
    assert!(why(&mut bare, "taps_menu", "Orders").contains("no menu entry"));
    assert!(why(&mut bare, "taps_ice_breaker", "Who?").contains("no ice breaker"));
    assert!(why(&mut lab, "taps_menu", "Order").contains("\"Orders\", \"Shop\""));
    assert!(why(&mut lab, "taps_menu", "Shop").contains("web page"));
    assert!(why(&mut lab, "taps_ice_breaker", "Who?").contains("\"Where are you?\""));
    assert!(why(&mut lab, "sends_location", "Vienna").contains("48.2082"));
    assert!(why(&mut lab, "sends_location", "91, 0").contains("91, 0"));
    assert!(why(&mut lab, "taps", "Nothing").contains("no such"));
    let insta = json!({"person": "Insta", "do": "gets_started"});
    assert!(lab.act(insta).is_err(), "Instagram has no Get Started");
    // A person's own menu comes first, and the language counts.
    let psid = lab.id("Ana");
    let own = json!({"psid": psid, "persistent_menu": [{"locale": "default", "call_to_actions": [
        {"type": "postback", "title": "Mine", "payload": "MINE"}]}]});
    lab.post("desk", "me/custom_user_settings", &own)
        .expect("a menu");
    lab.act(tap("taps_menu", "Mine")).expect("it is there");
    assert!(lab.act(tap("taps_menu", "Orders")).is_err());
}

#[test]
fn stories_and_what_disappears_are_told_and_read_as_on_instagram() {
    for (what, heard, read) in [
        (
            "mentions_in_story",
            json!({"attachments": [{"type": "story_mention", "payload": {"url": "https://cdn.example/story"}}]}),
            json!({"story": {"mention": {"link": "https://cdn.example/story"}}}),
        ),
        (
            "answers_story",
            json!({"text": "so pretty", "reply_to": {"story": {"url": "https://cdn.example/story"}}}),
            json!({"message": "so pretty", "story": {"link": "https://cdn.example/story"}}),
        ),
        (
            "sends_disappearing",
            json!({"attachments": [{"type": "ephemeral"}]}),
            json!({"is_unsupported": true}),
        ),
    ] {
        let mut lab = set_up();
        let order = json!({"person": "Insta", "do": what, "text": "so pretty"});
        lab.act(order.clone()).expect(what);
        let (_, _, event) = newest(&lab, "desk");
        assert!(holds(&event["message"], &heard), "{what}: {event}");
        let mid = event["message"]["mid"].as_str().expect("a mid");
        let fields = "fields=message,story,is_unsupported";
        let answer = lab.get("desk", mid, fields).expect("a message");
        assert!(holds(&answer, &read), "{what}: {answer}");
        let mut on_messenger = order;
        on_messenger["person"] = json!("Ana");
        let why = lab.act(on_messenger).expect_err("Messenger has none");
        assert!(why.contains("Messenger"), "{why}");
    }
}

#[test]
fn an_ad_also_stands_on_the_first_message_after_it() {
    let mut lab = Lab::new();
    let ad = json!({"person": "Ana", "do": "follows_ad", "text": "spring"});
    lab.act(ad).expect("an ad");
    for (text, source) in [("hi", json!("ADS")), ("there", Value::Null)] {
        let writes = json!({"person": "Ana", "do": "writes", "text": text});
        lab.act(writes).expect("a message");
        let (_, _, heard) = newest(&lab, "desk");
        assert_eq!(heard["message"]["referral"]["source"], source, "{text}");
    }
}

#[test]
fn comments_and_labels_are_told_as_changes() {
    let mut lab = Lab::new();
    let acts = |lab: &mut Lab, person: &str, what: &str, text: &str| {
        let action = json!({"person": person, "do": what, "text": text, "mid": "122_5"});
        lab.act(action).expect(what);
        newest(lab, "bot")
    };
    let (channel, field, heard) = acts(&mut lab, "Ana", "comments", "nice");
    assert_eq!((channel, field), ("changes", "feed"));
    let comment = json!({"field": "feed", "value": {"item": "comment", "verb": "add",
        "comment_id": "122_5", "message": "nice", "created_time": NOW / 1_000,
        "from": {"id": lab.id("Ana"), "name": "Ana"}}});
    assert!(holds(&heard, &comment), "{heard}");
    // Such an entry has no messaging, and counts its time in seconds.
    let told = lab
        .events("bot")
        .into_iter()
        .last()
        .cloned()
        .expect("an event");
    let sent = body(&lab.world.page, &[told], NOW);
    let sent: Value = serde_json::from_str(&sent).expect("JSON");
    let entry = json!({"object": "page", "entry": [
        {"id": "1048", "time": NOW / 1_000, "changes": [comment]}]});
    assert!(holds(&sent, &entry), "{sent}");
    assert_eq!(sent["entry"][0].get("messaging"), None);
    let (_, field, heard) = acts(&mut lab, "Insta", "comments", "nice");
    assert_eq!(field, "comments");
    let comment = json!({"value": {"id": "122_5", "text": "nice", "from": {"username": "insta"}}});
    assert!(holds(&heard, &comment), "{heard}");

    let ana = lab.id("Ana");
    let label = |action: &str| {
        json!({"field": "inbox_labels", "value": {"action": action, "user": {"id": ana},
               "label": {"page_label_name": "VIP"}}})
    };
    let (channel, field, heard) = acts(&mut lab, "Ana", "inbox_labels", "VIP");
    assert_eq!((channel, field), ("changes", "inbox_labels"));
    assert!(holds(&heard, &label("add")), "{heard}");
    // It is a label like any other: an app sees it and takes it off, and all are told.
    let labels = lab
        .get(
            "desk",
            &format!("{ana}/custom_labels"),
            "fields=page_label_name",
        )
        .expect("labels");
    let id = labels["data"][0]["id"].as_str().expect("an id").to_owned();
    let before = lab.world.journal.len();
    lab.delete("desk", &format!("{id}/label"), &json!({"user": ana}))
        .expect("taken off");
    let (_, _, heard) = newest(&lab, "bot");
    assert!(holds(&heard, &label("remove")), "{heard}");
    // What changes nothing is told to nobody.
    let count = lab.world.journal.len();
    assert_eq!(count - before, lab.world.apps.len());
    lab.delete("desk", &format!("{id}/label"), &json!({"user": ana}))
        .expect("off already");
    assert_eq!(lab.world.journal.len(), count);
    let gone = json!({"person": "Ana", "do": "inbox_unlabels", "text": "VIP"});
    assert!(lab.act(gone).is_err());
}

#[test]
fn a_page_that_meta_blocks_cannot_send_until_it_is_lifted() {
    let mut lab = Lab::new();
    for (what, action, sends) in [
        ("warns", "warning", true),
        ("enforces", "block", false),
        ("lifts", "unblock", true),
    ] {
        lab.act(json!({"do": what, "text": "spam"})).expect(what);
        let (_, field, heard) = newest(&lab, "desk");
        assert_eq!(field, "messaging_policy_enforcement");
        let policy = json!({"policy_enforcement": {"action": action, "reason": "spam"}});
        assert!(holds(&heard, &policy), "{heard}");
        assert_eq!(lab.send("desk", "Ana", json!({})).is_ok(), sends, "{what}");
    }
}

#[test]
fn people_join_while_it_runs_as_a_scenario_would_have_them() {
    let mut lab = Lab::new();
    let before = lab.world.people.len();
    for (order, why) in [
        (json!({"nmae": "Mia"}), "nmae"),
        (json!({}), "missing key `name`"),
        (json!({"name": "Mia", "owner": "bto"}), "\"bto\""),
        (
            json!({"name": "Mia", "say": [{"at": "noon", "by": "customer"}]}),
            "\"noon\"",
        ),
        (json!({"name": "Ana"}), "already"),
    ] {
        let error = scenario::join(&mut lab.world, &order, NOW).expect_err(why);
        assert!(error.contains(why), "{order}: {error}");
        assert!(!error.contains("line "), "there is no file: {error}");
        assert_eq!(lab.world.people.len(), before, "{order}");
    }
    let order = json!({"name": "Mia \"M\" Wong\u{1f44d}", "locale": "en_GB", "life": "quiet",
        "answers": ["ok"], "say": [{"at": "+5s", "by": "customer", "text": "hello"}]});
    let at = scenario::join(&mut lab.world, &order, NOW).expect("she joins");
    let mia = lab.world.people[at].id.clone();
    assert_eq!(lab.world.people[at].name, order["name"]);
    let listed = |lab: &mut Lab| {
        let list = lab.get("desk", "me/conversations", &format!("user_id={mia}"));
        list.expect("a list")["data"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(
        listed(&mut lab),
        0,
        "who has said nothing has no conversation"
    );
    lab.pass(5_100);
    assert_eq!(listed(&mut lab), 1);
    assert_eq!(lab.owner(&lab.world.people[at].name), Some("bot"));
    let (_, field, heard) = newest(&lab, "bot");
    assert_eq!(field, "messages");
    assert_eq!(heard["sender"]["id"], mia);
}

/// Apps of any name, or none: Meta's own are known by their ids, and whoever is the
/// default app is the bot.
#[test]
fn a_world_needs_neither_a_bot_nor_an_inbox_nor_a_desk() {
    let page = "[page]\nid = \"1048\"\nname = \"Lamp\"\n";
    let person = "[[person]]\nname = \"Ana\"\nlife = \"escalates\"\nsay = [{ at = \"-1h\", by = \"customer\", text = \"hi\" }]\n";
    for apps in [
        "",
        "[[app]]\nname = \"helper\"\nid = \"5\"\n",
        "[[app]]\nname = \"Business Suite\"\nid = \"263902037430900\"\n",
    ] {
        let mut lab = Lab::of(&format!("{page}{apps}{person}"));
        lab.pass(3_600_000);
        for what in ["writes", "inbox", "ai"] {
            lab.act(json!({"person": "Ana", "do": what, "text": "hello"}))
                .expect(what);
        }
        let inbox = lab.world.meta_app("inbox").expect("Meta's own");
        assert_eq!(lab.world.apps[inbox].id, "263902037430900");
        let said = lab.world.people[0].messages.iter();
        let by_inbox = said.filter(|m| m.sender == Sender::App(inbox)).count();
        assert_eq!(by_inbox, 1, "{apps}");
        lab.act(json!({"person": "Ana", "do": "inbox_done"}))
            .expect("done");
        assert_eq!(lab.world.people[0].folder, "page_done");
    }
    let helped = format!(
        "{}default_app = \"helper\"\n[[app]]\nname = \"helper\"\nid = \"5\"\n",
        page
    );
    let options = Options {
        scenario: Some(helped),
        conversations: 9,
        messages: 50,
        ..Options::default()
    };
    let world = scenario::build(&options, Timestamp::from_millis(NOW)).expect("a world");
    let helper = world.app_named("helper");
    assert!(world.people.iter().all(|person| person.owner == helper));
}

/// Every word is read in a timeline and by order, and an unknown one names them all.
#[test]
fn each_action_is_known_in_a_timeline_and_by_order() {
    for (word, kind, needs) in ACTIONS {
        let who = match kind.is_instagrams() {
            true => "Insta",
            false => "Ana",
        };
        let person = match needs {
            Needs::Nothing => String::new(),
            _ => format!("person = \"{who}\"\n"),
        };
        let app = match needs {
            Needs::App => "app = \"bot\"\n",
            _ => "",
        };
        let text = match word {
            "sends_location" => "1,2",
            "taps_menu" => "Orders",
            "taps_ice_breaker" => "Where are you?",
            _ => "hi",
        };
        let line = format!(
            "[[timeline]]\nat = \"+1s\"\ndo = \"{word}\"\ntext = \"{text}\"\n{person}{app}"
        );
        let mut lab = Lab::with(&line);
        lab.pass(2_000);
        let mut order = json!({"do": word, "text": text});
        if needs != Needs::Nothing {
            order["person"] = json!(who);
        }
        if needs == Needs::App {
            order["app"] = json!("bot");
        }
        let mut ready = set_up();
        for before in ["inbox_labels", "reacts"] {
            let text = if before == "reacts" { "👍" } else { "hi" };
            let order = json!({"person": "Ana", "do": before, "text": text});
            ready.act(order).expect(before);
        }
        match (word, ready.act(order)) {
            // Nothing there has such a button.
            ("taps", done) => assert!(done.is_err()),
            (_, done) => assert_eq!(done, Ok(()), "{word}"),
        }
    }
    let error = Lab::new()
        .act(json!({"person": "Ana", "do": "flies"}))
        .expect_err("nobody flies");
    for (word, ..) in ACTIONS {
        assert!(error.contains(word), "{word} is not in: {error}");
    }
}
