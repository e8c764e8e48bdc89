//! What a department runs before it signs a plugin, and what an operator runs before it goes live.
//!
//! [`check()`] is the conformance suite: it loads a library in child processes over folders that are
//! thrown away, calls it in every way the register will, and reports each rule of the contract as a
//! finding of its own. [`dry_run`] plays recorded calls to a library and names each one that it
//! answers otherwise than was recorded.
//!
//! No code of the library ever runs in the calling process: the file is read and parsed here, and
//! everything else happens behind `shouxin-plugin-host`.
#![forbid(unsafe_code)]

mod bench;
mod dry_run;
mod elf;
mod options;
mod report;
mod sample;
mod suite;
mod traces;
mod watch;

pub use dry_run::{
    Difference, DryRun, DryRunError, Recorded, RecordedAnswer, Summary, Was, WouldBe, dry_run,
};
pub use options::Options;
pub use report::{Finding, Report, Verdict};
pub use suite::check;
pub use watch::log_layer;

/// What the suite and the dry run speak about.
pub use shouxin_plugin_host::{AbiInfo, FailureKind, Hook, wire};
