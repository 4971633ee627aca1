//! What of the screen is another one since it was drawn. Whoever types changes the
//! composer and nothing else, whoever walks down the list the list; everything else that
//! happens is rarer, and is answered by painting all.

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
    damages: Damage,
    layout: Layout,
    tour: Option<Tour>,
    /// When something else on the screen changes by itself.
    due: Option<Timestamp>,
}

impl SmallStep {
    /// If that is what comes. `due` says when something else changes by itself.
    pub(super) fn of(
        model: &Model,
        msg: &Msg,
        due: impl Fn(&Model) -> Option<Timestamp>,
    ) -> Option<Self> {
        let (Msg::Key(key) | Msg::Burst(key)) = msg else {
            return None;
        };
        let damages = match model.focus {
            Focus::Composer if is_letter(model, *key) => Damage::Composer,
            Focus::List if is_walk(model, *key) => Damage::List,
            _ => return None,
        };
        nothing_lies_over(model).then(|| Self {
            damages,
            layout: layout(model),
            tour: model.tour.clone(),
            due: due(model),
        })
    }

    /// What it has changed on the screen, now that it is done.
    pub(super) fn damage(&self, model: &Model, effects: &[Effect]) -> Damage {
        let stays = |effect: &Effect| !matches!(effect, Effect::Terminal(_));
        let focus = match self.damages {
            Damage::Composer => Focus::Composer,
            _ => Focus::List,
        };
        let alone = model.focus == focus
            && nothing_lies_over(model)
            && self.layout == layout(model)
            && self.tour == model.tour
            && self.due.is_none_or(|due| model.session.now < due)
            && effects.iter().all(stays);
        match alone {
            true => self.damages,
            false => Damage::All,
        }
    }
}

/// A letter for a text that is begun.
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

/// Nothing lies over the desk, nothing is half done, and names are shown as they are.
fn nothing_lies_over(model: &Model) -> bool {
    let asked = model.thread.as_ref().map(|thread| &thread.question);
    model.dialogs.is_empty()
        && model.toasts.is_empty()
        && model.keys.pending.is_empty()
        && model.mouse.selection.is_none()
        && model.session.active
        && !model.session.privacy
        && asked.is_none_or(Option::is_none)
}
