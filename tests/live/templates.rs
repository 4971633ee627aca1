//! Structured messages: what fits into them, on both sides, and how they go out.

use super::*;
use switchboard::{
    domain::{Template, template_problems},
    graph::{self, TemplateFormat},
};

fn template(message: &Value) -> Template {
    let text = message.to_string();
    graph::read_template("case", &text, TemplateFormat::Json).expect("a template")
}

/// A button template with this text.
pub(super) fn button(text: &str) -> Template {
    template(&with("button", "/attachment/payload/text", json!(text)))
}

fn attachment(payload: &Value) -> Value {
    json!({"attachment": {"type": "template", "payload": payload}})
}

/// A template of each kind that fits on Messenger.
fn fitting(kind: &str) -> Value {
    let postback = json!({"type": "postback", "title": "Yes", "payload": "YES"});
    match kind {
        "quick replies" => json!({"text": "Size?", "quick_replies": [
            {"content_type": "text", "title": "Small", "payload": "S"}]}),
        "their own" => json!({"text": "Where?", "quick_replies": [
            {"content_type": "user_phone_number"}, {"content_type": "user_email"}]}),
        "generic" => attachment(&json!({"template_type": "generic", "elements": [{
            "title": "Lamp", "subtitle": "brass", "image_url": "https://x.example/a.jpg",
            "default_action": {"type": "web_url", "url": "https://x.example"},
            "buttons": [postback]}]})),
        "button" => {
            attachment(&json!({"template_type": "button", "text": "Well?", "buttons": [postback]}))
        }
        "media" => attachment(&json!({"template_type": "media", "elements": [{
            "media_type": "image", "url": "https://www.facebook.com/photo/1",
            "buttons": [postback]}]})),
        "receipt" => attachment(&json!({"template_type": "receipt", "recipient_name": "Ana",
            "order_number": "1", "currency": "EUR", "payment_method": "Visa",
            "summary": {"total_cost": 12.5}, "elements": [{"title": "Lamp", "price": 12.5}]})),
        "product" => attachment(&json!({"template_type": "product", "elements": [{"id": "17"}]})),
        "image_grid" => attachment(&json!({"template_type": "image_grid", "elements": [{
            "images": [{"url": "https://x.example/1.jpg"}, {"url": "https://x.example/2.jpg"}],
            "title": "Rooms", "subtitle": "with lamps", "buttons": [postback]}]})),
        "coupon" => attachment(&json!({"template_type": "coupon", "title": "10 % off",
            "coupon_code": "TEN"})),
        "photos" => json!({"attachments": [
            {"type": "image", "payload": {"url": "https://x.example/1.jpg"}}]}),
        "utility" => json!({"template": {"name": "order_shipped", "language": {"code": "en"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "4471"}]}]}}),
        other => panic!("{other}"),
    }
}

/// `kind`, with the value at a pointer changed.
fn with(kind: &str, pointer: &str, value: Value) -> Value {
    let mut message = fitting(kind);
    match message.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => {
            let (parent, name) = pointer.rsplit_once('/').expect("a parent");
            message.pointer_mut(parent).expect("is there")[name] = value;
        }
    }
    message
}

const ELEMENT: &str = "/attachment/payload/elements/0";
const BUTTON: &str = "/attachment/payload/buttons/0";

/// Texts with their limits: at `n` it fits, with one more it does not.
fn texts() -> Vec<(&'static str, String, usize)> {
    let element = |name: &str| format!("{ELEMENT}/{name}");
    let button = |name: &str| format!("{BUTTON}/{name}");
    vec![
        ("quick replies", "/quick_replies/0/title".into(), 20),
        ("quick replies", "/quick_replies/0/payload".into(), 1000),
        ("quick replies", "/text".into(), 2000),
        ("generic", element("title"), 80),
        ("generic", element("subtitle"), 80),
        ("generic", element("buttons/0/title"), 20),
        ("generic", element("buttons/0/payload"), 1000),
        ("button", "/attachment/payload/text".into(), 640),
        ("button", button("title"), 20),
        ("button", button("payload"), 1000),
        ("media", element("buttons/0/title"), 20),
        ("image_grid", element("title"), 45),
        ("image_grid", element("subtitle"), 80),
    ]
}

