//! Events, hand-back notes and file sizes in words.

use crate::{
    app::{action::table::Action, thread::line::Look},
    domain::{Fields, OperationKind, TimelineEvent},
};

/// What an event line says.
pub fn happening(what: &TimelineEvent, look: &Look<'_>) -> String {
    let apps = look.apps;
    match what {
        TimelineEvent::Ours { operation, to } => match (operation, to) {
            (OperationKind::Take, _) => "you took control".into(),
            (OperationKind::Pass, Some(app)) => format!("you handed over to {}", apps.name(app)),
            (OperationKind::Pass, None) => format!("you handed back to {}", apps.bot_name()),
            (OperationKind::Release, _) => "you released control: nobody holds the thread".into(),
            (OperationKind::Extend, _) => "you extended control".into(),
            (OperationKind::Request, _) => "you asked the owner for control".into(),
            (OperationKind::MarkSeen, _) => "marked as seen".into(),
            (OperationKind::Reply, _) => "you replied".into(),
            (OperationKind::Typing, _) => "you typed".into(),
            (OperationKind::React, _) => "you reacted".into(),
        },
        TimelineEvent::CameToUs => "you got control".into(),
        TimelineEvent::LeftUs => "control expired".into(),
        TimelineEvent::Moved {
            from,
            to,
            taken,
            note,
        } => {
            let (from, to) = (apps.holder(from.as_ref()), apps.holder(to.as_ref()));
            let words = match taken {
                true if from == "nobody" => format!("{to} took control"),
                true => format!("{to} took control from {from}"),
                false => format!("{from} → {to}"),
            };
            format!("{words}{}", fields(note))
        }
        TimelineEvent::AskedFor { by, note } => {
            let by = by
                .as_ref()
                .map_or("another app".into(), |app| apps.name(app));
            format!("{by} asked for control{}", fields(note))
        }
        TimelineEvent::Referred(referral) => referral.words(),
        TimelineEvent::OptedIn(what) => format!("opted in{}", behind(what)),
        TimelineEvent::OptedOut(what) => format!("opted out{}", behind(what)),
        TimelineEvent::Linked(true) => "linked their account".into(),
        TimelineEvent::Linked(false) => "unlinked their account".into(),
        TimelineEvent::Feedback(said) => format!("gave feedback{}", fields(said)),
        TimelineEvent::Paid(amount) => format!("paid{}", behind(amount)),
        TimelineEvent::Enforced { action, reason } => {
            format!("Meta's policy: {action}{}", behind(reason))
        }
        TimelineEvent::Unknown(name) => {
            let key = look.keymap.key_of(Action::RawJson);
            format!("unknown event: {name} ({key} shows it)")
        }
    }
}

/// Names and values in one line, raw.
pub(super) fn fields(fields: &Fields) -> String {
    let pairs = fields.iter().map(|(name, value)| {
        if name.is_empty() {
            value.clone()
        } else {
            format!("{name} {value}")
        }
    });
    behind(&pairs.collect::<Vec<_>>().join(" · "))
}

pub(super) fn behind(words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!(" · {words}")
    }
}

/// A file size in words.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        assert_eq!(
            [size(900), size(48_213), size(4_812_004)],
            ["900 B", "48 kB", "4.8 MB"]
        );
    }
}
