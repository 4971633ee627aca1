//! Cells that are remembered, in a third of the memory that painted ones take: nearly all
//! hold one character in plain colours. A key asks what stands in many of them, and waits
//! for each page of memory that they fill.
//!
//! It must not know what they are remembered for.

use std::{collections::BTreeMap, mem, str};

use ratatui::{
    buffer::{Cell, CellDiffOption},
    style::{Color, Modifier},
};

/// Cells by their place. What was never put there is blank.
#[derive(Debug, Default)]
pub(super) struct Cells {
    cells: Vec<Small>,
    /// Those that are too large: clusters of characters, underlines with a colour of their
    /// own, and what the terminal draws by itself.
    large: BTreeMap<usize, Cell>,
}

/// A character and how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Small {
    /// In UTF-8, with zeros behind it.
    symbol: [u8; 4],
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Small {
    const BLANK: Self = Self {
        symbol: [b' ', 0, 0, 0],
        fg: Color::Reset,
        bg: Color::Reset,
        modifier: Modifier::empty(),
    };
    /// It is among the large ones. No character begins with these bytes.
    const LARGE: Self = Self {
        symbol: [0xFF; 4],
        ..Self::BLANK
    };

    fn of(cell: &Cell) -> Option<Self> {
        let fits = cell.underline_color == Color::Reset && cell.diff_option == CellDiffOption::None;
        let symbol = match cell.symbol().as_bytes() {
            [a] => [*a, 0, 0, 0],
            [a, b] => [*a, *b, 0, 0],
            [a, b, c] => [*a, *b, *c, 0],
            [a, b, c, d] => [*a, *b, *c, *d],
            _ => return None,
        };
        fits.then_some(Self {
            symbol,
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        })
    }

    fn is_narrow(self) -> bool {
        matches!(
            self.symbol,
            [b' '..=b'~', 0, ..]
                // U+00A1 to U+02FF without the soft hyphen, U+2010 to U+2027, U+2500 to U+25BF.
                | [0xC2, 0xA1..=0xAC | 0xAE..=0xBF, 0, 0]
                | [0xC3..=0xCB, _, 0, 0]
                | [0xE2, 0x80, 0x90..=0xA7, 0]
                | [0xE2, 0x94..=0x96, _, 0]
        )
    }

    fn cell(self) -> Cell {
        let ends = self.symbol.iter().position(|byte| *byte == 0);
        let symbol = &self.symbol[..ends.unwrap_or(self.symbol.len())];
        let mut cell = Cell::EMPTY;
        cell.set_symbol(str::from_utf8(symbol).unwrap_or(" "));
        cell.fg = self.fg;
        cell.bg = self.bg;
        cell.modifier = self.modifier;
        cell
    }
}

impl Cells {
    /// So many blank ones.
    pub(super) fn blank(count: usize) -> Self {
        Self {
            cells: vec![Small::BLANK; count],
            large: BTreeMap::new(),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// More of them, if there are fewer.
    pub(super) fn grow(&mut self, count: usize) {
        if self.cells.len() < count {
            self.cells.resize(count, Small::BLANK);
        }
    }

    /// What stands there; blank behind the end.
    pub(super) fn get(&self, at: usize) -> Cell {
        match self.cells.get(at) {
            Some(&Small::LARGE) => self.large.get(&at).cloned().unwrap_or_default(),
            Some(small) => small.cell(),
            None => Cell::EMPTY,
        }
    }

    /// Whether this is what stands there.
    pub(super) fn is(&self, at: usize, cell: &Cell) -> bool {
        match Small::of(cell) {
            Some(small) => self.cells[at] == small,
            None => self.large.get(&at) == Some(cell),
        }
    }

    /// Puts something there. Answers whether something else stood there.
    pub(super) fn put(&mut self, at: usize, cell: &Cell) -> bool {
        let small = Small::of(cell).unwrap_or(Small::LARGE);
        let before = mem::replace(&mut self.cells[at], small);
        if small == Small::LARGE {
            self.large.insert(at, cell.clone()).as_ref() != Some(cell)
        } else if before == Small::LARGE {
            self.large.remove(&at);
            true
        } else {
            before != small
        }
    }

    /// As [`is_narrow`], of what stands there.
    pub(super) fn is_narrow(&self, at: usize) -> bool {
        self.cells[at].is_narrow()
    }
}

/// Certainly one column wide, without a look into the tables: ASCII, the letters of Europe,
/// and the signs and lines that the desk itself draws.
pub(super) fn is_narrow(cell: &Cell) -> bool {
    Small::of(cell).is_some_and(Small::is_narrow)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use ratatui::buffer::CellWidth;

    use super::*;

    #[test]
    fn what_is_taken_to_be_narrow_is_narrow() {
        let all = ('\u{20}'..=char::MAX).filter(|c| !c.is_control());
        let all = all.map(Cell::from);
        let (narrow, others): (Vec<Cell>, Vec<Cell>) = all.partition(is_narrow);
        let wide: Vec<&Cell> = narrow
            .iter()
            .filter(|cell| cell.cell_width() != 1)
            .collect();
        assert!(wide.is_empty(), "{wide:?}");
        assert!(narrow.len() > 700 && others.len() > 1_000_000);
        assert!(!is_narrow(&Cell::new("e\u{301}")));
    }

    #[test]
    fn what_was_put_there_is_what_stands_there() {
        let plain = |symbol: &'static str| Cell::new(symbol);
        let mut coloured = Cell::new("日");
        coloured.set_fg(Color::Rgb(1, 2, 3)).set_bg(Color::Blue);
        coloured.modifier = Modifier::BOLD | Modifier::ITALIC;
        let mut underlined = Cell::new("u");
        underlined.underline_color = Color::Red;
        let mut forced = Cell::new("x");
        forced.set_diff_option(CellDiffOption::ForcedWidth(NonZeroU16::MIN));
        // From one byte to more than fit, and none.
        let symbols = ["a", "ü", "─", "😀", "e\u{301}", "👩\u{200d}👧", ""].map(plain);
        let all = [&symbols[..], &[coloured, underlined, forced]].concat();
        let mut cells = Cells::blank(1);
        cells.grow(2);
        assert_eq!(cells.len(), 2);
        for before in &all {
            for now in &all {
                cells.put(1, before);
                assert_eq!(cells.is(1, now), before == now, "{before:?} {now:?}");
                assert_eq!(cells.put(1, now), before != now, "{before:?} {now:?}");
                assert_eq!(&cells.get(1), now);
                assert!(cells.is(1, now), "{now:?}");
                assert_eq!(cells.large.len(), usize::from(Small::of(now).is_none()));
            }
        }
        assert_eq!(cells.get(0), Cell::EMPTY);
        assert_eq!(cells.get(2), Cell::EMPTY);
    }
}
