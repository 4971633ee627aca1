//! Picking a canned reply: type a part of its name or its text, Enter puts it
//! into the composer. A second `/` is a slash.

use ratatui::layout::Rect;

use crate::{
    app::{
        areas::Layout,
        canned::Canned,
        dialog::{
            geometry::{Geometry, cells},
            input::{Input, move_cursor},
            intent::Intent,
            modal::{Modal, Step},
        },
        fuzzy::Fuzzy,
        input::keymap::{Code, Key},
        model::Session,
    },
    text,
};

/// The choice.
#[derive(Clone, Debug, Default)]
pub struct CannedPicker {
    /// What was typed.
    pub input: Input,
    /// All canned replies, or why they cannot be read; `None` while they are.
    pub all: Option<Result<Vec<Canned>, String>>,
    /// The marked line.
    pub cursor: usize,
    /// It was opened by a `/`, so a second one is a slash.
    by_slash: bool,
}

impl CannedPicker {
    pub(crate) fn opened(by_slash: bool) -> Self {
        Self {
            by_slash,
            ..Self::default()
        }
    }

    /// Those that fit, best first: by their names, then by their texts.
    pub fn fitting(&self) -> Vec<&Canned> {
        let Some(Ok(all)) = &self.all else {
            return Vec::new();
        };
        let mut fuzzy = Fuzzy::new(self.input.text());
        let mut places = fuzzy.best(all.iter().map(|canned| canned.name.as_str()));
        let words = self.input.text().trim();
        for (at, canned) in all.iter().enumerate() {
            if !places.contains(&at) && !text::matches(&canned.text, words).is_empty() {
                places.push(at);
            }
        }
        places.into_iter().filter_map(|at| all.get(at)).collect()
    }
}

impl Modal for CannedPicker {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Enter", "insert"),
            ("Up Down", "move"),
            ("Esc", "back to your text"),
        ]
    }

    fn key(&mut self, _: &Session, key: Key) -> Step {
        match key.code {
            Code::Esc => return Step::Close,
            Code::Backspace if self.input.text().is_empty() => return Step::Close,
            Code::Char('/') if self.by_slash && self.input.text().is_empty() => {
                return Step::Finish(Intent::Insert("/".into()));
            }
            Code::Enter => {
                if let Some(canned) = self.fitting().get(self.cursor) {
                    return Step::Finish(Intent::InsertCanned(canned.text.clone()));
                }
            }
            _ => {
                let count = self.fitting().len();
                if !move_cursor(&mut self.cursor, count, key) && self.input.key(key) {
                    self.cursor = 0;
                }
            }
        }
        Step::Stay
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let count = self.fitting().len();
        let mut place = Geometry::boxed(layout, (100, 26), 1, 0);
        place.rows = Rect {
            height: (place.rows.height / 2).min(cells(count)),
            ..place.rows
        };
        Some(place.with_rows(count, self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }
}
