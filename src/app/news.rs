//! News from outside: what the cache holds now, what it answered, what became
//! of what was asked.

use super::{
    Anchor, Effect, Focus, Loaded, Model, SAVE_AFTER, ToastKind,
    action::Action,
    acts::reply,
    alerts::escalated,
    copy,
    dialog::{self, Dialog, Fate, HandOvers, Page, PageKind},
    model::Left,
    triage::{Undo, remember},
    walk::{advance, close_thread, go_to_message, older_arrived, open, open_at},
};
use crate::{
    app::{Query, TerminalEffect},
    domain::{
        Change, Command, ConversationId, HoldReason, Link, LocalId, OperationKind, Psid, Severity,
        Span, ThreadOwner, ThreadRange,
    },
    text::Clean,
};

/// Text that could not be saved is saved again after this.
const SAVE_AGAIN: Span = Span::seconds(1);

/// So many calls stand in the log on the screen (our choice).
const CALLS: usize = 500;

/// The hand-over debugger, if it is open.
fn hand_overs(model: &mut Model) -> Option<(&ConversationId, &mut HandOvers)> {
    match model.dialogs.last_mut() {
        Some(Dialog::Page(Page {
            kind: PageKind::HandOvers(id, page),
            ..
        })) => Some((id, page)),
        _ => None,
    }
}

