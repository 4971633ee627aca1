//! W1 … W14 of the platform page, and every kind of event, through real HTTP:
//! what Meta calls the desk with, and what the cache holds after the 200.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use rusqlite::Connection;
use serde_json::{Value, json};
use support::{http::*, wing::*};
use tokio_util::sync::CancellationToken;

use switchboard::{
    clock::Clock,
    domain::{
        AppId, Author, Change, ConversationId, Item, Link, LocalId, Mid, Operation, Part, Psid,
        Random, Severity, ThreadOwner, TimelineEvent, Timestamp,
    },
    sim::{DeliveryFault, Fault, Options},
};

const US: &str = "300000000000002";

const BOT: &str = "200000000000001";

const INBOX: &str = "263902037430900";

/// A quiet Page: nobody does anything by themselves.
const QUIET: &str = r#"
page = { id = "104857600000001", name = "Lamp", instagram_id = "17841", instagram_name = "lamp", default_app = "bot", instagram_default_app = "bot" }
app = [{ name = "switchboard", id = "300000000000002" }, { name = "bot", id = "200000000000001" }, { name = "inbox", id = "263902037430900" }]
[[person]]
name = "Ana"
owner = "switchboard"
say = [{ at = "-2h", by = "bot", text = "hi" }, { at = "-1h", by = "customer", text = "help" }]
[[person]]
name = "Ben"
owner = "bot"
say = [{ at = "-1h", by = "customer", text = "help" }]
[[person]]
name = "Newcomer"
"#;

struct Stage {
    wing: Wing,
    ana: (ConversationId, Psid),
    /// Milliseconds of now, for events.
    now: i64,
}

impl Stage {
    async fn new() -> Self {
        let mut wing = Wing::start(Some(QUIET)).await;
        let ana = wing.person("Ana").await;
        wing.person("Ben").await;
        let now = Clock::system().now().as_millis();
        Self { wing, ana, now }
    }

    /// An event of Ana's, so many milliseconds from now.
    fn event(&self, after: i64, what: Value) -> Value {
        let mut event = json!({"sender": {"id": self.ana.1.as_str()}, "recipient": {"id": PAGE},
                               "timestamp": self.now + after});
        extend(&mut event, what);
        event
    }

    /// An echo: sender and recipient are swapped.
    fn echo(&self, after: i64, message: Value) -> Value {
        let mut event = json!({"sender": {"id": PAGE}, "recipient": {"id": self.ana.1.as_str()},
                               "timestamp": self.now + after, "message": {"is_echo": true}});
        extend(&mut event["message"], message);
        event
    }

    fn items(&self) -> Vec<Item> {
        self.wing.thread(&self.ana.0).items
    }

    fn message(&self, mid: &str) -> switchboard::domain::Message {
        self.find(mid)
            .unwrap_or_else(|| panic!("{mid} in {:?}", self.items()))
    }

    fn find(&self, mid: &str) -> Option<switchboard::domain::Message> {
        self.items().into_iter().find_map(|item| match item {
            Item::Message(m) if m.mid == Mid::new(mid) => Some(m),
            _ => None,
        })
    }

    fn happenings(&self) -> Vec<TimelineEvent> {
        let items = self.items().into_iter();
        items
            .filter_map(|item| match item {
                Item::Event { what, .. } => Some(what),
                _ => None,
            })
            .collect()
    }

    fn owner(&self) -> ThreadOwner {
        self.wing.thread(&self.ana.0).conversation.owner
    }
}

fn extend(value: &mut Value, more: Value) {
    if let (Some(map), Value::Object(more)) = (value.as_object_mut(), more) {
        map.extend(more);
    }
}

fn says(mid: &str, text: &str) -> Value {
    json!({"message": {"mid": mid, "text": text}})
}

#[test]
fn w1_an_echo_before_the_answer_sends_the_reply_once() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage.wing.connect();
        stage
            .wing
            .simulator
            .fail_next("/messages", Fault::Slow(3_000));
        stage.wing.send(&stage.ana, "one", "hello").await;
        let one = LocalId::new("one");
        stage
            .wing
            .news(
                "the echo",
                |c| matches!(c, Change::ReplySent { local, .. } if *local == one),
            )
            .await;
        assert!(
            stage.wing.posts().is_empty(),
            "the call is not answered yet"
        );
        let echo = stage.items().into_iter().filter(|item| match item {
            Item::Message(m) => m.text == "hello" && m.author == Author::Me,
            _ => false,
        });
        assert_eq!(echo.count(), 1);
        stage.wing.end().await;
    });
}

#[test]
fn w2_the_same_delivery_again_changes_nothing() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let events = [
            stage.event(0, says("m_1", "where is it?")),
            stage.event(
                5,
                json!({"reaction": {"mid": "m_1", "action": "react", "emoji": "👍"}}),
            ),
            stage.echo(
                9,
                json!({"mid": "m_2", "app_id": 200_000_000_000_001_i64, "text": "soon"}),
            ),
        ];
        stage.wing.hear(&events).await;
        let before = (stage.items(), stage.wing.thread(&stage.ana.0).conversation);
        stage.wing.hear(&events).await;
        stage.wing.hear(&events).await;
        let after = (stage.items(), stage.wing.thread(&stage.ana.0).conversation);
        assert_eq!(before, after);
        assert_eq!(after.1.unread, 0, "the bot has answered");
        stage.wing.end().await;
    });
}

