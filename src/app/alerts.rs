//! What calls an agent who looks elsewhere: the bell, a notification of the
//! terminal, its title; again and again until somebody has opened the thread, if
//! that is wanted.

use super::{Effect, Model};
use crate::{
    app::TerminalEffect,
    domain::{ConversationId, Span, Timestamp, View},
    text::Clean,
};

/// No alert for what happened longer ago (our choice): after a night without
/// the desk one bell is enough.
const STALE: Span = Span::minutes(10);

/// However many come at once, the bell rings once in this time.
const ONE_BELL: Span = Span::seconds(3);

/// What rings, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alerts {
    /// The terminal's bell.
    pub bell: bool,
    /// Say it again after so long, until the thread is opened.
    pub repeat: Option<Span>,
    /// Show in the terminal's title how many need us.
    pub title: bool,
    /// How the terminal tells of it while it is out of sight.
    pub notify: Notify,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            bell: true,
            repeat: None,
            title: true,
            notify: Notify::Off,
        }
    }
}

/// How a terminal is told of news that it shows outside its window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notify {
    /// Not at all.
    #[default]
    Off,
    /// `OSC 9` (iTerm2, WezTerm, Ghostty).
    Osc9,
    /// `OSC 777;notify` (foot, urxvt).
    Osc777,
    /// `OSC 99` (kitty).
    Osc99,
}

/// Somebody needs a person, and has since this moment (Meta's clock).
pub(super) fn escalated(
    model: &mut Model,
    id: ConversationId,
    name: &str,
    at: Timestamp,
) -> Vec<Effect> {
    let open = model.open_thread(&id).is_some();
    if model.server_now().since(at) > STALE || (open && model.attended) {
        return Vec::new();
    }
    let words = if model.privacy {
        "Somebody needs a person.".to_owned()
    } else {
        format!("{} needs a person.", Clean::one_line(name))
    };
    model.calling.insert(id);
    let recent = model
        .rang_at
        .is_some_and(|at| model.now.since(at) < ONE_BELL);
    if recent {
        return Vec::new();
    }
    ring(model, words)
}

/// The agent has turned to this conversation.
pub(super) fn answered(model: &mut Model, id: &ConversationId) {
    model.calling.remove(id);
}

/// When it is to be said again.
pub(super) fn due(model: &Model) -> Option<Timestamp> {
    let repeat = model.settings.alerts.repeat?;
    let rang = model.rang_at.filter(|_| !model.calling.is_empty())?;
    Some(rang.plus(repeat))
}

/// Says it again, if nobody has come.
pub(super) fn again(model: &mut Model) -> Vec<Effect> {
    if due(model).is_none_or(|at| model.now < at) {
        return Vec::new();
    }
    let words = match model.calling.len() {
        1 => "One customer still waits for a person.".to_owned(),
        n => format!("{n} customers still wait for a person."),
    };
    ring(model, words)
}

fn ring(model: &mut Model, words: String) -> Vec<Effect> {
    model.rang_at = Some(model.now);
    let mut effects = Vec::new();
    if model.settings.alerts.bell {
        effects.push(Effect::Terminal(TerminalEffect::Bell));
    }
    if !model.attended {
        effects.push(Effect::Terminal(TerminalEffect::Notify(words)));
    }
    effects
}

/// The terminal's title, when it is not what it was.
pub(super) fn title(model: &mut Model) -> Option<Effect> {
    if !model.settings.alerts.title {
        return None;
    }
    let count = model.inbox.counts.by_view[View::NeedsMe.index()];
    let page = Clean::one_line(&model.page_name);
    let title = match (count, page.is_empty()) {
        (0, true) => "switchboard".to_owned(),
        (0, false) => format!("{page} · switchboard"),
        (n, true) => format!("({n}) switchboard"),
        (n, false) => format!("({n}) {page} · switchboard"),
    };
    if model.title == title {
        return None;
    }
    model.title.clone_from(&title);
    Some(Effect::Terminal(TerminalEffect::Title(title)))
}