/// Lists with their limits: the least and the most that fit.
fn lists() -> Vec<(&'static str, String, usize, usize)> {
    let element = |name: &str| format!("{ELEMENT}/{name}");
    let elements = || "/attachment/payload/elements".to_owned();
    vec![
        ("quick replies", "/quick_replies".into(), 0, 13),
        ("generic", elements(), 1, 10),
        ("generic", element("buttons"), 0, 3),
        ("button", "/attachment/payload/buttons".into(), 1, 3),
        ("media", elements(), 1, 1),
        ("media", element("buttons"), 0, 3),
        ("receipt", elements(), 0, 100),
        ("product", elements(), 1, 10),
        ("image_grid", element("images"), 2, 6),
        ("image_grid", element("buttons"), 0, 3),
        ("photos", "/attachments".into(), 1, 30),
    ]
}

/// What is right or wrong in other ways than by its length.
fn shapes() -> Vec<(Value, bool)> {
    let element =
        |kind: &str, name: &str, value: Value| with(kind, &format!("{ELEMENT}/{name}"), value);
    let one_button = |button: Value| with("button", "/attachment/payload/buttons", json!([button]));
    let both = json!({"text": "one", "attachment": fitting("button")["attachment"]});
    vec![
        (both, false),
        (json!({"quick_replies": []}), false),
        (with("generic", ELEMENT, json!({"title": "alone"})), false),
        (
            with("generic", ELEMENT, json!({"subtitle": "no title"})),
            false,
        ),
        (element("generic", "image_url", json!("ftp://x")), false),
        (
            element("generic", "default_action", json!({"type": "postback"})),
            false,
        ),
        (
            element(
                "generic",
                "default_action",
                json!({"type": "web_url", "url": "https://x", "title": "no"}),
            ),
            false,
        ),
        (element("media", "media_type", json!("audio")), false),
        (
            element("media", "url", json!("https://x.example/a.jpg")),
            false,
        ),
        (element("media", "attachment_id", json!("9")), false),
        (
            with(
                "receipt",
                "/attachment/payload/summary",
                json!({"total_cost": "much"}),
            ),
            false,
        ),
        (
            with(
                "receipt",
                "/attachment/payload/summary",
                json!({"total_cost": "12.5"}),
            ),
            true,
        ),
        (
            with("receipt", "/attachment/payload/currency", json!("")),
            false,
        ),
        (
            element("image_grid", "buttons/0/type", json!("phone_number")),
            false,
        ),
        (
            element(
                "image_grid",
                "images",
                json!([
                {"url": "https://x/1", "is_hero_image": true}, {"url": "https://x/2", "is_hero_image": true}]),
            ),
            false,
        ),
        (with("photos", "/attachments/0/type", json!("video")), false),
        (
            with(
                "quick replies",
                "/quick_replies/0/content_type",
                json!("location"),
            ),
            false,
        ),
        (
            with("quick replies", "/quick_replies/0/title", json!("")),
            false,
        ),
        (
            with("button", "/attachment/payload/template_type", json!("list")),
            false,
        ),
        (
            with(
                "button",
                "/attachment/payload/template_type",
                json!("airline_itinerary"),
            ),
            false,
        ),
        (
            one_button(json!({"type": "web_url", "title": "a", "url": "https://x"})),
            true,
        ),
        (one_button(json!({"type": "web_url", "title": "a"})), false),
        (
            one_button(
                json!({"type": "web_url", "title": "a", "url": "https://x", "webview_height_ratio": "huge"}),
            ),
            false,
        ),
        (
            one_button(json!({"type": "phone_number", "title": "a", "payload": "+431"})),
            true,
        ),
        (
            one_button(json!({"type": "phone_number", "title": "a", "payload": "0431"})),
            false,
        ),
        (
            one_button(json!({"type": "account_link", "url": "https://x"})),
            true,
        ),
        (
            one_button(json!({"type": "account_link", "url": "http://x"})),
            false,
        ),
        (one_button(json!({"type": "account_unlink"})), true),
        (one_button(json!({"type": "game_play", "title": "a"})), true),
        (
            one_button(json!({"type": "audio_call", "title": "a"})),
            true,
        ),
        (one_button(json!({"type": "element_share"})), false),
    ]
}

