//! Colour by role. A theme is a file of one style a role; those that come with
//! the program use only the terminal's own sixteen colours, so its palette
//! decides. Nothing is told by colour alone: every role also has a word or a
//! mark.

use std::{str::FromStr, sync::LazyLock};

use ratatui::style::{Color, Modifier, Style};
use toml::de::{DeTable, DeValue};

/// What a piece of the screen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Less important text.
    Dim,
    /// Names, titles.
    Strong,
    /// The frame of a pane.
    Frame,
    /// The frame of the pane that has the keys.
    FrameFocused,
    /// The row under the cursor.
    Selected,
    /// The top line.
    Status,
    /// The customer.
    Customer,
    /// The bot.
    Bot,
    /// Us.
    Me,
    /// Another person of ours.
    Colleague,
    /// The Page, sender unknown.
    Page,
    /// An event.
    Event,
    /// A private note of ours.
    Note,
    /// Buttons and attachments.
    Part,
    /// It went well.
    Good,
    /// It needs care.
    Warn,
    /// It went wrong.
    Bad,
    /// A key in a hint.
    Key,
}

/// The name of every role in a theme file, in the order of [`Role`].
const ROLES: [(Role, &str); 19] = [
    (Role::Text, "text"),
    (Role::Dim, "dim"),
    (Role::Strong, "strong"),
    (Role::Frame, "frame"),
    (Role::FrameFocused, "frame_focused"),
    (Role::Selected, "selected"),
    (Role::Status, "status"),
    (Role::Customer, "customer"),
    (Role::Bot, "bot"),
    (Role::Me, "me"),
    (Role::Colleague, "colleague"),
    (Role::Page, "page"),
    (Role::Event, "event"),
    (Role::Note, "note"),
    (Role::Part, "part"),
    (Role::Good, "good"),
    (Role::Warn, "warn"),
    (Role::Bad, "bad"),
    (Role::Key, "key"),
];

/// The themes that come with the program, by their names.
pub const THEMES: [(&str, &str); 4] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    (
        "high_contrast",
        include_str!("../../assets/themes/high_contrast.toml"),
    ),
    ("mono", include_str!("../../assets/themes/mono.toml")),
];

/// How roles look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; ROLES.len()],
    ascii: bool,
    simple_emoji: bool,
}

impl Default for Theme {
    fn default() -> Self {
        static DARK: LazyLock<[Style; ROLES.len()]> = LazyLock::new(|| {
            // The tests show that the files are whole.
            Theme::parse(THEMES[0].1).map_or([Style::new(); ROLES.len()], |theme| theme.styles)
        });
        Self {
            styles: *DARK,
            ascii: false,
            simple_emoji: false,
        }
    }
}

