//! The gate that outside text passes before it is shown, and measuring by
//! terminal cells.
//!
//! Whatever a customer, a profile or a server wrote is hostile until it is
//! [`Clean`]: no control character, no direction override, no invisible
//! character, no pile of marks. The store keeps the raw text; the gate stands
//! at every exit. This module must not know what the text is about.

use std::{borrow::Cow, fmt, ops::Deref};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// At most this many combining marks stay on one base character.
const MARKS_PER_BASE: usize = 8;
/// At most this many characters of one text are laid out.
const LAID_OUT: usize = 4_000;

/// Text that cannot act on a terminal. Lines are separated by `\n`; there is no
/// other control character in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clean(String);

impl Clean {
    /// Nothing.
    pub const fn new() -> Self {
        Self(String::new())
    }

    /// On one line: line breaks become spaces.
    pub fn one_line(raw: &str) -> Self {
        let clean = Self::from(raw).0;
        if clean.contains('\n') {
            Self(clean.split_whitespace().collect::<Vec<_>>().join(" "))
        } else {
            Self(clean)
        }
    }

    /// The text itself.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Deref for Clean {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for Clean {
    fn from(raw: &str) -> Self {
        Self(gate(raw, LAID_OUT).into_owned())
    }
}

impl From<String> for Clean {
    fn from(raw: String) -> Self {
        match gate(&raw, LAID_OUT) {
            Cow::Borrowed(_) => Self(raw),
            Cow::Owned(clean) => Self(clean),
        }
    }
}

impl From<Cow<'_, str>> for Clean {
    fn from(raw: Cow<'_, str>) -> Self {
        Self::from(raw.into_owned())
    }
}

/// Whether the gate would have to take out something that no honest text
/// holds: controls, direction overrides, invisible characters.
pub fn is_suspicious(raw: &str) -> bool {
    raw.chars().any(|c| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}')) || is_direction_control(c)
    })
}

/// Whether a character may never reach a terminal cell.
pub fn is_forbidden(c: char) -> bool {
    c.is_control() || is_direction_control(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
        | '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}' | '\u{FDD0}'..='\u{FDEF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}

/// The one sanitizer, code point by code point: a sequence may be split over
/// two messages, so it never tries to understand sequences.
fn gate(raw: &str, at_most: usize) -> Cow<'_, str> {
    if raw.bytes().all(|b| (0x20..0x7F).contains(&b) || b == b'\n') && raw.len() <= at_most {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut marks = 0;
    let mut in_tag_flag = false;
    let mut chars = raw.chars().peekable();
    let mut taken = 0;
    while let Some(c) = chars.next() {
        taken += 1;
        if taken > at_most {
            out.push('…');
            break;
        }
        let tag = ('\u{E0000}'..='\u{E007F}').contains(&c);
        if !tag {
            in_tag_flag = c == '\u{1F3F4}';
        }
        match c {
            '\n' => out.push('\n'),
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' => out.push(' '),
            c if c.is_control() => out.push('\u{FFFD}'),
            c if is_direction_control(c) || is_invisible(c) => {}
            // Joiners spell words in some scripts and hold emoji together;
            // between ASCII they only hide.
            '\u{200C}' | '\u{200D}' => {
                let joins = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
                if joins(out.chars().next_back()) && joins(chars.peek().copied()) {
                    out.push(c);
                }
            }
            c if tag => {
                if in_tag_flag {
                    out.push(c);
                }
            }
            c if is_combining_mark(c) => {
                marks += 1;
                if marks <= MARKS_PER_BASE {
                    out.push(c);
                }
                continue;
            }
            c => out.push(c),
        }
        marks = 0;
    }
    Cow::Owned(out)
}

/// What is typed or pasted, through the same gate but uncut, as it follows the
/// character `before`. A joiner typed last waits for what it will join.
pub fn disarm(before: Option<char>, raw: &str) -> String {
    let whole: String = before.into_iter().chain(raw.chars()).collect();
    let mut clean = gate(&whole, usize::MAX).into_owned();
    let last = raw.chars().next_back();
    let spells = clean.chars().next_back().is_some_and(|c| !c.is_ascii());
    if let Some(joiner) = last.filter(|c| spells && matches!(c, '\u{200C}' | '\u{200D}')) {
        clean.push(joiner);
    }
    let skip = before.map_or(0, |c| {
        if c == '\u{200C}' || c == '\u{200D}' {
            0
        } else {
            c.len_utf8()
        }
    });
    clean.split_off(skip.min(clean.len()))
}

/// Width in terminal cells.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Cuts to at most `cells`, with `…` where something was lost.
pub fn cut(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for cluster in text.graphemes(true) {
        let w = width(cluster);
        if used + w + 1 > cells {
            break;
        }
        used += w;
        out.push_str(cluster);
    }
    if cells > 0 {
        out.push('…');
    }
    out
}

/// What stands in the cells from `from` up to, but not with, `to`. A wide letter
/// belongs to it when one of its cells does.
pub fn cells(text: &str, from: usize, to: usize) -> String {
    let mut at = 0;
    let mut out = String::new();
    for cluster in text.graphemes(true) {
        let end = at + width(cluster);
        if end > from && at < to {
            out.push_str(cluster);
        }
        at = end;
    }
    out
}

/// Exactly `cells` wide: cut or filled with spaces on the right.
pub fn fit(text: &str, cells: usize) -> String {
    let mut out = cut(text, cells);
    let missing = cells.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(' ', missing));
    out
}

/// Exactly `cells` wide: cut or filled with spaces on the left.
pub fn fit_right(text: &str, cells: usize) -> String {
    let out = cut(text, cells);
    let missing = cells.saturating_sub(width(&out));
    format!("{}{out}", " ".repeat(missing))
}

/// Breaks into lines of at most `cells`, at words where possible, never inside
/// a grapheme cluster. Always at least one line.
pub fn wrap(text: &Clean, cells: usize) -> Vec<String> {
    let cells = cells.max(2);
    let options = textwrap::Options::new(cells)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::UnicodeBreakProperties)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        for piece in textwrap::wrap(line, &options) {
            if width(&piece) <= cells {
                lines.push(piece.into_owned());
            } else {
                break_long(&piece, cells, &mut lines);
            }
        }
    }
    lines
}

