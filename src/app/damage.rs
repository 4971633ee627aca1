//! What a message changes on the screen. What comes often changes little, on a screen of any
//! size: a typed letter and a saved draft only the composer, a step in the list two of its
//! rows, a page only the thread, news the list and its counts, a letter for a search only
//! its dialog, what is not shown nothing.
//! Everything else is rarer and repaints the whole screen.

use std::collections::VecDeque;

use ratatui::layout::Rect;

use super::{
    Effect, Focus, Loaded, Model, Msg, TerminalEffect, Toast,
    action::table::{Action, Context},
    areas::{Damage, Layout, composer_text, has_api_log, too_small},
    composer::{Composer, Mode},
    dialog::Dialog,
    due,
    input::keymap::{Code, Key, Meaning},
    layout::{layout, panes},
    tour::Tour,
};
use crate::domain::{Change, Timestamp};

/// What a message changes by its kind, if nothing else comes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Region {
    /// Nothing that is shown.
    Nothing,
    /// The text of the composer and its foot.
    Composer,
    /// The list and what is told of the selected row, by a step from this pane.
    List,
    /// The thread.
    Thread,
    /// The rows of the list and the counts of the views.
    News,
    /// The topmost dialog, which stays where it is.
    Dialog,
}

/// A message that changes one pane, and the desk before it.
#[derive(Debug)]
pub(super) struct SmallStep {
    region: Region,
    /// A letter that may come behind a line of the composer.
    letter: Option<NextLetter>,
    focus: Focus,
    layout: Layout,
    /// Places of the cursor and of the first row on the screen.
    list: (u32, u32),
    tour: Option<Tour>,
    toasts: Option<VecDeque<Toast>>,
    dialogs: Dialogs,
    /// What the screen shows as now.
    now: Timestamp,
    /// When something else on the screen changes because time passes.
    due: Option<Timestamp>,
}

/// A letter, and the row and the column of the text where it would stand.
#[derive(Clone, Copy, Debug)]
struct NextLetter {
    letter: char,
    row: usize,
    column: usize,
}

/// What lies over the desk: how many dialogs, where the topmost one stands if it has
/// rows, and which theme it tries on.
#[derive(Debug, PartialEq, Eq)]
struct Dialogs {
    count: usize,
    frame: Option<Rect>,
    theme: Option<&'static str>,
}

impl Dialogs {
    fn of(model: &Model, layout: &Layout) -> Self {
        let top = model.dialogs.last();
        let place = top.and_then(|dialog| dialog.modal().geometry(&model.session, layout));
        Self {
            count: model.dialogs.len(),
            frame: place.map(|place| place.frame),
            theme: model.theme(),
        }
    }
}

impl SmallStep {
    /// Such a message, if `msg` is one.
    pub(super) fn of(model: &Model, msg: &Msg) -> Option<Self> {
        if too_small(model.session.size) {
            return None;
        }
        let region = region(model, msg).filter(|region| is_uncovered(model, *region))?;
        let layout = layout(model);
        Some(Self {
            region,
            letter: letter(model, msg, &layout),
            focus: model.focus,
            dialogs: Dialogs::of(model, &layout),
            layout,
            list: (model.inbox.cursor, model.inbox.top),
            tour: model.tour.clone(),
            toasts: toasts(model),
            now: model.session.now,
            due: match region {
                Region::Composer => due::outside_composer(model),
                _ => due::wake_at(model),
            },
        })
    }

    /// What it has changed, once it is done.
    pub(super) fn damage(&self, model: &Model, effects: &[Effect]) -> Damage {
        let alone = model.focus == self.focus
            && is_uncovered(model, self.region)
            && self.layout == layout(model)
            && self.tour == model.tour
            && self.toasts == toasts(model)
            && self.dialogs == Dialogs::of(model, &self.layout)
            && self.now <= model.session.now
            && self.due.is_none_or(|due| model.session.now < due)
            && effects.iter().all(|effect| self.leaves_rest(effect));
        match alone {
            true => self.pane(model),
            false => Damage::All,
        }
    }

    fn pane(&self, model: &Model) -> Damage {
        let (from, top) = self.list;
        match self.region {
            Region::Nothing => Damage::Nothing,
            Region::Composer => self.typed(model).map_or(Damage::Text, Damage::Letter),
            Region::Thread => Damage::Thread,
            Region::List if model.inbox.top == top && model.inbox.total > 0 => Damage::Cursor {
                from,
                to: model.inbox.cursor,
            },
            Region::List => Damage::List,
            Region::News => Damage::News,
            Region::Dialog => Damage::Dialog,
        }
    }

