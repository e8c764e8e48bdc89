//! The way of an entry into the joint catalogue: drafted by a department, published by the office.

use actix_web::web::{self, Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_core::command::Command;
use shouxin_core::command::catalogue::CatalogueCommand;
use shouxin_core::event::catalogue::{EntryKind, Proposal};
use shouxin_core::id::{CatalogueEntryId, Position};
use shouxin_core::limits::{
    CITATIONS_MAX, COMMENT_DAYS_MAX, COMMENT_DAYS_MIN, ENTRY_DEPARTMENTS_MAX,
    OFFICE_TEXT_BYTES_MAX, SHORT_TEXT_BYTES_MAX,
};
use shouxin_core::row::Index;
use shouxin_core::row::catalogue::{CatalogueEntryRow, EntryState};
use shouxin_core::rules::Strength;
use utoipa::{IntoParams, ToSchema};

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{CitationBody, Edge, Hex32, citations, id};
use crate::http::looks;
use crate::http::problem::Problem;
use crate::http::read::Sight;
use crate::http::words;
use crate::http::write::{Creates, Write};
use crate::http::{App, Table, basis};

type Answer = Result<HttpResponse, Problem>;

const OFFICE: &[Role] = &[Role::CreditOffice];
const DEPARTMENTS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];
/// Entries of one page.
const PAGE_ROWS: usize = 100;

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    let at = |step: &str| format!("/v1/catalogue/entries/{{id}}/{step}");
    table
        .read("/v1/catalogue/schema", web::get().to(schema), "条目格式 / format of an entry")
        .post::<DraftEntry>("/v1/catalogue/entries", "起草条目 / draft an entry")
        .post::<SubmitEntry>(&at("submit"), "报送并抄送 / submit, with copies")
        .post::<CheckEntryFormat>(&at("format-check"), "格式审查 / check the format")
        .post::<ReviewEntry>(&at("legal-review"), "合法性审查 / legal review")
        .post::<OpenEntryComment>(&at("open-comment"), "征求意见 / open the comment period")
        .post::<PublishEntry>(&at("publish"), "公布 / publish")
        .post::<RetireEntry>(&at("retire"), "撤回或废止 / withdraw or retire")
        .list::<After>("/v1/catalogue/entries", web::get().to(list), "条目 / entries on their way")
        .read("/v1/catalogue/entries/{id}", web::get().to(one), "条目 / an entry");
}

/// 起草条目.
/// Source: domain.md O54, O56, O57.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftEntry {
    #[schema(schema_with = words::of::<EntryKind>)]
    kind: EntryKind,
    /// Id in the data files, `M-A17`.
    code: String,
    #[schema(schema_with = words::of::<Strength>)]
    strength: Strength,
    basis: Vec<CitationBody>,
    departments: Vec<String>,
    text: String,
    #[serde(default)]
    reduces_rights: bool,
    /// The published entry that it takes the place of.
    #[serde(default)]
    amends: Option<String>,
}

impl Write for DraftEntry {
    const LABEL: &'static str = "catalogue.draft";
    const ROLES: &'static [Role] = DEPARTMENTS;
    const CREATES: Creates = Some(("E", &["catalogue.drafted"]));

    fn command(self, _: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        let proposal = Proposal {
            kind: self.kind,
            code: self.code,
            strength: self.strength,
            basis: citations(self.basis),
            departments: self.departments,
            text: self.text,
            reduces_rights: self.reduces_rights,
            amends: self.amends.as_deref().map(id).transpose()?,
        };
        Ok(Command::Catalogue(CatalogueCommand::Draft { proposal }))
    }
}

/// 报送信用办，抄送有关部门.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitEntry {
    #[serde(default)]
    cc: Vec<String>,
}

impl Write for SubmitEntry {
    const LABEL: &'static str = "catalogue.submit";
    const ROLES: &'static [Role] = DEPARTMENTS;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Catalogue(CatalogueCommand::Submit { entry: id(path)?, cc: self.cc }))
    }
}

