//! The bottom line: the keys that help most here, as many as fit, and which of
//! them stands at a cell.

use crate::{
    app::{Focus, Model, action::table::Action, why_not},
    text,
};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What it does.
    pub action: Action,
    /// Its key.
    pub key: String,
    /// What it does, in a word or two.
    pub words: &'static str,
}

/// The hints of the focused pane. What cannot be done now is no help.
pub fn shown(model: &Model) -> Vec<Hint> {
    use Action as A;
    let actions: &[(Action, &str)] = match model.focus {
        Focus::Composer => &[
            (A::Send, "send"),
            (A::SendHandBack, "send+hand back"),
            (A::LeaveComposer, "leave, keep draft"),
            (A::Canned, "canned"),
            (A::NewLine, "new line"),
            (A::ComposerMessageType, "message type"),
            (A::Editor, "editor"),
        ],
        Focus::Thread => &[
            (A::Reply, "reply"),
            (A::HandBack, "hand back"),
            (A::Take, "take"),
            (A::NoReplyNeeded, "no reply"),
            (A::Snooze, "snooze"),
            (A::NextWaiting, "next waiting"),
            (A::Back, "list"),
            (A::Help, "help"),
            (A::Note, "note"),
            (A::Ownership, "who holds it"),
            (A::Profile, "profile"),
        ],
        Focus::List if !model.marked.is_empty() => &[
            (A::NoReplyNeeded, "no reply"),
            (A::Snooze, "snooze"),
            (A::Wait, "wait"),
            (A::Labels, "labels"),
            (A::Take, "take"),
            (A::HandBack, "hand back"),
            (A::Mark, "mark"),
            (A::Back, "unmark all"),
        ],
        Focus::List => &[
            (A::Open, "open"),
            (A::Reply, "reply"),
            (A::Filter, "filter"),
            (A::Jump, "jump"),
            (A::NoReplyNeeded, "no reply"),
            (A::Snooze, "snooze"),
            (A::Help, "help"),
            (A::Back, "quit"),
            (A::Commands, "commands"),
            (A::NextWaiting, "next waiting"),
        ],
    };
    actions
        .iter()
        .filter(|(action, _)| why_not(model, *action).is_none())
        .map(|(action, words)| Hint {
            action: *action,
            key: model.session.settings.keymap.key_of(*action),
            words,
        })
        .collect()
}

/// Cells that a key and its words take.
pub fn width(key: &str, words: &str) -> u16 {
    u16::try_from(text::width(key) + text::width(words) + 3).unwrap_or(u16::MAX)
}

/// The action at a column of the bottom line.
pub(crate) fn at(model: &Model, column: u16) -> Option<Action> {
    let mut end: u16 = 0;
    for hint in shown(model) {
        end = end.saturating_add(width(&hint.key, hint.words));
        if end > model.session.size.0 {
            return None;
        }
        if column < end {
            return Some(hint.action);
        }
    }
    None
}
