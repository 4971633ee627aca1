//! What the engine tells: what the cache holds now, and what became of what was
//! asked.

use crate::{
    app::{
        Anchor, Effect, Focus, Model, Query, ToastKind,
        action::{
            attach::{self, file_copied},
            navigate::{advance, older_arrived},
            page,
            table::Action,
        },
        alerts::{self, escalated},
        composer::draft::SAVE_AFTER,
        dialog::{Dialog, HandOvers, Viewer, ViewerContent},
        incoming::tour_steps,
        model::UnsavedDraft,
        pictures,
    },
    domain::{
        ApiCall, Change, Command, ConversationId, Draft, HoldReason, Link, LocalId, NewReply,
        OperationKind, Psid, Severity, Span, ThreadRange, Timestamp,
    },
    text::Clean,
};

/// Text that could not be saved is saved again after this.
const SAVE_AGAIN: Span = Span::seconds(1);

/// So many calls stand in the log on the screen (our choice).
const CALLS: usize = 500;

/// The cache holds something new.
pub(crate) fn changed(model: &mut Model, mut change: Change) -> Vec<Effect> {
    tour_steps::heard(model, &change);
    let mut effects = Vec::new();
    if let Some(sentence) = sentence_of(&mut change) {
        *sentence = model.session.settings.keymap.name_remedies(sentence);
    }
    match change {
        Change::Inbox => effects.extend(model.inbox.reload()),
        Change::Thread(id) if model.open_thread(&id).is_some() => {
            effects.extend(reload_thread(model));
        }
        Change::Thread(_) => {}
        Change::Renamed { from, to } => effects.extend(renamed(model, &from, to)),
        Change::Page => effects.push(Effect::Query(Query::Page)),
        Change::UtilityTemplates(templates) => attach::approved(model, templates),
        Change::PageProfile(profile) => page::came(model, profile),
        Change::Apps(apps) => model.session.account.apps = apps,
        Change::ReplySent {
            conversation,
            local,
        } => effects.extend(sent(model, &conversation, &local)),
        Change::ReplyNotSent {
            conversation,
            local,
            why,
            returned,
        } => not_sent(model, &conversation, &local, why, *returned),
        Change::ReplyNotKept {
            conversation,
            psid,
            reply,
            why,
        } => not_kept(model, conversation, psid, *reply, why),
        Change::ReplyUnconfirmed { conversation, why } => in_doubt(model, &conversation, why),
        Change::ReplyWaiting {
            conversation,
            local,
            held,
        } => waits(model, &conversation, &local, held),
        Change::ReplyReturned {
            conversation,
            returned,
        } => given_back(model, &conversation, *returned),
        Change::RefusedButSent { conversation, text } => went_out(model, &conversation, &text),
        Change::FileCopied {
            conversation,
            id,
            copy,
        } => effects.extend(file_copied(model, conversation, &id, copy)),
        Change::Uploading {
            conversation,
            local,
            bytes,
        } => {
            if let Some(thread) = model.open_thread(&conversation) {
                thread.uploads.insert(local, bytes);
            }
        }
        Change::Picture { id, size, picture } => {
            effects.extend(pictures::came(model, id, size, picture));
        }
        Change::Done {
            conversation,
            operation,
        } => effects.extend(done(model, &conversation, operation)),
        Change::Failed {
            conversation,
            operation,
            why,
        } => failed(model, &conversation, operation, why),
        Change::OlderArrived(id) => {
            effects.extend(model.open_thread(&id).and_then(older_arrived));
        }
        Change::OlderFailed(id, why) => {
            say_failed(
                model,
                &id,
                &format!("Could not fetch older messages. {why}"),
            );
        }
        Change::DraftSaved(id) => draft_saved(model, &id),
        Change::DraftNotSaved(id, why) => draft_not_saved(model, &id, &why),
        Change::Escalated {
            conversation,
            name,
            at,
        } => effects.extend(escalated(model, conversation, &name, at)),
        Change::WindowClosing {
            conversation,
            name,
            until,
        } => effects.extend(window_closing(model, &conversation, &name, until)),
        Change::IdleWarning { name, within, .. } => {
            effects.extend(idle_warning(model, &name, within));
        }
        Change::ApiCall(call) => log_call(model, call),
        Change::Delivered(id, delivered) => {
            if let Some(page) = hand_overs(model, &id) {
                page.delivered = Some(delivered);
            }
        }
        Change::Notice(severity, words) => notice(model, severity, words),
        Change::Unreadable(count) => unreadable(model, count),
        Change::ListRead {
            back_to,
            backfill: true,
            whole,
            ..
        } => model.session.reading_back = back_to.filter(|_| !whole),
        Change::ListRead { .. } => {}
        Change::ReadAt(at) => model.session.account.read_at = Some(at),
        Change::Storage(trouble) => model.session.storage = trouble,
        Change::Link(link) => link_changed(model, link),
        Change::Usage(percent) => model.session.account.usage = Some(percent),
        Change::Skew(ms) => model.session.account.skew = Some(Span::millis(ms)),
    }
    effects
}