/// What we say before sending and what the simulator answers agree at every edge.
#[test]
fn each_limit_is_the_same_here_and_there() {
    runtime().block_on(async {
        let options = Options {
            scenario: Some(TWO_PEOPLE.into()),
            ..Options::default()
        };
        let (address, simulator) = simulator(options, quick()).await;
        let (_, token) = simulator.app("switchboard").expect("the desk's app");
        let client = client(address, &token);
        let about = simulator.about("");
        let mut cases: Vec<(Value, Option<bool>)> = Vec::new();
        for kind in [
            "quick replies",
            "their own",
            "generic",
            "button",
            "media",
            "receipt",
            "product",
            "image_grid",
            "coupon",
            "photos",
            "utility",
        ] {
            cases.push((fitting(kind), None));
        }
        for (kind, pointer, limit) in texts() {
            for (count, fits) in [(limit, true), (limit + 1, false)] {
                cases.push((with(kind, &pointer, json!("x".repeat(count))), Some(fits)));
            }
        }
        for (kind, pointer, least, most) in lists() {
            let one = fitting(kind).pointer(&pointer).expect("a list")[0].clone();
            let counts = [least, most, most + 1]
                .into_iter()
                .chain(least.checked_sub(1));
            for count in counts {
                let fits = (least..=most).contains(&count);
                cases.push((
                    with(kind, &pointer, json!(vec![one.clone(); count])),
                    Some(fits),
                ));
            }
        }
        cases.extend(
            shapes()
                .into_iter()
                .map(|(message, fits)| (message, Some(fits))),
        );
        for (at, platform) in [Platform::Messenger, Platform::Instagram]
            .into_iter()
            .enumerate()
        {
            let psid = Psid::new(about["people"][at]["id"].as_str().expect("an id"));
            for (message, fits) in &cases {
                let template = template(message);
                let problems = template_problems(&template, platform);
                if let (Some(fits), Platform::Messenger) = (fits, platform) {
                    assert_eq!(problems.is_empty(), *fits, "{problems:?} {message}");
                }
                let reply = graph::Reply {
                    local: LocalId::new("a"),
                    attempt: 1,
                    to: graph::Recipient::Person(psid.clone()),
                    platform,
                    content: Content::Template(Box::new(template.clone())),
                    media: Vec::new(),
                    quote: None,
                    silent: false,
                    persona: None,
                    send_as: match template.is_utility() {
                        true => SendAs::Utility,
                        false => SendAs::Response,
                    },
                    hand_back: None,
                };
                let sent = client.send(&reply).await;
                assert_eq!(
                    problems.is_empty(),
                    sent.is_ok(),
                    "{platform:?} {problems:?} {sent:?} {message}"
                );
            }
        }
    });
}

fn reply_of(local: &str, template: Template) -> Operation {
    let mut operation = send(local, "", None);
    if let Operation::Reply(reply) = &mut operation {
        reply.parts[0].content = Content::Template(Box::new(template));
    }
    operation
}

/// Every kind goes through the outbox, and stands in the thread as it was drawn before
/// it went; what is read later of it is no other message.
#[test]
fn every_kind_of_template_is_sent_and_stands_in_the_thread() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        for kind in [
            "quick replies",
            "their own",
            "generic",
            "button",
            "media",
            "receipt",
            "product",
            "image_grid",
            "coupon",
            "photos",
            "utility",
        ] {
            let mut template = template(&fitting(kind));
            template.wording = match kind {
                "utility" => "Good news! Your order #4471 is on its way to you.".into(),
                _ => String::new(),
            };
            let (parts, text) = (template.parts(), template.text().to_owned());
            wing.ask(&ana, reply_of(kind, template)).await;
            wing.sent_as(kind).await;
            let thread = wing.thread(&ana.0);
            let newest = thread.items.iter().rev().find_map(|item| match item {
                Item::Message(message) => Some(message),
                _ => None,
            });
            let newest = newest.expect("a message");
            assert_eq!((&newest.parts, &newest.text), (&parts, &text), "{kind}");
            let posts = wing.posts();
            let body = &posts.last().expect("a call")["body"];
            let as_utility = body["messaging_type"] == "UTILITY";
            assert_eq!(as_utility, kind == "utility", "{body}");
        }
        let sends = words(&wing.posts());
        assert_eq!(sends.iter().filter(|word| *word == "messages").count(), 11);
        wing.end().await;
    });
}

/// A file that a template names is uploaded before it.
#[test]
fn a_templates_own_file_goes_by_its_id() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        let path = wing.folder.path().join("lamp.png");
        std::fs::write(&path, b"a picture").expect("written");
        let mut template = template(&attachment(&json!({"template_type": "media",
            "elements": [{"media_type": "image", "file": "lamp.png"}]})));
        template.files = vec![Attachment::new(path, 9)];
        assert_eq!(template_problems(&template, Platform::Messenger), [""; 0]);
        wing.ask(&ana, reply_of("one", template)).await;
        wing.sent_as("one").await;
        let posts = wing.posts();
        assert_eq!(words(&posts), ["message_attachments", "messages"]);
        let element = &posts[1]["body"]["message"]["attachment"]["payload"]["elements"][0];
        assert!(element["attachment_id"].is_string(), "{element}");
        assert!(element["file"].is_null());
        wing.end().await;
    });
}

