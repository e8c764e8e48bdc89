//! One plugin instance and the calls into it.

use std::ffi::c_void;
use std::os::fd::IntoRawFd;
use std::time::Instant;

use shouxin_plugin_abi as abi;
use shouxin_plugin_wire::Hook;

use crate::courier::Connector;
use crate::handshake::CallFailure;
use crate::spec::FailureKind;

/// The longest reason that is taken over from a plugin, in bytes.
const REASON_BYTES_MAX: usize = 1_024;

/// The longest line a plugin can log, in bytes.
const LOG_LINE_BYTES_MAX: usize = 4_096;

/// Takes a plugin's log lines: level, text.
pub(crate) type LogSink<'a> = dyn FnMut(i32, &str) + 'a;

/// A created instance; destroyed when dropped.
pub(crate) struct Instance {
    descriptor: abi::Descriptor,
    pointer: *mut c_void,
}

/// What a call may use of the process around it.
pub(crate) struct Surroundings<'a, 'b> {
    pub(crate) log: &'a mut LogSink<'b>,
    /// The way to the network.
    pub(crate) connector: &'a mut Connector,
    /// When the call is ended from outside.
    pub(crate) until: Instant,
}

/// What the callbacks of one call share. Lives on the stack of that call.
struct Context<'a, 'b> {
    answer: Option<Vec<u8>>,
    too_large: Option<usize>,
    around: Surroundings<'a, 'b>,
}

impl Context<'_, '_> {
    fn host(&mut self) -> abi::Host {
        abi::Host {
            struct_size: size_of::<abi::Host>() as u32,
            abi_major: abi::ABI_MAJOR,
            abi_minor: abi::ABI_MINOR,
            ctx: std::ptr::from_mut(self).cast(),
            answer: Some(take_answer),
            log: Some(take_log),
            connect: Some(open_connection),
        }
    }

    /// What a plugin answered beside a bad status, as a sentence.
    fn reason(&self) -> String {
        let bytes = self.answer.as_deref().unwrap_or_default();
        let text = String::from_utf8_lossy(bytes);
        text.chars().filter(|c| !c.is_control()).take(REASON_BYTES_MAX / 4).collect()
    }
}

impl Instance {
    /// Makes an instance from a configuration message.
    ///
    /// # Errors
    /// The plugin's reason for refusing.
    pub(crate) fn create(
        descriptor: abi::Descriptor,
        config: &[u8],
        around: Surroundings<'_, '_>,
    ) -> Result<Instance, String> {
        let mut context = Context { answer: None, too_large: None, around };
        let host = context.host();
        let pointer = match descriptor.create {
            // SAFETY: `load` checked the descriptor; host and configuration outlive the call, and
            // `context` is reached only through the callbacks until it returns.
            Some(create) => unsafe { create(&host, config.as_ptr(), config.len()) },
            None => std::ptr::null_mut(),
        };
        if pointer.is_null() {
            let reason = context.reason();
            let reason = if reason.is_empty() { "no reason given".to_owned() } else { reason };
            return Err(reason);
        }
        Ok(Instance { descriptor, pointer })
    }

    /// Makes one call and returns the plugin's answer as it is.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(crate) fn call(
        &mut self,
        hook: Hook,
        body: &[u8],
        around: Surroundings<'_, '_>,
    ) -> Result<Vec<u8>, CallFailure> {
        let function = match hook {
            Hook::Classified => self.descriptor.classified,
            Hook::Execute => self.descriptor.execute,
            Hook::Suspend => self.descriptor.suspend,
            Hook::Resume => self.descriptor.resume,
            Hook::Lift => self.descriptor.lift,
            Hook::Forget => self.descriptor.forget,
            Hook::Query => self.descriptor.query,
        };
        let failed = |kind, detail: String| Err(CallFailure { kind, detail });
        let Some(function) = function else {
            return failed(FailureKind::Refused, format!("the plugin has no `{hook}`"));
        };
        let mut context = Context { answer: None, too_large: None, around };
        let host = context.host();
        // SAFETY: the instance came from `create` of the same descriptor and is not destroyed; one
        // call at a time, because `self` is borrowed exclusively; request and host outlive it.
        let status = unsafe { function(self.pointer, &host, body.as_ptr(), body.len()) };
        if let Some(bytes) = context.too_large {
            let detail =
                format!("an answer of {bytes} bytes, at most {} are allowed", abi::BODY_BYTES_MAX);
            return failed(FailureKind::TooLarge, detail);
        }
        let reason = match status {
            abi::STATUS_OK => {
                return match context.answer {
                    Some(answer) => Ok(answer),
                    None => failed(FailureKind::BadAnswer, "no answer was given".to_owned()),
                };
            }
            abi::STATUS_PANIC => return failed(FailureKind::Panic, context.reason()),
            abi::STATUS_UNSUPPORTED => "the plugin does not offer this",
            abi::STATUS_BAD_INPUT => "the plugin did not understand the request",
            _ => "the plugin failed",
        };
        let said = context.reason();
        let detail = match said.as_str() {
            "" => format!("{reason} (status {status})"),
            said => format!("{reason} (status {status}): {said}"),
        };
        failed(FailureKind::Refused, detail)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(destroy) = self.descriptor.destroy {
            // SAFETY: the pointer came from `create` and is given up here, once.
            unsafe { destroy(self.pointer) };
        }
    }
}

unsafe extern "C" fn take_answer(ctx: *mut c_void, ptr: *const u8, len: usize) -> i32 {
    // SAFETY: `ctx` is the context of the running call; the contract allows this function only
    // during the call and on its thread, where nothing else uses the context.
    let context = unsafe { &mut *ctx.cast::<Context<'_, '_>>() };
    if len > abi::BODY_BYTES_MAX {
        context.too_large = Some(len);
        return abi::ANSWER_TOO_LARGE;
    }
    if context.answer.is_some() {
        return abi::ANSWER_REPEATED;
    }
    // SAFETY: the plugin promises `len` readable bytes.
    match unsafe { abi::borrow(ptr, len) } {
        Some(bytes) => {
            context.answer = Some(bytes.to_vec());
            abi::ANSWER_OK
        }
        None => abi::ANSWER_BAD_POINTER,
    }
}

unsafe extern "C" fn open_connection(
    ctx: *mut c_void,
    host: *const u8,
    host_len: usize,
    port: u16,
    timeout_ms: u32,
) -> i32 {
    // SAFETY: as in `take_answer`.
    let context = unsafe { &mut *ctx.cast::<Context<'_, '_>>() };
    let Surroundings { connector, until, .. } = &mut context.around;
    // SAFETY: the plugin promises `host_len` readable bytes.
    let Some(host) = (unsafe { abi::borrow(host, host_len) }) else {
        return abi::CONNECT_BAD_NAME;
    };
    match connector.connect(host, port, timeout_ms, *until) {
        // The plugin owns it from here on.
        Ok(connection) => connection.into_raw_fd(),
        Err(code) => code,
    }
}

unsafe extern "C" fn take_log(ctx: *mut c_void, level: i32, ptr: *const u8, len: usize) {
    // SAFETY: as in `take_answer`.
    let context = unsafe { &mut *ctx.cast::<Context<'_, '_>>() };
    // SAFETY: the plugin promises `len` readable bytes; no more of them are read.
    if let Some(bytes) = unsafe { abi::borrow(ptr, len.min(LOG_LINE_BYTES_MAX)) } {
        (context.around.log)(level, &String::from_utf8_lossy(bytes));
    }
}
