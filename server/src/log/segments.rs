//! The writer of the log: one write and one sync per batch, segments prepared in the background.

use std::any::Any;
use std::io;
use std::path::Path;
use std::sync::{Arc, RwLock};
use std::thread::{self, JoinHandle};

use shouxin_core::log::frame::{
    BATCH_HEADER_BYTES, ENTRY_HEADER_BYTES, FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES,
    SegmentHeader, encode_batch,
};
use shouxin_core::log::{
    AppendError, Commit, Head, Log, ReadError, StoredCommit, check_batch, genesis,
};

use super::cache::{Sealed, SealedCache};
use super::reader::{LogReader, Shared, State, list_segments};
use super::recover::{INDEX_BYTES, Tail, read_tail};
use super::storage::{Access, Folder, Storage, StoredFile};
use super::walk::{Point, Segment, offset_of};
use super::{LogSettings, OpenError, Recovery, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN, segment_name};

/// The next segment bears this name until its header is durable.
const SPARE: &str = "spare.tmp";

/// When the next segment is filled with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prepare {
    /// Ahead of need, on a thread of its own.
    Ahead,
    /// When it is needed, so that a test knows the order of all operations.
    #[cfg(test)]
    OnDemand,
}

/// The log as segment files; the only writer of its folder.
pub struct SegmentLog {
    shared: Arc<Shared>,
    settings: LogSettings,
    prepare: Prepare,
    active: Segment,
    /// Where the next batch goes; `frames_left` is always 0.
    end: Point,
    /// Offset of the last point in the sparse index.
    indexed: u64,
    spare: Option<JoinHandle<io::Result<()>>>,
    /// The first failed write or sync; nothing is written after it.
    failed: Option<String>,
    buffer: Vec<u8>,
    /// Keeps other writers out for as long as this one lives.
    _lock: Box<dyn Any + Send + Sync>,
}

impl SegmentLog {
    /// Opens the log in `folder`, making both if they are missing (the folder above must exist).
    /// Reads the last segment only, so the time does not grow with the log.
    ///
    /// # Errors
    /// [`OpenError`]; damage is reported and nothing is cut.
    pub fn open(folder: &Path, settings: LogSettings) -> Result<(Self, Recovery), OpenError> {
        let storage = Folder::create(folder)
            .map_err(OpenError::io(format!("making the folder {}", folder.display())))?;
        Self::open_on(Arc::new(storage), settings, Prepare::Ahead).map_err(|error| match error {
            OpenError::InUse(_) => OpenError::InUse(folder.to_path_buf()),
            other => other,
        })
    }

