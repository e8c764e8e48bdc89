//! How long to wait before a call is tried again: full jitter, doubling, capped.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use shouxin_core::event::CaseHook;
use shouxin_core::id::MeasureId;

/// The longest wait, in ms.
const WAIT_MAX_MS: u64 = 15 * 60 * 1000;

/// Attempts of one call that may end the plugin's process; the breaker opens at five crashes.
pub const CRASHES_MAX: u32 = 3;

/// Attempts at one call of one case.
#[derive(Clone, Debug)]
pub struct Backoff {
    hook: CaseHook,
    base_ms: u64,
    attempts: u32,
    /// How many of the attempts ended the plugin's process.
    crashes: u32,
    /// How often the plugin has put the call off since it last failed.
    waits: u32,
    due: Option<Instant>,
}

impl Backoff {
    /// No attempt has failed yet.
    pub fn new(hook: CaseHook, base_ms: u64) -> Backoff {
        Backoff { hook, base_ms: base_ms.max(1), attempts: 0, crashes: 0, waits: 0, due: None }
    }

    /// What is tried.
    pub fn hook(&self) -> CaseHook {
        self.hook
    }

    /// When it may be tried again; none where nothing has to be waited for.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Counts a failed attempt that ended the plugin's process. From the third on, the next waits for
    /// minutes: one case that kills its plugin must not open the breaker for all the others.
    pub fn crashed(&mut self) -> u32 {
        let attempts = self.failed();
        self.crashes = self.crashes.saturating_add(1);
        if self.poisons() {
            let minutes = u64::from(self.crashes - CRASHES_MAX + 1);
            let soonest = Duration::from_millis((minutes * 60_000).min(WAIT_MAX_MS));
            self.due = self.due.max(Some(Instant::now() + soonest));
        }
        attempts
    }

    /// Whether it has ended the plugin's process so often that it is to blame.
    pub fn poisons(&self) -> bool {
        self.crashes >= CRASHES_MAX
    }

    /// Counts a failed attempt and draws the wait before the next.
    pub fn failed(&mut self) -> u32 {
        self.attempts = self.attempts.saturating_add(1);
        self.waits = 0;
        let doubled = self.base_ms.saturating_mul(1 << self.attempts.saturating_sub(1).min(20));
        self.due = Some(Instant::now() + Duration::from_millis(below(doubled.min(WAIT_MAX_MS))));
        self.attempts
    }

    /// Waits as long as the plugin asked for, within the cap and never shorter than after a first failure,
    /// and a random part longer, so that those put off together do not come back together. No attempt is
    /// counted, but how often it asked is.
    pub fn wait_for(&mut self, ms: u64) -> u32 {
        let ms = ms.clamp(self.base_ms.min(WAIT_MAX_MS), WAIT_MAX_MS);
        let more = below((ms / 4).max(self.base_ms).min(WAIT_MAX_MS));
        self.due = Some(Instant::now() + Duration::from_millis(ms + more));
        self.waits = self.waits.saturating_add(1);
        self.waits
    }

    /// The same, but not before so many ms from now.
    #[must_use]
    pub fn at_least_ms(mut self, ms: u64) -> Backoff {
        let soonest = Instant::now() + Duration::from_millis(ms);
        self.due = Some(self.due.map_or(soonest, |due| due.max(soonest)));
        self
    }
}

/// Cases that wait to be tried again, and how many of each plugin do.
#[derive(Default)]
pub struct Waiting {
    whose: HashMap<MeasureId, String>,
    of: HashMap<String, usize>,
    /// Plugins of which it was said that as many wait as may.
    said: HashSet<String>,
}

impl Waiting {
    /// A case of a plugin waits.
    pub fn begins(&mut self, id: MeasureId, plugin: &str) {
        self.is_over(id);
        self.whose.insert(id, plugin.to_owned());
        *self.of.entry(plugin.to_owned()).or_insert(0) += 1;
    }

    /// It does not any more.
    pub fn is_over(&mut self, id: MeasureId) {
        if let Some(plugin) = self.whose.remove(&id)
            && let Some(count) = self.of.get_mut(&plugin)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.of.remove(&plugin);
            }
        }
    }

    /// Whether as many cases of a plugin wait as may; the log says so once.
    pub fn is_full(&mut self, plugin: &str, most: usize) -> bool {
        let cases = self.of(plugin);
        if cases < most {
            self.said.remove(plugin);
        } else if self.said.insert(plugin.to_owned()) {
            tracing::warn!(%plugin, cases, "as many cases wait to be tried again as may: no further one begins");
        }
        cases >= most
    }

    /// How many cases of a plugin wait.
    fn of(&self, plugin: &str) -> usize {
        self.of.get(plugin).copied().unwrap_or(0)
    }
}

/// A random number below `bound`.
fn below(bound: u64) -> u64 {
    let mut bytes = [0; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes) % bound.max(1),
        // Without randomness the full wait is the safe one.
        Err(_) => bound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_stay_below_the_cap_however_often_it_failed() {
        let mut backoff = Backoff::new(CaseHook::Execute, 1000);
        for attempt in 1..=64 {
            assert_eq!(backoff.failed(), attempt);
            let wait = backoff.due().unwrap().saturating_duration_since(Instant::now());
            assert!(wait <= Duration::from_millis(WAIT_MAX_MS));
        }
    }

    #[test]
    fn each_plugin_waits_on_its_own_account() {
        let case = |number| MeasureId(shouxin_core::id::Position::local(number));
        let mut waiting = Waiting::default();
        for number in 0..3 {
            waiting.begins(case(number), "a");
        }
        waiting.begins(case(0), "b");
        waiting.begins(case(1), "a");
        assert_eq!((waiting.of("a"), waiting.of("b"), waiting.of("c")), (2, 1, 0));
        assert!(waiting.is_full("a", 2) && !waiting.is_full("b", 2));
        for number in 0..4 {
            waiting.is_over(case(number));
        }
        assert_eq!((waiting.of("a"), waiting.of("b"), waiting.whose.len()), (0, 0, 0));
    }

    #[test]
    fn what_is_put_off_comes_back_neither_at_once_nor_all_together() {
        let mut due = std::collections::BTreeSet::new();
        for _ in 0..32 {
            let mut backoff = Backoff::new(CaseHook::Execute, 1_000);
            backoff.wait_for(0);
            let wait = backoff.due().unwrap().saturating_duration_since(Instant::now());
            assert!(wait > Duration::from_millis(900), "{wait:?}");
            due.insert(wait.as_millis() / 10);
        }
        assert!(due.len() > 4, "{due:?}");
        let mut backoff = Backoff::new(CaseHook::Execute, u64::MAX);
        assert_eq!(backoff.wait_for(u64::MAX), 1);
        let wait = backoff.due().unwrap().saturating_duration_since(Instant::now());
        assert!(wait <= Duration::from_millis(2 * WAIT_MAX_MS));
    }

    #[test]
    fn what_ends_its_plugin_three_times_waits_for_minutes() {
        let mut backoff = Backoff::new(CaseHook::Lift, 1);
        let seconds = |backoff: &Backoff| {
            backoff.due().unwrap().saturating_duration_since(Instant::now()).as_secs()
        };
        for _ in 0..2 {
            backoff.crashed();
            assert!(!backoff.poisons() && seconds(&backoff) < 1);
        }
        backoff.crashed();
        assert!(backoff.poisons() && seconds(&backoff) >= 59);
        for _ in 0..100 {
            backoff.crashed();
        }
        assert!(seconds(&backoff) <= WAIT_MAX_MS / 1000);
    }
}
