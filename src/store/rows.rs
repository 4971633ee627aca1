//! How values stand in the tables: the store's own encoding, shared with no
//! other door.

use rusqlite::Row;
use serde::{Deserialize, Serialize};

use crate::domain::{
    AppId, Author, Conversation, ConversationId, Happening, LocalId, Message, Mid, Outgoing, Part,
    Person, Platform, Profile, Psid, Routing, SendAs, SendState, ThreadOwner, Timestamp,
};

pub(super) const CONVERSATION_COLUMNS: &str = "c.id, c.psid, c.platform, c.name, c.snippet, c.updated_at, c.unread, \
     c.customer_at, c.page_at, c.agent_at, c.owner, c.owner_since, c.control_until, c.can_reply, \
     EXISTS (SELECT 1 FROM outbox.draft d WHERE d.conversation = c.id), \
     EXISTS (SELECT 1 FROM outbox.outgoing o WHERE o.conversation = c.id AND o.state IN ('refused', 'unsure'))";

/// Reads [`CONVERSATION_COLUMNS`].
pub(super) fn conversation(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    let time = |i: usize| {
        row.get::<_, Option<i64>>(i)
            .map(|t| t.map(Timestamp::from_millis))
    };
    Ok(Conversation {
        id: ConversationId::new(row.get::<_, String>(0)?),
        psid: Psid::new(row.get::<_, String>(1)?),
        platform: platform(row.get_ref(2)?.as_str()?),
        name: row.get(3)?,
        snippet: row.get(4)?,
        updated_at: Timestamp::from_millis(row.get(5)?),
        unread: row.get(6)?,
        customer_at: time(7)?,
        page_at: time(8)?,
        agent_at: time(9)?,
        owner: owner_from(row.get_ref(10)?.as_str()?),
        owner_since: time(11)?,
        control_until: time(12)?,
        can_reply: row.get(13)?,
        draft: row.get(14)?,
        unsettled: row.get(15)?,
    })
}

pub(super) const MESSAGE_COLUMNS: &str = "mid, at, author, text, parts, gone";

/// Reads [`MESSAGE_COLUMNS`].
pub(super) fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        mid: Mid::new(row.get::<_, String>(0)?),
        at: Timestamp::from_millis(row.get(1)?),
        author: author_from(row.get_ref(2)?.as_str()?),
        text: row.get(3)?,
        parts: parts_from(row.get_ref(4)?.as_str()?),
        gone: row.get(5)?,
    })
}

pub(super) const OUTGOING_COLUMNS: &str =
    "local, at, text, send_as, state, reason, mid, given_back";

/// Reads [`OUTGOING_COLUMNS`].
pub(super) fn outgoing(row: &Row<'_>) -> rusqlite::Result<Outgoing> {
    let reason: Option<String> = row.get(5)?;
    let mid: Option<String> = row.get(6)?;
    Ok(Outgoing {
        local: LocalId::new(row.get::<_, String>(0)?),
        at: Timestamp::from_millis(row.get(1)?),
        text: row.get(2)?,
        send_as: send_as_from(row.get_ref(3)?.as_str()?),
        state: match (row.get_ref(4)?.as_str()?, mid) {
            ("queued", _) => SendState::Queued,
            ("sending", _) => SendState::Sending,
            ("sent", Some(mid)) => SendState::Sent(Mid::new(mid)),
            ("refused", _) => {
                let place = if row.get(7)? {
                    "Your text is back in the composer."
                } else {
                    "The text is kept here; d drops it."
                };
                SendState::Refused(format!("{} {place}", reason.unwrap_or_default()))
            }
            _ => SendState::Unsure,
        },
    })
}

/// Reads `missing, name, username, locale, utc_offset, followers`.
pub(super) fn profile(row: &Row<'_>) -> rusqlite::Result<Profile> {
    if let Some(why) = row.get::<_, Option<String>>(0)? {
        return Ok(Profile::Missing(why));
    }
    Ok(Profile::Known(Person {
        name: row.get(1)?,
        username: row.get(2)?,
        locale: row.get(3)?,
        utc_offset: row.get(4)?,
        followers: row.get(5)?,
    }))
}

pub(super) fn platform(text: &str) -> Platform {
    if text == Platform::Instagram.word() {
        Platform::Instagram
    } else {
        Platform::Messenger
    }
}

pub(super) fn routing(routing: Routing) -> &'static str {
    match routing {
        Routing::Enabled => "enabled",
        Routing::ZeroConfig => "zero_config",
        Routing::Unknown => "unknown",
    }
}

pub(super) fn routing_from(text: Option<&str>) -> Routing {
    match text {
        Some("enabled") => Routing::Enabled,
        Some("zero_config") => Routing::ZeroConfig,
        _ => Routing::Unknown,
    }
}

pub(super) fn send_as(send_as: SendAs) -> &'static str {
    send_as.word()
}