    /// Opens the log on any storage.
    pub(super) fn open_on(
        storage: Arc<dyn Storage>,
        settings: LogSettings,
        prepare: Prepare,
    ) -> Result<(Self, Recovery), OpenError> {
        if !(SEGMENT_BYTES_MIN..=SEGMENT_BYTES_MAX).contains(&settings.segment_bytes) {
            return Err(OpenError::SegmentBytes(settings.segment_bytes));
        }
        let lock = storage.lock().map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => OpenError::InUse(Path::new(".").to_path_buf()),
            _ => OpenError::io("locking the folder")(error),
        })?;
        // Whatever a spare holds, nobody knows whether it is durable.
        storage.remove(SPARE).map_err(OpenError::io("removing the old spare segment"))?;
        let mut firsts = list_segments(storage.as_ref())?;
        let created = firsts.is_empty();
        if created {
            let header = first_header(settings)?;
            activate(storage.as_ref(), &header, true)
                .map_err(OpenError::io("making the first segment"))?;
            firsts.push(0);
        }
        let last = firsts.last().copied().unwrap_or_default();
        let active = Segment::open(storage.as_ref(), last, Access::Write)?;
        if active.header.log_number != settings.log_number {
            let (expected, found) = (settings.log_number, active.header.log_number);
            return Err(OpenError::OtherLog { expected, found });
        }
        let tail = read_tail(&active)?;
        settle(storage.as_ref(), &active, &tail)?;
        let head = Head { next: tail.end.sequence, chain: tail.end.chain };
        let indexed = tail.index.last().map_or(0, |point| point.offset);
        let state = State { firsts, head, active: active.clone(), index: tail.index };
        let sealed = SealedCache::default();
        let shared = Arc::new(Shared { storage, sealed, state: RwLock::new(state) });
        let mut log = Self {
            shared,
            settings,
            prepare,
            active,
            end: tail.end,
            indexed,
            spare: None,
            failed: None,
            buffer: Vec::new(),
            _lock: lock,
        };
        log.prepare_spare();
        Ok((log, Recovery { created, torn_tail: tail.torn }))
    }

    /// A reader that sees every batch as soon as its append has returned.
    #[must_use]
    pub fn reader(&self) -> LogReader {
        LogReader::new(Arc::clone(&self.shared))
    }

    /// Starts filling the next segment with zeros.
    fn prepare_spare(&mut self) {
        if self.prepare != Prepare::Ahead || self.spare.is_some() {
            return;
        }
        let storage = Arc::clone(&self.shared.storage);
        let bytes = self.settings.segment_bytes;
        let work = move || storage.create_zeroed(SPARE, bytes);
        match thread::Builder::new().name("log-spare".to_owned()).spawn(work) {
            Ok(handle) => self.spare = Some(handle),
            // The segment will be made when it is needed.
            Err(error) => tracing::warn!(%error, "no thread to prepare the next log segment"),
        }
    }

    /// Waits for the spare; false if there is none.
    fn take_spare(&mut self) -> bool {
        let Some(handle) = self.spare.take() else { return false };
        match handle.join() {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the next log segment could not be prepared");
                false
            }
            Err(_) => false,
        }
    }

    /// Seals the active segment and begins the next one, with room for `batch_bytes`.
    fn roll(&mut self, batch_bytes: u64) -> io::Result<()> {
        let old = self.active.header;
        let is_empty = self.end == Point::start(&old);
        let needed = offset_of(SEGMENT_HEADER_BYTES) + batch_bytes;
        let header = SegmentHeader {
            log_number: old.log_number,
            tag: random_tag()?,
            first_sequence: self.end.sequence,
            chain: self.end.chain,
            segment_bytes: self.settings.segment_bytes.max(needed),
            // An empty segment that is too short is replaced under its own name.
            start_offset: old.start_offset + if is_empty { 0 } else { old.segment_bytes },
            previous_end: if is_empty {
                old.previous_end
            } else {
                old.start_offset + self.end.offset
            },
        };
        let spare = self.take_spare() && header.segment_bytes == self.settings.segment_bytes;
        let storage = self.shared.storage.as_ref();
        let file = activate(storage, &header, !spare)?;
        let name = segment_name(header.first_sequence).into();
        let segment = Segment { name, header, file };
        let start = Point::start(&header);
        let sealed = std::mem::replace(&mut self.active, segment.clone());
        self.end = start;
        self.indexed = start.offset;
        self.shared.update(|state| {
            state.active = segment;
            let index = std::mem::replace(&mut state.index, vec![start]);
            if !is_empty {
                state.firsts.push(header.first_sequence);
                let first = sealed.header.first_sequence;
                self.shared.sealed.insert(first, Arc::new(Sealed { segment: sealed, index }));
            }
        });
        self.prepare_spare();
        Ok(())
    }

    /// Writes and syncs one batch that has passed all checks.
    fn write(&mut self, batch: &[Commit], batch_bytes: u64) -> io::Result<()> {
        let left = self.active.header.segment_bytes.saturating_sub(self.end.offset);
        if batch_bytes > left {
            self.roll(batch_bytes)?;
        }
        let header = self.active.header;
        let durable_end = header.start_offset + self.end.offset;
        self.buffer.clear();
        encode_batch(header.tag, durable_end, self.end.sequence, batch, &mut self.buffer);
        self.active.file.write_at(self.end.offset, &self.buffer)?;
        self.active.file.sync()
    }

    /// Makes a durable batch visible to readers.
    fn publish(&mut self, batch: &[Commit], heads: &[Head], batch_bytes: u64) {
        let mut point = self.end;
        point.batch_end = self.end.offset + batch_bytes;
        point.offset += offset_of(BATCH_HEADER_BYTES);
        point.frames_left = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        let mut points = Vec::new();
        for (commit, head) in batch.iter().zip(heads) {
            if point.offset - self.indexed >= INDEX_BYTES {
                self.indexed = point.offset;
                points.push(point);
            }
            point.offset += offset_of(frame_bytes(commit));
            point.sequence = head.next;
            point.chain = head.chain;
            point.frames_left -= 1;
        }
        self.end = point;
        self.shared.update(|state| {
            state.head = Head { next: point.sequence, chain: point.chain };
            state.index.extend(points);
        });
    }

    fn fatal(&self) -> Result<(), AppendError> {
        match &self.failed {
            Some(what) => Err(AppendError::Fatal { what: what.clone() }),
            None => Ok(()),
        }
    }
}

