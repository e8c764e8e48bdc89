//! The calls of a case: answered, repeated, remembered, in order, and apart from each other.

use shouxin_plugin_host::Hook;
use shouxin_plugin_host::wire::{Answer, AnswerOutcome, Case, Measure};

use super::{Checked, Suite, passed, same, warned, words};
use crate::bench::Bench;
use crate::report::Verdict;
use crate::sample::{Kind, at, forget, measure};

/// The hooks of a case, in the order of a whole life.
const LIFE: [Hook; 4] = [Hook::Execute, Hook::Suspend, Hook::Resume, Hook::Lift];

/// Subjects of `separate`, and cases of each.
const SUBJECTS: usize = 3;

/// How often a call is cut off by a kill while it is worked on.
const CUTS: u64 = 10;
/// The same when it has to be quick.
const CUTS_QUICK: u64 = 1;

/// The groups of the county's catalogue, with the highest number that is tried of each.
const CATALOGUE: [(&str, u32); 4] = [("M-A", 30), ("I", 25), ("M-S", 12), ("M-M", 16)];

/// Every id the catalogue could have, without parameters.
fn catalogue() -> Vec<Measure> {
    let ids = CATALOGUE
        .iter()
        .flat_map(|(group, last)| (1..=*last).map(move |number| format!("{group}{number:02}")));
    ids.map(|id| measure(&id)).collect()
}

impl Suite<'_> {
    pub(super) fn offers(&self, hook: Hook) -> bool {
        let hooks = self.abi.as_ref().map(|abi| abi.hooks.as_slice()).unwrap_or_default();
        hooks.iter().any(|own| own == hook.as_str())
    }

    /// The calls of one subject's whole life, as bytes: what is in force, one case, and the end.
    pub(super) fn life(&mut self) -> Result<Vec<(Hook, Vec<u8>)>, String> {
        let subject = self.subject();
        let case = self.sample.case(&subject);
        let mut calls = Vec::new();
        let failed = |error: shouxin_plugin_host::wire::MessageError| error.to_string();
        if self.offers(Hook::Classified) {
            calls.push((Hook::Classified, self.sample.classified(&subject).map_err(failed)?));
        }
        for hook in LIFE {
            calls.push((hook, self.sample.call(&case, hook).map_err(failed)?));
        }
        calls.push((Hook::Forget, forget(&subject).map_err(failed)?));
        Ok(calls)
    }
}

/// Makes a call about a case at a step of its own.
pub(super) fn case_at(
    bench: &mut Bench,
    case: &Case,
    hook: Hook,
    step: u64,
) -> Result<Answer, String> {
    let body = at(case, hook, step).encode().map_err(|error| error.to_string())?;
    bench.answer(hook, body)
}

/// The answer of a call that has to be `done`.
pub(super) fn done(
    bench: &mut Bench,
    case: &Case,
    hook: Hook,
    step: u64,
    when: &str,
) -> Result<Answer, String> {
    let answer = case_at(bench, case, hook, step)?;
    match answer.outcome {
        AnswerOutcome::Done => Ok(answer),
        _ => Err(format!("{hook} {when}: {}", words(&answer))),
    }
}

pub(super) fn answers(suite: &mut Suite<'_>) -> Checked {
    find_measure(suite)?;
    let mut bench = suite.bench()?;
    for (hook, body) in suite.life()? {
        let answer = bench.answer(hook, body)?;
        suite.answers.push((hook, answer));
    }
    if suite.offers(Hook::Query) {
        // What it may be asked is its own; it has to bear being asked anything.
        bench.call(Hook::Query, b"{}".to_vec())?;
        let (hook, body) = suite.life()?.swap_remove(0);
        bench.answer(hook, body).map_err(|error| format!("after a query: {error}"))?;
    }
    let said = suite.answers.iter().map(|(hook, answer)| format!("{hook}: {}", words(answer)));
    passed(said.collect::<Vec<_>>().join("; "))
}

/// Tries measures until it carries one out, and leaves that one to everything that follows.
fn find_measure(suite: &mut Suite<'_>) -> Result<(), String> {
    let asked = suite.options.measures.clone();
    let tried = if asked.is_empty() { catalogue() } else { asked };
    let mut bench = suite.bench()?;
    for kind in [Kind::Enterprise, Kind::Person] {
        suite.sample.kind = kind;
        for measure in &tried {
            suite.sample.measure = measure.clone();
            let subject = suite.subject();
            let case = suite.sample.case(&subject);
            let step = suite.sample.step();
            let answer = case_at(&mut bench, &case, Hook::Execute, step)?;
            if answer.outcome == AnswerOutcome::Done {
                suite.carries_out = true;
                return Ok(());
            }
        }
    }
    suite.sample.kind = Kind::Enterprise;
    Ok(())
}

