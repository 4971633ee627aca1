//! The calls to the Graph API, newest first: what was asked, and what came of it.

use super::{
    super::{
        Effect, Model, ToastKind,
        keymap::{Code, Key},
    },
    Stay, move_cursor,
};
use crate::app::TerminalEffect;

/// The log on the screen.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    /// The marked call.
    pub cursor: usize,
    /// The body of the marked call is shown.
    pub open: bool,
    /// A `y` was pressed.
    copy: bool,
}

impl Calls {
    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        let copy = std::mem::take(&mut self.copy);
        match key.code {
            Code::Esc if self.open => self.open = false,
            Code::Esc | Code::Char('q' | '@') => return Stay::Close,
            Code::Enter => self.open = !self.open,
            Code::Char('y') if !copy => self.copy = true,
            Code::Char('c' | 'y') if copy => {
                if let Some(call) = model.calls.iter().rev().nth(self.cursor) {
                    effects.push(Effect::Terminal(TerminalEffect::Copy(call.curl())));
                    model.toast(ToastKind::Good, "Copied as curl, with $PAGE_TOKEN.");
                }
            }
            _ => {
                let vim = match key.text() {
                    Some('j') => Key::plain(Code::Down),
                    Some('k') => Key::plain(Code::Up),
                    Some('g') => Key::plain(Code::Home),
                    Some('G') => Key::plain(Code::End),
                    _ => key,
                };
                move_cursor(&mut self.cursor, model.calls.len(), vim);
            }
        }
        Stay::Open
    }
}
