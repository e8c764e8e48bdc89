//! One long run over a bounded set of cases, and what grew in it.
//!
//! The run is cut into parts of equal length. What counts is the middle one of the growths from part
//! to part: a leak grows in each of them, a cache that fills or an allocator that rounds up in few.

use std::time::{Duration, Instant};

use shouxin_plugin_host::Hook;
use shouxin_plugin_host::wire::{Case, MessageError, Subject};

use super::{Checked, Suite, passed};
use crate::bench::{Bench, Usage};
use crate::sample::forget;
use crate::traces;

/// Subjects of the run, each with one case. The same ones again and again.
const SUBJECTS: usize = 8;

/// How often a case is carried out, suspended and resumed before it is lifted and forgotten.
const TURNS: usize = 3;

/// Parts in which the growth is measured, after one more to warm up.
const PARTS: u64 = 8;

/// Memory: growth over the whole run that is too much however it came about, in bytes.
const MEMORY_BYTES_MAX: u64 = 64 << 20;

/// Memory: steady growth, in bytes a call, and the total below which that is not said.
const MEMORY_BYTES_PER_CALL_MAX: f64 = 100.0;
const MEMORY_BYTES_MIN: u64 = 256 << 10;

/// Descriptors and threads more at the end than at the first measurement.
const DESCRIPTORS_MAX: u64 = 4;
const THREADS_MAX: u64 = 2;

/// Folder: steady growth, in bytes a call, and the total below which that is not said.
const FOLDER_BYTES_PER_CALL_MAX: f64 = 4.0;
const FOLDER_BYTES_MIN: u64 = 4 << 10;
/// Folder: growth over the whole run that is too much however it came about, in bytes.
const FOLDER_BYTES_MAX: u64 = 64 << 20;

/// What was measured at the borders of the parts.
pub(super) struct Run {
    points: Vec<(Usage, u64)>,
    calls_per_part: u64,
}

impl Run {
    fn of(&self, what: impl Fn(&(Usage, u64)) -> u64) -> Growth {
        let values: Vec<u64> = self.points.iter().map(what).collect();
        let mut steps: Vec<f64> = values
            .windows(2)
            .map(|pair| match pair {
                [one, next] => *next as f64 - *one as f64,
                _ => 0.0,
            })
            .collect();
        steps.sort_by(f64::total_cmp);
        let middle = steps.get(steps.len() / 2).copied().unwrap_or(0.0);
        let first = values.first().copied().unwrap_or(0);
        let last = values.last().copied().unwrap_or(0);
        Growth { first, last, per_call: middle / self.calls_per_part.max(1) as f64 }
    }
}

/// How one quantity went.
#[derive(Debug)]
struct Growth {
    first: u64,
    last: u64,
    /// The middle growth of a part, a call.
    per_call: f64,
}

impl Growth {
    fn total(&self) -> u64 {
        self.last.saturating_sub(self.first)
    }
}

/// One round over all subjects: `TURNS` times round, then each lifted and forgotten.
fn round(
    suite: &mut Suite<'_>,
    subjects: &[(Subject, Case)],
) -> Result<Vec<(Hook, Vec<u8>)>, MessageError> {
    let mut calls = Vec::new();
    for _ in 0..TURNS {
        for (subject, case) in subjects {
            if suite.offers(Hook::Classified) {
                calls.push((Hook::Classified, suite.sample.classified(subject)?));
            }
            for hook in [Hook::Execute, Hook::Suspend, Hook::Resume] {
                calls.push((hook, suite.sample.call(case, hook)?));
            }
        }
    }
    for (subject, case) in subjects {
        calls.push((Hook::Lift, suite.sample.call(case, Hook::Lift)?));
        calls.push((Hook::Forget, forget(subject)?));
    }
    Ok(calls)
}

fn point(bench: &Bench, pid: u32) -> Result<(Usage, u64), String> {
    match bench.health() {
        health if health.pid == Some(pid) => Ok((Usage::of(pid)?, traces::size(bench.folder()))),
        health => {
            let why = health.last_error.unwrap_or_default();
            Err(format!("its process did not live through the run: {why}"))
        }
    }
}

