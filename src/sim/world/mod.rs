//! The state: one Page, its apps, its people and what they said. Data only: what
//! moves it stands around it, in `events` and below. All times are milliseconds
//! since the epoch.
//!
//! | file | |
//! |---|---|
//! | `state`, `page` | the Page and everything in it |
//! | `app` | an app: its token, rights and webhook |
//! | `person`, `message` | a person's thread, and what stands in it |
//! | `bot` | what a bot hears and says |
//! | `webhook`, `webhook_event`, `delivery` | what waits for an app, and what is on its way to it |
//! | `catalog` | labels, personas, profile and menus |
//! | `plan`, `person_action` | what is going to happen, and when |
//! | `faults` | what is ordered to go wrong |
//! | `switches` | what nobody outside Meta knows |
//! | `platform` | Messenger and Instagram |

mod app;
mod bot;
mod catalog;
mod delivery;
mod faults;
mod message;
mod page;
mod person;
mod person_action;
mod plan;
mod platform;
mod state;
mod switches;
mod webhook;
mod webhook_event;

pub(super) use app::{App, META_APPS, TokenState};
pub(super) use bot::{Bot, Rule};
pub(super) use catalog::{ApprovedTemplate, Label, Persona};
pub(super) use delivery::Delivery;
pub use faults::{DeliveryFault, Fault};
pub(super) use faults::{SEND, known_error};
pub(super) use message::{
    Button, Message, STORY, STORY_ID, Sender, StoryPart, button, card, file, photo, video,
};
pub(super) use page::Page;
pub(super) use person::{Life, Person, ProfileKind};
#[cfg(test)]
pub(super) use person_action::ACTIONS;
pub(super) use person_action::{ActionKind, Needs, PersonAction};
pub(super) use plan::{Plan, Planned, Storm};
pub(super) use platform::{DAY, HOUR, Platform};
pub(super) use state::{Comment, OtherPage, Saved, World};
pub(super) use switches::Switches;
pub(super) use webhook::{INSTAGRAM_FIELDS, Webhook, messaging_fields, page_fields};
pub(super) use webhook_event::{WebhookEvent, body};
