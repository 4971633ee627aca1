//! The state: one Page, its apps, its people and what they said. Data only: what
//! moves it stands around it, in `events` and below. All times are milliseconds
//! since the epoch.
//!
//! | file | |
//! |---|---|
//! | `state` | the Page and everything in it |
//! | `app` | an app: its token, rights and webhook |
//! | `person`, `message` | a person's thread, and what stands in it |
//! | `bot` | what a bot hears and says |
//! | `webhook` | what waits for an app |
//! | `catalog` | labels, personas, profile and menus |
//! | `plan`, `person_action` | what is going to happen, and when |
//! | `faults` | what is ordered to go wrong |
//! | `switches` | what nobody outside Meta knows |
//! | `platform` | Messenger and Instagram |

mod app;
mod bot;
mod catalog;
mod faults;
mod message;
mod person;
mod person_action;
mod plan;
mod platform;
mod state;
mod switches;
mod webhook;

pub(super) use app::{App, TokenState};
pub(super) use bot::{Bot, Rule};
pub(super) use catalog::{Label, Persona};
pub use faults::{DeliveryFault, Fault};
pub(super) use faults::{SEND, known_error};
pub(super) use message::{Button, Message, Sender, button, card, photo};
pub(super) use person::{Life, Person, ProfileKind};
pub(super) use person_action::{ActionKind, PersonAction};
pub(super) use plan::{Plan, Planned, Storm};
pub(super) use platform::{DAY, HOUR, Platform};
pub(super) use state::{Comment, OtherPage, Page, Saved, World};
pub(super) use switches::Switches;
pub(super) use webhook::{INSTAGRAM_FIELDS, Webhook, WebhookEvent, page_fields, topic};