#[test]
fn w3_a_wrong_or_missing_signature_changes_nothing() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let before = stage.items();
        let body = body("messaging", &[stage.event(0, says("m_forged", "evil"))]);
        let good = sha256(&stage.wing.secret, body.as_bytes());
        let wrong = sha256("another secret", body.as_bytes());
        let of_other_bytes = sha256(&stage.wing.secret, b"{}");
        for signature in [
            None,
            Some(wrong.as_str()),
            Some(&of_other_bytes),
            Some("sha256="),
            Some(&good[7..]),
        ] {
            assert_eq!(
                stage.wing.deliver_signed(&body, signature).await,
                401,
                "{signature:?}"
            );
        }
        assert_eq!(stage.items(), before);
        assert_eq!(stage.wing.deliver_signed(&body, Some(&good)).await, 200);
        assert!(stage.find("m_forged").is_some());
        // The simulator can forge, too; Meta's own retry then brings it.
        stage.wing.end().await;
    });
}

#[test]
fn w4_bodies_in_any_script_are_checked_as_they_came() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage.wing.connect();
        stage
            .wing
            .deed(json!({"person": "Ana", "do": "writes", "text": "ÄÖ/ 担当 😀 👨‍👩‍👧"}))
            .await;
        let ana = stage.ana.0.clone();
        let text = stage
            .wing
            .until("the message", move |reader| {
                let row = reader.conversation(&ana).expect("a cache").expect("a row");
                (row.snippet != "help").then_some(row.snippet)
            })
            .await;
        assert_eq!(text, "ÄÖ/ 担当 😀 👨‍👩‍👧");
        stage.wing.end().await;
    });
}

#[test]
fn w5_messaging_and_standby_in_several_entries_are_all_read() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let body = json!({"object": "page", "entry": [
            {"id": PAGE, "time": stage.now, "messaging": [stage.event(0, says("m_1", "a")), stage.event(1, says("m_2", "b"))]},
            {"id": PAGE, "time": stage.now, "standby": [stage.event(2, says("m_3", "c"))], "messaging": []},
            {"id": PAGE, "time": stage.now, "changes": [{"field": "feed", "value": {}}]},
        ]});
        assert_eq!(stage.wing.deliver(&body.to_string()).await, 200);
        let texts: Vec<String> = ["m_1", "m_2", "m_3"].map(|mid| stage.message(mid).text).into();
        assert_eq!(texts, ["a", "b", "c"]);
        assert_eq!(stage.owner(), ThreadOwner::NotUs, "the last one came on standby");
        stage.wing.end().await;
    });
}

#[test]
fn w6_deliveries_without_ids_or_a_moment_move_the_watermark_and_never_back() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let marks = |stage: &Stage| {
            let row = stage.wing.thread(&stage.ana.0).conversation;
            (row.delivered_through, row.read_through)
        };
        let at = |ms: i64| Some(Timestamp::from_millis(ms));
        let bare = json!({"sender": {"id": stage.ana.1.as_str()}, "recipient": {"id": PAGE},
                          "delivery": {"watermark": stage.now}});
        stage.wing.hear(&[bare]).await;
        assert_eq!(marks(&stage), (at(stage.now), None));
        stage
            .wing
            .hear(&[stage.event(
                5,
                json!({"delivery": {"watermark": stage.now - 50, "mids": ["m"]}}),
            )])
            .await;
        stage
            .wing
            .hear(&[stage.event(
                6,
                json!({"read": {"watermark": (stage.now + 3).to_string()}}),
            )])
            .await;
        assert_eq!(marks(&stage), (at(stage.now), at(stage.now + 3)));
        stage.wing.end().await;
    });
}

#[test]
fn w7_ids_and_times_are_numbers_or_texts() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let number: i64 = stage.ana.1.as_str().parse().expect("digits");
        let page: i64 = PAGE.parse().expect("digits");
        let event = json!({"sender": {"id": number}, "recipient": {"id": page}, "timestamp": stage.now.to_string(),
                           "message": {"mid": "m_n", "text": "numbers"}});
        let body = json!({"object": "page", "entry": [{"id": page, "time": "5", "messaging": [event]}]});
        assert_eq!(stage.wing.deliver(&body.to_string()).await, 200);
        assert_eq!(stage.message("m_n").at, Timestamp::from_millis(stage.now));
        stage.wing.end().await;
    });
}

