//! What is no request, what is more than one, and what is as long as one may be.

use serde_json::{Map, Value, json};
use shouxin_plugin_host::wire::{AnswerOutcome, BODY_BYTES_MAX};
use shouxin_plugin_host::{FailureKind, Hook, Outcome};

use super::calls::case_at;
use super::{Checked, Suite, passed, words};
use crate::bench::Bench;
use crate::sample::{at, forget, object};

/// A schema that no version of the contract has.
const SCHEMA_UNKNOWN: u32 = 4_000_000_000;

/// Fields without which no plugin can know what is asked.
const NEEDED: [&str; 5] = ["schema", "case_id", "step", "subject", "subject_key"];

/// Bytes that are no JSON object.
const NO_OBJECT: [(&str, &[u8]); 8] = [
    ("nothing", b""),
    ("half an object", b"{\"schema\":1,"),
    ("a list", b"[]"),
    ("null", b"null"),
    ("an empty object", b"{}"),
    ("bytes that are no UTF-8", b"\xff\xfe\x00\x80"),
    ("a zero byte", b"\0"),
    ("text", "不是 JSON".as_bytes()),
];

/// Depth of a value that a parser must not follow to the end of its stack.
const DEPTH: usize = 50_000;

/// How a request that is none was taken.
enum Taken {
    /// Refused in an orderly way.
    Refused,
    /// Answered `done` or `later`.
    Accepted(String),
    /// The call failed as no call may.
    Broken(String),
}

fn take(bench: &mut Bench, hook: Hook, body: Vec<u8>) -> Result<Taken, String> {
    Ok(match bench.call(hook, body)?.outcome {
        Outcome::Answered(answer) => match answer.outcome {
            AnswerOutcome::Failed | AnswerOutcome::NeedsHuman => Taken::Refused,
            AnswerOutcome::Done | AnswerOutcome::Later => Taken::Accepted(words(&answer)),
        },
        Outcome::Queried(_) => Taken::Refused,
        Outcome::Failed { kind: FailureKind::Refused, .. } => Taken::Refused,
        Outcome::Failed { kind, detail } => Taken::Broken(format!("{}: {detail}", kind.as_str())),
    })
}

/// A hook with a message that is in order, to be changed.
type Good = (Hook, Map<String, Value>);

/// The hooks the library offers, each with a message that is in order.
fn good(suite: &mut Suite<'_>) -> Result<Vec<Good>, String> {
    Ok(suite.life()?.into_iter().map(|(hook, body)| (hook, object(&body))).collect())
}

fn bytes(object: &Map<String, Value>) -> Vec<u8> {
    Value::Object(object.clone()).to_string().into_bytes()
}

pub(super) fn malformed(suite: &mut Suite<'_>) -> Checked {
    let mut bench = suite.bench()?;
    let mut asked = 0;
    for (hook, good) in good(suite)? {
        let mut bad: Vec<(String, Vec<u8>, bool)> = Vec::new();
        for (what, body) in NO_OBJECT {
            bad.push((what.to_owned(), body.to_vec(), true));
        }
        bad.push(("a deep value".to_owned(), "[".repeat(DEPTH).into_bytes(), true));
        let mut other = good.clone();
        other.insert("schema".to_owned(), json!(SCHEMA_UNKNOWN));
        bad.push(("an unknown schema".to_owned(), bytes(&other), true));
        for field in good.keys() {
            let needed = NEEDED.contains(&field.as_str());
            let mut other = good.clone();
            other.remove(field);
            bad.push((format!("no `{field}`"), bytes(&other), needed));
            let mut other = good.clone();
            // No field of a message is a boolean.
            other.insert(field.clone(), Value::Bool(true));
            bad.push((format!("`{field}` of another type"), bytes(&other), needed));
        }
        for (what, body, must) in bad {
            asked += 1;
            match take(&mut bench, hook, body)? {
                Taken::Refused => {}
                // What a plugin does not use it need not read.
                Taken::Accepted(_) if !must => {}
                Taken::Accepted(said) => return Err(format!("{hook} with {what}: {said}")),
                Taken::Broken(said) => return Err(format!("{hook} with {what}: {said}")),
            }
        }
    }
    if suite.offers(Hook::Query) {
        for (what, body) in NO_OBJECT {
            asked += 1;
            if let Taken::Broken(said) = take(&mut bench, Hook::Query, body.to_vec())? {
                return Err(format!("query with {what}: {said}"));
            }
        }
    }
    for (hook, body) in suite.life()? {
        bench.answer(hook, body).map_err(|error| format!("after all that: {error}"))?;
    }
    passed(format!("{asked} requests"))
}

