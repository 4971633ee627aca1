//! Measuring by terminal cells, and making text fit.

use std::{borrow::Cow, iter};

use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, LineBreak},
};
use textwrap::WordSeparator;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::clean::{self, Clean};

/// Width in terminal cells.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    clusters(text).map(|(_, width)| width).sum()
}

/// The grapheme clusters of a text, each with its width in cells.
pub fn clusters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut rest = text;
    iter::from_fn(move || {
        let (cluster, width) = match stands_alone(rest) {
            Some(bytes) => (&rest[..bytes], 1),
            None => {
                let cluster = rest.graphemes(true).next()?;
                (cluster, cluster_width(cluster))
            }
        };
        rest = &rest[cluster.len()..];
        Some((cluster, width))
    })
}

/// How many bytes the first character has, if it is a plain one and nothing behind it can
/// join it. That is most of what is drawn; the rest needs the tables of Unicode.
fn stands_alone(text: &str) -> Option<usize> {
    let mut chars = text.chars();
    let first = chars.next().filter(|c| is_plain(*c))?;
    chars
        .next()
        .is_none_or(is_plain)
        .then_some(first.len_utf8())
}

/// One cell wide, and joins nothing of its kind: Latin, dashes and quotation marks, lines
/// and blocks. A test holds them to the tables of Unicode.
fn is_plain(c: char) -> bool {
    c < '\u{25C0}' && clean::is_plain(c)
}

/// A letter with its signs takes the most that a terminal gives it, which is
/// what its characters take one by one: the library counts the vowel signs and
/// stacked letters of some scripts as nothing, and a terminal that does not would
/// write the next letter over them. Emoji are one picture everywhere.
fn cluster_width(cluster: &str) -> usize {
    if cluster.len() == 1 {
        return 1;
    }
    let whole = cluster.width();
    let spells = cluster.chars().next().is_some_and(char::is_alphabetic);
    if spells || cluster.chars().any(is_sound_mark) {
        whole.max(cluster.chars().map(char_width).sum())
    } else {
        whole
    }
}

fn char_width(c: char) -> usize {
    let spacing =
        || CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::SpacingMark;
    match c.width() {
        Some(0) if is_sound_mark(c) || spacing() => 1,
        width => width.unwrap_or(0),
    }
}

/// The marks that halfwidth katakana have in a cell of their own.
fn is_sound_mark(c: char) -> bool {
    matches!(c, '\u{FF9E}' | '\u{FF9F}')
}

/// Cuts to at most `cells`, with `…` where something was lost.
pub fn cut(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for (cluster, w) in clusters(text) {
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
    let (text, missing) = fitting(text, cells);
    let mut out = String::with_capacity(text.len() + missing);
    out.push_str(&text);
    out.extend(iter::repeat_n(' ', missing));
    out
}

/// Exactly `cells` wide: cut or filled with spaces on the left.
pub fn fit_right(text: &str, cells: usize) -> String {
    let (text, missing) = fitting(text, cells);
    let mut out = String::with_capacity(text.len() + missing);
    out.extend(iter::repeat_n(' ', missing));
    out.push_str(&text);
    out
}

/// As much of a text as fits, and how many cells it leaves.
fn fitting(text: &str, cells: usize) -> (Cow<'_, str>, usize) {
    let wide = width(text);
    if wide <= cells {
        return (text.into(), cells - wide);
    }
    let beginning = cut(text, cells);
    let missing = cells.saturating_sub(width(&beginning));
    (beginning.into(), missing)
}

/// Breaks into lines of at most `cells`, at words where possible, never inside
/// a grapheme cluster. Always at least one line.
///
/// Where words end is the library's; how wide they are is [`width`], which counts
/// more than the library in some scripts.
pub fn wrap(text: &Clean, cells: usize) -> Vec<String> {
    let cells = cells.max(2);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        if width(line) <= cells {
            lines.push(line.trim_end_matches(' ').to_owned());
            continue;
        }
        let mut current = String::new();
        let mut used = 0;
        let mut space = "";
        for (word, behind) in words(line) {
            let wide = width(word);
            if used + space.len() + wide > cells {
                if used > 0 {
                    lines.push(std::mem::take(&mut current));
                    used = 0;
                }
            } else {
                current.push_str(space);
                used += space.len();
            }
            if used + wide > cells {
                break_long(word, cells, &mut current, &mut lines);
                used = width(&current);
            } else {
                current.push_str(word);
                used += wide;
            }
            space = behind;
        }
        lines.push(current);
    }
    lines
}

/// The words of a line, each with the space behind it.
fn words(line: &str) -> Vec<(&str, &str)> {
    match breaks_at_spaces_alone(line) {
        true => words_between_spaces(line),
        false => words_of_unicode(line),
    }
}

/// Whether Unicode's rules would break this line at its spaces and nowhere else: it has only
/// letters, digits, and the signs that end a word.
fn breaks_at_spaces_alone(line: &str) -> bool {
    let is_letter = |c: char| {
        c.is_ascii_alphanumeric()
            || ('\u{C0}'..='\u{D6}').contains(&c)
            || ('\u{D8}'..='\u{F6}').contains(&c)
            || ('\u{F8}'..='\u{17F}').contains(&c)
    };
    let mut before = ' ';
    line.chars().all(|c| {
        let plain = match c {
            ' ' => true,
            '.' | ',' | '?' | '!' => is_letter(before),
            c => is_letter(c) && (before == ' ' || is_letter(before)),
        };
        before = c;
        plain
    })
}