#[test]
fn w8_what_nobody_knows_is_kept_and_takes_nothing_with_it() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let odd = json!({"message": {"mid": "m_odd", "attachments": [{"type": "hologram", "payload": 7}], "new": 1}});
        let events = [
            stage.event(0, odd),
            stage.event(1, json!({"brand_new": {"a": [1]}})),
            json!(7),
            json!({"sender": {"id": stage.ana.1.as_str()}, "message": {"mid": {}}}),
            stage.event(2, says("m_after", "still here")),
        ];
        stage.wing.hear(&events).await;
        assert_eq!(stage.message("m_odd").parts, [Part::Unsupported]);
        assert!(stage.happenings().contains(&TimelineEvent::Unknown("brand_new".into())));
        assert_eq!(stage.message("m_after").text, "still here");
        let raw = stage.wing.reader.raw(&stage.ana.0, 10).expect("a cache");
        assert!(raw.iter().any(|json| json.contains("brand_new")), "kept raw: {raw:?}");
        stage.wing.end().await;
    });
}

#[test]
fn w9_words_about_a_message_wait_for_it() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let events = [
            stage.event(
                30,
                json!({"reaction": {"mid": "m_later", "action": "react", "reaction": "love"}}),
            ),
            stage.event(
                40,
                json!({"message_edit": {"mid": "m_later", "text": "third", "num_edit": "2"}}),
            ),
            stage.event(
                35,
                json!({"message_edit": {"mid": "m_later", "text": "second", "num_edit": 1}}),
            ),
            stage.event(
                50,
                json!({"message": {"mid": "m_gone", "is_deleted": true}}),
            ),
        ];
        stage.wing.hear(&events).await;
        assert!(stage.find("m_later").is_none());
        let late = [
            stage.event(10, says("m_later", "first")),
            stage.event(11, says("m_gone", "a secret")),
        ];
        stage.wing.hear(&late).await;
        let message = stage.message("m_later");
        assert_eq!(
            (message.text.as_str(), message.annotations.edits),
            ("third", 2)
        );
        assert_eq!(message.annotations.reactions[0].emoji, "❤");
        let gone = stage.message("m_gone");
        assert!(gone.annotations.unsent && gone.text.is_empty(), "{gone:?}");
        let raw = stage.wing.reader.raw(&stage.ana.0, 20).expect("a cache");
        assert!(raw.iter().all(|json| !json.contains("a secret")));
        stage
            .wing
            .hear(&[stage.event(
                60,
                json!({"reaction": {"mid": "m_later", "action": "unreact"}}),
            )])
            .await;
        assert!(stage.message("m_later").annotations.reactions.is_empty());
        stage.wing.end().await;
    });
}

#[test]
fn w10_a_hand_over_of_an_unknown_thread_waits_for_the_thread() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        let about = stage.wing.simulator.about("");
        let people = about["people"].as_array().expect("people").clone();
        let newcomer = people.iter().find(|p| p["name"] == "Newcomer").expect("her");
        let psid = newcomer["id"].as_str().expect("an id").to_owned();
        let event = |what: Value| {
            let mut event = json!({"sender": {"id": psid}, "recipient": {"id": PAGE}, "timestamp": stage.now});
            extend(&mut event, what);
            event
        };
        let note = json!({"v": 1, "intent": "refund"}).to_string();
        let pass = json!({"pass_thread_control": {"previous_owner_app_id": BOT, "new_owner_app_id": US, "metadata": note}});
        stage.wing.hear(&[event(pass)]).await;
        let kept = stage.wing.reader.parked(&Psid::new(psid.as_str())).expect("a cache");
        assert_eq!(kept.len(), 1, "on the disk before the 200");
        // Then the list knows her; the next event asks for her.
        for deed in [
            json!({"person": "Newcomer", "do": "passes", "app": "switchboard"}),
            json!({"person": "Newcomer", "do": "writes", "text": "hi"}),
        ] {
            stage.wing.deed(deed).await;
        }
        let wanted = Psid::new(psid.as_str());
        stage.wing.hear(&[event(says("m_new", "hi again"))]).await;
        let id = stage
            .wing
            .until("her thread", move |reader| {
                let row = reader.conversation_of(&wanted).expect("a cache")?;
                let kept = reader.parked(&wanted).expect("a cache");
                (row.owner == ThreadOwner::Us && kept.is_empty()).then_some(row.id)
            })
            .await;
        let told = stage.wing.thread(&id).items.into_iter().any(|item| {
            matches!(item, Item::Event { what: TimelineEvent::Moved { note, .. }, .. } if note[0].1 == "refund")
        });
        assert!(told);
        stage.wing.end().await;
    });
}

#[test]
fn w11_control_ends_without_an_event_and_the_clock_says_so() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let day = 24 * 3_600_000;
        stage
            .wing
            .hear(&[stage.event(0, says("m_1", "hello"))])
            .await;
        let row = stage.wing.thread(&stage.ana.0).conversation;
        assert_eq!(row.owner, ThreadOwner::Us);
        let until = row.control_until.expect("a moment").as_millis();
        assert!(
            (until - stage.now - day).abs() < 5_000,
            "24 hours from the message"
        );
        stage.wing.end().await;
    });
}

