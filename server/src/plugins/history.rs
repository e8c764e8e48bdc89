//! What was done in the past, as the calls that a plugin would have got: for a dry run.
//!
//! The log is applied to a view of its own, commit by commit; each step that a department carried out,
//! by a plugin or by hand, becomes the call that stood behind it, as the rows knew the case then.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use shouxin_core::actor::Actor;
use shouxin_core::codec;
use shouxin_core::event::erasure::ErasureEvent;
use shouxin_core::event::{CallFault, CaseHook, Envelope, Event};
use shouxin_core::id::MeasureId;
use shouxin_core::log::StoredCommit;
use shouxin_core::row::MeasureRow;
use shouxin_core::rules::RuleSet;
use shouxin_plugin_check::{Recorded, RecordedAnswer, Was};
use shouxin_plugin_host::wire::{AnswerOutcome, Forget, SCHEMA};
use shouxin_plugin_host::{FailureKind, Hook};

use crate::dispatch::{execute_step, message, plugin_hook};
use crate::engine::query::{Query, QueryError};
use crate::engine::recovery::{RecoveryError, fold};
use crate::log::LogReader;
use crate::plugins::GrantedField;
use crate::replay;
use crate::vault::Vault;
use crate::view::View;

/// Whose past is played.
#[derive(Clone, Debug)]
pub struct Whose {
    /// Department.
    pub department: String,
    /// Its measures.
    pub measures: Vec<String>,
    /// Fields beyond the case itself that it is granted.
    pub fields: Vec<GrantedField>,
}

/// Why the past cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The log does not apply.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// The view cannot be read.
    #[error("{0}")]
    Query(String),
}

impl From<QueryError> for HistoryError {
    fn from(error: QueryError) -> HistoryError {
        HistoryError::Query(error.to_string())
    }
}

/// The calls of the past, in the order in which they were answered.
pub struct History<'a> {
    view: View,
    vault: &'a Vault,
    rules: Arc<RuleSet>,
    whose: Whose,
    commits: Box<dyn Iterator<Item = Result<StoredCommit, String>> + 'a>,
    ready: VecDeque<Recorded>,
    /// Why the past ended early.
    failed: Option<HistoryError>,
}

impl<'a> History<'a> {
    /// The past from an event on. What lies before is applied at once; the view stands in `folder`.
    ///
    /// # Errors
    /// The log does not apply.
    pub fn open(
        folder: &Path,
        log: &'a LogReader,
        vault: &'a Vault,
        rules: Arc<RuleSet>,
        whose: Whose,
        from: u64,
        progress: &mut dyn FnMut(u64),
    ) -> Result<History<'a>, HistoryError> {
        let rebuilt = replay::rebuild(folder, log, vault, from, progress)?;
        let next = rebuilt.view.applied().next;
        let commits = log.scan(next).map(|commit| commit.map_err(|error| error.to_string()));
        Ok(History {
            view: rebuilt.view,
            vault,
            rules,
            whose,
            commits: Box::new(commits),
            ready: VecDeque::new(),
            failed: None,
        })
    }

    /// Why the past ended before the log did, if it did.
    pub fn failed(&self) -> Option<&HistoryError> {
        self.failed.as_ref()
    }

    /// Applies one commit and gathers its calls.
    fn take(&mut self, commit: &StoredCommit) -> Result<(), HistoryError> {
        let mut envelopes = Vec::new();
        for entry in &commit.entries {
            let envelope = codec::decode_event(&entry.bytes);
            envelopes.push(envelope.map_err(|error| HistoryError::Query(error.to_string()))?);
        }
        // A step is shown as the case stood before its answer.
        for envelope in &envelopes {
            if let Some(step) = step_of(&envelope.event) {
                self.case(envelope, step)?;
            }
        }
        fold(&self.view, self.vault, std::slice::from_ref(commit))?;
        for envelope in &envelopes {
            self.told(envelope)?;
        }
        Ok(())
    }

    fn case(&mut self, envelope: &Envelope, step: Step) -> Result<(), HistoryError> {
        let mut query = Query::new(self.view.read());
        let Step { measure, hook, recorded } = step;
        let row = query.ask(|rows| rows.must_measure(measure).cloned())?;
        if !self.is_ours(&row) {
            return Ok(());
        }
        let at = match hook {
            CaseHook::Execute if row.state.order().is_some() => execute_step(&row),
            _ => envelope.position,
        };
        let order = row.order_to_undo();
        let by_hand = !matches!(envelope.actor, Actor::Plugin { .. });
        let recorded = match row.fault.filter(|_| by_hand) {
            // An officer did what a plugin had not done: what the plugin said of it is its last word.
            Some(fault) => no_answer(fault),
            None => recorded,
        };
        let ordered_by = order
            .filter(|_| hook == CaseHook::Execute)
            .map_or_else(|| envelope.actor.to_string(), |order| order.by.to_string());
        let ordered_by = (hook == CaseHook::Execute).then_some(ordered_by);
        let call = message::CaseCall { id: measure, hook, step: at, ordered_by };
        let (_, body) =
            message::case(&self.rules, envelope.legal_date, &mut query, call, &self.whose.fields)?;
        let position = envelope.position.sequence;
        self.ready.push_back(Recorded { position, hook: plugin_hook(hook), body, recorded });
        Ok(())
    }

    fn is_ours(&self, row: &MeasureRow) -> bool {
        row.department == self.whose.department && self.whose.measures.contains(&row.measure)
    }

    fn told(&mut self, envelope: &Envelope) -> Result<(), HistoryError> {
        let (hook, body) = match (&envelope.event, envelope.subject) {
            (Event::ClassificationChanged { .. }, _) => {
                let mut query = Query::new(self.view.read());
                let told = message::classified(&mut query, envelope, &self.whose.fields)?;
                let Some(body) = told else {
                    return Ok(());
                };
                (Hook::Classified, body)
            }
            (Event::Erasure(ErasureEvent::Erased { .. }), Some(subject)) => {
                let forget = Forget { schema: SCHEMA, subject_key: subject.to_string() };
                let body = forget.encode();
                let body = body.map_err(|error| HistoryError::Query(error.to_string()))?;
                (Hook::Forget, body)
            }
            _ => return Ok(()),
        };
        let position = envelope.position.sequence;
        self.ready.push_back(Recorded { position, hook, body, recorded: None });
        Ok(())
    }
}

