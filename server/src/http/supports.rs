//! Support of public-interest litigation over HTTP (domain.md O47, M-S09).

use actix_web::web::{self, Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::support::SupportCommand;
use shouxin_core::event::Target;
use shouxin_core::event::support::SuitGround;
use shouxin_core::id::{Position, SupportId};
use shouxin_core::row::Index;
use shouxin_core::row::social::{SocialIndex, SupportRow};
use utoipa::{IntoParams, ToSchema};

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{CitationBody, Edge, Hex32, citations, id, subject_key, target};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::{self, Sight};
use crate::http::reads::Cursor;
use crate::http::words;
use crate::http::write::{Creates, Write};
use crate::http::{App, Table};

const OFFICERS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    let at = |step: &str| format!("/v1/litigation-supports/{{id}}/{step}");
    let list = web::get().to(of_subject);
    table
        .post::<Open>("/v1/litigation-supports", "支持公益诉讼 / support a suit")
        .post::<HandOver>(&at("evidence"), "移交材料 / hand over evidence")
        .post::<Close>(&at("close"), "办结 / close")
        .list::<OfSubject>(
            "/v1/litigation-supports",
            list,
            "支持公益诉讼 / supports about a subject",
        )
        .read("/v1/litigation-supports/{id}", web::get().to(one), "支持公益诉讼 / one of them");
}

/// Whose record or listing it is, and so whose documents.
fn owner(edge: &Edge<'_>, target: Target) -> Result<SubjectKey, Problem> {
    let mut query = Query::new(edge.engine.view.read());
    let found = query.ask(|rows| match target {
        Target::Record(id) => Ok(Some(rows.must_record(id)?.subject)),
        Target::Listing(id) => Ok(Some(rows.must_listing(id)?.subject)),
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => Ok(None),
    })?;
    found.ok_or_else(|| {
        Problem::new(
            Code::ValueInvalid,
            "仅可就记录或失信名单 / about a record or a black listing only",
            "请填写 R- 或 L- 编号 / give an R- or L- id",
        )
        .on("target")
    })
}

fn subject_of(edge: &Edge<'_>, support: SupportId) -> Result<SubjectKey, Problem> {
    let mut query = Query::new(edge.engine.view.read());
    Ok(query.ask(|rows| Ok(rows.must_support(support)?.subject))?)
}

/// 支持起诉: at the written request of a plaintiff whom a law names.
/// Source: domain.md O47, M-S09.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// A record or a black listing.
    target: String,
    #[schema(schema_with = words::of::<SuitGround>)]
    ground: SuitGround,
    plaintiff: String,
    /// The law that names the plaintiff.
    plaintiff_basis: CitationBody,
    basis: Vec<CitationBody>,
    request_sha256: Hex32,
}

impl Write for Open {
    const LABEL: &'static str = "litigation_supports.open";
    const ROLES: &'static [Role] = OFFICERS;
    const CREATES: Creates = Some(("S", &["litigation_support.opened"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let target = target(&self.target)?;
        let subject = owner(edge, target)?;
        let own = citations(vec![self.plaintiff_basis]);
        let plaintiff_basis = own.into_iter().next().ok_or_else(Problem::not_found)?;
        Ok(Command::Support(SupportCommand::Open {
            target,
            ground: self.ground,
            plaintiff: self.plaintiff,
            plaintiff_basis,
            basis: citations(self.basis),
            request_sha256: edge.document(subject, "request_sha256", self.request_sha256)?,
        }))
    }
}

/// 移交材料, against a receipt.
/// Source: domain.md O47, M-S09.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    documents: Vec<Hex32>,
    receipt_sha256: Hex32,
}

impl Write for HandOver {
    const LABEL: &'static str = "litigation_supports.hand_over";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let support = id(path)?;
        let subject = subject_of(edge, support)?;
        Ok(Command::Support(SupportCommand::HandOver {
            support,
            documents: edge.documents(subject, "documents", self.documents)?,
            receipt_sha256: edge.document(subject, "receipt_sha256", self.receipt_sha256)?,
        }))
    }
}

/// 办结, with the outcome.
/// Source: domain.md O47, M-S09.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Close {
    outcome: String,
}

impl Write for Close {
    const LABEL: &'static str = "litigation_supports.close";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let support = id(path)?;
        let outcome = edge.seal(subject_of(edge, support)?, &self.outcome)?;
        Ok(Command::Support(SupportCommand::Close { support, outcome }))
    }
}

/// The subject, the authority whose it is or that opened it, the credit office and auditors.
fn may_see(caller: &Caller, row: &SupportRow) -> Option<Sight> {
    let own = matches!(&caller.actor, Some(Actor::Officer(own))
        if [row.authority, row.opened_by.authority].contains(&own.authority));
    match read::sight(caller, row.subject)? {
        Sight::Whole => Some(Sight::Whole),
        Sight::Government if own || caller.role == Role::CreditOffice => Some(Sight::Government),
        _ => None,
    }
}

fn shown(row: &SupportRow) -> Value {
    json!({
        "id": row.id.to_string(),
        "subject": row.subject.to_string(),
        "target": read::target_id(row.target),
        "ground": row.ground,
        "plaintiff": row.plaintiff,
        "opened_by": row.opened_by.to_string(),
        "opened_on": row.opened_on,
        "handovers": row.handovers,
        "state": if row.closed_on.is_some() { "closed" } else { "open" },
        "closed_on": row.closed_on,
        "note": "仅提供材料，不是对当事人的措施 / evidence only; no measure against the subject",
    })
}

/// `GET /v1/litigation-supports/{id}`
/// Source: domain.md O47, M-S09.
async fn one(
    request: HttpRequest,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let support: SupportId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_support(support).cloned())?
    };
    let sight = may_see(&caller, &row).ok_or_else(Problem::not_found)?;
    looks::record_access(&request, &app, &caller, row.subject.to_string(), sight).await?;
    Ok(HttpResponse::Ok().json(shown(&row)))
}

/// `?subject=KEY&after=CURSOR&limit=N`
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfSubject {
    /// 主体代码 / key of a subject.
    subject: String,
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
}

/// `GET /v1/litigation-supports?subject=KEY`
/// Source: domain.md O47, M-S09.
async fn of_subject(
    request: HttpRequest,
    page: UrlQuery<OfSubject>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let key = subject_key(&page.subject)?;
    let sight = read::sight(&caller, key).filter(|sight| *sight != Sight::Public);
    let sight = sight.ok_or_else(Problem::not_found)?;
    looks::record_access(&request, &app, &caller, key.to_string(), sight).await?;
    let cursor = Cursor { after: page.after.clone(), limit: page.limit };
    let mut query = Query::new(app.engine.view.read());
    let entry = Index::Social(SocialIndex::SubjectSupport(key, SupportId(Position::local(0))));
    let (positions, more) = query.page(&entry, cursor.after()?, cursor.limit())?;
    let next = if more { positions.last().map(ToString::to_string) } else { None };
    let mut found = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_support(SupportId(at)).cloned())?;
        if may_see(&caller, &row).is_some() {
            found.push(shown(&row));
        }
    }
    Ok(HttpResponse::Ok().json(json!({"litigation_supports": found, "next": next})))
}