/// The cache holds something new.
pub(super) fn changed(model: &mut Model, change: Change) -> Vec<Effect> {
    match change {
        Change::Inbox => model.inbox.reload().into_iter().collect(),
        Change::Thread(id) => match model.open_thread(&id) {
            Some(_) => reload_thread(model).into_iter().collect(),
            None => Vec::new(),
        },
        Change::Page => vec![Effect::Query(Query::Page)],
        Change::Apps(apps) => {
            model.apps = apps;
            Vec::new()
        }
        Change::ReplyNotSent {
            conversation,
            local,
            why,
            text,
        } => {
            not_sent(model, &conversation, &local, why, text);
            Vec::new()
        }
        Change::TextReturned { conversation, text } => {
            given_back(model, &conversation, &text);
            Vec::new()
        }
        Change::WindowClosing {
            conversation,
            name,
            until,
        } => {
            // Who is working on it sees the clock in the composer's frame.
            if model.open_thread(&conversation).is_none() {
                let name = Clean::one_line(&name);
                let left = until.since(model.server_now()).short();
                model.toast_about(
                    ToastKind::Info,
                    &name,
                    format!("{name} waits: the window closes in {left}."),
                );
            }
            let bell = model
                .settings
                .alerts
                .bell
                .then_some(Effect::Terminal(TerminalEffect::Bell));
            bell.into_iter().collect()
        }
        Change::Escalated {
            conversation,
            name,
            at,
        } => escalated(model, conversation, &name, at),
        Change::ApiCall(call) => {
            model.calls.push_back(call);
            if model.calls.len() > CALLS {
                model.calls.pop_front();
            }
            Vec::new()
        }
        Change::Delivered(id, delivered) => {
            if let Some((asked, page)) = hand_overs(model)
                && *asked == id
            {
                page.delivered = Some(delivered);
            }
            Vec::new()
        }
        Change::IdleWarning { name, within, .. } => {
            let bot = model.apps.bot_name();
            let open = model.settings.keymap.key_of(Action::Open);
            let words = format!(
                "{} is answered and quiet, and goes back to {bot} in {} s. {open} on the row keeps it.",
                Clean::one_line(&name),
                within.as_secs()
            );
            model.toast(ToastKind::Warn, words);
            let bell = model
                .settings
                .alerts
                .bell
                .then_some(Effect::Terminal(TerminalEffect::Bell));
            bell.into_iter().collect()
        }
        Change::Notice(severity, words) => {
            let kind = match severity {
                Severity::Info => ToastKind::Info,
                Severity::Problem => ToastKind::Bad,
            };
            model.toast(kind, words);
            Vec::new()
        }
        Change::DraftSaved(id) => {
            if let Some(left) = model.leaving.get_mut(&id) {
                left.pending = left.pending.saturating_sub(1);
                if left.pending == 0 && left.again_at.is_none() {
                    model.leaving.remove(&id);
                }
            }
            if let Some(thread) = model.open_thread(&id) {
                thread.composer.pending = thread.composer.pending.saturating_sub(1);
                thread.composer.saved = thread.composer.unsaved_since.is_none();
            }
            Vec::new()
        }
        Change::ReplySent {
            conversation,
            local,
        } => sent(model, &conversation, &local),
        Change::Done {
            conversation,
            operation,
        } => done(model, &conversation, operation),
        Change::Failed {
            conversation,
            operation,
            why,
        } => {
            failed(model, &conversation, operation, why);
            Vec::new()
        }
        Change::OlderArrived(id) => match model.open_thread(&id) {
            Some(thread) => older_arrived(thread).into_iter().collect(),
            None => Vec::new(),
        },
        Change::OlderFailed(id, why) => {
            say_failed(
                model,
                &id,
                &format!("Could not fetch older messages. {why}"),
            );
            Vec::new()
        }
        Change::DraftNotSaved(id, why) => {
            draft_not_saved(model, &id, &why);
            Vec::new()
        }
        Change::ReplyUnconfirmed { conversation, why } => {
            in_doubt(model, &conversation, why);
            Vec::new()
        }
        Change::ReplyWaiting {
            conversation,
            local,
            held,
        } => {
            waits(model, &conversation, &local, held);
            Vec::new()
        }
        Change::ListRead {
            back_to,
            backfill: true,
            whole,
            ..
        } => {
            model.reading_back = back_to.filter(|_| !whole);
            Vec::new()
        }
        Change::ListRead { .. } => Vec::new(),
        Change::ReadAt(at) => {
            model.read_at = Some(at);
            Vec::new()
        }
        Change::Storage(trouble) => {
            model.storage = trouble;
            Vec::new()
        }
        Change::Link(link) => {
            if link != model.link
                && let Link::TokenRefused(why) | Link::Broken(why) | Link::ReadOnly(why) = &link
            {
                model.toast(ToastKind::Bad, why.clone());
            }
            if matches!(link, Link::Polling | Link::Webhook)
                && let Some(thread) = &mut model.thread
            {
                // What failed for want of a link is old news now.
                thread.notice = None;
            }
            model.link = link;
            Vec::new()
        }
        Change::Unreadable(count) => {
            let words = match count {
                1 => "1 item of Meta's answer could not be read; the others are here.".to_owned(),
                n => format!("{n} items of Meta's answer could not be read; the others are here."),
            };
            model.toast(ToastKind::Warn, words);
            Vec::new()
        }
        Change::Usage(percent) => {
            model.usage = Some(percent);
            Vec::new()
        }
        Change::Skew(ms) => {
            model.skew = Span::millis(ms);
            Vec::new()
        }
    }
}

pub(super) fn sent(model: &mut Model, id: &ConversationId, local: &LocalId) -> Vec<Effect> {
    let bot = model.apps.bot_name();
    let Some(thread) = model.open_thread(id) else {
        return Vec::new();
    };
    thread.composer.no_longer_awaits(local);
    if thread.advance_after.as_ref() != Some(local) {
        return Vec::new();
    }
    thread.advance_after = None;
    let name = thread.conversation.display_name();
    model.toast_about(
        ToastKind::Good,
        &name,
        format!("Sent, and {name} is back with {bot}."),
    );
    advance(model)
}

