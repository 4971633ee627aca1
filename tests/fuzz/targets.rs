//! One function for each way in that others have: it must come back, and what it
//! says must hold. The fuzzer calls them with what it makes up, the tests with what
//! was kept of that.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

#[path = "../support/big.rs"]
mod big;
#[path = "../support/desk.rs"]
#[allow(dead_code)]
mod desk;

use std::{cell::RefCell, net::SocketAddr, time::Duration};

use desk::{Desk, NOW, items, rows, thread_page};
use ratatui::{Terminal, backend::TestBackend};
use switchboard::{
    app::{
        Loaded, Msg, Query,
        action::{
            clipboard::{openable, shown_host},
            table::Context,
        },
        keymap::{Key, Keymap},
    },
    clock::Clock,
    config,
    domain::{InboxQuery, PageId, Platform, Psid, View},
    graph::{self, Whose},
    runtime::{self, CannedSource},
    sim,
    store::{self, Reader},
    sync::Delivery,
    text::{self, Clean},
    ui, webhook,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Runtime,
    sync::mpsc,
};

/// A way in: its name and what takes the bytes.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: [Target; 10] = [
    ("webhook", webhook_body),
    ("graph", graph_answer),
    ("scenario", scenario),
    ("config", configuration),
    ("keymap", keymap),
    ("link", link),
    ("path", path),
    ("search", search),
    ("terminal", terminal),
    ("door", door),
];

/// The bytes as text: what is none, the ways in refuse before.
fn words(data: &[u8]) -> &str {
    match std::str::from_utf8(data) {
        Ok(text) => text,
        Err(why) => std::str::from_utf8(&data[..why.valid_up_to()]).expect("valid so far"),
    }
}

fn clean(text: &str) {
    for clean in [Clean::from(text), Clean::one_line(text)] {
        assert!(!clean.chars().any(|c| c != '\n' && text::is_forbidden(c)));
        for line in clean.lines() {
            for cells in [1, 7, 80] {
                assert!(text::width(&text::cut(line, cells)) <= cells, "{line:?}");
            }
        }
        for part in text::wrap(&clean, 7) {
            assert!(text::width(&part) <= 7, "{part:?} of {clean:?}");
        }
    }
}

/// A signed body is decoded to events.
pub fn webhook_body(data: &[u8]) {
    clean(words(data));
    if let Some(delivery) = graph::decode_webhook(words(data)) {
        for event in &delivery.heard {
            clean(&format!("{event:?}"));
        }
    }
}

/// An answer of the Graph API, whatever was asked.
pub fn graph_answer(data: &[u8]) {
    let (page, person) = (
        PageId::new("104857600000001"),
        Psid::new("7012345678900001"),
    );
    let text = words(data);
    for (platform, person) in [
        (Platform::Messenger, Some(&person)),
        (Platform::Instagram, None),
    ] {
        let whose = Whose {
            platform,
            page: &page,
            instagram: Some("17841400000000001"),
            person,
            at: NOW,
        };
        if let Some(decoded) = graph::decode_conversations(text, &whose) {
            clean(&format!("{:?}", decoded.events));
        }
    }
    if let Some(read) = graph::decode_messages(text, &person) {
        clean(&format!("{:?}", read.messages));
    }
    if let Some(profile) = graph::decode_profile(text) {
        clean(&format!("{profile:?}"));
    }
    for (name, link) in graph::files(text) {
        clean(&name);
        let _ = openable(&link).map(|link| shown_host(&link));
    }
}

/// A world in TOML.
pub fn scenario(data: &[u8]) {
    let options = sim::Options {
        scenario: Some(words(data).to_owned()),
        ..sim::Options::default()
    };
    match sim::Simulator::new(options, Clock::manual(NOW)) {
        Ok(simulator) => drop(simulator.about("http://127.0.0.1:8700")),
        Err(why) => assert!(!why.to_string().is_empty()),
    }
}

