//! From Meta's JSON to [`Event`]s: the only place where wire shapes and our
//! words meet.

use serde_json::value::RawValue;

use super::{
    attachments::told_once,
    wire::graph_api::{self as wire, List},
};
use crate::domain::{
    Annotations, Author, ConversationId, ConversationSeen, Event, Message, MessageSeen, Mid,
    PageId, Part, Person, Platform, Profile, Psid, Reaction, StoryKind, Timestamp,
};

/// A page of the conversation list.
#[derive(Debug, Default, PartialEq)]
pub struct Decoded {
    /// What it says, the oldest conversation first: messages are numbered as they come,
    /// and a search takes the greatest numbers for the newest.
    pub events: Vec<Event>,
    /// Place of the next page.
    pub after: Option<String>,
    /// There is a next page, whether its place is known or not.
    pub goes_on: bool,
    /// Items that could not be read.
    pub unreadable: usize,
}

/// A page of older messages.
#[derive(Debug, Default)]
pub struct MessagesPage {
    /// Newest first.
    pub messages: Vec<MessageSeen>,
    /// Place of the next page, if it is known.
    pub after: Option<String>,
    /// There is a next page.
    pub goes_on: bool,
    /// Items that could not be read.
    pub unreadable: usize,
}

/// Whose answer it is: needed to tell the person from the Page.
#[derive(Clone, Debug)]
pub struct Whose<'a> {
    /// Where the conversation takes place.
    pub platform: Platform,
    /// The Page.
    pub page: &'a PageId,
    /// The Instagram account of the Page, if known.
    pub instagram: Option<&'a str>,
    /// The person, where the conversation is known already.
    pub person: Option<&'a Psid>,
    /// When the answer came.
    pub at: Timestamp,
}

/// Reads a page of `/{page}/conversations`. `None`: not the Graph API's shape.
pub fn conversations(text: &str, whose: &Whose<'_>) -> Option<Decoded> {
    let list: List<'_> = serde_json::from_str(text).ok()?;
    let mut decoded = Decoded {
        after: list.after(),
        goes_on: list.goes_on(),
        ..Decoded::default()
    };
    for item in list.data.iter().rev() {
        match conversation(item.get(), whose) {
            Some(one) => {
                decoded.events.extend(one.events);
                decoded.unreadable += one.unreadable;
            }
            None => decoded.unreadable += 1,
        }
    }
    Some(decoded)
}

/// Reads one conversation node.
pub(super) fn conversation(text: &str, whose: &Whose<'_>) -> Option<Decoded> {
    let node: wire::Conversation<'_> = serde_json::from_str(text).ok()?;
    let is_page = |id: &str| id == whose.page.as_str() || Some(id) == whose.instagram;
    let is_person = |id: &str| match whose.person {
        Some(psid) => id == psid.as_str(),
        None => !is_page(id),
    };
    let mut participants = node.participants.data.iter();
    let person = participants.find(|p| is_person(&p.id))?;
    let conversation = ConversationId::new(&*node.id);
    let psid = Psid::new(&*person.id);
    let mut decoded = Decoded::default();
    decoded.events.push(Event::Conversation(ConversationSeen {
        id: conversation.clone(),
        psid: psid.clone(),
        platform: whose.platform,
        name: person.name.clone().or_else(|| person.username.clone()),
        username: person.username.clone(),
        snippet: node.snippet.clone(),
        updated_at: node
            .updated_time
            .as_deref()
            .and_then(time)
            .unwrap_or_default(),
        unread: node.unread_count.map(|n| u32::try_from(n).unwrap_or(0)),
        can_reply: node.can_reply,
        is_owner: node.is_owner,
        at: whose.at,
    }));
    if let Some(list) = &node.messages {
        let (messages, unreadable) = messages(&list.data, &psid);
        decoded.unreadable = unreadable;
        // Without a next page this is the whole thread. Where there is one, its
        // cursor belongs to this short page, not to where older ones continue.
        let older = (!list.goes_on()).then_some(None);
        decoded.events.push(Event::Messages {
            conversation,
            messages,
            older,
        });
        (decoded.after, decoded.goes_on) = (list.after(), list.goes_on());
    }
    Some(decoded)
}

