//! The files behind the addresses of attachments. Meta's lie on its own servers;
//! here they lie beside the API, so that a client can fetch them.

use std::convert::Infallible;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde_json::Value;

/// How addresses of attachments begin in the world.
const ELSEWHERE: &str = "https://cdn.example/";
/// Where they are served.
const HERE: &str = "/cdn/";
/// Photos, one for any name.
const PHOTOS: [&[u8]; 2] = [
    include_bytes!("../../assets/pictures/parcel.jpg"),
    include_bytes!("../../assets/pictures/lamp.jpg"),
];
const STORY: &[u8] = include_bytes!("../../assets/pictures/evening.jpg");
const STICKER: &[u8] = include_bytes!("../../assets/pictures/sticker.png");
/// Profile pictures, one for any id.
const FACES: [&[u8]; 6] = [
    include_bytes!("../../assets/pictures/face1.jpg"),
    include_bytes!("../../assets/pictures/face2.jpg"),
    include_bytes!("../../assets/pictures/face3.jpg"),
    include_bytes!("../../assets/pictures/face4.jpg"),
    include_bytes!("../../assets/pictures/face5.jpg"),
    include_bytes!("../../assets/pictures/face6.jpg"),
];
/// What a file says that is far too large: a gigabyte.
const HUGE: &str = "1000000000";

/// Where somebody's profile picture lies.
pub(super) fn profile_picture(id: &str) -> String {
    format!("{ELSEWHERE}profile/{id}.jpg")
}

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

/// The file at a path, if it is one. Names that say so are what no client should fall
/// for (our choice).
pub(super) fn file(path: &str) -> Option<Response> {
    let name = path.strip_prefix(HERE)?;
    let name = name.split('?').next().unwrap_or_default();
    let ending = name.rsplit('.').next().unwrap_or_default();
    let stem = name.rsplit('/').next().unwrap_or_default();
    let stem = stem.split('.').next().unwrap_or_default();
    let bytes = |kind: &str, bytes: Vec<u8>| {
        let kind = [(header::CONTENT_TYPE, kind.to_owned())];
        (StatusCode::OK, kind, bytes).into_response()
    };
    let answer = match (stem, ending) {
        ("bomb", _) => bytes("image/png", bomb()),
        ("cut", _) => bytes("image/png", STICKER[..STICKER.len() / 2].to_vec()),
        ("lying", _) => bytes("image/jpeg", b"<html>not a picture</html>".to_vec()),
        ("huge", _) => endless(Some(HUGE)),
        ("endless", _) => endless(None),
        ("gone", _) => StatusCode::FORBIDDEN.into_response(),
        ("elsewhere", _) => redirect("https://elsewhere.example/photo.jpg"),
        ("loopback", _) => redirect("http://127.0.0.1:1/photo.jpg"),
        ("moved", _) => redirect("/cdn/photo.jpg"),
        ("circle", _) => redirect("/cdn/circle.jpg"),
        ("story", _) => bytes("image/jpeg", STORY.to_vec()),
        _ if name.starts_with("sticker") => bytes("image/png", STICKER.to_vec()),
        _ if name.starts_with("profile/") => bytes("image/jpeg", one_of(&FACES, stem)),
        (_, "jpg" | "jpeg" | "png" | "gif") => bytes("image/jpeg", one_of(&PHOTOS, stem)),
        (_, "mp4") => bytes("video/mp4", b"a film of the simulator".to_vec()),
        (_, "mp3") => bytes("audio/mpeg", b"a sound of the simulator".to_vec()),
        (_, "pdf") => bytes("application/pdf", b"%PDF-1.4 of the simulator".to_vec()),
        _ => bytes(
            "application/octet-stream",
            b"a file of the simulator".to_vec(),
        ),
    };
    Some(answer)
}

/// The same name has the same picture.
fn one_of(pictures: &[&[u8]], name: &str) -> Vec<u8> {
    let sum: usize = name.bytes().map(usize::from).sum();
    pictures[sum % pictures.len()].to_vec()
}

/// A picture of 10,000 × 10,000 pixels in a few bytes, if one believes it.
fn bomb() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    for side in [10_000_u32, 10_000] {
        bytes.extend(side.to_be_bytes());
    }
    // Depth, colours, and so on; and the checksum of this head.
    bytes.extend([8, 6, 0, 0, 0]);
    bytes.extend(0xBA4E_6227_u32.to_be_bytes());
    bytes.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    bytes
}

fn redirect(to: &'static str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

/// More bytes than anybody takes, with or without saying so beforehand.
fn endless(length: Option<&'static str>) -> Response {
    let piece = || Ok::<_, Infallible>(vec![0_u8; 64 * 1024]);
    let body = Body::from_stream(stream::repeat_with(piece));
    let mut answer = ([(header::CONTENT_TYPE, "image/jpeg")], body).into_response();
    if let Some(length) = length {
        let length = HeaderValue::from_static(length);
        answer.headers_mut().insert(header::CONTENT_LENGTH, length);
    }
    answer
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