/// The configuration, with its themes and keys.
pub fn configuration(data: &[u8]) {
    if let Err(why) = config::check(words(data)) {
        assert!(!why.is_empty());
    }
}

/// Keys for actions: a line each, `action = key key`; the last line is pressed.
pub fn keymap(data: &[u8]) {
    let mut lines: Vec<&str> = words(data).lines().collect();
    let pressed = lines.pop().unwrap_or_default();
    let changes: Vec<(String, Vec<String>)> = lines
        .iter()
        .filter_map(|line| line.split_once('='))
        .map(|(action, keys)| {
            let keys = keys.split(',').map(str::to_owned).collect();
            (action.trim().to_owned(), keys)
        })
        .collect();
    match Keymap::with(&changes) {
        Ok(keymap) => {
            let keys: Vec<Key> = pressed
                .split(' ')
                .filter_map(|key| key.parse().ok())
                .collect();
            for context in [Context::Desk, Context::Composer] {
                let _ = keymap.meaning(context, &keys);
                let _ = keymap.continuations(context, &keys);
            }
            for key in keys {
                let named: Result<Key, _> = key.to_string().parse();
                assert!(key.alt || named == Ok(key), "{key} is not {key:?}");
            }
        }
        Err(why) => assert!(!why.is_empty()),
    }
}

/// A link that somebody sent, and a base URL that somebody was told to use.
pub fn link(data: &[u8]) {
    let text = words(data);
    if let Some(link) = openable(text) {
        assert!(
            link.starts_with("https://") || link.starts_with("http://"),
            "{link}"
        );
        assert!(
            !link.chars().any(|c| c.is_control() || c.is_whitespace()),
            "{link:?}"
        );
        clean(&shown_host(&link));
    }
    clean(text);
    let options = graph::Options {
        base_url: text.to_owned(),
        api_version: "v27.0".into(),
        token: "EAAfuzz".to_owned().into(),
        page: PageId::new("1"),
        read_only: true,
        log: None,
    };
    match graph::Client::new(options, Clock::manual(NOW)) {
        Ok(_) => {
            let url = url::Url::parse(text).expect("a URL");
            let plain = url.username().is_empty() && url.password().is_none();
            assert!(plain && url.query().is_none() && url.fragment().is_none());
        }
        Err(why) => assert!(!why.to_string().chars().any(char::is_control)),
    }
}

thread_local! {
    static CACHE: (TempDir, Reader) = {
        let folder = tempfile::tempdir().expect("a folder");
        big::fill(folder.path(), 3, 4);
        let opened = store::open(folder.path(), &big::page()).expect("opens");
        (folder, opened.reader)
    };
}

fn asked(query: Query) -> Loaded {
    CACHE.with(|(_, reader)| {
        runtime::answer(query, reader, &CannedSource::default()).expect("an answer")
    })
}

/// The name of a file, as somebody types it to attach it.
pub fn path(data: &[u8]) {
    let typed = CACHE.with(|(folder, _)| format!("{}/{}", folder.path().display(), words(data)));
    if let Loaded::Path(_, names, _) = asked(Query::Path(typed)) {
        names.iter().for_each(|name| clean(name));
    }
}

/// Words that are searched for.
pub fn search(data: &[u8]) {
    let text = words(data);
    asked(Query::Search {
        words: text.to_owned(),
        limit: 24,
    });
    asked(Query::People(text.to_owned()));
    asked(Query::Inbox(InboxQuery {
        view: View::All,
        filter: text.to_owned(),
        narrow: Default::default(),
        offset: 0,
    }));
    for hit in text::matches("Wo bleibt mein Geld? Où est mon argent?", text) {
        assert!(!hit.is_empty());
    }
    let (one, other) = text.split_at(middle(text));
    for range in text::matches(one, other) {
        assert!(one.is_char_boundary(range.start) && one.is_char_boundary(range.end));
    }
}

