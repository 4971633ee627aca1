//! Leaving: the open thread, and the program. What was typed is saved first.

use crate::{
    app::{
        Effect, Focus, Model, Query, TerminalEffect, ToastKind,
        action::reply::{leave_composer, save_draft, stop_typing},
        dialog::{Choose, Dialog, SignOff},
        model::UnsavedDraft,
    },
    domain::{Command, Span, View},
};

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
        // A saved view has words of its own, to which it goes back.
        let saved = model.inbox.saved;
        let saved = saved.and_then(|at| model.session.settings.views.get(at));
        let own = saved.map_or(String::new(), |saved| saved.filter.clone());
        if model.inbox.filter == own {
            return Vec::new();
        }
        return model.inbox.filter_by(own).into_iter().collect();
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

/// Back; twice in the list: quit.
pub(crate) fn cancel(model: &mut Model) -> Vec<Effect> {
    if let Some(given_up) = cancel_upload(model) {
        return vec![given_up];
    }
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

/// Gives up an upload of the open thread, if one is under way there.
pub(crate) fn cancel_upload(model: &mut Model) -> Option<Effect> {
    if model.focus == Focus::List {
        return None;
    }
    let local = model.thread.as_ref()?.uploading()?;
    model.toast(ToastKind::Info, "Cancelling the upload.");
    Some(Effect::Engine(Command::CancelUpload(local)))
}

/// The same in the composer; without an upload it is left.
pub(crate) fn cancel_in_composer(model: &mut Model) -> Vec<Effect> {
    match cancel_upload(model) {
        Some(given_up) => vec![given_up],
        None => leave_composer(model),
    }
}
