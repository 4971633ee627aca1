//! One HTTP call to the Graph API, and what every call has in common.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use reqwest::{
    Method, Url,
    header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde_json::Value;
use tokio::{sync::OnceCell, task::spawn_blocking};

use super::{
    base_url,
    error::{Error, GraphError},
    limits::{self, Limiter},
    log::{self, Entry, Log},
    public_hosts::PublicHosts,
    setup_error::SetupError,
    trust,
    upload::Upload,
    wire::graph_api as wire,
};
use crate::{
    clock::{Clock, Stopwatch, iso},
    domain::{ApiCall, PageId, Timestamp},
};

/// An answer larger than this is not read (our choice; a page of 25
/// conversations is about 100 kB).
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// A file takes longer than a call.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120);

/// What the client needs to know.
#[derive(Clone, Debug)]
pub struct Options {
    /// `https://graph.facebook.com`, or the simulator's address.
    pub base_url: String,
    /// Such as `v27.0`.
    pub api_version: String,
    /// The Page access token.
    pub token: SecretString,
    /// The Page.
    pub page: PageId,
    /// Refuse every call that is not a GET.
    pub read_only: bool,
    /// Where to write every call, if anywhere.
    pub log: Option<PathBuf>,
}

/// How the calls have been going.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Share of the fullest rate limit, in percent.
    pub usage: Option<u8>,
    /// Meta's clock minus ours, in milliseconds, from the `Date` header.
    pub skew: Option<i64>,
}

/// The Graph API, as one app acting for one Page. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Made for the first call, so that the first frame does not wait for it.
    http: Arc<OnceLock<reqwest::Client>>,
    /// For files of Meta's; made when the first is fetched.
    fetcher: OnceCell<reqwest::Client>,
    /// `Bearer …`, never shown.
    auth: Mutex<HeaderValue>,
    base: Url,
    host: String,
    version: String,
    page: PageId,
    read_only: bool,
    log: Option<Arc<Log>>,
    limiter: Limiter,
    health: Mutex<Health>,
    clock: Clock,
    listener: Listener,
}

type Hears = Box<dyn Fn(ApiCall) + Send + Sync>;

/// Who hears of every call.
#[derive(Default)]
struct Listener(Mutex<Option<Hears>>);

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}

impl Client {
    /// Makes a client; no call is made yet.
    pub fn new(options: Options, clock: Clock) -> Result<Self, SetupError> {
        let base = base_url::parse(&options.base_url)?;
        let auth = bearer(&options.token)?;
        let log = options
            .log
            .as_deref()
            .map(|path| {
                Log::open(path)
                    .map(Arc::new)
                    .map_err(|why| SetupError::Log {
                        path: path.to_owned(),
                        why,
                    })
            })
            .transpose()?;
        Ok(Self(Arc::new(Inner {
            http: Arc::default(),
            fetcher: OnceCell::new(),
            auth: Mutex::new(auth),
            host: base
                .host_str()
                .map_or_else(String::new, |h| match base.port() {
                    Some(port) => format!("{h}:{port}"),
                    None => h.to_owned(),
                }),
            base,
            version: options.api_version,
            page: options.page,
            read_only: options.read_only,
            log,
            limiter: Limiter::new(clock.clone()),
            health: Mutex::default(),
            clock,
            listener: Listener::default(),
        })))
    }

    /// The same, with another token and a health of its own.
    pub(super) fn with_token(&self, token: &SecretString) -> Result<Self, SetupError> {
        let inner = &*self.0;
        Ok(Self(Arc::new(Inner {
            http: Arc::clone(&inner.http),
            fetcher: OnceCell::new(),
            auth: Mutex::new(bearer(token)?),
            base: inner.base.clone(),
            host: inner.host.clone(),
            version: inner.version.clone(),
            page: inner.page.clone(),
            read_only: inner.read_only,
            log: inner.log.clone(),
            limiter: Limiter::new(inner.clock.clone()),
            health: Mutex::default(),
            clock: inner.clock.clone(),
            listener: Listener::default(),
        })))
    }

    /// The token itself, for the one call that wants it in its query.
    pub(super) fn token_for_meta(&self) -> String {
        let auth = self.auth();
        let text = auth.to_str().unwrap_or_default();
        text.strip_prefix("Bearer ").unwrap_or_default().to_owned()
    }

