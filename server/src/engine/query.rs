//! Typed reads of one consistent snapshot of the view.

use std::sync::Arc;

use shouxin_core::codec;
use shouxin_core::guard::Refusal;
use shouxin_core::id::Position;
use shouxin_core::keys;
use shouxin_core::row::{Index, Key, Row};
use shouxin_core::rows::{Rows, Stop};

use crate::engine::sources::{Failure, Source, settle};
use crate::view::{Snapshot, ViewError};

/// Why a read failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// What was asked for is not there.
    #[error("{}", .0.detail)]
    NotThere(Refusal),
    /// The view cannot be read, or holds what it should not.
    #[error("reading the view: {0}")]
    Read(String),
}

impl Source for Snapshot<'_> {
    fn find(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, ViewError> {
        self.get(key)
    }
}

/// A snapshot with the rows read from it so far.
pub struct Query<'v> {
    snapshot: Snapshot<'v>,
    rows: Rows,
}

impl<'v> Query<'v> {
    /// Reads from this snapshot.
    pub fn new(snapshot: Snapshot<'v>) -> Query<'v> {
        Query { snapshot, rows: Rows::new() }
    }

    /// The sequence of the next event: what the snapshot has seen is below it.
    pub fn next(&self) -> u64 {
        self.snapshot.applied().next
    }

    /// Works something out from the rows, loading what it needs.
    pub fn ask<T>(
        &mut self,
        mut ask: impl FnMut(&Rows) -> Result<T, Stop>,
    ) -> Result<T, QueryError> {
        settle(&self.snapshot, &mut self.rows, |rows| ask(rows)).map_err(|failure| match failure {
            Failure::Stop(Stop::Refuse(refusal)) => QueryError::NotThere(refusal),
            Failure::Stop(stop) => QueryError::Read(format!("{stop:?}")),
            Failure::Read(what) => QueryError::Read(what),
        })
    }

    /// One row.
    pub fn row(&self, key: &Key) -> Result<Option<Row>, QueryError> {
        let read = |error: String| QueryError::Read(error);
        match self.snapshot.get(&key.encode()).map_err(|error| read(error.to_string()))? {
            Some(bytes) => {
                codec::decode_row(&bytes).map(Some).map_err(|error| read(error.to_string()))
            }
            None => Ok(None),
        }
    }

    /// A page of the positions listed under the same prefix as `entry`, after `after`, and
    /// whether there are more.
    pub fn page(
        &self,
        entry: &Index,
        after: Option<Position>,
        limit: usize,
    ) -> Result<(Vec<Position>, bool), QueryError> {
        let prefix = entry.prefix();
        let after = after.map(|position| {
            let mut key = prefix.clone();
            key.extend_from_slice(&position.log.to_be_bytes());
            key.extend_from_slice(&position.sequence.to_be_bytes());
            key
        });
        let found = self
            .snapshot
            .range(&prefix, after.as_deref(), limit.saturating_add(1))
            .map_err(|error| QueryError::Read(error.to_string()))?;
        let more = found.len() > limit;
        let positions =
            found.iter().take(limit).filter_map(|(key, _)| keys::tail_position(key)).collect();
        Ok((positions, more))
    }

    /// The last `limit` positions listed under the same prefix as `entry`, newest first.
    pub fn newest(&self, entry: &Index, limit: usize) -> Result<Vec<Position>, QueryError> {
        let found = self
            .snapshot
            .range_reverse(&entry.prefix(), None, limit)
            .map_err(|error| QueryError::Read(error.to_string()))?;
        Ok(found.iter().filter_map(|(key, _)| keys::tail_position(key)).collect())
    }

    /// Raw entries under a prefix.
    pub fn range(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Vec<u8>>, QueryError> {
        let found = self.snapshot.range(prefix, after, limit);
        let found = found.map_err(|error| QueryError::Read(error.to_string()))?;
        Ok(found.into_iter().map(|(key, _)| key).collect())
    }
}
