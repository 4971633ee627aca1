//! From cells to the bytes that a terminal is sent: one write per frame, without moves and
//! colours that the terminal has already.
//!
//! ECMA-48 and xterm's control sequences; synchronized output is the DEC mode 2026 of
//! contour, kitty and others. It must not know what is painted.

use std::{
    fmt::Write,
    io,
    os::fd::{AsFd, BorrowedFd},
};

use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
    style::{Color, Modifier},
};
use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
};

use super::gate::{is_doubtful, wide};

/// A frame that changes more lines than this is shown all at once, with the cursor hidden
/// while it is drawn (our choice; it takes 28 bytes).
const AT_ONCE: usize = 3;

/// Where bytes go.
pub(super) trait Output {
    /// Writes all of them, and waits where the terminal is slow.
    fn put(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// The terminal itself.
#[derive(Debug)]
pub(super) struct Stdout;

impl Output for Stdout {
    fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let out: BorrowedFd<'_> = rustix::stdio::stdout();
        while !bytes.is_empty() {
            match rustix::io::write(out, bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(Errno::INTR) => {}
                // Another program made it non-blocking.
                Err(Errno::AGAIN) => {
                    let _ = poll(&mut [PollFd::new(&out.as_fd(), PollFlags::OUT)], None);
                }
                Err(why) => return Err(why.into()),
            }
        }
        Ok(())
    }
}

/// Colours and the like, as the terminal has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pen {
    fg: Color,
    bg: Color,
    underline: Color,
    modifier: Modifier,
}

impl Pen {
    const PLAIN: Self = Self {
        fg: Color::Reset,
        bg: Color::Reset,
        underline: Color::Reset,
        modifier: Modifier::empty(),
    };

    /// How a cell looks.
    pub(super) fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            underline: cell.underline_color,
            modifier: cell.modifier,
        }
    }

    /// The parameters that lead from another one to this, which has all its modifiers.
    fn parameters_after(self, from: Self) -> String {
        let mut out = String::new();
        for (modifier, on) in MODIFIERS {
            if (self.modifier - from.modifier).contains(modifier) {
                parameter(&mut out, on);
            }
        }
        let is_bold = |pen: Self| pen.modifier.contains(Modifier::BOLD);
        if self.fg != from.fg || (is_bold(self) != is_bold(from) && may_brighten(self.fg)) {
            colour(&mut out, self.fg, Ground::Text, is_bold(self));
        }
        if self.bg != from.bg {
            colour(&mut out, self.bg, Ground::Behind, false);
        }
        if self.underline != from.underline {
            colour(&mut out, self.underline, Ground::Line, false);
        }
        out
    }
}

/// A modifier, and the parameter that puts it on. What takes one off may take off two;
/// a reset is certain.
const MODIFIERS: [(Modifier, &str); 9] = [
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::SLOW_BLINK, "5"),
    (Modifier::RAPID_BLINK, "6"),
    (Modifier::REVERSED, "7"),
    (Modifier::HIDDEN, "8"),
    (Modifier::CROSSED_OUT, "9"),
];

fn parameter(out: &mut String, parameter: &str) {
    if !out.is_empty() {
        out.push(';');
    }
    out.push_str(parameter);
}

/// What a colour is for.
#[derive(Clone, Copy)]
enum Ground {
    Text,
    Behind,
    Line,
}

/// The place of a named colour among the sixteen.
fn named(colour: Color) -> Option<u8> {
    Some(match colour {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Reset | Color::Rgb(..) | Color::Indexed(_) => return None,
    })
}

/// Some terminals brighten bold text in one of the first eight colours, if it is named by
/// the short code.
fn may_brighten(colour: Color) -> bool {
    named(colour).is_some_and(|n| n < 8)
}

fn colour(out: &mut String, colour: Color, ground: Ground, bold: bool) {
    if !out.is_empty() {
        out.push(';');
    }
    let (base, long, none) = match ground {
        Ground::Text => (Some(30), 38, 39),
        Ground::Behind => (Some(40), 48, 49),
        Ground::Line => (None, 58, 59),
    };
    // Writing to a string never fails.
    let _ = match (colour, named(colour), base) {
        (Color::Reset, ..) => write!(out, "{none}"),
        (Color::Rgb(r, g, b), ..) => write!(out, "{long};2;{r};{g};{b}"),
        (Color::Indexed(n), ..) => write!(out, "{long};5;{n}"),
        (_, Some(n), Some(base)) if n < 8 && !bold => write!(out, "{}", base + n),
        (_, Some(n), Some(base)) if n >= 8 => write!(out, "{}", base + 60 + n - 8),
        (_, n, _) => write!(out, "{long};5;{}", n.unwrap_or_default()),
    };
}