impl Theme {
    /// The theme of this name, if one comes with the program.
    pub fn named(name: &str) -> Option<Self> {
        static OURS: LazyLock<Vec<(&str, Option<Theme>)>> = LazyLock::new(|| {
            let read = |(name, text): (&'static str, &str)| (name, Theme::parse(text).ok());
            THEMES.into_iter().map(read).collect()
        });
        let (_, theme) = OURS.iter().find(|(known, _)| *known == name)?;
        theme.clone()
    }

    /// Its own way with letters and colours, in the styles of another.
    pub fn in_styles_of(&self, other: Self) -> Self {
        let other = match self.has_colour() {
            true => other,
            false => other.without_colour(),
        };
        Self {
            ascii: self.ascii,
            simple_emoji: self.simple_emoji,
            ..other
        }
    }

    /// Reads a theme file; what it does not name is as in `dark`. All mistakes
    /// come together, each with the byte it stands at.
    pub fn parse(text: &str) -> Result<Self, Vec<(usize, String)>> {
        let mut theme = Self {
            styles: [Style::new(); ROLES.len()],
            ascii: false,
            simple_emoji: false,
        };
        if text != THEMES[0].1 {
            theme = Self::default();
        }
        let (table, broken) = DeTable::parse_recoverable(text);
        let mut mistakes: Vec<(usize, String)> = broken
            .iter()
            .map(|error| {
                let at = error.span().map_or(0, |span| span.start);
                (at, error.message().to_owned())
            })
            .collect();
        for (role, style) in table.into_inner() {
            let set = match style.get_ref() {
                DeValue::String(words) => theme.set(role.get_ref(), words),
                _ => Err("a style is text in \"quotes\", such as \"bold green\"".into()),
            };
            if let Err(why) = set {
                mistakes.push((role.span().start, why));
            }
        }
        if mistakes.is_empty() {
            Ok(theme)
        } else {
            Err(mistakes)
        }
    }

    /// Changes the style of one role; an error says what is wrong with it.
    pub fn set(&mut self, role: &str, words: &str) -> Result<(), String> {
        let at = ROLES.iter().position(|(_, name)| *name == role);
        let at = at.ok_or_else(|| {
            let names: Vec<&str> = ROLES.iter().map(|(_, name)| *name).collect();
            format!("no role is called {role:?}; there are {}", names.join(", "))
        })?;
        self.styles[at] = style(words)?;
        Ok(())
    }

    /// Without any colour.
    #[must_use]
    pub fn without_colour(mut self) -> Self {
        for style in &mut self.styles {
            (style.fg, style.bg) = (None, None);
        }
        self
    }

    /// With nothing beyond ASCII.
    #[must_use]
    pub fn with_ascii(self, ascii: bool) -> Self {
        Self { ascii, ..self }
    }

    /// Draws only the first of an emoji sequence, for terminals that do not
    /// join them and would leave pieces behind.
    #[must_use]
    pub fn with_simple_emoji(self, simple_emoji: bool) -> Self {
        Self {
            simple_emoji,
            ..self
        }
    }

    /// Whether emoji sequences are drawn by their first.
    pub fn is_simple_emoji(&self) -> bool {
        self.simple_emoji
    }

    /// Whether only ASCII may reach the terminal.
    pub fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// Whether colours are used.
    pub fn has_colour(&self) -> bool {
        let coloured = |style: &Style| style.fg.is_some() || style.bg.is_some();
        self.styles.iter().any(coloured)
    }

    /// How a role looks.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }
}

/// A style in words.
fn style(words: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut behind = false;
    for word in words.split_whitespace() {
        let modifier = match word {
            "bold" => Some(Modifier::BOLD),
            "dim" => Some(Modifier::DIM),
            "italic" => Some(Modifier::ITALIC),
            "underlined" => Some(Modifier::UNDERLINED),
            "reversed" => Some(Modifier::REVERSED),
            _ => None,
        };
        match (word, modifier) {
            (_, Some(modifier)) => style = style.add_modifier(modifier),
            ("on", None) => behind = true,
            ("default", None) => behind = false,
            (word, None) => {
                let colour = colour(word)?;
                style = if std::mem::take(&mut behind) {
                    style.bg(colour)
                } else {
                    style.fg(colour)
                };
            }
        }
    }
    if behind {
        return Err(format!("{words:?} names no colour behind \"on\""));
    }
    Ok(style)
}

/// A colour by the terminal's names for its sixteen, by number, or as
/// `#rrggbb`.
fn colour(word: &str) -> Result<Color, String> {
    // The library calls bright black "dark gray", and white "gray".
    let known = match word {
        "white" => Some(Color::Gray),
        "bright_white" => Some(Color::White),
        "bright_black" => Some(Color::DarkGray),
        "black" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" => {
            Color::from_str(word).ok()
        }
        word => {
            let bright = word.strip_prefix("bright_");
            let light = bright.and_then(|name| Color::from_str(&format!("light{name}")).ok());
            let number = word.parse::<u8>().ok().map(Color::Indexed);
            let exact = word.starts_with('#').then(|| Color::from_str(word).ok());
            light.or(number).or(exact.flatten())
        }
    };
    known.ok_or_else(|| {
        format!("{word:?} is no colour and no style; write black red green yellow blue magenta cyan white, bright_…, 0 to 255, #rrggbb, on, bold, dim, italic, underlined, reversed")
    })
}

/// The nearest ASCII for a cell; `?` for what has none.
pub(super) fn ascii(symbol: &str) -> &'static str {
    match symbol {
        "─" | "━" | "═" | "–" | "—" => "-",
        "│" | "┃" => "|",
        "╭" | "╮" | "╰" | "╯" | "├" | "┤" | "┌" | "┐" | "└" | "┘" => "+",
        "·" | "…" => ".",
        "◷" => "o",
        "✓" => "v",
        "✗" => "x",
        "⟨" => "<",
        "⟩" => ">",
        "›" => ">",
        "█" | "▌" | "▒" => "#",
        "↑" => "^",
        "↓" => "v",
        "‖" => "=",
        _ => "?",
    }
}

