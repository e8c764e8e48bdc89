//! The view: ordered rows derived from the log, as bytes, with the log position they stand for.
//!
//! It knows nothing of the register. One writer publishes whole commits, any number of readers
//! see whole commits, and what is on disk is always the state after some commit. The log is the
//! truth: a view that cannot be trusted is destroyed and rebuilt from it (design.md 2).

mod overlay;
mod page;
mod redo;
mod store;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use overlay::{Snapshot, View};
pub use page::Page;

/// Largest value in bytes. Beyond it sled's pages come near the size of its segments.
pub const VALUE_BYTES_MAX: usize = 64 * 1024;
/// Largest key in bytes.
pub const KEY_BYTES_MAX: usize = 1024;

/// How far the view has got: what of the log it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Sequence number of the next event to apply. 0 for an empty view.
    pub next: u64,
    /// Chain hash of the last event applied. Zeros for an empty view.
    pub chain: [u8; 32],
}

/// Rows of one commit: a value to put under a key, or `None` to remove it. The last one wins.
pub type Changes = Vec<(Vec<u8>, Option<Arc<[u8]>>)>;

/// Rows in key order, `None` where a row is removed.
type Rows = BTreeMap<Vec<u8>, Option<Arc<[u8]>>>;

/// Bounds on a view's memory.
#[derive(Clone, Copy, Debug)]
pub struct ViewSettings {
    /// Page cache of the store in bytes. sled exceeds it several times over, so give it a tenth
    /// of the memory meant for the view.
    pub cache_bytes: u64,
    /// Rows kept in memory before they are written out in one batch; twice as many at most, plus
    /// the rows of one commit.
    pub overlay_rows_max: usize,
    /// Milliseconds after which they are written out even if they are fewer, so that a quiet
    /// register has little to apply again after a crash. At least 1.
    pub flush_interval_ms: u64,
}

/// Why the view could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// What is on disk cannot be trusted. Cure: [`View::destroy`], then rebuild from the log.
    #[error("the view is unusable and has to be rebuilt from the log: {why}")]
    Unusable {
        /// What is wrong with it.
        why: String,
    },
    /// A file or directory of the view could not be used.
    #[error("cannot {doing} {path} for the view: {source}")]
    Io {
        /// The verb.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The store failed in the middle of its work. Restart; the log has everything.
    #[error("the store of the view failed to {doing}: {why}")]
    Store {
        /// The verb.
        doing: &'static str,
        /// Why.
        why: String,
    },
    /// An earlier write in the background failed, and nothing more is accepted. Restart.
    #[error("the view stopped when it could not write: {why}")]
    Poisoned {
        /// The first failure.
        why: String,
    },
    /// A key is empty, too long, or begins with the byte the view keeps for itself.
    #[error(
        "a key must have 1 to {KEY_BYTES_MAX} bytes and not begin with 0xff: {key_bytes} bytes"
    )]
    Key {
        /// Length of the key.
        key_bytes: usize,
    },
    /// A value is too long.
    #[error("a value may have {VALUE_BYTES_MAX} bytes, this one has {value_bytes}")]
    Value {
        /// Length of the value.
        value_bytes: usize,
    },
    /// A commit lies before one that is already published.
    #[error("a commit up to event {next} was published after one up to event {applied_next}")]
    OutOfOrder {
        /// Position given.
        next: u64,
        /// Position the view has.
        applied_next: u64,
    },
}

impl ViewError {
    fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), source }
    }
}
