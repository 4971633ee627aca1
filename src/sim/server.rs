//! HTTP around the world: reading requests, writing answers as Meta does
//! (escaped text, its headers), the log, and the faults on order.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{
    Simulator,
    answer::iso_millis,
    cdn,
    fail::Fail,
    faults::Fault,
    params::{Params, version_and_path},
    read,
    route::{Known, dispatch},
    script, sender,
    sign::escaped,
};
use crate::clock::{self, Stopwatch};

/// More than the largest file that is refused by its size.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// The `--log` file: one line for every call, as the server saw it.
#[derive(Debug)]
pub(super) struct Log(Mutex<File>);

impl Log {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .map(|file| Self(Mutex::new(file)))
    }

    pub(super) fn write(&self, entry: &Value) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(file, "{entry}");
    }
}

/// One request, read.
struct Call {
    method: Method,
    path: String,
    host: String,
    token: Option<String>,
    params: Params,
    /// The body could not be read.
    broken: Option<Fail>,
}

impl Simulator {
    /// Serves on `listener`, and delivers webhooks, until `stop` is done.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let app = Router::new()
            .fallback(handle)
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .with_state(self.clone());
        let stopped = CancellationToken::new();
        let stopping = stopped.clone();
        let server = axum::serve(listener, app).with_graceful_shutdown(async move {
            stop.await;
            stopping.cancel();
        });
        let (served, ()) = tokio::join!(
            async {
                let served = server.await;
                stopped.cancel();
                served
            },
            self.deliver(stopped.cancelled())
        );
        served
    }
}

async fn handle(State(simulator): State<Simulator>, request: Request) -> Response {
    if let Some(file) = cdn::file(request.uri().path()) {
        return file;
    }
    let watch = Stopwatch::start();
    let call = Call::read(request).await;
    let verified = verify_callback(&simulator, &call).await;
    let now = simulator.time.now();
    let (answer, version, app) = answer(&simulator, &call, now, verified);
    simulator.bell.notify_one();
    if let Some(Fault::Slow(ms)) = answer.fault {
        clock::sleep(Duration::from_millis(ms)).await;
    }
    let page = simulator.page_id();
    let (status, response) = answer.respond(&version, &page, now);
    if let Some(log) = &simulator.log {
        // With a fixed start two runs are the same to the byte.
        let ms = if simulator.time.is_fixed() {
            0
        } else {
            watch.millis()
        };
        log.write(&json!({
            "time": iso_millis(now), "app": app, "method": call.method.as_str(), "path": call.path,
            "body": call.params.loggable(), "status": status, "ms": ms,
        }));
    }
    response
}

/// A callback that is to be used is called before (E10), once it is known that
/// the caller may set it. Whether it answered with the challenge.
async fn verify_callback(simulator: &Simulator, call: &Call) -> bool {
    let (_, path) = version_and_path(&call.path);
    let [id, edge] = path.as_slice() else {
        return false;
    };
    let may = {
        let world = simulator.world();
        read::authenticate(&world, call.token.as_deref(), &call.params)
            .is_ok_and(|caller| caller.is_app && world.apps[caller.app].id == *id)
    };
    if edge != "subscriptions" || method(call) != "POST" || !may {
        return false;
    }
    let url = call.params.text("callback_url").unwrap_or_default();
    let token = call.params.text("verify_token").unwrap_or_default();
    let challenge = format!("{}", 1_158_201_444 + simulator.world().calls % 1_000_000);
    sender::handshake(&url, &token, &challenge).await == 200
}

/// The method, which a GET may override.
fn method(call: &Call) -> String {
    let own = call.method.as_str();
    let other = call.params.text("method").filter(|_| own == "GET");
    other.unwrap_or_else(|| own.to_owned()).to_ascii_uppercase()
}

fn answer(
    simulator: &Simulator,
    call: &Call,
    now: i64,
    verified: bool,
) -> (Answer, String, Option<String>) {
    let (version, path) = version_and_path(&call.path);
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if let ["sim", rest @ ..] = path.as_slice() {
        let result = match call.broken.clone() {
            Some(fail) => Err(fail),
            None => simulator.control(call.method.as_str(), rest, &call.params),
        };
        let answer = Answer {
            result,
            fault: None,
            usage: 0,
            trace: "sim".into(),
        };
        return (answer, version, None);
    }
    let mut world = simulator.world();
    script::advance(&mut world, now);
    world.calls += 1;
    let sends = path.last() == Some(&"messages") && call.params.value("message").is_some();
    let caller = read::authenticate(&world, call.token.as_deref(), &call.params);
    // X1 … X4 come before anything that was ordered.
    let fault = match &caller {
        Ok(_) => world.faults.take(call.method.as_str(), &call.path, sends),
        Err(_) => None,
    };
    let name = caller
        .as_ref()
        .ok()
        .map(|caller| world.apps[caller.app].name.clone());
    let refused = fault
        .as_ref()
        .and_then(Fault::refusal)
        .or(call.broken.clone());
    let result = match refused {
        Some(fail) => Err(fail),
        None => caller.and_then(|caller| {
            dispatch(
                &mut world,
                Known {
                    caller,
                    verified,
                    method: call.method.as_str(),
                    path: &path,
                    params: &call.params,
                    url: format!("http://{}{}", call.host, call.path),
                    token: call.token.as_deref().unwrap_or_default(),
                    now,
                },
            )
        }),
    };
    let answer = Answer {
        result: result.map(|answer| cdn::lead_here(answer, &call.host)),
        fault,
        usage: u32::try_from(world.budget.len()).unwrap_or(0),
        trace: format!("A{}", world.seed),
    };
    (answer, version, name)
}

