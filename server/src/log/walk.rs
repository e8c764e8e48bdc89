//! Walks one segment commit by commit and checks everything on the way; recovery, reads, scans and
//! verify all see the log through this one walk.

use std::sync::Arc;

use shouxin_core::log::frame::{
    self, BATCH_HEADER_BYTES, BatchHeader, FRAME_PREFIX_BYTES, SEGMENT_HEADER_BYTES, SegmentHeader,
};
use shouxin_core::log::{Damage, Hash, ReadError, StoredCommit, chain_over};

use super::storage::{Access, Storage, StoredFile};
use super::{segment_name, sequence_of};

/// A place between two frames, from which a walk can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    /// Offset in the file.
    pub offset: u64,
    /// Sequence of the next entry.
    pub sequence: u64,
    /// The chain before that entry.
    pub chain: Hash,
    /// Frames of the batch that are still to come; 0 between two batches.
    pub frames_left: u32,
    /// Offset in the file at which the batch ends.
    pub batch_end: u64,
}

impl Point {
    /// The point before the first batch of a segment.
    pub fn start(header: &SegmentHeader) -> Self {
        let offset = offset_of(SEGMENT_HEADER_BYTES);
        Self {
            offset,
            sequence: header.first_sequence,
            chain: header.chain,
            frames_left: 0,
            batch_end: offset,
        }
    }
}

/// A segment that is open and whose header has been checked.
#[derive(Clone)]
pub(super) struct Segment {
    pub name: Arc<str>,
    pub header: SegmentHeader,
    pub file: Arc<dyn StoredFile>,
}

impl Segment {
    /// Opens the segment that begins at `first_sequence`. Its header must agree with its name and
    /// its length.
    pub fn open(storage: &dyn Storage, first_sequence: u64, access: Access) -> Opened {
        let name = segment_name(first_sequence);
        let unavailable = |error| ReadError::Unavailable { what: format!("{name}: {error}") };
        let file = storage.open(&name, access).map_err(unavailable)?;
        let file_bytes = file.bytes().map_err(unavailable)?;
        let damage = |byte_offset, what| {
            Damage { sequence: first_sequence, file: name.clone(), byte_offset, what }.into()
        };
        if file_bytes < offset_of(SEGMENT_HEADER_BYTES) {
            return Err(damage(file_bytes, "the file ends inside its header".to_owned()));
        }
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        file.read_at(0, &mut bytes).map_err(unavailable)?;
        let header = SegmentHeader::decode(&bytes).map_err(|error| damage(0, error.to_string()))?;
        if sequence_of(&name) != Some(header.first_sequence) {
            let what = format!("the header says first sequence {}", header.first_sequence);
            return Err(damage(0, what));
        }
        if header.segment_bytes != file_bytes {
            let what = format!("{file_bytes} bytes long, not {}", header.segment_bytes);
            return Err(damage(file_bytes.min(header.segment_bytes), what));
        }
        Ok(Self { name: name.into(), header, file })
    }

    /// The damage `what` at a place of this segment.
    pub fn damage(&self, sequence: u64, byte_offset: u64, what: impl Into<String>) -> ReadError {
        Damage { sequence, file: self.name.to_string(), byte_offset, what: what.into() }.into()
    }

    /// Reads exactly `buffer` from `offset`.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        self.file.read_at(offset, buffer).map_err(|error| ReadError::Unavailable {
            what: format!("{}, {} bytes at {offset}: {error}", self.name, buffer.len()),
        })
    }
}

type Opened = Result<Segment, ReadError>;

/// A walk over one segment.
pub(super) struct Walker {
    segment: Segment,
    point: Point,
    read_bytes: usize,
    buffer: Vec<u8>,
    buffer_offset: u64,
    buffer_filled: usize,
}

impl Walker {
    /// A walk from `point` that reads `read_bytes` at once.
    pub fn new(segment: Segment, point: Point, read_bytes: usize) -> Self {
        let buffer = Vec::new();
        Self { segment, point, read_bytes, buffer, buffer_offset: 0, buffer_filled: 0 }
    }

    /// Where the walk stands.
    pub fn point(&self) -> Point {
        self.point
    }

    /// The segment walked over.
    pub fn segment(&self) -> &Segment {
        &self.segment
    }

    /// The next commit, or nothing where a batch could begin and zeros stand instead. What is wrong
    /// is reported at the current point, which then does not move.
    pub fn next_commit(&mut self) -> Result<Option<StoredCommit>, ReadError> {
        let batch_start = self.point;
        if self.point.frames_left == 0 && !self.enter_batch()? {
            return Ok(None);
        }
        let commit = self.take_frame();
        if commit.is_err() && batch_start.frames_left == 0 {
            self.point = batch_start;
        }
        commit.map(Some)
    }

