//! The only file that names sled: one tree of rows and the marker that says how far it has got.
//!
//! sled 0.34.7 has known faults, and every cure stands here: a left-over snapshot that blocks
//! opening, `flush` that does not reach the disk on Linux, a batch that keeps every reader out,
//! panics far from their cause, and a directory lock that outlives its owner for a moment.
//! Nothing above this file depends on sled.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::redo::{self, Redo};
use super::{Applied, Rows, ViewError};

/// Version of what rows mean as bytes on disk. A view of another schema is rebuilt, not converted.
pub(super) const SCHEMA: u32 = 1;

/// Rows may not begin with this byte: what does belongs to the view itself.
pub(super) const RESERVED_FIRST_BYTE: u8 = 0xff;

/// Key of the marker row, after every other row.
const MARKER_KEY: &[u8] = b"\xffapplied";

/// Key of a second marker, there only while rows are written: the position they lead to. A store
/// that has it and not the redo file to it holds rows of two positions.
const WRITING_KEY: &[u8] = b"\xffwriting";

/// schema (4) + next (8) + chain (32) + CRC-32C of these (4), integers big-endian.
const MARKER_BYTES: usize = 48;

/// Fixed when a store is created. At 8 MiB no page of ours becomes a blob file, which sled never
/// syncs.
const SEGMENT_BYTES: usize = 8 << 20;

/// sled's housekeeping, which moves rows out of old segments, runs only on this timer.
const HOUSEKEEPING_PERIOD_MS: u64 = 1_000;

/// sled gives up its directory lock on a thread of its own, shortly after the store is dropped.
const LOCK_TRIES_MAX: u32 = 100;
const LOCK_RETRY_MS: u64 = 50;

/// Rows put between two flushes. Measured with 200,000 rows of 300 bytes and a reader beside
/// them: as one sled batch the longest read took 1.1 s, one by one without a flush between 40 ms,
/// like this 5 ms, in no more time altogether than the batch.
const ROWS_PER_FLUSH: usize = 1_000;

/// An open sled tree.
pub(super) struct Store {
    db: sled::Db,
    dir: PathBuf,
    /// A second descriptor on sled's log, for the `fdatasync` that sled leaves out.
    sync: File,
}

/// Rows from the store with their keys, in the order asked for.
pub(super) type StoreRow = Result<(Vec<u8>, Arc<[u8]>), ViewError>;

