//! The actions by name: type a part of it, Tab completes, Enter runs.

use ratatui::layout::Rect;

use crate::app::{
    action::table::{ACTIONS, Action, ActionSpec, Context},
    areas::Layout,
    dialog::{
        geometry::{Geometry, cells},
        input::{Input, move_cursor},
        intent::Intent,
        modal::{Modal, Step},
    },
    input::keymap::{Code, Key},
    model::Session,
    simulator_commands,
    toast::ToastKind,
};
use crate::{
    domain::View,
    manual::{CHAPTERS, Chapter},
    text,
};

/// The themes that come with the program.
pub const THEMES: [&str; 4] = ["dark", "light", "high_contrast", "mono"];

/// The command line.
#[derive(Clone, Debug, Default)]
pub struct Commands {
    /// What was typed.
    pub input: Input,
    /// The marked line.
    pub cursor: usize,
    /// The lines that were run before, newest first.
    used: Vec<String>,
    /// Which of them was called back.
    recalled: Option<usize>,
}

impl Commands {
    /// With the lines that were run before, newest first.
    pub(crate) fn after(used: Vec<String>) -> Self {
        Self {
            used,
            ..Self::default()
        }
    }

    /// What Enter runs now, as one would type it.
    pub(crate) fn line(&self) -> String {
        match self.fitting().get(self.cursor) {
            Some(spec) => spec.name.to_owned(),
            None => match (self.tried(), self.chapters().get(self.cursor)) {
                (Some(theme), _) => format!("theme {theme}"),
                (None, Some(chapter)) => format!("help {}", chapter.name),
                (None, None) => self.input.text().trim_end().to_owned(),
            },
        }
    }

    /// Calls back an older line, or a newer one.
    fn recall(&mut self, older: bool) {
        let at = match (self.recalled, older) {
            (None, true) => Some(0),
            (Some(at), true) => Some(at + 1),
            (Some(at), false) => at.checked_sub(1),
            (None, false) => return,
        };
        let line = at.map(|at| self.used.get(at).cloned());
        match line {
            // Nothing older: it stays as it is.
            Some(None) => return,
            Some(Some(line)) => self.input = Input::with(&line),
            None => self.input = Input::default(),
        }
        (self.recalled, self.cursor) = (at, 0);
    }

    /// How long ago an action was run; those that never were come last.
    fn age(&self, spec: &ActionSpec) -> usize {
        let mut used = self.used.iter();
        used.position(|line| line == spec.name)
            .unwrap_or(usize::MAX)
    }

