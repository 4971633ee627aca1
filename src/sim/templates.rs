//! Templates, their buttons, and quick replies (X14): which there are, and what fits
//! into them ("Templates", "Buttons", "Quick Replies"; on Instagram "Generic
//! Template").

use serde_json::{Map, Value};

use crate::sim::{graph_error::GraphError, shape::Place, world::Platform};

/// Characters of a button's or quick reply's title at most.
const TITLE: usize = 20;
/// Characters of what a tap sends back at most.
const PAYLOAD: usize = 1000;
/// Buttons on one card at most.
const BUTTONS: usize = 3;

/// Everything that a message holds besides text and files.
pub(super) fn check(platform: Platform, message: &Map<String, Value>) -> Result<(), GraphError> {
    if let Some(replies) = message.get("quick_replies") {
        let replies = Place::new("message[quick_replies]", replies);
        for reply in replies.items(0, 13)? {
            quick_reply(platform, &reply)?;
        }
    }
    if let Some(several) = message.get("attachments") {
        let most = match platform {
            Platform::Messenger => 30,
            Platform::Instagram => 10,
        };
        for one in Place::new("message[attachments]", several).items(1, most)? {
            one.field("type").one_of(&["image"])?;
        }
    }
    let attachment = message.get("attachment").unwrap_or(&Value::Null);
    let attachment = Place::new("message[attachment]", attachment);
    let kind = attachment.value()["type"].as_str().unwrap_or_default();
    if kind.eq_ignore_ascii_case("template") {
        template(platform, &attachment.field("payload"))?;
    }
    Ok(())
}

fn quick_reply(platform: Platform, reply: &Place) -> Result<(), GraphError> {
    reply.is_object()?;
    let kinds: &[&str] = match platform {
        Platform::Messenger => &["text", "user_phone_number", "user_email"],
        // Disabled there since 5 October 2026.
        Platform::Instagram => &["text"],
    };
    if reply.field("content_type").one_of(kinds)? != "text" {
        return Ok(());
    }
    if let Some(picture) = reply.optional("image_url") {
        picture.url(false)?;
        reply.field("title").optional_text(TITLE)?;
    } else {
        reply.field("title").text(TITLE)?;
    }
    reply.field("payload").text(PAYLOAD).map(drop)
}

fn template(platform: Platform, payload: &Place) -> Result<(), GraphError> {
    const KINDS: [&str; 8] = [
        "generic",
        "button",
        "media",
        "receipt",
        "coupon",
        "customer_feedback",
        "product",
        "image_grid",
    ];
    // Dead ones are none of these: list, open_graph, airline_….
    match payload.field("template_type").one_of(&KINDS)?.as_str() {
        "generic" => {
            for element in payload.field("elements").items(1, 10)? {
                card(platform, &element)?;
            }
            Ok(())
        }
        "button" => {
            payload.field("text").text(640)?;
            buttons(platform, &payload.field("buttons"), 1)
        }
        "media" => media(platform, payload),
        "receipt" => receipt(payload),
        "product" => {
            for element in payload.field("elements").items(1, 10)? {
                element.field("id").text(PAYLOAD)?;
            }
            Ok(())
        }
        "image_grid" => image_grid(platform, payload),
        // What fits into these is on no page that we have.
        _ => Ok(()),
    }
}

/// An element of the generic template.
fn card(platform: Platform, element: &Place) -> Result<(), GraphError> {
    element.field("title").text(80)?;
    element.field("subtitle").optional_text(80)?;
    let more = ["subtitle", "image_url", "default_action", "buttons"];
    if !more.iter().any(|key| element.has(key)) {
        return element.refused("must have at least one property besides its title");
    }
    if let Some(picture) = element.optional("image_url") {
        picture.url(false)?;
    }
    if let Some(action) = element.optional("default_action") {
        action.field("type").one_of(&["web_url"])?;
        action.field("url").url(false)?;
        if action.has("title") {
            return action.refused("takes no title");
        }
    }
    match element.optional("buttons") {
        Some(all) => buttons(platform, &all, 0),
        None => Ok(()),
    }
}

