//! What messages carry besides text: how it is checked when an app sends it
//! (X24), how it is read back and shown in an echo, and what is saved (E5). It
//! knows nothing of who may write to whom.

use serde_json::{Map, Value, json};

use crate::sim::{
    graph_error::GraphError,
    params::{Params, text_of, unwrap_text},
    world::{DAY, Platform, Saved, World},
};

/// What an app sent as `attachment` or `attachments`, as it is read back.
pub(super) fn read_back(body: &Map<String, Value>) -> Vec<Value> {
    attached(body).iter().flat_map(one_read_back).collect()
}

/// What a message body carries as `attachment` or `attachments`.
pub(super) fn attached(body: &Map<String, Value>) -> Vec<Value> {
    let mut all: Vec<Value> = body
        .get("attachment")
        .map(unwrap_text)
        .into_iter()
        .collect();
    if let Some(Value::Array(several)) = body.get("attachments").map(unwrap_text) {
        all.extend(several);
    }
    all
}

fn one_read_back(sent: &Value) -> Vec<Value> {
    let payload = &unwrap_text(&sent["payload"]);
    let url = payload["url"]
        .as_str()
        .unwrap_or("https://cdn.example/saved");
    let card = |element: &Value, title: &str| {
        let buttons = element["buttons"].as_array().cloned().unwrap_or_default();
        json!({"id": "1", "generic_template": {"title": title, "subtitle": element["subtitle"],
               "media_url": element["image_url"], "cta": buttons}})
    };
    match kind(sent).as_str() {
        "image" => vec![
            json!({"id": "1", "mime_type": "image/jpeg", "name": "image.jpg", "size": 48_213,
            "image_data": {"width": 1080, "height": 1080, "url": url, "preview_url": url}}),
        ],
        "video" => vec![
            json!({"id": "1", "mime_type": "video/mp4", "name": "video.mp4", "size": 1_048_576,
            "video_data": {"url": url}}),
        ],
        "audio" => vec![
            json!({"id": "1", "mime_type": "audio/mpeg", "name": "audio.mp3", "size": 96_000, "file_url": url}),
        ],
        "template" => match payload["elements"].as_array() {
            Some(elements) => elements
                .iter()
                .map(|e| card(e, e["title"].as_str().unwrap_or_default()))
                .collect(),
            None => vec![card(payload, payload["text"].as_str().unwrap_or_default())],
        },
        _ => vec![
            json!({"id": "1", "mime_type": "application/octet-stream", "name": "file", "size": 1024, "file_url": url}),
        ],
    }
}

/// The attachments as they were sent: an echo shows them so.
pub(super) fn sent(body: &Map<String, Value>) -> Vec<Value> {
    let mut sent = attached(body);
    for attachment in &mut sent {
        let mut payload = unwrap_text(&attachment["payload"]);
        // Here it comes as a number.
        if let Some(id) = payload["attachment_id"]
            .as_str()
            .and_then(|id| id.parse::<i64>().ok())
        {
            payload["attachment_id"] = json!(id);
        }
        attachment["payload"] = payload;
    }
    sent
}

/// Bytes of an upload at most: pictures, and anything else.
const PICTURE_BYTES: usize = 8 * 1024 * 1024;
const FILE_BYTES: usize = 25 * 1024 * 1024;

/// X24. Saved attachments: unknown, foreign and older than 90 days. Uploads: of
/// the wrong kind or too large. URLs are never fetched; what would happen is
/// read from the address (our choice): one that is not http, or that holds
/// `fetch-failed`, `too-large` or `corrupt`. Answers whether the sent one is to
/// be saved.
pub(super) fn faults(
    world: &World,
    platform: Platform,
    body: &Map<String, Value>,
    params: &Params,
    now: i64,
) -> Result<bool, GraphError> {
    let mut saved = false;
    for attachment in &attached(body) {
        let payload = unwrap_text(&attachment["payload"]);
        let kind = kind(attachment);
        if let Some((mime, _)) = params.file() {
            uploaded_as(platform, &kind, mime)?;
        }
        fault(world, &kind, &payload, params, now)?;
        saved |= payload["is_reusable"].as_bool() == Some(true);
    }
    Ok(saved)
}

const KINDS: [&str; 14] = [
    "image",
    "video",
    "audio",
    "file",
    "template",
    "reel",
    "ig_reel",
    "post",
    "ig_post",
    "sticker",
    "like_heart",
    "media_share",
    "location",
    "fallback",
];

