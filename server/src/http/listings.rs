//! Writes on listings beside their decision path: extension, revocation; and what revocations a
//! black listing makes due.

use actix_web::web::{self, Data, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;
use shouxin_core::actor::{Actor, Role};
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::event::CaseRef;
use shouxin_core::id::{ListingId, Position};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::path::Standing;
use shouxin_core::row::{Index, ListingKind, RedCase};
use shouxin_core::time::Day;
use utoipa::{IntoParams, ToSchema};

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::cases::case;
use crate::http::edge::{CitationBody, Edge, FactBody, Hex32, ServiceBody, citations, id};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::Under;
use crate::http::write::{Creates, Write};
use crate::http::{App, Table, read};

/// Red listings on one page of what is owed.
const OWED_ROWS: usize = 100;

const OFFICERS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];
const OFFICERS_AND_SUBJECT: &[Role] =
    &[Role::Department, Role::Provider, Role::CreditOffice, Role::Subject];

/// 延长: a new proposal with its own notice, hearing and decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Extend {
    basis: Vec<CitationBody>,
    facts: Vec<FactBody>,
    #[serde(default)]
    records: Vec<String>,
    act: String,
}

impl Write for Extend {
    const LABEL: &'static str = "listings.extend";
    const ROLES: &'static [Role] = OFFICERS;
    const CREATES: Creates = Some(("L", &["listing.proposed"]));

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let listing = id(path)?;
        let subject = edge.subject_of(CaseRef::Listing(listing))?;
        Ok(Command::Listing(ListingCommand::Extend {
            listing,
            basis: citations(self.basis),
            facts: edge.facts(self.facts)?,
            records: self.records.iter().map(|text| id(text)).collect::<Result<_, _>>()?,
            act: edge.seal(subject, &self.act)?,
        }))
    }
}

/// 自行撤销: the head takes the authority's own decision back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    document_number: String,
    document_sha256: Hex32,
    reasons: String,
    service: ServiceBody,
}

impl Write for Revoke {
    const LABEL: &'static str = "listings.revoke";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let case = case(path)?;
        let subject = edge.subject_of(case)?;
        Ok(Command::Listing(ListingCommand::Revoke {
            case,
            document_number: self.document_number,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            reasons: edge.seal(subject, &self.reasons)?,
            service: edge.service(subject, self.service)?,
        }))
    }
}

/// 拟撤销红名单告知.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeRedRevocation {
    reasons: String,
    document_sha256: Hex32,
    service: ServiceBody,
}

impl Write for NoticeRedRevocation {
    const LABEL: &'static str = "nominations.revocation_notice";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let listing = id(path)?;
        let subject = edge.subject_of(CaseRef::Listing(listing))?;
        Ok(Command::Listing(ListingCommand::NoticeRedRevocation {
            listing,
            reasons: edge.seal(subject, &self.reasons)?,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            service: edge.service(subject, self.service)?,
        }))
    }
}

/// 陈述申辩 on the revocation of a red listing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateOnRedRevocation {
    points: Vec<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    received_on: Option<Day>,
    /// Where an officer takes it down: the party's written statement, or the signed record of what
    /// it said.
    #[serde(default)]
    document_sha256: Option<Hex32>,
}

impl Write for StateOnRedRevocation {
    const LABEL: &'static str = "nominations.revocation_statement";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let listing = id(path)?;
        let subject = edge.subject_of(CaseRef::Listing(listing))?;
        Ok(Command::Listing(ListingCommand::StateOnRedRevocation {
            listing,
            points: edge.seal_all(subject, &self.points)?,
            received_on: self.received_on.unwrap_or(edge.engine.clock.now().legal_date()),
            document_sha256: edge.document_if_any(
                subject,
                "document_sha256",
                self.document_sha256,
            )?,
        }))
    }
}

/// 撤销红名单, or letting it stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRedRevocation {
    revoked: bool,
    #[serde(default)]
    document_number: String,
    #[serde(default)]
    document_sha256: Option<Hex32>,
    reasons: String,
    #[serde(default)]
    answers: Vec<String>,
    #[serde(default)]
    service: Option<ServiceBody>,
}

