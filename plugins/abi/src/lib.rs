//! The C contract between the register and a department's plugin, version 1.
//!
//! A plugin is a shared library that exports one symbol, [`ENTRY_SYMBOL`]: a function without
//! arguments that returns a pointer to a static [`Descriptor`]. Everything that crosses is plain C:
//! fixed-width integers, pointers with lengths, function pointers. What the bytes mean stands in
//! `plugins/wire`; this crate has no dependencies, so that a contract can be read in one sitting.
//! `include/shouxin_plugin.h` says the same for C, C++ and Go, and a test keeps the two equal.
//! `include/shouxin_plugin.hpp` is a class over it for C++.
//!
//! # Policy for change
//!
//! 1. **What is released never changes**: no field moves, no value gets another meaning, no hook
//!    gets another signature. The symbol carries the major version in its name.
//! 2. **Change by adding.** New fields and hooks are appended, and [`ABI_MINOR`] goes up by one. A
//!    reader takes a field only if `struct_size` covers it; a hook beyond the end is an absent one.
//! 3. **The host takes every minor of its major**, older and newer. It refuses another major with
//!    a sentence that names both. The minor and the version text only inform.
//! 4. **A break is a new symbol** (`shouxin_plugin_v2`). The host looks for the newest it knows and
//!    goes on to serve version 1 for at least 24 months after version 2 was released.
//! 5. **Deprecate long before removing**: a deprecated hook is called for at least 24 months.
//!
//! # Rules of a call
//!
//! * **No memory changes owner.** What a hook gets is borrowed until it returns. What a hook
//!   answers is copied by the host inside `answer`. Nobody frees what the other allocated.
//! * **One thread.** `create`, the hooks and `destroy` of an instance are called one after another
//!   from one thread. A plugin may have threads of its own; they may not use a [`Host`].
//! * **A [`Host`] is valid during the call it was given to**, and only on the thread of that call.
//! * **No exception, panic or `longjmp` leaves a function.** The Rust kit catches them.
//! * **At least once.** A call is repeated if its answer was lost. The request carries a key by
//!   which a plugin recognises the repetition.
//! * **Never unloaded.** The library stays mapped until its process ends.
//! * **Caged, and trusted.** A plugin runs in a process that opens no files but its own and no
//!   sockets; what it answers is still taken for true.

#[cfg(target_pointer_width = "64")]
mod layout;

use core::ffi::c_void;

/// The name of the one exported function: `const shouxin_descriptor *shouxin_plugin_v1(void)`.
///
/// It may be called before anything else, from any thread and more than once. It must not
/// allocate, start threads or read its environment.
pub const ENTRY_SYMBOL: &str = "shouxin_plugin_v1";

/// The first four bytes of every descriptor: `SXP1` read as a big-endian number.
pub const MAGIC: u32 = 0x5358_5031;

/// The major version of this contract. Another major is another symbol.
pub const ABI_MAJOR: u16 = 1;

/// The minor version of this contract: how often something was appended.
pub const ABI_MINOR: u16 = 1;

/// The longest request, answer or configuration, in bytes.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// A hook did what was asked and answered.
pub const STATUS_OK: i32 = 0;
/// The plugin does not offer what was asked.
pub const STATUS_UNSUPPORTED: i32 = 1;
/// The request could not be understood; asking again with the same bytes is pointless.
pub const STATUS_BAD_INPUT: i32 = 2;
/// The plugin failed without being able to say more.
pub const STATUS_FAILED: i32 = 3;
/// The plugin's code panicked; the instance refuses every further call.
pub const STATUS_PANIC: i32 = 4;

/// `answer` copied the bytes.
pub const ANSWER_OK: i32 = 0;
/// `answer` refused: longer than [`BODY_BYTES_MAX`]. The call counts as failed.
pub const ANSWER_TOO_LARGE: i32 = 1;
/// `answer` refused: this call was already answered, and the first answer stands.
pub const ANSWER_REPEATED: i32 = 2;
/// `answer` refused: a null pointer with a length.
pub const ANSWER_BAD_POINTER: i32 = 3;

/// `connect` refused: the register grants this plugin no such `host:port`, or the instance runs
/// beside the live one (shadow, check, dry run) and reaches nothing outside.
pub const CONNECT_NOT_GRANTED: i32 = -1;
/// `connect` failed: nobody answers there, or the name is unknown.
pub const CONNECT_UNREACHABLE: i32 = -2;
/// `connect` failed: no answer in the time that was given.
pub const CONNECT_TIMED_OUT: i32 = -3;
/// `connect` refused: no UTF-8, longer than 253 bytes, or a null pointer with a length.
pub const CONNECT_BAD_NAME: i32 = -4;
/// `connect` failed: the plugin has too many descriptors open, or the register is stopping.
pub const CONNECT_UNAVAILABLE: i32 = -5;

/// Levels of `log`, from what needs a person at once to what only an author wants.
pub const LOG_ERROR: i32 = 1;
/// See [`LOG_ERROR`].
pub const LOG_WARN: i32 = 2;
/// See [`LOG_ERROR`].
pub const LOG_INFO: i32 = 3;
/// See [`LOG_ERROR`].
pub const LOG_DEBUG: i32 = 4;

/// UTF-8 text that is not NUL-terminated. `ptr` may be null if `len` is 0.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// The first byte.
    pub ptr: *const u8,
    /// How many bytes.
    pub len: usize,
}

impl Text {
    /// The text of a Rust string that lives as long as the library.
    pub const fn of(text: &'static str) -> Text {
        Text { ptr: text.as_ptr(), len: text.len() }
    }
}