    /// What fetches files: from the simulator itself, or from Meta's public hosts.
    pub(super) async fn fetcher(&self, own: bool) -> Result<reqwest::Client, SetupError> {
        if own {
            return self.made_http().cloned();
        }
        // Reading the system's certificates takes a while.
        let make = || async {
            let resolver = Some(Arc::new(PublicHosts));
            let made = spawn_blocking(move || http_client(false, resolver)).await;
            made.unwrap_or_else(|why| Err(SetupError::Http(why.to_string())))
        };
        self.0.fetcher.get_or_try_init(make).await.cloned()
    }

    fn made_http(&self) -> Result<&reqwest::Client, SetupError> {
        if let Some(made) = self.0.http.get() {
            return Ok(made);
        }
        let made = http_client(self.is_loopback(), None)?;
        Ok(self.0.http.get_or_init(|| made))
    }

    fn http(&self) -> Result<&reqwest::Client, Error> {
        self.made_http().map_err(|_| Error::Unreachable {
            host: self.0.host.clone(),
            why: "this computer cannot set up a secure connection",
        })
    }

    /// Whether the Graph API is on this computer: a simulator, then.
    pub fn is_loopback(&self) -> bool {
        base_url::is_loopback(&self.0.base)
    }

    /// A call that is no Graph call, to a simulator only; without the token.
    pub(super) async fn order(&self, path: &[&str], order: &Value) -> Result<Value, Error> {
        if !self.is_loopback() {
            return Err(Error::NoSimulator);
        }
        let mut url = self.0.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let sent = self.http()?.post(url).json(order).send().await;
        let answer = sent.map_err(|e| self.transport_error(&e))?;
        let status = answer.status().as_u16();
        let json: Value = answer
            .json()
            .await
            .map_err(|_| self.foreign(status, "no simulator"))?;
        match json["error"]["message"].as_str() {
            Some(words) => Err(Error::Order(words.to_owned())),
            None => Ok(json),
        }
    }

