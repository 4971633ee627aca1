//! HTTP around the world: reading requests, writing answers as Meta does
//! (escaped text, its headers), the log, and the faults on order.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Mutex, PoisonError},
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

use super::{
    Simulator, answer::Asker, control, fail::Fail, faults::Fault, params::Params, read, script,
    send, world::World,
};
use crate::clock::Stopwatch;

const BODY_LIMIT: usize = 32 * 1024 * 1024;
const LATEST_VERSION: &str = "v26.0";

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

    fn write(&self, entry: &Value) {
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
    /// Serves on `listener` until `stop` is done.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let app = Router::new()
            .fallback(handle)
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .with_state(self);
        axum::serve(listener, app)
            .with_graceful_shutdown(stop)
            .await
    }
}

async fn handle(State(simulator): State<Simulator>, request: Request) -> Response {
    let watch = Stopwatch::start();
    let call = Call::read(request).await;
    let now = simulator.clock.now();
    let (answer, version, app) = {
        let mut world = simulator.world();
        script::advance(&mut world, now.as_millis());
        let (version, path) = version_and_path(&call.path);
        let fault = world.faults.take(call.method.as_str(), &call.path);
        let app = read::authenticate(&world, call.token.as_deref());
        let name = app.as_ref().ok().map(|app| world.apps[*app].name.clone());
        let refused = fault
            .as_ref()
            .and_then(Fault::refusal)
            .or(call.broken.clone());
        let result = match refused {
            Some(fail) => Err(fail),
            None => app.and_then(|app| {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                let known = Known {
                    app,
                    method: call.method.as_str(),
                    path: &path,
                    params: &call.params,
                    url: format!("http://{}{}", call.host, call.path),
                    token: call.token.as_deref().unwrap_or_default(),
                    now: now.as_millis(),
                };
                dispatch(&mut world, known)
            }),
        };
        let usage = u32::try_from(world.budget.len()).unwrap_or(0);
        let trace = format!("A{}", world.seed);
        (
            Answer {
                result,
                fault,
                usage,
                trace,
            },
            version,
            name,
        )
    };
    let page = simulator.page_id();
    let (status, response) = answer.respond(&version, &page, now.as_millis());
    if let Some(log) = &simulator.log {
        log.write(&json!({
            "time": iso_millis(now.as_millis()), "app": app, "method": call.method.as_str(), "path": call.path,
            "body": call.params.loggable(), "status": status, "ms": watch.millis(),
        }));
    }
    response
}

/// A request with its caller known, ready to be answered.
pub(super) struct Known<'a> {
    pub(super) app: usize,
    pub(super) method: &'a str,
    pub(super) path: &'a [&'a str],
    pub(super) params: &'a Params,
    pub(super) url: String,
    pub(super) token: &'a str,
    pub(super) now: i64,
}

/// Answers a request by the world as it is.
pub(super) fn dispatch(world: &mut World, request: Known<'_>) -> Result<Value, Fail> {
    let Known {
        app,
        path,
        params,
        url,
        token,
        now,
        ..
    } = request;
    let method = params
        .text("method")
        .unwrap_or_else(|| request.method.to_owned())
        .to_ascii_uppercase();
    let page = |id: &str| id == "me" || id == world.page.id;
    match (method.as_str(), path) {
        ("GET", _) => read::call(
            world,
            path,
            &Asker {
                app,
                params,
                now,
                url,
                token,
            },
        ),
        ("POST", [id, "messages"]) if page(id) => send::call(world, app, params, now),
        ("POST", [id, "messages"]) if *id == world.page.instagram_id => Err(Fail::new(
            400,
            3,
            0,
            "(#3) Application does not have the capability to make this API call.",
        )),
        ("POST", [id, "message_attachments"]) if page(id) => {
            send::save_attachment(world, app, params, now)
        }
        ("POST", [id, edge]) if page(id) && edge.ends_with("_thread_control") => {
            control::call(world, app, edge, params, now)
        }
        (method, path) => {
            let message = format!("Unsupported {} request.", method.to_ascii_lowercase());
            let id = path.first().copied().unwrap_or_default();
            Err(Fail {
                message,
                ..Fail::unknown_object(id)
            })
        }
    }
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
                        fail.code
                    ),
                );
                (
                    fail.status,
                    fail.json(&self.trace),
                    "text/javascript; charset=UTF-8",
                )
            }
        };
        let mut text = escape(&json.to_string());
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
                    text = escape(&Value::Object(map).to_string());
                }
            }
            Some(Fault::LoseAnswer) => {
                // A body that fails makes the connection break.
                let broken = futures_util::stream::iter([Err::<axum::body::Bytes, _>(
                    io::Error::other("lost"),
                )]);
                return (status, Response::new(Body::from_stream(broken)));
            }
            Some(Fault::Error { .. }) | None => {}
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
        let token = params
            .text("access_token")
            .or_else(|| bearer.strip_prefix("Bearer ").map(str::to_owned));
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
            let bytes = part
                .bytes()
                .await
                .map_err(|_| Fail::parameter("The multipart body is broken."))?;
            if !is_file {
                params.add_text(name, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        return Ok(());
    }
    let bytes = to_bytes(request.into_body(), BODY_LIMIT)
        .await
        .map_err(unreadable)?;
    if kind.starts_with("application/x-www-form-urlencoded") {
        params.add_form(&String::from_utf8_lossy(&bytes));
        return Ok(());
    }
    params.add_json(&bytes)
}

/// `/v26.0/me/messages` is version and path; unversioned calls get the newest.
fn version_and_path(path: &str) -> (String, Vec<String>) {
    let mut parts: Vec<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(super::params::decode)
        .collect();
    let versioned = parts.first().is_some_and(|part| {
        part.strip_prefix('v').is_some_and(|n| {
            n.split('.')
                .all(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
        })
    });
    let version = if versioned {
        parts.remove(0)
    } else {
        LATEST_VERSION.to_owned()
    };
    (version, parts)
}

/// As Meta writes JSON: `\/`, and everything beyond ASCII as `\uXXXX`. Both
/// kinds stand only inside texts.
fn escape(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        match c {
            '/' => out.push_str("\\/"),
            c if c.is_ascii() => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out
}

fn http_date(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn iso_millis(ms: i64) -> String {
    format!(
        "{:.3}",
        jiff::Timestamp::from_millisecond(ms).unwrap_or_default()
    )
}
