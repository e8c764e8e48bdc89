//! The filter of system calls, by seccomp: three answers.
//!
//! * What a library, its allocator and its threads need is let through (`lists::allowed`).
//! * What would leave the cage is refused with `EPERM` (`lists::forbidden`, and some for
//!   certain arguments), so that
//!   whoever tries reads a clear error.
//! * Everything else, calls of later kernels and of other ways to count them included, is answered
//!   with `ENOSYS`, and the C library falls back to what it did before. `clone3` is among these: its
//!   arguments lie in memory, where no filter sees them.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod lists;

/// Filters this thread's system calls. `false` on a processor that the lists are not made for.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) fn fence() -> Result<bool, String> {
    Ok(false)
}

/// Filters this thread's system calls.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(super) fn fence() -> Result<bool, String> {
    filter::install().map(|()| true).map_err(|error| error.to_string())
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod filter {
    use std::collections::BTreeMap;

    use seccompiler::{
        BpfProgram, Error, SeccompAction, SeccompCmpArgLen as Width, SeccompCmpOp as Is,
        SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
    };

    use super::lists::{allowed, forbidden};

    type Rules = BTreeMap<i64, Vec<SeccompRule>>;

    /// What `prctl` may be used for: the names of threads and of memory, and questions.
    const PRCTL_ALLOWED: [i32; 5] = [
        libc::PR_SET_NAME,
        libc::PR_GET_NAME,
        libc::PR_SET_VMA,
        libc::PR_CAPBSET_READ,
        libc::PR_GET_DUMPABLE,
    ];

    /// Requests of `fcntl` and `ioctl` that have the kernel send signals to somebody, or type for
    /// somebody.
    const FCNTL_FORBIDDEN: [u64; 3] = [8, 10, 15];
    const IOCTL_FORBIDDEN: [u64; 3] = [0x5412, 0x8901, 0x8902];

    /// Connects while it sends, to an address that lies in memory where no filter sees it.
    const FAST_OPEN: u64 = libc::MSG_FASTOPEN.unsigned_abs() as u64;

    pub(super) fn install() -> Result<(), Error> {
        let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
        let compile = |rules, otherwise, answer| -> Result<BpfProgram, Error> {
            let filter = SeccompFilter::new(rules, otherwise, answer, architecture)?;
            Ok(BpfProgram::try_from(filter)?)
        };
        // The second filter is installed under the first, and closes this door behind itself.
        let installed = std::iter::once(libc::SYS_seccomp);
        let allowed: Rules = allowed().chain(installed).map(|call| (call, Vec::new())).collect();
        let unknown = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
        let allowed = compile(allowed, unknown, SeccompAction::Allow)?;
        let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        let refused = compile(refusals()?, SeccompAction::Allow, refused)?;
        // Of two refusals the filter that came last decides which error is read.
        seccompiler::apply_filter(&allowed)?;
        seccompiler::apply_filter(&refused)
    }

    /// What is refused, always or with certain arguments.
    fn refusals() -> Result<Rules, Error> {
        let mut rules: Rules = forbidden().map(|call| (call, Vec::new())).collect();
        for (call, own) in conditions()? {
            rules.insert(call, own);
        }
        Ok(rules)
    }

    fn conditions() -> Result<Vec<(i64, Vec<SeccompRule>)>, Error> {
        let one = |at: u8, width, is, value: u64| -> Result<SeccompRule, Error> {
            Ok(SeccompRule::new(vec![SeccompCondition::new(at, width, is, value)?])?)
        };
        let any = |at: u8, values: &[u64]| -> Result<Vec<SeccompRule>, Error> {
            values.iter().map(|value| one(at, Width::Dword, Is::Eq, *value)).collect()
        };
        // This process starts no other, so its number is one for good.
        let own = u64::from(std::process::id());
        let not_own = || Ok::<_, Error>(vec![one(0, Width::Dword, Is::Ne, own)?]);
        let given = |at: u8| Ok::<_, Error>(vec![one(at, Width::Qword, Is::Ne, 0)?]);
        let set = |at: u8, bits: u64| one(at, Width::Dword, Is::MaskedEq(bits), bits);
        let unset = |at: u8, bits: u64| one(at, Width::Qword, Is::MaskedEq(bits), 0);
        let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
        let files = u64::from(libc::CLONE_FILES.unsigned_abs());
        let other_option = PRCTL_ALLOWED
            .iter()
            .map(|own| {
                SeccompCondition::new(0, Width::Dword, Is::Ne, u64::from(own.unsigned_abs()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(vec![
            // A thread, never a process: what leaves this one could outlive it. And one that shares
            // the descriptors, whose number is bounded for each table of them.
            (libc::SYS_clone, vec![unset(0, thread)?, unset(0, files)?]),
            (libc::SYS_kill, not_own()?),
            (libc::SYS_tgkill, not_own()?),
            (libc::SYS_rt_sigqueueinfo, not_own()?),
            (libc::SYS_rt_tgsigqueueinfo, not_own()?),
            // Else it could take back that it dies with the register.
            (libc::SYS_prctl, vec![SeccompRule::new(other_option)?]),
            // A question is allowed, a new limit is not: it could be the register's.
            (libc::SYS_prlimit64, given(2)?),
            (libc::SYS_sched_setaffinity, given(0)?),
            // To the other end of a granted connection, never to an address of its own choice: neither
            // named, nor by turning a connection that is over to another place.
            (libc::SYS_sendto, [given(4)?, vec![set(3, FAST_OPEN)?]].concat()),
            (libc::SYS_sendmsg, vec![set(2, FAST_OPEN)?]),
            // The times of an open file, not of one that is named.
            (libc::SYS_utimensat, given(1)?),
            (libc::SYS_fcntl, any(1, &FCNTL_FORBIDDEN)?),
            (libc::SYS_ioctl, any(1, &IOCTL_FORBIDDEN)?),
        ])
    }
}
