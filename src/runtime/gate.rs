//! Between the painted frame and the terminal: only harmless cells get through,
//! and what the terminal lays out differently stays within its line.
//!
//! Terminals do not agree on how wide a cluster of several characters is: a
//! letter with its vowel sign is one cell to some and two to others. The
//! painted frame counts one way, so such a cluster is *doubtful*. When anything
//! in its line changes, the line is rewritten from there to the end, and the
//! cluster and what follows it are each placed at their own column. A wrong guess
//! then costs a gap, and never leaves a letter of one customer in the next one's
//! thread.
//!
//! It must not know what is painted.

use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::{Cell, CellDiffOption, CellWidth},
    layout::{Position, Size},
};

use super::cells::{Cells, is_narrow};
use crate::{app::settings::PicturesBy, domain::PictureNumber, text, ui::picture::PictureCell};

/// A backend that remembers what it has put where.
#[derive(Debug)]
pub struct Gate<B> {
    inner: B,
    rows: Vec<Row>,
    /// The farthest column that was ever written, plus one.
    width: usize,
    /// The terminal draws pictures, in which way.
    pictures: PicturesBy,
    /// Pictures of which cells were written since [`Gate::touched`], with the column
    /// and row where they begin.
    touched: Vec<(PictureNumber, u16, u16)>,
}

#[derive(Debug, Default)]
struct Row {
    cells: Cells,
    /// The column of the first doubtful cluster.
    doubtful: Option<usize>,
}

/// A cell and where it goes: column and row.
type Placed = (u16, u16, Cell);

impl Row {
    /// Remembers a cell; answers it as it may pass.
    fn put(&mut self, x: usize, cell: &Cell, is_picture: bool) -> Cell {
        let mut cell = cell.clone();
        let wide = wide(&cell);
        if is_picture || matches!(cell.symbol().as_bytes(), [b' '..=b'~']) {
            // A picture is the one thing that is no text and yet may pass.
        } else if !text::is_clean(cell.symbol()) {
            cell.set_symbol("\u{FFFD}");
        } else if let Some(first) = cell.symbol().chars().next()
            && text::width(first.encode_utf8(&mut [0; 4])) == 0
        {
            // A sign without its letter would go onto the letter before it: it has
            // a circle in place of one, or makes room for what follows it.
            let signs = cell.symbol();
            let letters =
                signs.trim_start_matches(|c: char| text::width(c.encode_utf8(&mut [0; 4])) == 0);
            let alone = match letters {
                "" => format!("\u{25CC}{signs}"),
                letters => letters.to_owned(),
            };
            cell.set_symbol(&alone);
        }
        if wide > 1 {
            // What a wide letter covers is blank when the letter goes.
            let end = (x + wide).min(self.cells.len());
            for covered in x + 1..end {
                self.cells.put(covered, &blank(&cell));
            }
        }
        self.cells.put(x, &cell);
        cell
    }

    /// The clusters from a column on, without what wide ones cover.
    fn from(&self, start: usize) -> impl Iterator<Item = (usize, Cell)> {
        let mut x = start;
        std::iter::from_fn(move || {
            let at = x;
            let cell = (at < self.cells.len()).then(|| self.cells.get(at))?;
            x += wide(&cell);
            Some((at, cell))
        })
    }

    fn first_doubtful(&self) -> Option<usize> {
        self.from(0)
            .find(|(_, cell)| is_doubtful(cell.symbol()))
            .map(|(x, _)| x)
    }
}

impl<B> Gate<B> {
    /// In front of a terminal that is blank, and draws pictures in this way.
    pub fn new(inner: B, pictures: PicturesBy) -> Self {
        Self {
            inner,
            rows: Vec::new(),
            width: 0,
            pictures,
            touched: Vec::new(),
        }
    }

    /// The terminal itself.
    pub(super) fn terminal(&mut self) -> &mut B {
        &mut self.inner
    }

