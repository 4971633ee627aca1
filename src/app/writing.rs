//! Writing a reply: what each changed letter brings, what it goes out as, and
//! sending it.

use super::{
    Anchor, Effect, Focus, Model, Thread, ToastKind,
    action::Action,
    composer,
    dialog::{Choose, Dialog},
};
use crate::domain::{Ask, HandBack, Platform, SendAs, SendState, Span, ThreadOwner};

/// An answer of somebody else is news for so long (product rule 7).
const JUST_NOW: Span = Span::seconds(30);
/// The same words within this time are asked about.
const TWICE: Span = Span::seconds(2);

/// Lets `edit` change the text, and does what a changed text brings.
pub(super) fn compose(
    model: &mut Model,
    edit: impl FnOnce(&mut composer::Composer) -> bool,
) -> Vec<Effect> {
    let (now, attended) = (model.now, model.attended);
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    let composer = &mut thread.composer;
    if !edit(composer) {
        return Vec::new();
    }
    composer.last_key = now;
    composer.saved = false;
    if composer.began.is_none() && !composer.is_empty() {
        composer.began(thread.conversation.known(), &thread.conversation.owner);
    }
    composer.unsaved_since.get_or_insert(now);
    if composer.typing.is_none() && attended && !composer.is_empty() && !model.settings.read_only {
        composer.typing = Some(now);
        return vec![Effect::ask(&thread.conversation, Ask::Typing(true))];
    }
    Vec::new()
}

pub(super) fn stop_typing(model: &mut Model) -> Vec<Effect> {
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    match thread.composer.typing.take() {
        Some(_) => vec![Effect::ask(&thread.conversation, Ask::Typing(false))],
        None => Vec::new(),
    }
}

pub(super) fn save_draft(thread: &mut Thread) -> Effect {
    thread.composer.unsaved_since = None;
    thread.composer.pending += 1;
    Effect::SaveDraft {
        conversation: thread.conversation.id.clone(),
        psid: thread.conversation.psid.clone(),
        text: thread.composer.text(),
        cursor: thread.composer.cursor(),
        over: thread.loaded || thread.composer.newer_than_disk,
    }
}

pub(super) fn leave_composer(model: &mut Model) -> Vec<Effect> {
    let effects = stop_typing(model);
    model.focus = Focus::Thread;
    effects
}

pub(super) fn change_type(model: &mut Model) {
    let chosen = model.thread.as_ref().map(|thread| model.send_as(thread));
    let (Some(thread), Some(chosen)) = (&mut model.thread, chosen) else {
        model.toast(ToastKind::Info, "Open a conversation first.");
        return;
    };
    match chosen {
        Ok(now) => {
            let other = if now == SendAs::Response {
                SendAs::HumanAgent
            } else {
                SendAs::Response
            };
            thread.composer.send_as = Some(other);
            model.toast(
                ToastKind::Info,
                format!("This reply goes out as {}.", other.word()),
            );
        }
        Err(closed) => model.toast(ToastKind::Warn, closed.words()),
    }
}

pub(super) fn send(model: &mut Model, hand_back: Option<HandBack>) -> Vec<Effect> {
    let local = model.new_id();
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let text = thread.composer.text().trim().to_owned();
    if text.is_empty() {
        model.toast(ToastKind::Info, "Nothing to send yet.");
        return Vec::new();
    }
    if let Some(why) = why_not_send(model, thread) {
        model.toast(ToastKind::Warn, why);
        return Vec::new();
    }
    if let Some(why) = not_fresh(model, &text) {
        ask_first(model, why);
        return Vec::new();
    }
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let Ok(send_as) = model.send_as(thread) else {
        return Vec::new();
    };
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    thread.notice = None;
    thread.anchor = Anchor::Bottom;
    // Meta takes the typing bubble away by itself when a message arrives.
    thread.composer.clear();
    thread.composer.awaiting = Some((local.clone(), text.clone()));
    if hand_back.is_some() {
        thread.advance_after = Some(local.clone());
        model.focus = Focus::Thread;
    }
    let what = Ask::Send {
        local,
        text,
        send_as,
        hand_back,
        known: thread.conversation.known(),
    };
    vec![Effect::ask(&thread.conversation, what)]
}

pub(super) fn send_hand_back(model: &mut Model) -> Vec<Effect> {
    let bot = model.apps.bot_name();
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let text = thread.composer.text().trim().to_owned();
    let with_text = !text.is_empty();
    if let (true, Some(why)) = (with_text, why_not_send(model, thread)) {
        model.toast(ToastKind::Warn, why);
        return Vec::new();
    }
    if let (true, Some(why)) = (with_text, not_fresh(model, &text)) {
        ask_first(model, why);
        return Vec::new();
    }
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let choose = Choose::outcome(&thread.conversation, &bot, with_text);
    model.dialogs.push(Dialog::Choose(choose));
    Vec::new()
}

/// What a person should see before the text goes out: something has happened in
/// the thread since it was begun, or the same words are on their way already.
fn not_fresh(model: &Model, text: &str) -> Option<String> {
    let thread = model.thread.as_ref()?;
    let began = thread.composer.began.as_ref()?;
    let c = &thread.conversation;
    let name = c.display_name();
    if c.customer_at > began.known.customer_at {
        return Some(format!("{name} has written since you began."));
    }
    let others = c.page_at.filter(|at| Some(*at) > c.agent_at);
    let just_now = others.is_some_and(|at| model.server_now().since(at) < JUST_NOW);
    if others > began.known.page_at || (just_now && !began.told) {
        return Some("The bot or a colleague has just answered.".into());
    }
    if began.ours && c.owner != ThreadOwner::Us {
        let holder = model.owner_words(&c.owner);
        return Some(format!("Control has moved to {holder} since you began."));
    }
    let twice = thread.outgoing().any(|o| {
        let recent = model.now.since(o.at) < TWICE;
        o.text == text && (recent || o.state == SendState::Unsure)
    });
    (twice && !began.told)
        .then(|| "The same words are on their way already, and not confirmed.".into())
}

/// Says what a person should see; the next Enter sends all the same.
fn ask_first(model: &mut Model, why: String) {
    let send = model.settings.keymap.key_of(Action::Send);
    if let Some(thread) = &mut model.thread {
        thread.notice = Some(format!("{why} {send} sends all the same."));
        thread.anchor = Anchor::Bottom;
        let c = &thread.conversation;
        thread.composer.began(c.known(), &c.owner);
        if let Some(began) = &mut thread.composer.began {
            began.told = true;
        }
    }
}

/// Why the text in the composer cannot go out as it is.
pub(super) fn why_not_send(model: &Model, thread: &Thread) -> Option<String> {
    if model.settings.read_only {
        return Some("This desk is read-only, so nothing is sent.".into());
    }
    if !thread.loaded && !thread.composer.newer_than_disk {
        // A draft may stand there that nobody has seen.
        return Some("This thread is still being read; press it again in a moment.".into());
    }
    let (length, limit) = thread.composer.length(thread.conversation.platform);
    if length > limit {
        let unit = if thread.conversation.platform == Platform::Instagram {
            "bytes"
        } else {
            "characters"
        };
        return Some(format!(
            "Too long: {length} {unit}, and Meta takes {limit}. Shorten it or send it in parts."
        ));
    }
    model
        .send_as(thread)
        .err()
        .map(|closed| closed.words().to_owned())
}
