//! The GET side: E1 to E3, E8 and E9.

use serde_json::{Map, Value, json};

use super::{
    control,
    fail::Fail,
    fields::{self, Field},
    params::{Params, unwrap_text},
    world::{DAY, Message, Person, Platform, ProfileKind, Sender, TokenState, World},
};

/// Rows of a list when the caller names no limit, and at most.
const LIMIT: usize = 25;
const LIMIT_AT_MOST: usize = 100;
/// Instagram gives details of the newest messages only.
const DETAILED: usize = 20;
/// The conversation limit: 2 calls a second, averaged over two seconds (the
/// averaging is our choice).
const CALLS_A_SECOND: f64 = 2.0;
const BURST: f64 = 4.0;

/// What a read may need besides the world.
pub(super) struct Asker<'a> {
    pub(super) app: usize,
    pub(super) params: &'a Params,
    pub(super) now: i64,
    /// Such as `http://127.0.0.1:8700/v26.0/1048/conversations`.
    pub(super) url: String,
    pub(super) token: &'a str,
}

pub(super) fn call(world: &mut World, path: &[&str], ask: &Asker<'_>) -> Result<Value, Fail> {
    let page = |id: &str| id == "me" || id == world.page.id;
    match path {
        ["app"] => Ok(app_node(world, ask.app)),
        ["debug_token"] => debug_token(world, ask),
        ["me", "accounts"] => Ok(
            json!({"data": [{"id": world.page.id, "name": world.page.name,
            "category": "Shopping & retail", "access_token": world.apps[ask.app].token,
            "tasks": ["MESSAGING", "MODERATE", "MANAGE"]}]}),
        ),
        [id, "conversations" | "threads"] if page(id) => conversations(world, ask),
        [id, "thread_owner"] if page(id) => control::owner(world, ask.app, ask.params, ask.now),
        [id, "subscribed_apps"] if page(id) => {
            let apps = 0..world.apps.len();
            Ok(json!({"data": apps.map(|app| app_node(world, app)).collect::<Vec<_>>()}))
        }
        [id] if page(id) => page_node(world, ask),
        [id, rest @ ..] => object(world, id, rest, ask),
        [] => Err(Fail::parameter("Empty path")),
    }
}

fn object(world: &World, id: &str, rest: &[&str], ask: &Asker<'_>) -> Result<Value, Fail> {
    if let Some(at) = world.person_by_conversation(id) {
        return match rest {
            [] => conversation(
                world,
                &world.people[at],
                &asked(ask, &["id", "updated_time"])?,
                ask,
            ),
            ["messages"] => messages(
                world,
                &world.people[at],
                &asked(ask, &["id", "created_time"])?,
                limit(ask),
                ask,
                &ask.url,
            ),
            _ => Err(Fail::unknown_object(id)),
        };
    }
    if let Some(at) = world.person_by_message(id) {
        return one_message(world, &world.people[at], id, rest, ask);
    }
    if let (Some(at), []) = (world.person_by_id(id), rest) {
        return profile(&world.people[at], ask);
    }
    if let (Some(app), []) = (world.app_by_id(id), rest) {
        return Ok(app_node(world, app));
    }
    Err(Fail::unknown_object(id))
}

fn app_node(world: &World, app: usize) -> Value {
    let app = &world.apps[app];
    json!({"category": "Business", "link": format!("https://apps.example/{}", app.id), "name": app.name, "id": app.id,
           "subscribed_fields": ["messages", "messaging_postbacks", "message_echoes", "standby", "messaging_handovers"]})
}

fn asked(ask: &Asker<'_>, default: &[&str]) -> Result<Vec<Field>, Fail> {
    match ask.params.text("fields") {
        Some(text) if !text.trim().is_empty() => fields::parse(&text),
        _ => Ok(default.iter().map(|name| Field::plain(name)).collect()),
    }
}

