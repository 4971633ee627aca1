//! The simulator and a server with canned answers, over real HTTP.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, OnceLock},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use switchboard::{
    clock::Clock,
    domain::{Content, LocalId, PageId, Platform, SendAs},
    graph::{Client, Options, Recipient, Reply},
    sim::{self, Simulator},
};
use tokio::{net::TcpListener, runtime::Runtime};
use tokio_util::sync::CancellationToken;

pub const PAGE: &str = "104857600000001";
pub const TOKEN: &str = "EAAcanaryTOKENcanary";

pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// What a server has heard: method, path with query, headers, body.
pub type WebhookEvent = Arc<Mutex<Vec<(String, String, String, String)>>>;

/// A server that answers everything alike and remembers what it heard.
pub async fn canned(
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
) -> (SocketAddr, WebhookEvent) {
    let heard = WebhookEvent::default();
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    let state = (Arc::clone(&heard), status, headers, body.to_owned());
    let app = Router::new().fallback(answer).with_state(state);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, heard)
}

type Canned = (WebhookEvent, u16, Vec<(String, String)>, String);

async fn answer(
    State((heard, status, headers, body)): State<Canned>,
    request: Request,
) -> Response {
    let method = request.method().to_string();
    let path = request.uri().to_string();
    let said = format!(
        "{:?}",
        request
            .headers()
            .iter()
            .map(|(k, v)| (k.as_str(), v.to_str().unwrap_or("")))
            .collect::<Vec<_>>()
    );
    let bytes = to_bytes(request.into_body(), usize::MAX)
        .await
        .expect("a body");
    heard.lock().expect("unpoisoned").push((
        method,
        path,
        said,
        String::from_utf8_lossy(&bytes).into_owned(),
    ));
    let mut response = Response::builder().status(StatusCode::from_u16(status).expect("a status"));
    for (name, value) in &headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body.clone())).expect("an answer")
}

/// A server that answers each path (with its query) by a rule, and counts its calls.
pub async fn served(
    rule: impl Fn(&str) -> String + Clone + Send + Sync + 'static,
) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let calls = Arc::clone(&asked);
    let app = Router::new().fallback(move |request: Request| {
        let path = request.uri().to_string();
        let body = rule(&path);
        calls.lock().expect("unpoisoned").push(path);
        async move { body }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, asked)
}

/// One clock for everybody in this process, which runs so much faster than the
/// computer's: whoever polls, backs off or answers later is not waited for so long.
pub fn quick() -> Clock {
    static QUICK: OnceLock<Clock> = OnceLock::new();
    let running = || Clock::running(Clock::system().now(), 4);
    QUICK.get_or_init(running).clone()
}

/// The simulator on a free port.
pub async fn simulator(options: sim::Options, clock: Clock) -> (SocketAddr, Simulator) {
    simulator_until(options, clock, CancellationToken::new()).await
}

/// The simulator on a free port, until it is told to go.
pub async fn simulator_until(
    options: sim::Options,
    clock: Clock,
    stop: CancellationToken,
) -> (SocketAddr, Simulator) {
    let simulator = Simulator::new(options, clock).expect("a world");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(
        simulator
            .clone()
            .serve(listener, async move { stop.cancelled().await }),
    );
    (address, simulator)
}

pub fn client(address: SocketAddr, token: &str) -> Client {
    client_with(address, token, |_| {})
}

pub fn client_with(address: SocketAddr, token: &str, change: impl FnOnce(&mut Options)) -> Client {
    client_by(quick(), address, token, change)
}

/// The same, by another clock.
pub fn client_by(
    clock: Clock,
    address: SocketAddr,
    token: &str,
    change: impl FnOnce(&mut Options),
) -> Client {
    let mut options = Options {
        base_url: format!("http://{address}"),
        api_version: "v27.0".into(),
        token: token.to_owned().into(),
        page: PageId::new(PAGE),
        read_only: false,
        log: None,
    };
    change(&mut options);
    Client::new(options, clock).expect("a client")
}

/// A Page without routing, so that everybody may send, and somebody on each platform.
pub const TWO_PEOPLE: &str = r#"
[page]
id = "104857600000001"
name = "Lamp"
instagram_id = "17841"
[switches]
no_quotas = true
[[app]]
name = "switchboard"
id = "300"
[[person]]
name = "Ana"
say = [{ at = "-1h", by = "customer", text = "hi" }]
[[person]]
name = "Insta"
platform = "instagram"
say = [{ at = "-1h", by = "customer", text = "hi" }]
"#;

/// A text on Messenger, inside the 24 hours.
pub fn reply_to(to: Recipient, text: &str) -> Reply {
    Reply {
        local: LocalId::new("a"),
        attempt: 1,
        to,
        platform: Platform::Messenger,
        content: Content::Text(text.into()),
        media: Vec::new(),
        quote: None,
        silent: false,
        persona: None,
        send_as: SendAs::Response,
        hand_back: None,
    }
}
