//! A reply that is not in the thread yet, and where it stands.

use crate::app::action::table::Action;
use crate::app::thread::line::{Look, Pieces, Tone, wrapped};
use crate::app::thread::message_lines::{part_lines, quote_line, quoted_words};
use crate::app::thread::wording::size;
use crate::domain::{Content, Item, Outgoing, SendAs, SendState, Span};

/// For so long after Enter, a reply in doubt is only said to be looked for.
pub(crate) const CHECKING: Span = Span::seconds(60);
/// After so many looks in vain it was probably not sent.
pub(super) const LOOKS: u32 = 3;

/// Cells of an upload's bar.
const BAR: u64 = 10;

/// How much of its files has gone out, as long as that is not all.
fn uploading(outgoing: &Outgoing, look: &Look<'_>) -> Option<String> {
    let all = outgoing.content.bytes();
    match look.uploads.get(&outgoing.local) {
        Some(gone) if *gone < all => {
            let full = usize::try_from(gone * BAR / all).unwrap_or(0);
            let left = usize::try_from(BAR).unwrap_or(0) - full;
            let bar = format!("{}{}", "█".repeat(full), "·".repeat(left));
            let cancel = look.keymap.key_of(Action::Cancel);
            Some(format!(
                "… uploading {bar} {} of {}, {cancel} cancels",
                size(*gone),
                size(all)
            ))
        }
        // Meta looks at them before it answers.
        Some(_) if all > 0 => Some("… sending".into()),
        _ => None,
    }
}

/// What a message of ours holds, as it will stand in the thread.
pub(super) fn content_lines(content: &Content, look: &Look<'_>) -> Vec<Pieces> {
    let mut lines = Vec::new();
    if !content.text().is_empty() {
        lines = wrapped(Tone::Said, &content.text().into(), look);
    }
    for part in content.parts() {
        part_lines(&part, look, &mut lines);
    }
    lines
}

/// A reply on its way; `items` are those of its thread.
pub(super) fn outgoing_lines(outgoing: &Outgoing, items: &[Item], look: &Look<'_>) -> Vec<Pieces> {
    let mut lines = content_lines(&outgoing.content, look);
    if let Some(quote) = &outgoing.quote {
        lines.insert(0, quote_line(quoted_words(items, quote), look));
    }
    let as_word = match outgoing.send_as {
        SendAs::Response => "",
        SendAs::HumanAgent => " as HUMAN_AGENT",
        SendAs::Utility => " as UTILITY",
    };
    let settle = &look.settle;
    let checking = look.now.since(outgoing.at) < CHECKING;
    let uploading = uploading(outgoing, look);
    let (tone, words) = match &outgoing.state {
        SendState::Queued if look.no_link => (
            Tone::Dim,
            format!("◷ queued{as_word}: no network. Will be sent when it is back within 5 minutes"),
        ),
        SendState::Queued if uploading.is_some() => (Tone::Dim, uploading.unwrap_or_default()),
        SendState::Queued if outgoing.not_before.is_some_and(|at| at > look.now) => (
            Tone::Warn,
            format!("◷ sending{as_word} in a moment; you can still undo"),
        ),
        SendState::Queued => (Tone::Dim, format!("◷ queued{as_word}")),
        SendState::Sending => (Tone::Dim, format!("… sending{as_word}")),
        SendState::Sent(_) | SendState::Assumed => (Tone::Good, "✓ sent".into()),
        SendState::Refused {
            why,
            given_back: true,
        } => (
            Tone::Bad,
            format!(
                "✗ not sent: {} Your text is back in the composer.",
                look.keymap.name_remedies(why)
            ),
        ),
        SendState::Refused { why, .. } => (
            Tone::Bad,
            format!(
                "✗ not sent: {} [{settle}] edit, send again or drop",
                look.keymap.name_remedies(why)
            ),
        ),
        SendState::Unsure if checking => (Tone::Warn, "? not confirmed, checking".into()),
        SendState::Unsure if outgoing.looks >= LOOKS => (
            Tone::Warn,
            format!(
                "? probably not sent: checked {} times, not there. [{settle}] check, send again or treat as sent",
                outgoing.looks
            ),
        ),
        SendState::Unsure => (
            Tone::Warn,
            format!(
                "? not confirmed: Meta may have it. [{settle}] check, send again or treat as sent"
            ),
        ),
        SendState::Held(why) => (
            Tone::Warn,
            format!(
                "‖ on hold: {}. [{settle}] send now, edit or drop",
                why.words()
            ),
        ),
        SendState::Dropped => (Tone::Dim, "dropped".into()),
    };
    lines.extend(wrapped(tone, &words.into(), look));
    lines
}
