//! What the cache and the disk were asked. Answers carry the question; one that
//! nobody waits for any more is dropped.

use super::changes::hand_overs;
use crate::{
    app::{
        Effect, Focus, Loaded, Model, Query, TerminalEffect, ToastKind,
        action::{
            attach::pasted_files,
            clipboard,
            control::begin_reply,
            intent::take_step,
            leave::close_thread,
            navigate::{go_to_message, open},
            table::Action,
        },
        dialog::{Dialog, Fate, Step, Viewer, ViewerContent},
        model::history::Undo,
    },
    domain::{
        Command, Conversation, ConversationId, Mid, OwnershipEvidence, Report, ThreadOwner,
        ThreadSlice, Timestamp, View,
    },
};

/// The cache answered.
pub(crate) fn answered(model: &mut Model, loaded: Loaded) -> Vec<Effect> {
    let by = model.session.settings.pictures;
    match loaded {
        Loaded::Inbox(query, slice) => model.inbox.take(&query, slice).into_iter().collect(),
        Loaded::Thread(id, slice) => thread(model, &id, slice.map(|slice| *slice)),
        Loaded::Next(from, next) => next_waiting(model, from, next),
        Loaded::Place(id, view, place) => placed(model, &id, view, place),
        Loaded::Found(words, found) => to_top(model, |dialog| match dialog {
            Dialog::Jump(jump) => jump.take(&words, found),
            _ => Step::Stay,
        }),
        Loaded::Hits(words, hits) => to_top(model, |dialog| match dialog {
            Dialog::Search(search) => search.take(&words, hits),
            _ => Step::Stay,
        }),
        Loaded::Path(typed, entries, file) => to_top(model, |dialog| match dialog {
            Dialog::Attach(attach) => attach.take(&typed, entries, file, by),
            _ => Step::Stay,
        }),
        Loaded::Preview(path, bitmap) => to_top(model, |dialog| match dialog {
            Dialog::Attach(attach) => attach.show(path, bitmap),
            _ => Step::Stay,
        }),
        Loaded::Sent(sent) => to_top(model, |dialog| {
            if let Dialog::Attach(attach) = dialog {
                attach.offer(sent);
            }
            Step::Stay
        }),
        Loaded::Pasted(words, files) => pasted_files(model, &words, files),
        Loaded::FoundInThread(id, words, found) => found_in_thread(model, &id, &words, found),
        Loaded::ToCopy(json) => json_to_copy(model, json),
        Loaded::Files(id, files, save) => {
            if model.open_thread(&id).is_some() && model.dialogs.is_empty() {
                return clipboard::files_found(model, files, save);
            }
            Vec::new()
        }
        Loaded::Page(name, routing, read_at) => {
            let account = &mut model.session.account;
            (account.name, account.routing) = (name, routing);
            account.read_at = account.read_at.max(read_at);
            Vec::new()
        }
        for_dialog => {
            shown(model, for_dialog);
            Vec::new()
        }
    }
}

/// An answer that the top dialog shows.
fn shown(model: &mut Model, loaded: Loaded) {
    let zone = model.session.settings.zone.clone();
    match (loaded, model.dialogs.last_mut()) {
        (Loaded::Canned(all), Some(Dialog::Canned(picker))) => picker.all = Some(all),
        (Loaded::Labels(known), Some(Dialog::Labels(labels))) => labels.known = known,
        (Loaded::HeldThreads(rows), Some(Dialog::SignOff(dialog))) => {
            dialog.rows = Some(kept(rows));
        }
        (
            Loaded::Raw(id, json),
            Some(Dialog::Viewer(Viewer {
                content: ViewerContent::Raw(asked, text),
                ..
            })),
        ) if *asked == id => *text = Some(json),
        (
            Loaded::Report(since, facts, unreadable),
            Some(Dialog::Viewer(Viewer {
                content: ViewerContent::Report(report),
                ..
            })),
        ) => *report = Some((Box::new(Report::of(&facts, since, &zone)), unreadable)),
        (Loaded::OwnershipEvidence(id, found), _) => evidence(model, &id, found),
        _ => {}
    }
}

fn kept(rows: Vec<Conversation>) -> Vec<(Conversation, Fate)> {
    rows.into_iter().map(|row| (row, Fate::Keep)).collect()
}

fn evidence(model: &mut Model, id: &ConversationId, found: OwnershipEvidence) {
    if let Some(page) = hand_overs(model, id) {
        page.evidence = Some(found);
    }
}

/// Gives an answer to the top dialog, which may be done with it.
fn to_top(model: &mut Model, take: impl FnOnce(&mut Dialog) -> Step) -> Vec<Effect> {
    let Some(mut top) = model.dialogs.pop() else {
        return Vec::new();
    };
    let step = take(&mut top);
    take_step(model, top, step)
}

