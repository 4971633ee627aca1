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
//! | file | decides |
//! |---|---|
//! | `mod` | what time brings, and who gets a message |
//! | `keys` | what a key means, and why an action cannot be done |
//! | `walk` | list, panes, open thread: the customer learns nothing |
//! | `acts` | reply, seen, control: what is done to a thread |
//! | `alerts` | bell, notification, title |
//! | `triage` | an agent's own decisions: put off, labels, notes, undo |
//! | `writing` | the text, its type, sending it |
//! | `plain` | the desk in lines |
//! | `copy` | copying, opening, saving |
//! | `mouse`, `selection` | clicks, the wheel, what is dragged over |
//! | `news` | what came from outside |

pub mod action;
mod acts;
pub mod alerts;
pub mod canned;
pub mod composer;
pub mod copy;
pub mod curtain;
pub mod dialog;
mod effect;
pub mod fuzzy;
pub mod hints;
pub mod holds;
mod inbox;
pub mod keymap;
mod keys;
pub mod layout;
pub mod lines;
mod model;
mod mouse;
mod msg;
mod news;
pub mod orders;
pub mod plain;
pub mod selection;
mod thread;
mod toast;
pub mod triage;
mod walk;
mod writing;

use keys::{key_pressed, pasted};
use mouse::moused;
use news::{changed, reload_thread, take_in};
use walk::{leave, list_rows, save_left};
use writing::{edited, save_draft, stop_typing};

pub use effect::{Effect, Query, TerminalEffect};
pub use inbox::{Inbox, WINDOW as INBOX_WINDOW};
pub use keys::why_not;
pub use model::{Focus, Model, Settings};
pub use msg::{Loaded, Mouse, Msg};
pub use thread::{Anchor, Thread, Viewport, WINDOW as THREAD_WINDOW};
pub use toast::{Toast, ToastKind};
pub use walk::thread_room;

use crate::domain::{Command, Operation, SendState, Span, Timestamp};

/// Unsent text goes to the disk this long after the first key that changed it.
const SAVE_AFTER: Span = Span::millis(150);

/// "Typing" is shown anew before Meta's 20 seconds are over.
const TYPING_REFRESH: Span = Span::seconds(15);

/// Without a key for this long, the agent pauses (our choice).
const TYPING_PAUSE: Span = Span::seconds(10);

/// Without a key for this long, nobody works at the desk (our choice).
const IDLE_AFTER: Span = Span::minutes(3);

/// A half-typed sequence shows what may follow after this long.
const PREFIX_HELP: Span = Span::millis(400);

/// Takes one message in; what has to be done outside comes back.
pub fn update(model: &mut Model, at: Timestamp, msg: Msg) -> Vec<Effect> {
    model.now = at;
    let mut effects = match msg {
        Msg::Key(key) => {
            let mut effects = awake(model);
            (model.selection, model.clicked) = (None, None);
            toast::read(&mut model.toasts, model.now);
            effects.extend(key_pressed(model, key));
            effects
        }
        Msg::Paste(text) => {
            let mut effects = awake(model);
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
            model.selection = None;
            model.size = (width, height);
            Vec::new()
        }
        Msg::Focus(attended) => {
            model.attended = attended;
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
            let mut effects: Vec<Effect> = model.inbox.reload().into_iter().collect();
            effects.push(Effect::Query(Query::Page));
            effects.extend(reload_thread(model));
            effects
        }
        Msg::Loaded(loaded) => take_in(model, loaded),
        Msg::Failed(why) => {
            // Whatever was asked is not going to be answered.
            model.inbox.forget_question();
            if let Some(thread) = &mut model.thread {
                thread.loading = false;
            }
            model.toast(ToastKind::Bad, why);
            Vec::new()
        }
        Msg::Configured(settings) => {
            configured(model, *settings);
            Vec::new()
        }
        Msg::Edited(id, text) => edited(model, &id, text),
        Msg::Wake => Vec::new(),
        Msg::Terminate => leave(model),
    };
    effects.extend(by_itself(model));
    let rows = list_rows(model);
    model.inbox.scroll_to_cursor(rows);
    effects
}