/// Reads a page of `/{conversation}/messages`.
pub fn message_page(text: &str, psid: &Psid) -> Option<MessagesPage> {
    let list: List<'_> = serde_json::from_str(text).ok()?;
    let (messages, unreadable) = messages(&list.data, psid);
    Some(MessagesPage {
        messages,
        after: list.after(),
        goes_on: list.goes_on(),
        unreadable,
    })
}

fn messages(items: &[&RawValue], psid: &Psid) -> (Vec<MessageSeen>, usize) {
    let seen: Vec<_> = items
        .iter()
        .filter_map(|item| message(item.get(), psid))
        .collect();
    let unreadable = items.len() - seen.len();
    (seen, unreadable)
}

fn message(text: &str, psid: &Psid) -> Option<MessageSeen> {
    let wire: wire::Message<'_> = serde_json::from_str(text).ok()?;
    let by_web = wire.tags.data.iter().any(|t| t.name == "source:web");
    let author = match &wire.from {
        Some(from) if from.id == psid.as_str() => Author::Customer,
        _ if by_web => Author::Inbox,
        _ => Author::Page,
    };
    let gone = wire.from.is_none() && wire.message.is_none();
    Some(MessageSeen {
        message: Message {
            mid: Mid::new(&*wire.id),
            at: wire
                .created_time
                .as_deref()
                .and_then(time)
                .unwrap_or_default(),
            author,
            parts: parts(&wire),
            annotations: Annotations {
                reply_to: wire.reply_to.and_then(|to| to.mid).map(Mid::new),
                reactions: reactions(&wire.reactions.data, psid),
                ..Annotations::default()
            },
            text: wire.message.unwrap_or_default(),
            gone,
        },
        raw: text.to_owned(),
        from_webhook: false,
    })
}

fn reactions(rows: &[wire::Reactions], psid: &Psid) -> Vec<Reaction> {
    let each = rows.iter().flat_map(|row| {
        row.users.iter().map(|user| Reaction {
            by_customer: user.id == psid.as_str(),
            emoji: row.reaction.clone(),
        })
    });
    // Without a word of what it is, a reaction says nothing that is not known.
    each.filter(|reaction| !reaction.emoji.is_empty()).collect()
}

fn parts(wire: &wire::Message<'_>) -> Vec<Part> {
    let mut parts: Vec<Part> = wire
        .attachments
        .iter()
        .flat_map(|list| &list.data)
        .map(|item| attachment(item))
        .collect();
    if wire.sticker.is_some() && !parts.contains(&Part::Sticker) {
        parts.push(Part::Sticker);
    }
    for item in wire.shares.iter().flat_map(|list| &list.data) {
        let share: wire::Share = serde_json::from_str(item.get()).unwrap_or_default();
        parts.push(Part::Share {
            title: share.name.unwrap_or_default(),
            link: share.link.unwrap_or_default(),
        });
    }
    if let Some(story) = &wire.story {
        parts.push(Part::Story(match story.mention {
            Some(_) => StoryKind::Mention,
            None => StoryKind::Reply,
        }));
    }
    if wire.is_unsupported {
        parts.push(Part::Unsupported);
    }
    let text = wire.message.as_deref().unwrap_or_default();
    parts.retain(|part| {
        !matches!(part, Part::Share { title, link } if title.is_empty() && link == text && !link.is_empty())
    });
    told_once(parts)
}

