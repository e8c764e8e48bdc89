//! A CSV file as the objects of an NDJSON file: one header, columns in any order, a dot in a
//! column's name for a field within a field. A column that nobody knows is refused by name before
//! anything is sent: left out silently, it would be missing from every file.

use std::io;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value, json};
use shouxin_core::event::publicity::DecisionKind;

use super::lines::{Bytes, Found, RawLine, not_utf8, rejected, too_long};
use crate::import::{Kind, LINE_BYTES_MAX, Line};
use crate::publicity::columns;

const SUBJECTS: &[&str] = &["code", "name", "attestation.document_number", "attestation.sha256"];
const PERSONS: &[&str] = &["name", "number", "capacity"];
const RECORDS: &[&str] = &[
    "subject",
    "item",
    "severity",
    "document_number",
    "document_date",
    "document_sha256",
    "withheld",
    "withheld_reason",
    "notified.manner",
    "notified.on",
    "notified.proof_sha256",
];

/// The rows of a CSV file.
pub(super) struct Table {
    lines: Bytes,
    columns: Vec<String>,
    kind: Kind,
}

/// A row as bytes.
enum RawRow {
    Whole(Vec<u8>),
    TooLong,
}

impl Table {
    /// Reads the header; says what is wrong with it.
    pub(super) fn open(path: &Path, kind: Kind) -> Result<Table, String> {
        let lines = Bytes::open(path).map_err(|error| error.to_string())?;
        let mut table = Table { lines, columns: Vec::new(), kind };
        let Some((_, RawRow::Whole(bytes))) = table.raw().map_err(|error| error.to_string())?
        else {
            return Err("没有表头 / there is no header".to_owned());
        };
        table.columns = header(&fields(&bytes)?, kind)?;
        Ok(table)
    }

    /// Number of the line read last.
    pub(super) fn line(&self) -> u64 {
        self.lines.number()
    }

    /// The bytes of the next row and the line on which it begins. A quoted field may go over
    /// several lines; one that is never closed ends where a row has become too long.
    fn raw(&mut self) -> io::Result<Option<(u64, RawRow)>> {
        let mut row = Vec::new();
        let (mut begins, mut quotes) = (None, Quotes::Outside);
        while let Some(line) = self.lines.next()? {
            let number = *begins.get_or_insert(self.lines.number());
            let RawLine::Whole(bytes) = line else {
                return Ok(Some((number, RawRow::TooLong)));
            };
            quotes = bytes.iter().fold(quotes, |quotes, byte| quotes.then(*byte));
            row.extend(bytes);
            if row.len() > LINE_BYTES_MAX {
                return Ok(Some((number, RawRow::TooLong)));
            }
            if !matches!(quotes, Quotes::Inside) {
                return Ok(Some((number, RawRow::Whole(row))));
            }
            row.push(b'\n');
        }
        Ok(begins.map(|number| (number, RawRow::Whole(row))))
    }

    /// The next row, or nothing at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Found>> {
        let Some((line, row)) = self.raw()? else {
            return Ok(None);
        };
        let RawRow::Whole(bytes) = row else {
            return Ok(Some(Found::Rejected(too_long(line))));
        };
        if let Err(error) = std::str::from_utf8(&bytes) {
            return Ok(Some(Found::Rejected(not_utf8(line, error.valid_up_to()))));
        }
        let record = match fields(&bytes) {
            Ok(record) => record,
            Err(error) => return Ok(Some(Found::Rejected(rejected(line, "COLUMNS", error)))),
        };
        if record.iter().all(|field| field.trim().is_empty()) {
            return Ok(Some(Found::Blank));
        }
        if record.len() != self.columns.len() {
            let detail = format!(
                "该行 {} 列，表头 {} 列 / the row has another number of columns than the header",
                record.len(),
                self.columns.len()
            );
            return Ok(Some(Found::Rejected(rejected(line, "COLUMNS", detail))));
        }
        let mut object = Map::new();
        for (column, field) in self.columns.iter().zip(&record) {
            set(&mut object, self.kind, column, field.trim());
        }
        let text = Value::Object(object).to_string();
        Ok(Some(Found::Line(Line { number: line, text })))
    }
}

