//! Meta's documented samples (`assets/graph`) against both sides: the client
//! reads them, and the simulator answers in their shape. Client and simulator
//! share no type, only these files. Then what no sample shows: broken answers.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};
use support::{http::*, wing};
use switchboard::{
    app::simulator_commands::ACTIONS,
    clock::Clock,
    domain::{
        AppId, Attachment, Author, Content, ConversationId, Event, HandBack, HandBackNote, LocalId,
        Outcome, Part, Platform, Profile, Psid, Routing, SendAs, ThreadOwner, Timestamp,
        WebhookFact,
    },
    graph::{
        Control, Error, ListPart, NEWEST_VERSION, Recipient, Reply, Verdict, decode_webhook,
        version_end,
    },
    sim::{Fault, Options},
};

fn samples() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/graph");
    fs::read_dir(folder)
        .expect("samples")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let json =
                serde_json::from_str(&fs::read_to_string(&path).expect("readable")).expect("JSON");
            (
                path.file_stem()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                json,
            )
        })
        .collect()
}

/// The client before a server that answers with a sample.
async fn before(name: &str) -> (switchboard::graph::Client, WebhookEvent) {
    let sample = samples().remove(name).expect("a sample of that name");
    let status = u16::try_from(sample["status"].as_u64().expect("a status")).expect("a status");
    let (address, heard) = canned(status, &[], &sample["answer"].to_string()).await;
    (client(address, TOKEN), heard)
}

fn reply(send_as: SendAs, hand_back: Option<HandBack>, text: &str) -> Reply {
    let to = Recipient::Person(Psid::new("7012345678901234"));
    let reply = reply_to(to, text);
    Reply {
        local: LocalId::new("0123"),
        send_as,
        hand_back,
        ..reply
    }
}

fn part(platform: Platform, rows: u32, after: Option<String>) -> ListPart {
    ListPart {
        platform,
        rows,
        after,
        bare: false,
    }
}

