//! How many refusals of one actor are recorded, so that nobody can fill the log with them.

use std::collections::HashMap;

use shouxin_core::time::Timestamp;

const WINDOW_MS: i64 = 60_000;
const ACTORS_MAX: usize = 10_000;

struct Window {
    began: Timestamp,
    recorded: u32,
    uncounted: u32,
}

/// Recorded refusals by actor.
pub(super) struct Denials {
    per_minute_max: u32,
    windows: HashMap<String, Window>,
}

impl Denials {
    pub(super) fn new(per_minute_max: u32) -> Denials {
        Denials { per_minute_max, windows: HashMap::new() }
    }

    /// Whether this refusal is recorded, and how many before it were only counted.
    pub(super) fn admit(&mut self, actor: &str, now: Timestamp) -> Option<u32> {
        if self.windows.len() >= ACTORS_MAX {
            self.windows.retain(|_, window| now.0 - window.began.0 < WINDOW_MS);
        }
        let fresh = || Window { began: now, recorded: 0, uncounted: 0 };
        let window = self.windows.entry(actor.to_owned()).or_insert_with(fresh);
        if now.0 - window.began.0 >= WINDOW_MS {
            let uncounted = window.uncounted;
            *window = Window { uncounted, ..fresh() };
        }
        if window.recorded >= self.per_minute_max {
            window.uncounted = window.uncounted.saturating_add(1);
            return None;
        }
        window.recorded += 1;
        Some(std::mem::take(&mut window.uncounted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_limit_refusals_are_counted_and_the_count_is_recorded_later() {
        let mut denials = Denials::new(2);
        let at = |ms| Timestamp(ms);
        assert_eq!(denials.admit("a", at(0)), Some(0));
        assert_eq!(denials.admit("a", at(1)), Some(0));
        assert_eq!(denials.admit("a", at(2)), None);
        assert_eq!(denials.admit("a", at(3)), None);
        assert_eq!(denials.admit("b", at(3)), Some(0));
        assert_eq!(denials.admit("a", at(WINDOW_MS)), Some(2));
    }
}
