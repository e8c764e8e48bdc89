//! The only place that reads the wall clock, and the clock of the demonstration.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use shouxin_core::time::Timestamp;

/// A wall-clock jump against the monotonic clock that stops starts (design.md 1), in ms.
const JUMP_MS: i64 = 3_600_000;

/// In the data folder while a jump is unconfirmed.
const MARK: &str = "CLOCK-JUMPED";

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Now; never below a time it gave before.
    fn now(&self) -> Timestamp;

    /// The clock jumped: nothing may start until an operator confirms.
    fn starts_stopped(&self) -> bool;

    /// An operator has checked the clock.
    fn confirm(&self);
}

/// How wall and monotonic clock give the register's time; all in ms. Pure, so that jumps can be tried.
#[derive(Debug)]
struct Reckoning {
    /// The latest time given.
    floor: i64,
    /// A moment on both clocks: monotonic, wall.
    anchor: (i64, i64),
    stopped: bool,
}

impl Reckoning {
    fn new(last_recorded: Option<i64>, stopped: bool, monotonic: i64, wall: i64) -> Reckoning {
        let floor = last_recorded.unwrap_or(i64::MIN);
        // A clock that stands more than an hour before the last record was set back: time goes on
        // from that record.
        let behind = floor.saturating_sub(wall) > JUMP_MS;
        let began = if behind { floor } else { wall };
        Reckoning { floor, anchor: (monotonic, began), stopped: stopped || behind }
    }

    /// The time. A wall clock that jumped ahead is followed, because ends are never held up; behind
    /// one that was set back time goes on by the monotonic clock, because else nothing would end.
    fn read(&mut self, monotonic: i64, wall: i64) -> i64 {
        let passed = monotonic.saturating_sub(self.anchor.0);
        let expected = self.anchor.1.saturating_add(passed);
        let mut now = wall;
        if wall.abs_diff(expected) > JUMP_MS.unsigned_abs() {
            self.stopped = true;
            if wall > expected {
                self.anchor = (monotonic, wall);
            } else {
                now = expected;
            }
        }
        self.floor = self.floor.max(now);
        self.floor
    }

    /// Somebody has looked: the wall clock is right.
    fn confirm(&mut self, monotonic: i64, wall: i64) {
        self.anchor = (monotonic, wall);
        self.stopped = false;
    }
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    began: Instant,
    reckoning: Mutex<Reckoning>,
    /// There while a jump is unconfirmed, so that no restart forgets it.
    mark: PathBuf,
}

fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl SystemClock {
    /// A clock that never goes below `last_recorded`. `folder` is the data folder: a jump that
    /// nobody confirmed is noted there.
    pub fn new(last_recorded: Option<Timestamp>, folder: &Path) -> SystemClock {
        let mark = folder.join(MARK);
        let last = last_recorded.map(|last| last.0);
        let reckoning = Reckoning::new(last, mark.exists(), 0, wall_ms());
        let clock = SystemClock { began: Instant::now(), reckoning: Mutex::new(reckoning), mark };
        if clock.starts_stopped() {
            clock.note();
        }
        clock
    }

    fn monotonic_ms(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn reckoning(&self) -> MutexGuard<'_, Reckoning> {
        self.reckoning.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves a mark of the jump. Without it starts are stopped all the same, until a restart.
    fn note(&self) {
        let text = "时钟跳变，未经确认 / the clock jumped: shouxin key confirm-clock\n";
        if let Err(error) = std::fs::write(&self.mark, text) {
            tracing::error!(%error, "the jump of the clock cannot be noted in the data folder");
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let monotonic = self.monotonic_ms();
        let (now, jumped) = {
            let mut reckoning = self.reckoning();
            let before = reckoning.stopped;
            let now = reckoning.read(monotonic, wall_ms());
            (now, reckoning.stopped && !before)
        };
        if jumped {
            tracing::error!(
                "时钟跳变，暂停起始事项 / the clock jumped: nothing starts until it is confirmed"
            );
            self.note();
        }
        Timestamp(now)
    }

    fn starts_stopped(&self) -> bool {
        self.reckoning().stopped
    }

    fn confirm(&self) {
        let monotonic = self.monotonic_ms();
        self.reckoning().confirm(monotonic, wall_ms());
        match std::fs::remove_file(&self.mark) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::error!(%error, "the mark of the clock's jump cannot be removed");
            }
            _ => {}
        }
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

    const DAY_MS: i64 = 86_400_000;

    #[test]
    fn a_clock_set_back_stops_starts_and_time_goes_on_so_that_ends_come() {
        let mut own = Reckoning::new(Some(1_000 * DAY_MS), false, 0, 1_000 * DAY_MS);
        assert_eq!(own.read(0, 1_000 * DAY_MS), 1_000 * DAY_MS);
        // Set back by a year; a day later the register is a day further.
        assert_eq!(own.read(DAY_MS, 636 * DAY_MS), 1_001 * DAY_MS);
        assert!(own.stopped);
        assert_eq!(own.read(2 * DAY_MS, 637 * DAY_MS), 1_002 * DAY_MS);
        // Set right and confirmed, it is followed again.
        own.confirm(2 * DAY_MS, 1_002 * DAY_MS);
        assert_eq!(own.read(3 * DAY_MS, 1_003 * DAY_MS), 1_003 * DAY_MS);
        assert!(!own.stopped);
    }

    #[test]
    fn a_clock_that_jumps_ahead_is_followed_and_time_never_goes_back() {
        let mut own = Reckoning::new(None, false, 0, 0);
        assert_eq!(own.read(1, 10 * DAY_MS), 10 * DAY_MS);
        assert!(own.stopped, "starts wait");
        assert_eq!(own.read(DAY_MS, DAY_MS), 11 * DAY_MS - 1);
        own.confirm(DAY_MS, DAY_MS);
        assert_eq!(own.read(DAY_MS, DAY_MS), 11 * DAY_MS - 1, "what was recorded stays before now");
    }

    #[test]
    fn an_hour_of_difference_is_no_jump() {
        let mut own = Reckoning::new(None, false, 0, 0);
        assert_eq!(own.read(0, JUMP_MS), JUMP_MS);
        assert!(!own.stopped);
        own.read(0, JUMP_MS + 1);
        assert!(own.stopped);
    }

    #[test]
    fn a_restart_behind_the_last_record_goes_on_from_it() {
        let mut own = Reckoning::new(Some(DAY_MS), false, 0, 0);
        assert!(own.stopped);
        assert_eq!(own.read(7, 7), DAY_MS + 7);
    }

    #[test]
    fn a_restart_does_not_forget_a_jump_that_nobody_confirmed() {
        let folder = tempfile::tempdir().unwrap();
        let future = Timestamp(wall_ms() + 2 * JUMP_MS);
        let clock = SystemClock::new(Some(future), folder.path());
        assert!(clock.now() >= future);
        assert!(clock.starts_stopped());
        drop(clock);
        let again = SystemClock::new(None, folder.path());
        assert!(again.starts_stopped());
        again.confirm();
        assert!(!again.starts_stopped());
        assert!(!SystemClock::new(None, folder.path()).starts_stopped());
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