/// 格式审查.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckEntryFormat {}

impl Write for CheckEntryFormat {
    const LABEL: &'static str = "catalogue.format_check";
    const ROLES: &'static [Role] = OFFICE;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Catalogue(CatalogueCommand::CheckFormat { entry: id(path)? }))
    }
}

/// 合法性审查, by another officer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewEntry {
    document_sha256: Hex32,
}

impl Write for ReviewEntry {
    const LABEL: &'static str = "catalogue.legal_review";
    const ROLES: &'static [Role] = OFFICE;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Catalogue(CatalogueCommand::ReviewLaw {
            entry: id(path)?,
            document_sha256: self.document_sha256.kept_by_its_maker(),
        }))
    }
}

/// 公开征求意见.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenEntryComment {
    /// Days, 30 at least.
    days: u16,
}

impl Write for OpenEntryComment {
    const LABEL: &'static str = "catalogue.open_comment";
    const ROLES: &'static [Role] = OFFICE;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Catalogue(CatalogueCommand::OpenComment { entry: id(path)?, days: self.days }))
    }
}

/// 公布: the loaded rules must hold it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishEntry {}

impl Write for PublishEntry {
    const LABEL: &'static str = "catalogue.publish";
    const ROLES: &'static [Role] = OFFICE;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Catalogue(CatalogueCommand::Publish { entry: id(path)? }))
    }
}

/// 撤回或废止.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetireEntry {
    reasons: String,
}

impl Write for RetireEntry {
    const LABEL: &'static str = "catalogue.retire";
    const ROLES: &'static [Role] = DEPARTMENTS;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        let entry = id(path)?;
        Ok(Command::Catalogue(CatalogueCommand::Retire { entry, reasons: self.reasons }))
    }
}

/// `GET /v1/catalogue/schema`: what `POST /v1/catalogue/entries` takes, as JSON Schema (O57).
/// Source: domain.md O57.
async fn schema(app: Data<App>) -> Answer {
    let rules = &app.engine.rules;
    let departments: Vec<&str> = rules.departments.iter().map(|own| own.code.as_str()).collect();
    let instruments: Vec<&str> = rules.instruments.iter().map(|own| own.id.as_str()).collect();
    Ok(HttpResponse::Ok().json(entry_schema(&departments, &instruments)))
}

fn entry_schema(departments: &[&str], instruments: &[&str]) -> Value {
    let short = json!({"type": "string", "minLength": 1, "maxLength": SHORT_TEXT_BYTES_MAX});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "联合奖惩目录条目 / an entry of the joint catalogue",
        "type": "object",
        "additionalProperties": false,
        "required": ["kind", "code", "strength", "basis", "departments", "text"],
        "properties": {
            "kind": {"enum": [EntryKind::Measure, EntryKind::Behaviour]},
            "code": short,
            "strength": {
                "enum": [Strength::Mandatory, Strength::Recommended],
                "description": "强制性须以法律、行政法规为依据 / mandatory needs a law or administrative regulation",
            },
            "basis": {
                "type": "array",
                "minItems": 1,
                "maxItems": CITATIONS_MAX,
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["instrument", "article"],
                    "properties": {"instrument": {"enum": instruments}, "article": short},
                },
            },
            "departments": {
                "type": "array",
                "minItems": 1,
                "maxItems": ENTRY_DEPARTMENTS_MAX,
                "uniqueItems": true,
                "items": {"enum": departments},
            },
            "text": {"type": "string", "minLength": 1, "maxLength": OFFICE_TEXT_BYTES_MAX},
            "reduces_rights": {
                "type": "boolean",
                "default": false,
                "description": format!(
                    "减损权益的公开征求意见 {COMMENT_DAYS_MIN} 至 {COMMENT_DAYS_MAX} 日 / the public is heard"
                ),
            },
            "amends": {"type": ["string", "null"], "pattern": "^E-"},
        },
    })
}