/// The answer to a card was lost: nothing that is read tells it from another card, so
/// it is not called sent, until its echo comes or a person points at it.
#[test]
fn a_card_in_doubt_is_settled_by_its_echo_or_by_a_person() {
    for by_echo in [true, false] {
        runtime().block_on(async {
            let mut wing = Wing::start(None).await;
            let ana = wing.open("Ana Ruiz").await;
            wing.simulator.fail_next("send", Fault::LoseAnswer);
            wing.ask(&ana, reply_of("one", button("Which day?"))).await;
            wing.doubted().await;
            let id = ana.0.clone();
            let card = wing.until("the card is read", |reader| {
                let thread = reader.thread(&id, &ThreadRange::Newest, 500).ok()??;
                thread.items.into_iter().find_map(|item| match item {
                    Item::Message(message) if message.words() == "Which day?" => Some(message),
                    _ => None,
                })
            });
            let card = card.await;
            let states = |wing: &Wing| -> Vec<SendState> {
                let thread = wing.thread(&ana.0);
                unsent(&thread)
                    .iter()
                    .map(|reply| reply.state.clone())
                    .collect()
            };
            assert_eq!(states(&wing), [SendState::Unsure], "it may be another one");
            if by_echo {
                let ours: i64 = wing
                    .simulator
                    .app("switchboard")
                    .expect("it")
                    .0
                    .parse()
                    .expect("digits");
                wing.hear(&[json!({"sender": {"id": wing.simulator.page_id()},
                    "recipient": {"id": ana.1.as_str()}, "timestamp": card.at.as_millis(),
                    "message": {"mid": card.mid.as_str(), "is_echo": true, "app_id": ours,
                                "metadata": "sb1:one:1"}})])
                    .await;
            } else {
                let decide = Command::Decide {
                    conversation: ana.0.clone(),
                    local: LocalId::new("one"),
                    decision: Decision::Is(card.mid.clone(), card.at),
                };
                wing.commands.send(decide).await.expect("taken");
            }
            wing.sent_as("one").await;
            assert_eq!(states(&wing), []);
            let sends = words(&wing.posts());
            assert_eq!(sends, ["messages"], "once");
            wing.end().await;
        });
    }
}

/// What Meta lists is what it takes: after seven days, too.
#[test]
fn an_approved_template_reaches_somebody_who_wrote_long_ago() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        wing.commands
            .send(Command::ReadTemplates)
            .await
            .expect("taken");
        let approved = |c: &Change| matches!(c, Change::UtilityTemplates(_));
        let Change::UtilityTemplates(Ok(templates)) = wing.news("the list", approved).await else {
            panic!("no list");
        };
        let shipped = templates
            .into_iter()
            .find(|one| one.name == "order_shipped");
        let fill = |text: &str| text.replace("{1}", "4471");
        let shipped = shipped.expect("the sample").with_texts(&fill);
        wing.order("clock", json!({"by": "+8d"})).await;
        let wing = wing.again().await;
        let mut wing = wing;
        wing.ask(&ana, Operation::Take).await;
        wing.ask(&ana, reply_of("late", shipped)).await;
        wing.sent_as("late").await;
        let thread = wing.thread(&ana.0);
        let said = "Good news! Your order #4471 is on its way to you.";
        assert!(
            thread
                .items
                .iter()
                .any(|item| matches!(item, Item::Message(m) if m.text == said))
        );
        // Of one from a file only Meta knows the words: they take the place of its values.
        let json = include_str!("../../assets/templates/repair-ready.json");
        let ready = graph::read_template("ready", json, graph::TemplateFormat::Json);
        let fill = |text: &str| text.replace("{first_name}", "Ana").replace("{day}", "Friday");
        let ready = ready.expect("the sample").with_texts(&fill);
        wing.ask(&ana, reply_of("ready", ready)).await;
        wing.sent_as("ready").await;
        let id = ana.0.clone();
        wing.until("Meta's words alone", |reader| {
            let thread = reader.thread(&id, &ThreadRange::Newest, 50).ok().flatten()?;
            thread
                .items
                .into_iter()
                .find(|item| {
                    matches!(item, Item::Message(m) if m.text.contains("Friday") && m.parts.is_empty())
                })
                .map(drop)
        })
        .await;
        wing.end().await;
    });
}
