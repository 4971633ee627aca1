//! `POST /{page}/messages`: the checks X7 to X24 in their order, then the
//! message, the echo and, if asked, the hand-over.

use serde_json::{Map, Value, json};

use crate::sim::{
    attachments, follow_ups,
    graph_error::GraphError,
    messenger_profile,
    params::{Params, text_of, unwrap_text},
    templates, thread_control, utility,
    world::{Button, DAY, HOUR, Message, Platform, Sender, World},
};

const DEAD_TAGS: [&str; 3] = [
    "ACCOUNT_UPDATE",
    "CONFIRMED_EVENT_UPDATE",
    "POST_PURCHASE_UPDATE",
];
const TAGS: [&str; 2] = ["HUMAN_AGENT", "CUSTOMER_FEEDBACK"];
const TYPES: [&str; 4] = ["RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"];
const NOTIFICATIONS: [&str; 3] = ["REGULAR", "SILENT_PUSH", "NO_PUSH"];
const ACTIONS: [&str; 5] = ["mark_seen", "typing_on", "typing_off", "react", "unreact"];
const MESSAGE_KEYS: [&str; 11] = [
    "text",
    "template",
    "attachment",
    "attachments",
    "sticker_id",
    "quick_replies",
    "metadata",
    "dynamic_text",
    "a2ui",
    "quick_reply_type",
    "reply_to",
];
/// The typing bubble goes out by itself after 20 seconds.
const TYPING: i64 = 20_000;

/// What was asked, as far as it can be checked without its person.
struct Asked {
    action: Option<String>,
    tag: Option<String>,
    message: Option<Map<String, Value>>,
    to: To,
}

enum To {
    /// Whoever wrote this comment.
    Comment(String),
    /// Whoever ticked the checkbox plugin under this name: the answer does not say who.
    UserRef(Option<usize>),
    /// The person of the id, if there is one.
    Person(Option<usize>),
}

/// X7 to X14.
fn asked(world: &World, params: &Params) -> Result<Asked, GraphError> {
    let upper = |key: &str| params.text(key).map(|text| text.to_ascii_uppercase());
    let action = params.text("sender_action").map(|a| a.to_ascii_lowercase());
    let tag = upper("tag");
    tags(upper("messaging_type").as_deref(), tag.as_deref())?;
    if let Some(kind) = upper("notification_type").filter(|kind| !NOTIFICATIONS.contains(&&**kind))
    {
        let list = NOTIFICATIONS.join(", ");
        return Err(GraphError::parameter(format!(
            "Param notification_type must be one of {{{list}}} - got \"{kind}\"."
        )));
    }
    let message = params.object("message")?;
    if message.is_some() && action.is_some() {
        return Err(GraphError::new(
            400,
            100,
            2_018_014,
            "Cannot send both message and state at the same time.",
        )); // X9
    }
    let to = match (comment_id(params)?, recipient_text(params, "user_ref")?) {
        (Some(id), _) => To::Comment(id),
        (None, Some(name)) => To::UserRef(world.user_refs.get(&name).copied()),
        (None, None) => To::Person(world.person_by_id(&recipient_id(params)?)),
    };
    if action.is_none() || matches!(to, To::Comment(_)) {
        content(message.as_ref(), params)?;
    }
    if let (To::Person(found) | To::UserRef(found), Some(message)) = (&to, &message) {
        let platform = found.map_or(Platform::Messenger, |at| world.people[at].platform);
        limits(world, platform, message)?;
        feedback(platform, tag.as_deref(), message)?;
        let utility = utility::wording(world, message, params)?.is_some();
        if utility && platform == Platform::Instagram {
            return Err(GraphError::parameter("Param message[template] is invalid"));
        }
    }
    Ok(Asked {
        action,
        tag,
        message,
        to,
    })
}

