//! Which file goes out? The path is completed as one types.

use super::{
    super::{
        Effect, Model, ToastKind,
        keymap::{Code, Key},
    },
    Input, Stay, move_cursor,
};
use crate::domain::Attachment;

/// The question.
#[derive(Clone, Debug, Default)]
pub struct Attach {
    /// The path as it was typed.
    pub input: Input,
    /// What the disk answered, to [`Self::answered`]: paths that begin so, a
    /// folder with a `/` behind it.
    pub entries: Vec<String>,
    /// The file of that path, if it is one.
    pub file: Option<Attachment>,
    /// The path that the disk has answered.
    pub answered: Option<String>,
    /// The marked line.
    pub cursor: usize,
}

impl Attach {
    /// Takes an answer; one to an older question is dropped.
    pub(in super::super) fn take(
        &mut self,
        typed: &str,
        entries: Vec<String>,
        file: Option<Attachment>,
    ) {
        if typed != self.input.text() {
            return;
        }
        (self.entries, self.file, self.cursor) = (entries, file, 0);
        self.answered = Some(typed.to_owned());
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        match key.code {
            Code::Esc => return Stay::Close,
            Code::Enter if self.file.is_some() => {
                let Some(file) = self.file.take() else {
                    return Stay::Open;
                };
                let Some(thread) = &mut model.thread else {
                    return Stay::Close;
                };
                match file.why_not(thread.conversation.platform) {
                    Some(why) => {
                        model.toast(ToastKind::Warn, why);
                        self.file = Some(file);
                        return Stay::Open;
                    }
                    None => {
                        let c = &thread.conversation;
                        if thread.composer.began.is_none() {
                            thread.composer.began(c.known(), &c.owner);
                        }
                        thread.composer.file = Some(file);
                    }
                }
                return Stay::Close;
            }
            Code::Enter | Code::Tab => {
                if let Some(entry) = self.entries.get(self.cursor) {
                    self.input = Input::with(entry);
                    effects.push(Effect::LookAtPath(entry.clone()));
                }
            }
            _ => {
                if !move_cursor(&mut self.cursor, self.entries.len(), key) && self.input.key(key) {
                    self.file = None;
                    effects.push(Effect::LookAtPath(self.input.text().to_owned()));
                }
            }
        }
        Stay::Open
    }
}
