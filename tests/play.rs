//! Three processes play: the simulator; a bot that answers its webhooks over
//! HTTP (this file again, started as a program of its own); and the desk with
//! its door, in a pseudo-terminal. Whoever writes a bot can read it here.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::process::{Command, Stdio};

use axum::{Router, body::to_bytes, extract::Request, extract::State, response::Response};
use serde_json::{Value, json};
use support::{
    http::runtime,
    process::{Helper, Sim, free_port},
    pty::log,
    wing::{http, sha256},
};
use tokio::net::TcpListener;

/// Ana writes by the clock of the world, and answers a human by herself.
const SCENARIO: &str = r#"
[page]
id = "104857600000001"
name = "Lamp & Co"
instagram_id = "17841400000000001"
instagram_name = "lampandco"
default_app = "bot"

[[app]]
name = "switchboard"
id = "300000000000002"

[[app]]
name = "bot"
id = "200000000000001"

[[person]]
name = "Ana Ruiz"
answers = ["thank you so much!"]
say = [{ at = "-1h", by = "customer", text = "hello?" }]

[[timeline]]
at = "+2s"
person = "Ana Ruiz"
do = "writes"
text = "where is my refund"
"#;

/// What a bot has to know.
#[derive(Clone)]
struct Bot {
    base: String,
    token: String,
    secret: String,
    verify_token: String,
    desk: String,
}

/// The bot's program. It is no test: `three_processes_play_the_whole_story`
/// starts it.
#[test]
#[ignore = "a program of its own, started by the test below"]
fn the_bot() {
    let of = |name: &str| std::env::var(name).expect("the test sets it");
    let bot = Bot {
        base: of("BOT_BASE"),
        token: of("BOT_TOKEN"),
        secret: of("BOT_SECRET"),
        verify_token: of("BOT_VERIFY_TOKEN"),
        desk: of("BOT_DESK"),
    };
    runtime().block_on(async {
        let address = format!("127.0.0.1:{}", of("BOT_PORT"));
        let listener = TcpListener::bind(address).await.expect("the port");
        let app = Router::new().fallback(hook).with_state(bot);
        axum::serve(listener, app).await.expect("it serves");
    });
}

async fn hook(State(bot): State<Bot>, request: Request) -> Response<String> {
    let answer = |status: u16, text: &str| {
        Response::builder()
            .status(status)
            .body(text.to_owned())
            .expect("an answer")
    };
    if request.method() == "GET" {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let of = |name: &str| {
            query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name))
                .unwrap_or_default()
        };
        if of("hub.verify_token=") == bot.verify_token {
            return answer(200, of("hub.challenge="));
        }
        return answer(403, "");
    }
    let signature = request.headers().get("x-hub-signature-256").cloned();
    let body = to_bytes(request.into_body(), 1 << 20)
        .await
        .expect("a body");
    if signature.is_none_or(|given| given != sha256(&bot.secret, &body).as_str()) {
        return answer(401, "");
    }
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    for entry in body["entry"].as_array().into_iter().flatten() {
        for event in entry["messaging"].as_array().into_iter().flatten() {
            bot.hear(event).await;
        }
    }
    answer(200, "")
}

impl Bot {
    async fn hear(&self, event: &Value) {
        let person = &event["sender"]["id"];
        if let Some(text) = event["message"]["text"].as_str() {
            if event["message"]["is_echo"] == true {
                return;
            }
            if !text.contains("refund") {
                return self.says(person, "You are welcome.").await;
            }
            self.says(person, "A colleague will look at it.").await;
            let note = json!({"v": 1, "intent": "refund_dispute", "order": "4471"}).to_string();
            let pass =
                json!({"recipient": {"id": person}, "target_app_id": self.desk, "metadata": note});
            self.post("me/pass_thread_control", pass).await;
        } else if event.get("pass_thread_control").is_some() {
            self.says(person, "Here is your bot again.").await;
        }
    }

    async fn says(&self, person: &Value, text: &str) {
        self.post(
            "me/messages",
            json!({"recipient": {"id": person}, "message": {"text": text}}),
        )
        .await;
    }

    async fn post(&self, path: &str, body: Value) {
        let call = http()
            .post(format!("{}/v27.0/{path}", self.base))
            .bearer_auth(&self.token);
        call.json(&body).send().await.expect("an answer");
    }
}

