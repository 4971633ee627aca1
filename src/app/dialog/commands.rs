//! The actions by name: type a part of it, Tab completes, Enter runs.

use super::{
    super::{
        Effect, Model, ToastKind,
        action::{ACTIONS, Action, Context, Spec},
        keymap::{Code, Key},
        keys::{run, search},
        orders,
    },
    Input, Stay, move_cursor,
};
use crate::domain::Command;

/// The command line.
#[derive(Clone, Debug, Default)]
pub struct Commands {
    /// What was typed.
    pub input: Input,
    /// The marked line.
    pub cursor: usize,
}

impl Commands {
    /// The actions that fit, those whose name starts with the input first.
    pub fn fitting(&self) -> Vec<&'static Spec> {
        let words = self.input.text().to_lowercase().replace([' ', '-'], "_");
        let desk = |spec: &&Spec| spec.context == Context::Desk && spec.action != Action::Commands;
        let starts = ACTIONS
            .iter()
            .filter(desk)
            .filter(|spec| spec.name.starts_with(&words));
        let holds = ACTIONS
            .iter()
            .filter(desk)
            .filter(|spec| !spec.name.starts_with(&words))
            .filter(|spec| spec.name.contains(&words) || spec.help.contains(self.input.text()));
        starts.chain(holds).collect()
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        let fitting = self.fitting();
        match key.code {
            Code::Esc => return Stay::Close,
            Code::Enter => {
                if let Some(order) = orders::parse(self.input.text()) {
                    match order {
                        _ if !model.settings.simulator => {
                            let words =
                                "Only a simulator takes orders, and this is Meta's own API.";
                            model.toast(ToastKind::Warn, words);
                        }
                        Ok(order) => effects.push(Effect::Engine(Command::Simulator(order))),
                        Err(how) => {
                            model.toast(ToastKind::Warn, how);
                            return Stay::Open;
                        }
                    }
                    return Stay::Close;
                }
                // `:search words` begins with its words.
                if let Some(words) = self.input.text().strip_prefix("search ") {
                    effects.extend(search(model, words.trim()));
                    return Stay::Close;
                }
                if let Some(spec) = fitting.get(self.cursor) {
                    effects.extend(run(model, spec.action));
                    return Stay::Close;
                }
            }
            Code::Tab => {
                let order = orders::fitting(self.input.text()).first().copied();
                if let Some(spec) = fitting.get(self.cursor) {
                    self.input = Input::with(spec.name);
                    self.cursor = 0;
                } else if let Some(order) = order {
                    self.input = Input::with(&format!("{} ", order.name));
                }
            }
            Code::Backspace if self.input.text().is_empty() => return Stay::Close,
            _ => {
                if !move_cursor(&mut self.cursor, fitting.len(), key) && self.input.key(key) {
                    self.cursor = 0;
                }
            }
        }
        Stay::Open
    }
}
