//! Rebuilding a view from the log, whole or as of an earlier event, and comparing two views.

use std::path::Path;
use std::time::Instant;

use shouxin_core::log::{ReadError, chain_over};

use crate::engine::recovery::{RecoveryError, catch_up};
use crate::log::LogReader;
use crate::vault::Vault;
use crate::view::{View, ViewError, ViewSettings};

/// Rows compared at a time.
const PAGE_ROWS: usize = 4096;
/// Memory of a view that is rebuilt beside the one in use.
const CACHE_BYTES: u64 = 64 << 20;
/// Longer than generations take to fill in a rebuild, so that each is written once. Milliseconds.
const FLUSH_INTERVAL_MS: u64 = 60_000;
const OVERLAY_ROWS_MAX: usize = 100_000;

/// A rebuilt view.
pub struct Rebuilt {
    /// The view.
    pub view: View,
    /// Events applied.
    pub events: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl Rebuilt {
    /// The rate.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a rate for people, rounded"
    )]
    pub fn events_per_second(&self) -> u64 {
        (self.events as f64 / self.seconds.max(0.001)) as u64
    }
}

/// Rebuilds a view of the events before `end` into an empty folder; what is there is removed.
pub fn rebuild(
    folder: &Path,
    log: &LogReader,
    vault: &Vault,
    end: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<Rebuilt, RecoveryError> {
    if folder.exists() {
        View::destroy(folder)?;
    }
    let settings = ViewSettings {
        cache_bytes: CACHE_BYTES,
        overlay_rows_max: OVERLAY_ROWS_MAX,
        flush_interval_ms: FLUSH_INTERVAL_MS,
    };
    let view = View::open(folder, settings)?;
    let began = Instant::now();
    let events = catch_up(&view, log, vault, end, progress)?;
    Ok(Rebuilt { view, events, seconds: began.elapsed().as_secs_f64() })
}

/// The first key at which two views differ, in hexadecimal; nothing where they are the same.
pub fn first_difference(one: &View, other: &View) -> Result<Option<String>, ViewError> {
    // Every first byte of a key, one after the other: a range is asked for by its prefix.
    for first in 0..=0xfe_u8 {
        let prefix = [first];
        let mut after: Option<Vec<u8>> = None;
        loop {
            let left = one.read().range(&prefix, after.as_deref(), PAGE_ROWS)?;
            let right = other.read().range(&prefix, after.as_deref(), PAGE_ROWS)?;
            let pairs = left.iter().zip(&right);
            if let Some((row, _)) = pairs.into_iter().find(|(left, right)| left != right) {
                return Ok(Some(data_encoding::HEXLOWER.encode(&row.0)));
            }
            if left.len() != right.len() {
                let longer = if left.len() > right.len() { &left } else { &right };
                let row = longer.get(left.len().min(right.len()));
                return Ok(row.map(|row| data_encoding::HEXLOWER.encode(&row.0)));
            }
            match left.last() {
                Some(row) if left.len() == PAGE_ROWS => after = Some(row.0.clone()),
                _ => break,
            }
        }
    }
    Ok(None)
}

/// What was read and proved.
#[derive(Clone, Copy, Debug)]
pub struct Proved {
    /// Entries.
    pub entries: u64,
}

/// Reads the log beside a running server up to its durable head and follows the chain.
pub fn verify_copy(log: &LogReader, _data: &Path) -> Result<Proved, ReadError> {
    let head = log.head();
    let mut entries = 0;
    let mut chain = None;
    for commit in log.scan(0) {
        let commit = commit?;
        if let Some(chain) = chain
            && chain_over(&chain, &commit.entries) != commit.chain_after
        {
            let what = format!("the chain breaks at entry {}", commit.first);
            return Err(ReadError::Unavailable { what });
        }
        chain = Some(commit.chain_after);
        entries = commit.next();
    }
    if entries >= head.next && (entries > head.next || chain == Some(head.chain) || entries == 0) {
        return Ok(Proved { entries });
    }
    let what = format!("the log ends at {entries}, its head says {}", head.next);
    Err(ReadError::Unavailable { what })
}
