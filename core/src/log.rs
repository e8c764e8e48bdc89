//! The append-only log: entries, commits, chain, limits, and the trait behind which they are kept.
//!
//! Entries are opaque here. A commit holds all entries of one command and is whole or absent; a
//! batch holds many commits and becomes durable at once (`docs/LOG_FORMAT.md`).

pub mod frame;
pub mod memory;

use std::fmt;

use sha2::{Digest, Sha256};
use thiserror::Error;

/// Bytes of one entry, without its salt: the largest text (64 KiB) and room for its envelope.
pub const ENTRY_BYTES_MAX: usize = 72 * 1024;
/// Entries of one commit.
pub const COMMIT_ENTRIES_MAX: usize = 4096;
/// Bytes of one commit as it is stored, frame header included.
pub const COMMIT_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of one batch as it is stored, batch header included.
pub const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of salt beside every entry.
pub const SALT_BYTES: usize = 32;

/// SHA-256 output: a commitment or a link of the chain.
pub type Hash = [u8; 32];

/// One event as the log keeps it: opaque bytes and the salt that hides them in public tiles.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// 32 random bytes, drawn by the writer; without them the commitment reveals nothing.
    pub salt: [u8; SALT_BYTES],
    /// The encoded event, at most [`ENTRY_BYTES_MAX`] bytes; the log never looks inside.
    pub bytes: Vec<u8>,
}

/// Shows the length only, so that no event reaches a log line through a debug print.
impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Entry").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// The commitment to one entry, which is also its leaf in the tree: SHA-256(salt || bytes).
#[must_use]
pub fn commitment(entry: &Entry) -> Hash {
    Sha256::new().chain_update(entry.salt).chain_update(&entry.bytes).finalize().into()
}

/// The chain before the first entry: SHA-256("shouxin log genesis v1" || log number as u16 BE).
#[must_use]
pub fn genesis(log_number: u16) -> Hash {
    Sha256::new()
        .chain_update(b"shouxin log genesis v1")
        .chain_update(log_number.to_be_bytes())
        .finalize()
        .into()
}

/// The chain after one more entry: SHA-256(chain before || commitment).
#[must_use]
pub fn chain_next(chain: &Hash, commitment: &Hash) -> Hash {
    Sha256::new().chain_update(chain).chain_update(commitment).finalize().into()
}

/// The chain after all entries of a commit, in their order.
#[must_use]
pub fn chain_over(chain: &Hash, entries: &[Entry]) -> Hash {
    entries.iter().fold(*chain, |chain, entry| chain_next(&chain, &commitment(entry)))
}

/// All events of one command: stored as one frame, whole or absent after a crash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Between 1 and [`COMMIT_ENTRIES_MAX`] entries, in sequence order.
    pub entries: Vec<Entry>,
}

/// Where the log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The sequence the next entry will get; also the number of entries, for sequences start at 0.
    pub next: u64,
    /// The chain after the last entry, or the genesis of an empty log.
    pub chain: Hash,
}

impl Head {
    /// The head of an empty log.
    #[must_use]
    pub fn empty(log_number: u16) -> Self {
        Self { next: 0, chain: genesis(log_number) }
    }

    /// The head after `commit`, or nothing if the sequence would leave `u64`.
    #[must_use]
    pub fn after(&self, commit: &Commit) -> Option<Self> {
        let entries = u64::try_from(commit.entries.len()).ok()?;
        let next = self.next.checked_add(entries)?;
        Some(Self { next, chain: chain_over(&self.chain, &commit.entries) })
    }
}

/// One commit as it was read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCommit {
    /// Sequence of the first entry; the others follow without gaps.
    pub first: u64,
    /// The entries, in sequence order; never empty.
    pub entries: Vec<Entry>,
    /// Offset of the commit's frame in bytes from the start of the log, over all segments.
    pub byte_offset: u64,
    /// The chain after the last entry of this commit.
    pub chain_after: Hash,
}

impl StoredCommit {
    /// The sequence after the last entry of this commit.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.first.saturating_add(u64::try_from(self.entries.len()).unwrap_or(u64::MAX))
    }
}

/// Bytes that were durable once and no longer say what they said.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "the log is damaged at sequence {sequence}: {what} (file {file}, byte {byte_offset}); \
     nothing was cut: restore this file from a backup or a copy and run verify"
)]
pub struct Damage {
    /// The first sequence that cannot be vouched for.
    pub sequence: u64,
    /// The file, by its name inside the log's folder.
    pub file: String,
    /// Offset of the batch, frame or byte inside that file.
    pub byte_offset: u64,
    /// What was expected and what was found.
    pub what: String,
}

