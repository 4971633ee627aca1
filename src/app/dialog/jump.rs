//! The fuzzy jump to a person: the cache is asked as one types.

use crate::{
    app::{
        areas::Layout,
        dialog::{
            geometry::Geometry,
            input::{Input, move_cursor},
            intent::Intent,
            modal::{Modal, Question, Step},
        },
        effect::Query,
        input::keymap::{Code, Key},
        mask::{Mask, masked},
        model::Session,
    },
    domain::{ConversationId, Platform},
};

/// The jump.
#[derive(Clone, Debug, Default)]
pub struct Jump {
    /// What was typed.
    pub input: Input,
    /// Who fits [`Self::answered`], best first.
    pub found: Vec<(ConversationId, String, Platform)>,
    /// The words that the cache has answered.
    pub answered: Option<String>,
    /// Enter was pressed before the answer came.
    enter: bool,
    /// The marked line.
    pub cursor: usize,
}

impl Jump {
    /// Words were typed, and Enter behind them.
    pub(crate) fn expecting(words: &str) -> Self {
        Self {
            input: Input::with(words),
            enter: true,
            ..Self::default()
        }
    }

    /// Takes an answer; one to an older question is dropped. Whoever typed
    /// ahead of it gets the best hit at once.
    pub(crate) fn take(
        &mut self,
        words: &str,
        found: Vec<(ConversationId, String, Platform)>,
    ) -> Step {
        if words != self.input.text() {
            return Step::Stay;
        }
        self.found = found;
        self.answered = Some(words.to_owned());
        self.cursor = 0;
        match self.found.first() {
            Some((id, _, _)) if std::mem::take(&mut self.enter) => {
                Step::Finish(Intent::Open(id.clone()))
            }
            _ => Step::Stay,
        }
    }
}

impl Modal for Jump {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[("Enter", "open"), ("Up Down", "move"), ("Esc", "close")]
    }

    fn key(&mut self, _: &Session, key: Key) -> Step {
        match key.code {
            Code::Esc => return Step::Close,
            Code::Enter if self.answered.as_deref() != Some(self.input.text()) => self.enter = true,
            Code::Enter => {
                if let Some((id, _, _)) = self.found.get(self.cursor) {
                    return Step::Finish(Intent::Open(id.clone()));
                }
            }
            _ => {
                if !move_cursor(&mut self.cursor, self.found.len(), key) && self.input.key(key) {
                    self.enter = false;
                    let words = self.input.text().to_owned();
                    return Step::Do(Intent::Ask(Query::People(words)));
                }
            }
        }
        Step::Stay
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let place = Geometry::boxed(layout, (60, 18), 1, 0);
        Some(place.with_rows(self.found.len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }

    fn question(&self) -> Option<Question> {
        None
    }

    fn mask(&mut self, _: &Mask) {
        for (_, name, _) in &mut self.found {
            *name = masked(name);
        }
    }
}