pub(super) fn call(
    world: &mut World,
    app: usize,
    params: &Params,
    now: i64,
) -> Result<Value, GraphError> {
    let Asked {
        action,
        tag,
        message,
        to,
    } = asked(world, params)?;
    let nameless = matches!(to, To::UserRef(_));
    let found = match to {
        To::Comment(id) => return private_reply(world, app, &id, message, params, now),
        To::Person(found) | To::UserRef(found) => found,
    };
    let at = found.ok_or_else(|| GraphError::unknown_person(false))?; // X15
    reachable(world, app, at)?;
    let switches = &world.switches;
    let (control, open) = match action {
        Some(_) => (switches.actions_need_control, switches.actions_need_window),
        None => (true, true),
    };
    let human = tag.as_deref() == Some("HUMAN_AGENT");
    // R15: the tag of a person takes control where the business allows it.
    let takes = human && action.is_none() && switches.human_agent_takes && world.apps[app].can_take;
    if control && !takes {
        ownership(world, app, at, now)?;
    }
    let utility = message
        .as_ref()
        .is_some_and(|message| message.contains_key("template"));
    if open && !utility {
        window(world, app, at, tag.as_deref(), now)?;
    }
    match (message, action) {
        (_, Some(action)) => sender_action(world, app, at, &action, params, now),
        (Some(message), None) => {
            if takes && ownership(world, app, at, now).is_err() {
                // Checked before anything changes.
                hand_over(world, at, params)?;
                let platform = world.people[at].platform;
                attachments::faults(world, platform, &message, params, now)?;
                world.give_control(at, Some(app), now, "take_thread_control", None);
            }
            let mut answer = deliver(world, app, at, &message, params, now)?;
            if let (true, Some(answer)) = (nameless, answer.as_object_mut()) {
                answer.remove("recipient_id");
            }
            Ok(answer)
        }
        (None, None) => Err(empty()),
    }
}

/// The checks that need no person, and then that there is none: what a token of
/// another Page is told (R9).
pub(super) fn to_nobody(world: &World, params: &Params) -> GraphError {
    match asked(world, params) {
        Err(fail) => fail,
        Ok(Asked {
            to: To::Person(Some(at)),
            ..
        }) => GraphError::unknown_person(world.people[at].platform == Platform::Instagram),
        Ok(_) => GraphError::unknown_person(false),
    }
}

/// X16 to X18: who cannot be written to at all.
fn reachable(world: &World, app: usize, at: usize) -> Result<(), GraphError> {
    let person = &world.people[at];
    if !world.apps[app].advanced && !person.role {
        let words = "(#200) Cannot message users who are not admins, developers or testers of the app until \
                     pages_messaging permission is reviewed and the app is live.";
        return Err(GraphError::new(403, 200, 2_018_028, words)); // X16
    }
    if person.blocked {
        let code = world.switches.unavailable_code;
        let words = format!("(#{code}) This person isn't available right now.");
        return Err(GraphError::new(400, code, 1_545_041, words)); // X17
    }
    if world.switches.page_restricted {
        let words = "You are temporarily restricted from sending messages.";
        return Err(GraphError::new(400, 10, 1_893_063, words)); // X18
    }
    Ok(())
}

/// A member of `recipient`.
fn recipient_text(params: &Params, key: &str) -> Result<Option<String>, GraphError> {
    let recipient = params.object("recipient")?.unwrap_or_default();
    Ok(recipient.get(key).and_then(text_of))
}

fn comment_id(params: &Params) -> Result<Option<String>, GraphError> {
    let recipient = params.object("recipient")?.unwrap_or_default();
    let id = recipient
        .get("comment_id")
        .or_else(|| recipient.get("post_id"));
    Ok(id.and_then(text_of))
}

/// R12: one private answer to a comment, within 7 days, whatever the window;
/// the conversation goes on when the person has answered.
fn private_reply(
    world: &mut World,
    app: usize,
    id: &str,
    message: Option<Map<String, Value>>,
    params: &Params,
    now: i64,
) -> Result<Value, GraphError> {
    // The code of a second or late reply is undocumented: that of an unknown
    // comment is our choice.
    let refused = || {
        GraphError::new(
            400,
            100,
            2_534_025,
            "(#100) The comment cannot be answered.",
        )
    };
    let comment = world.comments.get(id).ok_or_else(refused)?;
    if comment.answered || now - comment.at > 7 * DAY {
        return Err(refused());
    }
    let at = comment.person;
    if let Some(message) = &message {
        limits(world, world.people[at].platform, message)?;
    }
    reachable(world, app, at)?;
    let answer = deliver(world, app, at, &message.unwrap_or_default(), params, now)?;
    if let Some(comment) = world.comments.get_mut(id) {
        comment.answered = true;
    }
    Ok(answer)
}

