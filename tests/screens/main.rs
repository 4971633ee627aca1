//! Keys → picture: what an agent sees. Each picture is text and a fingerprint
//! of its styles; look at each new one before accepting it.
//!
//! | file | |
//! |---|---|
//! | `list` | the list |
//! | `templates` | structured messages |
//! | `thread` | the thread |
//! | `composer` | the composer, and the life of a reply |
//! | `dialogs` | what lies over the desk |
//! | `pictures` | photos, stickers and faces |
//! | `status` | how the link, the Page and the files stand |
//! | `looks` | themes, sizes, the curtain, and every script in every pane |

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod composer;
mod dialogs;
mod list;
mod looks;
mod pictures;
mod status;
mod templates;
mod thread;

use support::desk::*;

use switchboard::{
    app::{
        Damage, Effect, Loaded, Msg, Query, Settings,
        canned::Canned,
        dialog::EditedProfile,
        layout::{self},
        settings::{Column, Depth, PicturesBy},
    },
    domain::{
        ApiCall, AppId, Attachment, AuditDetails, AuditEntry, Author, Change, Command, Content,
        Conversation, ConversationId, Deferred, DeliveredWebhook, Draft, Hit, HoldReason,
        InboxQuery, InboxSlice, Item, Link, ListOrder, LocalId, Media, Mid, Narrow, Operation,
        OperationKind, Outcome, OwnershipEvidence, PageProfile, Part, Person, PictureFile,
        PictureId, PictureSize, Platform, Profile, Psid, Reaction, ReportFacts, Routing, SavedView,
        SendAs, SendState, Span, ThreadOwner, Until, View,
    },
    graph,
    ui::{THEMES, Theme},
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

fn snap(name: &str, desk: &Desk) {
    let (width, height) = desk.model.session.size;
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_suffix(format!("{width}x{height}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots"));
    settings.set_omit_expression(true);
    let picture = desk.picture();
    assert_eq!(picture, desk.picture(), "drawing twice draws the same");
    settings.bind(|| insta::assert_snapshot!(name, picture));
}

/// One scene at each of the three sizes.
fn scene(name: &str, play: impl Fn(&mut Desk)) {
    for size in SIZES {
        let mut desk = Desk::new(size);
        play(&mut desk);
        snap(name, &desk);
    }
}
