//! What a new version would answer, beside what the live one answers.
//!
//! A shadow gets the calls that the live version gets, over a folder of its own and without the
//! network; its answers are compared and change nothing. Bounded: what does not fit is counted.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use shouxin_plugin_host::Outcome;

/// Calls whose second answer is outstanding.
const WAITING_MAX: usize = 1024;
/// Differences that are kept, the newest.
const KEPT_MAX: usize = 100;

/// A call that the two answered differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which call: its idempotency key, or the position of a classification.
    pub call: String,
    /// How the live version ended it.
    pub live: String,
    /// How the shadow ended it.
    pub shadow: String,
}

/// What was compared so far; volatile, begun anew with the server.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Compared {
    /// Calls that both ended alike.
    pub same: u64,
    /// Calls that they ended differently.
    pub different: u64,
    /// Calls that one of them did not get or did not end.
    pub skipped: u64,
    /// The newest differences.
    pub differences: VecDeque<Difference>,
}

#[derive(Default)]
struct Half {
    call: String,
    live: Option<String>,
    shadow: Option<String>,
}

#[derive(Default)]
struct Inner {
    compared: Compared,
    waiting: BTreeMap<u64, Half>,
}

/// Pairs answers by ticket.
#[derive(Default)]
pub struct Comparison(Mutex<Inner>);

/// How a call ended, as far as two versions can agree about it. References are each plugin's own.
fn ended(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answered(answer) => match serde_json::to_value(answer.outcome) {
            Ok(serde_json::Value::String(name)) => name,
            _ => "answered".to_owned(),
        },
        Outcome::Queried(_) => "queried".to_owned(),
        Outcome::Failed { kind, .. } => kind.as_str().to_owned(),
    }
}

impl Comparison {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Both were given this call.
    pub fn given(&self, ticket: u64, call: String) {
        let mut inner = self.lock();
        if inner.waiting.len() >= WAITING_MAX {
            // The oldest never got its second answer.
            inner.waiting.pop_first();
            inner.compared.skipped += 1;
        }
        inner.waiting.insert(ticket, Half { call, ..Half::default() });
    }

    /// The live version ended a call; `None` if it never began it.
    pub fn live(&self, ticket: u64, outcome: Option<&Outcome>) {
        self.half(ticket, outcome, |half| &mut half.live);
    }

    /// The shadow ended a call; `None` if it never began it.
    pub fn shadow(&self, ticket: u64, outcome: Option<&Outcome>) {
        self.half(ticket, outcome, |half| &mut half.shadow);
    }

    fn half(
        &self,
        ticket: u64,
        outcome: Option<&Outcome>,
        side: impl FnOnce(&mut Half) -> &mut Option<String>,
    ) {
        let mut inner = self.lock();
        let Some(half) = inner.waiting.get_mut(&ticket) else {
            return;
        };
        let Some(outcome) = outcome else {
            inner.waiting.remove(&ticket);
            inner.compared.skipped += 1;
            return;
        };
        *side(half) = Some(ended(outcome));
        let (Some(live), Some(shadow)) = (half.live.clone(), half.shadow.clone()) else {
            return;
        };
        let call = std::mem::take(&mut half.call);
        inner.waiting.remove(&ticket);
        let compared = &mut inner.compared;
        if live == shadow {
            compared.same += 1;
            return;
        }
        compared.different += 1;
        if compared.differences.len() >= KEPT_MAX {
            compared.differences.pop_front();
        }
        compared.differences.push_back(Difference { call, live, shadow });
    }

    /// What was compared so far.
    pub fn compared(&self) -> Compared {
        self.lock().compared.clone()
    }
}

#[cfg(test)]
mod tests {
    use shouxin_plugin_host::wire::Answer;

    use super::*;

    #[test]
    fn answers_are_paired_whichever_comes_first_and_differences_are_kept() {
        let comparison = Comparison::default();
        let done = Outcome::Answered(Answer::done().with_reference("a"));
        let alike = Outcome::Answered(Answer::done().with_reference("b"));
        let failed = Outcome::Answered(Answer::failed("no"));
        for ticket in 1..=3 {
            comparison.given(ticket, format!("M-0.{ticket}/execute/9"));
        }
        comparison.live(1, Some(&done));
        comparison.shadow(1, Some(&alike));
        comparison.shadow(2, Some(&failed));
        comparison.live(2, Some(&done));
        comparison.live(3, None);
        comparison.shadow(3, Some(&done));
        let compared = comparison.compared();
        assert_eq!((compared.same, compared.different, compared.skipped), (1, 1, 1));
        let difference = Difference {
            call: "M-0.2/execute/9".to_owned(),
            live: "done".to_owned(),
            shadow: "failed".to_owned(),
        };
        assert_eq!(compared.differences, [difference]);
    }

    #[test]
    fn what_never_gets_its_second_answer_takes_bounded_memory() {
        let comparison = Comparison::default();
        let (done, failed) =
            (Outcome::Answered(Answer::done()), Outcome::Answered(Answer::failed("no")));
        for ticket in 0..5_000 {
            comparison.given(ticket, String::new());
        }
        assert_eq!(comparison.compared().skipped, 5_000 - WAITING_MAX as u64);
        for ticket in 0..5_000 {
            comparison.live(ticket, Some(&done));
            comparison.shadow(ticket, Some(&failed));
        }
        assert_eq!(comparison.compared().different, WAITING_MAX as u64);
        assert_eq!(comparison.compared().differences.len(), KEPT_MAX);
    }
}
