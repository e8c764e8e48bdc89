//! For unit tests of handlers: a bench that plays the register.
//!
//! Calls go through the same descriptor and C functions as in production, so a test also covers
//! reading, writing, and what happens after a panic. [`rules`] and [`Trial`] try what every plugin must hold to.

use std::ffi::c_void;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Map, Value};
use shouxin_plugin_abi as abi;
use shouxin_plugin_wire::{
    Answer, Basis, Case, Classified, Colour, Config, Date, Decision, Forget, Hook, InForce,
    Measure, Mode, Subject,
};

use crate::{Handler, Level, descriptor};

mod desk;
mod rules;
mod scratch;

use desk::Desk;
pub use desk::LOG_LINES_MAX;
pub use rules::{Broken, Trial, rules};
pub use scratch::Scratch;

/// A call that got no answer: the status and the reason the plugin gave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("status {status}: {reason}")]
pub struct Refused {
    /// One of the `STATUS_*` values of the contract.
    pub status: i32,
    /// What the plugin said.
    pub reason: String,
}

/// One instance of a handler over a data folder.
pub struct Bench {
    descriptor: abi::Descriptor,
    instance: *mut c_void,
    config: Config,
    desk: Desk,
}

impl Bench {
    /// Creates a live instance of `H` with this data folder and these settings, to which nothing is
    /// granted.
    ///
    /// # Errors
    /// What `H::create` said.
    pub fn start<H: Handler>(data_dir: &Path, settings: Value) -> Result<Bench, Refused> {
        Bench::start_as::<H>(data_dir, settings, Mode::Live, &[])
    }

    /// Creates an instance that is told what it is for and which `host:port` it may reach.
    ///
    /// # Errors
    /// What `H::create` said.
    pub fn start_as<H: Handler>(
        data_dir: &Path,
        settings: Value,
        mode: Mode,
        granted: &[&str],
    ) -> Result<Bench, Refused> {
        let config = Config {
            schema: 1,
            name: "bench".to_owned(),
            data_dir: data_dir.display().to_string(),
            settings,
            mode,
            connect: Vec::new(),
        };
        let mut bench = Bench {
            descriptor: descriptor::<H>("bench", "0", "bench"),
            instance: std::ptr::null_mut(),
            config,
            desk: Desk::default(),
        };
        granted.iter().for_each(|address| bench.grant(address));
        bench.set_mode(mode);
        bench.create()?;
        Ok(bench)
    }

    /// Grants `host:port`, e.g. `127.0.0.1:8443`: from now on `connect` opens real connections to it.
    /// Only addresses of this machine are reached, so that no unit test leaves it. The instance reads
    /// it in its configuration after [`Bench::restart`].
    pub fn grant(&mut self, address: &str) {
        self.config.connect.push(address.to_owned());
        self.desk.granted.insert(address.to_owned(), None);
    }

    /// Grants a `host:port` that stands for another machine, and lets a server of the test answer in
    /// its place.
    pub fn grant_at(&mut self, address: &str, server: SocketAddr) {
        self.config.connect.push(address.to_owned());
        self.desk.granted.insert(address.to_owned(), Some(server));
    }

    /// What the instance is for. At once for `connect`, which reaches nothing unless the instance is
    /// live; after [`Bench::restart`] for what the instance is told.
    pub fn set_mode(&mut self, mode: Mode) {
        self.config.mode = mode;
        self.desk.live = mode == Mode::Live;
    }

    /// What the operator wrote for the plugin; the instance is told after [`Bench::restart`].
    pub fn set_settings(&mut self, settings: Value) {
        self.config.settings = settings;
    }

    /// Plays a register of that minor version of the contract from now on: what a later minor
    /// appended is not there.
    pub fn set_minor(&mut self, minor: u16) {
        self.desk.minor = minor.min(abi::ABI_MINOR);
    }

    /// What the plugin wrote to the log since this was asked last, at most the newest
    /// [`LOG_LINES_MAX`] lines.
    pub fn take_log(&mut self) -> Vec<(Level, String)> {
        self.desk.log.drain(..).collect()
    }

    fn create(&mut self) -> Result<(), Refused> {
        let config = self.config.encode().map_err(bad)?;
        let host = self.desk.host();
        if let Some(create) = self.descriptor.create {
            // SAFETY: host and configuration outlive the call, and the desk is reached only through
            // the callbacks until it returns.
            self.instance = unsafe { create(&host, config.as_ptr(), config.len()) };
        }
        if self.instance.is_null() {
            let reason = self.desk.said();
            return Err(Refused { status: abi::STATUS_FAILED, reason });
        }
        Ok(())
    }

    /// Ends the instance and makes a new one over the same folder.
    ///
    /// # Errors
    /// What `create` said.
    pub fn restart(&mut self) -> Result<(), Refused> {
        self.destroy();
        self.create()
    }