/// What a caller sees of entries: everything on its way for officers, what is public for others.
async fn sees_all(
    request: &HttpRequest,
    app: &App,
    caller: &Caller,
    file: String,
) -> Result<bool, Problem> {
    let officer = matches!(
        caller.role,
        Role::Department | Role::Provider | Role::CreditOffice | Role::LeadingGroup | Role::Auditor
    );
    if officer {
        looks::record_access(request, app, caller, file, Sight::Government).await?;
    }
    Ok(officer)
}

/// `?after=CURSOR`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct After {
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
}

/// `GET /v1/catalogue/entries`
async fn list(request: HttpRequest, page: UrlQuery<After>, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    let after = page.after.as_deref().map(id::<Position>).transpose()?;
    let all = sees_all(&request, &app, &caller, "catalogue entries".to_owned()).await?;
    let mut query = Query::new(app.engine.view.read());
    let entry = Index::CatalogueEntries(CatalogueEntryId(Position::local(0)));
    let (positions, more) = query.page(&entry, after, PAGE_ROWS)?;
    let next = if more { positions.last().map(ToString::to_string) } else { None };
    let mut shown = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_catalogue_entry(CatalogueEntryId(at)).cloned())?;
        if all || row.state.is_public() {
            shown.push(body(&app, &row));
        }
    }
    Ok(HttpResponse::Ok().json(json!({"entries": shown, "next": next})))
}

/// `GET /v1/catalogue/entries/{id}`
async fn one(request: HttpRequest, path: Path<String>, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    let id: CatalogueEntryId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_catalogue_entry(id).cloned()).map_err(|error| {
            // The same for what is unknown and what is not public yet.
            match caller.role {
                Role::Public => Problem::not_found(),
                _ => Problem::from(error),
            }
        })?
    };
    if !sees_all(&request, &app, &caller, id.to_string()).await? && !row.state.is_public() {
        return Err(Problem::not_found());
    }
    Ok(HttpResponse::Ok().json(body(&app, &row)))
}

fn body(app: &App, row: &CatalogueEntryRow) -> Value {
    let proposal = &row.proposal;
    let mut body = json!({
        "id": row.id.to_string(),
        "state": row.state.name(),
        "department": row.department,
        "drafted_by": row.drafted_by.to_string(),
        "drafted_on": row.drafted_on,
        "cc": row.cc,
        "kind": proposal.kind,
        "code": proposal.code,
        "strength": proposal.strength,
        "basis": basis::cited(&app.engine.rules.instruments, &proposal.basis, app.engine.clock.now().legal_date()),
        "departments": proposal.departments,
        "text": proposal.text,
        "reduces_rights": proposal.reduces_rights,
        "amends": proposal.amends.map(|id| id.to_string()),
    });
    match &row.state {
        EntryState::PublicComment { ends_on, .. } => body["comment_until"] = json!(ends_on),
        EntryState::Published { on, version } => {
            body["published_on"] = json!(on);
            body["rules_version"] = json!(HEXLOWER.encode(version));
        }
        EntryState::Amended { by, on } => {
            body["amended_by"] = json!(by.to_string());
            body["amended_on"] = json!(on);
        }
        EntryState::Retired { on, .. } => body["retired_on"] = json!(on),
        _ => {}
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_has_the_fields_of_the_body() {
        let body = serde_json::to_value(<DraftEntry as utoipa::PartialSchema>::schema());
        let fields = |schema: &Value| {
            let fields = schema["properties"].as_object().cloned().unwrap_or_default();
            fields.keys().cloned().collect::<std::collections::BTreeSet<_>>()
        };
        let taken = fields(&body.unwrap_or_default());
        assert_eq!(fields(&entry_schema(&[], &[])), taken);
        assert!(taken.contains("reduces_rights"));
    }
}
