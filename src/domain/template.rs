//! A structured message: quick replies, cards, a receipt, media with buttons. It is
//! kept in Meta's own shape, because what Meta documents is what people write into
//! their files; what fits into it is [`super::template_limits`]'s.

use super::{Attachment, Part, Tree};

/// A structured message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// What it is called: its file's name without the ending, or the name under which
    /// Meta approved it. Raw.
    pub name: String,
    /// Meta's `message` object; a `file` in it stands for one of [`Self::files`].
    pub message: Tree,
    /// What the customer reads, raw, where Meta fills its own text in (a utility
    /// template); else empty.
    pub wording: String,
    /// The files that it names, in their order.
    pub files: Vec<Attachment>,
}

/// What a tap on a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tap {
    /// What stands on the button, raw.
    pub title: String,
    /// What happens, raw.
    pub does: String,
}

impl Template {
    /// It goes out as `UTILITY`, at any time: Meta approved it ("Utility messages").
    pub fn is_utility(&self) -> bool {
        !self.message.get("template").is_nothing()
    }

    /// A word for its kind: `generic`, `receipt`, `quick replies`, …
    pub fn kind(&self) -> &str {
        let attachment = self.message.get("attachment");
        let kind = attachment.get("payload").get("template_type").text();
        match (kind, attachment.get("type").text()) {
            _ if self.is_utility() => "utility",
            ("", "image") => "photo",
            ("", "") if !self.message.get("attachments").is_nothing() => "photos",
            ("", "") if self.message.get("quick_replies").is_nothing() => "text",
            ("", "") => "quick replies",
            ("", kind) | (kind, _) => kind,
        }
    }

    /// The text that goes out with it, raw; it is found again by that.
    pub fn text(&self) -> &str {
        match self.is_utility() {
            true => &self.wording,
            false => self.message.get("text").text(),
        }
    }

    /// The same with every text put through `change`.
    #[must_use]
    pub fn with_texts(&self, change: &impl Fn(&str) -> String) -> Self {
        Self {
            name: self.name.clone(),
            message: self.message.with_texts(change),
            wording: change(&self.wording),
            files: self.files.clone(),
        }
    }

    /// Everything in it that is text.
    pub fn texts(&self) -> Vec<&str> {
        let mut texts = self.message.texts();
        texts.push(&self.wording);
        texts
    }

    /// What of it is not text, as it stands in the thread.
    pub fn parts(&self) -> Vec<Part> {
        if self.is_utility() {
            return match self.wording.is_empty() {
                true => vec![utility_card(self.message.get("template"))],
                false => Vec::new(),
            };
        }
        let attachment = self.message.get("attachment");
        let mut parts = match attachment.get("type").text() {
            "" => Vec::new(),
            "template" => template_parts(attachment.get("payload")),
            kind => vec![file(kind)],
        };
        for item in self.message.get("attachments").items() {
            parts.push(file(item.get("type").text()));
        }
        let titles: Vec<String> = self
            .message
            .get("quick_replies")
            .items()
            .iter()
            .map(quick_reply_title)
            .collect();
        if !titles.is_empty() {
            parts.push(Part::QuickReplies(titles));
        }
        parts
    }

    /// What its buttons and quick replies do, in their order.
    pub fn taps(&self) -> Vec<Tap> {
        let payload = self.message.get("attachment").get("payload");
        let cards = payload.get("elements").items().iter();
        let buttons = cards
            .chain([payload])
            .flat_map(|card| card.get("buttons").items())
            .map(|button| Tap {
                title: button_title(button),
                does: match button.get("type").text() {
                    "web_url" => format!("opens {}", button.get("url").text()),
                    "phone_number" => format!("calls {}", button.get("payload").text()),
                    "account_link" => format!("links an account at {}", button.get("url").text()),
                    "account_unlink" => "unlinks the account".into(),
                    "postback" => format!("sends the bot {}", button.get("payload").text()),
                    other => other.replace('_', " "),
                },
            });
        let replies = self.message.get("quick_replies").items().iter();
        let replies = replies.map(|reply| Tap {
            title: quick_reply_title(reply),
            does: match reply.get("content_type").text() {
                "text" => format!("sends the bot {}", reply.get("payload").text()),
                other => format!("asks for the {}", asked_for(other)),
            },
        });
        buttons.chain(replies).collect()
    }
}

/// The parts of a template's payload, sent or heard: a card each, or what else there is
/// to see. One of a shape that nobody knows is named by its kind.
pub fn template_parts(payload: &Tree) -> Vec<Part> {
    let kind = payload.get("template_type").text();
    let elements = [
        payload.get("elements"),
        payload.get("product").get("elements"),
    ];
    let elements: Vec<&Tree> = elements.into_iter().flat_map(Tree::items).collect();
    let parts: Vec<Part> = match kind {
        "receipt" => vec![receipt(payload)],
        "coupon" => vec![coupon(payload)],
        "media" => elements.into_iter().flat_map(media).collect(),
        "image_grid" => elements.into_iter().flat_map(image_grid).collect(),
        _ if elements.is_empty() => vec![card(payload)],
        _ => elements.into_iter().map(card).collect(),
    };
    let named = |part: Part| match &part {
        Part::Card {
            title,
            subtitle,
            buttons,
        } if title.is_empty() && subtitle.is_empty() && buttons.is_empty() => {
            Part::Unknown(if kind.is_empty() { "template" } else { kind }.to_owned())
        }
        _ => part,
    };
    parts.into_iter().map(named).collect()
}