/// X7 and X8.
fn tags(messaging_type: Option<&str>, tag: Option<&str>) -> Result<(), GraphError> {
    if let Some(kind) = messaging_type.filter(|kind| !TYPES.contains(kind)) {
        let list = TYPES.join(", ");
        return Err(GraphError::parameter(format!(
            "Param messaging_type must be one of {{{list}}} - got \"{kind}\"."
        )));
    }
    match tag {
        Some(tag) if DEAD_TAGS.contains(&tag) => {
            Err(GraphError::new(400, 100, 1_893_061, "Invalid parameter"))
        }
        Some(tag) if !TAGS.contains(&tag) => Err(GraphError::parameter("Invalid tag.")),
        None if messaging_type == Some("MESSAGE_TAG") => Err(GraphError::parameter("Invalid tag.")),
        _ => Ok(()),
    }
}

/// CUSTOMER_FEEDBACK is for its template only, and not for Instagram, where
/// HUMAN_AGENT is the only tag.
fn feedback(
    platform: Platform,
    tag: Option<&str>,
    message: &Map<String, Value>,
) -> Result<(), GraphError> {
    if tag != Some("CUSTOMER_FEEDBACK") {
        return Ok(());
    }
    let attachment = message
        .get("attachment")
        .map(unwrap_text)
        .unwrap_or_default();
    let kind = unwrap_text(&attachment["payload"])["template_type"].clone();
    if platform == Platform::Instagram || kind != "customer_feedback" {
        return Err(GraphError::parameter("Invalid tag."));
    }
    Ok(())
}

/// X10.
pub(super) fn recipient_id(params: &Params) -> Result<String, GraphError> {
    let recipient = params
        .object("recipient")?
        .ok_or_else(|| GraphError::parameter("The parameter recipient is required"))?;
    recipient
        .get("id")
        .and_then(text_of)
        .filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
        .ok_or_else(|| {
            GraphError::parameter("Param recipient[id] must be a valid ID string (e.g., \"123\")")
        })
}

fn empty() -> GraphError {
    GraphError::new(
        400,
        100,
        2_018_034,
        "(#100) Message cannot be empty, must provide valid attachment or text",
    )
}

/// X11, and keys that no message has.
fn content(message: Option<&Map<String, Value>>, params: &Params) -> Result<(), GraphError> {
    let message = message.ok_or_else(empty)?;
    if let Some(key) = message
        .keys()
        .find(|key| !MESSAGE_KEYS.contains(&key.as_str()))
    {
        return Err(GraphError::parameter(format!(
            "Invalid keys \"{key}\" were found in param \"message\"."
        )));
    }
    let has_text = message
        .get("text")
        .and_then(text_of)
        .is_some_and(|text| !text.is_empty());
    let full = |attachment: &Value| {
        let payload = unwrap_text(&attachment["payload"]);
        let has = payload
            .as_object()
            .is_some_and(|payload| !payload.is_empty());
        attachment["type"].is_string() && (has || params.file().is_some())
    };
    let one = message.get("attachment").map(unwrap_text);
    let several = message.get("attachments").map(unwrap_text);
    let sticker = message.get("sticker_id").is_some_and(|id| !id.is_null());
    let template = message
        .get("template")
        .is_some_and(|template| !template.is_null());
    // A heart has nothing in it.
    let heart = one.as_ref().is_some_and(|one| one["type"] == "like_heart");
    let has_more = sticker
        || template
        || heart
        || one.as_ref().is_some_and(full)
        || several
            .as_ref()
            .and_then(Value::as_array)
            .is_some_and(|list| !list.is_empty() && list.iter().all(full));
    match (has_text, has_more) {
        // Seen so since; before, it was 2018018.
        (true, true) => Err(GraphError::new(
            400,
            100,
            2_018_191,
            "(#100) Only one of the text, attachment, and dynamic_text fields can be specified",
        )),
        (false, false) => Err(empty()),
        _ => Ok(()),
    }
}

/// X12 (in characters), X13 (in bytes) and X14.
fn limits(
    world: &World,
    platform: Platform,
    message: &Map<String, Value>,
) -> Result<(), GraphError> {
    let metadata = message
        .get("metadata")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if metadata.chars().count() >= 1000 {
        return Err(GraphError::parameter(
            "Length of param message[metadata] must be less than 1000",
        ));
    }
    let text = message
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let length = if world.switches.count_utf16 {
        text.encode_utf16().count()
    } else {
        text.chars().count()
    };
    match platform {
        Platform::Messenger if length > 2000 => {
            return Err(GraphError::parameter(
                "Length of param message[text] must be less than or equal to 2000",
            ));
        }
        Platform::Instagram if text.len() > 1000 => {
            return Err(GraphError::new(
                400,
                100,
                2_534_015,
                "(#100) Invalid message data",
            ));
        }
        _ => {}
    }
    templates::check(platform, message)
}