/// Why a batch was not appended. In every case but [`AppendError::Fatal`] the log is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AppendError {
    /// The log does not end where the caller believed; decide again on the newer state.
    #[error("the log ends before sequence {next}, not {expected}: another writer was here")]
    Stale {
        /// What the caller expected.
        expected: u64,
        /// The sequence the next entry will get.
        next: u64,
    },
    /// A commit without entries; such a commit would have no position.
    #[error("commit {commit} of the batch has no entries")]
    Empty {
        /// Index of the commit in the batch.
        commit: usize,
    },
    /// A limit of the log was passed; split the batch or refuse the command.
    #[error("{what}: {found} is more than {max}")]
    TooLarge {
        /// Which limit, with its unit.
        what: &'static str,
        /// What was asked for.
        found: usize,
        /// What is allowed.
        max: usize,
    },
    /// A write or sync failed, so nobody knows what is durable; end the process and start again,
    /// which proves the tail anew. Every later append fails alike.
    #[error("the log can no longer be written: {what}; end the process and start again")]
    Fatal {
        /// The operation that failed, and why.
        what: String,
    },
}

/// Why a read gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadError {
    /// The bytes are wrong.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The bytes could not be fetched; the same read may succeed later.
    #[error("the log cannot be read: {what}")]
    Unavailable {
        /// The operation that failed, and why.
        what: String,
    },
}

/// An append-only log with one writer.
pub trait Log {
    /// Where the durable log ends.
    fn head(&self) -> Head;

    /// Appends `batch` at `expected_next` and returns only once all of it is durable. An empty
    /// batch changes nothing.
    ///
    /// # Errors
    /// [`AppendError`]; after `Fatal` no append succeeds again.
    fn append(&mut self, expected_next: u64, batch: &[Commit]) -> Result<Head, AppendError>;

    /// Up to `commits_max` durable commits, the first being the one that CONTAINS `from`; nothing
    /// if `from` is not written yet. An implementation may return fewer to bound its memory, but at
    /// least one if there is one and `commits_max` is not 0.
    ///
    /// # Errors
    /// [`ReadError`].
    fn read(&self, from: u64, commits_max: usize) -> Result<Vec<StoredCommit>, ReadError>;
}

/// Checks `batch` against every limit and returns the bytes it takes when stored.
///
/// # Errors
/// [`AppendError::Empty`] or [`AppendError::TooLarge`].
pub fn check_batch(batch: &[Commit]) -> Result<usize, AppendError> {
    let mut batch_bytes = frame::BATCH_HEADER_BYTES;
    for (index, commit) in batch.iter().enumerate() {
        if commit.entries.is_empty() {
            return Err(AppendError::Empty { commit: index });
        }
        within("entries of one commit", commit.entries.len(), COMMIT_ENTRIES_MAX)?;
        let mut commit_bytes = frame::FRAME_HEADER_BYTES;
        for entry in &commit.entries {
            within("bytes of one entry", entry.bytes.len(), ENTRY_BYTES_MAX)?;
            commit_bytes += frame::ENTRY_HEADER_BYTES + entry.bytes.len();
        }
        within("bytes of one commit", commit_bytes, COMMIT_BYTES_MAX)?;
        batch_bytes += commit_bytes;
        within("bytes of one batch", batch_bytes, BATCH_BYTES_MAX)?;
    }
    Ok(batch_bytes)
}

fn within(what: &'static str, found: usize, max: usize) -> Result<(), AppendError> {
    if found > max { Err(AppendError::TooLarge { what, found, max }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(entries: usize, bytes: usize) -> Commit {
        Commit { entries: vec![Entry { salt: [7; 32], bytes: vec![1; bytes] }; entries] }
    }

    #[test]
    fn genesis_differs_by_log_number_and_never_changes() {
        assert_ne!(genesis(0), genesis(1));
        let hex = data_encoding::HEXLOWER.encode(&genesis(0));
        assert_eq!(hex, "f09becf7befa57894011a7f5538770194de7569ac74b9e4ba4db0755d3ca2eb3");
    }

    #[test]
    fn limits_hold_at_their_edge() {
        assert!(check_batch(&[commit(1, ENTRY_BYTES_MAX)]).is_ok());
        assert!(check_batch(&[commit(1, ENTRY_BYTES_MAX + 1)]).is_err());
        assert!(check_batch(&[commit(COMMIT_ENTRIES_MAX, 0)]).is_ok());
        assert!(check_batch(&[commit(COMMIT_ENTRIES_MAX + 1, 0)]).is_err());
        assert!(check_batch(&[commit(14, ENTRY_BYTES_MAX)]).is_ok());
        assert!(check_batch(&[commit(15, ENTRY_BYTES_MAX)]).is_err());
        assert!(check_batch(&vec![commit(14, ENTRY_BYTES_MAX); 4]).is_ok());
        assert!(check_batch(&vec![commit(14, ENTRY_BYTES_MAX); 5]).is_err());
        let with_empty = [commit(1, 1), commit(0, 0)];
        assert_eq!(check_batch(&with_empty), Err(AppendError::Empty { commit: 1 }));
    }

    #[test]
    fn check_batch_counts_the_bytes_that_are_written() {
        let batch = [commit(3, 10), commit(1, 0)];
        let mut bytes = Vec::new();
        frame::encode_batch([1; 8], 96, 0, &batch, &mut bytes);
        assert_eq!(check_batch(&batch), Ok(bytes.len()));
    }

    #[test]
    fn a_debug_print_of_an_entry_shows_no_content() {
        let entry = Entry { salt: [9; 32], bytes: b"secret".to_vec() };
        assert_eq!(format!("{entry:?}"), "Entry { bytes: 6, .. }");
    }
}
