//! The words and rules of a live-agent inbox, as plain data.
//!
//! Everything here is a value: ids, times, messages, the messaging window, who
//! holds a thread, what Facebook told us ([`Event`]) and what our cache holds
//! now ([`Change`]). This module must not know HTTP, SQL, JSON, the terminal or
//! the clock, and it derives no serde: every door owns its own encoding.
//!
//! | file | |
//! |---|---|
//! | `ids`, `time`, `random` | identifiers, moments, numbers from a seed |
//! | `platform`, `per_platform` | Messenger and Instagram |
//! | `account` | one Page as this desk knows it |
//! | `conversation`, `profile`, `view` | a row of the list, the person in it, the views |
//! | `persona` | whom the customer sees writing |
//! | `message`, `referral`, `attachment`, `picture`, `item`, `timeline`, `slice` | what stands in a thread |
//! | `window` | the messaging window |
//! | `thread_control`, `ownership_evidence` | who holds a thread, and how we know |
//! | `triage` | an agent's own decisions |
//! | `event` | what Meta told us |
//! | `change`, `link`, `api_call` | what the screen is told |
//! | `remedy` | what an agent can do about a failure, without its key |
//! | `command`, `operation`, `operation_kind` | what an agent wants, what can be done to a thread |
//! | `outgoing`, `content`, `draft` | a reply on its way out, what it holds, unsent text |
//! | `audit_entry`, `report` | the record of what was done, and what it adds up to |
//! | `template`, `template_limits` | structured messages, and what fits into them |
//! | `page_profile` | what a Page shows before anybody writes |
//! | `tree`, `check` | values in Meta's shapes, and what does not fit into them |
//! | `split_text`, `parse_time` | long texts in parts, moments in words |

mod account;
mod api_call;
mod attachment;
mod audit_entry;
mod change;
mod check;
mod command;
mod content;
mod conversation;
mod draft;
mod event;
mod ids;
mod item;
mod link;
mod message;
mod operation;
mod operation_kind;
mod outgoing;
mod ownership_evidence;
mod page_profile;
mod parse_time;
mod per_platform;
mod persona;
mod picture;
mod platform;
mod profile;
mod random;
mod referral;
mod remedy;
mod report;
mod slice;
mod split_text;
mod template;
mod template_limits;
mod thread_control;
mod time;
mod timeline;
mod tree;
mod triage;
mod view;
mod window;

pub use account::Account;
pub use api_call::ApiCall;
pub use attachment::{Attachment, FILE_LIMIT, FileIdentity};
pub use audit_entry::{AuditDetails, AuditEntry};
pub use change::{Change, Severity};
pub use command::{Command, SimulatorOrder};
pub use content::{Content, KEPT_BY_META, Media};
pub use conversation::Conversation;
pub use draft::Draft;
pub use event::{
    Backfill, ConversationSeen, Event, MessageSeen, ReactedWith, WebhookEvent, WebhookFact,
};
pub use ids::{AppId, ConversationId, LocalId, Mid, PageId, Psid};
pub use item::{Item, PrivateNote};
pub use link::Link;
pub use message::{Annotations, Author, Message, Part, Reaction, StoryKind};
pub use operation::{NewReply, Operation, ReplyPart};
pub use operation_kind::OperationKind;
pub use outgoing::{Decision, HoldReason, Known, Outgoing, STALE_AFTER, SendState};
pub use ownership_evidence::{DeliveredWebhook, OwnershipEvidence};
pub use page_profile::{
    PROFILE_CALLS, PageProfile, ProfileChange, profile_problems, profile_properties,
    property_lines, property_words,
};
pub use parse_time::parse_time;
pub use per_platform::PerPlatform;
pub use persona::Persona;
pub use picture::{Bitmap, Picture, PictureFile, PictureId, PictureNumber, PictureSize};
pub use platform::Platform;
pub use profile::{Person, Profile, display_name};
pub use random::Random;
pub use referral::Referral;
pub use remedy::Remedy;
pub use report::{FIRST_REPLIES, HourOfDay, Report, ReportFacts};
pub use slice::{Hit, ThreadRange, ThreadSlice};
pub use template::{Tap, Template, template_parts};
pub use template_limits::problems as template_problems;
pub use thread_control::{
    Apps, HandBack, HandBackNote, Outcome, PAGE_INBOX_APPS, Routing, ThreadOwner,
};
pub use time::{Span, Timestamp};
pub use timeline::{Fields, TimelineEvent};
pub use tree::Tree;
pub use triage::{Deferred, Triage, TriageChange, Until};
pub use view::{Counts, InboxQuery, InboxSlice, ListOrder, Narrow, SavedView, View};
pub use window::{
    CLOSING_SOON, CONTROL, HUMAN_AGENT_WINDOW, RESPONSE_WINDOW, ReplyAs, SAFETY_MARGIN, SendAs,
    TAGS, Tag, Window, WindowClosed,
};
