//! The one sanitizer, and the type of what has passed it.

use std::{borrow::Cow, fmt, ops::Deref};

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{
        DefaultIgnorableCodePoint, GeneralCategory, NoncharacterCodePoint,
        PrependedConcatenationMark, VariationSelector,
    },
};
use unicode_normalization::char::is_combining_mark;

/// At most this many combining marks stay on one base character.
const MARKS_PER_BASE: usize = 8;
/// At most this many characters of one text are laid out.
const LAID_OUT: usize = 4_000;

/// What stands in the cells of a picture that the terminal draws itself (kitty). In
/// outside text it could show a picture where somebody's words should be.
pub const PICTURE_CELL: char = '\u{10EEEE}';

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
/// holds: controls, direction overrides, and invisible characters that no
/// keyboard types.
pub fn is_suspicious(raw: &str) -> bool {
    let mut flag = false;
    raw.chars().any(|c| {
        let tag = is_tag(c);
        if !tag {
            flag = c == BLACK_FLAG;
        }
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}'))
            || c == PICTURE_CELL
            || is_direction_control(c)
            || (is_hidden(c) && !is_usual(c) && !(tag && flag))
    })
}

/// Whether a character may never reach a terminal cell.
pub fn is_forbidden(c: char) -> bool {
    let kept = is_joiner(c) || is_variation(c) || is_tag(c);
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | PICTURE_CELL) || (is_hidden(c) && !kept)
}

/// Whether the content of a terminal cell needs nothing taken out.
pub fn is_clean(symbol: &str) -> bool {
    symbol.chars().all(is_plain) || (!symbol.contains('\n') && disarm(None, symbol) == symbol)
}

/// Visible characters that need no look into the tables of Unicode: Latin, dashes and
/// quotation marks, lines and blocks, kana, Chinese characters, Hangul. A test holds them
/// to those tables.
pub(super) fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{24F}' | '\u{2010}'..='\u{2027}' | '\u{2500}'..='\u{25FF}'
        | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

/// Whether a character is a mark on the one before it.
pub fn is_mark(c: char) -> bool {
    is_combining_mark(c)
}

fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Invisible by what Unicode says about it, not by a list of ours: what a text
/// is shown without, format characters, what will never be a character, and
/// what is not assigned yet where such characters live. The Arabic number signs
/// and their like are format characters that one sees.
fn is_hidden(c: char) -> bool {
    if c.is_ascii() || CodePointSetData::new::<PrependedConcatenationMark>().contains(c) {
        return false;
    }
    if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || CodePointSetData::new::<NoncharacterCodePoint>().contains(c)
    {
        return true;
    }
    match CodePointMapData::<GeneralCategory>::new().get(c) {
        GeneralCategory::Format => true,
        GeneralCategory::Unassigned => {
            matches!(c, '\u{2060}'..='\u{206F}' | '\u{FFF0}'..='\u{FFFF}' | '\u{13430}'..='\u{1345F}'
                | '\u{1BCA0}'..='\u{1BCAF}' | '\u{E0000}'..='\u{E0FFF}')
        }
        _ => false,
    }
}

/// Invisible, and yet typed by keyboards and written by web pages.
fn is_usual(c: char) -> bool {
    is_joiner(c)
        || is_variation(c)
        || matches!(
            c,
            '\u{AD}'
                | '\u{34F}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{17B4}'
                | '\u{17B5}'
                | '\u{180E}'
                | '\u{200B}'
                | '\u{2060}'
                | '\u{3164}'
                | '\u{FEFF}'
                | '\u{FFA0}'
        )
}

const BLACK_FLAG: char = '\u{1F3F4}';

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

fn is_tag(c: char) -> bool {
    ('\u{E0020}'..='\u{E007F}').contains(&c)
}

fn is_variation(c: char) -> bool {
    CodePointSetData::new::<VariationSelector>().contains(c)
}

