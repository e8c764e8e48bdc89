//! The cage a child puts itself in before it loads the plugin: what it may open, reach, call and
//! use up. Nothing in it can be undone from inside, and every thread the plugin starts is born in it.
//!
//! Files and ports are fenced by the kernel's Landlock ([`files`]), system calls by a seccomp filter
//! ([`calls`]), amounts by resource limits. What the system cannot enforce is reported, not hidden.

mod calls;
mod files;

use std::path::Path;

use landlock::PathFd;
use rustix::process::{Resource, Rlimit};
use rustix::thread::{CapabilitySet, CapabilitySets};

use crate::handshake::{Hello, Refusal};
use crate::spec::{Cage, RefusalCode};

/// Address space beyond the memory limit: allocators and language runtimes reserve much more than
/// they use, and a reservation costs nothing.
const RESERVED_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Tasks of this system user beyond which the child starts no thread. It bounds a plugin that starts
/// threads without end; the register itself is not bound by it.
const TASKS_MAX: u64 = 4_096;

/// The Landlock version from which on files can be neither read, changed nor cut short: `truncate`
/// is fenced since the third.
const LANDLOCK_ABI_MIN: u32 = 3;

/// What the cage consists of, and what has to stay open for it to hold.
pub(crate) struct Closed {
    pub(crate) facts: Cage,
    /// The kernel knows the granted folder in `/proc` for as long as somebody holds it.
    _held: PathFd,
}

/// Closes the cage around this thread and all that it starts. The child has one thread at this time.
///
/// # Errors
/// A bound cannot be set, or the operator asked for a fence that the system does not have.
pub(crate) fn close(hello: &Hello) -> Result<Closed, Refusal> {
    let unfit = |what: &str, error: String| {
        Refusal::new(RefusalCode::Isolation, format!("{what} cannot be set up: {error}"))
    };
    set_limits(hello)?;
    drop_rights().map_err(|error| unfit("the loss of privileges", error.to_string()))?;
    let fence = files::fence(Path::new(&hello.data_dir))
        .map_err(|error| unfit("the fence around files", error))?;
    let seccomp = calls::fence().map_err(|error| unfit("the filter of system calls", error))?;
    let facts = Cage { landlock_abi: fence.abi, seccomp };
    holds_enough(facts, hello.require_landlock)?;
    Ok(Closed { facts, _held: fence.held })
}

/// Whether what the system could enforce is what the operator asked for.
fn holds_enough(facts: Cage, require_landlock: bool) -> Result<(), Refusal> {
    let enough = facts.landlock_abi.is_some_and(|abi| abi >= LANDLOCK_ABI_MIN) && facts.seccomp;
    if !require_landlock || enough {
        return Ok(());
    }
    let reason = format!(
        "要求 Landlock 第 {LANDLOCK_ABI_MIN} 版以上和系统调用过滤，本系统有：{facts}；请使用启用了 Landlock 的 \
         Linux 6.2 以上内核，或去掉 require_landlock / it is to have Landlock version {LANDLOCK_ABI_MIN} or later \
         and a filter of system calls, this system has {facts}: use Linux 6.2 or later with Landlock enabled, or \
         take `require_landlock` out"
    );
    Err(Refusal::new(RefusalCode::Isolation, reason))
}

/// Sets the bounds that hold from before the library is loaded. The memory bounds count from what
/// the program has mapped by now: its allocator may have reserved much more at the start than a
/// plugin is to get.
fn set_limits(hello: &Hello) -> Result<(), Refusal> {
    let Mapped { all_bytes, data_bytes } = mapped();
    let memory = hello.memory_bytes_max;
    ignore_file_size_signal();
    let bounds = [
        (Resource::Core, 0),
        (Resource::Nofile, hello.open_files_max),
        (Resource::Fsize, hello.file_bytes_max),
        (Resource::Nproc, TASKS_MAX),
        // What is really used: private writable memory.
        (Resource::Data, data_bytes.saturating_add(memory)),
        // And shared mappings, which the bound above does not count.
        (Resource::As, all_bytes.saturating_add(memory).saturating_add(RESERVED_BYTES)),
    ];
    for (resource, bound) in bounds {
        let hard = rustix::process::getrlimit(resource).maximum;
        let bound = Some(hard.map_or(bound, |hard| hard.min(bound)));
        rustix::process::setrlimit(resource, Rlimit { current: bound, maximum: bound }).map_err(
            |error| Refusal::new(RefusalCode::Limits, format!("a limit cannot be set: {error}")),
        )?;
    }
    Ok(())
}

/// A write beyond the longest file is to fail in the plugin's hands; left alone, it would end the
/// process by a signal.
fn ignore_file_size_signal() {
    // SAFETY: ignoring a signal installs no handler; nothing else in this process changes it.
    let before = unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    debug_assert!(before != libc::SIG_ERR, "the signal exists");
}

/// Gives up what a register that runs as root would pass on. The user stays the same.
fn drop_rights() -> rustix::io::Result<()> {
    let none = CapabilitySet::empty();
    let sets = CapabilitySets { effective: none, permitted: none, inheritable: none };
    rustix::thread::set_capabilities(None, sets)
}

/// What this process has mapped.
struct Mapped {
    all_bytes: u64,
    /// Private and writable.
    data_bytes: u64,
}

/// Reads `/proc/self/statm`: pages of everything first, of data and stack sixth.
fn mapped() -> Mapped {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let page = rustix::param::page_size() as u64;
    let bytes = |field: usize| {
        let pages = text.split_whitespace().nth(field).and_then(|pages| pages.parse::<u64>().ok());
        pages.unwrap_or(0).saturating_mul(page)
    };
    Mapped { all_bytes: bytes(0), data_bytes: bytes(5) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_that_is_asked_for_and_missing_is_refused_with_what_there_is() {
        for (landlock_abi, seccomp, enough) in [
            (None, true, false),
            (None, false, false),
            (Some(2), true, false),
            (Some(3), false, false),
            (Some(3), true, true),
            (Some(7), true, true),
        ] {
            let facts = Cage { landlock_abi, seccomp };
            // Without being asked for, whatever there is will do.
            assert!(holds_enough(facts, false).is_ok(), "{facts}");
            match holds_enough(facts, true) {
                Ok(()) => assert!(enough, "{facts}"),
                Err(refusal) => {
                    assert!(!enough, "{facts}");
                    assert_eq!(refusal.code, RefusalCode::Isolation);
                    // In both languages: what there is, and what would do.
                    for part in ["6.2", "require_landlock", &facts.to_string()] {
                        assert_eq!(refusal.reason.matches(part).count(), 2, "{part}: {refusal:?}");
                    }
                }
            }
        }
    }
}
