//! What fits into a structured message ("Send API", "Quick Replies", "Templates",
//! "Buttons"; on Instagram "Generic Template"). Said before it is sent, with the place
//! and the number; the simulator refuses at the same edges.

use super::{
    Platform, Template, Tree,
    check::{Check, Place},
};

/// Characters of a button's or a quick reply's title.
const TITLE: usize = 20;
/// Characters of what a tap sends back.
const PAYLOAD: usize = 1000;
/// Buttons on one card.
const BUTTONS: usize = 3;
/// Quick replies below one message.
const QUICK_REPLIES: usize = 13;

/// Fields that several kinds of button know.
const WEB: &[&str] = &[
    "type",
    "title",
    "url",
    "webview_height_ratio",
    "messenger_extensions",
    "fallback_url",
    "webview_share_button",
];

/// Why Meta would not take it, each with its place: "element 2: title has 84
/// characters, 80 fit". Empty: it fits.
pub fn problems(template: &Template, platform: Platform) -> Vec<String> {
    let mut check = Check::of(platform);
    check.message(&template.message);
    check.problems
}

impl Check {
    fn message(&mut self, message: &Tree) {
        let place = Place::whole(message);
        if place.has("template") {
            return self.utility(&place);
        }
        self.only(
            &place,
            &["text", "attachment", "attachments", "quick_replies"],
        );
        let held = ["text", "attachment", "attachments"];
        match held.into_iter().filter(|name| place.has(name)).count() {
            0 => self.say(&place, "it needs text, an attachment or attachments"),
            1 => {}
            _ => self.say(&place, "a message is text or an attachment, not both"),
        }
        if place.has("text") {
            let (length, limit) = (
                self.platform.length(place.get("text").text()),
                self.platform.limit(),
            );
            let unit = match self.platform {
                Platform::Messenger => "characters",
                Platform::Instagram => "bytes",
            };
            if length > limit {
                self.say(&place, format!("text has {length} {unit}, {limit} fit"));
            }
            if length == 0 {
                self.say(&place, "text is empty");
            }
        }
        for reply in self.items(&place, "quick_replies", "quick reply", (0, QUICK_REPLIES)) {
            self.quick_reply(&reply);
        }
        let most = match self.platform {
            Platform::Messenger => 30,
            Platform::Instagram => 10,
        };
        let least = usize::from(place.has("attachments"));
        for item in self.items(&place, "attachments", "attachment", (least, most)) {
            self.one_of(&item, "type", &["image"]);
            self.media(
                &item.clone(),
                &Place {
                    tree: item.get("payload"),
                    ..item
                },
            );
        }
        if place.has("attachment") {
            self.attachment(&place);
        }
    }

    fn attachment(&mut self, message: &Place<'_>) {
        let attachment = Place {
            tree: message.get("attachment"),
            words: String::new(),
        };
        self.only(&attachment, &["type", "payload"]);
        let payload = Place {
            tree: attachment.get("payload"),
            words: String::new(),
        };
        let kinds = ["template", "image", "video", "audio", "file"];
        match self.one_of(&attachment, "type", &kinds).as_str() {
            "template" => self.template(&payload),
            kind if kinds.contains(&kind) => self.media(&attachment, &payload),
            _ => {}
        }
    }

    /// A picture, film, sound or file: by its address, by Meta's id, or from here.
    fn media(&mut self, place: &Place<'_>, payload: &Place<'_>) {
        let sources = ["url", "attachment_id", "file"];
        self.only(payload, &["url", "attachment_id", "file", "is_reusable"]);
        let named = sources.into_iter().filter(|name| payload.has(name)).count();
        if named != 1 {
            self.say(place, "it needs one of url, attachment_id and file");
        }
        if payload.has("url") {
            self.url(payload, "url", false);
        }
    }

