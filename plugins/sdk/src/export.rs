//! The C side of a handler: one function per hook, each a barrier no panic passes.

use std::any::Any;
use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use shouxin_plugin_abi as abi;
use shouxin_plugin_wire::{self as wire, Case, Classified, Forget, MessageError};

use crate::{Config, Error, Handler, Outcome, call};

/// What `create` returns a pointer to.
struct Slot<H> {
    handler: H,
    /// Set by a panic: the handler's state is unknown, and it is not called again.
    poisoned: bool,
}

/// The descriptor of a handler; used by [`export_plugin!`](crate::export_plugin).
pub const fn descriptor<H: Handler>(
    name: &'static str,
    version: &'static str,
    department: &'static str,
) -> abi::Descriptor {
    abi::Descriptor {
        magic: abi::MAGIC,
        struct_size: size_of::<abi::Descriptor>() as u32,
        abi_major: abi::ABI_MAJOR,
        abi_minor: abi::ABI_MINOR,
        reserved: 0,
        name: abi::Text::of(name),
        version: abi::Text::of(version),
        department: abi::Text::of(department),
        create: Some(create::<H>),
        destroy: Some(destroy::<H>),
        classified: Some(classified::<H>),
        execute: Some(execute::<H>),
        suspend: Some(suspend::<H>),
        resume: Some(resume::<H>),
        lift: Some(lift::<H>),
        forget: Some(forget::<H>),
        query: Some(query::<H>),
    }
}

/// What a hook has to say: an answer, or a status with a reason.
type Reply = Result<Vec<u8>, (i32, String)>;

fn bad_input(error: impl std::fmt::Display) -> (i32, String) {
    (abi::STATUS_BAD_INPUT, error.to_string())
}

fn encode(outcome: &Outcome) -> Reply {
    outcome.encode().map_err(|error| (abi::STATUS_FAILED, error.to_string()))
}

fn call_case<H>(
    handler: &mut H,
    body: &[u8],
    hook: impl FnOnce(&mut H, &Case) -> Outcome,
) -> Reply {
    let case = Case::decode(body).map_err(bad_input)?;
    encode(&hook(handler, &case))
}

unsafe extern "C" fn create<H: Handler>(
    host: *const abi::Host,
    config: *const u8,
    config_len: usize,
) -> *mut c_void {
    let make = || -> Result<H, String> {
        // SAFETY: the host keeps the configuration readable until this function returns.
        let bytes = unsafe { abi::borrow(config, config_len) }.ok_or("no configuration")?;
        let config = wire::Config::decode(bytes).map_err(|error| error.to_string())?;
        H::create(&Config::from_wire(config)).map_err(|error| error.to_string())
    };
    let reason = match catch_unwind(AssertUnwindSafe(|| call::within(host, make))) {
        Ok(Ok(handler)) => {
            return Box::into_raw(Box::new(Slot { handler, poisoned: false })).cast();
        }
        Ok(Err(reason)) => reason,
        Err(payload) => panic_text(payload),
    };
    // SAFETY: the host is valid until this function returns.
    unsafe { answer(host, reason.as_bytes()) };
    std::ptr::null_mut()
}

unsafe extern "C" fn destroy<H: Handler>(instance: *mut c_void) {
    if instance.is_null() {
        return;
    }
    // SAFETY: the pointer came from `create::<H>`, and the host calls `destroy` at most once.
    let slot = unsafe { Box::from_raw(instance.cast::<Slot<H>>()) };
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(slot))) {
        panic_text(payload);
    }
}

/// Runs one hook: poison check, barrier, answer.
///
/// # Safety
/// The pointers are those of a [`abi::HookFn`] call, and `instance` came from `create::<H>`.
unsafe fn guarded<H: Handler>(
    instance: *mut c_void,
    host: *const abi::Host,
    request: *const u8,
    request_len: usize,
    hook: impl FnOnce(&mut H, &[u8]) -> Reply,
) -> i32 {
    // SAFETY: the host keeps the request readable until the hook returns.
    let Some(body) = (unsafe { abi::borrow(request, request_len) }) else {
        return abi::STATUS_BAD_INPUT;
    };
    // SAFETY: the instance is ours, and the host makes one call at a time.
    let Some(slot) = (unsafe { instance.cast::<Slot<H>>().as_mut() }) else {
        return abi::STATUS_BAD_INPUT;
    };
    let (status, bytes) = if slot.poisoned {
        (abi::STATUS_PANIC, b"an earlier call panicked; this instance is out of use".to_vec())
    } else {
        let guarded = || call::within(host, || hook(&mut slot.handler, body));
        match catch_unwind(AssertUnwindSafe(guarded)) {
            Ok(Ok(bytes)) => (abi::STATUS_OK, bytes),
            Ok(Err((status, reason))) => (status, reason.into_bytes()),
            Err(payload) => {
                slot.poisoned = true;
                (abi::STATUS_PANIC, panic_text(payload).into_bytes())
            }
        }
    };
    // SAFETY: the host is valid until the hook returns.
    unsafe { answer(host, &bytes) };
    status
}

/// # Safety
/// `host` is null or valid for the running call.
unsafe fn answer(host: *const abi::Host, bytes: &[u8]) {
    // SAFETY: null or valid, by the caller's promise.
    let Some(host) = (unsafe { host.as_ref() }) else {
        return;
    };
    if let Some(function) = host.answer {
        // SAFETY: the function copies the bytes before it returns and gets the context it expects.
        // A refusal is the host's own doing and known to it, so the result says nothing new.
        let _ = unsafe { function(host.ctx, bytes.as_ptr(), bytes.len()) };
    }
}

/// The text of a panic. The payload itself is never dropped: its destructor could panic again.
fn panic_text(payload: Box<dyn Any + Send>) -> String {
    let payload = ManuallyDrop::new(payload);
    let text = payload
        .downcast_ref::<&'static str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a text".to_owned());
    format!("panicked: {text}")
}

/// Writes a hook's C function: decode, call, encode, all inside the barrier.
macro_rules! hook {
    ($name:ident, |$handler:ident, $body:ident| $call:expr) => {
        unsafe extern "C" fn $name<H: Handler>(
            instance: *mut c_void,
            host: *const abi::Host,
            request: *const u8,
            request_len: usize,
        ) -> i32 {
            // SAFETY: the host calls this as a `HookFn` with the instance that `create` returned.
            unsafe { guarded::<H>(instance, host, request, request_len, |$handler, $body| $call) }
        }
    };
}

hook!(classified, |handler, body| {
    let change = Classified::decode(body).map_err(bad_input)?;
    encode(&handler.classified(&change))
});
hook!(execute, |handler, body| call_case(handler, body, H::execute));
hook!(suspend, |handler, body| call_case(handler, body, H::suspend));
hook!(resume, |handler, body| call_case(handler, body, H::resume));
hook!(lift, |handler, body| call_case(handler, body, H::lift));
hook!(forget, |handler, body| {
    let forget = Forget::decode(body).map_err(bad_input)?;
    encode(&handler.forget(&forget.subject_key))
});
hook!(query, |handler, body| {
    let question: Value =
        serde_json::from_slice(body).map_err(|error| bad_input(MessageError::from(error)))?;
    match handler.query(&question) {
        Ok(value) => serde_json::to_vec(&value).map_err(bad_input),
        Err(error @ Error::Unsupported) => Err((abi::STATUS_UNSUPPORTED, error.to_string())),
        Err(error @ Error::Question(_)) => Err(bad_input(error)),
        Err(error) => Err((abi::STATUS_FAILED, error.to_string())),
    }
});
