//! The words and rules of a live-agent inbox, as plain data.
//!
//! Everything here is a value: ids, times, messages, the messaging window, who
//! holds a thread, what Facebook told us ([`Event`]) and what our cache holds
//! now ([`Change`]). This module must not know HTTP, SQL, JSON, the terminal or
//! the clock, and it derives no serde: every door owns its own encoding.

mod account;
mod api_call;
mod attachment;
mod audit_entry;
mod change;
mod command;
mod conversation;
mod event;
mod ids;
mod message;
mod operation;
mod outgoing;
mod ownership_evidence;
mod parse_time;
mod per_platform;
mod random;
mod split_text;
mod thread_control;
mod time;
mod triage;
mod window;

pub use account::Account;
pub use api_call::ApiCall;
pub use attachment::Attachment;
pub use audit_entry::{AuditDetails, AuditEntry};
pub use change::{Change, Link, Severity};
pub use command::{Command, SimulatorOrder};
pub use conversation::{
    Conversation, Counts, Hit, InboxQuery, InboxSlice, Person, Platform, Profile, ThreadRange,
    ThreadSlice, View, display_name,
};
pub use event::{Backfill, ConversationSeen, Event, MessageSeen, WebhookEvent, WebhookFact};
pub use ids::{AppId, ConversationId, LocalId, Mid, PageId, Psid};
pub use message::{
    Annotations, Author, Fields, Item, Message, Part, PrivateNote, Reaction, TimelineEvent,
};
pub use operation::{Operation, OperationKind};
pub use outgoing::{Decision, HoldReason, Known, Outgoing, STALE_AFTER, SendState};
pub use ownership_evidence::{DeliveredWebhook, OwnershipEvidence};
pub use parse_time::parse_time;
pub use per_platform::PerPlatform;
pub use random::Random;
pub use thread_control::{
    Apps, HandBack, HandBackNote, Outcome, PAGE_INBOX_APPS, Routing, ThreadOwner,
};
pub use time::{Span, Timestamp};
pub use triage::{Deferred, Triage, TriageChange, Until};
pub use window::{
    CLOSING_SOON, CONTROL, HUMAN_AGENT_WINDOW, RESPONSE_WINDOW, ReplyAs, SAFETY_MARGIN, SendAs,
    TAGS, Tag, Window, WindowClosed,
};
