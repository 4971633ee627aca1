//! A picture of a thread as far as the screen needs it.

use std::{fmt, sync::Arc};

use super::{Mid, Psid};

/// Which picture.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PictureId {
    /// What came with a message.
    Part {
        /// The message.
        mid: Mid,
        /// Its place among the parts of the message that can be shown, from 0.
        place: u8,
    },
    /// Somebody's profile picture.
    Person(Psid),
}

/// What a terminal calls a picture, from 1; it has 24 bits for it.
pub type PictureNumber = u32;

/// How large it will be on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureSize {
    /// In the thread or the customer pane.
    Small,
    /// On the whole screen.
    Large,
}

/// What the terminal itself can draw, besides cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PictureFile {
    /// Nothing: the cells are all there is.
    #[default]
    None,
    /// PNG (kitty).
    Png,
    /// JPEG too (iTerm2).
    JpegOrPng,
}

/// Pixels, row by row, four bytes each: red, green, blue, alpha.
#[derive(Clone, PartialEq, Eq)]
pub struct Bitmap {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The bytes: four times as many as pixels.
    pub rgba: Vec<u8>,
}

impl Bitmap {
    /// The pixel at a place; `None` where there is none, or one that is seen through.
    pub fn pixel(&self, x: u32, y: u32) -> Option<(u8, u8, u8)> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let at = 4 * (y as usize * self.width as usize + x as usize);
        match self.rgba.get(at..at + 4)? {
            [red, green, blue, alpha] if *alpha >= 128 => Some((*red, *green, *blue)),
            _ => None,
        }
    }
}

impl fmt::Debug for Bitmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bitmap({} × {})", self.width, self.height)
    }
}

/// A picture, made small enough for its place.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// For cells.
    pub bitmap: Arc<Bitmap>,
    /// For a terminal that draws pictures itself: a file of its kind.
    pub file: Option<Arc<[u8]>>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.file.as_ref().map_or(0, |file| file.len());
        write!(f, "Picture({:?}, {bytes} bytes)", self.bitmap)
    }
}
