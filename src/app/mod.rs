//! The state machine of the desk: [`Model`], [`Msg`], [`Effect`], [`update`].
//!
//! ```text
//!   Msg ─► update ─┬─► Model ─► (ui draws it)
//!                  └─► Effects ─► (runtime does them) ─► Msg
//! ```
//!
//! It decides and never waits: time arrives with each message, ids come from a
//! seeded source in the model, answers carry their question and stale ones are
//! dropped. Same seed and same messages, same model. It must not know tokio,
//! HTTP, SQL or the clock, and it paints nothing; its two guests from the
//! terminal library are the text area (`composer`) and `Rect` (`layout`).
//!
//! | file | |
//! |---|---|
//! | `mod` | who gets a message |
//! | `message`, `effect` | every way in, every way out |
//! | `model/` | what the desk knows |
//! | `input/` | from keys, lines and the mouse to an action |
//! | `action/` | every action: the table, why not now, what it does |
//! | `incoming/` | what the engine tells, what the cache answers |
//! | `inbox`, `thread/`, `composer/`, `dialog/` | what is on the screen |
//! | `areas`, `layout`, `damage` | where it is, and what of it has to be repainted |
//! | `due` | what comes by itself, and when |
//! | `alerts`, `toast` | what calls an agent |
//! | `pictures` | which are wanted, which are there |
//! | `privacy`, `mask` | hiding names and words |
//! | `tour` | what there is to try in the demo |
//! | `report` | what was done, in words and charts |
//! | `top_bar` | the top line, as it is drawn and clicked |
//! | `canned`, `simulator_commands`, `fuzzy` | texts, orders and names by their letters |

pub mod action;
mod alerts;
pub mod areas;
pub mod canned;
pub mod composer;
mod damage;
pub mod dialog;
mod due;
mod effect;
pub mod fuzzy;
mod inbox;
mod incoming;
pub mod input;
pub mod layout;
mod mask;
mod message;
mod model;
pub mod pictures;
pub mod privacy;
pub mod report;
pub mod simulator_commands;
pub mod thread;
mod toast;
pub mod top_bar;
pub mod tour;

pub use action::availability::why_not;
pub use areas::Damage;
pub use damage::shows_calls;
pub use due::{is_due, shows_continuations, wake_at};
pub use effect::{Effect, Query, TerminalEffect};
pub use inbox::{Inbox, WINDOW as INBOX_WINDOW};
pub use input::keymap;
pub use message::{EditedText, Loaded, Mouse, Msg};
pub use model::{
    Focus, KeyInput, Model, MouseInput, PageProfileState, PageProfiles, Session, history,
    settings::{self, Settings},
};
pub use thread::{Anchor, Thread, Viewport, WINDOW as THREAD_WINDOW};
pub use toast::{Toast, ToastKind};

use self::{
    action::{
        leave::leave,
        navigate::list_rows,
        page,
        reply::{edited, stop_typing},
    },
    damage::SmallStep,
    due::by_itself,
    incoming::{answered, changed, reload_thread},
    input::{
        dispatch::{burst_of_keys, key_pressed, pasted},
        mouse::moused,
        plain,
    },
};
use crate::domain::{Command, ConversationId, Timestamp};

/// Whether everything that was written to this person is on the disk, or on its way
/// to them.
pub fn is_saved(model: &Model, id: &ConversationId) -> bool {
    let thread = model.thread.as_ref();
    match thread.filter(|thread| thread.conversation.id == *id) {
        Some(thread) => thread.composer.unsaved_since.is_none() && thread.composer.pending == 0,
        None => !model.unsaved.contains_key(id),
    }
}

/// Whether words are being looked for: in a dialog, in the list, or in the thread.
pub fn searches(model: &Model) -> bool {
    let inbox = &model.inbox;
    let in_list = !inbox.filter.is_empty() || !inbox.narrow.is_nothing();
    let in_thread = model
        .thread
        .as_ref()
        .is_some_and(|thread| !thread.find.is_empty());
    !model.dialogs.is_empty() || in_list || in_thread
}

