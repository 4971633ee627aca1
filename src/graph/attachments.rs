//! What comes with a message in a webhook: other shapes than the Graph API's
//! (webhook reference, `messages`; the 2026 changelog for stickers, posts, reels
//! and appointments).

use serde_json::Value;

use super::template::tree;
use crate::domain::{Part, StoryKind, template_parts};

/// Names and addresses of the attachments of a message as it stood on the wire,
/// by reading or by webhook. Raw.
pub fn files(raw: &str) -> Vec<(String, String)> {
    let Ok(json) = serde_json::from_str::<Value>(raw) else {
        return Vec::new();
    };
    let read = json["attachments"]["data"].as_array();
    let heard = json["message"]["attachments"].as_array();
    let stories = story_links(&json).map(|url| ("story".to_owned(), url.to_owned()));
    let address = |item: &Value| {
        [
            &item["image_data"]["url"],
            &item["video_data"]["url"],
            &item["file_url"],
            &item["payload"]["url"],
        ]
        .into_iter()
        .find_map(Value::as_str)
        .map(str::to_owned)
    };
    let name = |item: &Value| {
        let words = [&item["name"], &item["type"], &item["mime_type"]];
        let word = words.into_iter().find_map(Value::as_str);
        word.unwrap_or("file").to_owned()
    };
    read.into_iter()
        .chain(heard)
        .flatten()
        .filter_map(|item| Some((name(item), address(item)?)))
        .chain(stories)
        .collect()
}

/// Where the story lies that a message is about, by reading or by webhook.
pub(super) fn story_links(json: &Value) -> impl Iterator<Item = &str> {
    [
        &json["story"]["mention"]["link"],
        &json["story"]["reply_to"]["link"],
        &json["story"]["link"],
        &json["message"]["reply_to"]["story"]["url"],
    ]
    .into_iter()
    .filter_map(Value::as_str)
}

/// The parts of a message, in their order.
pub(super) fn parts(attachments: &[Value]) -> Vec<Part> {
    let sticker =
        |item: &Value| item["type"] == "sticker" || !item["payload"]["sticker_id"].is_null();
    let mut parts = Vec::new();
    for item in attachments {
        // Until 30 August 2026 a sticker came twice.
        if sticker(item) {
            if !parts.contains(&Part::Sticker) {
                parts.push(Part::Sticker);
            }
            continue;
        }
        part(item, &mut parts);
    }
    told_once(parts)
}

/// What is told twice is shown once.
pub(super) fn told_once(parts: Vec<Part>) -> Vec<Part> {
    let mut once: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        // Two photos of one kind without names are two photos.
        let file = matches!(part, Part::File { .. });
        if file || !once.contains(&part) {
            once.push(part);
        }
    }
    once
}

fn part(item: &Value, parts: &mut Vec<Part>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let payload = &item["payload"];
    let file = |kind| Part::File {
        kind,
        name: None,
        bytes: None,
    };
    let share = |title: String| Part::Share {
        title,
        link: [&payload["url"], &item["url"], &item["URL"]]
            .into_iter()
            .map(text)
            .find(|url| !url.is_empty())
            .unwrap_or_default(),
    };
    let title = || {
        [&payload["title"], &item["title"]]
            .map(text)
            .into_iter()
            .find(|t| !t.is_empty())
    };
    parts.push(match item["type"].as_str().unwrap_or_default() {
        "image" => file("photo"),
        "video" => file("video"),
        "audio" => file("audio"),
        "file" => file("file"),
        "template" => {
            parts.extend(template_parts(&tree(payload)));
            return;
        }
        "fallback" | "reel" | "ig_reel" | "post" | "ig_post" | "share" | "media" => {
            share(title().unwrap_or_default())
        }
        "appointment_booking" => share(format!(
            "appointment {}",
            text(&payload["status"]).to_lowercase()
        )),
        "location" => {
            let at = &payload["coordinates"];
            share(format!("location {}, {}", at["lat"], at["long"]))
        }
        "story_mention" => Part::Story(StoryKind::Mention),
        "story" | "ig_story" => Part::Story(StoryKind::Shared),
        "ephemeral" => Part::Disappearing,
        "unsupported_type" => Part::Unsupported,
        kind => Part::Unknown(kind.to_owned()),
    });
}