    /// Tells of every call that is over, from now on.
    pub fn on_call(&self, hears: impl Fn(ApiCall) + Send + Sync + 'static) {
        let listener = &self.0.listener.0;
        *listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(hears));
    }

    /// Whether an address is on the same host and port as the Graph API.
    pub(super) fn same_host(&self, url: &Url) -> bool {
        let base = &self.0.base;
        (base.scheme(), base.host_str(), base.port()) == (url.scheme(), url.host_str(), url.port())
    }

    /// What a simulator tells, to a GET; without the token.
    pub(super) async fn told(&self, path: &[&str]) -> Result<Value, Error> {
        if !self.is_loopback() {
            return Err(Error::NoSimulator);
        }
        let mut url = self.0.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let sent = self.http()?.get(url).send().await;
        let answer = sent.map_err(|e| self.transport_error(&e))?;
        let status = answer.status().as_u16();
        answer
            .json()
            .await
            .map_err(|_| self.foreign(status, "no simulator"))
    }

    /// The Page this client acts for.
    pub fn page(&self) -> &PageId {
        &self.0.page
    }

    /// Uses another token from now on.
    pub fn renew(&self, token: &SecretString) -> Result<(), SetupError> {
        *self.0.auth.lock().unwrap_or_else(PoisonError::into_inner) = bearer(token)?;
        Ok(())
    }

    /// How the calls have been going.
    pub fn health(&self) -> Health {
        *self.0.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// A conversation call: waits for its slot of the 2 a second.
    pub(super) async fn read_conversations(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<String, Error> {
        self.0
            .limiter
            .conversation_slot(self.health().usage.unwrap_or(0))
            .await;
        self.read(path, query).await
    }

    pub(super) async fn read(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<String, Error> {
        self.call(Method::GET, path, query, None).await
    }

    pub(super) async fn write(&self, path: &[&str], body: Value) -> Result<String, Error> {
        if self.0.read_only {
            return Err(Error::ReadOnly);
        }
        self.call(Method::POST, path, &[], Some(body)).await
    }

    pub(super) async fn delete(&self, path: &[&str], body: Value) -> Result<String, Error> {
        if self.0.read_only {
            return Err(Error::ReadOnly);
        }
        self.call(Method::DELETE, path, &[], Some(body)).await
    }

    /// As [`Self::write`], with a file.
    pub(super) async fn write_file(
        &self,
        path: &[&str],
        body: Value,
        file: Upload,
    ) -> Result<String, Error> {
        if self.0.read_only {
            return Err(Error::ReadOnly);
        }
        let auth = self.auth();
        let sent = (Some(body), Some(file));
        self.attempt(&auth, &Method::POST, path, &[], &sent).await
    }

    /// Makes a call. One that Meta refused for its token is made once more if
    /// there is a newer token by now: surely nothing came of the first.
    async fn call(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<String, Error> {
        let auth = self.auth();
        let sent = (body, None);
        let result = self.attempt(&auth, &method, path, query, &sent).await;
        let newer = self.auth();
        match result {
            Err(error) if error.is_token() && newer != auth => {
                self.attempt(&newer, &method, path, query, &sent).await
            }
            result => result,
        }
    }

    fn auth(&self) -> HeaderValue {
        let auth = &self.0.auth;
        auth.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn attempt(
        &self,
        auth: &HeaderValue,
        method: &Method,
        path: &[&str],
        query: &[(&str, &str)],
        (body, file): &(Option<Value>, Option<Upload>),
    ) -> Result<String, Error> {
        let inner = &*self.0;
        let url = self.url(path, query);
        let shown_path = match url.query() {
            // The query of this one holds the token.
            Some(query) if path != ["debug_token"] => format!("{}?{query}", url.path()),
            _ => url.path().to_owned(),
        };
        let mut request = self
            .http()?
            .request(method.clone(), url)
            .header(AUTHORIZATION, auth.clone());
        match (body, file) {
            (Some(body), Some(file)) => {
                let form = file.form(body).await?;
                request = request.multipart(form).timeout(UPLOAD_TIMEOUT);
            }
            (Some(body), None) => request = request.json(body),
            _ => {}
        }
        let started = inner.clock.now();
        let watch = Stopwatch::start();
        let mut answer = None;
        let (status, result) = match request.send().await {
            Ok(response) => (
                Some(response.status().as_u16()),
                self.read_answer(response, &mut answer).await,
            ),
            Err(e) => (None, Err(self.transport_error(&e))),
        };
        let ms = watch.millis();
        if let Some(log) = &inner.log {
            log.write(&Entry {
                time: iso(started),
                method: method.as_str(),
                path: &shown_path,
                body: body.as_ref(),
                status,
                ms,
            });
        }
        let listener = &inner.listener.0;
        if let Some(hears) = &*listener.lock().unwrap_or_else(PoisonError::into_inner) {
            hears(ApiCall {
                at: started,
                method: method.as_str().to_owned(),
                host: inner.base.as_str().trim_end_matches('/').to_owned(),
                path: shown_path,
                gist: body.as_ref().map(log::gist).unwrap_or_default(),
                body: body.as_ref().map(log::shown),
                status,
                answer,
                ms,
            });
        }
        result
    }

    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.0.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(&self.0.version).extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// The text of an answer; its beginning goes into `shown`, also where it is an error.
    async fn read_answer(
        &self,
        mut response: reqwest::Response,
        shown: &mut Option<String>,
    ) -> Result<String, Error> {
        let headers = response.headers().clone();
        let usage = usage_of(&headers);
        let status = response.status();
        if status.is_redirection() {
            return Err(self.foreign(status.as_u16(), "a redirect, which we never follow"));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|e| self.transport_error(&e))?
        {
            if bytes.len() + chunk.len() > ANSWER_LIMIT {
                return Err(self.foreign(status.as_u16(), "far too long"));
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text.trim_start_matches('\u{FEFF}').to_owned(),
            Err(_) => return Err(self.foreign(status.as_u16(), "not UTF-8")),
        };
        *shown = Some(log::shown_answer(&text));
        // The body decides what went wrong; the true status, what it means for a
        // send: an error under 200 is no clear refusal.
        if let Some(error) = wire::error(&text) {
            self.note_health(&headers, usage);
            return Err(Error::Graph(GraphError {
                status: status.as_u16(),
                code: error.code,
                subcode: error.subcode,
                wait_minutes: usage.wait_minutes,
            }));
        }
        if !status.is_success() {
            return Err(self.foreign(status.as_u16(), "no Graph error in it"));
        }
        if text.starts_with(['{', '[']) {
            self.note_health(&headers, usage);
        }
        Ok(text)
    }

    /// For the callers that decode: the answer was not what the API gives.
    pub(super) fn foreign(&self, status: u16, why: &'static str) -> Error {
        Error::Foreign {
            host: self.0.host.clone(),
            status,
            why,
        }
    }

    /// For the callers that give a call a time limit of their own.
    pub fn too_long(&self) -> Error {
        Error::Lost {
            host: self.0.host.clone(),
            why: "it took too long",
        }
    }

    fn transport_error(&self, error: &reqwest::Error) -> Error {
        let host = self.0.host.clone();
        // The library's own text holds the whole URL, so it is not shown.
        if let Some(why) = trust::refused_for(error) {
            let via = match trust::proxy().filter(|_| !self.is_loopback()) {
                Some(proxy) => format!(" Calls go through the proxy {proxy}."),
                None => String::new(),
            };
            Error::Untrusted { host, why, via }
        } else if error.is_connect() {
            Error::Unreachable {
                host,
                why: if error.is_timeout() {
                    "no answer"
                } else {
                    "connection refused or no route"
                },
            }
        } else if error.is_timeout() {
            Error::Lost {
                host,
                why: "it took too long",
            }
        } else {
            Error::Lost {
                host,
                why: "the connection broke",
            }
        }
    }

    /// Only an answer that is the Graph API's says anything about its clock and
    /// its limits; a captive portal has a clock too.
    fn note_health(&self, headers: &HeaderMap, usage: limits::Usage) {
        let server = headers
            .get(DATE)
            .and_then(|v| v.to_str().ok())
            .and_then(http_date);
        let mut health = self.0.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.usage = usage.percent.or(health.usage);
        if let Some(server) = server {
            // The header has whole seconds: half a second is its mean error.
            health.skew = Some(server.as_millis() + 500 - self.0.clock.now().as_millis());
        }
    }
}

fn usage_of(headers: &HeaderMap) -> limits::Usage {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    limits::usage(text("x-app-usage"), text("x-business-use-case-usage"))
}

fn bearer(token: &SecretString) -> Result<HeaderValue, SetupError> {
    let words = Zeroizing::new(format!("Bearer {}", token.expose_secret()));
    let mut auth = HeaderValue::from_str(&words).map_err(|_| SetupError::BadToken)?;
    auth.set_sensitive(true);
    Ok(auth)
}

/// `pinned` says to which addresses a host leads, whatever is found later.
pub(super) fn http_client(
    loopback: bool,
    resolver: Option<Arc<PublicHosts>>,
) -> Result<reqwest::Client, SetupError> {
    // A second install in one process (tests) is refused and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT)
            .retry(reqwest::retry::never());
        let builder = match &resolver {
            Some(resolver) => builder.dns_resolver(Arc::clone(resolver)),
            None => builder,
        };
        if loopback {
            builder.no_proxy()
        } else {
            builder
        }
    };
    let system_roots = if loopback {
        None
    } else {
        builder().build().ok()
    };
    // A machine without CA certificates still gets Mozilla's list; the
    // simulator needs none, and loading the system's would delay the start.
    match system_roots {
        Some(client) => Ok(client),
        None => {
            let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
                .iter()
                .filter_map(|der| reqwest::Certificate::from_der(der).ok())
                .take(if loopback { 1 } else { usize::MAX });
            builder()
                .tls_certs_only(roots)
                .build()
                .map_err(|e| SetupError::Http(e.without_url().to_string()))
        }
    }
}

/// Calls a callback as Meta does for its handshake: the HTTP status and the
/// text; `None` without an answer.
pub async fn handshake(url: &str, token: &SecretString, challenge: &str) -> Option<(u16, String)> {
    let url = Url::parse(url).ok()?;
    // The token is a secret: it goes nowhere in the clear.
    if url.scheme() != "https" && !base_url::is_loopback(&url) {
        return None;
    }
    let client = http_client(base_url::is_loopback(&url), None).ok()?;
    let query = [
        ("hub.mode", "subscribe"),
        ("hub.challenge", challenge),
        ("hub.verify_token", token.expose_secret()),
    ];
    let mut answer = client.get(url).query(&query).send().await.ok()?;
    let status = answer.status().as_u16();
    // Whoever answers, only the beginning of it can be the challenge.
    let first = answer.chunk().await.ok()?.unwrap_or_default();
    let text = String::from_utf8_lossy(&first[..first.len().min(100)]).into_owned();
    Some((status, text))
}

fn http_date(text: &str) -> Option<Timestamp> {
    let time = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()?;
    Some(Timestamp::from_millis(time.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_never_travels_in_the_clear() {
        for (url, good) in [
            ("https://graph.facebook.com", true),
            ("http://127.0.0.1:8700", true),
            ("http://[::1]:8700", true),
            ("http://localhost:8700", true),
            ("http://graph.facebook.com", false),
            ("http://127.0.0.1.evil.example", false),
            ("ftp://127.0.0.1", false),
            ("graph.facebook.com", false),
            ("", false),
        ] {
            assert_eq!(base_url::parse(url).is_ok(), good, "{url}");
        }
    }

    #[test]
    fn dates_of_answers_are_read() {
        assert_eq!(
            http_date("Fri, 20 Nov 2026 09:14:02 GMT"),
            Some(Timestamp::from_millis(1_795_166_042_000))
        );
        assert_eq!(
            iso(Timestamp::from_millis(1_795_166_042_007)),
            "2026-11-20T09:14:02.007Z"
        );
    }
}
