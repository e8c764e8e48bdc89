//! Walks every byte of a log and trusts nothing that wrote it.

use std::path::Path;

use shouxin_core::log::{Head, ReadError};

use super::reader::list_segments;
use super::recover::SCAN_READ_BYTES;
use super::segment_name;
use super::storage::{Access, Folder, Storage};
use super::walk::{Point, Segment, Walker, offset_of};

/// How far a verification has come; reported after every segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Segments walked.
    pub segments: usize,
    /// Segments there are.
    pub segments_total: usize,
    /// Entries walked.
    pub entries: u64,
    /// Bytes walked, zeros included.
    pub bytes: u64,
}

/// What a verification found whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Entries in the log.
    pub entries: u64,
    /// Commits in the log.
    pub commits: u64,
    /// Bytes of all segments, zeros included.
    pub bytes: u64,
    /// Which log this is.
    pub log_number: u16,
    /// Where the log ends.
    pub head: Head,
}

/// Checks every byte of the log in `folder`: headers, checksums, chain, sequences without gaps,
/// durable ends, and zeros behind every end. Nothing may append meanwhile. A torn tail that no start
/// has settled yet is reported as damage, for only its place tells it from damage.
///
/// # Errors
/// [`ReadError::Damaged`] for the first thing that is wrong, `Unavailable` if the disk refused.
pub fn verify(folder: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Verified, ReadError> {
    verify_on(&Folder::existing(folder), progress)
}

/// [`verify`] on any storage.
pub(super) fn verify_on(
    storage: &dyn Storage,
    progress: &mut dyn FnMut(Progress),
) -> Result<Verified, ReadError> {
    let firsts = list_segments(storage)?;
    let Some(first) = firsts.first() else {
        return Err(ReadError::Unavailable { what: "there is no log here".to_owned() });
    };
    let first = Segment::open(storage, *first, Access::Read)?;
    let log_number = first.header.log_number;
    let mut so_far = SoFar {
        found: Verified {
            entries: 0,
            commits: 0,
            bytes: 0,
            log_number,
            head: Head::empty(log_number),
        },
        end: 0,
        last: None,
    };
    for (index, first_sequence) in firsts.iter().enumerate() {
        let segment = Segment::open(storage, *first_sequence, Access::Read)?;
        so_far.check_gap(&segment)?;
        so_far.check_header(&segment)?;
        so_far.walk(segment)?;
        progress(Progress {
            segments: index + 1,
            segments_total: firsts.len(),
            entries: so_far.found.entries,
            bytes: so_far.found.bytes,
        });
    }
    Ok(so_far.found)
}

/// What the segments walked so far demand of the next one.
struct SoFar {
    found: Verified,
    /// Global offset at which the last segment's batches end.
    end: u64,
    /// That segment, and the offset in its file at which its batches end.
    last: Option<(Segment, u64)>,
}

impl SoFar {
    /// A segment must begin where the one before ends; otherwise a file is missing, or the one
    /// before lost its last batches, which its successor's offsets tell apart.
    fn check_gap(&self, segment: &Segment) -> Result<(), ReadError> {
        let (header, expected) = (&segment.header, self.found.head.next);
        if header.first_sequence == expected {
            return Ok(());
        }
        match &self.last {
            Some((last, end)) if header.start_offset == self.found.bytes => {
                let what = format!(
                    "the batches end here, but {} goes on at sequence {} and says that they end \
                     {} bytes later",
                    segment.name,
                    header.first_sequence,
                    header.previous_end.saturating_sub(self.end)
                );
                Err(last.damage(expected, *end, what))
            }
            _ => {
                let what = format!("{} is missing before this file", segment_name(expected));
                Err(segment.damage(expected, 0, what))
            }
        }
    }

    fn check_header(&self, segment: &Segment) -> Result<(), ReadError> {
        let header = &segment.header;
        let demands = [
            (header.log_number == self.found.log_number, "the log number"),
            (header.chain == self.found.head.chain, "the chain"),
            (header.start_offset == self.found.bytes, "the offset of the file's start"),
            (header.previous_end == self.end, "the end of the segment before"),
        ];
        match demands.iter().find(|(holds, _)| !holds) {
            Some((_, what)) => {
                let what = format!("{what} in the header does not continue the segment before");
                Err(segment.damage(header.first_sequence, 0, what))
            }
            None => Ok(()),
        }
    }

    fn walk(&mut self, segment: Segment) -> Result<(), ReadError> {
        let start = Point::start(&segment.header);
        let mut walker = Walker::new(segment, start, SCAN_READ_BYTES);
        while let Some(commit) = walker.next_commit()? {
            self.found.commits += 1;
            self.found.entries += offset_of(commit.entries.len());
        }
        let end = walker.point();
        let segment = walker.segment();
        check_zeros(segment, &end)?;
        self.last = Some((segment.clone(), end.offset));
        self.end = segment.header.start_offset.saturating_add(end.offset);
        self.found.bytes = self.found.bytes.saturating_add(segment.header.segment_bytes);
        self.found.head = Head { next: end.sequence, chain: end.chain };
        Ok(())
    }
}

/// Everything behind the last batch must be zero.
fn check_zeros(segment: &Segment, end: &Point) -> Result<(), ReadError> {
    let zeros = vec![0; SCAN_READ_BYTES];
    let mut buffer = vec![0; SCAN_READ_BYTES];
    let mut offset = end.offset;
    while offset < segment.header.segment_bytes {
        let left = segment.header.segment_bytes - offset;
        let len = usize::try_from(left).unwrap_or(SCAN_READ_BYTES).min(SCAN_READ_BYTES);
        let Some(piece) = buffer.get_mut(..len) else { break };
        segment.read_at(offset, piece)?;
        if zeros.get(..len) != Some(&*piece) {
            let place = piece.iter().position(|byte| *byte != 0).unwrap_or_default();
            let place = offset + offset_of(place);
            let what = "behind the last batch stands a byte that is not zero: damage, or a torn \
                        tail that no start has settled yet";
            return Err(segment.damage(end.sequence, place, what));
        }
        offset += offset_of(len);
    }
    Ok(())
}
