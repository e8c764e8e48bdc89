//! The bytes of a segment: its header, batch headers and frames, as pure encoding and decoding.
//!
//! All integers are little-endian; every checksum is CRC-32C over all bytes before it, or, for a
//! frame, over its length and everything after the checksum (`docs/LOG_FORMAT.md`).

use thiserror::Error;

use super::{
    BATCH_BYTES_MAX, COMMIT_BYTES_MAX, COMMIT_ENTRIES_MAX, Commit, ENTRY_BYTES_MAX, Entry, Hash,
    SALT_BYTES,
};

/// Bytes of a segment header.
pub const SEGMENT_HEADER_BYTES: usize = 96;
/// Bytes of a batch header.
pub const BATCH_HEADER_BYTES: usize = 44;
/// Bytes of a frame before its first entry: length, checksum, entry count.
pub const FRAME_HEADER_BYTES: usize = 12;
/// Bytes of a frame before what its length counts: length and checksum.
pub const FRAME_PREFIX_BYTES: usize = 8;
/// Bytes of an entry beside its content: length and salt.
pub const ENTRY_HEADER_BYTES: usize = 4 + SALT_BYTES;
/// How every segment file begins.
pub const SEGMENT_MAGIC: [u8; 8] = *b"SHOUXSEG";
/// How every batch begins.
pub const BATCH_MAGIC: [u8; 8] = *b"SXBATCH1";
/// The version of the format, in every segment header.
pub const VERSION: u16 = 1;

/// Why bytes are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FormatError {
    /// Fewer bytes than the structure takes.
    #[error("{0} is cut short")]
    Short(&'static str),
    /// The magic bytes are missing.
    #[error("{0} does not begin with its magic bytes")]
    Magic(&'static str),
    /// The checksum does not fit the bytes.
    #[error("the checksum of {0} does not fit")]
    Checksum(&'static str),
    /// Written by a newer program.
    #[error("segment format {0} is unknown to this program, which writes format {VERSION}")]
    Version(u16),
    /// A length or count outside its limits, or not fitting its surroundings.
    #[error("{0} is outside its limits")]
    Limit(&'static str),
}

/// The header at byte 0 of every segment file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentHeader {
    /// Which log of the cluster; 0 on a single node.
    pub log_number: u16,
    /// 8 random bytes of this segment, repeated in its batch headers, so that no entry can contain
    /// bytes that pass for a batch header.
    pub tag: [u8; 8],
    /// Sequence of the first entry this segment will hold.
    pub first_sequence: u64,
    /// The chain before that entry.
    pub chain: Hash,
    /// Global offset of byte 0 of this file: the sum of the lengths of all files before.
    pub start_offset: u64,
    /// Global offset at which the batches of the file before end, 0 in the first file; this is what
    /// proves that nothing was lost from the end of a sealed segment.
    pub previous_end: u64,
    /// The length of this file in bytes.
    pub segment_bytes: u64,
}

impl SegmentHeader {
    /// The bytes of this header.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(SEGMENT_HEADER_BYTES);
        out.extend(SEGMENT_MAGIC);
        out.extend(VERSION.to_le_bytes());
        out.extend(self.log_number.to_le_bytes());
        out.extend([0; 8]);
        out.extend(self.tag);
        out.extend(self.first_sequence.to_le_bytes());
        out.extend(self.chain);
        out.extend(self.start_offset.to_le_bytes());
        out.extend(self.previous_end.to_le_bytes());
        out.extend(self.segment_bytes.to_le_bytes());
        out.extend(crc32c::crc32c(&out).to_le_bytes());
        out
    }

    /// Reads a header from the first bytes of `bytes`.
    ///
    /// # Errors
    /// [`FormatError`]; the version is judged before the checksum, so that a newer format is named.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        const WHAT: &str = "the segment header";
        let mut fields = Fields { rest: bytes, what: WHAT };
        if fields.array::<8>()? != SEGMENT_MAGIC {
            return Err(FormatError::Magic(WHAT));
        }
        let version = u16::from_le_bytes(fields.array()?);
        let log_number = u16::from_le_bytes(fields.array()?);
        let reserved = fields.array::<8>()?;
        let header = Self {
            log_number,
            tag: fields.array()?,
            first_sequence: fields.u64()?,
            chain: fields.array()?,
            start_offset: fields.u64()?,
            previous_end: fields.u64()?,
            segment_bytes: fields.u64()?,
        };
        let checksum = fields.u32()?;
        if version != VERSION {
            return Err(FormatError::Version(version));
        }
        check_sum(bytes, SEGMENT_HEADER_BYTES - 4, checksum, WHAT)?;
        if reserved != [0; 8] {
            return Err(FormatError::Limit("a reserved field of the segment header"));
        }
        Ok(header)
    }
}