pub(super) fn done(
    model: &mut Model,
    id: &ConversationId,
    operation: OperationKind,
) -> Vec<Effect> {
    let Some(thread) = model.open_thread(id) else {
        return Vec::new();
    };
    match operation {
        OperationKind::Pass if thread.advance_after_pass => {
            thread.advance_after_pass = false;
            let name = thread.conversation.display_name();
            model.toast_about(ToastKind::Good, &name, format!("{name} is handed over."));
            advance(model)
        }
        OperationKind::Take => {
            model.toast(ToastKind::Good, "You hold this thread now.");
            Vec::new()
        }
        OperationKind::Extend => {
            model.toast(ToastKind::Good, "Control is kept for another 24 hours.");
            Vec::new()
        }
        OperationKind::Release => {
            model.toast(ToastKind::Good, "Nobody holds this thread now.");
            Vec::new()
        }
        OperationKind::Request => {
            model.toast(ToastKind::Good, "The owner has been asked for control.");
            Vec::new()
        }
        OperationKind::MarkSeen
        | OperationKind::Pass
        | OperationKind::Typing
        | OperationKind::Reply => Vec::new(),
    }
}

/// A refusal appears on what was refused: a reply's on its bubble, another
/// operation's above the composer; for a thread that is not open, as a toast.
pub(super) fn failed(
    model: &mut Model,
    id: &ConversationId,
    operation: OperationKind,
    why: String,
) {
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
    thread.loading = false;
    thread.advance_after_pass = false;
    thread.notice = Some(words.to_owned());
}

/// Unsent text is only on the screen: once a second until the disk takes it.
fn draft_not_saved(model: &mut Model, id: &ConversationId, why: &str) {
    let now = model.now;
    if let Some(left) = model.leaving.get_mut(id) {
        left.pending = left.pending.saturating_sub(1);
        left.again_at = Some(now.plus(SAVE_AGAIN));
    }
    if let Some(thread) = model.open_thread(id) {
        thread.composer.pending = thread.composer.pending.saturating_sub(1);
        thread.composer.unsaved_since = Some(now.plus(SAVE_AGAIN).plus(SAVE_AFTER.negated()));
    }
    say_failed(model, id, &format!("Could not save the draft. {why}"));
}

/// A refused reply: its bubble says why, and its text comes back if it is the
/// one that was written last here. `text` is of one that is nowhere on the disk:
/// it comes back in any case.
fn not_sent(
    model: &mut Model,
    id: &ConversationId,
    local: &LocalId,
    why: String,
    text: Option<String>,
) {
    let now = model.now;
    let Some(thread) = model.open_thread(id) else {
        if let (Some(text), Some(psid)) = (text, psid_of(model, id)) {
            let left = Left {
                psid,
                text,
                cursor: (u16::MAX, u16::MAX),
                over: false,
                pending: 0,
                again_at: Some(now.plus(SAVE_AGAIN)),
            };
            model.leaving.insert(id.clone(), left);
        }
        model.toast(ToastKind::Bad, why);
        return;
    };
    thread.anchor = Anchor::Bottom;
    if thread.advance_after.as_ref() == Some(local) {
        thread.advance_after = None;
    }
    if text.is_some() {
        // There is no bubble that could say it.
        thread.notice = Some(why);
    }
    if let Some(text) = thread.composer.no_longer_awaits(local).or(text) {
        thread.give_back(&text, now);
    }
}

fn psid_of(model: &Model, id: &ConversationId) -> Option<Psid> {
    let row = model.inbox.rows.iter().find(|row| row.id == *id)?;
    Some(row.psid.clone())
}

/// The text of a reply that a person wanted back.
fn given_back(model: &mut Model, id: &ConversationId, text: &str) {
    let now = model.now;
    if let Some(thread) = model.open_thread(id) {
        thread.give_back(text, now);
        model.focus = Focus::Composer;
    } else if let Some(left) = model.leaving.get_mut(id) {
        // What is on its way to the disk does not know of it.
        left.text = format!("{text}\n{}", left.text);
        left.again_at = Some(now);
    }
}

