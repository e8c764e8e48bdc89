//! What the caller says and hears: specifications, calls, completions, health, errors.

use std::path::PathBuf;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shouxin_plugin_wire::{Answer, BODY_BYTES_MAX, Hook, Mode};

/// Where a plugin runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// In a child process. A crash, hang or leak costs that child only.
    Process,
    /// On a thread of this process. A crash ends everything, a hang can only be noticed.
    InProcess,
}

/// The bounds of one plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How long one call may take, from the moment it is the plugin's turn.
    pub deadline_ms: u64,
    /// How long loading and `create` may take.
    pub start_deadline_ms: u64,
    /// Calls that are submitted and not completed.
    pub in_flight_max: usize,
    /// Private memory of the child, in bytes, beyond what the host program maps by itself.
    pub memory_bytes_max: u64,
    /// Open files of the child.
    pub open_files_max: u64,
    /// The longest file the child can write, in bytes; a write beyond it fails.
    pub file_bytes_max: u64,
    /// What the plugin's folder may take on the disk, in bytes. This and the next two are measured,
    /// before each start and every few seconds; a plugin that is over is stopped and stays down like
    /// with an open breaker, its folder is left as it is.
    pub data_bytes_max: u64,
    /// Files and folders in the plugin's folder.
    pub data_files_max: u64,
    /// Where the disk has less left than this, in bytes, a plugin whose folder grows is over as well.
    /// 0 turns that off.
    pub disk_free_bytes_min: u64,
    /// Whether a child may run only where the system can fence in its files (Landlock, version 3 or
    /// later) and filter its system calls. Else it runs without what is missing, and
    /// [`Health::cage`](crate::Health::cage) says so.
    pub require_landlock: bool,
    /// The first wait before a restart is random between 0 and this; it doubles each time.
    pub restart_backoff_min_ms: u64,
    /// The wait before a restart is never longer.
    pub restart_backoff_max_ms: u64,
    /// This many crashes ...
    pub breaker_crashes: usize,
    /// ... within this time stop the restarts until [`Plugin::reset_breaker`](crate::Plugin::reset_breaker).
    pub breaker_window_ms: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            deadline_ms: 10_000,
            start_deadline_ms: 10_000,
            in_flight_max: 64,
            memory_bytes_max: 512 * 1024 * 1024,
            open_files_max: 256,
            file_bytes_max: 1024 * 1024 * 1024,
            data_bytes_max: 4 * 1024 * 1024 * 1024,
            data_files_max: 100_000,
            disk_free_bytes_min: 1024 * 1024 * 1024,
            require_landlock: false,
            restart_backoff_min_ms: 100,
            restart_backoff_max_ms: 60_000,
            breaker_crashes: 5,
            breaker_window_ms: 60_000,
        }
    }
}

/// What to start.
#[derive(Clone, Debug)]
pub struct PluginSpec {
    /// The name it is admitted under; the library must say the same.
    pub name: String,
    /// The library.
    pub library: PathBuf,
    /// SHA-256 the library must have.
    pub sha256: [u8; 32],
    /// The folder that belongs to this plugin alone; made if it is missing.
    pub data_dir: PathBuf,
    /// What the operator wrote for this plugin; reaches it as `settings`.
    pub config: Value,
    /// What it is for; reaches it as `mode`.
    pub mode: Mode,
    /// Each `host:port` that it may reach, at most 64; `[::1]:443` for an address of version 6.
    /// Only an instance of mode [`Mode::Live`] reaches any.
    pub connect: Vec<String>,
    /// Where it runs.
    pub isolation: Isolation,
    /// Its bounds.
    pub limits: Limits,
    /// The program that calls [`child_main`](crate::child_main), usually this one. As
    /// `/proc/self/exe` it stays this very build even if its file was replaced meanwhile.
    pub host_program: PathBuf,
    /// The arguments that make it do so, e.g. `["plugin-host"]`.
    pub host_args: Vec<String>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The caller's number for it, given back in the completion. Unique among calls in flight.
    pub ticket: u64,
    /// What is asked.
    pub hook: Hook,
    /// The message, JSON.
    pub body: Vec<u8>,
}

