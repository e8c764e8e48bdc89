//! Erasing files: what keeps one is read from the index for `decide`; after the decision is durable
//! the data key is destroyed, and the log says so. A crash in between leaves an index entry by which
//! the next start goes on; destroying a key again is no error.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shouxin_core::actor::{Actor, PersonKey, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::erasure::{ErasureCommand, Kept};
use shouxin_core::keys;
use shouxin_core::row::{Index, SubjectRow};
use shouxin_core::rules::Citation;
use shouxin_core::time::Day;
use tokio::sync::watch;

use crate::engine::query::{Query, QueryError};
use crate::engine::{Engine, EngineError, Request};
use crate::http::caller::Caller;
use crate::http::edge::subject_key;
use crate::http::problem::Problem;
use crate::socket::Refused;

/// Keys destroyed in one step.
const STEP: usize = 64;
/// The shortest time between two looks, so that a busy register is not looked at all the time.
const PAUSE: Duration = Duration::from_secs(1);

/// What keeps a file today: its version, and the first thing that is open or still stands.
pub fn kept(query: &Query<'_>, head: &SubjectRow, today: Day) -> Result<Kept, QueryError> {
    let prefix = keys::kept_by(&head.key);
    // Behind everything whose last day was yesterday or earlier.
    let after = keys::kept_before(&head.key, today);
    let first = query.range(&prefix, Some(&after), 1)?;
    let by = first.first().and_then(|entry| keys::read_kept(entry));
    Ok(Kept { seen: head.last, by: by.map(|(until, at)| (at, until)) })
}

/// Destroys the keys of erased files until told to stop.
pub async fn run(engine: Arc<Engine>, mut stop: watch::Receiver<bool>) {
    let mut head = engine.head();
    loop {
        head.borrow_and_update();
        match step(&engine).await {
            Ok(()) => {}
            Err(EngineError::Stopped) => return,
            Err(error) => tracing::error!(%error, "a data key cannot be destroyed"),
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stop.changed() => if *stop.borrow() { return },
        }
        tokio::select! {
            changed = head.changed() => if changed.is_err() { return },
            _ = stop.changed() => if *stop.borrow() { return },
        }
    }
}

async fn step(engine: &Engine) -> Result<(), EngineError> {
    loop {
        let found = waiting(engine).map_err(|error| EngineError::Defect(error.to_string()))?;
        for (subject, slot) in &found {
            let request = destroy(engine, *subject, *slot)?;
            engine.submit(request).await?;
        }
        if found.len() < STEP {
            return Ok(());
        }
    }
}

/// The steps of an erasure that an operator carries out with the officers' own keys: whoever holds
/// the machine erases nothing by that alone.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// Whose file.
    pub subject: String,
    /// Proposing: the provision that allows it, and the data officer's key.
    pub propose: Option<(Citation, String)>,
    /// Agreeing: the credit office's key.
    pub approve: Option<String>,
}

impl std::fmt::Debug for Steps {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Steps").field("subject", &self.subject).finish_non_exhaustive()
    }
}

impl Steps {
    /// Carries them out, in order; the names of what happened, with their positions.
    pub fn carry_out(&self, engine: &Engine) -> Result<Vec<String>, Refused> {
        let subject = subject_key(&self.subject).map_err(refused)?;
        let mut events = Vec::new();
        if let Some((citation, key)) = &self.propose {
            let basis = vec![citation.clone()];
            let make = |kept| ErasureCommand::Propose { subject, basis, kept };
            events.extend(take(engine, subject, key, "erasures.propose", make)?);
        }
        if let Some(key) = &self.approve {
            let make = |kept| ErasureCommand::Approve { subject, kept };
            events.extend(take(engine, subject, key, "erasures.approve", make)?);
            events.extend(finish(engine)?);
        }
        Ok(events)
    }
}

fn refused(problem: Problem) -> Refused {
    Refused { text: problem.in_words(), code: 3 }
}

/// One step, by the officer whose key it is.
fn take(
    engine: &Engine,
    subject: SubjectKey,
    key: &str,
    label: &'static str,
    make: impl FnOnce(Kept) -> ErasureCommand,
) -> Result<Vec<String>, Refused> {
    let caller = Caller::holding(key, engine).map_err(refused)?;
    let actor = caller.actor.ok_or_else(|| refused(Problem::not_found()))?;
    let today = engine.clock.now().legal_date();
    let kept = {
        let mut query = Query::new(engine.view.read());
        let head = query.ask(|rows| rows.must_subject(subject).cloned());
        let kept = head.and_then(|head| kept(&query, &head, today));
        kept.map_err(|error| refused(error.into()))?
    };
    let committed = engine.submit_blocking(Request {
        role: caller.role,
        key: Some(caller.key_id),
        target: subject.to_string(),
        ..Request::internal(actor, label, Command::Erasure(make(kept)))
    })?;
    Ok(committed.events.iter().map(|(at, name)| format!("{at} {name}")).collect())
}

/// Destroys what waits, without a server around it.
fn finish(engine: &Engine) -> Result<Vec<String>, EngineError> {
    let found = waiting(engine).map_err(|error| EngineError::Defect(error.to_string()))?;
    let mut events = Vec::new();
    for (subject, slot) in found {
        let committed = engine.submit_blocking(destroy(engine, subject, slot)?)?;
        events.extend(committed.events.iter().map(|(at, name)| format!("{at} {name}")));
    }
    Ok(events)
}

/// Erased files whose key is still there. The view shows only what is durable.
fn waiting(engine: &Engine) -> Result<Vec<(SubjectKey, u64)>, QueryError> {
    let mut query = Query::new(engine.view.read());
    let prefix = Index::Erased(SubjectKey::Person(PersonKey([0; 16]))).prefix();
    let page = query.range(&prefix, None, STEP)?;
    let subjects = page.iter().filter_map(|entry| keys::read_erasing(entry));
    subjects
        .map(|subject| {
            Ok((subject, query.ask(|rows| rows.must_subject(subject).map(|own| own.slot))?))
        })
        .collect()
}

fn destroy(engine: &Engine, subject: SubjectKey, slot: u64) -> Result<Request, EngineError> {
    let gone = engine.vault.destroy(slot);
    gone.map_err(|error| EngineError::Defect(format!("the key of {subject}: {error}")))?;
    let command = Command::Erasure(ErasureCommand::KeyDestroyed { subject });
    Ok(Request::internal(Actor::System, "erasures.destroy_key", command))
}
