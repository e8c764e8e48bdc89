//! For unit tests of handlers: a bench that plays the register.
//!
//! Calls go through the same descriptor and C functions as in production, so a test also covers
//! reading, writing, and what happens after a panic.

use std::ffi::c_void;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::IntoRawFd;
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value};
use shouxin_plugin_abi as abi;
use shouxin_plugin_wire::{
    Answer, Basis, Case, Classified, Colour, Config, Date, Decision, Forget, Hook, InForce,
    Measure, Mode, Subject,
};

use crate::{Handler, descriptor};

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
}

impl Bench {
    /// Creates an instance of `H` with this data folder and these settings.
    ///
    /// # Errors
    /// What `H::create` said.
    pub fn start<H: Handler>(data_dir: &Path, settings: Value) -> Result<Bench, Refused> {
        Bench::start_as::<H>(Mode::Live, data_dir, settings)
    }

    /// The same for an instance that is not the live one.
    ///
    /// # Errors
    /// What `H::create` said.
    pub fn start_as<H: Handler>(
        mode: Mode,
        data_dir: &Path,
        settings: Value,
    ) -> Result<Bench, Refused> {
        let config = Config {
            schema: 1,
            name: "bench".to_owned(),
            data_dir: data_dir.display().to_string(),
            settings,
            mode,
            connect: Vec::new(),
        };
        let descriptor = descriptor::<H>("bench", "0", "bench");
        let mut bench = Bench { descriptor, instance: std::ptr::null_mut(), config };
        bench.create()?;
        Ok(bench)
    }

    /// Grants connections to `address`, written `127.0.0.1:PORT`: an address, no name. They are
    /// real ones. The instance reads of the grant when it is made; calls may use it at once.
    pub fn grant(&mut self, address: &str) {
        self.config.connect.push(address.to_owned());
    }

    fn create(&mut self) -> Result<(), Refused> {
        let config = self.config.encode().map_err(bad)?;
        let mut desk = Desk { answer: Vec::new(), granted: &self.config.connect };
        let host = host(&mut desk);
        if let Some(create) = self.descriptor.create {
            // SAFETY: host and configuration outlive the call.
            self.instance = unsafe { create(&host, config.as_ptr(), config.len()) };
        }
        if self.instance.is_null() {
            let reason = String::from_utf8_lossy(&desk.answer).into_owned();
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
        let mut desk = Desk { answer: Vec::new(), granted: &self.config.connect };
        let host = host(&mut desk);
        let status = match function {
            // SAFETY: the instance is live, host and request outlive the call.
            Some(function) => unsafe { function(self.instance, &host, body.as_ptr(), body.len()) },
            None => abi::STATUS_UNSUPPORTED,
        };
        if status == abi::STATUS_OK {
            return Ok(desk.answer);
        }
        Err(Refused { status, reason: String::from_utf8_lossy(&desk.answer).into_owned() })
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

/// What the callbacks of one call share.
struct Desk<'a> {
    answer: Vec<u8>,
    granted: &'a [String],
}

fn host(desk: &mut Desk<'_>) -> abi::Host {
    abi::Host {
        struct_size: size_of::<abi::Host>() as u32,
        abi_major: abi::ABI_MAJOR,
        abi_minor: abi::ABI_MINOR,
        ctx: std::ptr::from_mut(desk).cast(),
        answer: Some(take_answer),
        log: Some(drop_log),
        connect: Some(connect_granted),
    }
}

unsafe extern "C" fn take_answer(ctx: *mut c_void, ptr: *const u8, len: usize) -> i32 {
    if len > abi::BODY_BYTES_MAX {
        return abi::ANSWER_TOO_LARGE;
    }
    // SAFETY: `ctx` is the desk that `host` was made from, alive during the call, and the plugin
    // promises `len` readable bytes.
    let (desk, bytes) = unsafe { (&mut *ctx.cast::<Desk<'_>>(), abi::borrow(ptr, len)) };
    let Some(bytes) = bytes else {
        return abi::ANSWER_BAD_POINTER;
    };
    if !desk.answer.is_empty() {
        return abi::ANSWER_REPEATED;
    }
    desk.answer.extend_from_slice(bytes);
    abi::ANSWER_OK
}

unsafe extern "C" fn connect_granted(
    ctx: *mut c_void,
    host: *const u8,
    host_len: usize,
    port: u16,
    timeout_ms: u32,
) -> i32 {
    // SAFETY: as in `take_answer`; the name is readable until this function returns.
    let (desk, name) = unsafe { (&*ctx.cast::<Desk<'_>>(), abi::borrow(host, host_len)) };
    let Some(name) = name.and_then(|name| std::str::from_utf8(name).ok()) else {
        return abi::CONNECT_BAD_NAME;
    };
    let address = format!("{name}:{port}");
    if !desk.granted.contains(&address) {
        return abi::CONNECT_NOT_GRANTED;
    }
    let Ok(address) = address.parse::<SocketAddr>() else {
        return abi::CONNECT_BAD_NAME;
    };
    let timeout = Duration::from_millis(u64::from(timeout_ms.max(1)));
    match TcpStream::connect_timeout(&address, timeout) {
        Ok(stream) => stream.into_raw_fd(),
        Err(error) if error.kind() == std::io::ErrorKind::TimedOut => abi::CONNECT_TIMED_OUT,
        Err(_) => abi::CONNECT_UNREACHABLE,
    }
}

unsafe extern "C" fn drop_log(_ctx: *mut c_void, _level: i32, _ptr: *const u8, _len: usize) {}