#[test]
fn the_client_reads_every_sample() {
    runtime().block_on(async {
        let psid = Psid::new("7012345678901234");
        let page = before("conversations")
            .await
            .0
            .conversations(&part(Platform::Messenger, 2, None), None)
            .await
            .expect("a page");
        let [Event::Conversation(row), Event::Messages { messages, .. }] = page.events.as_slice()
        else {
            panic!("{:?}", page.events)
        };
        assert_eq!(
            (row.id.as_str(), row.psid.as_str()),
            ("t_122100000000001", "7012345678901234")
        );
        assert_eq!(
            (row.is_owner, row.unread, row.name.as_deref()),
            (Some(false), Some(2), Some("Dana Ito"))
        );
        assert_eq!(row.updated_at, Timestamp::from_millis(1_795_166_042_000));
        assert!(messages[0].from_customer());
        assert_eq!(page.after.as_deref(), Some("QVFIc9"));

        let client = before("conversations_instagram").await.0;
        let page = client
            .conversations(
                &part(Platform::Instagram, 1, None),
                Some("17841400000000001"),
            )
            .await
            .expect("a page");
        let Event::Conversation(row) = &page.events[0] else {
            panic!("{:?}", page.events)
        };
        assert_eq!(
            (row.psid.as_str(), row.name.as_deref()),
            ("1234509876543210", Some("dana.ito"))
        );

        let id = ConversationId::new("t_122100000000001");
        let page = before("messages")
            .await
            .0
            .older_messages(&id, &psid, None)
            .await
            .expect("a page");
        let read: Vec<_> = page
            .messages
            .iter()
            .map(|m| {
                (
                    m.message.author.clone(),
                    m.message.parts.first(),
                    m.message.gone,
                )
            })
            .collect();
        assert_eq!(read[0].0, Author::Customer);
        assert!(matches!(
            read[0].1,
            Some(Part::File {
                kind: "photo",
                bytes: Some(48_213),
                ..
            })
        ));
        assert_eq!((&read[1].0, read[1].1), (&Author::Inbox, None));
        assert!(
            matches!(read[2].1, Some(Part::Card { buttons, .. }) if buttons == &["Track order"])
        );
        assert_eq!(read[2].0, Author::Page, "by whose hand is not guessed");
        assert!(matches!(read[3].1, Some(Part::Share { .. })));
        assert_eq!(read[4].1, Some(&Part::Sticker));
        assert!(read[5].2, "an id and nothing else");

        let (client, heard) = before("send").await;
        let mid = client
            .send(&reply(SendAs::HumanAgent, None, "It ships today."))
            .await
            .expect("sent");
        assert_eq!(mid.map(|m| m.to_string()), Some("m_kQ3example2".into()));
        let body: Value =
            serde_json::from_str(&heard.lock().expect("unpoisoned")[0].3).expect("JSON");
        assert_eq!(body, samples()["send"]["body"]);

        let (client, heard) = before("send_and_pass").await;
        let note = HandBackNote {
            outcome: Outcome::Resolved,
            summary: String::new(),
            next: String::new(),
            idle: false,
            agent: "kim".into(),
            answered_through: None,
        };
        let back = HandBack {
            to: Some(AppId::new("200000000000001")),
            note,
        };
        client
            .send(&reply(
                SendAs::Response,
                Some(back),
                "Back to our assistant.",
            ))
            .await
            .expect("sent");
        let body: Value =
            serde_json::from_str(&heard.lock().expect("unpoisoned")[0].3).expect("JSON");
        assert_eq!(
            body["thread_control"],
            samples()["send_and_pass"]["body"]["thread_control"]
        );

        let (client, heard) = before("sender_action").await;
        client
            .sender_action(&psid, "typing_on", None)
            .await
            .expect("done");
        let body: Value =
            serde_json::from_str(&heard.lock().expect("unpoisoned")[0].3).expect("JSON");
        assert_eq!(body, samples()["sender_action"]["body"]);

        let (client, heard) = before("take_thread_control").await;
        client.control(&psid, &Control::Take).await.expect("taken");
        let body: Value =
            serde_json::from_str(&heard.lock().expect("unpoisoned")[0].3).expect("JSON");
        assert_eq!(body, samples()["take_thread_control"]["body"]);

        let ours = AppId::new("300000000000002");
        let client = before("thread_owner").await.0;
        let owner = client
            .thread_owner(&psid, Some(&ours))
            .await
            .expect("an owner");
        assert_eq!(
            owner,
            (ThreadOwner::Us, Some(Timestamp::from_secs(1_795_300_000)))
        );

        let profile = before("profile")
            .await
            .0
            .profile(&psid, Platform::Messenger)
            .await
            .expect("a profile");
        assert!(
            matches!(profile, Profile::Known(person) if person.name.as_deref() == Some("Dana Ito"))
        );

        let page = before("page").await.0.about_page().await.expect("a page");
        assert_eq!(
            (page.routing.messenger, page.routing.instagram),
            (Routing::Enabled, Routing::ZeroConfig)
        );

        let error = before("error_window")
            .await
            .0
            .send(&reply(SendAs::Response, None, "late"))
            .await
            .expect_err("refused");
        assert_eq!(error.verdict(), Verdict::Refused);
        assert!(error.to_string().contains("messaging window"), "{error}");
        let error = before("error_token")
            .await
            .0
            .about_page()
            .await
            .expect_err("refused");
        assert!(
            error.is_token() && error.to_string().contains("expired"),
            "{error}"
        );
    });
}

/// Every member of the sample is in the answer, with the same kind of value.
fn same_shape(sample: &Value, answer: &Value, place: &str) {
    match (sample, answer) {
        (Value::Object(sample), Value::Object(answer)) => {
            for (key, value) in sample
                .iter()
                .filter(|(key, _)| *key != "paging" && *key != "cta")
            {
                let other = answer
                    .get(key)
                    .unwrap_or_else(|| panic!("{place}.{key} is missing"));
                same_shape(value, other, &format!("{place}.{key}"));
            }
        }
        (Value::Array(sample), Value::Array(answer)) => {
            if let (Some(sample), Some(answer)) = (sample.first(), answer.first()) {
                same_shape(sample, answer, &format!("{place}[0]"));
            }
        }
        _ => {
            let kind = std::mem::discriminant::<Value>;
            assert_eq!(kind(sample), kind(answer), "{place}: {sample} and {answer}");
        }
    }
}

/// The demo's world on a free port, and one of its people by name.
struct Stage {
    address: std::net::SocketAddr,
    about: Value,
    token: String,
}

