//! The cases of a department: what is carried out, suspended, lifted, on which day.
//!
//! The book gives a handler what every department needs. Each call is applied once, however often
//! it is repeated; a step that a later one has overtaken changes nothing; only `execute` puts a
//! burden into effect; `lift` is for good and needs no `execute`; after its last day a case is out
//! of effect whether or not a `lift` came; `forget` leaves nothing. All of it survives `kill -9`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shouxin_plugin_wire::{Answer, Case, DETAIL_BYTES_MAX, Date, Hook, REFERENCE_BYTES_MAX};

use crate::{Outcome, Store, StoreError};

/// How many answers of a case are kept for repeated calls.
const ANSWERS_MAX: usize = 16;

/// How long the register is asked to wait when the plugin's data cannot be written.
const STORE_RETRY_MS: u64 = 10_000;

/// Where a case stands in this department.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Known, but nothing was carried out.
    Idle,
    /// Suspended before anything was carried out.
    Held,
    /// Carried out; in effect on the days it names.
    InEffect,
    /// Carried out and suspended.
    Suspended,
    /// Ended for good.
    Lifted,
}

/// What happened to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was applied now.
    Now,
    /// It had been applied before; the first answer was given again.
    Before,
    /// A later step had been applied before; nothing was changed.
    Overtaken,
    /// The case does not allow it; nothing was changed.
    Refused,
    /// The data could not be written; nothing was changed.
    NotWritten,
}

/// An answer that was given, kept for repetitions of its call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Given {
    step: u64,
    hook: String,
    answer: Answer,
}

/// One case of one subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The case.
    pub case_id: String,
    /// The subject's key.
    pub subject: String,
    /// The catalogue's id of the measure.
    pub measure: String,
    /// What the decision fixed about the measure.
    pub parameters: Map<String, Value>,
    /// The decision.
    pub decision: String,
    /// Who decided.
    pub authority: String,
    /// 文号 of the decision's document.
    pub document_number: String,
    /// First day of effect.
    pub from: Date,
    /// Last day of effect.
    pub until: Date,
    /// Where it stands.
    pub state: State,
    /// The last step that was applied.
    pub step: u64,
    given: Vec<Given>,
}

impl Entry {
    fn new(case: &Case) -> Entry {
        Entry {
            case_id: case.case_id.clone(),
            subject: case.subject.key.clone(),
            measure: case.measure.id.clone(),
            parameters: case.measure.parameters.clone(),
            decision: case.decision.id.clone(),
            authority: case.decision.authority.clone(),
            document_number: case.decision.document_number.clone(),
            from: case.valid_from,
            until: case.valid_until,
            state: State::Idle,
            step: 0,
            given: Vec::new(),
        }
    }

    /// The entry with its newest answer only, and without what only a case that is or can be in
    /// effect needs.
    fn shortened(mut self) -> Entry {
        self.given.drain(..self.given.len().saturating_sub(1));
        if !matches!(self.state, State::InEffect | State::Suspended) {
            self.measure.clear();
            self.parameters.clear();
            self.decision.clear();
            self.authority.clear();
            self.document_number.clear();
        }
        self
    }

    /// Whether it is in effect on that day: carried out, not suspended, not lifted, and the day is
    /// one of its days.
    pub fn in_effect(&self, on: Date) -> bool {
        self.state == State::InEffect && self.covers(on)
    }

    /// Whether the day is one of its days, first and last included.
    pub fn covers(&self, on: Date) -> bool {
        (self.from..=self.until).contains(&on)
    }
}

/// The durable cases of one plugin, by case and by subject.
#[derive(Debug)]
pub struct CaseBook {
    store: Store<Entry>,
    by_subject: BTreeMap<String, BTreeSet<String>>,
}

