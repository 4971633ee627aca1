//! Picking a canned reply: type a part of its name or its text, Enter puts it
//! into the composer. A second `/` is a slash.

use super::{
    super::{
        Effect, Model,
        canned::{self, Canned},
        fuzzy::Fuzzy,
        keymap::{Code, Key},
        writing::compose,
    },
    Input, Stay, move_cursor,
};

/// The choice.
#[derive(Clone, Debug, Default)]
pub struct CannedDialog {
    /// What was typed.
    pub input: Input,
    /// All canned replies, or why they cannot be read; `None` while they are.
    pub all: Option<Result<Vec<Canned>, String>>,
    /// The marked line.
    pub cursor: usize,
    /// It was opened by a `/`, so a second one is a slash.
    by_slash: bool,
}

impl CannedDialog {
    pub(in super::super) fn opened(by_slash: bool) -> Self {
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
        let words = crate::text::fold(self.input.text().trim());
        for (at, canned) in all.iter().enumerate() {
            if !places.contains(&at) && crate::text::fold(&canned.text).contains(&words) {
                places.push(at);
            }
        }
        places.into_iter().filter_map(|at| all.get(at)).collect()
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        match key.code {
            Code::Esc => return Stay::Close,
            Code::Backspace if self.input.text().is_empty() => return Stay::Close,
            Code::Char('/') if self.by_slash && self.input.text().is_empty() => {
                effects.extend(compose(model, |composer| composer.insert("/")));
                return Stay::Close;
            }
            Code::Enter => {
                let chosen = self.fitting().get(self.cursor).map(|c| c.text.clone());
                if let Some(text) = chosen {
                    let text = canned::filled(&text, &canned::values(model));
                    let text = text.trim_end();
                    effects.extend(compose(model, |composer| composer.insert(text)));
                    return Stay::Close;
                }
            }
            _ => {
                let count = self.fitting().len();
                if !move_cursor(&mut self.cursor, count, key) && self.input.key(key) {
                    self.cursor = 0;
                }
            }
        }
        Stay::Open
    }
}
