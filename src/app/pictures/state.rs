//! What is known of the pictures, and how many cells each of them gets.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use crate::domain::{
    Bitmap, ConversationId, Message, Mid, Part, PictureId, PictureNumber, Timestamp,
};

/// A face in the customer pane, always, in columns and rows.
pub const FACE: (u16, u16) = (6, 3);
/// So many are known at most; what was asked for first goes first.
const KNOWN: usize = 200;

/// A line of a picture, as a piece of a line of the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureLine {
    /// Which one.
    pub number: PictureNumber,
    /// The line of it, from 0.
    pub row: u16,
    /// All of it, in cells.
    pub cells: (u16, u16),
}

/// A picture that is there.
#[derive(Clone, Debug)]
pub struct ShownPicture {
    /// What the terminal calls it.
    pub number: PictureNumber,
    /// Its pixels.
    pub bitmap: Arc<Bitmap>,
    /// Columns and rows that it takes where there is room.
    pub cells: (u16, u16),
    /// The terminal has it, and draws it itself.
    pub sent: bool,
}

/// How far a picture is.
#[derive(Clone, Debug)]
pub enum PictureState {
    /// It was asked for.
    Asked,
    /// It is there.
    Shown(ShownPicture),
    /// There is none; why, in a sentence.
    Failed(String),
}

/// The part of the thread for which pictures were asked last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Looked {
    pub(super) conversation: ConversationId,
    /// The entry at the top of the pane; `None` at the end.
    pub(super) at: Option<usize>,
    pub(super) items: usize,
    pub(super) newest: Option<Timestamp>,
    /// The profile picture is wanted, too.
    pub(super) face: bool,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    pub(super) known: HashMap<PictureId, PictureState>,
    pub(super) by_number: HashMap<PictureNumber, PictureId>,
    /// In the order of the asking.
    pub(super) order: VecDeque<PictureId>,
    pub(super) looked: Option<Looked>,
    last: PictureNumber,
    /// The one that is shown on the whole screen.
    pub large: Option<(PictureId, PictureState)>,
    hidden: bool,
}

impl Pictures {
    /// What is known of one; nothing while they are hidden.
    pub fn get(&self, id: &PictureId) -> Option<&PictureState> {
        self.known.get(id).filter(|_| !self.hidden)
    }

    /// One that is there.
    pub fn shown(&self, id: &PictureId) -> Option<&ShownPicture> {
        match self.get(id)? {
            PictureState::Shown(shown) => Some(shown),
            _ => None,
        }
    }

    /// The one of this number.
    pub fn numbered(&self, number: PictureNumber) -> Option<&ShownPicture> {
        self.shown(self.by_number.get(&number)?)
    }

    /// Nothing of them is shown any more: the privacy mode.
    pub(crate) fn hide(&mut self) {
        self.hidden = true;
    }

    /// Forgets all that are not there.
    pub(super) fn keep_shown(&mut self) {
        let known = &mut self.known;
        known.retain(|_, state| matches!(state, PictureState::Shown(_)));
        self.order.retain(|id| known.contains_key(id));
    }

    pub(super) fn number(&mut self) -> PictureNumber {
        // The terminal has 24 bits for it.
        self.last = self.last % 0xFF_FFFF + 1;
        self.last
    }

    /// Makes room, but for those that are near; answers what the terminal may forget.
    pub(super) fn make_room(&mut self, near: &HashSet<PictureId>) -> Vec<PictureNumber> {
        let over = self.order.len().saturating_sub(KNOWN);
        let far = self.order.iter().filter(|id| !near.contains(id));
        let gone: Vec<PictureId> = far.take(over).cloned().collect();
        match gone.is_empty() {
            true => Vec::new(),
            false => self.remove(|id| gone.contains(id)),
        }
    }

    /// Forgets what came with these messages; answers what the terminal may forget.
    pub(super) fn forget(&mut self, messages: &[Mid]) -> Vec<PictureNumber> {
        if messages.is_empty() {
            return Vec::new();
        }
        self.remove(|id| match id {
            PictureId::Part { mid, .. } => messages.contains(mid),
            PictureId::Person(_) => false,
        })
    }

    /// Forgets all others.
    pub(super) fn keep_only(&mut self, kept: impl Fn(&PictureId) -> bool) {
        self.remove(|id| !kept(id));
    }

    fn remove(&mut self, gone: impl Fn(&PictureId) -> bool) -> Vec<PictureNumber> {
        let mut numbers = Vec::new();
        let by_number = &mut self.by_number;
        self.known.retain(|id, state| {
            let stays = !gone(id);
            if let (false, PictureState::Shown(shown)) = (stays, state) {
                by_number.remove(&shown.number);
                numbers.extend(shown.sent.then_some(shown.number));
            }
            stays
        });
        let known = &self.known;
        self.order.retain(|id| known.contains_key(id));
        numbers.sort_unstable();
        numbers
    }
}

/// The pictures of a message, with their parts.
pub fn of_message(message: &Message) -> impl Iterator<Item = (PictureId, &Part)> {
    let parts = message.parts.iter().filter(|part| part.is_picture());
    (0..).zip(parts).map(|(place, part)| {
        let mid = message.mid.clone();
        (PictureId::Part { mid, place }, part)
    })
}

/// Where a picture stands on the whole screen: all but its frame and the two lines
/// above and below.
pub fn large_room((width, height): (u16, u16)) -> (u16, u16) {
    (
        // So many columns have a mark (kitty).
        width.saturating_sub(4).clamp(2, 297),
        height.saturating_sub(6).max(1),
    )
}

/// The cells of a picture within so many columns and rows. A cell is taken to be
/// twice as high as wide; nothing is made larger than it is.
pub fn cells(bitmap: &Bitmap, most: (u16, u16)) -> (u16, u16) {
    let (width, height) = (f64::from(bitmap.width), f64::from(bitmap.height));
    let scale = (f64::from(most.0) / width)
        .min(2.0 * f64::from(most.1) / height)
        .min(1.0);
    let whole = |cells: f64, most: u16| {
        // Small enough, as `most` is.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let cells = cells as u16;
        cells.clamp(1, most.max(1))
    };
    (
        whole((width * scale).round(), most.0),
        whole((height * scale / 2.0).round(), most.1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_keeps_its_shape_in_cells() {
        for ((width, height), most, expected) in [
            ((96, 96), (28, 8), (16, 8)),
            ((96, 54), (28, 8), (28, 8)),
            ((96, 20), (28, 8), (28, 3)),
            ((20, 96), (28, 8), (3, 8)),
            ((96, 1), (28, 8), (28, 1)),
            ((1, 1), (28, 8), (1, 1)),
            ((8, 8), (28, 8), (8, 4)),
            ((320, 200), (196, 54), (173, 54)),
        ] {
            let bitmap = Bitmap {
                width,
                height,
                rgba: Vec::new(),
            };
            assert_eq!(cells(&bitmap, most), expected, "{width} × {height}");
        }
    }
}
