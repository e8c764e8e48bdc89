//! What every plugin must hold to (docs/PLUGINS.md), tried in a unit test of a few milliseconds.
//!
//! `shouxin plugin check` tries more and on the finished library; this finds most of it earlier.

use std::path::Path;

use serde_json::Value;
use shouxin_plugin_wire::{Answer, AnswerOutcome, Case, Hook};

use super::{Bench, Refused};
use crate::Handler;

/// A rule that a handler breaks, and how.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// A call was not answered.
    #[error("{rule}: the call was refused: {source}")]
    Refused {
        /// What was tried.
        rule: &'static str,
        /// What the handler said.
        source: Refused,
    },
    /// It was answered otherwise than it must be.
    #[error("{rule}: the answer was {found:?}")]
    Answer {
        /// What was tried.
        rule: &'static str,
        /// What came.
        found: Box<Answer>,
    },
    /// Something of a forgotten subject is still in the data folder.
    #[error("after lift and forget, {file} still holds `{trace}`")]
    Trace {
        /// The file, or its name.
        file: String,
        /// What was found.
        trace: String,
    },
    /// The folder cannot be read.
    #[error("the data folder cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

/// Tries the rules on a handler, over an empty folder: a repeated call gets the same answer, also after
/// a restart; a step that was overtaken is not carried out; a lift needs no execute and can be
/// repeated; forgetting leaves no trace. `case` is one that the handler carries out; its subject and id
/// should be texts that occur in nothing else.
///
/// # Errors
/// The first rule that is broken.
pub fn rules<H: Handler>(folder: &Path, settings: Value, case: &Case) -> Result<(), Broken> {
    let start = |rule| move |source| Broken::Refused { rule, source };
    let mut bench =
        Bench::start::<H>(folder, settings).map_err(start("an instance is made over no data"))?;
    let call = |bench: &mut Bench, rule, hook, case: &Case| {
        bench.case(hook, case).map_err(|source| Broken::Refused { rule, source })
    };
    let done = |rule, answer: &Answer| match answer.outcome {
        AnswerOutcome::Done => Ok(()),
        _ => Err(Broken::Answer { rule, found: Box::new(answer.clone()) }),
    };

    let hooks = [Hook::Execute, Hook::Suspend, Hook::Resume, Hook::Lift];
    for (later, hook) in (0..).zip(hooks) {
        let rule = "execute, suspend, resume and lift are done one after the other";
        let step = Case { step: case.step + 10 * later, ..case.clone() };
        let first = call(&mut bench, rule, hook, &step)?;
        done(rule, &first)?;
        let rule = "a repeated call gets the same answer";
        for restart in [false, true] {
            if restart {
                bench.restart().map_err(start("an instance is made over data it left"))?;
            }
            let again = call(&mut bench, rule, hook, &step)?;
            if again != first {
                return Err(Broken::Answer { rule, found: Box::new(again) });
            }
        }
    }

    let rule = "a step that a later one has overtaken is not carried out";
    let late =
        call(&mut bench, rule, Hook::Execute, &Case { step: case.step + 1, ..case.clone() })?;
    if late.outcome == AnswerOutcome::Done {
        return Err(Broken::Answer { rule, found: Box::new(late) });
    }

    let rule = "a lift needs no execute and may be repeated";
    let unknown = format!("{}-unknown", case.case_id);
    for step in [case.step + 50, case.step + 60, case.step + 60] {
        let lift = Case { case_id: unknown.clone(), step, ..case.clone() };
        done(rule, &call(&mut bench, rule, Hook::Lift, &lift)?)?;
    }

    let rule = "a subject is forgotten, any number of times";
    for _ in 0..2 {
        let answer =
            bench.forget(&case.subject.key).map_err(|source| Broken::Refused { rule, source })?;
        done(rule, &answer)?;
    }
    bench.restart().map_err(start("an instance is made over data it left"))?;
    drop(bench);
    no_trace(folder, &[&case.subject.key, &case.case_id])
}

/// Looks for texts in every file below a folder, and in their names.
fn no_trace(folder: &Path, traces: &[&str]) -> Result<(), Broken> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let file = path.display().to_string();
        let name = path.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
        let bytes = match path.is_dir() {
            true => {
                no_trace(&path, traces)?;
                Vec::new()
            }
            false => std::fs::read(&path)?,
        };
        for trace in traces.iter().filter(|trace| !trace.is_empty()) {
            let holds =
                |bytes: &[u8]| bytes.windows(trace.len()).any(|part| part == trace.as_bytes());
            if holds(&bytes) || holds(&name) {
                return Err(Broken::Trace { file, trace: (*trace).to_owned() });
            }
        }
    }
    Ok(())
}
