//! Pictures in cells: two pixels a cell, or the placeholders at which the terminal
//! draws them itself. A placeholder names its picture by its colour, and its row and
//! column by marks on it (kitty, "Unicode placeholders").

use std::sync::LazyLock;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Style},
};

use crate::{
    app::{
        pictures::ShownPicture,
        settings::{Depth, PicturesBy},
    },
    domain::PictureNumber,
    text::PICTURE_CELL,
};

/// The marks for 0, 1, 2 and so on, as ranges (kitty, `rowcolumn-diacritics.txt`).
#[rustfmt::skip]
const MARKS: [(u32, u32); 86] = [
    (0x305, 0x305), (0x30D, 0x30E), (0x310, 0x310), (0x312, 0x312),
    (0x33D, 0x33F), (0x346, 0x346), (0x34A, 0x34C), (0x350, 0x352),
    (0x357, 0x357), (0x35B, 0x35B), (0x363, 0x36F), (0x483, 0x487),
    (0x592, 0x595), (0x597, 0x599), (0x59C, 0x5A1), (0x5A8, 0x5A9),
    (0x5AB, 0x5AC), (0x5AF, 0x5AF), (0x5C4, 0x5C4), (0x610, 0x617),
    (0x657, 0x65B), (0x65D, 0x65E), (0x6D6, 0x6DC), (0x6DF, 0x6E2),
    (0x6E4, 0x6E4), (0x6E7, 0x6E8), (0x6EB, 0x6EC), (0x730, 0x730),
    (0x732, 0x733), (0x735, 0x736), (0x73A, 0x73A), (0x73D, 0x73D),
    (0x73F, 0x741), (0x743, 0x743), (0x745, 0x745), (0x747, 0x747),
    (0x749, 0x74A), (0x7EB, 0x7F1), (0x7F3, 0x7F3), (0x816, 0x819),
    (0x81B, 0x823), (0x825, 0x827), (0x829, 0x82D), (0x951, 0x951),
    (0x953, 0x954), (0xF82, 0xF83), (0xF86, 0xF87), (0x135D, 0x135F),
    (0x17DD, 0x17DD), (0x193A, 0x193A), (0x1A17, 0x1A17), (0x1A75, 0x1A7C),
    (0x1B6B, 0x1B6B), (0x1B6D, 0x1B73), (0x1CD0, 0x1CD2), (0x1CDA, 0x1CDB),
    (0x1CE0, 0x1CE0), (0x1DC0, 0x1DC1), (0x1DC3, 0x1DC9), (0x1DCB, 0x1DCC),
    (0x1DD1, 0x1DE6), (0x1DFE, 0x1DFE), (0x20D0, 0x20D1), (0x20D4, 0x20D7),
    (0x20DB, 0x20DC), (0x20E1, 0x20E1), (0x20E7, 0x20E7), (0x20E9, 0x20E9),
    (0x20F0, 0x20F0), (0x2CEF, 0x2CF1), (0x2DE0, 0x2DFF), (0xA66F, 0xA66F),
    (0xA67C, 0xA67D), (0xA6F0, 0xA6F1), (0xA8E0, 0xA8F1), (0xAAB0, 0xAAB0),
    (0xAAB2, 0xAAB3), (0xAAB7, 0xAAB8), (0xAABE, 0xAABF), (0xAAC1, 0xAAC1),
    (0xFE20, 0xFE26), (0x10A0F, 0x10A0F), (0x10A38, 0x10A38), (0x1D185, 0x1D189),
    (0x1D1AA, 0x1D1AD), (0x1D242, 0x1D244),
];

/// A line of a picture from the left of an area on.
pub(super) fn line(
    shown: &ShownPicture,
    row: u16,
    cells: (u16, u16),
    by: PicturesBy,
    area: Rect,
    buffer: &mut Buffer,
) {
    let area = area.intersection(buffer.area);
    if area.height == 0 {
        return;
    }
    for column in 0..cells.0.min(area.width) {
        let cell = &mut buffer[(area.x + column, area.y)];
        match by {
            PicturesBy::Off => return,
            PicturesBy::Kitty | PicturesBy::Iterm2 if shown.sent && cells == shown.cells => {
                cell.set_symbol(&placeholder(row, column))
                    .set_style(Style::new().fg(colour_of(shown.number)).bg(Color::Reset));
            }
            by => {
                let depth = match by {
                    PicturesBy::Blocks(depth) => depth,
                    _ => Depth::Full,
                };
                let halves = (u32::from(cells.0), 2 * u32::from(cells.1));
                let at = |half: u16| {
                    let place = (u32::from(column), u32::from(2 * row + half));
                    shown.bitmap.mean(place, halves)
                };
                let colour = |(red, green, blue)| match depth {
                    Depth::Full => Color::Rgb(red, green, blue),
                    Depth::Palette => Color::Indexed(nearest(red, green, blue)),
                };
                let (symbol, style) = match (at(0).map(colour), at(1).map(colour)) {
                    (None, None) => (" ", Style::new()),
                    (Some(top), None) => ("▀", Style::new().fg(top)),
                    (None, Some(bottom)) => ("▄", Style::new().fg(bottom)),
                    (Some(top), Some(bottom)) => ("▀", Style::new().fg(top).bg(bottom)),
                };
                cell.set_symbol(symbol).set_style(style);
            }
        }
    }
}

