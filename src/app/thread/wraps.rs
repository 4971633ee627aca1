//! A memory of wrapped texts: what is on the screen is laid out several times per frame,
//! and again in the next one.

use std::{cell::RefCell, collections::HashMap};

use crate::text::{self, Clean};

/// How many texts are kept; a screen shows far fewer.
const KEPT: usize = 512;

/// Texts and their lines, each at the width last asked for.
#[derive(Clone, Debug, Default)]
pub struct Wraps(RefCell<HashMap<String, (usize, Vec<String>)>>);

impl Wraps {
    /// As [`text::wrap`].
    pub(in crate::app) fn lines(&self, text: &Clean, cells: usize) -> Vec<String> {
        let mut kept = self.0.borrow_mut();
        if let Some((_, lines)) = kept.get(&**text).filter(|(at, _)| *at == cells) {
            return lines.clone();
        }
        let lines = text::wrap(text, cells);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(text.to_string(), (cells, lines.clone()));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_width_breaks_the_text_anew() {
        let wraps = Wraps::default();
        let text = Clean::from("one two three");
        for cells in [8, 5, 8, 8] {
            assert_eq!(wraps.lines(&text, cells), text::wrap(&text, cells));
        }
    }
}
