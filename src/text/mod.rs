//! The gate that outside text passes before it is shown, and measuring by
//! terminal cells.
//!
//! Whatever a customer, a profile or a server wrote is hostile until it is
//! [`Clean`]: no control character, no direction override, no invisible
//! character, no pile of marks. The store keeps the raw text; the gate stands
//! at every exit. This module must not know what the text is about.
//!
//! | file | |
//! |---|---|
//! | `clean` | the gate |
//! | `layout` | width in cells, cutting, breaking into lines |
//! | `decode` | bytes that a person's editor wrote |
//! | `fold` | what a search takes for the same |

mod clean;
mod decode;
mod fold;
mod layout;

pub use clean::{Clean, PICTURE_CELL, disarm, is_clean, is_forbidden, is_mark, is_suspicious};
pub use decode::{decode, of_file, read};
pub use fold::{fold, matches, respelled, searchable, spellings};
pub use layout::{cells, clusters, cut, fit, fit_right, width, wrap};

/// Messenger's word for a reaction, for those that everybody has (webhook
/// reference, `message_reactions`).
pub fn reaction_word(emoji: &str) -> Option<&'static str> {
    Some(match emoji.trim_end_matches('\u{FE0F}') {
        "😊" | "😀" | "😆" => "smile",
        "😠" | "😡" => "angry",
        "😢" => "sad",
        "😮" => "wow",
        "❤" | "😍" => "love",
        "👍" => "like",
        "👎" => "dislike",
        _ => return None,
    })
}
