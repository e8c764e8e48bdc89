//! The lines of a file, one at a time: a file may be larger than the memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::import::{LINE_BYTES_MAX, Line, RejectedLine};
use crate::publicity::table::BYTE_ORDER_MARK;

/// What a file is and how long it is, found before anything is sent.
pub(super) struct Survey {
    /// SHA-256 of the content, hexadecimal.
    pub(super) hash: String,
    /// Lines, for the progress bar.
    pub(super) lines: u64,
}

/// Reads a file through once.
pub(super) fn survey(path: &Path) -> io::Result<Survey> {
    let mut input = BufReader::with_capacity(1 << 20, File::open(path)?);
    let (mut hash, mut lines) = (Sha256::new(), 0u64);
    let mut ended = true;
    loop {
        let bytes = input.fill_buf()?;
        let Some(last) = bytes.last() else { break };
        ended = *last == b'\n';
        let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
        lines += u64::try_from(ends).unwrap_or(u64::MAX);
        hash.update(bytes);
        let read = bytes.len();
        input.consume(read);
    }
    let hash = data_encoding::HEXLOWER.encode(&hash.finalize());
    Ok(Survey { hash, lines: lines + u64::from(!ended) })
}

/// A line of a file: what it holds, why it cannot be read, or that it is blank.
pub(super) enum Found {
    Line(Line),
    Rejected(RejectedLine),
    Blank,
}

/// The lines of a file as bytes, with their numbers.
pub(super) struct Bytes {
    input: BufReader<File>,
    number: u64,
}

/// A line as bytes, without what ends it.
pub(super) enum RawLine {
    Whole(Vec<u8>),
    TooLong,
}

impl Bytes {
    pub(super) fn open(path: &Path) -> io::Result<Bytes> {
        Ok(Bytes { input: BufReader::with_capacity(1 << 18, File::open(path)?), number: 0 })
    }

    /// Number of the line read last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line, or nothing at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<RawLine>> {
        let mut bytes = Vec::new();
        let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX) + 1;
        if (&mut self.input).take(most).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        match bytes.pop_if(|last| *last == b'\n') {
            Some(_) => {}
            None if bytes.len() > LINE_BYTES_MAX => {
                skip_line(&mut self.input)?;
                return Ok(Some(RawLine::TooLong));
            }
            None => {}
        }
        // A mark of the byte order is how some programs begin a file; it is no part of a line.
        if self.number == 1 && bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(Some(RawLine::Whole(bytes)))
    }
}

/// The lines of an NDJSON file, with their numbers.
pub(super) struct Lines(Bytes);

impl Lines {
    pub(super) fn open(path: &Path) -> io::Result<Lines> {
        Bytes::open(path).map(Lines)
    }

    /// Number of the line read last.
    pub(super) fn line(&self) -> u64 {
        self.0.number()
    }

    /// The next line, or nothing at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Found>> {
        let Some(line) = self.0.next()? else {
            return Ok(None);
        };
        let number = self.line();
        let RawLine::Whole(bytes) = line else {
            return Ok(Some(Found::Rejected(too_long(number))));
        };
        let own = bytes.trim_ascii();
        if own.is_empty() {
            return Ok(Some(Found::Blank));
        }
        Ok(Some(match std::str::from_utf8(own) {
            Ok(text) => Found::Line(Line { number, text: text.to_owned() }),
            Err(error) => Found::Rejected(not_utf8(number, error.valid_up_to())),
        }))
    }
}

/// A line longer than any line of ours.
pub(super) fn too_long(line: u64) -> RejectedLine {
    let detail = format!("一行超过 {LINE_BYTES_MAX} 字节 / a line has at most that many");
    rejected(line, "LINE_LENGTH", detail)
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let bytes = input.fill_buf()?;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (read, done) = match end {
            Some(at) => (at + 1, true),
            None => (bytes.len(), bytes.is_empty()),
        };
        input.consume(read);
        if done {
            return Ok(());
        }
    }
}

/// A line whose characters cannot be told: guessing would put a wrong name into a file.
pub(super) fn not_utf8(line: u64, valid_up_to: usize) -> RejectedLine {
    let place = valid_up_to + 1;
    let detail = format!(
        "第 {place} 字节起不是 UTF-8，请将文件转换编码后重新导入（如 iconv -f GB18030 -t UTF-8）/ \
         not UTF-8 from byte {place} on; convert the file and import it again"
    );
    rejected(line, "NOT_UTF8", detail)
}

pub(super) fn rejected(line: u64, reason: &str, detail: String) -> RejectedLine {
    RejectedLine { line, field: "-".to_owned(), reason: reason.to_owned(), detail }
}
