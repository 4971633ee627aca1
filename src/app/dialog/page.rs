//! What the Page shows before anybody writes: to look at, to edit as a file, and the
//! difference before it is written.

use crate::{
    app::{
        areas::Layout,
        dialog::{
            geometry::{Geometry, cells},
            input::move_cursor_vi,
            intent::Intent,
            modal::{Click, Modal, Question, Step},
        },
        input::keymap::{Code, Key},
        model::{PageProfiles, Session},
    },
    domain::{
        Platform, ProfileChange, Tree, profile_problems, profile_properties, property_lines,
        property_words,
    },
};

/// What a line of it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageLine {
    /// The name of a property.
    Head(String),
    /// What it holds.
    Text(String),
    /// It comes with the change.
    Added(String),
    /// It goes with the change.
    Removed(String),
    /// Something is wrong.
    Problem(String),
    /// A remark.
    Dim(String),
}

impl PageLine {
    /// The words, raw.
    pub fn words(&self) -> &str {
        match self {
            Self::Head(words)
            | Self::Text(words)
            | Self::Added(words)
            | Self::Removed(words)
            | Self::Problem(words)
            | Self::Dim(words) => words,
        }
    }
}

/// The file as a person left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedProfile {
    /// As it was written.
    pub text: String,
    /// As it reads, or why it cannot be read.
    pub properties: Result<Tree, String>,
}

/// The dialog.
#[derive(Clone, Debug)]
pub struct PageDialog {
    /// Where the Page shows it.
    pub platform: Platform,
    /// The line at which it is read.
    pub cursor: usize,
    /// A change that is not written yet.
    edited: Option<EditedProfile>,
    /// It is on its way; it stays until Meta has it.
    writing: bool,
    /// What is shown, laid out for what is known.
    lines: Vec<PageLine>,
    /// The change fits, and can be written.
    writable: bool,
}

impl PageDialog {
    pub(crate) fn of(platform: Platform, known: &PageProfiles) -> Self {
        let mut dialog = Self {
            platform,
            cursor: 0,
            edited: None,
            writing: false,
            lines: Vec::new(),
            writable: false,
        };
        dialog.refresh(known);
        dialog
    }

    /// A person is done with the file.
    pub(crate) fn edited(&mut self, edited: EditedProfile, known: &PageProfiles) {
        self.edited = Some(edited);
        self.cursor = 0;
        self.refresh(known);
    }

    /// Meta answered for this platform: what was written is there, or stays here.
    pub(crate) fn came(&mut self, platform: Platform, good: bool, known: &PageProfiles) {
        if platform == self.platform && std::mem::take(&mut self.writing) && good {
            self.edited = None;
        }
        self.refresh(known);
    }

    /// Lays it out for what is known now.
    pub(crate) fn refresh(&mut self, known: &PageProfiles) {
        let state = &known[self.platform];
        let before = state.properties.as_ref();
        let mut lines = Vec::new();
        lines.extend(state.trouble.clone().map(PageLine::Problem));
        match (&self.edited, before) {
            (Some(edited), before) => {
                let nothing = Tree::default();
                self.change(edited, before.unwrap_or(&nothing), &mut lines);
            }
            (None, Some(properties)) => {
                for name in profile_properties(self.platform) {
                    let value = properties.get(name);
                    lines.push(PageLine::Head(property_words(name).to_owned()));
                    match value.is_nothing() {
                        true => lines.push(PageLine::Dim("not set".into())),
                        false => lines
                            .extend(property_lines(name, value).into_iter().map(PageLine::Text)),
                    }
                }
            }
            (None, None) if state.trouble.is_none() => lines.push(PageLine::Dim("Loading…".into())),
            (None, None) => {}
        }
        self.lines = lines;
        self.writable = self.wanted(known).is_some();
        self.cursor = self.cursor.min(self.lines.len().saturating_sub(1));
    }

    fn change(&self, edited: &EditedProfile, before: &Tree, lines: &mut Vec<PageLine>) {
        let after = match &edited.properties {
            Err(why) => {
                let words = format!("This cannot be read: {why}.");
                return lines.push(PageLine::Problem(words));
            }
            Ok(after) => after,
        };
        let problems = self.problems(before, after);
        lines.extend(problems.into_iter().map(PageLine::Problem));
        let change = ProfileChange::between(before, after);
        if change.is_empty() {
            lines.push(PageLine::Dim("Nothing is changed.".into()));
        }
        let set = change
            .set
            .iter()
            .map(|(name, value)| (name, property_lines(name, value)));
        let gone = change.delete.iter().map(|name| (name, Vec::new()));
        for (name, now) in set.chain(gone) {
            lines.push(PageLine::Head(property_words(name).to_owned()));
            let old = before.get(name);
            let old = match old.is_nothing() {
                true => Vec::new(),
                false => property_lines(name, old),
            };
            let removed = old.iter().filter(|line| !now.contains(line));
            let mut removed = removed.cloned().map(PageLine::Removed);
            for line in &now {
                if old.contains(line) {
                    lines.push(PageLine::Text(line.clone()));
                } else {
                    // What goes stands where its place is taken.
                    lines.extend(removed.by_ref());
                    lines.push(PageLine::Added(line.clone()));
                }
            }
            lines.extend(removed);
        }
    }