impl CaseBook {
    /// Opens the book in a plugin's data folder.
    ///
    /// # Errors
    /// See [`Store::open`].
    pub fn open(data_dir: &Path) -> Result<CaseBook, StoreError> {
        let store = Store::<Entry>::open(data_dir, "cases")?;
        let mut by_subject = BTreeMap::<String, BTreeSet<String>>::new();
        for (case_id, entry) in store.iter() {
            by_subject.entry(entry.subject.clone()).or_default().insert(case_id.to_owned());
        }
        Ok(CaseBook { store, by_subject })
    }

    /// The answer to a call that changes nothing: repeated, overtaken, not allowed by where the case
    /// stands, or an order too long to keep. `None` if [`CaseBook::apply`] would apply it now, as far
    /// as the disk allows. For a handler with an effect elsewhere, which asks first, acts, and then
    /// applies.
    pub fn settled(&self, hook: Hook, case: &Case) -> Option<(Outcome, Applied)> {
        let state = match self.next(hook, case) {
            Ok(state) => state,
            Err(answer) => return Some(answer),
        };
        // With the longest answer there can be, because which one comes is not known yet.
        let longest = Outcome::done()
            .with_reference("x".repeat(REFERENCE_BYTES_MAX))
            .with_detail("x".repeat(DETAIL_BYTES_MAX));
        let entry = self.entry_after(state, hook, case, &longest);
        match self.store.fits(&case.case_id, &entry) {
            Err(error @ StoreError::TooLong { .. }) if hook == Hook::Execute => {
                Some(refused(Outcome::failed(error.to_string())))
            }
            _ => None,
        }
    }

    /// The entry of a case after a call was applied with this answer.
    fn entry_after(&self, state: State, hook: Hook, case: &Case, answer: &Outcome) -> Entry {
        let before = self.store.get(&case.case_id);
        let mut entry = before.cloned().unwrap_or_else(|| Entry::new(case));
        if hook == Hook::Execute {
            // A case that is carried out anew takes what its newest order says.
            entry = Entry { given: entry.given, ..Entry::new(case) };
        }
        entry.state = state;
        entry.step = case.step;
        if entry.given.len() >= ANSWERS_MAX {
            entry.given.remove(0);
        }
        let hook = hook.as_str().to_owned();
        entry.given.push(Given { step: case.step, hook, answer: answer.clone() });
        entry
    }

    /// The state after a call, or the answer to one that changes nothing.
    fn next(&self, hook: Hook, case: &Case) -> Result<State, (Outcome, Applied)> {
        let Some(entry) = self.store.get(&case.case_id) else {
            return transition(State::Idle, hook, case).map_err(refused);
        };
        let given = |given: &&Given| given.step == case.step && given.hook == hook.as_str();
        if let Some(given) = entry.given.iter().find(given) {
            return Err((given.answer.clone(), Applied::Before));
        }
        if case.step <= entry.step {
            return Err((overtaken(hook, entry.step), Applied::Overtaken));
        }
        if entry.subject != case.subject.key {
            let answer = Outcome::failed("the case is known here under another subject");
            return Err(refused(answer));
        }
        transition(entry.state, hook, case).map_err(refused)
    }

    /// Applies `execute`, `suspend`, `resume` or `lift` and returns the answer to give, with what
    /// happened. `done` is the answer if it is applied now; it is kept and given again to
    /// repetitions of the same step.
    pub fn apply(&mut self, hook: Hook, case: &Case, done: Outcome) -> (Outcome, Applied) {
        let state = match self.next(hook, case) {
            Ok(state) => state,
            Err(answer) => return answer,
        };
        let order = hook == Hook::Execute;
        let entry = self.entry_after(state, hook, case, &done);
        let written = match self.store.put(&case.case_id, entry.clone()) {
            // Asking again would not make it shorter: an order is refused, anything else goes on
            // without what it does not need.
            Err(error @ StoreError::TooLong { .. }) if order => {
                return (Outcome::failed(error.to_string()), Applied::Refused);
            }
            Err(StoreError::TooLong { .. }) => self.store.put(&case.case_id, entry.shortened()),
            written => written,
        };
        match written {
            Ok(()) => {
                let cases = self.by_subject.entry(case.subject.key.clone()).or_default();
                cases.insert(case.case_id.clone());
                (done, Applied::Now)
            }
            Err(error) => (Outcome::later(STORE_RETRY_MS, error.to_string()), Applied::NotWritten),
        }
    }

