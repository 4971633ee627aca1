//! An answer as Meta gives it: escaped text, its headers, and what goes wrong on
//! order.

use std::io::{self};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode},
    response::Response,
};
use serde_json::{Value, json};

use crate::sim::{graph_error::GraphError, sign::escaped, world::Fault};

pub(super) struct Answer {
    pub(super) result: Result<Value, GraphError>,
    pub(super) fault: Option<Fault>,
    pub(super) usage: u32,
    pub(super) trace: String,
    /// Errors are called JavaScript, as seen in 2020.
    pub(super) javascript: bool,
}

impl Answer {
    pub(super) fn respond(self, version: &str, page: &str, now: i64) -> (u16, Response) {
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
                let kind = match self.javascript {
                    true => "text/javascript; charset=UTF-8",
                    false => "application/json; charset=UTF-8",
                };
                (fail.status, fail.json(&self.trace), kind)
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

pub(super) fn http_date(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
