//! A CSV file as the objects of an NDJSON file: one header, columns in any order, a dot in a
//! column's name for a field within a field. A column that nobody knows is refused by name before
//! anything is sent: left out silently, it would be missing from every file.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder};
use serde_json::{Map, Value, json};
use shouxin_core::event::publicity::DecisionKind;

use super::lines::{Found, not_utf8, rejected};
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
    "notified.manner",
    "notified.on",
    "notified.proof_sha256",
];

/// The rows of a CSV file.
pub(super) struct Table {
    reader: Reader<BufReader<File>>,
    columns: Vec<String>,
    kind: Kind,
    record: ByteRecord,
    line: u64,
}

impl Table {
    /// Reads the header; says what is wrong with it.
    pub(super) fn open(path: &Path, kind: Kind) -> Result<Table, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let input = BufReader::with_capacity(1 << 18, file);
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
        let mut record = ByteRecord::new();
        let found = reader.read_byte_record(&mut record).map_err(|error| error.to_string())?;
        if !found {
            return Err("没有表头 / there is no header".to_owned());
        }
        let columns = header(&record, kind)?;
        Ok(Table { reader, columns, kind, record, line: 1 })
    }

    /// Number of the line on which the row read last begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The next row, or nothing at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Found>> {
        if !self.reader.read_byte_record(&mut self.record)? {
            return Ok(None);
        }
        self.line = self.record.position().map_or(self.line, csv::Position::line);
        if self.record.as_slice().len() > LINE_BYTES_MAX {
            let detail = format!("一行超过 {LINE_BYTES_MAX} 字节 / a row has at most that many");
            return Ok(Some(Found::Rejected(rejected(self.line, "LINE_LENGTH", detail))));
        }
        if self.record.iter().all(|field| field.trim_ascii().is_empty()) {
            return Ok(Some(Found::Blank));
        }
        if self.record.len() != self.columns.len() {
            let detail = format!(
                "该行 {} 列，表头 {} 列 / the row has another number of columns than the header",
                self.record.len(),
                self.columns.len()
            );
            return Ok(Some(Found::Rejected(rejected(self.line, "COLUMNS", detail))));
        }
        let mut object = Map::new();
        let mut before = 0;
        for (column, field) in self.columns.iter().zip(&self.record) {
            match std::str::from_utf8(field) {
                Ok(text) => set(&mut object, self.kind, column, text.trim()),
                Err(error) => {
                    let found = not_utf8(self.line, before + error.valid_up_to());
                    return Ok(Some(Found::Rejected(found)));
                }
            }
            before += field.len() + 1;
        }
        let text = Value::Object(object).to_string();
        Ok(Some(Found::Line(Line { number: self.line, text })))
    }
}

fn header(record: &ByteRecord, kind: Kind) -> Result<Vec<String>, String> {
    let mut columns: Vec<String> = Vec::new();
    for (place, field) in record.iter().enumerate() {
        let field = match place {
            0 => field.strip_prefix(b"\xef\xbb\xbf").unwrap_or(field),
            _ => field,
        };
        let name = std::str::from_utf8(field)
            .map_err(|_| "表头不是 UTF-8 / NOT_UTF8: the header is not UTF-8".to_owned())?
            .trim();
        if !known(kind, name) {
            return Err(format!("未知列 {name:?} / unknown column"));
        }
        if columns.iter().any(|own| own == name) {
            return Err(format!("重复列 {name:?} / a column stands twice"));
        }
        columns.push(name.to_owned());
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