fn card(card: &Tree) -> Part {
    let title = [card.get("title"), card.get("text")];
    let title = title
        .into_iter()
        .map(Tree::text)
        .find(|title| !title.is_empty());
    let product = || match card.get("id").scalar() {
        "" => String::new(),
        id => format!("product {id}"),
    };
    Part::Card {
        title: title.map_or_else(product, str::to_owned),
        subtitle: card.get("subtitle").text().to_owned(),
        buttons: titles(card),
    }
}

fn titles(card: &Tree) -> Vec<String> {
    // Meta's feedback form has one button, and only its title.
    let form = card.get("button_title").text();
    let form = (!form.is_empty()).then(|| form.to_owned());
    let buttons = card.get("buttons").items().iter().map(button_title);
    buttons.chain(form).collect()
}

/// What Messenger writes on a button that has no title of its own.
fn button_title(button: &Tree) -> String {
    match (button.get("title").text(), button.get("type").text()) {
        ("", "account_link") => "Log In".into(),
        ("", "account_unlink") => "Log Out".into(),
        (title, _) => title.to_owned(),
    }
}

fn quick_reply_title(reply: &Tree) -> String {
    match (reply.get("content_type").text(), reply.get("title").text()) {
        (kind @ ("user_phone_number" | "user_email"), "") => format!("their {}", asked_for(kind)),
        (_, title) => title.to_owned(),
    }
}

fn asked_for(kind: &str) -> &str {
    match kind {
        "user_phone_number" => "phone number",
        "user_email" => "email address",
        other => other,
    }
}

fn file(kind: &str) -> Part {
    Part::File {
        kind: match kind {
            "image" => "photo",
            "video" => "video",
            "audio" => "audio",
            _ => "file",
        },
        name: None,
        bytes: None,
    }
}

fn media(element: &Tree) -> Vec<Part> {
    let mut parts = vec![file(element.get("media_type").text())];
    let buttons = titles(element);
    if !buttons.is_empty() {
        parts.push(Part::Card {
            title: String::new(),
            subtitle: String::new(),
            buttons,
        });
    }
    parts
}

fn image_grid(element: &Tree) -> Vec<Part> {
    let images = element.get("images").items().iter().map(|_| file("image"));
    let mut parts: Vec<Part> = images.collect();
    let below = card(element);
    if !matches!(&below, Part::Card { title, subtitle, buttons } if title.is_empty() && subtitle.is_empty() && buttons.is_empty())
    {
        parts.push(below);
    }
    parts
}

fn receipt(payload: &Tree) -> Part {
    let get = |name: &str| payload.get(name).scalar();
    let item = |item: &Tree| {
        let title = item.get("title").text();
        let price = amount(item.get("price").scalar());
        match item.get("quantity").scalar() {
            "" | "1" => format!("{title} {price}"),
            many => format!("{many} × {title} {price}"),
        }
    };
    let mut words: Vec<String> = payload.get("elements").items().iter().map(item).collect();
    let total = amount(payload.get("summary").get("total_cost").scalar());
    words.push(format!("total {total} {}", get("currency")));
    if !get("payment_method").is_empty() {
        words.push(format!("paid with {}", get("payment_method")));
    }
    Part::Card {
        title: format!(
            "Receipt {} for {}",
            get("order_number"),
            get("recipient_name")
        ),
        subtitle: words.join(", "),
        buttons: Vec::new(),
    }
}

/// An amount of money as people write it.
fn amount(number: &str) -> String {
    match number.parse::<f64>() {
        Ok(amount) if number.contains('.') => format!("{amount:.2}"),
        _ => number.to_owned(),
    }
}

fn coupon(payload: &Tree) -> Part {
    let code = payload.get("coupon_code").text();
    let button = payload.get("coupon_url_button_title").text();
    let subtitle = [payload.get("subtitle").text(), code];
    Part::Card {
        title: payload.get("title").text().to_owned(),
        subtitle: subtitle
            .into_iter()
            .filter(|words| !words.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        buttons: Some(button.to_owned())
            .filter(|title| !title.is_empty())
            .into_iter()
            .collect(),
    }
}

/// A utility template whose words only Meta knows: its name, and what is filled in.
fn utility_card(template: &Tree) -> Part {
    let components = template.get("components").items().iter();
    let values = components
        .flat_map(|component| component.get("parameters").items())
        .filter_map(|parameter| {
            let values = ["text", "payload", "url"].map(|name| parameter.get(name).text());
            values.into_iter().find(|value| !value.is_empty())
        })
        .collect::<Vec<_>>();
    Part::Card {
        title: template.get("name").text().to_owned(),
        subtitle: values.join(", "),
        buttons: Vec::new(),
    }
}