fn limit(ask: &Asker<'_>) -> usize {
    ask.params
        .number("limit")
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(LIMIT)
        .clamp(1, LIMIT_AT_MOST)
}

/// A node with the asked fields that have a value, and its id.
fn project(
    id: &str,
    fields: &[Field],
    mut value: impl FnMut(&Field) -> Result<Option<Value>, Fail>,
) -> Result<Value, Fail> {
    let mut node = Map::new();
    for field in fields.iter().filter(|field| field.name != "id") {
        if let Some(value) = value(field)? {
            node.insert(field.name.clone(), value);
        }
    }
    node.insert("id".into(), json!(id));
    Ok(Value::Object(node))
}

fn page_node(world: &World, ask: &Asker<'_>) -> Result<Value, Fail> {
    let page = &world.page;
    project(&page.id, &asked(ask, &["name"])?, |field| {
        Ok(Some(match field.name.as_str() {
            "name" => json!(page.name),
            "access_token" => json!(world.apps[ask.app].token),
            "messaging_feature_status" => {
                json!({"hop_v2": false, "msgr_multi_app": page.default_app.is_some(),
                "ig_multi_app": page.instagram_default_app.is_some()})
            }
            "instagram_business_account" => json!({"id": page.instagram_id}),
            "unread_message_count" => json!(world.people.iter().map(|p| p.unread).sum::<u32>()),
            other => return Err(Fail::unknown_field(other, "Page")),
        }))
    })
}

fn debug_token(world: &World, ask: &Asker<'_>) -> Result<Value, Fail> {
    let input = ask
        .params
        .text("input_token")
        .ok_or_else(|| Fail::parameter("The parameter input_token is required"))?;
    let Some(app) = world.apps.iter().find(|app| app.token == input) else {
        return Ok(
            json!({"data": {"error": {"code": 190, "message": "Invalid OAuth access token."}, "is_valid": false,
                                  "scopes": []}}),
        );
    };
    Ok(
        json!({"data": {"app_id": app.id, "type": "PAGE", "application": app.name, "profile_id": world.page.id,
        "user_id": "9001", "is_valid": app.token_state == TokenState::Good, "issued_at": 1_790_000_000,
        "expires_at": 0, "data_access_expires_at": 1_797_776_000,
        "scopes": ["pages_messaging", "pages_manage_metadata", "pages_read_engagement", "instagram_manage_messages"],
        "granular_scopes": [{"scope": "pages_messaging", "target_ids": [world.page.id]}]}}),
    )
}

/// E1.
fn conversations(world: &mut World, ask: &Asker<'_>) -> Result<Value, Fail> {
    spend(world, ask)?;
    let platform = match ask
        .params
        .text("platform")
        .map(|p| p.to_ascii_lowercase())
        .as_deref()
    {
        None | Some("messenger") => Platform::Messenger,
        Some("instagram") => Platform::Instagram,
        Some(_) => {
            return Err(Fail::parameter(
                "Param platform must be one of {INSTAGRAM, MESSENGER}",
            ));
        }
    };
    let folder = ask.params.text("folder").map(|f| f.to_ascii_lowercase());
    let user = ask.params.text("user_id");
    let fields = asked(ask, &["id", "updated_time"])?;
    let mut rows: Vec<(i64, usize)> = (0..world.people.len())
        .filter(|at| {
            let person = &world.people[*at];
            // Requests that are older than 30 days are not listed.
            let forgotten = person.folder == "pending" && ask.now - person.updated_at() > 30 * DAY;
            person.platform == platform
                && !person.messages.is_empty()
                && !forgotten
                && user.as_ref().is_none_or(|user| *user == person.id)
                && folder
                    .as_ref()
                    .map_or(person.folder != "spam", |folder| *folder == person.folder)
        })
        .map(|at| (world.people[at].updated_at(), at))
        .collect();
    // Newest first; people of the same moment in their order.
    rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let key = |row: &(i64, usize)| (-row.0, row.1);
    if let Some((time, at)) = ask.params.text("after").map(|c| uncursor(&c)).transpose()? {
        rows.retain(|row| key(row) > (-time, at));
    }
    if let Some((time, at)) = ask
        .params
        .text("before")
        .map(|c| uncursor(&c))
        .transpose()?
    {
        rows.retain(|row| key(row) < (-time, at));
        let surplus = rows.len().saturating_sub(limit(ask));
        rows.drain(..surplus);
    }
    let more = rows.len() > limit(ask);
    rows.truncate(limit(ask));
    let data = rows
        .iter()
        .map(|(_, at)| conversation(world, &world.people[*at], &fields, ask))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(list(
        data,
        rows.first().copied(),
        rows.last().copied(),
        more,
        ask,
        &ask.url,
    ))
}

