//! Decisions as CSV: one header of the layout's codes, one row a decision, UTF-8.

use std::io::Write;

use shouxin_core::event::publicity::DecisionKind;

use crate::http::problem::{Code, Problem};
use crate::publicity::columns;
use crate::publicity::shown::Shown;

/// What tells some spreadsheets that a file is UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes the header.
pub fn header(kind: DecisionKind, output: &mut csv::Writer<impl Write>) -> csv::Result<()> {
    output.write_record(columns::columns(kind).iter().map(|column| column.name))
}

/// Writes one decision.
pub fn row(
    kind: DecisionKind,
    shown: &Shown,
    output: &mut csv::Writer<impl Write>,
) -> csv::Result<()> {
    output.write_record(shown.row(kind))
}

/// A whole page.
pub fn text(kind: DecisionKind, found: &[Shown], mark: bool) -> Result<Vec<u8>, Problem> {
    written(mark, |output| {
        header(kind, output)?;
        found.iter().try_for_each(|own| row(kind, own, output))
    })
}

/// Any table as bytes, with the mark in front where it is wanted.
pub fn written(
    mark: bool,
    write: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>,
) -> Result<Vec<u8>, Problem> {
    let mut bytes = if mark { BYTE_ORDER_MARK.to_vec() } else { Vec::new() };
    let table = || -> csv::Result<Vec<u8>> {
        let mut output = csv::Writer::from_writer(Vec::new());
        write(&mut output)?;
        output.into_inner().map_err(|error| error.into_error().into())
    };
    let table = table().map_err(|error| {
        tracing::error!(%error, "a table could not be written");
        Problem::new(
            Code::Internal,
            "表格生成失败 / the table could not be written",
            "请重试 / try again",
        )
    })?;
    bytes.extend(table);
    Ok(bytes)
}