fn words_between_spaces(line: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let end = rest.find(' ').unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        let spaces = behind.len() - behind.trim_start_matches(' ').len();
        found.push((word, &behind[..spaces]));
        rest = &behind[spaces..];
    }
    found
}

/// By the rules of Unicode. Where the library ends a
/// word inside a cluster, it goes on: the parts would be measured, and might be
/// parted, as what they are not.
fn words_of_unicode(line: &str) -> Vec<(&str, &str)> {
    let mut clusters = line.grapheme_indices(true).map(|(at, _)| at).peekable();
    let mut found: Vec<(&str, &str)> = Vec::new();
    let (mut begin, mut at) = (0, 0);
    for word in separator(line).find_words(line) {
        while clusters.next_if(|cluster| *cluster < at).is_some() {}
        if clusters.peek() == Some(&at) {
            begin = at;
        } else {
            found.pop();
        }
        let end = at + word.word.len();
        found.push((&line[begin..end], word.whitespace));
        at = end + word.whitespace.len();
    }
    found
}

/// Thai and its neighbours write words without spaces between them; where one
/// ends is known from dictionaries only, which we do not carry. The library
/// would complain with every line.
fn separator(line: &str) -> WordSeparator {
    let complex = |c| CodePointMapData::<LineBreak>::new().get(c) == LineBreak::ComplexContext;
    if line.chars().any(complex) {
        WordSeparator::AsciiSpace
    } else {
        WordSeparator::UnicodeBreakProperties
    }
}

/// A word that is longer than a line goes on in `line`, and fills others.
fn break_long(word: &str, cells: usize, line: &mut String, lines: &mut Vec<String>) {
    let mut used = width(line);
    for (cluster, wide) in clusters(word) {
        if used + wide > cells && !line.is_empty() {
            lines.push(std::mem::take(line));
            used = 0;
        }
        line.push_str(cluster);
        used += wide;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
        assert_eq!(wrap(&"  far in  ".into(), 8), ["  far in"]);
        assert_eq!(
            wrap(&"a https://x.y/z b".into(), 6),
            ["a", "https:", "//x.y/", "z b"]
        );
        // A sign that the library takes for a word of its own stays with its letter.
        for line in wrap(&"AaΣA\u{1134d}a".into(), 2) {
            assert!(width(&line) <= 2, "{line:?}");
            assert!(!line.starts_with('\u{1134d}'), "{line:?}");
        }
        // Words move as a whole, however the letters of a script are counted.
        let bengali = "আমার বাতি ভাঙা কোথায় আমার বাতি";
        for cells in 8..40 {
            let lines = wrap(&bengali.into(), cells);
            assert!(lines.iter().all(|line| width(line) <= cells), "{lines:?}");
            assert_eq!(lines.join(" "), bengali, "{cells}");
            let next = |at: usize| lines.get(at + 1).and_then(|line| line.split(' ').next());
            for (at, line) in lines.iter().enumerate() {
                if let Some(word) = next(at) {
                    assert!(width(line) + 1 + width(word) > cells, "{lines:?}");
                }
            }
        }
    }

    fn clusters_of_unicode(text: &str) -> Vec<(&str, usize)> {
        let clusters = text.graphemes(true);
        clusters.map(|c| (c, cluster_width(c))).collect()
    }

    #[test]
    fn what_is_plain_is_so_by_the_tables_of_unicode_too() {
        for c in ('\0'..=char::MAX).filter(|c| is_plain(*c)) {
            let text = format!("a{c}{c}©{c}…{c}");
            assert_eq!(clusters_of_unicode(&text).len(), 7, "{c:?}");
            assert_eq!(
                clusters(&text).collect::<Vec<_>>(),
                clusters_of_unicode(&text)
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        /// The short way to a cluster ends where the long one does, whatever comes next.
        #[test]
        fn clusters_are_those_of_unicode(
            text in proptest::collection::vec(
                proptest::sample::select(vec![
                    "a", " ", "~", "é", "…", "©", "─", "╮", "█", "e\u{301}", "\u{301}", "\u{200d}", "\u{fe0f}", "日", "각", "👩",
                    "\u{1f1ea}", "ป", "ำ", "\u{94d}", "\n", "1\u{fe0f}\u{20e3}", "🏴",
                ]),
                0..12,
            ),
        ) {
            let text = text.concat();
            prop_assert_eq!(clusters(&text).collect::<Vec<_>>(), clusters_of_unicode(&text));
        }

        /// The short way to a word, too.
        #[test]
        fn words_between_spaces_are_those_of_unicode(
            line in proptest::collection::vec(
                proptest::sample::select(vec!["a", "Z", "9", " ", "  ", ". ", ", ", "? ", "! ", "é", "ß", "ő", "!", ".", "1,0"]),
                0..12,
            ),
        ) {
            let line = line.concat();
            if breaks_at_spaces_alone(&line) {
                prop_assert_eq!(words_between_spaces(&line), words_of_unicode(&line));
            }
        }
    }

    #[test]
    fn fitting_counts_cells_not_characters() {
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit("ab", 4), "ab  ");
        assert_eq!(fit_right("ab", 4), "  ab");
        assert_eq!(cut("abc", 0), "");
    }
}
