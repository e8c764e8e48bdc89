//! Timers: what is due by date becomes an ordinary command of `system`, from an index ordered by
//! due date, in bounded steps. A stopped scheduler prolongs no burden: readers, guards and plugin
//! calls go by the dates themselves (design.md 1).

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use shouxin_core::actor::Actor;
use shouxin_core::command::Command;
use shouxin_core::event::CaseRef;
use shouxin_core::event::job::Job;
use shouxin_core::keys;
use shouxin_core::row::{Due, Key, Row};
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

/// Counts provisional deadlines anew by a newer calendar, once for each version of the rules.
pub async fn recount(engine: Arc<Engine>, mut stop: watch::Receiver<bool>) {
    loop {
        match recount_once(&engine, &stop).await {
            Ok(changed) => {
                if changed.is_some_and(|changed| changed > 0) {
                    tracing::info!(changed, "期限已按新日历重新计算 / deadlines were counted anew");
                }
                return;
            }
            Err(TimerError::Engine(EngineError::Stopped)) => return,
            Err(error) => tracing::error!(%error, "provisional deadlines cannot be looked at"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => if *stop.borrow() { return },
        }
    }
}

/// Ends burdens earlier where a version of the rules has come into force that caps them lower, and
/// lets listings keep what a new catalogue asks for before a repair: once for each version of the
/// rules, and once for each version of the deadlines and caps whose day comes.
pub async fn shorten(engine: Arc<Engine>, mut stop: watch::Receiver<bool>) {
    let mut done: Option<Day> = None;
    loop {
        let newest = newest(&engine);
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

/// First day of the newest version of the deadlines and caps that has begun.
fn newest(engine: &Engine) -> Day {
    engine.rules.pack(engine.clock.now().legal_date()).in_force_from
}

/// Looks once at every provisional deadline, unless that was done for these rules; how many events that
/// led to, or nothing if it was stopped before the end.
pub async fn recount_once(
    engine: &Engine,
    stop: &watch::Receiver<bool>,
) -> Result<Option<usize>, TimerError> {
    let command = |entry: &[u8]| keys::read_provisional(entry).map(Command::Recompute);
    over_all(engine, stop, Job::Recount, ("calendar.recompute", keys::PROVISIONALS), command).await
}

/// Looks once at everything that has a day to come, unless that was done for these rules; how many
/// events that led to, or nothing if it was stopped before the end.
pub async fn shorten_once(
    engine: &Engine,
    stop: &watch::Receiver<bool>,
) -> Result<Option<usize>, TimerError> {
    let shortens = engine.rules.packs.shortens(engine.clock.now().legal_date());
    let command = |entry: &[u8]| {
        let (_, due) = keys::read_due(entry)?;
        let looked_at = match due {
            // Of a listing, and of who answers under it, the catalogue too may ask or allow less.
            Due::Case(CaseRef::Listing(_)) => true,
            Due::Record(_) | Due::Commitment(_) => shortens,
            _ => false,
        };
        looked_at.then_some(Command::Shorten(due))
    };
    over_all(engine, stop, Job::Shorten, ("rules.shorten", keys::DUES), command).await
}

/// Walks an index in small commits, once for each version of the rules: that it is done is said in the
/// log. A run that is broken off is begun again; what was changed already stays as it is.
async fn over_all(
    engine: &Engine,
    stop: &watch::Receiver<bool>,
    job: Job,
    (label, prefix): (&'static str, &[u8]),
    command: impl Fn(&[u8]) -> Option<Command>,
) -> Result<Option<usize>, TimerError> {
    let in_force_from = newest(engine);
    let row = Query::new(engine.view.read()).row(&Key::Job(job))?;
    if matches!(row, Some(Row::Job(row)) if row.covers(engine.rules.version, in_force_from)) {
        return Ok(Some(0));
    }
    let mut after: Option<Vec<u8>> = None;
    let (mut changed, mut whole) = (0, true);
    while !*stop.borrow() {
        let page = {
            let query = Query::new(engine.view.read());
            query.range(prefix, after.as_deref(), STEP_ENTRIES)?
        };
        let Some(last) = page.last().cloned() else {
            // Where nothing runs a start costs nothing either, and nothing is to be said.
            if whole && after.is_some() {
                let command = Command::FinishJob { job, in_force_from };
                let request = Request::internal(Actor::System, "jobs.finish", command);
                match engine.submit(request).await {
                    // Refused where another version has begun meanwhile, which has a run of its own.
                    Ok(_) | Err(EngineError::Refused(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            return Ok(Some(changed));
        };
        for command in page.iter().filter_map(|entry| command(entry)) {
            let what = command.clone();
            match engine.submit(Request::internal(Actor::System, label, command)).await {
                Ok(committed) => changed += committed.events.len(),
                // One thing that cannot be looked at must not hold back another; the next start
                // looks again.
                Err(error @ (EngineError::Refused(_) | EngineError::Defect(_))) => {
                    whole = false;
                    tracing::error!(%error, ?what, "a job cannot look at this");
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