/// All lines of it that fit into an area.
pub(super) fn whole(
    shown: &ShownPicture,
    cells: (u16, u16),
    by: PicturesBy,
    area: Rect,
    buffer: &mut Buffer,
) {
    for (row, y) in (0..cells.1).zip(area.y..area.bottom()) {
        let place = Rect {
            y,
            height: 1,
            ..area
        };
        line(shown, row, cells, by, place, buffer);
    }
}

/// The nearest of xterm's 256 colours: of its cube, or of its greys.
fn nearest(red: u8, green: u8, blue: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let step = |value: u8| {
        let distance = |at: &usize| STEPS[*at].abs_diff(value);
        (0..STEPS.len()).min_by_key(distance).unwrap_or(0)
    };
    let far = |colour: [u8; 3]| -> u32 {
        let each = colour.iter().zip([red, green, blue]);
        each.map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    let cube = [step(red), step(green), step(blue)];
    let mean = (u32::from(red) + u32::from(green) + u32::from(blue)) / 3;
    let grey = (mean.saturating_sub(3) / 10).min(23);
    let level = u8::try_from(8 + 10 * grey).unwrap_or(u8::MAX);
    let index = match far([level; 3]) < far(cube.map(|at| STEPS[at])) {
        true => 232 + grey,
        false => {
            let [red, green, blue] = cube.map(|at| u32::try_from(at).unwrap_or(0));
            16 + 36 * red + 6 * green + blue
        }
    };
    u8::try_from(index).unwrap_or(u8::MAX)
}

fn colour_of(number: PictureNumber) -> Color {
    let [_, red, green, blue] = number.to_be_bytes();
    Color::Rgb(red, green, blue)
}

fn placeholder(row: u16, column: u16) -> String {
    let mark = |n: u16| ALL_MARKS.get(usize::from(n)).copied().unwrap_or('\u{305}');
    String::from_iter([PICTURE_CELL, mark(row), mark(column)])
}

static ALL_MARKS: LazyLock<Vec<char>> = LazyLock::new(|| {
    let each = MARKS.iter().flat_map(|(first, last)| *first..=*last);
    each.filter_map(char::from_u32).collect()
});

/// A cell of a picture that the terminal draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PictureCell {
    /// Which one.
    pub(crate) number: PictureNumber,
    /// Its place in the picture.
    pub(crate) row: u16,
    pub(crate) column: u16,
}

impl PictureCell {
    /// Reads what [`line`] has put into a cell.
    pub(crate) fn of(symbol: &str, colour: Color) -> Option<Self> {
        let mut chars = symbol.chars();
        let (first, row, column, end) = (chars.next(), chars.next()?, chars.next()?, chars.next());
        let Color::Rgb(red, green, blue) = colour else {
            return None;
        };
        if first != Some(PICTURE_CELL) || end.is_some() {
            return None;
        }
        let place = |mark: char| {
            let at = ALL_MARKS.iter().position(|known| *known == mark)?;
            u16::try_from(at).ok()
        };
        Some(Self {
            number: u32::from_be_bytes([0, red, green, blue]),
            row: place(row)?,
            column: place(column)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_says_which_picture_and_where_in_it() {
        assert_eq!(ALL_MARKS.len(), 297);
        for (number, row, column) in [(1, 0, 0), (0x12_34_56, 7, 27), (0xFF_FFFF, 53, 295)] {
            let symbol = placeholder(row, column);
            let cell = PictureCell {
                number,
                row,
                column,
            };
            assert_eq!(PictureCell::of(&symbol, colour_of(number)), Some(cell));
        }
        for symbol in [
            "",
            "a",
            "\u{10EEEE}",
            "\u{10EEEE}\u{305}",
            "a\u{305}\u{305}",
        ] {
            assert_eq!(PictureCell::of(symbol, colour_of(1)), None, "{symbol:?}");
        }
    }

    #[test]
    fn colours_are_the_nearest_of_the_palette() {
        for (colour, index) in [
            ((0, 0, 0), 16),
            ((255, 255, 255), 231),
            ((255, 0, 0), 196),
            ((128, 128, 128), 244),
            ((96, 135, 175), 67),
        ] {
            assert_eq!(nearest(colour.0, colour.1, colour.2), index, "{colour:?}");
        }
    }
}
