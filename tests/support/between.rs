//! Somebody between the desk and Meta: hears every call, and may change what comes
//! back.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    response::Response,
};
use serde_json::Value;
use tokio::{net::TcpListener, runtime::Runtime};

/// It ends with its runtime.
pub struct Between {
    pub base_url: String,
    heard: Arc<Mutex<Vec<String>>>,
    _runtime: Runtime,
}

impl Between {
    /// Stands before the server at `target`; `change` gets every answer that is JSON.
    pub fn new(target: &str, change: impl Fn(&mut Value) + Clone + Send + Sync + 'static) -> Self {
        let runtime = super::http::runtime();
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let calls = Arc::clone(&heard);
        let target = target.to_owned();
        let http = super::wing::http();
        let app = Router::new().fallback(move |request: Request| {
            let (calls, target) = (Arc::clone(&calls), target.clone());
            let (http, change) = (http.clone(), change.clone());
            async move {
                let (head, body) = request.into_parts();
                let body = to_bytes(body, usize::MAX).await.expect("a body");
                let words = String::from_utf8_lossy(&body);
                let call = format!("{} {}\n{:?}\n{words}", head.method, head.uri, head.headers);
                calls.lock().expect("unpoisoned").push(call);
                let mut call = http.request(head.method, format!("{target}{}", head.uri));
                for (name, value) in &head.headers {
                    if name != "host" && name != "content-length" {
                        call = call.header(name, value);
                    }
                }
                let answer = call.body(body).send().await.expect("an answer");
                let status = answer.status();
                let mut response = Response::builder().status(status);
                for (name, value) in answer.headers() {
                    if name != "content-length" && name != "transfer-encoding" {
                        response = response.header(name, value);
                    }
                }
                let bytes = answer.bytes().await.expect("a body");
                let bytes = match serde_json::from_slice::<Value>(&bytes) {
                    Ok(mut json) => {
                        change(&mut json);
                        json.to_string().into_bytes()
                    }
                    Err(_) => bytes.to_vec(),
                };
                response.body(Body::from(bytes)).expect("a response")
            }
        });
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"));
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self {
            base_url: format!("http://{address}"),
            heard,
            _runtime: runtime,
        }
    }

    /// Every call so far: method and path, headers, body.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("unpoisoned").clone()
    }
}
