//! The words of a message by which a search finds it.

use crate::{domain::Part, text};

/// All words of a message, folded: also those of cards, buttons and files.
pub(super) fn searchable(text: &str, parts: &[Part]) -> String {
    text::searchable(&all_words(text, parts))
}

/// The text of a message and the words of its cards and files, a line each.
pub(super) fn all_words(text: &str, parts: &[Part]) -> String {
    let mut words = vec![text];
    for part in parts {
        match part {
            Part::File { name, .. } => words.extend(name.as_deref()),
            Part::Card {
                title,
                subtitle,
                buttons,
            } => {
                words.extend([title.as_str(), subtitle.as_str()]);
                words.extend(buttons.iter().map(String::as_str));
            }
            Part::QuickReplies(titles) => words.extend(titles.iter().map(String::as_str)),
            Part::Share { title, link } => words.extend([title.as_str(), link.as_str()]),
            Part::Referred(referral) => {
                words.extend([referral.ad_title.as_str(), referral.reference.as_str()]);
            }
            Part::Sticker
            | Part::Tapped(_)
            | Part::Story(_)
            | Part::Disappearing
            | Part::Unknown(_)
            | Part::Unsupported => {}
        }
    }
    words.retain(|words| !words.is_empty());
    words.join("\n")
}
