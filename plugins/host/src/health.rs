//! How a plugin is doing: what the register shows of it, and the counters behind that.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use serde::Serialize;
use shouxin_plugin_wire::Hook;

use crate::spec::{AbiInfo, Cage, Outcome, State};

/// Upper bounds of the histogram's buckets, in microseconds; one more bucket counts what is above.
pub const BUCKETS_US: [u64; 16] = [
    25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000,
    1_000_000, 5_000_000, 30_000_000,
];

/// How a plugin is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether it can be called.
    pub state: State,
    /// How often it was started again.
    pub restarts: u64,
    /// Calls submitted and not completed.
    pub in_flight: usize,
    /// The last crash or refusal.
    pub last_error: Option<String>,
    /// What the library says about itself.
    pub abi: Option<AbiInfo>,
    /// The running child, if there is one.
    pub pid: Option<u32>,
    /// When a restart is tried, while restarting.
    pub down_until: Option<Instant>,
    /// What holds the running child in; `None` in this process, and before the first start.
    pub cage: Option<Cage>,
    /// Memory of the running child that is in use now, in bytes (`VmRSS`), read when asked.
    pub memory_bytes: Option<u64>,
    /// When the running body became ready.
    pub started_at: Option<SystemTime>,
    /// How long its last start took, from the decision to start it until it was ready, in
    /// microseconds.
    pub start_us: Option<u64>,
    /// Crashes that the breaker counts at this time.
    pub crashes: usize,
    /// The calls of each hook since the plugin was started, in the order of [`Hook::ALL`].
    pub calls: Vec<HookCalls>,
}

/// The calls of one hook that the plugin began and that have ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HookCalls {
    /// The hook's name.
    pub hook: &'static str,
    /// Calls.
    pub count: u64,
    /// Those of them without an answer.
    pub failed: u64,
    /// The sum of their durations, in microseconds.
    pub sum_us: u64,
    /// How many took at most [`BUCKETS_US`] each and longer than the bound before; the last counts
    /// what took longer than all.
    pub buckets: [u64; BUCKETS_US.len() + 1],
}

/// Counters of one hook, without a lock. One thread writes; who reads may see a call in one counter
/// and not yet in the next.
#[derive(Debug, Default)]
struct Counters {
    failed: AtomicU64,
    sum_us: AtomicU64,
    buckets: [AtomicU64; BUCKETS_US.len() + 1],
}

/// Counters of every hook.
#[derive(Debug, Default)]
pub(crate) struct Calls([Counters; Hook::ALL.len()]);

impl Calls {
    /// Takes the end of a call that had begun.
    pub(crate) fn ended(&self, hook: Hook, outcome: &Outcome, duration_us: u64) {
        let at = Hook::ALL.iter().position(|own| *own == hook);
        let Some(own) = at.and_then(|at| self.0.get(at)) else {
            return;
        };
        if matches!(outcome, Outcome::Failed { .. }) {
            own.failed.fetch_add(1, Ordering::Relaxed);
        }
        own.sum_us.fetch_add(duration_us, Ordering::Relaxed);
        let bucket = BUCKETS_US.partition_point(|bound| *bound < duration_us);
        if let Some(bucket) = own.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn read(&self) -> Vec<HookCalls> {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let hooks = Hook::ALL.iter().zip(&self.0);
        hooks
            .map(|(hook, own)| {
                let mut buckets = [0; BUCKETS_US.len() + 1];
                for (to, from) in buckets.iter_mut().zip(&own.buckets) {
                    *to = read(from);
                }
                HookCalls {
                    hook: hook.as_str(),
                    count: buckets.iter().sum(),
                    failed: read(&own.failed),
                    sum_us: read(&own.sum_us),
                    buckets,
                }
            })
            .collect()
    }
}

/// What a process has in memory, in bytes; `None` if it is gone.
pub(crate) fn memory_bytes(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = text.split_whitespace().nth(1)?.parse().ok()?;
    pages.checked_mul(rustix::param::page_size() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_duration_is_counted_once_in_the_bucket_that_holds_it() {
        let calls = Calls::default();
        let done = Outcome::Queried(serde_json::Value::Null);
        for us in [0, 25, 26, 30_000_000, 30_000_001, u64::from(u32::MAX)] {
            calls.ended(Hook::Query, &done, us);
        }
        let read = calls.read();
        let query = read.iter().find(|own| own.hook == "query").unwrap();
        assert_eq!((query.count, query.failed), (6, 0));
        assert_eq!(query.sum_us, 25 + 26 + 60_000_001 + u64::from(u32::MAX));
        assert_eq!(query.buckets[..2], [2, 1]);
        assert_eq!(query.buckets[BUCKETS_US.len() - 1..], [1, 2]);
        assert!(read.iter().all(|own| own.hook == "query" || own.count == 0));
    }
}
