//! 县人民法院: forwards each step of a case to the court, or to the platform that acts for it.
//!
//! What a court decides is forwarded and never ordered, and every document says so: the limits of
//! M-M03 to M-M09 (失信被执行人), what another organ decides by its own procedure (M-A24 to M-A26), a
//! reminder to perform (M-M02), material for a suit in the public interest (M-S09). `done` means that
//! it was received; `reference` is the receiver's number. What the receiver does with it is its own.
//!
//! The way is a signed POST (`endpoint`), or signed files for a courier (`spool`). Questions:
//!
//! `{"subject": KEY, "on": "2026-06-01"}` -> `{"cases": [{case, measure, nature, decision,
//! document_number, authority, from, until, "standing": "in_effect" | "suspended" | "held" | "ended",
//! "forwarded": [{hook, step, on, reference, receipt}]}]}`
//!
//! `{"waiting": true}` -> `{"waiting": 2, "first": [names of files], "unreadable_receipts": 0}`

mod document;
mod receipts;
mod spool;

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shouxin_outbound::{Endpoint, Poster, Secrets, sealed};
use shouxin_plugin::{
    AnswerOutcome, Case, CaseBook, Config, Date, Entry, Error, Handler, Hook, Mode, Outcome, State,
    Store, export_plugin,
};

use crate::document::{Document, Nature, Standing};
use crate::spool::{Spool, SpoolError};

/// How long the register is asked to wait when the plugin's data cannot be written.
const STORE_RETRY_MS: u64 = 10_000;

/// How long the register is asked to wait for a courier.
const COURIER_RETRY_MS: u64 = 600_000;

/// Names of waiting files in an answer.
const NAMES_MAX: usize = 100;

/// The court's plugin.
pub struct Court {
    book: CaseBook,
    /// What was forwarded, by idempotency key.
    forwarded: Store<Forwarded>,
    way: Way,
}

/// How documents leave.
enum Way {
    Endpoint(Poster),
    /// The files of an instance that is not the live one are not written: a courier would take them.
    Spool {
        spool: Spool,
        secrets: Secrets,
        live: bool,
    },
}

/// One forwarded step.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Forwarded {
    subject: String,
    case: String,
    hook: String,
    step: u64,
    on: Date,
    reference: Option<String>,
    /// The receiver's number that a courier brought back.
    #[serde(default)]
    receipt: Option<String>,
}

/// What the operator can set: one of the two.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    endpoint: Option<Endpoint>,
    spool: Option<spool::Settings>,
}

#[derive(Deserialize)]
struct Question {
    subject: Option<String>,
    on: Option<Date>,
    #[serde(default)]
    waiting: bool,
}

/// The plugin's own number of a step.
fn own_number(case: &Case) -> String {
    format!("FY-{}-{}", case.case_id, case.step)
}

impl Way {
    fn open(config: &Config) -> Result<Way, Error> {
        let settings: Settings = config.settings()?;
        match (settings.endpoint, settings.spool) {
            (Some(endpoint), None) => Poster::new(&endpoint, config)
                .map(Way::Endpoint)
                .map_err(|error| Error::Settings(error.to_string())),
            (None, Some(settings)) => {
                settings.check().map_err(Error::Settings)?;
                let spool = Spool::open(config.data_dir(), &settings);
                let spool = spool.map_err(|error| Error::Other(error.to_string()))?;
                let live = config.mode() == Mode::Live;
                Ok(Way::Spool { spool, secrets: settings.secrets, live })
            }
            _ => Err(Error::Settings(
                "give either `endpoint` (HTTP) or `spool` (files for a courier)".to_owned(),
            )),
        }
    }

