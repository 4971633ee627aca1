//! A cache as large as one likes, filled by the way that news comes in.

#![allow(dead_code, missing_docs, unreachable_pub, clippy::expect_used)]

use std::path::Path;

use switchboard::{
    domain::{
        Author, ConversationId, ConversationSeen, Event, Message, MessageSeen, Mid, PageId,
        PerPlatform, Platform, Psid, Routing, Span, Timestamp,
    },
    store,
};

pub const NOW: Timestamp = Timestamp::from_millis(1_795_183_650_000);

pub fn page() -> PageId {
    PageId::new("104857600000001")
}

pub fn conversation(number: u32) -> ConversationId {
    ConversationId::new(format!("t_{number}"))
}

/// When message `line` of a thread of `count` was written.
pub fn written(count: u32, line: u32) -> Timestamp {
    written_by(NOW, count, line)
}

fn written_by(now: Timestamp, count: u32, line: u32) -> Timestamp {
    now.plus(Span::seconds(-50 * i64::from(count - line)))
}

/// A conversation with so many messages. Every tenth is ours, the others are the
/// bot's.
pub fn events(number: u32, messages: u32) -> Vec<Event> {
    events_at(NOW, number, messages)
}

fn events_at(now: Timestamp, number: u32, messages: u32) -> Vec<Event> {
    const FIRST: [&str; 6] = ["Alex", "Sam", "Léa", "Jonas", "Yui", "Piotr"];
    const LAST: [&str; 5] = ["Novak", "Okafor", "Trần", "田中", "Lind"];
    const WORDS: [&str; 5] = [
        "where is my parcel?",
        "the lamp flickers",
        "返品したいです",
        "ich möchte eine Rückerstattung",
        "thank you!",
    ];
    let pick = |words: &[&'static str], by: u32| words[by as usize % words.len()];
    let id = conversation(number);
    let psid = Psid::new(format!("70{number}"));
    let age = Span::minutes(-i64::from(number % 17_000));
    let seen = ConversationSeen {
        id: id.clone(),
        psid,
        platform: if number % 4 == 3 {
            Platform::Instagram
        } else {
            Platform::Messenger
        },
        name: Some(format!(
            "{} {} {number}",
            pick(&FIRST, number),
            pick(&LAST, number / 7)
        )),
        username: None,
        snippet: Some(pick(&WORDS, number).to_owned()),
        updated_at: now.plus(age),
        unread: Some(1),
        can_reply: Some(true),
        is_owner: Some(number.is_multiple_of(10)),
        at: now,
    };
    let lines = (0..messages).map(|line| {
        let words = if number % 1_000 == 77 {
            format!("needle {number} {line}")
        } else {
            format!("{} ({line})", pick(&WORDS, number + line))
        };
        let last = line + 1 == messages;
        MessageSeen {
            message: Message {
                mid: Mid::new(format!("m_{number}_{line}")),
                at: written_by(now, messages, line).plus(age),
                author: if last || line % 2 == 0 {
                    Author::Customer
                } else {
                    Author::Page
                },
                text: words,
                parts: Vec::new(),
                gone: false,
                annotations: switchboard::domain::Annotations::default(),
            },
            raw: "{}".into(),
            from_webhook: false,
        }
    });
    let mut messages: Vec<MessageSeen> = lines.collect();
    messages.reverse();
    vec![
        Event::Conversation(seen),
        Event::Messages {
            conversation: id,
            messages,
            older: Some(None),
        },
    ]
}

/// Fills a cache: `conversations` with a message each, and `messages` in the
/// first one.
pub fn fill(folder: &Path, conversations: u32, messages: u32) {
    fill_at(folder, conversations, messages, NOW);
}

/// The same, as it is at another moment.
pub fn fill_at(folder: &Path, conversations: u32, messages: u32, now: Timestamp) {
    let (writer, _reader) = store::open(folder, &page())
        .and_then(|opened| opened.alone(folder))
        .expect("a cache");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let name = Event::Page {
            name: "Lamp & Co".into(),
            routing: PerPlatform {
                messenger: Routing::Enabled,
                instagram: Routing::Enabled,
            },
        };
        writer.ingest(vec![name], now).await.expect("taken");
        writer
            .ingest(events_at(now, 0, messages), NOW)
            .await
            .expect("taken");
        for start in (1..conversations).step_by(2_000) {
            let end = (start + 2_000).min(conversations);
            let batch = (start..end)
                .flat_map(|number| events_at(now, number, 1))
                .collect();
            writer.ingest(batch, now).await.expect("taken");
        }
    });
}
