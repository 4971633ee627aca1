//! A key press costs the same whatever the cache holds: the model keeps a
//! window of the list, so 10,000 conversations cost what 100 cost.

#![allow(missing_docs, clippy::expect_used)]

use divan::{Bencher, black_box};

use switchboard::{
    app::{self, INBOX_WINDOW, Loaded, Model, Msg, Settings, input::keymap::Key},
    domain::{
        Conversation, ConversationId, InboxQuery, InboxSlice, Platform, Psid, ThreadOwner,
        Timestamp,
    },
};

const NOW: Timestamp = Timestamp::from_millis(1_795_183_650_000);

fn main() {
    divan::main();
}

fn conversation(n: u32) -> Conversation {
    Conversation {
        id: ConversationId::new(format!("t_{n}")),
        psid: Psid::new(n.to_string()),
        platform: Platform::Messenger,
        name: Some(format!("Person {n}")),
        snippet: "where is my refund?".into(),
        updated_at: NOW,
        unread: 1,
        customer_at: Some(NOW),
        opened_at: None,
        page_at: None,
        agent_at: None,
        owner: ThreadOwner::Us,
        owner_since: None,
        control_until: None,
        lapsed: false,
        delivered_through: None,
        read_through: None,
        can_reply: None,
        draft: false,
        unsettled: false,
        triage: switchboard::domain::Triage::default(),
    }
}

fn desk(cached: u32) -> Model {
    let mut model = Model::new(Settings::default(), (120, 40), NOW);
    model.start();
    let rows = (0..cached.min(INBOX_WINDOW)).map(conversation).collect();
    let page = InboxSlice {
        rows,
        total: cached,
        ..InboxSlice::default()
    };
    app::update(
        &mut model,
        NOW,
        Msg::Loaded(Loaded::Inbox(InboxQuery::default(), page)),
    );
    model
}

fn press(bencher: Bencher<'_, '_>, cached: u32, keys: [&str; 2]) {
    let keys = keys.map(|key| key.parse::<Key>().expect("a key"));
    bencher
        .with_inputs(|| desk(cached))
        .bench_local_refs(|model| {
            for key in keys {
                black_box(app::update(model, NOW, Msg::Key(key)));
            }
        });
}

/// Down and up in the list.
#[divan::bench(args = [100, 10_000, 1_000_000])]
fn key_in_the_list(bencher: Bencher<'_, '_>, cached: u32) {
    press(bencher, cached, ["j", "k"]);
}

/// Open a thread, and a key in its composer.
#[divan::bench(args = [100, 10_000, 1_000_000])]
fn open_and_reply(bencher: Bencher<'_, '_>, cached: u32) {
    press(bencher, cached, ["Enter", "r"]);
}
