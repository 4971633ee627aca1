//! Which of some names fit what was typed, best first: letters in their order,
//! accents and case aside.

use std::cmp::Reverse;

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

use crate::text;

/// Scores names against what was typed.
#[derive(Debug)]
pub struct Fuzzy {
    pattern: Pattern,
    matcher: Matcher,
    buffer: Vec<char>,
}

impl Fuzzy {
    /// For these words.
    pub fn new(words: &str) -> Self {
        Self {
            pattern: Pattern::parse(
                &text::fold(words),
                CaseMatching::Ignore,
                Normalization::Smart,
            ),
            matcher: Matcher::new(Config::DEFAULT),
            buffer: Vec::new(),
        }
    }

    /// How well the best of some folded names, one a line, fits; `None` when none
    /// does.
    pub fn score(&mut self, folded: &str) -> Option<u32> {
        folded
            .split('\n')
            .filter_map(|name| {
                let name = Utf32Str::new(name, &mut self.buffer);
                self.pattern.score(name, &mut self.matcher)
            })
            .max()
    }

    /// The places of those that fit, best first; of equal ones the shortest, then in
    /// their order.
    pub fn best<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
        // Nothing typed fits all of them alike.
        let typed = !self.pattern.atoms.is_empty();
        let mut scored: Vec<(Reverse<u32>, usize, usize)> = names
            .into_iter()
            .enumerate()
            .filter_map(|(at, name)| {
                let score = self.score(&text::searchable(name))?;
                let length = if typed { name.len() } else { 0 };
                Some((Reverse(score), length, at))
            })
            .collect();
        scored.sort_unstable();
        scored.into_iter().map(|(_, _, at)| at).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_their_order_fit_and_nothing_typed_fits_all() {
        let names = ["refund sent", "greeting", "réfund löst", "thanks"];
        let best = |words: &str| Fuzzy::new(words).best(names);
        assert_eq!(best(""), [0, 1, 2, 3]);
        assert_eq!(best("rfs"), [0, 2]);
        assert_eq!(best("refund los"), [2]);
        assert_eq!(Fuzzy::new("order").best(["order shipped", "order"]), [1, 0]);
        assert_eq!(best("zz"), Vec::<usize>::new());
    }
}