#[test]
fn w11_control_is_counted_by_metas_clock_whatever_ours_says() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage.wing.order("clock", json!({"by": "+5h"})).await;
        let hours = 3_600_000;
        // An answer of the Graph API tells how far apart the clocks are.
        stage
            .wing
            .commands
            .send(switchboard::domain::Command::Refresh)
            .await
            .expect("taken");
        stage
            .wing
            .news(
                "the skew",
                |c| matches!(c, Change::Skew(ms) if *ms > 4 * hours),
            )
            .await;
        let event = stage.event(5 * hours + 10_000, says("m_1", "hello"));
        stage.wing.hear(&[event]).await;
        let row = stage.wing.thread(&stage.ana.0).conversation;
        let until = row.control_until.expect("a moment").as_millis();
        assert_eq!(until, stage.now + 29 * hours + 10_000);
        stage.wing.end().await;
    });
}

#[test]
fn w12_the_inbox_taking_over_is_seen_and_named() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let take = json!({"take_thread_control": {"previous_owner_app_id": US, "new_owner_app_id": INBOX}});
        stage.wing.hear(&[stage.event(1_000, take)]).await;
        let inbox = AppId::new(INBOX);
        assert_eq!(stage.owner(), ThreadOwner::App(inbox.clone()));
        let echo = stage.echo(1_001, json!({"mid": "m_in", "app_id": 263_902_037_430_900_i64, "text": "Robin here"}));
        assert_eq!(stage.wing.deliver(&body("standby", &[echo])).await, 200);
        assert_eq!(stage.message("m_in").author, Author::Inbox);
        let moved = stage.happenings().into_iter().any(|what| {
            matches!(what, TimelineEvent::Moved { taken: true, to: Some(to), .. } if to == inbox)
        });
        assert!(moved);
        stage.wing.end().await;
    });
}

#[test]
fn w13_a_pass_from_nobody_is_a_pass() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let pass = json!({"pass_thread_control": {"previous_owner_app_id": null, "new_owner_app_id": BOT}});
        stage.wing.hear(&[stage.event(1_000, pass)]).await;
        assert_eq!(stage.owner(), ThreadOwner::App(AppId::new(BOT)));
        stage.wing.end().await;
    });
}

#[test]
fn w14_the_handshake_wants_the_right_token_and_gives_the_challenge_back() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let (_, token) = stage
            .wing
            .simulator
            .secrets("switchboard")
            .expect("the desk's app");
        for (mode, given, status, text) in [
            ("subscribe", token.as_str(), 200, "1158201444"),
            ("subscribe", "wrong", 403, ""),
            ("subscribe", "", 403, ""),
            ("unsubscribe", &token, 403, ""),
        ] {
            let query = [
                ("hub.mode", mode),
                ("hub.challenge", "1158201444"),
                ("hub.verify_token", given),
            ];
            let url = format!("http://{}/", stage.wing.door);
            let answer = http()
                .get(url)
                .query(&query)
                .send()
                .await
                .expect("an answer");
            assert_eq!(answer.status().as_u16(), status, "{mode} {given}");
            assert_eq!(answer.text().await.expect("text"), text);
        }
        let put = http()
            .put(format!("http://{}/", stage.wing.door))
            .send()
            .await
            .expect("an answer");
        assert_eq!(put.status().as_u16(), 405);
        stage.wing.end().await;
    });
}

#[test]
fn every_kind_of_event_ends_in_the_thread() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let tap = json!({"message": {"mid": "m_q", "text": "Red", "quick_reply": {"payload": "R"}}});
        let reply = json!({"message": {"mid": "m_r", "text": "this one", "reply_to": {"mid": "m_q"}}});
        let files = json!({"message": {"mid": "m_f", "attachments": [
            {"type": "image", "payload": {"url": "https://x.example/a.jpg"}},
            {"type": "sticker", "payload": {"sticker_id": 369_239_263_222_822_i64}},
            {"type": "image", "payload": {"sticker_id": "369239263222822"}},
            {"type": "fallback", "title": "A page", "payload": {"url": "https://x.example"}},
            {"type": "template", "payload": {"elements": [{"title": "Card", "buttons": [{"title": "Go"}]}]}},
        ]}});
        let events = [
            stage.event(0, tap),
            stage.event(1, reply),
            stage.event(2, files),
            stage.event(3, json!({"postback": {"mid": "m_p", "title": "Track order", "payload": "T"}})),
            stage.event(4, json!({"postback": {"title": "Get started"}})),
            stage.event(5, json!({"referral": {"ref": "flyer", "source": "SHORTLINK", "type": "OPEN_THREAD"}})),
            stage.event(6, json!({"optin": {"type": "notification_messages", "payload": "news"}})),
            stage.event(7, json!({"account_linking": {"status": "linked", "authorization_code": "x"}})),
            stage.event(8, json!({"request_thread_control": {"requested_owner_app_id": BOT, "metadata": "please"}})),
            stage.echo(9, json!({"mid": "m_c", "app_id": 7, "text": "from a colleague's app"})),
        ];
        stage.wing.hear(&events).await;
        assert_eq!(stage.message("m_q").parts, [Part::Tapped]);
        let reply = stage.message("m_r").annotations;
        assert_eq!((reply.reply_to, reply.quote.as_deref()), (Some(Mid::new("m_q")), Some("Red")));
        assert_eq!(stage.message("m_f").parts.len(), 4, "the sticker once");
        assert_eq!(stage.message("m_p").text, "Track order");
        let made = format!("postback:{}:{}", stage.ana.1, stage.now + 4);
        assert_eq!(stage.message(&made).text, "Get started");
        assert_eq!(stage.message("m_c").author, Author::App(AppId::new("7")));
        let kinds = stage.happenings().into_iter().filter(|what| {
            matches!(
                what,
                TimelineEvent::Referred { .. }
                    | TimelineEvent::OptedIn(_)
                    | TimelineEvent::Linked(true)
                    | TimelineEvent::AskedFor { .. }
            )
        });
        assert_eq!(kinds.count(), 4);
        stage.wing.end().await;
    });
}

