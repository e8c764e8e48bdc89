//! The bodies of the private frames that are not messages of the contract.

use serde::{Deserialize, Serialize};

use crate::spec::{AbiInfo, Cage, FailureKind, RefusalCode};

/// First frame to the child: what to load and how to bound it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Hello {
    /// [`PROTOCOL`](crate::frame::PROTOCOL) of the register.
    pub(crate) protocol: u32,
    /// The register's process, which is to be the child's parent.
    pub(crate) register: u32,
    /// The name the plugin is admitted under.
    pub(crate) name: String,
    /// Absolute path of the library.
    pub(crate) library: String,
    /// SHA-256 the library must have, in hexadecimal.
    pub(crate) sha256: String,
    /// The configuration message, JSON.
    pub(crate) config: String,
    /// Private memory, in bytes.
    pub(crate) memory_bytes_max: u64,
    /// Open files.
    pub(crate) open_files_max: u64,
    /// The longest file, in bytes.
    pub(crate) file_bytes_max: u64,
    /// Absolute path of the plugin's own folder.
    pub(crate) data_dir: String,
    /// Whether to give up where files cannot be fenced in.
    pub(crate) require_landlock: bool,
    /// How long loading and `create` may take.
    pub(crate) start_deadline_ms: u64,
    /// How long one call may take.
    pub(crate) deadline_ms: u64,
    /// Whether it asks right before a call that begins something.
    pub(crate) gated: bool,
}

/// The child waits for calls.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ready {
    pub(crate) abi: AbiInfo,
    /// `None` where the body is a thread.
    pub(crate) cage: Option<Cage>,
}

/// The child will not work.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) code: RefusalCode,
    /// One sentence naming both sides.
    pub(crate) reason: String,
}

impl Refusal {
    pub(crate) fn new(code: RefusalCode, reason: impl Into<String>) -> Refusal {
        Refusal { code, reason: reason.into() }
    }
}

/// A call without an answer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CallFailure {
    pub(crate) kind: FailureKind,
    pub(crate) detail: String,
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
