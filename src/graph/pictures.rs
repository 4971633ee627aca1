//! Where the pictures of messages and people lie. Links are signed and end after
//! some days, so an old one is asked for again ("Message" and "User Profile"
//! references).

use serde_json::Value;

use super::{Client, Error, attachments::story_links, conversations::MESSAGE_FIELDS};
use crate::domain::{Mid, Psid};

/// Where a picture lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureLink {
    /// The address, raw.
    pub address: String,
    /// A story's: it may be shown as long as its author shows it, and not be kept.
    pub story: bool,
}

/// The links of a message as it stood on the wire, by reading or by webhook: one for
/// each of its parts that can be shown ([`Part::is_picture`](crate::domain::Part)), in
/// their order; `None` where Meta gives no picture of it.
pub fn picture_links(raw: &str) -> Vec<Option<PictureLink>> {
    let Ok(json) = serde_json::from_str::<Value>(raw) else {
        return Vec::new();
    };
    let mut links: Vec<(Kind, Option<PictureLink>)> = Vec::new();
    let lists = [
        &json["attachments"]["data"],
        &json["message"]["attachments"],
    ];
    let attachments = lists.into_iter().filter_map(Value::as_array).flatten();
    links.extend(attachments.filter_map(attached));
    if let Some(address) = json["sticker"].as_str() {
        links.push((Kind::Sticker, link(address, false)));
    }
    if let Some(address) = story_links(&json).next() {
        links.push((Kind::Story, link(address, true)));
    }
    // Stickers and stories that are told twice are one part.
    let mut once = Vec::new();
    for (kind, link) in links {
        if kind == Kind::File || !once.iter().any(|(known, _)| *known == kind) {
            once.push((kind, link));
        }
    }
    once.into_iter().map(|(_, link)| link).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Sticker,
    Story,
}

fn link(address: &str, story: bool) -> Option<PictureLink> {
    let address = address.to_owned();
    (!address.is_empty()).then_some(PictureLink { address, story })
}

fn attached(item: &Value) -> Option<(Kind, Option<PictureLink>)> {
    if !item["generic_template"].is_null() {
        return None;
    }
    let first = |values: &[&Value]| {
        let address = values.iter().copied().find_map(Value::as_str);
        address.and_then(|address| link(address, false))
    };
    let image = &item["image_data"];
    let mime = item["mime_type"].as_str().unwrap_or_default();
    let url = &item["payload"]["url"];
    let sticker = item["type"] == "sticker"
        || !item["payload"]["sticker_id"].is_null()
        || image["render_as_sticker"] == true;
    let video = !item["video_data"].is_null() || mime.starts_with("video/");
    match item["type"].as_str().unwrap_or_default() {
        _ if sticker => Some((Kind::Sticker, first(&[&image["url"], url]))),
        "story_mention" | "story" | "ig_story" => {
            Some((Kind::Story, url.as_str().and_then(|url| link(url, true))))
        }
        "image" => Some((Kind::File, first(&[url]))),
        "video" => Some((Kind::File, None)),
        _ if image.is_object() => Some((
            Kind::File,
            first(&[
                &image["url"],
                &image["animated_gif_url"],
                &image["preview_url"],
            ]),
        )),
        _ if video => Some((Kind::File, first(&[&item["video_data"]["preview_url"]]))),
        _ if mime.starts_with("image/") => Some((Kind::File, first(&[&item["file_url"]]))),
        _ => None,
    }
}

impl Client {
    /// The links of a message, read again.
    pub async fn picture_links(&self, mid: &Mid) -> Result<Vec<Option<PictureLink>>, Error> {
        let fields = [("fields", MESSAGE_FIELDS)];
        let raw = self.read(&[mid.as_str()], &fields).await?;
        Ok(picture_links(&raw))
    }

    /// Where somebody's profile picture lies; `None` where Meta gives none.
    pub async fn profile_picture(&self, psid: &Psid) -> Result<Option<String>, Error> {
        let fields = [("fields", "profile_pic")];
        let text = self.read(&[psid.as_str()], &fields).await?;
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        Ok(json["profile_pic"].as_str().map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_that_can_be_shown_has_its_link() {
        let photo = |url: &str| {
            Some(PictureLink {
                address: url.into(),
                story: false,
            })
        };
        let story = Some(PictureLink {
            address: "https://s/1".into(),
            story: true,
        });
        for (raw, links) in [
            ("no json", vec![]),
            (r#"{"message":"hi"}"#, vec![]),
            (
                r#"{"attachments":{"data":[{"image_data":{"url":"https://a/1"}},{"file_url":"https://a/x.pdf","mime_type":"application/pdf"},
                   {"image_data":{"animated_gif_url":"https://a/2"}},{"video_data":{"url":"https://a/3"}},
                   {"video_data":{"url":"https://a/4","preview_url":"https://a/4p"}},{"generic_template":{"media_url":"https://bot.example/x"}}]}}"#,
                vec![
                    photo("https://a/1"),
                    photo("https://a/2"),
                    None,
                    photo("https://a/4p"),
                ],
            ),
            (
                r#"{"sticker":"https://a/s","attachments":{"data":[{"image_data":{"url":"https://a/t","render_as_sticker":true}}]}}"#,
                vec![photo("https://a/t")],
            ),
            (
                r#"{"message":{"attachments":[{"type":"image","payload":{"url":"https://a/1"}},{"type":"image","payload":{"url":"https://a/2"}}]}}"#,
                vec![photo("https://a/1"), photo("https://a/2")],
            ),
            (
                r#"{"message":{"attachments":[{"type":"sticker","payload":{"url":"https://a/s","sticker_id":9}},{"type":"image","payload":{"url":"https://a/s","sticker_id":9}}]}}"#,
                vec![photo("https://a/s")],
            ),
            (
                r#"{"message":{"attachments":[{"type":"story_mention","payload":{"url":"https://s/1"}}]}}"#,
                vec![story.clone()],
            ),
            (
                r#"{"message":{"text":"wow","reply_to":{"story":{"url":"https://s/1","id":"1"}}}}"#,
                vec![story.clone()],
            ),
            (
                r#"{"story":{"mention":{"link":"https://s/1"}}}"#,
                vec![story.clone()],
            ),
            (r#"{"story":{"link":"https://s/1","id":"1"}}"#, vec![story]),
        ] {
            assert_eq!(picture_links(raw), links, "{raw}");
        }
    }
}