#[test]
fn a_policy_without_a_person_is_told_and_kept() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        let policy = json!({"recipient": {"id": PAGE}, "timestamp": stage.now,
                            "policy_enforcement": {"action": "block", "reason": "spam"}});
        stage.wing.hear(&[policy]).await;
        stage
            .wing
            .news(
                "the notice",
                |c| matches!(c, Change::Notice(Severity::Problem, words) if words.contains("spam")),
            )
            .await;
        assert_eq!(
            stage
                .wing
                .reader
                .parked(&Psid::new(""))
                .expect("a cache")
                .len(),
            1
        );
        stage.wing.end().await;
    });
}

#[test]
fn what_reading_shows_later_keeps_what_the_webhook_knew() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage.wing.connect();
        stage
            .wing
            .deed(json!({"person": "Ana", "do": "writes", "text": "to the millisecond"}))
            .await;
        stage
            .wing
            .news("the link", |c| *c == Change::Link(Link::Webhook))
            .await;
        let heard = |stage: &Stage| {
            stage.items().into_iter().find_map(|item| match item {
                Item::Message(m) if m.text == "to the millisecond" => Some(m),
                _ => None,
            })
        };
        let before = heard(&stage).expect("heard");
        let open = switchboard::domain::Command::Open(stage.ana.0.clone());
        stage.wing.commands.send(open).await.expect("taken");
        // The JSON of the Graph API is what reading leaves behind.
        let ana = stage.ana.0.clone();
        stage
            .wing
            .until("the read", move |reader| {
                let raw = reader.raw(&ana, 1).expect("a cache");
                raw.first()
                    .is_some_and(|json| json.contains("created_time"))
                    .then_some(())
            })
            .await;
        let after = heard(&stage).expect("read");
        assert_eq!((before.at, before.text), (after.at, after.text));
        stage.wing.end().await;
    });
}

#[test]
fn polling_is_the_first_door_again_when_webhooks_stop() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage
            .wing
            .hear(&[stage.event(0, says("m_1", "flows"))])
            .await;
        stage
            .wing
            .news("the link", |c| *c == Change::Link(Link::Webhook))
            .await;
        // Somebody has written a minute later, and no webhook told.
        let late = json!({"by": "+3m"});
        stage.wing.order("clock", late.clone()).await;
        stage
            .wing
            .deed(json!({"person": "Ben", "do": "writes", "text": "anybody?"}))
            .await;
        stage.wing.order("clock", late).await;
        stage
            .wing
            .commands
            .send(switchboard::domain::Command::Refresh)
            .await
            .expect("taken");
        stage
            .wing
            .news("the link", |c| *c == Change::Link(Link::Polling))
            .await;
        stage.wing.end().await;
    });
}

#[test]
fn bodies_that_are_too_large_or_no_webhook_are_answered_and_harm_nothing() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let before = stage.items();
        // The door closes on it, before or after it has said why.
        let large = http()
            .post(format!("http://{}/", stage.wing.door))
            .body("x".repeat(9 * 1024 * 1024))
            .send()
            .await;
        let refused = |answer: reqwest::Response| answer.status().as_u16() == 413;
        assert!(large.map_or(true, refused));
        for body in [
            "",
            "[]",
            "no json",
            r#"{"object":"user","entry":[]}"#,
            "\u{feff}{}",
        ] {
            assert_eq!(
                stage.wing.deliver(body).await,
                200,
                "signed by Meta: {body}"
            );
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(stage.wing.deliver(&deep).await, 200);
        assert_eq!(stage.items(), before);
        stage.wing.end().await;
    });
}

#[test]
fn faults_of_the_delivery_itself_leave_the_same_thread() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage.wing.connect();
        for fault in [
            DeliveryFault::Duplicate,
            DeliveryFault::Disorder,
            DeliveryFault::Forge,
        ] {
            stage.wing.simulator.fail_delivery("switchboard", fault);
        }
        for n in 0..8 {
            let deed = json!({"person": "Ana", "do": "writes", "text": format!("line {n}")});
            stage.wing.deed(deed).await;
        }
        let ana = stage.ana.0.clone();
        let texts = stage
            .wing
            .until("all lines", move |reader| {
                let place = switchboard::domain::ThreadRange::Newest;
                let page = reader
                    .thread(&ana, &place, 500)
                    .expect("a cache")
                    .expect("a thread");
                let texts: Vec<String> = page
                    .items
                    .into_iter()
                    .filter_map(|item| match item {
                        Item::Message(m) if m.text.starts_with("line") => Some(m.text),
                        _ => None,
                    })
                    .collect();
                (texts.len() == 8).then_some(texts)
            })
            .await;
        assert!(texts.is_sorted(), "{texts:?}");
        stage.wing.end().await;
    });
}