impl Store {
    /// Opens or creates the store in `dir` and reads its marker. A write that was interrupted is
    /// carried to its end first.
    ///
    /// # Errors
    /// [`ViewError::Unusable`] when what is there cannot be trusted and must be rebuilt;
    /// [`ViewError::Io`] when the directory cannot be used at all.
    pub(super) fn open(dir: &Path, cache_bytes: u64) -> Result<(Self, Applied), ViewError> {
        fs::create_dir_all(dir).map_err(|source| ViewError::io("create", dir, source))?;
        remove_unfinished_snapshots(dir)?;
        redo::remove_unfinished(dir)?;
        let db = open_sled(dir, cache_bytes)?;
        let log = dir.join("db");
        let sync = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&log)
            .map_err(|source| ViewError::io("open", &log, source))?;
        let store = Self { db, dir: dir.to_owned(), sync };
        let applied = store.recover().map_err(|error| match error {
            ViewError::Store { why, .. } => ViewError::Unusable { why },
            other => other,
        })?;
        Ok((store, applied))
    }

    /// The position of the store, after a redo file left by a write that did not end was used.
    fn recover(&self) -> Result<Applied, ViewError> {
        let applied = match self.position_at(MARKER_KEY)? {
            Some(applied) => applied,
            None if guarded("read", || self.db.first())?.is_none() => {
                // Rows never come before a marker, or a first write cut short would look like
                // a store of somebody else.
                self.finish(Applied::default())?;
                Applied::default()
            }
            None => {
                return Err(ViewError::Unusable { why: "it has rows but no marker".to_owned() });
            }
        };
        let writing = self.position_at(WRITING_KEY)?;
        match (redo::load(&self.dir)?, writing) {
            (None, None) => Ok(applied),
            (Some(Redo { to, .. }), None) if to == applied => {
                redo::remove(&self.dir)?;
                Ok(applied)
            }
            (Some(Redo { from, to, rows }), _)
                if from == applied && writing.is_none_or(|writing| writing == to) =>
            {
                self.begin(to)?;
                self.put_rows(&rows)?;
                self.finish(to)?;
                Ok(to)
            }
            (redo, _) => {
                let redo = redo.map(|redo| (redo.from.next, redo.to.next));
                let writing = writing.map(|writing| writing.next);
                let at = applied.next;
                let why = format!(
                    "a write was cut short and cannot be ended: it stands at event {at}, was \
                     written up to {writing:?}, and its redo file has {redo:?}"
                );
                Err(ViewError::Unusable { why })
            }
        }
    }

    fn position_at(&self, key: &[u8]) -> Result<Option<Applied>, ViewError> {
        let bytes = self.get(key)?;
        bytes
            .map(|bytes| decode_marker(&bytes).map_err(|why| ViewError::Unusable { why }))
            .transpose()
    }

    /// Writes `rows` and moves the marker, and returns when the disk has them. After a crash in
    /// between, opening the store ends what was begun. Readers come in between any two rows, so
    /// the caller shows them `rows` from memory until this returns.
    pub(super) fn write(&self, rows: &Rows, applied: Applied) -> Result<(), ViewError> {
        let from = self.position_at(MARKER_KEY)?.unwrap_or_default();
        redo::save(&self.dir, rows, from, applied)?;
        self.begin(applied)?;
        self.put_rows(rows)?;
        self.finish(applied)
    }

    /// Says on disk, before any row changes, that rows are on their way to `applied`.
    fn begin(&self, applied: Applied) -> Result<(), ViewError> {
        guarded("write", || self.db.insert(WRITING_KEY, &encode_marker(applied)[..]))?;
        self.sync()
    }

    /// Puts and removes rows in key order, which touches each page of the store once.
    fn put_rows<'a>(
        &self,
        rows: impl IntoIterator<Item = (&'a Vec<u8>, &'a Option<Arc<[u8]>>)>,
    ) -> Result<(), ViewError> {
        for (done, (key, value)) in (1_usize..).zip(rows) {
            guarded("write", || match value {
                Some(value) => self.db.insert(key, &value[..]),
                None => self.db.remove(key),
            })?;
            if done.is_multiple_of(ROWS_PER_FLUSH) {
                guarded("flush", || self.db.flush())?;
            }
        }
        Ok(())
    }

    /// Says that every row put so far belongs to `applied`, once the disk has these rows. The
    /// redo file goes last, when nobody can need it any more.
    fn finish(&self, applied: Applied) -> Result<(), ViewError> {
        self.sync()?;
        let mut markers = sled::Batch::default();
        markers.insert(MARKER_KEY, &encode_marker(applied)[..]);
        markers.remove(WRITING_KEY);
        guarded("write", || self.db.apply_batch(markers))?;
        self.sync()?;
        redo::remove(&self.dir)
    }

    fn sync(&self) -> Result<(), ViewError> {
        guarded("flush", || self.db.flush())?;
        self.sync
            .sync_data()
            .map_err(|source| ViewError::Store { doing: "sync", why: source.to_string() })
    }

    /// The value of one row.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, ViewError> {
        let value = guarded("read", || self.db.get(key))?;
        Ok(value.map(|value| Arc::from(&value[..])))
    }

    /// Rows between two bounds, ascending or descending. The marker is left out by the bounds:
    /// callers never ask beyond [`RESERVED_FIRST_BYTE`].
    pub(super) fn range(
        &self,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
        reverse: bool,
    ) -> impl Iterator<Item = StoreRow> + use<> {
        let mut rows = self.db.range::<&[u8], _>(bounds);
        std::iter::from_fn(move || {
            let next = guarded("scan", || {
                let row = if reverse { rows.next_back() } else { rows.next() };
                row.transpose()
            });
            next.map(|row| row.map(|(key, value)| (key.to_vec(), Arc::from(&value[..]))))
                .transpose()
        })
    }

    /// Lets a test make every later sync fail.
    #[cfg(test)]
    pub(super) fn replace_sync(&mut self, sync: File) {
        self.sync = sync;
    }

    /// Bytes of sled's files.
    pub(super) fn size_on_disk(&self) -> Result<u64, ViewError> {
        guarded("measure", || self.db.size_on_disk())
    }
}