/// The configuration has been read anew. What the desk found out since its start,
/// and what it may do, stays.
fn configured(model: &mut Model, settings: Settings) {
    let old = &model.settings;
    let settings = Settings {
        read_only: old.read_only,
        seed: old.seed,
        apps: old.apps.clone(),
        simulator: old.simulator,
        ..settings
    };
    model.pending.clear();
    if model.settings != settings {
        model.settings = settings;
    }
    model.toast(ToastKind::Good, "The configuration has been read anew.");
}

/// When the screen must change by itself, or something is due.
pub fn wake_at(model: &Model) -> Option<Timestamp> {
    let mut due = vec![Timestamp::from_millis(
        (model.now.as_millis() / 60_000 + 1) * 60_000,
    )];
    if !model.settings.reduced_motion {
        due.extend(model.toasts.iter().map(|toast| toast.until));
    }
    if !model.pending.is_empty() && model.now < model.pending_since.plus(PREFIX_HELP) {
        due.push(model.pending_since.plus(PREFIX_HELP));
    }
    due.extend(model.leaving.values().filter_map(|left| left.again_at));
    due.extend(alerts::due(model));
    if model.active {
        due.push(model.last_input.plus(IDLE_AFTER));
    }
    if let Some(thread) = &model.thread {
        // A doubtful reply says more after a minute.
        let doubts = thread.outgoing().filter(|o| o.state == SendState::Unsure);
        due.extend(
            doubts
                .map(|o| o.at.plus(lines::CHECKING))
                .filter(|at| *at > model.now),
        );
        // A reply that could be taken back says so no longer.
        let waits = thread.outgoing().filter_map(|o| o.not_before);
        due.extend(waits.filter(|at| *at > model.now));
        let unsaved = thread.composer.unsaved_since.filter(|_| thread.loaded);
        due.extend(unsaved.map(|since| since.plus(SAVE_AFTER)));
        if let Some(shown) = thread.composer.typing {
            due.push(shown.plus(TYPING_REFRESH));
            due.push(thread.composer.last_key.plus(TYPING_PAUSE));
        }
    }
    due.into_iter().min()
}

/// Whether the half-typed sequence should show what may follow.
pub fn shows_continuations(model: &Model) -> bool {
    !model.pending.is_empty() && model.now >= model.pending_since.plus(PREFIX_HELP)
}

/// What the passing of time brings: toasts go, drafts are saved, "typing" is
/// refreshed or stopped.
fn by_itself(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let mut effects = Vec::new();
    if !model.settings.reduced_motion {
        model.toasts.retain(|toast| toast.until > now);
    }
    if model.active && now >= model.last_input.plus(IDLE_AFTER) {
        model.active = false;
        effects.push(Effect::Engine(Command::Pace { active: false }));
    }
    effects.extend(save_left(model));
    effects.extend(alerts::again(model));
    effects.extend(alerts::title(model));
    let Some(thread) = &mut model.thread else {
        return effects;
    };
    // Not before the draft on the disk is known: it would be overwritten.
    let due = thread.composer.unsaved_since.filter(|_| thread.loaded);
    if due.is_some_and(|since| now >= since.plus(SAVE_AFTER)) {
        effects.push(save_draft(thread));
    }
    if let Some(shown) = thread.composer.typing {
        if now >= thread.composer.last_key.plus(TYPING_PAUSE) {
            thread.composer.typing = None;
            effects.push(Effect::operate(
                &thread.conversation,
                Operation::Typing(false),
            ));
        } else if now >= shown.plus(TYPING_REFRESH) {
            thread.composer.typing = Some(now);
            effects.push(Effect::operate(
                &thread.conversation,
                Operation::Typing(true),
            ));
        }
    }
    effects
}

fn awake(model: &mut Model) -> Vec<Effect> {
    model.last_input = model.now;
    if model.active {
        return Vec::new();
    }
    model.active = true;
    vec![Effect::Engine(Command::Pace { active: true })]
}
