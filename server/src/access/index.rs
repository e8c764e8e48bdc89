//! Which looks concerned which file: an index beside the access log, so that a subject's page costs
//! what the page holds however long the log is. It is disposable: what it lacks is read from the
//! log at start, and all of it where it is lost.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use shouxin_core::actor::SubjectKey;
use shouxin_core::log::{Head, StoredCommit};
use shouxin_core::row::Key;

use super::{Access, AccessError};
use crate::log::LogReader;
use crate::view::{Applied, Changes, View, ViewError, ViewSettings};

/// Looks taken from the log between two publications while the index catches up.
const LOOKS_PER_STEP: usize = 1024;
const SETTINGS: ViewSettings =
    ViewSettings { cache_bytes: 8 << 20, overlay_rows_max: 20_000, flush_interval_ms: 5_000 };

/// Looks of one page, newest first, each with its place in the log.
pub type Looks = Vec<(u64, Access)>;

/// The index and the log that it points into.
pub(super) struct Index {
    view: View,
    log: LogReader,
    /// Cleared when an entry could not be indexed: from then on a page would miss looks.
    complete: AtomicBool,
}

impl Index {
    /// Opens the index and brings it up to the log.
    pub fn open(folder: &Path, log: LogReader) -> Result<Index, String> {
        let fresh = || -> Result<View, ViewError> {
            View::destroy(folder)?;
            View::open(folder, SETTINGS)
        };
        let view = match View::open(folder, SETTINGS) {
            Err(ViewError::Unusable { .. }) => fresh(),
            other => other,
        };
        let mut view = view.map_err(|error| error.to_string())?;
        let (applied, head) = (view.applied(), log.head());
        let same = applied.next < head.next
            || applied.next == 0
            || (applied.next == head.next && applied.chain == head.chain);
        if !same {
            // It was built from another log, so none of it can be trusted.
            drop(view);
            view = fresh().map_err(|error| error.to_string())?;
        }
        let index = Index { view, log, complete: AtomicBool::new(true) };
        index.catch_up()?;
        Ok(index)
    }

    fn catch_up(&self) -> Result<(), String> {
        let mut step = Vec::new();
        for commit in self.log.scan(self.view.applied().next) {
            step.push(commit.map_err(|error| error.to_string())?);
            if step.len() == LOOKS_PER_STEP {
                self.fold(&step).map_err(|error| error.to_string())?;
                step.clear();
            }
        }
        self.fold(&step).map_err(|error| error.to_string())
    }

    fn fold(&self, commits: &[StoredCommit]) -> Result<(), ViewError> {
        let Some(last) = commits.last() else {
            return Ok(());
        };
        let mut changes = Vec::new();
        for commit in commits {
            for (sequence, entry) in (commit.first..).zip(&commit.entries) {
                entries(sequence, &entry.bytes, &mut changes);
            }
        }
        self.view.publish(changes, Applied { next: last.next(), chain: last.chain_after })
    }

    /// Adds looks that are durable: one an entry, from `first` on, up to `head`.
    pub fn add<'a>(&self, first: u64, looks: impl Iterator<Item = &'a [u8]>, head: Head) {
        let mut changes = Vec::new();
        for (sequence, bytes) in (first..).zip(looks) {
            entries(sequence, bytes, &mut changes);
        }
        if let Err(error) =
            self.view.publish(changes, Applied { next: head.next, chain: head.chain })
        {
            tracing::error!(%error, "a look was recorded and cannot be listed before a restart");
            self.complete.store(false, Ordering::Relaxed);
        }
    }

    /// Looks at a file before `before`, newest first, and whether there are more.
    pub fn page(
        &self,
        subject: SubjectKey,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Looks, bool), AccessError> {
        if !self.complete.load(Ordering::Relaxed) {
            return Err(AccessError);
        }
        let prefix = Key::Subject(subject).encode();
        let before = before.map(|sequence| entry(&prefix, sequence));
        let mut found: Vec<u64> = self
            .view
            .read()
            .range_reverse(&prefix, before.as_deref(), limit.saturating_add(1))
            .map_err(|_| AccessError)?
            .iter()
            .filter_map(|(key, _)| sequence_of(key.strip_prefix(prefix.as_slice())?))
            .collect();
        let more = found.len() > limit;
        found.truncate(limit);
        let looks = found.into_iter().map(|sequence| Ok((sequence, self.look(sequence)?)));
        Ok((looks.collect::<Result<_, AccessError>>()?, more))
    }

    fn look(&self, sequence: u64) -> Result<Access, AccessError> {
        let commits = self.log.read(sequence, 1).map_err(|_| AccessError)?;
        let commit = commits.first().ok_or(AccessError)?;
        let offset = usize::try_from(sequence.saturating_sub(commit.first));
        let entry = commit.entries.get(offset.map_err(|_| AccessError)?).ok_or(AccessError)?;
        serde_json::from_slice(&entry.bytes).map_err(|_| AccessError)
    }
}

fn entry(prefix: &[u8], sequence: u64) -> Vec<u8> {
    [prefix, &sequence.to_be_bytes()].concat()
}

fn sequence_of(tail: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(tail.try_into().ok()?))
}

/// Entries of one look: one for each file that it names. What cannot be read names none.
fn entries(sequence: u64, bytes: &[u8], changes: &mut Changes) {
    let Ok(access) = serde_json::from_slice::<Access>(bytes) else {
        return;
    };
    for subject in subjects(&access.file) {
        let key = entry(&Key::Subject(subject).encode(), sequence);
        changes.push((key, Some(Arc::from(Vec::new()))));
    }
}

/// The files that a look names.
pub(super) fn subjects(file: &str) -> Vec<SubjectKey> {
    let words = file.split(|own: char| !own.is_ascii_alphanumeric());
    words
        .filter(|word| matches!(word.len(), 18 | 27))
        .filter_map(|word| word.parse().ok())
        .collect()
}
