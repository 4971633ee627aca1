//! One message of the open thread is selected: *copy*, *open* and *settle* are about it.

use crate::{
    app::{
        Effect, Focus, Model,
        action::navigate::{more_history, move_in_list, scroll_thread},
        thread::{Hidden, ThreadPane},
    },
    domain::Item,
};

/// To the next row of the list, or message of the thread; negative is up.
pub(crate) fn step(model: &mut Model, by: i32) -> Vec<Effect> {
    match model.focus {
        Focus::List => move_in_list(model, by),
        _ => select(model, by > 0),
    }
}

/// Selects the next message, or the one before; from no selection on the newest one
/// that is shown. Past an end it scrolls, which fetches more.
fn select(model: &mut Model, forward: bool) -> Vec<Effect> {
    let Some(pane) = ThreadPane::of(model) else {
        return Vec::new();
    };
    let view = pane.viewport();
    let items = &pane.thread.window.items;
    let shown = |at: usize| view.lines.iter().any(|line| line.at == at);
    let selected = pane.thread.selected_place().filter(|at| shown(*at));
    let found = match (selected, forward) {
        (Some(at), true) => (at + 1..items.len()).find(|at| selectable(&items[*at])),
        (Some(at), false) => (0..at).rev().find(|at| selectable(&items[*at])),
        (None, _) => {
            let places = view.lines.iter().rev().map(|line| line.at);
            places.into_iter().find(|at| selectable(&items[*at]))
        }
    };
    let Some(at) = found else {
        return scroll_thread(model, if forward { 1 } else { -1 });
    };
    let hidden = pane.hidden(&view, at);
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    thread.select(at);
    match hidden {
        Hidden::Nothing => Vec::new(),
        Hidden::Above => {
            thread.anchor_at(at, 0);
            match at {
                0 => more_history(thread),
                _ => Vec::new(),
            }
        }
        Hidden::Below(lines) => scroll_thread(model, lines),
    }
}

/// Selects what stands in a row of the screen, if that is a message.
pub(crate) fn select_at(model: &mut Model, row: u16) {
    let found = ThreadPane::of(model).and_then(|pane| {
        let mut rows = pane.rows(pane.viewport());
        let found = rows.find(|(y, _)| *y == row).map(|(_, line)| line.at);
        found.filter(|at| selectable(&pane.thread.window.items[*at]))
    });
    if let (Some(at), Some(thread)) = (found, &mut model.thread) {
        thread.select(at);
    }
}

fn selectable(item: &Item) -> bool {
    matches!(item, Item::Message(_) | Item::Outgoing(_))
}
