//! What a template still needs before it goes out: a line for each variable that has no
//! value for this customer.

use ratatui::layout::Rect;

use crate::{
    app::{
        areas::Layout,
        canned,
        dialog::{
            canned::{does_not_fit, mask_values, problems as canned_problems},
            geometry::{Geometry, cells},
            input::Input,
            intent::Intent,
            modal::{Click, Modal, Question, Step},
        },
        input::keymap::{Code, Key},
        mask::Mask,
        model::Session,
    },
    domain::{Content, Platform, Template},
};

/// The lines.
#[derive(Clone, Debug)]
pub struct FillDialog {
    /// Names of variables, and what was typed for them.
    pub fields: Vec<(String, Input)>,
    /// The line that has the keys.
    pub cursor: usize,
    template: Template,
    /// What is known of the customer.
    values: Vec<(String, String)>,
    platform: Platform,
}

impl FillDialog {
    /// For what is missing of a template; `None` where nothing is.
    pub(crate) fn missing_of(
        template: &Template,
        values: Vec<(String, String)>,
        platform: Platform,
    ) -> Option<Self> {
        let content = Content::Template(Box::new(template.clone()));
        let content = canned::filled_content(&content, &values);
        let fields: Vec<(String, Input)> = canned::variables(&content)
            .into_iter()
            .map(|name| (name, Input::default()))
            .collect();
        (!fields.is_empty()).then(|| Self {
            fields,
            cursor: 0,
            template: template.clone(),
            values,
            platform,
        })
    }

    /// What it is called, raw.
    pub fn name(&self) -> &str {
        &self.template.name
    }

    /// The template with what was typed so far.
    pub fn filled(&self) -> Content {
        let typed = self.fields.iter().map(|(name, input)| {
            let value = input.text().trim().to_owned();
            (name.clone(), value)
        });
        let typed = typed.filter(|(_, value)| !value.is_empty());
        let values: Vec<(String, String)> = self.values.iter().cloned().chain(typed).collect();
        canned::filled_content(&Content::Template(Box::new(self.template.clone())), &values)
    }

    /// Why Meta would not take it as it is.
    pub fn problems(&self) -> Vec<String> {
        canned_problems(&self.filled(), self.platform)
    }

    fn enter(&mut self) -> Step {
        let empty = |(_, input): &(String, Input)| input.text().trim().is_empty();
        if let Some(missing) = self.fields.iter().position(empty) {
            // The first Enter on a line goes on to the next that is empty.
            let behind = self.fields.iter().skip(self.cursor + 1).position(empty);
            self.cursor = behind.map_or(missing, |at| self.cursor + 1 + at);
            return Step::Stay;
        }
        match self.problems().into_iter().next() {
            Some(why) => does_not_fit(&why),
            None => Step::Finish(Intent::Attach(self.filled())),
        }
    }
}

impl Modal for FillDialog {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Enter", "next, then attach"),
            ("Up Down", "move"),
            ("Esc", "cancel"),
        ]
    }

    fn key(&mut self, _: &Session, key: Key) -> Step {
        let last = self.fields.len() - 1;
        match key.code {
            Code::Esc => return Step::Close,
            Code::Enter => return self.enter(),
            Code::Up => self.cursor = self.cursor.saturating_sub(1),
            Code::Down | Code::Tab => self.cursor = (self.cursor + 1).min(last),
            _ => {
                if let Some((_, input)) = self.fields.get_mut(self.cursor) {
                    input.key(key);
                }
            }
        }
        Step::Stay
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let mut place = Geometry::boxed(layout, (100, 26), 0, 0);
        place.rows = Rect {
            height: (place.rows.height / 2).min(cells(self.fields.len())),
            ..place.rows
        };
        Some(place.with_rows(self.fields.len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }

    fn mask(&mut self, _: &Mask) {
        mask_values(&mut self.values);
    }

    fn question(&self) -> Option<Question> {
        let fields = self.fields.iter().enumerate().map(|(at, (name, input))| {
            let here = if at == self.cursor { "> " } else { "  " };
            format!("{here}{name}: {}", input.text())
        });
        Some(Question {
            title: format!("Fill in {}:", self.name()),
            answers: fields.collect(),
        })
    }

    fn clicked(&mut self) -> Click {
        Click::MarkOnly
    }
}
