//! E14 and X26 over real HTTP on loopback, and the calls below `/sim`.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{super::*, NOW, WORLD};
use crate::clock::{Clock, Span, Stopwatch, Timestamp};

/// The status of a bot that refuses its first handshake.
const NOT_YET: u16 = 503;

/// What a bot's server has heard: headers and body.
type Heard = Arc<Mutex<Vec<(String, String, String)>>>;

/// A bot that answers the handshake and takes everything; `status` for what is
/// posted.
async fn bot(status: Arc<Mutex<u16>>) -> (String, Heard) {
    let heard = Heard::default();
    let app = Router::new()
        .fallback(bot_answers)
        .with_state((Arc::clone(&heard), status));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    (format!("http://{address}/hook"), heard)
}

async fn bot_answers(
    State((heard, status)): State<(Heard, Arc<Mutex<u16>>)>,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    if request.method() == "GET" {
        let mut now = status.lock().expect("unpoisoned");
        if *now == NOT_YET {
            // From the next handshake on it is there.
            *now = 200;
            let mut refused = Response::new(Body::empty());
            *refused.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            return refused;
        }
        let challenge = query
            .split('&')
            .find_map(|p| p.strip_prefix("hub.challenge="));
        return Response::new(Body::from(challenge.unwrap_or_default().to_owned()));
    }
    let headers = request.headers().clone();
    let header = |name: &str| {
        let value = headers.get(name).and_then(|v| v.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (sha256, sha1) = (header("x-hub-signature-256"), header("x-hub-signature"));
    let bytes = to_bytes(request.into_body(), usize::MAX)
        .await
        .expect("a body");
    let body = String::from_utf8_lossy(&bytes).into_owned();
    heard.lock().expect("unpoisoned").push((sha256, sha1, body));
    let code = StatusCode::from_u16(*status.lock().expect("unpoisoned")).expect("a status");
    Response::builder()
        .status(code)
        .body(Body::empty())
        .expect("an answer")
}

struct Stage {
    simulator: Simulator,
    base: String,
    clock: Clock,
    status: Arc<Mutex<u16>>,
    heard: Heard,
}

impl Stage {
    /// The usual world, whose desk listens. Its clock stands still.
    async fn new() -> Self {
        Self::with_status(200).await
    }

    async fn with_status(status: u16) -> Self {
        let status = Arc::new(Mutex::new(status));
        let (url, heard) = bot(Arc::clone(&status)).await;
        let clock = Clock::manual(Timestamp::from_millis(NOW));
        let options = Options {
            seed: 1,
            scenario: Some(WORLD.into()),
            apps: vec![("desk".into(), url)],
            ..Options::default()
        };
        let simulator = Simulator::new(options, clock.clone()).expect("a world");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(simulator.clone().serve(listener, std::future::pending()));
        Self {
            simulator,
            base,
            clock,
            status,
            heard,
        }
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let client = webhooks::client().expect("a client");
        let url = format!("{}{path}", self.base);
        let answer = client
            .post(url)
            .json(&body)
            .send()
            .await
            .expect("an answer");
        (
            answer.status().as_u16(),
            answer.json().await.unwrap_or_default(),
        )
    }

    async fn says(&self, text: &str) {
        let body = json!({"person": "Ana", "do": "writes", "text": text});
        assert_eq!(self.post("/sim/deeds", body).await.0, 200);
    }

    async fn until(&self, what: &str, wanted: impl Fn(&Self) -> bool) {
        until(&self.simulator, what, || wanted(self)).await;
    }

    /// Waits until so many deliveries were heard, and their answers were, too.
    async fn hears(&self, count: usize) -> Vec<(String, String, String)> {
        self.until("a delivery", |stage| {
            let heard = stage.heard.lock().expect("unpoisoned").len();
            heard >= count && !stage.simulator.world().apps[0].webhook.is_busy()
        })
        .await;
        self.heard.lock().expect("unpoisoned").clone()
    }
}

/// Waits until the world is as wanted. Nothing sleeps: it is asked again and again,
/// and a limit far beyond any good run ends it.
pub(super) async fn until(simulator: &Simulator, what: &str, wanted: impl Fn() -> bool) {
    let watch = Stopwatch::start();
    while !wanted() {
        assert!(watch.millis() < 20_000, "{what} never came");
        simulator.changed.notify_one();
        tokio::task::yield_now().await;
    }
}

pub(super) fn texts(body: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(body).expect("JSON");
    let entries = body["entry"].as_array().cloned().unwrap_or_default();
    let events = entries.iter().flat_map(|entry| {
        let list = entry.get("messaging").or_else(|| entry.get("standby"));
        list.and_then(Value::as_array).cloned().unwrap_or_default()
    });
    events
        .map(|event| event["message"]["text"].as_str().unwrap_or("-").to_owned())
        .collect()
}

pub(super) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(test);
}

#[test]
fn a_bot_that_starts_after_the_simulator_is_found_while_the_clock_stands_still() {
    run(async {
        let stage = Stage::with_status(NOT_YET).await;
        stage.says("are you there?").await;
        let heard = stage.hears(1).await;
        assert_eq!(texts(&heard[0].2), ["are you there?"]);
    });
}

#[test]
fn e14_deliveries_are_signed_twice_over_the_escaped_bytes() {
    run(async {
        let stage = Stage::new().await;
        stage.says("ä/ 😀").await;
        let heard = stage.hears(1).await;
        let (sha256, sha1, body) = &heard[0];
        assert!(body.contains("\\u00e4\\/ \\ud83d\\ude00"), "{body}");
        let secret = stage.simulator.world().apps[0].secret.clone();
        assert_eq!(*sha256, sign::sha256(&secret, body.as_bytes()));
        assert_eq!(*sha1, sign::sha1(&secret, body.as_bytes()));
        let json: Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(
            (&json["object"], &json["entry"][0]["id"]),
            (&json!("page"), &json!("1048"))
        );
        assert_eq!(json["entry"][0]["messaging"][0]["timestamp"], NOW);
    });
}

#[test]
fn e14_what_is_not_taken_is_tried_again_and_given_up_after_an_hour() {
    run(async {
        let stage = Stage::new().await;
        stage.says("first").await;
        stage.hears(1).await;
        *stage.status.lock().expect("unpoisoned") = 503;
        stage.says("second").await;
        let heard = stage.hears(3).await;
        assert_eq!(heard[1].2, heard[2].2, "the same bytes, at once");
        // What has failed is put off from the moment that its answer is taken.
        let idle = |stage: &Stage| !stage.simulator.world().apps[0].webhook.is_busy();
        stage.until("the answer", idle).await;
        stage.clock.advance(Span::seconds(10));
        stage.hears(4).await;
        stage.until("the answer", idle).await;
        for _ in 0..8 {
            let heard = |stage: &Stage| stage.heard.lock().expect("unpoisoned").len();
            let over = |stage: &Stage| stage.simulator.world().apps[0].webhook.disabled;
            let count = heard(&stage);
            stage.clock.advance(Span::minutes(16));
            stage
                .until("the next try, or the end", |stage| {
                    idle(stage) && (over(stage) || heard(stage) > count)
                })
                .await;
        }
        assert!(stage.simulator.world().apps[0].webhook.disabled);
        *stage.status.lock().expect("unpoisoned") = 200;
        stage.says("third").await;
        assert_eq!(
            stage.simulator.world().apps[0].webhook.waiting(),
            0,
            "unsubscribed"
        );
    });
}

#[test]
fn e14_duplicates_disorder_loss_and_forgery_come_on_order() {
    run(async {
        let stage = Stage::new().await;
        stage.says("first").await;
        stage.hears(1).await;
        let order = |fault: &str| json!({"app": "desk", "fault": fault});
        stage.post("/sim/faults", order("duplicate")).await;
        stage.says("twice").await;
        let heard = stage.hears(3).await;
        assert_eq!(heard[1], heard[2], "byte for byte");
        stage.post("/sim/faults", order("forge")).await;
        stage.says("forged").await;
        let heard = stage.hears(4).await;
        let secret = stage.simulator.world().apps[0].secret.clone();
        assert_ne!(heard[3].0, sign::sha256(&secret, heard[3].2.as_bytes()));
        stage.post("/sim/faults", order("lose")).await;
        stage.says("lost").await;
        stage.says("kept").await;
        let heard = stage.hears(5).await;
        assert_eq!(texts(&heard[4].2), ["kept"]);
        stage.post("/sim/faults", order("disorder")).await;
        stage.says("earlier").await;
        stage.says("later").await;
        let heard = stage.hears(6).await;
        assert_eq!(texts(&heard[5].2), ["later", "earlier"]);
    });
}

#[test]
fn e10_a_callback_is_called_before_it_is_used() {
    run(async {
        let stage = Stage::new().await;
        let (id, secret) = {
            let world = stage.simulator.world();
            (world.apps[1].id.clone(), world.apps[1].secret.clone())
        };
        let (url, heard) = bot(Arc::new(Mutex::new(200))).await;
        let body = |url: &str| {
            json!({"object": "page", "callback_url": url, "verify_token": "v", "fields": "messages,standby",
                   "access_token": format!("{id}|{secret}")})
        };
        let path = format!("/v26.0/{id}/subscriptions");
        let (status, answer) = stage.post(&path, body("http://127.0.0.1:1/")).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(2200)));
        // Nor by another way round.
        let query = format!("object=page&callback_url={url}&verify_token=v&fields=messages");
        let item = json!({"method": "POST", "relative_url": &path[1..], "body": query});
        let batch = json!({"access_token": format!("{id}|{secret}"), "batch": [item]});
        let (_, answer) = stage.post("/v26.0/", batch).await;
        let inside = answer[0]["body"].as_str().unwrap_or_default();
        assert!(inside.contains("2200"), "{answer}");
        let (status, answer) = stage.post(&path, body(&url)).await;
        assert_eq!((status, answer), (200, json!({"success": true})));
        stage.says("to the bot as well").await;
        let told = |_: &Stage| !heard.lock().expect("unpoisoned").is_empty();
        stage.until("the bot's delivery", told).await;
        let body = heard.lock().expect("unpoisoned")[0].2.clone();
        assert!(
            body.contains("\"standby\""),
            "the desk owns the thread: {body}"
        );
    });
}