impl Write for DecideRedRevocation {
    const LABEL: &'static str = "nominations.revocation_decide";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let listing = id(path)?;
        let subject = edge.subject_of(CaseRef::Listing(listing))?;
        let reasons = edge.seal(subject, &self.reasons)?;
        let command = match (self.revoked, self.service) {
            (false, _) => ListingCommand::DropRedRevocation { listing, reasons },
            (true, Some(service)) => ListingCommand::RevokeRed {
                listing,
                document_number: self.document_number,
                document_sha256: edge
                    .document_if_any(subject, "document_sha256", self.document_sha256)?
                    .unwrap_or_default(),
                reasons,
                answers: edge.seal_all(subject, &self.answers)?,
                service: edge.service(subject, service)?,
            },
            (true, None) => {
                return Err(Problem::new(
                    Code::ValueInvalid,
                    "撤销决定须附送达 / a revocation needs its service",
                    "请填写 service / give service",
                ));
            }
        };
        Ok(Command::Listing(command))
    }
}

/// What of the nominations an officer has to see to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Owed {
    /// 状态 / the state.
    state: String,
    /// 部门代码 / code of a department.
    department: Option<String>,
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
}

/// `GET /v1/nominations?state=revocation_owed`: red listings whose authority has to open a
/// revocation, because their subject was listed black. An officer sees those of the own authority.
/// Source: domain.md Q11.
pub async fn owed(
    request: HttpRequest,
    asked: UrlQuery<Owed>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(&[Role::Department, Role::Provider, Role::CreditOffice, Role::Auditor])?;
    if asked.state != "revocation_owed" {
        let detail = "state 须为 revocation_owed / state has to be that";
        let cure = "公示中的提名见 /v1/lists/red?state=public_notice / nominations under notice";
        return Err(Problem::new(Code::ValueInvalid, detail, cure).on("state"));
    }
    let rules = &app.engine.rules;
    let own = match &caller.actor {
        Some(Actor::Officer(officer)) => {
            rules.department_by_uscc(officer.authority.as_str()).map(|found| found.code.clone())
        }
        _ => None,
    };
    let wide = matches!(caller.role, Role::CreditOffice | Role::Auditor);
    let department = asked.department.clone().or(own.clone());
    let found = department.filter(|code| wide || own.as_ref() == Some(code));
    let code = found.as_deref().and_then(|code| rules.department(code)).map(|own| &own.uscc);
    let authority = code.and_then(|code| Uscc::parse_attested(code).ok());
    let Some((authority, _)) = authority else {
        return Err(Problem::not_found());
    };
    let file = format!("worklist revocation_owed {}", authority.as_str());
    looks::record_access(&request, &app, &caller, file, read::Sight::Government).await?;
    let today = app.engine.clock.now().legal_date();
    let mut query = Query::new(app.engine.view.read());
    let entry = Index::RevocationOwed(authority, ListingId(Position::local(0)));
    let after = asked.after.as_deref().map(id::<Position>).transpose()?;
    let (positions, more) = query.page(&entry, after, OWED_ROWS)?;
    let next = positions.last().filter(|_| more).map(ToString::to_string);
    let mut listings = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_listing(ListingId(at)).cloned())?;
        let ListingKind::Red(RedCase { owed: Some(own), .. }) = &row.kind else {
            continue;
        };
        // A black listing that is over makes nothing due, whether the timer has said so or not.
        let black = query.ask(|rows| rows.listing_standing(own.black, today))?;
        if black == Standing::Ended {
            continue;
        }
        let mut body = read::listing(
            &mut query,
            &app.engine.rules.instruments,
            &row,
            Under::of_reader(read::Sight::Government, &caller, &row),
            today,
        )?;
        body["black"] = json!(own.black.to_string());
        body["overdue"] = json!(today > own.owed.by.day);
        listings.push(body);
    }
    Ok(HttpResponse::Ok().json(json!({"listings": listings, "next": next})))
}

/// The routes of this noun.
pub(crate) fn routes(table: &mut Table<'_>) {
    table
        .list::<Owed>(
            "/v1/nominations",
            web::get().to(owed),
            "待启动撤销 / revocations to be opened",
        )
        .post::<Extend>("/v1/listings/{id}/extend", "延长（新决定）/ extend by a new decision")
        .post::<Revoke>("/v1/listings/{id}/revoke", "自行撤销 / take the decision back")
        .post::<Revoke>("/v1/attributions/{id}/revoke", "自行撤销 / take the decision back")
        .post::<NoticeRedRevocation>(
            "/v1/nominations/{id}/revocation/notice",
            "拟撤销告知 / notice of a revocation",
        )
        .post::<StateOnRedRevocation>(
            "/v1/nominations/{id}/revocation/statement",
            "陈述申辩 / statement on it",
        )
        .post::<DecideRedRevocation>(
            "/v1/nominations/{id}/revocation/decide",
            "撤销决定 / decide it",
        );
}
