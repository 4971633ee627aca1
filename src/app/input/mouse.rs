//! The mouse: whatever it does, a key does as well. A click never sends, takes or
//! passes anything by itself: it selects, opens, or runs what a hint names.

use ratatui::layout::{Position, Rect};

use crate::app::{
    Effect, Focus, Model, Mouse, TerminalEffect, ToastKind,
    action::{
        navigate::{move_in_list, open, scroll_thread, show_place},
        reply::compose,
        run::run,
        select::select_at,
        table::Action,
    },
    areas::{composer_text, list_body, row_height, too_small},
    dialog::{Click, Dialog},
    input::{
        dispatch::to_dialog,
        hints,
        keymap::{Code, Key},
    },
    layout::layout,
    thread::{Selection, selected_words},
    top_bar::TopBar,
};

/// Lines that one turn of the wheel scrolls (our choice).
const WHEEL: isize = 3;

pub(crate) fn moused(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    if too_small(model.session.size) {
        return Vec::new();
    }
    if !model.dialogs.is_empty() {
        return in_dialog(model, mouse);
    }
    model.mouse.clicked = None;
    match mouse {
        Mouse::Down(x, y) => clicked(model, x, y),
        Mouse::Drag(x, y) => {
            if let Some(selection) = &mut model.mouse.selection {
                selection.to = (x, y);
            }
            Vec::new()
        }
        Mouse::Up(x, y) => lifted(model, x, y),
        Mouse::Wheel(x, y, down) => wheel(model, x, y, down),
    }
}

fn within(area: Option<Rect>, x: u16, y: u16) -> bool {
    area.is_some_and(|area| area.contains((x, y).into()))
}

fn clicked(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let layout = layout(model);
    model.mouse.selection = None;
    if within(Some(layout.hints), x, y) {
        return match hints::at(model, x) {
            Some(action) => run(model, action),
            None => Vec::new(),
        };
    }
    if within(Some(layout.status), x, y) {
        return match TopBar::of(model).view_at(x) {
            Some(number) => show_place(model, number),
            None => Vec::new(),
        };
    }
    if within(layout.list, x, y) {
        model.focus = Focus::List;
        let body = list_body(&layout);
        let inside = body.contains((x, y).into());
        let row = (y.saturating_sub(body.y)) / row_height(&layout);
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
        let thread = model.thread.as_ref();
        let head = thread.map_or(0, |thread| thread.composer.head());
        let inner = composer_text(area, head);
        return compose(model, |composer| {
            let at = Position {
                x: x.saturating_sub(inner.x),
                y: y.saturating_sub(inner.y),
            };
            composer.click(at, inner.as_size());
            false
        });
    }
    if within(layout.thread, x, y) && model.thread.is_some() {
        if model.focus == Focus::List {
            model.focus = Focus::Thread;
        }
        model.mouse.selection = Some(Selection {
            from: (x, y),
            to: (x, y),
        });
    }
    Vec::new()
}

/// What was dragged over goes into the clipboard.
fn lifted(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let Some(selection) = &mut model.mouse.selection else {
        return Vec::new();
    };
    selection.to = (x, y);
    if selection.from == selection.to {
        model.mouse.selection = None;
        select_at(model, y);
        return Vec::new();
    }
    let words = selected_words(model);
    if words.trim().is_empty() {
        model.mouse.selection = None;
        return Vec::new();
    }
    let count = words.chars().count();
    model.toast(ToastKind::Good, format!("Copied {count} characters."));
    vec![Effect::Terminal(TerminalEffect::Copy(words))]
}

fn wheel(model: &mut Model, x: u16, y: u16, down: bool) -> Vec<Effect> {
    let layout = layout(model);
    model.mouse.selection = None;
    let by = if down { WHEEL } else { -WHEEL };
    if within(layout.list, x, y) {
        return move_in_list(model, i32::try_from(by).unwrap_or(0));
    }
    if model.thread.is_some() {
        return scroll_thread(model, by);
    }
    Vec::new()
}

fn in_dialog(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    let layout = layout(model);
    let Some(top) = model.dialogs.last() else {
        return Vec::new();
    };
    let place = top.modal().geometry(&model.session, &layout);
    match (mouse, place) {
        (Mouse::Wheel(_, _, true), _) => press(model, Code::Down),
        (Mouse::Wheel(_, _, false), _) => press(model, Code::Up),
        (Mouse::Down(x, y), Some(place)) => match place.row_at(x, y) {
            Some(row) => row_clicked(model, row),
            None if place.frame.contains((x, y).into()) => Vec::new(),
            // Beside it: away with it.
            None => press(model, Code::Esc),
        },
        (Mouse::Down(..), None) if matches!(top, Dialog::Viewer(_)) => press(model, Code::Esc),
        (Mouse::Down(..) | Mouse::Drag(..) | Mouse::Up(..), _) => Vec::new(),
    }
}

fn press(model: &mut Model, code: Code) -> Vec<Effect> {
    to_dialog(model, Key::plain(code))
}

fn row_clicked(model: &mut Model, row: usize) -> Vec<Effect> {
    let depth = model.dialogs.len();
    let Some(top) = model.dialogs.last_mut().map(Dialog::modal_mut) else {
        return Vec::new();
    };
    if let Some(cursor) = top.cursor() {
        *cursor = row;
    }
    let click = top.clicked();
    let again = match click {
        Click::MarkOnly => false,
        _ => model.mouse.clicked.replace((depth, row)) == Some((depth, row)),
    };
    match click {
        Click::Enter => press(model, Code::Enter),
        Click::Mark if again => press(model, Code::Enter),
        Click::Mark | Click::MarkOnly => Vec::new(),
    }
}