    fn forward(&self, hook: Hook, case: &Case, document: &Document<'_>) -> Outcome {
        let key = Some(case.idempotency_key.as_str());
        match self {
            Way::Endpoint(poster) => {
                let answer = poster.deliver(hook, key, document);
                if answer.outcome == AnswerOutcome::Done && answer.reference.is_none() {
                    return answer.with_reference(own_number(case));
                }
                answer
            }
            Way::Spool { spool, secrets, live } => {
                let done = Outcome::done().with_reference(own_number(case));
                if !live {
                    return done.with_detail("not live, so not put into the courier's folder");
                }
                let put = sealed(secrets, hook, key, document)
                    .map_err(Outcome::failed)
                    .and_then(|file| spool.put(hook, case, &file).map_err(not_put));
                match put {
                    Ok(()) => done.with_detail("待专人递送 / waits for the courier"),
                    Err(answer) => answer,
                }
            }
        }
    }
}

fn not_put(error: SpoolError) -> Outcome {
    match error {
        SpoolError::BadName => Outcome::failed(error.to_string()),
        SpoolError::Full { .. } => Outcome::later(COURIER_RETRY_MS, error.to_string()),
        SpoolError::Io(_) => Outcome::later(STORE_RETRY_MS, error.to_string()),
    }
}

impl Court {
    fn forward(&mut self, hook: Hook, case: &Case) -> Outcome {
        if let Some((answer, _)) = self.book.settled(hook, case) {
            return answer;
        }
        let Some(nature) = Nature::of(&case.measure.id) else {
            return Outcome::failed(format!(
                "{} is nothing to forward to a court",
                case.measure.id
            ));
        };
        // An end or a suspension is forwarded whatever is missing.
        if hook == Hook::Execute && case.basis.is_empty() {
            return Outcome::needs_human(
                "the case names no article; what is forwarded says what it rests on",
            );
        }
        let before = self.book.entry(&case.case_id).map_or(State::Idle, |entry| entry.state);
        if before == State::Lifted && hook != Hook::Lift {
            // The end was forwarded, and nothing about the case goes out after it.
            let done = Outcome::done().with_detail("已终止，不再转送 / ended, so not forwarded");
            return self.book.apply(hook, case, done).0;
        }
        let standing = Standing::after(hook, before);
        let answer = self.way.forward(hook, case, &Document::new(nature, hook, standing, case));
        if answer.outcome != AnswerOutcome::Done {
            return answer;
        }
        let forwarded = Forwarded {
            subject: case.subject.key.clone(),
            case: case.case_id.clone(),
            hook: hook.as_str().to_owned(),
            step: case.step,
            on: case.as_of,
            reference: answer.reference.clone(),
            receipt: None,
        };
        // Before the book: a step that the book has is never forwarded again, so it must be here.
        if let Err(error) = self.forwarded.put(&case.idempotency_key, forwarded) {
            return Outcome::later(STORE_RETRY_MS, error.to_string());
        }
        self.book.apply(hook, case, answer).0
    }

    /// Takes over what the courier brought back; says how many files are no receipts of anything that
    /// was forwarded.
    fn take_receipts(&mut self) -> Result<usize, Error> {
        let Way::Spool { spool, .. } = &mut self.way else {
            return Ok(0);
        };
        let failed = |error: std::io::Error| Error::Other(error.to_string());
        let known = |key: &str| self.forwarded.get(key).is_some();
        let (receipts, unreadable) = spool.receipts(known, SystemTime::now()).map_err(failed)?;
        for (path, receipt) in receipts {
            let Some(mut forwarded) = self.forwarded.get(&receipt.idempotency_key).cloned() else {
                continue;
            };
            forwarded.receipt = Some(receipt.receipt);
            self.forwarded.put(&receipt.idempotency_key, forwarded)?;
            std::fs::remove_file(&path).map_err(failed)?;
        }
        Ok(unreadable)
    }

    fn waiting(&self, unreadable: usize) -> Result<Value, Error> {
        let Way::Spool { spool, .. } = &self.way else {
            return Err(Error::Question("nothing waits: documents are posted".to_owned()));
        };
        let names = spool.waiting().map_err(|error| Error::Other(error.to_string()))?;
        let waiting = names.len();
        let first: Vec<String> = names.into_iter().take(NAMES_MAX).collect();
        Ok(json!({"waiting": waiting, "first": first, "unreadable_receipts": unreadable}))
    }

