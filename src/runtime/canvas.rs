//! The painted screen beside the one that the terminal shows: only differences are sent.
//! It must not know what is painted.

use std::ops::Range;

use ratatui::{
    backend::Backend,
    buffer::{Buffer, Cell, CellDiffOption},
    layout::Rect,
};

use super::{
    cells::{Cells, is_narrow},
    gate::wide,
};
use crate::ui::draw::WIDEST;

/// Two screens of one size.
#[derive(Debug)]
pub(super) struct Canvas {
    painted: Buffer,
    /// Line by line.
    shown: Cells,
    /// A part of a line of each, while they are compared.
    lines: [Buffer; 2],
}

impl Canvas {
    /// Blank, as the terminal is.
    pub(super) fn new(width: u16, height: u16) -> Self {
        let area = Rect::new(0, 0, width, height);
        Self {
            painted: Buffer::empty(area),
            shown: Cells::blank(usize::from(width) * usize::from(height)),
            lines: [(); 2].map(|()| Buffer::empty(Rect::ZERO)),
        }
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (u16, u16) {
        (self.painted.area.width, self.painted.area.height)
    }

    /// What was painted last, to be painted on.
    pub(super) fn buffer(&mut self) -> &mut Buffer {
        &mut self.painted
    }

    /// Sends what is different in these parts, line by line.
    pub(super) fn send<B: Backend>(&mut self, parts: &[Rect], to: &mut B) -> Result<(), B::Error> {
        let screen = self.painted.area;
        let mut parts: Vec<Rect> = parts.iter().map(|part| part.intersection(screen)).collect();
        parts.sort_unstable_by_key(|part| part.x);
        let top = parts.iter().map(|part| part.top()).min().unwrap_or(0);
        let bottom = parts.iter().map(|part| part.bottom()).max().unwrap_or(0);
        for y in top..bottom {
            for part in &parts {
                if (part.top()..part.bottom()).contains(&y) {
                    self.send_line(y, part.left()..part.right(), to)?;
                }
            }
        }
        Ok(())
    }

    /// Sends what is different in these columns of a line.
    fn send_line<B: Backend>(
        &mut self,
        y: u16,
        columns: Range<u16>,
        to: &mut B,
    ) -> Result<(), B::Error> {
        let width = usize::from(self.painted.area.width);
        let at = usize::from(y) * width;
        let painted = &self.painted.content[at..at + width];
        let shown = &mut self.shown;
        let columns = usize::from(columns.start)..usize::from(columns.end);
        let differs = |x: &usize| !shown.is(at + x, &painted[*x]);
        let Some(first) = columns.clone().find(differs) else {
            return Ok(());
        };
        let last = columns.rev().find(differs).unwrap_or(first);
        let mut near = first.saturating_sub(usize::from(WIDEST))..last + 1;
        if near.all(|x| shown.is_narrow(at + x) && is_narrow(&painted[x])) {
            let changed = (first..=last).filter(|x| shown.put(at + x, &painted[*x]));
            return to.draw(changed.map(|x| (column(x), y, &painted[x])));
        }
        let was = |x| wide(&shown.get(at + x));
        let is = |x| wide(&painted[x]);
        let part = with_letters([&was, &is], first..last + 1, width);
        let [before, now] = &mut self.lines;
        for line in [&mut *before, &mut *now] {
            line.resize(Rect::new(column(part.start), y, column(part.len()), 1));
        }
        for (cell, x) in before.content.iter_mut().zip(part.clone()) {
            *cell = shown.get(at + x);
        }
        break_wide(&mut before.content, &painted[part.clone()]);
        now.content.clone_from_slice(&painted[part.clone()]);
        to.draw(before.diff_iter(now))?;
        for (x, cell) in part.clone().zip(&painted[part]) {
            shown.put(at + x, cell);
        }
        Ok(())
    }
}

fn column(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// These columns, and the letters of both lines that reach into them; `lines` say how wide
/// what stands in a column is, and end before `width`.
fn with_letters(
    lines: [&dyn Fn(usize) -> usize; 2],
    columns: Range<usize>,
    width: usize,
) -> Range<usize> {
    let widest = usize::from(WIDEST);
    let (first, last) = (columns.start, columns.end - 1);
    let (mut start, mut end) = (first, last + 1);
    for wide in lines {
        let reach = |at: usize| at + wide(at);
        let reaches_in = (first.saturating_sub(widest)..first).find(|at| reach(*at) > first);
        start = reaches_in.map_or(start, |at| start.min(at));
        let near_end = start.max(last.saturating_sub(widest))..=last;
        end = near_end.map(reach).fold(end, usize::max);
    }
    start..end.min(width)
}

/// When a wide letter is painted over, all of its cells are sent: terminals differ in what
/// they leave in the half that was not painted over.
fn break_wide(shown: &mut [Cell], painted: &[Cell]) {
    let mut x = 0;
    while x < shown.len() {
        let end = (x + wide(&shown[x])).min(shown.len());
        if end > x + 1 && shown[x..end] != painted[x..end] {
            for cell in &mut shown[x..end] {
                // Never painted: it does not pass the gate.
                cell.set_symbol("\u{FFFF}")
                    .set_diff_option(CellDiffOption::None);
            }
        }
        x = end;
    }
}

#[cfg(test)]
mod tests {
    use std::{io, num::NonZeroU16};

    use proptest::prelude::*;
    use ratatui::{
        layout::Size,
        style::{Color, Modifier, Style},
    };

    use super::*;
    use crate::{
        app::settings::PicturesBy,
        runtime::{
            encoder::{Encoder, Output},
            gate::Gate,
        },
        ui::draw,
    };

    const SIZE: (u16, u16) = (24, 6);
    /// What terminals lay out differently is tried in `gate`, which deals with it.
    const WORDS: [&str; 8] = [
        "hello",
        "日本語 here",
        "  ",
        "the end",
        "a日本 b",
        "| key  words",
        "ü ő ─╮ ✓",
        "xxxxxxxxxxxxxxxxxxxxxxxx",
    ];
    const COLOURS: [Color; 6] = [
        Color::Reset,
        Color::Red,
        Color::LightBlue,
        Color::DarkGray,
        Color::Indexed(141),
        Color::Rgb(1, 20, 250),
    ];

    /// What a terminal would have been sent.
    #[derive(Default)]
    struct Sent(Vec<u8>);

    impl Output for &mut Sent {
        fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.0.extend_from_slice(bytes);
            Ok(())
        }
    }

    /// A line of a frame: where it begins, which words, how they look.
    type Piece = (u16, u16, usize, usize, usize, u16);

    fn style(text: usize, behind: usize, modifier: u16) -> Style {
        Style::new()
            .fg(COLOURS[text])
            .bg(COLOURS[behind])
            .remove_modifier(Modifier::all())
            .add_modifier(match Modifier::from_bits_truncate(modifier) {
                // The terminal emulator of the tests knows one or the other.
                both if both.contains(Modifier::BOLD) => both - Modifier::DIM,
                one => one,
            })
    }

    /// What each cell of a terminal shows.
    fn cells(terminal: &vt100::Parser) -> Vec<String> {
        let places = (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (y, x)));
        places
            .map(|(y, x)| {
                let cell = terminal.screen().cell(y, x).expect("a cell");
                let behind = (cell.bgcolor(), cell.underline(), cell.inverse());
                if cell.contents().trim().is_empty() && !cell.inverse() {
                    return format!("{behind:?}");
                }
                let text = (cell.fgcolor(), cell.bold(), cell.dim(), cell.italic());
                format!("{:?} {text:?} {behind:?}", cell.contents())
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever stood there before, what is sent leaves the terminal as if the last
        /// frame were the only one.
        #[test]
        fn frames_one_over_the_other_leave_the_last_one(
            frames in proptest::collection::vec(
                proptest::collection::vec((0..24_u16, 0..6_u16, 0..8_usize, 0..6_usize, 0..6_usize, 0..32_u16), 0..6),
                1..6,
            ),
            cursor in proptest::option::of((0..24_u16, 0..6_u16)),
        ) {
            let show = |frames: &[Vec<Piece>]| {
                let mut sent = Sent::default();
                let encoder = Encoder::new(&mut sent, Size::new(SIZE.0, SIZE.1));
                let mut gate = Gate::new(encoder, PicturesBy::Off);
                let mut canvas = Canvas::new(SIZE.0, SIZE.1);
                for pieces in frames {
                    let buffer = canvas.buffer();
                    buffer.reset();
                    for (x, y, words, text, behind, modifier) in pieces {
                        let place = Rect::new(*x, *y, SIZE.0 - x, 1);
                        let span = draw::span(WORDS[*words], style(*text, *behind, *modifier));
                        draw::put(&[span], place, buffer);
                    }
                    canvas.send(&[Rect::new(0, 0, SIZE.0, SIZE.1)], &mut gate).expect("sent");
                    if let Some((x, y)) = cursor {
                        gate.set_cursor_position((x, y)).expect("sent");
                    }
                    Backend::flush(&mut gate).expect("sent");
                }
                drop(gate);
                let mut terminal = {
                    let [rows, columns] = [SIZE.1, SIZE.0].map(|n| NonZeroU16::new(n).expect("some"));
                    vt100::Parser::new(rows, columns, 0)
                };
                // As on the desk: lines do not wrap.
                terminal.process(b"\x1b[?7l");
                terminal.process(&sent.0);
                terminal
            };
            let (after, alone) = (show(&frames), show(&frames[frames.len() - 1..]));
            for (at, (after, alone)) in cells(&after).iter().zip(cells(&alone)).enumerate() {
                prop_assert_eq!(after, &alone, "cell {}", at);
            }
            if let Some((x, y)) = cursor {
                prop_assert_eq!(after.screen().cursor_position(), (y, x));
            }
        }
    }

    #[test]
    fn a_letter_costs_itself_and_what_has_not_changed_costs_nothing() {
        let mut sent = Sent::default();
        {
            let encoder = Encoder::new(&mut sent, Size::new(SIZE.0, SIZE.1));
            let mut gate = Gate::new(encoder, PicturesBy::Off);
            let mut canvas = Canvas::new(SIZE.0, SIZE.1);
            for words in ["> hell", "> hello", "> hello"] {
                let line = vec![draw::span(words, Style::new().fg(Color::Red))];
                draw::put(&line, Rect::new(2, 3, 20, 1), canvas.buffer());
                canvas
                    .send(&[Rect::new(0, 3, SIZE.0, 1)], &mut gate)
                    .expect("sent");
                let end = 2 + u16::try_from(words.len()).expect("few");
                gate.set_cursor_position((end, 3)).expect("sent");
                gate.show_cursor().expect("sent");
                Backend::flush(&mut gate).expect("sent");
            }
        }
        let sent = String::from_utf8(sent.0).expect("text");
        assert_eq!(sent, "\x1b[4;3H\x1b[31m> hell\x1b[?25ho");
    }
}