/// Where in a row a byte stands. A quote opens a field at its beginning only, and two within it
/// are one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    /// At the beginning of a field.
    Outside,
    /// Within a field without quotes.
    Plain,
    /// Within a field in quotes.
    Inside,
    /// Behind a quote within such a field: its end, or the first of two.
    Closing,
}

impl Quotes {
    fn then(self, byte: u8) -> Quotes {
        match (self, byte) {
            (Quotes::Inside, b'"') => Quotes::Closing,
            (Quotes::Inside, _) | (Quotes::Outside | Quotes::Closing, b'"') => Quotes::Inside,
            (_, b',') => Quotes::Outside,
            _ => Quotes::Plain,
        }
    }
}

/// The fields of one row.
fn fields(bytes: &[u8]) -> Result<StringRecord, String> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(_) => Ok(record),
        Err(error) => match error.kind() {
            csv::ErrorKind::Utf8 { .. } => {
                Err("表头不是 UTF-8 / NOT_UTF8: the header is not UTF-8".to_owned())
            }
            _ => Err(error.to_string()),
        },
    }
}

fn header(record: &StringRecord, kind: Kind) -> Result<Vec<String>, String> {
    let mut columns: Vec<String> = Vec::new();
    for name in record.iter().map(str::trim) {
        if !known(kind, name) {
            return Err(format!("未知列 {name:?} / unknown column"));
        }
        if columns.iter().any(|own| own == name) {
            return Err(format!("重复列 {name:?} / a column stands twice"));
        }
        columns.push(name.to_owned());
    }
    if columns.is_empty() {
        return Err("没有表头 / there is no header".to_owned());
    }
    Ok(columns)
}

fn known(kind: Kind, name: &str) -> bool {
    let content = |name: &str| name.strip_prefix("content.").is_some_and(|own| !own.is_empty());
    match kind {
        Kind::Subjects => SUBJECTS.contains(&name),
        Kind::Persons => PERSONS.contains(&name),
        Kind::Records => RECORDS.contains(&name) || content(name),
        Kind::Permits => columns::find(DecisionKind::Permit, name).is_some(),
        Kind::Penalties => columns::find(DecisionKind::Penalty, name).is_some(),
    }
}

/// Puts a field where its column says; an empty one is left out.
fn set(object: &mut Map<String, Value>, kind: Kind, column: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let value = match (kind, column, text) {
        (Kind::Records, "withheld", "1" | "true" | "是") => json!(true),
        (Kind::Records, "withheld", "0" | "false" | "否") => json!(false),
        _ => json!(text),
    };
    let Some((outer, inner)) = column.split_once('.') else {
        object.insert(column.to_owned(), value);
        return;
    };
    let within = object.entry(outer).or_insert_with(|| json!({}));
    if let Value::Object(within) = within {
        within.insert(inner.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, usize)> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("the file");
        let lines = Bytes::open(file.path()).expect("the file");
        let mut table = Table { lines, columns: Vec::new(), kind: Kind::Subjects };
        let mut found = Vec::new();
        while let Some((line, row)) = table.raw().expect("a row") {
            found.push(match row {
                RawRow::Whole(bytes) => (line, fields(&bytes).expect("fields").len()),
                RawRow::TooLong => (line, usize::MAX),
            });
        }
        found
    }

    /// The library counts lines so that a blank line, or one that ends in CR LF, moves the next.
    #[test]
    fn a_row_begins_on_the_line_on_which_it_stands() {
        assert_eq!(rows("a,b\r\n\r\nc,d\r\n"), [(1, 2), (2, 0), (3, 2)]);
        assert_eq!(rows("\"a\nb\",c\nd,e"), [(1, 2), (3, 2)]);
        assert_eq!(rows("\"a\"\"\n\",c\nd,e"), [(1, 2), (3, 2)]);
        assert_eq!(rows("5\" pipe,x\nd,e"), [(1, 2), (2, 2)], "a quote within a plain field");
        assert_eq!(rows("a,\"\"\nd,e"), [(1, 2), (2, 2)]);
        assert_eq!(rows("a,\"b\nc,d\n"), [(1, 2)], "a quote that is never closed");
        let endless = format!("a,\"{}", "b\n".repeat(LINE_BYTES_MAX));
        assert_eq!(rows(&endless).first(), Some(&(1, usize::MAX)), "and takes no more than a row");
    }
}
