//! What the caller of the suite decides.

use std::path::PathBuf;

use serde_json::Value;
use shouxin_plugin_host::wire::Measure;

/// How a library is checked.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program that calls `shouxin_plugin_host::child_main`, usually `/proc/self/exe`.
    pub host_program: PathBuf,
    /// The arguments that make it do so, e.g. `["plugin-host"]`.
    pub host_args: Vec<String>,
    /// What the operator would write for this plugin; reaches it as `settings`. `null` if nothing: the
    /// register then sends `{}`, and so does the check.
    pub settings: Value,
    /// The name it is to be admitted under; `None` takes the name that the library says.
    pub name: Option<String>,
    /// The measures it is to be tried with, in this order, until it carries one out. Empty: every
    /// id that the catalogue could have, without parameters.
    pub measures: Vec<Measure>,
    /// A question of the department to its plugin, by whose answers effects are judged: the text
    /// `$subject` in it becomes a subject's key, `$day` the day of the check. `None` leaves that out.
    pub question: Option<Value>,
    /// Fewer rounds and at most [`Options::QUICK_CALLS`] calls in the long run.
    pub quick: bool,
    /// Calls of the long run that looks for growth.
    pub calls: u64,
    /// How long the long run may take, in milliseconds. One that does not come to its end by then breaks
    /// `memory`: what was not looked at is not passed.
    pub run_ms_max: u64,
    /// How long one call may take, in milliseconds: what the register would allow it.
    pub deadline_ms: u64,
    /// Where the folders of the check are made; they are removed at the end.
    pub work_dir: PathBuf,
}

impl Options {
    /// Calls of the long run if nothing else is said.
    pub const CALLS: u64 = 100_000;

    /// The most calls of the long run when it has to be quick.
    pub const QUICK_CALLS: u64 = 2_000;

    /// How long the long run may take, in milliseconds: an hour.
    pub const RUN_MS_MAX: u64 = 60 * 60 * 1_000;

    /// The register's own deadline of a call, in milliseconds.
    pub const DEADLINE_MS: u64 = 10_000;

    /// The whole suite by this program's own `plugin-host`.
    pub fn new(host_program: impl Into<PathBuf>) -> Options {
        Options {
            host_program: host_program.into(),
            host_args: vec!["plugin-host".to_owned()],
            settings: Value::Null,
            name: None,
            measures: Vec::new(),
            question: None,
            quick: false,
            calls: Options::CALLS,
            run_ms_max: Options::RUN_MS_MAX,
            deadline_ms: Options::DEADLINE_MS,
            work_dir: std::env::temp_dir(),
        }
    }

    /// Calls of the long run.
    pub(crate) fn long_run(&self) -> u64 {
        if self.quick { self.calls.min(Options::QUICK_CALLS) } else { self.calls }
    }
}
