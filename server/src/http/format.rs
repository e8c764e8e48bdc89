//! In what form a list is answered, and how a page of it is written.

use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::http::problem::{Code, Problem};

/// The forms of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// One object.
    Json,
    /// A header and one row an item.
    Csv,
    /// One object a line.
    Ndjson,
}

impl Format {
    /// What `format` says, or else what `Accept` asks for.
    pub fn of(request: &HttpRequest, format: Option<&str>) -> Result<Format, Problem> {
        match format {
            Some("json") => return Ok(Format::Json),
            Some("csv") => return Ok(Format::Csv),
            Some("ndjson") => return Ok(Format::Ndjson),
            Some(_) => {
                let detail = "format 须为 json、csv 或 ndjson / is json, csv or ndjson";
                let cure = "例如 ?format=csv / for example";
                return Err(Problem::new(Code::ValueInvalid, detail, cure).on("format"));
            }
            None => {}
        }
        let asks = |kind: &str| accepts(request, kind);
        Ok(if asks("application/json") || asks("*/*") {
            Format::Json
        } else if asks("text/csv") {
            Format::Csv
        } else if asks("application/x-ndjson") {
            Format::Ndjson
        } else {
            Format::Json
        })
    }
}

/// Whether `Accept` names this very type.
pub(crate) fn accepts(request: &HttpRequest, kind: &str) -> bool {
    let header = request.headers().get("accept").and_then(|value| value.to_str().ok());
    header
        .unwrap_or_default()
        .split(',')
        .any(|part| part.split(';').next().is_some_and(|own| own.trim().eq_ignore_ascii_case(kind)))
}

/// A page as NDJSON. What a JSON page says beside its items stands in the headers.
pub(crate) fn ndjson(items: &[Value], next: Option<&str>, through: &str) -> HttpResponse {
    let mut text = String::new();
    for item in items {
        text.push_str(&item.to_string());
        text.push('\n');
    }
    headed(next, through).content_type("application/x-ndjson; charset=utf-8").body(text)
}

/// An answer with the cursors in its headers.
pub(crate) fn headed(next: Option<&str>, through: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header(("Cache-Control", "no-cache"));
    response.insert_header(("Shouxin-Position", through));
    if let Some(next) = next {
        response.insert_header(("Shouxin-Next", next));
    }
    response
}

/// A page as one object.
pub(crate) fn page(name: &str, items: &[Value], next: Option<&str>, through: &str) -> Value {
    json!({name: items, "next": next, "through": through})
}