/// The whole run. One that does not come to its end is no run: nobody would see what grows in the rest.
fn run(suite: &mut Suite<'_>) -> Result<Run, String> {
    let longest = Duration::from_millis(suite.options.run_ms_max);
    let mut made = 0;
    let began = Instant::now();
    let mut subjects = Vec::new();
    for _ in 0..SUBJECTS {
        let subject = suite.subject();
        let case = suite.sample.case(&subject);
        subjects.push((subject, case));
    }
    let mut bench = suite.bench()?;
    let pid = bench.health().pid.ok_or("it has no process of its own")?;
    let failed = |error: MessageError| error.to_string();
    let calls_per_round = round(suite, &subjects).map_err(failed)?.len() as u64;
    let rounds = suite.options.long_run().div_ceil(calls_per_round.saturating_mul(PARTS + 1));
    let mut points = Vec::new();
    for _ in 0..=PARTS {
        for _ in 0..rounds {
            if began.elapsed() > longest {
                return Err(format!(
                    "{made} of {} calls were made in {} minutes, which is all the time there is; let it work in \
                     memory (TMPDIR=/dev/shm), or ask for fewer (--calls), which the last line then says",
                    suite.options.long_run(),
                    longest.as_secs() / 60
                ));
            }
            bench.all(round(suite, &subjects).map_err(failed)?)?;
            made += calls_per_round;
        }
        points.push(point(&bench, pid)?);
    }
    Ok(Run { points, calls_per_part: rounds.saturating_mul(calls_per_round) })
}

pub(super) fn memory(suite: &mut Suite<'_>) -> Checked {
    let run = run(suite)?;
    let run = suite.run.insert(run);
    let growth = run.of(|(usage, _)| usage.memory_bytes);
    let calls = run.calls_per_part.saturating_mul(PARTS);
    let points: Vec<String> =
        run.points.iter().map(|(usage, _)| (usage.memory_bytes >> 10).to_string()).collect();
    let said = format!(
        "{} KiB at {} points from the end of warming up to {calls} calls later, {:.1} bytes a call",
        points.join(", "),
        points.len(),
        growth.per_call
    );
    let steady = growth.per_call > MEMORY_BYTES_PER_CALL_MAX && growth.total() > MEMORY_BYTES_MIN;
    if steady || growth.total() > MEMORY_BYTES_MAX { Err(said) } else { passed(said) }
}

/// Descriptors or threads: a number that has no reason to grow at all.
fn number(suite: &Suite<'_>, what: &str, more_max: u64, of: impl Fn(&Usage) -> u64) -> Checked {
    let run = suite.run.as_ref().ok_or("there was no long run")?;
    let growth = run.of(|(usage, _)| of(usage));
    let said = format!("{} {what} after warming up, {} at the end", growth.first, growth.last);
    if growth.total() > more_max { Err(said) } else { passed(said) }
}

pub(super) fn descriptors(suite: &mut Suite<'_>) -> Checked {
    number(suite, "descriptors", DESCRIPTORS_MAX, |usage| usage.descriptors)
}

pub(super) fn threads(suite: &mut Suite<'_>) -> Checked {
    number(suite, "threads", THREADS_MAX, |usage| usage.threads)
}

pub(super) fn folder(suite: &mut Suite<'_>) -> Checked {
    let run = suite.run.as_ref().ok_or("there was no long run")?;
    let growth = run.of(|(_, bytes)| *bytes);
    let said = format!(
        "{} bytes after warming up, {} at the end, every subject forgotten each time",
        growth.first, growth.last
    );
    let steady = growth.per_call > FOLDER_BYTES_PER_CALL_MAX && growth.total() > FOLDER_BYTES_MIN;
    if steady || growth.total() > FOLDER_BYTES_MAX { Err(said) } else { passed(said) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u64]) -> Growth {
        let usage = |bytes| Usage { memory_bytes: bytes, threads: 1, descriptors: 4 };
        let points = values.iter().map(|bytes| (usage(*bytes), 0)).collect();
        Run { points, calls_per_part: 10 }.of(|(usage, _)| usage.memory_bytes)
    }

    #[test]
    fn a_leak_is_steady_and_a_cache_that_fills_is_not() {
        let leak = of(&[1_000, 2_000, 3_100, 4_000, 5_200, 6_000]);
        assert!((leak.per_call - 100.0).abs() < 1.0, "{leak:?}");
        let cache = of(&[1_000, 9_000, 9_000, 9_000, 9_000, 9_000]);
        assert_eq!((cache.per_call, cache.total()), (0.0, 8_000));
        let sawtooth = of(&[5_000, 1_000, 5_000, 1_000, 5_000]);
        assert_eq!(sawtooth.total(), 0);
    }
}