/// One call of the budget of this app; none left is 613.
fn spend(world: &mut World, ask: &Asker<'_>) -> Result<(), Fail> {
    let (left, counted) = world
        .budget
        .get(&ask.app)
        .copied()
        .unwrap_or((BURST, ask.now));
    let left = (left + (ask.now - counted).max(0) as f64 / 1000.0 * CALLS_A_SECOND).min(BURST);
    let enough = left >= 1.0;
    world
        .budget
        .insert(ask.app, (if enough { left - 1.0 } else { left }, ask.now));
    if enough {
        Ok(())
    } else {
        Err(Fail::new(
            400,
            613,
            0,
            "(#613) Calls to this api have exceeded the rate limit.",
        ))
    }
}

fn cursor((time, at): (i64, usize)) -> String {
    format!("QVFI{time:x}Z{at:x}")
}

fn uncursor(text: &str) -> Result<(i64, usize), Fail> {
    let parts = text
        .strip_prefix("QVFI")
        .and_then(|rest| rest.split_once('Z'));
    parts
        .and_then(|(time, at)| {
            Some((
                i64::from_str_radix(time, 16).ok()?,
                usize::from_str_radix(at, 16).ok()?,
            ))
        })
        .ok_or_else(|| Fail::parameter("Invalid cursors values"))
}