/// Why a call was not taken. It was not sent and there will be no completion for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// As many calls are in flight as may be; submit again after a completion.
    #[error("the plugin has as many calls in flight as it may have")]
    Full,
    /// The plugin is being restarted, or its breaker is open.
    #[error("the plugin is down")]
    Down {
        /// When a restart is tried; `None` while the breaker is open.
        until: Option<Instant>,
    },
    /// The plugin was stopped.
    #[error("the plugin was stopped")]
    Stopped,
    /// A call with the same ticket is in flight.
    #[error("a call with ticket {ticket} is in flight")]
    Duplicate {
        /// The ticket.
        ticket: u64,
    },
    /// The body is longer than [`BODY_BYTES_MAX`].
    #[error("the message has {bytes} bytes, more than the {BODY_BYTES_MAX} a plugin takes")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
}

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The plugin's code panicked; it is restarted.
    Panic,
    /// The plugin's process ended.
    Crash,
    /// It took longer than its deadline; the process was killed.
    Deadline,
    /// The answer is none: no answer, no JSON, another shape, another call's.
    BadAnswer,
    /// The plugin does not offer this, did not understand it, or failed without an answer.
    Refused,
    /// The answer was longer than it may be.
    TooLarge,
    /// It was cancelled before the plugin began it.
    Cancelled,
}

impl FailureKind {
    /// The kind's name, for logs and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            FailureKind::Panic => "panic",
            FailureKind::Crash => "crash",
            FailureKind::Deadline => "deadline",
            FailureKind::BadAnswer => "bad_answer",
            FailureKind::Refused => "refused",
            FailureKind::TooLarge => "too_large",
            FailureKind::Cancelled => "cancelled",
        }
    }
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The plugin answered.
    Answered(Answer),
    /// The plugin answered a query.
    Queried(Value),
    /// There is no answer.
    Failed {
        /// Why.
        kind: FailureKind,
        /// One sentence; may contain text from the plugin.
        detail: String,
    },
}

/// The end of a call. Each submitted call gets exactly one.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// The number from [`Call::ticket`].
    pub ticket: u64,
    /// What was asked.
    pub hook: Hook,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether the plugin may have begun it. A call that failed without having begun had no effect
    /// and is not to blame for the failure: repeat it without counting an attempt.
    pub begun: bool,
    /// From its turn to its end, in microseconds; 0 if it never had a turn.
    pub duration_us: u64,
}

/// Whether a plugin can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It takes calls.
    Running,
    /// It crashed and is started again after a wait.
    Restarting,
    /// It crashed too often; it stays down until the breaker is reset.
    Tripped,
    /// It was stopped for good.
    Stopped,
}

/// What holds a child in. A body in this process has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cage {
    /// The version of Landlock that fences in its files and ports: 1 files, 3 also `truncate`, 4
    /// also TCP, 6 also signals. `None` if the system has none.
    pub landlock_abi: Option<u32>,
    /// Whether its system calls are filtered.
    pub seccomp: bool,
}

impl std::fmt::Display for Cage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.landlock_abi {
            Some(abi) => write!(f, "Landlock version {abi}")?,
            None => f.write_str("Landlock unavailable")?,
        }
        f.write_str(if self.seccomp { ", system calls filtered" } else { ", no seccomp" })
    }
}

/// What a library says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbiInfo {
    /// Major version of the contract it was built for.
    pub abi_major: u16,
    /// Minor version of the contract it was built for.
    pub abi_minor: u16,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its department.
    pub department: String,
    /// The hooks it offers, by name.
    pub hooks: Vec<String>,
}

/// What a library was refused for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// Register and child are different builds.
    Protocol,
    /// The library cannot be read or loaded.
    Library,
    /// Its bytes are not the admitted ones.
    Hash,
    /// It speaks another major version, or no version, of the contract.
    Abi,
    /// It says another name.
    Name,
    /// Its `create` refused.
    Create,
    /// The child's limits cannot be set.
    Limits,
    /// The child cannot be isolated as it must be.
    Isolation,
    /// Its folder takes more than it may, or grows on a full disk.
    Room,
}

/// Why a plugin did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The specification cannot be used.
    #[error("plugin `{name}`: {reason}")]
    Spec {
        /// The plugin.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The system refused.
    #[error("plugin `{name}`: {action}: {source}")]
    Io {
        /// The plugin.
        name: String,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The library was refused.
    #[error("plugin `{name}` is refused: {reason}")]
    Refused {
        /// The plugin.
        name: String,
        /// What for.
        code: RefusalCode,
        /// One sentence naming both sides.
        reason: String,
    },
    /// The child ended, or did not become ready in time.
    #[error("plugin `{name}` did not become ready: {reason}")]
    NotReady {
        /// The plugin.
        name: String,
        /// What happened.
        reason: String,
    },
}
