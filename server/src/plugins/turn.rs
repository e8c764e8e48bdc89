//! Whose turn it is: one step of a plugin's life at a time, in the order in which they came.
//!
//! A lock alone may be taken again by whoever has just given it back. Whoever waits here holds the place
//! behind the one whose turn it is, so that many short turns in a row keep nobody waiting for all of them.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The turn, and the place of whoever is next.
#[derive(Default)]
pub(super) struct Turn {
    next: Mutex<()>,
    own: Mutex<()>,
}

impl Turn {
    /// Waits for the turn; it ends with what is answered.
    pub(super) fn take(&self) -> MutexGuard<'_, ()> {
        let _next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// The operator's step came second and had to wait until everything that was tried again was tried.
    #[test]
    fn whoever_waits_comes_before_the_next_turn_of_whoever_had_one() {
        let (turn, had) = (Turn::default(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let first = turn.take();
            scope.spawn(|| {
                let _own = turn.take();
                had.store(true, Ordering::SeqCst);
            });
            // It stands in its place once nobody else can take it.
            while turn.next.try_lock().is_ok() {
                std::thread::yield_now();
            }
            drop(first);
            let _second = turn.take();
            assert!(had.load(Ordering::SeqCst), "it was overtaken");
        });
    }
}