/// Everything that webhooks can leave behind, in an order that does not depend
/// on how it came.
fn dump(folder: &std::path::Path) -> Vec<String> {
    let path = folder.join("cache").join(format!("{PAGE}.cache.db"));
    let db = Connection::open(path).expect("a cache");
    let mut rows = Vec::new();
    for question in [
        "SELECT id, snippet, updated_at, unread, customer_at, page_at, agent_at, owner, owner_since, control_until, \
         delivered_through, read_through, messages FROM conversation ORDER BY id",
        "SELECT mid, conversation, at, author, text, fold, parts, gone, heard, reply_to, edits, unsent FROM message ORDER BY mid",
        "SELECT conversation, at, what FROM happening ORDER BY conversation, at, what",
        "SELECT mid, kind, n, value FROM annotation ORDER BY mid, kind",
        "SELECT psid, raw FROM parked ORDER BY psid, raw",
    ] {
        let mut statement = db.prepare(question).expect("a question");
        let columns = statement.column_count();
        let mut found = statement.query([]).expect("rows");
        while let Some(row) = found.next().expect("a row") {
            let values = (0..columns).map(|i| format!("{:?}", row.get_ref(i).expect("a value")));
            rows.push(values.collect::<Vec<_>>().join(" "));
        }
    }
    rows
}

/// A day of a busy Page, by number: what happens, and to whom.
fn course(people: &[String], start: i64, count: usize) -> Vec<(bool, Value)> {
    let mut random = Random::seeded(11);
    let mut events = Vec::new();
    for n in 0..count {
        let person = &people[usize::try_from(random.below(people.len() as u64)).expect("small")];
        let at = start + i64::try_from(n).expect("small") * 37;
        let earlier = random.below(n.max(1) as u64);
        let mid = |n: u64| format!("m_{n}");
        let mut event =
            json!({"sender": {"id": person}, "recipient": {"id": PAGE}, "timestamp": at});
        let what = match random.below(12) {
            0..=3 => says(&mid(n as u64), &format!("line {n}")),
            4 | 5 => {
                event["sender"]["id"] = json!(PAGE);
                event["recipient"]["id"] = json!(person);
                json!({"message": {"mid": mid(n as u64), "is_echo": true, "text": format!("answer {n}"),
                                   "app_id": 200_000_000_000_001_i64}})
            }
            6 => json!({"delivery": {"watermark": at - 10}}),
            7 => json!({"read": {"watermark": at - 20}}),
            8 => {
                json!({"reaction": {"mid": mid(earlier), "action": if random.below(3) == 0 { "unreact" } else { "react" },
                                     "emoji": "👍"}})
            }
            9 => {
                json!({"message_edit": {"mid": mid(earlier), "text": format!("edit {n}"), "num_edit": n}})
            }
            10 if random.below(4) == 0 => {
                json!({"message": {"mid": mid(earlier), "is_deleted": true}})
            }
            10 => json!({"referral": {"ref": format!("r{n}"), "source": "SHORTLINK"}}),
            _ => {
                let (from, to) = if random.below(2) == 0 {
                    (BOT, US)
                } else {
                    (US, BOT)
                };
                json!({"pass_thread_control": {"previous_owner_app_id": from, "new_owner_app_id": to,
                                               "metadata": format!("note {n}")}})
            }
        };
        extend(&mut event, what);
        events.push((random.below(2) == 0, event));
    }
    events
}

