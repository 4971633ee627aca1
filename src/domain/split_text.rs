//! Texts that are too long for one message, in parts.

use unicode_segmentation::UnicodeSegmentation;

use super::Platform;

/// The longest text on Messenger: 2,000 (Send API reference). Whether Meta
/// counts characters or UTF-16 units is not documented; units are never fewer,
/// so we count those.
const MESSENGER_LIMIT: usize = 2_000;
/// The longest text on Instagram: 1,000 bytes of UTF-8 (Send API for Instagram).
const INSTAGRAM_LIMIT: usize = 1_000;

impl Platform {
    /// The longest text, in the unit of [`Self::length`].
    pub fn limit(self) -> usize {
        match self {
            Self::Messenger => MESSENGER_LIMIT,
            Self::Instagram => INSTAGRAM_LIMIT,
        }
    }

    /// The length of a text in the unit of the limit: UTF-16 units on
    /// Messenger, bytes on Instagram.
    pub fn length(self, text: &str) -> usize {
        match self {
            Self::Messenger => text.chars().map(char::len_utf16).sum(),
            Self::Instagram => text.len(),
        }
    }

    /// A text in parts that are short enough, each a message of its own: broken
    /// between paragraphs, sentences or words where there are any, and never
    /// inside a letter as people see it. White space at the breaks goes.
    pub fn parts(self, text: &str) -> Vec<String> {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        while self.length(rest) > self.limit() {
            let (part, behind) = rest.split_at(self.cut(rest));
            parts.push(part.trim_end().to_owned());
            rest = behind.trim_start();
        }
        if !rest.is_empty() || parts.is_empty() {
            parts.push(rest.to_owned());
        }
        parts
    }

    /// Where a text that is too long is cut: behind the last paragraph, sentence
    /// or word that fits, as long as that leaves at least half of the room used.
    fn cut(self, text: &str) -> usize {
        let mut fits = 0;
        let (mut paragraph, mut sentence, mut word) = (0, 0, 0);
        let mut used = 0;
        let mut before = "";
        for (at, cluster) in text.grapheme_indices(true) {
            used += self.length(cluster);
            if used > self.limit() {
                break;
            }
            fits = at + cluster.len();
            if cluster.trim().is_empty() {
                word = at;
                if cluster.contains('\n') {
                    paragraph = at;
                }
                if before.ends_with(['.', '!', '?', '…', '。', '！', '？']) {
                    sentence = at;
                }
            } else if matches!(cluster, "。" | "！" | "？" | "、") {
                // These scripts write no spaces.
                sentence = fits;
            }
            before = cluster;
        }
        let half = |at: &usize| self.length(&text[..*at]) * 2 >= self.limit();
        let best = [paragraph, sentence, word].into_iter().find(half);
        match best {
            Some(at) => at,
            None if fits > 0 => fits,
            // One letter that is too long by itself: between its characters.
            None => self.characters(text),
        }
    }

    fn characters(self, text: &str) -> usize {
        let mut used = 0;
        let too_long = |(_, c): &(usize, char)| {
            used += self.length(c.encode_utf8(&mut [0; 4]));
            used > self.limit()
        };
        let end = text.char_indices().find(too_long);
        end.map_or(text.len(), |(at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_broken_where_it_hurts_least() {
        let words = |n: usize| "word ".repeat(n).trim_end().to_owned();
        let long = format!("{}.\n\n{}", words(300), words(300));
        let parts = Platform::Messenger.parts(&long);
        assert_eq!(parts, [format!("{}.", words(300)), words(300)]);
        let sentences = format!("{}. {}", words(380), words(100));
        let parts = Platform::Messenger.parts(&sentences);
        assert_eq!(parts, [format!("{}.", words(380)), words(100)]);
        let parts = Platform::Messenger.parts(&words(450));
        assert_eq!(parts, [words(400), words(50)]);
        assert_eq!(Platform::Messenger.parts("short "), ["short"]);
        assert_eq!(Platform::Messenger.parts(""), [""]);
    }

    #[test]
    fn the_limits_hold_to_the_unit() {
        for (platform, text, parts) in [
            (Platform::Messenger, "x".repeat(2_000), 1),
            (Platform::Messenger, "x".repeat(2_001), 2),
            // Two UTF-16 units each.
            (Platform::Messenger, "😀".repeat(1_000), 1),
            (Platform::Messenger, "😀".repeat(1_001), 2),
            (Platform::Instagram, "x".repeat(1_000), 1),
            (Platform::Instagram, "é".repeat(500), 1),
            (Platform::Instagram, "é".repeat(501), 2),
        ] {
            assert_eq!(platform.parts(&text).len(), parts);
        }
        let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
        let parts = Platform::Instagram.parts(&family.repeat(60));
        assert!(parts.len() > 1);
        for part in &parts {
            assert_eq!(part.len() % family.len(), 0, "no family is parted");
        }
        let endless = format!("👩{}", "\u{200d}👩".repeat(400));
        let parts = Platform::Instagram.parts(&endless);
        assert_eq!(parts.concat(), endless, "one letter without an end");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_but_white_space_is_lost_and_every_part_fits(text in "(\\PC|[ \n.!]){0,2600}") {
            for platform in [Platform::Messenger, Platform::Instagram] {
                let parts = platform.parts(&text);
                let bare = |text: &str| text.split_whitespace().collect::<String>();
                prop_assert_eq!(bare(&parts.concat()), bare(&text));
                for part in parts {
                    prop_assert!(platform.length(&part) <= platform.limit());
                }
            }
        }
    }
}