    fn shown(&self, entry: &Entry, on: Date) -> Value {
        let standing = match entry.state {
            State::Lifted => "ended",
            _ if on > entry.until => "ended",
            State::Suspended => "suspended",
            State::InEffect if entry.covers(on) => "in_effect",
            // Suspended or known before anything was forwarded, or not yet begun.
            State::Held | State::Idle | State::InEffect => "held",
        };
        let key_prefix = format!("{}/", entry.case_id);
        let mut steps: Vec<&Forwarded> = self
            .forwarded
            .iter_from(&key_prefix)
            .take_while(|(key, _)| key.starts_with(&key_prefix))
            .map(|(_, forwarded)| forwarded)
            .collect();
        steps.sort_by_key(|forwarded| forwarded.step);
        let steps: Vec<Value> = steps
            .into_iter()
            .map(|own| {
                json!({"hook": own.hook, "step": own.step, "on": own.on,
                       "reference": own.reference, "receipt": own.receipt})
            })
            .collect();
        json!({
            "case": entry.case_id,
            "measure": entry.measure,
            "nature": Nature::of(&entry.measure),
            "decision": entry.decision,
            "document_number": entry.document_number,
            "authority": entry.authority,
            "from": entry.from,
            "until": entry.until,
            "standing": standing,
            "forwarded": steps,
        })
    }
}

impl Handler for Court {
    fn create(config: &Config) -> Result<Self, Error> {
        Ok(Court {
            way: Way::open(config)?,
            book: CaseBook::open(config.data_dir())?,
            forwarded: Store::open(config.data_dir(), "forwarded")?,
        })
    }

    fn execute(&mut self, case: &Case) -> Outcome {
        self.forward(Hook::Execute, case)
    }

    fn suspend(&mut self, case: &Case) -> Outcome {
        self.forward(Hook::Suspend, case)
    }

    fn resume(&mut self, case: &Case) -> Outcome {
        self.forward(Hook::Resume, case)
    }

    fn lift(&mut self, case: &Case) -> Outcome {
        self.forward(Hook::Lift, case)
    }

    fn forget(&mut self, subject_key: &str) -> Outcome {
        if let Way::Spool { spool, .. } = &self.way {
            let cases: Vec<String> =
                self.book.of_subject(subject_key).map(|entry| entry.case_id.clone()).collect();
            match spool.forget(subject_key, &cases) {
                Ok(0) => {}
                // Forgotten now, the receiver would never hear of the end.
                Ok(left) => {
                    return Outcome::later(
                        COURIER_RETRY_MS,
                        format!("{left} documents that suspend or end wait for the courier"),
                    );
                }
                Err(error) => return Outcome::later(STORE_RETRY_MS, error.to_string()),
            }
        }
        if let Err(error) = self.forwarded.erase(|_, own| own.subject == subject_key) {
            return Outcome::later(STORE_RETRY_MS, error.to_string());
        }
        self.book.forget(subject_key)
    }

    fn query(&mut self, question: &Value) -> Result<Value, Error> {
        let how = "ask {\"subject\", \"on\"} or {\"waiting\": true}";
        let Question { subject, on, waiting } = Question::deserialize(question)
            .map_err(|error| Error::Question(format!("{error}; {how}")))?;
        let unreadable = self.take_receipts()?;
        match (subject, on, waiting) {
            (None, None, true) => self.waiting(unreadable),
            (Some(subject), Some(on), false) => {
                let cases = self.book.of_subject(&subject);
                Ok(json!({"cases": cases.map(|own| self.shown(own, on)).collect::<Vec<_>>()}))
            }
            _ => Err(Error::Question(how.to_owned())),
        }
    }
}

export_plugin!(
    Court,
    name = "court",
    version = env!("CARGO_PKG_VERSION"),
    department = "县人民法院",
);

#[cfg(test)]
mod tests;