#[test]
fn x26_a_send_whose_answer_is_cut_off_has_arrived() {
    run(async {
        let stage = Stage::new().await;
        stage
            .post("/sim/faults", json!({"fault": "lose_answer"}))
            .await;
        let (token, psid) = {
            let world = stage.simulator.world();
            (world.apps[0].token.clone(), world.people[0].id.clone())
        };
        let client = webhooks::client().expect("a client");
        let body =
            json!({"recipient": {"id": psid}, "message": {"text": "gone?"}, "access_token": token});
        let answer = client
            .post(format!("{}/v26.0/me/messages", stage.base))
            .json(&body)
            .send()
            .await;
        let read = match answer {
            Ok(answer) => answer.bytes().await.map(|_| ()),
            Err(error) => Err(error),
        };
        assert!(read.is_err(), "no answer");
        let world = stage.simulator.world();
        assert_eq!(
            world.people[0].messages.last().map(|m| m.text.clone()),
            Some("gone?".into())
        );
    });
}

#[test]
fn the_clock_is_set_wound_and_run_and_never_goes_back() {
    run(async {
        let stage = Stage::new().await;
        let (_, before) = stage.post("/sim/clock", json!({})).await;
        let (_, after) = stage.post("/sim/clock", json!({"by": "+23h"})).await;
        let time = |value: &Value| -> jiff::Timestamp {
            value["now"]
                .as_str()
                .expect("a time")
                .parse()
                .expect("a time")
        };
        let passed = time(&after).as_second() - time(&before).as_second();
        assert_eq!(passed, 23 * 3600);
        // As a shell's tool sends it that is told nothing of JSON.
        let form = webhooks::client()
            .expect("a client")
            .post(format!("{}/sim/clock", stage.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(r#"{"by": "+1h"}"#);
        let wound: Value = form
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        assert_eq!(time(&wound).as_second() - time(&after).as_second(), 3600);
        let after = wound;
        let back = json!({"to": "2020-01-01T00:00:00Z"});
        assert_eq!(stage.post("/sim/clock", back).await.0, 400);
        let (_, fast) = stage.post("/sim/clock", json!({"speed": 60})).await;
        assert_eq!(fast["speed"], 60.0);
        stage.clock.advance(Span::seconds(1));
        let (_, later) = stage.post("/sim/clock", json!({})).await;
        assert_eq!(time(&later).as_second() - time(&after).as_second(), 60);
        for (path, body) in [
            ("/sim/clock", json!({"by": "tomorrow"})),
            ("/sim/clock", json!({"bye": "+1h"})),
            ("/sim/storm", json!({"rate": 1, "second": 1})),
            ("/sim/faults", json!({"fault": "html", "time": 2})),
            ("/sim/clock", json!({"by": "+9223372036854775807d"})),
            ("/sim/clock", json!({"by": "+61d"})),
            ("/sim/clock", json!({"by": "+"})),
            ("/sim/faults", json!({"status": 200, "code": 4})),
            ("/sim/faults", json!({"status": 70_000, "code": 4})),
            ("/sim/clock", json!({"speed": -1})),
            ("/sim/faults", json!({"fault": "fire"})),
            ("/sim/faults", json!({"code": 7})),
            ("/sim/faults", json!({"app": "nobody", "fault": "lose"})),
            ("/sim/storm", json!({"rate": 0, "seconds": 1})),
            ("/sim/deeds", json!({"do": "flies"})),
            ("/sim/people", json!({"nmae": "Mia"})),
            ("/sim/deeds", json!({"person": "Nobody", "do": "writes"})),
            ("/sim/nothing", json!({})),
        ] {
            let (status, answer) = stage.post(path, body).await;
            assert_eq!(status, 400, "{path}");
            assert!(answer["error"]["message"].is_string(), "{path}");
        }
    });
}

#[test]
fn a_code_alone_orders_the_whole_error() {
    run(async {
        let stage = Stage::new().await;
        stage.post("/sim/faults", json!({"code": 2_018_300})).await;
        let token = stage.simulator.world().apps[0].token.clone();
        let psid = stage.simulator.world().people[0].id.clone();
        let body =
            json!({"recipient": {"id": psid}, "message": {"text": "x"}, "access_token": token});
        let typing =
            json!({"recipient": {"id": psid}, "sender_action": "typing_on", "access_token": token});
        let (status, _) = stage.post("/v26.0/me/messages", typing).await;
        assert_eq!(status, 200, "the typing before it is no reply");
        let (status, answer) = stage.post("/v26.0/me/messages", body.clone()).await;
        let error = &answer["error"];
        assert_eq!(
            (status, &error["code"], &error["error_subcode"]),
            (400, &json!(10), &json!(2_018_300))
        );
        assert_eq!(stage.post("/v26.0/me/messages", body).await.0, 200, "once");
    });
}

#[test]
fn e15_the_answer_says_which_version_served_it() {
    run(async {
        let stage = Stage::new().await;
        let client = webhooks::client().expect("a client");
        for (asked, served) in [
            ("v21.0/", "v21.0"),
            ("v22.0/", "v22.0"),
            ("v23.0/", "v23.0"),
            ("v24.0/", "v24.0"),
            ("v25.0/", "v25.0"),
            ("v26.0/", "v26.0"),
            ("v27.0/", "v27.0"),
            ("v2.6/", "v21.0"),
            ("", "v27.0"),
        ] {
            let url = format!("{}/{asked}me", stage.base);
            let answer = client.get(url).send().await.expect("an answer");
            assert_eq!(answer.headers()["facebook-api-version"], served, "{asked}");
            // Without a token it is an error.
            assert_eq!(
                answer.headers()["content-type"],
                "application/json; charset=UTF-8"
            );
        }
    });
}