fn attachment(item: &RawValue) -> Part {
    let Ok(wire) = serde_json::from_str::<wire::Attachment>(item.get()) else {
        return Part::Unknown("attachment".to_owned());
    };
    if let Some(template) = wire.generic_template {
        let buttons = match template.cta {
            Some(wire::OneOrMany::One(button)) => vec![button],
            Some(wire::OneOrMany::Many(buttons)) => buttons,
            None => Vec::new(),
        };
        return Part::Card {
            title: template.title.unwrap_or_default(),
            subtitle: template.subtitle.unwrap_or_default(),
            buttons: buttons.into_iter().filter_map(|b| b.title).collect(),
        };
    }
    let mime = wire.mime_type.as_deref().unwrap_or_default();
    let kind = match &wire.image_data {
        Some(image) if image.render_as_sticker => return Part::Sticker,
        Some(image) if image.animated_gif_url.is_some() => "gif",
        Some(_) => "photo",
        None if wire.video_data.is_some() || mime.starts_with("video/") => "video",
        None if mime.starts_with("audio/") => "audio",
        None if mime.starts_with("image/") => "photo",
        None => "file",
    };
    Part::File {
        kind,
        name: wire.name,
        bytes: wire.size.and_then(|n| u64::try_from(n).ok()),
    }
}

/// Reads a profile. Meta answers `{}` where our app may not see it.
pub fn profile(text: &str) -> Option<Profile> {
    let wire: wire::Profile = serde_json::from_str(text).ok()?;
    let name = wire.name.filter(|n| !n.trim().is_empty()).or_else(|| {
        let parts: Vec<_> = [wire.first_name, wire.last_name]
            .into_iter()
            .flatten()
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    });
    if name.is_none() && wire.username.is_none() {
        return Some(Profile::Missing(
            "Meta gave an empty profile: our app may not see it (Business Asset User Profile Access is missing).".into(),
        ));
    }
    Some(Profile::Known(Person {
        name,
        username: wire.username,
        locale: wire.locale,
        // Half-hour zones come as 5.5.
        utc_offset: wire
            .timezone
            .map(|hours| (hours.clamp(-24.0, 24.0) * 60.0) as i32),
        followers: wire.follower_count.and_then(|n| u32::try_from(n).ok()),
    }))
}

/// `2026-11-20T09:14:02+0000`
pub(super) fn time(text: &str) -> Option<Timestamp> {
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(|t| Timestamp::from_millis(t.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whose(page: &PageId) -> Whose<'_> {
        Whose {
            person: None,
            platform: Platform::Messenger,
            page,
            instagram: None,
            at: Timestamp::from_millis(0),
        }
    }

    #[test]
    fn one_odd_conversation_or_message_does_not_take_the_others_with_it() {
        let page = PageId::new("1");
        let text = r#"{"data":[
            {"id":"t_1","participants":{"data":[{"id":"7","name":"Ana"},{"id":"1"}]},"messages":{"data":[
                {"id":"m_1","created_time":"2026-11-20T09:14:02+0000","from":{"id":"7"},"message":"hi"},
                {"id":"m_2","message":"\ud800"},
                {"id":"m_3"}]}},
            {"id":["odd"]},
            {"id":"t_2","updated_time":5,"participants":7},
            {"id":"t_3","updated_time":"no time","brand_new":{},"participants":{"data":[{"id":8}]}}]}"#;
        let decoded = conversations(text, &whose(&page)).expect("the list itself is readable");
        assert_eq!(decoded.unreadable, 3);
        let ids: Vec<_> = decoded
            .events
            .iter()
            .filter_map(|e| match e {
                Event::Conversation(c) => Some(c.id.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(ids, ["t_3", "t_1"]);
    }

    #[test]
    fn what_is_not_json_is_not_decoded() {
        let page = PageId::new("1");
        for text in ["", "<html>", "{\"data\":[{\"id\":\"t_1\"", "[]", "null"] {
            assert!(conversations(text, &whose(&page)).is_none(), "{text}");
        }
    }

    #[test]
    fn only_the_next_link_says_that_there_is_more_and_only_its_cursor_is_taken() {
        let page = PageId::new("1");
        let text = r#"{"data":[],"paging":{"cursors":{"after":"QX"},"next":"https://evil.example/?access_token=x"}}"#;
        assert_eq!(
            conversations(text, &whose(&page)).and_then(|d| d.after),
            Some("QX".into())
        );
        let last = r#"{"data":[],"paging":{"cursors":{"after":"QX"}}}"#;
        assert_eq!(
            conversations(last, &whose(&page)).and_then(|d| d.after),
            None
        );
    }
}