/// What a variation selector may stand behind: a sign that has variants.
fn has_variants(base: Option<char>) -> bool {
    base.is_some_and(|c| match c {
        '0'..='9' | '#' | '*' => true,
        c => !c.is_ascii() && !c.is_whitespace() && !is_variation(c) && !is_joiner(c),
    })
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
        if is_plain(c) {
            out.push(c);
            (marks, in_tag_flag) = (0, false);
            continue;
        }
        let tag = is_tag(c);
        if !tag {
            in_tag_flag = c == BLACK_FLAG;
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
            c if c.is_control() || c == PICTURE_CELL => out.push('\u{FFFD}'),
            // Joiners spell words in some scripts and hold emoji together;
            // between ASCII they only hide.
            c if is_joiner(c) => {
                let joins = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && !is_forbidden(c));
                if joins(out.chars().next_back()) && joins(chars.peek().copied()) {
                    out.push(c);
                }
            }
            c if tag => {
                if in_tag_flag {
                    out.push(c);
                }
            }
            c if is_variation(c) => {
                if has_variants(out.chars().next_back()) {
                    out.push(c);
                }
            }
            c if is_hidden(c) => {}
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
    // What is left of `before` where nothing stands before it: of the end of a flag,
    // say, nothing is.
    let left = before.map_or(0, |c| gate(c.encode_utf8(&mut [0; 4]), usize::MAX).len());
    clean.split_off(left.min(clean.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    use crate::text::{width, wrap};

    #[test]
    fn what_is_plain_is_so_by_the_tables_of_unicode_too() {
        for c in (0..=0x10FFFF)
            .filter_map(char::from_u32)
            .filter(|c| is_plain(*c))
        {
            let means_something = c.is_control()
                || is_hidden(c)
                || is_variation(c)
                || is_joiner(c)
                || is_tag(c)
                || is_combining_mark(c)
                || c == BLACK_FLAG;
            assert!(!means_something, "{c:?}");
        }
    }

    /// Behind a flag of England, say, whose last sign means nothing by itself.
    #[test]
    fn what_is_typed_is_kept_whatever_stands_before_it() {
        let before = [
            'a',
            'é',
            '🏴',
            '\u{e0067}',
            '\u{e007f}',
            '\u{fe0f}',
            '\u{301}',
            '\u{200d}',
            '\u{200b}',
            '\t',
            '\n',
            '\u{1b}',
            '\u{fffd}',
            '漢',
        ];
        for c in before {
            for typed in ["x", "é", "ж", "漢", "🙂", " two words", "\n"] {
                assert_eq!(disarm(Some(c), typed), typed, "behind {c:?}");
            }
            for typed in [
                "",
                "\u{e007f}",
                "\u{fe0f}",
                "\u{301}",
                "\u{200d}",
                "\r\n",
                "\u{9b}",
            ] {
                disarm(Some(c), typed);
            }
        }
    }

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
            // By what they are, not by a list of ours.
            ("\u{1d173}a\u{1d17a}b\u{1bca0}c\u{1bca3}", "abc"),
            ("\u{13430}a\u{1343f}b\u{2065}c\u{fff0}d\u{fff8}", "abcd"),
            ("é\u{200d}\u{2065}x", "éx"),
            // What one sees stays: Arabic number signs and their like, and what
            // picks the shape of a sign.
            (
                "\u{600}١٢ \u{6dd}٣ \u{8e2} \u{110bd}",
                "\u{600}١٢ \u{6dd}٣ \u{8e2} \u{110bd}",
            ),
            (
                "❤\u{fe0f} 1\u{fe0f}\u{20e3} 葛\u{e0100}",
                "❤\u{fe0f} 1\u{fe0f}\u{20e3} 葛\u{e0100}",
            ),
            ("a\u{fe01}b\u{e0101} \u{fe0f}", "ab "),
            ("❤\u{fe0f}\u{fe0f}\u{e0101}", "❤\u{fe0f}"),
            (
                "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
                "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            ),
        ] {
            assert_eq!(&*Clean::from(raw), clean, "{raw:?}");
        }
    }

    #[test]
    fn a_line_that_hid_something_says_so() {
        for (raw, hides) in [
            ("plain, with \u{ad}soft hyphens and \u{200b}spaces", false),
            ("👩\u{200d}👧 ❤\u{fe0f} می\u{200c}خواهم", false),
            (
                "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
                false,
            ),
            ("\u{600}١٢", false),
            ("read\u{e0041} me", true),
            ("\u{202e}live", true),
            ("\u{1d173}note", true),
            ("\u{2065}", true),
        ] {
            assert_eq!(is_suspicious(raw), hides, "{raw:?}");
        }
    }

    #[test]
    fn a_flood_of_marks_is_cut_to_eight() {
        let raw = format!("e{}", "\u{301}".repeat(2000));
        assert_eq!(Clean::from(raw).chars().count(), 9);
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
