//! What is wrong with a scenario.

use toml::Spanned;

/// What is wrong with a scenario, with line and column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the scenario has a mistake: {0}")]
pub struct ScenarioError(pub(super) String);

impl ScenarioError {
    /// With the line in which the wrong word stands.
    pub(in crate::sim) fn at<T>(text: &str, word: &Spanned<T>, what: impl AsRef<str>) -> Self {
        let before = text.get(..word.span().start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        Self(format!("line {line}: {}", what.as_ref()))
    }
}

pub(in crate::sim) fn no_app(text: &str, name: &Spanned<String>) -> ScenarioError {
    let what = format!("no [[app]] is called {:?}", name.get_ref());
    ScenarioError::at(text, name, what)
}

pub(in crate::sim) fn no_time(text: &str, word: &Spanned<String>) -> ScenarioError {
    let what = format!(
        "{:?} is not a time such as \"-26h\", \"-3d2h\" or \"+20s\"",
        word.get_ref()
    );
    ScenarioError::at(text, word, what)
}