fn send_as_from(text: &str) -> SendAs {
    if text == SendAs::HumanAgent.word() {
        SendAs::HumanAgent
    } else {
        SendAs::Response
    }
}

pub(super) fn owner(owner: &ThreadOwner) -> String {
    match owner {
        ThreadOwner::Us => "us".into(),
        ThreadOwner::App(app) => format!("app:{app}"),
        ThreadOwner::Other => "other".into(),
        ThreadOwner::NotUs => "not_us".into(),
        ThreadOwner::Idle => "idle".into(),
        ThreadOwner::Unknown => "unknown".into(),
    }
}

pub(super) fn owner_from(text: &str) -> ThreadOwner {
    match text {
        "us" => ThreadOwner::Us,
        "other" => ThreadOwner::Other,
        "not_us" => ThreadOwner::NotUs,
        "idle" => ThreadOwner::Idle,
        text => text
            .strip_prefix("app:")
            .map_or(ThreadOwner::Unknown, |app| {
                ThreadOwner::App(AppId::new(app))
            }),
    }
}

pub(super) fn author(author: &Author) -> String {
    match author {
        Author::Customer => "customer".into(),
        Author::Bot(app) => format!("bot:{app}"),
        Author::Me => "me".into(),
        Author::Inbox => "inbox".into(),
        Author::Page => "page".into(),
    }
}

fn author_from(text: &str) -> Author {
    match text {
        "customer" => Author::Customer,
        "me" => Author::Me,
        "inbox" => Author::Inbox,
        text => text
            .strip_prefix("bot:")
            .map_or(Author::Page, |app| Author::Bot(AppId::new(app))),
    }
}

pub(super) fn happening(what: &Happening) -> String {
    match what {
        Happening::Took => "took".into(),
        Happening::PassedTo(Some(app)) => format!("passed:{app}"),
        Happening::PassedTo(None) => "passed".into(),
        Happening::Released => "released".into(),
        Happening::Extended => "extended".into(),
        Happening::Requested => "requested".into(),
        Happening::MarkedSeen => "seen".into(),
        Happening::CameToUs => "came".into(),
        Happening::LeftUs => "left".into(),
    }
}

pub(super) fn happening_from(text: &str) -> Option<Happening> {
    Some(match text {
        "took" => Happening::Took,
        "passed" => Happening::PassedTo(None),
        "released" => Happening::Released,
        "extended" => Happening::Extended,
        "requested" => Happening::Requested,
        "seen" => Happening::MarkedSeen,
        "came" => Happening::CameToUs,
        "left" => Happening::LeftUs,
        text => Happening::PassedTo(Some(AppId::new(text.strip_prefix("passed:")?))),
    })
}

#[derive(Serialize, Deserialize)]
enum PartRow {
    File(String, Option<String>, Option<u64>),
    Sticker,
    Card(String, String, Vec<String>),
    QuickReplies(Vec<String>),
    Tapped,
    Share(String, String),
    Story,
    Unsupported,
}

pub(super) fn parts(parts: &[Part]) -> String {
    let rows: Vec<PartRow> = parts
        .iter()
        .cloned()
        .map(|part| match part {
            Part::File { kind, name, bytes } => PartRow::File(kind.into(), name, bytes),
            Part::Sticker => PartRow::Sticker,
            Part::Card {
                title,
                subtitle,
                buttons,
            } => PartRow::Card(title, subtitle, buttons),
            Part::QuickReplies(titles) => PartRow::QuickReplies(titles),
            Part::Tapped => PartRow::Tapped,
            Part::Share { title, link } => PartRow::Share(title, link),
            Part::Story => PartRow::Story,
            Part::Unsupported => PartRow::Unsupported,
        })
        .collect();
    serde_json::to_string(&rows).unwrap_or_else(|_| "[]".into())
}

fn parts_from(text: &str) -> Vec<Part> {
    let rows: Vec<PartRow> = serde_json::from_str(text).unwrap_or_default();
    rows.into_iter()
        .map(|row| match row {
            PartRow::File(kind, name, bytes) => Part::File {
                kind: file_kind(&kind),
                name,
                bytes,
            },
            PartRow::Sticker => Part::Sticker,
            PartRow::Card(title, subtitle, buttons) => Part::Card {
                title,
                subtitle,
                buttons,
            },
            PartRow::QuickReplies(titles) => Part::QuickReplies(titles),
            PartRow::Tapped => Part::Tapped,
            PartRow::Share(title, link) => Part::Share { title, link },
            PartRow::Story => Part::Story,
            PartRow::Unsupported => Part::Unsupported,
        })
        .collect()
}

fn file_kind(text: &str) -> &'static str {
    ["photo", "video", "audio", "gif"]
        .into_iter()
        .find(|kind| *kind == text)
        .unwrap_or("file")
}