/// A terminal that gets each frame in one write.
#[derive(Debug)]
pub(super) struct Encoder<O> {
    out: O,
    /// What is sent at the next flush.
    frame: String,
    /// Lines that it changes.
    lines: usize,
    last_line: Option<u16>,
    /// Where the cursor is, if that is certain: column and row.
    at: Option<(u16, u16)>,
    pen: Pen,
    /// The cursor is shown.
    cursor: bool,
    size: Size,
}

impl<O: Output> Encoder<O> {
    /// For a blank terminal of that size, with a cursor that is not shown.
    pub(super) fn new(out: O, size: Size) -> Self {
        Self {
            out,
            frame: String::new(),
            lines: 0,
            last_line: None,
            at: None,
            pen: Pen::PLAIN,
            cursor: false,
            size,
        }
    }

    /// The terminal has another size now, or somebody else has written to it.
    pub(super) fn start_over(&mut self, size: Size) {
        self.size = size;
        self.forget_place();
        self.frame.push_str("\x1b[m");
        self.pen = Pen::PLAIN;
    }

    /// Where the cursor is, is no longer certain.
    pub(super) fn forget_place(&mut self) {
        self.at = None;
    }

    /// The cursor is hidden, whatever was shown before.
    pub(super) fn cursor_was_hidden(&mut self) {
        self.cursor = false;
    }

    fn go(&mut self, x: u16, y: u16) {
        let frame = &mut self.frame;
        // Writing to a string never fails.
        let _ = match self.at {
            Some(at) if at == (x, y) => return,
            Some((from, row)) if row == y && from < x => match x - from {
                1 => frame.write_str("\x1b[C"),
                by => write!(frame, "\x1b[{by}C"),
            },
            Some((from, row)) if row == y => match from - x {
                1 => frame.write_str("\x1b[D"),
                by => write!(frame, "\x1b[{by}D"),
            },
            Some((_, row)) if x == 0 && row + 1 == y => frame.write_str("\r\n"),
            _ if x == 0 => write!(frame, "\x1b[{}H", y + 1),
            _ => write!(frame, "\x1b[{};{}H", y + 1, x + 1),
        };
        self.at = Some((x, y));
    }

    fn paint_with(&mut self, pen: Pen) {
        if pen == self.pen {
            return;
        }
        let after_reset = pen.parameters_after(Pen::PLAIN);
        let added = pen.modifier.contains(self.pen.modifier);
        let added = added.then(|| pen.parameters_after(self.pen));
        self.frame.push_str("\x1b[");
        match added.filter(|added| !after_reset.is_empty() && added.len() <= after_reset.len()) {
            Some(added) => self.frame.push_str(&added),
            // An empty parameter resets, as 0 does.
            None if after_reset.is_empty() => {}
            None => {
                self.frame.push(';');
                self.frame.push_str(&after_reset);
            }
        }
        self.frame.push('m');
        self.pen = pen;
    }
}

impl<O: Output> Backend for Encoder<O> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in content {
            if self.last_line != Some(y) {
                self.last_line = Some(y);
                self.lines += 1;
            }
            self.go(x, y);
            self.paint_with(Pen::of(cell));
            self.frame.push_str(cell.symbol());
            let next = x + u16::try_from(wide(cell)).unwrap_or(1);
            // At the edge the cursor does not move on, and after something that terminals
            // lay out differently nobody knows where it is.
            let certain = next < self.size.width && !is_doubtful(cell.symbol());
            self.at = certain.then_some((next, y));
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.cursor) {
            self.frame.push_str("\x1b[?25l");
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.cursor, true) {
            self.frame.push_str("\x1b[?25h");
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // The answer of the terminal would be read as keys.
        Ok(self.at.map_or(Position::ORIGIN, Position::from))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        self.go(x, y);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.paint_with(Pen::PLAIN);
        self.frame.push_str("\x1b[2J");
        self.lines = usize::from(self.size.height);
        Ok(())
    }

    fn clear_region(&mut self, _: ClearType) -> io::Result<()> {
        self.clear()
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::ZERO,
        })
    }

    /// Sends the frame; nothing where nothing changed.
    fn flush(&mut self) -> io::Result<()> {
        let many = std::mem::take(&mut self.lines) > AT_ONCE;
        self.last_line = None;
        if self.frame.is_empty() {
            return Ok(());
        }
        if many {
            let cursor = if self.cursor {
                ("\x1b[?25l", "\x1b[?25h")
            } else {
                ("", "")
            };
            self.frame.insert_str(0, cursor.0);
            self.frame.insert_str(0, "\x1b[?2026h");
            self.frame.push_str(cursor.1);
            self.frame.push_str("\x1b[?2026l");
        }
        let sent = self.out.put(self.frame.as_bytes());
        self.frame.clear();
        sent
    }
}
