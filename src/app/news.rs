//! News from outside: what the cache holds now, what it answered, what became
//! of what was asked.

use super::{
    Anchor, Effect, Focus, Loaded, Model, THREAD_WINDOW, ToastKind,
    acts::reply,
    dialog::{Dialog, Page, PageKind},
    walk::{back, next_waiting, open},
};
use crate::domain::{Act, Change, ConversationId, Link, LocalId, Span};

/// The cache holds something new.
pub(super) fn changed(model: &mut Model, change: Change) -> Vec<Effect> {
    let is_open = |model: &Model, id: &ConversationId| {
        model
            .thread
            .as_ref()
            .is_some_and(|thread| thread.conversation.id == *id)
    };
    match change {
        Change::Inbox => model.inbox.reload().into_iter().collect(),
        Change::Thread(id) if is_open(model, &id) => reload_thread(model).into_iter().collect(),
        Change::Thread(_) => Vec::new(),
        Change::Page => vec![Effect::LoadPage],
        Change::Apps(apps) => {
            model.apps = apps;
            Vec::new()
        }
        Change::DraftSaved(id) => {
            if let Some(thread) = model
                .thread
                .as_mut()
                .filter(|thread| thread.conversation.id == id)
            {
                thread.composer.saved = thread.composer.unsaved_since.is_none();
            }
            Vec::new()
        }
        Change::Sent {
            conversation,
            local,
        } => sent(model, &conversation, &local),
        Change::Done { conversation, act } => done(model, &conversation, act),
        Change::Failed {
            conversation,
            act,
            why,
        } => {
            failed(model, &conversation, act, why);
            Vec::new()
        }
        Change::InDoubt { conversation, why } => {
            in_doubt(model, &conversation, why);
            Vec::new()
        }
        Change::Link(link) => {
            if link != model.link
                && let Link::TokenRefused(why) | Link::Broken(why) = &link
            {
                model.toast(ToastKind::Bad, why.clone());
            }
            if link == Link::Polling
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
    let Some(thread) = model
        .thread
        .as_mut()
        .filter(|thread| thread.conversation.id == *id)
    else {
        return Vec::new();
    };
    if thread
        .composer
        .awaiting
        .as_ref()
        .is_some_and(|(awaited, _)| awaited == local)
    {
        thread.composer.awaiting = None;
    }
    if thread.advance_after.as_ref() != Some(local) {
        return Vec::new();
    }
    thread.advance_after = None;
    let name = thread.conversation.display_name();
    model.toast(
        ToastKind::Good,
        format!("Sent, and {name} is back with {bot}."),
    );
    next_waiting(model, false)
}

pub(super) fn done(model: &mut Model, id: &ConversationId, act: Act) -> Vec<Effect> {
    let Some(thread) = model
        .thread
        .as_mut()
        .filter(|thread| thread.conversation.id == *id)
    else {
        return Vec::new();
    };
    match act {
        Act::Older => {
            thread.loading_older = false;
            thread.limit += THREAD_WINDOW;
            reload_thread(model).into_iter().collect()
        }
        Act::Pass if thread.advance_after_pass => {
            thread.advance_after_pass = false;
            let name = thread.conversation.display_name();
            model.toast(ToastKind::Good, format!("{name} is handed over."));
            next_waiting(model, false)
        }
        Act::Take => {
            model.toast(ToastKind::Good, "You hold this thread now.");
            Vec::new()
        }
        Act::Extend => {
            model.toast(ToastKind::Good, "Control is kept for another 24 hours.");
            Vec::new()
        }
        Act::Release => {
            model.toast(ToastKind::Good, "Nobody holds this thread now.");
            Vec::new()
        }
        Act::Request => {
            model.toast(ToastKind::Good, "The owner has been asked for control.");
            Vec::new()
        }
        Act::MarkSeen | Act::Pass | Act::Typing | Act::Send | Act::Save => Vec::new(),
    }
}

/// A refusal appears on what was refused: a reply's on its bubble, another
/// act's above the composer; for a thread that is not open, as a toast.
pub(super) fn failed(model: &mut Model, id: &ConversationId, act: Act, why: String) {
    let now = model.now;
    let words = match act {
        Act::Send => why,
        act => format!("Could not {}. {why}", act.words()),
    };
    let Some(thread) = model
        .thread
        .as_mut()
        .filter(|thread| thread.conversation.id == *id)
    else {
        model.toast(ToastKind::Bad, words);
        return;
    };
    thread.loading_older = false;
    thread.advance_after_pass = false;
    match act {
        Act::Send => {
            thread.advance_after = None;
            thread.anchor = Anchor::Bottom;
            if let Some((_, text)) = thread.composer.awaiting.take() {
                thread.composer.put_before(&text);
                thread.composer.unsaved_since = Some(now);
            }
            return;
        }
        Act::Take => {
            // The customer must not see "typing" of somebody who may not write.
            thread.composer.typing = None;
            thread.marked_seen = None;
        }
        _ => {}
    }
    thread.notice = Some(words);
}

/// The bubble says that it is looked for; nothing comes back into the composer,
/// because Meta may have it.
fn in_doubt(model: &mut Model, id: &ConversationId, why: String) {
    match model
        .thread
        .as_mut()
        .filter(|thread| thread.conversation.id == *id)
    {
        Some(thread) => {
            thread.composer.awaiting = None;
            thread.advance_after = None;
            thread.anchor = Anchor::Bottom;
        }
        None => model.toast(ToastKind::Warn, why),
    }
}

/// The cache answered.
pub(super) fn take_in(model: &mut Model, loaded: Loaded) -> Vec<Effect> {
    match loaded {
        Loaded::Inbox(ask, page) => model.inbox.take(&ask, page).into_iter().collect(),
        Loaded::Thread(id, page) => match (&mut model.thread, page) {
            (Some(thread), Some(page)) if thread.conversation.id == id => {
                let first = !thread.loaded;
                thread.loading_older = false;
                thread.take(*page);
                let then_reply = std::mem::take(&mut thread.then_reply);
                let mut effects = Vec::new();
                if first {
                    effects.push(Effect::LookedAt(id));
                }
                if then_reply {
                    effects.extend(reply(model));
                }
                effects
            }
            (Some(thread), None) if thread.conversation.id == id => {
                model.toast(
                    ToastKind::Warn,
                    "This conversation is not in the cache yet.",
                );
                back(model)
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
            match next {
                Some(id) => {
                    model.inbox.select(&id);
                    open(model, id)
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
        Loaded::Page(name, messenger, instagram) => {
            model.page_name = name;
            model.routing = (messenger, instagram);
            Vec::new()
        }
    }
}

pub(super) fn reload_thread(model: &Model) -> Option<Effect> {
    let thread = model.thread.as_ref()?;
    Some(Effect::LoadThread {
        id: thread.conversation.id.clone(),
        limit: thread.limit,
    })
}
