//! Speaks Meta's Graph API: requests, wire types, decoding to
//! [`Event`](crate::domain::Event)s, verdicts on errors, rate limits.
//!
//! ```text
//!   sync ── Client::conversations ─┐
//!        ── Client::send ──────────┤ limits ─ one HTTP call ─ log
//!        ── Client::take … ────────┘            │
//!                    Event ◄── decode ◄── wire ◄┘ or Error + Verdict
//! ```
//!
//! | file | |
//! |---|---|
//! | `base_url`, `setup_error` | where the calls go, and why there is no client |
//! | `trust` | what a certificate is refused for |
//! | `client` | one HTTP call: its host, its token, its patience |
//! | `limits` | how many of them, and how fast |
//! | `log` | each of them, for `--log` and the API log |
//! | `conversations`, `person`, `page` | what is read |
//! | `personas` | whom the customer sees writing |
//! | `template` | structured messages in the shapes of files and of the wire |
//! | `page_profile` | what a Page shows before anybody writes |
//! | `recipient` | to whom a message goes |
//! | `send`, `upload`, `attachments`, `thread_control`, `subscriptions` | what is changed |
//! | `download`, `public_hosts`, `pictures` | files of Meta's, whom they may come from, where pictures lie |
//! | `wire/` | the shapes of Meta's JSON |
//! | `decode`, `webhook` | from there to what happened |
//! | `signature` | whether a webhook is Meta's |
//! | `error` | what went wrong, and whose fault it is |
//! | `version` | when versions of the API end |
//! | `simulator` | calls that only a simulator answers |
//!
//! This module must not know the cache, the screen or the
//! simulator; the base URL is the only seam between Meta and the simulator.
//! Three promises hold for every call: the token travels in the
//! `Authorization` header only; `paging.next` is never followed (only its
//! cursor is taken); a redirect is an error.

mod attachments;
mod base_url;
mod client;
mod conversations;
mod decode;
mod download;
mod error;
mod limits;
mod log;
mod page;
mod page_profile;
mod person;
mod personas;
mod pictures;
mod public_hosts;
mod recipient;
mod send;
mod setup_error;
mod signature;
mod simulator;
mod subscriptions;
mod template;
mod thread_control;
mod trust;
mod upload;
mod version;
mod webhook;
mod wire;

pub use attachments::files;
pub use client::{Client, Health, Options, handshake};
pub use conversations::ListPart;
pub use decode::{
    Decoded, MessagesPage, Whose, conversations as decode_conversations,
    message_page as decode_messages, profile as decode_profile,
};
pub use error::{Error, GraphError, Verdict};
pub use page::{AboutApp, AboutPage, PageOfUser};
pub use pictures::{PictureLink, picture_links};
pub use recipient::Recipient;
pub use send::Reply;
pub use setup_error::SetupError;
pub use signature::{Secrets, Signature, same_token};
pub use subscriptions::{AppSubscription, INBOX_FIELDS, INSTAGRAM_FIELDS, TokenInfo};
pub use template::{
    TemplateFormat, files_named, json, kind_named, pretty, read_json, read_template, tree,
};
pub use thread_control::{Control, note_json};
pub use trust::proxy;
pub use upload::UploadWatch;
pub use version::{NEWEST_VERSION, version_end};
pub use webhook::{DecodedWebhook, decode as decode_webhook};