/// Meta shows a conversation that had a name of ours.
fn renamed(model: &mut Model, from: &ConversationId, to: ConversationId) -> Vec<Effect> {
    if let Some(left) = model.unsaved.remove(from) {
        model.unsaved.insert(to.clone(), left);
    }
    if model.history.last_thread.as_ref() == Some(from) {
        model.history.last_thread = Some(to.clone());
    }
    if let Some(mut row) = model.marked.remove(from) {
        row.id = to.clone();
        model.marked.insert(to.clone(), row);
    }
    let mut effects: Vec<Effect> = model.inbox.renamed(from, &to).into_iter().collect();
    if let Some(thread) = model.open_thread(from) {
        thread.conversation.id = to.clone();
        effects.extend(reload_thread(model));
        effects.push(Effect::Engine(Command::Open(to)));
    }
    effects
}

/// The page that explains the owner of this thread, if it is open.
pub(crate) fn hand_overs<'a>(
    model: &'a mut Model,
    id: &ConversationId,
) -> Option<&'a mut HandOvers> {
    match model.dialogs.last_mut() {
        Some(Dialog::Viewer(Viewer {
            content: ViewerContent::HandOvers(asked, page),
            ..
        })) if asked == id => Some(page),
        _ => None,
    }
}

fn log_call(model: &mut Model, call: ApiCall) {
    let log = &mut model.session.api_log;
    log.push_back(call);
    if log.len() > CALLS {
        log.pop_front();
    }
}

fn notice(model: &mut Model, severity: Severity, words: String) {
    let kind = match severity {
        Severity::Info => ToastKind::Info,
        Severity::Problem => ToastKind::Bad,
    };
    model.toast(kind, words);
}

/// Who is working on it sees the clock in the composer's frame.
fn window_closing(
    model: &mut Model,
    id: &ConversationId,
    name: &str,
    until: Timestamp,
) -> Option<Effect> {
    if model.open_thread(id).is_none() {
        let name = Clean::one_line(name);
        let left = until.since(model.server_now()).short();
        let words = format!("{name} is waiting and the window closes in {left}.");
        model.toast_about(ToastKind::Alert, &name, words);
    }
    alerts::bell(model)
}

fn idle_warning(model: &mut Model, name: &str, within: Span) -> Option<Effect> {
    let bot = model.session.account.apps.bot_name();
    let open = model.session.settings.keymap.key_of(Action::Open);
    let words = format!(
        "{} has gone quiet and goes back to {bot} in {} s. Press {open} on the row to keep it.",
        Clean::one_line(name),
        within.as_secs()
    );
    model.toast(ToastKind::Alert, words);
    alerts::bell(model)
}

fn draft_saved(model: &mut Model, id: &ConversationId) {
    if let Some(left) = model.unsaved.get_mut(id) {
        left.pending = left.pending.saturating_sub(1);
        if left.pending == 0 && left.again_at.is_none() {
            model.unsaved.remove(id);
        }
    }
    if let Some(thread) = model.open_thread(id) {
        thread.composer.pending = thread.composer.pending.saturating_sub(1);
        thread.composer.saved = thread.composer.unsaved_since.is_none();
    }
}

fn link_changed(model: &mut Model, link: Link) {
    if link != model.session.account.link
        && let Link::TokenRefused(why) | Link::Broken(why) | Link::ReadOnly(why) = &link
    {
        model.toast(ToastKind::Bad, why.clone());
    }
    if matches!(link, Link::Polling | Link::Webhook)
        && let Some(thread) = &mut model.thread
    {
        // What failed for want of a link is old news now.
        thread.trouble = None;
    }
    model.session.account.link = link;
}

