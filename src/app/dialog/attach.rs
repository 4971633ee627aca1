//! Which file goes out? The path is completed as one types.

use super::{
    super::{
        Effect, Model, ToastKind,
        keymap::{Code, Key},
    },
    Input, Stay, move_cursor,
};
use crate::{app::Query, domain::Attachment};

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
    /// *Enter* came before the disk's answer: it counts then.
    pub entered: bool,
}

impl Attach {
    /// Takes an answer; one to an older question is dropped.
    pub(super) fn take(
        &mut self,
        model: &mut Model,
        typed: &str,
        entries: Vec<String>,
        file: Option<Attachment>,
    ) -> Stay {
        if typed != self.input.text() {
            return Stay::Open;
        }
        (self.entries, self.file, self.cursor) = (entries, file, 0);
        self.answered = Some(typed.to_owned());
        if std::mem::take(&mut self.entered) {
            return self.attach(model);
        }
        Stay::Open
    }

    /// The file goes into the composer, if it is one that may be sent.
    fn attach(&mut self, model: &mut Model) -> Stay {
        let (Some(file), Some(thread)) = (&self.file, &mut model.thread) else {
            return Stay::Open;
        };
        let c = &thread.conversation;
        if let Some(why) = file.why_not(c.platform) {
            model.toast(ToastKind::Warn, why);
            return Stay::Open;
        }
        if thread.composer.began.is_none() {
            thread.composer.began(c.known(), &c.owner);
        }
        thread.composer.file = self.file.take();
        Stay::Close
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        match key.code {
            Code::Esc => return Stay::Close,
            Code::Enter if self.answered.as_deref() != Some(self.input.text()) => {
                self.entered = true;
            }
            Code::Enter if self.file.is_some() => return self.attach(model),
            Code::Enter | Code::Tab => {
                if let Some(entry) = self.entries.get(self.cursor) {
                    self.input = Input::with(entry);
                    effects.push(Effect::Query(Query::Path(entry.clone())));
                }
            }
            _ => {
                if !move_cursor(&mut self.cursor, self.entries.len(), key) && self.input.key(key) {
                    (self.file, self.entered) = (None, false);
                    effects.push(Effect::Query(Query::Path(self.input.text().to_owned())));
                }
            }
        }
        Stay::Open
    }
}
