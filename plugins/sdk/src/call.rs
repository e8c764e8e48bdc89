//! The host of the running call, and the register's log.

use std::cell::Cell;
use std::io::Write as _;

use shouxin_plugin_abi as abi;

thread_local! {
    /// The host of the running call, for as long as it runs.
    static HOST: Cell<*const abi::Host> = const { Cell::new(std::ptr::null()) };
}

/// Runs a call with its host at hand.
pub(crate) fn within<T>(host: *const abi::Host, call: impl FnOnce() -> T) -> T {
    struct Reset(*const abi::Host);
    impl Drop for Reset {
        fn drop(&mut self) {
            HOST.set(self.0);
        }
    }
    // Put back also when the call panics; the barrier stands outside.
    let _reset = Reset(HOST.replace(host));
    call()
}

/// The host of the call that runs on this thread; `None` outside of a call. It is lent to a closure,
/// because a host is valid until its call returns and no longer.
pub(crate) fn with_host<T>(use_it: impl FnOnce(&abi::Host) -> T) -> Option<T> {
    // SAFETY: null, or the host of the call that runs on this thread, which is valid until then; the
    // closure cannot keep it.
    unsafe { HOST.get().as_ref() }.map(use_it)
}

/// How urgent a line of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Needs a person.
    Error,
    /// Odd.
    Warn,
    /// Normal.
    Info,
    /// For the author.
    Debug,
}

impl Level {
    const fn number(self) -> i32 {
        match self {
            Level::Error => abi::LOG_ERROR,
            Level::Warn => abi::LOG_WARN,
            Level::Info => abi::LOG_INFO,
            Level::Debug => abi::LOG_DEBUG,
        }
    }

    /// The level with this number of the contract; what is unknown counts as [`Level::Debug`].
    pub(crate) const fn from_number(number: i32) -> Level {
        match number {
            abi::LOG_ERROR => Level::Error,
            abi::LOG_WARN => Level::Warn,
            abi::LOG_INFO => Level::Info,
            _ => Level::Debug,
        }
    }
}

/// Writes one line to the register's log under the plugin's name; the register cuts long lines and
/// drops what is more than 100 lines a second.
///
/// No names, numbers or keys of persons belong in it. On a thread of the plugin's own there is no call
/// to write through: the line goes to standard error, which reaches the same log as information.
pub fn log(level: Level, text: &str) {
    let through_the_call = with_host(|host| {
        let Some(function) = host.log else {
            return false;
        };
        // SAFETY: the function borrows the text until it returns and gets the context it expects.
        unsafe { function(host.ctx, level.number(), text.as_ptr(), text.len()) };
        true
    });
    if through_the_call != Some(true) {
        // Standard error that is closed is no reason to fail.
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}