fn break_long(word: &str, cells: usize, lines: &mut Vec<String>) {
    let mut line = String::new();
    let mut used = 0;
    for cluster in word.graphemes(true) {
        let w = width(cluster);
        if used + w > cells && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        line.push_str(cluster);
        used += w;
    }
    lines.push(line);
}

/// Folds for searching: accents off, lower case, so that "tran" finds "Trần".
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'đ' => 'd',
            'ł' => 'l',
            'ø' => 'o',
            c => c,
        })
        .collect()
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_gate_disarms_what_acts_on_terminals() {
        for (raw, clean) in [
            ("plain", "plain"),
            ("\x1b[2J\x1b]0;owned\x07", "�[2J�]0;owned�"),
            ("\u{9b}31mred", "�31mred"),
            ("a\r\nb\rc\u{85}d\u{2028}e", "a\nb\nc\nd\ne"),
            ("tab\there", "tab here"),
            ("\u{202e}evil\u{202c}", "evil"),
            ("in\u{200b}vis\u{feff}ible\u{ad}", "invisible"),
            ("👩\u{200d}👩\u{200d}👧", "👩\u{200d}👩\u{200d}👧"),
            ("a\u{200d}b", "ab"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("x\u{e0041}\u{e0042}", "x"),
            (
                "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
                "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            ),
        ] {
            assert_eq!(&*Clean::from(raw), clean, "{raw:?}");
        }
    }

    #[test]
    fn a_flood_of_marks_is_cut_to_eight() {
        let raw = format!("e{}", "\u{301}".repeat(2000));
        assert_eq!(Clean::from(raw).chars().count(), 9);
    }

    #[test]
    fn wrapping_keeps_clusters_whole_and_breaks_cjk() {
        assert_eq!(wrap(&"one two three".into(), 8), ["one two", "three"]);
        assert_eq!(
            wrap(&"荷物がまだ届きません".into(), 8),
            ["荷物がま", "だ届きま", "せん"]
        );
        assert_eq!(
            wrap(&"👩\u{200d}👩\u{200d}👧👩\u{200d}👩\u{200d}👧".into(), 2).len(),
            2
        );
        assert_eq!(wrap(&"".into(), 8), [""]);
        assert_eq!(wrap(&"a\n\nb".into(), 8), ["a", "", "b"]);
    }

    #[test]
    fn fitting_counts_cells_not_characters() {
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit("ab", 4), "ab  ");
        assert_eq!(fit_right("ab", 4), "  ab");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn folding_finds_names_without_their_accents() {
        assert_eq!(fold("Trần Đức"), "tran duc");
        assert_eq!(fold("Łukasz"), "lukasz");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_comes_in_nothing_forbidden_comes_out(raw in any::<String>(), cells in 1usize..40) {
            let clean = Clean::from(raw);
            prop_assert!(!clean.chars().any(|c| c != '\n' && is_forbidden(c)));
            for line in wrap(&clean, cells) {
                prop_assert!(!line.contains('\n'));
                // A cluster is never broken, however wide it is.
                let cluster = line.graphemes(true).count() == 1;
                prop_assert!(width(&line) <= cells.max(2) || cluster);
            }
        }

        #[test]
        fn cleaning_twice_changes_nothing_more(raw in any::<String>()) {
            let once = Clean::from(raw);
            prop_assert_eq!(Clean::from(&*once), once.clone());
        }
    }
}
