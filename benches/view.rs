//! A frame costs what is on the screen, not what is loaded or cached.

#![allow(missing_docs, clippy::expect_used)]

use std::sync::Arc;

use divan::Bencher;
use ratatui::{Terminal, backend::TestBackend};
use switchboard::{
    app::{
        self, Loaded, Model, Msg, Settings,
        settings::{Depth, PicturesBy},
    },
    domain::{
        Author, Bitmap, Change, Conversation, ConversationId, InboxQuery, InboxSlice, Item,
        Message, Mid, Part, Picture, PictureId, PictureSize, Platform, Profile, Psid, ThreadOwner,
        ThreadRange, ThreadSlice, Timestamp,
    },
    ui::{self, Theme},
};

const NOW: Timestamp = Timestamp::from_millis(1_795_183_650_000);

fn main() {
    divan::main();
}

fn desk(size: (u16, u16), messages: i64) -> Model {
    desk_with(size, messages, PicturesBy::Off)
}

/// The same; every third message brings a photo, which is drawn or not.
fn with_photos(pictures: PicturesBy) -> Model {
    let mut model = desk_with((120, 40), 200, pictures);
    let photo = Picture {
        bitmap: Arc::new(Bitmap {
            width: 96,
            height: 96,
            rgba: (0..96 * 96 * 4).map(|n| n as u8 | 0x80).collect(),
        }),
        file: None,
    };
    for n in (0..200).step_by(3) {
        let id = PictureId::Part {
            mid: Mid::new(format!("m_{n}")),
            place: 0,
        };
        let change = Change::Picture {
            id,
            size: PictureSize::Small,
            picture: Ok(photo.clone()),
        };
        app::update(&mut model, NOW, Msg::Changed(vec![change]));
    }
    model
}

fn desk_with(size: (u16, u16), messages: i64, pictures: PicturesBy) -> Model {
    let conversation = Conversation {
        id: ConversationId::new("t_1"),
        psid: Psid::new("7"),
        platform: Platform::Messenger,
        name: Some("Ana Ruiz".into()),
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
    };
    let settings = Settings {
        pictures,
        ..Settings::default()
    };
    let mut model = Model::new(settings, size, NOW);
    model.start();
    let rows = vec![conversation.clone(); 40];
    let page = InboxSlice {
        rows,
        total: 40,
        ..InboxSlice::default()
    };
    app::update(
        &mut model,
        NOW,
        Msg::Loaded(Loaded::Inbox(InboxQuery::default(), page)),
    );
    app::update(&mut model, NOW, Msg::Key("Enter".parse().expect("a key")));
    let items = (0..messages)
        .map(|n| {
            Item::Message(Message {
                mid: Mid::new(format!("m_{n}")),
                at: Timestamp::from_millis(NOW.as_millis() - (messages - n) * 60_000),
                author: if n % 2 == 0 {
                    Author::Customer
                } else {
                    Author::Page
                },
                text:
                    "A message of some length, so that it has to be broken into more than one line."
                        .into(),
                parts: match n % 3 {
                    0 if size == (120, 40) && messages == 200 => vec![Part::File {
                        kind: "photo",
                        name: Some("IMG_1.jpg".into()),
                        bytes: Some(9_000),
                    }],
                    _ => Vec::new(),
                },
                gone: false,
                annotations: switchboard::domain::Annotations::default(),
            })
        })
        .collect();
    let page = ThreadSlice {
        range: ThreadRange::Newest,
        conversation: conversation.clone(),
        profile: Profile::Unasked,
        items,
        older: 0,
        newer: 0,
        older_remote: false,
        draft: None,
        seen_through: None,
    };
    app::update(
        &mut model,
        NOW,
        Msg::Loaded(Loaded::Thread(conversation.id, Some(Box::new(page)))),
    );
    model
}

fn draws(bencher: Bencher<'_, '_>, model: &Model) {
    let (width, height) = model.session.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    bencher.bench_local(|| {
        terminal
            .draw(|frame| ui::view(model, &Theme::default(), frame))
            .map(drop)
    });
}

/// One frame with an open thread of so many loaded messages.
#[divan::bench(args = [20, 200, 10_000])]
fn frame_120x40(bencher: Bencher<'_, '_>, messages: i64) {
    draws(bencher, &desk((120, 40), messages));
}

/// The same on a very large screen.
#[divan::bench]
fn frame_200x60(bencher: Bencher<'_, '_>) {
    draws(bencher, &desk((200, 60), 200));
}

/// A thread with photos on the screen, which are drawn in half blocks.
#[divan::bench]
fn frame_with_photos(bencher: Bencher<'_, '_>) {
    draws(bencher, &with_photos(PicturesBy::Blocks(Depth::Full)));
}

/// The same thread with pictures off: a line each.
#[divan::bench]
fn frame_without_them(bencher: Bencher<'_, '_>) {
    draws(bencher, &with_photos(PicturesBy::Off));
}
