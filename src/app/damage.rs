//! What a message changes on the screen. A typed letter changes only the composer, a step
//! in the list two of its rows, a page only the thread, on a screen of any size, and a
//! call for a log that is not shown nothing; everything else is rarer and repaints the
//! whole screen.

use super::{
    Effect, Focus, Model, Msg,
    action::table::{Action, Context},
    areas::{Damage, Layout, has_api_log},
    composer::Mode,
    dialog::Dialog,
    input::keymap::{Key, Meaning},
    layout::{layout, panes},
    tour::Tour,
};
use crate::domain::{Change, Timestamp};

/// A key that changes one pane, and the desk before it.
#[derive(Debug)]
pub(super) struct SmallStep {
    focus: Focus,
    layout: Layout,
    /// Places of the cursor and of the first row on the screen.
    list: (u32, u32),
    tour: Option<Tour>,
    /// When something else on the screen changes because time passes.
    due: Option<Timestamp>,
}

impl SmallStep {
    /// Such a key, if `msg` is one. `due` says when something else changes because time
    /// passes.
    pub(super) fn of(
        model: &Model,
        msg: &Msg,
        due: impl Fn(&Model) -> Option<Timestamp>,
    ) -> Option<Self> {
        let (Msg::Key(key) | Msg::Burst(key)) = msg else {
            return None;
        };
        let is_small = match model.focus {
            Focus::Composer => is_letter(model, *key),
            Focus::List | Focus::Thread => is_walk(model, *key),
        };
        (is_small && is_uncovered(model)).then(|| Self {
            focus: model.focus,
            layout: layout(model),
            list: (model.inbox.cursor, model.inbox.top),
            tour: model.tour.clone(),
            due: due(model),
        })
    }

    /// What it has changed, once it is done.
    pub(super) fn damage(&self, model: &Model, effects: &[Effect]) -> Damage {
        let stays = |effect: &Effect| !matches!(effect, Effect::Terminal(_));
        let alone = model.focus == self.focus
            && is_uncovered(model)
            && self.layout == layout(model)
            && self.tour == model.tour
            && self.due.is_none_or(|due| model.session.now < due)
            && effects.iter().all(stays);
        match alone {
            true => self.pane(model),
            false => Damage::All,
        }
    }

    fn pane(&self, model: &Model) -> Damage {
        let (from, top) = self.list;
        match self.focus {
            Focus::Composer => Damage::Letter,
            Focus::Thread => Damage::Thread,
            Focus::List if model.inbox.top == top && model.inbox.total > 0 => Damage::Cursor {
                from,
                to: model.inbox.cursor,
            },
            Focus::List => Damage::List,
        }
    }
}

/// Whether calls to the Graph API are shown somewhere.
pub fn shows_calls(model: &Model) -> bool {
    let columns = model.session.size.0;
    let in_pane = panes(model)
        .customer
        .is_some_and(|customer| has_api_log(customer, columns));
    let in_dialog = |dialog: &Dialog| matches!(dialog, Dialog::ApiLog(_));
    in_pane || model.dialogs.iter().any(in_dialog)
}

/// Calls that nobody sees.
pub(super) fn are_unseen_calls(model: &Model, msg: &Msg) -> bool {
    let is_call = |change: &Change| matches!(change, Change::ApiCall(_));
    match msg {
        Msg::Changed(changes) => changes.iter().all(is_call) && !shows_calls(model),
        _ => false,
    }
}

/// A letter for a text that has begun.
fn is_letter(model: &Model, key: Key) -> bool {
    let composer = model.thread.as_ref().map(|thread| &thread.composer);
    key.text().is_some()
        && composer.is_some_and(|composer| composer.has_text() && composer.mode == Mode::Insert)
}

/// A step up or down the list or the thread, or a page of them.
fn is_walk(model: &Model, key: Key) -> bool {
    let keymap = &model.session.settings.keymap;
    let walks = [
        Action::Down,
        Action::Up,
        Action::PageDown,
        Action::PageUp,
        Action::HalfDown,
        Action::HalfUp,
    ];
    match keymap.meaning(Context::Desk, &[key]) {
        Meaning::Action(action) => walks.contains(&action),
        _ => false,
    }
}

/// Nothing covers the desk, no key sequence is half typed, and names are not hidden.
fn is_uncovered(model: &Model) -> bool {
    let asked = model.thread.as_ref().map(|thread| &thread.question);
    model.dialogs.is_empty()
        && model.toasts.is_empty()
        && model.keys.pending.is_empty()
        && model.mouse.selection.is_none()
        && model.session.active
        && !model.session.privacy
        && asked.is_none_or(Option::is_none)
}
