//! How much may be in flight.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Bytes that are being read, over all connections.
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

    /// Takes so many bytes, if they are left.
    pub(super) fn take(&self, bytes: usize) -> Option<Share> {
        let less = |left: usize| left.checked_sub(bytes);
        self.left
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, less)
            .ok()?;
        Some(Share {
            of: self.clone(),
            bytes,
        })
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
        let first = limit.take(6).expect("room");
        assert!(limit.take(5).is_none());
        let second = limit.take(4).expect("room");
        assert!(limit.take(1).is_none());
        drop(first);
        assert!(limit.take(6).is_some());
        drop(second);
        assert!(limit.take(10).is_some());
    }
}
