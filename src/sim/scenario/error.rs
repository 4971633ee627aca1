//! What is wrong with a scenario.

use std::{collections::BTreeSet, fmt, ops::Range};

use toml::Spanned;

/// Everything that is wrong with a scenario, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError(Vec<Mistake>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mistake {
    /// The first line is 1.
    line: usize,
    what: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(
                f,
                "the scenario has a mistake in line {}: {}",
                one.line, one.what
            ),
            several => {
                write!(f, "the scenario has {} mistakes:", several.len())?;
                let mut lines = several.iter();
                lines.try_for_each(|one| write!(f, "\n  line {}: {}", one.line, one.what))
            }
        }
    }
}

impl ScenarioError {
    /// What is wrong, without lines, where there is no file.
    pub(in crate::sim) fn sentence(&self) -> String {
        let said: Vec<&str> = self.0.iter().map(|one| one.what.as_str()).collect();
        said.join("; ")
    }
}

impl std::error::Error for ScenarioError {}

/// The mistakes that were found so far.
#[derive(Debug)]
pub(in crate::sim) struct Mistakes<'a> {
    text: &'a str,
    found: Vec<Mistake>,
    /// The names of all apps and people in the file, also of those with mistakes.
    pub(in crate::sim) apps: BTreeSet<String>,
    pub(in crate::sim) people: BTreeSet<String>,
    pub(in crate::sim) has_page: bool,
    /// The whole file could be read as TOML: what is not declared is missing.
    pub(in crate::sim) certain: bool,
}

impl<'a> Mistakes<'a> {
    pub(in crate::sim) fn new(text: &'a str) -> Self {
        Self {
            text,
            found: Vec::new(),
            apps: BTreeSet::new(),
            people: BTreeSet::new(),
            has_page: false,
            certain: true,
        }
    }

    /// What is wrong in the line where `span` begins; without one, in the first.
    pub(in crate::sim) fn add(&mut self, span: Option<Range<usize>>, what: impl Into<String>) {
        let start = span.map_or(0, |span| span.start);
        let before = self.text.get(..start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let what = what.into();
        self.found.push(Mistake { line, what });
    }

    /// … in the line of a word.
    pub(in crate::sim) fn at<T>(&mut self, word: &Spanned<T>, what: impl Into<String>) {
        self.add(Some(word.span()), what);
    }

    /// A name that no app has.
    pub(in crate::sim) fn no_app(&mut self, name: &Spanned<String>) {
        if self.certain && !self.apps.contains(name.get_ref()) {
            self.at(name, format!("no [[app]] called {:?}", name.get_ref()));
        }
    }

    /// A name that nobody has.
    pub(in crate::sim) fn no_person(&mut self, name: &Spanned<String>) {
        if self.certain && !self.people.contains(name.get_ref()) {
            self.at(name, format!("no [[person]] called {:?}", name.get_ref()));
        }
    }

    /// A word that is no length of time.
    pub(in crate::sim) fn no_time(&mut self, word: &Spanned<String>) {
        let what = format!(
            "{:?} is not a time such as \"-26h\", \"-3d2h\" or \"+20s\"",
            word.get_ref()
        );
        self.at(word, what);
    }

    /// Fails with all of them, if there are any.
    pub(in crate::sim) fn end(mut self) -> Result<(), ScenarioError> {
        self.found.sort();
        self.found.dedup();
        match self.found.is_empty() {
            true => Ok(()),
            false => Err(ScenarioError(self.found)),
        }
    }
}