fn thread(model: &mut Model, id: &ConversationId, slice: Option<ThreadSlice>) -> Vec<Effect> {
    let Some(thread) = model.open_thread(id) else {
        return Vec::new();
    };
    let Some(slice) = slice else {
        let words = "This conversation is not in the cache yet.";
        model.toast(ToastKind::Warn, words);
        let mut effects = close_thread(model);
        model.focus = Focus::List;
        effects.push(Effect::Engine(Command::Close));
        return effects;
    };
    let first = !thread.window.is_loaded();
    thread.take(slice);
    if !thread.window.is_loaded() {
        return Vec::new();
    }
    let begins = std::mem::take(&mut thread.then.reply);
    let owner = thread.conversation.owner.clone();
    let began_ours = thread.composer.began.as_ref().is_some_and(|b| b.ours);
    let ours_still = matches!(owner, ThreadOwner::Us | ThreadOwner::Unknown);
    let lost = began_ours && !thread.composer.is_empty() && !ours_still;
    let mut effects = Vec::new();
    if first {
        effects.push(Effect::Engine(Command::LookedAt(id.clone())));
    }
    if begins {
        effects.extend(begin_reply(model));
    }
    if lost {
        control_lost(model, &owner);
    }
    effects
}

/// While somebody writes, control may go elsewhere: they see it at once, and
/// their text stays.
fn control_lost(model: &mut Model, owner: &ThreadOwner) {
    let holder = model.owner_words(owner);
    let keymap = &model.session.settings.keymap;
    let take = keymap.key_of(Action::Take);
    let leave = match model.focus {
        Focus::Composer => format!("{} ", keymap.key_of(Action::LeaveComposer)),
        _ => String::new(),
    };
    let thread = model.thread.as_mut();
    if let Some(thread) = thread.filter(|thread| thread.trouble.is_none()) {
        thread.trouble = Some(format!(
            "Control moved to {holder}. Your text is saved; {leave}{take} takes the thread back."
        ));
    }
}

/// Where the open conversation stands in the list. Who is not in the view is shown
/// where they are: the cursor is never on somebody else.
fn placed(model: &mut Model, id: &ConversationId, view: View, place: Option<u32>) -> Vec<Effect> {
    let open = model.thread.as_ref().map(|thread| &thread.conversation.id);
    if open != Some(id) || model.inbox.has(id) {
        return Vec::new();
    }
    let Some(place) = place else {
        let wider = match view {
            View::All => return Vec::new(),
            View::NeedsMe => View::All,
            View::Mine | View::Bot | View::Closing => View::NeedsMe,
        };
        return vec![Effect::Query(Query::Place(id.clone(), wider))];
    };
    let mut effects: Vec<Effect> = Vec::new();
    let narrowed = model.inbox.saved.is_some() || !model.inbox.filter.is_empty();
    if model.inbox.view != view || narrowed {
        effects.extend(model.inbox.show(view, String::new()));
    }
    effects.extend(model.inbox.go_to(id, place));
    effects
}

fn next_waiting(
    model: &mut Model,
    from: Option<ConversationId>,
    next: Option<ConversationId>,
) -> Vec<Effect> {
    // Somebody who has begun something else meanwhile is not carried away from
    // it.
    let here = model.subject().map(|subject| subject.id.clone());
    let busy = model.focus == Focus::Composer || !model.dialogs.is_empty();
    if busy || here != from {
        return Vec::new();
    }
    let advancing = model.history.advancing.take();
    let Some(id) = next else {
        model.toast(ToastKind::Info, "Nobody else is waiting.");
        return Vec::new();
    };
    model.inbox.select(&id);
    let effects = open(model, id);
    if let Some(from) = advancing {
        let undo = model.session.settings.keymap.key_of(Action::Undo);
        let words = format!("Opened next in queue. {undo} to go back.");
        model.toast(ToastKind::Info, words);
        let now = model.session.now;
        model.history.remember(Undo::Advance(from, now));
    }
    effects
}

fn found_in_thread(
    model: &mut Model,
    id: &ConversationId,
    words: &str,
    found: Option<(Mid, Timestamp)>,
) -> Vec<Effect> {
    let thread = model.open_thread(id);
    let Some(thread) = thread.filter(|thread| thread.find == words) else {
        return Vec::new();
    };
    let Some((mid, at)) = found else {
        let words = format!("No match for {words:?} in the cached part of this thread.");
        model.toast(ToastKind::Info, words);
        return Vec::new();
    };
    match thread.window.place_of(&mid) {
        Some(place) => {
            thread.anchor_at(place, 0);
            Vec::new()
        }
        None => vec![go_to_message(thread, &mid, at)],
    }
}

fn json_to_copy(model: &mut Model, json: Option<String>) -> Vec<Effect> {
    let Some(json) = json else {
        model.toast(ToastKind::Info, "No JSON cached for this message.");
        return Vec::new();
    };
    model.toast(ToastKind::Good, "Copied the JSON.");
    vec![Effect::Terminal(TerminalEffect::Copy(json))]
}
