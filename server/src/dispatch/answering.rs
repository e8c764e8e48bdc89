//! What a plugin answered, as the command that says so in the log.

use std::time::Duration;

use shouxin_core::command::Command;
use shouxin_core::event::{CallFault, CaseHook};
use shouxin_core::id::{MeasureId, Position};
use shouxin_plugin_host::wire::AnswerOutcome;
use shouxin_plugin_host::{FailureKind, Outcome};

use crate::dispatch::retry::Backoff;
use crate::dispatch::{
    CaseOf, Dispatcher, Note, Task, UNREADABLE_MS, ends_the_process, goes_first,
};
use crate::engine::Request;
use crate::plugins::{Done, Running};

/// How long a call is left alone that was dropped before it began.
const DROPPED_MS: u64 = 200;

impl Dispatcher {
    pub(super) fn completed(&mut self, done: Done) {
        let Some(call) = self.in_flight.remove(&done.completion.ticket) else {
            return;
        };
        let hook = done.completion.hook;
        if let Some(used) = self.used.get_mut(call.plugin()).filter(|_| !goes_first(hook)) {
            *used = used.saturating_sub(1);
        }
        if let Task::Case { measure, .. } = &call.task {
            self.calling.remove(measure);
            self.plugins.gates.close(done.completion.ticket);
        }
        self.plugins.compare(&done.plugin, &done.completion);
        let outcome = match &done.completion.outcome {
            Outcome::Answered(answer) => format!("{:?}", answer.outcome).to_lowercase(),
            Outcome::Queried(_) => "queried".to_owned(),
            Outcome::Failed { kind, .. } => kind.as_str().to_owned(),
        };
        let seconds = Duration::from_micros(done.completion.duration_us).as_secs_f64();
        let begun = done.completion.begun.then_some(seconds);
        self.engine.metrics.call(&done.plugin, &hook.to_string(), &outcome, begun);
        match call.task {
            Task::Tell { at } => self.told(&call.running, at, &done.completion),
            Task::TellLate { at } => self.told_late(&call.running, at, &done.completion),
            Task::Forget { at } => self.forgot(&call.running, at, &done.completion),
            Task::Case { measure, hook, order, step } => {
                if let Outcome::Answered(answer) = &done.completion.outcome
                    && answer.outcome == AnswerOutcome::Done
                {
                    self.walks.answered(measure, step);
                }
                self.case_completed(&call.running, &done, measure, hook, order);
            }
        }
    }

    fn case_completed(
        &mut self,
        running: &Running,
        done: &Done,
        id: MeasureId,
        hook: CaseHook,
        order: Position,
    ) {
        if let (false, Outcome::Failed { kind, .. }) =
            (done.completion.begun, &done.completion.outcome)
        {
            // It had no turn: nothing happened, and no attempt is counted.
            let dropped = *kind == FailureKind::Cancelled
                && matches!(hook, CaseHook::Execute | CaseHook::Resume);
            self.free_again(id);
            self.release(id);
            if dropped {
                // What may not begin now is not asked about again at once. What relieves overtakes this.
                let kept = self.walks.take_attempts(id).filter(|own| own.hook() == hook);
                let backoff = kept.unwrap_or_else(|| Backoff::new(hook, 1)).at_least_ms(DROPPED_MS);
                self.wait(id, &done.plugin, backoff);
            }
            return;
        }
        let grant = &running.candidate.grant;
        let (base_ms, attempts_max) = (grant.retry_base_ms, grant.attempts_max);
        let kept = self.walks.take_attempts(id).filter(|own| own.hook() == hook);
        let mut backoff = kept.unwrap_or_else(|| Backoff::new(hook, base_ms));
        let command = match &done.completion.outcome {
            Outcome::Answered(answer) if answer.outcome == AnswerOutcome::Done => {
                let reference = answer.reference.clone().unwrap_or_default();
                Command::PluginDone { measure: id, hook, order, reference }
            }
            Outcome::Answered(answer) if answer.outcome == AnswerOutcome::Later => {
                let times = backoff.wait_for(answer.retry_after_ms.unwrap_or(base_ms));
                // Said once for as long as it puts the call off, since nobody else would hear of it;
                // it is asked again all the same.
                let said = answer.detail.as_deref().unwrap_or_default();
                let detail = (times == attempts_max.max(1))
                    .then(|| self.sealed(id, &format!("later, {times} times: {said}")));
                let Some(detail) = detail.flatten() else {
                    self.wait(id, &done.plugin, backoff);
                    self.release(id);
                    return;
                };
                self.walks.keep_attempts(id, backoff);
                Command::PluginFailed {
                    measure: id,
                    hook,
                    order,
                    fault: CallFault::Answered,
                    detail,
                    attempt: times,
                    final_attempt: false,
                }
            }
            outcome => {
                let attempt = match ends_the_process(outcome) {
                    true => backoff.crashed(),
                    false => backoff.failed(),
                };
                let (fault, detail, for_good) = fault(outcome);
                let over = for_good || attempt >= attempts_max || backoff.poisons();
                let final_attempt = hook == CaseHook::Execute && over;
                // After the last attempt an officer orders anew, and the count begins anew.
                if !final_attempt {
                    self.engine.metrics.retry(&done.plugin);
                    self.walks.keep_attempts(id, backoff);
                }
                let Some(detail) = self.sealed(id, &detail) else {
                    self.wait(id, &done.plugin, Backoff::new(hook, 1).at_least_ms(UNREADABLE_MS));
                    self.release(id);
                    return;
                };
                Command::PluginFailed {
                    measure: id,
                    hook,
                    order,
                    fault,
                    detail,
                    attempt,
                    final_attempt,
                }
            }
        };
        let failed = matches!(command, Command::PluginFailed { .. });
        if !failed {
            self.walks.take_attempts(id);
        }
        let mut request = Request::internal(running.actor(), "plugins.answer", command);
        request.cause = Some(order);
        let of = CaseOf { measure: id, hook, plugin: done.plugin.clone() };
        self.spawn(request, move |result| Note::CaseCommitted { of, result: result.map(|_| ()) });
    }
}

/// Kind and detail of a failure, and whether trying again is pointless.
fn fault(outcome: &Outcome) -> (CallFault, String, bool) {
    match outcome {
        Outcome::Answered(answer) => {
            let detail = answer.detail.clone().unwrap_or_else(|| "no detail".to_owned());
            (CallFault::Answered, detail, true)
        }
        Outcome::Queried(_) => (CallFault::BadAnswer, "a query's answer".to_owned(), false),
        Outcome::Failed { kind, detail } => {
            let fault = match kind {
                FailureKind::Panic => CallFault::Panic,
                // Nobody cancels here; what never began is submitted again without counting.
                FailureKind::Crash | FailureKind::Cancelled => CallFault::Crash,
                FailureKind::Deadline => CallFault::Deadline,
                FailureKind::BadAnswer | FailureKind::TooLarge => CallFault::BadAnswer,
                FailureKind::Refused => CallFault::Refused,
            };
            (fault, detail.clone(), false)
        }
    }
}
