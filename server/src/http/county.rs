//! The county as data, for everybody: departments and who is in charge (O70), their implementing
//! documents (O69), the rules in force and the working-day calendar.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path, Query as UrlQuery};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_core::command::Command;
use shouxin_core::command::catalogue::CatalogueCommand;
use shouxin_core::event::Event;
use shouxin_core::id::Position;
use shouxin_core::row::{Index, Key, Row};
use shouxin_core::rules::{Department, Officer};
use shouxin_core::time::Day;
use utoipa::{IntoParams, ToSchema};

use crate::engine::query::Query;
use crate::http::edge::{Edge, Hex32, id};
use crate::http::problem::{Code, Problem};
use crate::http::write::Write;
use crate::http::{App, Table, reads};

type Answer = Result<HttpResponse, Problem>;

/// Documents of one page.
const PAGE_ROWS: usize = 100;

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table
        .read("/v1/departments", web::get().to(departments), "成员单位 / departments")
        .read(
            "/v1/departments/{code}/officers",
            web::get().to(officers),
            "分管领导和联络员 / who is in charge",
        )
        .post::<FileDepartmentDocument>(
            "/v1/departments/{code}/documents",
            "报送实施文件 / file an implementing document",
        )
        .list::<After>(
            "/v1/departments/{code}/documents",
            web::get().to(documents),
            "实施文件 / implementing documents",
        )
        .read("/v1/rules", web::get().to(rules), "规则 / the rules in force and versions")
        .list::<Year>("/v1/calendar", web::get().to(calendar), "工作日历 / working days of a year");
}

/// 报送实施文件: a department's own, by its digest.
/// Source: domain.md O69.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileDepartmentDocument {
    title: String,
    number: String,
    #[schema(value_type = String, format = Date)]
    issued_on: Day,
    document_sha256: Hex32,
}

impl Write for FileDepartmentDocument {
    const LABEL: &'static str = "departments.documents";
    const ROLES: &'static [Role] = &[Role::Department, Role::Provider, Role::CreditOffice];

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        // A refusal is recorded with its target: only a department's own code gets that far.
        if edge.engine.rules.department(path).is_none() {
            return Err(Problem::not_found());
        }
        Ok(Command::Catalogue(CatalogueCommand::FileDocument {
            department: path.to_owned(),
            title: self.title,
            number: self.number,
            issued_on: self.issued_on,
            document_sha256: self.document_sha256.kept_by_its_maker(),
        }))
    }
}

/// Officers in their function are public; the data files keep posts, never names.
fn officer(own: &Officer) -> Value {
    json!({
        "id": own.id,
        "post": own.post_zh,
        "head": own.head,
        "leader_in_charge": own.leader,
        "liaison": own.liaison,
    })
}

fn department(own: &Department) -> Value {
    json!({
        "code": own.code,
        "uscc": own.uscc,
        "name": format!("{} / {}", own.name_zh, own.name_en),
        "respond_working_days": own.respond_working_days,
        "leader_in_charge": own.officers.iter().find(|found| found.leader).map(officer),
        "liaison": own.officers.iter().find(|found| found.liaison).map(officer),
    })
}

/// `GET /v1/departments`
/// Source: domain.md O70.
async fn departments(app: Data<App>) -> Answer {
    let all: Vec<Value> = app.engine.rules.departments.iter().map(department).collect();
    Ok(HttpResponse::Ok().json(json!({"departments": all})))
}

/// `GET /v1/departments/{code}/officers`
/// Source: domain.md O70.
async fn officers(path: Path<String>, app: Data<App>) -> Answer {
    let own = app.engine.rules.department(&path).ok_or_else(Problem::not_found)?;
    let mut body = department(own);
    body["officers"] = own.officers.iter().map(officer).collect();
    Ok(HttpResponse::Ok().json(body))
}

/// `?after=CURSOR`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct After {
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
}

