//! The help screen, made of the live keymap. Typing searches it, Enter runs
//! the marked line.

use crate::app::{
    action::table::{ACTIONS, Action, ActionSpec, Context, Group},
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
    /// The heading of the signs.
    Signs,
    /// A sign of the list, and what it means.
    Sign(&'static str, &'static str),
}

/// What stands before and in the rows of the list.
const SIGNS: [(&str, &str); 11] = [
    ("!", "closes within 4 hours, and is waiting for you"),
    ("*", "new: the customer is waiting"),
    (".", "yours: you hold the thread, and nobody is waiting"),
    ("~", "another app holds it"),
    ("z", "snoozed"),
    ("x", "closed, or no reply needed"),
    ("+", "marked with v"),
    ("fb ig", "Messenger, Instagram"),
    ("23h59", "time left to reply as RESPONSE"),
    ("H 5d22", "time left to reply as HUMAN_AGENT"),
    (
        "3h09 left",
        "in the customer pane: until control of the thread ends",
    ),
];

impl Default for Help {
    fn default() -> Self {
        Self {
            input: Input::default(),
            cursor: FIRST,
        }
    }
}

/// What people look for under other words.
const ALSO: [(Action, &str); 14] = [
    (Action::Open, "photo picture image enlarge"),
    (Action::OpenLink, "photo picture image url website"),
    (Action::SaveFile, "download photo picture"),
    (Action::ApiLog, "wire http network requests"),
    (Action::RawJson, "wire payload"),
    (Action::Commands, "theme colours colors dark light"),
    (Action::Privacy, "hide screen share"),
    (Action::Reply, "answer write"),
    (Action::HandBack, "bot return finish close"),
    (Action::NoReplyNeeded, "archive close resolve"),
    (Action::Snooze, "later remind"),
    (Action::Jump, "find customer person name"),
    (Action::Colleague, "assign transfer"),
    (Action::Report, "statistics numbers charts"),
];

/// The first action stands below a heading.
const FIRST: usize = 1;

impl Help {
    /// The actions that fit the search, by their groups.
    pub fn lines(&self) -> Vec<HelpLine> {
        let words = self.input.text().to_lowercase();
        let also = |spec: &ActionSpec| {
            let known = ALSO.iter().filter(|(action, _)| *action == spec.action);
            let mut known = known.flat_map(|(_, words)| words.split(' '));
            !words.is_empty() && known.any(|also| also.starts_with(&words))
        };
        let fits = |spec: &&ActionSpec| {
            spec.help.to_lowercase().contains(&words)
                || spec.name.contains(&words)
                || spec.aliases.iter().any(|alias| alias.contains(&words))
                || also(spec)
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
        let signs = SIGNS.iter().filter(|(sign, means)| {
            let known = ["signs", "marks", "legend"].iter();
            let named = !words.is_empty() && known.clone().any(|name| name.starts_with(&words));
            words.is_empty() || named || means.to_lowercase().contains(&words) || *sign == words
        });
        let signs: Vec<HelpLine> = signs
            .map(|(sign, means)| HelpLine::Sign(sign, means))
            .collect();
        if !signs.is_empty() {
            lines.push(HelpLine::Signs);
            lines.extend(signs);
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
        let heads = |at: &usize| {
            let line = lines.get(*at);
            matches!(line, Some(HelpLine::Heading(_) | HelpLine::Signs))
        };
        if heads(&self.cursor) {
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
        // Below stands why the marked one cannot be done.
        let place = Geometry::boxed(layout, (110, u16::MAX), 1, 1);
        Some(place.with_rows(self.lines().len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }
}
