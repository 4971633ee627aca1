//! Pictures that the terminal draws itself. Their bytes go out beside the frame and
//! never stand in a cell; the cells say where (`ui::picture`).
//!
//! kitty: "Terminal graphics protocol", with unicode placeholders. iTerm2: "Inline
//! Images Protocol". The terminal is never asked anything.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
    sync::Arc,
};

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{app::settings::PicturesBy, domain::PictureNumber};

/// So many bytes of base64 in one sequence (kitty's limit).
const CHUNK: usize = 4096;

/// A picture, and the columns and rows that it takes.
#[derive(Debug)]
struct InlineFile {
    cells: (u16, u16),
    bytes: Arc<[u8]>,
}

/// What the terminal was given.
#[derive(Debug)]
pub(super) struct TerminalPictures {
    by: PicturesBy,
    /// What iTerm2 is given each time that the picture appears.
    files: HashMap<PictureNumber, InlineFile>,
    /// What kitty has.
    sent: HashSet<PictureNumber>,
}

impl TerminalPictures {
    pub(super) fn new(by: PicturesBy) -> Self {
        Self {
            by,
            files: HashMap::new(),
            sent: HashSet::new(),
        }
    }

    /// A picture for so many columns and rows; answers what is written at once.
    pub(super) fn take(
        &mut self,
        number: PictureNumber,
        cells: (u16, u16),
        file: &Arc<[u8]>,
    ) -> String {
        match self.by {
            PicturesBy::Kitty => {
                self.sent.insert(number);
                kitty(number, cells, file)
            }
            PicturesBy::Iterm2 => {
                let bytes = Arc::clone(file);
                self.files.insert(number, InlineFile { cells, bytes });
                String::new()
            }
            PicturesBy::Off | PicturesBy::Blocks(_) => String::new(),
        }
    }

    /// Columns and rows of one that is drawn over the cells, once they are there.
    pub(super) fn cells(&self, number: PictureNumber) -> Option<(u16, u16)> {
        self.files.get(&number).map(|file| file.cells)
    }

    /// Draws it with its upper left corner there; column and row from 0.
    pub(super) fn placed(&self, number: PictureNumber, (x, y): (u16, u16)) -> String {
        match self.files.get(&number) {
            Some(file) => iterm2((x, y), file.cells, &file.bytes),
            None => String::new(),
        }
    }

    /// Forgets some; answers what is written.
    pub(super) fn drop_some(&mut self, numbers: &[PictureNumber]) -> String {
        let mut out = String::new();
        for number in numbers {
            self.files.remove(number);
            if self.sent.remove(number) {
                let _ = write!(out, "\x1b_Ga=d,d=I,q=2,i={number}\x1b\\");
            }
        }
        out
    }

    /// Forgets all.
    pub(super) fn drop_all(&mut self) -> String {
        let mut all: Vec<PictureNumber> = self.sent.iter().copied().collect();
        all.sort_unstable();
        self.files.clear();
        self.drop_some(&all)
    }
}

/// A PNG, to be shown wherever placeholders of this number stand.
fn kitty(number: PictureNumber, (columns, rows): (u16, u16), png: &[u8]) -> String {
    let payload = BASE64_STANDARD.encode(png);
    let mut out = String::with_capacity(payload.len() + payload.len() / 128 + 64);
    let mut rest = payload.as_str();
    let mut first = true;
    while first || !rest.is_empty() {
        let (chunk, behind) = rest.split_at(rest.len().min(CHUNK));
        rest = behind;
        let more = u8::from(!rest.is_empty());
        let head = match first {
            true => format!("a=T,q=2,U=1,f=100,i={number},c={columns},r={rows},m={more}"),
            false => format!("q=2,m={more}"),
        };
        let _ = write!(out, "\x1b_G{head};{chunk}\x1b\\");
        first = false;
    }
    out
}

/// A file, drawn over cells that are blank. The cursor goes back to where it was.
fn iterm2((x, y): (u16, u16), (columns, rows): (u16, u16), file: &[u8]) -> String {
    let payload = BASE64_STANDARD.encode(file);
    format!(
        "\x1b7\x1b[{};{}H\x1b]1337;File=inline=1;size={};width={columns};height={rows};preserveAspectRatio=1:{payload}\x07\x1b8",
        u32::from(y) + 1,
        u32::from(x) + 1,
        file.len(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kitty_gets_a_png_in_pieces_and_forgets_it() {
        let mut pictures = TerminalPictures::new(PicturesBy::Kitty);
        let file: Arc<[u8]> = Arc::from(vec![7; 4000]);
        let written = pictures.take(5, (28, 8), &file);
        let pieces: Vec<&str> = written.split_terminator("\x1b\\").collect();
        assert_eq!(pieces.len(), 2);
        assert!(pieces[0].starts_with("\x1b_Ga=T,q=2,U=1,f=100,i=5,c=28,r=8,m=1;"));
        assert!(pieces[1].starts_with("\x1b_Gq=2,m=0;"));
        let payload: String = pieces.iter().filter_map(|p| p.split(';').nth(1)).collect();
        assert_eq!(BASE64_STANDARD.decode(payload).expect("base64"), *file);
        assert_eq!(pictures.drop_some(&[5]), "\x1b_Ga=d,d=I,q=2,i=5\x1b\\");
        assert_eq!(pictures.drop_some(&[5]), "");
        let small: Arc<[u8]> = Arc::from(*b"abc");
        assert_eq!(
            pictures.take(6, (1, 1), &small),
            "\x1b_Ga=T,q=2,U=1,f=100,i=6,c=1,r=1,m=0;YWJj\x1b\\"
        );
        assert_eq!(pictures.drop_all(), "\x1b_Ga=d,d=I,q=2,i=6\x1b\\");
    }

    #[test]
    fn iterm2_gets_the_file_where_its_cells_are() {
        let mut pictures = TerminalPictures::new(PicturesBy::Iterm2);
        let file: Arc<[u8]> = Arc::from(*b"abc");
        assert_eq!(pictures.take(5, (28, 8), &file), "");
        assert_eq!(pictures.cells(5), Some((28, 8)));
        assert_eq!(
            pictures.placed(5, (9, 4)),
            "\x1b7\x1b[5;10H\x1b]1337;File=inline=1;size=3;width=28;height=8;preserveAspectRatio=1:YWJj\x07\x1b8"
        );
        assert_eq!(pictures.drop_some(&[5]), "");
        assert_eq!(pictures.placed(5, (9, 4)), "");
    }
}
