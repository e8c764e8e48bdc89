//! What opening does with the last segment: finds the durable end, tells a torn tail from damage.
//!
//! A batch is written only after the one before it is durable. So behind a bad batch there is
//! nothing if the write of that batch was cut off, and if there is something, the bad batch had
//! been durable and was damaged since.

use shouxin_core::log::frame::{BATCH_HEADER_BYTES, BATCH_MAGIC, BatchHeader};
use shouxin_core::log::{BATCH_BYTES_MAX, ReadError};

use super::TornTail;
use super::walk::{Point, Segment, Walker, offset_of};

/// Points of the sparse index lie at least this many bytes apart.
pub(super) const INDEX_BYTES: u64 = 64 * 1024;
/// Bytes read at once when walking in order.
pub(super) const SCAN_READ_BYTES: usize = 1024 * 1024;

/// What the last segment holds.
pub(super) struct Tail {
    /// The point behind the last whole batch.
    pub end: Point,
    /// Where that batch begins, if there is one.
    pub last_batch: Option<u64>,
    /// The sparse index of the segment.
    pub index: Vec<Point>,
    /// What stands behind the end and is not zero.
    pub torn: Option<TornTail>,
}

/// Adds `point` to a sparse index if it lies far enough behind the last one.
pub(super) fn index_point(index: &mut Vec<Point>, point: Point) {
    if index.last().is_none_or(|last| point.offset - last.offset >= INDEX_BYTES) {
        index.push(point);
    }
}

/// Walks the last segment and judges what stands behind its last whole batch.
pub(super) fn read_tail(segment: &Segment) -> Result<Tail, ReadError> {
    let start = Point::start(&segment.header);
    let mut walker = Walker::new(segment.clone(), start, SCAN_READ_BYTES);
    let (mut end, mut last_batch, mut index) = (start, None, Vec::new());
    let (mut batch, mut fault) = (None, None);
    loop {
        let before = walker.point();
        if before.frames_left == 0 {
            end = before;
            last_batch = batch;
            batch = Some(before.offset);
        }
        index_point(&mut index, before);
        match walker.next_commit() {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(ReadError::Damaged(damage)) => {
                fault = Some(damage.what);
                break;
            }
            Err(error) => return Err(error),
        }
    }
    // The walk may have gone some way into the batch that turned out bad.
    index.retain(|point| point.offset <= end.offset);
    let torn = judge_rest(segment, &end, fault.as_deref().unwrap_or("bytes that are not zero"))?;
    Ok(Tail { end, last_batch, index, torn })
}

/// Looks at everything behind the last whole batch.
fn judge_rest(segment: &Segment, end: &Point, what: &str) -> Result<Option<TornTail>, ReadError> {
    let mut last_nonzero = None;
    let mut later_batch = None;
    let zeros = vec![0; SCAN_READ_BYTES];
    let mut buffer = vec![0; SCAN_READ_BYTES];
    let mut offset = end.offset;
    while offset < segment.header.segment_bytes {
        let left = segment.header.segment_bytes - offset;
        let len = usize::try_from(left).unwrap_or(SCAN_READ_BYTES).min(SCAN_READ_BYTES);
        let Some(piece) = buffer.get_mut(..len) else { break };
        segment.read_at(offset, piece)?;
        // One comparison of whole slices, for nearly all of a segment may be zeros.
        if zeros.get(..len) != Some(&*piece) {
            let place = piece.iter().rposition(|byte| *byte != 0);
            last_nonzero = place.map(|place| offset + offset_of(place)).or(last_nonzero);
            later_batch = later_batch.or_else(|| find_batch(segment, end, offset, piece));
        }
        if offset_of(len) == left {
            break;
        }
        // Pieces overlap, so that no header hides across a border.
        offset += offset_of(len - BATCH_HEADER_BYTES);
    }
    let Some(last_nonzero) = last_nonzero else { return Ok(None) };
    if let Some(later) = later_batch {
        let what = format!("{what}, but a later batch stands at byte {later}");
        return Err(segment.damage(end.sequence, end.offset, what));
    }
    let bytes = last_nonzero + 1 - end.offset;
    if bytes > offset_of(BATCH_BYTES_MAX) {
        let what = format!("{what}, and byte {last_nonzero} is beyond what one batch can reach");
        return Err(segment.damage(end.sequence, end.offset, what));
    }
    Ok(Some(TornTail { file: segment.name.to_string(), offset: end.offset, bytes }))
}

/// The offset of a batch header behind `end` that names a durable end beyond it. Its own offset is
/// that durable end, and it carries the segment's random tag, so no entry's content passes for one.
fn find_batch(segment: &Segment, end: &Point, offset: u64, piece: &[u8]) -> Option<u64> {
    let mut from = 0;
    while let Some(rest) = piece.get(from..) {
        let place = rest.windows(BATCH_MAGIC.len()).position(|bytes| bytes == BATCH_MAGIC)?;
        let candidate = offset + offset_of(from + place);
        let header = BatchHeader::decode(rest.get(place..).unwrap_or_default());
        let durable_end = segment.header.start_offset.saturating_add(candidate);
        let is_batch = header.is_ok_and(|header| {
            header.tag == segment.header.tag && header.durable_end_before == durable_end
        });
        if is_batch && candidate > end.offset {
            return Some(candidate);
        }
        from += place + 1;
    }
    None
}