#[test]
fn three_processes_play_the_whole_story() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| {
        folder
            .path()
            .join(name)
            .to_str()
            .expect("a path")
            .to_owned()
    };
    std::fs::write(file("story.toml"), SCENARIO).expect("a scenario");
    let (bot_port, door_port) = (free_port(), free_port());

    let sim = Sim::start(&[
        &file("story.toml"),
        "--app",
        &format!("bot=http://127.0.0.1:{bot_port}/hook"),
        "--app",
        &format!("switchboard=http://127.0.0.1:{door_port}/"),
        "--log",
        &file("sim.log"),
    ]);
    let bot = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "the_bot", "--ignored", "--nocapture"])
        .env("BOT_BASE", sim.text("base_url"))
        .env("BOT_TOKEN", sim.of_app("bot", "token"))
        .env("BOT_SECRET", sim.of_app("bot", "secret"))
        .env("BOT_VERIFY_TOKEN", sim.of_app("bot", "verify_token"))
        .env("BOT_DESK", sim.of_app("switchboard", "id"))
        .env("BOT_PORT", bot_port.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("the bot starts");
    let _bot = Helper(bot);
    let mut desk = sim.desk_with_a_door(folder.path(), door_port, "nowhere");

    // The customer writes, the bot answers and passes with a note.
    desk.wait("the escalation", |screen| {
        screen.contains("live · webhook")
            && screen.contains("Ana Ruiz")
            && screen.contains("1 Needs me 1")
    });
    desk.type_in("\r");
    desk.wait("the story so far", |screen| {
        screen.contains("where is my refund")
            && screen.contains("bot │ A colleague will look at it.")
            && screen.contains("shopbot → us")
            && screen.contains("From shopbot")
            && screen.contains("refund_dispute")
    });
    // The agent answers, and sees it delivered and seen.
    desk.type_in("r");
    desk.wait_for("To Ana Ruiz");
    desk.enter("It is on its way, Ana.");
    // The bot has just spoken, so the desk asks.
    desk.wait_for("to send anyway");
    desk.type_in("\r");
    desk.wait("the receipt", |screen| screen.contains("✓✓ seen"));
    // In the thread, not only in the list: who begins to write has seen it.
    desk.wait_for("Ana │ thank you so much!");
    // Hands back inside the send, and the bot goes on.
    desk.type_in("Bye, Ana!\u{4}");
    desk.wait_for("1    resolved");
    desk.type_in("1");
    desk.wait("the bot again", |screen| {
        screen.contains("Here is your bot again.")
    });

    // She writes once more; the agent takes the thread from the bot.
    desk.type_in("\u{1b}");
    desk.wait("the list again", |screen| {
        screen.contains("Nobody needs you") && screen.contains("q quit")
    });
    desk.type_in("5");
    sim.deed(json!({"person": "Ana Ruiz", "do": "writes", "text": "one more thing"}));
    desk.wait("the bot's answer", |screen| screen.contains("You are welc"));
    desk.wait_for("q quit");
    desk.type_in("\r");
    desk.wait_for("q list");
    desk.type_in("t");
    desk.wait_for("you took control");
    desk.type_in("q");
    desk.wait_for("/ filter");
    desk.type_in("q");
    desk.wait("the question", |screen| {
        screen.contains("held") || screen.contains("quit")
    });
    desk.type_in("\u{3}\u{3}");

    let calls = log(std::path::Path::new(&file("sim.log")));
    let by = |app: &str| {
        let own = calls
            .iter()
            .filter(|call| call["app"] == app && call["method"] == "POST");
        own.map(|call| {
            let path = call["path"].as_str().expect("a path");
            let edge = path.rsplit('/').next().expect("an edge").to_owned();
            match call["body"]["sender_action"].as_str() {
                Some(action) => action.to_owned(),
                None if call["body"].get("thread_control").is_some() => format!("{edge}+pass"),
                None => edge,
            }
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(
        by("bot"),
        ["messages", "pass_thread_control", "messages", "messages"],
        "{calls:#?}"
    );
    let ours = by("switchboard");
    assert!(
        ours.contains(&"messages+pass".to_owned()),
        "one call: {ours:?}"
    );
    assert!(ours.contains(&"take_thread_control".to_owned()), "{ours:?}");
    assert!(
        !ours.contains(&"pass_thread_control".to_owned()),
        "{ours:?}"
    );
    let delivered = calls.iter().filter(|call| call["method"] == "WEBHOOK");
    assert!(delivered.clone().all(|call| call["status"] == 200));
    assert!(delivered.count() > 6);
}
