//! When a crashed plugin is started again, and when no longer.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::spec::Limits;

/// What to do after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Start again at this time.
    RestartAt(Instant),
    /// Too many crashes: stay down until a person resets it.
    Trip,
}

/// Counts crashes: exponential wait with full jitter, and a breaker over a sliding window.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    crashes: VecDeque<Instant>,
    /// Crashes since the last answer.
    in_a_row: u32,
}

impl Backoff {
    /// Takes a crash. `random` is uniform over all of `u64`.
    pub(crate) fn crashed(&mut self, limits: &Limits, now: Instant, random: u64) -> Next {
        let window = Duration::from_millis(limits.breaker_window_ms);
        self.crashes.push_back(now);
        while self.crashes.front().is_some_and(|at| now.saturating_duration_since(*at) > window) {
            self.crashes.pop_front();
        }
        if self.crashes.len() >= limits.breaker_crashes.max(1) {
            return Next::Trip;
        }
        let bound_ms = limits
            .restart_backoff_min_ms
            .saturating_mul(1u64.checked_shl(self.in_a_row).unwrap_or(u64::MAX))
            .min(limits.restart_backoff_max_ms);
        self.in_a_row = self.in_a_row.saturating_add(1);
        // The bound is far below 2^64, so the bias of the remainder is far below one in a million.
        let wait = Duration::from_millis(random % bound_ms.saturating_add(1).max(1));
        Next::RestartAt(now.checked_add(wait).unwrap_or(now))
    }

    /// When it crashed, the newest last; those that left the window before the newest are gone.
    pub(crate) fn crashes(&self) -> &VecDeque<Instant> {
        &self.crashes
    }

    /// Takes an answer: the plugin works.
    pub(crate) fn answered(&mut self) {
        self.in_a_row = 0;
    }

    /// Forgets everything: a person reset the breaker.
    pub(crate) fn reset(&mut self) {
        *self = Backoff::default();
    }
}

/// A random number; the largest if the system has none, which gives the longest wait.
pub(crate) fn random() -> u64 {
    getrandom::u64().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_its_bound_and_begins_anew_after_an_answer() {
        let limits = Limits { breaker_crashes: 100, ..Limits::default() };
        let now = Instant::now();
        let mut backoff = Backoff::default();
        let longest = |backoff: &mut Backoff| {
            // A random number that gives the whole bound, found by asking for each bound.
            let mut best = 0;
            for random in [100u64, 200, 400, 800, 1_600, 60_000] {
                let mut copy = Backoff { crashes: VecDeque::new(), in_a_row: backoff.in_a_row };
                if let Next::RestartAt(at) = copy.crashed(&limits, now, random) {
                    best = best.max((at - now).as_millis() as u64);
                }
            }
            backoff.crashed(&limits, now, 0);
            best
        };
        assert_eq!([(); 4].map(|()| longest(&mut backoff)), [100, 200, 400, 800]);
        for _ in 0..70 {
            backoff.crashed(&Limits { breaker_crashes: 1_000, ..limits.clone() }, now, 0);
        }
        assert_eq!(longest(&mut backoff), 60_000);
        backoff.answered();
        assert_eq!(longest(&mut backoff), 100);
    }

    #[test]
    fn five_crashes_in_a_minute_trip_and_five_in_more_do_not() {
        let limits = Limits::default();
        let start = Instant::now();
        let trips = |gap_s: u64| {
            let mut backoff = Backoff::default();
            (0..20u64).any(|number| {
                let now = start + Duration::from_secs(number * gap_s);
                backoff.crashed(&limits, now, 0) == Next::Trip
            })
        };
        assert!(trips(15));
        assert!(!trips(16));
    }

    #[test]
    fn a_reset_forgets_the_crashes() {
        let limits = Limits { breaker_crashes: 2, ..Limits::default() };
        let now = Instant::now();
        let mut backoff = Backoff::default();
        assert_ne!(backoff.crashed(&limits, now, 0), Next::Trip);
        assert_eq!(backoff.crashed(&limits, now, 0), Next::Trip);
        backoff.reset();
        assert_ne!(backoff.crashed(&limits, now, 0), Next::Trip);
    }
}