/// The header before the frames of every batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    /// The tag of the segment.
    pub tag: [u8; 8],
    /// Global offset below which everything was durable when this batch was written. A batch starts
    /// where the durable log ended, so this is also its own global offset.
    pub durable_end_before: u64,
    /// Sequence of the first entry of the first frame.
    pub first_sequence: u64,
    /// Frames in the batch, at least 1.
    pub frame_count: u32,
    /// Bytes of all frames together.
    pub body_bytes: u32,
}

impl BatchHeader {
    /// Reads a header from the first bytes of `bytes`.
    ///
    /// # Errors
    /// [`FormatError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        const WHAT: &str = "the batch header";
        let mut fields = Fields { rest: bytes, what: WHAT };
        if fields.array::<8>()? != BATCH_MAGIC {
            return Err(FormatError::Magic(WHAT));
        }
        let header = Self {
            tag: fields.array()?,
            durable_end_before: fields.u64()?,
            first_sequence: fields.u64()?,
            frame_count: fields.u32()?,
            body_bytes: fields.u32()?,
        };
        let checksum = fields.u32()?;
        check_sum(bytes, BATCH_HEADER_BYTES - 4, checksum, WHAT)?;
        let body_bytes_max = BATCH_BYTES_MAX - BATCH_HEADER_BYTES;
        let fits = usize::try_from(header.body_bytes).is_ok_and(|bytes| bytes <= body_bytes_max);
        if header.frame_count == 0 || !fits {
            return Err(FormatError::Limit("the frame count or length of a batch"));
        }
        Ok(header)
    }

    fn encode_into(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend(BATCH_MAGIC);
        out.extend(self.tag);
        out.extend(self.durable_end_before.to_le_bytes());
        out.extend(self.first_sequence.to_le_bytes());
        out.extend(self.frame_count.to_le_bytes());
        out.extend(self.body_bytes.to_le_bytes());
        let checksum = crc32c::crc32c(out.get(start..).unwrap_or_default());
        out.extend(checksum.to_le_bytes());
    }
}

/// Appends the bytes of one batch to `out`. The batch must have passed
/// [`check_batch`](super::check_batch): lengths beyond `u32` are not representable and saturate.
pub fn encode_batch(
    tag: [u8; 8],
    durable_end_before: u64,
    first_sequence: u64,
    batch: &[Commit],
    out: &mut Vec<u8>,
) {
    let body_bytes: usize = batch.iter().map(|commit| FRAME_PREFIX_BYTES + counted(commit)).sum();
    out.reserve(BATCH_HEADER_BYTES + body_bytes);
    let header = BatchHeader {
        tag,
        durable_end_before,
        first_sequence,
        frame_count: u32_of(batch.len()),
        body_bytes: u32_of(body_bytes),
    };
    header.encode_into(out);
    for commit in batch {
        encode_frame(commit, out);
    }
}

/// Bytes of a frame behind its checksum.
fn counted(commit: &Commit) -> usize {
    4 + commit.entries.iter().map(|entry| ENTRY_HEADER_BYTES + entry.bytes.len()).sum::<usize>()
}

fn encode_frame(commit: &Commit, out: &mut Vec<u8>) {
    let length = u32_of(counted(commit)).to_le_bytes();
    out.extend(length);
    let checksum_at = out.len();
    out.extend([0; 4]);
    let content_at = out.len();
    out.extend(u32_of(commit.entries.len()).to_le_bytes());
    for entry in &commit.entries {
        out.extend(u32_of(entry.bytes.len()).to_le_bytes());
        out.extend_from_slice(&entry.salt);
        out.extend_from_slice(&entry.bytes);
    }
    let content = out.get(content_at..).unwrap_or_default();
    let checksum = crc32c::crc32c_append(crc32c::crc32c(&length), content);
    if let Some(place) = out.get_mut(checksum_at..content_at) {
        place.copy_from_slice(&checksum.to_le_bytes());
    }
}

/// The length in bytes of a whole frame, prefix included, told from its first bytes. The length is
/// not proven before [`decode_frame`] has seen the whole frame, but it is within its limits.
///
/// # Errors
/// [`FormatError`].
pub fn frame_bytes(bytes: &[u8]) -> Result<usize, FormatError> {
    let length = Fields { rest: bytes, what: "a frame" }.u32()?;
    let whole = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(FRAME_PREFIX_BYTES);
    if (FRAME_HEADER_BYTES..=COMMIT_BYTES_MAX).contains(&whole) {
        Ok(whole)
    } else {
        Err(FormatError::Limit("the length of a frame"))
    }
}

