//! The one place that names bincode: envelopes around events and rows (design.md 2).
//!
//! `[0xC7][kind][schema u16 LE][flags][payload][crc32c u32 LE]`. A schema version is one frozen
//! struct; a newer one is a new struct with a conversion, never an edit.

use bincode::Options as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::Envelope;
use crate::row::Row;
use crate::whistle::{ReportEnvelope, ReportEnvelopeV1, WhistleRow};

const MAGIC: u8 = 0xC7;
const KIND_EVENT: u8 = 1;
const KIND_ROW: u8 = 2;
const KIND_WHISTLE_EVENT: u8 = 3;
const KIND_WHISTLE_ROW: u8 = 4;
const SCHEMA: u16 = 1;
/// Schema of the events of reports: since 2 they say which rules they were judged by.
const WHISTLE_SCHEMA: u16 = 2;
const HEAD_BYTES: usize = 5;
const CRC_BYTES: usize = 4;

/// Longest encoded event, in bytes.
pub const ENCODED_BYTES_MAX: u64 = 64 * 1024;

/// Why bytes are no event or row of ours, or why a value cannot be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The bytes are not framed as ours.
    #[error("not an envelope of this register: {0}")]
    Frame(&'static str),
    /// The checksum does not match.
    #[error("the checksum does not match: the bytes are damaged")]
    Checksum,
    /// A later version wrote it.
    #[error("schema {found} is newer than this program, which reads up to {reads}")]
    Schema {
        /// The version found.
        found: u16,
        /// The newest that is read.
        reads: u16,
    },
    /// The value is longer than what is stored may be.
    #[error("it is longer than {ENCODED_BYTES_MAX} bytes")]
    TooLong,
    /// The payload does not decode, or does not fit.
    #[error("the payload does not fit its schema: {0}")]
    Payload(String),
}

fn options() -> impl bincode::Options {
    bincode::DefaultOptions::new()
        .with_little_endian()
        .with_fixint_encoding()
        .with_limit(ENCODED_BYTES_MAX)
        .reject_trailing_bytes()
}

fn encode<T: Serialize>(kind: u8, schema: u16, value: &T) -> Result<Vec<u8>, CodecError> {
    let mut bytes = Vec::with_capacity(512);
    let [low, high] = schema.to_le_bytes();
    bytes.extend_from_slice(&[MAGIC, kind, low, high, 0]);
    options().serialize_into(&mut bytes, value).map_err(|error| match *error {
        bincode::ErrorKind::SizeLimit => CodecError::TooLong,
        other => CodecError::Payload(other.to_string()),
    })?;
    let crc = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    Ok(bytes)
}

/// The schema of well-framed bytes, and the payload.
fn framed(kind: u8, bytes: &[u8]) -> Result<(u16, &[u8]), CodecError> {
    let body_bytes = bytes
        .len()
        .checked_sub(CRC_BYTES)
        .filter(|length| *length >= HEAD_BYTES)
        .ok_or(CodecError::Frame("it is too short"))?;
    let (body, crc) = bytes.split_at(body_bytes);
    let [magic, found_kind, low, high, flags, payload @ ..] = body else {
        return Err(CodecError::Frame("it is too short"));
    };
    if *magic != MAGIC || *found_kind != kind || *flags != 0 {
        return Err(CodecError::Frame("magic, kind or flags are not ours"));
    }
    if crc32c::crc32c(body).to_le_bytes() != *crc {
        return Err(CodecError::Checksum);
    }
    Ok((u16::from_le_bytes([*low, *high]), payload))
}

fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, CodecError> {
    options().deserialize(payload).map_err(|error| CodecError::Payload(error.to_string()))
}

fn decode<T: DeserializeOwned>(kind: u8, bytes: &[u8]) -> Result<T, CodecError> {
    match framed(kind, bytes)? {
        (SCHEMA, payload) => read(payload),
        (found, _) => Err(CodecError::Schema { found, reads: SCHEMA }),
    }
}

/// The bytes of an event, as they stand in the log.
pub fn encode_event(envelope: &Envelope) -> Result<Vec<u8>, CodecError> {
    encode(KIND_EVENT, SCHEMA, envelope)
}

/// The event behind bytes of the log.
pub fn decode_event(bytes: &[u8]) -> Result<Envelope, CodecError> {
    decode(KIND_EVENT, bytes)
}

/// The bytes of a row, as they stand in the view.
pub fn encode_row(row: &Row) -> Result<Vec<u8>, CodecError> {
    encode(KIND_ROW, SCHEMA, row)
}

/// The row behind bytes of the view.
pub fn decode_row(bytes: &[u8]) -> Result<Row, CodecError> {
    decode(KIND_ROW, bytes)
}

/// The bytes of an event of a report, as they stand in the reports' own log.
pub fn encode_report_event(envelope: &ReportEnvelope) -> Result<Vec<u8>, CodecError> {
    encode(KIND_WHISTLE_EVENT, WHISTLE_SCHEMA, envelope)
}

/// The event of a report behind bytes of the reports' own log.
pub fn decode_report_event(bytes: &[u8]) -> Result<ReportEnvelope, CodecError> {
    match framed(KIND_WHISTLE_EVENT, bytes)? {
        (SCHEMA, payload) => read::<ReportEnvelopeV1>(payload).map(Into::into),
        (WHISTLE_SCHEMA, payload) => read(payload),
        (found, _) => Err(CodecError::Schema { found, reads: WHISTLE_SCHEMA }),
    }
}

/// The bytes of a row of the reports' own view.
pub fn encode_report_row(row: &WhistleRow) -> Result<Vec<u8>, CodecError> {
    encode(KIND_WHISTLE_ROW, SCHEMA, row)
}

/// The row behind bytes of the reports' own view.
pub fn decode_report_row(bytes: &[u8]) -> Result<WhistleRow, CodecError> {
    decode(KIND_WHISTLE_ROW, bytes)
}
