//! The door for Meta's calls: behind the user's tunnel or proxy, on loopback by
//! default.
//!
//! ```text
//!   Meta ─ tunnel ─► head ≤ 16 KiB in 5 s ─► body ≤ 8 MiB in 10 s
//!              path and shape of the signature │ signature over the bytes
//!                                              ▼
//!                        graph decodes ─► Delivery ─► sync: one transaction
//!   Meta ◄──────────── 200 after the commit, 503 when full or slow ◄──┘
//! ```
//!
//! Nothing is parsed before its signature is found good, and nothing is answered
//! with 200 before it is on the disk: what we do not take, Meta delivers again.
//! Strangers cannot keep Meta out: who has no signature is refused on the head, a
//! small body needs nobody's room, and where places or room are short the oldest
//! call that is not here as a whole makes way. Only who has just shown a good signature
//! may bring the next call over the same connection, as tunnels do. One task holds all
//! connections. This module must not know the store or the screen.
//!
//! | file | |
//! |---|---|
//! | `mod` | the server, and what becomes of a call |
//! | `visitors` | who is at the door, and who makes way |

mod visitors;

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
        header::{CONNECTION, CONTENT_TYPE},
    },
};
use futures_util::stream::{FuturesUnordered, StreamExt};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use secrecy::SecretString;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{mpsc, oneshot},
};
use tokio_util::sync::CancellationToken;

use self::visitors::{Visitor, Visitors};
use crate::{
    clock::{self, Stopwatch},
    graph::{Secrets, Signature, decode_webhook, handshake, same_token},
    sync::Delivery,
};

/// Bytes of a body at most. Meta's generic limit is 1,000 updates in a call.
const BODY: usize = 8 * 1024 * 1024;
/// So many bytes of a body need no room that others could take. Almost all of
/// Meta's bodies are smaller.
const SMALL_BODY: usize = 64 * 1024;
/// Bytes of all bodies at once at most, besides what is small.
const BODIES: usize = 16 * 1024 * 1024;
/// Bodies are kept in blocks of so many bytes, so that they take what they hold.
const BLOCK: usize = 64 * 1024;
/// Bytes a second at least, of a body that is not small.
const SLOWEST: u64 = 64 * 1024;
/// For one piece of a body to come.
const PIECE_WAIT: Duration = Duration::from_secs(2);
/// Bytes of request line and headers at most.
const HEAD: usize = 16 * 1024;
/// For the head to come.
const HEAD_WAIT: Duration = Duration::from_secs(5);
/// For the body to come.
const BODY_WAIT: Duration = Duration::from_secs(10);
/// A connection may bring another call until it is so old (our choice): opening one for
/// each is a large part of what a call costs when many come.
const STAY: Duration = Duration::from_secs(5);
/// For everything about a connection, the reading of our last answer included.
const CONNECTION_WAIT: Duration = Duration::from_secs(25);
/// Connections at once.
const CONNECTIONS: usize = 256;
/// Connections that wait in the system's queue: whoever finds it full tries again
/// only after a second.
const BACKLOG: u32 = 1024;
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
    /// Where Meta calls, such as `/hook/7f3a`; `None` takes every path. Others are
    /// answered 404.
    pub path: Option<SecretString>,
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
    visitors: Visitors,
}