    /// Pictures whose cells were written since the last question and are all there,
    /// with the column and row where they begin; `cells` knows how large they are.
    pub(super) fn touched(
        &mut self,
        cells: impl Fn(PictureNumber) -> Option<(u16, u16)>,
    ) -> Vec<(PictureNumber, u16, u16)> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        touched.retain(|(number, x, y)| {
            let Some((columns, rows)) = cells(*number) else {
                return false;
            };
            let is_there = |column: u16, row: u16| {
                let line = self.rows.get(usize::from(y + row));
                let cell = line.map(|line| line.cells.get(usize::from(x + column)));
                let expected = PictureCell {
                    number: *number,
                    row,
                    column,
                };
                cell.and_then(|cell| self.picture_cell(&cell)) == Some(expected)
            };
            (0..rows).all(|row| (0..columns).all(|column| is_there(column, row)))
        });
        touched
    }

    /// What a cell shows of a picture, where the terminal draws them.
    fn picture_cell(&self, cell: &Cell) -> Option<PictureCell> {
        match self.pictures {
            PicturesBy::Off | PicturesBy::Blocks(_) => None,
            PicturesBy::Kitty | PicturesBy::Iterm2 => PictureCell::of(cell.symbol(), cell.fg),
        }
    }

    fn forget(&mut self) {
        self.rows.clear();
        self.width = 0;
    }

    /// Whether this may pass as it is, whatever stands beside it in its line.
    fn is_harmless(&self, y: u16, cell: &Cell) -> bool {
        let row = self.rows.get(usize::from(y));
        is_narrow(cell) && row.is_none_or(|row| row.doubtful.is_none())
    }

    /// The row in which something is put in this column.
    fn row(&mut self, x: u16, y: u16) -> &mut Row {
        let (x, y) = (usize::from(x), usize::from(y));
        self.width = self.width.max(x + 1);
        if self.rows.len() <= y {
            self.rows.resize_with(y + 1, Row::default);
        }
        let row = &mut self.rows[y];
        row.cells.grow(self.width);
        row
    }

    /// Remembers a cell; answers it as it may pass.
    fn remember(&mut self, x: u16, y: u16, cell: &Cell) -> Placed {
        let picture = self.picture_cell(cell);
        if let Some(part) = picture
            && let (Some(x), Some(y)) = (x.checked_sub(part.column), y.checked_sub(part.row))
        {
            self.touched.push((part.number, x, y));
        }
        let row = self.row(x, y);
        (x, y, row.put(usize::from(x), cell, picture.is_some()))
    }

    /// The first column from which a line is written again as a whole, if there is one:
    /// what is doubtful in it, or was.
    fn doubtful(&mut self, y: u16, changed: &[Placed]) -> Option<usize> {
        let row = &mut self.rows[usize::from(y)];
        let before = row.doubtful;
        let mut changed = changed.iter();
        if before.is_some() || changed.any(|(.., cell)| is_doubtful(cell.symbol())) {
            row.doubtful = row.first_doubtful();
        }
        before.into_iter().chain(row.doubtful).min()
    }

    /// What is written of a line with something doubtful at that column, in runs that each
    /// begin with a jump to their place.
    fn runs(&mut self, y: u16, changed: &[Placed], doubtful: usize) -> Vec<Vec<Placed>> {
        let mut runs = Vec::new();
        let mut run: Vec<Placed> = Vec::new();
        let width = self.width;
        let row = &mut self.rows[usize::from(y)];
        row.cells.grow(width);
        let first = changed.first().map_or(doubtful, |(x, ..)| usize::from(*x));
        for (x, cell) in row.from(doubtful.min(first)) {
            // It is written again, so what is drawn over it is, too.
            if self.pictures == PicturesBy::Iterm2
                && let Some(part) = PictureCell::of(cell.symbol(), cell.fg)
                && let (Some(x), Some(y)) = (
                    u16::try_from(x)
                        .ok()
                        .and_then(|x| x.checked_sub(part.column)),
                    y.checked_sub(part.row),
                )
            {
                self.touched.push((part.number, x, y));
            }
            let place = |x: usize| u16::try_from(x).unwrap_or(u16::MAX);
            if !is_doubtful(cell.symbol()) {
                run.push((place(x), y, cell));
                continue;
            }
            let wide = usize::from(cell.cell_width());
            run.extend((x..x + wide).map(|x| (place(x), y, blank(&cell))));
            runs.push(std::mem::take(&mut run));
            runs.push(vec![(place(x), y, cell)]);
        }
        runs.push(run);
        runs
    }
}