/// `GET /v1/departments/{code}/documents`
async fn documents(path: Path<String>, page: UrlQuery<After>, app: Data<App>) -> Answer {
    let own = app.engine.rules.department(&path).ok_or_else(Problem::not_found)?;
    let after = page.after.as_deref().map(id::<Position>).transpose()?;
    let query = Query::new(app.engine.view.read());
    let entry = Index::DepartmentDocuments(own.code.clone(), Position::local(0));
    let (positions, more) = query.page(&entry, after, PAGE_ROWS)?;
    let next = if more { positions.last().map(ToString::to_string) } else { None };
    let mut shown = Vec::new();
    for at in positions {
        if let Some(Row::DepartmentDocument(row)) = query.row(&Key::DepartmentDocument(at))? {
            shown.push(json!({
                "position": row.at.to_string(),
                "title": row.title,
                "number": row.number,
                "issued_on": row.issued_on,
                "document_sha256": HEXLOWER.encode(&row.document_sha256),
                "filed_by": row.filed_by.to_string(),
                "filed_on": row.filed_on,
            }));
        }
    }
    Ok(HttpResponse::Ok().json(json!({"documents": shown, "next": next})))
}

/// `GET /v1/rules`: deadlines and caps in force today, every pack's first day, and versions.
async fn rules(app: Data<App>) -> Answer {
    let today = app.engine.clock.now().legal_date();
    let rules = &app.engine.rules;
    let loaded = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.rules().map(|found| found.cloned()))?
    };
    let version = |(at, version): &(Position, [u8; 32])| json!({"version": HEXLOWER.encode(version), "loaded_at": at.to_string()});
    let mut body = json!({
        "as_of": today,
        "version": HEXLOWER.encode(&rules.version),
        "in_force": rules.pack(today),
        "packs": rules.packs.all().map(|pack| pack.in_force_from).collect::<Vec<_>>(),
        "calendar_covers_through": rules.calendar.covers_through(),
        "warnings": rules.warnings(),
    });
    if let Some(row) = loaded {
        body["versions"] =
            [(row.at, row.version)].iter().chain(&row.earlier).map(version).collect();
        if let Event::RulesLoaded { files, .. } = reads::envelope(&app.engine, row.at)?.event {
            let file = |(name, sha256): &(String, [u8; 32])| json!({"name": name, "sha256": HEXLOWER.encode(sha256)});
            body["files"] = files.iter().map(file).collect();
        }
    }
    Ok(HttpResponse::Ok().json(body))
}

/// `?year=2026`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Year {
    /// 年份 / a year.
    year: Option<String>,
}

/// `GET /v1/calendar?year=`: how many working days, and the days that differ from the week.
async fn calendar(year: UrlQuery<Year>, app: Data<App>) -> Answer {
    let calendar = &app.engine.rules.calendar;
    let today = app.engine.clock.now().legal_date();
    let asked = match &year.year {
        Some(text) => text.parse::<i16>().ok(),
        None => Some(today.ymd().0),
    };
    let bounds = asked.and_then(|year| Some((Day::new(year, 1, 1)?, Day::new(year, 12, 31)?)));
    let Some((first, last)) = bounds else {
        return Err(Problem::new(
            Code::ValueInvalid,
            "year 不是可查询的年份 / no year that can be asked for",
            "例如 ?year=2026 / for example",
        )
        .on("year"));
    };
    let (mut working_days, mut exceptions, mut covered) = (0_u16, Vec::new(), true);
    for number in first.number()..=last.number() {
        let day = Day::from_number(number);
        let found = calendar.is_working_day(day);
        covered &= found.covered;
        working_days += u16::from(found.working);
        if found.working != (day.weekday() <= 5) {
            exceptions.push(json!({"day": day, "working": found.working}));
        }
    }
    Ok(HttpResponse::Ok().json(json!({
        "year": asked,
        "covered": covered,
        "working_days": working_days,
        "exceptions": exceptions,
        "covers_through": calendar.covers_through(),
    })))
}
