//! Timers: what is due by date becomes an ordinary command of `system`, from an index ordered by
//! due date, in bounded steps. A stopped scheduler prolongs no burden: readers, guards and plugin
//! calls go by the dates themselves (design.md 1).

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use shouxin_core::actor::Actor;
use shouxin_core::command::Command;
use shouxin_core::keys;
use shouxin_core::row::Due;
use shouxin_core::time::Day;
use tokio::sync::{Notify, watch};

use crate::engine::query::{Query, QueryError};
use crate::engine::{Engine, EngineError, Request};

/// Due entries looked at between two looks at the stop signal.
const STEP_ENTRIES: usize = 256;
/// How often the date is looked at; what is due waits no longer than this.
const EVERY: Duration = Duration::from_secs(5);

/// Runs the timers until told to stop. `kick` makes it look at once.
pub async fn run(engine: Arc<Engine>, kick: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    loop {
        match pass(&engine).await {
            Ok(0) => {}
            Ok(done) => tracing::info!(done, "timers ran"),
            Err(error) => tracing::error!(%error, "the timers cannot go on"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = kick.notified() => {}
            _ = stop.changed() => if *stop.borrow() { return },
        }
    }
}

/// Counts provisional deadlines anew after a newer calendar was loaded: small commits from an
/// index, so a run that is broken off goes on where the next start finds the rest.
pub async fn recount(engine: Arc<Engine>, stop: watch::Receiver<bool>) {
    let mut after: Option<Vec<u8>> = None;
    let mut changed = 0;
    while !*stop.borrow() {
        let page = {
            let query = Query::new(engine.view.read());
            query.range(keys::PROVISIONALS, after.as_deref(), STEP_ENTRIES)
        };
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(%error, "provisional deadlines cannot be looked at");
                return;
            }
        };
        let Some(last) = page.last().cloned() else {
            break;
        };
        for clock in page.iter().filter_map(|entry| keys::read_provisional(entry)) {
            let command = Command::Recompute(clock);
            let request = Request::internal(Actor::System, "calendar.recompute", command);
            match engine.submit(request).await {
                Ok(committed) => changed += committed.events.len(),
                Err(EngineError::Stopped) => return,
                Err(error) => tracing::error!(%error, ?clock, "a deadline cannot be counted anew"),
            }
        }
        after = Some(last);
    }
    if changed > 0 {
        tracing::info!(changed, "期限已按新日历重新计算 / deadlines were counted anew");
    }
}

/// Ends burdens earlier where a version of the rules has come into force that caps them lower: once
/// at the start and once for each version whose day comes, in small commits from the index of what
/// is due. A run that is broken off is begun again; what is short already stays as it is.
pub async fn shorten(engine: Arc<Engine>, mut stop: watch::Receiver<bool>) {
    let mut done: Option<Day> = None;
    loop {
        let today = engine.clock.now().legal_date();
        let newest = engine.rules.pack(today).in_force_from;
        if done != Some(newest) {
            match shorten_once(&engine, &stop).await {
                Ok(Some(0)) => done = Some(newest),
                Ok(Some(changed)) => {
                    done = Some(newest);
                    tracing::info!(
                        changed,
                        "期限已按新规则缩短 / burdens end earlier by the rules in force"
                    );
                }
                Ok(None) => return,
                Err(error) => tracing::error!(%error, "burdens cannot be looked at"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => if *stop.borrow() { return },
        }
    }
}

/// Looks once at everything that has a day to come, where a version in force caps lower than the one
/// before it; how many events that led to, or nothing if it was stopped before the end.
pub async fn shorten_once(
    engine: &Engine,
    stop: &watch::Receiver<bool>,
) -> Result<Option<usize>, TimerError> {
    if !engine.rules.packs.shortens(engine.clock.now().legal_date()) {
        return Ok(Some(0));
    }
    let mut after: Option<Vec<u8>> = None;
    let mut changed = 0;
    while !*stop.borrow() {
        let page = {
            let query = Query::new(engine.view.read());
            query.range(keys::DUES, after.as_deref(), STEP_ENTRIES)?
        };
        let Some(last) = page.last().cloned() else {
            return Ok(Some(changed));
        };
        for (_, due) in page.iter().filter_map(|entry| keys::read_due(entry)) {
            let burden = matches!(due, Due::Record(_) | Due::Case(_) | Due::Commitment(_));
            if !burden {
                continue;
            }
            let command = Command::Shorten(due);
            let request = Request::internal(Actor::System, "rules.shorten", command);
            match engine.submit(request).await {
                Ok(committed) => changed += committed.events.len(),
                // One thing that cannot be looked at must not hold back another.
                Err(error @ (EngineError::Refused(_) | EngineError::Defect(_))) => {
                    tracing::error!(%error, ?due, "a burden cannot be shortened");
                }
                Err(error) => return Err(error.into()),
            }
        }
        after = Some(last);
    }
    Ok(None)
}

/// Why a pass of the timers ended early.
#[derive(Debug, thiserror::Error)]
pub enum TimerError {
    /// The index cannot be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The engine did not take a command.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Looks at everything due by today once; answers how many commands led to events.
pub async fn pass(engine: &Engine) -> Result<usize, TimerError> {
    let mut done = 0;
    let mut after: Option<Vec<u8>> = None;
    let mut seen: HashSet<Due> = HashSet::new();
    loop {
        let today = engine.clock.now().legal_date();
        let end = keys::due_through(today);
        let page = {
            let query = Query::new(engine.view.read());
            query.range(keys::DUES, after.as_deref(), STEP_ENTRIES)?
        };
        let full = page.len() == STEP_ENTRIES;
        let due: Vec<Vec<u8>> = page.into_iter().take_while(|key| *key < end).collect();
        let Some(last) = due.last().cloned() else {
            return Ok(done);
        };
        for entry in &due {
            let Some((_, due)) = keys::read_due(entry) else {
                continue;
            };
            // One thing may be due twice (a start long past and an end): each is its own entry.
            let request = Request::internal(Actor::System, "timers.tick", Command::Tick { due });
            match engine.submit(request).await {
                Ok(committed) if committed.events.is_empty() => {}
                Ok(_) => {
                    done += 1;
                    seen.insert(due);
                }
                // One thing that cannot be looked at must not hold back the end of another.
                Err(error @ (EngineError::Refused(_) | EngineError::Defect(_))) => {
                    tracing::error!(%error, ?due, "a timer cannot act on this");
                }
                Err(error) => return Err(error.into()),
            }
        }
        after = Some(last);
        if !full {
            // What just changed may be due again today (a start whose end passed meanwhile).
            if seen.is_empty() {
                return Ok(done);
            }
            seen.clear();
            after = None;
        }
    }
}
