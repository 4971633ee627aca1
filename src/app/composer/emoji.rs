//! Emoji by their short names, as `:heart:` is typed elsewhere (GitHub's "gemoji" names).
//! A text file and not a library: a table of strings adds half a megabyte of addresses
//! that every start has to resolve, and this is read only when somebody types such a name.

/// One per line: `name emoji`.
const NAMES: &str = include_str!("../../../assets/emoji.txt");

/// The emoji of that name.
pub(super) fn named(name: &str) -> Option<&'static str> {
    let entries = || NAMES.lines().filter_map(|line| line.split_once(' '));
    entries()
        .find(|(known, _)| *known == name)
        .map(|(_, emoji)| emoji)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::clusters;

    #[test]
    fn every_line_is_a_name_and_one_emoji() {
        for line in NAMES.lines() {
            let (name, emoji) = line.split_once(' ').expect("a name");
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_+-".contains(c);
            assert!(!name.is_empty() && name.chars().all(plain), "{line}");
            assert_eq!(clusters(emoji).count(), 1, "{line}");
            assert_eq!(named(name), Some(emoji));
        }
        assert_eq!(named("heart"), Some("❤\u{fe0f}"));
        assert_eq!(named("no such"), None);
    }
}
