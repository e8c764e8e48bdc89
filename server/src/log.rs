//! The event log on disk: preallocated segment files, one write and one sync per batch.
//!
//! `docs/LOG_FORMAT.md` has the bytes and the argument why no acknowledged commit is lost and no
//! damage goes unnoticed. The writer is [`SegmentLog`], readers clone a [`LogReader`], and
//! [`verify`] trusts neither.

mod cache;
#[cfg(test)]
mod faults;
mod reader;
mod recover;
mod segments;
pub mod storage;
#[cfg(test)]
mod tests;
mod verify;
mod walk;

use std::io;
use std::path::PathBuf;

use shouxin_core::log::{Damage, ReadError};
use thiserror::Error;

pub use self::reader::{LogReader, Scan};
pub use self::segments::SegmentLog;
pub use self::verify::{Progress, Verified, verify};

/// The smallest segment that may be asked for, in bytes.
pub const SEGMENT_BYTES_MIN: u64 = 4096;
/// The size of a segment unless something else is asked for, in bytes.
pub const SEGMENT_BYTES_DEFAULT: u64 = 64 * 1024 * 1024;
/// The largest segment that may be asked for, in bytes.
pub const SEGMENT_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// How a log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// Length of the segments made from now on, in bytes; a batch that needs more gets a longer one.
    pub segment_bytes: u64,
    /// Which log of the cluster; 0 on a single node. Fixed for the life of a log.
    pub log_number: u16,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { segment_bytes: SEGMENT_BYTES_DEFAULT, log_number: 0 }
    }
}

/// What opening a log found and did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// There was no log, so an empty one was made. Whoever expected entries must stop here.
    pub created: bool,
    /// What was left of a batch whose write did not finish; it was never acknowledged.
    pub torn_tail: Option<TornTail>,
}

/// A batch that was being written when the process or the machine stopped; zeroed again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornTail {
    /// The segment file, by its name inside the log's folder.
    pub file: String,
    /// Offset in that file at which the durable log ends.
    pub offset: u64,
    /// Bytes up to the last one that was not zero.
    pub bytes: u64,
}

/// Why a log did not open. Nothing was changed, save for a torn tail that may have been zeroed.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The settings make no sense.
    #[error(
        "segment_bytes is {0}; it must lie between {SEGMENT_BYTES_MIN} and {SEGMENT_BYTES_MAX}"
    )]
    SegmentBytes(u64),
    /// Another process has the log open for writing.
    #[error("the log in {0} is being written by another process; stop that one first")]
    InUse(PathBuf),
    /// The folder holds the log of somebody else.
    #[error("this folder holds log number {found}, not {expected}; check the data folder")]
    OtherLog {
        /// The number that was asked for.
        expected: u16,
        /// The number in the segment header.
        found: u16,
    },
    /// Bytes that were durable are wrong.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The disk refused.
    #[error("the log cannot be opened: {what}: {source}")]
    Io {
        /// Which operation, on which file.
        what: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// Reading gave neither bytes nor damage.
    #[error("the log cannot be opened: {0}")]
    Unavailable(String),
}

impl From<ReadError> for OpenError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged(damage) => Self::Damaged(damage),
            ReadError::Unavailable { what } => Self::Unavailable(what),
        }
    }
}

impl OpenError {
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// The name of the segment whose first entry has this sequence.
fn segment_name(first_sequence: u64) -> String {
    format!("{first_sequence:020}.seg")
}

/// The first sequence of a segment, told from its name; nothing for a file that is no segment.
fn sequence_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".seg")?;
    let all_digits = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits { digits.parse().ok() } else { None }
}
