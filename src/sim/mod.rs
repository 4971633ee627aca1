//! A small Facebook on loopback: a Page, its apps, people who write, a bot that
//! answers, and Meta's rules between them.
//!
//! ```text
//!   HTTP ─ server ─ route ─┬─ read ─ nodes, profiles         conversations, messages, profiles
//!          │      │        ├─ send ─ attachments             the Send API and its checks X1 …
//!          │      │        ├─ thread_control                 who holds a thread, rules R4 … R8
//!          │      │        └─ subscriptions, labels …        what is set up around it
//!          │   control_api (/sim/…)         │
//!          ▼                                ▼
//!   scenario, generate ───────────────► world ◄─ events ◄─ scheduler, bots, person_actions, storm
//!                                        │
//!                                     webhooks ─ HTTP ─► the apps
//! ```
//!
//! | file | |
//! |---|---|
//! | `options`, `simulator` | what it is told at the start, and what runs |
//! | `world/` | the state: one Page, its apps, its people and what they said |
//! | `clock` | the world's time, which can be wound |
//! | `scenario/`, `generate` | a world out of a file, and people made up |
//! | `server`, `request`, `response`, `params`, `call_log` | HTTP around the world |
//! | `route`, `versions` | which call goes where, batches, and what versions may ask |
//! | `control_api` | `/sim/…`: clock, faults, storms, and what people do |
//! | `read`, `nodes`, `profiles` | what is asked: conversations, messages, people |
//! | `fields`, `paging`, `shape`, `graph_error` | how Graph asks, pages and refuses |
//! | `send`, `attachments`, `templates`, `utility` | the Send API |
//! | `thread_control` | pass, take, release, extend, request |
//! | `subscriptions` | which fields an app hears |
//! | `messenger_profile`, `profile_limits`, `labels`, `personas`, `moderation` | what is set up around a conversation |
//! | `events`, `entry_points` | what moves the world, and what the apps are told of it |
//! | `page_events` | … of the Page: policy, comments, labels |
//! | `scheduler`, `follow_ups` | what happens by itself, in the order of time |
//! | `bots`, `person_actions`, `storm` | what bots, people and many people do |
//! | `webhooks/` | what is delivered to whom, and again |
//! | `cdn`, `sign` | files behind links, signatures |
//! | `guard` | who may call it, and whom it calls |
//!
//! The world is brought up to the present moment before each answer, and by the
//! sender when something is due; each thing happens at its own time. So the same
//! seed and the same questions at the same times give the same answers. This
//! module must not know `graph` (they share no type, only the sample payloads in
//! `assets/graph`), nor anything else of the desk.
//!
//! # What it keeps to
//!
//! A test of the same name (in lower case, in `tests/`) shows each. *Sure*: D
//! documented by Meta, F seen in the field, K known of Graph in general, C our
//! choice. What nobody outside Meta knows is a switch of the scenario
//! (`[switches]`).
//!
//! | | what | sure | switch |
//! |---|---|---|---|
//! | E1 | the list of conversations, 2 calls a second | D | `high_volume`, `no_quotas` |
//! | E2 | a conversation and its messages | D | `messenger_20_details` |
//! | E3 | a message, its attachments and shares | D | |
//! | E4 | a send, in JSON, form, query or multipart | D | |
//! | E5 | saved attachments, for 90 days | D | |
//! | E6 | typing, seen, reactions | D | `actions_need_control`, `actions_need_window` |
//! | E7 | pass, take, release, extend, request, who owns | D, codes C | `handovers_to_all` |
//! | E8 | profiles, and why there is none | D | |
//! | E9 | the Page, its tokens and its routing | D | |
//! | E10 | subscriptions, both layers, handshake | D | `text_success` |
//! | E11 | Messenger profile, menus of persons, 10 in 10 minutes | D | `no_quotas` |
//! | E12 | labels, personas, moderation | D | `label_terms` |
//! | E13 | batches of 50 | F | |
//! | E14 | webhooks: signed twice, retried, given up after an hour | D, pauses C | `numeric_ids`, `bare_deliveries` |
//! | E15 | versions: what has ended is served by the oldest that has not; what v27.0 took away | D, code C | `old_apps` |
//! | R1 | 24 hours from what opens the window | D | |
//! | R2 | HUMAN_AGENT for 7 days from the last message | D, code C | |
//! | R3 | dead tags are refused at any time | D | |
//! | R4 | without routing: all hear, all send, take is blocked | D | |
//! | R5 | with routing: the owner sends, others stand by | D | |
//! | R6 | control lapses after 24 hours, extends to 7 days | D | |
//! | R7 | take needs the toggle; from idle it is silent | D | |
//! | R8 | a reply in Meta's inbox takes control | D | |
//! | R9 | PSIDs are of one Page | D | |
//! | R10 | Standard Access: only people with a role | D | |
//! | R11 | quick replies vanish | D | |
//! | R12 | one private reply to a comment | D, code C | |
//! | R13 | echo metadata, deliveries, reads | D | |
//! | R14 | a sticker is one attachment | D | `sticker_twice` |
//! | R15 | a tagged send takes control | C | `human_agent_takes` |
//! | X1 | no token | K | |
//! | X2 | unparsable token | F | |
//! | X3 | dead token | D | `dead_token_status` |
//! | X4 | bad proof | K | |
//! | X5 | missing permission | F | |
//! | X6 | throttled | D | |
//! | X7 | unknown tag | F | |
//! | X8 | dead tag | F | |
//! | X9 | message and sender action | D | |
//! | X10 | odd recipient | F | |
//! | X11 | empty message | F | |
//! | X12 | over 2,000 characters | F | `count_utf16` |
//! | X13 | over 1,000 bytes on Instagram | C | |
//! | X14 | quick replies, templates and buttons over their limits | D, codes C | |
//! | X15 | unknown person | D | |
//! | X16 | no role, Standard Access | D, status C | |
//! | X17 | unavailable person | F | `unavailable_code` |
//! | X18 | restricted Page | D | `page_restricted` |
//! | X19 | not the owner, Messenger | F | |
//! | X20 | not the owner, Instagram | D | |
//! | X21 | window over, Messenger | F | |
//! | X22 | window over, Instagram | D | |
//! | X23 | HUMAN_AGENT without the feature | C | `human_agent_needs_feature` |
//! | X24 | attachments that cannot be had (read from the address: C) | D | |
//! | X25 | transient errors on order | D | |
//! | X26 | an answer that is cut off | C | |

mod attachments;
mod bots;
mod call_log;
mod cdn;
mod clock;
mod control_api;
mod entry_points;
mod events;
mod fields;
mod follow_ups;
mod generate;
mod graph_error;
mod guard;
mod labels;
mod messenger_profile;
mod moderation;
mod nodes;
mod options;
mod page_events;
mod paging;
mod params;
mod person_actions;
mod personas;
mod profile_limits;
mod profiles;
mod read;
mod request;
mod response;
mod route;
mod scenario;
mod scheduler;
mod send;
mod server;
mod shape;
mod sign;
mod simulator;
mod storm;
mod subscriptions;
mod templates;
mod thread_control;
mod utility;
mod versions;
mod webhooks;
mod world;

#[cfg(test)]
mod tests;

pub use options::Options;
pub use scenario::ScenarioError;
pub use simulator::{Simulator, StartError};
pub use world::{DeliveryFault, Fault};