pub(super) fn offline(suite: &mut Suite<'_>) -> Checked {
    let later = suite.answers.iter().find(|(_, answer)| answer.outcome == AnswerOutcome::Later);
    match later {
        Some((hook, answer)) => Err(format!(
            "{hook}: {}; in mode check it has to answer what it would answer if it were live",
            words(answer)
        )),
        None => passed(""),
    }
}

pub(super) fn carries_out(suite: &mut Suite<'_>) -> Checked {
    if suite.carries_out {
        let kind = match suite.sample.kind {
            Kind::Enterprise => "an enterprise",
            Kind::Person => "a person",
        };
        return passed(format!("{} for {kind}", suite.sample.measure.id));
    }
    let said = suite.answers.iter().find(|(hook, _)| *hook == Hook::Execute);
    let said = said.map(|(_, answer)| words(answer)).unwrap_or_default();
    warned(format!(
        "none of those it was tried with, so `order` and `effects` are not looked at; name one that it carries \
         out, with its parameters (--measure); the last answer was {said}"
    ))
}

pub(super) fn repeats(suite: &mut Suite<'_>) -> Checked {
    let mut bench = suite.bench()?;
    let (calls, others) = (suite.life()?, suite.life()?);
    for ((hook, body), (other, other_body)) in calls.into_iter().zip(others) {
        let first = bench.answer(hook, body.clone())?;
        let second = bench.answer(hook, body.clone())?;
        // And once more when something else came between.
        bench.answer(other, other_body)?;
        let third = bench.answer(hook, body)?;
        for again in [second, third] {
            if !same(&first, &again) {
                return Err(format!("{hook}: first {}, then {}", words(&first), words(&again)));
            }
        }
    }
    passed("")
}

pub(super) fn remembers(suite: &mut Suite<'_>) -> Checked {
    let mut bench = suite.bench()?;
    for (hook, body) in suite.life()? {
        let first = bench.answer(hook, body.clone())?;
        bench = bench.kill_and_start()?;
        let killed = bench.answer(hook, body.clone())?;
        bench = bench.stop_and_start()?;
        let restarted = bench.answer(hook, body)?;
        for (when, again) in [("kill -9", killed), ("a restart", restarted)] {
            if !same(&first, &again) {
                return Err(format!(
                    "{hook}: first {}, after {when} {}",
                    words(&first),
                    words(&again)
                ));
            }
        }
    }
    // Killed while it may be in the middle: whichever of the two it was, it stays so.
    let cuts = if suite.options.quick { CUTS_QUICK } else { CUTS };
    for _ in 0..cuts {
        for (hook, body) in suite.life()? {
            bench.submit(hook, body.clone())?;
            bench = bench.kill_and_start()?;
            let first = bench.answer(hook, body.clone())?;
            let again = bench.answer(hook, body)?;
            if !same(&first, &again) {
                return Err(format!(
                    "{hook}, killed on the way: first {}, then {}",
                    words(&first),
                    words(&again)
                ));
            }
        }
    }
    passed("")
}