    /// The actions that fit, those whose name starts with the input first.
    pub fn fitting(&self) -> Vec<&'static ActionSpec> {
        let text = self.input.text();
        let pages = ["help ", "theme ", "view "]
            .iter()
            .any(|page| text.starts_with(page));
        if simulator_commands::begun(text) || pages {
            return Vec::new();
        }
        let words = self.input.text().to_lowercase().replace([' ', '-'], "_");
        let starts = |spec: &ActionSpec| {
            let alias = spec.aliases.contains(&words.as_str());
            spec.name.starts_with(&words) || alias
        };
        let holds =
            |spec: &ActionSpec| spec.name.contains(&words) || spec.help.contains(self.input.text());
        let desk = ACTIONS
            .iter()
            .filter(|spec| spec.context == Context::Desk && spec.action != Action::Commands);
        let (mut first, rest): (Vec<_>, Vec<_>) = desk.partition(|spec| starts(spec));
        let mut rest: Vec<_> = rest.into_iter().filter(|spec| holds(spec)).collect();
        // What is used often is at hand.
        let exact =
            |spec: &ActionSpec| spec.name == words || spec.aliases.contains(&words.as_str());
        first.sort_by_key(|spec| (!exact(spec), self.age(spec)));
        rest.sort_by_key(|spec| self.age(spec));
        first.into_iter().chain(rest).collect()
    }

    /// Above the first line are those that were run before, unless something else is
    /// being typed.
    fn may_recall(&self) -> bool {
        self.recalled.is_some() || self.input.text().is_empty()
    }

    fn enter(&self, session: &Session) -> Step {
        if let Some(order) = simulator_commands::parse(self.input.text()) {
            return match order {
                _ if !session.settings.simulator => {
                    let words = "This only works on a simulator, not on Meta.";
                    Step::Finish(Intent::Say(ToastKind::Warn, words.into()))
                }
                Ok(order) => Step::Finish(Intent::Simulator(order)),
                Err(how) => Step::Do(Intent::Say(ToastKind::Warn, how)),
            };
        }
        if let Some(name) = self.tried() {
            return Step::Finish(Intent::Theme(name));
        }
        if self.input.text().starts_with("help ") {
            return match self.chapters().get(self.cursor) {
                Some(chapter) => Step::Finish(Intent::Read(chapter)),
                None => Step::Stay,
            };
        }
        if self.input.text().starts_with("view ") {
            return match self.views(session).get(self.cursor) {
                Some((number, _)) => Step::Finish(Intent::View(*number)),
                None => Step::Stay,
            };
        }
        // `:search words` begins with its words.
        if let Some(words) = self.input.text().strip_prefix("search ") {
            return Step::Finish(Intent::Search(words.trim().to_owned()));
        }
        match self.fitting().get(self.cursor) {
            Some(spec) => Step::Finish(Intent::Run(spec.action)),
            None => Step::Stay,
        }
    }

    /// The chapters of the manual that fit, after `help `.
    pub fn chapters(&self) -> Vec<&'static Chapter> {
        let Some(words) = self.input.text().strip_prefix("help ") else {
            return Vec::new();
        };
        let words = words.trim().to_lowercase();
        let fits = |chapter: &&Chapter| chapter.name.starts_with(&words);
        CHAPTERS.iter().filter(fits).collect()
    }

    /// The themes that fit, after `theme `.
    pub fn themes(&self) -> Vec<&'static str> {
        let rest = self.input.text().strip_prefix("theme");
        let Some(words) = rest.filter(|rest| rest.is_empty() || rest.starts_with(' ')) else {
            return Vec::new();
        };
        let words = words.trim().to_lowercase();
        let fits = |name: &&str| name.starts_with(&words);
        THEMES.into_iter().filter(fits).collect()
    }

    /// The views that fit, after `view `: their numbers from 1, and what they are called.
    pub fn views(&self, session: &Session) -> Vec<(usize, String)> {
        let Some(words) = self.input.text().strip_prefix("view ") else {
            return Vec::new();
        };
        let words = text::searchable(words);
        let five = View::ALL.into_iter().map(|view| view.label().to_owned());
        let saved = session
            .settings
            .views
            .iter()
            .map(|saved| saved.name.clone());
        let all = (1..).zip(five.chain(saved));
        all.filter(|(_, name)| text::searchable(name).contains(words.trim()))
            .collect()
    }

    /// The theme under the cursor, which is tried on at once.
    pub fn tried(&self) -> Option<&'static str> {
        self.themes().get(self.cursor).copied()
    }

    /// How many lines are listed: actions, and below them orders, chapters, themes or
    /// views.
    fn listed(&self, session: &Session) -> usize {
        let orders = simulator_commands::fitting(self.input.text()).len();
        let pages = self.chapters().len() + self.themes().len() + self.views(session).len();
        self.fitting().len() + orders + pages
    }

    fn complete(&mut self, session: &Session) {
        let fitting = self.fitting();
        let orders = simulator_commands::fitting(self.input.text());
        let order = self.cursor.checked_sub(fitting.len());
        if let Some(spec) = fitting.get(self.cursor) {
            self.input = Input::with(spec.name);
        } else if let Some(spec) = order.and_then(|at| orders.get(at)) {
            self.input = Input::with(&format!("{} ", spec.name));
        }
        if let Some(name) = self.tried() {
            self.input = Input::with(&format!("theme {name}"));
        }
        if let Some(chapter) = self.chapters().get(self.cursor) {
            self.input = Input::with(&format!("help {}", chapter.name));
        }
        if let Some((_, name)) = self.views(session).get(self.cursor) {
            self.input = Input::with(&format!("view {name}"));
        }
        self.cursor = 0;
    }
}

impl Modal for Commands {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Enter", "run"),
            ("Tab", "complete"),
            ("Up Down", "move, earlier commands"),
            ("Esc", "close"),
        ]
    }

    fn key(&mut self, session: &Session, key: Key) -> Step {
        match key.code {
            Code::Esc => return Step::Close,
            Code::Enter => return self.enter(session),
            Code::Tab => self.complete(session),
            Code::Backspace if self.input.text().is_empty() => return Step::Close,
            Code::Up if self.cursor == 0 && self.may_recall() => self.recall(true),
            Code::Down if self.recalled.is_some() && self.cursor == 0 => self.recall(false),
            _ => {
                let count = self.listed(session);
                if !move_cursor(&mut self.cursor, count, key) && self.input.key(key) {
                    (self.cursor, self.recalled) = (0, None);
                }
            }
        }
        Step::Stay
    }

    /// Above the bottom line, as wide as the screen.
    fn geometry(&self, session: &Session, layout: &Layout) -> Option<Geometry> {
        let count = self.listed(session);
        let height = cells(count.clamp(1, 10)).min(layout.screen.height - 3);
        let list = Rect {
            x: 0,
            y: layout.hints.y - height,
            width: layout.screen.width,
            height,
        };
        Some(Geometry {
            frame: list,
            inner: list,
            rows: list,
            count,
            cursor: self.cursor,
        })
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }
}
