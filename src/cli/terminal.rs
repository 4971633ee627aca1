//! What the terminal can do, as far as it says so.

use std::io::IsTerminal;

use super::failure::Failure;
use crate::{app::settings::Notify, config::Config, ui::Theme};

/// A desk needs a terminal that can do what it asks for.
pub(super) fn require_terminal() -> Result<(), Failure> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(Failure::Failed(
            "the desk needs a terminal, and stdin or stdout is not one. Run it without pipes."
                .into(),
        ));
    }
    match std::env::var("TERM") {
        Ok(term) if term == "dumb" => Err(Failure::Failed(
            "the terminal says TERM=dumb, and the desk needs one that can place text. Try TERM=xterm-256color.".into(),
        )),
        _ => Ok(()),
    }
}

/// Colour and characters, from config and environment.
pub(super) fn theme(config: &Config) -> Theme {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let locale = locale.map(|locale| locale.to_uppercase().replace('-', ""));
    // Without a locale most terminals of today are UTF-8 all the same.
    let ascii = config
        .ascii
        .unwrap_or_else(|| locale.is_some_and(|locale| !locale.contains("UTF8")));
    let joins =
        |term: &str| !(term.starts_with("tmux") || term.starts_with("screen") || term == "linux");
    let simple = std::env::var("TERM").is_ok_and(|term| !joins(&term));
    let theme = match (&config.theme, no_colour) {
        (Some(theme), true) => theme.clone().without_colour(),
        (None, true) => Theme::named("mono").unwrap_or_default(),
        (theme, false) => theme.clone().unwrap_or_default(),
    };
    theme
        .with_ascii(ascii)
        .with_simple_emoji(config.simple_emoji.unwrap_or(simple))
}

/// By which sequence this terminal tells of news outside its window, as far as
/// it says what it is.
pub(super) fn notify(config: &Config) -> Notify {
    let says = |name: &str| std::env::var(name).unwrap_or_default();
    let known = match says("TERM_PROGRAM").as_str() {
        "iTerm.app" | "WezTerm" | "ghostty" => Some(Notify::Osc9),
        _ => None,
    };
    let by_term = match says("TERM").as_str() {
        "xterm-kitty" => Some(Notify::Osc99),
        term if term.starts_with("foot") || term.starts_with("rxvt") => Some(Notify::Osc777),
        _ => None,
    };
    config.notify.or(known).or(by_term).unwrap_or_default()
}