    /// The letter, if it stands there now: a text that is full takes none.
    fn typed(&self, model: &Model) -> Option<char> {
        let next = self.letter?;
        let (_, row, column) = model.thread.as_ref()?.composer.line();
        (row == next.row && column == next.column + 1).then_some(next.letter)
    }

    /// Whether an effect has nothing to do with what else is on the screen: a dialog only
    /// asks, and the terminal may be asked for something between two frames.
    fn leaves_rest(&self, effect: &Effect) -> bool {
        match effect {
            Effect::Query(_) => true,
            _ if self.region == Region::Dialog => false,
            Effect::Terminal(effect) => matches!(
                effect,
                TerminalEffect::Bell | TerminalEffect::Notify(_) | TerminalEffect::Title(_)
            ),
            Effect::Engine(_) | Effect::Prefetch(_) => true,
        }
    }
}

/// Short news, if there is any; there rarely is.
fn toasts(model: &Model) -> Option<VecDeque<Toast>> {
    (!model.toasts.is_empty()).then(|| model.toasts.clone())
}

fn region(model: &Model, msg: &Msg) -> Option<Region> {
    match msg {
        Msg::Key(_)
        | Msg::Burst(_)
        | Msg::Paste(_)
        | Msg::Loaded(Loaded::Found(..) | Loaded::Hits(..) | Loaded::Canned(_))
            if !model.dialogs.is_empty() =>
        {
            Some(Region::Dialog)
        }
        Msg::Key(key) | Msg::Burst(key) => match model.focus {
            Focus::Composer => is_edit(model, *key).then_some(Region::Composer),
            Focus::List => is_walk(model, *key).then_some(Region::List),
            Focus::Thread => is_walk(model, *key).then_some(Region::Thread),
        },
        // Besides, only what is due elsewhere.
        Msg::Wake => Some(Region::Composer),
        Msg::Loaded(Loaded::Inbox(..)) => Some(Region::News),
        Msg::Changed(changes) => region_of_all(model, changes),
        _ => None,
    }
}

fn region_of_all(model: &Model, changes: &[Change]) -> Option<Region> {
    let mut all = Region::Nothing;
    for change in changes {
        match change {
            // The cache is asked what is new.
            Change::Inbox | Change::Thread(_) | Change::Page | Change::Escalated { .. } => {}
            Change::DraftSaved(_) => all = Region::Composer,
            Change::ApiCall(_) if !shows_calls(model) => {}
            _ => return None,
        }
    }
    Some(all)
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

/// The letter that a key puts behind a line of the composer, if that is all it does on the
/// screen.
fn letter(model: &Model, msg: &Msg, layout: &Layout) -> Option<NextLetter> {
    let (Msg::Key(key) | Msg::Burst(key)) = msg else {
        return None;
    };
    let thread = model
        .thread
        .as_ref()
        .filter(|_| model.focus == Focus::Composer)?;
    let text = composer_text(layout.composer?, thread.composer.head());
    // A colon may end the name of an emoji.
    let letter = key.text().filter(|c| matches!(c, ' '..='~') && *c != ':')?;
    let (_, row, column) = thread.composer.line();
    let next = NextLetter {
        letter,
        row,
        column,
    };
    thread.composer.goes_on(text.width).then_some(next)
}

/// A letter for a text that has begun, or one that goes, or a step of the cursor in it.
fn is_edit(model: &Model, key: Key) -> bool {
    let composer = model.thread.as_ref().map(|thread| &thread.composer);
    let is_begun = |composer: &Composer| composer.has_text() && composer.mode == Mode::Insert;
    if !composer.is_some_and(is_begun) {
        return false;
    }
    let steps = [
        Code::Backspace,
        Code::Delete,
        Code::Left,
        Code::Right,
        Code::Home,
        Code::End,
    ];
    let keymap = &model.session.settings.keymap;
    let is_free = || keymap.meaning(Context::Composer, &[key]) == Meaning::Nothing;
    key.text().is_some() || (steps.contains(&key.code) && is_free())
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

/// Nothing lies over what this could change, no key sequence is half typed there, and names
/// are not hidden.
fn is_uncovered(model: &Model, region: Region) -> bool {
    let is_bare = match region {
        Region::Nothing => return true,
        Region::Dialog => true,
        _ => model.dialogs.is_empty() && model.keys.pending.is_empty(),
    };
    let thread = model.thread.as_ref();
    let asked = thread.is_some_and(|thread| thread.question.is_some());
    // A text that is empty has other keys, and one that comes back more around it.
    let composer = thread
        .map(|thread| &thread.composer)
        .filter(|_| region == Region::Composer);
    let begun =
        composer.is_none_or(|composer| composer.has_text() && composer.returning.is_empty());
    is_bare
        && model.mouse.selection.is_none()
        && model.session.active
        && !model.session.privacy
        && !asked
        && begun
}