async fn cache_after(
    began: Timestamp,
    deliveries: &[(bool, Value)],
    together: usize,
) -> Vec<String> {
    let mut scenario = QUIET.to_owned();
    for n in 0..40 {
        scenario.push_str(&format!(
            "[[person]]\nname = \"P{n}\"\nowner = \"bot\"\nsay = [{{ at = \"-9d\", by = \"customer\", text = \"x\" }}]\n"
        ));
    }
    // The list is read once; then Meta's side is gone, and only the door is left.
    let gone = CancellationToken::new();
    let options = Options {
        seed: 1,
        scenario: Some(scenario),
        ..Options::default()
    };
    let (address, simulator) =
        simulator_until(options, Clock::starting_at(began), gone.clone()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut wing = Wing::attach(folder, address, simulator);
    for n in 0..40 {
        wing.person(&format!("P{n}")).await;
    }
    wing.news("the end of the list", |c| {
        matches!(c, Change::ListRead { .. })
    })
    .await;
    gone.cancel();
    wing.news("the silence", |c| {
        matches!(c, Change::Link(Link::Offline(_)))
    })
    .await;
    for chunk in deliveries.chunks(together) {
        let entries: Vec<Value> = chunk
            .iter()
            .map(|(standby, event)| {
                let list = if *standby { "standby" } else { "messaging" };
                json!({"id": PAGE, "time": 5, list: [event]})
            })
            .collect();
        let body = json!({"object": "page", "entry": entries}).to_string();
        assert_eq!(wing.deliver(&body).await, 200);
    }
    let folder = wing.end().await;
    dump(folder.path())
}

#[test]
fn ten_thousand_events_twice_and_in_disorder_leave_the_same_cache() {
    runtime().block_on(async {
        let people: Vec<String> = {
            let scenario = Options {
                seed: 1,
                scenario: Some(QUIET.to_owned()),
                conversations: 0,
                ..Options::default()
            };
            let sim = switchboard::sim::Simulator::new(scenario, Clock::system()).expect("a world");
            let about = sim.about("");
            let first: u64 = about["people"][0]["id"]
                .as_str()
                .expect("an id")
                .parse()
                .expect("digits");
            // Forty more come after the three of the scenario, by the same step.
            let second: u64 = about["people"][1]["id"]
                .as_str()
                .expect("an id")
                .parse()
                .expect("digits");
            (0..43)
                .map(|n| (first + n * (second - first)).to_string())
                .collect()
        };
        // After the read, so that what it said of owners is older.
        let began = Clock::system().now();
        let clean = course(&people, began.as_millis() + 60_000, 10_000);
        let mut random = Random::seeded(5);
        let mut shuffled = clean.clone();
        shuffled.extend(clean.iter().take(2_000).cloned());
        for i in (1..shuffled.len()).rev() {
            let j = usize::try_from(random.below(i as u64 + 1)).expect("small");
            shuffled.swap(i, j);
        }
        let (one, other) = tokio::join!(
            cache_after(began, &clean, 100),
            cache_after(began, &shuffled, 70)
        );
        assert!(one.len() > 5_000, "{}", one.len());
        for (a, b) in one.iter().zip(&other) {
            assert_eq!(a, b);
        }
        assert_eq!(one.len(), other.len());
    });
}

#[test]
fn a_reply_is_held_back_until_the_line_is_told_what_the_echo_named() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        // The answer is lost; the echo says that Meta has it.
        stage.wing.connect();
        stage
            .wing
            .simulator
            .fail_next("/messages", Fault::LoseAnswer);
        stage
            .wing
            .ask(&stage.ana, send("one", "did it arrive?", None))
            .await;
        let one = LocalId::new("one");
        stage
            .wing
            .news(
                "the echo",
                |c| matches!(c, Change::ReplySent { local, .. } if *local == one),
            )
            .await;
        stage.wing.ask(&stage.ana, Operation::MarkSeen).await;
        stage.wing.end().await;
    });
}

#[test]
fn what_is_of_another_page_is_none_of_ours() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let before = stage.items();
        let event = stage.event(0, says("m_x", "for somebody else"));
        let stranger = json!({"sender": {"id": "55"}, "recipient": {"id": "999"}, "timestamp": stage.now,
                              "message": {"mid": "m_y", "text": "hi"}});
        let body = json!({"object": "page", "entry": [{"id": "999", "time": 5, "messaging": [event, stranger]}]});
        assert_eq!(stage.wing.deliver(&body.to_string()).await, 200);
        assert_eq!(stage.items(), before);
        let kept = |psid: &str| stage.wing.reader.parked(&Psid::new(psid)).expect("a cache");
        assert_eq!((kept("55").len(), kept("").len()), (0, 0));
        stage.wing.end().await;
    });
}

#[test]
fn an_odd_member_does_not_take_the_message_with_it() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let odd = json!({"message": {"mid": "m_odd", "text": "still read", "attachments": null, "is_echo": null,
                                     "referral": {"source": 5}, "reply_to": {"mid": 5}}});
        stage.wing.hear(&[stage.event(0, odd)]).await;
        assert_eq!(stage.message("m_odd").text, "still read");
        let cut = body("messaging", &[stage.event(1, says("m_cut", "cut @"))]).replace('@', "\\ud83d");
        assert_eq!(stage.wing.deliver(&cut).await, 200);
        assert_eq!(stage.message("m_cut").text, "cut \u{fffd}");
        // What cannot be read at all is kept as it came.
        let lost = json!({"sender": {"id": stage.ana.1.as_str()}, "message": {"text": "no id"}});
        stage.wing.hear(&[lost]).await;
        let kept = stage.wing.reader.parked(&Psid::new("")).expect("a cache");
        assert!(kept.iter().any(|raw| raw.contains("no id")), "{kept:?}");
        stage.wing.end().await;
    });
}

#[test]
fn idle_connections_do_not_shut_the_door() {
    use tokio::io::AsyncWriteExt;
    runtime().block_on(async {
        let stage = Stage::new().await;
        let mut idle = Vec::new();
        for _ in 0..40 {
            let mut stream = tokio::net::TcpStream::connect(stage.wing.door)
                .await
                .expect("a connection");
            let head = format!(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
                8 * 1024 * 1024
            );
            stream.write_all(head.as_bytes()).await.expect("written");
            idle.push(stream);
        }
        stage
            .wing
            .hear(&[stage.event(0, says("m_1", "through"))])
            .await;
        assert_eq!(stage.message("m_1").text, "through");
        stage.wing.end().await;
    });
}