struct Answer {
    result: Result<Value, Fail>,
    fault: Option<Fault>,
    usage: u32,
    trace: String,
}

impl Answer {
    fn respond(self, version: &str, page: &str, now: i64) -> (u16, Response) {
        let mut headers = HeaderMap::new();
        let mut put = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        };
        let percent = self.usage * 3;
        put("facebook-api-version", version.to_owned());
        put("date", http_date(now));
        put("cache-control", "no-store".into());
        put(
            "x-app-usage",
            json!({"call_count": percent, "total_time": percent, "total_cputime": percent})
                .to_string(),
        );
        put(
            "x-business-use-case-usage",
            json!({page: [{"type": "messenger", "call_count": percent, "total_cputime": percent, "total_time": percent,
                           "estimated_time_to_regain_access": 0}]})
            .to_string(),
        );
        let (status, json, kind) = match &self.result {
            Ok(value) => (200, value.clone(), "application/json; charset=UTF-8"),
            Err(fail) => {
                put(
                    "www-authenticate",
                    format!(
                        "OAuth \"Facebook Platform\" \"invalid_request\" \"{}\"",
                        fail.message
                    ),
                );
                (
                    fail.status,
                    fail.json(&self.trace),
                    "text/javascript; charset=UTF-8",
                )
            }
        };
        let mut text = escaped(&json);
        let mut status = status;
        let mut kind = kind;
        match self.fault {
            Some(Fault::Html) => {
                (status, kind) = (500, "text/html");
                text =
                    "<!DOCTYPE html><html><body>Sorry, something went wrong.</body></html>".into();
            }
            Some(Fault::CutJson) => text.truncate(text.len() / 2),
            Some(Fault::Redirect) => {
                status = 302;
                put("location", "https://elsewhere.example/".into());
            }
            Some(Fault::UnknownMembers) => {
                if let Value::Object(mut map) = json {
                    map.insert("brand_new_member".into(), json!({"nested": [1, null, "x"]}));
                    text = escaped(&Value::Object(map));
                }
            }
            Some(Fault::LoseAnswer) => {
                // A body that fails makes the connection break.
                let broken = futures_util::stream::iter([Err::<axum::body::Bytes, _>(
                    io::Error::other("lost"),
                )]);
                return (status, Response::new(Body::from_stream(broken)));
            }
            Some(Fault::Error { .. } | Fault::Slow(_)) | None => {}
        }
        put("content-type", kind.into());
        let mut response = Response::new(Body::from(text));
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = headers;
        (status, response)
    }
}

impl Call {
    async fn read(request: Request) -> Self {
        let method = request.method().clone();
        let uri = request.uri().clone();
        let host = header_text(request.headers(), &header::HOST);
        let bearer = header_text(request.headers(), &header::AUTHORIZATION);
        let kind = header_text(request.headers(), &header::CONTENT_TYPE);
        let mut params = Params::default();
        params.add_form(uri.query().unwrap_or_default());
        let broken = read_body(request, &kind, &mut params).await.err();
        let given = params
            .text("access_token")
            .filter(|token| !token.is_empty());
        let scheme = |text: &str| text.eq_ignore_ascii_case("bearer");
        let bearer = bearer.split_once(' ').filter(|(kind, _)| scheme(kind));
        let token = given.or_else(|| bearer.map(|(_, token)| token.trim().to_owned()));
        Self {
            method,
            path: uri.path().to_owned(),
            host,
            token,
            params,
            broken,
        }
    }
}

fn header_text(headers: &HeaderMap, name: &header::HeaderName) -> String {
    headers
        .get(name)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

async fn read_body(request: Request, kind: &str, params: &mut Params) -> Result<(), Fail> {
    let orders = request.uri().path().starts_with("/sim/");
    let kind = kind.to_ascii_lowercase();
    let unreadable = |_| Fail::parameter("The body of the request cannot be read.");
    if kind.starts_with("multipart/form-data") {
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| Fail::parameter("The multipart body has no boundary."))?;
        while let Some(part) = parts
            .next_field()
            .await
            .map_err(|_| Fail::parameter("The multipart body is broken."))?
        {
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = part.file_name().is_some();
            let mime = part.content_type().unwrap_or_default().to_owned();
            let bytes = part
                .bytes()
                .await
                .map_err(|_| Fail::parameter("The multipart body is broken."))?;
            if is_file {
                params.add_file(mime, bytes.len());
            } else {
                params.add_text(name, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        return Ok(());
    }
    let bytes = to_bytes(request.into_body(), BODY_LIMIT)
        .await
        .map_err(unreadable)?;
    // What is ordered below /sim is JSON, whatever a shell's tool calls it.
    let form = kind.starts_with("application/x-www-form-urlencoded");
    if form && !(orders && bytes.trim_ascii_start().starts_with(b"{")) {
        params.add_form(&String::from_utf8_lossy(&bytes));
        return Ok(());
    }
    params.add_json(&bytes)
}

fn http_date(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