/// Where a text is cut in two.
fn middle(text: &str) -> usize {
    let places = text.char_indices().map(|(place, _)| place);
    places
        .take_while(|place| *place <= text.len() / 2)
        .last()
        .unwrap_or(0)
}

/// What a terminal sends: a byte for the pause before it and one for the length,
/// then as many bytes. The first byte chooses where on the desk it is read.
pub fn terminal(data: &[u8]) {
    let Some((place, mut rest)) = data.split_first() else {
        return;
    };
    let mut reads = Vec::new();
    while let [pause, length, bytes @ ..] = rest {
        let (read, after) = bytes.split_at((*length as usize).min(bytes.len()));
        reads.push((read, u64::from(*pause) * 10));
        rest = after;
    }
    let size = [(80, 24), (41, 10), (120, 40), (20, 5)][usize::from(place >> 6)];
    let mut desk = Desk::new(size);
    let keys = [
        "",
        "<Enter>",
        "<Enter>r",
        "<Enter>rhi^D",
        ":",
        "?",
        "^P",
        "v",
        "<Enter>j",
    ];
    match usize::from(place & 0x3f) % keys.len() {
        0 => {}
        place => {
            desk.keys("<Enter>");
            desk.answer_thread(thread_page(rows().swap_remove(0), items()));
            if place == 3 {
                desk.keys("rhi");
                desk.send(Msg::Key(Key::ctrl('d')));
            } else if keys[place] == "^P" {
                desk.send(Msg::Key(Key::ctrl('p')));
            } else {
                desk.keys(keys[place].strip_prefix("<Enter>").unwrap_or(keys[place]));
            }
        }
    }
    let (width, height) = size;
    let mut screen = Terminal::new(TestBackend::new(width, height)).expect("a screen");
    for msg in runtime::decoded_input(reads) {
        desk.send(msg);
    }
    let drawn = screen.draw(|frame| ui::view(&desk.model, &desk.theme, frame));
    for cell in drawn.expect("draws").buffer.content() {
        assert!(!cell.symbol().chars().any(text::is_forbidden));
    }
}

struct OpenDoor {
    runtime: Runtime,
    address: SocketAddr,
    taken: mpsc::Receiver<Delivery>,
}

thread_local! {
    static DOOR: RefCell<Option<OpenDoor>> = const { RefCell::new(None) };
}

/// What comes to the door, the head first. Nobody here can sign.
pub fn door(data: &[u8]) {
    DOOR.with_borrow_mut(|door| {
        let door = door.get_or_insert_with(opened_door);
        let answer = door.runtime.block_on(async {
            let mut stream = TcpStream::connect(door.address).await.expect("connects");
            // Whoever is turned away early hears it or not.
            let _ = stream.write_all(data).await;
            let _ = stream.shutdown().await;
            let mut answer = Vec::new();
            let all = stream.read_to_end(&mut answer);
            let _ = tokio::time::timeout(Duration::from_secs(30), all)
                .await
                .expect("an end");
            answer
        });
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1."),
            "{answer:?}"
        );
        let unsigned = String::from_utf8_lossy(data);
        assert!(
            answer.get(9..12).is_none_or(|code| code != b"200"),
            "{unsigned}"
        );
        assert!(door.taken.try_recv().is_err(), "{unsigned}");
    });
}

fn opened_door() -> OpenDoor {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (deliveries, taken) = mpsc::channel(8);
    let options = webhook::Options {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        secrets: graph::Secrets::new(vec!["0123456789abcdef".to_owned().into()]).expect("one"),
        verify_token: Some("a long verify token".to_owned().into()),
        accept_sha1: true,
        path: None,
    };
    let address = runtime.block_on(async {
        let server = webhook::Server::open(options, deliveries).expect("opens");
        let address = server.address().expect("an address");
        tokio::spawn(server.serve(tokio_util::sync::CancellationToken::new()));
        address
    });
    OpenDoor {
        runtime,
        address,
        taken,
    }
}