impl Stage {
    async fn new() -> Self {
        let options = Options {
            seed: 1,
            ..Options::default()
        };
        let (address, simulator) = simulator(options, quick()).await;
        let (_, token) = simulator.app("switchboard").expect("the desk's app");
        Self {
            address,
            about: simulator.about(""),
            token,
        }
    }

    fn person(&self, name: &str) -> &Value {
        let people = self.about["people"].as_array().expect("people");
        people.iter().find(|p| p["name"] == name).expect("them")
    }

    async fn get(&self, path: &str) -> Value {
        let call = support::wing::http().get(format!("http://{}{path}", self.address));
        let answer = call
            .bearer_auth(&self.token)
            .send()
            .await
            .expect("an answer");
        answer.json().await.expect("JSON")
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let call = support::wing::http().post(format!("http://{}{path}", self.address));
        let answer = call
            .bearer_auth(&self.token)
            .json(body)
            .send()
            .await
            .expect("an answer");
        answer.json().await.expect("JSON")
    }

    /// The newest message of a person.
    async fn mid(&self, person: &Value) -> String {
        let id = person["conversation_id"].as_str().expect("an id");
        let page = self.get(&format!("/v26.0/{id}/messages")).await;
        page["data"][0]["id"].as_str().expect("an id").to_owned()
    }
}

