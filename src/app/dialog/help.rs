//! The help screen, made of the live keymap. Typing searches it, Enter runs
//! the marked line.

use crate::app::{
    action::table::{ACTIONS, ActionSpec, Context},
    areas::Layout,
    dialog::{
        geometry::Geometry,
        input::{Input, move_cursor},
        intent::Intent,
        modal::{Modal, Step},
    },
    input::keymap::{Code, Key},
    model::Session,
};

/// The help screen.
#[derive(Clone, Debug, Default)]
pub struct Help {
    /// What is searched for.
    pub input: Input,
    /// The marked line.
    pub cursor: usize,
}

impl Help {
    /// The rows that fit the search.
    pub fn fitting(&self) -> Vec<&'static ActionSpec> {
        let words = self.input.text().to_lowercase();
        ACTIONS
            .iter()
            .filter(|spec| spec.help.to_lowercase().contains(&words) || spec.name.contains(&words))
            .collect()
    }
}

impl Modal for Help {
    fn key(&mut self, _: &Session, key: Key) -> Step {
        let fitting = self.fitting();
        match key.code {
            Code::Esc | Code::F(1) => return Step::Close,
            Code::Char('q' | '?') if self.input.text().is_empty() => return Step::Close,
            Code::Enter => {
                let marked = fitting.get(self.cursor);
                if let Some(spec) = marked.filter(|spec| spec.context == Context::Desk) {
                    return Step::Finish(Intent::Run(spec.action));
                }
            }
            _ => {
                let vim = match key.text().filter(|_| self.input.text().is_empty()) {
                    Some('j') => Key::plain(Code::Down),
                    Some('k') => Key::plain(Code::Up),
                    _ => key,
                };
                if !move_cursor(&mut self.cursor, fitting.len(), vim) && self.input.key(vim) {
                    self.cursor = 0;
                }
            }
        }
        Step::Stay
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let place = Geometry::boxed(layout, (110, u16::MAX), 1, 0);
        Some(place.with_rows(self.fitting().len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }
}