impl<B: Backend> Gate<B> {
    /// Sends what has changed in a line, which is remembered.
    fn pass(&mut self, changed: &[Placed]) -> Result<(), B::Error> {
        let Some((_, y, _)) = changed.first() else {
            return Ok(());
        };
        let Some(doubtful) = self.doubtful(*y, changed) else {
            return self.send(changed);
        };
        let runs = self.runs(*y, changed, doubtful);
        runs.iter().try_for_each(|run| self.send(run))
    }

    fn send(&mut self, run: &[Placed]) -> Result<(), B::Error> {
        let over_blank = self.pictures == PicturesBy::Iterm2;
        let passing = run.iter().map(|(x, y, cell)| match over_blank {
            true if is_drawn_over(cell) => (*x, *y, &Cell::EMPTY),
            _ => (*x, *y, cell),
        });
        self.inner.draw(passing)
    }
}

/// iTerm2 draws pictures later, over blank cells.
fn is_drawn_over(cell: &Cell) -> bool {
    cell.symbol().starts_with(text::PICTURE_CELL)
}

/// How many cells it takes.
pub(super) fn wide(cell: &Cell) -> usize {
    match cell.symbol().len() {
        1 => 1,
        _ => usize::from(cell.cell_width()).max(1),
    }
}

/// Nothing, in the same colours.
fn blank(cell: &Cell) -> Cell {
    let mut blank = cell.clone();
    blank.set_symbol(" ").set_diff_option(CellDiffOption::None);
    blank
}

/// Whether terminals may disagree on how wide this is.
pub(super) fn is_doubtful(symbol: &str) -> bool {
    if let [b' '..=b'~'] = symbol.as_bytes() {
        return false;
    }
    let mut chars = symbol.chars();
    match (chars.next(), chars.next()) {
        // Terminals that know it agree on it, and no other one gets it.
        (Some(text::PICTURE_CELL), _) => false,
        (Some(c), None) => !is_agreed(c),
        (None, _) => false,
        _ => true,
    }
}

/// Characters on whose width every terminal agrees: the plain letters, the wide
/// ones of East Asia, and the lines and signs that the desk itself draws.
fn is_agreed(c: char) -> bool {
    match c {
        // SARA AM is a letter by its category, and yet joins the one before it.
        '\u{E33}' | '\u{EB3}' => false,
        ' '..='~'
        | '\u{2010}'..='\u{2027}'
        | '\u{2030}'..='\u{205E}'
        | '\u{2190}'..='\u{21FF}'
        | '\u{2500}'..='\u{25FF}'
        | '✓'
        | '✗'
        | '\u{3001}'..='\u{3029}'
        | '\u{FF01}'..='\u{FF9D}' => true,
        '\u{A0}'..='\u{2FF}' => c != '\u{AD}',
        c => c.is_alphanumeric() && !text::is_mark(c),
    }
}

