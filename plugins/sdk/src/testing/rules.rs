//! What every plugin must hold to (docs/PLUGINS.md), tried in a unit test of a few milliseconds.
//!
//! `shouxin plugin check` tries more and on the finished library; this finds most of it earlier.

use std::path::Path;

use serde_json::Value;
use shouxin_plugin_wire::{Answer, AnswerOutcome, Case, Hook, Mode};

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
    /// The case is in effect when it must not be, or the other way round.
    #[error("{rule}: the case is {}", if *.found { "in effect" } else { "not in effect" })]
    Effect {
        /// What was tried.
        rule: &'static str,
        /// Whether it was in effect.
        found: bool,
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
/// repeated; a suspension that overtakes its order holds it off; forgetting leaves no trace. `case` is
/// one that the handler carries out; its subject and id should be texts that occur in nothing else.
/// [`Trial`] tries more of a handler that says more about itself.
///
/// # Errors
/// The first rule that is broken.
pub fn rules<H: Handler>(folder: &Path, settings: Value, case: &Case) -> Result<(), Broken> {
    Trial::new(settings).run::<H>(folder, case)
}

/// Asks whether a case is in effect.
type Asked<'a> = Box<dyn Fn(&mut Bench) -> bool + 'a>;

/// The rules of [`rules`], for a handler that is granted connections, whose effect can be asked for, or
/// whose settings change.
pub struct Trial<'a> {
    settings: Value,
    others: Option<Value>,
    mode: Mode,
    granted: Vec<String>,
    in_effect: Option<Asked<'a>>,
    before_forget: Option<Box<dyn Fn() + 'a>>,
}

impl<'a> Trial<'a> {
    /// A live instance with these settings, to which nothing is granted.
    pub fn new(settings: Value) -> Trial<'a> {
        Trial {
            settings,
            others: None,
            mode: Mode::Live,
            granted: Vec::new(),
            in_effect: None,
            before_forget: None,
        }
    }

    /// Other settings that an operator may go over to. What was answered under the first ones is
    /// answered so under these too: choose some by which the case would be answered otherwise.
    #[must_use]
    pub fn other_settings(mut self, settings: Value) -> Trial<'a> {
        self.others = Some(settings);
        self
    }

    /// What the instance is for.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Trial<'a> {
        self.mode = mode;
        self
    }

    /// Grants a `host:port`, as [`Bench::grant`] does.
    #[must_use]
    pub fn grant(mut self, address: &str) -> Trial<'a> {
        self.granted.push(address.to_owned());
        self
    }

    /// How to ask the handler whether a case of the subject is in effect now. Without it only answers
    /// are judged.
    #[must_use]
    pub fn in_effect(mut self, ask: impl Fn(&mut Bench) -> bool + 'a) -> Trial<'a> {
        self.in_effect = Some(Box::new(ask));
        self
    }

    /// What happens outside of the handler before a subject can be forgotten.
    #[must_use]
    pub fn before_forget(mut self, act: impl Fn() + 'a) -> Trial<'a> {
        self.before_forget = Some(Box::new(act));
        self
    }

    /// Tries the rules over an empty folder. `case` is one that the handler carries out under the first
    /// settings; its subject and id should be texts that occur in nothing else.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn run<H: Handler>(&self, folder: &Path, case: &Case) -> Result<(), Broken> {
        let granted: Vec<&str> = self.granted.iter().map(String::as_str).collect();
        let rule = "an instance is made over no data";
        let bench = Bench::start_as::<H>(folder, self.settings.clone(), self.mode, &granted)
            .map_err(|source| Broken::Refused { rule, source })?;
        let mut tried = Tried { trial: self, bench, case };
        tried.a_whole_life()?;
        tried.overtaken_and_unbegun()?;
        tried.suspended_before_it_began()?;
        if let Some(others) = &self.others {
            tried.under_other_settings(others)?;
        }
        tried.forgotten()?;
        drop(tried);
        let traces = [
            case.subject.key.as_str(),
            case.subject.name.as_deref().unwrap_or_default(),
            &case.case_id,
            &case.decision.id,
            &case.decision.document_number,
        ];
        no_trace(folder, &traces)
    }
}

/// A trial under way.
struct Tried<'a> {
    trial: &'a Trial<'a>,
    bench: Bench,
    case: &'a Case,
}

