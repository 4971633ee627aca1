//! Picking a canned reply or a template: type a part of its name or its text, Enter puts
//! it into the composer. A second `/` is a slash.

use ratatui::layout::Rect;

use crate::{
    app::{
        areas::Layout,
        canned::{self, Canned},
        dialog::{
            geometry::{Geometry, cells},
            input::{Input, move_cursor},
            intent::Intent,
            modal::{Modal, Question, Step},
        },
        fuzzy::Fuzzy,
        input::keymap::{Code, Key},
        mask::{Mask, masked},
        model::Session,
        toast::ToastKind,
    },
    domain::{Content, Platform, Template, template_problems},
    text,
};

/// The choice.
#[derive(Clone, Debug)]
pub struct CannedPicker {
    /// What was typed.
    pub input: Input,
    /// All canned replies, or why they cannot be read; `None` while they are.
    pub all: Option<Result<Vec<Canned>, String>>,
    /// The marked line.
    pub cursor: usize,
    /// It was opened by a `/`, so a second one is a slash.
    by_slash: bool,
    /// Nothing but utility templates can go out.
    pub(crate) closed: bool,
    /// What Meta approved, as if it were in files.
    approved: Vec<Canned>,
    /// Where it would go.
    platform: Platform,
    /// Names and values of variables, for whom it would go to.
    values: Vec<(String, String)>,
}

impl CannedPicker {
    pub(crate) fn opened(
        by_slash: bool,
        platform: Platform,
        values: Vec<(String, String)>,
    ) -> Self {
        Self {
            input: Input::default(),
            all: None,
            cursor: 0,
            by_slash,
            closed: false,
            approved: Vec::new(),
            platform,
            values,
        }
    }

    /// Meta's list came, or why it did not.
    pub(crate) fn approved(&mut self, templates: Option<&Result<Vec<Template>, String>>) {
        self.approved = match templates {
            Some(Ok(templates)) if self.platform == Platform::Messenger => templates
                .iter()
                .map(|template| Canned {
                    name: template.name.clone(),
                    content: Ok(Content::Template(Box::new(template.clone()))),
                })
                .collect(),
            // Who can write otherwise does not need to know.
            Some(Err(why)) if self.closed => vec![Canned {
                name: "utility templates".into(),
                content: Err(why.clone()),
            }],
            _ => Vec::new(),
        };
    }

    /// What can be picked: those that can go out first.
    fn offered(&self) -> Vec<&Canned> {
        let Some(Ok(all)) = &self.all else {
            return match &self.all {
                Some(Err(_)) => self.approved.iter().collect(),
                _ => Vec::new(),
            };
        };
        let approved = |canned: &&Canned| {
            let content = canned.content.as_ref().ok();
            let template = content.and_then(Content::template);
            template.is_some_and(Template::is_utility)
        };
        let all = all.iter().chain(&self.approved);
        if !self.closed {
            return all.collect();
        }
        let (mut first, then): (Vec<&Canned>, Vec<&Canned>) = all.partition(approved);
        first.extend(then);
        first
    }

    /// What the marked one comes to for this customer, or why it cannot be used.
    pub fn chosen(&self) -> Option<Result<Content, String>> {
        let content = self.fitting().get(self.cursor)?.content.clone();
        Some(content.map(|content| canned::filled_content(&content, &self.values)))
    }

    /// Why Meta would not take it, each with its place and number.
    pub fn problems(&self, content: &Content) -> Vec<String> {
        problems(content, self.platform)
    }

    fn enter(&self) -> Step {
        let fitting = self.fitting();
        let content = match fitting.get(self.cursor).map(|canned| &canned.content) {
            None => return Step::Stay,
            Some(Err(why)) => return Step::Do(Intent::Say(ToastKind::Warn, why.clone())),
            Some(Ok(content)) => content,
        };
        let filled = canned::filled_content(content, &self.values);
        // What is missing is asked for next, and may change how long it is.
        let complete = canned::variables(&filled).is_empty();
        match self.problems(&filled).into_iter().next() {
            Some(why) if complete => does_not_fit(&why),
            _ => Step::Finish(Intent::UseCanned(content.clone())),
        }
    }

    /// Those that fit, best first: by their names, then by their texts.
    pub fn fitting(&self) -> Vec<&Canned> {
        let all = self.offered();
        let mut fuzzy = Fuzzy::new(self.input.text());
        let mut places = fuzzy.best(all.iter().map(|canned| canned.name.as_str()));
        let words = self.input.text().trim();
        for (at, canned) in all.iter().enumerate() {
            let said = canned
                .content
                .as_ref()
                .map(Content::said)
                .unwrap_or_default();
            if !places.contains(&at) && !text::matches(&said, words).is_empty() {
                places.push(at);
            }
        }
        places
            .into_iter()
            .filter_map(|at| all.get(at).copied())
            .collect()
    }
}

impl Modal for CannedPicker {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Enter", "use"),
            ("Up Down", "move"),
            ("Esc", "back to your text"),
        ]
    }

    fn key(&mut self, _: &Session, key: Key) -> Step {
        match key.code {
            Code::Esc => return Step::Close,
            Code::Backspace if self.input.text().is_empty() => return Step::Close,
            Code::Char('/') if self.by_slash && self.input.text().is_empty() => {
                return Step::Finish(Intent::Insert("/".into()));
            }
            Code::Enter => return self.enter(),
            _ => {
                let count = self.fitting().len();
                if !move_cursor(&mut self.cursor, count, key) && self.input.key(key) {
                    self.cursor = 0;
                }
            }
        }
        Step::Stay
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let count = self.fitting().len();
        let mut place = Geometry::boxed(layout, (100, 26), 1, 0);
        place.rows = Rect {
            height: (place.rows.height / 2).min(cells(count)),
            ..place.rows
        };
        Some(place.with_rows(count, self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }

    fn mask(&mut self, _: &Mask) {
        mask_values(&mut self.values);
    }

    fn question(&self) -> Option<Question> {
        let names = self.fitting().into_iter().map(|canned| canned.name.clone());
        Some(Question {
            title: "Canned replies and templates:".into(),
            answers: names.collect(),
        })
    }
}

/// Hides what is known of a customer.
pub(super) fn mask_values(values: &mut [(String, String)]) {
    for (_, value) in values {
        *value = masked(value);
    }
}

/// Why Meta would not take a message, its files included.
pub(super) fn problems(content: &Content, platform: Platform) -> Vec<String> {
    let template = content.template().into_iter();
    let mut problems: Vec<String> = template
        .flat_map(|template| template_problems(template, platform))
        .collect();
    let files = content.files().iter();
    problems.extend(files.filter_map(|file| {
        let why = file.why_not(platform)?;
        Some(format!("{}: {}", file.name, why.trim_end_matches('.')))
    }));
    problems
}

pub(super) fn does_not_fit(why: &str) -> Step {
    Step::Do(Intent::Say(
        ToastKind::Warn,
        format!("It does not fit. {why}."),
    ))
}