impl<B: Backend> Backend for Gate<B> {
    type Error = B::Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), B::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        // Nearly all of it is harmless. From the first cell of a line that may not be, all
        // of the line is held until it is known how it goes on.
        let mut held: Vec<Placed> = Vec::new();
        for (x, y, cell) in content {
            if held.first().is_some_and(|(_, row, _)| *row != y) {
                self.pass(&std::mem::take(&mut held))?;
            }
            if held.is_empty() && self.is_harmless(y, cell) {
                self.row(x, y).cells.put(usize::from(x), cell);
                self.inner.draw(std::iter::once((x, y, cell)))?;
            } else {
                held.push(self.remember(x, y, cell));
            }
        }
        self.pass(&held)
    }

    fn hide_cursor(&mut self) -> Result<(), B::Error> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), B::Error> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, B::Error> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), B::Error> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), B::Error> {
        self.forget();
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), B::Error> {
        self.forget();
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, B::Error> {
        self.inner.size()
    }

    fn window_size(&mut self) -> Result<WindowSize, B::Error> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> Result<(), B::Error> {
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::RefCell,
        io::{self, Write},
        num::NonZeroU16,
        process::Command,
        rc::Rc,
    };

    use ratatui::{
        Terminal, TerminalOptions, Viewport,
        backend::{CrosstermBackend, TestBackend},
        buffer::Buffer,
        layout::Rect,
        style::Style,
    };

    use super::*;
    use crate::ui::draw;

    const SCREEN: Rect = Rect::new(0, 0, 40, 12);

    /// Somebody who writes in each of the scripts that terminals lay out in
    /// different ways, between frames of the desk.
    const SCRIPTS: [&str; 11] = [
        "ขอน้ำ ทำ คำ น้ำ",
        "ສະບາຍດີ ນຳ ຄຳ",
        "আমার বাতি ভাঙা কোথায়",
        "என் விளக்கு கோ மௌ மா",
        "नमस्ते मुझे पानी की ज़रूरत है",
        "မြန်မာ ကြေး",
        "ឃ្មា ខ្ញុំ",
        "മലയാളം കാ ಕನ್ನಡ ಕಾ සිංහල කා",
        "👩\u{200d}👩\u{200d}👧 ❤\u{fe0f} 🏳\u{fe0f}\u{200d}🌈 🇪🇺 1\u{fe0f}\u{20e3}",
        "ﾊﾞﾊﾟ 日本 한국 각",
        "\u{600}١٢ می\u{200c}خواهم",
    ];

    #[derive(Clone, Default)]
    struct Written(Rc<RefCell<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is meant to stand there after each frame, and all that was written
    /// until then.
    fn frames() -> Vec<(Buffer, Vec<u8>)> {
        let written = Written::default();
        let gate = Gate::new(CrosstermBackend::new(written.clone()), PicturesBy::Off);
        let viewport = Viewport::Fixed(SCREEN);
        let mut terminal = Terminal::with_options(gate, TerminalOptions { viewport }).expect("one");
        let scripts = |shift: usize, lead: usize| {
            let line = |n: usize| SCRIPTS[(n + shift) % SCRIPTS.len()];
            (0..SCRIPTS.len())
                .map(|n| format!("{}{}", " ".repeat(lead), line(n)))
                .collect::<Vec<_>>()
        };
        let plain = vec!["y".to_owned(); SCRIPTS.len()];
        let frames = [
            scripts(0, 0),
            plain.clone(),
            scripts(0, 3),
            scripts(5, 1),
            scripts(6, 0),
            plain,
        ];
        frames
            .map(|lines| {
                let painted = terminal
                    .draw(|frame| {
                        for (line, y) in lines.into_iter().zip(0..) {
                            let buffer = frame.buffer_mut();
                            let place = Rect::new(1, y, 36, 1);
                            let line = draw::span(line, Style::new());
                            draw::put(&[line], place, buffer);
                            for x in [0, 37, 39] {
                                buffer[(x, y)].set_symbol("│");
                            }
                        }
                    })
                    .expect("paints");
                let meant = painted.buffer.clone();
                (meant, written.0.borrow().clone())
            })
            .into()
    }

    /// The clusters of a row with the columns that each one has.
    fn meant(buffer: &Buffer, y: u16) -> Vec<(u16, u16, &str)> {
        let mut out = Vec::new();
        let mut x = 0;
        while x < SCREEN.width {
            let cell = &buffer[(x, y)];
            let width = cell.cell_width().max(1);
            out.push((x, width, cell.symbol()));
            x += width;
        }
        out
    }

    #[test]
    fn every_script_stands_in_its_own_cells_after_every_frame() {
        let [rows, columns] =
            [SCREEN.height, SCREEN.width].map(|n| NonZeroU16::new(n).expect("some"));
        for (n, (buffer, bytes)) in frames().iter().enumerate() {
            let mut terminal = vt100::Parser::new(rows, columns, 0);
            terminal.process(bytes);
            let screen = terminal.screen();
            for y in 0..SCREEN.height {
                for (x, width, symbol) in meant(buffer, y) {
                    let seen: String = (x..x + width)
                        .filter_map(|x| screen.cell(y, x))
                        .map(|cell| cell.contents())
                        .collect();
                    // Of a picture put together from several, a terminal that
                    // does not know it shows the first.
                    let picture = !symbol.starts_with(char::is_alphabetic) && width > 1;
                    let same = seen.trim() == symbol.trim()
                        || (picture && !seen.is_empty() && symbol.starts_with(&seen));
                    assert!(
                        same,
                        "frame {n}, row {y}, column {x}: {seen:?} for {symbol:?}"
                    );
                }
            }
        }
    }

    /// tmux counts as most terminals do, character by character. Where it is
    /// missing, this says so and checks nothing.
    #[test]
    #[allow(clippy::print_stderr)] // A check that is left out says so.
    fn every_script_stands_in_its_own_line_in_tmux() {
        if Command::new("tmux").arg("-V").output().is_err() {
            eprintln!("SKIPPED: tmux is not installed; the scripts are tried on one terminal only");
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let squeezed = |line: &str| line.split_whitespace().collect::<String>();
        for (n, (buffer, bytes)) in frames().into_iter().enumerate() {
            let file = folder.path().join(format!("frame{n}"));
            // The answer to the last question says that all of it was taken in.
            std::fs::write(&file, [&b"\x1b[?7l"[..], &bytes, b"\x1b[6n"].concat()).expect("writes");
            let socket = folder.path().join(format!("socket{n}"));
            let tmux = |arguments: &[&str]| {
                let ran = Command::new("tmux")
                    .args(["-u", "-f", "/dev/null", "-S"])
                    .arg(&socket)
                    .args(arguments)
                    .env("LC_ALL", "C.UTF-8")
                    .env_remove("TMUX")
                    .output()
                    .expect("tmux");
                assert!(ran.status.success(), "{ran:?}");
                String::from_utf8(ran.stdout).expect("text")
            };
            let shows = format!(
                "stty raw -echo; cat {}; head -c 1 >/dev/null; tmux wait-for -S shown; cat >/dev/null",
                file.display()
            );
            tmux(&["new-session", "-d", "-x", "40", "-y", "12", &shows]);
            tmux(&["wait-for", "shown"]);
            let seen = tmux(&["capture-pane", "-p"]);
            tmux(&["kill-server"]);
            for (y, line) in (0..).zip(seen.lines()) {
                let symbols: String = meant(&buffer, y).iter().map(|(_, _, s)| *s).collect();
                assert_eq!(squeezed(line), squeezed(&symbols), "frame {n}, row {y}");
            }
        }
    }

    #[test]
    fn what_passes_at_once_would_pass_as_it_is_and_be_one_cell_everywhere() {
        let mut row = Row::default();
        row.cells.grow(1);
        let harmless = ('\0'..=char::MAX).map(Cell::from).filter(is_narrow);
        let mut count = 0;
        for cell in harmless {
            assert_eq!(row.put(0, &cell, false), cell);
            assert!(!is_doubtful(cell.symbol()), "{cell:?}");
            assert_eq!(wide(&cell), 1, "{cell:?}");
            count += 1;
        }
        assert!(count > 700, "{count}");
    }

    #[test]
    fn a_sign_without_its_letter_stands_alone() {
        for (sign, shown) in [
            ("\u{e49}", "\u{25cc}\u{e49}"),
            ("\u{e49}\u{e33}", "\u{e33}"),
        ] {
            let mut gate = Gate::new(TestBackend::new(2, 1), PicturesBy::Off);
            let mut cells = [Cell::new("น"), Cell::default()];
            cells[1].set_symbol(sign);
            gate.draw(cells.iter().zip(0..).map(|(cell, x)| (x, 0, cell)))
                .expect("draws");
            let row = &gate.inner.buffer().content;
            assert_eq!([row[0].symbol(), row[1].symbol()], ["น", shown]);
        }
    }

    #[test]
    fn a_cell_that_would_act_never_passes() {
        for (bad, name) in [
            ("\u{1b}[2J", "a control sequence"),
            ("\u{202e}", "a direction"),
            ("\u{1d173}", "a musical format character"),
            ("\u{1bca0}", "a shorthand format character"),
            ("\u{13430}", "a hieroglyph format character"),
            ("\u{2065}", "unassigned among format characters"),
            ("\u{fff0}", "unassigned among specials"),
            ("a\u{200b}", "something invisible behind a letter"),
        ] {
            let mut gate = Gate::new(TestBackend::new(2, 1), PicturesBy::Off);
            let mut cells = [Cell::new("a"), Cell::new("c")];
            cells[0].set_symbol(bad);
            gate.draw(cells.iter().zip(0..).map(|(cell, x)| (x, 0, cell)))
                .expect("draws");
            let row = &gate.inner.buffer().content;
            assert_eq!(
                [row[0].symbol(), row[1].symbol()],
                ["\u{FFFD}", "c"],
                "{name}"
            );
        }
    }
}
