//! One message of the open thread is selected: *copy*, *open* and *settle* are about it.

use crate::{
    app::{
        Effect, Focus, Model,
        action::navigate::{more_history, move_in_list, scroll_thread},
        thread::{ThreadPane, Viewport},
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
    let shown = |at: usize| view.lines.iter().any(|(place, _)| *place == at);
    let selected = pane.thread.selected_place().filter(|at| shown(*at));
    let found = match (selected, forward) {
        (Some(at), true) => (at + 1..items.len()).find(|at| selectable(&items[*at])),
        (Some(at), false) => (0..at).rev().find(|at| selectable(&items[*at])),
        (None, _) => {
            let places = view.lines.iter().rev().map(|(at, _)| *at);
            places.into_iter().find(|at| selectable(&items[*at]))
        }
    };
    let Some(at) = found else {
        return scroll_thread(model, if forward { 1 } else { -1 });
    };
    let mut effects = Vec::new();
    if let Some(thread) = &mut model.thread {
        thread.select(at);
    }
    // What is above is put at the top; what is below comes up line by line.
    if shown_whole(model, at) == Some(true)
        && let Some(thread) = &mut model.thread
    {
        thread.anchor_at(at, 0);
        if at == 0 {
            effects.extend(more_history(thread));
        }
    }
    while shown_whole(model, at) == Some(false) {
        let stood = model.thread.as_ref().map(|thread| thread.anchor.clone());
        effects.extend(scroll_thread(model, 1));
        let stands = model.thread.as_ref().map(|thread| thread.anchor.clone());
        if stood == stands {
            break;
        }
    }
    effects
}

/// Selects what stands in a row of the screen, if that is a message.
pub(crate) fn select_at(model: &mut Model, row: u16) {
    let found = ThreadPane::of(model).and_then(|pane| {
        let mut rows = pane.rows(pane.viewport());
        let found = rows.find(|(y, ..)| *y == row).map(|(_, at, _)| at);
        found.filter(|at| selectable(&pane.thread.window.items[*at]))
    });
    if let (Some(at), Some(thread)) = (found, &mut model.thread) {
        thread.select(at);
    }
}

fn selectable(item: &Item) -> bool {
    matches!(item, Item::Message(_) | Item::Outgoing(_))
}

/// `None`: all of it is shown, or as much as there is room for. `Some(true)`: its
/// beginning is above the pane; `Some(false)`: its end is below.
fn shown_whole(model: &Model, at: usize) -> Option<bool> {
    let pane = ThreadPane::of(model)?;
    let Viewport {
        lines,
        top,
        at_bottom,
        ..
    } = pane.viewport();
    let first = lines.first().map(|(place, _)| *place)?;
    let last = lines.last().map(|(place, _)| *place)?;
    if at < first || (at == first && top.1 > 0) {
        return Some(true);
    }
    // The last one shown may be cut off.
    let below = at > last || (at == last && at != first && !at_bottom);
    below.then_some(false)
}
