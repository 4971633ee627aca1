//! Walking about: the list, the panes, the open thread. Nothing here tells the
//! customer anything.

use crate::{
    app::{
        Anchor, Effect, Focus, Model, Query, TerminalEffect, Thread, ToastKind,
        action::reply::{save_draft, stop_typing},
        alerts::answered,
        areas,
        dialog::{Choose, Dialog, SignOff},
        layout::layout,
        model::UnsavedDraft,
        thread::{GoTo, Load, ThreadPane},
    },
    domain::{
        Command, Conversation, ConversationId, Hit, Item, Mid, Span, ThreadRange, Timestamp, View,
    },
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
    load(thread, ThreadRange::Around(at))
}

/// Asks the cache for another part of the thread.
fn load(thread: &mut Thread, range: ThreadRange) -> Effect {
    thread.window.asked();
    thread.window.range = range.clone();
    Effect::Query(Query::Thread {
        id: thread.conversation.id.clone(),
        range,
    })
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

/// Leaves the open thread: its draft is saved, typing stops.
pub(crate) fn close_thread(model: &mut Model) -> Vec<Effect> {
    let mut effects = stop_typing(model);
    if let Some(mut thread) = model.thread.take() {
        // What was to come back comes back now: nobody types here any more.
        thread.return_texts(model.session.now);
        if thread.composer.unsaved_since.is_some() {
            effects.push(save_draft(&mut thread));
            let left = UnsavedDraft {
                psid: thread.conversation.psid.clone(),
                draft: thread.composer.draft(),
                over: thread.window.is_loaded() || thread.composer.newer_than_disk,
                pending: thread.composer.pending,
                again_at: None,
            };
            model.unsaved.insert(thread.conversation.id.clone(), left);
        }
        model.history.last_thread = Some(thread.conversation.id);
    }
    effects
}

/// Text of threads that were left, which the disk did not take at once.
pub(crate) fn save_left(model: &mut Model) -> Vec<Effect> {
    let now = model.session.now;
    let due = model
        .unsaved
        .iter_mut()
        .filter(|(_, left)| left.again_at.is_some_and(|at| at <= now));
    due.map(|(id, left)| {
        left.again_at = None;
        left.pending += 1;
        Effect::Engine(Command::SaveDraft {
            conversation: id.clone(),
            psid: left.psid.clone(),
            draft: left.draft.clone(),
            over: left.over,
        })
    })
    .collect()
}

/// A step back; in the list, where there is nothing to go back from, out.
pub(crate) fn back(model: &mut Model) -> Vec<Effect> {
    let narrowed = !model.marked.is_empty() || !model.inbox.filter.is_empty();
    if model.focus == Focus::List && !narrowed {
        return ask_to_quit(model);
    }
    close(model)
}

/// Closes what is open, or goes a step back. It never leaves the program: who
/// presses it once too often is where they were.
pub(crate) fn close(model: &mut Model) -> Vec<Effect> {
    if model.focus == Focus::List {
        if !model.marked.is_empty() {
            model.marked.clear();
            return Vec::new();
        }
        if model.inbox.filter.is_empty() {
            return Vec::new();
        }
        let view = model.inbox.view;
        return model.inbox.show(view, String::new()).into_iter().collect();
    }
    let mut effects = close_thread(model);
    model.focus = Focus::List;
    // The cursor is on the person one comes from, if the view shows them.
    if let Some(id) = model.history.last_thread.clone() {
        model.inbox.select(&id);
    }
    effects.push(Effect::Engine(Command::Close));
    effects
}

/// What is held and unsettled is said before the end.
pub(crate) fn ask_to_quit(model: &mut Model) -> Vec<Effect> {
    let counts = model.inbox.counts;
    let held = counts.by_view[View::Mine.index()];
    if held > 0 && !model.session.settings.read_only {
        model.dialogs.push(Dialog::SignOff(SignOff {
            held,
            unsettled: counts.unsettled,
            ..SignOff::default()
        }));
        return vec![Effect::Query(Query::Held)];
    }
    let choose = Choose::quit(counts.unsettled);
    model.dialogs.push(Dialog::Choose(choose));
    Vec::new()
}

/// Saves what is unsaved and ends.
pub(crate) fn leave(model: &mut Model) -> Vec<Effect> {
    let mut effects = close_thread(model);
    // One last try of what the disk has not taken yet.
    let now = model.session.now;
    for left in model.unsaved.values_mut() {
        left.again_at = left.again_at.map(|_| now);
    }
    effects.extend(save_left(model));
    effects.push(Effect::Terminal(TerminalEffect::Quit));
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

pub(crate) fn step(model: &mut Model, by: i32) -> Vec<Effect> {
    if model.focus == Focus::List {
        let place = model.inbox.cursor.saturating_add_signed(by);
        return model.inbox.go(place).into_iter().collect();
    }
    scroll_thread(model, isize::try_from(by).unwrap_or(0))
}

pub(crate) fn page(model: &mut Model, direction: i32, part: i32) -> Vec<Effect> {
    if model.focus == Focus::List {
        let rows = i32::try_from(list_rows(model)).unwrap_or(1);
        return step(model, direction * (rows / part).max(1));
    }
    let height = thread_rows(model);
    // One line stays, so the eye finds its place.
    step(model, direction * (height / part - 1).max(1))
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
            .then(|| load(thread, ThreadRange::Newest))
            .into_iter()
            .collect();
    }
    if thread.window.older > 0 {
        thread.go_to = Some(GoTo::Top);
        return vec![load(thread, ThreadRange::Oldest)];
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
    let filter = model.inbox.filter.clone();
    model.focus = Focus::List;
    model.inbox.show(view, filter).into_iter().collect()
}

pub(crate) fn scroll_thread(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some((anchor, view)) = ThreadPane::of(model).map(|pane| pane.scrolled(by)) else {
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
    if by < 0 && view.at_top {
        more_history(thread)
    } else if by > 0 && view.at_bottom && window.newer > 0 && window.load != Load::More {
        let last = window.items.last().map_or(now, Item::at);
        vec![load(thread, ThreadRange::Around(last))]
    } else {
        Vec::new()
    }
}

/// At the top: more from the cache, or from Meta.
pub(crate) fn more_history(thread: &mut Thread) -> Vec<Effect> {
    if thread.window.load == Load::More {
        return Vec::new();
    }
    if thread.window.older > 0
        && let Some(first) = thread.window.items.first().map(Item::at)
    {
        return vec![load(thread, ThreadRange::Around(first))];
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
    Some(load(thread, ThreadRange::Around(first)))
}

pub(crate) fn find_in_thread(model: &mut Model, forward: bool) -> Vec<Effect> {
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    if thread.find.trim().is_empty() {
        model.toast(ToastKind::Info, "Press / to say what to find.");
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
    let layout = layout(model);
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
    model.toast(ToastKind::Info, "No other conversation was open yet.");
    Vec::new()
}

/// Back; twice in the list: quit.
pub(crate) fn cancel(model: &mut Model) -> Vec<Effect> {
    if model.focus != Focus::List {
        return back(model);
    }
    let now = model.session.now;
    let again = model
        .keys
        .cancel_at
        .is_some_and(|at| now.since(at) <= Span::seconds(2));
    if again {
        return back(model);
    }
    model.keys.cancel_at = Some(now);
    model.toast(ToastKind::Info, "Press ^C again to quit.");
    Vec::new()
}
