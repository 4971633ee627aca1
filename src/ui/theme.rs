//! Colour by role. Only the terminal's own sixteen colours are used, so its
//! palette decides; without colour, weight and inversion carry the roles.
//! Nothing is told by colour alone: every role also has a word or a mark.

use ratatui::style::{Color, Modifier, Style};

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
    /// The Page, by an unknown hand.
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

/// How roles look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    monochrome: bool,
    ascii: bool,
    simple_emoji: bool,
}

impl Theme {
    /// With or without colour, with or without characters beyond ASCII.
    pub fn new(monochrome: bool, ascii: bool) -> Self {
        Self {
            monochrome,
            ascii,
            simple_emoji: false,
        }
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
        !self.monochrome
    }

    /// How a role looks.
    pub fn style(&self, role: Role) -> Style {
        let (colour, modifier) = match role {
            Role::Text => (None, Modifier::empty()),
            Role::Dim => (None, Modifier::DIM),
            Role::Strong => (None, Modifier::BOLD),
            Role::Frame => (Some(Color::DarkGray), Modifier::DIM),
            Role::FrameFocused => (Some(Color::Cyan), Modifier::BOLD),
            Role::Selected => (None, Modifier::REVERSED),
            Role::Status => (None, Modifier::REVERSED),
            Role::Customer => (Some(Color::Green), Modifier::BOLD),
            Role::Bot => (Some(Color::Blue), Modifier::empty()),
            Role::Me => (Some(Color::Cyan), Modifier::BOLD),
            Role::Page => (Some(Color::Blue), Modifier::empty()),
            Role::Event => (Some(Color::Magenta), Modifier::empty()),
            Role::Note => (Some(Color::Magenta), Modifier::BOLD),
            Role::Part => (Some(Color::Yellow), Modifier::empty()),
            Role::Good => (Some(Color::Green), Modifier::empty()),
            Role::Warn => (Some(Color::Yellow), Modifier::BOLD),
            Role::Bad => (Some(Color::Red), Modifier::BOLD),
            Role::Key => (Some(Color::Cyan), Modifier::BOLD),
        };
        let style = Style::new().add_modifier(modifier);
        match colour.filter(|_| !self.monochrome) {
            Some(colour) => {
                // Grey frames need no dimming on top.
                let style = if colour == Color::DarkGray {
                    style.remove_modifier(Modifier::DIM)
                } else {
                    style
                };
                style.fg(colour)
            }
            None => style,
        }
    }
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
        "█" | "▌" => "#",
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
