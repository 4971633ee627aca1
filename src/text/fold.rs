//! What a search takes for the same.
//!
//! Case is folded as Unicode does it in full (ß is ss, a final sigma is a sigma),
//! and marks come off. Some letters have a second spelling for keyboards that
//! lack them: ä is also ae. A text is kept in both spellings, so that either finds
//! it and a word that only looks alike ("due") does not become another one.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// How a letter with a second spelling is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// ä is a.
    Plain,
    /// ä is ae, ø is oe, å is aa.
    Long,
}

/// Folds for searching: accents off and case away, so that "tran" finds "Trần",
/// "strasse" finds "Straße", and "isik" finds "IŞIK".
pub fn fold(text: &str) -> String {
    written(text, Spelling::Plain)
}

/// The folded text in the other spelling, "mueller" for "Müller"; `None` when it
/// has no letter with two.
pub fn respelled(text: &str) -> Option<String> {
    other_spelling(text, &fold(text))
}

fn other_spelling(text: &str, folded: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let long = written(text, Spelling::Long);
    (long != folded).then_some(long)
}

/// What is kept of a text to be searched: both spellings, one behind the other.
pub fn searchable(text: &str) -> String {
    let mut folded = fold(text);
    if let Some(long) = other_spelling(text, &folded) {
        folded.push('\n');
        folded.push_str(&long);
    }
    folded
}

/// The spellings of what is asked for; one or two, never empty.
pub fn spellings(words: &str) -> Vec<String> {
    let folded = fold(words);
    let long = other_spelling(words, &folded);
    [Some(folded), long].into_iter().flatten().collect()
}

/// Where the words (divided by spaces) stand in a text, in bytes, from left to
/// right and never overlapping. A letter is found with all of its marks.
pub fn matches(text: &str, words: &str) -> Vec<Range<usize>> {
    let asked: Vec<String> = words.split_whitespace().flat_map(spellings).collect();
    // Every line of a frame asks, mostly for nothing.
    if asked.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for spelling in [Spelling::Plain, Spelling::Long] {
        let (mut folded, mut origins) = (String::new(), Vec::new());
        each(text, spelling, |at, c| {
            folded.push(c);
            origins.resize(folded.len(), at);
        });
        for word in asked.iter().filter(|word| !word.is_empty()) {
            found.extend(folded.match_indices(&**word).map(|(at, word)| {
                let last = origins[at + word.len() - 1];
                let rest = &origins[at + word.len()..];
                let end = rest.iter().find(|origin| **origin > last);
                origins[at]..end.copied().unwrap_or(text.len())
            }));
        }
    }
    found.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in found {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

fn written(text: &str, spelling: Spelling) -> String {
    let mut folded = String::with_capacity(text.len());
    each(text, spelling, |_, c| folded.push(c));
    folded
}

/// The folded letters of a text, each with the place of what it comes from.
fn each(text: &str, spelling: Spelling, mut put: impl FnMut(usize, char)) {
    // A mark may stand behind its letter as a character of its own.
    let mut base = ' ';
    for (at, c) in text.char_indices() {
        if c.is_ascii() {
            base = c.to_ascii_lowercase();
            put(at, base);
            continue;
        }
        decompose_compatible(c, |part| {
            if is_combining_mark(part) {
                match (spelling, base, part) {
                    (Spelling::Long, 'a' | 'o' | 'u', '\u{308}') => put(at, 'e'),
                    (Spelling::Long, 'a', '\u{30a}') => put(at, 'a'),
                    _ => {}
                }
                return;
            }
            // Lower case first: the upper case of ẞ is itself. Upper case then
            // gives all letters of the full folding.
            let upper = part.to_lowercase().flat_map(char::to_uppercase);
            for lower in upper.flat_map(char::to_lowercase) {
                let plain = match (lower, spelling) {
                    ('đ' | 'ð', _) => "d",
                    ('ł', _) => "l",
                    ('ħ', _) => "h",
                    ('æ', _) => "ae",
                    ('œ', _) => "oe",
                    ('ø', Spelling::Plain) => "o",
                    ('ø', Spelling::Long) => "oe",
                    (mark, _) if is_combining_mark(mark) => "",
                    (other, _) => {
                        base = other;
                        put(at, other);
                        continue;
                    }
                };
                for letter in plain.chars() {
                    base = letter;
                    put(at, letter);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_typed() {
        for (text, asked) in [
            ("Trần Đức", "tran duc"),
            ("Łukasz", "lukasz"),
            ("Müller", "MULLER"),
            ("Müller", "mueller"),
            ("Mu\u{308}ller", "MÜLLER"),
            ("MUELLER", "müller"),
            ("Straße", "STRASSE"),
            ("STRASSE", "straße"),
            ("GROẞE", "große"),
            ("ΟΔΥΣΣΕΥΣ", "Οδυσσεύς"),
            ("İpek Işık", "IPEK IŞIK"),
            ("IŞIK", "ışık"),
            ("ipek", "İPEK"),
            ("Søren Ærø Åse", "soeren aeroe aase"),
            ("Soeren", "Søren"),
            ("ﬁne", "FINE"),
            ("ǅ", "ǆ"),
            ("Ꭰ", "ꭰ"),
            ("ＡＢＣ", "abc"),
        ] {
            let kept = searchable(text);
            let found = spellings(asked).iter().any(|word| kept.contains(word));
            assert!(found, "{asked} does not find {text} ({kept})");
            assert!(!matches(text, asked).is_empty(), "{asked} in {text}");
        }
        // Only letters that have two spellings are found by both.
        for (text, asked) in [("during", "due"), ("Israel", "isral"), ("blu", "blue")] {
            let kept = searchable(text);
            assert!(spellings(asked).iter().all(|word| !kept.contains(word)));
            assert!(matches(text, asked).is_empty());
        }
    }

    #[test]
    fn what_matched_is_cut_out_with_its_marks() {
        for (text, asked, pieces) in [
            (
                "Herr Müller, Straße 3",
                "mueller strasse",
                vec!["Müller", "Straße"],
            ),
            ("Mu\u{308}ller", "mu", vec!["Mu\u{308}"]),
            ("Caffe\u{301} e", "caffe", vec!["Caffe\u{301}"]),
            ("Straße", "s", vec!["S", "ß"]),
            ("aaa", "aa", vec!["aa"]),
            ("abab", "ab ba", vec!["abab"]),
            ("größer", "oe", vec!["ö"]),
            ("x", "", vec![]),
        ] {
            let found: Vec<&str> = matches(text, asked).into_iter().map(|r| &text[r]).collect();
            assert_eq!(found, pieces, "{asked} in {text}");
        }
    }
}
