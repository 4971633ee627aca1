//! A page of the conversation list, from Meta's JSON to events.

#![allow(missing_docs, clippy::expect_used)]

use divan::{Bencher, counter::BytesCount};
use serde_json::{Value, json};
use switchboard::{
    domain::{PageId, Platform, Timestamp},
    graph::{Whose, decode_conversations},
};

fn main() {
    divan::main();
}

/// The documented sample, as often as a full page has rows.
fn page(rows: usize) -> String {
    let sample: Value =
        serde_json::from_str(include_str!("../assets/graph/conversations.json")).expect("JSON");
    let row = &sample["answer"]["data"][0];
    json!({"data": vec![row; rows], "paging": sample["answer"]["paging"]}).to_string()
}

#[divan::bench(args = [25, 100])]
fn conversations(bencher: Bencher<'_, '_>, rows: usize) {
    let text = page(rows);
    let id = PageId::new("104857600000001");
    let whose = Whose {
        person: None,
        platform: Platform::Messenger,
        page: &id,
        instagram: None,
        at: Timestamp::from_millis(0),
    };
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        decode_conversations(&text, &whose)
            .expect("a page")
            .events
            .len()
    });
}
