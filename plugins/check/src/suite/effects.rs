//! What the department sees of its plugin: the answer to one question, before and after each step.

use serde_json::Value;
use shouxin_plugin_host::wire::{Case, Subject};
use shouxin_plugin_host::{Hook, Outcome};

use super::calls::{case_at, done};
use super::{Checked, Suite, passed, warned};
use crate::bench::Bench;
use crate::report::Verdict;
use crate::sample::forget;

/// The question with a subject and a day in the places that are kept for them.
fn fill(question: &Value, key: &str, day: &str) -> Value {
    match question {
        Value::String(text) if text == "$subject" => Value::String(key.to_owned()),
        Value::String(text) if text == "$day" => Value::String(day.to_owned()),
        Value::Array(list) => list.iter().map(|one| fill(one, key, day)).collect(),
        Value::Object(object) => Value::Object(
            object.iter().map(|(name, one)| (name.clone(), fill(one, key, day))).collect(),
        ),
        other => other.clone(),
    }
}

/// A question about one subject.
struct Question {
    body: Vec<u8>,
}

impl Question {
    fn new(question: &Value, subject: &Subject, day: &str) -> Question {
        Question { body: fill(question, &subject.key, day).to_string().into_bytes() }
    }

    fn ask(&self, bench: &mut Bench) -> Result<Value, String> {
        match bench.call(Hook::Query, self.body.clone())?.outcome {
            Outcome::Queried(value) => Ok(value),
            Outcome::Failed { detail, .. } => {
                Err(format!("the question is not answered: {detail}"))
            }
            Outcome::Answered(_) => Err("the question got the answer of another call".to_owned()),
        }
    }

    /// Asks, and wants what was answered before.
    fn still(&self, bench: &mut Bench, expected: &Value, when: &str) -> Result<(), String> {
        let found = self.ask(bench)?;
        if found == *expected {
            return Ok(());
        }
        Err(format!("{when} the question is answered {found}, before it was {expected}"))
    }
}

pub(super) fn effects(suite: &mut Suite<'_>) -> Checked {
    let Some(question) = suite.options.question.clone() else {
        return Ok((Verdict::Skipped, "no question was given (--question)".to_owned()));
    };
    if !suite.offers(Hook::Query) || !suite.carries_out {
        return Ok((Verdict::Skipped, "it answers no questions or carries out nothing".to_owned()));
    }
    let mut bench = suite.bench()?;
    let subject = suite.subject();
    let case: Case = suite.sample.case(&subject);
    let question = Question::new(&question, &subject, &suite.sample.today().to_string());
    let steps: [u64; 6] = std::array::from_fn(|_| suite.sample.step());
    let [execute, late_execute, suspend, resume, late_suspend, lift] = steps;

    let nothing = question.ask(&mut bench)?;
    done(&mut bench, &case, Hook::Execute, execute, "of a new case")?;
    let begun = question.ask(&mut bench)?;
    case_at(&mut bench, &case, Hook::Execute, execute)?;
    question.still(&mut bench, &begun, "after a repeated execute")?;
    bench = bench.kill_and_start()?;
    question.still(&mut bench, &begun, "after execute and kill -9")?;
    case_at(&mut bench, &case, Hook::Execute, execute)?;
    question.still(&mut bench, &begun, "after execute, kill -9 and a repetition")?;

    case_at(&mut bench, &case, Hook::Suspend, suspend)?;
    let held = question.ask(&mut bench)?;
    case_at(&mut bench, &case, Hook::Execute, late_execute)?;
    question.still(&mut bench, &held, "after an execute that a suspend had overtaken")?;
    case_at(&mut bench, &case, Hook::Resume, resume)?;
    case_at(&mut bench, &case, Hook::Lift, lift)?;
    let ended = question.ask(&mut bench)?;
    for (hook, step, what) in [
        (Hook::Lift, lift, "after a repeated lift"),
        (Hook::Suspend, late_suspend, "after a suspend that a lift had overtaken"),
        (Hook::Execute, late_execute, "after an execute that a lift had overtaken"),
    ] {
        case_at(&mut bench, &case, hook, step)?;
        question.still(&mut bench, &ended, what)?;
    }
    bench = bench.kill_and_start()?;
    question.still(&mut bench, &ended, "after lift and kill -9")?;
    bench.answer(Hook::Forget, forget(&subject).map_err(|error| error.to_string())?)?;
    question.still(&mut bench, &nothing, "after forget")?;
    match begun == nothing || held == begun {
        true => warned("the question does not show whether a case is carried out or suspended"),
        false => passed(""),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::fill;

    #[test]
    fn only_the_places_that_are_kept_are_filled() {
        let question = json!({"a": "$subject", "b": ["$day", "$days", 1], "$day": null});
        let filled = json!({"a": "K", "b": ["2026-01-01", "$days", 1], "$day": null});
        assert_eq!(fill(&question, "K", "2026-01-01"), filled);
    }
}
