//! The words and rules of a live-agent inbox, as plain data.
//!
//! Everything here is a value: ids, times, messages, the messaging window, who
//! holds a thread, what Facebook told us ([`Event`]) and what our cache holds
//! now ([`Change`]). This module must not know HTTP, SQL, JSON, the terminal or
//! the clock, and it derives no serde: every door owns its own encoding.

mod ask;
mod attachment;
mod call;
mod change;
mod conversation;
mod deed;
mod event;
mod evidence;
mod ids;
mod message;
mod outgoing;
mod parts;
mod random;
mod thread_control;
mod time;
mod triage;
mod when;
mod window;

pub use ask::Ask;
pub use attachment::Attachment;
pub use call::Call;
pub use change::{Act, Change, Link};
pub use conversation::{
    Conversation, Counts, Hit, InboxAsk, InboxPage, Person, Platform, Profile, ThreadPage,
    ThreadPlace, View, display_name,
};
pub use deed::{Deed, Done};
pub use event::{Backfill, ConversationSeen, Event, Heard, MessageSeen, Told};
pub use evidence::{Delivered, Evidence};
pub use ids::{AppId, ConversationId, LocalId, Mid, PageId, Psid};
pub use message::{
    About, Author, Fields, Happening, Item, Message, Note as PrivateNote, Part, Reaction,
};
pub use outgoing::{Decision, Held, Known, Outgoing, STALE_AFTER, SendState};
pub use random::Random;
pub use thread_control::{Apps, HandBack, Note, Outcome, PAGE_INBOX_APPS, Routing, ThreadOwner};
pub use time::{Span, Timestamp};
pub use triage::{Aside, Triage, Until};
pub use when::when;
pub use window::{
    CLOSING_SOON, CONTROL, HUMAN_AGENT_WINDOW, RESPONSE_WINDOW, ReplyAs, SAFETY_MARGIN, SendAs,
    TAGS, Tag, Window, WindowClosed,
};
