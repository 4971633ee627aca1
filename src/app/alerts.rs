//! What calls an agent who looks elsewhere: the bell, a notification of the
//! terminal, its title; again and again until somebody has opened the thread, if
//! that is wanted.

use crate::{
    app::{Effect, Model, TerminalEffect},
    domain::{ConversationId, Span, Timestamp, View},
    text::Clean,
};

/// No alert for what happened longer ago (our choice): after a night without
/// the desk one bell is enough.
const STALE: Span = Span::minutes(10);

/// However many come at once, the bell rings once in this time.
const ONE_BELL: Span = Span::seconds(3);

/// Somebody needs a person, and has since this moment (Meta's clock).
pub(crate) fn escalated(
    model: &mut Model,
    id: ConversationId,
    name: &str,
    at: Timestamp,
) -> Vec<Effect> {
    let open = model.open_thread(&id).is_some();
    if model.server_now().since(at) > STALE || (open && model.session.attended) {
        return Vec::new();
    }
    let words = if model.session.privacy {
        "Somebody needs you.".to_owned()
    } else {
        format!("{} needs you.", Clean::one_line(name))
    };
    model.calling.customers.insert(id);
    if is_recent(model, model.calling.rang_at) {
        return Vec::new();
    }
    ring(model, words)
}

/// The agent has turned to this conversation.
pub(crate) fn answered(model: &mut Model, id: &ConversationId) {
    model.calling.customers.remove(id);
}

/// When it is to be said again.
pub(crate) fn due(model: &Model) -> Option<Timestamp> {
    let repeat = model.session.settings.alerts.repeat?;
    let rang = model
        .calling
        .rang_at
        .filter(|_| !model.calling.customers.is_empty())?;
    Some(rang.plus(repeat))
}

/// Says it again, if nobody has come.
pub(crate) fn again(model: &mut Model) -> Vec<Effect> {
    if due(model).is_none_or(|at| model.session.now < at) {
        return Vec::new();
    }
    let words = match model.calling.customers.len() {
        1 => "1 customer is still waiting.".to_owned(),
        n => format!("{n} customers are still waiting."),
    };
    ring(model, words)
}

/// Too short a time ago for another bell. What a clock that was set back leaves in the
/// future is none.
fn is_recent(model: &Model, at: Option<Timestamp>) -> bool {
    at.is_some_and(|at| (Span::ZERO..ONE_BELL).contains(&model.session.now.since(at)))
}

fn ring(model: &mut Model, words: String) -> Vec<Effect> {
    model.calling.rang_at = Some(model.session.now);
    let mut effects: Vec<Effect> = bell(model).into_iter().collect();
    if !model.session.attended {
        effects.push(Effect::Terminal(TerminalEffect::Notify(words)));
    }
    effects
}

/// The terminal's bell, if it is wanted and was not rung just now.
pub(crate) fn bell(model: &mut Model) -> Option<Effect> {
    if !model.session.settings.alerts.bell || is_recent(model, model.calling.bell_at) {
        return None;
    }
    model.calling.bell_at = Some(model.session.now);
    Some(Effect::Terminal(TerminalEffect::Bell))
}

/// The terminal's title, when it is not what it was.
pub(crate) fn title(model: &mut Model) -> Option<Effect> {
    if !model.session.settings.alerts.title {
        return None;
    }
    let count = model.inbox.counts.by_view[View::NeedsMe.index()];
    let page = Clean::one_line(&model.session.account.name);
    let title = match (count, page.is_empty()) {
        (0, true) => "switchboard".to_owned(),
        (0, false) => format!("{page} · switchboard"),
        (n, true) => format!("({n}) switchboard"),
        (n, false) => format!("({n}) {page} · switchboard"),
    };
    if model.calling.title == title {
        return None;
    }
    model.calling.title.clone_from(&title);
    Some(Effect::Terminal(TerminalEffect::Title(title)))
}