pub(super) fn order(suite: &mut Suite<'_>) -> Checked {
    if !suite.carries_out {
        return Ok((Verdict::Skipped, "it carries out nothing that it was tried with".to_owned()));
    }
    let mut bench = suite.bench()?;
    let subject = suite.subject();
    for between in [None, Some(Hook::Suspend)] {
        let case = suite.sample.case(&subject);
        let steps: Vec<u64> = (0..5).map(|_| suite.sample.step()).collect();
        let [first, late, later, last, end] = steps.as_slice() else {
            return Err("no steps".to_owned());
        };
        done(&mut bench, &case, Hook::Execute, *first, "of a new case")?;
        if let Some(hook) = between {
            case_at(&mut bench, &case, hook, *later)?;
        }
        done(&mut bench, &case, Hook::Lift, *last, "of a case that was carried out")?;
        // What was not done must not be said to be done: the register would believe it.
        let answer = case_at(&mut bench, &case, Hook::Execute, *late)?;
        if answer.outcome == AnswerOutcome::Done {
            return Err(format!(
                "execute of step {late} after lift of step {last} was answered {}; a case that was \
                 lifted must not be carried out again",
                words(&answer)
            ));
        }
        case_at(&mut bench, &case, Hook::Suspend, *late)?;
        case_at(&mut bench, &case, Hook::Resume, *later)?;
        done(&mut bench, &case, Hook::Lift, *end, "after a late resume")?;
    }
    if !suite.holds("lift_alone") {
        return passed("");
    }
    // An order that arrives after its case was ended, with no order before it.
    let case = suite.sample.case(&subject);
    let (early, late) = (suite.sample.step(), suite.sample.step());
    done(&mut bench, &case, Hook::Lift, late, "of a case that it never saw")?;
    let answer = case_at(&mut bench, &case, Hook::Execute, early)?;
    if answer.outcome == AnswerOutcome::Done {
        return Err(format!("execute overtaken by a lift was answered {}", words(&answer)));
    }
    passed("")
}

pub(super) fn lift_alone(suite: &mut Suite<'_>) -> Checked {
    let mut bench = suite.bench()?;
    let subject = suite.subject();
    let case = suite.sample.case(&subject);
    let (step, later, last) = (suite.sample.step(), suite.sample.step(), suite.sample.step());
    done(&mut bench, &case, Hook::Lift, step, "without an execute")?;
    done(&mut bench, &case, Hook::Lift, step, "without an execute, repeated")?;
    done(&mut bench, &case, Hook::Lift, later, "of a case that was lifted")?;
    bench = bench.kill_and_start()?;
    done(&mut bench, &case, Hook::Lift, last, "of a case that was lifted, after kill -9")?;
    let case = suite.sample.case(&subject);
    let (step, later) = (suite.sample.step(), suite.sample.step());
    case_at(&mut bench, &case, Hook::Suspend, step)?;
    done(&mut bench, &case, Hook::Lift, later, "of a case that was only suspended")?;
    passed("")
}

pub(super) fn separate(suite: &mut Suite<'_>) -> Checked {
    let mut bench = suite.bench()?;
    let mut cases = Vec::new();
    for number in 0..SUBJECTS {
        let subject = suite.subject();
        for _ in 0..SUBJECTS {
            let case = suite.sample.case(&subject);
            let step = suite.sample.step();
            let answer = case_at(&mut bench, &case, Hook::Execute, step)?;
            cases.push((number, case, step, answer));
        }
    }
    let unchanged = |bench: &mut Bench, from: usize, when: &str| {
        for (number, case, step, first) in &cases {
            if *number >= from {
                let again = case_at(bench, case, Hook::Execute, *step)?;
                if !same(first, &again) {
                    return Err(format!(
                        "{when}: a repetition for another case was answered {}, before {}",
                        words(&again),
                        words(first)
                    ));
                }
            }
        }
        Ok(())
    };
    unchanged(&mut bench, 0, "after cases of other subjects")?;
    let [(_, first, ..), ..] = cases.as_slice() else {
        return Err("no cases".to_owned());
    };
    let step = suite.sample.step();
    done(&mut bench, first, Hook::Lift, step, "of one case of several")?;
    unchanged(&mut bench, 1, "after a case of another subject was lifted")?;
    // A case of a subject that stays is ended, and must stay so when another is forgotten.
    let kept = suite.subject();
    let ended = suite.sample.case(&kept);
    let (first_step, early, end) = (suite.sample.step(), suite.sample.step(), suite.sample.step());
    case_at(&mut bench, &ended, Hook::Execute, first_step)?;
    done(&mut bench, &ended, Hook::Lift, end, "of a case that was ordered")?;
    let body = forget(&first.subject).map_err(|error| error.to_string())?;
    bench.answer(Hook::Forget, body)?;
    unchanged(&mut bench, 1, "after another subject was forgotten")?;
    // One that carries out what was lifted does so whoever is forgotten, and `order` says it.
    if suite.carries_out && suite.holds("order") {
        let answer = case_at(&mut bench, &ended, Hook::Execute, early)?;
        if answer.outcome == AnswerOutcome::Done {
            return Err(format!(
                "when one subject was forgotten, the lift of another's case was forgotten too: a \
                 late execute was answered {}",
                words(&answer)
            ));
        }
    }
    passed("")
}