fn unreadable(model: &mut Model, count: usize) {
    let words = match count {
        1 => "1 item from Meta could not be read; the rest is here.".to_owned(),
        n => format!("{n} items from Meta could not be read; the rest is here."),
    };
    model.toast(ToastKind::Alert, words);
}

fn sent(model: &mut Model, id: &ConversationId, local: &LocalId) -> Vec<Effect> {
    let bot = model.session.account.apps.bot_name();
    let Some(thread) = model.open_thread(id) else {
        return Vec::new();
    };
    thread.composer.no_longer_awaits(local);
    if thread.then.advance_after.as_ref() != Some(local) {
        return Vec::new();
    }
    thread.then.advance_after = None;
    let name = thread.conversation.display_name();
    model.toast_about(
        ToastKind::Good,
        &name,
        format!("Sent. {name} handed back to {bot}."),
    );
    advance(model)
}

fn done(model: &mut Model, id: &ConversationId, operation: OperationKind) -> Vec<Effect> {
    let Some(thread) = model.open_thread(id) else {
        return Vec::new();
    };
    match operation {
        OperationKind::Pass if thread.then.advance_after_pass => {
            thread.then.advance_after_pass = false;
            let name = thread.conversation.display_name();
            model.toast_about(ToastKind::Good, &name, format!("{name} handed back."));
            advance(model)
        }
        OperationKind::Take => {
            model.toast(ToastKind::Good, "You have control.");
            Vec::new()
        }
        OperationKind::Extend => {
            model.toast(ToastKind::Good, "Control extended by 24 hours.");
            Vec::new()
        }
        OperationKind::Release => {
            model.toast(ToastKind::Good, "Released. Nobody holds this thread.");
            Vec::new()
        }
        OperationKind::Request => {
            model.toast(ToastKind::Good, "Asked the owner for control.");
            Vec::new()
        }
        OperationKind::MarkSeen
        | OperationKind::React
        | OperationKind::Pass
        | OperationKind::Typing
        | OperationKind::Reply => Vec::new(),
    }
}

/// What the engine says in words, in which the keys are missing.
fn sentence_of(change: &mut Change) -> Option<&mut String> {
    match change {
        Change::ReplyNotSent { why, .. }
        | Change::ReplyNotKept { why, .. }
        | Change::ReplyUnconfirmed { why, .. }
        | Change::Failed { why, .. }
        | Change::OlderFailed(_, why)
        | Change::DraftNotSaved(_, why)
        | Change::Notice(_, why)
        | Change::Link(
            Link::Offline(why) | Link::TokenRefused(why) | Link::Broken(why) | Link::ReadOnly(why),
        ) => Some(why),
        _ => None,
    }
}

/// A refusal appears on what was refused: a reply's on its bubble, another
/// operation's above the composer; for a thread that is not open, as a toast.
fn failed(model: &mut Model, id: &ConversationId, operation: OperationKind, why: String) {
    if let Some(thread) = model
        .open_thread(id)
        .filter(|_| operation == OperationKind::Take)
    {
        // The customer must not see "typing" of somebody who may not write.
        thread.composer.typing = None;
        thread.marked_seen = None;
    }
    say_failed(
        model,
        id,
        &format!("Could not {}. {why}", operation.words()),
    );
}

fn say_failed(model: &mut Model, id: &ConversationId, words: &str) {
    let Some(thread) = model.open_thread(id) else {
        model.toast(ToastKind::Bad, words);
        return;
    };
    thread.window.asked_in_vain();
    thread.then.advance_after_pass = false;
    thread.trouble = Some(words.to_owned());
}

/// Unsent text is only on the screen: once a second until the disk takes it.
fn draft_not_saved(model: &mut Model, id: &ConversationId, why: &str) {
    let now = model.session.now;
    if let Some(left) = model.unsaved.get_mut(id) {
        left.pending = left.pending.saturating_sub(1);
        left.again_at = Some(now.plus(SAVE_AGAIN));
    }
    if let Some(thread) = model.open_thread(id) {
        thread.composer.pending = thread.composer.pending.saturating_sub(1);
        thread.composer.unsaved_since = Some(now.plus(SAVE_AGAIN).plus(SAVE_AFTER.negated()));
    }
    say_failed(model, id, &format!("Could not save the draft. {why}"));
}

