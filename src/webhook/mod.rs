//! The door for Meta's calls: behind the user's tunnel or proxy, on loopback by
//! default.
//!
//! ```text
//!   Meta ─ tunnel ─► head ≤ 16 KiB in 5 s ─► body ≤ 8 MiB in 10 s
//!                                              │ signature over the bytes
//!                                              ▼
//!                        graph decodes ─► Delivery ─► sync: one transaction
//!   Meta ◄──────────── 200 after the commit, 503 when full or slow ◄──┘
//! ```
//!
//! Nothing is parsed before its signature is found good, and nothing is answered
//! with 200 before it is on the disk: what we do not take, Meta delivers again.
//! One task holds all connections. This module must not know the store or the
//! screen.
//!
//! | file | |
//! |---|---|
//! | `mod` | the server, and what becomes of a call |
//! | `limits` | how much one sender and all together may take |

mod limits;

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, Response, StatusCode},
};
use futures_util::stream::{FuturesUnordered, StreamExt};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use secrecy::SecretString;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
};
use tokio_util::sync::CancellationToken;

use self::limits::{InFlight, Share};
use crate::{
    clock,
    graph::{Secrets, Signature, decode_webhook, handshake, same_token},
    sync::Delivery,
};

/// Bytes of a body at most. Meta's generic limit is 1,000 updates in a call.
const BODY: usize = 8 * 1024 * 1024;
/// Bytes of all bodies that are being read at most.
const BODIES: usize = 64 * 1024 * 1024;
/// Bytes of request line and headers at most.
const HEAD: usize = 16 * 1024;
/// For the head to come.
const HEAD_WAIT: Duration = Duration::from_secs(5);
/// For the body to come.
const BODY_WAIT: Duration = Duration::from_secs(10);
/// For everything about a connection, the reading of our answer included.
const CONNECTION_WAIT: Duration = Duration::from_secs(20);
/// Connections at once; further ones wait in the system's queue.
const CONNECTIONS: usize = 256;
/// For the commit. Meta wants its answer within 5 seconds.
const COMMIT_WAIT: Duration = Duration::from_secs(2);
/// Deliveries that wait for the engine at most.
pub const QUEUE: usize = 256;

/// What the door is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The app's secret, or two while it is being changed.
    pub secrets: Secrets,
    /// The token of the handshake; `None` refuses every handshake.
    pub verify_token: Option<SecretString>,
    /// The older signature counts where the newer one is missing.
    pub accept_sha1: bool,
}

/// A door that stands open.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    receiver: Arc<Receiver>,
}

#[derive(Debug)]
struct Receiver {
    options: Options,
    deliveries: mpsc::Sender<Delivery>,
    in_flight: InFlight,
}