impl Iterator for History<'_> {
    type Item = Recorded;

    fn next(&mut self) -> Option<Recorded> {
        loop {
            if let Some(call) = self.ready.pop_front() {
                return Some(call);
            }
            let taken = match self.commits.next()? {
                Ok(commit) => self.take(&commit),
                Err(error) => Err(HistoryError::Query(error)),
            };
            if let Err(error) = taken {
                self.failed = Some(error);
                return None;
            }
        }
    }
}

/// A step of a case that somebody answered for.
struct Step {
    measure: MeasureId,
    hook: CaseHook,
    recorded: Option<Was>,
}

/// How a call failed, as a dry run names it; nothing where it was answered.
fn no_answer(fault: CallFault) -> Option<Was> {
    let failed = match fault {
        CallFault::Answered => return None,
        CallFault::Panic => FailureKind::Panic,
        CallFault::Crash => FailureKind::Crash,
        CallFault::Deadline => FailureKind::Deadline,
        CallFault::BadAnswer => FailureKind::BadAnswer,
        CallFault::Refused => FailureKind::Refused,
    };
    Some(Was::Failed { failed })
}

fn step_of(event: &Event) -> Option<Step> {
    let answered = |outcome, reference| Was::Answered(RecordedAnswer { outcome, reference });
    let done = |reference: Option<&String>| answered(AnswerOutcome::Done, reference.cloned());
    let (measure, hook, recorded) = match event {
        Event::MeasureExecuted { measure, reference } => {
            (*measure, CaseHook::Execute, Some(done(Some(reference))))
        }
        Event::SuspensionConfirmed { measure } => (*measure, CaseHook::Suspend, Some(done(None))),
        Event::ResumptionConfirmed { measure } => (*measure, CaseHook::Resume, Some(done(None))),
        Event::MeasureLifted { measure, reference } => {
            (*measure, CaseHook::Lift, Some(done(Some(reference))))
        }
        Event::ExecutionFailed { measure, fault, final_attempt: true, .. } => {
            // `failed` or `needs_human`: which of the two, nobody wrote down.
            let said = || answered(AnswerOutcome::Failed, None);
            let recorded = no_answer(*fault).unwrap_or_else(said);
            (*measure, CaseHook::Execute, Some(recorded))
        }
        _ => return None,
    };
    Some(Step { measure, hook, recorded })
}
