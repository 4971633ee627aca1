//! Which file goes out? The path is completed as one types.

use crate::{
    app::{
        areas::Layout,
        dialog::{
            geometry::Geometry,
            input::{Input, move_cursor},
            intent::Intent,
            modal::{Modal, Step},
        },
        effect::Query,
        input::keymap::{Code, Key},
        model::Session,
        toast::ToastKind,
    },
    domain::{Attachment, Content, Platform},
};

/// The question.
#[derive(Clone, Debug)]
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
    /// Where it is to be sent.
    platform: Platform,
}

impl Attach {
    /// For somebody on this platform.
    pub fn on(platform: Platform) -> Self {
        Self {
            input: Input::default(),
            entries: Vec::new(),
            file: None,
            answered: None,
            cursor: 0,
            entered: false,
            platform,
        }
    }

    /// Takes an answer; one to an older question is dropped.
    pub(crate) fn take(
        &mut self,
        typed: &str,
        entries: Vec<String>,
        file: Option<Attachment>,
    ) -> Step {
        if typed != self.input.text() {
            return Step::Stay;
        }
        (self.entries, self.file, self.cursor) = (entries, file, 0);
        self.answered = Some(typed.to_owned());
        if std::mem::take(&mut self.entered) {
            return self.attach();
        }
        Step::Stay
    }

    /// The file goes into the composer, if it is one that may be sent.
    fn attach(&mut self) -> Step {
        let Some(file) = &self.file else {
            return Step::Stay;
        };
        match file.why_not(self.platform) {
            Some(why) => Step::Do(Intent::Say(ToastKind::Warn, why)),
            None => Step::Finish(Intent::Attach(Content::Files(vec![file.clone()]))),
        }
    }
}

impl Modal for Attach {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[("Tab", "complete"), ("Enter", "attach"), ("Esc", "close")]
    }

    fn key(&mut self, _: &Session, key: Key) -> Step {
        match key.code {
            Code::Esc => return Step::Close,
            Code::Enter if self.answered.as_deref() != Some(self.input.text()) => {
                self.entered = true;
            }
            Code::Enter if self.file.is_some() => return self.attach(),
            Code::Enter | Code::Tab => {
                if let Some(entry) = self.entries.get(self.cursor) {
                    self.input = Input::with(entry);
                    return Step::Do(Intent::Ask(Query::Path(entry.clone())));
                }
            }
            _ => {
                if !move_cursor(&mut self.cursor, self.entries.len(), key) && self.input.key(key) {
                    (self.file, self.entered) = (None, false);
                    let typed = self.input.text().to_owned();
                    return Step::Do(Intent::Ask(Query::Path(typed)));
                }
            }
        }
        Step::Stay
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let place = Geometry::boxed(layout, (80, 16), 1, 0);
        Some(place.with_rows(self.entries.len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }
}
