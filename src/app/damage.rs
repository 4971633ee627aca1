//! What a message changes on the screen. A typed letter changes only the composer, a step
//! in the list only the list, on a screen of any size; everything else is rarer and
//! repaints the whole screen.

use super::{
    Effect, Focus, Model, Msg,
    action::table::{Action, Context},
    areas::{Damage, Layout},
    composer::Mode,
    input::keymap::{Key, Meaning},
    layout::layout,
    tour::Tour,
};
use crate::domain::Timestamp;

/// A key that changes one pane, and the desk before it.
#[derive(Debug)]
pub(super) struct SmallStep {
    damage: Damage,
    focus: Focus,
    layout: Layout,
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
        let damage = match model.focus {
            Focus::Composer if is_letter(model, *key) => Damage::Composer,
            Focus::List if is_walk(model, *key) => Damage::List,
            _ => return None,
        };
        is_uncovered(model).then(|| Self {
            damage,
            focus: model.focus,
            layout: layout(model),
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
            true => self.damage,
            false => Damage::All,
        }
    }
}

/// A letter for a text that has begun.
fn is_letter(model: &Model, key: Key) -> bool {
    let composer = model.thread.as_ref().map(|thread| &thread.composer);
    key.text().is_some()
        && composer.is_some_and(|composer| composer.has_text() && composer.mode == Mode::Insert)
}

/// A step up or down the list.
fn is_walk(model: &Model, key: Key) -> bool {
    let keymap = &model.session.settings.keymap;
    let meaning = keymap.meaning(Context::Desk, &[key]);
    matches!(meaning, Meaning::Action(Action::Down | Action::Up))
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