impl Log for SegmentLog {
    fn head(&self) -> Head {
        Head { next: self.end.sequence, chain: self.end.chain }
    }

    fn append(&mut self, expected_next: u64, batch: &[Commit]) -> Result<Head, AppendError> {
        self.fatal()?;
        let head = self.head();
        if expected_next != head.next {
            return Err(AppendError::Stale { expected: expected_next, next: head.next });
        }
        let batch_bytes = offset_of(check_batch(batch)?);
        if batch.is_empty() {
            return Ok(head);
        }
        let mut heads = Vec::with_capacity(batch.len());
        let mut after = head;
        for commit in batch {
            after = after.after(commit).ok_or_else(|| AppendError::Fatal {
                what: "the sequence numbers are used up".to_owned(),
            })?;
            heads.push(after);
        }
        if let Err(error) = self.write(batch, batch_bytes) {
            self.failed = Some(format!("{}: {error}", self.active.name));
            return self.fatal().map(|()| head);
        }
        self.publish(batch, &heads, batch_bytes);
        Ok(after)
    }

    fn read(&self, from: u64, commits_max: usize) -> Result<Vec<StoredCommit>, ReadError> {
        self.reader().read(from, commits_max)
    }
}

impl Drop for SegmentLog {
    /// Waits for the spare, so that nothing is written after the lock is gone.
    fn drop(&mut self) {
        self.take_spare();
    }
}

/// Bytes of a commit as it is stored.
fn frame_bytes(commit: &Commit) -> usize {
    let entries = commit.entries.iter().map(|entry| ENTRY_HEADER_BYTES + entry.bytes.len());
    FRAME_HEADER_BYTES + entries.sum::<usize>()
}

fn random_tag() -> io::Result<[u8; 8]> {
    let mut tag = [0; 8];
    getrandom::fill(&mut tag).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(tag)
}

fn first_header(settings: LogSettings) -> Result<SegmentHeader, OpenError> {
    Ok(SegmentHeader {
        log_number: settings.log_number,
        tag: random_tag().map_err(OpenError::io("drawing random bytes"))?,
        first_sequence: 0,
        chain: genesis(settings.log_number),
        start_offset: 0,
        previous_end: 0,
        segment_bytes: settings.segment_bytes,
    })
}

/// Turns the spare, made first if `create`, into a segment. It gets its name only once its header is
/// durable, so a segment without a whole header is damage and never the trace of a crash.
fn activate(
    storage: &dyn Storage,
    header: &SegmentHeader,
    create: bool,
) -> io::Result<Arc<dyn StoredFile>> {
    if create {
        storage.create_zeroed(SPARE, header.segment_bytes)?;
    }
    let file = storage.open(SPARE, Access::Write)?;
    file.write_at(0, &header.encode())?;
    file.sync()?;
    storage.rename(SPARE, &segment_name(header.first_sequence))?;
    storage.sync_directory()?;
    Ok(file)
}

/// Makes what was found durable before anybody builds on it. After a failed sync the cache may show
/// a batch that is not on the disk and is not marked to be written, so the last batch is written
/// once more; then a torn tail becomes zeros again.
fn settle(storage: &dyn Storage, active: &Segment, tail: &Tail) -> Result<(), OpenError> {
    if let Some(start) = tail.last_batch {
        let len = usize::try_from(tail.end.offset - start).unwrap_or_default();
        let mut bytes = vec![0; len];
        active.read_at(start, &mut bytes)?;
        let what = || format!("{}: writing the last batch again", active.name);
        active.file.write_at(start, &bytes).map_err(OpenError::io(what()))?;
    }
    if let Some(torn) = &tail.torn {
        let zeros = vec![0; usize::try_from(torn.bytes).unwrap_or_default()];
        let what = || format!("{}: zeroing the torn tail", active.name);
        active.file.write_at(torn.offset, &zeros).map_err(OpenError::io(what()))?;
    }
    active.file.sync().map_err(OpenError::io(format!("{}: sync", active.name)))?;
    storage.sync_directory().map_err(OpenError::io("syncing the folder"))
}
