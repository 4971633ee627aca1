//! Labels of a conversation: type one, Tab completes, Enter sets it or takes it
//! off. They are ours; Meta and the customer do not see them.

use crate::{
    app::{
        areas::Layout,
        dialog::{
            geometry::Geometry,
            input::{Input, move_cursor},
            intent::Intent,
            modal::{Modal, Step},
        },
        input::keymap::{Code, Key},
        model::Session,
    },
    domain::{Conversation, TriageChange},
};

/// The longest label, in characters (our choice).
const LONGEST: usize = 30;

/// The question.
#[derive(Clone, Debug)]
pub struct Labels {
    /// Whom it is about: the list may move meanwhile.
    pub about: Vec<Conversation>,
    /// What was typed.
    pub input: Input,
    /// The labels in use anywhere.
    pub known: Vec<String>,
    /// The marked line.
    pub cursor: usize,
}

impl Labels {
    /// About these conversations.
    pub(crate) fn of(about: Vec<Conversation>) -> Self {
        Self {
            about,
            input: Input::default(),
            known: Vec::new(),
            cursor: 0,
        }
    }

    /// The labels that fit what was typed, with whether they are set now; the
    /// typed one first where it is new.
    pub fn fitting(&self) -> Vec<(String, bool)> {
        let typed = self.input.text().trim().to_lowercase();
        let set = |label: &str| {
            self.about
                .iter()
                .all(|c| c.triage.labels.iter().any(|have| have == label))
        };
        let mut all: Vec<String> = self.known.clone();
        for label in self.about.iter().flat_map(|c| &c.triage.labels) {
            if !all.contains(label) {
                all.push(label.clone());
            }
        }
        all.sort();
        all.retain(|label| label.contains(&typed));
        if !typed.is_empty() && !all.contains(&typed) {
            all.insert(0, typed);
        }
        all.into_iter()
            .map(|label| (label.clone(), set(&label)))
            .collect()
    }

    fn complete(&mut self) {
        // What was typed so far is no completion of itself.
        let typed = self.input.text().trim().to_lowercase();
        let other = |(label, _): &&(String, bool)| self.cursor > 0 || *label != typed;
        let fitting = self.fitting();
        if let Some((label, _)) = fitting.iter().skip(self.cursor).find(other) {
            self.input = Input::with(label);
            self.cursor = 0;
        }
    }
}

impl Modal for Labels {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Enter", "add or remove"),
            ("Tab", "complete"),
            ("Esc", "close"),
        ]
    }

    fn key(&mut self, _: &Session, key: Key) -> Step {
        match key.code {
            Code::Esc => return Step::Close,
            Code::Enter => {
                let Some((label, on)) = self.fitting().into_iter().nth(self.cursor) else {
                    return Step::Close;
                };
                let change = TriageChange::Label(label, !on);
                return Step::Finish(Intent::Triage(self.about.clone(), change));
            }
            Code::Tab => self.complete(),
            _ => {
                let full = self.input.text().chars().count() >= LONGEST && key.text().is_some();
                let count = self.fitting().len();
                let moved = full || move_cursor(&mut self.cursor, count, key);
                if !moved && self.input.key(key) {
                    self.cursor = 0;
                }
            }
        }
        Step::Stay
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let place = Geometry::boxed(layout, (54, 14), 1, 0);
        Some(place.with_rows(self.fitting().len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }
}