/// The text of a sample with what only this world knows put in.
fn filled(sample: &Value, person: &Value, mid: &str, token: &str) -> Value {
    let text = sample.to_string();
    let id = person["id"].as_str().expect("an id");
    let text = text
        .replace("7012345678901234", id)
        .replace("@mid", mid)
        .replace("@token", token);
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_simulator_answers_in_the_shape_of_every_sample() {
    runtime().block_on(async {
        let calls = samples()
            .into_iter()
            .filter(|(_, sample)| sample.get("path").is_some());
        for (name, sample) in calls {
            // Rows of one thread that no single thread of the demo holds.
            if name == "messages" {
                continue;
            }
            let stage = Stage::new().await;
            let person = stage.person(match name.as_str() {
                "error_window" => "Tomasz Wiśniewski",
                "take_thread_control" => "Grace Okafor",
                _ => "Rahul Mehta",
            });
            let mid = stage.mid(person).await;
            let token = if name == "error_token" {
                "wrong"
            } else {
                &stage.token
            };
            let sample = filled(&sample, person, &mid, token);
            let path = sample["path"].as_str().expect("a path");
            let method = sample["method"]
                .as_str()
                .expect("a method")
                .parse()
                .expect("a method");
            let url = format!("http://{}/v26.0/{path}", stage.address);
            let mut request = support::wing::http().request(method, url);
            if let Some(body) = sample.get("body") {
                request = request.json(body);
            }
            let response = request.bearer_auth(token).send().await.expect("an answer");
            assert_eq!(response.headers()["facebook-api-version"], "v26.0");
            let status = response.status().as_u16();
            let text = response.text().await.expect("text");
            assert!(text.is_ascii(), "escaped as Meta escapes");
            let answer: Value = serde_json::from_str(&text).expect("JSON");
            if name == "error_token" {
                assert_eq!((status, &answer["error"]["code"]), (401, &json!(190)));
                continue;
            }
            assert_eq!(json!(status), sample["status"], "{name}: {answer}");
            same_shape(&sample["answer"], &answer, &name);
            for code in ["code", "error_subcode"] {
                assert_eq!(
                    sample["answer"]["error"][code], answer["error"][code],
                    "{name}"
                );
            }
        }
    });
}

/// What a webhook told, by name.
fn told(told: &WebhookFact) -> String {
    let word = |debug: String| {
        debug
            .split([' ', '(', '{'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    match told {
        WebhookFact::Happened(what) => format!("Happened {}", word(format!("{what:?}"))),
        other => word(format!("{other:?}")),
    }
}

fn webhook_samples() -> impl Iterator<Item = (String, Value)> {
    samples()
        .into_iter()
        .filter(|(name, _)| name.starts_with("webhook_"))
}

#[test]
fn the_client_reads_every_webhook_sample() {
    let mut kinds = std::collections::BTreeSet::new();
    for (name, sample) in webhook_samples() {
        let list = sample["list"].as_str().expect("a list");
        let page = if sample["object"] == "page" {
            PAGE
        } else {
            "17841400000000001"
        };
        let body = json!({"object": sample["object"], "entry": [{"id": page, "time": 5, list: [sample["event"]]}]});
        let delivery = decode_webhook(&body.to_string()).expect("a webhook");
        assert_eq!(
            (delivery.heard.len(), delivery.unreadable),
            (1, 0),
            "{name}"
        );
        let heard = &delivery.heard[0];
        assert_eq!(json!(told(&heard.told)), sample["told"], "{name}");
        assert_eq!(heard.standby, list == "standby", "{name}");
        let person = sample["event"].get("sender").map(|_| "7012345678901234");
        assert_eq!(heard.psid.as_ref().map(Psid::as_str), person, "{name}");
        kinds.insert(told(&heard.told));
    }
    assert!(kinds.len() >= 14, "{kinds:?}");
}

#[test]
fn the_simulator_tells_in_the_shape_of_every_webhook_sample() {
    runtime().block_on(async {
        let told = webhook_samples().filter(|(_, sample)| sample.get("deed").is_some());
        for (name, sample) in told {
            let stage = Stage::new().await;
            // Kemi has a card with buttons; they are ours.
            let person = stage.person(match name.as_str() {
                "webhook_postback" => "Kemi Adeyemi",
                _ if sample["object"] == "instagram" => "Emoji Erik",
                _ => "Rahul Mehta",
            });
            let sample = filled(&sample, person, &stage.mid(person).await, "");
            let deed = &sample["deed"];
            if let Some(message) = deed.get("send") {
                let send = json!({"recipient": {"id": person["id"]}, "message": message});
                stage.post("/v26.0/me/messages", &send).await;
            }
            if deed.get("do").is_some() {
                if name == "webhook_pass" {
                    // So that there is somebody to pass it.
                    let to_bot = json!({"person": person["name"], "do": "passes", "app": "bot"});
                    stage.post("/sim/deeds", &to_bot).await;
                }
                let mut order = deed.clone();
                let order_map = order.as_object_mut().expect("an object");
                order_map.remove("send");
                order_map.insert("person".into(), person["name"].clone());
                let answer = stage.post("/sim/deeds", &order).await;
                assert_eq!(answer["success"], true, "{name}: {answer}");
            }
            let events = stage.get("/sim/events").await;
            let events = events["data"].as_array().expect("events");
            let envelope = ["sender", "recipient", "timestamp"];
            let sample_event = sample["event"].as_object().expect("an event");
            let kind = sample_event
                .keys()
                .find(|key| !envelope.contains(&key.as_str()))
                .expect("a kind");
            let ours = events.iter().rev().filter(|e| e["app"] == "switchboard");
            let event = ours
                .map(|e| &e["event"])
                .find(|e| e.get(kind).is_some())
                .unwrap_or_else(|| panic!("{name}: no {kind} in {events:#?}"));
            let mut event = event.clone();
            if name == "webhook_app_roles" {
                // Its members are ids.
                event["app_roles"] = sample["event"]["app_roles"].clone();
            }
            let mut wanted = sample["event"].clone();
            if name == "webhook_unknown" {
                wanted["brand_new"] = event["brand_new"].clone();
            }
            same_shape(&wanted, &event, &name);
        }
    });
}

#[test]
fn the_simulator_takes_forms_multipart_and_tokens_wherever_they_stand() {
    runtime().block_on(async {
        let (address, simulator) = simulator(Options::default(), quick()).await;
        let about = simulator.about("");
        let ana = about["people"][2]["id"].as_str().expect("an id");
        let (_, token) = simulator.app("switchboard").expect("the desk's app");
        let url = format!("http://{address}/v26.0/me/messages");
        let http = wing::http();
        let recipient = format!("recipient=%7B%22id%22%3A%22{ana}%22%7D");
        let form = format!("access_token={token}&{recipient}&message=%7B%22text%22%3A%22a+form%22%7D");
        let by_form = http.post(&url).header("content-type", "application/x-www-form-urlencoded").body(form);
        let multipart = format!(
            "--B\r\nContent-Disposition: form-data; name=\"recipient\"\r\n\r\n{{\"id\":\"{ana}\"}}\r\n--B\r\n\
             Content-Disposition: form-data; name=\"message\"\r\n\r\n{{\"text\":\"parts\"}}\r\n--B--\r\n"
        );
        let by_parts = http.post(format!("{url}?access_token={token}")).header("content-type", "multipart/form-data; boundary=B").body(multipart);
        let broken = http.post(format!("{url}?access_token={token}")).header("content-type", "multipart/form-data").body("x");
        let nonsense = http.post(&url).bearer_auth(&token).header("content-type", "application/json").body("{nonsense");
        let mixed = http.post(format!("{url}?access_token={token}&{recipient}")).json(&json!({"message": {"text": "mixed"}}));
        let unknown = http.put(&url).bearer_auth(&token);
        for (request, status) in [(by_form, 200), (by_parts, 200), (mixed, 200), (broken, 400), (nonsense, 400), (unknown, 400)] {
            let response = request.send().await.expect("an answer");
            let got = response.status().as_u16();
            let text = response.text().await.expect("text");
            assert_eq!(got, status, "{text}");
            assert_eq!(text.contains("\"error\""), status != 200, "{text}");
        }
    });
}

#[test]
fn the_token_travels_in_the_header_only_and_nowhere_else() {
    runtime().block_on(async {
        let sample = samples()["conversations"]["answer"].to_string();
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        let (address, heard) = canned(200, &[], &sample).await;
        let client = client_with(address, TOKEN, |o| o.log = Some(log.clone()));
        let page = client
            .conversations(&part(Platform::Messenger, 25, None), None)
            .await
            .expect("a page");
        client
            .conversations(&part(Platform::Messenger, 25, page.after), None)
            .await
            .expect("the next page");
        let _ = client.send(&reply(SendAs::Response, None, "hi")).await;
        for (_, path, headers, body) in heard.lock().expect("unpoisoned").iter() {
            assert!(
                !path.contains(TOKEN) && !body.contains(TOKEN),
                "{path} {body}"
            );
            assert!(
                headers.contains(&format!("(\"authorization\", \"Bearer {TOKEN}\")")),
                "{headers}"
            );
        }
        assert!(
            heard.lock().expect("unpoisoned")[1]
                .1
                .contains("after=QVFIc9"),
            "the cursor, on our own base URL"
        );
        assert!(!format!("{client:?}").contains(TOKEN));
        let text = fs::read_to_string(log).expect("a log");
        assert!(!text.contains(TOKEN));
        let entry: Value =
            serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
        let mut keys: Vec<&String> = entry.as_object().expect("an object").keys().collect();
        keys.sort();
        assert_eq!(keys, ["body", "method", "ms", "path", "status", "time"]);
    });
}

#[test]
fn a_redirect_is_an_error_and_the_other_host_hears_nothing() {
    runtime().block_on(async {
        let (other, heard) = canned(200, &[], "{}").await;
        for status in [301, 302, 307, 308] {
            let (address, _) =
                canned(status, &[("location", &format!("http://{other}/"))], "").await;
            let error = client(address, TOKEN)
                .send(&reply(SendAs::Response, None, "hi"))
                .await
                .expect_err("an error");
            assert_eq!(error.verdict(), Verdict::Unknown);
        }
        assert!(heard.lock().expect("unpoisoned").is_empty());
    });
}

#[test]
fn broken_answers_get_a_sentence_and_the_right_verdict() {
    let html = "<!DOCTYPE html><html>captive portal</html>";
    let cases: [(u16, &str, Verdict); 8] = [
        (500, html, Verdict::Unknown),
        (200, html, Verdict::Unknown),
        (200, "", Verdict::Unknown),
        (200, "{\"data\":[{\"id\":\"t_1\",", Verdict::Unknown),
        (
            503,
            "{\"error\":{\"code\":2,\"message\":\"secret customer text\"}}",
            Verdict::Unknown,
        ),
        (400, "{\"error\":{\"code\":\"613\"}}", Verdict::NotSent),
        (404, "{\"error\":{}}", Verdict::Unknown),
        (
            400,
            "{\"error\":{\"code\":100,\"error_subcode\":\"2018001\",\"new_member\":[]}}",
            Verdict::Refused,
        ),
    ];
    runtime().block_on(async {
        for (status, body, verdict) in cases {
            let (address, _) = canned(status, &[], body).await;
            let error = client(address, TOKEN)
                .conversations(&part(Platform::Messenger, 5, None), None)
                .await
                .expect_err("an error");
            assert_eq!(error.verdict(), verdict, "{status} {body}");
            let words = error.to_string();
            assert!(
                words.len() > 20 && !words.contains("customer text") && !words.contains(TOKEN),
                "{words}"
            );
        }
        // Nobody listens: surely nothing was sent.
        let closed = {
            tokio::net::TcpListener::bind("127.0.0.1:0")
                .await
                .expect("a port")
                .local_addr()
                .expect("an address")
        };
        let error = client(closed, TOKEN)
            .send(&reply(SendAs::Response, None, "hi"))
            .await
            .expect_err("an error");
        assert!(matches!(error, Error::Unreachable { .. }), "{error}");
        assert_eq!(error.verdict(), Verdict::NotSent);
        assert!(error.to_string().contains(&closed.to_string()), "{error}");
    });
}

#[test]
fn faults_of_the_simulator_reach_the_client_as_they_are() {
    runtime().block_on(async {
        let (address, simulator) = simulator(Options::default(), quick()).await;
        let (_, token) = simulator.app("switchboard").expect("the desk's app");
        let client = client(address, &token);
        for (fault, good) in [
            (Fault::UnknownMembers, true),
            (Fault::Html, false),
            (Fault::CutJson, false),
            (Fault::Redirect, false),
            (Fault::LoseAnswer, false),
            (
                Fault::Error {
                    status: 500,
                    code: 2,
                    subcode: 0,
                },
                false,
            ),
        ] {
            simulator.fail_next("GET /v27.0/me", fault.clone());
            assert_eq!(client.about_page().await.is_ok(), good, "{fault:?}");
            assert!(client.about_page().await.is_ok(), "once only");
        }
    });
}

/// The desk lists what the simulator's people can do, and neither takes the list from
/// the other.
#[test]
fn the_actions_of_the_desk_are_those_of_the_simulator() {
    runtime().block_on(async {
        let (address, simulator) = simulator(Options::default(), quick()).await;
        let (_, token) = simulator.app("switchboard").expect("the desk's app");
        let client = client(address, &token);
        let order = |action: &str| {
            let members = [
                ("do", action.to_owned()),
                ("person", "Ana Ruiz".to_owned()),
                ("text", "hello".to_owned()),
            ];
            let client = client.clone();
            async move { client.simulator("deeds", &members).await }
        };
        let unknown = order("fly").await.expect_err("nobody flies").to_string();
        let (_, words) = unknown.split_once("choose from ").expect("a list");
        let own: Vec<&str> = ACTIONS
            .iter()
            .filter_map(|spec| spec.name.strip_prefix("do "))
            .collect();
        assert_eq!(words.split(", ").collect::<Vec<_>>(), own);
        let manual = include_str!("../assets/manual/simulator.md");
        for word in own {
            assert!(manual.contains(&format!("`{word}`")), "{word}");
        }
        assert_eq!(
            order("writes").await,
            Ok("Done in the simulator.".to_owned())
        );
    });
}

/// Texts at the edge: how many there are of what, and whether the desk knows that it
/// fits. Where nobody outside Meta knows, the desk is the stricter one.
const TEXTS: [(Platform, &str, usize, usize); 5] = [
    (Platform::Messenger, "x", 2_000, 2_000),
    (Platform::Messenger, "ü", 2_000, 2_000),
    (Platform::Messenger, "😀", 1_000, 2_000),
    (Platform::Instagram, "x", 1_000, 1_000),
    (Platform::Instagram, "é", 500, 500),
];

/// What the desk lets through the simulator takes, and what it holds back the
/// simulator refuses: texts and files, at their edges.
#[test]
fn the_limits_of_the_desk_are_those_of_the_simulator() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: u64| {
        let path = folder.path().join(name);
        let file = fs::File::create(&path).expect("a file");
        file.set_len(bytes).expect("its size");
        Attachment::new(path, bytes)
    };
    runtime().block_on(async {
        let options = Options {
            scenario: Some(TWO_PEOPLE.into()),
            ..Options::default()
        };
        let (address, simulator) = simulator(options, quick()).await;
        let (_, token) = simulator.app("switchboard").expect("the desk's app");
        let client = client(address, &token);
        let about = simulator.about("");
        let psid = |at: usize| Psid::new(about["people"][at]["id"].as_str().expect("an id"));
        let people = [psid(0), psid(1)];
        let taken = async |platform: Platform, content: Content| {
            let psid = people[usize::from(platform == Platform::Instagram)].clone();
            let mut media = Vec::new();
            for file in content.files() {
                match client.upload(file, platform, None).await {
                    Ok(id) => media.push(id),
                    Err(_) => return false,
                }
            }
            let reply = Reply {
                to: Recipient::Person(psid),
                platform,
                content,
                media,
                ..reply(SendAs::Response, None, "")
            };
            client.send(&reply).await.is_ok()
        };
        for (platform, letter, desk, simulator) in TEXTS {
            let parts = |count: usize| platform.parts(&letter.repeat(count)).len();
            assert_eq!(
                (parts(desk), parts(desk + 1)),
                (1, 2),
                "{platform:?} {letter}"
            );
            for (count, fits) in [(desk, true), (simulator, true), (simulator + 1, false)] {
                let text = letter.repeat(count);
                let sent = taken(platform, Content::Text(text)).await;
                assert_eq!(sent, fits, "{platform:?} {count} x {letter}");
            }
        }
        let mb = 1024 * 1024;
        let endings = [
            "jpg", "jpeg", "png", "gif", "webp", "mp4", "mov", "webm", "ogv", "avi", "mp3", "m4a",
            "aac", "wav", "ogg", "pdf", "txt", "csv", "zip", "doc", "docx", "xyz",
        ];
        let each = endings.map(|ending| (format!("a.{ending}"), 100));
        let edges = [
            ("b.png", 8 * mb),
            ("c.png", 8 * mb + 1),
            ("b.pdf", 25 * mb),
            ("c.pdf", 25 * mb + 1),
        ];
        let edges = edges.map(|(name, bytes)| (name.to_owned(), bytes));
        for (name, bytes) in each.into_iter().chain(edges) {
            let file = file(&name, bytes);
            for platform in [Platform::Messenger, Platform::Instagram] {
                let fits = file.why_not(platform).is_none();
                let sent = taken(platform, Content::Files(vec![file.clone()])).await;
                assert_eq!(sent, fits, "{platform:?} {name} {bytes}");
            }
        }
    });
}

/// Both sides have a table of versions: the simulator goes on to the next one at the
/// moment that the client says.
#[test]
fn versions_end_at_the_same_moment_on_both_sides() {
    runtime().block_on(async {
        for version in 21..=27 {
            let asked = format!("v{version}.0");
            let moments = match version_end(&asked).map(Timestamp::as_millis) {
                Some(end) => vec![(end - 1, version), (end, version + 1)],
                None => vec![(1_999_999_999_000, version)],
            };
            for (moment, served) in moments {
                let clock = Clock::manual(Timestamp::from_millis(moment));
                let (address, _simulator) = simulator(Options::default(), clock).await;
                let url = format!("http://{address}/{asked}/me");
                let answer = wing::http().get(url).send().await.expect("an answer");
                let header = &answer.headers()["facebook-api-version"];
                assert_eq!(header, &format!("v{served}.0"), "{asked} at {moment}");
            }
        }
        assert_eq!(version_end(NEWEST_VERSION), None);
    });
}

#[test]
fn read_only_sends_nothing_whatever_is_asked() {
    runtime().block_on(async {
        let (address, heard) = canned(200, &[], "{\"success\":true,\"message_id\":\"m\"}").await;
        let client = client_with(address, TOKEN, |o| o.read_only = true);
        let psid = Psid::new("7");
        assert_eq!(
            client.send(&reply(SendAs::Response, None, "hi")).await,
            Err(Error::ReadOnly)
        );
        assert_eq!(
            client.sender_action(&psid, "mark_seen", None).await,
            Err(Error::ReadOnly)
        );
        assert_eq!(
            client.control(&psid, &Control::Take).await,
            Err(Error::ReadOnly)
        );
        assert!(heard.lock().expect("unpoisoned").is_empty());
    });
}

#[test]
fn conversation_calls_keep_to_two_a_second_and_the_server_agrees() {
    runtime().block_on(async {
        let (address, simulator) = simulator(Options::default(), quick()).await;
        let (_, token) = simulator.app("switchboard").expect("the desk's app");
        let client = client(address, &token);
        let first = part(Platform::Messenger, 1, None);
        let calls = (0..5).map(|_| client.conversations(&first, None));
        let results = futures_util::future::join_all(calls).await;
        assert!(results.iter().all(Result::is_ok), "never 613");
    });
}
