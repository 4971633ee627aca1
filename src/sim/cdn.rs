//! The files behind the addresses of attachments. Meta's lie on its own servers;
//! here they lie beside the API, so that a client can fetch them.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

/// How addresses of attachments begin in the world.
const ELSEWHERE: &str = "https://cdn.example/";
/// Where they are served.
const HERE: &str = "/cdn/";
/// One pixel (PNG).
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0x0a, b'I', b'D', b'A', b'T',
    0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1, 0x48, 0xaf, 0xa4, 0x71, 0, 0, 0, 0, b'I', b'E', b'N',
    b'D', 0xae, 0x42, 0x60, 0x82,
];

/// The addresses of attachments in an answer lead to this simulator.
pub(super) fn lead_here(mut answer: Value, host: &str) -> Value {
    walk(&mut answer, host);
    answer
}

fn walk(value: &mut Value, host: &str) {
    match value {
        Value::String(text) => {
            if let Some(rest) = text.strip_prefix(ELSEWHERE) {
                *text = format!("http://{host}{HERE}{rest}");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, host)),
        Value::Object(map) => map.values_mut().for_each(|item| walk(item, host)),
        _ => {}
    }
}

/// The file at a path, if it is one.
pub(super) fn file(path: &str) -> Option<Response> {
    let name = path.strip_prefix(HERE)?;
    let name = name.split('?').next().unwrap_or_default();
    let ending = name.rsplit('.').next().unwrap_or_default();
    let (kind, bytes): (&str, Vec<u8>) = match ending {
        "jpg" | "jpeg" | "png" | "gif" => ("image/png", PIXEL.to_vec()),
        "mp4" => ("video/mp4", b"a film of the simulator".to_vec()),
        "mp3" => ("audio/mpeg", b"a sound of the simulator".to_vec()),
        "pdf" => ("application/pdf", b"%PDF-1.4 of the simulator".to_vec()),
        _ => (
            "application/octet-stream",
            b"a file of the simulator".to_vec(),
        ),
    };
    Some((StatusCode::OK, [(header::CONTENT_TYPE, kind)], bytes).into_response())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_of_files_lead_here_and_others_stay() {
        let answer = json!({"data": [{"url": "https://cdn.example/a.jpg?oe=1", "link": "https://lamp.example/"}]});
        assert_eq!(
            lead_here(answer, "127.0.0.1:8700"),
            json!({"data": [{"url": "http://127.0.0.1:8700/cdn/a.jpg?oe=1", "link": "https://lamp.example/"}]})
        );
        assert!(file("/cdn/a.jpg").is_some());
        assert!(file("/v26.0/me").is_none());
    }
}
