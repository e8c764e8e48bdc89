//! What is left of a subject once it was forgotten.

use shouxin_plugin_host::Hook;
use shouxin_plugin_host::wire::{AnswerOutcome, Case};

use super::{Checked, Suite, passed, words};
use crate::bench::Bench;
use crate::sample::forget;
use crate::traces::Search;

/// Cases of the subject that is forgotten.
const CASES: usize = 3;

/// Has a subject forgotten, which must be `done`.
fn gone(bench: &mut Bench, body: Vec<u8>, when: &str) -> Result<(), String> {
    let answer = bench.answer(Hook::Forget, body)?;
    match answer.outcome {
        AnswerOutcome::Done => Ok(()),
        _ => Err(format!("forget {when}: {}", words(&answer))),
    }
}

pub(super) fn forgets(suite: &mut Suite<'_>) -> Checked {
    let mut bench = suite.bench()?;
    let subject = suite.subject();
    let stays = suite.subject();
    let failed = |error: shouxin_plugin_host::wire::MessageError| error.to_string();
    let mut cases: Vec<Case> = Vec::new();
    for number in 0..CASES {
        let case = suite.sample.case(&subject);
        let other = suite.sample.case(&stays);
        if suite.offers(Hook::Classified) {
            bench.answer(Hook::Classified, suite.sample.classified(&subject).map_err(failed)?)?;
        }
        for hook in [Hook::Execute, Hook::Suspend, Hook::Resume, Hook::Lift] {
            // The last case is never lifted: to forget does not wait for that.
            if hook == Hook::Lift && number + 1 == CASES {
                continue;
            }
            for case in [&case, &other] {
                let body = suite.sample.call(case, hook).map_err(failed)?;
                bench.answer(hook, body)?;
            }
        }
        cases.push(case);
    }
    let mut texts = vec![("the key", subject.key.as_str())];
    texts.extend(subject.name.as_deref().map(|name| ("the name", name)));
    for case in &cases {
        texts.push(("a case", case.case_id.as_str()));
        texts.push(("a document number", case.decision.document_number.as_str()));
    }
    let search = Search::new(texts)?;
    let before = search.folder(bench.folder())?;
    let body = forget(&subject).map_err(failed)?;
    gone(&mut bench, body.clone(), "of a subject with cases")?;
    clean(&search, &bench, "while it runs")?;
    bench = bench.kill_and_start()?;
    clean(&search, &bench, "after kill -9 and a new start")?;
    bench = bench.stop_and_start()?;
    clean(&search, &bench, "after a restart")?;
    gone(&mut bench, body, "of a subject that was forgotten")?;
    let unknown = suite.subject();
    gone(&mut bench, forget(&unknown).map_err(failed)?, "of a subject that it never saw")?;
    clean(&search, &bench, "at the end")?;
    passed(match before.count {
        0 => "it kept nothing of the subject in its folder even before".to_owned(),
        count => format!("{count} traces before, none after"),
    })
}

fn clean(search: &Search, bench: &Bench, when: &str) -> Result<(), String> {
    let found = search.folder(bench.folder())?;
    match found.count {
        0 => Ok(()),
        count => Err(format!("{count} traces {when}: {}", found.traces.join("; "))),
    }
}