/// A refused reply: its bubble says why, and its text comes back when nobody is
/// typing here. In a thread that is not open, its draft has the text already.
fn not_sent(model: &mut Model, id: &ConversationId, local: &LocalId, why: String, returned: Draft) {
    let Some(thread) = model.open_thread(id) else {
        model.toast(ToastKind::Bad, why);
        return;
    };
    thread.anchor = Anchor::Bottom;
    thread.no_advance_after(local);
    thread.composer.no_longer_awaits(local);
    if !returned.text.is_empty() {
        thread.composer.returning.push(returned);
    }
}

/// A reply that is nowhere on the disk: all of it comes back, and where its thread is
/// not open any more, it is saved as its draft.
fn not_kept(model: &mut Model, id: ConversationId, psid: Psid, reply: NewReply, why: String) {
    let now = model.session.now;
    let returned = reply.returned();
    if let Some(thread) = model.open_thread(&id) {
        thread.anchor = Anchor::Bottom;
        for part in &reply.parts {
            thread.no_advance_after(&part.local);
            thread.composer.no_longer_awaits(&part.local);
        }
        // There is no bubble that could say it.
        thread.trouble = Some(why);
        if returned.text.is_empty() {
            thread.composer.give_back(returned);
        } else {
            thread.composer.returning.push(returned);
        }
        return;
    }
    let left = model
        .unsaved
        .entry(id)
        .or_insert_with(|| UnsavedDraft::of(psid));
    left.give_back(returned, now.plus(SAVE_AGAIN));
    model.toast(ToastKind::Bad, why);
}

/// A reply that was called refused has gone out after all: nobody is to send its
/// text once more.
fn went_out(model: &mut Model, id: &ConversationId, text: &str) {
    let now = model.session.now;
    if let Some(thread) = model.open_thread(id) {
        if thread.composer.take_out(text) {
            thread.composer.unsaved_since = Some(now);
        }
    } else if let Some(left) = model.unsaved.get_mut(id)
        && left.draft.take_out(text)
    {
        left.again_at = Some(now);
    }
    let words = "A reply that Meta had refused was sent after all. See its thread.";
    model.toast(ToastKind::Warn, words);
}

/// What a person wanted back of a reply.
fn given_back(model: &mut Model, id: &ConversationId, returned: Draft) {
    let now = model.session.now;
    if let Some(thread) = model.open_thread(id) {
        thread.give_back(returned, now);
        model.focus = Focus::Composer;
    } else if let Some(left) = model.unsaved.get_mut(id) {
        // What is on its way to the disk does not know of it.
        left.give_back(returned, now);
    }
}

/// The bubble says that it is looked for; nothing comes back into the composer,
/// because Meta may have it.
fn in_doubt(model: &mut Model, id: &ConversationId, why: String) {
    match model.open_thread(id) {
        Some(thread) => {
            thread.composer.awaiting.clear();
            thread.then.advance_after = None;
            thread.anchor = Anchor::Bottom;
        }
        None => model.toast(ToastKind::Warn, why),
    }
}

/// It is written down and stands in the thread; nothing is to come back into the
/// composer.
fn waits(model: &mut Model, id: &ConversationId, local: &LocalId, held: Option<HoldReason>) {
    let open = model.open_thread(id);
    match (open, held) {
        (Some(thread), _) => {
            thread.composer.no_longer_awaits(local);
            if held.is_some() {
                thread.no_advance_after(local);
            }
            thread.anchor = Anchor::Bottom;
        }
        (None, Some(why)) => {
            let words = format!("A reply is on hold: {}.", why.words());
            model.toast(ToastKind::Warn, words);
        }
        (None, None) => {}
    }
}

/// Asks the cache for the open thread again. What stands on the screen stays
/// there, however many messages have come behind it.
pub(crate) fn reload_thread(model: &mut Model) -> Option<Effect> {
    let thread = model.thread.as_mut()?;
    match (&thread.anchor, &thread.window.range, thread.window.older) {
        // At the end, which may not be the end of the part at hand.
        (Anchor::Bottom, _, _) if thread.go_to.is_none() => {
            thread.window.range = ThreadRange::Newest;
        }
        (Anchor::Top { at, .. }, ThreadRange::Newest, 1..) => {
            if let Some(item) = thread.window.items.get(*at) {
                thread.window.range = ThreadRange::Around(item.at());
            }
        }
        _ => {}
    }
    Some(Effect::Query(Query::Thread {
        id: thread.conversation.id.clone(),
        range: thread.window.range.clone(),
    }))
}
