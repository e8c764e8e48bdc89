//! Erasing a file over HTTP: a data officer proposes, the credit office agrees (design.md 3).

use actix_web::web::{self, Data, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{PersonKey, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::erasure::{ErasureCommand, Kept};
use shouxin_core::keys;
use shouxin_core::row::{Erasure, Index, SubjectRow};
use utoipa::{IntoParams, ToSchema};

use crate::engine::query::Query;
use crate::erasure;
use crate::http::caller::Caller;
use crate::http::edge::{CitationBody, Edge, citations, subject_key};
use crate::http::problem::Problem;
use crate::http::write::Write;
use crate::http::{App, Table};

/// Proposals shown on a page, at most.
const PAGE_MAX: usize = 200;

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    let at = |step: &str| format!("/v1/subjects/{{key}}/erasure{step}");
    table
        .post::<Propose>(&at(""), "提出删除档案 / propose to erase a file")
        .post::<Approve>(&at("/approve"), "批准删除档案 / agree to it")
        .post::<Withdraw>(&at("/withdraw"), "撤回删除档案 / take the proposal back")
        .list::<Page>("/v1/erasures", web::get().to(list), "待批准的删除 / proposals that wait");
}

fn look(edge: &Edge<'_>, key: SubjectKey) -> Result<Kept, Problem> {
    let today = edge.engine.clock.now().legal_date();
    let mut query = Query::new(edge.engine.view.read());
    let head = query.ask(|rows| rows.must_subject(key).cloned())?;
    Ok(erasure::kept(&query, &head, today)?)
}

/// 提出删除, where nothing is open and the retention is over.
/// Source: domain.md 2.1, PIPL 47.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Propose {
    /// Why it may be erased: provisions in force.
    basis: Vec<CitationBody>,
}

impl Write for Propose {
    const LABEL: &'static str = "erasures.propose";
    const ROLES: &'static [Role] = &[Role::DataOfficer];

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let subject = subject_key(path)?;
        let kept = look(edge, subject)?;
        let basis = citations(self.basis);
        Ok(Command::Erasure(ErasureCommand::Propose { subject, basis, kept }))
    }
}

/// 批准删除. The data key is destroyed; what it sealed can be read by nobody any more.
/// Source: domain.md 2.1, PIPL 47.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approve {}

impl Write for Approve {
    const LABEL: &'static str = "erasures.approve";
    const ROLES: &'static [Role] = &[Role::CreditOffice];

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let subject = subject_key(path)?;
        let kept = look(edge, subject)?;
        Ok(Command::Erasure(ErasureCommand::Approve { subject, kept }))
    }
}

/// 撤回.
/// Source: domain.md 2.1.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {}

impl Write for Withdraw {
    const LABEL: &'static str = "erasures.withdraw";
    const ROLES: &'static [Role] = &[Role::DataOfficer, Role::CreditOffice];

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        let subject = subject_key(path)?;
        Ok(Command::Erasure(ErasureCommand::Withdraw { subject }))
    }
}

/// How far the erasure of a file is, as its readers see it.
pub(crate) fn shown(head: &SubjectRow) -> Value {
    match &head.erasure {
        None => Value::Null,
        Some(Erasure::Proposed { at, by, on }) => json!({
            "state": "proposed", "at": at.to_string(), "by": by.to_string(), "on": on,
        }),
        Some(Erasure::Erased { on, key_destroyed }) => json!({
            "state": "erased", "on": on, "key_destroyed": key_destroyed,
        }),
    }
}

/// `?after=CURSOR&limit=N`
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
}

/// `GET /v1/erasures`: proposals that wait for the credit office, by subject.
/// Source: domain.md 2.1.
async fn list(
    request: HttpRequest,
    page: UrlQuery<Page>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(&[Role::DataOfficer, Role::CreditOffice, Role::Auditor])?;
    let after = page.after.as_deref().map(subject_key).transpose()?;
    let after = after.map(|key| Index::ErasureProposed(key).encode());
    let limit = page.limit.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
    let mut query = Query::new(app.engine.view.read());
    let prefix = Index::ErasureProposed(SubjectKey::Person(PersonKey([0; 16]))).prefix();
    let entries = query.range(&prefix, after.as_deref(), limit.saturating_add(1))?;
    let mut found = Vec::new();
    for key in entries.iter().take(limit).filter_map(|entry| keys::read_erasing(entry)) {
        let head = query.ask(|rows| rows.must_subject(key).cloned())?;
        let mut own = shown(&head);
        own["subject"] = json!(key.to_string());
        found.push(own);
    }
    let more = entries.len() > limit;
    let next = found.last().filter(|_| more).map(|own| own["subject"].clone());
    Ok(HttpResponse::Ok().json(json!({"erasures": found, "next": next})))
}