    /// Checks the batch header at the current point; false if zeros stand there.
    fn enter_batch(&mut self) -> Result<bool, ReadError> {
        let point = self.point;
        let header_bytes = offset_of(BATCH_HEADER_BYTES);
        if self.left() < header_bytes {
            return Ok(false);
        }
        let bytes = self.window(point.offset, BATCH_HEADER_BYTES)?;
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(false);
        }
        let header = BatchHeader::decode(bytes).map_err(|error| self.bad(error.to_string()))?;
        let segment = self.segment.header;
        if header.tag != segment.tag {
            return Err(self.bad("the batch belongs to another segment"));
        }
        let durable_end = segment.start_offset.saturating_add(point.offset);
        if header.durable_end_before != durable_end {
            return Err(self.bad(format!(
                "the batch names the durable end {}, but stands at {durable_end}",
                header.durable_end_before
            )));
        }
        if header.first_sequence != point.sequence {
            return Err(self.bad(format!("the batch begins at sequence {}", header.first_sequence)));
        }
        let body_bytes = u64::from(header.body_bytes);
        if self.left() - header_bytes < body_bytes {
            return Err(self.bad("the batch is longer than the file"));
        }
        self.point.offset = point.offset + header_bytes;
        self.point.batch_end = self.point.offset + body_bytes;
        self.point.frames_left = header.frame_count;
        Ok(true)
    }

    /// Checks and takes the frame at the current point.
    fn take_frame(&mut self) -> Result<StoredCommit, ReadError> {
        let point = self.point;
        let left = point.batch_end.saturating_sub(point.offset);
        if left < offset_of(FRAME_PREFIX_BYTES) {
            return Err(self.bad("the batch ends before its last frame"));
        }
        let prefix = self.window(point.offset, FRAME_PREFIX_BYTES)?;
        let bytes = frame::frame_bytes(prefix).map_err(|error| self.bad(error.to_string()))?;
        if offset_of(bytes) > left || (point.frames_left == 1 && offset_of(bytes) != left) {
            return Err(self.bad("the frames do not fill their batch"));
        }
        let content = self.window(point.offset, bytes)?;
        let entries = frame::decode_frame(content).map_err(|error| self.bad(error.to_string()))?;
        let commit = StoredCommit {
            first: point.sequence,
            byte_offset: self.segment.header.start_offset.saturating_add(point.offset),
            chain_after: chain_over(&point.chain, &entries),
            entries,
        };
        self.point.offset = point.offset + offset_of(bytes);
        self.point.sequence = commit.next();
        self.point.chain = commit.chain_after;
        self.point.frames_left = point.frames_left.saturating_sub(1);
        Ok(commit)
    }

    /// Bytes between the current point and the end of the file.
    fn left(&self) -> u64 {
        self.segment.header.segment_bytes.saturating_sub(self.point.offset)
    }

    fn bad(&self, what: impl Into<String>) -> ReadError {
        self.segment.damage(self.point.sequence, self.point.offset, what)
    }

    /// `len` bytes from `offset`; the caller has checked that the file is long enough.
    fn window(&mut self, offset: u64, len: usize) -> Result<&[u8], ReadError> {
        let start = offset.checked_sub(self.buffer_offset).and_then(|at| usize::try_from(at).ok());
        let held = start.filter(|start| start.saturating_add(len) <= self.buffer_filled);
        let start = if let Some(start) = held {
            start
        } else {
            let left = self.segment.header.segment_bytes.saturating_sub(offset);
            let left = usize::try_from(left).unwrap_or(usize::MAX);
            let filled = self.read_bytes.max(len).min(left);
            self.buffer_filled = 0;
            if self.buffer.len() < filled {
                self.buffer.resize(filled, 0);
            }
            if let Some(buffer) = self.buffer.get_mut(..filled) {
                self.segment.read_at(offset, buffer)?;
            }
            self.buffer_offset = offset;
            self.buffer_filled = filled;
            0
        };
        let held = self.buffer.get(..self.buffer_filled).unwrap_or_default();
        held.get(start..start.saturating_add(len))
            .ok_or_else(|| self.segment.damage(self.point.sequence, offset, "the file ends here"))
    }
}

/// A length as an offset; no length here comes near `u64`.
pub(super) fn offset_of(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