impl Server {
    /// Listens, and hands what comes to `deliveries`. Nothing is answered
    /// before [`Server::serve`]. To be called where tasks run.
    pub fn open(options: Options, deliveries: mpsc::Sender<Delivery>) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(options.listen)?;
        listener.set_nonblocking(true)?;
        Ok(Self {
            listener: TcpListener::from_std(listener)?,
            receiver: Arc::new(Receiver {
                options,
                deliveries,
                in_flight: InFlight::new(BODIES),
            }),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop`.
    pub async fn serve(self, stop: CancellationToken) -> Result<(), String> {
        let mut open = FuturesUnordered::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(()) = open.next(), if !open.is_empty() => {}
                accepted = self.listener.accept(), if open.len() < CONNECTIONS => match accepted {
                    Ok((stream, _)) => open.push(connection(Arc::clone(&self.receiver), stream)),
                    // Out of file handles, say: the next one may work.
                    Err(_) => clock::sleep(Duration::from_millis(100)).await,
                },
            }
        }
    }
}

async fn connection(receiver: Arc<Receiver>, stream: TcpStream) {
    let service = service_fn(move |request: Request<Incoming>| {
        let receiver = Arc::clone(&receiver);
        async move { Ok::<_, Infallible>(receiver.answer(request.map(Body::new)).await) }
    });
    // One call a connection: nobody holds a place for longer than a call takes.
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_buf_size(HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // Who speaks no HTTP, or stops in the middle, is nobody's business.
    drop(clock::within(CONNECTION_WAIT, served).await);
}

/// Calls a door as Meta does for its handshake, to see whether it is reached.
/// `Err` says what happened instead.
pub async fn probe(url: &str, token: &SecretString) -> Result<(), String> {
    match handshake(url, token, "1158201444").await {
        Some((200, text)) if text.trim() == "1158201444" => Ok(()),
        Some((200, _)) => Err("something else answers there".into()),
        Some((403, _)) => Err("the door there has another token".into()),
        Some((status, _)) => Err(format!("it answers HTTP {status}")),
        None => Err("nobody answers".into()),
    }
}

impl Receiver {
    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let (status, text) = match *request.method() {
            Method::GET => self.handshake(request.uri().query().unwrap_or_default()),
            Method::POST => (self.delivery(request).await, String::new()),
            _ => (StatusCode::METHOD_NOT_ALLOWED, String::new()),
        };
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = status;
        response
    }

    /// Meta proves that it knows our token, and we that we are here: the
    /// challenge comes back as it came, as plain text.
    fn handshake(&self, query: &str) -> (StatusCode, String) {
        let mut challenge = None;
        let mut token = String::new();
        let mut mode = String::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "hub.mode" => mode = value.into_owned(),
                "hub.verify_token" => token = value.into_owned(),
                "hub.challenge" => challenge = Some(value.into_owned()),
                _ => {}
            }
        }
        let good = self
            .options
            .verify_token
            .as_ref()
            .is_some_and(|wanted| same_token(wanted, &token));
        match challenge {
            Some(challenge) if good && mode == "subscribe" => (StatusCode::OK, challenge),
            _ => (StatusCode::FORBIDDEN, String::new()),
        }
    }

    async fn delivery(&self, request: Request<Body>) -> StatusCode {
        let (head, body) = request.into_parts();
        let claimed = header(&head.headers, "content-length").and_then(|text| text.parse().ok());
        if claimed.is_some_and(|length: usize| length > BODY) {
            return StatusCode::PAYLOAD_TOO_LARGE;
        }
        // What is claimed costs nothing, what has come does.
        let mut room = self.in_flight.share();
        let bytes = match clock::within(BODY_WAIT, read(body, &mut room)).await {
            Some(Ok(bytes)) => bytes,
            Some(Err(status)) => return status,
            None => return StatusCode::REQUEST_TIMEOUT,
        };
        let signature = Signature {
            sha256: header(&head.headers, "x-hub-signature-256"),
            sha1: header(&head.headers, "x-hub-signature"),
        };
        let options = &self.options;
        if !options
            .secrets
            .signed(signature, &bytes, options.accept_sha1)
        {
            return StatusCode::UNAUTHORIZED;
        }
        self.hand_in(&bytes).await
    }

    /// Signed by Meta: whatever it is, it is taken, or kept for later by Meta.
    async fn hand_in(&self, bytes: &[u8]) -> StatusCode {
        let decoded = std::str::from_utf8(bytes).ok().and_then(decode_webhook);
        // No webhook of messaging: nothing to keep, and nothing to repeat.
        let Some(decoded) = decoded else {
            return StatusCode::OK;
        };
        if decoded.heard.is_empty() && decoded.unreadable == 0 {
            return StatusCode::OK;
        }
        let (taken, answer) = oneshot::channel();
        let delivery = Delivery {
            heard: decoded.heard,
            unreadable: decoded.unreadable,
            odd: decoded.odd,
            taken,
        };
        if self.deliveries.try_send(delivery).is_err() {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        match clock::within(COMMIT_WAIT, answer).await {
            Some(Ok(true)) => StatusCode::OK,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// A body, piece by piece; each takes its room.
async fn read(body: Body, room: &mut Share) -> Result<Vec<u8>, StatusCode> {
    let mut pieces = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| StatusCode::BAD_REQUEST)?;
        if bytes.len() + piece.len() > BODY {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        if !room.grow(piece.len()) {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