/// X19 and X20: with routing only the owner, or the default app while idle.
/// Sender actions follow the same rule (our choice).
fn ownership(world: &World, app: usize, at: usize, now: i64) -> Result<(), GraphError> {
    let person = &world.people[at];
    let Some(default) = world.default_app(person.platform) else {
        return Ok(());
    };
    if person.owner_at(now).unwrap_or(default) == app {
        return Ok(());
    }
    Err(match person.platform {
        Platform::Messenger => GraphError::new(
            400,
            10,
            2_018_300,
            "(#10) Message failed to send because another app is controlling this thread now.",
        ),
        Platform::Instagram => GraphError::not_owner(),
    })
}

/// X21 to X23: rules R1 and R2.
fn window(
    world: &World,
    app: usize,
    at: usize,
    tag: Option<&str>,
    now: i64,
) -> Result<(), GraphError> {
    let (app, person) = (&world.apps[app], &world.people[at]);
    let since_opened = person.opened_at.map_or(i64::MAX, |opened| now - opened);
    let since_message = person
        .last_customer_at()
        .map_or(i64::MAX, |wrote| now - wrote);
    let open = match tag {
        Some("HUMAN_AGENT" | "CUSTOMER_FEEDBACK") => since_message <= 7 * DAY,
        _ => since_opened <= 24 * HOUR,
    };
    let feature = app.human_agent || !world.switches.human_agent_needs_feature;
    if open && tag == Some("HUMAN_AGENT") && !feature {
        return Err(GraphError::not_permitted(403)); // X23
    }
    if open {
        return Ok(());
    }
    Err(match person.platform {
        Platform::Messenger => GraphError::new(
            400,
            10,
            2_018_278,
            "(#10) This message is sent outside of allowed window. Learn more about the new policy here: \
             https://developers.facebook.com/docs/messenger-platform/policy-overview",
        ),
        Platform::Instagram => GraphError::new(
            400,
            10,
            2_534_022,
            "(#10) This message is sent outside of allowed window.",
        ),
    })
}

fn sender_action(
    world: &mut World,
    app: usize,
    at: usize,
    action: &str,
    params: &Params,
    now: i64,
) -> Result<Value, GraphError> {
    if !ACTIONS.contains(&action) {
        return Err(GraphError::parameter(format!(
            "Param sender_action must be one of {{{}}}",
            ACTIONS.join(", ")
        )));
    }
    if params.text("persona_id").is_some() && !action.starts_with("typing") {
        return Err(GraphError::parameter("A persona can only type"));
    }
    let person = &mut world.people[at];
    match action {
        "mark_seen" => person.unread = 0,
        "typing_on" => person.typing_until = now + TYPING,
        "typing_off" => person.typing_until = 0,
        _ => {
            let payload = params.object("payload")?.unwrap_or_default();
            let mid = payload
                .get("message_id")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let Some(message) = person.messages.iter_mut().find(|m| m.id == mid) else {
                return Err(GraphError::parameter(
                    "Param payload[message_id] must be a message of this thread",
                ));
            };
            message.reactions.retain(|(by, _)| *by == Sender::Person);
            if action == "react" {
                let emoji = payload.get("reaction").and_then(Value::as_str);
                // Instagram's page documents only `love`.
                let emoji = emoji.map(|emoji| if emoji == "love" { "❤" } else { emoji });
                let emoji = emoji.filter(|e| !e.is_empty()).ok_or_else(|| {
                    GraphError::parameter("The parameter payload[reaction] is required")
                })?;
                message.reactions.push((Sender::App(app), emoji.to_owned()));
            }
        }
    }
    Ok(json!({"recipient_id": person.id}))
}

