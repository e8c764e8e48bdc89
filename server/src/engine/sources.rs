//! Loads what `decide` and `apply` ask for, within bounds.

use std::sync::Arc;

use shouxin_core::codec;
use shouxin_core::limits::{NEED_ROUNDS_MAX, ROWS_PER_COMMAND_MAX};
use shouxin_core::row::{Key, Row};
use shouxin_core::rows::{Change, Rows, Stop};

use crate::view::{Changes, ViewError};

/// Where rows come from.
pub(crate) trait Source {
    /// The bytes under a key.
    fn find(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, ViewError>;
}

/// Why something could not be worked out.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// `decide` or `apply` said so.
    Stop(Stop),
    /// The rows could not be read.
    Read(String),
}

fn load(source: &impl Source, rows: &mut Rows, keys: Vec<Key>) -> Result<(), Failure> {
    for key in keys {
        let bytes = source
            .find(&key.encode())
            .map_err(|error| Failure::Read(format!("reading the view: {error}")))?;
        let row = match bytes {
            Some(bytes) => Some(Arc::new(codec::decode_row(&bytes).map_err(|error| {
                Failure::Read(format!("a row of the view is damaged, rebuild it: {error}"))
            })?)),
            None => None,
        };
        rows.load(key, row);
    }
    Ok(())
}

/// Asks until nothing more is needed.
pub(crate) fn settle<T>(
    source: &impl Source,
    rows: &mut Rows,
    mut ask: impl FnMut(&mut Rows) -> Result<T, Stop>,
) -> Result<T, Failure> {
    let before = rows.loaded();
    for _ in 0..NEED_ROUNDS_MAX {
        match ask(rows) {
            Err(Stop::Need(keys)) => load(source, rows, keys)?,
            other => return other.map_err(Failure::Stop),
        }
        if rows.loaded() - before > ROWS_PER_COMMAND_MAX {
            let what = format!("one command needs over {ROWS_PER_COMMAND_MAX} rows");
            return Err(Failure::Read(what));
        }
    }
    Err(Failure::Read("a command asked for rows too many times".to_owned()))
}

/// Changed rows as bytes for the view.
pub(crate) fn encode_changes(changes: Vec<Change>) -> Result<Changes, codec::CodecError> {
    changes
        .into_iter()
        .map(|change| {
            Ok(match change {
                Change::Row(key, row) => {
                    let bytes = match row {
                        Some(row) => Some(Arc::from(encode(&row)?)),
                        None => None,
                    };
                    (key.encode(), bytes)
                }
                Change::Entry(entry, true) => (entry.encode(), Some(Arc::from(Vec::new()))),
                Change::Entry(entry, false) => (entry.encode(), None),
            })
        })
        .collect()
}

fn encode(row: &Row) -> Result<Vec<u8>, codec::CodecError> {
    codec::encode_row(row)
}
