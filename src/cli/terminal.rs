//! What the terminal can do, as far as it says so.

use std::io::IsTerminal;

use super::failure::Failure;
use crate::{
    app::settings::{Depth, Notify, PicturesBy},
    config::{Config, PictureChoice},
    ui::Theme,
};

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
            "TERM is dumb, and the desk needs a terminal that can position text. Try TERM=xterm-256color.".into(),
        )),
        _ => Ok(()),
    }
}

/// Only ASCII is safe here, as the locale says.
pub(super) fn ascii() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let locale = locale.map(|locale| locale.to_uppercase().replace('-', ""));
    // Without a locale most terminals of today are UTF-8 all the same.
    locale.is_some_and(|locale| !locale.contains("UTF8"))
}

/// Colour and characters, from config and environment.
pub(super) fn theme(config: &Config) -> Theme {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let ascii = config.ascii.unwrap_or_else(ascii);
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

/// How this terminal draws pictures, as far as it says what it is. It is never asked.
pub(super) fn pictures(config: &Config) -> PicturesBy {
    let says = |name: &str| std::env::var(name).unwrap_or_default();
    let mono = config.theme.is_some() && config.theme == Theme::named("mono");
    if theme(config).is_ascii() || !says("NO_COLOR").is_empty() || mono {
        return PicturesBy::Off;
    }
    pictures_by(config.pictures, says)
}

fn pictures_by(choice: PictureChoice, says: impl Fn(&str) -> String) -> PicturesBy {
    let term = says("TERM");
    let depth = match says("COLORTERM").as_str() {
        "truecolor" | "24bit" => Depth::Full,
        _ => Depth::Palette,
    };
    match choice {
        PictureChoice::Off => return PicturesBy::Off,
        PictureChoice::Kitty => return PicturesBy::Kitty,
        PictureChoice::Iterm2 => return PicturesBy::Iterm2,
        PictureChoice::Blocks => return PicturesBy::Blocks(depth),
        PictureChoice::Auto => {}
    }
    // What runs inside of them may have the names of what is around them.
    let multiplexed = term.starts_with("tmux")
        || term.starts_with("screen")
        || !says("TMUX").is_empty()
        || !says("STY").is_empty();
    if !multiplexed {
        let by_program = match says("TERM_PROGRAM").as_str() {
            "ghostty" => Some(PicturesBy::Kitty),
            "iTerm.app" | "WezTerm" | "mintty" => Some(PicturesBy::Iterm2),
            _ => None,
        };
        if term == "xterm-kitty" || term == "xterm-ghostty" {
            return PicturesBy::Kitty;
        }
        if let Some(by) = by_program {
            return by;
        }
        // iTerm2 lets this one through ssh.
        if says("LC_TERMINAL") == "iTerm2" {
            return PicturesBy::Iterm2;
        }
    }
    let coloured = depth == Depth::Full || term.contains("256color") || term.contains("direct");
    match coloured {
        true => PicturesBy::Blocks(depth),
        false => PicturesBy::Off,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_drawn_as_the_terminal_says_that_it_can() {
        use PictureChoice::{Auto, Blocks, Kitty, Off};
        let full = PicturesBy::Blocks(Depth::Full);
        let palette = PicturesBy::Blocks(Depth::Palette);
        for (choice, environment, expected) in [
            (Auto, "TERM=xterm-kitty", PicturesBy::Kitty),
            (Auto, "TERM=xterm-ghostty", PicturesBy::Kitty),
            (
                Auto,
                "TERM=xterm-256color TERM_PROGRAM=ghostty",
                PicturesBy::Kitty,
            ),
            (
                Auto,
                "TERM=xterm-256color TERM_PROGRAM=iTerm.app",
                PicturesBy::Iterm2,
            ),
            (
                Auto,
                "TERM=xterm-256color TERM_PROGRAM=WezTerm",
                PicturesBy::Iterm2,
            ),
            (
                Auto,
                "TERM=xterm-256color LC_TERMINAL=iTerm2",
                PicturesBy::Iterm2,
            ),
            (Auto, "TERM=xterm-256color COLORTERM=truecolor", full),
            (Auto, "TERM=xterm-256color", palette),
            (
                Auto,
                "TERM=tmux-256color TERM_PROGRAM=ghostty COLORTERM=truecolor",
                full,
            ),
            (Auto, "TERM=xterm-kitty TMUX=/tmp/x COLORTERM=24bit", full),
            (Auto, "TERM=screen LC_TERMINAL=iTerm2", PicturesBy::Off),
            (Auto, "TERM=linux", PicturesBy::Off),
            (Auto, "TERM=vt100", PicturesBy::Off),
            (Kitty, "TERM=tmux-256color TMUX=/tmp/x", PicturesBy::Kitty),
            (Blocks, "TERM=xterm-kitty COLORTERM=truecolor", full),
            (Off, "TERM=xterm-kitty", PicturesBy::Off),
        ] {
            let says = |name: &str| {
                let mut each = environment.split(' ').filter_map(|one| one.split_once('='));
                let found = each.find(|(known, _)| *known == name);
                found.map_or(String::new(), |(_, value)| value.to_owned())
            };
            assert_eq!(
                pictures_by(choice, says),
                expected,
                "{choice:?} {environment}"
            );
        }
    }
}