/// Hands the answer of the running call to the host, which copies it before returning.
/// Returns one of the `ANSWER_*` values.
pub type AnswerFn = unsafe extern "C" fn(ctx: *mut c_void, ptr: *const u8, len: usize) -> i32;

/// Writes one line to the register's log under the plugin's name. Long lines are cut.
/// Names, numbers and keys of natural persons do not belong in it.
pub type LogFn = unsafe extern "C" fn(ctx: *mut c_void, level: i32, ptr: *const u8, len: usize);

/// Opens a TCP connection to one of the `host:port` that the operator granted this plugin, which has
/// no other way to the network. Blocks at most `timeout_ms`, and never beyond the call's deadline.
/// Returns a connected, blocking stream socket that belongs to the plugin from then on, or one of
/// the negative `CONNECT_*` values. `host` is UTF-8 and spelled as in the grant.
pub type ConnectFn = unsafe extern "C" fn(
    ctx: *mut c_void,
    host: *const u8,
    host_len: usize,
    port: u16,
    timeout_ms: u32,
) -> i32;

/// What a call may use of its host. Valid until that call returns.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// Size of this structure in bytes, as the host knows it.
    pub struct_size: u32,
    /// The host's [`ABI_MAJOR`].
    pub abi_major: u16,
    /// The host's [`ABI_MINOR`].
    pub abi_minor: u16,
    /// First argument of every function below.
    pub ctx: *mut c_void,
    /// See [`AnswerFn`]. Never null.
    pub answer: Option<AnswerFn>,
    /// See [`LogFn`]. Never null.
    pub log: Option<LogFn>,
    /// See [`ConnectFn`]. Since minor 1: there if `struct_size` covers it, and never null then.
    pub connect: Option<ConnectFn>,
}

/// Makes an instance from a configuration (UTF-8 JSON with `data_dir`, a folder that belongs to
/// this plugin alone). Returns null if it cannot; a reason given to `answer` as plain text is
/// shown to the operator. A plugin without state returns the address of anything static.
pub type CreateFn =
    unsafe extern "C" fn(host: *const Host, config: *const u8, config_len: usize) -> *mut c_void;

/// Ends an instance. Called at most once; a killed process never gets to it, so nothing that
/// matters may wait for it.
pub type DestroyFn = unsafe extern "C" fn(instance: *mut c_void);

/// One call: UTF-8 JSON in, UTF-8 JSON out through `host->answer`, one of the `STATUS_*` values
/// back. With [`STATUS_OK`] exactly one answer is expected; with another status an answer is
/// taken as a plain-text reason.
pub type HookFn = unsafe extern "C" fn(
    instance: *mut c_void,
    host: *const Host,
    request: *const u8,
    request_len: usize,
) -> i32;

/// What a library says about itself. Static: it stays where it is until the process ends.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    /// [`MAGIC`].
    pub magic: u32,
    /// Size in bytes of this structure as the plugin was built. A host reads no further.
    pub struct_size: u32,
    /// The [`ABI_MAJOR`] the plugin was built against.
    pub abi_major: u16,
    /// The [`ABI_MINOR`] the plugin was built against. Informs, decides nothing.
    pub abi_minor: u16,
    /// Zero.
    pub reserved: u32,
    /// The plugin's name: `a-z`, `0-9` and `-`, 1 to 64 bytes. It must be the name it is admitted
    /// under.
    pub name: Text,
    /// The plugin's version, for people.
    pub version: Text,
    /// The department whose officers' orders this plugin carries out.
    pub department: Text,
    /// Required.
    pub create: Option<CreateFn>,
    /// Required.
    pub destroy: Option<DestroyFn>,
    /// Information: what is in force for a subject changed. Changes nothing for the subject.
    pub classified: Option<HookFn>,
    /// Carry out an accepted case.
    pub execute: Option<HookFn>,
    /// Take a case out of effect until `resume` or `lift`.
    pub suspend: Option<HookFn>,
    /// Put a suspended case back into effect.
    pub resume: Option<HookFn>,
    /// End a case for good. Must work without an `execute` before it, any number of times.
    pub lift: Option<HookFn>,
    /// Remove every trace of a subject from the plugin's data.
    pub forget: Option<HookFn>,
    /// A question of the department to its plugin's own store; JSON in, JSON out. Optional.
    pub query: Option<HookFn>,
}

// SAFETY: a descriptor is immutable and its pointers name static data and code, so reading it from
// several threads is reading constants.
unsafe impl Sync for Descriptor {}

/// Bytes of a [`Host`] that every register of this major gives: up to what minor 1 appended.
pub const HOST_BYTES_MIN: usize = core::mem::offset_of!(Host, connect);

/// The exported function's type.
pub type EntryFn = unsafe extern "C" fn() -> *const Descriptor;

/// Bytes of a [`Descriptor`] that every plugin of this major has: up to the first hook.
pub const DESCRIPTOR_BYTES_MIN: usize = core::mem::offset_of!(Descriptor, classified);

/// Borrows what a `(pointer, length)` pair names; a null pointer with length 0 is empty.
///
/// Returns `None` for a null pointer with a length: `slice::from_raw_parts` on that would be
/// undefined, and C callers do pass `(NULL, 0)`.
///
/// # Safety
///
/// If `ptr` is not null, `len` bytes from it must be readable and unchanged for `'a`.
pub unsafe fn borrow<'a>(ptr: *const u8, len: usize) -> Option<&'a [u8]> {
    if len == 0 {
        return Some(&[]);
    }
    if ptr.is_null() || len > isize::MAX as usize {
        return None;
    }
    // SAFETY: not null, not longer than a slice may be, and readable by the caller's promise.
    Some(unsafe { core::slice::from_raw_parts(ptr, len) })
}
