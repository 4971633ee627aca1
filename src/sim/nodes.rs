//! Conversations and messages as Graph nodes (E2, E3).

use serde_json::{Value, json};

use crate::sim::{
    fields::{Field, written},
    graph_error::GraphError,
    paging::{
        Asker, LIMIT, LIMIT_AT_MOST, Next, asked, cursor_list, iso, limit, project, uncursor,
    },
    world::{DAY, Message, Person, Platform, STORY, STORY_ID, Sender, StoryPart, World},
};

/// Instagram gives details of the newest messages only.
const DETAILED: usize = 20;

/// E2: the conversation node.
pub(super) fn conversation(
    world: &World,
    person: &Person,
    fields: &[Field],
    ask: &Asker<'_>,
) -> Result<Value, GraphError> {
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
            "participants" => narrowed(
                json!({"data": [party(person), page_party(world, person.platform)]}),
                &field.sub,
            ),
            "senders" => narrowed(json!({"data": [party(person)]}), &field.sub),
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
                // Its own limit and fields go on with it, not the list's.
                let url = format!("{}/{}/messages", ask.base(), person.conversation);
                let limit = field.limit.unwrap_or(LIMIT).clamp(1, LIMIT_AT_MOST);
                let next = Next {
                    url: &url,
                    limit,
                    keeps: vec![("fields", written(&sub))],
                };
                messages(world, person, &sub, Part::newest(limit), &next, ask.token)?
            }
            other => return Err(GraphError::unknown_field(other, "UnifiedThread")),
        }))
    })
}

/// Which part of a thread.
pub(super) struct Part {
    after: Option<String>,
    before: Option<String>,
    limit: usize,
}

impl Part {
    /// The one that was asked for.
    pub(super) fn asked(ask: &Asker<'_>) -> Self {
        Self {
            after: ask.params.text("after"),
            before: ask.params.text("before"),
            limit: limit(ask),
        }
    }

    fn newest(limit: usize) -> Self {
        Self {
            after: None,
            before: None,
            limit,
        }
    }
}

pub(super) fn messages(
    world: &World,
    person: &Person,
    fields: &[Field],
    part: Part,
    next: &Next<'_>,
    token: &str,
) -> Result<Value, GraphError> {
    // A cursor of a message list: its place counted from the oldest, which
    // never moves.
    let limit = part.limit;
    let end = match part.after {
        Some(text) => uncursor(&text)?.1.min(person.messages.len()),
        None => person.messages.len(),
    };
    let (start, end) = match part.before {
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
            let hidden = few_details(world, person) && person.messages.len() - at > DETAILED;
            if hidden || message.deleted {
                return Ok(json!({"id": message.id}));
            }
            message_node(world, person, message, fields)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let edge = |at: usize| (start < end).then_some((0, at));
    Ok(cursor_list(
        data,
        edge(end.saturating_sub(1)),
        edge(start),
        (start > 0).then_some(next),
        token,
    ))
}

/// The rule is Instagram's; whether it holds on Messenger is a switch.
fn few_details(world: &World, person: &Person) -> bool {
    person.platform == Platform::Instagram || world.switches.messenger_20_details
}

/// E3.
pub(super) fn one_message(
    world: &World,
    person: &Person,
    id: &str,
    rest: &[&str],
    ask: &Asker<'_>,
) -> Result<Value, GraphError> {
    let Some(at) = person.messages.iter().position(|m| m.id == id) else {
        return Err(GraphError::unknown_object(id));
    };
    let message = &person.messages[at];
    let old = few_details(world, person) && person.messages.len() - at > DETAILED;
    if message.deleted || old {
        return Err(GraphError::new(
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
        ["shares"] => Ok(json!({ "data": message.all_shares() })),
        _ => Err(GraphError::unknown_object(id)),
    }
}

fn message_node(
    world: &World,
    person: &Person,
    message: &Message,
    fields: &[Field],
) -> Result<Value, GraphError> {
    let (from, to) = match message.sender {
        Sender::Person => (party(person), page_party(world, person.platform)),
        Sender::App(_) => (page_party(world, person.platform), party(person)),
    };
    let some = |condition: bool, value: Value| condition.then_some(value);
    project(&message.id, fields, |field| {
        Ok(match field.name.as_str() {
            "created_time" => Some(json!(iso(message.at))),
            "from" => Some(narrowed(from.clone(), &field.sub)),
            "to" => Some(narrowed(json!({"data": [to]}), &field.sub)),
            // Always there, empty where there is no text.
            "message" => Some(json!(message.text)),
            "attachments" => some(
                !message.attachments.is_empty(),
                edge(&message.attachments, field),
            ),
            "shares" => {
                let shares = message.all_shares();
                some(!shares.is_empty(), edge(&shares, field))
            }
            "sticker" => message
                .sticker
                .as_ref()
                .map(|id| json!(format!("https://cdn.example/sticker/{id}.png"))),
            "tags" => {
                let source = match message.sender {
                    Sender::App(app) if world.meta_app("inbox") == Some(app) => "source:web",
                    _ => "source:chat",
                };
                Some(json!({"data": [{"name": "inbox"}, {"name": "sent"}, {"name": source}]}))
            }
            "reply_to" => message.reply_to.as_ref().map(|mid| {
                let same = |m: &&Message| m.id == *mid;
                let to = person.messages.iter().find(same);
                let own = to.is_some_and(|to| to.sender == message.sender);
                json!({"mid": mid, "is_self_reply": own})
            }),
            "story" => message.story.map(|part| {
                let story = json!({"link": STORY, "id": STORY_ID});
                match part {
                    StoryPart::Mention => json!({ "mention": story }),
                    StoryPart::Reply => story,
                }
            }),
            // What goes once it was seen is given to no app.
            "is_unsupported" => some(message.unsupported || message.disappearing, json!(true)),
            "reactions" => some(
                !message.reactions.is_empty(),
                reactions(world, person, message),
            ),
            other => return Err(GraphError::unknown_field(other, "Message")),
        })
    })
}

fn reactions(world: &World, person: &Person, message: &Message) -> Value {
    let rows = message.reactions.iter().map(|(by, emoji)| {
        let who = match by {
            Sender::Person => party(person),
            Sender::App(_) => page_party(world, person.platform),
        };
        json!({"reaction": emoji, "users": [who]})
    });
    json!({"data": rows.collect::<Vec<_>>()})
}

/// The items of an edge, with what was asked of them.
fn edge(items: &[Value], field: &Field) -> Value {
    narrowed(json!({ "data": items }), &field.sub)
}

/// Only the named members and the id, at any depth; all where none is named.
fn narrowed(value: Value, asked: &[Field]) -> Value {
    if asked.is_empty() {
        return value;
    }
    match value {
        Value::Object(mut map) => match map.remove("data") {
            Some(Value::Array(items)) => {
                let items = items.into_iter().map(|item| narrowed(item, asked));
                json!({"data": items.collect::<Vec<_>>()})
            }
            _ => Value::Object(
                map.into_iter()
                    .filter_map(|(key, value)| {
                        let field = asked.iter().find(|field| field.name == key);
                        match field {
                            Some(field) => Some((key, narrowed(value, &field.sub))),
                            None if key == "id" => Some((key, value)),
                            None => None,
                        }
                    })
                    .collect(),
            ),
        },
        other => other,
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
        _ if message.sticker.is_some() => "a sticker",
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