/// `data` and `paging`; `next` is absolute, on the host that was called, and
/// only there when more is.
fn list(
    data: Vec<Value>,
    first: Option<(i64, usize)>,
    last: Option<(i64, usize)>,
    more: bool,
    ask: &Asker<'_>,
    url: &str,
) -> Value {
    let (Some(first), Some(last)) = (first, last) else {
        return json!({ "data": data });
    };
    let mut paging = json!({"cursors": {"before": cursor(first), "after": cursor(last)}});
    if more {
        let mut next = format!(
            "{url}?access_token={}&limit={}&after={}",
            encode(ask.token),
            limit(ask),
            cursor(last)
        );
        for key in ["platform", "fields", "folder"] {
            if let Some(value) = ask.params.text(key) {
                next.push_str(&format!("&{key}={}", encode(&value)));
            }
        }
        paging["next"] = json!(next);
    }
    json!({"data": data, "paging": paging})
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// E2: the conversation node.
fn conversation(
    world: &World,
    person: &Person,
    fields: &[Field],
    ask: &Asker<'_>,
) -> Result<Value, Fail> {
    let last = person.messages.last();
    project(&person.conversation, fields, |field| {
        Ok(Some(match field.name.as_str() {
            "updated_time" => json!(iso(person.updated_at())),
            "link" => json!(format!("/{}/inbox/{}/", world.page.id, person.id)),
            "message_count" => json!(person.messages.len()),
            "unread_count" => json!(person.unread),
            "snippet" => json!(last.map_or_else(String::new, |m| snippet(person, m))),
            "can_reply" => json!(
                !person.blocked
                    && person
                        .last_customer_at()
                        .is_some_and(|at| ask.now - at <= 7 * DAY)
            ),
            "is_subscribed" => json!(true),
            "is_owner" => {
                // Only with routing, and only when asked for.
                if world.default_app(person.platform).is_none() {
                    return Ok(None);
                }
                json!(person.owner_at(ask.now) == Some(ask.app))
            }
            "participants" => json!({"data": [party(person), page_party(world, person.platform)]}),
            "senders" => json!({"data": [party(person)]}),
            "former_participants" => json!({"data": []}),
            "folder" => json!(person.folder),
            "scoped_thread_key" => json!(person.conversation),
            "name" | "wallpaper" | "linked_group" => return Ok(None),
            "messages" => {
                let sub = if field.sub.is_empty() {
                    vec![Field::plain("id"), Field::plain("created_time")]
                } else {
                    field.sub.clone()
                };
                let url = ask.url.split("/conversations").next().unwrap_or_default();
                let base = url.rsplit_once('/').map_or(url, |(base, _)| base);
                let url = format!("{base}/{}/messages", person.conversation);
                messages(
                    world,
                    person,
                    &sub,
                    field.limit.unwrap_or(LIMIT).clamp(1, LIMIT_AT_MOST),
                    ask,
                    &url,
                )?
            }
            other => return Err(Fail::unknown_field(other, "UnifiedThread")),
        }))
    })
}

fn messages(
    world: &World,
    person: &Person,
    fields: &[Field],
    limit: usize,
    ask: &Asker<'_>,
    url: &str,
) -> Result<Value, Fail> {
    // A cursor of a message list: its place counted from the oldest, which
    // never moves.
    let nested = !ask.url.ends_with("/messages");
    let given = |key: &str| if nested { None } else { ask.params.text(key) };
    let end = match given("after") {
        Some(text) => uncursor(&text)?.1.min(person.messages.len()),
        None => person.messages.len(),
    };
    let (start, end) = match given("before") {
        Some(text) => {
            let start = (uncursor(&text)?.1 + 1).min(person.messages.len());
            (start, (start + limit).min(person.messages.len()))
        }
        None => (end.saturating_sub(limit), end),
    };
    let data = (start..end)
        .rev()
        .map(|at| {
            let message = &person.messages[at];
            let hidden =
                person.platform == Platform::Instagram && person.messages.len() - at > DETAILED;
            if hidden || message.deleted {
                return Ok(json!({"id": message.id}));
            }
            message_node(world, person, message, fields)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let edge = |at: usize| (start < end).then_some((0, at));
    Ok(list(
        data,
        edge(end.saturating_sub(1)),
        edge(start),
        start > 0,
        ask,
        url,
    ))
}

/// E3.
fn one_message(
    world: &World,
    person: &Person,
    id: &str,
    rest: &[&str],
    ask: &Asker<'_>,
) -> Result<Value, Fail> {
    let Some(at) = person.messages.iter().position(|m| m.id == id) else {
        return Err(Fail::unknown_object(id));
    };
    let message = &person.messages[at];
    let old = person.platform == Platform::Instagram && person.messages.len() - at > DETAILED;
    if message.deleted || old {
        return Err(Fail::new(
            400,
            9_000_001,
            0,
            "This Message has been deleted by the user or the business.",
        ));
    }
    match rest {
        [] => message_node(
            world,
            person,
            message,
            &asked(ask, &["id", "created_time"])?,
        ),
        ["attachments"] => Ok(json!({ "data": message.attachments })),
        ["shares"] => Ok(json!({ "data": message.shares })),
        _ => Err(Fail::unknown_object(id)),
    }
}

fn message_node(
    world: &World,
    person: &Person,
    message: &Message,
    fields: &[Field],
) -> Result<Value, Fail> {
    let (from, to) = match message.sender {
        Sender::Person => (party(person), page_party(world, person.platform)),
        Sender::App(_) => (page_party(world, person.platform), party(person)),
    };
    let some = |condition: bool, value: Value| condition.then_some(value);
    project(&message.id, fields, |field| {
        Ok(match field.name.as_str() {
            "created_time" => Some(json!(iso(message.at))),
            "from" => Some(from.clone()),
            "to" => Some(json!({"data": [to]})),
            // Always there, empty where there is no text.
            "message" => Some(json!(message.text)),
            "attachments" => some(
                !message.attachments.is_empty(),
                edge(&message.attachments, field),
            ),
            "shares" => some(!message.shares.is_empty(), edge(&message.shares, field)),
            "sticker" => some(
                message.sticker,
                json!("https://cdn.example/sticker/369239263222822.png"),
            ),
            "tags" => {
                let source = match message.sender {
                    Sender::App(app) if world.apps[app].name == "inbox" => "source:web",
                    _ => "source:chat",
                };
                Some(json!({"data": [{"name": "inbox"}, {"name": "sent"}, {"name": source}]}))
            }
            "reply_to" => message
                .reply_to
                .as_ref()
                .map(|mid| json!({"mid": mid, "is_self_reply": false})),
            "story" => some(
                message.story,
                json!({"mention": {"link": "https://cdn.example/story", "id": "1790"}}),
            ),
            "is_unsupported" => some(message.unsupported, json!(true)),
            "reactions" => None,
            other => return Err(Fail::unknown_field(other, "Message")),
        })
    })
}

/// The items of an edge; where sub-fields are named, only those and the id.
fn edge(items: &[Value], field: &Field) -> Value {
    if field.sub.is_empty() {
        return json!({ "data": items });
    }
    let wanted = |key: &str| key == "id" || field.sub.iter().any(|f| f.name == key);
    let data: Vec<Value> = items
        .iter()
        .map(|item| match item {
            Value::Object(map) => Value::Object(
                map.iter()
                    .filter(|(k, _)| wanted(k))
                    .map(|(k, v)| (k.clone(), v.clone()))
                    .collect(),
            ),
            other => other.clone(),
        })
        .collect();
    json!({ "data": data })
}

/// What an app sent as `attachment` or `attachments`, as it is read back.
pub(super) fn sent_attachments(body: &Map<String, Value>) -> Vec<Value> {
    let mut sent: Vec<Value> = body
        .get("attachment")
        .map(unwrap_text)
        .into_iter()
        .collect();
    if let Some(Value::Array(several)) = body.get("attachments").map(unwrap_text) {
        sent.extend(several);
    }
    sent.iter().flat_map(sent_attachment).collect()
}

fn sent_attachment(sent: &Value) -> Vec<Value> {
    let payload = &sent["payload"];
    let url = payload["url"]
        .as_str()
        .unwrap_or("https://cdn.example/saved");
    let card = |element: &Value, title: &str| {
        let buttons = element["buttons"].as_array().cloned().unwrap_or_default();
        json!({"id": "1", "generic_template": {"title": title, "subtitle": element["subtitle"],
               "media_url": element["image_url"], "cta": buttons}})
    };
    match sent["type"].as_str().unwrap_or_default() {
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

fn snippet(person: &Person, message: &Message) -> String {
    if !message.text.is_empty() {
        return message.text.clone();
    }
    let who = if message.sender == Sender::Person {
        person.name.split(' ').next().unwrap_or("They")
    } else {
        "You"
    };
    let what = match message.attachments.first() {
        _ if message.sticker => "a sticker",
        Some(item) if item.get("image_data").is_some() => "a photo",
        Some(item) if item.get("video_data").is_some() => "a video",
        Some(item) if item.get("generic_template").is_some() => "a card",
        Some(_) => "an attachment",
        None => "a message",
    };
    format!("{who} sent {what}.")
}

fn party(person: &Person) -> Value {
    match person.platform {
        Platform::Messenger => {
            json!({"name": person.name, "email": format!("{}@facebook.com", person.id), "id": person.id})
        }
        Platform::Instagram => json!({"username": person.username, "id": person.id}),
    }
}

fn page_party(world: &World, platform: Platform) -> Value {
    let page = &world.page;
    match platform {
        Platform::Messenger => {
            json!({"name": page.name, "email": format!("{}@facebook.com", page.id), "id": page.id})
        }
        Platform::Instagram => json!({"username": page.instagram_name, "id": page.instagram_id}),
    }
}

/// E8: every row of §4.1 of the contract.
fn profile(person: &Person, ask: &Asker<'_>) -> Result<Value, Fail> {
    match person.profile {
        ProfileKind::Full => {}
        ProfileKind::Empty => return Ok(json!({})),
        ProfileKind::PhoneAccount => {
            return Err(Fail::new(
                400,
                100,
                2_018_218,
                "(#100) No profile available for this user.",
            ));
        }
        ProfileKind::NoPermission => {
            return Err(Fail::new(
                400,
                100,
                2_018_247,
                "(#100) Insufficient permission to access user profile.",
            ));
        }
        ProfileKind::NoConsent => {
            return Err(Fail::new(
                403,
                230,
                0,
                "(#230) User consent is required to access user profile",
            ));
        }
        ProfileKind::Unknown => return Err(Fail::unknown_object(&person.id)),
    }
    let (first, last) = person.name.split_once(' ').unwrap_or((&person.name, ""));
    let picture = format!("https://platform-lookaside.example/{}.jpg", person.id);
    match person.platform {
        Platform::Messenger => {
            let fields = asked(ask, &["name", "first_name", "last_name", "profile_pic"])?;
            project(&person.id, &fields, |field| {
                Ok(match field.name.as_str() {
                    "name" => Some(json!(person.name)),
                    "first_name" => Some(json!(first)),
                    "last_name" => (!last.is_empty()).then(|| json!(last)),
                    "profile_pic" => Some(json!(picture)),
                    "locale" => person.locale.as_ref().map(|l| json!(l)),
                    "timezone" => person.timezone.map(|t| json!(t)),
                    "gender" => None,
                    other => return Err(Fail::unknown_field(other, "User")),
                })
            })
        }
        Platform::Instagram => {
            let fields = asked(ask, &["name", "username"])?;
            project(&person.id, &fields, |field| {
                Ok(Some(match field.name.as_str() {
                    "name" => json!(person.name),
                    "username" => json!(person.username),
                    "profile_pic" => json!(picture),
                    "follower_count" => json!(person.id.bytes().map(u32::from).sum::<u32>() * 3),
                    "is_verified_user" | "is_user_follow_business" | "is_business_follow_user" => {
                        json!(false)
                    }
                    other => return Err(Fail::unknown_field(other, "IGUser")),
                }))
            })
        }
    }
}

/// `2026-11-20T09:14:02+0000`
pub(super) fn iso(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

/// The app behind a token: X1 to X3. An app token `id|secret` serves
/// `debug_token`.
pub(super) fn authenticate(world: &World, token: Option<&str>) -> Result<usize, Fail> {
    let Some(token) = token.filter(|t| !t.is_empty()) else {
        let text =
            "An active access token must be used to query information about the current user.";
        return Err(Fail::new(400, 2500, 0, text));
    };
    let by_secret = token.split_once('|').and_then(|(id, secret)| {
        world
            .apps
            .iter()
            .position(|a| a.id == id && a.secret == secret)
    });
    let Some(app) = world
        .apps
        .iter()
        .position(|app| app.token == token)
        .or(by_secret)
    else {
        return Err(Fail::new(
            401,
            190,
            0,
            "Invalid OAuth access token - Cannot parse access token",
        ));
    };
    let (subcode, why) = match world.apps[app].token_state {
        TokenState::Good => return Ok(app),
        TokenState::Expired => (463, "Session has expired."),
        TokenState::PasswordChanged => (
            460,
            "The session has been invalidated because the user changed their password or Facebook has changed \
                   the session for security reasons.",
        ),
        TokenState::AppRemoved => (458, "The user has not authorized the application."),
    };
    Err(Fail::new(
        400,
        190,
        subcode,
        format!("Error validating access token: {why}"),
    ))
}