    /// Makes one call with these bytes.
    ///
    /// # Errors
    /// The status and reason of a call that was not answered.
    pub fn call(&mut self, hook: Hook, body: &[u8]) -> Result<Vec<u8>, Refused> {
        let function = match hook {
            Hook::Classified => self.descriptor.classified,
            Hook::Execute => self.descriptor.execute,
            Hook::Suspend => self.descriptor.suspend,
            Hook::Resume => self.descriptor.resume,
            Hook::Lift => self.descriptor.lift,
            Hook::Forget => self.descriptor.forget,
            Hook::Query => self.descriptor.query,
        };
        let host = self.desk.host();
        let status = match function {
            // SAFETY: the instance is live, host and request outlive the call, and the desk is reached
            // only through the callbacks until it returns.
            Some(function) => unsafe { function(self.instance, &host, body.as_ptr(), body.len()) },
            None => abi::STATUS_UNSUPPORTED,
        };
        match (status, self.desk.answer.take()) {
            (abi::STATUS_OK, Some(answer)) => Ok(answer),
            (abi::STATUS_OK, None) => {
                Err(Refused { status, reason: "the plugin gave no answer".to_owned() })
            }
            (status, said) => {
                let reason = String::from_utf8_lossy(&said.unwrap_or_default()).into_owned();
                Err(Refused { status, reason })
            }
        }
    }

    /// Makes a call about a case.
    ///
    /// # Errors
    /// As [`Bench::call`].
    pub fn case(&mut self, hook: Hook, case: &Case) -> Result<Answer, Refused> {
        let mut case = case.clone();
        case.idempotency_key = Case::key(&case.case_id, hook, case.step);
        let body = case.encode().map_err(bad)?;
        Answer::decode(&self.call(hook, &body)?).map_err(bad)
    }

    /// Tells of a classification.
    ///
    /// # Errors
    /// As [`Bench::call`].
    pub fn classified(&mut self, change: &Classified) -> Result<Answer, Refused> {
        let body = change.encode().map_err(bad)?;
        Answer::decode(&self.call(Hook::Classified, &body)?).map_err(bad)
    }

    /// Has a subject forgotten.
    ///
    /// # Errors
    /// As [`Bench::call`].
    pub fn forget(&mut self, subject_key: &str) -> Result<Answer, Refused> {
        let forget = Forget { schema: 1, subject_key: subject_key.to_owned() };
        let body = forget.encode().map_err(bad)?;
        Answer::decode(&self.call(Hook::Forget, &body)?).map_err(bad)
    }

    /// Asks a question.
    ///
    /// # Errors
    /// As [`Bench::call`].
    pub fn query(&mut self, question: &Value) -> Result<Value, Refused> {
        let answer = self.call(Hook::Query, question.to_string().as_bytes())?;
        serde_json::from_slice(&answer).map_err(bad)
    }

    fn destroy(&mut self) {
        let instance = std::mem::replace(&mut self.instance, std::ptr::null_mut());
        if let (false, Some(destroy)) = (instance.is_null(), self.descriptor.destroy) {
            // SAFETY: the instance came from `create` and is given up here.
            unsafe { destroy(instance) };
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.destroy();
    }
}

/// A case of an enterprise with plausible content, in effect all through 2026; change its fields.
pub fn case(case_id: &str, step: u64, measure: &str) -> Case {
    Case {
        schema: Case::SCHEMA,
        case_id: case_id.to_owned(),
        step,
        idempotency_key: Case::key(case_id, Hook::Execute, step),
        subject: Subject {
            key: "91350426MA2XYZ1234".to_owned(),
            kind: "enterprise".to_owned(),
            name: Some("尤溪县示例建设有限公司".to_owned()),
        },
        department: "bench".to_owned(),
        measure: Measure {
            id: measure.to_owned(),
            name_zh: measure.to_owned(),
            parameters: Map::new(),
        },
        decision: Decision {
            id: "D-0.1031".to_owned(),
            authority: "11350426003800001A".to_owned(),
            document_number: "尤信办〔2026〕3号".to_owned(),
            served_on: date(2025, 12, 20),
            listing: Some("L-0.1020".to_owned()),
        },
        basis: vec![Basis { instrument: "政府采购法".to_owned(), article: "77".to_owned() }],
        valid_from: date(2026, 1, 1),
        valid_until: date(2026, 12, 31),
        accepted_by: "officer-17".to_owned(),
        ordered_by: "officer-17".to_owned(),
        as_of: date(2026, 1, 1),
    }
}

/// A classification of the subject of [`case`]: on a black list, one listing suspended.
pub fn classification(position: u64) -> Classified {
    let subject = case("", 0, "").subject;
    Classified {
        schema: 1,
        position,
        subject,
        as_of: date(2026, 1, 1),
        in_force: vec![InForce {
            listing: "L-0.1020".to_owned(),
            colour: Colour::Black,
            since: date(2025, 12, 20),
            until: date(2028, 12, 19),
            authority: "11350426003800001A".to_owned(),
        }],
        suspended: vec!["L-0.900".to_owned()],
    }
}

/// A day for a test; the first day there is if there is no such day.
pub fn date(year: u16, month: u8, day: u8) -> Date {
    Date::new(year, month, day).unwrap_or(Date::MIN)
}

fn bad(error: impl std::fmt::Display) -> Refused {
    Refused { status: abi::STATUS_BAD_INPUT, reason: error.to_string() }
}
