//! Who is at the door, and how much of what they bring may be held: strangers make
//! way for whoever comes after them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

/// All who are at the door. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Visitors(Arc<Mutex<Crowd>>);

#[derive(Debug)]
struct Crowd {
    /// By when they came, the oldest first.
    present: BTreeMap<u64, Attendance>,
    next: u64,
    places: usize,
    /// Bytes that all of them may hold yet.
    bytes_left: usize,
}

#[derive(Debug)]
struct Attendance {
    bytes: usize,
    /// The call has come as a whole.
    whole: bool,
    sent_away: CancellationToken,
}

/// One who is at the door, until it is dropped.
#[derive(Debug)]
pub(super) struct Visitor {
    of: Visitors,
    number: u64,
    /// Cancelled when the place is wanted by another.
    pub(super) sent_away: CancellationToken,
}

impl Visitors {
    /// Room for so many at once, who hold so many bytes together.
    pub(super) fn new(places: usize, bytes: usize) -> Self {
        Self(Arc::new(Mutex::new(Crowd {
            present: BTreeMap::new(),
            next: 0,
            places,
            bytes_left: bytes,
        })))
    }

    /// Whether another one could enter.
    pub(super) fn has_place(&self) -> bool {
        let crowd = self.crowd();
        crowd.present.len() < crowd.places || crowd.present.values().any(|one| !one.whole)
    }

    /// Another one. Where all places are taken, the oldest whose call is not here as
    /// a whole goes.
    pub(super) fn enter(&self) -> Visitor {
        let mut crowd = self.crowd();
        if crowd.present.len() >= crowd.places {
            crowd.send_away(|_, one| !one.whole);
        }
        let number = crowd.next;
        crowd.next += 1;
        let sent_away = CancellationToken::new();
        let present = Attendance {
            bytes: 0,
            whole: false,
            sent_away: sent_away.clone(),
        };
        crowd.present.insert(number, present);
        Visitor {
            of: self.clone(),
            number,
            sent_away,
        }
    }

    fn crowd(&self) -> MutexGuard<'_, Crowd> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Crowd {
    /// Sends the oldest away that fits; what it held is free at once. Whether there
    /// was one.
    fn send_away(&mut self, fits: impl Fn(u64, &Attendance) -> bool) -> bool {
        let oldest = self.present.iter().find(|(n, one)| fits(**n, one));
        let Some(number) = oldest.map(|(number, _)| *number) else {
            return false;
        };
        if let Some(gone) = self.present.remove(&number) {
            self.bytes_left += gone.bytes;
            gone.sent_away.cancel();
        }
        true
    }
}

impl Visitor {
    /// Holds so many bytes more. Where too few are left, the oldest goes that holds
    /// some and whose call is not here as a whole. Whether they may be held.
    pub(super) fn hold(&self, bytes: usize) -> bool {
        let mut crowd = self.of.crowd();
        if !crowd.present.contains_key(&self.number) {
            return false;
        }
        while crowd.bytes_left < bytes {
            let other =
                |number, one: &Attendance| number != self.number && !one.whole && one.bytes > 0;
            if !crowd.send_away(other) {
                return false;
            }
        }
        crowd.bytes_left -= bytes;
        if let Some(present) = crowd.present.get_mut(&self.number) {
            present.bytes += bytes;
        }
        true
    }

    /// The call is here as a whole: nobody sends it away any more.
    pub(super) fn is_whole(&self) {
        if let Some(present) = self.of.crowd().present.get_mut(&self.number) {
            present.whole = true;
        }
    }

    /// The call is answered: what it held is free, and the place is anybody's who comes.
    /// Whether the call was here as a whole.
    pub(super) fn answered(&self) -> bool {
        let mut crowd = self.of.crowd();
        let Some(present) = crowd.present.get_mut(&self.number) else {
            return false;
        };
        let held = std::mem::take(&mut present.bytes);
        let was_whole = std::mem::take(&mut present.whole);
        crowd.bytes_left += held;
        was_whole
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        let mut crowd = self.of.crowd();
        if let Some(gone) = crowd.present.remove(&self.number) {
            crowd.bytes_left += gone.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_last_finds_a_place_and_whose_call_is_whole_keeps_it() {
        let door = Visitors::new(2, 10);
        let (first, second) = (door.enter(), door.enter());
        first.is_whole();
        let third = door.enter();
        assert!(
            second.sent_away.is_cancelled(),
            "the oldest that is not whole"
        );
        assert!(!first.sent_away.is_cancelled() && !third.sent_away.is_cancelled());
        assert!(door.has_place());
        third.is_whole();
        assert!(!door.has_place(), "both are being dealt with");
        drop(first);
        assert!(door.has_place());
    }

    #[test]
    fn whose_call_is_answered_may_stay_until_the_place_is_wanted() {
        let door = Visitors::new(1, 10);
        let first = door.enter();
        assert!(!first.answered(), "nothing was signed");
        assert!(first.hold(10));
        first.is_whole();
        assert!(!door.has_place());
        assert!(first.answered());
        assert!(first.hold(10), "what the last call held is free");
        assert!(door.has_place());
        let second = door.enter();
        assert!(first.sent_away.is_cancelled() && !second.sent_away.is_cancelled());
    }

    #[test]
    fn what_is_held_never_exceeds_the_limit_and_comes_back() {
        let door = Visitors::new(9, 10);
        let (first, second) = (door.enter(), door.enter());
        assert!(first.hold(6) && second.hold(4));
        assert!(second.hold(5), "the older one makes way");
        assert!(first.sent_away.is_cancelled() && !first.hold(1));
        assert!(!second.hold(2), "there is nobody else");
        second.is_whole();
        let third = door.enter();
        assert!(!third.hold(2), "what is whole stays");
        drop(second);
        assert!(third.hold(10));
    }
}
