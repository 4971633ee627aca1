//! What goes out behind the text: a file by its path, completed as one types; media by
//! its address or by Meta's id; or something that was sent before, which Meta keeps.

use std::{path::PathBuf, sync::Arc};

use ratatui::layout::Rect;

use crate::{
    app::{
        areas::Layout,
        dialog::{
            geometry::{Geometry, cells},
            input::{Input, move_cursor},
            intent::Intent,
            modal::{Modal, Question, Step},
        },
        effect::Query,
        input::keymap::{Code, Key},
        model::Session,
        settings::PicturesBy,
        toast::ToastKind,
    },
    domain::{Attachment, Bitmap, Content, Media, Platform},
    text::Clean,
};

/// The question.
#[derive(Clone, Debug)]
pub struct Attach {
    /// What was typed.
    pub input: Input,
    /// What the disk answered, to [`Self::answered`]: paths that begin so, a
    /// folder with a `/` behind it.
    pub entries: Vec<String>,
    /// The file of that path, if it is one.
    pub file: Option<Attachment>,
    /// The path that the disk has answered.
    pub answered: Option<String>,
    /// The picture that the file is.
    pub preview: Option<(PathBuf, Arc<Bitmap>)>,
    /// What was sent before and Meta keeps, newest first.
    pub sent: Vec<Media>,
    /// The marked line.
    pub cursor: usize,
    /// Where the mark stands by itself: nobody has chosen that line.
    placed: Option<usize>,
    /// *Enter* came before the disk's answer: it counts then.
    pub entered: bool,
    /// Where it is to be sent.
    platform: Platform,
}

/// A line that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttachLine<'a> {
    /// Sent before.
    Sent(&'a Media),
    /// A path.
    Path(&'a str),
}

impl Attach {
    /// For somebody on this platform.
    pub fn on(platform: Platform) -> Self {
        Self {
            input: Input::default(),
            entries: Vec::new(),
            file: None,
            answered: None,
            preview: None,
            sent: Vec::new(),
            cursor: 0,
            placed: Some(0),
            entered: false,
            platform,
        }
    }

    /// What was sent before and is called so, then the paths.
    pub fn lines(&self) -> Vec<AttachLine<'_>> {
        let typed = self.input.text().to_lowercase();
        let called = |media: &&Media| media.name.to_lowercase().contains(&typed);
        let sent = self.sent.iter().filter(called).map(AttachLine::Sent);
        let paths = self.entries.iter().map(|path| AttachLine::Path(path));
        sent.chain(paths).collect()
    }

    /// What was typed, where it is no path.
    pub fn media(&self) -> Option<Content> {
        Media::typed(self.input.text())
    }

    /// Takes an answer; one to an older question is dropped.
    pub(crate) fn take(
        &mut self,
        typed: &str,
        entries: Vec<String>,
        file: Option<Attachment>,
        by: PicturesBy,
    ) -> Step {
        if typed != self.input.text() {
            return Step::Stay;
        }
        (self.entries, self.file) = (entries, file);
        self.place();
        self.answered = Some(typed.to_owned());
        if std::mem::take(&mut self.entered) {
            return self.attach();
        }
        match &self.file {
            Some(file) if file.kind == "image" && by != PicturesBy::Off => {
                Step::Do(Intent::Ask(Query::Preview(file.path.clone())))
            }
            _ => Step::Stay,
        }
    }

    /// What was sent before came.
    pub(crate) fn offer(&mut self, sent: Vec<Media>) {
        self.sent = sent;
        self.place();
    }

    /// The mark stands on the first path: what was sent to somebody else never goes out
    /// because it happens to be called alike.
    fn place(&mut self) {
        let path = |line: &AttachLine<'_>| matches!(line, AttachLine::Path(_));
        self.cursor = self.lines().iter().position(path).unwrap_or(0);
        self.placed = Some(self.cursor);
    }

    /// The marked line, where somebody has marked it.
    fn chosen(&self) -> Option<AttachLine<'_>> {
        let line = self.lines().get(self.cursor).cloned();
        line.filter(|_| self.placed != Some(self.cursor))
    }

    /// The marked path, or the first, is what was meant.
    fn complete(&mut self) -> Step {
        let lines = self.lines();
        let marked = lines.get(self.cursor).into_iter();
        let path = marked.chain(&lines).find_map(|line| match line {
            AttachLine::Path(path) => Some((*path).to_owned()),
            AttachLine::Sent(_) => None,
        });
        let Some(path) = path else {
            return Step::Stay;
        };
        self.input = Input::with(&path);
        self.place();
        Step::Do(Intent::Ask(Query::Path(path)))
    }

    /// *Enter*: a line that was marked, else what was typed.
    fn enter(&mut self) -> Step {
        if let Some(AttachLine::Sent(media)) = self.chosen() {
            return Step::Finish(Intent::Attach(Content::Saved(media.clone())));
        }
        if self.chosen().is_none() && self.answered.as_deref() != Some(self.input.text()) {
            self.entered = true;
            return Step::Stay;
        }
        if self.chosen().is_none() && self.file.is_some() {
            return self.attach();
        }
        if let Some(AttachLine::Sent(media)) = self.lines().get(self.cursor) {
            let words = format!(
                "Press Enter again to attach {}, which was sent before.",
                Clean::one_line(&media.name)
            );
            self.placed = None;
            return Step::Do(Intent::Say(ToastKind::Info, words));
        }
        self.complete()
    }

    /// The picture that a file is.
    pub(crate) fn show(&mut self, path: PathBuf, bitmap: Option<Arc<Bitmap>>) -> Step {
        self.preview = bitmap.map(|bitmap| (path, bitmap));
        Step::Stay
    }

    /// The picture of the file that is named now.
    pub fn shown(&self) -> Option<&Arc<Bitmap>> {
        let (path, bitmap) = self.preview.as_ref()?;
        let named = self.file.as_ref().is_some_and(|file| file.path == *path);
        named.then_some(bitmap)
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
        if let (Code::Enter, Some(media)) = (key.code, self.media()) {
            return Step::Finish(Intent::Attach(media));
        }
        match key.code {
            Code::Esc => return Step::Close,
            Code::Enter => return self.enter(),
            Code::Tab => return self.complete(),
            _ => {
                let count = self.lines().len();
                if !move_cursor(&mut self.cursor, count, key) && self.input.key(key) {
                    (self.file, self.entered) = (None, false);
                    self.place();
                    let typed = self.input.text().to_owned();
                    return Step::Do(Intent::Ask(Query::Path(typed)));
                }
            }
        }
        Step::Stay
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let count = self.lines().len();
        let mut place = Geometry::boxed(layout, (80, 16), 1, 0);
        if self.shown().is_some() {
            // Below the list there is room for the picture.
            place.rows = Rect {
                height: cells(count).min(1),
                ..place.rows
            };
        }
        Some(place.with_rows(count, self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }

    fn question(&self) -> Option<Question> {
        let lines = self.lines().into_iter().map(|line| match line {
            AttachLine::Sent(media) => format!("{}, sent before", media.name),
            AttachLine::Path(path) => path.to_owned(),
        });
        Some(Question {
            title: "A file to attach, by its path:".into(),
            answers: lines.collect(),
        })
    }
}
