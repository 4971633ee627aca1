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

impl Bitmap {
    /// The mean colour of a part, where it is divided into so many columns and rows;
    /// `None` where most of it is seen through.
    pub fn mean(&self, (x, y): (u32, u32), (columns, rows): (u32, u32)) -> Option<(u8, u8, u8)> {
        if (columns, rows) == (self.width, self.height) {
            return self.pixel(x, y);
        }
        let part = |at: u32, of: u32, size: u32| {
            let from = at * size / of.max(1);
            let to = ((at + 1) * size).div_ceil(of.max(1));
            from..to.max(from + 1).min(size.max(1))
        };
        let (mut sum, mut seen, mut all) = ([0_u32; 3], 0, 0);
        for y in part(y, rows, self.height) {
            for x in part(x, columns, self.width) {
                all += 1;
                if let Some((red, green, blue)) = self.pixel(x, y) {
                    seen += 1;
                    for (sum, value) in sum.iter_mut().zip([red, green, blue]) {
                        *sum += u32::from(value);
                    }
                }
            }
        }
        let mean = |sum: u32| u8::try_from(sum / seen).unwrap_or(u8::MAX);
        (2 * seen >= all && seen > 0).then(|| (mean(sum[0]), mean(sum[1]), mean(sum[2])))
    }

    /// The same in so many columns and rows, each of a mean colour.
    #[must_use]
    pub fn scaled(&self, columns: u32, rows: u32) -> Self {
        let places = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y)));
        let pixels = places.flat_map(|place| match self.mean(place, (columns, rows)) {
            Some((red, green, blue)) => [red, green, blue, u8::MAX],
            None => [0; 4],
        });
        Self {
            rgba: pixels.collect(),
            width: columns,
            height: rows,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_the_mean_of_its_pixels_and_may_be_seen_through() {
        // Black, white, and two that are seen through; below them red.
        let mut rgba = vec![0, 0, 0, 255, 255, 255, 255, 255, 9, 9, 9, 0, 9, 9, 9, 0];
        rgba.extend([255, 0, 0, 255].repeat(4));
        let bitmap = Bitmap {
            width: 4,
            height: 2,
            rgba,
        };
        let small = bitmap.scaled(2, 2);
        for of in [&bitmap, &small] {
            let at = |x, y| of.mean((x, y), (2, 2));
            assert_eq!(at(0, 0), Some((127, 127, 127)));
            assert_eq!(at(1, 0), None);
            assert_eq!(at(0, 1), Some((255, 0, 0)));
        }
        assert_eq!(small.pixel(2, 0), None, "beside it");
    }
}
