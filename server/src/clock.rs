//! The only place that reads the wall clock, and the clock of the demonstration.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use shouxin_core::time::Timestamp;

/// A wall-clock jump against the monotonic clock that stops starts (design.md 1), in ms.
const JUMP_MS: i64 = 3_600_000;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Now; never below a time it gave before.
    fn now(&self) -> Timestamp;

    /// The clock jumped: nothing may start until an operator confirms.
    fn starts_stopped(&self) -> bool;

    /// An operator has checked the clock.
    fn confirm(&self);
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    floor_ms: AtomicI64,
    anchor: Mutex<(Instant, i64)>,
    stopped: AtomicBool,
}

fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl SystemClock {
    /// A clock that never goes below `last_recorded`.
    pub fn new(last_recorded: Option<Timestamp>) -> SystemClock {
        let wall = wall_ms();
        let floor = last_recorded.map_or(i64::MIN, |last| last.0);
        // A clock that stands more than an hour before the last record was set back.
        let behind = last_recorded.is_some_and(|last| last.0.saturating_sub(wall) > JUMP_MS);
        SystemClock {
            floor_ms: AtomicI64::new(floor),
            anchor: Mutex::new((Instant::now(), wall)),
            stopped: AtomicBool::new(behind),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let wall = wall_ms();
        if let Ok(mut anchor) = self.anchor.lock() {
            let passed = i64::try_from(anchor.0.elapsed().as_millis()).unwrap_or(i64::MAX);
            let expected = anchor.1.saturating_add(passed);
            if wall.abs_diff(expected) > JUMP_MS.unsigned_abs() {
                self.stopped.store(true, Ordering::SeqCst);
                *anchor = (Instant::now(), wall);
            }
        }
        Timestamp(self.floor_ms.fetch_max(wall, Ordering::SeqCst).max(wall))
    }

    fn starts_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn confirm(&self) {
        self.stopped.store(false, Ordering::SeqCst);
    }
}

/// A clock that is moved, only forward, and runs on from where it was moved to. The demonstration
/// and tests hand it to the server; no route or configuration key can.
#[derive(Debug)]
pub struct MovedClock {
    base: Mutex<(Instant, i64)>,
    floor_ms: AtomicI64,
}

impl MovedClock {
    /// A clock that starts at `start`.
    pub fn new(start: Timestamp) -> MovedClock {
        MovedClock {
            base: Mutex::new((Instant::now(), start.0)),
            floor_ms: AtomicI64::new(start.0),
        }
    }

    /// Moves it to `to`, never back.
    pub fn advance_to(&self, to: Timestamp) {
        let now = self.now();
        if let Ok(mut base) = self.base.lock()
            && to > now
        {
            *base = (Instant::now(), to.0);
        }
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        let running = self.base.lock().map_or(i64::MIN, |base| {
            let passed = i64::try_from(base.0.elapsed().as_millis()).unwrap_or(i64::MAX);
            base.1.saturating_add(passed)
        });
        Timestamp(self.floor_ms.fetch_max(running, Ordering::SeqCst).max(running))
    }

    fn starts_stopped(&self) -> bool {
        false
    }

    fn confirm(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_goes_below_what_was_recorded_and_a_clock_set_back_stops_starts() {
        let future = Timestamp(wall_ms() + 2 * JUMP_MS);
        let clock = SystemClock::new(Some(future));
        assert!(clock.now() >= future);
        assert!(clock.starts_stopped());
        clock.confirm();
        assert!(!clock.starts_stopped());
    }

    #[test]
    fn a_moved_clock_moves_only_forward() {
        let clock = MovedClock::new(Timestamp(1_000));
        clock.advance_to(Timestamp(500));
        assert!(clock.now() >= Timestamp(1_000));
        clock.advance_to(Timestamp(9_000));
        assert!(clock.now() >= Timestamp(9_000));
    }
}