impl Tried<'_> {
    /// Another case of the same subject, so many steps later.
    fn another(&self, name: &str, later: u64) -> Case {
        let case_id = format!("{}-{name}", self.case.case_id);
        Case { case_id, step: self.case.step + later, ..self.case.clone() }
    }

    fn call(&mut self, rule: &'static str, hook: Hook, case: &Case) -> Result<Answer, Broken> {
        self.bench.case(hook, case).map_err(|source| Broken::Refused { rule, source })
    }

    fn done(&mut self, rule: &'static str, hook: Hook, case: &Case) -> Result<Answer, Broken> {
        let answer = self.call(rule, hook, case)?;
        match answer.outcome {
            AnswerOutcome::Done => Ok(answer),
            _ => Err(Broken::Answer { rule, found: Box::new(answer) }),
        }
    }

    fn same(
        &mut self,
        rule: &'static str,
        hook: Hook,
        case: &Case,
        first: &Answer,
    ) -> Result<(), Broken> {
        let again = self.call(rule, hook, case)?;
        match again == *first {
            true => Ok(()),
            false => Err(Broken::Answer { rule, found: Box::new(again) }),
        }
    }

    fn restart(&mut self) -> Result<(), Broken> {
        let rule = "an instance is made over data it left";
        self.bench.restart().map_err(|source| Broken::Refused { rule, source })
    }

    fn effect(&mut self, rule: &'static str, expected: bool) -> Result<(), Broken> {
        let found = self.trial.in_effect.as_ref().map(|ask| ask(&mut self.bench));
        match found {
            Some(found) if found != expected => Err(Broken::Effect { rule, found }),
            _ => Ok(()),
        }
    }

    fn a_whole_life(&mut self) -> Result<(), Broken> {
        let steps = [
            (Hook::Execute, true),
            (Hook::Suspend, false),
            // The objection was rejected.
            (Hook::Resume, true),
            (Hook::Lift, false),
        ];
        self.effect("nothing is in effect before an execute", false)?;
        for (later, (hook, in_effect)) in (0..).zip(steps) {
            let rule = "execute, suspend, resume and lift are done one after the other";
            let step = Case { step: self.case.step + 10 * later, ..self.case.clone() };
            let first = self.done(rule, hook, &step)?;
            self.effect(rule, in_effect)?;
            let rule = "a repeated call gets the same answer";
            for restart in [false, true] {
                if restart {
                    self.restart()?;
                }
                self.same(rule, hook, &step, &first)?;
                self.effect(rule, in_effect)?;
            }
        }
        Ok(())
    }

    fn overtaken_and_unbegun(&mut self) -> Result<(), Broken> {
        let rule = "a step that a later one has overtaken is not carried out";
        let late = Case { step: self.case.step + 1, ..self.case.clone() };
        self.not_done(rule, &late)?;
        let rule = "a lift needs no execute and may be repeated";
        for later in [50, 60, 60] {
            self.done(rule, Hook::Lift, &self.another("unknown", later))?;
        }
        self.effect(rule, false)
    }

    /// An execute that must not be carried out.
    fn not_done(&mut self, rule: &'static str, case: &Case) -> Result<(), Broken> {
        let answer = self.call(rule, Hook::Execute, case)?;
        if answer.outcome == AnswerOutcome::Done {
            return Err(Broken::Answer { rule, found: Box::new(answer) });
        }
        self.effect(rule, false)
    }

    fn suspended_before_it_began(&mut self) -> Result<(), Broken> {
        let rule = "a suspension needs no execute and holds off the order that it has overtaken";
        self.done(rule, Hook::Suspend, &self.another("held", 71))?;
        self.restart()?;
        self.not_done(rule, &self.another("held", 70))?;
        // Whatever is answered: there was nothing to put back into effect.
        let rule = "only an execute begins a burden";
        self.call(rule, Hook::Resume, &self.another("held", 72))?;
        self.effect(rule, false)?;
        let rule = "a case whose suspension is over can be carried out, suspended and resumed";
        for (later, hook, in_effect) in
            [(73, Hook::Execute, true), (74, Hook::Suspend, false), (75, Hook::Resume, true)]
        {
            self.done(rule, hook, &self.another("held", later))?;
            self.effect(rule, in_effect)?;
        }
        self.done(rule, Hook::Lift, &self.another("held", 76))?;
        self.effect(rule, false)
    }

    fn under_other_settings(&mut self, others: &Value) -> Result<(), Broken> {
        let rule = "what was answered under other settings is answered so again";
        let case = self.another("settings", 80);
        let first = self.done(rule, Hook::Execute, &case)?;
        self.bench.set_settings(others.clone());
        self.restart()?;
        self.same(rule, Hook::Execute, &case, &first)?;
        self.bench.set_settings(self.trial.settings.clone());
        self.restart()?;
        self.done(rule, Hook::Lift, &self.another("settings", 81)).map(|_| ())
    }

    fn forgotten(&mut self) -> Result<(), Broken> {
        let rule = "a subject is forgotten, any number of times";
        if let Some(act) = &self.trial.before_forget {
            act();
        }
        for _ in 0..2 {
            let answer = self.bench.forget(&self.case.subject.key);
            let answer = answer.map_err(|source| Broken::Refused { rule, source })?;
            if answer.outcome != AnswerOutcome::Done {
                return Err(Broken::Answer { rule, found: Box::new(answer) });
            }
        }
        self.restart()?;
        self.effect("what was forgotten is not in effect", false)
    }
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