/// Takes one message in; what has to be done outside comes back.
pub fn update(model: &mut Model, at: Timestamp, msg: Msg) -> Vec<Effect> {
    let step = SmallStep::of(model, &msg);
    model.session.now = at;
    let mut effects = taken(model, msg);
    effects.extend(by_itself(model));
    let rows = list_rows(model);
    model.inbox.scroll_to_cursor(rows);
    let damage = step.map(|step| step.damage(model, &effects));
    model.damage = model.damage.and(damage.unwrap_or(Damage::All));
    effects
}

/// What the message itself brings; `model.session.now` is set.
fn taken(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => {
            let mut effects = awake(model);
            model.mouse = MouseInput::default();
            toast::read(&mut model.toasts, model.session.now);
            touched(model);
            effects.extend(key_pressed(model, key));
            effects
        }
        Msg::Burst(key) => {
            let mut effects = awake(model);
            model.mouse = MouseInput::default();
            touched(model);
            effects.extend(burst_of_keys(model, key));
            effects
        }
        Msg::Paste(text) => {
            let mut effects = awake(model);
            touched(model);
            effects.extend(pasted(model, &text));
            effects
        }
        Msg::Line(line) => {
            let mut effects = awake(model);
            effects.extend(plain::line(model, &line));
            effects
        }
        Msg::Mouse(mouse) => {
            let mut effects = awake(model);
            effects.extend(moused(model, mouse));
            effects
        }
        Msg::Resize(width, height) => {
            model.mouse.selection = None;
            model.session.size = (width, height);
            Vec::new()
        }
        Msg::Focus(attended) => {
            model.session.attended = attended;
            if attended {
                Vec::new()
            } else {
                stop_typing(model)
            }
        }
        Msg::Changed(changes) => changes
            .into_iter()
            .flat_map(|change| changed(model, change))
            .collect(),
        Msg::Missed => {
            pictures::missed(model);
            let mut effects: Vec<Effect> = model.inbox.reload().into_iter().collect();
            effects.push(Effect::Query(Query::Page));
            effects.extend(reload_thread(model));
            effects
        }
        Msg::Loaded(loaded) => answered(model, loaded),
        Msg::Failed(why) => {
            // Whatever was asked is not going to be answered.
            model.inbox.forget_question();
            if let Some(thread) = &mut model.thread {
                thread.window.asked_in_vain();
            }
            model.toast(ToastKind::Bad, why);
            Vec::new()
        }
        Msg::Configured(settings) => configured(model, *settings),
        Msg::Edited(id, psid, text) => edited(model, id, psid, text),
        Msg::ProfileEdited(platform, profile) => page::edited(model, platform, profile),
        Msg::PicturesLost => pictures::lost(model),
        Msg::Wake => Vec::new(),
        Msg::Terminate => leave(model),
    }
}

/// The configuration was read again. What the desk found out since its start,
/// and what it may do, stays.
fn configured(model: &mut Model, settings: Settings) -> Vec<Effect> {
    let old = &model.session.settings;
    let settings = Settings {
        read_only: old.read_only,
        seed: old.seed,
        apps: old.apps.clone(),
        simulator: old.simulator,
        tour: old.tour,
        // What the terminal was given stays as it is until the next start.
        pictures: old.pictures,
        ..settings
    };
    model.keys.pending.clear();
    let mut shown = None;
    if model.session.settings != settings {
        if model.session.settings.views != settings.views && model.inbox.saved.is_some() {
            // It may be another one now, or none.
            shown = model.inbox.show(model.inbox.view, String::new());
        }
        model.session.settings = settings;
    }
    model.toast(ToastKind::Good, "Configuration reloaded.");
    shown.into_iter().collect()
}

/// Somebody types in the composer, or is about to.
fn touched(model: &mut Model) {
    let now = model.session.now;
    if let Some(thread) = &mut model.thread {
        thread.composer.touched = now;
    }
}

fn awake(model: &mut Model) -> Vec<Effect> {
    model.session.last_input = model.session.now;
    if model.session.active {
        return Vec::new();
    }
    model.session.active = true;
    vec![Effect::Engine(Command::Pace { active: true })]
}
