//! W1 … W14 of `assets/manual/platform.md`, and every kind of event, through real HTTP:
//! what Meta calls the desk with, and what the cache holds after the 200.
//!
//! | file | |
//! |---|---|
//! | `conformance` | W1 … W14 |
//! | `events` | every kind of event |
//! | `unsaid` | what Meta does not say, and says in odd places |
//! | `polling` | webhooks and polling tell of the same |
//! | `replies` | what an echo says of a reply of ours |
//! | `delivery` | bodies and connections that do harm |
//! | `disorder` | ten thousand events in any order |

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod conformance;
mod delivery;
mod disorder;
mod events;
mod polling;
mod replies;
mod unsaid;

use rusqlite::Connection;

use serde_json::{Value, json};

use support::{http::*, wing::*};

use tokio_util::sync::CancellationToken;

use switchboard::{
    clock::Clock,
    domain::{
        AppId, Author, Change, Command, Conversation, ConversationId, Decision, Item, Link,
        LocalId, Mid, Operation, Part, Psid, Random, Severity, ThreadOwner, TimelineEvent,
        Timestamp,
    },
    graph::Secrets,
    sim::{DeliveryFault, Fault, Options},
    store::Reader,
    webhook,
};

/// The row of a person.
fn row_of(reader: &Reader, psid: &Psid) -> Option<Conversation> {
    let threads = reader.threads_of([psid].into_iter()).expect("a cache");
    let thread = threads.get(psid)?;
    reader.conversation(&thread.id).expect("a cache")
}

const US: &str = "300000000000002";

const BOT: &str = "200000000000001";

const INBOX: &str = "263902037430900";

/// A quiet Page: nobody does anything by themselves.
const QUIET: &str = r#"
page = { id = "104857600000001", name = "Lamp", instagram_id = "17841", instagram_name = "lamp", default_app = "bot", instagram_default_app = "bot" }
app = [{ name = "switchboard", id = "300000000000002" }, { name = "bot", id = "200000000000001" }, { name = "inbox", id = "263902037430900" }]
[[person]]
name = "Ana"
owner = "switchboard"
say = [{ at = "-2h", by = "bot", text = "hi" }, { at = "-1h", by = "customer", text = "help" }]
[[person]]
name = "Ben"
owner = "bot"
say = [{ at = "-1h", by = "customer", text = "help" }]
[[person]]
name = "Newcomer"
"#;

struct Stage {
    wing: Wing,
    ana: (ConversationId, Psid),
    /// Milliseconds of now, for events.
    now: i64,
}

impl Stage {
    async fn new() -> Self {
        let mut wing = Wing::start(Some(QUIET)).await;
        let ana = wing.person("Ana").await;
        wing.person("Ben").await;
        let now = quick().now().as_millis();
        Self { wing, ana, now }
    }

    /// An event of Ana's, so many milliseconds from now.
    fn event(&self, after: i64, what: Value) -> Value {
        let mut event = json!({"sender": {"id": self.ana.1.as_str()}, "recipient": {"id": PAGE},
                               "timestamp": self.now + after});
        extend(&mut event, what);
        event
    }

    /// An echo: sender and recipient are swapped.
    fn echo(&self, after: i64, message: Value) -> Value {
        let mut event = json!({"sender": {"id": PAGE}, "recipient": {"id": self.ana.1.as_str()},
                               "timestamp": self.now + after, "message": {"is_echo": true}});
        extend(&mut event["message"], message);
        event
    }

    fn items(&self) -> Vec<Item> {
        self.wing.thread(&self.ana.0).items
    }

    fn message(&self, mid: &str) -> switchboard::domain::Message {
        self.find(mid)
            .unwrap_or_else(|| panic!("{mid} in {:?}", self.items()))
    }

    fn find(&self, mid: &str) -> Option<switchboard::domain::Message> {
        self.items().into_iter().find_map(|item| match item {
            Item::Message(m) if m.mid == Mid::new(mid) => Some(m),
            _ => None,
        })
    }

    fn happenings(&self) -> Vec<TimelineEvent> {
        let items = self.items().into_iter();
        items
            .filter_map(|item| match item {
                Item::Event { what, .. } => Some(what),
                _ => None,
            })
            .collect()
    }

    fn owner(&self) -> ThreadOwner {
        self.wing.thread(&self.ana.0).conversation.owner
    }
}

fn extend(value: &mut Value, more: Value) {
    if let (Some(map), Value::Object(more)) = (value.as_object_mut(), more) {
        map.extend(more);
    }
}

fn says(mid: &str, text: &str) -> Value {
    json!({"message": {"mid": mid, "text": text}})
}

/// Everything that webhooks can leave behind, in an order that does not depend
/// on how it came.
fn dump(folder: &std::path::Path) -> Vec<String> {
    let path = folder.join("cache").join(format!("{PAGE}.cache.db"));
    let db = Connection::open(path).expect("a cache");
    let mut rows = Vec::new();
    for question in [
        "SELECT id, snippet, updated_at, unread, customer_at, page_at, agent_at, owner, owner_since, control_until, \
         delivered_through, read_through, messages FROM conversation ORDER BY id",
        "SELECT mid, conversation, at, author, text, fold, parts, gone, heard, reply_to, edits, unsent FROM message ORDER BY mid",
        "SELECT conversation, at, what FROM happening ORDER BY conversation, at, what",
        "SELECT mid, kind, n, value FROM annotation ORDER BY mid, kind",
        "SELECT psid, raw FROM parked ORDER BY psid, raw",
    ] {
        let mut statement = db.prepare(question).expect("a question");
        let columns = statement.column_count();
        let mut found = statement.query([]).expect("rows");
        while let Some(row) = found.next().expect("a row") {
            let values = (0..columns).map(|i| format!("{:?}", row.get_ref(i).expect("a value")));
            rows.push(values.collect::<Vec<_>>().join(" "));
        }
    }
    rows
}