/// What Instagram takes, by the media type ("Send a message", its list of formats).
const ON_INSTAGRAM: [(&str, &[&str]); 4] = [
    ("image", &["image/png", "image/jpeg", "image/gif"]),
    (
        "video",
        &[
            "video/mp4",
            "video/ogg",
            "video/x-msvideo",
            "video/quicktime",
            "video/webm",
        ],
    ),
    (
        "audio",
        &[
            "audio/aac",
            "audio/mp4",
            "audio/m4a",
            "audio/x-m4a",
            "audio/wav",
            "audio/x-wav",
        ],
    ),
    ("file", &["application/pdf"]),
];

/// Whether a file may go out as that kind.
fn uploaded_as(platform: Platform, kind: &str, mime: &str) -> Result<(), GraphError> {
    let known = ON_INSTAGRAM.iter().find(|(known, _)| *known == kind);
    let fits = match (platform, known) {
        (Platform::Instagram, Some((_, taken))) => taken.contains(&mime),
        _ if ["image", "video", "audio"].contains(&kind) => mime.starts_with(&format!("{kind}/")),
        _ => !mime.is_empty(),
    };
    match fits {
        true => Ok(()),
        false => Err(GraphError::new(
            400,
            100,
            2_018_047,
            "(#100) Upload attachment failure: the type does not match.",
        )),
    }
}

fn fault(
    world: &World,
    kind: &str,
    payload: &Value,
    params: &Params,
    now: i64,
) -> Result<(), GraphError> {
    let fail = |subcode, words: &str| {
        Err(GraphError::new(
            400,
            100,
            subcode,
            format!("(#100) {words}"),
        ))
    };
    if !KINDS.contains(&kind) {
        return Err(GraphError::parameter(
            "Param message[attachment][type] is unknown",
        ));
    }
    // Private to the Page, not to the app.
    let usable = |id: &str, kind: &str| {
        let saved = world.attachments.get(id);
        saved.is_some_and(|saved| now - saved.made <= 90 * DAY && saved.kind == kind)
    };
    let media = payload["elements"].as_array().into_iter().flatten();
    for element in media.filter(|element| element["media_type"].is_string()) {
        let kind = element["media_type"].as_str().unwrap_or_default();
        let id = element.get("attachment_id").and_then(text_of);
        if id.is_some_and(|id| !usable(&id, &kind.to_ascii_lowercase())) {
            return fail(2_018_074, "Invalid attachment id.");
        }
    }
    if let Some(id) = payload.get("attachment_id").and_then(text_of) {
        if !usable(&id, kind) {
            return fail(2_018_074, "Invalid attachment id.");
        }
    } else if let Some((_, size)) = params.file() {
        let most = if kind == "image" {
            PICTURE_BYTES
        } else {
            FILE_BYTES
        };
        if size > most {
            return fail(2_018_109, "Attachment size exceeds allowable limit.");
        }
    } else if let Some(url) = payload.get("url").and_then(Value::as_str) {
        if !url.starts_with("http") || url.contains("fetch-failed") {
            return fail(2_018_008, "Failed to fetch the file from the url.");
        }
        if url.contains("too-large") {
            return fail(2_018_109, "Attachment size exceeds allowable limit.");
        }
        if url.contains("corrupt") {
            return fail(2_018_294, "The video cannot be processed.");
        }
        let ending = |list: &[&str]| list.iter().any(|end| url.ends_with(end));
        let other = match kind {
            "image" => ending(&[".mp4", ".mp3", ".pdf"]),
            "video" => ending(&[".jpg", ".png", ".mp3", ".pdf"]),
            "audio" => ending(&[".jpg", ".png", ".pdf"]),
            _ => false,
        };
        if other {
            return fail(
                2_018_047,
                "Upload attachment failure: the type does not match.",
            );
        }
    }
    Ok(())
}

/// Keeps the attachment of a message; answers the id that is drawn for it.
pub(super) fn save(world: &mut World, body: &Map<String, Value>, now: i64) -> String {
    let attachment = body.get("attachment").map(unwrap_text).unwrap_or_default();
    let id = (687_000_000_000_000 + world.random.below(1_000_000_000)).to_string();
    let kind = kind(&attachment);
    world
        .attachments
        .insert(id.clone(), Saved { made: now, kind });
    id
}

/// The kinds of all that a message body carries.
pub(super) fn kinds(body: &Map<String, Value>) -> Vec<String> {
    attached(body).iter().map(kind).collect()
}

fn kind(attachment: &Value) -> String {
    let kind = attachment["type"].as_str().unwrap_or_default();
    kind.to_ascii_lowercase()
}