    fn quick_reply(&mut self, reply: &Place<'_>) {
        self.only(reply, &["content_type", "title", "payload", "image_url"]);
        let kind = self.one_of(
            reply,
            "content_type",
            &["text", "user_phone_number", "user_email"],
        );
        if kind != "text" {
            if self.platform == Platform::Instagram && kind.starts_with("user_") {
                let words = "Instagram has taken no phone number or email quick replies since 5 October 2026";
                self.say(reply, words);
            }
            return;
        }
        if reply.has("image_url") {
            self.url(reply, "image_url", false);
            self.optional_text(reply, "title", TITLE);
        } else {
            self.text(reply, "title", TITLE);
        }
        self.text(reply, "payload", PAYLOAD);
    }

    fn template(&mut self, payload: &Place<'_>) {
        let kind = payload.get("template_type").text().to_ascii_lowercase();
        match kind.as_str() {
            "generic" => {
                self.only(
                    payload,
                    &[
                        "template_type",
                        "elements",
                        "sharable",
                        "image_aspect_ratio",
                    ],
                );
                for element in self.items(payload, "elements", "element", (1, 10)) {
                    self.card(&element);
                }
            }
            "button" => {
                self.only(payload, &["template_type", "text", "buttons", "sharable"]);
                self.text(payload, "text", 640);
                self.buttons(payload, 1);
            }
            "media" => {
                self.only(payload, &["template_type", "elements", "sharable"]);
                for element in self.items(payload, "elements", "element", (1, 1)) {
                    self.media_element(&element);
                }
            }
            "receipt" => self.receipt(payload),
            "product" => {
                self.only(payload, &["template_type", "elements"]);
                for element in self.items(payload, "elements", "element", (1, 10)) {
                    self.only(&element, &["id"]);
                    self.text(&element, "id", PAYLOAD);
                }
            }
            "image_grid" => {
                self.only(payload, &["template_type", "elements"]);
                for element in self.items(payload, "elements", "element", (1, 1)) {
                    self.image_grid(&element);
                }
            }
            // What fits into it is on no page of Meta's that we have.
            "coupon" => {}
            "customer_feedback" => {
                self.say(
                    payload,
                    "a feedback form goes out from Meta's own tools only",
                );
            }
            "list" | "open_graph" => {
                self.say(payload, format!("Meta no longer takes the {kind} template"));
            }
            airline if airline.starts_with("airline_") => {
                self.say(payload, "Meta no longer takes the airline templates");
            }
            _ => {
                let known = [
                    "generic",
                    "button",
                    "media",
                    "receipt",
                    "product",
                    "image_grid",
                    "coupon",
                ];
                self.one_of(payload, "template_type", &known);
            }
        }
    }

    /// An element of the generic template.
    fn card(&mut self, element: &Place<'_>) {
        let known = [
            "title",
            "subtitle",
            "image_url",
            "default_action",
            "buttons",
        ];
        self.only(element, &known);
        self.text(element, "title", 80);
        self.optional_text(element, "subtitle", 80);
        if !known[1..].iter().any(|name| element.has(name)) {
            self.say(
                element,
                "it needs more than a title: a subtitle, a picture or a button",
            );
        }
        if element.has("image_url") {
            self.url(element, "image_url", false);
        }
        if element.has("default_action") {
            let action = Place {
                tree: element.get("default_action"),
                words: format!("{}, default_action", element.words),
            };
            if action.has("title") {
                self.say(&action, "it takes no title");
            }
            self.only(&action, WEB);
            self.one_of(&action, "type", &["web_url"]);
            self.url(&action, "url", false);
        }
        self.buttons(element, 0);
    }

    fn media_element(&mut self, element: &Place<'_>) {
        self.only(
            element,
            &["media_type", "attachment_id", "url", "file", "buttons"],
        );
        self.one_of(element, "media_type", &["image", "video"]);
        let sources = ["attachment_id", "url", "file"];
        if sources.into_iter().filter(|name| element.has(name)).count() != 1 {
            self.say(element, "it needs one of attachment_id, url and file");
        }
        if element.has("url") {
            let url = element.get("url").text();
            let host = url.strip_prefix("https://").unwrap_or_default();
            let host = host.split('/').next().unwrap_or_default();
            if host != "facebook.com" && !host.ends_with(".facebook.com") {
                self.say(element, "url must be an address on https://facebook.com");
            }
        }
        self.buttons(element, 0);
    }