/// The bubble says that it is looked for; nothing comes back into the composer,
/// because Meta may have it.
fn in_doubt(model: &mut Model, id: &ConversationId, why: String) {
    match model.open_thread(id) {
        Some(thread) => {
            thread.composer.awaiting.clear();
            thread.advance_after = None;
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
            if thread.advance_after.as_ref() == Some(local) && held.is_some() {
                thread.advance_after = None;
            }
            thread.anchor = Anchor::Bottom;
        }
        (None, Some(why)) => {
            let words = format!("A reply is held and was not sent: {}.", why.words());
            model.toast(ToastKind::Warn, words);
        }
        (None, None) => {}
    }
}

/// The cache answered.
pub(super) fn take_in(model: &mut Model, loaded: Loaded) -> Vec<Effect> {
    match loaded {
        Loaded::Inbox(ask, page) => model.inbox.take(&ask, page).into_iter().collect(),
        Loaded::Thread(id, page) => match (&mut model.thread, page) {
            (Some(thread), Some(page)) if thread.conversation.id == id => {
                let first = !thread.loaded;
                thread.take(*page);
                if !thread.loaded {
                    return Vec::new();
                }
                let then_reply = std::mem::take(&mut thread.then_reply);
                let lost = thread
                    .composer
                    .began
                    .as_ref()
                    .is_some_and(|began| began.ours)
                    && !thread.composer.is_empty()
                    && !matches!(
                        thread.conversation.owner,
                        ThreadOwner::Us | ThreadOwner::Unknown
                    );
                let owner = thread.conversation.owner.clone();
                let mut effects = Vec::new();
                if first {
                    effects.push(Effect::Engine(Command::LookedAt(id)));
                }
                if then_reply {
                    effects.extend(reply(model));
                }
                control_lost(model, lost.then_some(&owner));
                effects
            }
            (Some(thread), None) if thread.conversation.id == id => {
                model.toast(
                    ToastKind::Warn,
                    "This conversation is not in the cache yet.",
                );
                let mut effects = close_thread(model);
                model.focus = Focus::List;
                effects.push(Effect::Engine(Command::Close));
                effects
            }
            _ => Vec::new(),
        },
        Loaded::Next(from, next) => {
            // Somebody who has begun something else meanwhile is not carried
            // away from it.
            let here = model.subject().map(|subject| subject.id.clone());
            let busy = model.focus == Focus::Composer || !model.dialogs.is_empty();
            if busy || here != from {
                return Vec::new();
            }
            let advancing = model.advancing.take();
            match next {
                Some(id) => {
                    model.inbox.select(&id);
                    let effects = open(model, id);
                    if let Some(from) = advancing {
                        let undo = model.settings.keymap.key_of(Action::Undo);
                        let words = format!("The next who waits. {undo} goes back (5 s).");
                        model.toast(ToastKind::Info, words);
                        remember(model, Undo::Advance(from, model.now));
                    }
                    effects
                }
                None => {
                    model.toast(ToastKind::Info, "Nobody else is waiting.");
                    Vec::new()
                }
            }
        }
        Loaded::Found(words, found) => {
            let Some(Dialog::Jump(jump)) = model.dialogs.last_mut() else {
                return Vec::new();
            };
            match jump.take(&words, found) {
                Some(id) => {
                    model.dialogs.pop();
                    open(model, id)
                }
                None => Vec::new(),
            }
        }
        Loaded::ToCopy(Some(json)) => {
            model.toast(ToastKind::Good, "Copied the JSON.");
            vec![Effect::Terminal(TerminalEffect::Copy(json))]
        }
        Loaded::ToCopy(None) => {
            model.toast(ToastKind::Info, "Its JSON is not in the cache.");
            Vec::new()
        }
        Loaded::Files(id, files, save) => {
            let here = model.open_thread(&id).is_some();
            if here && model.dialogs.is_empty() {
                return copy::files_found(model, files, save);
            }
            Vec::new()
        }
        Loaded::OwnershipEvidence(id, evidence) => {
            if let Some((asked, page)) = hand_overs(model)
                && *asked == id
            {
                page.evidence = Some(evidence);
            }
            Vec::new()
        }
        Loaded::Canned(all) => {
            if let Some(Dialog::Canned(canned)) = model.dialogs.last_mut() {
                canned.all = Some(all);
            }
            Vec::new()
        }
        Loaded::HeldThreads(rows) => {
            if let Some(Dialog::SignOff(dialog)) = model.dialogs.last_mut() {
                let rows = rows.into_iter().map(|row| (row, Fate::Keep));
                dialog.rows = Some(rows.collect());
            }
            Vec::new()
        }
        Loaded::Path(typed, entries, file) => {
            dialog::path(model, &typed, entries, file);
            Vec::new()
        }
        Loaded::Labels(known) => {
            if let Some(Dialog::Labels(labels)) = model.dialogs.last_mut() {
                labels.known = known;
            }
            Vec::new()
        }
        Loaded::Raw(id, json) => {
            if let Some(Dialog::Page(Page {
                kind: PageKind::Raw(asked, text),
                ..
            })) = model.dialogs.last_mut()
                && *asked == id
            {
                *text = Some(json);
            }
            Vec::new()
        }
        Loaded::FoundInThread(id, words, found) => {
            let Some(thread) = model
                .thread
                .as_mut()
                .filter(|thread| thread.conversation.id == id && thread.find == words)
            else {
                return Vec::new();
            };
            match found {
                Some((mid, at)) => match thread.place_of(&mid) {
                    Some(place) => {
                        thread.anchor_at(place, 0);
                        Vec::new()
                    }
                    None => vec![go_to_message(thread, &mid, at)],
                },
                None => {
                    let words = format!("{words:?} is not in what is cached of this thread.");
                    model.toast(ToastKind::Info, words);
                    Vec::new()
                }
            }
        }
        Loaded::Hits(words, hits) => {
            let Some(Dialog::Search(search)) = model.dialogs.last_mut() else {
                return Vec::new();
            };
            match search.take(&words, hits) {
                Some(hit) => {
                    model.dialogs.pop();
                    open_at(model, &hit)
                }
                None => Vec::new(),
            }
        }
        Loaded::Page(name, messenger, instagram, read_at) => {
            model.page_name = name;
            model.routing = (messenger, instagram);
            model.read_at = model.read_at.max(read_at);
            Vec::new()
        }
    }
}