pub(super) fn tolerates(suite: &mut Suite<'_>) -> Checked {
    let mut bench = suite.bench()?;
    let (plain, more) = (good(suite)?, good(suite)?);
    for ((hook, plain), (_, mut more)) in plain.into_iter().zip(more) {
        let expected = bench.answer(hook, bytes(&plain))?;
        let inner: Vec<String> = ["subject", "measure", "decision"].map(str::to_owned).into();
        for field in inner {
            if let Some(Value::Object(part)) = more.get_mut(&field) {
                part.insert("shouxin_later".to_owned(), json!({"a": [1, null]}));
            }
        }
        more.insert("shouxin_later".to_owned(), json!(["a field of a later version"]));
        let answer = bench.answer(hook, bytes(&more)).map_err(|error| {
            format!("{error}; readers ignore fields that they do not know, or no version follows")
        })?;
        if answer.outcome != expected.outcome {
            return Err(format!(
                "{hook}: {} with fields it does not know, else {}",
                words(&answer),
                words(&expected)
            ));
        }
    }
    passed("")
}

pub(super) fn long_texts(suite: &mut Suite<'_>) -> Checked {
    let mut bench = suite.bench()?;
    let subject = suite.subject();
    let plain = suite.sample.case(&subject);
    let mut asked = 0;
    // What cannot be lifted without an execute cannot be lifted after one that was refused either,
    // and `lift_alone` says it.
    let hooks: &[Hook] = match suite.holds("lift_alone") {
        true => &[Hook::Execute, Hook::Lift],
        false => &[Hook::Execute],
    };
    for characters in [1_000, 20_000, 60_000] {
        let long = "限".repeat(characters);
        let mut texts = plain.clone();
        texts.measure.name_zh.clone_from(&long);
        let mut parameters = plain.clone();
        parameters.measure.parameters.insert("note".to_owned(), json!(long));
        let mut number = plain.clone();
        number.decision.document_number.clone_from(&long);
        for (what, form) in [("name", texts), ("parameter", parameters), ("number", number)] {
            let case = suite.sample.case(&subject);
            let case = shouxin_plugin_host::wire::Case { case_id: case.case_id, ..form };
            for hook in hooks.iter().copied() {
                asked += 1;
                let step = suite.sample.step();
                let answer = case_at(&mut bench, &case, hook, step)
                    .map_err(|error| format!("a {what} of {characters} characters: {error}"))?;
                judge(hook, &answer, &format!("a {what} of {characters} characters"))?;
            }
        }
    }
    // As long as a message may be, to the byte.
    let case = suite.sample.case(&subject);
    for hook in hooks.iter().copied() {
        let step = suite.sample.step();
        let mut body = at(&case, hook, step).encode().map_err(|error| error.to_string())?;
        body.resize(BODY_BYTES_MAX, b' ');
        asked += 1;
        let what = format!("a message of {BODY_BYTES_MAX} bytes");
        let answer = bench.answer(hook, body).map_err(|error| format!("{what}: {error}"))?;
        judge(hook, &answer, &what)?;
    }
    let body = forget(&subject).map_err(|error| error.to_string())?;
    bench.answer(Hook::Forget, body)?;
    passed(format!("{asked} requests"))
}

/// An order may be refused; an end may not, and nothing may be put off for ever.
fn judge(hook: Hook, answer: &shouxin_plugin_host::wire::Answer, what: &str) -> Result<(), String> {
    match (hook, answer.outcome) {
        (_, AnswerOutcome::Done) => Ok(()),
        (Hook::Execute, AnswerOutcome::Failed | AnswerOutcome::NeedsHuman) => Ok(()),
        _ => Err(format!(
            "{hook} with {what}: {}; asking again with the same bytes would not help",
            words(answer)
        )),
    }
}