#[test]
fn a_colleagues_echo_of_the_same_words_is_not_our_reply() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        let fault = Fault::Error { status: 500, code: 2, subcode: 0 };
        stage.wing.simulator.fail_next("send", fault);
        stage.wing.send(&stage.ana, "one", "hello").await;
        stage.wing.news("the doubt", |c| matches!(c, Change::ReplyUnconfirmed { .. })).await;
        let ours: i64 = US.parse().expect("digits");
        let echo = json!({"mid": "m_colleague", "app_id": ours, "metadata": "sb1:0123456789abcdef:1", "text": "hello"});
        stage.wing.hear(&[stage.echo(0, echo)]).await;
        let still = stage.items().into_iter().any(|item| matches!(item, Item::Outgoing(row) if row.local == LocalId::new("one")));
        assert!(still, "it is still in doubt: {:?}", stage.items());
        stage.wing.end().await;
    });
}

#[test]
fn only_messages_of_customers_say_that_webhooks_flow() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage
            .wing
            .hear(&[stage.event(0, json!({"delivery": {"watermark": stage.now}}))])
            .await;
        stage
            .wing
            .hear(&[stage.event(1, says("m_1", "now they do"))])
            .await;
        let links = stage
            .wing
            .news("the link", |c| matches!(c, Change::Link(Link::Webhook)))
            .await;
        assert_eq!(links, Change::Link(Link::Webhook));
        stage.wing.end().await;
    });
}

#[test]
fn a_list_that_was_on_its_way_does_not_undo_what_was_heard() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        stage
            .wing
            .hear(&[stage.event(60_000, says("m_1", "brand new words"))])
            .await;
        let row = stage.wing.thread(&stage.ana.0).conversation;
        assert_eq!((row.snippet.as_str(), row.unread), ("brand new words", 2));
        // The simulator's list still ends an hour ago.
        stage
            .wing
            .commands
            .send(switchboard::domain::Command::Refresh)
            .await
            .expect("taken");
        let mut wing = stage.wing;
        wing.news("the read", |c| matches!(c, Change::ListRead { .. }))
            .await;
        let row = wing.thread(&stage.ana.0).conversation;
        assert_eq!((row.snippet.as_str(), row.unread), ("brand new words", 2));
        wing.end().await;
    });
}

#[test]
fn what_was_taken_back_is_nowhere_any_more() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        stage
            .wing
            .hear(&[stage.event(0, says("m_1", "my card is 4444"))])
            .await;
        stage
            .wing
            .hear(&[stage.event(9, json!({"message": {"mid": "m_1", "is_deleted": true}}))])
            .await;
        let stranger = |what: Value| {
            let mut event =
                json!({"sender": {"id": "55"}, "recipient": {"id": PAGE}, "timestamp": stage.now});
            extend(&mut event, what);
            event
        };
        stage
            .wing
            .hear(&[stranger(says("m_s", "my card is 5555"))])
            .await;
        stage
            .wing
            .hear(&[stranger(
                json!({"message": {"mid": "m_s", "is_deleted": true}}),
            )])
            .await;
        stage
            .wing
            .hear(&[stranger(says("m_s", "my card is 5555"))])
            .await;
        let folder = stage.wing.end().await;
        let rows = dump(folder.path()).join("\n");
        for words in ["my card is 4444", "my card is 5555"] {
            let bytes: Vec<String> = words.bytes().map(|b| b.to_string()).collect();
            assert!(!rows.contains(&bytes.join(", ")), "{words}");
        }
    });
}

#[test]
fn forgetting_somebody_of_whom_only_webhooks_told_leaves_nothing() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let event = json!({"sender": {"id": "5550001"}, "recipient": {"id": PAGE}, "timestamp": stage.now,
                           "message": {"mid": "m_s", "text": "a very private sentence"}});
        // Nobody answers who it is, so it stays parked.
        let fault = Fault::Error { status: 500, code: 2, subcode: 0 };
        for _ in 0..50 {
            stage.wing.simulator.fail_next("GET", fault.clone());
        }
        stage.wing.hear(&[event]).await;
        let folder = stage.wing.end().await;
        let (writer, _reader) = cache(&folder.path().join("cache"));
        let forgotten = writer.forget(Psid::new("5550001"), folder.path().join("cache")).await;
        let forgotten = forgotten.expect("a cache").expect("somebody");
        assert!(forgotten.left_in.is_empty(), "{forgotten:?}");
        drop(writer);
        for entry in std::fs::read_dir(folder.path().join("cache")).expect("a folder") {
            let bytes = std::fs::read(entry.expect("an entry").path()).expect("readable");
            assert!(!String::from_utf8_lossy(&bytes).contains("very private"));
        }
    });
}
