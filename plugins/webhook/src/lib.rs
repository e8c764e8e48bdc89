//! A department with a system of its own: each call becomes a signed HTTP POST.
//!
//! The body is `{"schema": 1, "hook", "idempotency_key", "message"}`, where `message` is the call as
//! the plugin contract has it; the answer is the `Answer` of the contract, or empty for `done`. How
//! requests are signed and what each status means stands in `shouxin-outbound`.
//!
//! The plugin keeps which steps were delivered and what was answered to them, so that a repetition
//! is answered without a second POST and a step that was overtaken never leaves the register
//! (`remember`; switched off, the department's system has to hold to both rules itself). What a
//! case burdens and on which days is the department's system's to know: `message` says it.

use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_outbound::{Endpoint, Poster};
use shouxin_plugin::{
    AnswerOutcome, Case, CaseBook, Classified, Config, Error, Handler, Hook, Outcome, Store,
    StoreError, export_plugin,
};

/// How long the register is asked to wait when the plugin's data cannot be written.
const STORE_RETRY_MS: u64 = 10_000;

/// The department's plugin.
pub struct Webhook {
    poster: Poster,
    classified: bool,
    /// `None` if nothing is to be remembered.
    delivered: Option<Delivered>,
}

/// What was delivered.
struct Delivered {
    cases: CaseBook,
    /// The position of the last classification told, by subject.
    told: Store<u64>,
}

/// What the operator can set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    /// Where to post.
    endpoint: Option<Endpoint>,
    /// Whether `classified` is posted too.
    classified: bool,
    /// Whether delivered steps are kept.
    remember: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { endpoint: None, classified: true, remember: true }
    }
}

impl Webhook {
    fn deliver(&mut self, hook: Hook, case: &Case) -> Outcome {
        let settled = self.delivered.as_ref().and_then(|own| own.cases.settled(hook, case));
        if let Some((answer, _)) = settled {
            return answer;
        }
        let answer = self.poster.deliver(hook, Some(&case.idempotency_key), case);
        match &mut self.delivered {
            // Only `done` is kept: after any other answer the register may come again, and the
            // other system is asked anew under the same key.
            Some(own) if answer.outcome == AnswerOutcome::Done => {
                own.cases.apply(hook, case, answer).0
            }
            _ => answer,
        }
    }

    /// Whether this or a later classification of the subject was told.
    fn was_told(&self, change: &Classified) -> bool {
        let told = self.delivered.as_ref().and_then(|own| own.told.get(&change.subject.key));
        told.is_some_and(|position| *position >= change.position)
    }
}

impl Handler for Webhook {
    fn create(config: &Config) -> Result<Self, Error> {
        let settings: Settings = config.settings()?;
        let endpoint = settings.endpoint.ok_or_else(|| {
            Error::Settings("`endpoint` is missing: give its `url` and `secrets`".to_owned())
        })?;
        let poster = Poster::new(&endpoint, config);
        let poster = poster.map_err(|error| Error::Settings(error.to_string()))?;
        let delivered = match settings.remember {
            true => Some(Delivered {
                cases: CaseBook::open(config.data_dir())?,
                told: Store::open(config.data_dir(), "classified")?,
            }),
            false => None,
        };
        Ok(Webhook { poster, classified: settings.classified, delivered })
    }

    fn classified(&mut self, change: &Classified) -> Outcome {
        if !self.classified || self.was_told(change) {
            return Outcome::done();
        }
        let key = format!("classified/{}", change.position);
        let answer = self.poster.deliver(Hook::Classified, Some(&key), change);
        let Some(own) = self.delivered.as_mut().filter(|_| answer.outcome == AnswerOutcome::Done)
        else {
            return answer;
        };
        match own.told.put(&change.subject.key, change.position) {
            // It was told; that a repetition would be told again harms nobody.
            Ok(()) | Err(StoreError::Full) => answer,
            Err(error) => Outcome::later(STORE_RETRY_MS, error.to_string()),
        }
    }

    fn execute(&mut self, case: &Case) -> Outcome {
        self.deliver(Hook::Execute, case)
    }

    fn suspend(&mut self, case: &Case) -> Outcome {
        self.deliver(Hook::Suspend, case)
    }

    fn resume(&mut self, case: &Case) -> Outcome {
        self.deliver(Hook::Resume, case)
    }

    fn lift(&mut self, case: &Case) -> Outcome {
        self.deliver(Hook::Lift, case)
    }

    fn forget(&mut self, subject_key: &str) -> Outcome {
        // No key: a subject that comes back is forgotten anew, and a system that remembers keys
        // would take the second time for a repetition.
        let message = json!({"schema": 1, "subject_key": subject_key});
        let answer = self.poster.deliver(Hook::Forget, None, &message);
        let Some(own) = self.delivered.as_mut().filter(|_| answer.outcome == AnswerOutcome::Done)
        else {
            return answer;
        };
        if let Err(error) = own.told.erase(|key, _| key == subject_key) {
            return Outcome::later(STORE_RETRY_MS, error.to_string());
        }
        let own = own.cases.forget(subject_key);
        if own.outcome == AnswerOutcome::Done { answer } else { own }
    }

    fn query(&mut self, question: &Value) -> Result<Value, Error> {
        self.poster.ask(question).map_err(Error::Other)
    }
}

/// The name to be admitted under. A library has one name and a name one department, so a county
/// builds one for each department with a system: `SHOUXIN_WEBHOOK_NAME=webhook-tax cargo build ...`.
const NAME: &str = match option_env!("SHOUXIN_WEBHOOK_NAME") {
    Some(name) => name,
    None => "webhook",
};

/// Whose it is, for people: `SHOUXIN_WEBHOOK_DEPARTMENT` when it is built.
const DEPARTMENT: &str = match option_env!("SHOUXIN_WEBHOOK_DEPARTMENT") {
    Some(department) => department,
    None => "自有系统的部门",
};

export_plugin!(Webhook, name = NAME, version = env!("CARGO_PKG_VERSION"), department = DEPARTMENT,);

#[cfg(test)]
mod tests;