fn media(platform: Platform, payload: &Place) -> Result<(), GraphError> {
    for element in payload.field("elements").items(1, 1)? {
        element.field("media_type").one_of(&["image", "video"])?;
        match (element.has("attachment_id"), element.optional("url")) {
            (true, None) => {}
            (false, Some(url)) => {
                let host = url.url(true)?.trim_start_matches("https://");
                let host = host.split('/').next().unwrap_or_default();
                if host != "facebook.com" && !host.ends_with(".facebook.com") {
                    return url.refused("must be an address on facebook.com");
                }
            }
            _ => return element.refused("must have either attachment_id or url"),
        }
        if let Some(all) = element.optional("buttons") {
            buttons(platform, &all, 0)?;
        }
    }
    Ok(())
}

fn receipt(payload: &Place) -> Result<(), GraphError> {
    for key in [
        "recipient_name",
        "order_number",
        "currency",
        "payment_method",
    ] {
        payload.field(key).text(PAYLOAD)?;
    }
    let total = payload.field("summary").field("total_cost");
    let number = match total.value() {
        Value::Number(_) => true,
        Value::String(text) => text.parse::<f64>().is_ok(),
        _ => false,
    };
    if !number {
        return total.refused("must be a number");
    }
    if let Some(elements) = payload.optional("elements") {
        for element in elements.items(0, 100)? {
            element.field("title").text(PAYLOAD)?;
        }
    }
    Ok(())
}

fn image_grid(platform: Platform, payload: &Place) -> Result<(), GraphError> {
    for element in payload.field("elements").items(1, 1)? {
        let images = element.field("images");
        let mut heroes = 0;
        for image in images.items(2, 6)? {
            image.field("url").url(false)?;
            heroes += usize::from(image.value()["is_hero_image"] == true);
        }
        if heroes > 1 {
            return images.refused("may have only one hero image");
        }
        element.field("title").optional_text(45)?;
        element.field("subtitle").optional_text(80)?;
        if let Some(all) = element.optional("buttons") {
            only_links_and_postbacks(&all)?;
            buttons(platform, &all, 0)?;
        }
    }
    Ok(())
}

fn only_links_and_postbacks(all: &Place) -> Result<(), GraphError> {
    for button in all.items(0, BUTTONS)? {
        button.field("type").one_of(&["web_url", "postback"])?;
    }
    Ok(())
}

/// The buttons of a card, so many at least.
fn buttons(platform: Platform, all: &Place, least: usize) -> Result<(), GraphError> {
    if platform == Platform::Instagram {
        only_links_and_postbacks(all)?;
    }
    for button in all.items(least, BUTTONS)? {
        button.is_object()?;
        let kind = button.field("type").one_of(&[
            "web_url",
            "postback",
            "phone_number",
            "account_link",
            "account_unlink",
            "game_play",
            "audio_call",
        ])?;
        if !kind.starts_with("account_") {
            button.field("title").text(TITLE)?;
        }
        match kind.as_str() {
            "web_url" => {
                button.field("url").url(false)?;
                if let Some(height) = button.optional("webview_height_ratio") {
                    height.one_of(&["compact", "tall", "full"])?;
                }
            }
            "account_link" => {
                button.field("url").url(true)?;
            }
            "phone_number" => {
                let number = button.field("payload");
                let digits = number.text(PAYLOAD)?.strip_prefix('+');
                if !digits.is_some_and(|all| all.bytes().any(|b| b.is_ascii_digit())) {
                    return number.refused("must be a phone number that begins with +");
                }
            }
            "postback" => {
                button.field("payload").text(PAYLOAD)?;
            }
            _ => {}
        }
    }
    Ok(())
}