/// The entries of one frame; `bytes` is exactly that frame.
///
/// # Errors
/// [`FormatError`].
pub fn decode_frame(bytes: &[u8]) -> Result<Vec<Entry>, FormatError> {
    if frame_bytes(bytes)? != bytes.len() {
        return Err(FormatError::Short("a frame"));
    }
    let mut fields = Fields { rest: bytes, what: "a frame" };
    let length = fields.array::<4>()?;
    let checksum = fields.u32()?;
    if crc32c::crc32c_append(crc32c::crc32c(&length), fields.rest) != checksum {
        return Err(FormatError::Checksum("a frame"));
    }
    let count = usize::try_from(fields.u32()?).unwrap_or(usize::MAX);
    if count == 0 || count > COMMIT_ENTRIES_MAX {
        return Err(FormatError::Limit("the entry count of a frame"));
    }
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let length = usize::try_from(fields.u32()?).unwrap_or(usize::MAX);
        if length > ENTRY_BYTES_MAX {
            return Err(FormatError::Limit("the length of an entry"));
        }
        let salt = fields.array()?;
        entries.push(Entry { salt, bytes: fields.slice(length)?.to_vec() });
    }
    if fields.rest.is_empty() {
        Ok(entries)
    } else {
        Err(FormatError::Limit("the bytes behind the last entry of a frame"))
    }
}

/// Saturates beyond `u32`, which `check_batch` excludes by its limits.
fn u32_of(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn check_sum(bytes: &[u8], len: usize, sum: u32, what: &'static str) -> Result<(), FormatError> {
    let covered = bytes.get(..len).ok_or(FormatError::Short(what))?;
    if crc32c::crc32c(covered) == sum { Ok(()) } else { Err(FormatError::Checksum(what)) }
}

/// Takes fields off the front of a slice.
struct Fields<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Fields<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let (field, rest) = self.rest.split_first_chunk().ok_or(FormatError::Short(self.what))?;
        self.rest = rest;
        Ok(*field)
    }

    fn u32(&mut self) -> Result<u32, FormatError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, FormatError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn slice(&mut self, len: usize) -> Result<&'a [u8], FormatError> {
        let (field, rest) = self.rest.split_at_checked(len).ok_or(FormatError::Short(self.what))?;
        self.rest = rest;
        Ok(field)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::genesis;
    use super::*;

    fn header() -> SegmentHeader {
        SegmentHeader {
            log_number: 0,
            tag: *b"8 bytes!",
            first_sequence: 0,
            chain: genesis(0),
            start_offset: 0,
            previous_end: 0,
            segment_bytes: 4096,
        }
    }

    fn batch() -> Vec<Commit> {
        let entry = |byte: u8, text: &str| Entry { salt: [byte; 32], bytes: text.into() };
        vec![
            Commit { entries: vec![entry(1, "one"), entry(2, "")] },
            Commit { entries: vec![entry(3, "three")] },
        ]
    }

    #[test]
    fn golden_bytes_of_format_1_never_change() {
        let mut bytes = header().encode();
        encode_batch(*b"8 bytes!", 96, 0, &batch(), &mut bytes);
        let lines: Vec<String> =
            bytes.chunks(32).map(|line| data_encoding::HEXLOWER.encode(line)).collect();
        assert_eq!(lines.join("\n"), include_str!("golden_v1.hex").trim_end());
    }

    #[test]
    fn no_flipped_bit_of_a_header_or_frame_goes_unseen() {
        let segment = header().encode();
        let mut batch_bytes = Vec::new();
        encode_batch([5; 8], 96, 0, &batch()[..1], &mut batch_bytes);
        let frame = batch_bytes.split_off(BATCH_HEADER_BYTES);
        for (bytes, decode) in [
            (segment, (|b| SegmentHeader::decode(b).is_ok()) as fn(&[u8]) -> bool),
            (batch_bytes, |b| BatchHeader::decode(b).is_ok()),
            (frame, |b| decode_frame(b).is_ok()),
        ] {
            assert!(decode(&bytes));
            for bit in 0..bytes.len() * 8 {
                let mut flipped = bytes.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert!(!decode(&flipped), "bit {bit}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_frame_reads_back_as_it_was_written(
            contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..20),
            salt in any::<[u8; 32]>(),
        ) {
            let entries: Vec<Entry> =
                contents.into_iter().map(|bytes| Entry { salt, bytes }).collect();
            let mut out = Vec::new();
            encode_frame(&Commit { entries: entries.clone() }, &mut out);
            prop_assert_eq!(frame_bytes(&out), Ok(out.len()));
            prop_assert_eq!(decode_frame(&out), Ok(entries));
        }

        #[test]
        fn no_bytes_make_a_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = SegmentHeader::decode(&bytes);
            let _ = BatchHeader::decode(&bytes);
            let _ = decode_frame(&bytes);
        }
    }
}