/// While somebody writes, control may go elsewhere: they see it at once, and
/// their text stays.
fn control_lost(model: &mut Model, to: Option<&ThreadOwner>) {
    let Some(owner) = to else {
        return;
    };
    let holder = model.owner_words(owner);
    let take = model.settings.keymap.key_of(Action::Take);
    let leave = match model.focus {
        Focus::Composer => format!("{} ", model.settings.keymap.key_of(Action::LeaveComposer)),
        _ => String::new(),
    };
    if let Some(thread) = model
        .thread
        .as_mut()
        .filter(|thread| thread.notice.is_none())
    {
        thread.notice = Some(format!(
            "Control has moved to {holder}. Your text is kept; {leave}{take} takes the thread back."
        ));
    }
}

/// Asks the cache for the open thread again. What stands on the screen stays
/// there, however many messages have come behind it.
pub(super) fn reload_thread(model: &mut Model) -> Option<Effect> {
    let thread = model.thread.as_mut()?;
    match (&thread.anchor, &thread.range, thread.older) {
        // At the end, which may not be the end of the part at hand.
        (Anchor::Bottom, _, _) if thread.go_to.is_none() => {
            thread.range = ThreadRange::Newest;
        }
        (Anchor::Top { at, .. }, ThreadRange::Newest, 1..) => {
            if let Some(item) = thread.items.get(*at) {
                thread.range = ThreadRange::Around(item.at());
            }
        }
        _ => {}
    }
    Some(Effect::Query(Query::Thread {
        id: thread.conversation.id.clone(),
        range: thread.range.clone(),
    }))
}
