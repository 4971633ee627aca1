//! Walking about: the list, the panes, the open thread. Nothing here tells the
//! customer anything.

use crate::{
    app::{
        Anchor, Effect, Focus, Model, Query, Thread, ToastKind,
        action::leave::close_thread,
        alerts::answered,
        areas,
        layout::{layout, panes},
        thread::{GoTo, Load, ThreadPane},
    },
    domain::{Command, Conversation, ConversationId, Hit, Item, Mid, ThreadRange, Timestamp, View},
};

/// Opens a conversation at a message.
pub(crate) fn open_at(model: &mut Model, hit: &Hit) -> Vec<Effect> {
    let mut effects = open(model, hit.conversation.clone());
    effects.retain(|effect| !matches!(effect, Effect::Query(Query::Thread { .. })));
    if let Some(thread) = &mut model.thread {
        effects.insert(0, go_to_message(thread, &hit.mid, hit.at));
    }
    effects
}

/// Shows a message of the open thread that may lie far away.
pub(crate) fn go_to_message(thread: &mut Thread, mid: &Mid, at: Timestamp) -> Effect {
    thread.go_to = Some(GoTo::Message(mid.clone()));
    Effect::Query(load(thread, ThreadRange::Around(at)))
}

/// Asks the cache for another part of the thread.
fn load(thread: &mut Thread, range: ThreadRange) -> Query {
    thread.window.asked();
    thread.window.range = range.clone();
    Query::Thread {
        id: thread.conversation.id.clone(),
        range,
    }
}

/// Opens a conversation. What was being written stays with its person.
pub(crate) fn open(model: &mut Model, id: ConversationId) -> Vec<Effect> {
    if model
        .thread
        .as_ref()
        .is_some_and(|thread| thread.conversation.id == id)
    {
        model.focus = Focus::Thread;
        return Vec::new();
    }
    let mut effects = close_thread(model);
    answered(model, &id);
    model.inbox.select(&id);
    model.focus = Focus::Thread;
    if let Some(row) = model.inbox.selected().filter(|row| row.id == id) {
        model.thread = Some(Thread::new(row.clone()));
    } else {
        // Not among the rows at hand: its row comes with the thread.
        model.thread = Some(Thread::new(Conversation::unknown(
            id.clone(),
            model.session.now,
        )));
    }
    // What was written here and is not on the disk yet is newer than the disk.
    let now = model.session.now;
    if let (Some(left), Some(thread)) = (model.unsaved.remove(&id), &mut model.thread) {
        let composer = &mut thread.composer;
        composer.show(left.draft);
        composer.unsaved_since = Some(now);
        composer.newer_than_disk = left.over;
        composer.pending = left.pending;
        let c = &thread.conversation;
        composer.began(c.known(), &c.owner);
    }
    effects.push(Effect::Query(Query::Thread {
        id: id.clone(),
        range: ThreadRange::Newest,
    }));
    if !model.inbox.has(&id) {
        let view = model.inbox.view;
        effects.push(Effect::Query(Query::Place(id.clone(), view)));
    }
    effects.push(Effect::Engine(Command::Open(id)));
    effects
}

pub(crate) fn next_waiting(model: &mut Model, back: bool) -> Vec<Effect> {
    let from = model.subject().map(|c| c.id.clone());
    model.history.advancing = None;
    vec![Effect::Query(Query::NextWaiting { from, back })]
}

/// The work on the open thread is done: the top of the queue opens by itself, and
/// for a moment *undo* comes back here. Not for who wants nothing to move by
/// itself: *next waiting* is one key.
pub(crate) fn advance(model: &mut Model) -> Vec<Effect> {
    if model.session.settings.reduced_motion {
        return Vec::new();
    }
    let Some(from) = model.subject().map(|c| c.id.clone()) else {
        return Vec::new();
    };
    model.history.advancing = Some(from.clone());
    vec![Effect::Query(Query::TopWaiting(from))]
}

pub(crate) fn read_on(model: &mut Model) -> Vec<Effect> {
    if model.focus == Focus::List {
        return page(model, 1, 1);
    }
    let at_bottom = matches!(
        model.thread.as_ref().map(|t| &t.anchor),
        Some(Anchor::Bottom)
    );
    if at_bottom {
        next_waiting(model, false)
    } else {
        page(model, 1, 1)
    }
}

/// Moves the cursor of the list.
pub(crate) fn move_in_list(model: &mut Model, by: i32) -> Vec<Effect> {
    let place = model.inbox.cursor.saturating_add_signed(by);
    model.inbox.go(place).into_iter().collect()
}

pub(crate) fn page(model: &mut Model, direction: i32, part: i32) -> Vec<Effect> {
    if model.focus == Focus::List {
        let rows = i32::try_from(list_rows(model)).unwrap_or(1);
        return move_in_list(model, direction * (rows / part).max(1));
    }
    let height = thread_rows(model);
    // One line stays, so the eye finds its place.
    let lines = direction * (height / part - 1).max(1);
    scroll_thread(model, isize::try_from(lines).unwrap_or(0))
}

pub(crate) fn to_edge(model: &mut Model, end: bool) -> Vec<Effect> {
    if model.focus == Focus::List {
        let place = if end { u32::MAX } else { 0 };
        return model.inbox.go(place).into_iter().collect();
    }
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    if end {
        thread.anchor = Anchor::Bottom;
        let elsewhere = thread.window.range != ThreadRange::Newest;
        return elsewhere
            .then(|| Effect::Query(load(thread, ThreadRange::Newest)))
            .into_iter()
            .collect();
    }
    if thread.window.older > 0 {
        thread.go_to = Some(GoTo::Top);
        return vec![Effect::Query(load(thread, ThreadRange::Oldest))];
    }
    thread.anchor_at(0, 0);
    more_history(thread)
}

