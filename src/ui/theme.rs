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
}

impl Theme {
    /// With or without colour, with or without characters beyond ASCII.
    pub fn new(monochrome: bool, ascii: bool) -> Self {
        Self { monochrome, ascii }
    }

    /// Whether only ASCII may reach the terminal.
    pub fn is_ascii(&self) -> bool {
        self.ascii
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