    /// What is shown.
    pub fn lines(&self) -> &[PageLine] {
        &self.lines
    }

    /// What Meta would not take of the change. What it has already is not our business.
    fn problems(&self, before: &Tree, after: &Tree) -> Vec<String> {
        let known = profile_problems(self.platform, before);
        let mut problems = profile_problems(self.platform, after);
        problems.retain(|why| !known.contains(why));
        problems
    }

    /// What would be written, where that fits.
    fn wanted(&self, known: &PageProfiles) -> Option<(ProfileChange, Tree)> {
        let edited = self.edited.as_ref()?;
        let after = edited.properties.as_ref().ok()?;
        let before = known[self.platform].properties.clone().unwrap_or_default();
        let change = ProfileChange::between(&before, after);
        let fits = self.problems(&before, after).is_empty();
        (fits && !self.writing && !change.is_empty()).then(|| (change, after.clone()))
    }

    /// What it says above.
    pub fn title(&self, session: &Session) -> String {
        let state = &session.page_profiles[self.platform];
        let calls = match (state.calls_left, state.next_at) {
            (0, Some(at)) => {
                let wait = at.since(session.server_now()).short();
                format!("no calls left for {wait}")
            }
            (left, _) => format!("{left} of 10 calls left"),
        };
        let about = match (&self.edited, self.writable) {
            _ if self.writing => "writing…",
            (None, _) => "what the Page shows",
            (Some(_), true) => "write this to the Page?",
            (Some(_), false) => "not written",
        };
        format!("{about} · {} · {calls}", self.platform.word())
    }
}

impl Modal for PageDialog {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        match self.edited {
            None => &[
                ("e", "edit"),
                ("Tab", "Messenger or Instagram"),
                ("r", "read again"),
                ("Esc", "close"),
            ],
            Some(_) if self.writable => {
                &[("y", "write it"), ("e", "edit again"), ("Esc", "discard")]
            }
            Some(_) => &[("e", "edit again"), ("Esc", "discard")],
        }
    }

    fn key(&mut self, session: &Session, key: Key) -> Step {
        let known = &session.page_profiles;
        match (key.code, key.text()) {
            (Code::Esc, _) | (_, Some('q' | 'n')) if self.edited.is_some() => {
                (self.edited, self.writing) = (None, false);
                self.refresh(known);
            }
            (Code::Esc, _) | (_, Some('q')) => return Step::Close,
            (_, Some('y')) => {
                if let Some((change, after)) = self.wanted(known) {
                    self.writing = true;
                    self.refresh(known);
                    return Step::Do(Intent::WriteProfile(self.platform, change, after));
                }
            }
            (_, Some('e')) => {
                let text = self.edited.as_ref().map(|edited| edited.text.clone());
                let properties = known[self.platform].properties.clone();
                if text.is_some() || properties.is_some() {
                    let properties = properties.unwrap_or_default();
                    return Step::Do(Intent::EditProfile(self.platform, text, properties));
                }
            }
            (_, Some('r')) if self.edited.is_none() => {
                return Step::Do(Intent::ReadProfile(self.platform));
            }
            (Code::Tab, _) if self.edited.is_none() => {
                self.platform = match self.platform {
                    Platform::Messenger => Platform::Instagram,
                    Platform::Instagram => Platform::Messenger,
                };
                self.cursor = 0;
                self.refresh(known);
                if known[self.platform].is_unread() {
                    return Step::Do(Intent::ReadProfile(self.platform));
                }
            }
            _ => {
                move_cursor_vi(&mut self.cursor, self.lines.len(), key);
            }
        }
        Step::Stay
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let height = cells(self.lines.len() + 2).clamp(8, 40);
        let place = Geometry::boxed(layout, (100, height), 0, 0);
        Some(place.with_rows(self.lines.len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }

    fn clicked(&mut self) -> Click {
        Click::MarkOnly
    }

    fn takes_words(&mut self) -> bool {
        false
    }

    fn question(&self) -> Option<Question> {
        let lines = self.lines.iter().map(|line| match line {
            PageLine::Head(words) => format!("{words}:"),
            line => format!("  {}", line.words()),
        });
        Some(Question {
            title: format!("What the Page shows on {}:", self.platform.word()),
            answers: lines.collect(),
        })
    }
}
