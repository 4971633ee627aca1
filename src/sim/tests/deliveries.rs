//! E14: deliveries do not wait for each other.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{
    super::*,
    NOW, WORLD,
    webhooks::{run, texts, until},
};
use crate::clock::{Clock, Span, Timestamp};
use axum::{Router, body::to_bytes, extract::Request, http::StatusCode, response::Response};
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

/// An app's program. While it is sick it answers what holds the word `poison` with
/// 500; the rest it takes and remembers.
#[derive(Clone, Default)]
struct Program {
    sick: Arc<AtomicBool>,
    taken: Arc<Mutex<BTreeSet<String>>>,
    refused: Arc<Mutex<usize>>,
}

impl Program {
    /// Starts it; where it listens.
    async fn start(&self) -> String {
        let program = self.clone();
        let app = Router::new().fallback(move |request: Request| program.clone().answer(request));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        format!("http://{address}/")
    }

    async fn answer(self, request: Request) -> Response<String> {
        let query = request.uri().query().unwrap_or_default();
        let challenge = query
            .split('&')
            .find_map(|p| p.strip_prefix("hub.challenge="));
        if let Some(challenge) = challenge {
            return Response::new(challenge.to_owned());
        }
        let bytes = to_bytes(request.into_body(), usize::MAX)
            .await
            .expect("a body");
        let body = String::from_utf8_lossy(&bytes).into_owned();
        let mut response = Response::new(String::new());
        if self.sick.load(Ordering::SeqCst) && body.contains("poison") {
            *self.refused.lock().expect("unpoisoned") += 1;
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        } else {
            self.taken.lock().expect("unpoisoned").extend(texts(&body));
        }
        response
    }

    fn took(&self, text: &str) -> bool {
        self.taken.lock().expect("unpoisoned").contains(text)
    }
}

#[test]
fn e14_what_an_app_refuses_holds_nothing_else_back() {
    run(async {
        let programs: [Program; 3] = Default::default();
        let mut apps = Vec::new();
        for (name, program) in ["desk", "bot", "inbox"].into_iter().zip(&programs) {
            apps.push((name.to_owned(), program.start().await));
        }
        let clock = Clock::manual(Timestamp::from_millis(NOW));
        let options = Options {
            seed: 1,
            scenario: Some(WORLD.into()),
            conversations: 100,
            apps,
            ..Options::default()
        };
        let simulator = Simulator::new(options, clock.clone()).expect("a world");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        tokio::spawn(simulator.clone().serve(listener, std::future::pending()));
        programs[0].sick.store(true, Ordering::SeqCst);

        let says = |name: &str, text: &str| {
            let action = json!({"person": name, "do": "writes", "text": text});
            let action = serde_json::from_value(action).expect("an action");
            simulator.world().act(&action, NOW).expect("done");
        };
        let names: Vec<String> = simulator
            .world()
            .people
            .iter()
            .map(|p| p.name.clone())
            .collect();
        assert!(names.len() >= 100);
        says("Ana", "poison");
        let blocked = |name: &String| {
            simulator
                .world()
                .people
                .iter()
                .any(|p| p.name == *name && p.blocked)
        };
        let hellos: Vec<String> = (0..)
            .zip(names.iter().filter(|name| !blocked(name)))
            .map(|(n, name)| {
                let text = format!("hello {n}");
                says(name, &text);
                text
            })
            .collect();
        // Nothing passes but what is under way: a minute of world time, second by second.
        for second in 0..60 {
            if second == 1 {
                until(&simulator, "all but the poison", || {
                    programs
                        .iter()
                        .all(|program| hellos.iter().all(|text| program.took(text)))
                })
                .await;
            }
            clock.advance(Span::seconds(1));
            simulator.changed.notify_one();
        }
        assert!(!programs[0].took("poison") && programs[1].took("poison"));
        let hooks = || {
            simulator
                .control("GET", &["hooks"], &Default::default())
                .expect("hooks")
        };
        until(&simulator, "a second attempt", || {
            let held = hooks()["data"][0]["deliveries"].clone();
            let alone = held.as_array().is_some_and(|all| all.len() == 1);
            // While one is under way the clock must not jump: its pause would begin late.
            let still = !simulator.world().apps[0].webhook.is_busy();
            alone && still && held[0]["attempts"].as_u64() >= Some(2)
        })
        .await;
        let held = hooks()["data"][0]["deliveries"].clone();
        assert_eq!(held.as_array().map(Vec::len), Some(1), "{held}");
        assert_eq!(
            (&held[0]["events"], &held[0]["last_status"]),
            (&json!(1), &json!(500))
        );
        assert_eq!(hooks()["data"][1]["deliveries"], json!([]));

        programs[0].sick.store(false, Ordering::SeqCst);
        clock.advance(Span::minutes(15));
        until(&simulator, "the poison, taken at last", || {
            programs[0].took("poison")
        })
        .await;
        until(&simulator, "nothing under way", || {
            hooks()["data"][0]["deliveries"] == json!([])
        })
        .await;
        assert!(!simulator.world().apps[0].webhook.disabled);
    });
}

/// One bad event for an hour is given up; an app that takes everything else stays.
#[test]
fn e14_an_event_that_is_never_taken_is_given_up_alone() {
    run(async {
        let program = Program::default();
        program.sick.store(true, Ordering::SeqCst);
        let clock = Clock::manual(Timestamp::from_millis(NOW));
        let options = Options {
            seed: 1,
            scenario: Some(WORLD.into()),
            apps: vec![("desk".into(), program.start().await)],
            ..Options::default()
        };
        let simulator = Simulator::new(options, clock.clone()).expect("a world");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        tokio::spawn(simulator.clone().serve(listener, std::future::pending()));
        let says = |text: &str| {
            let action = json!({"person": "Ana", "do": "writes", "text": text});
            let action = serde_json::from_value(action).expect("an action");
            let now = simulator.time.now();
            simulator.world().act(&action, now).expect("done");
        };
        says("poison");
        let refused = || *program.refused.lock().expect("unpoisoned");
        until(&simulator, "a refusal", || refused() > 0).await;
        for round in 0..6 {
            let text = format!("well {round}");
            says(&text);
            until(&simulator, "the next", || program.took(&text)).await;
            let (before, idle) = (refused(), || !simulator.world().apps[0].webhook.is_busy());
            until(&simulator, "answers", idle).await;
            let over = || simulator.world().apps[0].webhook.deliveries.is_empty();
            clock.advance(Span::minutes(16));
            until(&simulator, "another attempt, or the end", || {
                idle() && (refused() > before || over())
            })
            .await;
        }
        let world = simulator.world();
        assert!(world.apps[0].webhook.deliveries.is_empty(), "given up");
        assert!(!world.apps[0].webhook.disabled);
    });
}
