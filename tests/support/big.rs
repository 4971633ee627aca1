//! A cache as large as one likes.

#![allow(dead_code, missing_docs, unreachable_pub, clippy::expect_used)]

use std::path::Path;

use switchboard::{
    domain::{ConversationId, Event, PageId, Timestamp},
    store::{self, Sample},
};

pub const NOW: Timestamp = Timestamp::from_millis(1_795_183_650_000);

pub fn page() -> PageId {
    PageId::new("104857600000001")
}

pub fn conversation(number: u32) -> ConversationId {
    Sample::conversation(number)
}

/// When message `line` of a thread of `count` was written.
pub fn written(count: u32, line: u32) -> Timestamp {
    sample(0, 0, NOW).written(line, count)
}

/// A conversation with so many messages.
pub fn events(number: u32, messages: u32) -> Vec<Event> {
    sample(0, 0, NOW).events(number, messages)
}

fn sample(conversations: u32, messages: u32, now: Timestamp) -> Sample {
    Sample {
        conversations,
        messages,
        seed: 1,
        now,
    }
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
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(sample(conversations, messages, now).fill(&writer))
        .expect("taken");
}
