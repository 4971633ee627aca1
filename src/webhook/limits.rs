//! How much may be in flight.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Bytes that have come and are not dealt with, over all connections.
#[derive(Clone, Debug)]
pub(super) struct InFlight {
    left: Arc<AtomicUsize>,
}

/// A share of it, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    of: InFlight,
    bytes: usize,
}

impl InFlight {
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            left: Arc::new(AtomicUsize::new(bytes)),
        }
    }

    /// A share of nothing, to be grown.
    pub(super) fn share(&self) -> Share {
        Share {
            of: self.clone(),
            bytes: 0,
        }
    }
}

impl Share {
    /// Takes so many bytes more, if they are left.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let less = |left: usize| left.checked_sub(bytes);
        let left = &self.of.left;
        let taken = left.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
        if taken.is_ok() {
            self.bytes += bytes;
        }
        taken.is_ok()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.of.left.fetch_add(self.bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_flight_never_exceeds_the_limit_and_comes_back() {
        let limit = InFlight::new(10);
        let (mut first, mut second) = (limit.share(), limit.share());
        assert!(first.grow(6) && !second.grow(5) && second.grow(4));
        assert!(!first.grow(1));
        drop(first);
        assert!(second.grow(6) && !second.grow(1));
        drop(second);
        assert!(limit.share().grow(10));
    }
}