    /// What the book has of a case.
    pub fn entry(&self, case_id: &str) -> Option<&Entry> {
        self.store.get(case_id)
    }

    /// The cases of a subject, in the order of their ids.
    pub fn of_subject(&self, subject_key: &str) -> impl Iterator<Item = &Entry> {
        self.by_subject
            .get(subject_key)
            .into_iter()
            .flatten()
            .filter_map(|case_id| self.store.get(case_id))
    }

    /// The keys of the subjects that have a case here, in their order, from the one after `after`
    /// on.
    pub fn subjects_after(&self, after: Option<&str>) -> impl Iterator<Item = &str> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_subject.range::<str, _>((from, Bound::Unbounded)).map(|(key, _)| key.as_str())
    }

    /// The cases of a subject that are in effect on a day.
    pub fn in_effect(&self, subject_key: &str, on: Date) -> impl Iterator<Item = &Entry> {
        self.of_subject(subject_key).filter(move |entry| entry.in_effect(on))
    }

    /// Removes a subject and everything about it, history included.
    pub fn forget(&mut self, subject_key: &str) -> Outcome {
        match self.store.erase(|_, entry| entry.subject == subject_key) {
            Ok(()) => {
                self.by_subject.remove(subject_key);
                Outcome::done()
            }
            Err(error) => Outcome::later(STORE_RETRY_MS, error.to_string()),
        }
    }

    /// How many cases the book holds.
    pub fn len(&self) -> usize {
        self.store.len()
    }

    /// Whether the book holds no case.
    pub fn is_empty(&self) -> bool {
        self.store.is_empty()
    }
}

fn refused(answer: Outcome) -> (Outcome, Applied) {
    (answer, Applied::Refused)
}

fn overtaken(hook: Hook, step: u64) -> Outcome {
    let detail = format!("step {step} was applied before this call; nothing was changed");
    match hook {
        // What was not carried out must not be reported as carried out.
        Hook::Execute => Outcome::failed(detail),
        _ => Outcome::done().with_detail(detail),
    }
}

/// The state after a call, or why it is refused.
fn transition(state: State, hook: Hook, case: &Case) -> Result<State, Outcome> {
    let refuse = |detail: &str| Err(Outcome::failed(detail));
    match (hook, state) {
        (Hook::Execute, State::Lifted) => refuse("the case was lifted; it cannot be carried out"),
        (Hook::Execute, State::Held | State::Suspended) => {
            refuse("the case is suspended; it cannot be carried out")
        }
        (Hook::Execute, _) if case.valid_until < case.valid_from => {
            refuse("the last day of the case lies before its first day")
        }
        (Hook::Execute, _) if case.as_of > case.valid_until => {
            refuse("the last day of the case has passed; it cannot be carried out")
        }
        (Hook::Execute, State::Idle | State::InEffect) => Ok(State::InEffect),
        (Hook::Lift, _) => Ok(State::Lifted),
        (Hook::Suspend, State::Idle | State::Held) => Ok(State::Held),
        (Hook::Suspend, State::InEffect | State::Suspended) => Ok(State::Suspended),
        (Hook::Resume, State::Held) => Ok(State::Idle),
        (Hook::Resume, State::InEffect | State::Suspended) => Ok(State::InEffect),
        // A resume is no order to begin: what never was carried out here stays out of effect.
        (Hook::Resume, State::Idle) => Err(Outcome::needs_human(
            "this case was never carried out here, so there is nothing to resume; order it anew",
        )),
        (Hook::Suspend | Hook::Resume, State::Lifted) => Ok(State::Lifted),
        (Hook::Classified | Hook::Forget | Hook::Query, _) => refuse("not a call about a case"),
    }
}

#[cfg(test)]
mod tests;
