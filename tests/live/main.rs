//! The outside wing without a terminal: engine, store and simulator over real
//! HTTP. What is waited for is news, never time.
//!
//! | file | |
//! |---|---|
//! | `reading` | lists, threads and backfill |
//! | `calls` | the calls of an agent's flow, and no others |
//! | `faults` | a send that goes wrong |
//! | `link` | networks and tokens that come and go |
//! | `restart` | what a dead program left |
//! | `record` | the record, and threads that go back by themselves |
//! | `templates` | structured messages |
//! | `recipients` | to whom a message goes |
//! | `personas` | whom the customer sees writing |
//! | `page_profile` | what the Page shows before anybody writes |
//! | `files`, `pictures` | files that go out, pictures that come in |

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod calls;
mod faults;
mod files;
mod link;
mod page_profile;
mod personas;
mod pictures;
mod reading;
mod recipients;
mod record;
mod restart;
mod templates;

use std::sync::{Arc, Mutex};

use support::{http::*, wing::*};

use serde_json::{Value, json};

use tempfile::TempDir;

use switchboard::{
    clock::{Clock, within},
    domain::{
        AppId, Attachment, AuditDetails, Author, Backfill, Change, Command, Content,
        ConversationId, Decision, Draft, FileIdentity, HoldReason, InboxQuery, Item, Known, Link,
        LocalId, Media, Message, Mid, Operation, OperationKind, Outgoing, PageId, Part, Picture,
        PictureFile, PictureId, PictureSize, Platform, Psid, Reaction, SendAs, SendState, Span,
        ThreadOwner, ThreadRange, ThreadSlice, View,
    },
    sim::{self, Fault, Options},
    store::{self, Reader},
    sync,
};

fn error(code: i64, subcode: i64) -> Fault {
    Fault::Error {
        status: 400,
        code,
        subcode,
    }
}

/// The replies of a thread that are not sent.
fn unsent(thread: &ThreadSlice) -> Vec<&Outgoing> {
    let replies = thread.items.iter().filter_map(|item| match item {
        Item::Outgoing(outgoing) => Some(outgoing.as_ref()),
        _ => None,
    });
    replies.collect()
}