fn deliver(
    world: &mut World,
    app: usize,
    at: usize,
    body: &Map<String, Value>,
    params: &Params,
    now: i64,
) -> Result<Value, GraphError> {
    let hand_over = hand_over(world, at, params)?;
    let platform = world.people[at].platform;
    let saved_for = attachments::faults(world, platform, body, params, now)?;
    let persona = params.text("persona_id");
    if let Some(id) = persona
        .as_deref()
        .filter(|id| !world.catalog.has_persona(id))
    {
        return Err(GraphError::parameter(format!(
            "Param persona_id {id} is not a persona of this Page"
        )));
    }
    let text = utility::wording(world, body, params)?
        .or_else(|| body.get("text").and_then(text_of))
        .unwrap_or_default();
    let id = world.message_id(platform);
    let mut message = Message::text(id.clone(), now, Sender::App(app), text);
    message.attachments = attachments::read_back(body);
    message.sticker = body.get("sticker_id").and_then(text_of);
    message.sent = attachments::sent(body);
    message.buttons = buttons(body);
    message.persona = persona;
    message.reply_to = params
        .object("reply_to")?
        .and_then(|r| r.get("mid").and_then(Value::as_str).map(str::to_owned));
    world.page_says(at, message, body.get("metadata").and_then(Value::as_str));
    let mut answer = json!({"recipient_id": world.people[at].id, "message_id": id});
    if saved_for {
        answer["attachment_id"] = json!(attachments::save(world, body, now));
    }
    match hand_over {
        Some(HandOver::Pass(target)) if target != app => {
            // Meta documents no metadata for the pass inside a send.
            thread_control::pass(world, app, at, target, now, None)?;
        }
        Some(HandOver::Release) => {
            world.give_control(at, None, now, "release_thread_control", None)
        }
        _ => {}
    }
    follow_ups::after_page_message(world, at, app, now);
    Ok(answer)
}

enum HandOver {
    Pass(usize),
    Release,
}

/// `thread_control` inside a send: only with routing, only its two keys.
fn hand_over(world: &World, at: usize, params: &Params) -> Result<Option<HandOver>, GraphError> {
    let Some(asked) = params.object("thread_control")? else {
        return Ok(None);
    };
    if world.default_app(world.people[at].platform).is_none() {
        return Err(GraphError::parameter(
            "Thread control in a send is only available with conversation routing.",
        ));
    }
    if let Some(key) = asked
        .keys()
        .find(|key| !["control_type", "app_id"].contains(&key.as_str()))
    {
        return Err(GraphError::parameter(format!(
            "Invalid keys \"{key}\" were found in param \"thread_control\"."
        )));
    }
    let kind = asked
        .get("control_type")
        .and_then(Value::as_str)
        .unwrap_or("release")
        .to_ascii_lowercase();
    match kind.as_str() {
        "pass" => {
            thread_control::target(world, at, asked.get("app_id").and_then(text_of).as_deref())
                .map(|t| Some(HandOver::Pass(t)))
        }
        "release" => Ok(Some(HandOver::Release)),
        _ => Err(GraphError::parameter(
            "Param thread_control[control_type] must be one of {pass, release}",
        )),
    }
}

/// What a person can tap of a message.
fn buttons(body: &Map<String, Value>) -> Vec<Button> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let button = |value: &Value, quick| Button {
        title: text(&value["title"]),
        payload: text(&value["payload"]),
        quick,
    };
    let list = |value: Option<Value>| match value {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let payload = body
        .get("attachment")
        .map(unwrap_text)
        .map(|attachment| attachment["payload"].clone())
        .unwrap_or_default();
    let cards = list(payload.get("elements").cloned());
    let of_cards = cards.iter().chain([&payload]);
    let mut buttons: Vec<Button> = of_cards
        .flat_map(|card| list(card.get("buttons").cloned()))
        .filter(|b| b["type"] == "postback")
        .map(|b| button(&b, false))
        .collect();
    let quick = list(body.get("quick_replies").map(unwrap_text));
    buttons.extend(quick.iter().map(|reply| button(reply, true)));
    buttons
}

/// What can be uploaded to be sent later.
const UPLOADED: [&str; 4] = ["image", "video", "audio", "file"];

/// E5: `POST /{page}/message_attachments`.
pub(super) fn save_attachment(
    world: &mut World,
    params: &Params,
    now: i64,
) -> Result<Value, GraphError> {
    let message = params.object("message")?.unwrap_or_default();
    if !message.contains_key("attachment") {
        return Err(GraphError::parameter(
            "The parameter message[attachment] is required",
        ));
    }
    content(Some(&message), params)?;
    let kind = attachments::kinds(&message);
    if !kind.iter().all(|kind| UPLOADED.contains(&kind.as_str())) {
        return Err(GraphError::parameter(
            "Param message[attachment][type] must be one of {image, video, audio, file}",
        ));
    }
    let platform = messenger_profile::topic(params);
    attachments::faults(world, platform, &message, params, now)?;
    Ok(json!({"attachment_id": attachments::save(world, &message, now)}))
}