impl Server {
    /// Listens, and hands what comes to `deliveries`. Nothing is answered
    /// before [`Server::serve`]. To be called where tasks run.
    pub fn open(options: Options, deliveries: mpsc::Sender<Delivery>) -> io::Result<Self> {
        let socket = match options.listen {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(options.listen)?;
        Ok(Self {
            listener: socket.listen(BACKLOG)?,
            receiver: Arc::new(Receiver {
                options,
                deliveries,
                visitors: Visitors::new(CONNECTIONS, BODIES),
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
                accepted = self.listener.accept(), if self.receiver.visitors.has_place() => match accepted {
                    Ok((stream, _)) => open.push(connection(Arc::clone(&self.receiver), stream)),
                    // Out of file handles, say: the next one may work.
                    Err(_) => clock::sleep(Duration::from_millis(100)).await,
                },
            }
        }
    }
}

async fn connection(receiver: Arc<Receiver>, stream: TcpStream) {
    let visitor = Arc::new(receiver.visitors.enter());
    let sent_away = visitor.sent_away.clone();
    let came = Stopwatch::start();
    let service = service_fn(move |request: Request<Incoming>| {
        let (receiver, visitor) = (Arc::clone(&receiver), Arc::clone(&visitor));
        async move {
            let mut answer = receiver.answer(request.map(Body::new), &visitor).await;
            let is_new = Duration::from_millis(came.millis()) < STAY;
            if !visitor.answered() || !is_new {
                let close = HeaderValue::from_static("close");
                answer.headers_mut().insert(CONNECTION, close);
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    // Who speaks no HTTP, or stops in the middle, is nobody's business.
    tokio::select! {
        () = sent_away.cancelled() => {}
        _ = clock::within(CONNECTION_WAIT, served) => {}
    }
}

/// Calls a door as Meta does for its handshake, to see whether it is reached.
/// `Err` says what happened instead.
pub async fn probe(url: &str, token: &SecretString) -> Result<(), String> {
    match handshake(url, token, "1158201444").await {
        Some((200, text)) if text.trim() == "1158201444" => Ok(()),
        Some((200, _)) => Err("something else answers there".into()),
        Some((403, _)) => Err("what answers there has a different verify token".into()),
        Some((status, _)) => Err(format!("it answers HTTP {status}")),
        None => Err("there is no answer".into()),
    }
}

impl Receiver {
    async fn answer(&self, request: Request<Body>, visitor: &Visitor) -> Response<Body> {
        let path = request.uri().path();
        let wanted = self.options.path.as_ref();
        let (status, text) = match *request.method() {
            _ if wanted.is_some_and(|wanted| !same_token(wanted, path)) => {
                (StatusCode::NOT_FOUND, String::new())
            }
            Method::GET => self.handshake(request.uri().query().unwrap_or_default()),
            Method::POST => (self.delivery(request, visitor).await, String::new()),
            _ => (StatusCode::METHOD_NOT_ALLOWED, String::new()),
        };
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = status;
        // A browser that is led here shows no page of somebody else's making.
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, plain);
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

    async fn delivery(&self, request: Request<Body>, visitor: &Visitor) -> StatusCode {
        let (head, body) = request.into_parts();
        let signature = Signature {
            sha256: header(&head.headers, "x-hub-signature-256"),
            sha1: header(&head.headers, "x-hub-signature"),
        };
        let options = &self.options;
        if !signature.is_well_formed(options.accept_sha1) {
            return StatusCode::UNAUTHORIZED;
        }
        let claimed = header(&head.headers, "content-length").and_then(|text| text.parse().ok());
        if claimed.is_some_and(|length: usize| length > BODY) {
            return StatusCode::PAYLOAD_TOO_LARGE;
        }
        let bytes = match clock::within(BODY_WAIT, read(body, visitor)).await {
            Some(Ok(bytes)) => bytes,
            Some(Err(status)) => return status,
            None => return StatusCode::REQUEST_TIMEOUT,
        };
        if !options
            .secrets
            .signed(signature, &bytes, options.accept_sha1)
        {
            return StatusCode::UNAUTHORIZED;
        }
        visitor.is_whole();
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

/// A body, piece by piece. What is claimed costs nothing, what has come takes room.
async fn read(body: Body, visitor: &Visitor) -> Result<Vec<u8>, StatusCode> {
    let mut pieces = body.into_data_stream();
    let (mut blocks, mut length) = (Vec::<Vec<u8>>::new(), 0);
    let since = Stopwatch::start();
    loop {
        let piece = match clock::within(PIECE_WAIT, pieces.next()).await {
            Some(Some(piece)) => piece.map_err(|_| StatusCode::BAD_REQUEST)?,
            Some(None) => return Ok(blocks.concat()),
            None => return Err(StatusCode::REQUEST_TIMEOUT),
        };
        length += piece.len();
        if length > BODY {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let due = since.millis().saturating_sub(1_000) * SLOWEST / 1_000;
        if length > SMALL_BODY && u64::try_from(length).is_ok_and(|length| length < due) {
            return Err(StatusCode::REQUEST_TIMEOUT);
        }
        let mut rest = &piece[..];
        while !rest.is_empty() {
            let room = blocks.last().map_or(0, |block| BLOCK - block.len());
            if room == 0 {
                let small = blocks.len() < SMALL_BODY / BLOCK;
                if !small && !visitor.hold(BLOCK) {
                    return Err(StatusCode::SERVICE_UNAVAILABLE);
                }
                // A block that is full is never grown; the first one only as needed.
                blocks.push(Vec::new());
                continue;
            }
            let (now, later) = rest.split_at(room.min(rest.len()));
            if let Some(block) = blocks.last_mut() {
                block.extend_from_slice(now);
            }
            rest = later;
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