/// Removes what sled keeps in `dir`, and `dir` itself if nothing else is in it.
pub(super) fn destroy(dir: &Path) -> Result<(), ViewError> {
    for path in entries(dir)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let removed = match name.as_str() {
            "db" | "conf" | redo::REDO_FILE | redo::REDO_FILE_NEW => fs::remove_file(&path),
            "blobs" => fs::remove_dir_all(&path),
            _ if name.starts_with("snap.") => fs::remove_file(&path),
            _ => continue,
        };
        removed.map_err(|source| ViewError::io("remove", &path, source))?;
    }
    match fs::remove_dir(dir) {
        Err(source)
            if !matches!(
                source.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty
            ) =>
        {
            Err(ViewError::io("remove", dir, source))
        }
        _ => Ok(()),
    }
}

/// A process killed while sled opens leaves `snap.*.generating`, which the next opening takes for
/// the newest snapshot and fails on for ever. The old snapshot is still there, so it can go.
fn remove_unfinished_snapshots(dir: &Path) -> Result<(), ViewError> {
    for path in entries(dir)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(&path).map_err(|source| ViewError::io("remove", &path, source))?;
        }
    }
    Ok(())
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>, ViewError> {
    let listing = match fs::read_dir(dir) {
        Ok(listing) => listing,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(ViewError::io("list", dir, source)),
    };
    listing
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(|source| ViewError::io("list", dir, source))
}

fn open_sled(dir: &Path, cache_bytes: u64) -> Result<sled::Db, ViewError> {
    let mut tries = 1;
    loop {
        let config = sled::Config::new()
            .path(dir)
            .mode(sled::Mode::LowSpace)
            .segment_size(SEGMENT_BYTES)
            .cache_capacity(cache_bytes)
            .flush_every_ms(Some(HOUSEKEEPING_PERIOD_MS));
        let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
        match opened {
            Ok(Ok(db)) => return Ok(db),
            Ok(Err(sled::Error::Io(source))) if is_lock_refusal(&source) => {
                if tries == LOCK_TRIES_MAX {
                    return Err(ViewError::io("lock", dir, source));
                }
                tries += 1;
                thread::sleep(Duration::from_millis(LOCK_RETRY_MS));
            }
            Ok(Err(sled::Error::Io(source))) => return Err(ViewError::io("open", dir, source)),
            Ok(Err(error)) => return Err(ViewError::Unusable { why: error.to_string() }),
            Err(payload) => return Err(ViewError::Unusable { why: panic_text(&*payload) }),
        }
    }
}

/// sled reports a held lock as an error of kind `Other` with this text, and nothing else does.
fn is_lock_refusal(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
        || error.to_string().contains("could not acquire lock")
}

/// Runs one sled call. sled panics on some corruptions; the caller gets an error either way.
fn guarded<T>(
    doing: &'static str,
    call: impl FnOnce() -> Result<T, sled::Error>,
) -> Result<T, ViewError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(ViewError::Store { doing, why: error.to_string() }),
        Err(payload) => Err(ViewError::Store { doing, why: panic_text(&*payload) }),
    }
}

fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    format!("the store panicked: {}", text.unwrap_or("without a message"))
}

fn encode_marker(applied: Applied) -> [u8; MARKER_BYTES] {
    let mut bytes = [0; MARKER_BYTES];
    bytes[..4].copy_from_slice(&SCHEMA.to_be_bytes());
    bytes[4..12].copy_from_slice(&applied.next.to_be_bytes());
    bytes[12..44].copy_from_slice(&applied.chain);
    let crc = crc32c::crc32c(&bytes[..44]);
    bytes[44..].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn decode_marker(bytes: &[u8]) -> Result<Applied, String> {
    let bytes: &[u8; MARKER_BYTES] = bytes
        .try_into()
        .map_err(|_| format!("its marker has {} bytes, not {MARKER_BYTES}", bytes.len()))?;
    if crc32c::crc32c(&bytes[..44]).to_be_bytes() != bytes[44..] {
        return Err("its marker does not match its checksum".to_owned());
    }
    let mut schema = [0; 4];
    schema.copy_from_slice(&bytes[..4]);
    let schema = u32::from_be_bytes(schema);
    if schema != SCHEMA {
        return Err(format!("it has schema {schema}, this program writes schema {SCHEMA}"));
    }
    let mut next = [0; 8];
    next.copy_from_slice(&bytes[4..12]);
    let mut chain = [0; 32];
    chain.copy_from_slice(&bytes[12..44]);
    Ok(Applied { next: u64::from_be_bytes(next), chain })
}

#[cfg(test)]
mod tests;
