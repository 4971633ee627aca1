//! The help screen, made of the live keymap. Typing searches it, Enter runs
//! the marked line.

use super::{
    super::{
        Effect, Model,
        action::{ACTIONS, Context, Spec},
        keymap::{Code, Key},
        keys::run,
    },
    Input, Stay, move_cursor,
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
    pub fn fitting(&self) -> Vec<&'static Spec> {
        let words = self.input.text().to_lowercase();
        ACTIONS
            .iter()
            .filter(|spec| spec.help.to_lowercase().contains(&words) || spec.name.contains(&words))
            .collect()
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        let fitting = self.fitting();
        match key.code {
            Code::Esc | Code::F(1) => return Stay::Close,
            Code::Char('q' | '?') if self.input.text().is_empty() => return Stay::Close,
            Code::Enter => {
                if let Some(spec) = fitting
                    .get(self.cursor)
                    .filter(|spec| spec.context == Context::Desk)
                {
                    effects.extend(run(model, spec.action));
                    return Stay::Close;
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
        Stay::Open
    }
}
