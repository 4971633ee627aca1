//! The help screen, made of the live keymap. Typing searches it, Enter runs
//! the marked line.

use crate::app::{
    action::table::{ACTIONS, ActionSpec, Context, Group},
    areas::Layout,
    dialog::{
        geometry::Geometry,
        input::{Input, move_cursor},
        intent::Intent,
        modal::{Modal, Step},
    },
    input::keymap::{Code, Key},
    model::Session,
};

/// The help screen.
#[derive(Clone, Debug)]
pub struct Help {
    /// What is searched for.
    pub input: Input,
    /// The marked line.
    pub cursor: usize,
}

/// A line of the help.
#[derive(Clone, Copy, Debug)]
pub enum HelpLine {
    /// The heading of a group.
    Heading(Group),
    /// An action.
    Action(&'static ActionSpec),
}

impl Default for Help {
    fn default() -> Self {
        Self {
            input: Input::default(),
            cursor: FIRST,
        }
    }
}

/// The first action stands below a heading.
const FIRST: usize = 1;

impl Help {
    /// The actions that fit the search, by their groups.
    pub fn lines(&self) -> Vec<HelpLine> {
        let words = self.input.text().to_lowercase();
        let fits = |spec: &&ActionSpec| {
            spec.help.to_lowercase().contains(&words) || spec.name.contains(&words)
        };
        let mut lines = Vec::new();
        for group in Group::ALL {
            let before = lines.len();
            lines.push(HelpLine::Heading(group));
            let actions = ACTIONS.iter().filter(|spec| spec.group == group);
            lines.extend(actions.filter(fits).map(HelpLine::Action));
            if lines.len() == before + 1 {
                lines.truncate(before);
            }
        }
        lines
    }

    /// The marked action.
    pub fn marked(&self) -> Option<&'static ActionSpec> {
        match self.lines().get(self.cursor) {
            Some(HelpLine::Action(spec)) => Some(spec),
            _ => None,
        }
    }

    /// Moves the cursor, past headings.
    fn moved(&mut self, key: Key) -> bool {
        let lines = self.lines();
        let before = self.cursor;
        if !move_cursor(&mut self.cursor, lines.len(), key) {
            return false;
        }
        if matches!(lines.get(self.cursor), Some(HelpLine::Heading(_))) {
            // A heading is never the last line, and the first line is one.
            match self.cursor < before && self.cursor > 0 {
                true => self.cursor -= 1,
                false => self.cursor += 1,
            }
        }
        true
    }
}

impl Modal for Help {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[("Enter", "run"), ("Up Down", "move"), ("Esc", "close")]
    }

    fn key(&mut self, _: &Session, key: Key) -> Step {
        match key.code {
            Code::Esc | Code::F(1) => return Step::Close,
            Code::Char('q' | '?') if self.input.text().is_empty() => return Step::Close,
            Code::Enter => {
                let marked = self.marked();
                if let Some(spec) = marked.filter(|spec| spec.context == Context::Desk) {
                    return Step::Finish(Intent::Run(spec.action));
                }
            }
            _ => {
                let vim = match key.text().filter(|_| self.input.text().is_empty()) {
                    Some('j') => Key::plain(Code::Down),
                    Some('k') => Key::plain(Code::Up),
                    _ => key,
                };
                if !self.moved(vim) && self.input.key(vim) {
                    self.cursor = FIRST;
                }
            }
        }
        Step::Stay
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let place = Geometry::boxed(layout, (110, u16::MAX), 1, 0);
        Some(place.with_rows(self.lines().len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }
}
