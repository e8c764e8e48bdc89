//! How long calls take.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use shouxin_plugin_host::{Hook, Outcome};

use super::{Checked, Suite, passed, warned};

/// Rounds of a subject's whole life.
const ROUNDS: usize = 200;
/// The same when it has to be quick.
const ROUNDS_QUICK: usize = 48;

/// How long the rounds may take; what is slower is judged by fewer of them.
const ROUNDS_TAKE_MAX: Duration = Duration::from_secs(5 * 60);

/// How often it is started.
const STARTS: usize = 3;

/// A call that takes longer than this part of its deadline is one that a busy day will lose.
const CLOSE: u64 = 4;

pub(super) fn pace(suite: &mut Suite<'_>) -> Checked {
    let rounds = if suite.options.quick { ROUNDS_QUICK } else { ROUNDS };
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(suite.bench()?.started_in.as_millis());
    }
    let mut bench = suite.bench()?;
    let mut took = BTreeMap::<Hook, Vec<u64>>::new();
    let began = Instant::now();
    for _ in 0..rounds {
        if began.elapsed() > ROUNDS_TAKE_MAX {
            break;
        }
        for (hook, body) in suite.life()? {
            let completion = bench.call(hook, body)?;
            if let Outcome::Failed { kind, detail } = completion.outcome {
                return Err(format!("{hook}: {}: {detail}", kind.as_str()));
            }
            took.entry(hook).or_default().push(completion.duration_us);
        }
    }
    let mut said = vec![format!("start {} ms", starts.iter().max().unwrap_or(&0))];
    let mut slowest = 0;
    for (hook, took) in &mut took {
        took.sort_unstable();
        let part = |hundredth: usize| {
            let place = (took.len() * hundredth).div_ceil(100).saturating_sub(1);
            took.get(place).copied().unwrap_or(0)
        };
        let (half, most, max) = (part(50), part(99), part(100));
        slowest = slowest.max(max);
        said.push(format!("{hook} p50 {half} p99 {most} max {max} µs"));
    }
    let said = said.join("; ");
    let deadline_us = suite.options.deadline_ms.saturating_mul(1_000);
    if slowest > deadline_us {
        return Err(format!("slower than {} ms: {said}", suite.options.deadline_ms));
    }
    match slowest > deadline_us / CLOSE {
        true => {
            warned(format!("close to the deadline of {} ms: {said}", suite.options.deadline_ms))
        }
        false => passed(said),
    }
}