    fn receipt(&mut self, payload: &Place<'_>) {
        let known = [
            "template_type",
            "recipient_name",
            "order_number",
            "currency",
            "payment_method",
            "summary",
            "order_url",
            "merchant_name",
            "timestamp",
            "address",
            "adjustments",
            "elements",
            "sharable",
        ];
        self.only(payload, &known);
        for name in &known[1..5] {
            self.text(payload, name, PAYLOAD);
        }
        let total = payload.get("summary").get("total_cost").scalar();
        if total.parse::<f64>().is_err() {
            self.say(payload, "summary.total_cost must be a number");
        }
        for element in self.items(payload, "elements", "element", (0, 100)) {
            self.text(&element, "title", PAYLOAD);
        }
    }

    fn image_grid(&mut self, element: &Place<'_>) {
        self.only(element, &["images", "title", "subtitle", "buttons"]);
        let images = self.items(element, "images", "image", (2, 6));
        let is_hero = |image: &&Place<'_>| *image.get("is_hero_image") == Tree::Flag(true);
        if images.iter().filter(is_hero).count() > 1 {
            self.say(element, "only one image can be the hero image");
        }
        for image in &images {
            self.only(image, &["url", "is_hero_image"]);
            self.url(image, "url", false);
        }
        self.optional_text(element, "title", 45);
        self.optional_text(element, "subtitle", 80);
        for button in self.buttons(element, 0) {
            if !matches!(button.get("type").text(), "web_url" | "postback") {
                self.say(&button, "below a grid, only web_url and postback");
            }
        }
    }

    /// The buttons of a card, so many at least.
    fn buttons<'a>(&mut self, place: &Place<'a>, least: usize) -> Vec<Place<'a>> {
        let buttons = self.items(place, "buttons", "button", (least, BUTTONS));
        for button in &buttons {
            self.button(button);
        }
        buttons
    }

    fn button(&mut self, button: &Place<'_>) {
        let kinds = [
            "web_url",
            "postback",
            "phone_number",
            "account_link",
            "account_unlink",
            "game_play",
            "audio_call",
        ];
        let kind = self.one_of(button, "type", &kinds);
        if self.platform == Platform::Instagram && kinds[2..].contains(&kind.as_str()) {
            self.say(
                button,
                format!("Instagram takes no {kind} buttons, only web_url and postback"),
            );
        }
        if kinds.contains(&kind.as_str()) && !kind.starts_with("account_") {
            self.text(button, "title", TITLE);
        }
        match kind.as_str() {
            "web_url" => {
                self.only(button, WEB);
                self.url(button, "url", false);
                if button.has("webview_height_ratio") {
                    self.one_of(button, "webview_height_ratio", &["compact", "tall", "full"]);
                }
            }
            "account_link" => {
                self.only(button, &["type", "url"]);
                self.url(button, "url", true);
            }
            "account_unlink" => self.only(button, &["type"]),
            "phone_number" => {
                self.only(button, &["type", "title", "payload"]);
                self.text(button, "payload", PAYLOAD);
                let number = button.get("payload").text();
                let digits = number.strip_prefix('+');
                if !digits.is_some_and(|all| all.bytes().any(|b| b.is_ascii_digit())) {
                    self.say(button, "payload must be a phone number that begins with +");
                }
            }
            "postback" => {
                self.only(button, &["type", "title", "payload"]);
                self.text(button, "payload", PAYLOAD);
            }
            _ => {}
        }
    }

    /// A template that Meta approved; its words are Meta's own.
    fn utility(&mut self, message: &Place<'_>) {
        self.only(message, &["template"]);
        if self.platform == Platform::Instagram {
            self.say(message, "utility templates are for Messenger only");
        }
        let template = Place {
            tree: message.get("template"),
            words: "template".into(),
        };
        self.only(&template, &["name", "language", "components"]);
        self.text(&template, "name", PAYLOAD);
        if template.get("language").get("code").text().is_empty() {
            self.say(&template, "language.code is missing");
        }
    }
}