pub(crate) fn to_pane(model: &mut Model, focus: Focus) -> Vec<Effect> {
    match (focus, model.thread.is_some()) {
        (Focus::Thread | Focus::Composer, false) => {
            match model.inbox.selected().map(|c| c.id.clone()) {
                Some(id) => return open(model, id),
                None => return Vec::new(),
            }
        }
        (focus, _) => model.focus = focus,
    }
    Vec::new()
}

pub(crate) fn show(model: &mut Model, view: View) -> Vec<Effect> {
    // The words of a saved view are its own.
    let filter = match model.inbox.saved {
        Some(_) => String::new(),
        None => model.inbox.filter.clone(),
    };
    model.focus = Focus::List;
    model.inbox.show(view, filter).into_iter().collect()
}

/// Shows the view of a number: the five, and behind them the saved ones.
pub(crate) fn show_place(model: &mut Model, number: usize) -> Vec<Effect> {
    if let Some(view) = number.checked_sub(1).and_then(|at| View::ALL.get(at)) {
        return show(model, *view);
    }
    let at = number - 1 - View::ALL.len();
    let Some(saved) = model.session.settings.views.get(at).cloned() else {
        let words = format!("There is no view {number}. [[views]] in the config adds one.");
        model.toast(ToastKind::Info, words);
        return Vec::new();
    };
    model.focus = Focus::List;
    model.inbox.show_saved(at, &saved).into_iter().collect()
}

pub(crate) fn scroll_thread(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some((anchor, extent)) = ThreadPane::of(model).map(|pane| pane.scrolled(by)) else {
        return Vec::new();
    };
    let now = model.session.now;
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    if anchor == Anchor::Bottom {
        thread.stay_at_bottom();
    } else {
        thread.anchor = anchor;
    }
    let window = &thread.window;
    if by < 0 && extent.at_top {
        more_history(thread)
    } else if by > 0 && extent.at_bottom && window.newer > 0 && window.load != Load::More {
        let last = window.items.last().map_or(now, Item::at);
        vec![Effect::Query(load(thread, ThreadRange::Around(last)))]
    } else {
        prefetch(thread, by < 0, extent.top.0).into_iter().collect()
    }
}

/// With so few entries left before an end of what is at hand, more is asked for in that
/// direction (our choice: more than a page of them).
const AHEAD: usize = 50;

/// What will be wanted soon, so that the key that wants it does not wait: the part around
/// the first entry on the screen.
fn prefetch(thread: &mut Thread, up: bool, first: usize) -> Option<Effect> {
    let window = &thread.window;
    let left = window.items.len().saturating_sub(first);
    let near = match up {
        true => window.older > 0 && first < AHEAD,
        false => window.newer > 0 && left < 2 * AHEAD,
    };
    let at = window.items.get(first)?.at();
    if !near || window.load == Load::More {
        return None;
    }
    Some(Effect::Prefetch(load(thread, ThreadRange::Around(at))))
}

/// At the top: more from the cache, or from Meta.
pub(crate) fn more_history(thread: &mut Thread) -> Vec<Effect> {
    if thread.window.load == Load::More {
        return Vec::new();
    }
    if thread.window.older > 0
        && let Some(first) = thread.window.items.first().map(Item::at)
    {
        return vec![Effect::Query(load(thread, ThreadRange::Around(first)))];
    }
    if thread.window.older_remote {
        thread.window.asked();
        return vec![Effect::Engine(Command::Older(
            thread.conversation.id.clone(),
        ))];
    }
    Vec::new()
}

/// Older messages came from Meta: what is at hand is asked for around its first
/// one.
pub(crate) fn older_arrived(thread: &mut Thread) -> Option<Effect> {
    let first = thread.window.items.first().map(Item::at)?;
    Some(Effect::Query(load(thread, ThreadRange::Around(first))))
}

pub(crate) fn find_in_thread(model: &mut Model, forward: bool) -> Vec<Effect> {
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    if thread.find.trim().is_empty() {
        model.toast(ToastKind::Info, "Press / to search in this thread.");
        return Vec::new();
    }
    let top = match &thread.anchor {
        Anchor::Top { at, .. } => thread.window.items.get(*at),
        Anchor::Bottom => None,
    };
    let from = match top {
        Some(Item::Message(m)) => (m.at, Some(m.mid.clone())),
        Some(item) => (item.at(), None),
        None => (Timestamp::from_millis(i64::MAX), None),
    };
    vec![Effect::Query(Query::FindInThread {
        id: thread.conversation.id.clone(),
        words: thread.find.clone(),
        from,
        forward,
    })]
}

/// How many rows of the list fit on the screen.
pub(crate) fn list_rows(model: &Model) -> u32 {
    let layout = panes(model);
    let height = areas::list_body(&layout).height;
    u32::from((height / areas::row_height(&layout)).max(1))
}

/// How many lines of the thread fit on the screen.
fn thread_rows(model: &Model) -> i32 {
    let area = layout(model).thread.map(areas::inside).unwrap_or_default();
    i32::from(area.height).max(1)
}

/// The other one of list and thread.
pub(crate) fn next_pane(model: &mut Model) -> Vec<Effect> {
    let other = match model.focus {
        Focus::List => Focus::Thread,
        _ => Focus::List,
    };
    to_pane(model, other)
}

/// Back to the conversation before this one.
pub(crate) fn last_thread(model: &mut Model) -> Vec<Effect> {
    if let Some(id) = model.history.last_thread.clone() {
        return open(model, id);
    }
    model.toast(ToastKind::Info, "No earlier conversation to go back to.");
    Vec::new()
}
