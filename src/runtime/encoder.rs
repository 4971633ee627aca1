//! Cells to the bytes that a terminal is sent: one piece a frame, and in it no move and
//! no change of colours that the terminal would not notice.
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

/// A frame that changes more lines than this is shown at once, and without a cursor that
/// runs over the screen (our choice; it takes 28 bytes).
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
                // Another program has set it so.
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
struct Pen {
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

    fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            underline: cell.underline_color,
            modifier: cell.modifier,
        }
    }

    /// The parameters that lead from another one to this, without its reset.
    fn changes_from(self, from: Self) -> String {
        let mut out = String::new();
        let mut lost = from.modifier - self.modifier;
        let mut gained = self.modifier - from.modifier;
        // One parameter takes both off.
        let weight = Modifier::BOLD | Modifier::DIM;
        if lost.intersects(weight) {
            gained |= self.modifier & weight;
            lost -= Modifier::DIM;
            lost |= Modifier::BOLD;
        }
        for (modifier, _, off) in MODIFIERS {
            if lost.contains(modifier) {
                parameter(&mut out, off);
            }
        }
        for (modifier, on, _) in MODIFIERS {
            if gained.contains(modifier) {
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

/// A modifier, and the parameters that put it on and take it off.
const MODIFIERS: [(Modifier, &str, &str); 9] = [
    (Modifier::BOLD, "1", "22"),
    (Modifier::DIM, "2", "22"),
    (Modifier::ITALIC, "3", "23"),
    (Modifier::UNDERLINED, "4", "24"),
    (Modifier::SLOW_BLINK, "5", "25"),
    (Modifier::RAPID_BLINK, "6", "25"),
    (Modifier::REVERSED, "7", "27"),
    (Modifier::HIDDEN, "8", "28"),
    (Modifier::CROSSED_OUT, "9", "29"),
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

/// Some terminals show bold text in the bright one of two colours where it is called by
/// its short name.
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
    // Into a string nothing fails.
    let _ = match (colour, named(colour), base) {
        (Color::Reset, ..) => write!(out, "{none}"),
        (Color::Rgb(r, g, b), ..) => write!(out, "{long};2;{r};{g};{b}"),
        (Color::Indexed(n), ..) => write!(out, "{long};5;{n}"),
        (_, Some(n), Some(base)) if n < 8 && !bold => write!(out, "{}", base + n),
        (_, Some(n), Some(base)) if n >= 8 => write!(out, "{}", base + 60 + n - 8),
        (_, n, _) => write!(out, "{long};5;{}", n.unwrap_or_default()),
    };
}

/// A terminal that is sent a frame in one piece.
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
    pub(super) fn begin_anew(&mut self, size: Size) {
        self.size = size;
        self.forget_place();
        self.frame.push_str("\x1b[m");
        self.pen = Pen::PLAIN;
    }

    /// Where the cursor is, is not certain any more.
    pub(super) fn forget_place(&mut self) {
        self.at = None;
    }

    /// The cursor is hidden, whatever was shown before.
    pub(super) fn cursor_was_hidden(&mut self) {
        self.cursor = false;
    }

    fn go(&mut self, x: u16, y: u16) {
        let frame = &mut self.frame;
        // Into a string nothing fails.
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
        let changes = pen.changes_from(self.pen);
        let anew = pen.changes_from(Pen::PLAIN);
        self.frame.push_str("\x1b[");
        // An empty parameter resets, as 0 does.
        if anew.is_empty() {
        } else if anew.len() + 1 < changes.len() {
            self.frame.push(';');
            self.frame.push_str(&anew);
        } else {
            self.frame.push_str(&changes);
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
            // Behind the last column the cursor stays in it, and behind what terminals
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