/// What to draw instead of an emoji sequence: its first character, or the two
/// letters of a flag. `None` for everything else.
pub(super) fn simple_emoji(symbol: &str) -> Option<String> {
    let letter = |c: char| {
        let place = (c as u32)
            .checked_sub(0x1F1E6)
            .filter(|place| *place < 26)?;
        char::from_u32('A' as u32 + place)
    };
    let mut chars = symbol.chars();
    let first = chars.next()?;
    let joins = |c: char| matches!(c, '\u{200D}' | '\u{FE0F}' | '\u{20E3}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}');
    if let Some(letters) = symbol.chars().map(letter).collect::<Option<String>>() {
        return Some(letters);
    }
    // Scripts that spell with joiners are no emoji.
    let emoji = first as u32 >= 0x2000 || symbol.contains('\u{20E3}');
    (emoji && chars.any(joins)).then(|| first.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Red, green and blue of a colour in the usual palette of xterm.
    fn xterm(colour: Color) -> [u8; 3] {
        match colour {
            Color::Black => [0, 0, 0],
            Color::Red => [205, 0, 0],
            Color::Green => [0, 205, 0],
            Color::Yellow => [205, 205, 0],
            Color::Blue => [0, 0, 238],
            Color::Magenta => [205, 0, 205],
            Color::Cyan => [0, 205, 205],
            Color::Gray => [229, 229, 229],
            Color::DarkGray => [127, 127, 127],
            Color::LightRed => [255, 0, 0],
            Color::LightGreen => [0, 255, 0],
            Color::LightYellow => [255, 255, 0],
            Color::LightBlue => [92, 92, 255],
            Color::LightMagenta => [255, 0, 255],
            Color::LightCyan => [0, 255, 255],
            Color::White => [255, 255, 255],
            Color::Indexed(index @ 16..=231) => {
                let steps = [0, 95, 135, 175, 215, 255];
                let at = usize::from(index - 16);
                [steps[at / 36], steps[at / 6 % 6], steps[at % 6]]
            }
            other => panic!("{other:?} has no place in the palette"),
        }
    }

    /// The contrast of two colours, from 1 to 21 (WCAG 2.2, relative luminance).
    fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
        let light = |rgb: [u8; 3]| {
            let linear = rgb.map(|channel| {
                let channel = f64::from(channel) / 255.0;
                match channel <= 0.04045 {
                    true => channel / 12.92,
                    false => ((channel + 0.055) / 1.055).powf(2.4),
                }
            });
            0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        };
        let (a, b) = (light(one) + 0.05, light(other) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn text_can_be_read_in_the_light_and_the_high_contrast_theme() {
        for (name, behind) in [("light", [255; 3]), ("high_contrast", [0; 3])] {
            let theme = Theme::named(name).expect(name);
            for (role, word) in ROLES {
                // Frames are no text; what has no colour is the terminal's own.
                let Some(colour) = theme.style(role).fg.filter(|_| role != Role::Frame) else {
                    continue;
                };
                let found = contrast(xterm(colour), behind);
                assert!(found >= 4.5, "{word} of {name} is {found:.1} : 1");
            }
        }
    }

    #[test]
    fn every_theme_of_ours_is_whole_and_keeps_to_the_sixteen_colours() {
        for (place, (role, name)) in ROLES.iter().enumerate() {
            assert_eq!(*role as usize, place, "{name}");
        }
        assert_eq!(THEMES.map(|(name, _)| name), crate::app::dialog::THEMES);
        for (name, text) in THEMES {
            let theme = Theme::parse(text).expect(name);
            assert_eq!(Theme::named(name), Some(theme.clone()));
            for (_, role) in ROLES {
                assert!(text.contains(&format!("\n{role} ")), "{name} has no {role}");
            }
            for style in theme.styles {
                for colour in [style.fg, style.bg].into_iter().flatten() {
                    let other = matches!(colour, Color::Indexed(_) | Color::Rgb(..));
                    let readable = name == "light" && colour == Color::Indexed(28);
                    assert!(
                        !other || readable,
                        "{name}: {colour:?} is not the terminal's own"
                    );
                }
            }
            assert_eq!(theme.has_colour(), name != "mono");
            assert!(!theme.without_colour().has_colour());
        }
    }

    #[test]
    fn styles_are_read_and_all_mistakes_are_named() {
        assert_eq!(
            style("bold bright_red on 236"),
            Ok(Style::new()
                .fg(Color::LightRed)
                .bg(Color::Indexed(236))
                .add_modifier(Modifier::BOLD))
        );
        assert_eq!(
            style("#ff8800"),
            Ok(Style::new().fg(Color::Rgb(255, 136, 0)))
        );
        assert_eq!(style(""), Ok(Style::new()));
        for wrong in ["redd", "on", "bright_", "256", "#12"] {
            assert!(style(wrong).is_err(), "{wrong}");
        }
        let text = "dim = 5\nkey = \"pink\"\nkeys = \"red\"\n";
        assert_eq!(Theme::parse(text).map_err(|m| m.len()), Err(3));
        let own = Theme::parse("key = \"red\"").expect("a theme");
        assert_eq!(own.style(Role::Key), Style::new().fg(Color::Red));
        assert_eq!(own.style(Role::Bad), Theme::default().style(Role::Bad));
    }
}
