//! HTTP around the world: reading requests, writing answers as Meta does
//! (escaped text, its headers), the log, and the faults on order.

use std::{io, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::StatusCode,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::{self, Stopwatch},
    sim::{
        cdn, guard,
        paging::iso_millis,
        params::version_and_path,
        read,
        request::{BODY_LIMIT, Call},
        response::Answer,
        route::{Known, dispatch},
        scheduler,
        simulator::Simulator,
        versions, webhooks,
        world::Fault,
    },
};

impl Simulator {
    /// Serves on `listener`, and delivers webhooks, until `stop` is done.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let listen = listener.local_addr()?;
        let guard = move |request: Request, next: Next| async move {
            match guard::refusal(request.headers(), listen) {
                Some(why) => refused(why),
                None => next.run(request).await,
            }
        };
        let app = Router::new()
            .fallback(handle)
            .layer(from_fn(guard))
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

/// Not of this world, so it is on no log.
fn refused(why: &str) -> Response {
    let body = json!({"error": {"message": why, "type": "OAuthException", "code": 200}});
    (StatusCode::FORBIDDEN, body.to_string()).into_response()
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
    simulator.changed.notify_one();
    if let Some(Fault::Slow(ms)) = answer.fault {
        clock::sleep(Duration::from_millis(ms)).await;
    }
    let page = simulator.page_id();
    let version = versions::served(&version, now);
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
    if !simulator.may_call(&url) {
        return false;
    }
    let token = call.params.text("verify_token").unwrap_or_default();
    let challenge = format!("{}", 1_158_201_444 + simulator.world().calls % 1_000_000);
    webhooks::handshake(&url, &token, &challenge).await == 200
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
            javascript: false,
        };
        return (answer, version, None);
    }
    let mut world = simulator.world();
    scheduler::advance(&mut world, now);
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
        javascript: world.switches.javascript_errors,
    };
    (answer, version, name)
}
