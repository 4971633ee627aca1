//! The mouse: whatever it does, a key does as well. A click never sends, takes or
//! passes anything by itself: it selects, opens, or runs what a hint names.

use super::{
    Effect, Focus, Model, ToastKind,
    action::Action,
    dialog::{self, Dialog},
    hints,
    keymap::{Code, Key},
    keys::run,
    layout,
    lines::Look,
    msg::Mouse,
    selection::{self, Selection},
    walk::{self, open, page_of, scroll_thread, step},
    writing::compose,
};
use crate::{app::TerminalEffect, domain::View};

/// Lines that one turn of the wheel scrolls (our choice).
const WHEEL: isize = 3;

pub(super) fn moused(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    if layout::too_small(model.size) {
        return Vec::new();
    }
    if !model.dialogs.is_empty() {
        return in_dialog(model, mouse);
    }
    model.clicked = None;
    match mouse {
        Mouse::Down(x, y) => clicked(model, x, y),
        Mouse::Drag(x, y) => {
            if let Some(selection) = &mut model.selection {
                selection.to = (x, y);
            }
            Vec::new()
        }
        Mouse::Up(x, y) => lifted(model, x, y),
        Mouse::Wheel(x, y, down) => wheel(model, (x, y), down),
    }
}

fn within(area: Option<ratatui::layout::Rect>, x: u16, y: u16) -> bool {
    area.is_some_and(|area| area.contains((x, y).into()))
}

fn clicked(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let layout = layout::layout(model);
    model.selection = None;
    if within(Some(layout.hints), x, y) {
        return match hints::at(model, x) {
            Some(action) => run(model, action),
            None => Vec::new(),
        };
    }
    if within(layout.list, x, y) {
        model.focus = Focus::List;
        if let Some(list) = layout.list.filter(|list| list.y == y) {
            return match tab_at(model, list.width, x.saturating_sub(list.x + 1)) {
                Some(view) => walk::show(model, view),
                None => Vec::new(),
            };
        }
        let body = layout::list_body(&layout);
        let inside = body.contains((x, y).into());
        let row = (y.saturating_sub(body.y)) / layout::row_height(&layout);
        let place = model.inbox.top + u32::from(row);
        if !inside || model.inbox.row(place).is_none() {
            return Vec::new();
        }
        if model.inbox.cursor == place {
            // A second click, as with Enter.
            return match model.inbox.selected().map(|row| row.id.clone()) {
                Some(id) => open(model, id),
                None => Vec::new(),
            };
        }
        return model.inbox.go(place).into_iter().collect();
    }
    if let Some(area) = layout.composer.filter(|_| within(layout.composer, x, y)) {
        if model.focus != Focus::Composer {
            return run(model, Action::Reply);
        }
        let inner = layout::inside(area);
        return compose(model, |composer| {
            let at = (x.saturating_sub(inner.x), y.saturating_sub(inner.y));
            composer.click(at, (inner.width, inner.height));
            false
        });
    }
    if within(layout.thread, x, y) && model.thread.is_some() {
        if model.focus == Focus::List {
            model.focus = Focus::Thread;
        }
        model.selection = Some(Selection {
            from: (x, y),
            to: (x, y),
        });
    }
    Vec::new()
}

/// What was dragged over goes into the clipboard.
fn lifted(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let Some(selection) = &mut model.selection else {
        return Vec::new();
    };
    selection.to = (x, y);
    if selection.from == selection.to {
        model.selection = None;
        return Vec::new();
    }
    let (width, _) = walk::thread_room(model);
    let words = selection::words(model, &Look::of(model, width));
    if words.trim().is_empty() {
        model.selection = None;
        return Vec::new();
    }
    let count = words.chars().count();
    model.toast(ToastKind::Good, format!("Copied {count} characters."));
    vec![Effect::Terminal(TerminalEffect::Copy(words))]
}

fn wheel(model: &mut Model, (x, y): (u16, u16), down: bool) -> Vec<Effect> {
    let layout = layout::layout(model);
    model.selection = None;
    let by = if down { WHEEL } else { -WHEEL };
    if within(layout.list, x, y) {
        let focus = std::mem::replace(&mut model.focus, Focus::List);
        let effects = step(model, i32::try_from(by).unwrap_or(0));
        model.focus = focus;
        return effects;
    }
    if model.thread.is_some() {
        return scroll_thread(model, by);
    }
    Vec::new()
}

fn in_dialog(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    let key = |model: &mut Model, code| dialog::key(model, Key::plain(code));
    let layout = layout::layout(model);
    let place = model
        .dialogs
        .last()
        .and_then(|top| dialog::place::of(model, top, &layout));
    match (mouse, place) {
        (Mouse::Wheel(_, _, down), _) => key(model, if down { Code::Down } else { Code::Up }),
        (Mouse::Down(x, y), Some(place)) => match place.row_at(x, y) {
            Some(row) => {
                let Some(top) = model.dialogs.last_mut() else {
                    return Vec::new();
                };
                if let Some(cursor) = top.cursor() {
                    *cursor = row;
                }
                match top {
                    // Enter would be for all rows.
                    Dialog::SignOff(_) => return Vec::new(),
                    Dialog::Snooze(snooze) => snooze.typing = false,
                    _ => {}
                }
                let depth = model.dialogs.len();
                let again = model.clicked.replace((depth, row)) == Some((depth, row));
                match model.dialogs.last().is_some_and(Dialog::is_grave) && !again {
                    true => Vec::new(),
                    false => key(model, Code::Enter),
                }
            }
            None if place.frame.contains((x, y).into()) => Vec::new(),
            // Beside it: away with it.
            None => key(model, Code::Esc),
        },
        (Mouse::Down(..), None) => match page_of(model) {
            true => key(model, Code::Esc),
            false => Vec::new(),
        },
        (Mouse::Drag(..) | Mouse::Up(..), _) => Vec::new(),
    }
}

/// The view whose tab stands at a column inside of the list's frame.
fn tab_at(model: &Model, width: u16, column: u16) -> Option<View> {
    let mut end = 0;
    let tabs = layout::tabs(model, width);
    let tab = tabs.into_iter().find(|(_, words)| {
        end += crate::text::width(words);
        usize::from(column) < end
    });
    tab.map(|(view, _)| view)
}
